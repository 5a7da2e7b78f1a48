"""Part tables that hold several accounts in a row: tables side by side, and columns of their own for each platform."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.snapshots.cells import UNKNOWN_PLATFORM, any_cell, plain_cell, platform_cell, says_closed
from govmedia_rules.subjects.vocabulary import subject_vocabulary
from govmedia_rules.tables.model import BadRow, RawTable

FieldOf = Callable[[str], str | None]
_OWN = frozenset({"name", "latest_post_at", "post_count", "updates", "functions", "status", "code", "url"})
"""Fields of which each platform may have a column of its own."""
_LEAST_REPEATED = 2
"""Headers beside the name that stand twice where two tables stand side by side."""
_REPEATED = re.compile(r"(?P<header>.+)（第(?P<column>[0-9]+)列）")
NO_ACCOUNT = "这一行没有填写账号"
"""Why a row of several accounts holds none."""
NAME, PLATFORM, TITLE = "账号名称", "平台", "分组标题"


def one_account_a_row(tables: Iterable[RawTable], field_of: FieldOf) -> list[RawTable]:
    """Return the tables, those that hold several accounts in a row in parts; the sheet of a part says which it is.

    Args:
        tables: Tables of accounts.
        field_of: Gives the field of a header.
    """
    whole = (_with_titles(_with_platforms(table, field_of), field_of) for table in tables)
    return [part for table in whole for block in _side_by_side(table, field_of) for part in _by_platform(block, field_of)]


def _with_titles(table: RawTable, field_of: FieldOf) -> RawTable:
    """Return a table with what titles say of its rows.

    A title between rows may name their platform (二、微博); it, or the name of the sheet, may say that they are closed (已注销).
    """
    sheet = table.sheet or ""
    if not table.sections and not says_closed(sheet):
        return table
    titles = set(table.sections.values())
    platforms = {each: _platform_of_title(each[-1]) if each else None for each in titles}
    of_rows: dict[str, Callable[[int], str | None]] = {}
    # A title of the whole table is read with the name of the sheet, which it may contradict (RowReader).
    is_parted = len(titles) > 1 or any(each[-1] not in table.above for each in titles)
    if is_parted and None not in platforms.values() and not any(field_of(header) == "platform" for header in table.columns):
        of_rows[PLATFORM] = lambda number: platforms[table.sections[number]]
    if says_closed(sheet):
        of_rows[TITLE] = lambda _: sheet
    elif any(says_closed(title) for each in titles for title in each):
        of_rows[TITLE] = lambda number: next(filter(says_closed, table.sections[number]), None)
    rows = [(number, {**cells, **{header: of(number) for header, of in of_rows.items()}}) for number, cells in table.rows]
    return replace(table, columns=(*table.columns, *of_rows), rows=rows) if of_rows else table


def _with_platforms(table: RawTable, field_of: FieldOf) -> RawTable:
    """Return a table whose names carry the platform (账号名称（平台）, 账号名称/平台), with a column for it."""
    fields = {field_of(header): header for header in reversed(table.columns)}
    header = fields.get("name")
    if header is None or "platform" in fields or not any(word in header for word in ("平台", "类型")):
        return table
    rows = []
    for number, cells in table.rows:
        name, platform = _name_and_platform(cells.get(header))
        rows.append((number, {**cells, header: name, PLATFORM: platform}))
    return replace(table, columns=(*table.columns, PLATFORM), rows=rows)


_PARTED = (
    re.compile(r"(?P<name>.+?)\s*[（(【\[](?P<platform>[^（）()【】\[\]]+)[）)】\]]\s*"),
    re.compile(r"[（(【\[](?P<platform>[^（）()【】\[\]]+)[）)】\]]\s*(?P<name>.+)"),
    re.compile(r"(?P<name>.+?)\s*[/／|｜:：,，、;；—\s-]\s*(?P<platform>[^/／|｜:：,，、;；—\s-]+)\s*"),
    re.compile(r"(?P<platform>[^/／|｜:：,，、;；—\s-]+)\s*[/／|｜:：,，、;；—\s-]\s*(?P<name>.+)"),
)


def _name_and_platform(cell: Any) -> tuple[Any, str | None]:
    """Return the name and the platform of a cell that holds both; the cell and None where it does not."""
    if isinstance(cell, str):
        platforms = {spelling for spelling, _ in _spellings()}
        for form in _PARTED:
            match = form.fullmatch(cell.strip())
            if match is not None and key_of(match["platform"]) in platforms and key_of(match["name"]) not in platforms:
                return match["name"].strip(), match["platform"].strip()
    return cell, None


def _platform_of_title(text: str) -> str | None:
    try:
        platform, _ = platform_cell(text)
    except ValueError:
        return None
    return subject_vocabulary("platform")[platform].title if platform != "other" else None


def _side_by_side(table: RawTable, field_of: FieldOf) -> list[RawTable]:
    """Return the tables whose same headers stand beside each other."""
    blocks: list[dict[str, str]] = []
    for header in table.columns:
        match = _REPEATED.fullmatch(header)
        bare = header if match is None or match["header"] not in table.columns else match["header"]
        block = next((block for block in blocks if bare not in block), None)
        if block is None:
            block = {}
            blocks.append(block)
        block[bare] = header
    fields = [{field_of(bare) for bare in block} for block in blocks]
    if len(blocks) < 2 or any("name" not in each or len(each - {None, "name"}) < _LEAST_REPEATED for each in fields):
        return [table]
    shared = {bare: header for bare, header in blocks[0].items() if bare not in blocks[1]}
    labels = ["", *(f"第{number}栏" for number in range(2, len(blocks) + 1))]
    table = replace(table, rows=list(table.rows))
    return _said_once(
        table, (_part(table, block, shared, label, {}, field_of) for label, block in zip(labels, blocks, strict=True))
    )


def _said_once(table: RawTable, parts: Iterable[RawTable]) -> list[RawTable]:
    """Return the parts of a table, of which the first alone names what is no data, and the rows that are in no part."""
    first, *others = parts
    used = {number for part in (first, *others) for number, _ in part.rows}
    left = [
        BadRow(number, None, str(next(cell for cell in cells.values() if cell is not None))[:200], NO_ACCOUNT, sheet=table.sheet)
        for number, cells in table.rows
        if number not in used and any(cell is not None for cell in cells.values())
    ]
    first = replace(first, rejected=(*first.rejected, *left))
    return [first, *(replace(part, rejected=(), remarks=()) for part in others)]


def _by_platform(table: RawTable, field_of: FieldOf) -> list[RawTable]:
    """Return a table for each platform where several have columns of their own (微信最后更新时间, 微博最后更新时间)."""
    if any(field_of(header) == "platform" for header in table.columns):
        return [table]
    own: dict[str, dict[str, str]] = defaultdict(dict)
    for header in table.columns:
        platform, rest = _platform_in_front(header)
        if platform is None:
            continue
        bare = NAME if not rest or field_of(header) == "name" else rest
        if field_of(bare) in _OWN:
            own[platform].setdefault(bare, header)
    known = subject_vocabulary("platform")
    for general in list(own):  # 微信最后更新时间 is that of the one 微信公众号 of the table
        special = [platform for platform in own if platform != general and known.is_a(platform, general)]
        if len(special) == 1 and own[general].keys().isdisjoint(own[special[0]]):
            own[special[0]] |= own.pop(general)
    several = [name for name in _OWN if sum(name in map(field_of, block) for block in own.values()) > 1]
    if len(own) < 2 or not {"name", "latest_post_at", "updates", "post_count"} & set(several):
        return [table]
    taken = {header for block in own.values() for header in block.values()}
    shared = {header: header for header in table.columns if header not in taken}
    title = {platform: known[platform].title for platform in own}
    table = replace(table, rows=list(table.rows))
    return _said_once(
        table, (_part(table, block, shared, title[each], {PLATFORM: title[each]}, field_of) for each, block in own.items())
    )


def _part(
    table: RawTable, own: Mapping[str, str], shared: Mapping[str, str], label: str, fixed: Mapping[str, str], field_of: FieldOf
) -> RawTable:
    """Return the rows of a part in which one of its own columns speaks of an account, with the shared columns.

    A date or an address without a name is there as well, so that the missing name is noticed.

    Args:
        table: The whole table; its rows can be gone through several times.
        own: Columns of the part, new header -> header.
        shared: Columns of every part.
        label: What tells the part apart; "" for the first.
        fixed: Cells of every row.
        field_of: Gives the field of a header.
    """
    columns = {**{new: old for new, old in shared.items() if new not in own}, **own}
    # Beside a column of names, a number in a sequence or 0 posts are no account.
    facts = [old for new, old in own.items() if NAME in own and new != NAME and field_of(new) in _OWN]
    names = [own[NAME]] if NAME in own else own.values()
    rows = [
        (number, {**{new: cells.get(old) for new, old in columns.items()}, **fixed})
        for number, cells in table.rows
        if any(_says(cells.get(old)) for old in names) or any(_says_yes(cells.get(old)) for old in facts)
    ]
    sheet = f"{table.sheet or ''}（{label}）" if label else table.sheet
    return replace(table, columns=(*columns, *fixed), rows=rows, types={}, sheet=sheet)


def _says(cell: Any) -> bool:
    try:
        return cell is not None and plain_cell(cell) is not None
    except ValueError:
        return True  # what cannot be read may be an account


def _says_yes(cell: Any) -> bool:
    """Return whether a cell says something, and not that there is nothing (0, 否, 未更新)."""
    try:
        return _says(cell) and any_cell(cell) is not False
    except ValueError:
        return True


def _platform_in_front(header: str) -> tuple[str | None, str]:
    """Return the platform that a header begins with and the rest of the header; (None, header) where it begins with none."""
    text = "".join(header.split())
    for spelling, platform in _spellings():
        if key_of(text[: len(spelling)]) == spelling:
            return platform, text[len(spelling) :].lstrip("-_的账帐号") or ""
    return None, text


@cache
def _spellings() -> list[tuple[str, str]]:
    """Return the spellings of platforms, the longest first."""
    terms = subject_vocabulary("platform").values()
    pairs = [(key_of(word), term.id) for term in terms for word in (term.title, *term.aliases)]
    return sorted(
        (pair for pair in pairs if len(pair[0]) > 1 and pair[1] not in (UNKNOWN_PLATFORM, "other")), key=lambda pair: -len(pair[0])
    )
