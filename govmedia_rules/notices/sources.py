"""Convert a notice in any format (text, HTML, DOCX) into lines and grids; no fact is read here."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govmedia_rules.errors import MissingExtra, NoticeError, Where, no_text, reason_zh

MAX_CHARACTERS = 1_000_000
"""Longest text that is read."""
_MAX_SPAN = 1_000
"""Rows or columns one cell may span, so that a written `rowspan` of a billion fills no memory."""
_MAX_CELLS = 500_000
"""Cells kept of a table once its spans are filled in."""
_HTML = re.compile(r"<(?:!doctype html|html|head|body|p|div|table|tr|td|br|span|h[1-6]|article|section)\b[^<>]*>", re.IGNORECASE)
_BLOCKS = frozenset(
    [
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "ul"),
    ]
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid; `head` tells a repeated copy of a spanning cell from its first."""

    text: str
    column_span: int = 1
    row_span: int = 1
    is_first: bool = True


@dataclass(slots=True)
class SourceGrid:
    """A table of the source with every span filled in.

    Attributes:
        rows: Cells by row; all rows have one length.
        line: Line of the text, from 1, at which its first row stands; each row is one line.
        header_rows: Rows marked as header by the source; 0 when it does not mark them.
        lines: Line of each row, where they do not follow each other; () otherwise.
        end: Line after the last row, where the rows do not follow each other; 0 otherwise.
    """

    rows: list[list[Cell]]
    line: int = 0
    header_rows: int = 0
    lines: tuple[int, ...] = ()
    end: int = 0

    def covered(self) -> range:
        """Return the lines of the text that the table takes up."""
        return range(self.line, self.end or self.line + len(self.rows))


@dataclass(slots=True)
class NoticeSource:
    """Text with the tables that stand in it, each row of a table as one line with tabs between the cells."""

    text: str
    grids: list[SourceGrid] = field(default_factory=list)


def load(source: str | bytes | Path) -> NoticeSource:
    """Read a notice from text, HTML, the bytes of a file, or a path.

    Args:
        source: Text or HTML; bytes of a text, HTML or DOCX file; a path, or a one-line string that ends in .docx,
            .html, .htm or .txt.

    Raises:
        NoticeError: The file cannot be opened or is none of these.
        MissingExtra: It is DOCX and python-docx is not installed.
    """
    if isinstance(source, str) and "\n" not in source and source.lower().endswith((".docx", ".html", ".htm", ".txt")):
        source = Path(source)
    if not isinstance(source, str | bytes | Path):
        raise no_text("source", source)
    if isinstance(source, Path):
        try:
            data = source.read_bytes()
        except OSError as fault:
            raise NoticeError(
                f"cannot open the notice: {fault.strerror or fault}",
                Where(file=str(source)),
                zh=f"通报打不开：{reason_zh(fault)}",
            ) from fault
        return load(data)
    if isinstance(source, bytes):
        if source.startswith(b"PK\x03\x04"):
            return _from_docx(source)
        if source.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")):
            raise NoticeError(
                "old Word and PDF files are not read",
                hint="save it as DOCX, HTML or text",
                zh="旧版 Word 文件和 PDF 文件不能读",
                hint_zh="请另存为 DOCX、HTML 或文本",
            )
        source = _decode(source)
    if len(source) > MAX_CHARACTERS:
        raise NoticeError(
            f"the notice has {len(source)} characters, more than {MAX_CHARACTERS}",
            zh=f"通报有 {len(source)} 个字符，多于 {MAX_CHARACTERS}",
        )
    if _HTML.search(source[:20_000]):
        return _from_html(source)
    return NoticeSource(source)


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


# --- HTML -----------------------------------------------------------------------------------------------------------


class _Writer:
    """Collects lines; tables become grids."""

    def __init__(self) -> None:
        self.lines: list[str] = [""]
        self.grids: list[SourceGrid] = []

    def write(self, text: str) -> None:
        self.lines[-1] += text

    def new_line(self) -> None:
        if self.lines[-1].strip():
            self.lines.append("")

    def table(self, grid: SourceGrid) -> None:
        self.new_line()
        grid.line = len(self.lines)
        for row in grid.rows:
            self.lines[-1] = "\t".join(cell.text if cell.is_first else "" for cell in row)
            self.lines.append("")
        self.grids.append(grid)

    def source(self) -> NoticeSource:
        return NoticeSource("\n".join(self.lines), self.grids)


def _from_html(html: str) -> NoticeSource:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "noscript", "template"])
    writer = _Writer()
    root = tree.body
    if root is not None:
        _walk(root, writer)
    return writer.source()


def _walk(root: Any, writer: _Writer) -> None:
    # An explicit stack: a page may nest deeper than Python's recursion allows.
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if node is None:
            writer.new_line()
            continue
        tag = node.tag
        if tag == "-text":
            writer.write(re.sub(r"[\s]+", " ", node.text(deep=False) or ""))
        elif tag == "br":
            writer.new_line()
        elif tag == "table" and _is_data_table(node):
            grid = _html_grid(node)
            if grid.rows:
                writer.table(grid)
        else:
            block = tag in _BLOCKS or tag in ("table", "tr", "td", "th")
            if block:
                writer.new_line()
                stack.append(None)
            stack.extend(reversed(list(node.iter(include_text=True))))


def _is_data_table(node: Any) -> bool:
    if any(inner.mem_id != node.mem_id for inner in node.css("table")):
        return False
    rows = node.css("tr")
    return len(rows) >= 2 and max((len(row.css("td, th")) for row in rows), default=0) >= 2


def _span(node: Any, name: str) -> int:
    value = (node.attributes.get(name) or "1").strip()
    return min(max(int(value), 1), _MAX_SPAN) if re.fullmatch("[0-9]{1,6}", value) else 1


def _html_grid(node: Any) -> SourceGrid:
    header = 0
    rows: list[list[tuple[str, int, int]]] = []
    for row in node.css("tr"):
        cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        if cells and all(cell.tag == "th" for cell in cells) and header == len(rows):
            header += 1
        rows.append([(_cell_text(cell), _span(cell, "colspan"), _span(cell, "rowspan")) for cell in cells])
    return SourceGrid(_fill(rows), header_rows=header)


def _cell_text(cell: Any) -> str:
    return re.sub(r"\s+", " ", cell.text(separator="")).strip()


def _fill(rows: list[list[tuple[str, int, int]]]) -> list[list[Cell]]:
    """Place cells with spans on a rectangle, as a browser does."""
    placed: dict[tuple[int, int], Cell] = {}
    for r, row in enumerate(rows):
        c = 0
        for text, across, down in row:
            while (r, c) in placed:
                c += 1
            down = min(down, len(rows) - r)
            if len(placed) + across * down > _MAX_CELLS:
                raise NoticeError(f"a table has more than {_MAX_CELLS} cells", zh=f"有一张表超过 {_MAX_CELLS} 个单元格")
            for i in range(down):
                for j in range(across):
                    placed.setdefault((r + i, c + j), Cell(text, across, down, i == 0 and j == 0))
            c += across
    width = max((c for _, c in placed), default=-1) + 1
    empty = Cell("")
    return [[placed.get((r, c), empty) for c in range(width)] for r in range(len(rows))]


# --- DOCX -----------------------------------------------------------------------------------------------------------


def _from_docx(data: bytes) -> NoticeSource:
    try:
        import docx
    except ImportError as missing:
        what = "reading DOCX needs the python-docx package"
        raise MissingExtra(
            what, Where(key="notices.read"), "pip install govmedia-rules[notices]", "读 DOCX 需要 python-docx"
        ) from missing
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > 200_000_000:
                raise NoticeError("the DOCX file unpacks to more than 200 MB", zh="DOCX 文件解压后超过 200 MB")
        return _docx_source(docx.Document(io.BytesIO(data)))
    except NoticeError:
        raise
    except Exception as fault:
        what, zh = "not a readable DOCX file", "不是可读的 DOCX 文件"
        raise NoticeError(what, None, "save it as .docx or text", zh, "请另存为 .docx 或文本") from fault


def _docx_source(document: Any) -> NoticeSource:
    writer = _Writer()
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            rows = list(_docx_rows(block))
            if rows and max(map(len, rows)) >= 2:
                writer.table(SourceGrid(_fill(rows)))
            else:
                for row in rows:
                    for text, _, _ in row:
                        writer.write(text)
                        writer.new_line()
        else:
            for line in block.text.split("\n"):
                writer.write(line)
                writer.new_line()
    return writer.source()


def _docx_rows(table: Any) -> Iterator[list[tuple[str, int, int]]]:
    # The package spells every span out as cells; a few bytes may ask for millions of them.
    if sum(cell.grid_span for row in table.rows for cell in row._tr.tc_lst) > _MAX_CELLS:
        raise NoticeError(
            f"a table has more than {_MAX_CELLS} cells",
            hint="save the table alone as XLSX, or the notice as text",
            zh=f"有一张表超过 {_MAX_CELLS} 个单元格",
            hint_zh="请把表另存为 XLSX，或把通报另存为文本",
        )
    grid = [[cell._tc for cell in row.cells] for row in table.rows]
    texts = {id(cell._tc): re.sub(r"\s+", " ", cell.text).strip() for row in table.rows for cell in row.cells}
    for r, row in enumerate(grid):
        cells: list[tuple[str, int, int]] = []
        c = 0
        while c < len(row):
            cell = row[c]
            across = 1
            while c + across < len(row) and row[c + across] is cell:
                across += 1
            above = r > 0 and c < len(grid[r - 1]) and grid[r - 1][c] is cell
            if not above:
                down = 1
                while r + down < len(grid) and c < len(grid[r + down]) and grid[r + down][c] is cell:
                    down += 1
                cells.append((texts[id(cell)], across, down))
            c += across
        yield cells
