"""Rulebooks released apart from the code: read whole or not at all, found before the built-in ones, named by every result."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.errors import ExportError, RulebookError, RulebookErrors, UnknownRulebook
from govmedia_rules.rules import release as release_module

NATION = """
id = "national-2019"
title = "检查指标（修订）"
version = "1.1"
effective = { from = 2019-04-01, to = 2026-12-31 }

[indicators."media.veto.stale"]
title = "内容不更新"
kind = "veto"
check = "account.stale"
params = { window = { days = 10 } }
source = { document = "某文件", grade = "official" }
"""
NEXT = """
id = "national-2027"
title = "检查指标（2027年）"
effective = { from = 2027-01-01 }

[indicators."media.veto.stale"]
title = "内容不更新"
kind = "veto"
check = "account.stale"
params = { window = { days = 7 } }
source = { document = "某文件", grade = "official" }
"""
CITY = """
id = "hanzhong-2027"
title = "汉中市（2027年）"
extends = "national-2027"
region = "610700"
effective = { from = 2027-01-01 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A release as a folder: the nation revised, its successor, and a city over that."""
    texts = tmp_path / "texts"
    texts.mkdir()
    for name, text in (("national-2019", NATION), ("national-2027", NEXT), ("hanzhong-2027", CITY)):
        (texts / f"{name}.toml").write_text(text, "utf-8")
    target = tmp_path / "books"
    books = [str(texts / f"{name}.toml") for name in ("national-2019", "national-2027")]
    gr.export_books(books, target, name="nation", version="2026.12", issued=date(2026, 12, 1))
    city = (texts / "hanzhong-2027.toml").read_bytes()
    (target / "hanzhong-2027.toml").write_bytes(city)
    relist(target, lambda manifest: manifest["books"].append(entry("hanzhong-2027", city)))
    return target


def entry(name: str, data: bytes, **more: Any) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    return {"file": f"{name}.toml", "id": name, "version": "1", "sha256": digest, "bytes": len(data), **more}


def relist(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return target


def refusal(path: Path) -> str:
    with pytest.raises(RulebookErrors) as caught:
        gr.read_books(path)
    return str(caught.value)


def window(book: gr.Rulebook) -> object:
    return book["media.veto.stale"].params["window"]


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_release_stands_before_the_built_in_books(folder: Path, tmp_path: Path, form: str) -> None:
    books = gr.read_books(folder if form == "folder" else zipped(folder, tmp_path / "books.zip"))
    assert books.name.startswith("nation 2026.12 (")
    assert window(gr.load_rulebook("national-2019", books=books)) == gr.Window(days=10)
    assert window(gr.load_rulebook("national-2019")) == gr.Window(weeks=2)
    assert gr.load_rulebook("census-2015", books=books).books.startswith("govmedia-rules ")  # beside: the built-in ones are there
    assert window(gr.rulebook_for("略阳县", date(2027, 3, 1), books=books)) == gr.Window(days=7)
    assert gr.rulebook_for("略阳县", date(2027, 3, 1), books=books).version.startswith("hanzhong-2027@1+national-2027@1")


def test_alone_it_stands_instead_of_them(folder: Path) -> None:
    books = gr.read_books(folder, alone=True)
    with pytest.raises(RulebookError):
        gr.load_rulebook("census-2015", books=books)
    with pytest.raises(UnknownRulebook):
        gr.rulebook_for(None, date(2016, 1, 1), books=books)
    assert gr.rulebook_for("汉中市", date(2026, 12, 1), books=books).version == "national-2019@1.1"
    assert gr.explain("media.veto.stale", books=books).indicator.params["window"] == gr.Window(days=10)


def test_every_result_says_which_release(folder: Path) -> None:
    books = gr.read_books(folder)
    book = gr.load_rulebook("national-2019", books=books)
    inspection = book.inspect(testing.snapshot("account", latest_post_at="2024-08-12"))
    assert inspection.rulebook.books == book.books == books.name
    assert inspection.verdict is gr.Verdict.UNQUALIFIED
    stored = inspection.to_dict()
    assert stored["rulebook"]["books"] == books.name  # type: ignore[index]
    assert gr.Inspection.from_dict(stored).rulebook.books == books.name
    assert gr.Inspection.from_dict(stored, book.plan).rulebook.books == books.name
    assert books.name in str(book.explain("media.veto.stale"))
    assert pickle.loads(pickle.dumps(book)).books == books.name
    assert books.name in book._repr_html_()
    own = {"id": "own", "title": "自有", "extends": "national-2019"}
    assert gr.load_rulebook(own, books=books).books == books.name
    assert gr.load_rulebook({"id": "own", "title": "自有"}).books == ""


def test_an_exported_rulebook_says_it_too(folder: Path, tmp_path: Path) -> None:
    books = gr.read_books(folder)
    book = gr.export_rulebook("hanzhong-2027", tmp_path / "book.json", books=books)
    assert gr.load_rulebook(tmp_path / "book.json").books == book.books == books.name


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    written = gr.export_books(["jiangxi-2020", "yangling-2025"], tmp_path / "a.zip", name="some", version="1")
    assert sorted(written.layers) == ["jiangxi-2020", "national-2019", "yangling-2021", "yangling-2025"]
    again = gr.export_books(["jiangxi-2020", "yangling-2025"], tmp_path / "b.zip", name="some", version="1")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert again.digest == written.digest
    for name in written.layers:
        assert gr.load_rulebook(name, books=written).digest == gr.load_rulebook(name).digest


def test_it_is_not_written_where_it_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(RulebookErrors):
        gr.export_books(["none"], tmp_path / "a.zip", name="a", version="1")
    with pytest.raises(ExportError, match="files"):
        gr.export_books([{"id": "x", "title": "x"}], tmp_path / "a.zip", name="a", version="1")
    for name, version in (("", "1"), ("A b", "1"), ("a", ""), ("a", "1 0"), ("a/b", "1"), ("a", "1\n")):
        with pytest.raises((ExportError, RulebookError, ValueError)):
            gr.export_books(["guidelines-2017"], tmp_path / "a.zip", name=name, version=version)
    (tmp_path / "city.toml").write_text('id = "city"\ntitle = "x"\nextends = "base.toml"\n', "utf-8")
    (tmp_path / "base.toml").write_text('id = "base"\ntitle = "x"\n', "utf-8")
    with pytest.raises(ExportError, match="by their ids"):
        gr.export_books([str(tmp_path / "city.toml")], tmp_path / "a.zip", name="a", version="1")
    assert not list(tmp_path.glob("*.zip"))
    (tmp_path / "there").mkdir()
    with pytest.raises(ExportError, match="there already"):
        gr.export_books(["guidelines-2017"], tmp_path / "there", name="a", version="1")


def _first(manifest: dict[str, Any], **changes: Any) -> None:
    manifest["books"][0] |= changes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(format="x"), "format"),
        (lambda m: m.update(format_version=2), "format_version"),
        (lambda m: m.update(name="../x"), "name"),
        (lambda m: m.update(version=""), "version"),
        (lambda m: m.update(issued="2026-13-01"), "issued"),
        (lambda m: m.update(more=1), "more"),
        (lambda m: m.update(books=[]), "books"),
        (lambda m: m.update(books="x"), "books"),
        (lambda m: m.pop("books"), "books"),
        (lambda m: m["books"].pop(), "does not list"),
        (lambda m: m["books"].append(m["books"][0]), "twice"),
        (lambda m: m["books"].append(entry("none", b"")), "not there"),
        (lambda m: _first(m, sha256="0" * 64), "digest differs"),
        (lambda m: _first(m, sha256="x"), "sha256"),
        (lambda m: _first(m, bytes=1), "digest differs"),
        (lambda m: _first(m, bytes=-1), "bytes"),
        (lambda m: _first(m, bytes=10**12), "bytes"),
        (lambda m: _first(m, id="other"), "the file is national-2019@1.1"),
        (lambda m: _first(m, version="9"), "the file is national-2019@1.1"),
        (lambda m: _first(m, file="../national-2019.toml"), "file"),
        (lambda m: _first(m, file="/national-2019.toml"), "file"),
        (lambda m: _first(m, file="a/national-2019.toml"), "file"),
        (lambda m: _first(m, file="..\\national-2019.toml"), "file"),
        (lambda m: _first(m, file="manifest.json"), "file"),
        (lambda m: _first(m, file="national-2019.toml\n"), "file"),
    ],
)
def test_a_manifest_that_does_not_hold_is_refused(folder: Path, change: Callable[[dict[str, Any]], Any], message: str) -> None:
    relist(folder, change)
    assert message in refusal(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"format": "govmedia-rules-books"}', "\x00", "\ufeff{}"])
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(RulebookErrors):
        gr.read_books(folder)


@pytest.mark.parametrize(
    "text", ["", "x", "\xff", 'id = "x"', "a = " + "[" * 5_000, 'id = "national-2019"\ntitle = "x"\nversions = "1"']
)
def test_a_book_that_is_none_is_refused(folder: Path, text: str) -> None:
    data = text.encode("latin-1")
    (folder / "national-2019.toml").write_bytes(data)
    relist(folder, lambda manifest: _first(manifest, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data)))
    with pytest.raises(RulebookErrors):
        gr.read_books(folder)


def test_all_faults_come_at_once(folder: Path) -> None:
    (folder / "left.toml").write_text("", "utf-8")
    (folder / "hanzhong-2027.toml").unlink()
    relist(folder, lambda manifest: _first(manifest, sha256="0" * 64))
    with pytest.raises(RulebookErrors) as caught:
        gr.read_books(folder)
    assert len(caught.value.exceptions) == 3


def test_a_book_that_extends_what_is_nowhere_is_refused(folder: Path) -> None:
    (folder / "national-2027.toml").unlink()
    relist(folder, lambda manifest: manifest["books"].pop(1))
    assert "national-2027" in refusal(folder)


def rewrite(folder: Path, name: str, text: str) -> None:
    """Replace the text of the first book of a release, and its digest in the manifest."""
    data = text.encode()
    (folder / name).write_bytes(data)
    relist(
        folder,
        lambda manifest: [
            book.update(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
            for book in manifest["books"]
            if book["file"] == name
        ],
    )


STALE = '[indicators."media.veto.stale"]\nparams = {{ window = {{ days = {days} }} }}\n'


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (STALE.format(days=30), "makes (or may make) the veto milder"),
        (STALE.format(days='"many"'), "does not fit"),
        ('[indicators."media.veto.new"]\nkind = "veto"\n', "the key is missing"),
    ],
)
def test_a_book_that_could_not_be_used_is_refused_before_it_is_used(folder: Path, more: str, message: str) -> None:
    rewrite(folder, "hanzhong-2027.toml", f"{CITY}\n{more}")
    assert message in refusal(folder)


def test_a_book_may_wait_for_a_check_of_its_caller(folder: Path) -> None:
    own = '[indicators."local.item"]\ntitle = "x"\nkind = "management"\ncheck = "own.check"\nsource = { document = "d" }\n'
    rewrite(folder, "hanzhong-2027.toml", f"{CITY}\n{own}")
    books = gr.read_books(folder)
    with pytest.raises(RulebookErrors) as caught:
        gr.load_rulebook("hanzhong-2027", books=books)
    assert "own.check" in str(caught.value.exceptions[0])


def test_a_manifest_that_says_a_thing_twice_is_refused(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"name":', '"name": "other", "name":', 1), "utf-8")
    assert "twice" in refusal(folder)


def test_links_and_folders_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.toml").write_bytes((folder / "hanzhong-2027.toml").read_bytes())
    (folder / "hanzhong-2027.toml").unlink()
    os.symlink(tmp_path / "outside.toml", folder / "hanzhong-2027.toml")
    assert "plain files" in refusal(folder)
    (folder / "hanzhong-2027.toml").unlink()
    (folder / "hanzhong-2027.toml").mkdir()
    assert "plain files" in refusal(folder)


@pytest.mark.parametrize(
    "name", ["../x.toml", "/x.toml", "a/x.toml", "a\\x.toml", "books/", "X.toml", "x.py", ".x.toml", "x.toml\n"]
)
def test_other_names_in_a_zip_are_refused(folder: Path, tmp_path: Path, name: str) -> None:
    path = zipped(folder, tmp_path / "books.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "")
    with pytest.raises(RulebookErrors):
        gr.read_books(path)


def test_a_link_in_a_zip_is_refused(folder: Path, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.toml")
    link.external_attr = 0o120777 << 16
    path = zipped(folder, tmp_path / "books.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "plain" in refusal(path)


def test_a_repeated_file_in_a_zip_is_refused(folder: Path, tmp_path: Path) -> None:
    path = zipped(folder, tmp_path / "books.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("national-2019.toml", "")
    assert "twice" in refusal(path)


def test_sizes_are_bounded(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", " " * (release_module.MAX_BYTES + 1))
    assert "more than" in refusal(bomb)
    path = zipped(folder, tmp_path / "books.zip")
    for name, most in (("MAX_TOTAL_BYTES", 100), ("MAX_FILES", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(release_module, name, most)
            for where in (folder, path):
                assert "more than" in refusal(where)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 100, b"PK\x05\x06" + b"\0" * 18])
def test_a_file_that_is_no_release_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "books.zip").write_bytes(data)
    with pytest.raises(RulebookErrors):
        gr.read_books(tmp_path / "books.zip")
    with pytest.raises(RulebookErrors):
        gr.read_books(tmp_path / "none")


def test_a_broken_zip_is_refused_at_every_byte(folder: Path, tmp_path: Path) -> None:
    data = zipped(folder, tmp_path / "books.zip").read_bytes()
    whole = gr.read_books(tmp_path / "books.zip")
    for place in range(0, len(data), 7):
        (tmp_path / "books.zip").write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        try:
            assert gr.read_books(tmp_path / "books.zip").digest == whole.digest  # a byte that nothing rests on, such as a time
        except RulebookErrors:
            continue


def test_the_commands(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.zip"
    assert main(["book", "export", "jiangxi-2020", "--name", "jiangxi", "--version", "1", "--out", str(out)]) == 0
    assert "jiangxi 1 (" in capsys.readouterr().err
    assert main(["book", "export", "jiangxi-2020", "--out", str(out)]) == 2
    assert main(["book", "export", "jiangxi-2020", "--only", "x", "--name", "a", "--version", "1", "--out", str(out)]) == 2
    capsys.readouterr()
    name = gr.read_books(folder).name
    lines = tmp_path / "accounts.jsonl"
    lines.write_text(testing.snapshot("account", latest_post_at="2024-08-12").model_dump_json() + "\n", "utf-8")
    example = [str(lines), "--rulebook", "national-2019", "--books", str(folder)]
    assert main(["inspect", *example]) == 0
    assert name in capsys.readouterr().out
    assert main(["explain", "media.veto.stale", "--books", str(folder)]) == 0
    assert name in capsys.readouterr().out
    assert main(["rulebooks", "--books", str(folder), "--books-alone"]) == 0
    shown = capsys.readouterr().out
    assert "hanzhong-2027" in shown
    assert "census-2015" not in shown
    assert main(["rulebooks", "--books", str(folder), "--at", "2027-01-02", "--region", "汉中市", "--format", "json"]) == 0
    assert [(one["id"], one["books"]) for one in json.loads(capsys.readouterr().out)] == [
        ("national-2027", name),
        ("hanzhong-2027", name),
    ]
    assert main(["worklist", *example]) == 0
    assert main(["report", *example, "--to", "html", "--out", str(tmp_path / "report.html")]) == 0
    assert name in (tmp_path / "report.html").read_text("utf-8")
    assert main(["rulebooks", "--books-alone"]) == 2
    (folder / "national-2019.toml").write_text("x", "utf-8")
    assert main(["inspect", *example]) == 2
    assert "digest differs" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "version"), [("省级", "1"), ("province", "一"), ("", "1"), ("province", " ")])
def test_a_name_that_is_no_plain_word_is_refused_in_words(tmp_path: Path, name: str, version: str) -> None:
    with pytest.raises(gr.errors.ArgumentError, match="short words of letters"):
        gr.export_books(["hanzhong-2021"], tmp_path / "books.zip", name=name, version=version)
    assert not (tmp_path / "books.zip").exists()
