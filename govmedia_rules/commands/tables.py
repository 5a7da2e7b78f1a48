"""Tables of accounts and sites on the command line: what was read, and aloud what was not."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from govmedia_rules.commands.output import say
from govmedia_rules.core.dates import read_moment
from govmedia_rules.errors import BrokenLine, GovMediaRulesError, MissingColumn, UnreadInput, Where
from govmedia_rules.judge.frame import asked_of
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.shallow import kinds_of_tables, open_subject_tables, read_accounts, read_sites
from govmedia_rules.snapshots.shallow_rows import SubjectKind
from govmedia_rules.tables.model import BadRow, Rows

TABLE_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt", ".htm", ".html", ".parquet"})
"""Endings of files that are read as tables."""
SHOWN = 20
"""Kinds of faults of a table that are printed, each with its rows; the others are counted."""


def table_snapshots(
    path: str, args: argparse.Namespace, book: Rulebook, zone: tzinfo, bad: list[BrokenLine]
) -> Sequence[AccountSnapshot | SiteSnapshot]:
    """Return the snapshots of a table, and say on stderr what was not understood.

    Args:
        path: The table.
        args: `at`, `sheet` and `header` of the command line.
        book: The rulebook: columns that it needs are missed aloud.
        zone: Zone of times written without one.
        bad: Takes the rows that name no subject.

    Raises:
        GovMediaRulesError: `--at` is no date, or the table cannot be read.
    """
    tables = open_subject_tables(path, sheet=args.sheet, header=args.header)
    snapshots: list[AccountSnapshot | SiteSnapshot] = []
    for kind in dict.fromkeys(kinds_of_tables(tables)):
        snapshots.extend(_one_kind(path, args, kind, book, zone, bad))
    return snapshots


def _one_kind(
    path: str,
    args: argparse.Namespace,
    kind: SubjectKind,
    book: Rulebook,
    zone: tzinfo,
    bad: list[BrokenLine],
) -> Sequence[AccountSnapshot | SiteSnapshot]:
    """Return the snapshots of the tables of one kind of subject, see `table_snapshots`."""
    at, header = _point(args.at, zone), args.header
    read = read_accounts if kind == "account" else read_sites
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumn)
        warnings.simplefilter("ignore", UnreadInput)
        rows: Rows[AccountSnapshot] | Rows[SiteSnapshot] = read(path, observed_at=at, sheet=args.sheet, header=header, zone=zone)
    _report(path, rows, asked_of(rows.missing, book))
    bad.extend(
        BrokenLine(fault.reason, Where(path, table=fault.sheet, row=fault.row, column=fault.column), zh=fault.reason)
        for fault in rows.bad
        if not fault.used
    )
    return rows


def _point(text: str | None, zone: tzinfo) -> datetime | date | None:
    if text is None:
        return None
    moment = read_moment(text, zone=zone)
    if moment is None:
        raise GovMediaRulesError(
            f"--at {text!r} is no date",
            hint="write 2024-08-23 or 2024-08-23T18:00:00+08:00",
            zh=f"--at {text!r} 不是日期",
            hint_zh="写作 2024-08-23 或 2024-08-23T18:00:00+08:00",
        )
    return moment


def _report(path: str, rows: Rows[AccountSnapshot] | Rows[SiteSnapshot], missing: tuple[str, ...]) -> None:
    read, rest = len(rows), len(rows.rejected)
    text = f"{read} read, {rest} rows are no data (sums, remarks, headers)"
    say(f"{path}: {text}", f"{path}: 读入 {read} 个，{rest} 行不是数据（合计、说明、表头等）")
    if missing:
        names = "、".join(missing)
        say(f"{path}: no column gives {names}; what they decide stays open", f"{path}: 没有读到 {names} 列，相关指标一律待定")
    if rows.unused:
        names = "、".join(dict.fromkeys(rows.unused))
        say(f"{path}: columns that are not known: {names}", f"{path}: 未识别的列：{names}")
    grouped: dict[tuple[str | None, str | None, str], list[BadRow]] = {}
    for fault in (*rows.bad, *rows.remarks):
        if fault.used or not fault.row:
            grouped.setdefault((fault.sheet, fault.column, fault.reason), []).append(fault)
    for faults in list(grouped.values())[:SHOWN]:
        say(f"{path}: {_text(faults)}")
    if len(grouped) > SHOWN:
        more = len(grouped) - SHOWN
        say(f"{path}: {more} more kinds of cells that were not read, or remarks", f"{path}: 另有 {more} 类未读出或已说明的单元格")


def _text(faults: Sequence[BadRow]) -> str:
    """Return a sentence on the cells of one column that were not read for one reason: the first rows and their contents."""
    first = faults[0]
    values = "、".join(f"“{value[:30]}”" for value in list(dict.fromkeys(fault.value for fault in faults if fault.value))[:3])
    numbers = "、".join(str(fault.row) for fault in faults[:8])
    rows = f"第{numbers}行" + (f"等{len(faults)}行" if len(faults) > 8 else "") if first.row else ""
    return f"{' '.join(part for part in (first.sheet, rows, first.column, values) if part)}：{first.reason}"
