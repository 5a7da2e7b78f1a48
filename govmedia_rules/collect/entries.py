"""Dated entries of a home or list page: title, link and date, whatever the layout.

A date cell is found first, by its text alone; the record around it is the smallest element that also holds a title link.
So `<li>`, table rows, cards, `dl` lists and boxes with split dates are one case, and no template is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from selectolax.lexbor import LexborNode

from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.words import name_key, table
from govmedia_rules.core.dates import find_moments, is_date_part, other_labels, read_moment, read_split
from govmedia_rules.core.vocabulary import key_of

MOST_ENTRIES = 5_000
"""Entries kept of one page."""
_CLIMB = 7
_MOST_LINKS = 400
_LONGEST_CELL = 60
# What makes a line worth a closer look; most are refused afterwards. Lines with the rarer forms are looked for only where
# the page has one of their signs.
_HIT = re.compile(r"[0-9](?:[0-9]{0,3}\s?[-/.年月]|[0-9]{3}[01][0-9][0-3][0-9](?![0-9]))")
_RARE_HIT = re.compile(r"[今昨]天|前(?:天|[)\]]|$)|刚[刚才]|二[〇○零]")
_RARE_SIGNS = ("今天", "昨天", "前", "刚", "二〇", "二○", "二零")
_LONGEST_LINE = 400
# What a text that holds a date has in common: digits, or 年.
_MAY_BE_DATE = re.compile("[0-9\uff10-\uff19年]")
_MAY_BE_FULL = re.compile("(?:19|20)[0-9]{2}|[\uff10-\uff19年]")
# A date at the edge of a longer cell: `[2024-08-27] 关于…的通知`, `关于…的通知 2024-08-27`. Chinese full dates at the end of a
# title (`…公告（2024年8月27日）`) belong to the title, so only figures with signs count there.
_EDGE = re.compile(
    r"^\s*[\[(（【]?\s*(?P<head>(?:(?:19|20)[0-9]{2}[-/.年])?[0-9]{1,2}[-/.月][0-9]{1,2}日?(?:\s[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?)(?:\s*[\])）】]|\s)\s*(?=\S)"
    r"|(?:\s|\s*[\[(（【])\s*(?P<tail>(?:(?:19|20)[0-9]{2}[-/.])?[0-9]{1,2}[-/.][0-9]{1,2}(?:\s[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?)\s*[\])）】]?\s*$"
)
_EDGE_STARTS = frozenset("0123456789[(（【")
_EDGE_ENDS = frozenset("0123456789])）】")
_BULLET = re.compile(r"^[\s·•●■▪◆◇►▶>»]+")
_STOP = frozenset({"body", "html", "main", "form"})
_MARKED = re.compile(r"[\[(（【][^\])）】]*[\])）】]|[\s·•>»\-|]+")


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A dated entry of a page.

    Attributes:
        title: Title as shown.
        href: Target as written; "" when the record has a title and no link.
        published_at: The date shown.
        order: Index of the text node that holds the date, for document order.
        list_id: Identity of the element that holds the records, the same for entries of one list.
    """

    title: str
    href: str
    published_at: datetime | date
    order: int
    list_id: int


@dataclass(frozen=True, slots=True)
class _Cell:
    index: int
    node: LexborNode
    moment: datetime | date
    rest: str  # text beside the date in the same text node


def _hits(dom: Dom) -> list[int]:
    """Return indices of text nodes worth a closer look, in order."""
    hit, rare = _HIT.search, _RARE_HIT.search
    lines = [(index, line) for index, line in enumerate(dom.lines) if line and len(line) <= _LONGEST_LINE]
    if any(sign in dom.text for sign in _RARE_SIGNS):
        return [index for index, line in lines if hit(line) or rare(line)]
    return [index for index, line in lines if hit(line)]


def _cells(dom: Dom, now: datetime | None) -> Iterator[_Cell]:
    """Return text nodes that are, or at an edge hold, a date."""
    chunks = dom.chunks
    last_read = -1
    for index in _hits(dom):
        if index <= last_read:
            continue
        last_read = index
        chunk = chunks[index]
        bare = chunk.strip()
        if len(bare) > _LONGEST_LINE:
            continue
        moment = read_moment(bare, now=now)
        if moment is not None:
            if not _is_foreign(chunks, index):
                yield _Cell(index, dom.nodes[index], moment, "")
            continue
        if len(bare) <= 12 and is_date_part(bare):
            node = dom.nodes[index]
            split = _split_date(node, now)
            if split is not None:
                moment, last_box = split
                yield _Cell(index, node, moment, "")
                last_read = index + last_box
            continue
        edge = _EDGE.search(chunk) if bare[0] in _EDGE_STARTS or bare[-1] in _EDGE_ENDS else None
        if edge is not None:
            text = edge["head"] or edge["tail"]
            moment = read_moment(f"[{text}]", now=now)
            if moment is not None:
                yield _Cell(index, dom.nodes[index], moment, " ".join((chunk[: edge.start()] + " " + chunk[edge.end() :]).split()))
                continue
        if len(chunk) <= 2 * _LONGEST_CELL and _MAY_BE_FULL.search(chunk):
            labelled = next((date_match for date_match in find_moments(chunk) if date_match.is_publication), None)
            if labelled is not None:
                yield _Cell(index, dom.nodes[index], labelled.moment, "")


_FOREIGN = re.compile(r"(?:今天是|现在是|当前时间|截止|截至|有效期|版权|©|opyright)[^\0]{0,12}$")


@cache
def _other_labels() -> tuple[str, ...]:
    return tuple(other_labels())


def _is_foreign(chunks: list[str], index: int) -> bool:
    """Return whether the text before a bare date says that it is no publication time (今天是, 截止时间, 版权所有)."""
    before = "".join(chunks[max(0, index - 2) : index])[-24:].rstrip(" :：\r\n\t\xa0")
    if not before:
        return False
    return bool(_FOREIGN.search(before)) or before.endswith(_other_labels())


def _split_date(text: LexborNode, now: datetime | None) -> tuple[date, int] | None:
    """Return a date split over boxes around `text`, and how many further text nodes it takes up."""
    box = text.parent
    for _ in range(3):
        if box is None or box.tag in _STOP:
            return None
        parts = [part for part in box.text(separator="\0").split("\0") if part.strip()]
        if len(parts) > 1:
            whole = read_moment("".join(part.strip() for part in parts), now=now) if len(parts) <= 6 else None
            if whole is not None:
                return (whole.date() if isinstance(whole, datetime) else whole), len(parts) - 1
            split = read_split(parts, now=now)
            return None if split is None else (split, len(parts) - 1)
        box = box.parent
    return None


@dataclass(slots=True)
class _Record:
    node: LexborNode
    links: list[tuple[LexborNode, str]]
    cells: list[_Cell]


@cache
def _never() -> frozenset[str]:
    words = table("pages")["links"]
    return frozenset(key_of(word) for word in (*words["more"], *words["details"], *words["never"], *words["next"]))


def _is_title(text: str) -> bool:
    if len(text) < 2 or (len(text) < 12 and name_key(text) in _never()):
        return False
    if len(text) <= 24 and _MAY_BE_DATE.search(text) and read_moment(text) is not None:
        return False
    return text[0].isalpha() or any(char.isalpha() for char in text[:80])


def _title_links(dom: Dom, node: LexborNode) -> list[tuple[LexborNode, str]] | None:
    """Return links in `node` whose text can be a title; None when there are too many for one record."""
    links = node.css("a")
    if len(links) > _MOST_LINKS:
        return None
    return [(link, title) for link in links if (title := _link_title(dom, link))]


def _link_title(dom: Dom, link: LexborNode) -> str:
    """Return the title a link's text or title attribute can be; "" when neither can."""
    known = dom.link_titles.get(link.mem_id)
    if known is None:
        anchor = dom.anchor_of.get(link.mem_id)
        text, title = (anchor.text, anchor.title) if anchor else (" ".join(link.text().split()), link.attributes.get("title") or "")
        known = text if _is_title(text) else title.strip()
        known = dom.link_titles[link.mem_id] = known if known is text or _is_title(known) else ""
    return known


def _enclosing_link(node: LexborNode) -> LexborNode | None:
    for _ in range(_CLIMB):
        if node is None or node.tag in _STOP:
            return None
        if node.tag == "a" and node.attributes.get("href"):
            return node
        parent = node.parent
        if parent is None:
            return None
        node = parent
    return None


def _is_mostly_date(text: str) -> bool:
    """Return whether a line shows a date and little else (`2024-08-27 浏览：12`), or a part of one."""
    if len(text) > 60 or not _HIT.search(text):
        return False
    spotted = next(find_moments(text), None)
    return is_date_part(text) if spotted is None else 5 * (spotted.end - spotted.start) > 2 * len(text)


def _card_title(link: LexborNode, cell: _Cell) -> str:
    """Return title of a link that holds the whole record: heading, title attribute, an element called title, else first line."""
    if cell.rest:
        return cell.rest
    for selector in ("h1,h2,h3,h4,h5,h6", "[class*=tit i],[class*=bt i]", "p,div,span,strong,b"):
        for inner in link.css(selector):
            text = " ".join(inner.text().split())
            if _is_title(text) and not _is_mostly_date(text):
                return text
    own = (link.attributes.get("title") or "").strip()
    if own:
        return own
    lines = [" ".join(part.split()) for part in link.text(separator="\0").split("\0")]
    return next((line for line in lines if _is_title(line) and not _is_mostly_date(line)), "")


def _card_heading(record: LexborNode) -> str:
    for inner in record.css("h1,h2,h3,h4,h5,h6"):
        text = " ".join(inner.text().split())
        if _is_title(text):
            return text
    return ""


def read_entries(dom: Dom, *, now: datetime | None = None) -> list[ListEntry]:
    """Return the dated entries of a page in document order.

    Args:
        dom: The page.
        now: The monitoring point; without it entries that show no year are left out.

    Returns:
        One entry for each date cell that has a title beside it. A date in running text, in a foot, or under a label of
        another date (截止时间) gives none.
    """
    records: dict[int, _Record] = {}
    entries: list[ListEntry] = []
    for cell in _cells(dom, now):
        link = _enclosing_link(cell.node)
        if link is not None:
            title = _card_title(link, cell)
            if title:
                entries.append(_entry(title, link, link, cell))
            continue
        record = _record_of(dom, cell, records)
        if record is not None:
            records[record.node.mem_id] = record
        if len(records) >= MOST_ENTRIES:
            break
    for record in records.values():
        entries.extend(_entries_of(record))
    entries.sort(key=lambda entry: entry.order)
    return _without_meta_lines(entries)[:MOST_ENTRIES]


def _record_of(dom: Dom, cell: _Cell, records: dict[int, _Record]) -> _Record | None:
    """Return the smallest element around a date that holds a title link; None when there is none, or it is known already."""
    node = cell.node.parent
    for _ in range(_CLIMB):
        if node is None or node.tag in _STOP:
            return None
        known = records.get(node.mem_id)
        if known is not None:
            known.cells.append(cell)
            return None
        links = _title_links(dom, node)
        if links is None:
            return None
        if links:
            return _Record(node, links, [cell])
        node = node.parent
    return None


_META_LINE = re.compile("来源|字号|字体|打印|浏览次数|点击|责任编辑|扫一扫")


def _entries_of(record: _Record) -> Iterator[ListEntry]:
    if len(record.cells) == 1 and len(record.links) <= 12:
        cell = record.cells[0]
        link, title = _best_link(record)
        if len(title) < 12 and record.node.tag not in ("li", "tr", "dd", "dl", "dt") and _META_LINE.search(record.node.text()):
            return  # the line under a headline: `来源：<a>新华社</a> 2024-08-27`
        heading = _card_heading(record.node) if len(title) < 6 else ""
        yield _entry(heading or title, link, record.node, cell)
        return
    # Several dates in one element: titles and dates alternate. Whichever comes first leads each pair.
    places = _places(record)
    in_order = sorted(
        [(places.get(link.mem_id, -1), 0, index) for index, (link, _) in enumerate(record.links)]
        + [(places.get(cell.node.mem_id, -1), 1, index) for index, cell in enumerate(record.cells)]
    )
    date_leads = in_order[0][1] == 1
    waiting: tuple[int, int, int] | None = None
    if date_leads:
        for place in in_order:
            if place[1] == 1:
                waiting = place
            elif waiting is not None:
                link, title = record.links[place[2]]
                yield _entry(title, link, record.node, record.cells[waiting[2]])
                waiting = None
        return
    best: tuple[LexborNode, str] | None = None
    for place in in_order:
        if place[1] == 0:
            link, title = record.links[place[2]]
            if best is None or len(title) > len(best[1]):
                best = (link, title)
        elif best is not None:
            yield _entry(best[1], best[0], record.node, record.cells[place[2]])
            best = None


def _places(record: _Record) -> dict[int, int]:
    return {node.mem_id: order for order, node in enumerate(record.node.traverse(include_text=True))}


def _best_link(record: _Record) -> tuple[LexborNode, str]:
    """Return the link of the title: the longest text; texts in brackets (`[要闻]`) are names of columns."""
    best = record.links[0]
    for candidate in record.links[1:]:
        if len(_MARKED.sub("", candidate[1])) > len(_MARKED.sub("", best[1])):
            best = candidate
    return best


def _entry(title: str, link: LexborNode, record: LexborNode, cell: _Cell) -> ListEntry:
    parent = record.parent
    if record.tag == "a" and parent is not None:
        parent = parent.parent
    href = link.attributes.get("href") or ""
    return ListEntry(
        _BULLET.sub("", title)[:1000], href.strip(), cell.moment, cell.index, parent.mem_id if parent is not None else 0
    )


def _without_meta_lines(entries: list[ListEntry]) -> list[ListEntry]:
    """Drop lone short entries: a date beside a short link that stands in no list is no entry."""
    sizes: dict[int, int] = {}
    for entry in entries:
        sizes[entry.list_id] = sizes.get(entry.list_id, 0) + 1
    return [entry for entry in entries if sizes[entry.list_id] > 1 or len(entry.title) >= 6]
