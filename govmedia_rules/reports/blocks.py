"""The elements of a document: paragraphs in styles, tables and breaks. Templates produce them, forms write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from govmedia_rules.reports.grids import ReportGrid

STYLES = (
    *("title", "mark", "number", "to", "heading", "subheading", "item", "body", "attachments", "signature", "date"),
    *("note", "attachment", "table_title", "caption", "center", "right", "plain"),
)
"""Styles a paragraph may have: 标题, 发文机关标志, 发文字号, 主送机关, 一、, （一）, 1., 正文, 附件说明, 署名, 成文日期,
附注, 附件1, 附件标题, 表名, and three plain ones."""


class Run(NamedTuple):
    """A piece of a paragraph: `lead` for a heading that runs into its paragraph, `strong`, or ""."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in one of `STYLES`."""

    style: str
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """Its text."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Break:
    """A new page (`page`) or the red line under a letterhead (`line`)."""

    kind: str = "page"


@dataclass(frozen=True, slots=True)
class Imprint:
    """The 版记 at the foot of the last page.

    Attributes:
        office: 印发机关.
        day: 印发日期, as printed (`2024年8月27日`).
        copies: 抄送机关.
    """

    office: str
    day: str
    copies: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines as plain text."""
        copies = (f"抄送：{'，'.join(self.copies)}。",) if self.copies else ()
        return (*copies, f"{self.office}　{self.day}印发")


Block = Paragraph | ReportGrid | Break | Imprint
