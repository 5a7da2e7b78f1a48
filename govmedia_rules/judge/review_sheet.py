"""Read the review workbook back: which decision was entered in which row.

A code over the cells that the machine filled shows where a row was changed or made by hand: such a row is refused and named,
because its decision may be about something else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from govmedia_rules.core.names import has_personal_name
from govmedia_rules.core.time import SHANGHAI, latest
from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import TableError, Where, reason_zh
from govmedia_rules.tables.sources import open_tables
from govmedia_rules.tables.when import Clock, DayRange, when_cell

MACHINE_COLUMNS = (
    *("对象标识", "对象名称", "指标编号", "指标", "结论", "说明", "内容", "证据"),
    *("监测时间点", "内容摘要"),
)
"""Columns that the machine fills."""
HUMAN_COLUMNS = ("决定（确认/驳回）", "理由", "复核角色", "复核时间")
"""Columns for the person who reviews: a role, never a name."""
CODE_COLUMN = "校验码"
REVIEW_COLUMNS = (*MACHINE_COLUMNS, *HUMAN_COLUMNS, CODE_COLUMN)
_KEYS = {key_of(name): name for name in REVIEW_COLUMNS}


def review_row(cells: Iterable[str]) -> tuple[str, ...]:
    """Return a row of the workbook: the cells of `MACHINE_COLUMNS` on one line each, empty ones for the decision, the code."""
    plain = tuple(" ".join(cell.split())[:5_000] for cell in cells)
    return (*plain, *[""] * len(HUMAN_COLUMNS), row_code(plain))


def row_code(cells: Iterable[str]) -> str:
    """Return the code of the cells that the machine filled."""
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:12]


def review_records(path: str) -> Iterator[tuple[Where, dict[str, object] | str]]:
    """Return the decisions of a workbook or CSV as records of reviews, or why a row cannot be used, each with its place.

    Rows without a decision are left out.

    Raises:
        TableError: It cannot be opened, or has not these columns.
    """
    tables = open_tables(path, lambda text: _KEYS.get(key_of(text)), needed=CODE_COLUMN)
    if not any(_KEYS.get(key_of(column)) == CODE_COLUMN for table in tables for column in table.columns):
        hint, hint_zh = "reports.review_xlsx and the review desk write one", "复核工作簿由 reports.review_xlsx 或复核网页写出"
        raise TableError(
            f"no sheet has a column {CODE_COLUMN}", Where(path), hint, f"没有“{CODE_COLUMN}”列，不是复核工作簿", hint_zh
        )
    for table in tables:
        for number, cells in table.rows:
            row = {_KEYS[key_of(header)]: value for header, value in cells.items() if key_of(header) in _KEYS}
            record = _record_of(row)
            if record is not None:
                yield Where(path, table=table.sheet, row=number), record


def _record_of(row: Mapping[str, Any]) -> dict[str, object] | str | None:
    """Return the review of a row as a record, None where nothing was decided, or why it cannot be used."""
    choice, reason, role, at = (row.get(name) for name in HUMAN_COLUMNS)
    if choice is None:
        return None
    words: dict[str, list[str]] = read_data("govmedia_rules.tables", "headers.toml")["decisions"]
    decision = next((name for name, spellings in words.items() if key_of(str(choice)) in map(key_of, spellings)), None)
    if decision is None:
        return f"决定“{choice}”不是“确认”或“驳回”"
    cells = tuple(str(row.get(name) or "") for name in MACHINE_COLUMNS)
    if row.get(CODE_COLUMN) != row_code(cells):
        return "机器填写的单元格被改动，或此行为手工添加：决定未采用，请在原表中复核"
    if role is None or at is None:
        return "复核角色或复核时间未填"
    if has_personal_name(str(role)):
        return "复核角色写的像是姓名：决定未采用，请只写角色（如复核人员、科长）"
    try:
        moment = when_cell(at, Clock(None))
    except ValueError as fault:
        return f"复核时间：{reason_zh(fault)}"
    if isinstance(moment, DayRange):
        return "复核时间须到日"
    facts = dict(zip(MACHINE_COLUMNS, cells, strict=True))
    return {
        "subject": facts["对象标识"],
        "indicator": facts["指标编号"],
        "decision": decision,
        "role": str(role),
        "at": latest(moment, SHANGHAI).replace(microsecond=0),
        "reason": str(reason or ""),
        "observed_at": facts["监测时间点"] or None,
        "passage": facts["内容摘要"] or None,
    }
