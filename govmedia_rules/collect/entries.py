"""Dated entries of a home or list page: title, link and date, whatever the layout.

A date cell is found first, by its text alone; the record around it is the smallest element that also holds a title link.
So `<li>`, table rows, cards, `dl` lists and boxes with split dates are one case, and no template is named.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.shown import FIRST_YEAR, dotted_days, read_shown
from govmedia_rules.collect.unread import is_in_bar
from govmedia_rules.collect.words import name_key, word_table
from govmedia_rules.core.dates import (
    DateMatch,
    find_moments,
    is_date_part,
    other_labels,
    publication_labels,
    read_moment,
    read_split,
)
from govmedia_rules.core.vocabulary import key_of

MOST_ENTRIES = 5_000
"""Entries kept of one page."""
MOST_PARTS = 40
"""Children, texts among them, of an element that may be the record of one date."""
_CLIMB = 7
_SHORTEST_HEADLINE = 12
_MOST_LINKS = 400
_LONGEST_CELL = 60
# What makes a line worth a closer look; most are refused afterwards. Lines with the rarer forms are looked for only where
# the page has one of their signs.
_HIT = re.compile(
    "[0-9\uff10-\uff19](?:[0-9\uff10-\uff19]{0,3}\\s?[-/.年月\uff0d\uff0f\uff0e\u2010-\u2015\u2212]|[0-9]{3}[01][0-9][0-3][0-9](?![0-9]))"
    "|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|[一二三四五六七八九十]月"
)
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
_YEAR_LINE = re.compile(r"((?:19|20)[0-9]{2})\s?年?度?")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "strong", "b", "caption"})
_HEADING_NAME = re.compile("year|nian|tit|head", re.IGNORECASE)
_CHOICES = frozenset({"a", "option", "select", "button", "label"})
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
    dotted = {} if now is None else dotted_days(dom.lines)
    headings = [] if now is None else _year_headings(dom, now)
    for index in _hits(dom):
        if index <= last_read:
            continue
        last_read = index
        chunk = chunks[index]
        bare = chunk.strip()
        if len(bare) > _LONGEST_LINE:
            continue
        year = _year_above(dom, index, headings) if headings else None
        moment = read_shown(dotted.get(index, bare), now, year)
        if moment is not None:
            if not _is_foreign(chunks, index):
                yield _Cell(index, dom.nodes[index], moment, "")
            continue
        if len(bare) <= 12 and is_date_part(bare):
            node = dom.nodes[index]
            split = _split_date(node, now if year is None or now is None else now.replace(year, 12, 31))
            if split is not None:
                moment, last_box = split
                yield _Cell(index, node, moment, "")
                last_read = index + last_box
            continue
        cell = _edge_cell(dom, index, now, year) or _line_cell(dom, index)
        if cell is not None:
            yield cell


class _YearHeading(NamedTuple):
    place: int
    year: int
    section: int  # identity of the element it heads


def _year_headings(dom: Dom, now: datetime) -> list[_YearHeading]:
    """Return lines that are nothing but a year and head a section; years to choose from stand side by side or are links.

    A year in an element that is no heading counts where a second one heads the same section, or where it stands between the
    title of the section and its list.
    """
    shown = [(index, line) for index, line in enumerate(dom.lines) if line]
    years = [(index, _YEAR_LINE.fullmatch(line)) for index, line in shown]
    headings = []
    for place, (index, match) in enumerate(years):
        if match is None or any(years[other][1] for other in (place - 1, place + 1) if 0 <= other < len(years)):
            continue
        section = _section_of(dom.nodes[index])
        if section is not None and FIRST_YEAR <= int(match[1]) <= now.year:
            headings.append(_YearHeading(index, int(match[1]), section))
    sizes = Counter(heading.section for heading in headings)
    headings = [
        heading
        for heading in headings
        if sizes[heading.section] > 1
        or _is_heading(dom.nodes[heading.place])
        or _leads_list(dom.nodes[heading.place], heading.section)
    ]
    return headings if any(heading.year < now.year for heading in headings) else []


def _is_heading(text: LexborNode) -> bool:
    step = text.parent
    named = "" if step is None else f"{step.attributes.get('class') or ''} {step.id or ''}"
    return step is not None and (step.tag in _HEADINGS or _HEADING_NAME.search(named) is not None)


def _leads_list(text: LexborNode, section: int) -> bool:
    """Return whether a list follows a text, and nothing but a heading or a bar stands before it in its section."""
    step = text
    while step.parent is not None and step.parent.mem_id != section:
        step = step.parent
    before, after = _sibling(step, ahead=False), _sibling(step, ahead=True)
    is_first = before is None or before.tag in _HEADINGS or (before.is_element_node and is_in_bar(before))
    return is_first and after is not None and after.tag in _LISTS


def _section_of(text: LexborNode) -> int | None:
    """Return the identity of the smallest element that holds more than this text; None for a link, a choice or a bar."""
    step, holder = text, text.parent
    if holder is None or is_in_bar(holder):
        return None
    for _ in range(_CLIMB):
        if holder is None or holder.tag in _CHOICES:
            return None
        if holder.tag == "body" or _stands_beside(step):
            return holder.mem_id
        step, holder = holder, holder.parent
    return None


def _stands_beside(node: LexborNode) -> bool:
    """Return whether an element or a text stands beside a node under the same parent."""
    return _sibling(node, ahead=True) is not None or _sibling(node, ahead=False) is not None


def _sibling(node: LexborNode, *, ahead: bool) -> LexborNode | None:
    """Return the next or last element or text with more than blanks under the same parent; None without one."""
    other = node.next if ahead else node.prev
    while other is not None and (other.is_comment_node or not (other.is_element_node or (other.text_content or "").strip())):
        other = other.next if ahead else other.prev
    return other


def _year_above(dom: Dom, index: int, headings: list[_YearHeading]) -> int | None:
    """Return the year of the last heading before a text node whose section holds the node; None without one."""
    place = bisect_left(headings, index, key=lambda heading: heading.place)
    if not place:
        return None
    step = dom.nodes[index].parent
    while step is not None:
        if step.mem_id == headings[place - 1].section:
            return headings[place - 1].year
        step = step.parent
    return None


def _edge_cell(dom: Dom, index: int, now: datetime | None, year: int | None) -> _Cell | None:
    """Return the cell of a text node that holds a title and, at one of its edges, a date."""
    chunk = dom.chunks[index]
    bare = chunk.strip()
    edge = _EDGE.search(chunk) if bare[0] in _EDGE_STARTS or bare[-1] in _EDGE_ENDS else None
    if edge is None:
        return None
    moment = read_shown(f"[{edge['head'] or edge['tail']}]", now, year)
    rest = " ".join((chunk[: edge.start()] + " " + chunk[edge.end() :]).split())
    return None if moment is None else _Cell(index, dom.nodes[index], moment, rest)


# What stands beside the date of an entry in its own text node: counters, a source, an author.
_BESIDE = re.compile(r"[\s:：|/·,，]*(?:浏览|点击|阅读|访问|人气|查看|次数|热度|来源|作者|发布|编辑|栏目|类别)")


def _line_cell(dom: Dom, index: int) -> _Cell | None:
    """Return the cell of a line that names its date (发布时间：2024-08-27) or shows it before or after a counter."""
    chunk = dom.chunks[index]
    if len(chunk) > 2 * _LONGEST_CELL or not _MAY_BE_FULL.search(chunk):
        return None
    matches = list(find_moments(chunk))
    labelled: DateMatch | None = next((match for match in matches if match.is_publication), None)
    if labelled is None and len(matches) == 1 and not (matches[0].is_other or matches[0].is_change):
        before, after = chunk[: matches[0].start].strip(), chunk[matches[0].end :]
        beside_before, beside_after = _BESIDE.match(before) is not None, _BESIDE.match(after) is not None
        if (beside_before or beside_after) and (not before or beside_before) and (not after.strip() or beside_after):
            labelled = matches[0]
    return None if labelled is None else _Cell(index, dom.nodes[index], labelled.moment, "")


_DATED_ATTRIBUTES = ("datetime", "data-date", "data-time", "data-pubdate", "data-publish", "pubdate", "data-pubtime", "data-day")
_DATED = ",".join([f"time[{_DATED_ATTRIBUTES[0]}]", *(f"[{name}]" for name in _DATED_ATTRIBUTES[1:])])
AFTER_TEXT = 10_000_000
"""Order of cells that are attributes: behind every text node."""


def _attribute_cells(dom: Dom, now: datetime | None) -> Iterator[_Cell]:
    """Return dates that stand in attributes (`<time datetime=…>`, `data-date=…`), in document order."""
    for position, node in enumerate(dom.tree.css(_DATED)[:MOST_ENTRIES]):
        for name in _DATED_ATTRIBUTES:
            moment = read_shown(node.attributes.get(name) or "", now)
            if moment is not None:
                inside = node.child if node.tag in ("li", "tr", "dd", "a", "div") and node.child is not None else node
                yield _Cell(AFTER_TEXT + position, inside, moment, "")
                break


_FOREIGN = re.compile(r"(?:今天是|现在是|当前时间|截止|截至|有效期|版权|©|opyright)[^\0]{0,12}$")


@cache
def _other_labels() -> tuple[str, ...]:
    return tuple(other_labels())


def _is_foreign(chunks: list[str], index: int) -> bool:
    """Return whether the text before a bare date says that it is no publication time (今天是, 截止时间, 版权所有)."""
    date_match = next(find_moments(chunks[index]), None)
    own = chunks[index][: date_match.start] if date_match is not None else ""
    before = ("".join(chunks[max(0, index - 2) : index]) + own)[-24:].rstrip(" :：\r\n\t\xa0")
    if not before:
        return False
    return bool(_FOREIGN.search(before)) or before.endswith(_other_labels())


def _split_date(text: LexborNode, now: datetime | None) -> tuple[date, int] | None:
    """Return a date split over boxes around `text`, and how many further text nodes it takes up."""
    box = text.parent
    for _ in range(3):
        if box is None or box.tag in _STOP or _is_crowded(box):
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


def _is_crowded(box: LexborNode) -> bool:
    """Return whether an element has more children than the record of one date."""
    child = box.child
    for _ in range(MOST_PARTS):
        if child is None:
            return False
        child = child.next
    return True


@dataclass(slots=True)
class _Record:
    node: LexborNode
    links: list[tuple[LexborNode, str]]
    cells: list[_Cell]


@cache
def _never() -> frozenset[str]:
    words = word_table("pages")["links"]
    return frozenset(key_of(word) for word in (*words["more"], *words["details"], *words["never"], *words["next"]))


@cache
def _bylines() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, word_table("pages")["links"]["bylines"])))


def _is_title(text: str) -> bool:
    if len(text) < 2 or (len(text) < 12 and name_key(text) in _never()):
        return False
    if len(text) <= 24 and _MAY_BE_DATE.search(text) and read_moment(text) is not None:
        return False
    return text[0].isalpha() or any(char.isalpha() for char in text[:80])


def _title_links(dom: Dom, node: LexborNode) -> list[tuple[LexborNode, str]] | None:
    """Return links in `node` whose text can be a title; None when there are too many for one record."""
    if node.mem_id not in dom.title_links:
        dom.title_links[node.mem_id] = (
            None if _has_many_links(dom, node) else [(link, title) for link in node.css("a") if (title := _link_title(dom, link))]
        )
    return dom.title_links[node.mem_id]


def _has_many_links(dom: Dom, node: LexborNode) -> bool:
    """Return whether an element has more links than a record: boxes in boxes without end are not counted through each time."""
    nodes, places = dom.link_nodes
    first = node.css_first("a") if len(nodes) > _MOST_LINKS else None
    beyond = len(nodes) if first is None else places[first.mem_id] + _MOST_LINKS
    step = nodes[beyond].parent if beyond < len(nodes) else None
    while step is not None and step.mem_id != node.mem_id:
        step = step.parent
    return step is not None


def _link_title(dom: Dom, link: LexborNode) -> str:
    """Return the title a link's text or title attribute can be; "" when neither can, or the link leads to an author or category."""
    known = dom.link_titles.get(link.mem_id)
    if known is None and _bylines().search(link.attributes.get("href") or ""):
        known = dom.link_titles[link.mem_id] = ""
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
    entries = _entries_of_cells(dom, _cells(dom, now))
    listed = {entry.href for entry in entries}
    for more in (_entries_of_cells(dom, _attribute_cells(dom, now)), list(_titled_entries(dom))):
        entries.extend(entry for entry in more if entry.href not in listed)
        listed.update(entry.href for entry in more)
    entries.sort(key=lambda entry: entry.order)
    return _without_meta_lines(entries)[:MOST_ENTRIES]


def _entries_of_cells(dom: Dom, cells: Iterator[_Cell]) -> list[ListEntry]:
    records: dict[int, _Record] = {}
    entries: list[ListEntry] = []
    headers: dict[int, list[str]] = {}
    cards: set[int] = set()
    for cell in cells:
        link = _enclosing_link(cell.node)
        if link is not None:
            cards.add(link.mem_id)
            title = _card_title(link, cell)
            if title:
                entries.append(_entry(title, link, link, cell))
            continue
        record = _record_of(dom, cell, records)
        if record is not None:
            records[record.node.mem_id] = record
        if len(records) >= MOST_ENTRIES:
            break
    inner = cards | records.keys()
    for record in records.values():
        _choose_by_header(record, headers)
        _leave_items(record, inner)
        if record.cells and record.links:
            entries.extend(_entries_of(record))
    return entries


def _leave_items(record: _Record, inner: Collection[int]) -> None:
    """Drop the links of a record that stand in several items of a list inside it, where its own date stands in none: a clock.

    A headline above the list stays, a short link (进入无障碍模式) does not.
    """
    items_by_node: dict[int, int | None] = {record.node.mem_id: None}
    if any(_item_of(cell.node, items_by_node, inner) is not None for cell in record.cells):
        return
    items = [_item_of(link, items_by_node, inner) for link, _ in record.links]
    if len(set(items) - {None}) > 1:
        kept = zip(record.links, items, strict=True)
        record.links = [link for link, item in kept if item is None and len(link[1]) >= _SHORTEST_HEADLINE]


def _item_of(node: LexborNode, known: dict[int, int | None], inner: Collection[int]) -> int | None:
    """Return the identity of the outermost item of a list or dated record around a node inside a record; None without one.

    Args:
        node: A link or text in the record.
        known: What is known of nodes of the record, by identity; the record's own is None. Each node is passed once.
        inner: Dated records, and links that are some, by identity.
    """
    path = []
    step: LexborNode | None = node
    while step is not None and step.mem_id not in known:
        path.append(step)
        step = step.parent
    item = None if step is None else known[step.mem_id]
    for step in reversed(path):
        if item is None and (step.mem_id in inner or step.tag in ("li", "tr")):
            item = step.mem_id
        known[step.mem_id] = item
    return item


def _titled_entries(dom: Dom) -> Iterator[ListEntry]:
    """Return entries whose date stands in the title attribute of their link, under a label (发布时间：…)."""
    for position, anchor in enumerate(dom.anchors):
        if not _MAY_BE_FULL.search(anchor.title) or len(anchor.title) > _LONGEST_LINE:
            continue
        match = next((match for match in find_moments(anchor.title) if match.is_publication), None)
        if match is not None and _is_title(anchor.text):
            cell = _Cell(2 * AFTER_TEXT + position, anchor.node, match.moment, "")
            yield _entry(anchor.text, anchor.node, anchor.node, cell)


def _choose_by_header(record: _Record, headers: dict[int, list[str]]) -> None:
    """Keep of a table row the cells whose header announces a publication time; drop those of other dates (成文, 截止 …)."""
    if record.node.tag != "tr":
        return
    table_node = record.node.parent
    while table_node is not None and table_node.tag != "table":
        table_node = table_node.parent
    if table_node is None:
        return
    names = headers.get(table_node.mem_id)
    if names is None:
        first = table_node.css_first("tr")
        names = headers[table_node.mem_id] = [] if first is None or first.css_first("a[href]") else _row_texts(first)
    if not names:
        return
    by_cell = [(cell, names[place]) for cell in record.cells if 0 <= (place := _place_in_row(cell.node, record.node)) < len(names)]
    published = [cell for cell, name in by_cell if name in publication_labels() and not _OTHER_HEADER.search(name)]
    others = {id(cell) for cell, name in by_cell if name in other_labels() or _OTHER_HEADER.search(name)}
    record.cells = published[:1] or [cell for cell in record.cells if id(cell) not in others]


_OTHER_HEADER = re.compile("成文|截止|截至|创建|更新|修改|有效|失效|施行|实施|签发|受理|报名|开标|结束|开始")


def _row_texts(row: LexborNode) -> list[str]:
    texts = []
    child = row.child
    while child is not None:
        if child.is_element_node:
            texts.append("".join(child.text().split()).strip(":："))
        child = child.next
    return texts


def _place_in_row(node: LexborNode, row: LexborNode) -> int:
    """Return the position among the cells of `row` of the one that holds `node`; -1 when none does."""
    step: LexborNode | None = node
    while step is not None and (step.parent is None or step.parent.mem_id != row.mem_id):
        step = step.parent
    place = -1
    while step is not None:
        place += step.is_element_node
        step = step.prev
    return place


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
        if links is None or (not links and node.tag in _LISTS):
            return None  # a list without links, such as a duty roster: what stands after it is not its title
        links = links or _titled_by_text(node)
        if links:
            return _Record(node, links, [cell])
        node = node.parent
    return None


_LISTS = frozenset({"table", "ul", "ol", "dl"})


def _titled_by_text(record: LexborNode) -> list[tuple[LexborNode, str]]:
    """Return the link of a record whose title is bare text beside it (`标题 <a>查看</a> 2024-08-27`)."""
    link = record.css_first("a[href]") if record.tag in ("li", "tr", "dd", "p", "details", "article") else None
    parts = [] if link is None else [" ".join(part.split()) for part in record.text(separator="\0").split("\0")]
    title = next((part for part in parts if len(part) >= 6 and _is_title(part) and not _is_mostly_date(part)), "")
    return [(link, title)] if link is not None and title else []


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
