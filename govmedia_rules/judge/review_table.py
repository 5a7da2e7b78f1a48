"""A workbook to review in: what a person must look at, one passage or finding a row, with columns for the decision.

`review_rows` gives the rows, `read_review_rows` reads them back. A code over the cells that the machine filled shows where a row
was changed or made by hand: such a row is refused and named, because its decision may be about something else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from govmedia_rules.checks.contract import Evidence, Status
from govmedia_rules.core.time import SHANGHAI, latest
from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import Where
from govmedia_rules.judge.finding import Finding, evidence_text
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.reviews import ReadItems, Refusal, Review
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
_LOOKED_AT = (Status.FAILED, Status.NEEDS_REVIEW)


def review_rows(inspections: Iterable[Inspection]) -> Iterator[tuple[str, ...]]:
    """Return the rows of candidates and failures, in the order of `REVIEW_COLUMNS`; those of failures first for each subject."""
    for inspection in inspections:
        for status in _LOOKED_AT:
            for finding in inspection.findings:
                if finding.status is status and not finding.is_waived:
                    yield from _rows_of(finding)


def _rows_of(finding: Finding) -> Iterator[tuple[str, ...]]:
    passages = [piece for piece in finding.evidence if piece.passage is not None]
    pieces: list[Evidence | None] = [*passages] if passages else [None]
    for piece in pieces:
        places = [evidence_text(each) for each in finding.evidence[:5]] if piece is None else piece.addresses[:5]
        cells = (
            finding.subject_id,
            finding.subject_name,
            finding.id,
            finding.title,
            "不合格" if finding.status is Status.FAILED else "待复核",
            finding.message("zh"),
            _quoted(piece),
            "；".join(places),
            finding.observed_at.isoformat(),
            "" if piece is None or piece.passage is None else piece.passage,
        )
        plain = tuple(" ".join(cell.split())[:5_000] for cell in cells)
        yield (*plain, "", "", "", "", _code(plain))


def _quoted(piece: Evidence | None) -> str:
    return "" if piece is None else f"{piece.what}：{piece.value}"


def _code(cells: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:12]


def read_review_rows(path: str) -> ReadItems[Review]:
    """Read a workbook or CSV that `review_rows` filled and a person went through; rows without a decision are left out.

    Raises:
        TableError: It cannot be opened, or has not these columns.
    """
    items: list[Review] = []
    places: list[Where] = []
    refused: list[Refusal] = []
    for table in open_tables(path, lambda text: _KEYS.get(key_of(text)), needed=CODE_COLUMN):
        for number, cells in table.rows:
            row = {_KEYS[key_of(header)]: value for header, value in cells.items() if key_of(header) in _KEYS}
            where = Where(path, table=table.sheet, row=number)
            item = _review_of(row)
            if isinstance(item, str):
                refused.append(Refusal(None, "unreadable", item, where))
            elif item is not None:
                items.append(item)
                places.append(where)
    return ReadItems(items, places, refused)


def _review_of(row: Mapping[str, Any]) -> Review | str | None:
    """Return the review of a row, None where nothing was decided, or why it cannot be used."""
    choice, reason, role, at = (row.get(name) for name in HUMAN_COLUMNS)
    if choice is None:
        return None
    words: dict[str, list[str]] = read_data("govmedia_rules.tables", "headers.toml")["decisions"]
    decision = next((name for name, spellings in words.items() if key_of(str(choice)) in map(key_of, spellings)), None)
    if decision is None:
        return f"决定“{choice}”不是“确认”或“驳回”"
    cells = tuple(str(row.get(name) or "") for name in MACHINE_COLUMNS)
    if row.get(CODE_COLUMN) != _code(cells):
        return "机器填写的单元格被改动，或此行为手工添加：决定未采用，请在原表中复核"
    if role is None or at is None:
        return "复核角色或复核时间未填"
    try:
        moment = when_cell(at, Clock(None))
    except ValueError as fault:
        return f"复核时间：{fault}"
    if isinstance(moment, DayRange):
        return "复核时间须到日"
    facts = dict(zip(MACHINE_COLUMNS, cells, strict=True))
    try:
        return Review(
            subject=facts["对象标识"],
            indicator=facts["指标编号"],
            decision="confirmed" if decision == "confirmed" else "dismissed",
            role=str(role),
            at=latest(moment, SHANGHAI).replace(microsecond=0),
            reason=str(reason or ""),
            observed_at=datetime.fromisoformat(facts["监测时间点"]),
            passage=facts["内容摘要"] or None,
        )
    except (ValidationError, ValueError) as fault:
        return f"不是可用的复核：{str(fault)[:300]}"
