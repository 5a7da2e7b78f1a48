"""Standard page tags and the marks at a page's foot (《政府网站发展指引》, tags and marks annex), as printed.

Numbers are found by their shape in the text with element borders removed, because templates split them over spans.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.words import word_table
from govmedia_rules.core.vocabulary import any_of, key_of
from govmedia_rules.snapshots.parts import FootMarks, Tag
from govmedia_rules.subjects.codes import provinces


@cache
def _standard() -> frozenset[str]:
    return frozenset(name.lower() for name in word_table("pages")["tags"]["standard"])


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(key_of(word) for word in word_table("pages")["tags"]["placeholders"])


def read_tags(metas: list[tuple[str, str]]) -> tuple[Tag, ...]:
    """Return the standard page tags a page carries, names and contents as written, in order; () when it carries none."""
    standard = _standard()
    return tuple(Tag(name=name, content=content[:10_000]) for name, content in metas if name.lower() in standard)


def is_placeholder(content: str) -> bool:
    """Return whether the content of a tag is empty or only the template's own word (网站名称, 政府网站标识码 …)."""
    bare = content.strip().strip("{}[]<>【】$#%《》\"'").strip()
    return not bare or key_of(bare) in _placeholders() or bool(re.fullmatch(r"[xX*?0？_-]{1,20}", bare))


class _Patterns(NamedTuple):
    icp: re.Pattern[str]
    icp_labelled: re.Pattern[str]
    police: re.Pattern[str]
    police_labelled: re.Pattern[str]
    site_code: re.Pattern[str]
    sponsor: re.Pattern[str]
    sponsor_after: re.Pattern[str]
    ends: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = word_table("marks")
    shorts = "".join(sorted({short for province in provinces().values() for short in province.shorts}))
    long_ends = [word for word in words["ends"] if len(word) > 2]
    short_ends = [word for word in words["ends"] if len(word) <= 2]
    gap = r"[\s\0]{0,6}"
    tail = rf"(?:{gap}号)?(?:{gap}[-－—–]{gap}[0-9]{{1,4}}(?:{gap}号)?)?"
    digits = r"[0-9](?:[0-9\0 ]{3,20})[0-9]"
    colon = rf"{gap}[:：]?{gap}"
    return _Patterns(
        re.compile(
            rf"[{shorts}]{gap}[\])）]?{gap}(?:[iI]{gap}[cC]{gap}[pP]{gap})?(?:备|证){gap}(?:案|字)?(?:序?号)?{colon}{digits}{tail}"
        ),
        re.compile(rf"(?:ICP|网站){gap}备案{gap}(?:编?号|序号|号码)?{colon}((?:[A-Za-z]{{0,4}}){digits}{tail})", re.IGNORECASE),
        re.compile(rf"[{shorts}]{gap}公{gap}(?:网{gap}安?|安{gap}网?){gap}备{gap}(?:案)?{gap}(?:号)?{colon}{digits}(?:{gap}号)?"),
        re.compile(rf"(?:公安|公网安)[^\n]{{0,8}}?备案?{gap}(?:编?号|序号|号码)?{colon}({digits}(?:{gap}号)?)"),
        re.compile(
            rf"(?:{any_of(words['site_code'])}){gap}(?:为|是)?[\s\0:：(\[【〔「『<《\"']{{0,8}}"
            r"((?:[0-9][\s\0]{0,3}){9}[0-9](?![0-9])|bm(?:[\s\0]{0,3}[0-9]){4,10}|[0-9A-Za-z]{6,20})",
            re.IGNORECASE,
        ),
        # After a colon or in brackets; a label in an element of its own is followed by a name that fills the next one.
        re.compile(
            rf"(?:(?:{any_of(words['sponsor'])})[ \u3000\xa0]*[:：\]】][\s\0]*"
            r"|(?:\A|\0)\s*(?:网站)?主办单位[\s\0]*\0\s*(?=[\u4e00-\u9fff（）()·]{4,60}\s*(?:\0|\Z)))([^\s\0|｜:：]{2,60})"
        ),
        re.compile(r"(?:^|[\s\0|｜:：，,。；;由])([\u4e00-\u9fff（）()·]{4,40}?)主办(?=[\s\0|｜，,。；;]|$|承办|单位[^:：])"),
        # A label of two characters (地址, 备案) may be part of a name, unless the colon that ended the match follows it.
        re.compile(
            rf"{any_of(long_ends)}|(?:{any_of(short_ends)})$|(?:{any_of(words['ends_before_numbers'])})(?=$|[0-9(])|[{shorts}](?=ICP|公网安备|备[0-9])"
        ),
    )


def _clean(text: str) -> str:
    """Return a number as a reader sees it: element borders gone, blanks collapsed."""
    text = " ".join(text.replace("\0", "").split()).strip()
    return re.sub(r"(?<=[0-9]) (?=[0-9])", "", text)


def read_marks(dom: Dom) -> FootMarks:
    """Return the marks of a page; a text is "" and a flag False when it was looked for and is not there."""
    patterns = _patterns()
    joined = dom.joined
    filings = _windows(joined, "备", 24, 60)
    icp = _last(patterns.icp, filings) or _last(patterns.icp_labelled, filings)
    police = _last(patterns.police, filings) or _last(patterns.police_labelled, filings)
    code = _last(patterns.site_code, _windows(joined, "标识", 10, 60) or _windows(joined, "识别码", 10, 60))
    words = word_table("marks")
    assets = _assets(dom)
    foot = joined[-4_000:].lower()
    return FootMarks(
        party_gov=any(word in assets for word in words["party_gov"]) or "党政机关网站标识" in foot,
        error_report=any(word in assets for word in words["error_report"]) or "网站找错" in joined,
        site_map=_has_site_map(dom),
        site_code=code,
        icp=icp,
        police=police,
        sponsor=_sponsor(joined),
        contact=any(word in foot for word in words["contact"]),
    )


# Full-width letters, digits and brackets; the colon and the bar stay, because names end at them.
_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "：｜，；"}


def _windows(text: str, sign: str, before: int, after: int) -> list[str]:
    """Return stretches of text around each place of `sign`, so that the patterns look at little text."""
    windows: list[str] = []
    at = text.rfind(sign)
    while at >= 0 and len(windows) < 40:
        windows.append(text[max(0, at - before) : at + after].translate(_TO_HALF))
        at = text.rfind(sign, 0, max(0, at - before // 2))
    return windows


def _last(pattern: re.Pattern[str], windows: list[str]) -> str:
    """Return the last match: the foot is at the end, and articles quote numbers of others above it."""
    for window in windows:
        best = ""
        for match in pattern.finditer(window):
            whole = match.group(match.re.groups and 1)
            if sum(char.isdigit() for char in whole) >= 5:
                best = whole
        if best:
            return _clean(best)
    return ""


def _sponsor(joined: str) -> str:
    patterns = _patterns()
    if "主办" not in joined:
        return ""
    near = _windows(joined, "主办", 4, 120)
    for candidate in (match for window in near for match in reversed(list(patterns.sponsor.finditer(window)))):
        name = patterns.ends.split(candidate[1], maxsplit=1)[0] if patterns.ends.match(candidate[1]) is None else ""
        name = name.strip("：:,，;；.。 【】[]").removesuffix("主办")
        if len(name) >= 2:
            return name
    foot = _windows(joined[-4_000:], "主办", 44, 12)
    for candidate in (match for window in foot for match in patterns.sponsor_after.finditer(window)):
        name = re.sub(r"^(?:版权所有|本网站|本网|本站)?由?", "", candidate[1])
        if "由" not in name:  # `本次会议由…主办` speaks of something else
            return name
    return ""


def _assets(dom: Dom) -> str:
    """Return addresses and short inline scripts a mark can stand in; comments are not among them."""
    parts = [anchor.href for anchor in dom.anchors]
    parts.extend([attributes["src"] or "" for _, attributes in dom.images])
    parts.extend(dom.script_sources)
    parts.extend([text for text in dom.scripts if len(text) < 3_000])
    return "\n".join(parts)


@cache
def _site_map_words() -> frozenset[str]:
    return frozenset(key_of(word) for word in word_table("pages")["links"]["site_map"])


def site_map_links(dom: Dom) -> list[str]:
    """Return targets of links called 网站地图 and the like, as written."""
    return [anchor.href for anchor in dom.called(_site_map_words())]


def _has_site_map(dom: Dom) -> bool:
    return bool(site_map_links(dom))
