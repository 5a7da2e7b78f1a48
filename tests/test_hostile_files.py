"""Files that hurt: each reader is given what readers stumble over, within two seconds of processor time and a gigabyte.

The files are made here. What the fuzzer (`tests/fuzz.py`) found is kept as a small file of its own kind below.
"""

from __future__ import annotations

import io
import json
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests import fuzz

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(sys.platform == "win32", reason="inputs are read in forked processes"),
]


@cache
def _readers() -> dict[str, fuzz.Reader]:
    return {reader.name: reader for reader in fuzz.readers()}


def _seed(name: str) -> bytes:
    return _readers()[name].seed


def _middle(data: bytes, piece: bytes) -> bytes:
    return data[: len(data) // 2] + piece + data[len(data) // 2 :]


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) // 2],
    "doubled": lambda data: data + data,
    "nul": lambda data: _middle(data, b"\x00"),
    "escape": lambda data: _middle(data, b"\x1b[2J\x9b31m\xe2\x80\xae"),
    "undecodable": lambda data: _middle(data, b"\xff\xfe\xfa"),
    "open quote": lambda data: _middle(data, b'"'),
    "many digits": lambda data: _middle(data, b"9" * 5_000),
    "nesting": lambda data: _middle(data, b"[" * 20_000),
    "tags": lambda data: _middle(data, b"<div><b>" * 4_000),
    "dotted": lambda data: _middle(data, b"\na.b.c.d.e = 1\n"),
    "blanks": lambda data: _middle(data, b" " * 100_000),
    "one letter": lambda data: _middle(data, b"a_" * 20_000),
    "one character": lambda data: _middle(data, "汉".encode() * 10_000),
    "lines": lambda data: _middle(data, b"\n" * 20_000),
    "noise": lambda data: random.Random(1).randbytes(2_000),
}
"""What is done to each seed."""


def _zip(**parts: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return sink.getvalue()


def _with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    return _zip(**(parts | {name: change(parts.get(name, b""))}))


def _bomb(size: int = 300_000_000) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(size // 10_000_000):
                part.write(b" " * 10_000_000)
        archive.writestr("word/document.xml", b"<a/>")
    return sink.getvalue()


def _spans(count: int) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        return part.replace(b"<w:tcPr>", f'<w:tcPr><w:gridSpan w:val="{count}"/>'.encode())

    return change


def _entities(levels: int = 12) -> bytes:
    lines = ['<!ENTITY a0 "aaaaaaaaaa">'] + [f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, levels)]
    return f"<?xml version='1.0'?><!DOCTYPE x [{''.join(lines)}]><x>&a{levels - 1};</x>".encode()


_SHEET = "xl/worksheets/sheet1.xml"
_ROW = "某县发布,微信订阅号,2024-08-20"

MADE: list[tuple[str, str, Callable[[], bytes]]] = [
    ("cell at the far corner", "accounts-xlsx", lambda: _with_part(_seed("accounts-xlsx"), _SHEET, lambda part: part.replace(b'r="A1"', b'r="XFD1048576"'))),
    ("row at the end", "accounts-xlsx", lambda: _with_part(_seed("accounts-xlsx"), _SHEET, lambda part: part.replace(b'<row r="2"', b'<row r="1048576"'))),
    ("merge of everything", "accounts-xlsx", lambda: _with_part(_seed("accounts-xlsx"), _SHEET, lambda part: part.replace(b"A6:C6", b"A1:XFD1048576"))),
    ("merge upside down", "accounts-xlsx", lambda: _with_part(_seed("accounts-xlsx"), _SHEET, lambda part: part.replace(b"A6:C6", b"C6:A1"))),
    ("string beyond the table", "accounts-xlsx", lambda: _with_part(_seed("accounts-xlsx"), _SHEET, lambda part: part.replace(b"<v>0</v>", b"<v>99999999</v>"))),
    ("entities in a sheet", "accounts-xlsx", lambda: _with_part(_seed("accounts-xlsx"), _SHEET, lambda part: _entities())),
    ("entities in a document", "notice-docx", lambda: _with_part(_seed("notice-docx"), "word/document.xml", lambda part: _entities())),
    ("entities in a text", "text-docx", lambda: _with_part(_seed("notice-docx"), "word/document.xml", lambda part: _entities())),
    ("workbook without sheets", "accounts-xlsx", lambda: _with_part(_seed("accounts-xlsx"), "xl/workbook.xml", lambda part: b"<workbook/>")),
    ("workbook that unpacks to 300 MB", "accounts-xlsx", lambda: _bomb()),
    ("document that unpacks to 300 MB", "notice-docx", lambda: _bomb()),
    ("text that unpacks to 300 MB", "text-xlsx", lambda: _bomb()),
    ("container of 5,000 parts", "accounts-xlsx", lambda: _zip(**{f"xl/{at}.xml": b"" for at in range(5_000)})),
    ("container of nothing", "accounts-xlsx", lambda: b"PK\x03\x04"),
    ("container with a way out", "text-docx", lambda: _zip(**{"../../word/document.xml": b"<a/>"})),
    ("ODS without a closing tag", "accounts-ods", lambda: _with_part(_seed("accounts-ods"), "content.xml", lambda part: part[: part.rindex(b"</table:table>")])),
    ("ODS of a billion rows", "accounts-ods", lambda: _with_part(_seed("accounts-ods"), "content.xml", lambda part: part.replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000000000">'))),
    ("ODS with a cell a billion times", "accounts-ods", lambda: _with_part(_seed("accounts-ods"), "content.xml", lambda part: part.replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="1000000000" '))),
    ("ODS of nearly a thousand columns", "accounts-ods", lambda: _with_part(_seed("accounts-ods"), "content.xml", lambda part: part.replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="190" '))),
    ("ODS nested deeply", "accounts-ods", lambda: _with_part(_seed("accounts-ods"), "content.xml", lambda part: b"<a>" * 100_000)),
    ("DOCX with wide cells", "notice-docx", lambda: _with_part(_seed("notice-docx"), "word/document.xml", _spans(1_000_000))),
    ("DOCX with negative cells", "notice-docx", lambda: _with_part(_seed("notice-docx"), "word/document.xml", _spans(-5))),
    ("DOCX nested deeply", "notice-docx", lambda: _with_part(_seed("notice-docx"), "word/document.xml", lambda part: b"<w:p>" * 50_000)),
    ("DOCX whose body is missing", "notice-docx", lambda: _with_part(_seed("notice-docx"), "word/document.xml", lambda part: part.replace(b"w:body", b"w:bady"))),
    ("HTML table with wide cells", "accounts-html", lambda: b"<table><tr><td colspan=1000000000 rowspan=1000000000>a</td><td>b</td></tr></table>"),
    ("HTML notice with wide cells", "notice-html", lambda: b"<html><table>" + b"<tr><td colspan=1000 rowspan=65534>a</td></tr>" * 500 + b"</table>"),
    ("HTML tables inside each other", "accounts-html", lambda: b"<table><tr><td>" * 3_000),
    ("HTML tables deep in other elements", "accounts-html", lambda: b"<div>" * 3_000 + b"<table><tr><td>a</td></tr></table>" * 3_000),
    ("CSV of quotes", "accounts-csv", lambda: b'"' * 100_001),
    ("CSV of commas", "accounts-csv", lambda: b"," * 300_000),
    ("CSV of one cell", "accounts-csv", lambda: b"a" * 1_000_000),
    ("CSV with a huge cell", "accounts-csv", lambda: f"账号名称,平台类型,最近更新时间\n{_ROW}{'x' * 200_000}\n".encode()),
    ("CSV numbered without end", "accounts-csv", lambda: ("序号,账号名称,平台类型,最近更新时间\n" + "".join(f"{at},甲{at},微博,2024-08-20\n" for at in range(2_000))).encode()),
    ("CSV of totals", "accounts-csv", lambda: f"账号名称,平台类型,最近更新时间\n{'合计,,1' + chr(10)}".encode() * 2_000),
    ("CSV with a header of a thousand columns", "accounts-csv", lambda: ",".join(f"列{at}" for at in range(1_000)).encode() + b"\n" + b"," * 999),
    ("CSV of one header many times", "accounts-csv", lambda: ("账号名称," * 500 + "\n" + "甲," * 500).encode()),
    ("dates of all kinds", "accounts-csv", lambda: ("账号名称,平台类型,最近更新时间\n" + "".join(f"甲{at},微博,{'9' * at}-13-45\n" for at in range(1, 300))).encode()),
    ("CSV with notes inside notes", "accounts-csv", lambda: f"账号名称,平台类型,互动功能\n甲,微博,{'有:' * 3_000}\n乙,微博,{'栏目:' * 3_000}评论\n".encode()),
    ("columns with a name without end", "columns-csv", lambda: _seed("columns-csv").replace("通知公告".encode(), "通知".encode() * 6_000)),
    ("text in an encoding that nobody knows", "text-xlsx", lambda: _with_part(_seed("accounts-xlsx"), "docProps/core.xml", lambda part: part.replace(b"UTF-8", b"UTF-99"))),
    ("rulebook that extends a name without end", "rulebook-toml", lambda: _seed("rulebook-toml").replace(b"national-2019", b"n" * 5_000)),
    ("rulebook that extends a file without end", "rulebook-toml", lambda: _seed("rulebook-toml").replace(b"national-2019", b"n" * 5_000 + b".toml")),
    ("posts with an undecodable name", "posts-csv", lambda: _seed("posts-csv").replace("某县".encode(), b"\xff\xff")),
    ("post list nested deeply", "posts-json", lambda: b"[" * 100_000),
    ("post list of one post repeated", "posts-json", lambda: json.dumps({"weibo": [{"text": "a", "created_at": "x" * 10_000}] * 200}).encode()),
    ("lexicon of blank lines", "lexicon-csv", lambda: b"\n\n \n"),
    ("lexicon pattern that backtracks", "lexicon-toml", lambda: 'id = "x"\n[[patterns]]\npattern = "(的+)+中$"\nadvice = "a"\n'.encode()),
    ("lexicon of nested brackets", "lexicon-toml", lambda: f'id = "x"\n[[patterns]]\npattern = "{"(" * 500}"\nadvice = "a"\n'.encode()),
    ("rulebook of nested tables", "rulebook-toml", lambda: b"a = " + b"[" * 5_000),
    ("rulebook of dotted keys", "rulebook-toml", lambda: b".".join([b"a"] * 5_000) + b" = 1"),
    ("rulebook of a number of 5,000 digits", "rulebook-toml", lambda: b"id = " + b"9" * 5_000),
    ("rulebook that extends itself", "rulebook-toml", lambda: b'id = "own"\ntitle = "a"\nextends = "own.toml"\n'),
    ("rulebook with a window without end", "rulebook-toml", lambda: _seed("rulebook-toml").replace(b"days = 10", b"days = 999999999999")),
    ("rulebook titles that steer a terminal", "rulebook-toml", lambda: _seed("rulebook-toml").replace("本市细则".encode(), b"\\u001b[2J\\u202e").replace(b'check = "', b'check = "\\u001b]0;')),
    ("bundle of one layer nested deeply", "rulebook-bundle", lambda: b'{"format":"govmedia-rules rulebook","layers":' + b"[" * 50_000),
    ("snapshot nested deeply", "snapshots-jsonl", lambda: b'{"a":' * 100_000),
    ("snapshot with a key twice", "snapshots-jsonl", lambda: _seed("snapshots-jsonl").replace(b'"observed_at"', b'"kind":"site","observed_at"')),
    ("snapshot with a lone surrogate", "snapshots-jsonl", lambda: _seed("snapshots-jsonl").replace(b'"title":"', b'"title":"\\ud800')),
    ("snapshot of a number of 5,000 digits", "snapshots-jsonl", lambda: _seed("snapshots-jsonl").replace(b'"entry_count": 3', b'"entry_count": ' + b"9" * 5_000)),
    ("snapshot at the end of time", "inspected-files", lambda: _seed("snapshots-jsonl").replace(b"2024-", b"9999-")),
    ("snapshot at the beginning of time", "inspected-files", lambda: _seed("snapshots-jsonl").replace(b"2024-", b"0001-")),
    ("waiver at the end of time", "waivers-jsonl", lambda: _seed("waivers-jsonl").replace(b"2024-12-31", b"9999-12-31")),
    ("notice titles of a_", "notice-text", lambda: ("某市" + "a_" * 20_000 + "通报\n正文").encode()),
    ("notice of numbers", "notice-text", lambda: ("抽查网站" + "9" * 20_000 + "家，合格" + "8" * 20_000 + "家，合格率99%。\n").encode()),
    ("notice of brackets", "notice-text", lambda: ("某市通报\n" + "（" * 20_000).encode()),
    ("notice of opening quotes", "notice-text", lambda: ("某市通报\n" + "“" * 20_000).encode()),
    ("notice of enumerations", "notice-text", lambda: ("某市通报\n" + "、甲" * 10_000).encode()),
    ("notice table numbered without end", "notice-html", lambda: ("<html><table>" + "".join(f"<tr><td>{at}</td><td>甲{at}</td></tr>" for at in range(2_000)) + "</table></html>").encode()),
    ("page of links", "page", lambda: b"<html><body>" + b'<a href="/x/1.html">a</a>' * 3_000 + b"</body></html>"),
    ("page of open comments", "page", lambda: b"<html><body>" + b"<!--" * 20_000),
    ("page of attributes", "page", lambda: b"<a " + b" ".join(b"a%d=1" % at for at in range(20_000)) + b">"),
    ("page title of a_", "page", lambda: b"<html><head><title>" + b"a_" * 20_000 + b"</title></head><body>a</body></html>"),
    ("page title of separators", "page", lambda: b"<html><head><title>" + b"_ " * 20_000 + b"</title></head><body>a</body></html>"),
    ("history nested deeply", "wechat-history", lambda: b'{"general_msg_list":' + b"[" * 50_000),
    ("history nested deeply in a text", "wechat-history", lambda: json.dumps({"general_msg_list": "[" * 50_000}).encode()),
    ("page of dates", "page", lambda: ("<html><body>" + "2024-08-20 " * 5_000 + "</body></html>").encode()),
    ("page as one line of digits", "page", lambda: b"<html><body>" + b"1" * 200_000 + b"</body></html>"),
    ("PDF whose pages are each other", "text-pdf", lambda: _seed("text-pdf").replace(b"Kids[3 0 R]", b"Kids[2 0 R]")),
    ("PDF of a billion pages", "text-pdf", lambda: _seed("text-pdf").replace(b"Count 1", b"Count 1000000000")),
    ("PDF whose content never ends", "text-pdf", lambda: _seed("text-pdf").replace(b"Length 44", b"Length 4 0 R")),
    ("Parquet of a foot alone", "accounts-parquet", lambda: b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1"),
    ("Parquet with undecodable headers", "accounts-parquet", lambda: _seed("accounts-parquet").replace("账号".encode(), b"\xff" * 6)),
    ("snapshots with undecodable headers", "snapshots-parquet", lambda: _seed("snapshots-parquet").replace("账号".encode(), b"\xff" * 6)),
    ("snapshots with undecodable names", "snapshots-parquet", lambda: _seed("snapshots-parquet").replace("某县".encode(), b"\xff" * 6)),
    ("accounts with undecodable names", "accounts-parquet", lambda: _seed("accounts-parquet").replace("某县".encode(), b"\xff" * 6)),
    ("Parquet without its pages", "snapshots-parquet", lambda: _seed("snapshots-parquet")[:4] + b"\x00" * 900 + _seed("snapshots-parquet")[904:]),
    ("journal with a line twice", "campaign-journal", lambda: _seed("campaign-journal") + _seed("campaign-journal").splitlines(True)[-1]),
    ("journal without its last newline", "campaign-journal", lambda: _seed("campaign-journal")[:-1]),
    ("journal of another kind", "campaign-journal", lambda: b'{"crc":"00000000","kind":"x","data":1}\n'),
    ("visits torn in the middle", "visits", lambda: _seed("visits").replace(b"\n", b"", 1)),
    ("results nested deeply", "results", lambda: b'{"schema_version": 2, "a":' + b"[" * 50_000),
    ("result without its findings", "inspection", lambda: _seed("inspection").replace(b'"findings":[', b'"findings":[],"x":[')),
    ("draft of a control character", "campaign-draft", lambda: b'issuer = "\\u001b[2J"\nwhat\\u0007 = 1'),
    ("round of unknown terms", "campaign-toml", lambda: b'[terms]\n"\\u001b[31m" = 1\n'),
    ("round of more cells than headers", "campaign-reported", lambda: b"name,tier\na,b,c,d\n"),
    ("cases without an indicator", "cases", lambda: b"[[case]]\nname = 1\n"),
]  # fmt: skip


def _faults(make: fuzz.Maker, count: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        _, faults = fuzz.run(make, range(count), Path(folder))
    return [f"{fault.reader} {fault.number}: {fault.what}" for fault in faults]


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Read each seed once, so that forked processes have modules and patterns at hand; and no seed may be refused."""
    assert fuzz.check_seeds(list(_readers().values()), say=None) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_reader_ends_with_its_own_error(kind: str) -> None:
    chosen = [reader for reader in _readers().values() if kind in ("cut", "noise") or reader.weight > 1 / fuzz.SLOW]

    def inputs(numbers: object) -> Iterator[fuzz.Input]:
        for number in numbers:  # type: ignore[attr-defined]
            yield number, chosen[number], KINDS[kind](chosen[number].seed)

    assert _faults(inputs, len(chosen)) == []


@pytest.mark.parametrize(("reader", "make"), [entry[1:] for entry in MADE], ids=[entry[0] for entry in MADE])
def test_files_made_to_hurt(reader: str, make: Callable[[], bytes]) -> None:
    assert _faults(lambda numbers: ((number, _readers()[reader], make()) for number in numbers), 1) == []


def test_the_fuzzer_notices_what_it_must(tmp_path: Path) -> None:
    def spin(path: Path) -> None:
        while True:
            pass

    def grow(path: Path) -> None:
        bytearray(4 * fuzz.MEMORY)  # refused at once, so that a slow machine does not run out of time first

    def die(path: Path) -> None:
        import os

        os._exit(9)

    ways = [spin, grow, die, lambda path: json.loads("{"), lambda path: None]
    readers = [fuzz.Reader(str(at), "a", b"", way) for at, way in enumerate(ways)]
    counts, faults = fuzz.run(lambda numbers: ((at, readers[at], b"") for at in numbers), range(5), tmp_path)
    assert sorted(counts) == ["0", "1", "2", "3", "4"]
    assert [(fault.reader, fault.what.split(" ")[0]) for fault in faults] == [
        ("0", "_TooSlow"),
        ("1", "MemoryError"),
        ("2", "the"),
        ("3", "JSONDecodeError"),
    ]
