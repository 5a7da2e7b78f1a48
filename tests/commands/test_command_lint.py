"""`lint` finds what is wrong with a rulebook and says the line; `new indicator` writes files that `lint` accepts once filled in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from govmedia_rules.__main__ import main
from govmedia_rules.commands.lint import line_of
from govmedia_rules.rules.load import built_in_files

BOOK = """id = "x"
title = "某县细化"
extends = "national-2019"
basis = [{ title = "某县通报" }]

[indicators."media.veto.stale"]
params = { window = { weeks = 1 } }
source = { document = "某县通报", verified = true }
"""


def lint(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, list[dict[str, object]], str]:
    try:
        code = main(["lint", *args, "--format", "json"])
    except SystemExit as end:
        code = int(end.code or 0)
    captured = capsys.readouterr()
    return code, json.loads(captured.out or "[]"), captured.err


def write(folder: Path, text: str, name: str = "book.toml") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('title = "某县细化"\n', 'title = "某县细化"\ntitel = "x"\n', "rulebook_syntax_error", 3),
        ("params = { window", "parms = { window", "rulebook_syntax_error", 7),
        ("window =", "windw =", "parameter_error", 7),
        ("weeks = 1", "moons = 1", "parameter_error", 7),
        ("weeks = 1", "weeks = 3", "overlay_conflict", 7),
        ("params =", 'check = "media.nothing"\nparams =', "unknown_check", 7),
        ("verified = true }", 'verified = "perhaps" }', "rulebook_syntax_error", 8),
        ('extends = "national-2019"', 'extends = "national-2091"', "unknown_rulebook", 3),
        ("params = {", "params = ", "rulebook_syntax_error", 7),
    ],
)
def test_faults_stop_it_and_have_their_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, old: str, new: str, code: str, line: int
) -> None:
    assert old in BOOK
    end, faults, _ = lint(capsys, write(tmp_path, BOOK.replace(old, new)))
    assert end == 1
    assert (code, line) in [(fault["code"], fault["line"]) for fault in faults if fault["level"] == "error"]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("weeks = 1", "weeks = 2", "unused_parameter", 7),
        ("verified = true", "verified = false", "unverified", 8),
        ("source =", 'unverified = ["params.window"]\nsource =', "unverified", 8),
        ('basis = [{ title = "某县通报" }]\n', "", "no_basis", 1),
        ("", "", "missing_cases", 6),
    ],
)
def test_warnings_have_their_line_and_count_when_strict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, old: str, new: str, code: str, line: int
) -> None:
    book = write(tmp_path, BOOK.replace(old, new, 1) if old else BOOK)
    end, faults, _ = lint(capsys, book)
    assert end == 0
    assert (code, line) in [(fault["code"], fault["line"]) for fault in faults]
    assert lint(capsys, book, "--strict")[0] == 1


def test_cases_are_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    book = write(tmp_path, BOOK)
    case = 'indicator = "media.veto.stale"\nrulebook = "book.toml"\n[[case]]\nname = "ten days"\n'
    case += 'snapshot.latest_post_at = 2024-08-13T10:00:00+08:00\nstatus = "{}"\n'
    (tmp_path / "cases").mkdir()
    path = tmp_path / "cases" / "media.veto.stale.toml"
    path.write_text(case.replace("book.toml", "../book.toml").format("failed"), "utf-8")
    assert lint(capsys, book, "--strict")[:2] == (0, [])
    path.write_text(case.replace("book.toml", "../book.toml").format("passed"), "utf-8")
    end, faults, _ = lint(capsys, book)
    assert end == 1
    assert faults[0]["code"] == "case_fails"
    path.write_text("nothing = 1\n", "utf-8")
    assert lint(capsys, book)[0] == 1


@pytest.mark.parametrize("book", ["nowhere", "national-2091", "."])
def test_what_cannot_be_checked(capsys: pytest.CaptureFixture[str], book: str) -> None:
    end, faults, err = lint(capsys, book)
    assert (end, faults) == (2, [])
    assert "national-2019" in err


def test_every_rulebook_of_the_library_is_without_errors(capsys: pytest.CaptureFixture[str]) -> None:
    end, faults, _ = lint(capsys, *built_in_files())
    assert end == 0
    assert {str(fault["code"]) for fault in faults} <= {"unverified", "no_basis", "missing_cases", "unused_parameter"}


def test_lines_of_keys() -> None:
    text = "a = 1\n[x]\nb = 2\n[x.params]\nlimit = 3\n[[y]]\nb.c = 4\n"
    assert line_of(text, None, "a") == 1
    assert line_of(text, "[x]", "b") == 3
    assert line_of(text, "[x]", "params.limit") == 5
    assert line_of(text, "[x]", "nothing") == 2
    assert line_of(text, None, "y.b.c") == 7
    assert line_of(text, "[z]", "b") == 1


@pytest.mark.parametrize(
    "name", ["media.manage.shouting", "site.deduct.design.fonts", "supervision.manage.answers", "site.veto.odd"]
)
def test_a_new_indicator_fails_until_it_is_filled_in(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "indicator", name, "--title", '标题里有"引号"\\']) == 0
    assert 'grade = "unseen"' in Path("my-rules.toml").read_text("utf-8")
    capsys.readouterr()
    check, cases = Path(name.replace(".", "_") + ".py"), Path(f"{name}.toml")
    command = ["my-rules.toml", "--checks", str(check)]
    end, faults, _ = lint(capsys, *command)
    assert end == 1
    assert [fault["code"] for fault in faults if fault["level"] == "error"] == ["case_fails"]
    assert "TODO" in str(next(fault["en"] for fault in faults if fault["level"] == "error"))
    fills = {
        "media": (
            "len(account.posts or ())",
            '{ posts = [{ title = "甲！", published_at = 2024-08-01 }, { title = "乙！", published_at = 2024-08-02 }] }',
        ),
        "site": ("len(site.pages or ())", '{ pages = [{ url = "http://a.example/1" }, { url = "http://a.example/2" }] }'),
        "supervision": ("len(supervisor.error_messages or ()) + 2", "{ error_messages = [] }"),
    }
    count, snapshot = fills[name.partition(".")[0]]
    check.write_text(check.read_text("utf-8").replace("count = 0", f"count = {count}"), "utf-8")
    head, _, tail = cases.read_text("utf-8").rpartition("snapshot = {}")
    cases.write_text(head + f"snapshot = {snapshot}" + tail, "utf-8")
    if name.startswith("supervision"):
        cases.write_text(cases.read_text("utf-8").replace('status = "passed"', 'status = "failed"'), "utf-8")
    end, faults, _ = lint(capsys, *command)
    assert end == 0, faults
    # A second one is added to the same rulebook; nothing is overwritten.
    assert main(["new", "indicator", "media.manage.second"]) == 0
    assert main(["new", "indicator", name]) == 2
    shutil.copy(check, "other.py")
    check.unlink()
    assert main(["new", "indicator", name]) == 2


@pytest.mark.parametrize("name", ["", "media", "media.manage", "../x.y.z", "Media.Manage.X", "media.manage.\x1b"])
def test_ids_that_are_none(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    assert main(["new", "indicator", name, "--out", str(tmp_path)]) == 2
    assert "media.manage.owner" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_reason_without_a_sentence_and_a_file_that_does_not_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["new", "indicator", "media.manage.owner"])
    capsys.readouterr()
    check = Path("media_manage_owner.py")
    text = check.read_text("utf-8")
    check.write_text(text.replace('"limit_exceeded"', '"too_many_of_them"'), "utf-8")
    end, faults, _ = lint(capsys, "my-rules.toml", "--checks", str(check))
    assert end == 1
    assert {"missing_sentence", "unused_sentence"} <= {str(fault["code"]) for fault in faults}
    for broken in ("def x(:\n", "raise SystemError('no')\n", text.replace("*, limit", "limit")):
        check.write_text(broken, "utf-8")
        end, _, err = lint(capsys, "my-rules.toml", "--checks", str(check))
        assert end == 2
        assert "media_manage_owner.py" in err
