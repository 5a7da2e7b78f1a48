"""Whether an answer is the site, or something that stood in front of it: a protection device, a login, a notice, a parked name.

A device is known by structure first (a status only devices use, a script with a cookie and nothing else to read), and by
phrases last (data/protection.toml). Phrases count only on a bare page: one without the links, the foot and the length that the
pages of a site have. So a notice about 安全检查 among the links of its site is never taken for a challenge.
"""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

from govmedia_rules.collect.words import word_table
from govmedia_rules.core.vocabulary import any_of

LONGEST_BARE = 1_500
"""Visible characters beyond which a page is no notice of a device: the longest block pages have about 800."""
FEWEST_LINKS = 8
"""Links from which a page is taken for one of a site: block pages link back, to the vendor and to a form, at most."""
LONGEST_NOTICE = 500
"""Visible characters beyond which a page with the marks of a site is no notice that it is closed."""
FEWEST_TOOLS = 4
"""Links from which such a page leads into the site."""
LONGEST_READ = 65_536
"""Bytes of a body that are looked at: pages of devices are smaller."""

# A status that no standard names comes from what stands in front: applications answer with registered ones.
_REGISTERED = frozenset(HTTPStatus)

_UNSEEN = re.compile(r"<(script|style)\b|<!--", re.IGNORECASE)
_NOSCRIPT = re.compile(r"</?noscript\b[^>]*>", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_ALT = re.compile(r"""\b(?:alt|title|value)\s*=\s*["']([^"'<>]{2,60})""", re.IGNORECASE)
_LINK = re.compile(r"""<a\b[^>]*\bhref\s*=\s*["']?(?!javascript|#|/["' >]|mailto)""", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,5000}>")
_LEADS_ON = re.compile(
    r"""<meta\b[^>]{0,200}refresh[^>]{0,400}url\s*=|location(?:\.href)?\s{0,5}=\s{0,5}(?:["'][^"']{1,300}["']|\w{1,40}\s{0,5};)"""
    r"""|location\.(?:replace|assign)\(\s{0,5}(?:["'][^"']{1,300}["']|\w{1,40})\s{0,5}\)""",
    re.IGNORECASE,
)
_MEDIA = re.compile(r"<(?:i?frame|frameset|object|embed|img|video|canvas|svg|input|textarea)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageShape:
    """The features of a page that decide which kind of failure it is.

    Attributes:
        text: Text a reader sees, the alternative texts of pictures among it.
        title: Content of the title element.
        links: Number of links that lead anywhere but back.
        has_scripts: Whether there is a script.
        script: The scripts' own text.
        has_marks: Whether the page carries a mark of a government site (备案, 标识码, 主办单位 …).
        has_media: Whether it shows something besides text: pictures, frames, fields.
        leads_on: Whether it sends the browser to another address, without setting a cookie first as challenges do.
    """

    text: str
    title: str = ""
    links: int = 0
    has_scripts: bool = False
    script: str = ""
    has_marks: bool = False
    has_media: bool = False
    leads_on: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether the page lacks everything that pages of a site have."""
        return not self.has_marks and self.links < FEWEST_LINKS and len(self.text) < LONGEST_BARE


@cache
def _phrases(name: str) -> re.Pattern[str]:
    return re.compile(any_of(word_table("protection")[name]["phrases"]), re.IGNORECASE)


@cache
def _titles(name: str) -> frozenset[str]:
    return frozenset(title.lower() for title in word_table("protection")[name].get("titles", ()))


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(any_of(word_table("protection")["own"]["marks"]), re.IGNORECASE)


@cache
def _script_signs() -> re.Pattern[str]:
    return re.compile(any_of(word_table("protection")["device"]["scripts"]), re.IGNORECASE)


def _parted(html: str) -> tuple[str, list[str]]:
    """Return a page without scripts, styles and comments, and its scripts; each part is looked at once, however they nest."""
    low = html.lower()
    parts: list[str] = []
    scripts: list[str] = []
    at = 0
    while (match := _UNSEEN.search(html, at)) is not None:
        parts.append(html[at : match.start()])
        tag = (match[1] or "").lower()
        end = low.find(f"</{tag}" if tag else "-->", match.end())
        if tag == "script":
            scripts.append(html[match.start() : end if end >= 0 else len(html)])
        if end < 0:
            return " ".join(parts), scripts
        at = low.find(">", end) + 1 or len(html)
    return " ".join([*parts, html[at:]]), scripts


def shape_of(html: str) -> PageShape:
    """Return the shape of a page, read by patterns that take time in proportion to its length."""
    html = html[:LONGEST_READ]
    bare, scripts = _parted(html)
    bare = _NOSCRIPT.sub(" ", bare)
    title = _TITLE.search(bare)
    labels = " ".join(_ALT.findall(bare))
    visible = " ".join(html_module.unescape(f"{_TAG.sub(' ', _TITLE.sub(' ', bare))} {labels}").split())
    return PageShape(
        visible,
        " ".join(html_module.unescape(title[1]).split()) if title is not None else "",
        links=len(_LINK.findall(bare)),
        has_scripts=bool(scripts),
        script="\n".join(scripts),
        has_marks=_marks().search(html) is not None,
        has_media=_MEDIA.search(bare) is not None,
        leads_on=_LEADS_ON.search(html) is not None and "document.cookie" not in html,
    )


def kind_of_page(page: PageShape) -> str | None:
    """Return what a page is when it is not the site's: `blocked_challenge`, `maintenance`, `parked`, `soft_not_found` … or None."""
    title = page.title.lower().strip(" .。!！…")
    if not page.is_bare:
        return _kind_of_notice(page, title)
    for kind, name in (
        ("blocked_challenge", "challenge"),
        ("parked", "parked"),
        ("maintenance", "maintenance"),
        ("soft_not_found", "missing"),
    ):
        if kind == "maintenance" and any(word in title for word in word_table("protection")["maintenance"]["others"]):
            continue
        if title in _titles(name) or _phrases(name).search(f"{page.title}\n{page.text}"):
            return kind
    if page.leads_on:
        return None
    if len(page.text) < 40 and page.links < 2 and page.has_scripts and not page.has_media and _script_signs().search(page.script):
        return "blocked_script"
    if len(page.text) < 20 and not page.links and not page.has_media:
        return "blocked_script" if page.has_scripts else "empty"
    return None


def _kind_of_notice(page: PageShape, title: str) -> str | None:
    """Return what a page with marks or many links is: a notice of closing keeps the foot, a server's own page its menu."""
    if not page.has_marks and title.startswith(tuple(word_table("protection")["parked"]["servers"])):
        return "parked"
    if not page.has_marks and len(page.text) < LONGEST_NOTICE and _phrases("parked").search(f"{page.title}\n{page.text}"):
        return "parked"
    words = word_table("protection")["maintenance"]
    is_short = page.links < FEWEST_TOOLS and len(page.text) < LONGEST_NOTICE
    is_closed = is_short and all(any(word in page.text for word in words[name]) for name in ("closing", "excuses"))
    return "maintenance" if is_closed else None


def kind_of_answer(status: int, headers: Mapping[str, str], cookies: Sequence[str], html: str, by_status: str | None) -> str | None:
    """Return the kind of failure of an answer, whatever its status; None for a page of the site.

    Args:
        status: HTTP status.
        headers: Header values by lower-case name.
        cookies: Values of all Set-Cookie headers.
        html: Decoded text of the body, or its beginning.
        by_status: Kind of failure that the status alone means; None for a page.
    """
    device = word_table("protection")["device"]
    page = shape_of(html)
    if by_status is None:
        return kind_of_page(page)
    if status in device["statuses"] or (status >= 400 and status not in _REGISTERED):
        return by_status if by_status == "blocked_412" else "blocked_challenge"
    if status < 400 or not page.is_bare:
        return by_status
    if _phrases("challenge").search(f"{page.title}\n{page.text}"):
        return "blocked_challenge"
    if status >= 500 and _phrases("maintenance").search(f"{page.title}\n{page.text}"):
        return "maintenance"
    named = any(cookie.partition("=")[0].strip().lower().startswith(tuple(device["cookies"])) for cookie in cookies)
    is_script = page.has_scripts and len(page.text) < 200 and (named or _script_signs().search(page.script) is not None)
    server = headers.get("server", "").lower()
    if is_script or (status not in (404, 410) and status < 500 and any(name in server for name in device["servers"])):
        return "blocked_challenge"
    return by_status
