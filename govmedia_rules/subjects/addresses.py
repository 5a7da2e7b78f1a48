"""Tell whether two addresses are two forms of one: letter case, session ids, a trailing slash, an index page, scheme, port."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote, urljoin

_SESSION = re.compile(r";[^/?#]*|(?<=[?&])(?:jsessionid|phpsessid|aspsessionid[a-z]*|session_?id|sid)=[^&#]*&?", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!//)(?![0-9])", re.IGNORECASE)
_INDEX = re.compile(r"/(?:(?:index|default)\.(?:s?html?|aspx?|jspx?|php|do|action)/?)?$")
_PORT = re.compile(r":(?:80|443)?$")


@lru_cache(maxsize=4096)
def address_key(url: str | None, base: str | None = None) -> str | None:
    """Return the form in which two addresses are compared.

    Args:
        url: An address as written, absolute or relative.
        base: Address of the site, by which a relative one is completed; None where it is not known.

    Returns:
        Host and path in lower case without session ids, index page and trailing slash, then the rest of the query as written
        and the route of a one-page application (`#/…`). None where `url` is empty or no address of a page (`javascript:…`).

    Examples:
        >>> address_key("http://WWW.x.gov.cn/Zwgk/index.html;jsessionid=1A") == address_key("/zwgk/", "https://www.x.gov.cn")
        True
        >>> address_key("/list.jsp?id=1") == address_key("/list.jsp?id=2")
        False
    """
    text = url.strip() if url is not None else ""
    if not text or _OTHER_SCHEME.match(text):
        return None
    scheme = _SCHEME.match(text)
    if scheme is None and base:
        try:
            text = urljoin(base if _SCHEME.match(base) else f"//{base}", text)
        except ValueError:  # the address of the site is none, so nothing can be completed by it
            pass
        else:
            scheme = _SCHEME.match(text)
    text = _SESSION.sub("", text)
    place, _, fragment = text.partition("#")
    place, _, query = place.partition("?")
    host = ""
    if scheme is not None:
        host, _, path = place[scheme.end() :].partition("/")
        host = _PORT.sub("", host.lower()).rstrip(".")
        place = f"/{path}"
    path = _INDEX.sub("", _plain_path((unquote(place) if "%" in place else place).lower()))
    key = host + path
    if query := query.rstrip("&"):
        key += f"?{query}"
    return f"{key}#{fragment}" if fragment[:1] in ("/", "!") else key


def _plain_path(path: str) -> str:
    """Return a path without doubled slashes and the steps `.` and `..`."""
    if "//" not in path and "/." not in path:
        return path
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    return "/" + "/".join(steps) + ("/" if path.endswith("/") else "")


def address_tail(url: str) -> str:
    """Return the last step of an address's path, in lower case: two forms of one address have the same.

    It costs a tenth of `address_key`, which need then be worked out only where tails are equal.
    """
    for mark in ";?#":
        if mark in url:
            url = url.partition(mark)[0]
    above, _, last = url.rstrip("/ \t\r\n").rpartition("/")
    last = last.lower()
    if last.startswith(("index.", "default.")):
        last = above.rpartition("/")[2].lower()
    return unquote(last).lower() if "%" in last else last


def have_distinct_tails(urls: Sequence[str]) -> bool:
    """Return whether each address has an `address_tail` of its own, so that no two are forms of one; False decides nothing.

    Plain addresses are looked at all at once, which costs a fifth: columns of a healthy site differ in their last step.
    """
    text = "\n".join(urls).lower()
    if any(mark in text for mark in (";", "?", "#", "%", " ", "\t", "\r", "index.", "default.")):
        return False
    lines = text.split("\n")
    return len({url.rstrip("/").rpartition("/")[2] for url in lines}) == len(lines) == len(urls)
