"""Extract tables from an attachment whose layout was lost in copying.

Five shapes are read: a real table (HTML, DOCX), cells divided by tabs or bars, cells divided by blanks below a line of column
names, one cell a line with blank cells as further blank lines, and a whole table in one line. A blank cell stays None.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise

from govmedia_rules.notices.figures import Count
from govmedia_rules.notices.headers import join_brackets, solve_header
from govmedia_rules.notices.model import Band, Table
from govmedia_rules.notices.outline import AttachmentPage, NoticeText, notice_words
from govmedia_rules.notices.sources import SourceGrid
from govmedia_rules.notices.text_tables import spaced_grids
from govmedia_rules.subjects.vocabulary import subject_vocabulary

_MOST_COLUMNS = 30
"""Columns looked for in a table that lost its layout; each further width is one more pass over its cells."""
_MOST_BROKEN = 3
"""Cells of one row that may be broken over two lines; with more of them a width fits by chance."""
LONGEST_CELL = 900
"""Characters kept of a cell; what is longer is no cell of a list."""
_SITE_CODE = re.compile(r"(?:[0-9]{10}|bm[0-9]{8})")
_ACCOUNT_CODE = re.compile(r"[0-9]{6}M[0-9]{3}[A-Z]{2}[0-9]{4}")
_URL = re.compile(r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)+\.cn/?\S*", re.IGNORECASE)
_BAND = re.compile(
    r"([0-9]{2,3})(?:\.[0-9]+)?分? *(?:[-—~至到]{1,2} *([0-9]{2,3})(?:\.[0-9]+)?分|分?(?:\((?:含|不含)\))?以上|分及以上)"
)
_CAPTION = re.compile(r"(?:[一二三四五六七八九十]{1,2}、|\([一二三四五六七八九十]{1,2}\)) *(.{2,30})")


@dataclass(slots=True)
class PageContent:
    """The content found on the page of an attachment."""

    tables: list[Table]
    bands: list[Band]
    title: str | None


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str | None
    line: int


def read_tables(attachment: AttachmentPage, page: NoticeText, grids: Sequence[SourceGrid], listed_title: str | None) -> PageContent:
    """Return the title, tables and score bands of one page."""
    inside = [grid for grid in grids if attachment.first_line <= grid.line <= attachment.last_line]
    rows = page.text.split("\n")[attachment.first_line - 1 : attachment.last_line]
    if inside:
        first = min(grid.line for grid in inside)
        title = _title(attachment, first, listed_title)
        tables = [table for grid in inside if (table := from_grid(grid)) is not None]
        return PageContent(tables, [], title)
    divided = _divided(rows, attachment.first_line)
    if divided:
        title = _title(attachment, divided[0].line, listed_title)
        return PageContent([table for grid in divided if (table := from_grid(grid)) is not None], [], title)
    spaced = list(spaced_grids(rows, attachment.first_line))
    if spaced:
        title = _title(attachment, spaced[0].line, listed_title)
        return PageContent([table for grid in spaced if (table := from_grid(grid)) is not None], [], title)
    if attachment.same_line is not None and len(attachment.same_line.text) > 60:
        title, rest = _split_flat_title(attachment.same_line.text, listed_title)
        tokens = [*rest.split(), *(token for line in attachment.lines for token in line.text.split())]
        table = from_flat(tokens, attachment.first_line)
        return PageContent([table] if table is not None else [], [], title)
    cells, title = _cells(attachment, page)
    bands = _bands(cells)
    if bands:
        return PageContent([], bands, title)
    return PageContent(list(from_cells(cells)), [], title)


def _title(attachment: AttachmentPage, before: int, listed_title: str | None) -> str | None:
    """Return the title above the first table; what follows the title the notice lists is the caption of a table."""
    if attachment.same_line is not None:
        return attachment.same_line.text
    parts = [line.text for line in attachment.lines if line.number < before and not line.text.startswith("(")][:3]
    for count in range(1, len(parts)):
        if listed_title is not None and _squeeze("".join(parts[:count])) == _squeeze(listed_title):
            return "".join(parts[:count])
    return "".join(parts) or None


# --- real tables ----------------------------------------------------------------------------------------------------


def from_grid(grid: SourceGrid) -> Table | None:
    """Return a table with every span filled; the header is as deep as its deepest cell."""
    rows = grid.rows
    if not rows or not rows[0]:
        return None
    caption = ""
    start = 0
    while start < len(rows) - 1 and _is_caption_row(rows[start]):
        caption = rows[start][0].text[:LONGEST_CELL]
        start += 1
    depth = grid.header_rows - start if grid.header_rows > start else max((cell.row_span for cell in rows[start]), default=1)
    depth = max(depth, 2 if any(cell.column_span > 1 for cell in rows[start]) else 1)
    depth = min(depth, len(rows) - start)
    header = []
    for column in range(len(rows[start])):
        levels: list[str] = []
        for row in rows[start : start + depth]:
            name = _squeeze(row[column].text)[:LONGEST_CELL]
            if name and (not levels or levels[-1] != name):
                levels.append(name)
        header.append(tuple(levels) or ("",))
    body: list[tuple[str | None, ...]] = []
    lines: list[int] = []
    total = None
    for offset, row in enumerate(rows[start + depth :]):
        # A cell that spans rows holds for each of them; one that spans columns (合计) is printed once.
        values = tuple(cell.text[:LONGEST_CELL] if cell.text and (cell.is_first or cell.row_span > 1) else None for cell in row)
        if not any(values):
            continue
        if _is_total(values):
            total = values
            continue
        body.append(values)
        at = start + depth + offset
        lines.append(grid.lines[at] if grid.lines else grid.line + at)
    return Table(
        columns=tuple("/".join(levels) for levels in header),
        header=tuple(header),
        rows=tuple(body),
        total=total,
        caption=caption,
        lines=tuple(lines),
    )


def _is_caption_row(row: Sequence[object]) -> bool:
    texts = {cell.text for cell in row if cell.text}  # type: ignore[attr-defined]
    return len(texts) == 1 and len(row) > 1 and row[0].column_span == len(row)  # type: ignore[attr-defined]


def _is_total(values: Sequence[str | None]) -> bool:
    first = next((value for value in values if value), "")
    return _squeeze(first) in notice_words()["tables"]["total"]


def _divided(rows: Sequence[str], first_line: int) -> list[SourceGrid]:
    from govmedia_rules.notices.sources import Cell

    grids: list[SourceGrid] = []
    current: list[list[str]] = []
    begin = 0

    def close() -> None:
        nonlocal current
        if len(current) >= 2 and len(current[0]) >= 2:
            width = max(map(len, current))
            grids.append(SourceGrid([[Cell(text) for text in (*row, *[""] * (width - len(row)))] for row in current], line=begin))
        current = []

    for offset, row in enumerate(rows):
        bar = row.strip()
        if "\t" in row.strip("\n "):
            cells = [cell.strip() for cell in row.split("\t")]
        elif bar.count("|") >= 2:
            cells = [cell.strip() for cell in bar.strip("|").split("|")]
            if all(re.fullmatch(r":?-{2,}:?", cell) for cell in cells):
                continue
        else:
            close()
            continue
        if not current:
            begin = first_line + offset
        current.append(cells)
    close()
    return grids


# --- one cell a line ------------------------------------------------------------------------------------------------


def _cells(attachment: AttachmentPage, page: NoticeText) -> tuple[list[_Cell], str | None]:
    """Return the cells of a page, blank ones included, and the title before them."""
    rows = page.text.split("\n")
    full = [line for line in attachment.lines if line.number not in page.skipped]
    title = attachment.same_line.text if attachment.same_line else None
    if title is None and full and not _is_header_start(full[0].text):
        title = full[0].text
        full = full[1:]
        while full and title and not _is_header_start(full[0].text) and _continues_title(title, full[0].text):
            title += full[0].text
            full = full[1:]
    full = [line for line in full if not re.fullmatch(r"\(.{0,4}(?:统计|时段|时间|单位|截至).*\)", line.text)]
    gaps = Counter(after.number - before.number - 1 for before, after in pairwise(full))
    usual = min(gaps, key=lambda gap: (-gaps[gap], gap)) if gaps else 0
    cells: list[_Cell] = []
    for before, line in zip([None, *full], full, strict=False):
        if before is not None:
            blanks = [n for n in range(before.number + 1, line.number) if not rows[n - 1].strip()]
            cells += [_Cell(None, n) for n in blanks[usual:]]
        cells.append(_Cell(line.text[:LONGEST_CELL], line.number))
    return cells, title


def _continues_title(title: str, text: str) -> bool:
    ended = title.endswith(("名单", "情况", "表", "统计", "清单", "汇总", "明细"))
    return len(text) < 30 and not ended and not _BAND.match(text)


def _is_header_start(text: str) -> bool:
    return _squeeze(text) in notice_words()["tables"]["serial"]


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def from_cells(cells: Sequence[_Cell]) -> Iterator[Table]:
    """Return the tables in a sequence of cells; each begins with 序号."""
    starts = [i for i, cell in enumerate(cells) if cell.text and _is_header_start(cell.text)]
    for start, end in pairwise([*starts, len(cells)] if starts else []):
        caption = ""
        before = next((cells[i] for i in range(start - 1, -1, -1) if cells[i].text), None)
        if before is not None and before.text and (match := _CAPTION.fullmatch(before.text)):
            caption = match.group(1)
        stop = end
        if end < len(cells):
            last = next((i for i in range(end - 1, start, -1) if cells[i].text), start)
            text = cells[last].text
            stop = last if text and _CAPTION.fullmatch(text) else end
        table = _from_serials(cells[start:stop], caption)
        if table is not None:
            yield table


def _from_serials(cells: Sequence[_Cell], caption: str) -> Table | None:
    best: tuple[float, int, list[int]] | None = None
    ones = [i for i, cell in enumerate(cells) if cell.text == "1" and i >= 2][:3]
    for first in ones:
        for width in range(2, min(_MOST_COLUMNS, len(cells) - first) + 1):
            rows, broken = _follow(cells, first, width)
            names = sum(1 for cell in cells[:first] if cell.text)
            score = len(rows) - 0.6 * broken - (0.5 if first != ones[0] else 0) + (1 if names == width else 0)
            if best is None or score > best[0]:
                best = (score, width, rows)
    if best is None:
        return None
    _, width, rows = best
    totals = notice_words()["tables"]["total"]
    end = len(cells)
    total_at = next((i for i in range(rows[-1], len(cells)) if cells[i].text and _squeeze(cells[i].text or "") in totals), None)
    raw = []
    for begin, stop in zip(rows, [*rows[1:], total_at if total_at is not None else end], strict=True):
        raw.append([cell.text for cell in cells[begin:stop]])
    raw[-1] = _end_of_table(raw[-1], width)
    whole = [row for row in raw if len(row) == width]
    usual = [Counter(_shape(row[column]) for row in whole) for column in range(width)] if whole else []
    body = tuple(tuple(_fit(row, width, usual)) for row in raw)
    total: tuple[str | None, ...] | None = None
    if total_at is not None:
        values = [cell.text for cell in cells[total_at : min(total_at + width, len(cells))]]
        values = _end_of_table(values, width)
        shift = width - len(values)
        # The word 合计 stands in the first or second column; what was merged is blank.
        total = (*[None] * shift, *values) if 0 < shift <= 1 and body and _numeric(body, 1) is False else (*values, *[None] * shift)
    tokens = [_squeeze(cell.text) for cell in cells[: rows[0]] if cell.text]
    header = solve_header(tokens, width)
    return Table(
        columns=tuple("/".join(levels) for levels in header),
        header=header,
        rows=body,
        total=total,
        caption=caption,
        lines=tuple(cells[begin].line for begin in rows),
    )


def _numeric(rows: Sequence[Sequence[str | None]], column: int) -> bool:
    values = [row[column] for row in rows if row[column]]
    return bool(values) and all(re.fullmatch(r"[0-9.,%]+", value or "") for value in values)


def _follow(cells: Sequence[_Cell], start: int, width: int) -> tuple[list[int], int]:
    """Return positions of the serial numbers 1, 2, 3 … when a row has `width` cells, and how many cells they have too many."""
    rows = [start]
    broken = 0
    position = start
    while True:
        serial = str(len(rows) + 1)
        for extra in range(_MOST_BROKEN + 1):
            at = position + width + extra
            if at < len(cells) and cells[at].text == serial:
                broken += extra
                position = at
                rows.append(at)
                break
        else:
            return rows, broken


def _end_of_table(row: list[str | None], width: int) -> list[str | None]:
    """Return the last row runs to the end of the page: blank lines after it are no cells."""
    while len(row) > width and row[-1] is None:
        row = row[:-1]
    while len(row) > width + _MOST_BROKEN:
        row = row[:-1]
    return row


def _shape(text: str | None) -> str:
    if text is None:
        return "blank"
    if re.fullmatch(r"[0-9][0-9,]*", text):
        return "code" if _SITE_CODE.fullmatch(text) else "number"
    if re.fullmatch(r"[0-9.]+%", text):
        return "percent"
    if _ACCOUNT_CODE.fullmatch(text):
        return "code"
    return "url" if _URL.fullmatch(text) else "text"


def _fit(row: list[str | None], width: int, usual: Sequence[Counter[str]]) -> list[str | None]:
    """Bring a row to `width` cells: join the pieces of broken cells, fill up with blanks.

    Args:
        row: The cells.
        width: How many the row should have.
        usual: What stands in each column of the whole rows, by shape; () when no row is whole.
    """
    if len(row) < width:
        return [*row, *[None] * (width - len(row))]
    excess = len(row) - width
    if not excess:
        return row
    best: tuple[float, list[str | None]] | None = None
    for joins in combinations(range(1, len(row)), excess):
        joined: list[str | None] = []
        worth = 0.0
        for i, text in enumerate(row):
            if i in joins:
                before = joined[-1]
                if before is None or text is None or "text" not in (_shape(before), _shape(text)):
                    worth -= 3
                joined[-1] = (before or "") + (text or "") or None
            else:
                joined.append(text)
        for column, text in enumerate(joined):
            if usual:
                worth += usual[column][_shape(text)] / max(1, sum(usual[column].values()))
        if best is None or worth > best[0]:
            best = (worth, joined)
    assert best is not None
    return best[1]


# --- a table in one line --------------------------------------------------------------------------------------------


def _split_flat_title(text: str, listed_title: str | None) -> tuple[str | None, str]:
    if listed_title and _squeeze(text).startswith(_squeeze(listed_title)):
        length = len(_squeeze(listed_title))
        read = 0
        for i, character in enumerate(text):
            read += not character.isspace()
            if read == length:
                return text[: i + 1], text[i + 1 :]
    head, _, rest = text.partition(" ")
    return head, rest


@cache
def _types() -> frozenset[str]:
    terms = subject_vocabulary("platform")
    spelt = {spelling for term in terms.values() for spelling in (term.title, *term.aliases)}
    return frozenset(spelt | {"网站", "政府网站"})


def _kind(token: str) -> str:
    if _SITE_CODE.fullmatch(token) or _ACCOUNT_CODE.fullmatch(token):
        return "code"
    if _URL.fullmatch(token):
        return "url"
    if token in ("合格", "不合格", "基本合格", "未达标", "达标"):
        return "outcome"
    if token in _types():
        return "type"
    if re.fullmatch(r"[0-9]{1,4}", token):
        return "number"
    return "percent" if re.fullmatch(r"[0-9.]+%", token) else "text"


def from_flat(tokens: Sequence[str], line: int) -> Table | None:
    """Return a table all of whose cells stand in one line, divided by blanks.

    The header is as long as a row. Codes, types and outcomes come back in one column, and that gives the length; a
    cell that was broken by a blank is joined where the period would fail.
    """
    joined: list[str] = []
    for token in join_brackets(tokens):
        if joined and joined[-1].endswith(("、", ",", "和", "及")):
            joined[-1] += token
        else:
            joined.append(token)
    joined = [token[:LONGEST_CELL] for token in joined]
    kinds = [_kind(token) for token in joined]
    best: tuple[float, int] | None = None
    for width in range(2, min(_MOST_COLUMNS, len(joined) // 2) + 1):
        if any(kind in ("code", "outcome", "url", "percent") for kind in kinds[:width]):
            break
        by_column: list[Counter[str]] = [Counter() for _ in range(width)]
        for i in range(width, len(joined)):
            by_column[i % width][kinds[i]] += 1
        rows = (len(joined) - width) / width
        same = sum(max(counts.values(), default=0) for counts in by_column) / max(1, len(joined) - width)
        marked = sum(1 for counts in by_column for kind in ("code", "outcome", "type") if counts[kind] >= rows * 0.99)
        score = same + 0.5 * marked - (0.5 if (len(joined) - width) % width else 0)
        if best is None or score > best[0]:
            best = (score, width)
    if best is None:
        return None
    width = best[1]
    body = []
    for start in range(width, len(joined), width):
        row = joined[start : start + width]
        body.append((*row, *[None] * (width - len(row))))
    total = body.pop() if body and _is_total(body[-1]) else None
    header = tuple((name,) for name in joined[:width])
    return Table(columns=tuple(joined[:width]), header=header, rows=tuple(body), total=total, lines=tuple([line] * len(body)))


# --- score bands ----------------------------------------------------------------------------------------------------


def _bands(cells: Sequence[_Cell]) -> list[Band]:
    bands: list[tuple[re.Match[str], list[str]]] = []
    for cell in cells:
        if not cell.text:
            continue
        match = _BAND.fullmatch(cell.text)
        if match:
            bands.append((match, []))
        elif bands:
            bands[-1][1].append(cell.text)
    read = []
    for match, texts in bands:
        groups = []
        for text in texts:
            listed = re.sub(r"^[一二三四五六七八九十]{1,2}、", "", text)
            names = tuple(name.strip() for name in re.split("[、,;]", listed) if name.strip())
            if names:
                groups.append(names)
        low, high = match.group(1), match.group(2)
        read.append(
            Band(
                text=match.group(),
                low=Count(value=int(low)),
                high=Count(value=int(high)) if high else None,
                groups=tuple(groups),
            )
        )
    return read
