"""A rulebook as one file that another machine loads: the same plan, or an error that says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.errors import RulebookError
from govmedia_rules.judge.rulebook import export_rulebook
from govmedia_rules.rules.load import built_in_files


@pytest.mark.parametrize("name", sorted(built_in_files()))
def test_every_built_in_rulebook_is_the_same_after_export(name: str, tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    book = export_rulebook(name, path)
    again = gr.load_rulebook(path)
    assert again == book == gr.load_rulebook(name)
    assert [indicator.origins for indicator in again.indicators] == [indicator.origins for indicator in book.indicators]
    assert [indicator.source for indicator in again.indicators] == [indicator.source for indicator in book.indicators]
    assert again.basis == book.basis


def test_layers_of_files_need_none_of_the_files(tmp_path: Path) -> None:
    own = tmp_path / "here"
    own.mkdir()
    (own / "city.toml").write_text(
        'id = "city-2024"\ntitle = "某市"\nregion = "610700"\nextends = "national-2019"\n'
        '[indicators."media.veto.stale"]\nparams = { window = { days = 10 } }\n'
        '[indicators."site.veto.unreachable"]\nparams = { failed_share = 0.010 }\n',
        "utf-8",
    )
    (own / "county.toml").write_text(
        'id = "county-2024"\ntitle = "某县"\nregion = "610726"\nextends = "city.toml"\n[effective]\nfrom = 2024-01-01\n'
        '[indicators."media.veto.stale"]\nparams = { window = { days = 7 } }\n',
        "utf-8",
    )
    path = tmp_path / "county.json"
    book = export_rulebook(str(own / "county.toml"), path)
    for file in own.iterdir():
        file.unlink()
    again = gr.load_rulebook(str(path))
    assert again == book
    assert again["media.veto.stale"].params["window"] == gr.Window(days=7)
    assert again.explain("media.veto.stale").parameters["window"][1] == "county-2024"
    snapshot = testing.snapshot("account", latest_post_at="2024-08-14")
    assert again.inspect(snapshot).finding("media.veto.stale").status is gr.Status.FAILED


def test_a_selection_is_exported_as_one(tmp_path: Path) -> None:
    path = tmp_path / "veto.json"
    book = export_rulebook("national-2019", path, only=["media.veto"])
    again = gr.load_rulebook(path)
    assert again == book == gr.load_rulebook("national-2019").only("media.veto")
    assert not again.plan.complete


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "book.json"
    assert main(["book", "export", "jiangxi-2020", "--out", str(path)]) == 0
    assert "jiangxi-2020@" in capsys.readouterr().err
    assert gr.load_rulebook(path).id == "jiangxi-2020"
    assert main(["inspect", "--example", "jiangxi-2020q1", "--rulebook", str(path)]) == 0


def exported(tmp_path: Path) -> dict[str, Any]:
    export_rulebook("guidelines-2017", tmp_path / "book.json")
    document = json.loads((tmp_path / "book.json").read_text("utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "x"}, "no exported rulebook"),
        ({"format_version": 2}, "format 2, and 1 is read"),
        ({"layers": []}, "holds no layer"),
        ({"layers": [{"id": "x"}]}, "title"),
        ({"layers": [{"id": "x", "title": "x", "versions": "1"}]}, "versions"),
        ({"layers": "x"}, "cannot be used"),
        ({"layers": [{"id": "x", "title": "x", "version": {"$decimal": "x"}}]}, "cannot be used"),
        ({"only": ["none"]}, "no indicator or family 'none'"),
        ({"only": 7}, "cannot be used"),
        ({"digest": "0" * 64}, "was exported as 000000000000"),
    ],
)
def test_a_file_that_is_not_as_it_was_exported_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(exported(tmp_path) | change), "utf-8")
    with pytest.raises(RulebookError, match=message):
        gr.load_rulebook(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"format": "govmedia-rules-book"}', "\x00"])
def test_a_file_that_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "book.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RulebookError):
        gr.load_rulebook(path)


def test_a_file_that_is_not_there_and_a_disk_that_takes_none(tmp_path: Path) -> None:
    with pytest.raises(RulebookError):
        gr.load_rulebook(tmp_path / "none.json")
    with pytest.raises(gr.errors.ExportError, match="cannot be written"):
        export_rulebook("guidelines-2017", tmp_path / "none" / "book.json")
