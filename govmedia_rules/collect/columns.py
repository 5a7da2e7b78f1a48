"""What a column page holds: dated entries, undated ones, nothing, or something that cannot be told from its HTML.

"Nothing" (a blank column) is said only of a page that shows a list's frame with nothing in it. A page whose list a script
fetches, and a page of plain text, give None: not observed.
"""

from __future__ import annotations

import re
from functools import cache

from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.words import any_of, table
from govmedia_rules.snapshots.parts import Entry

SHORTEST_TITLE = 8
"""Shortest text of a link that is taken for an entry where no date stands beside it, in characters."""


@cache
def _blank_words() -> re.Pattern[str]:
    return re.compile(any_of(table("pages")["lists"]["blank"]))


def own_links(page: PageFacts, common: frozenset[str]) -> list[tuple[str, str]]:
    """Return text and address of the links that are this page's own: not on the home page, not to another host, not a file's."""
    links = []
    for link in page.links:
        if link.kind in ("page", "attachment") and not link.is_outside and link.url not in common and link.url != page.url:
            text = link.text.strip()
            if len(text) >= SHORTEST_TITLE:
                links.append((text, link.url))
    return links


def own_lines(page: PageFacts, common: frozenset[str]) -> list[str]:
    """Return lines of text that are this page's own and not the frame of the site."""
    return [line for line in page.text.split("\n") if line not in common]


def column_entries(page: PageFacts, *, common_links: frozenset[str], common_lines: frozenset[str]) -> tuple[Entry, ...] | None:
    """Return the entries of a column page.

    Args:
        page: The page.
        common_links: Addresses that stand on the home page too, and so in the frame of the site.
        common_lines: Lines of text of the home page.

    Returns:
        Its entries, first those with a date; () when the list is there and blank; None when the page has no list that
        can be seen.
    """
    dated = page.list_entries()
    links = own_links(page, common_links)
    names = {item.url for item in page.navigation}
    if dated:
        return dated
    undated = tuple(Entry(title=text, url=url) for text, url in dict.fromkeys(links) if url not in names)
    if len(undated) >= 3:
        return undated
    lines = own_lines(page, common_lines)
    text = "\n".join(lines)
    if _blank_words().search(text):
        return undated
    if page.fetches_content or page.frames:
        return None
    if undated:
        return undated
    # Only the crumbs and the column's own name are left: a list's frame with nothing in it.
    return () if page.has_list_frame and len(text) <= 60 else None
