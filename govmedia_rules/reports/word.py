"""Documents as DOCX in the layout of GB/T 9704—2012 《党政机关公文格式》.

Page A4, type area 156 mm x 225 mm with 37 mm above and 28 mm left of it, 22 lines of 28 characters, body in 三号仿宋,
headings in 黑体 and 楷体, title in 二号小标宋, page number in 四号 between dashes, outside on either side. Fonts are named, not
shipped: where one is absent the reader's program takes another.

The file holds text only: no field but the page number, no link, no macro, nothing to fetch.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from govmedia_rules.errors import visible
from govmedia_rules.reports.blocks import Block, Break, Imprint, Paragraph, Run
from govmedia_rules.reports.grids import Cell, ReportGrid, counts_in
from govmedia_rules.reports.text import one_line

_TWIPS_PER_MM = 1440 / 25.4
PAGE_MM = (210, 297)
"""A4."""
TOP_MM, LEFT_MM = 37, 28
"""天头, 订口 (GB/T 9704—2012 5.2.1)."""
AREA_MM = (156, 225)
"""版心 (5.2.1)."""
LINES, CHARACTERS = 22, 28
"""行数, 每行字数 (5.2.3)."""
_TITLE, _SMALL_TITLE, _BODY, _TABLE, _PAGE_NUMBER, _MARK = 44, 36, 32, 21, 28, 76
"""Sizes in half points: 二号 title, 小二 title of an attachment, 三号 body, 五号 tables, 四号 page number, 发文机关标志."""
_SONG, _FANG, _HEI, _KAI, _PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
_LATIN = "Times New Roman"
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
_WIDE_COLUMNS = 7
"""From so many columns on an attachment lies on its side (横排)."""
_SMALL_TABLE = 18
"""小五, in half points: the size of a long table."""
_AMBIGUOUS = re.compile("([“”‘’—…·]+)")
"""Marks that Latin and Chinese fonts both have: without a hint a program sets them in the Latin one."""


class _Style(NamedTuple):
    """How a paragraph looks: font, size, alignment, first-line indent in hundredths of a character, and lines around it."""

    font: str = _FANG
    size: int = _BODY
    align: str = "both"
    first: int = 200
    bold: bool = False
    color: str = ""
    before: int = 0
    after: int = 0
    level: int = -1
    is_tight: bool = False
    keep: bool = False


_STYLES = {
    "title": _Style(_SONG, _TITLE, "center", 0, before=1, after=1, level=0, is_tight=True),
    "mark": _Style(_SONG, _MARK, "center", 0, color="FF0000", before=1, after=1, is_tight=True),
    "number": _Style(align="center", first=0),
    "to": _Style(align="left", first=0),
    "heading": _Style(_HEI, level=1, keep=True),
    "subheading": _Style(_KAI, level=2, keep=True),
    "item": _Style(level=3),
    "body": _Style(),
    "attachments": _Style(align="left", first=0, keep=True),
    "signature": _Style(align="right", first=0, before=1, keep=True),
    "date": _Style(align="right", first=0),
    "note": _Style(),
    "attachment": _Style(_HEI, align="left", first=0, keep=True),
    "table_title": _Style(_SONG, _SMALL_TITLE, "center", 0, before=1, after=1, level=0, is_tight=True, keep=True),
    "caption": _Style(_HEI, 28, "left", 0, keep=True),
    "center": _Style(align="center", first=0),
    "right": _Style(align="right", first=0),
    "plain": _Style(align="left", first=0),
}
_NAMES = {
    "title": "公文标题",
    "mark": "发文机关标志",
    "number": "发文字号",
    "to": "主送机关",
    "heading": "一级标题",
    "subheading": "二级标题",
    "item": "三级标题",
    "body": "公文正文",
    "attachments": "附件说明",
    "signature": "发文机关署名",
    "date": "成文日期",
    "note": "附注",
    "attachment": "附件序号",
    "table_title": "附件标题",
    "caption": "表名",
    "center": "居中",
    "right": "居右",
    "plain": "顶格",
}


def _mm(length: float) -> int:
    return round(length * _TWIPS_PER_MM)


_LINE = _mm(AREA_MM[1] / LINES)
_CLOSER = round((AREA_MM[0] / CHARACTERS / 25.4 * 72 - _BODY / 2) * 20)
"""Spacing between characters, in twips, that makes 28 of 三号 fill a line; a little less than none."""


def write_docx(title: str, blocks: Sequence[Block], made_at: datetime | None = None) -> bytes:
    """Return the bytes of the file; see `ReportDocument.to_docx`."""
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONS,
        "docProps/core.xml": _core(title, made_at or _EPOCH),
        "docProps/app.xml": _APP,
        "word/document.xml": _document(blocks),
        "word/styles.xml": _styles(),
        "word/settings.xml": _SETTINGS,
        "word/footer1.xml": _footer("right"),
        "word/footer2.xml": _footer("left"),
        "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


# --- the text ---------------------------------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    return html.escape(visible(text), quote=False)


def _document(blocks: Sequence[Block]) -> str:
    out = [f'{_XML}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>']
    wide = False
    for index, block in enumerate(blocks):
        if isinstance(block, Break) and block.kind == "page":
            now_wide = _is_wide(blocks[index + 1 :])
            if wide or now_wide:
                # Paper changes its direction with a section; the mark of the old one stands in its last paragraph.
                out.append(f"<w:p><w:pPr>{_TINY}{_section(wide)}</w:pPr></w:p>")
            else:
                out.append(f'<w:p><w:pPr>{_TINY}</w:pPr><w:r><w:br w:type="page"/></w:r></w:p>')
            wide = now_wide
        elif isinstance(block, Break):
            out.append(_RED_LINE)
        elif isinstance(block, ReportGrid):
            if block.caption:
                out.append(_paragraph(Paragraph("caption", (Run(block.caption),)), 0))
            after = blocks[index + 1] if index + 1 < len(blocks) else None
            # The end of the table before a signature goes with it.
            stays = _is_signed_off(after)
            out.extend(_table(block, AREA_MM[1] if wide else AREA_MM[0], stays))
            out.append(f"<w:p><w:pPr>{_TINY.replace('<w:spacing', '<w:keepNext/><w:spacing', 1) if stays else _TINY}</w:pPr></w:p>")
        elif isinstance(block, Imprint):
            # It stands at the foot of the last page, which is an even one (7.4.3).
            out.append(f"<w:p><w:pPr>{_TINY}{_section(wide)}</w:pPr></w:p>")
            out.append(_foot(block) + _imprint(block))
            out.append(f"<w:p><w:pPr>{_TINY}</w:pPr></w:p>{_section(False, start='evenPage')}</w:body></w:document>")
            return "".join(out)
        else:
            after = blocks[index + 1] if index + 1 < len(blocks) else None
            out.append(_paragraph(block, _outer(blocks, index), stays=_is_signed_off(after)))
    out.append(f"{_section(wide)}</w:body></w:document>")
    return "".join(out)


def _is_signed_off(after: Block | None) -> bool:
    """Whether the signature follows, with or without 附件说明 before it: a page of the signature carries text too."""
    return isinstance(after, Paragraph) and after.style in ("signature", "attachments")


def _is_wide(blocks: Sequence[Block]) -> bool:
    """Return whether a table of the attachment that begins here has many columns."""
    for block in blocks:
        if isinstance(block, Break) and block.kind == "page":
            return False
        if isinstance(block, ReportGrid) and block.width >= _WIDE_COLUMNS:
            return True
    return False


def _width(text: str) -> int:
    """Return the half characters a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _outer(blocks: Sequence[Block], index: int) -> int:
    """Return the half characters to the right of a signature and its date (GB/T 9704—2012 7.3.5.3).

    The signature stands two characters from the edge and the date begins two characters right of where the signature begins; where
    the date is the longer one, it stands two characters from the edge and the signature moves in.
    """
    block = blocks[index]
    if not isinstance(block, Paragraph) or block.style not in ("signature", "date"):
        return 0
    is_signature = block.style == "signature"
    other = index + 1 if is_signature else index - 1
    pair = blocks[other] if 0 <= other < len(blocks) else None
    if not isinstance(pair, Paragraph) or pair.style not in ("signature", "date") or pair.style == block.style:
        return 4
    signature, date = (block, pair) if is_signature else (pair, block)
    over = _width(signature.text) - _width(date.text) - 4
    if is_signature:
        return 4 + max(0, -over)
    return 4 + max(0, over)


def _foot(imprint: Imprint) -> str:
    """Return a blank paragraph as high as the page leaves above the imprint; not every program aligns a page at its foot."""
    whole = int(AREA_MM[0] / 25.4 * 72 * 2 / _PAGE_NUMBER)  # characters of 四号 in a line
    over = _width(imprint.lines[0]) // 2 - (whole - 2) if imprint.copies else 0
    lines = 1 + (1 + max(0, -(-over // (whole - 5))) if imprint.copies else 0)
    # Rules and borders take a little more than the lines.
    above = max((LINES - lines) * _LINE - _mm(13), 1)
    layout = _TINY.replace("<w:spacing ", f'<w:spacing w:before="{above}" ', 1)
    return f"<w:p><w:pPr>{layout}</w:pPr></w:p>"


def _imprint(imprint: Imprint) -> str:
    """Return 抄送 and 印发 between rules across the type area, set in 四号, at the foot of the page."""
    look = f'{_fonts(_FANG)}<w:sz w:val="{_PAGE_NUMBER}"/><w:szCs w:val="{_PAGE_NUMBER}"/>'
    width = _mm(AREA_MM[0])

    def row(runs: str, layout: str, *, top: int, bottom: int) -> str:
        edges = f'<w:top w:val="single" w:sz="{top}" w:space="0" w:color="000000"/>'
        edges += f'<w:bottom w:val="single" w:sz="{bottom}" w:space="0" w:color="000000"/>'
        return (
            f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
            f"<w:tcBorders>{edges}</w:tcBorders></w:tcPr>"
            f'<w:p><w:pPr><w:pStyle w:val="plain"/>{layout}</w:pPr>{runs}</w:p></w:tc></w:tr>'
        )

    rows = []
    if imprint.copies:
        # One character in on either side; further lines stand below the first copy.
        indent = '<w:ind w:leftChars="400" w:left="1120" w:rightChars="100" w:right="280" w:hangingChars="300" w:hanging="840"/>'
        rows.append(row(_text_runs(f"抄送：{'，'.join(map(one_line, imprint.copies))}。", look), indent, top=8, bottom=4))
    ends = f'<w:tabs><w:tab w:val="right" w:pos="{width - 280 - 216}"/></w:tabs><w:ind w:leftChars="100" w:left="280"/>'
    printed = _text_runs(one_line(imprint.office), look) + f"<w:r><w:rPr>{look}</w:rPr><w:tab/></w:r>"
    printed += _text_runs(f"{one_line(imprint.day)}印发", look)
    rows.append(row(printed, ends, top=4 if rows else 8, bottom=8))
    return (
        f"<w:tbl><w:tblPr>"
        f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _paragraph(paragraph: Paragraph, outer: int, *, stays: bool = False) -> str:
    layout = f'<w:pStyle w:val="{paragraph.style}"/>' + ("<w:keepNext/>" if stays else "")
    text = paragraph.text
    if paragraph.style == "attachments":
        # The first line begins two characters in, the next numbers stand below the first, and a long title goes on below
        # itself (7.3.4).
        is_first, is_numbered = text.startswith("附件："), re.match(r"(?:附件：)?[0-9]+[.．]", text) is not None
        left = 600 if is_numbered else 500
        hanging = left - 200 if is_first else 100
        layout += f'<w:spacing w:before="{_LINE if is_first else 0}"/>'
        layout += (
            f'<w:ind w:leftChars="{left}" w:left="{left * 16 // 5}" w:hangingChars="{hanging}" w:hanging="{hanging * 16 // 5}"/>'
        )
    elif outer:
        layout += f'<w:ind w:rightChars="{outer * 50}" w:right="{outer * 160}"/>'
    if paragraph.style in ("title", "table_title", "mark"):
        return f"<w:p><w:pPr>{layout}</w:pPr>{_headline(text, paragraph.style)}</w:p>"
    if paragraph.style == "body" and all(run.mark == "lead" for run in paragraph.runs):
        # A heading without text of its own stays with what it heads.
        layout = layout if stays else layout.replace("/>", "/><w:keepNext/>", 1)
    runs = "".join(_run(run) for run in paragraph.runs)
    return f"<w:p><w:pPr>{layout}</w:pPr>{runs}</w:p>"


def _headline(text: str, style: str) -> str:
    """Return a title in lines of like length; the mark of the issuer as large as one line allows."""
    points = _STYLES[style].size / 2
    room = AREA_MM[0] / 25.4 * 72
    look = ""
    if style == "mark":
        ideal = room * 1.9 / max(_width(text), 1)
        points = min(points, max(ideal, _BODY / 2))
        look = f'<w:sz w:val="{int(points * 2)}"/><w:szCs w:val="{int(points * 2)}"/>'
    lines = "\n".join(balanced(one_line(text), int(room * 2 / points)))
    return _text_runs(lines, look)


_AFTER = frozenset("于度月年的厅室府局会院部委、，：》）)”")


def balanced(text: str, most: int) -> list[str]:
    """Return the text in as few lines as hold it, of like length, broken after a word where that can be told (词意完整，排列对称).

    Args:
        text: One line of text.
        most: Half characters a line holds.
    """
    whole = _width(text)
    count = -(-whole // most)
    if count < 2 or count > 6:
        return [text]
    lines, rest = [], text
    for left in range(count, 1, -1):
        ideal = _width(rest) / left
        least = _width(rest) - most * (left - 1)
        best, cost, used = 0, float("inf"), 0
        for index, char in enumerate(rest[:-1], 1):
            used += _width(char)
            if used > most:
                break
            follows = rest[index]
            inside = char.isascii() and char.isalnum() and follows.isascii() and follows.isalnum()
            if used < least or follows in "、，。：；》）)”" or inside or (char.isdigit() and follows in "年月日"):
                continue
            ends = follows in "与和及" or (char in _AFTER and char + follows != "府网")
            price = abs(used - ideal) + (0 if ends else 8)
            if price < cost:
                best, cost = index, price
        if not best:
            return [text]
        lines.append(rest[:best])
        rest = rest[best:]
    return [*lines, rest]


def _run(run: Run) -> str:
    look = ""
    if run.mark == "lead":
        look = _fonts(_KAI)
    elif run.mark == "strong":
        look = "<w:b/>"
    return _text_runs(run.text, look)


def _pieces(text: str) -> Iterator[str]:
    for number, line in enumerate(visible(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if number:
            yield "<w:br/>"
        if line:
            yield f'<w:t xml:space="preserve">{html.escape(line, quote=False)}</w:t>'


def _text_runs(text: str, look: str = "") -> str:
    """Return the runs of a text; marks that both fonts have say that they are Chinese."""
    out = []
    for piece in _AMBIGUOUS.split(text):
        if not piece:
            continue
        hinted = (
            f'<w:rPr><w:rFonts w:hint="eastAsia"/>{look}</w:rPr>'
            if _AMBIGUOUS.fullmatch(piece)
            else look and f"<w:rPr>{look}</w:rPr>"
        )
        if "<w:rFonts" in look and _AMBIGUOUS.fullmatch(piece):
            hinted = "<w:rPr>" + look.replace("<w:rFonts ", '<w:rFonts w:hint="eastAsia" ', 1) + "</w:rPr>"
        out += [f"<w:r>{hinted}{part}</w:r>" for part in _pieces(piece)]
    return "".join(out)


# --- tables -----------------------------------------------------------------------------------------------------------


def _table(grid: ReportGrid, width_mm: float, keep: bool) -> Iterator[str]:
    widths = _columns(grid, _mm(width_mm))
    yield (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="table"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/>{_TIGHT if grid.is_long else ""}</w:tblPr><w:tblGrid>'
    )
    yield "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    yield "</w:tblGrid>"
    yield from _head(grid, widths)
    counts = counts_in(grid)
    short = [max((_width(one_line(str(row[column] or ""))) for row in grid.body), default=0) <= 12 for column in range(grid.width)]
    body, style = grid.body, _cell_style("table_cell", grid)
    for number, row in enumerate(body, 1):
        last = keep and number == len(body)
        cells = [
            _cell(value, widths[column], "center" if counts[column] or short[column] else "left", last, style)
            for column, value in enumerate(row)
        ]
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"
    yield "</w:tbl>"


def _head(grid: ReportGrid, widths: Sequence[int]) -> Iterator[str]:
    """Return header rows, repeated on every page; a cell that covers several rows or columns is one cell."""
    at = {(cell.row, cell.column): cell for cell in grid.head()}
    covered = {(row, cell.column): cell for cell in grid.head() for row in range(cell.row + 1, cell.row + cell.rows)}
    for row in range(grid.depth):
        out, column = ["<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"], 0
        while column < grid.width:
            cell = at.get((row, column))
            above = covered.get((row, column))
            label = cell or above
            assert label is not None
            wide = sum(widths[column : column + label.columns])
            span = f'<w:gridSpan w:val="{label.columns}"/>' if label.columns > 1 else ""
            merge = '<w:vMerge w:val="restart"/>' if cell is not None and cell.rows > 1 else "<w:vMerge/>" if cell is None else ""
            text = _text_runs(cell.text) if cell is not None else ""
            out.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{span}{merge}<w:vAlign w:val="center"/></w:tcPr>'
                f'<w:p><w:pPr><w:pStyle w:val="{_cell_style("table_head", grid)}"/></w:pPr>{text}</w:p></w:tc>'
            )
            column += label.columns
        out.append("</w:tr>")
        yield "".join(out)


def _cell_style(name: str, grid: ReportGrid) -> str:
    return f"{name}_small" if grid.is_long else name


def _cell(value: Cell, wide: int, align: str, keep: bool, style: str) -> str:
    text = "" if value is None else _text_runs(str(value))
    layout = f'<w:pStyle w:val="{style}"/>{"<w:keepNext/>" if keep else ""}<w:jc w:val="{align}"/>'
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"<w:p><w:pPr>{layout}</w:pPr>{text}</w:p></w:tc>"
    )


_TOKEN = re.compile(r"(?<![!-~])[0-9A-Za-z.%-]{1,20}(?![!-~])")


def _columns(grid: ReportGrid, whole: int) -> list[int]:
    """Return widths of the columns: what their text takes where there is room, shared out by the root of it where there is not."""
    is_long = grid.is_long
    half = (_SMALL_TABLE if is_long else _TABLE) * 5  # twips of half a character
    edge = 140 if is_long else 240
    ideal = [wide * half + edge for wide in grid.widths(80)]
    # A code or a number is not broken where it can be helped.
    tokens = [0] * grid.width
    for row in grid.body:
        for column, value in enumerate(row):
            if isinstance(value, str):
                tokens[column] = max(tokens[column], *(len(piece) for piece in _TOKEN.findall(value[:200])), 0)
    least = [min(width, max(4 if is_long else 8, token) * half + edge) for width, token in zip(ideal, tokens, strict=True)]
    if sum(ideal) <= whole:
        spare = whole - sum(ideal)
        return [width + spare * width // max(sum(ideal), 1) for width in ideal]
    free = max(whole - sum(least), 0)
    roots = [max(width - low, 0) ** 0.5 for width, low in zip(ideal, least, strict=True)]
    total = sum(roots) or 1.0
    result = [low + int(free * root / total) for low, root in zip(least, roots, strict=True)]
    if sum(result) > whole:
        result = [width * whole // sum(result) for width in result]
    return result


# --- the parts that are the same in every file ------------------------------------------------------------------------

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TINY = '<w:pStyle w:val="plain"/><w:spacing w:line="20" w:lineRule="exact"/>'
_TIGHT = '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
_RED_LINE = (
    '<w:p><w:pPr><w:pStyle w:val="plain"/><w:pBdr><w:bottom w:val="single" w:sz="24" w:space="4" w:color="FF0000"/></w:pBdr>'
    '<w:spacing w:line="120" w:lineRule="exact"/></w:pPr></w:p>'
)


def _fonts(name: str) -> str:
    return f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:eastAsia="{name}" w:cs="{_LATIN}"/>'


def _section(wide: bool, *, start: str = "nextPage") -> str:
    across, down = PAGE_MM
    right, bottom = across - LEFT_MM - AREA_MM[0], down - TOP_MM - AREA_MM[1]
    # A page on its side is turned to the left: its top is the bound edge (7.4).
    page = (
        f'<w:pgSz w:w="{_mm(down)}" w:h="{_mm(across)}" w:orient="landscape"/>'
        if wide
        else f'<w:pgSz w:w="{_mm(across)}" w:h="{_mm(down)}"/>'
    )
    edges = (LEFT_MM, bottom, right, TOP_MM) if wide else (TOP_MM, right, bottom, LEFT_MM)
    top, east, south, west = map(_mm, edges)
    footer = _mm(edges[2] - 7 - 6)
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:footerReference w:type="even" r:id="rId4"/>'
        f'<w:type w:val="{start}"/>{page}'
        f'<w:pgMar w:top="{top}" w:right="{east}" w:bottom="{south}" w:left="{west}" w:header="851" '
        f'w:footer="{footer}" w:gutter="0"/><w:cols w:space="425"/><w:docGrid w:type="lines" w:linePitch="{_LINE}"/></w:sectPr>'
    )


def _styles() -> str:
    out = [
        f'{_XML}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>{_fonts(_FANG)}<w:kern w:val="2"/>'
        f'<w:sz w:val="{_BODY}"/>'
        f'<w:szCs w:val="{_BODY}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
        '<w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{_LINE}" w:lineRule="exact"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/>'
        '<w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    ]
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    out.append(
        '<w:style w:type="table" w:customStyle="1" w:styleId="table"><w:name w:val="公文表格"/>'
        '<w:basedOn w:val="TableNormal"/><w:tblPr>'
        f"<w:tblBorders>{edges}</w:tblBorders></w:tblPr></w:style>"
    )
    for name, style in _STYLES.items():
        out.append(_style(name, _NAMES[name], style))
    cells = (
        ("table_head", "表头", _HEI, _TABLE, 'w:before="20" w:after="20" w:line="280" w:lineRule="atLeast"'),
        ("table_cell", "表文", _FANG, _TABLE, 'w:before="20" w:after="20" w:line="280" w:lineRule="atLeast"'),
        ("table_head_small", "长表表头", _HEI, _SMALL_TABLE, 'w:line="220" w:lineRule="exact"'),
        ("table_cell_small", "长表表文", _FANG, _SMALL_TABLE, 'w:line="220" w:lineRule="exact"'),
    )
    for name, title, font, size, lines in cells:
        out.append(
            f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="{title}"/>'
            '<w:basedOn w:val="Normal"/><w:pPr>'
            f'<w:spacing {lines}/><w:jc w:val="center"/></w:pPr>'
            f'<w:rPr>{_fonts(font)}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
        )
    out.append("</w:styles>")
    return "".join(out)


def _style(name: str, title: str, style: _Style) -> str:
    keep = "<w:keepNext/>" if style.keep else ""
    space = f'<w:spacing w:before="{style.before * _LINE}" w:after="{style.after * _LINE}"'
    # A line of a title is as high as its letters need; the body keeps to the grid.
    space += f' w:line="{max(_LINE, style.size * 13)}" w:lineRule="exact"/>' if style.is_tight else "/>"
    first = f'<w:ind w:firstLineChars="{style.first}" w:firstLine="{style.first * style.size // 10}"/>' if style.first else ""
    level = f'<w:outlineLvl w:val="{style.level}"/>' if style.level >= 0 else ""
    bold = "<w:b/>" if style.bold else ""
    color = f'<w:color w:val="{style.color}"/>' if style.color else ""
    closer = f'<w:spacing w:val="{_CLOSER}"/>' if style.size == _BODY else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="{title}"/>'
        '<w:basedOn w:val="Normal"/><w:qFormat/>'
        f'<w:pPr>{keep}<w:widowControl w:val="0"/>{space}{first}<w:jc w:val="{style.align}"/>{level}</w:pPr>'
        f'<w:rPr>{_fonts(style.font)}{bold}{color}{closer}<w:sz w:val="{style.size}"/>'
        f'<w:szCs w:val="{style.size}"/></w:rPr></w:style>'
    )


def _footer(side: str) -> str:
    """Return the page number between dashes, one character from the outer edge (7.5)."""
    look = f'<w:rPr>{_fonts(_PLAIN).replace(_LATIN, _PLAIN)}<w:sz w:val="{_PAGE_NUMBER}"/><w:szCs w:val="{_PAGE_NUMBER}"/></w:rPr>'
    indent = f'<w:ind w:{side}Chars="100" w:{side}="280"/>'

    def run(inner: str) -> str:
        return f"<w:r>{look}{inner}</w:r>"

    field = "".join(
        run(inner)
        for inner in (
            '<w:t xml:space="preserve">— </w:t>',
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
            '<w:t xml:space="preserve"> —</w:t>',
        )
    )
    return (
        f'{_XML}<w:ftr xmlns:w="{_W}" xmlns:r="{_R}"><w:p><w:pPr><w:pStyle w:val="plain"/>'
        f'<w:spacing w:line="240" w:lineRule="auto"/>{indent}'
        f'<w:jc w:val="{side}"/></w:pPr>{field}</w:p></w:ftr>'
    )


def _core(title: str, made_at: datetime) -> str:
    day = f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_escaped(one_line(title))}</dc:title><dc:language>zh-CN</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified></cp:coreProperties>'
    )


def _types(entries: Iterable[tuple[str, str]]) -> str:
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in entries)
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(entries: Iterable[tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{name}"/>' for number, (kind, name) in enumerate(entries, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


_CONTENT_TYPES = _types(
    [
        ("word/document.xml", f"{_OFFICE}.document.main+xml"),
        ("word/styles.xml", f"{_OFFICE}.styles+xml"),
        ("word/settings.xml", f"{_OFFICE}.settings+xml"),
        ("word/footer1.xml", f"{_OFFICE}.footer+xml"),
        ("word/footer2.xml", f"{_OFFICE}.footer+xml"),
        ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
    ]
)
_RELATIONS = _relations(
    [
        (f"{_R}/officeDocument", "word/document.xml"),
        (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        (f"{_R}/extended-properties", "docProps/app.xml"),
    ]
)
_DOCUMENT_RELATIONS = _relations(
    [
        (f"{_R}/styles", "styles.xml"),
        (f"{_R}/settings", "settings.xml"),
        (f"{_R}/footer", "footer1.xml"),
        (f"{_R}/footer", "footer2.xml"),
    ]
)
_APP = (
    f'{_XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>govmedia_rules</Application></Properties>"
)
_SETTINGS = (
    f'{_XML}<w:settings xmlns:w="{_W}"><w:evenAndOddHeaders/><w:characterSpacingControl w:val="compressPunctuation"/>'
    '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    "</w:settings>"
)
