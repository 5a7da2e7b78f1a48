"""Results as tables: every frame library takes them, files lose nothing, and nothing in them runs."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import openpyxl
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import CutText, ExportError, MissingExtra, visible
from govmedia_rules.tables import files
from govmedia_rules.tables.columns import Heading, Row, micros
from govmedia_rules.tables.files import guard, sheet_title, unguard
from govmedia_rules.tables.out import Streamed, SummaryTable, Tabular, to_frame
from govmedia_rules.tables.sources import open_table


class Line(NamedTuple):
    text: str | None
    count: int | None
    share: float | None
    points: Decimal | None
    known: bool | None
    at: datetime | None
    day: date | None


HEADINGS: tuple[Heading[Line], ...] = (
    Heading("text", "text", "文字", lambda one: one.text),
    Heading("count", "integer", "数量", lambda one: one.count),
    Heading("share", "number", "占比", lambda one: one.share),
    Heading("points", "decimal", "分值", lambda one: one.points),
    Heading("known", "boolean", "已知", lambda one: one.known),
    Heading("at", "instant", "时间", lambda one: one.at),
    Heading("day", "day", "日期", lambda one: one.day),
)


class Lines(Tabular[Line]):
    headings = HEADINGS

    def __init__(self, rows: list[Line]) -> None:
        self._rows = rows

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)


FULL = Line("0107000036", 3, 0.25, Decimal("86.67"), True, datetime(2024, 8, 23, 10, 0, 0, 5, tzinfo=SHANGHAI), date(2024, 8, 1))
NONE = Line(None, None, None, None, None, None, None)
ODD = Line(
    '=cmd|"x"!A1, 汉\r\n"',
    -(2**62),
    -1e-300,
    Decimal("-0.000000000001"),
    False,
    datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-5))),
    date(1899, 1, 1),
)
EMPTY_TEXT = Line("", 0, 0.0, Decimal(0), False, datetime(1900, 1, 1, tzinfo=UTC), date(9999, 12, 31))
SOME = Lines([FULL, NONE, ODD, EMPTY_TEXT])
NOTHING = Lines([])


def _same(mine: Any, theirs: Any) -> bool:
    if theirs is None or theirs is pandas.NA or theirs is pandas.NaT:
        return mine is None
    if isinstance(theirs, pandas.Timestamp):
        theirs = theirs.to_pydatetime()
    return bool(mine == theirs)


def _check(rows: list[list[Any]]) -> None:
    assert len(rows) == len(SOME)
    for mine, theirs in zip(SOME.cells(), rows, strict=True):
        for heading, one, other in zip(HEADINGS, mine, theirs, strict=True):
            assert _same(one, other), (heading.name, one, other)


def test_frames_lose_nothing() -> None:
    _check([list(row.values()) for row in SOME.to_arrow().to_pylist()])
    _check([list(row) for row in SOME.to_polars().iter_rows()])
    _check([list(row) for row in SOME.to_pandas().itertuples(index=False)])
    _check([list(row) for row in polars.DataFrame(SOME).iter_rows()])
    _check([list(row.values()) for row in pyarrow.table(SOME).to_pylist()])
    _check(pandas.DataFrame.from_arrow(SOME).to_numpy(object, na_value=None).tolist())


def test_plain_pandas_takes_the_rows() -> None:
    frame = pandas.DataFrame(SOME)
    assert list(frame.columns) == SOME.columns
    assert frame["text"].tolist()[0] == "0107000036"


def test_types_are_the_same_everywhere_also_without_rows() -> None:
    schema = NOTHING.to_arrow().schema
    assert schema == SOME.to_arrow().schema == pyarrow.table(NOTHING).schema
    assert [str(field.type) for field in schema] == [
        "string",
        "int64",
        "double",
        "decimal128(38, 12)",
        "bool",
        "timestamp[us, tz=Asia/Shanghai]",
        "date32[day]",
    ]
    assert NOTHING.to_polars().schema == SOME.to_polars().schema == polars.DataFrame(NOTHING).schema
    assert (NOTHING.to_pandas().dtypes == SOME.to_pandas().dtypes).all()
    assert len(NOTHING.to_pandas()) == len(NOTHING.to_polars()) == len(NOTHING.to_arrow()) == 0


def test_duckdb_queries_it_by_name() -> None:
    lines = SOME
    assert duckdb.sql("select count(*), max(count), min(day) from lines").fetchall() == [(4, 3, date(1899, 1, 1))]
    nothing = NOTHING
    assert duckdb.sql("select count(*) from nothing").fetchall() == [(0,)]
    assert len(lines) == 4
    assert len(nothing) == 0


def test_an_arrow_stream_needs_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for make in (SOME.to_arrow, SOME.__arrow_c_stream__):
        with pytest.raises(MissingExtra, match=r"govmedia-rules\[frames\]"):
            make()


def test_parquet_loses_nothing(tmp_path: Path) -> None:
    for lines in (SOME, NOTHING):
        lines.to_parquet(tmp_path / "a.parquet")
        table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
        assert table.schema == lines.to_arrow().schema
        assert table.equals(lines.to_arrow())
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_csv_loses_nothing_and_runs_nowhere(tmp_path: Path) -> None:
    SOME.to_csv(tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert head == [heading.title for heading in HEADINGS]
    assert rows[0] == ["0107000036", "3", "0.25", "86.67", "true", "2024-08-23T10:00:00.000005+08:00", "2024-08-01"]
    assert rows[2][0].startswith("'=cmd")
    assert unguard(rows[2][0]) == ODD.text
    assert b'\r\n"",0,' in text
    assert b"\r\n,,,,,,\r\n" in text
    typed = polars.read_csv(tmp_path / "a.csv", schema_overrides={"文字": polars.String})
    assert typed["文字"].to_list() == ["0107000036", None, "'" + str(ODD.text), ""]
    SOME.to_csv(tmp_path / "b.csv", titles="name")
    assert next(cells["text"] for _, cells in open_table(tmp_path / "b.csv").rows) == "0107000036"
    with pytest.raises(ValueError, match="zh, name"):
        SOME.to_csv(tmp_path / "c.csv", titles="de")  # type: ignore[arg-type]


@given(st.text(max_size=8) | st.from_regex(r"\A'*[=+\-@\t\r＝＠]x?\Z"))
def test_the_guard_comes_off_again(text: str) -> None:
    guarded = guard(text)
    assert unguard(guarded) == text
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_a_workbook_loses_nothing_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    SOME.to_excel(path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    head, *rows = sheet.iter_rows()
    assert [cell.value for cell in head] == [heading.title for heading in HEADINGS]
    assert all(cell.data_type != "f" for row in rows for cell in row)
    first = [cell.value for cell in rows[0]]
    assert first[:5] == ["0107000036", 3, 0.25, 86.67, True]
    assert datetime.fromisoformat(first[5]) == FULL.at  # microseconds: text, because Excel has none
    assert first[6] == datetime(2024, 8, 1)
    assert [cell.value for cell in rows[1]] == [None] * 7
    odd = [cell.value for cell in rows[2]]
    assert odd[0].replace("_x000D_", "\r").replace("\r\n", "\n") == str(ODD.text).replace("\r\n", "\n")
    assert odd[1] == str(ODD.count)
    assert odd[5] == datetime(2024, 1, 1, 13)  # shown in China Standard Time
    assert date.fromisoformat(odd[6]) == ODD.day
    assert next(row["文字"] for _, row in open_table(path).rows) == "0107000036"
    SOME.to_excel(tmp_path / "b.xlsx")
    assert path.read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    NOTHING.to_excel(tmp_path / "c.xlsx", sheet="检查[结论]:2024/1", titles="name")
    assert openpyxl.load_workbook(tmp_path / "c.xlsx").sheetnames == ["检查_结论__2024_1"]


def test_links_stay_text(tmp_path: Path) -> None:
    Lines([FULL._replace(text="http://example.gov.cn/"), FULL._replace(text="\x00\x0b\ud7ff _x0041_")]).to_excel(
        tmp_path / "a.xlsx"
    )
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert not [name for name in book.namelist() if "rels" in name and "sheet" in name]
    values = [row[0].value for row in openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(min_row=2)]  # type: ignore[union-attr]
    assert values[0] == "http://example.gov.cn/"


def test_long_texts_are_cut_in_the_open(tmp_path: Path) -> None:
    with pytest.warns(CutText, match="1 texts"):
        Lines([FULL._replace(text="汉" * 40_000), FULL]).to_excel(tmp_path / "a.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"].value  # type: ignore[index]
    assert len(cell) == files.MAX_CELL
    assert cell.endswith(files.CUT_MARK)


def test_rows_beyond_a_sheet_go_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_SHEET_ROWS", 4)
    for count, sizes in ((0, [0]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])):
        Lines([FULL._replace(count=number) for number in range(count)]).to_excel(tmp_path / "a.xlsx", sheet="检查")
        book = openpyxl.load_workbook(tmp_path / "a.xlsx")
        assert [page.max_row - 1 for page in book] == sizes
        numbers = [row[1].value for page in book for row in page.iter_rows(min_row=2)]
        assert numbers == list(range(count))
        assert book.sheetnames[:2] == ["检查", "检查 2"][: len(sizes)]


def test_sheet_titles() -> None:
    assert sheet_title("a" * 40) == "a" * 31
    assert sheet_title("a" * 40, ["A" * 31]) == "a" * 29 + " 2"
    assert sheet_title("''") == "Sheet1"


def test_a_fault_leaves_no_file(tmp_path: Path) -> None:
    class Broken(Streamed[Line]):
        headings = HEADINGS

        def __iter__(self) -> Any:
            yield FULL
            raise RuntimeError("broken")

    for write in (Broken().to_csv, Broken().to_excel, Broken().to_parquet):
        with pytest.raises(RuntimeError, match="broken"):
            write(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    for write in (SOME.to_csv, SOME.to_excel, SOME.to_parquet):
        with pytest.raises(ExportError, match="folder does not exist"):
            write(tmp_path / "none" / "a")


def test_a_value_that_does_not_fit_names_its_column() -> None:
    for bad in (FULL._replace(points=Decimal("0.1234567890123")), FULL._replace(count=2**70), FULL._replace(text="\ud800")):
        with pytest.raises(ExportError, match="does not fit the column (points|count|text)"):
            Lines([bad]).to_arrow()


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(SHANGHAI)))
def test_instants_are_exact(at: datetime) -> None:
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros(at)) == at
    assert Lines([FULL._replace(at=at)]).to_polars()["at"][0] == at


def test_it_behaves_as_a_sequence() -> None:
    assert list(SOME) == [SOME[0], SOME[1], SOME[2], SOME[3]]
    assert list(reversed(SOME)) == list(SOME)[::-1]
    assert FULL in SOME
    assert "x" not in SOME
    assert SOME.index(ODD) == 2
    assert SOME.count(FULL) == 1


def test_streams_are_cut_into_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    from govmedia_rules.tables import out

    monkeypatch.setattr(out, "BATCH_ROWS", 3)
    table = Lines([FULL._replace(count=number) for number in range(8)]).to_arrow()
    assert [len(batch) for batch in table.to_batches()] == [3, 3, 2]
    assert all(one + 1 == other for one, other in pairwise(table["count"].to_pylist()))


def test_to_frame_takes_what_the_caller_has() -> None:
    assert isinstance(to_frame(SOME), pandas.DataFrame)
    assert isinstance(to_frame(SOME, "polars"), polars.DataFrame)
    assert isinstance(to_frame(SOME, "arrow"), pyarrow.Table)
    with pytest.raises(ExportError, match="not a table of this library but a list"):
        to_frame([1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="pandas, polars, arrow"):
        to_frame(SOME, "r")  # type: ignore[arg-type]
    code = (
        "import polars, govmedia_rules as gr, sys\n"
        "from govmedia_rules import testing\n"
        "seen = gr.load_rulebook('national-2019').inspect(testing.snapshot('account'))\n"
        "print(type(gr.to_frame(seen.findings)).__module__, 'pandas' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "polars.dataframe.frame False"


def test_missing_packages_name_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("pandas", "polars", "xlsxwriter"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match="pip install pandas"):
        SOME.to_pandas()
    with pytest.raises(MissingExtra, match="pip install polars"):
        SOME.to_polars()
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[report\]"):
        SOME.to_excel(tmp_path / "a.xlsx")
    assert isinstance(to_frame(SOME), pyarrow.Table)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[frames\]"):
        to_frame(SOME)


def test_a_row_is_a_mapping() -> None:
    class Person(Row):
        @classmethod
        def headings(cls) -> tuple[Heading[Any], ...]:
            return (Heading("name", "text", "名称", lambda one: "甲"),)

    assert dict(Person()) == {"name": "甲"}
    assert len(Person()) == 1
    with pytest.raises(KeyError):
        Person()["age"]


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_LINES = st.builds(
    Line,
    st.none() | _TEXTS,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.decimals(-(10**20), 10**20, places=12, allow_nan=False),
    st.none() | st.booleans(),
    st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from([UTC, SHANGHAI])),
    st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_LINES, max_size=5))
def test_any_rows_come_back_from_every_way_out(rows: list[Line], tmp_path: Path) -> None:
    lines = Lines(rows)
    wanted = [list(row) for row in lines.cells()]
    lines.to_parquet(tmp_path / "a.parquet")
    lines.to_csv(tmp_path / "a.csv", titles="name")
    assert [list(row.values()) for row in pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pylist()] == wanted
    assert [list(row) for row in polars.DataFrame(lines).iter_rows()] == wanted
    assert duckdb.sql("select * from lines").arrow().read_all().to_pylist() == lines.to_arrow().to_pylist()
    for mine, theirs in zip(wanted, lines.to_pandas().itertuples(index=False), strict=True):
        assert all(_same(one, other) for one, other in zip(mine, theirs, strict=True))
    text = (tmp_path / "a.csv").read_bytes().decode("utf-8-sig")
    head, *told = _cells_of_csv(text)
    assert head == lines.columns
    readers = (unguard, int, float, Decimal, lambda word: word == "true", datetime.fromisoformat, date.fromisoformat)
    read = [[None if cell is None else reader(cell) for reader, cell in zip(readers, row, strict=True)] for row in told]
    assert read == [[visible(cell) if isinstance(cell, str) else cell for cell in row] for row in wanted]


@pytest.mark.parametrize("text", ["\x1b[31m红\x1b[0m", "\x9b31m", "甲\u202e乙", "a\x00b", "\x1b=1+1"])
def test_control_characters_stand_in_files_as_text(text: str, tmp_path: Path) -> None:
    lines = Lines([NONE._replace(text=text)])
    lines.to_csv(tmp_path / "a.csv")
    lines.to_excel(tmp_path / "a.xlsx")
    written = (tmp_path / "a.csv").read_bytes().decode("utf-8-sig")
    assert written.split("\r\n")[1].startswith(visible(text))
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"].value == visible(text)
    assert not any(char in written for char in "\x1b\x9b\u202e\x00")


def _cells_of_csv(text: str) -> list[list[str | None]]:
    """Cells of CSV, telling an empty text (`""`) from no value (nothing), which the csv module does not."""
    rows: list[list[str | None]] = [[]]
    at = 0
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while text[end] != '"' or text[end + 1 : end + 2] == '"':
                end += 2 if text[end] == '"' else 1
            cell: str | None = text[at + 1 : end].replace('""', '"')
            at = end + 1
        else:
            end = min(found for found in (text.find(",", at), text.find("\r\n", at)) if found >= 0)
            cell = text[at:end] or None
            at = end
        rows[-1].append(cell)
        if text[at] == ",":
            at += 1
        else:
            at += 2
            rows.append([])
    return rows[:-1]


def test_a_table_for_the_occasion_and_one_that_names_its_rows(tmp_path: Path) -> None:
    table = SummaryTable(HEADINGS[:2], [FULL, NONE], name="统计")
    assert table.columns == ["text", "count"]
    assert table[1:].to_polars().rows() == [(None, None)]
    assert table[0] == FULL
    assert repr(table) == "<统计: 2 rows of text, count>"
    assert "统计 2 行" in table._repr_html_()
    table.to_excel(tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["统计"]
    empty = SummaryTable(HEADINGS, [])
    assert polars.DataFrame(empty).schema == NOTHING.to_polars().schema

    class Groups(Streamed[tuple[str, int]]):
        """Iterates over keys, and is a table of keys with counts."""

        def __init__(self, counts: dict[str, int]) -> None:
            self.counts = counts
            self.headings = (
                Heading("key", "text", "键", lambda one: one[0]),
                Heading("count", "integer", "数", lambda one: one[1]),
            )

        def __iter__(self) -> Any:
            return iter(self.counts)

        def table_rows(self) -> Any:
            return iter(self.counts.items())

    groups = Groups({"甲": 1, "乙": 2})
    assert list(groups) == ["甲", "乙"]
    wanted = [("甲", 1), ("乙", 2)]
    assert list(groups.cells()) == groups.to_polars().rows() == polars.DataFrame(groups).rows() == wanted
    assert duckdb.sql("select sum(count) from groups").fetchall() == [(3,)]
    assert groups.to_pandas()["key"].tolist() == ["甲", "乙"]
