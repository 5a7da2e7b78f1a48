"""Title, publication time and source of a page, with the step that gave each.

Publication time: `PubDate`, other declared times, JSON-LD, the date the page shows beside its headline, a script variable,
and last a declared time of change. Never a date out of running text, a foot, or a list of other pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from selectolax.lexbor import LexborNode

from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.shown import is_plausible, shown_day
from govmedia_rules.collect.words import column_kind, word_table
from govmedia_rules.core.dates import DateMatch, find_moments, find_published, read_moment
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.core.vocabulary import any_of

LONGEST_CLOCK = 60
"""Characters of a line that shows what day it is."""
LONGEST_TITLE = 300
"""Longest text taken for a title, in characters."""
SURE_HEADING = 5.0
"""A heading of this score agrees with the title element over ten characters or over all that it holds: it is the headline."""
LIKELY_HEADING = 2.5
"""A heading of this score is taken instead of a title element that names only a site or a column."""


Taken = Callable[[], frozenset[int]]
"""Gives the indices of text nodes whose dates belong to entries of lists; asked only where a page shows many dates."""

FEW_DATES = 4
"""A page with fewer full dates has no list that must be known before its own date is looked for."""


def _none() -> frozenset[int]:
    return frozenset()


class Read(NamedTuple):
    """A value and the step that gave it ("" when nothing did)."""

    value: str
    step: str


@dataclass(frozen=True, slots=True)
class Published:
    """A publication time and the step that gave it: `PubDate`, `meta`, `json-ld`, `visible`, `script`, `changed` or ""."""

    moment: datetime | date | None
    step: str


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


# ---------------------------------------------------------------- title


@cache
def _title_words() -> tuple[frozenset[str], tuple[str, ...], re.Pattern[str], tuple[str, ...], str]:
    data = word_table("pages")["title"]
    others = any_of(mark for mark in data["separators"] if mark != "-")
    # A dash between Latin letters or digits (`A-B角`, `1-10月`) belongs to the title.
    separators = re.compile(rf"\s*(?:{others}|(?<![0-9A-Za-z])-|-(?![0-9A-Za-z]))+\s*")
    classes = ",".join(f"[class*='{word}' i],[id*='{word}' i]" for word in data["classes"] if word.isascii())
    return frozenset(data["standard"]), tuple(data["declared"]), separators, tuple(data["site_endings"]), classes


def read_title(dom: Dom, metas: dict[str, str], site_names: tuple[str, ...] = (), *, taken: Taken = _none) -> Read:
    """Return the title of a page.

    Args:
        dom: The page.
        metas: Meta contents by lower-case name; the first filled one of each name.
        site_names: Names known not to be titles, such as the content of SiteName.
        taken: Indices of text nodes whose dates belong to entries of lists.
    """
    standard, declared, separators, endings, classes = _title_words()
    known = {_key(name) for name in site_names if name}
    for name in standard:
        text = " ".join(metas.get(name, "").split())
        if len(text) > 1:
            return Read(text[:LONGEST_TITLE], "ArticleTitle")
    for tag in word_table("pages")["title"]["elements"]:
        nodes = dom.elements(tag)
        if nodes and (text := " ".join(nodes[0].text().split())):
            return Read(text[:LONGEST_TITLE], "element")
    page_title = _head_title(dom)
    page_key = _key(page_title)
    best, best_score = _best_heading(dom, classes, page_key, known, endings)
    if best_score >= SURE_HEADING:
        return Read(_tidy(best, page_title), "heading")
    shown = _shown_part(dom, page_title, endings, known)
    if shown:
        return Read(shown, "shown")
    for name in declared:
        text = " ".join(metas.get(name, "").split())
        key = _key(text)
        if len(key) >= 4 and key not in known and page_key.startswith(key):
            cut = _cut(page_title, separators, endings, known)
            return Read((cut if _key(cut).startswith(key) else text)[:LONGEST_TITLE], "declared")
    cut = _cut(page_title, separators, endings, known)
    weak = len(_key(cut)) < 8 or _is_name(cut, endings) or (len(cut) <= 12 and column_kind(cut) is not None)
    if weak:
        headline = _headline_before_date(dom, endings, known, taken)
        if headline:
            return Read(headline, "beside the date")
    if cut and not (best_score >= LIKELY_HEADING and _is_name(cut, endings)):
        return Read(cut[:LONGEST_TITLE], "title")
    return Read(best, "heading") if best else Read(page_title[:LONGEST_TITLE], "title" if page_title else "")


def _head_title(dom: Dom) -> str:
    titles = dom.elements("title")  # a drawing has one too: that of the head goes first
    in_head = (node for node in titles if node.parent is not None and node.parent.tag == "head")
    title = next(in_head, None) or next(iter(titles), None)
    return " ".join(title.text().split()) if title is not None else ""


def _best_heading(dom: Dom, classes: str, page_key: str, known: set[str], endings: tuple[str, ...]) -> tuple[str, float]:
    """Return the heading that is most surely the headline, with its score; lower ranks are read only while none is sure."""
    best, best_score = "", 0.0
    for rank, selector in enumerate(("h1", "h2,h3", classes)):
        for node in (dom.elements("h1") if selector == "h1" else dom.tree.css(selector))[:60]:
            text = " ".join(node.text(separator=" ").split())
            key = _key(text) if 4 <= len(text) <= LONGEST_TITLE else ""
            if len(key) < 3 or key in known:
                continue
            score = _title_score(text, key, page_key, rank, endings)
            if score > best_score:
                best, best_score = text, score
        if best_score >= SURE_HEADING:
            break
    return best, best_score


def _shown_part(dom: Dom, page_title: str, endings: tuple[str, ...], known: set[str]) -> str:
    """Return the longest text node that the title element holds whole: the headline, when it is in no heading element."""
    best = ""
    size, most = 5, len(page_title) + 40
    for text in dom.lines[:3_000]:
        is_part = size < len(text) < most and text in page_title
        if is_part and len(_key(text)) >= 6 and _key(text) not in known and not _is_name(text, endings):
            best = text
            size = len(best)
    # Half of a title in a text node is a keyword or a column; a headline fills most of the title element.
    return best if 2 * len(_key(best)) > len(_key(page_title)) else ""


def _headline_before_date(dom: Dom, endings: tuple[str, ...], known: set[str], taken: Taken) -> str:
    """Return the block of text just above the line with the publication time, for pages whose title element names only a column."""
    for index, hit in _dated(dom, taken, 12):
        date_match, line, before = _spotted(dom, index, hit)
        if date_match is None or not (date_match.is_publication or _neighbours().search(line + before)) or _in_list(dom, index):
            continue
        for previous in range(index - 1, max(-1, index - 12), -1):
            text = " ".join(dom.chunks[previous].split())
            if (
                8 <= len(text) <= 120
                and _key(text) not in known
                and not _neighbours().search(text)
                and not text.endswith((":", "："))
                and next(find_moments(text), None) is None
            ):
                return "" if _is_name(text, endings) and len(text) < 12 else text
        return ""
    return ""


def _in_list(dom: Dom, index: int) -> bool:
    node = dom.nodes[index].parent
    for _ in range(5):
        if node is None or node.tag in ("body", "html"):
            return False
        if node.tag in ("a", "li", "dd"):
            return True
        node = node.parent
    return False


def _title_score(text: str, key: str, page_key: str, rank: int, endings: tuple[str, ...]) -> float:
    """Score how surely a heading is the headline: agreement with the title element above all."""
    if not page_key:  # only the rank of the element tells: h1 is a likely heading, h2 and classes are not
        return 3.0 - rank
    # The title element usually begins with the headline: sure, and the longer the surer (at most one point); a short
    # text that ends like a name (网, 政府) may be that of the site instead.
    if page_key.startswith(key):
        return 6 + min(len(key), 40) / 40 - (2 if _is_name(text, endings) and len(key) < 12 else 0)
    # Elsewhere in the title element it may be the column or the site, which are shorter: likely, not sure.
    if key in page_key and len(key) >= 6:
        return 4.0 - (2 if _is_name(text, endings) else 0)
    # The title element may be cut, or hold only the name of the column.
    if len(key) >= 10 and page_key.startswith(key[: max(8, len(key) * 2 // 3)]):
        return 5.0
    # Without any agreement an h1 is just a likely heading, a class a little less; h2 and h3 are parts of the text.
    return 2.5 - rank * 0.3 if rank != 1 and len(key) >= 8 and not _is_name(text, endings) else 0.0


def _is_name(text: str, endings: tuple[str, ...]) -> bool:
    return text.rstrip("）)").endswith(endings)


def _tidy(heading: str, page_title: str) -> str:
    """Return the heading as the title element spells it, where that keeps blanks the heading has only by its markup."""
    key = _key(heading)
    if heading not in page_title and " " in heading:
        at = 0
        for index, char in enumerate(page_title):
            if char.isalnum():
                if at < len(key) and char.casefold() == key[at]:
                    at += 1
                    if at == len(key):
                        end = index + 1
                        while end < len(page_title) and page_title[end] in "）)】》”’\"'?？!！。…":
                            end += 1
                        heading_part = page_title[:end].strip()
                        return heading_part if _key(heading_part) == key else heading
                else:
                    break
    return heading


def _cut(page_title: str, separators: re.Pattern[str], endings: tuple[str, ...], known: set[str]) -> str:
    """Return the title element without the names of site and column at its end or, less often, at its front."""
    rest = page_title
    spans = _part_spans(page_title, separators)
    parts = [page_title[start:end] for start, end in spans]
    if len(parts) < 2:
        # `题目 某某网`: a blank parts them only when what follows is plainly a name.
        head, _, tail = page_title.rpartition(" ")
        return head.strip() if len(head) >= 6 and len(tail) <= 20 and (_key(tail) in known or _is_name(tail, endings)) else rest
    before = sum(map(len, parts))
    while len(parts) > 1:
        before -= len(parts[-1])
        if not _is_suffix(parts[-1].strip(), before, endings, known):
            break
        parts.pop()
        rest = page_title[: spans[len(parts) - 1][1]]
    if len(parts) > 1:
        first = parts[0].strip()
        if (_key(first) in known or _is_name(first, endings)) and len(parts[-1]) >= 4 and rest.startswith(first):
            return _strip_front(rest[len(first) :], separators)
    return rest.strip()


def _part_spans(text: str, separators: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return start and end of each part between separators that is not blank."""
    cuts = [match.span() for match in separators.finditer(text)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]


def _strip_front(text: str, separators: re.Pattern[str]) -> str:
    match = separators.match(text)
    return text[match.end() :].strip() if match is not None else text.strip()


def _is_suffix(last: str, before: int, endings: tuple[str, ...], known: set[str]) -> bool:
    """Return whether the last part of a title element names the site, the column or keywords, and not half of the title.

    `before` is how many characters the parts before it have.
    """
    if _key(last) in known or _is_name(last, endings):
        return True
    return len(last) <= 12 and before >= 10 and len(last) < before


# ---------------------------------------------------------------- publication time


# A time given to a variable; the value is looked for first, because few of a script's words are followed by one.
_SCRIPT_VALUE = re.compile(r"[:=]\s{0,5}[\"']?((?:19|20)[0-9][0-9][-/0-9T :+.Z年月日]{4,22}|1[0-9]{9}(?:[0-9]{3})?)")


@cache
def _script_name() -> re.Pattern[str]:
    names = any_of(word_table("pages")["published"]["script"])
    return re.compile(rf"(?<![A-Za-z0-9_])[\"']?({names})[\"']?\s{{0,5}}\Z")


_JSON_LD = re.compile(r'"(?:datePublished|pubDate)"\s{0,5}:\s{0,5}"([^"]{8,40})"')


def read_published(dom: Dom, metas: dict[str, str], title: str, *, now: datetime | None = None, taken: Taken = _none) -> Published:
    """Return the publication time of a page.

    Args:
        dom: The page.
        metas: Meta contents by lower-case name.
        title: Its title, beside which the shown date is looked for.
        now: The monitoring point; with it dates without a year are read where a label announces them.
        taken: Indices of text nodes whose dates belong to entries of lists.
    """
    names = word_table("pages")["published"]
    for declared, step in _declared(dom, metas, names):
        if (moment := _plausible(declared, now)) is not None:
            return Published(moment, step)
    moment = _visible(dom, title, taken, now)
    if moment is not None:
        return Published(moment, "visible")
    moment = _scripted(dom, now)
    if moment is not None:
        return Published(moment, "script")
    for name in names["changed"]:
        text = metas.get(name)
        if text and (moment := _plausible(text, now)) is not None:
            return Published(moment, "changed")
    if now is not None:  # last a date without a year, which means one day only for pages read when they were published
        start = max(0, _place_of(dom, title))
        line = " ".join(dom.joined[start : start + 1_500].replace("\0", " ").split())
        moment = find_published(line, now=now)
        if moment is not None:
            return Published(moment, "visible")
    return Published(None, "")


def _plausible(text: str, now: datetime | None) -> datetime | date | None:
    moment = read_moment(text, now=now)
    return moment if moment is not None and is_plausible(moment, now) else None


def _declared(dom: Dom, metas: dict[str, str], names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the page declares as its time, the most trusted first, each with the step it belongs to."""
    for step, group in (("PubDate", "standard"), ("meta", "declared")):
        yield from ((metas[name], step) for name in names[group] if metas.get(name))
    for node in dom.tree.css("[itemprop='datePublished' i]"):
        yield node.attributes.get("datetime") or node.attributes.get("content") or node.text() or "", "meta"
    for script in dom.scripts:
        match = _JSON_LD.search(script) if "datePublished" in script or '"pubDate"' in script else None
        if match is not None:
            yield match[1], "json-ld"


def _scripted(dom: Dom, now: datetime | None) -> datetime | date | None:
    best: tuple[int, datetime | date] | None = None
    order = {name: rank for rank, name in enumerate(word_table("pages")["published"]["script"])}
    for text in dom.scripts:
        if len(text) > 600_000:
            text = text[:600_000]
        for match in _SCRIPT_VALUE.finditer(text):
            name = _script_name().search(text, max(0, match.start() - 40), match.start())
            if name is None:
                continue
            value = match[1].strip()
            moment: datetime | date | None
            if value.isdecimal() and len(value) in (10, 13):
                moment = datetime.fromtimestamp(int(value[:10]), SHANGHAI)
            else:
                moment = read_moment(value)
            if moment is not None and is_plausible(moment, now) and (best is None or order[name[1]] < best[0]):
                best = (order[name[1]], moment)
    return None if best is None else best[1]


@cache
def _neighbours() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["published"]["neighbours"]))


@cache
def _foot() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["published"]["foot"]), re.IGNORECASE)


@cache
def _below() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["published"]["below"]))


@cache
def _time_classes() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["published"]["classes"]), re.IGNORECASE)


_FULL_HINT = re.compile(
    r"[12][09][0-9]{2}(?:[\s\0]{0,6}[-/.年][\s\0]{0,6}[0-9]{1,2}[\s\0]{0,6}[-/.月][\s\0]{0,6}[0-9]{1,2}"
    r"|[0-9]{2}[\s\0]{0,6}/[\s\0]{0,6}[0-9]{2})"
)
_HAN_HINT = re.compile(r"二[〇○零][〇○零一二三四五六七八九]{2}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日")


def _full_dates(dom: Dom) -> list[tuple[int, re.Match[str]]]:
    """Return places of full dates with the index of their text node, found once a page."""
    if dom.dated is None:
        hits = list(_FULL_HINT.finditer(dom.joined))
        if "二〇" in dom.joined or "二○" in dom.joined or "二零" in dom.joined:
            hits = sorted([*hits, *_HAN_HINT.finditer(dom.joined)], key=lambda hit: hit.start())
        dom.dated = []
        last = index = 0
        for hit in hits[:2_000]:
            index += dom.joined.count("\0", last, hit.start())
            last = hit.start()
            dom.dated.append((index, hit))
    return dom.dated


def _dated(dom: Dom, taken: Taken, most: int) -> Iterator[tuple[int, re.Match[str]]]:
    """Return places of full dates outside the lists of the page, at most `most` of them, with the index of their text node."""
    count = 0
    dates = _full_dates(dom)
    listed = taken() if len(dates) >= FEW_DATES else frozenset()
    for index, hit in dates:
        if index not in listed:
            yield index, hit
            count += 1
            if count >= most:
                return


_SENTENCE = re.compile(r"[，。；！？]")


def _visible(dom: Dom, title: str, taken: Taken, now: datetime | None) -> datetime | date | None:
    """Return the date the page shows for itself: scored by label, place, company and markup; the best above a bound wins."""
    joined = dom.joined
    title_at = _place_of(dom, title)
    best_score, best = 2.9, None
    end_of_article = len(joined)
    found_below = _below().search(joined, title_at + 1)
    if found_below is not None:
        end_of_article = found_below.start()
    for index, hit in _dated(dom, taken, 40):
        date_match, line, _ = _spotted(dom, index, hit)
        if date_match is None or not is_plausible(date_match.moment, now) or _is_clock(date_match, line, now):
            continue
        score = _visible_score(dom, date_match, line, hit, title_at, index)
        if score and hit.start() > end_of_article:  # dates of 相关阅读 and 上一篇 belong to other articles, labels and all
            score -= 3.0
        if score > best_score:
            best_score, best = score, date_match.moment
    return best


_CLOCK_NAME = re.compile("^[^0-9]{0,12}(?:北京时间|今日)")
_BESIDE_CLOCK = re.compile(r"星期|周[一二三四五六日]|农历|[0-9]\s?℃|^(?!.*(?:发布|时间|来源|日期)).*[0-9]:[0-9]{2}:[0-9]{2}")


def _is_clock(date_match: DateMatch, line: str, now: datetime | None) -> bool:
    """Return whether a date is that of the look: under a clock's name, or beside the day of the week or the weather."""
    if now is None or shown_day(date_match.moment) != now.date() or len(line) > LONGEST_CLOCK:
        return False
    return _CLOCK_NAME.search(line) is not None or (not date_match.label and _BESIDE_CLOCK.search(line) is not None)


def _spotted(dom: Dom, index: int, hit: re.Match[str]) -> tuple[DateMatch | None, str, str]:
    """Return the date at a hit with its line (its text node, or its few nodes when it is split) and the text before it."""
    chunk = dom.chunks[index]
    before = " ".join("".join(dom.chunks[max(0, index - 3) : index])[-40:].split())
    if "\0" in hit.group():  # split over nodes
        whole = "".join(part.strip() for part in dom.joined[hit.start() : hit.start() + 60].split("\0")[:6])
        squeezed = re.match(r"((?:19|20)[0-9]{2})([0-9]{2})/([0-9]{2})", whole)
        if squeezed:
            whole = f"{squeezed[1]}-{squeezed[2]}-{squeezed[3]} {whole[squeezed.end() :]}"
        return next(find_moments(whole[:40]), None), whole[:40], before
    line = " ".join(chunk.split()) if len(chunk) < 400 else chunk
    offset = hit.start() - dom.joined.rfind("\0", 0, hit.start()) - 1
    text = chunk[max(0, offset - 30) : offset + 40]
    near = [date_match for date_match in find_moments(text) if date_match.end > min(30, offset)]
    date_match = near[0] if near else None
    if date_match is not None and not date_match.label and before:
        # The label may stand in the text node before; of the dates in that stretch only the last is this one.
        stretch = list(find_moments(f"{before} {hit.group()}"))
        if stretch and stretch[-1].label and offset <= 6:
            date_match = DateMatch(date_match.moment, stretch[-1].label, date_match.start, date_match.end)
    return date_match, line, before


def _visible_score(dom: Dom, date_match: DateMatch, line: str, hit: re.Match[str], title_at: int, index: int) -> float:
    """Score how surely a date is that of the page; 0.0 where it certainly is not."""
    if date_match.is_other:
        return 0.0
    rest = len(line) - (date_match.end - date_match.start)
    is_meta_line = bool(_neighbours().search(line))
    long_text = rest > 24 and not is_meta_line and (len(_SENTENCE.findall(line)) > 0 or rest > 60)
    if long_text and not date_match.is_publication:
        return 0.0
    around = dom.joined[max(0, hit.start() - 60) : hit.end() + 80]
    if _foot().search(around) and hit.start() > len(dom.joined) * 0.6 and not date_match.is_publication:
        return 0.0
    # Half the bound (2.9) each: two of these signs make a date that of the page, one does not.
    score = _label_score(date_match)
    if rest <= 4:  # a line of its own is a template's
        score += 1.5
    if is_meta_line or _neighbours().search(around):
        score += 1.5
    return score + _distance_score(hit.start() - title_at if title_at >= 0 else None) + _markup_score(dom.nodes[index].parent)


def _label_score(date_match: DateMatch) -> float:
    # A label alone decides (the bound is 2.9): 发布时间 surely; 时间 and 日期 may head a column of a table beside it.
    score = 0.0
    if date_match.is_publication:
        score = 5.0 if len(date_match.label) > 2 else 3.5
    elif date_match.is_change:  # a change counts only beside a second sign, such as the headline above it
        score = 1.5
    # Content systems print the time of day; authors who mention a day do not.
    return score + 1.5 if isinstance(date_match.moment, datetime) else score


def _distance_score(distance: int | None) -> float:
    """Score the characters between headline and date; None where the headline is not shown."""
    # The line under the headline is where the date stands on nine pages in ten; above it stand clocks and crumbs.
    if distance is None or distance > 400:
        return 0.0
    if distance >= 0:
        return 3.0 - distance / 400
    return 0.5 if distance >= -200 else -2.0


# A link shows the date of the page it leads to, and entries of a list those of their pages.
_MARKUP_SCORES = {"a": -4.0, "li": -1.5, "dd": -1.5, "time": 2.0}


def _markup_score(node: LexborNode | None) -> float:
    """Score the six elements around a date; a class that names a time counts in the two next to it."""
    score = 0.0
    for step in range(6):
        if node is None or node.tag in ("body", "html"):
            break
        score += _MARKUP_SCORES.get(node.tag or "", 0.0)
        if step < 2 and _time_classes().search(f"{node.attributes.get('class') or ''} {node.id or ''}"):
            score += 1.0
        node = node.parent
    return score


def _place_of(dom: Dom, title: str) -> int:
    """Return where the headline stands in the text, looked up once a page."""
    known = dom.places.get(title)
    if known is None:
        known = dom.places[title] = _find_place(dom, title)
    return known


def _find_place(dom: Dom, title: str) -> int:
    """Return where the headline stands in the text: the last early place that shows the title; -1 when none does."""
    if len(title) < 4:
        return -1
    at = dom.joined.find(title[:30])
    if at < 0:
        bare = _key(title)[:16]
        offset = 0
        first = title.lstrip()[:1]
        for chunk in dom.chunks[:2_000]:
            if len(chunk) >= 4 and first in chunk and bare and bare in _key(chunk[:200]):
                return offset
            offset += len(chunk) + 1
        return -1
    again = dom.joined.find(title[:30], at + 1)
    # The first place is often the breadcrumb; the headline follows closely.
    return again if 0 <= again - at <= 300 else at


# ---------------------------------------------------------------- source


@cache
def _source_pattern() -> re.Pattern[str]:
    labels = any_of(word_table("pages")["source"]["labels"])
    return re.compile(rf"(?:{labels})\s*[:：]\s*\0?\s*([^\0\s:：|｜]{{2,40}})")


def read_source(dom: Dom, metas: dict[str, str], title: str) -> str:
    """Return the source (来源) a page names, or ""."""
    names = word_table("pages")["source"]
    for name in names["standard"]:
        text = " ".join(metas.get(name, "").split())
        if text and len(text) <= 60:
            return _after_label(text)
    start = max(0, _place_of(dom, title))
    for match in _source_pattern().finditer(dom.joined, max(0, start - 600), start + 3_000):
        text = match[1].strip("[]【】（）() ")
        if text and not _neighbours().search(text) and read_moment(text) is None:
            return text
    for name in names["declared"]:
        text = " ".join(metas.get(name, "").split())
        if text and len(text) <= 60 and "://" not in text:
            return _after_label(text)
    return ""


def _after_label(text: str) -> str:
    for label in word_table("pages")["source"]["labels"]:
        for colon in ("：", ":"):
            if text.startswith(label + colon):
                return text[len(label) + 1 :].strip().split(" ")[0]
    return text


def metas_by_name(metas: list[tuple[str, str]]) -> dict[str, str]:
    """Return meta contents by lower-case name, the first filled one of each."""
    contents: dict[str, str] = {}
    for name, content in metas:
        key = name.lower()
        if content.strip() and key not in contents:
            contents[key] = content
    return contents
