"""`inspect` as people and machines use it: forms of input and output, exit codes, settings, terminals of every kind."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest

import govmedia_rules as gr
from govmedia_rules.__main__ import main
from govmedia_rules.commands.output import SafeStream

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "hanzhong-2024q3"
POINT = "2024-08-23T10:00:00+08:00"
HOSTILE = "\x1b[2J\x1b]0;owned\x07名\u202e站\x9b31m\r盖住"


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    try:
        code = main(args)
    except SystemExit as end:
        code = int(end.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def outside(
    args: Sequence[str], *, stdin: bytes = b"", env: dict[str, str] | None = None, cwd: Path | None = None
) -> tuple[int, bytes, bytes]:
    """Run the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GOVMEDIA_LANG": "en", **(env or {})}
    done = subprocess.run(
        [sys.executable, "-m", "govmedia_rules", *args], input=stdin, capture_output=True, env=environment, cwd=cwd, check=False
    )
    return done.returncode, done.stdout, done.stderr


def line(name: str, **facts: object) -> str:
    account = {"name": name, "platform": "weibo", "level": "county_department", "status": "running"}
    return json.dumps({"kind": "account", "account": account, "observed_at": POINT, **facts}, ensure_ascii=False) + "\n"


STALE = line("久未更新", latest_post_at="2024-05-01")
OPEN = line("没有看过")


def test_the_document_of_json_follows_its_schema(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(STALE + OPEN + "{\n", "utf-8")
    code, out, err = run(capsys, "inspect", str(path), "--format", "json")
    assert code == 1
    document = json.loads(out)
    schema = json.loads((ROOT / "docs/reference/inspect-output.schema.json").read_text("utf-8"))
    jsonschema.validate(document, schema)
    assert document["counts"] == {"account": {"qualified": 0, "unqualified": 1, "undetermined": 1}}
    assert [place["row"] for place in document["not_read"]] == [3]
    assert "row 3" in err
    assert [gr.Inspection.from_dict(item).verdict.value for item in document["inspections"]] == ["unqualified", "undetermined"]
    broken = {**document, "counts": {"account": {}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_csv_has_a_row_for_every_subject_and_runs_no_formula(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(STALE + line('=HYPERLINK("http://a.example","点")', latest_post_at="2024-08-22"), "utf-8")
    _, out, _ = run(capsys, "inspect", str(path), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["subject_id"] for row in rows} >= {"weibo:久未更新"}
    assert any(row["indicator"] == "media.veto.stale" and row["verdict"] == "unqualified" for row in rows)
    assert all(not row["subject_name"].startswith("=") for row in rows)
    assert len({row["subject_name"] for row in rows}) == 2


def test_annotations_of_github_are_one_line_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line("甲::error::乙,title=丙", latest_post_at="2024-05-01") + OPEN + "[]\n", "utf-8")
    _, out, _ = run(capsys, "inspect", str(path), "--format", "github", "--lang", "en")
    commands = [text for text in out.splitlines() if text]
    assert all(text.startswith(("::error title=", "::warning title=")) for text in commands)
    assert all("%3A%3Aerror" in text.split("::")[1] for text in commands if "甲" in text)
    assert any(text.startswith("::warning title=not read::") for text in commands)


def test_sarif(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(STALE, "utf-8")
    code, out, _ = run(capsys, "inspect", str(path), "--format", "sarif")
    assert code == 0
    assert json.loads(out)["runs"][0]["results"]


@pytest.mark.parametrize(
    ("lines", "classes", "code"),
    [
        (STALE, ["unqualified"], 3),
        (STALE, ["undetermined"], 0),
        (OPEN, ["undetermined"], 3),
        (OPEN, ["unqualified"], 0),
        (OPEN + STALE, ["error"], 0),
        (OPEN + "{}\n", ["unqualified"], 1),
        (OPEN + "{}\n", ["undetermined"], 3),
        ("", ["error"], 1),
        ("\n\n", [], 1),
    ],
)
def test_fail_on(capsys: pytest.CaptureFixture[str], tmp_path: Path, lines: str, classes: list[str], code: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(lines, "utf-8")
    options = [word for name in classes for word in ("--fail-on", name)]
    for form in ("table", "json", "jsonl", "csv", "sarif", "github"):
        assert run(capsys, "inspect", str(path), *options, "--format", form)[0] == code


def test_a_check_that_raises_is_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @gr.check("x.broken")
    def broken(account: gr.AccountSnapshot) -> gr.CheckResult:
        raise ZeroDivisionError

    indicator = {"title": "甲", "kind": "management", "check": "x.broken", "source": {"document": "乙", "verified": True}}
    indicator["applies_to"] = {"subject": "account"}
    book = gr.load_rulebook([{"id": "x", "title": "x", "indicators": {"media.manage.broken": indicator}}], checks=broken)
    monkeypatch.setattr("govmedia_rules.commands.inputs.load_rulebook", lambda _, books: book)
    path = tmp_path / "a.jsonl"
    path.write_text(line("某县发布", latest_post_at="2024-08-22"), "utf-8")
    assert run(capsys, "inspect", str(path), "--fail-on", "error")[0] == 3
    assert run(capsys, "inspect", str(path), "--out", str(tmp_path / "out"))[0] == 0
    baseline = str(tmp_path / "out" / "inspections.jsonl")
    assert run(capsys, "inspect", str(path), "--baseline", baseline, "--fail-on", "error")[0] == 3


def test_a_baseline_hides_what_is_known_and_nothing_else(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    before.write_text(STALE + OPEN, "utf-8")
    after.write_text(STALE + OPEN + line("新近停更", latest_post_at="2024-05-01"), "utf-8")
    run(capsys, "inspect", str(before), "--out", str(tmp_path / "out"))
    baseline = ["--baseline", str(tmp_path / "out" / "inspections.jsonl")]
    fail = ["--fail-on", "unqualified", "--fail-on", "undetermined"]
    code, out, _ = run(capsys, "inspect", str(before), *baseline, *fail)
    assert code == 0
    assert "久未更新" not in out
    assert "与基线相同而未列出: 2 个" in out
    code, out, _ = run(capsys, "inspect", str(after), *baseline, *fail)
    assert code == 3
    assert "新近停更" in out
    assert "久未更新" not in out
    now_stale = tmp_path / "now.jsonl"
    now_stale.write_text(OPEN.replace(POINT + '"', POINT + '", "latest_post_at": "2024-05-01"'), "utf-8")
    assert run(capsys, "inspect", str(now_stale), *baseline, "--fail-on", "unqualified")[0] == 3
    code, _, err = run(capsys, "inspect", str(before), "--baseline", str(before))
    assert code == 2
    assert "row 1" in err


def test_select_and_ignore(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(STALE, "utf-8")
    _, out, _ = run(capsys, "inspect", str(path), "--select", "media.veto.stale", "--format", "json")
    assert json.loads(out)["covers"] == ["media.veto.stale"]
    _, out, _ = run(capsys, "inspect", str(path), "--ignore", "media.veto.stale", "--format", "json")
    assert "media.veto.stale" not in json.loads(out)["covers"]
    code, _, err = run(capsys, "inspect", str(path), "--ignore", "media.veto.stall")
    assert code == 2
    assert "media.veto.stale" in err


def test_folders_hold_snapshots_and_tables_and_say_what_they_do_not_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_text(STALE, "utf-8")
    (tmp_path / "b.csv").write_text("账号名称,平台类型,最近更新时间\n某县发布,微博,2024-08-20\n", "utf-8")
    (tmp_path / "notes.docx").write_bytes(b"PK")
    (tmp_path / "~$b.xlsx").write_bytes(b"lock")
    code, out, err = run(capsys, "inspect", str(tmp_path), "--at", "2024-08-23")
    assert code == 0
    assert "政务新媒体: 2 个" in out
    assert "notes.docx" in err
    assert "~$" not in err
    (tmp_path / "c.csv").write_text("甲,乙\n1,2\n", "utf-8")
    code, out, err = run(capsys, "inspect", str(tmp_path), "--at", "2024-08-23")
    assert code == 1
    assert "政务新媒体: 2 个" in out
    assert "c.csv" in err
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(capsys, "inspect", str(empty))[0] == 2


def test_parquet(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    path = tmp_path / "a.parquet"
    polars.DataFrame({"账号名称": ["某县发布"], "平台类型": ["微博"], "最近更新时间": ["2024-05-01"]}).write_parquet(path)
    code, out, _ = run(capsys, "inspect", str(path), "--at", "2024-08-23", "--fail-on", "unqualified")
    assert code == 3
    assert "不合格 1" in out


@pytest.mark.heavy
def test_standard_input(tmp_path: Path) -> None:
    code, out, err = outside(["inspect", "-", "--format", "jsonl"], stdin=(STALE + "{\n").encode())
    assert code == 1
    assert json.loads(out)["verdict"] == "unqualified"
    assert err.decode().startswith("账号") or "-, row 2" in err.decode()
    assert "govmedia-" not in err.decode().replace("govmedia-rules", "")
    table = "账号名称,平台类型,最近更新时间\n某县发布,微博,2024-05-01\n".encode()
    code, out, _ = outside(["inspect", "-", "--at", "2024-08-23", "--fail-on", "unqualified"], stdin=table)
    assert code == 3
    assert outside(["inspect", "-"])[0] == 1


# --- terminals --------------------------------------------------------------------------------------------------------


@pytest.mark.heavy
@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_every_console_shows_what_it_can(tmp_path: Path, encoding: str, form: str) -> None:
    (tmp_path / "a.jsonl").write_text(line("é某😀", latest_post_at="2024-05-01") + "{\n", "utf-8")
    code, out, err = outside(["inspect", "a.jsonl", "--format", form], env={"PYTHONIOENCODING": encoding}, cwd=tmp_path)
    assert code == 1
    assert b"Traceback" not in err
    assert b"row 2" in err
    text = out.decode(encoding)
    if form == "json":
        assert json.loads(text)["inspections"][0]["subject"]["name"] == "é某😀"


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "sarif", "github"])
def test_no_input_steers_a_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str) -> None:
    bad = json.dumps({"kind": "account", "account": {"name": HOSTILE, "platform": HOSTILE}, "observed_at": POINT})
    path = tmp_path / "a.jsonl"
    path.write_text(line(HOSTILE, latest_post_at="2024-05-01") + bad + "\n", "utf-8")
    for text in run(capsys, "inspect", str(path), "--format", form)[1:]:
        assert not any((char < " " and char not in "\n\t") or "\x7f" <= char <= "\x9f" or char == "\u202e" for char in text)


@pytest.mark.parametrize(
    "args",
    [
        ["inspect", "\x1b[31mx"],
        ["inspect", "--\x1b[31m"],
        ["inspect", "a", "--zone", "\x1b[31m"],
        ["\x1b[31m"],
        ["explain", "\x9b"],
    ],
)
def test_names_of_files_and_options_do_not_steer_a_terminal_either(capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    code, out, err = run(capsys, *args)
    assert code == 2
    assert not {"\x1b", "\x9b"} & set(out + err)


def test_lines_of_progress_and_nothing_else_begin_with_a_carriage_return() -> None:
    below = io.StringIO()
    stream = SafeStream(below)
    stream.write("\r100 subjects")
    stream.write("\r盖住")
    stream.write("\x1b[0m\tx\n")
    assert below.getvalue() == "\r100 subjects\\u000d盖住\\u001b[0m\tx\n"


def test_progress_is_for_terminals(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(line(f"号{number}", latest_post_at="2024-08-22") for number in range(300)), "utf-8")
    _, _, err = outside(["inspect", "a.jsonl"], cwd=tmp_path)
    assert b"\r" not in err
    assert err.count(b"national-2019") == 1  # that its document is old is said once, not once a subject
    assert err.count(b"\n") == 1


@pytest.mark.heavy
@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_a_closed_pipe_is_quiet(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.jsonl").write_text("".join(line(f"号{number}", latest_post_at="2024-05-01") for number in range(400)), "utf-8")
    command = f'"{sys.executable}" -m govmedia_rules inspect a.jsonl --format {form} --fail-on unqualified | head -1; echo ${{PIPESTATUS[0]}}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.stdout.splitlines()[-1] in ("141", "3")


# --- wrong usage ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("args", "part"),
    [
        (["inspect", "a.jsonl", "--workers", "0"], "--workers"),
        (["inspect", "a.jsonl", "--workers", "-1"], "--workers"),
        (["inspect", "a.jsonl", "--workers", "two"], "two"),
        (["inspect", "a.jsonl", "--out", "a.jsonl"], "a.jsonl"),
        (["inspect", "missing.jsonl"], "missing.jsonl"),
        (["inspect", "a.jsonl", "--reviews", "missing.jsonl"], "missing.jsonl"),
        (["inspect", "a.jsonl", "--baseline", "missing.jsonl"], "missing.jsonl"),
        (["inspect", "a.jsonl", "--baseline", "."], "."),
        (["inspect", "a.jsonl", "--rulebook", "."], "."),
        (["inspect", "a.jsonl", "--rulebook", "national-2091"], "national-2019"),
        (["inspect", "a.jsonl", "--fromat", "json"], "--format"),
        (["inspect", "a.jsonl", "--format", "jsn"], "jsonl"),
        (["inspect", "a.jsonl", "--fail-on", "everything"], "unqualified"),
        (["inspect", "a.csv", "--at", "yesterday"], "yesterday"),
        (["inspect", "a.csv", "--header", "0"], "--header"),
        (["inspect", "a.jsonl", "--config", "missing.toml"], "missing.toml"),
        (["inspect", "a.jsonl", "--lang"], "--lang"),
        (["inspekt"], "inspect"),
        (["book", "export", "national-2019", "--out", "missing/x.json"], "x.json"),
        (["report", "a.jsonl", "--to", "html", "--out", "missing/x.html"], "x.html"),
        (["compare", "a.jsonl"], "--against"),
        (["rulebooks", "--region", "汉中"], "--at"),
        (["explain", "media.veto.stall"], "media.veto.stale"),
    ],
)
def test_wrong_usage_is_said_without_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], part: str, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOVMEDIA_LANG", lang)
    (tmp_path / "a.jsonl").write_text(STALE, "utf-8")
    (tmp_path / "a.csv").write_text("账号名称,平台类型\n某县发布,微博\n", "utf-8")
    code, out, err = run(capsys, *args)
    assert code == 2, err
    assert part in err
    assert out == ""


# --- settings ---------------------------------------------------------------------------------------------------------


def test_settings_are_read_where_they_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, settings = tmp_path / "a.jsonl", tmp_path / "s.toml"
    path.write_text(STALE, "utf-8")
    settings.write_text('[inspect]\nselect = ["media.veto.stale"]\nformat = "json"\nfail-on = ["unqualified"]\n', "utf-8")
    code, out, _ = run(capsys, "inspect", str(path), "--config", str(settings))
    assert code == 3
    assert json.loads(out)["covers"] == ["media.veto.stale"]
    monkeypatch.setenv("GOVMEDIA_CONFIG", str(settings))
    assert run(capsys, "inspect", str(path))[0] == 3
    code, out, _ = run(capsys, "inspect", str(path), "--format=csv", "--select", "media.veto")
    assert out.startswith("kind,")
    assert run(capsys, "explain", "media.veto.stale")[0] == 0
    monkeypatch.delenv("GOVMEDIA_CONFIG")
    monkeypatch.chdir(tmp_path)
    for name in ("govmedia.toml", "govmedia_rules.toml", ".govmedia.toml", "pyproject.toml"):
        (tmp_path / name).write_text(settings.read_text("utf-8"), "utf-8")
    assert run(capsys, "inspect", str(path))[0] == 0


def test_settings_of_commands_below_commands_and_of_the_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text('lang = "zh"\n[campaign.summary]\nexample = "nowhere"\n', "utf-8")
    code, _, err = run(capsys, "campaign", "summary", "--config", str(settings))
    assert code == 2
    assert "nowhere" in err


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[inspect]\nfromat = 'json'\n", "format"),
        ("[inspekt]\nformat = 'json'\n", "inspect"),
        ("[inspect]\nformat = 'jsn'\n", "table"),
        ("[inspect]\nworkers = 'two'\n", "two"),
        ("[inspect]\nworkers = true\n", "number"),
        ("[report]\ncomplete = 'yes'\n", "true or false"),
        ("[inspect]\npaths = ['a.jsonl']\n", "paths"),
        ("format = 'json'\n", "format"),
        ("inspect = 3\n", "inspect"),
        ("[inspect\n", "TOML"),
        ("lang = 'fr'\n", "fr"),
        ("\x80", "TOML"),
    ],
)
def test_settings_that_are_wrong_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, part: str) -> None:
    path, settings = tmp_path / "a.jsonl", tmp_path / "s.toml"
    path.write_text(STALE, "utf-8")
    settings.write_bytes(text.encode("latin-1"))
    code, out, err = run(capsys, "inspect", str(path), "--config", str(settings))
    assert code == 2
    assert out == ""
    assert part in err


@pytest.mark.parametrize("form", ["csv", "github", "table"])
def test_an_open_verdict_is_shown_with_its_problems_and_with_what_keeps_it_open(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str
) -> None:
    book = {"id": "x", "title": "x", "extends": "national-2019", "indicators": {"media.manage.late": LATE}}
    path, overlay, before = tmp_path / "a.jsonl", tmp_path / "x.json", tmp_path / "before.jsonl"
    overlay.write_text(json.dumps(book), "utf-8")
    path.write_text(OPEN, "utf-8")

    @gr.check("x.late")
    def late(account: gr.AccountSnapshot) -> gr.CheckResult:
        return gr.failed("late")

    judged = gr.load_rulebook([book], checks=late)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("govmedia_rules.commands.inputs.load_rulebook", lambda _, books: judged)
        _, out, _ = run(capsys, "inspect", str(path), "--format", form)
        before.write_text(line_of(path), "utf-8")
        _, again, _ = run(capsys, "inspect", str(path), "--format", form, "--baseline", str(before))
    for printed in (out, again):
        assert "迟报" in printed
        assert "未提供有效互动功能" in printed


LATE = {
    "title": "迟报",
    "kind": "management",
    "check": "x.late",
    "source": {"document": "乙", "verified": True},
    "applies_to": {"subject": "account"},
    "messages": {"late": {"zh": "迟报", "en": "late"}},
}


def line_of(path: Path) -> str:
    """Return what the national rules alone say of a file."""
    return "".join(inspection.to_json() + "\n" for inspection in gr.load_rulebook("national-2019").inspect_files(path))


@pytest.mark.parametrize(("lines", "unread"), [(STALE + "{\n", 1), ("{\n{\n", 2), ("", 1)])
def test_sarif_says_what_was_not_read(capsys: pytest.CaptureFixture[str], tmp_path: Path, lines: str, unread: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(lines, "utf-8")
    for command in (["inspect", "--format", "sarif"], ["report", "--to", "sarif", "--out", str(tmp_path / "a.sarif")]):
        code, out, _ = run(capsys, *command, str(path))
        if command[0] == "report" and not lines:
            continue  # a report of nothing is empty
        assert code == 1
        (log,) = json.loads(out or (tmp_path / "a.sarif").read_text("utf-8"))["runs"]
        (invocation,) = log["invocations"]
        assert invocation["executionSuccessful"] is False
        assert len(invocation["toolExecutionNotifications"]) == unread


def test_comparing_says_what_was_not_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, empty, marked = tmp_path / "a.jsonl", tmp_path / "empty.jsonl", tmp_path / "marked.jsonl"
    path.write_text(STALE + "{\n", "utf-8")
    code, _, err = run(capsys, "compare", str(path), "--against", "national-2019")
    assert code == 1
    assert err.count("row 2") == 1
    empty.write_text("", "utf-8")
    assert run(capsys, "compare", str(empty), str(empty))[0] == 1
    path.write_text(STALE, "utf-8")
    marked.write_text(line_of(path), "utf-8-sig")
    assert run(capsys, "compare", str(marked), str(marked))[0] == 0
    marked.write_bytes("某县".encode("gb18030"))
    for args in (["compare", str(marked), str(marked)], ["inspect", str(path), "--baseline", str(marked)]):
        code, _, err = run(capsys, *args)
        assert code == 2
        assert "marked.jsonl, row 1" in err


def test_options_are_written_in_full_so_that_settings_add_nothing_to_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, settings = tmp_path / "a.jsonl", tmp_path / "settings.toml"
    path.write_text(STALE, "utf-8")
    settings.write_text('[inspect]\nignore = "media.veto.stale"\n', "utf-8")
    code, _, err = run(capsys, "--config", str(settings), "inspect", str(path), "--ign", "media.veto.fake")
    assert code == 2
    assert "--ignore" in err
