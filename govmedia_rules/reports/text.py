"""What any written form may hold: text in which nothing is hidden, names of files and sheets that cannot leave their place.

Every text of every report goes through `visible`. Markup, formulas and links are each form's own matter.
"""

from __future__ import annotations

import re
from collections.abc import Container
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import quote, urlsplit

from govmedia_rules.errors import visible

_BLANKS = re.compile(r"[\t\r\n\x0b\x0c\x85\u2028\u2029]+")
_UNSAFE_IN_FILES = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*]+")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{word}{number}" for word in ("com", "lpt") for number in range(1, 10))})


def visible_tree(value: object) -> object:
    """Return a JSON-ready value with every text in it made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {name: visible_tree(item) for name, item in value.items()}
    if isinstance(value, list):
        return [visible_tree(item) for item in value]
    return value


def one_line(text: str) -> str:
    """Return the visible text in one line: each run of line ends and tabs is one blank."""
    return visible(_BLANKS.sub(" ", text))


def quoted(name: str) -> str:
    """Return a name in “ ”, in one line; one that has its own is left as it is (`“示例县人民政府”网`)."""
    bare = one_line(name)
    return bare if "“" in bare and "”" in bare else f"“{bare}”"


def shortened(text: str, most: int) -> str:
    """Return at most `most` characters, with … where it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def web_address(text: str) -> str | None:
    """Return the address, where a reader may follow it: http or https with a host, percent-encoded where it must be; else None."""
    try:
        parts = urlsplit(text.strip())
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return None
        _ = parts.port
    except ValueError:
        return None
    if visible(text) != text:
        return None
    # A bracket outside a numeric host, a blank or a quotation mark is no part of an address; they are encoded, not dropped.
    host, rest = parts.netloc, text.strip()[text.strip().index(parts.netloc) + len(parts.netloc) :]
    address = f"{parts.scheme.lower()}://{quote(host, safe=':@[].-_~%!$&()*+,;=')}{quote(rest, safe='/?#@:!$&()*+,;=%-._~')}"
    return _BARE_PERCENT.sub("%25", address)


def file_name(text: str, most: int = 60) -> str:
    """Return a file name made of the text: no folder, no reserved name, at most `most` characters; `_` for nothing."""
    name = _UNSAFE_IN_FILES.sub("_", one_line(text)).strip(" .")[:most].strip(" .")
    while len(name.encode()) > 150:
        name = name[:-1]
    return f"_{name}" if not name or name.split(".")[0].casefold() in _RESERVED else name


def sheet_name(text: str, taken: Container[str] = ()) -> str:
    r"""Return a name a spreadsheet accepts: at most 31 characters, none of `[]:*?/\`, none of `taken` (lower case)."""
    base = re.sub(r"[\[\]:*?/\\]+", "_", one_line(text)).strip("' ") or "表"
    # Spreadsheets count UTF-16 units, so a character beyond the first plane counts twice.
    for number in range(1, 100_000):
        tail = "" if number == 1 else f"~{number}"
        name = base
        while len((name + tail).encode("utf-16-le")) > 62:
            name = name[:-1]
        name = name.strip("' ") + tail
        if name.casefold() not in taken and name.casefold() != "history":
            return name
    raise AssertionError("no name is free")


def library_version() -> str:
    """Return the version of this library, for the files that say what wrote them; "0" where it is not installed."""
    try:
        return version("govmedia-rules")
    except PackageNotFoundError:
        return "0"
