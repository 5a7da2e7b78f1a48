"""The content of a column page: dated entries, undated ones, nothing, or something its HTML does not show.

"Nothing" (a blank column) is said only of a page whose own list frame is there, complete and empty, or that says so itself in
an element of its own. A page with any script of its own, a picture, a document inside it, a frame, an attachment, a link or a
text is not blank: what it shows is counted as one entry, or was not observed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from govmedia_rules.collect.home import is_tool_frame
from govmedia_rules.collect.navigation import page_key
from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.words import word_table
from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.snapshots.parts import Entry

SHORTEST_TITLE = 8
"""Shortest text of a link that is taken for an entry where no date stands beside it, in characters."""
LONGEST_NOTICE = 24
"""Longest line that can be an empty list's own notice, in characters; 更新中 inside a sentence is none."""
FEWEST_UNDATED = 3
"""Links from which undated ones are taken for a list: fewer are crumbs and tools."""
LONGEST_SIDE_HEADING = 10
"""Longest heading of a list beside the column's own, in characters."""
SHORTEST_TEXT = 60
"""Characters of own text from which a page is one of text (概况, 职能)."""


@dataclass(frozen=True)
class Frame:
    """Links and texts that the home page shows too, and that therefore belong to the frame of the site.

    Attributes:
        links: Keys of addresses (`page_key`).
        lines: Lines of text.
        media: Addresses of pictures and the like.
        scripts: Addresses and texts of scripts.
        boxes: Names of empty boxes that a script may fill.
    """

    links: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    scripts: frozenset[str] = frozenset()
    boxes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, pages: Iterable[PageFacts], listed: Iterable[str]) -> Frame:
        """Return the frame that home pages show; addresses of their entries (`listed`) are no part of it."""
        pages = list(pages)
        entries = {page_key(url) for url in listed}
        return cls(
            frozenset(page_key(url) for page in pages for url in (page.url, *(link.url for link in page.links))) - entries,
            frozenset(line for page in pages for line in page.text.split("\n")),
            frozenset(address for page in pages for address in page.media),
            frozenset(script for page in pages for script in page.own_scripts),
            frozenset(box for page in pages for box in page.waiting_boxes),
        )


@dataclass(frozen=True)
class ColumnContent:
    """The content of a column page.

    Attributes:
        entries: Its entries, () when it is blank; None when it has no list that can be seen.
        count: Number of entries where they are not known one by one; None when nothing is known.
        is_dated: Whether the entries show dates.
        shows_all: Whether no empty list beside the entries waits for a script of the page's own, and none is dated in the future.
        unseen: Why nothing was seen, for the log and the tests: `script`, `frame`, `text` …; "" when all was.
    """

    entries: tuple[Entry, ...] | None = None
    count: int | None = None
    is_dated: bool = False
    shows_all: bool = True
    unseen: str = ""
    links: tuple[str, ...] = field(default=(), repr=False)


@cache
def _notice() -> re.Pattern[str]:
    lists = word_table("pages")["lists"]
    head = r"[\[(（【!！\s]*(?:对不起|抱歉|很抱歉|提示)?[，,：:！!\s]*(?:该|本|此|当前|这个)?(?:栏目|页面|目录|频道|分类)?(?:下)?"
    tail = rf"(?:(?!{any_of(lists['no_notices'])})[\w、]){{0,6}}"
    more = rf"(?:[，,；;、。\s]{{1,3}}(?:{any_of(lists['after_notices'])})){{0,2}}"
    return re.compile(rf"{head}(?:{any_of(lists['notices'])}){tail}{more}[\])）】。.!！…~\s]*")


@cache
def _frame_words() -> re.Pattern[str]:
    words = any_of(word_table("pages")["lists"]["frame_words"])
    return re.compile(rf"(?:{words}|[\d\W_])*", re.IGNORECASE)


@cache
def _crumbs() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["lists"]["crumbs"]))


def _is_of_frame(line: str, title: str) -> bool:
    """Return whether a line is crumbs, the column's name, a head or paging of a list: none says why the list is empty."""
    return line in title or _crumbs().search(line) is not None or _frame_words().fullmatch(line) is not None


def own_links(page: PageFacts, frame: Frame) -> list[tuple[str, str]]:
    """Return text and address of links that are this page's own: not in the frame of the site and not to the page itself."""
    own = page_key(page.url)
    links = []
    for link in page.links:
        key = page_key(link.url)
        if link.kind in ("page", "attachment") and key not in frame.links and key != own:
            links.append((link.text.strip(), link.url))
    return links


def own_lines(page: PageFacts, frame: Frame) -> list[str]:
    """Return lines of text that are this page's own and not the frame of the site."""
    return [line for line in page.text.split("\n") if line not in frame.lines]


@cache
def _side() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["lists"]["side"]))


def _main_entries(page: PageFacts) -> tuple[Entry, ...]:
    """Return the dated entries of a column without those of lists that a heading calls popular, recommended or related."""
    lines = page.dom.lines
    firsts: dict[int, int] = {}
    for entry in page.entries:
        firsts.setdefault(entry.list_id, entry.order)
    side = set()
    for list_id, order in firsts.items():
        near = [line for line in lines[max(0, order - 8) : order] if line] if 0 <= order < len(lines) else []
        if any(len(line) <= LONGEST_SIDE_HEADING and _side().search(line) and line not in page.title for line in near[-3:]):
            side.add(list_id)
    return tuple(entry for entry, shown in zip(page.list_entries(), page.entries, strict=True) if shown.list_id not in side)


def own_frames(page: PageFacts, frame: Frame) -> list[str]:
    """Return addresses of frames that only this page has and that show no tool: each may hold a list."""
    return [address for address in page.frames if address not in frame.media and not is_tool_frame(address)]


def column_content(page: PageFacts, frame: Frame) -> ColumnContent:
    """Read what a column page holds.

    Args:
        page: The page.
        frame: The frame of the site.
    """
    dated = _main_entries(page)
    scripts = [script for script in page.own_scripts if script not in frame.scripts]
    hides_list = page.has_future_dates or page.has_unread_records or page.may_show_newer(frame.scripts | frame.media | frame.boxes)
    hides_list = hides_list or (bool(scripts) and page.empty_lists > 0 and page.fetches_content)
    hides_list = hides_list or any("{{" in line for line in own_lines(page, frame))
    shows_all = not (hides_list or own_frames(page, frame))
    if dated:
        return ColumnContent(dated, is_dated=True, shows_all=shows_all)
    links = own_links(page, frame)
    columns = {page_key(item.url) for item in page.navigation}
    titled = [(text, url) for text, url in dict.fromkeys(links) if len(text) >= SHORTEST_TITLE and page_key(url) not in columns]
    undated = tuple(Entry(title=text[:1_000], url=url) for text, url in titled)
    if len(undated) >= FEWEST_UNDATED:
        return ColumnContent(undated, shows_all=shows_all)
    fetches = bool(scripts) or (page.fetches_content and (page.empty_lists > 0 or "{{" in page.text))
    lines = own_lines(page, frame)
    # The home page may say the same in the box of a column that is blank; then nothing else may be on the column's own page.
    is_bare = not page.own_scripts and all(_is_of_frame(line, page.title) for line in lines)
    said = page.text.split("\n") if is_bare else lines
    has_notice = any(len(line) <= LONGEST_NOTICE and _notice().fullmatch(line) for line in said)
    tools = {address for address in page.frames if is_tool_frame(address)}
    media = [address for address in page.media if address not in frame.media and address not in tools]
    text = "".join(line for line in lines if line not in page.title)
    if own_frames(page, frame):
        return ColumnContent(count=1, unseen="frame")
    if media or undated or len(links) >= FEWEST_UNDATED or page.has_form:
        return ColumnContent(count=1, unseen="media" if media else "links")
    if has_notice and len(text) <= SHORTEST_TEXT + LONGEST_NOTICE:
        return ColumnContent(None, unseen="script") if fetches and page.fetches_content else ColumnContent(())
    if len(text) > SHORTEST_TEXT and not fetches:
        return ColumnContent(count=1, unseen="text")
    if fetches:
        return ColumnContent(unseen="script")
    # Only the crumbs and the column's own name are left: a list's frame with nothing in it. Without a notice of the page's own, a
    # script that all pages of the site have may be the one that fills it.
    is_blank = not page.own_scripts and page.empty_lists > 0 and not any(text for text, _ in links)
    is_blank = is_blank and len(text) <= SHORTEST_TEXT and all(_is_of_frame(line, page.title) for line in lines)
    if is_blank and page.has_query:  # an empty list under a query says only that nothing was asked
        return ColumnContent(unseen="query")
    return ColumnContent(()) if is_blank else ColumnContent(unseen="text")
