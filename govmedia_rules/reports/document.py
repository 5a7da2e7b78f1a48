"""A document as blocks (headline, paragraphs, tables), between the template that words it and the forms it is written in.

A template is HTML of a few elements. What it puts in is escaped, and what comes out of it is read back as blocks of plain
text; so a form never sees anything but text, whatever a name holds.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from govmedia_rules.errors import NoticeError, visible
from govmedia_rules.reports.blocks import STYLES, Block, Break, Imprint, Paragraph, Run
from govmedia_rules.reports.grids import ReportGrid
from govmedia_rules.reports.templates import read_text
from govmedia_rules.reports.text import one_line
from govmedia_rules.reports.word import write_docx

_TAGS = {"h1": "title", "h2": "heading", "h3": "subheading", "h4": "item", "p": "body"}
_CONTAINERS = frozenset({"html", "body", "div", "section", "article", "main", "header", "footer", "head"})
_INLINE = {"b": "lead", "strong": "strong", "bdi": "", "span": "", "i": "", "em": "strong", "a": "", "u": ""}


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A document ready to be written.

    Attributes:
        title: Its title, for the properties of a file.
        blocks: What it consists of, in order.
    """

    title: str
    blocks: tuple[Block, ...]

    @classmethod
    def parse(cls, filled: str, grids: Mapping[str, ReportGrid] | None = None) -> ReportDocument:
        """Read what a template gave.

        Args:
            filled: HTML of `h1`–`h4`, `p` with a class of `STYLES`, `b`, `br`, `hr`, and `<table data-grid="…">` for a table
                of `grids`.
            grids: Tables by the name the template calls them by.

        Raises:
            NoticeError: An element or class that means nothing here; named.
        """
        blocks = list(_blocks(LexborHTMLParser(f"<!doctype html><body>{filled}").body, grids or {}))
        title = next((block.text for block in blocks if isinstance(block, Paragraph) and block.style == "title"), "")
        return cls(title, tuple(blocks))

    def to_text(self) -> str:
        """Return the document as plain text, a paragraph a line, a row of a table a line with tabs."""
        lines: list[str] = []
        for block in self.blocks:
            if isinstance(block, Break):
                lines.append("")
            elif isinstance(block, Paragraph):
                lines.append(block.text)
            elif isinstance(block, Imprint):
                lines += [one_line(line) for line in block.lines]
            else:
                if block.caption:
                    lines.append(block.caption)
                lines += [
                    "\t".join("" if cell is None else _flat(cell) for cell in row) for row in (_flat_head(block), *block.body)
                ]
        return visible("\n".join(lines) + "\n")

    def to_markdown(self) -> str:
        """Return the document as Markdown (GitHub's tables). Nothing a name holds is taken for markup."""
        out: list[str] = []
        hashes = {
            "title": "# ",
            "heading": "## ",
            "subheading": "### ",
            "item": "#### ",
            "table_title": "## ",
            "attachment": "### ",
        }
        for block in self.blocks:
            if isinstance(block, ReportGrid):
                if block.caption:
                    out.append(f"**{_md(block.caption)}**")
                out.append("\n".join(_md_table(block)))
            elif isinstance(block, Break):
                out.append("---")
            elif isinstance(block, Imprint):
                out += ["---", *(_md(one_line(line)) for line in block.lines)]
            elif block.style in hashes:
                out.append(hashes[block.style] + _md(block.text))
            else:
                text = "".join(f"**{_md(run.text)}**" if run.mark and run.text.strip() else _md(run.text) for run in block.runs)
                out.append(text)
        return "\n\n".join(out) + "\n"

    def to_docx(self, *, made_at: datetime | None = None) -> bytes:
        """Return the document as DOCX laid out by GB/T 9704—2012. Fonts are named, not shipped.

        Args:
            made_at: Time of making that the file carries; a fixed day when None, so that the same document gives the same bytes.
        """
        return write_docx(self.title, self.blocks, made_at)

    def to_html(self) -> str:
        """Return the document as a self-contained HTML page: no script, nothing fetched."""
        css = read_text("document.css")
        title = html.escape(visible(self.title) or "文件")
        return (
            '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy(css)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
            f"<title>{title}</title>\n<style>{css}</style>\n</head>\n<body>\n<main>\n{self.to_html_body()}\n</main>\n</body>\n</html>\n"
        )

    def to_html_body(self) -> str:
        """Return the document as HTML for the inside of a page."""
        tags = {"title": "h1", "heading": "h2", "subheading": "h3", "item": "h4"}
        out: list[str] = []
        for block in self.blocks:
            if isinstance(block, ReportGrid):
                out.append(_html_table(block))
            elif isinstance(block, Break):
                out.append(f'<hr class="{block.kind}">')
            elif isinstance(block, Imprint):
                out += [f'<p class="plain"><bdi>{_shown(one_line(line))}</bdi></p>' for line in block.lines]
            else:
                tag = tags.get(block.style, "p")
                kind = "" if tag != "p" or block.style == "body" else f' class="{block.style}"'
                inner = "".join(
                    f'<b class="{run.mark}"><bdi>{_shown(run.text)}</bdi></b>' if run.mark else f"<bdi>{_shown(run.text)}</bdi>"
                    for run in block.runs
                )
                out.append(f"<{tag}{kind}>{inner}</{tag}>")
        return "\n".join(out)


def policy(css: str, js: str | None = None) -> str:
    """Return the content security policy of a page with this style sheet, this script if any, and nothing else."""

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    script = "" if js is None else f"script-src 'sha256-{digest(js)}'; "
    return f"default-src 'none'; style-src 'sha256-{digest(css)}'; {script}base-uri 'none'; form-action 'none'"


# --- reading what a template gave -----------------------------------------------------------------------------------


def _blocks(parent: Any, grids: Mapping[str, ReportGrid]) -> Iterator[Block]:
    for node in parent.iter(include_text=True) if parent is not None else ():
        tag = node.tag
        if tag == "-text":
            if node.text_content and node.text_content.strip():
                raise NoticeError(
                    f"text of the template stands outside of any paragraph: {node.text_content.strip()[:60]!r}",
                    zh=f"模板里有文字在段落之外：{node.text_content.strip()[:60]!r}",
                )
        elif tag in ("_comment", "-comment"):
            continue
        elif tag == "hr":
            yield Break("line" if node.attributes.get("class") == "line" else "page")
        elif tag == "table":
            name = node.attributes.get("data-grid") or ""
            if name not in grids:
                raise NoticeError(
                    f"the template asks for a table {name!r}, which the notice does not have",
                    zh=f"模板要表 {name!r}，通报没有这张表",
                )
            if grids[name].width:  # a table without columns is no table
                yield grids[name]
        elif tag in _TAGS:
            style = node.attributes.get("class") or _TAGS[tag]
            if style not in STYLES:
                raise NoticeError(
                    f"the template has a paragraph of class {style!r}",
                    hint=f"classes are {', '.join(STYLES)}",
                    zh=f"模板里有 {style!r} 类的段落",
                    hint_zh=f"类别有：{'、'.join(STYLES)}",
                )
            yield Paragraph(style, tuple(_runs(node)))
        elif tag in _CONTAINERS:
            yield from _blocks(node, grids)
        else:
            raise NoticeError(
                f"the template has an element <{tag}>, which means nothing in a document",
                zh=f"模板里有元素 <{tag}>，文件里没有对应的内容",
            )


_LAYOUT = re.compile(r"[ \t]*[\r\n]\s*")


def _runs(node: Any, mark: str = "") -> Iterator[Run]:
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            # Line ends in a template are layout; Chinese has no blanks between sentences.
            text = _LAYOUT.sub("", child.text_content or "")
            if text:
                yield Run(text, mark)
        elif child.tag == "br":
            yield Run("\n", mark)
        elif child.tag in _INLINE:
            yield from _runs(child, _INLINE[child.tag] or mark)
        elif child.tag not in ("_comment", "-comment"):
            raise NoticeError(
                f"the template has an element <{child.tag}> inside a paragraph", zh=f"模板的段落里有元素 <{child.tag}>"
            )


# --- writing --------------------------------------------------------------------------------------------------------


def _flat_head(grid: ReportGrid) -> tuple[str, ...]:
    return tuple("/".join(levels) for levels in grid.header)


def _flat(cell: str | int) -> str:
    """Return a cell in one line: a line end or a tab inside it would look like the next cell."""
    return re.sub(r"[\t\r\n]+", " ", str(cell))


# What Markdown or the HTML inside it could take for more than text; a backslash or an entity makes it text again.
_MD_SPECIAL = re.compile(r"([\\`*_\[\]{}|~!#$^=])")
_MD_START = re.compile(r"^(\s*)([-+>])|^(\s*[0-9]{1,9})([.)])(?=\s|$)")
_MD_LINK = re.compile(r"(https?|ftp|mailto|www)([:.])", re.IGNORECASE)


def _md(text: str) -> str:
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MD_SPECIAL.sub(r"\\\1", escaped)
    escaped = _MD_LINK.sub(lambda match: f"{match[1]}{'&#58;' if match[2] == ':' else '&#46;'}", escaped).replace("@", "&#64;")
    lines = [
        _MD_START.sub(lambda match: f"{match[1] or match[3] or ''}\\{match[2] or match[4]}", line)
        for line in re.split(r"[\r\n]+", escaped)
    ]
    return "<br>".join(line.strip(" \t\u3000") for line in lines)


def _md_table(grid: ReportGrid) -> Iterator[str]:
    yield "| " + " | ".join(_md(name) for name in _flat_head(grid)) + " |"
    yield "|" + " --- |" * grid.width
    for row in grid.body:
        yield "| " + " | ".join("" if cell is None else _md(str(cell)) for cell in row) + " |"


def _html_table(grid: ReportGrid) -> str:
    caption = f"<caption>{_shown(grid.caption)}</caption>" if grid.caption else ""
    rows: list[list[str]] = [[] for _ in range(grid.depth)]
    for cell in grid.head():
        span = (f' rowspan="{cell.rows}"' if cell.rows > 1 else "") + (f' colspan="{cell.columns}"' if cell.columns > 1 else "")
        rows[cell.row].append(f"<th{span}>{_shown(cell.text)}</th>")
    head = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    body = "".join(f"<tr>{''.join(_html_cell(cell) for cell in row)}</tr>" for row in grid.body)
    kind = ' class="long"' if grid.is_long else ""
    return f"<table{kind}>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def _html_cell(cell: str | int | None) -> str:
    return "<td></td>" if cell is None else f"<td><bdi>{_shown(str(cell))}</bdi></td>"


def _shown(text: str) -> str:
    return html.escape(visible(text)).replace("\r\n", "\n").replace("\n", "<br>")
