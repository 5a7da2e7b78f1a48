"""Lists that a script asks for after the page has come: where address and parameters both stand in the page, and the answers.

Only calls that ask for a list are followed, never one that may change something at the server; what has no address, or a
parameter that is worked out by a script, is not observed.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from govmedia_rules.collect.dom import Dom, is_store
from govmedia_rules.collect.navigation import Base
from govmedia_rules.collect.words import word_table
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.core.vocabulary import any_of

MOST_CALLS = 4
"""Calls of one page that are followed."""
MOST_LOOKED_AT = 50
"""Calls of one script that are looked at."""
MOST_RECORDS = 500
"""Records of a list in JSON; a longer one is not read."""
MOST_TRIED = 4
"""Times the length of a text up to which places in it are tried that begin like JSON and are none."""
_COUNTED = 256
"""Characters whose lines are counted in the time that one character of JSON takes."""
_LONGEST_SCRIPT = 100_000
_LONGEST_CALL = 2_000
_CALL = re.compile(r"(?:(?:\$|jQuery|axios)\.(ajax|get|post|getJSON)|\b(fetch|jpage)|\.(load))\s{0,3}\(")
_FIRST = re.compile(r"""\s{0,9}["'`]([^"'`\s]{1,500})["'`]\s{0,5}[,)]""")
_URL = re.compile(r"""\b(?:url|proxyUrl)["']?\s{0,5}:\s{0,5}["']([^"'\s]{1,500})["']\s{0,9}[,}\n\r]""")
_METHOD = re.compile(r"""\b(?:type|method)["']?\s{0,5}:\s{0,5}(?:["'](\w{1,10})["'])?""")
_DATA = re.compile(r"""\b(?:data|params|proxyParam)["']?\s{0,5}:\s{0,5}\{([^{}]{0,1500})\}""")
_GIVEN = re.compile(r"""^[^{},]{1,520},\s{0,5}(?:\{\s{0,5}params\s{0,5}:\s{0,5})?\{([^{}]{0,1500})\}""")
_PAIR = re.compile(
    r"""\s*["']?([\w.\[\]-]{1,60})["']?\s*:\s*(?:"([^"]{0,300})"|'([^']{0,300})'|(-?[\d.]{1,20}|true|false)|([A-Za-z_$][\w$]{0,60}))\s*$"""
)
_VALUE = re.compile(
    r"""\b(?:var|let|const)?\s{0,5}([A-Za-z_$][\w$]{0,60})\s{0,5}=\s{0,5}(?:"([^"\n]{0,200})"|'([^'\n]{0,200})'|(-?\d{1,15}))\s{0,5}[;,\n]"""
)
_ASSIGNED = re.compile(
    r"""([A-Za-z_$][\w$]{0,60})\s{0,5}(?:=(?![=>])|[-+*/%|&]=|\+\+|--)|(?:\+\+|--)\s{0,5}([A-Za-z_$][\w$]{0,60})"""
)
_PARAMETERS = re.compile(r"\bfunction\s{0,5}\w{0,60}\s{0,5}\(([^()]{0,300})\)|\(?([\w$,\s]{1,100})\)?\s{0,5}=>")
_NEXT_GROUP = re.compile(r"""<nextgroup>\s{0,20}<!\[CDATA\[\s{0,20}<a\s[^>]{0,200}?href=["']([^"']{1,1000})["']""", re.IGNORECASE)
_JSON_START = re.compile(r"""[\[{](?:(?<=\[)\s{0,20}\{|(?<=\{)\s{0,20}["'])""")
_BEFORE_JSON = re.compile(r"(?:=|^|\bdata\s{0,3}:)\s{0,20}$")


class Call(NamedTuple):
    """A call for a list.

    Attributes:
        url: Address with the parameters.
        is_post: Whether the parameters are sent as a form.
    """

    url: str
    is_post: bool


@cache
def _refused() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["lists"]["changing"]), re.IGNORECASE)


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(rf"{any_of(word_table('pages')['lists']['asking'])}|^q\b", re.IGNORECASE)  # q is the usual short for query


def read_calls(dom: Dom, base: Base) -> tuple[tuple[Call, ...], bool]:
    """Return the calls for lists on the page's own host whose address and parameters stand in the page; and whether that is all."""
    calls: dict[str, Call] = {}
    is_whole = not any(len(script) > _LONGEST_SCRIPT for script in dom.scripts)
    for script in dom.scripts:
        if len(script) > _LONGEST_SCRIPT or is_store(script):
            continue
        values = _constants(script)
        for number, match in enumerate(_CALL.finditer(script)):
            if number >= MOST_LOOKED_AT:
                is_whole = False
                break
            call = _read_call(match, script[match.end() : match.end() + _LONGEST_CALL], values, base)
            if call is not None:
                calls.setdefault(call.url, call)
            is_whole = is_whole and call is not None
    return tuple(calls.values())[:MOST_CALLS], is_whole and len(calls) <= MOST_CALLS


def _constants(script: str) -> Mapping[str, str]:
    """Return the variables of a script that have one value wherever they are set; what a function is called with is none."""
    values: dict[str, set[str]] = {}
    literals = Counter[str]()
    for match in _VALUE.finditer(script):
        values.setdefault(match[1], set()).add(match[2] or match[3] or match[4] or "")
        literals[match[1]] += 1
    assigned = Counter(match[1] or match[2] for match in _ASSIGNED.finditer(script))
    parameters = {name for match in _PARAMETERS.finditer(script) for name in re.findall(r"[\w$]+", match[1] or match[2] or "")}
    return {
        name: next(iter(known))
        for name, known in values.items()
        if len(known) == 1 and assigned[name] <= literals[name] and name not in parameters
    }


def _read_call(match: re.Match[str], text: str, values: Mapping[str, str], base: Base) -> Call | None:
    name = match[1] or match[2] or match[3]
    head = text.lstrip()
    if head.startswith("{") or name == "jpage":
        own = _balanced(text)
        address, data = _URL.search(own), _DATA.search(own)
        method = _METHOD.search(own.replace(data[0], "") if data is not None else own)
        if method is not None and (method[1] or "").lower() not in ("get", "post"):
            return None  # another method, or one that a script works out
        is_post = name in ("post", "jpage") or (method is not None and method[1].lower() == "post")
        is_bare = "data" not in own and "proxyParam" not in own
    else:
        address, data = _FIRST.match(text), _GIVEN.match(text) if name != "fetch" else None  # of fetch these are no parameters
        is_post = name == "post"
        is_bare = data is None and address is not None and text[address.end() - 1] == ")"
        is_bare = is_bare or (
            data is None and re.match(r"\s*(?:function|\(|\w+\s*=>)", text[address.end() :] if address else "") is not None
        )
    if address is None or not (data or is_bare):
        return None
    written = dict(_pairs(data[1], values)) if data is not None else {}
    if None in written.values() or _refused().search(f"{address[1]} {' '.join(written)}"):
        return None
    url = base.resolve(address[1])
    if url is None or not base.is_inside(url):
        return None
    if is_post and _asking().search(urlsplit(url).path.rstrip("/").rpartition("/")[2]) is None:
        return None  # a form that does not say it asks for a list may change something
    query = urlencode({key: value for key, value in written.items() if value is not None})
    return Call(f"{url}{'&' if '?' in url else '?'}{query}" if query else url, is_post)


def _balanced(text: str) -> str:
    """Return the text up to the brace that closes its first one."""
    depth = 0
    for match in re.finditer(r"[{}]", text):
        depth += 1 if match[0] == "{" else -1
        if depth <= 0:
            return text[: match.end()]
    return text


def _pairs(text: str, values: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Return names and values of an object literal; None for a value that a script works out."""
    for part in filter(str.strip, text.split(",")):
        match = _PAIR.match(part)
        if match is None:
            yield part, None
        else:
            literal = next((value for value in match.groups()[1:4] if value is not None), None)
            yield match[1], literal if literal is not None else values.get(match[5] or "")


def next_group(dom: Dom, base: Base) -> str | None:
    """Return the address of the next records of a datastore; None without one."""
    for text in (*dom.scripts, dom.html[:_LONGEST_SCRIPT] if "<nextgroup" in dom.html[:_LONGEST_SCRIPT] else ""):
        match = _NEXT_GROUP.search(text) if "<nextgroup" in text else None
        if match is not None:
            return base.resolve(html.unescape(match[1]))
    return None


# ---------------------------------------------------------------- records


class Records(NamedTuple):
    """The lists of records that a text holds.

    Attributes:
        lists: Each list as HTML.
        is_whole: Whether every list was read; in one that was not the newest record may stand.
    """

    lists: list[str]
    is_whole: bool = True


def json_lists(text: str) -> Records:
    """Return the lists of records with titles that a JSON text or a script with JSON in it holds."""
    decoder = json.JSONDecoder()
    lists: list[str] = []
    is_whole = True
    at = 0
    room = MOST_TRIED * len(text) + _LONGEST_CALL
    for match in _JSON_START.finditer(text):
        start = match.start()
        if start < at or not _BEFORE_JSON.search(text, max(0, start - 30), start):
            continue
        try:
            value, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as fault:
            place = fault.pos if isinstance(fault, json.JSONDecodeError) else len(text)
            room -= place - start + place // _COUNTED  # a fault counts the lines before its place
            if room < 0:  # what is no JSON is tried in time that is linear in the text
                return Records(lists, is_whole=False)
            at = start + 1
            continue
        for records in _lists_in(value):
            rows = [row for record in records[:MOST_RECORDS] if (row := _row(record))]
            if rows and len(records) > MOST_RECORDS:
                is_whole = False  # the newest may stand anywhere in it
            elif rows:
                lists.append(f"<ul>{''.join(rows)}</ul>")
    return Records(lists, is_whole)


def _lists_in(value: object) -> Iterator[Sequence[Mapping[object, object]]]:
    """Return the objects of each array in a JSON value, those of arrays without titled ones inside included, in order."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            waiting.extend(reversed(inner.values()))
        elif isinstance(inner, list):
            records = [record for record in inner if isinstance(record, dict)]
            if any(_row(record) for record in records[:MOST_RECORDS]):
                yield records
            else:
                waiting.extend(reversed(inner))


def stored_lists(text: str) -> Records:
    """Return the lists of records in CDATA that a text holds."""
    fragments: list[str] = []
    # Outside a datastore, records are told from other texts of a script by the link that each of them has.
    stores = list(_between(text, "<datastore", "</datastore")) or list(_between(text, "<recordset", "</recordset"))
    for store in stores or [text]:
        records = [record for record in _between(store, "<![CDATA[", "]]>") if stores or "<a" in record.lower()]
        if records:
            body = "\n".join(records)
            fragments.append(f"<table>{body}</table>" if "<tr" in body.lower() else f"<ul>{body}</ul>")
    return Records(fragments)


def _between(text: str, opening: str, closing: str) -> Iterator[str]:
    """Return what stands between each opening and the closing after it; a text without closings is read once all the same."""
    at = text.find(opening)
    while at >= 0:
        end = text.find(closing, at)
        if end < 0:
            return
        yield text[at + len(opening) : end]
        at = text.find(opening, end)


def _row(record: Mapping[object, object]) -> str:
    """Return a record as a row of a list; "" where it has no title."""
    fields = {str(key).lower().replace("_", "").replace("-", ""): value for key, value in record.items()}
    names = word_table("pages")["json"]
    title, address, day = (
        next((fields[name] for name in names[kind] if fields.get(name)), "") for kind in ("title", "url", "date")
    )
    if not isinstance(title, str) or not title.strip():
        return ""
    if isinstance(day, int) or (isinstance(day, str) and day.isdecimal() and len(day) in (10, 13)):
        seconds = int(day) / (1_000 if int(day) > 10**11 else 1)
        day = f"{datetime.fromtimestamp(seconds, SHANGHAI):%Y-%m-%d %H:%M}" if 0 < seconds < 4e9 else ""
    shown = html.escape(re.sub(r"<[^>]{0,300}>", "", title)[:1_000])
    return f'<li><a href="{html.escape(str(address)[:2_000] or "#")}">{shown}</a><span>{html.escape(str(day)[:40])}</span></li>'
