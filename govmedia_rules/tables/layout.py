"""Find the tables of a sheet: the header row wherever it is, the rows under it, and what is no row of data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple

from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import TableError, Where
from govmedia_rules.tables.grids import BEYOND_HEADER, Grid, text_cell
from govmedia_rules.tables.model import BadRow, RawTable

SCANNED_ROWS = 60
"""Rows in which the first header row is looked for: cover sheets and filling instructions are shorter."""
HEADER_ROWS = 3
"""Most rows a header has: a group, a column, and a note under it."""
LEAST_FIELDS = 2
"""Known headers that make a row a header row, the name among them."""
_KNOWN_AGAIN = 3
_MOST_REMEMBERED = 4_096
_SECTION, _LONE_NAME = "分组标题", "只有名称、没有序号的一行，按标题处理"
_SECTIONS = frozenset({_SECTION, _LONE_NAME})
"""Why a row is the title of those under it."""

TOTAL_ROW = "合计行"
"""Why a row of totals holds no data."""

FORM_ROW = "表头词，不是数据"
"""Why a row of a form of labels and values holds no data."""

FieldOf = Callable[[str], str | None]
"""Gives the field that a header leads to, or None."""


_DAY = re.compile(
    r"(?:20|19)\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}.*|20\d\d[01]\d[0-3]\d(?:\s.*)?|\d{1,2}月\d{1,2}日", re.DOTALL
)
_VALUE = re.compile(rf"{_DAY.pattern}|(?!20\d\d$)\d+(?:\.\d+)?|https?://.*")
"""What stands in rows of data, and neither in headers nor as a name: a date, a number, an address."""
_NO_NAME = re.compile(
    r"[\d.、]+|\d{1,2}[.、．)）].+|第\d+页.*|[（(].*[)）]|.*[:：]|[^:：]{1,8}[:：].*|\W+|账号名称|以下空白|请.{6,}|.*[，。；].*"
)
"""What alone in a row is no name: a number, a remark in brackets, a label with its colon."""


_NUMBER_OF_TITLE = re.compile(r"[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]")
_IN_BRACKETS = re.compile(r"[(（\[【<《][^()（）]{1,60}[)）\]】>》]")


class _Words(NamedTuple):
    total: re.Pattern[str]
    bare_total: re.Pattern[str]
    result: re.Pattern[str]
    note: re.Pattern[str]
    section: re.Pattern[str]
    example: re.Pattern[str]
    nobody: re.Pattern[str]
    sequence: frozenset[str]
    answers: frozenset[str]


@cache
def _words() -> _Words:
    data = read_data("govmedia_rules.tables", "headers.toml")
    table = data["rows"]
    totals, notes = "|".join(table["totals"]), "|".join(table["notes"])
    return _Words(
        re.compile(rf"\S{{0,20}}?(?:{totals})[:：]?\s?\d{{0,7}}\s?[个家条]?"),
        re.compile(totals),
        re.compile("|".join(table["results"])),
        re.compile(rf"(?:{notes})\s?(?:[:：（(、.．]|\d{{4}}年|$)"),
        re.compile(rf"(?:{_NUMBER_OF_TITLE.pattern})\S{{1,40}}"),
        re.compile(rf"[（(]?(?:{'|'.join(map(re.escape, table['examples']))})(?:[:：）)].*)?|{table['placeholder']}.*"),
        re.compile(
            rf"(?:{'|'.join(table['none_before'])})*(?:{'|'.join(table['none_words'])})"
            rf"(?:{'|'.join(table['none_done'])})*(?:{'|'.join(table['none_what'])})*"
        ),
        frozenset(map(key_of, table["sequence"])),
        frozenset(map(key_of, data["words"]["yes"])),
    )


NO_NAME = "名称栏内是日期、数字或“有”“是”一类的答复，不是名称"
"""Why a row is not read whose other cells may be those of a subject: they may have been shifted, or it is called 12345."""


def no_subject(name: Any, cells: Mapping[str, Any]) -> str | None:
    """Return why a row of a frame or list holds no data, by its name (合计, 填表人：…); None when it may hold some.

    Args:
        name: The cell of the column of names.
        cells: All cells of the row.
    """
    if not isinstance(name, str):
        return None
    words = _words()
    if _is_total(name, cells.values()):
        return TOTAL_ROW
    if words.example.fullmatch(name):
        return "示例行"
    if _VALUE.fullmatch(name) or key_of(name) in words.answers:
        return NO_NAME
    if len(name) > 1 and words.nobody.fullmatch("".join(name.split())):
        return "写明没有账号，不是名称"
    filled = sum(cell is not None for cell in cells.values())
    return "说明行" if filled <= 2 and words.note.match(name) else None


def _is_total(text: str, cells: Iterable[Any]) -> bool:
    """Return whether a text names a total: beside a day only a bare one (合计), for 抽检全部合格 is then the title of a post."""
    words = _words()
    text = "".join(text.split())
    if words.total.fullmatch(text) is None:
        return False
    return words.bare_total.fullmatch(text) is not None or not any(
        isinstance(cell, date) or (isinstance(cell, str) and _DAY.fullmatch(cell)) for cell in cells
    )


@cache
def perhaps_no_subject() -> str:
    """Return a regular expression, of RE2 too, found in every name of letters and digits that `no_subject` takes for none."""
    data = read_data("govmedia_rules.tables", "headers.toml")
    table, answers = data["rows"], data["words"]["yes"]
    alone = "|".join(map(re.escape, (*table["examples"], *table["notes"], *answers)))
    placeholder = table["placeholder"].split("(?=")[0]
    short = rf"[^\p{{Han}}]{{1,{max(map(len, answers))}}}"  # YES in any spelling
    nobody = rf"(?:{'|'.join(table['none_before'])})*(?:{'|'.join(table['none_words'])})"
    return rf"{'|'.join(table['totals'])}|^{nobody}|^(?:{alone}|{short})$|^{placeholder}|^\p{{Nd}}|\p{{Nd}}{{4}}年"


class Header(NamedTuple):
    """A header: its first row and the row after it, from 0, and the text of each column."""

    first: int
    end: int
    texts: tuple[str, ...]
    fields: int


def find_tables(
    grid: Grid, field_of: FieldOf, *, needed: str = "name", alone: str | None = None, header: int | None = None
) -> list[RawTable]:
    """Return the tables of a sheet whose header has known words, one for each header with other columns.

    Args:
        grid: The sheet.
        field_of: Gives the field of a header.
        needed: Field without which a row is no header row.
        alone: Another field that makes a row of data, where it is the only one that is filled.
        header: Number of the header row as a spreadsheet shows it; None finds it.

    Raises:
        TableError: There is no such row.
    """
    rows = _filled(grid)
    field_of = lru_cache(_MOST_REMEMBERED)(field_of)  # the same headers are looked up for many candidates
    if header is not None:
        at = next((at for at in range(len(rows)) if grid.number(at) == header), None)
        if at is None or not any(rows[at]):
            last = grid.number(len(rows) - 1) if rows else 0
            raise TableError(
                f"there is no header in row {header}",
                Where(grid.name, table=grid.sheet),
                f"there are rows 1 to {last}: change header=",
                zh=f"第{header}行没有表头",
                hint_zh=f"表中有第1至{last}行，请改 header=",
            )
        current = _header(rows, at, 1, field_of)
    else:
        first_header = _first_header(rows, field_of, needed)
        if first_header is None:
            return []
        current = first_header
    above = [str(cell).strip() for row in rows[: current.first] for cell in dict.fromkeys(row) if cell is not None]
    return list(_segments(grid, rows, current, field_of, (needed, alone), tuple(above)))


def _filled(grid: Grid) -> list[list[Any]]:
    """Return the rows with every cell of a merged block holding the block's value.

    Raises:
        TableError: Merged blocks hold more cells than the sheet, so that they lie over each other.
    """
    rows = [[text_cell(cell) for cell in row] for row in grid.rows]
    width = max(map(len, rows), default=0)
    left_to_fill = len(rows) * width
    for (top, left), (bottom, right) in grid.merged:
        if top >= len(rows) or left >= len(rows[top]) or rows[top][left] is None:
            continue
        left_to_fill -= (min(bottom + 1, len(rows)) - top) * (min(right + 1, width) - left)
        if left_to_fill < 0:
            raise TableError(
                "merged blocks lie over each other",
                Where(grid.name, table=grid.sheet),
                "unmerge the cells, or save the file again in Excel or WPS",
                zh="合并单元格互相重叠",
                hint_zh="请取消合并单元格，或用 Excel、WPS 重新保存后再读",
            )
        value = rows[top][left]
        for row in range(top, min(bottom + 1, len(rows))):
            for column in range(left, min(right + 1, len(rows[row]))):
                rows[row][column] = value
    return rows


def turned(grid: Grid) -> Grid:
    """Return a sheet with rows and columns changed about, for tables with one account a column."""
    rows = [list(row) for row in zip_longest(*_filled(grid))]
    return Grid(
        grid.name,
        rows,
        sheet=f"{grid.sheet or ''}（横排，行号为列号）",
        hidden_rows=grid.hidden_columns,
        hidden_columns=grid.hidden_rows,
        is_layout_known=grid.is_layout_known,
        day_zero=grid.day_zero,
        cut_after=grid.cut_after,
    )


def simple_table(grid: Grid) -> RawTable | None:
    """Return the table under the first row with two filled cells; None where there is none."""
    rows = _filled(grid)
    for at, row in enumerate(rows):
        filled = sum(cell is not None for cell in row)
        if filled < 2 and not (filled == 1 and len(row) == 1):
            continue
        texts = [" ".join(str(cell).split()) if cell is not None else f"column {column}" for column, cell in enumerate(row, 1)]
        if len(set(texts)) != len(texts):
            twice = next(text for text in texts if texts.count(text) > 1)
            where = Where(grid.name, table=grid.sheet, row=grid.number(at), column=twice)
            raise TableError(
                f"the header {twice!r} appears twice",
                where,
                "rename one of the two columns",
                zh=f"表头“{twice}”重复",
                hint_zh="请改其中一列的表头",
            )
        data = [
            (
                grid.number(below),
                _unread(texts) if grid.is_delimited and _is_wider(rows[below], row) else _named(texts, rows[below]),
            )
            for below in range(at + 1, len(rows))
            if any(cell is not None for cell in rows[below])
        ]
        remarks = tuple(_hidden(grid, at + 1, len(rows), texts))
        return RawTable(grid.name, tuple(texts), data, sheet=grid.sheet, remarks=remarks, day_zero=grid.day_zero)
    return None


def _is_wider(row: Sequence[Any], header: Sequence[Any]) -> bool:
    """Return whether a row has more cells than the header's row, and a filled one right of the last header."""
    named = max((column for column, text in enumerate(header, 1) if text), default=0)
    return len(row) > len(header) and any(cell is not None for cell in row[named:])


def _unread(texts: Iterable[str]) -> dict[str, Any]:
    return {text: BEYOND_HEADER for text in texts if text}


def _named(texts: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    cells = dict(zip(texts, row, strict=False))
    extra = next((cell for cell in row[len(texts) :] if cell is not None), None)
    return cells if extra is None else cells | {f"column {len(texts) + 1}": str(extra)}


def _header(rows: Sequence[Sequence[Any]], first: int, height: int, field_of: FieldOf) -> Header:
    block = rows[first : first + height]
    width = max(map(len, block))
    texts: list[str] = []
    fields: set[str] = set()
    group = ""
    lowest = [" ".join(str(cell).split()) for cell in block[-1] if cell is not None] if height > 1 else []
    repeated = {text for text, count in Counter(lowest).items() if count > 1}
    for column in range(width):
        stack = [" ".join(str(row[column]).split()) for row in block if column < len(row) and row[column] is not None]
        stack = list(dict.fromkeys(stack))
        if height > 1 and block[0][column : column + 1] not in ([], [None]):
            group = stack[0]
        # A group (互动功能) stands over its first column only, where its cells are not merged.
        grouped = [group + stack[-1]] if group and stack and stack[0] != group else []
        choices = [stack[-1], "".join(stack), *grouped, *reversed(stack[:-1])] if stack else []
        if group and stack and group != stack[-1] in repeated and any(field_of(group + text) for text in repeated):
            # 微信 and 微博 over a 名称 and 更新时间 of their own: the group tells them apart.
            texts.append(group + stack[-1])
            fields |= {field for field in (field_of(stack[-1]),) if field is not None}
            continue
        text = next((choice for choice in choices if field_of(choice) is not None), choices[0] if choices else "")
        if text and (field := field_of(text)) is not None:
            fields.add(field)
        texts.append(text)
    return Header(first, first + height, tuple(texts), len(fields))


def _names_of(header: Header, field_of: FieldOf) -> set[str | None]:
    return {field_of(text) for text in header.texts if text}


def _is_texts(row: Sequence[Any]) -> bool:
    return not any(isinstance(cell, date | datetime | time | timedelta | float | bool) for cell in row)


def _has_values(row: Sequence[Any]) -> bool:
    return any(isinstance(cell, str) and _VALUE.fullmatch(cell) for cell in row)


def _first_header(rows: Sequence[Sequence[Any]], field_of: FieldOf, needed: str) -> Header | None:
    for at in range(min(len(rows), SCANNED_ROWS)):
        choices = [
            _header(rows, first, height, field_of)
            for first in range(at, min(at + HEADER_ROWS, len(rows)))
            if not any(map(_has_values, rows[at:first]))  # no row of data is passed over
            for height in range(1, HEADER_ROWS + 1)
            if first + height <= len(rows) and all(map(_is_texts, rows[first : first + height]))
            if height == 1 or not any(map(_has_values, rows[first : first + height]))
        ]
        if not any(header.first == at and _is_header(header, field_of, needed) for header in choices):
            continue
        fit = [header for header in choices if _is_header(header, field_of, needed)]
        # The most known columns, told apart where a group does it; then the fewest rows, so that no row of data becomes part of
        # the header.
        return max(fit, key=lambda header: (header.fields, -_repeated(header, field_of), header.first - header.end, -header.first))
    return None


def _repeated(header: Header, field_of: FieldOf) -> int:
    known = [text for text in header.texts if text and field_of(text) is not None]
    return len(known) - len(set(known))


def _is_header(header: Header, field_of: FieldOf, needed: str) -> bool:
    return header.fields >= LEAST_FIELDS and needed in _names_of(header, field_of)


def _segments(
    grid: Grid, rows: list[list[Any]], header: Header, field_of: FieldOf, names: tuple[str, str | None], above: tuple[str, ...]
) -> Iterator[RawTable]:
    at = header.end
    needed, _ = names
    titles: tuple[str, ...] = ()
    while True:
        texts = _unique(header.texts)
        alone = {column for column, text in enumerate(header.texts) if text and field_of(text) in names}
        name_column = next((column for column, text in enumerate(header.texts) if field_of(text) == needed), 0)
        data: list[tuple[int, dict[str, Any]]] = []
        rejected: list[BadRow] = []
        sections: dict[int, tuple[str, ...]] = {}
        above_it = _titles_above(rows, header, name_column)
        titles = titles if titles[-1:] == above_it[-1:] else above_it
        next_header: Header | None = None
        while at < len(rows):
            row, number = rows[at], grid.number(at)
            reason = _no_data(row, header, name_column, alone)
            if (
                reason is None
                and len({str(cell) for cell in row if cell is not None}) == 1
                and _is_title(rows, at, header, field_of, needed)
            ):
                reason = _SECTION
            if reason is None and (candidate := _other_header(rows, at, field_of, needed)) is not None:
                next_header = candidate
                break
            if reason is None:
                reason = _words_of_headers(row, name_column, field_of)
            if reason in _SECTIONS:
                titles = _under(titles, str(next(cell for cell in row if cell is not None)))
            if reason is None:
                sections[number] = titles
                is_shifted = grid.is_delimited and _is_wider(row, header.texts)
                cells = _unread(texts) if is_shifted else {text: cell for text, cell in zip(texts, row, strict=False) if text}
                data.append((number, cells))
                if at in grid.faults:
                    rejected.append(BadRow(number, None, None, grid.faults[at], used=True, sheet=grid.sheet))
            elif reason:
                shown = next((str(cell) for cell in row if cell is not None), "")
                rejected.append(BadRow(number, None, shown[:200], reason, sheet=grid.sheet))
            at += 1
        columns = tuple(text for text in texts if text)
        yield RawTable(
            grid.name,
            columns,
            data,
            sheet=grid.sheet,
            rejected=tuple(rejected),
            remarks=tuple(_hidden(grid, header.end, at, texts)),
            day_zero=grid.day_zero,
            above=above,
            sections=sections if any(sections.values()) else {},
        )
        if next_header is None:
            return
        header, at = next_header, next_header.end


def _titles_above(rows: Sequence[Sequence[Any]], header: Header, name_column: int) -> tuple[str, ...]:
    """Return the titles of the rows under a header: the rows of one text right above it; () where there is none."""
    lines: list[str] = []
    for row in reversed(rows[: header.first]):
        texts = list(dict.fromkeys(str(cell).strip() for cell in row if cell is not None))
        if len(texts) > 1:
            break
        is_note = bool(texts) and (_no_data(row, header, name_column) not in {None, *_SECTIONS} or _NO_NAME.fullmatch(texts[0]))
        lines += [] if is_note else texts
    titles: tuple[str, ...] = ()
    for line in reversed(lines):
        titles = _under(titles, line)
    return titles


def _under(titles: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Return the titles of the rows under one: it ends those of its own form (一、), and stands under those of another."""
    form = _form(title)
    at = next((at for at, other in enumerate(titles) if _form(other) == form), len(titles))
    return (*titles[:at], title)


def _form(title: str) -> str:
    match = _NUMBER_OF_TITLE.match(title)
    return "" if match is None else match[0][0] if match[0][0] in "（(" else "一"


def _is_title(rows: Sequence[Sequence[Any]], at: int, header: Header, field_of: FieldOf, needed: str) -> bool:
    """Return whether the next filled row is a header, so that a row with one text is its title."""
    below = next((row for row in range(at + 1, len(rows)) if any(cell is not None for cell in rows[row])), None)
    if below is None:
        return False
    return _no_data(rows[below], header, 0) == "重复的表头" or _other_header(rows, below, field_of, needed) is not None


def _unique(texts: Sequence[str]) -> list[str]:
    """Return the header of each column; a repeated one gets its position, so that no column hides another."""
    names: list[str] = []
    for position, text in enumerate(texts, 1):
        names.append(f"{text}（第{position}列）" if text and text in names else text)
    return names


def _other_header(rows: Sequence[Sequence[Any]], at: int, field_of: FieldOf, needed: str) -> Header | None:
    """Return the header that begins in a row of the data, with other columns than the one above."""
    if not _is_texts(rows[at]):
        return None
    candidate = _header(rows, at, 1, field_of)
    return candidate if candidate.fields >= _KNOWN_AGAIN and needed in _names_of(candidate, field_of) else None


def _no_data(row: Sequence[Any], header: Header, name_column: int, alone: Collection[int] = ()) -> str | None:
    """Return why a row holds no data, "" for a blank one, None when it holds some; `alone` are columns that need no other."""
    filled = [(column, cell) for column, cell in enumerate(row) if cell is not None]
    if not filled:
        return ""
    words = _words()
    texts = list(dict.fromkeys(" ".join(str(cell).split()) for _, cell in filled))
    keys = {key_of(text) for text in header.texts if text}
    known = [text for text in texts if key_of(text) in keys]
    if len(known) >= LEAST_FIELDS and 2 * len(known) >= len(texts):
        return "重复的表头"
    name = row[name_column] if name_column < len(row) else None
    first = texts[0]
    named = "".join(str(name).split()) if name is not None else ""
    begins = "".join(first.split())
    # 合格 in front of a name is the result of that subject.
    is_result = words.result.fullmatch(begins) is not None and named not in ("", begins)
    if _is_total(named, row) or (_is_total(begins, row) and not is_result):
        return TOTAL_ROW
    if words.example.fullmatch(first) or words.example.fullmatch(named):
        return "示例行"
    if words.section.fullmatch(named):
        return _SECTION
    if all(_IN_BRACKETS.fullmatch(text) for text in texts):
        return "填写说明行"
    few = len(texts) <= 4 or 3 * len(texts) <= len(header.texts)
    if few and (name is None or str(name) == first or len(texts) <= 2) and words.note.match(first):
        return "说明行"
    if (
        len(texts) >= LEAST_FIELDS
        and all(text.isdecimal() for text in texts)
        and texts == [str(n + int(texts[0])) for n in range(len(texts))]
    ):
        return "列号行"
    if len(texts) == 1:
        return _lonely(texts[0], len(filled), filled[0][0], header, {name_column, *alone})
    return None


def _words_of_headers(row: Sequence[Any], name_column: int, field_of: FieldOf) -> str | None:
    """Return why a row is no data where its name and another cell are words of headers, as in a form of labels and values."""
    name = row[name_column] if name_column < len(row) else None
    if not isinstance(name, str) or field_of(name) is None:
        return None
    known = {field_of(cell) for cell in row if isinstance(cell, str)} - {None}
    return FORM_ROW if len(known) >= LEAST_FIELDS else None


def _lonely(text: str, cells: int, column: int, header: Header, names: Collection[int]) -> str | None:
    """Return why a row with one text is no data: a heading, a note, a number without anything; None for a name alone."""
    if _words().section.fullmatch(text) or cells > 1:
        return _SECTION
    if column not in names:
        return "只有一格有内容，且不是名称"
    if _NO_NAME.fullmatch(text) or _VALUE.fullmatch(text):
        return "说明行"
    has_numbers = any(key_of(text) in _words().sequence for text in header.texts)
    return _LONE_NAME if has_numbers else None


def _hidden(grid: Grid, first: int, end: int, texts: Sequence[str]) -> Iterator[BadRow]:
    """Yield what is hidden of the table with data in the rows from `first` to before `end`, and what of its sheet was not read."""
    for row in sorted(grid.hidden_rows):
        if first <= row < end:
            yield BadRow(grid.number(row), None, None, "隐藏行，已读入", used=True, sheet=grid.sheet)
    if not grid.is_layout_known:
        yield BadRow(
            0, None, "隐藏的行列、错误值", "此文件里没有能看出，隐藏的也已读入，错误值按空白计", used=True, sheet=grid.sheet
        )
    if grid.cut_after is not None:
        yield BadRow(0, None, f"第{grid.cut_after}列以后", "还有内容，没有读", sheet=grid.sheet)
    for column in sorted(grid.hidden_columns):
        if column < len(texts) and texts[column]:
            yield BadRow(grid.number(first - 1), texts[column], None, "隐藏列，已读入", used=True, sheet=grid.sheet)
