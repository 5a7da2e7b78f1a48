"""Everything people hold as a sequence leaves the library as a table, also when it is empty, and loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import govmedia_rules as gr
from govmedia_rules.tables.out import Tabular

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples" / "jiangxi-2020q1").glob("[hs]*.jsonl"))
BOOK = gr.load_rulebook("jiangxi-2020")
SEEN = gr.InspectionTable(BOOK.inspect_files(EXAMPLES))
NATION = list(gr.load_rulebook("national-2019").inspect_files(EXAMPLES))[5:]
CHANGES = gr.compare(SEEN, NATION)
MATCHES = gr.Scanner("starter").scan("党的十八届五中全会提出四个意识。请拨打13812345678，身份证11010519491231002X。=1+1")

HELD: dict[str, Tabular[Any]] = {
    "inspections": SEEN,
    "no inspections": SEEN[:0],
    "findings": SEEN.findings,
    "no findings": SEEN.findings[:0],
    "problems": SEEN.problems,
    "missing": SEEN.missing,
    "comparison": CHANGES,
    "no comparison": gr.compare([], []),
    "matches": MATCHES,
    "no matches": MATCHES[:0],
}


def test_there_is_something_to_write() -> None:
    sizes = {name: len(one) for name, one in HELD.items()}
    assert all((size > 0) != name.startswith("no ") for name, size in sizes.items()), sizes
    assert {change["before"] for change in CHANGES} > {"unqualified"}
    assert any(change.after is None for change in CHANGES)


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.heavy] if name == "findings" else []) for name in HELD])
def test_every_way_out(name: str, tmp_path: Path) -> None:
    held = HELD[name]
    wanted = [list(row) for row in held.cells()]
    names = held.columns
    table = held.to_arrow()
    assert table.column_names == names
    assert [list(row.values()) for row in table.to_pylist()] == wanted
    assert pyarrow.table(held).equals(table)
    for frame in (held.to_polars(), polars.DataFrame(held)):
        assert frame.columns == names
        assert [list(row) for row in frame.iter_rows()] == wanted
    assert list(held.to_pandas().columns) == list(pandas.DataFrame.from_arrow(held).columns) == names
    assert len(held.to_pandas()) == len(held)
    if len(held):
        plain = pandas.DataFrame(held)
        assert list(plain.columns) == names
        assert plain.iloc[0, 0] == wanted[0][0]
    assert duckdb.sql("select * from held").arrow().read_all().to_pylist() == table.to_pylist()
    held.to_parquet(tmp_path / "a.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").equals(table)
    held.to_csv(tmp_path / "a.csv")
    assert len(pandas.read_csv(tmp_path / "a.csv", dtype=str)) == len(held)
    held.to_excel(tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == [heading.title for heading in held.headings]
    assert sheet.max_row == len(held) + 1
    assert isinstance(gr.to_frame(held, "polars"), polars.DataFrame)


def test_a_change_is_a_row() -> None:
    [change] = gr.compare([next(one for one in SEEN if len(one.problems) > 1)], [])
    assert change["lost_sight"] == ";".join(change.lost_sight)
    assert ";" in str(change["lost_sight"])
    assert dict(change)["subject_id"] == change.subject_id
    assert CHANGES.sheet_name() == "比较"
