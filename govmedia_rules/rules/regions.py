"""Resolve division codes and Chinese place names, so that no rulebook is picked for a place that does not exist."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from govmedia_rules.errors import UnknownRegion
from govmedia_rules.subjects.codes import current_division, division_changes, division_codes, peoples
from govmedia_rules.text.divisions import division_names

CODE_HINT = "give the six digits of GB/T 2260, or None for the nation"
CODE_HINT_ZH = "请写GB/T 2260的六位代码；全国写None"
NAME_HINT = "give a name such as 汉中市, a code, or None for the nation"
NAME_HINT_ZH = "请写“汉中市”一类的名称或代码；全国写None"
NAMESAKES_HINT = "write the province or city before it, or the code"
NAMESAKES_HINT_ZH = "请在前面写明省、市，或写代码"

MAX_NAME_LENGTH = 80
"""Longest name that is looked up, with the names of the divisions above it."""

_KINDS = "特别行政区|自治区|自治州|自治县|自治旗|地区|林区|新区|省|市|县|区|盟|旗"


def divisions() -> Mapping[str, str]:
    """Return the names of provinces, cities and counties by six-digit code (GB/T 2260)."""
    return division_names()


@cache
def _names() -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """Return the codes of every name: full names, former ones, short ones, short forms of former ones.

    A name means what the first of these says that has it. 恩施 is short for a prefecture and for a city in it, and says neither;
    河南 is the province, whatever county has it in its name.
    """
    # A city without districts has one division below it that bears its name, 嘉峪关市; the city is meant.
    now = [(code, name) for code, name in divisions().items() if code.endswith("00") or divisions().get(f"{code[:4]}00") != name]
    former = [(change.new, change.former) for change in division_changes()]
    short = [(code, name) for code, full in now for name in _without_kind(full)]
    taken = {name for code, name in short if code.endswith("0000")}
    short += [(code, name) for code, full in now for name in _without_peoples(full) if name not in taken]
    short_former = [(code, name) for code, full in former for name in _without_kind(full)]
    return tuple(map(_by_name_of, (now, former, short, short_former)))


def _by_name_of(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    by_name: dict[str, dict[str, None]] = {}
    for code, name in pairs:
        by_name.setdefault(name, {})[code] = None
    return {name: tuple(codes) for name, codes in by_name.items()}


def _without_kind(name: str) -> tuple[str, ...]:
    """Return a name without the word for its kind; names of one character (渭县) keep it."""
    match = re.fullmatch(f"(.{{2,}}?)(?:{_KINDS})", name)
    return (match[1],) if match else ()


def _without_peoples(name: str) -> tuple[str, ...]:
    """Return the short forms of an autonomous division: 恩施土家族苗族自治州 is 恩施州 and 恩施."""
    match = re.fullmatch(f"(.{{2,}}?)(?:{'|'.join(peoples())})+自治(.)", name)
    return (f"{match[1]}{match[2]}", match[1]) if match else ()


def region_code(region: str | None) -> str | None:
    """Return the code of a division given by code or by Chinese name; None for the nation.

    A county code that the list does not have, such as one of a county that was renamed, is accepted inside a city it has.

    Args:
        region: Six digits, or a name: full (`汉中市`, `陕西省汉中市略阳县`), short (`汉中`, `恩施州`) or former
            (`芜湖县`, `襄樊市`); None for the nation.

    Raises:
        UnknownRegion: There is no such code or name, or several divisions have the name.
    """
    if region is None:
        return None
    value: object = region
    if not isinstance(value, str):
        what = f"a division is given as text, not as {type(region).__name__}: {str(region)[:40]}"
        zh = f"行政区划须以文本给出，不能是 {type(region).__name__}：{str(region)[:40]}"
        raise UnknownRegion(what, None, 'write the code as "610726"', zh, '代码请加引号："610726"')
    text = "".join(unicodedata.normalize("NFKC", region[: 4 * MAX_NAME_LENGTH]).split())
    if re.fullmatch(r"[0-9]{6}0{6}", text):
        text = text[:6]  # the long form that statistics use
    if re.fullmatch(r"[0-9]{6}", text):
        return _known_code(text)
    codes = _by_name(text) if len(text) <= MAX_NAME_LENGTH else ()
    if len(codes) == 1:
        return codes[0]
    given = region[:40]
    if codes:
        shown = "、".join(f"{code} {_full_name(code)}" for code in codes[:6])
        what, zh = f"several divisions are named {given!r}: {shown}", f"名为“{given}”的行政区划不止一个：{shown}"
        raise UnknownRegion(what, None, NAMESAKES_HINT, zh, NAMESAKES_HINT_ZH)
    raise UnknownRegion(f"no division of China is named {given!r}", None, NAME_HINT, f"没有名为“{given}”的行政区划", NAME_HINT_ZH)


def _known_code(code: str) -> str:
    names = divisions()
    is_known = code in names or current_division(code) in names or f"{code[:4]}00" in names
    # Counties right below a province have a city's four digits that no city has.
    if is_known or (not code.endswith("00") and any(known.startswith(code[:4]) for known in names)):
        return code
    what, zh = f"no division of China has the code {code!r}", f"没有代码为“{code}”的行政区划"
    raise UnknownRegion(what, None, CODE_HINT, zh, CODE_HINT_ZH)


@lru_cache(maxsize=4096)
def _by_name(text: str) -> tuple[str, ...]:
    """Return the codes that a name may denote; names of higher divisions may precede it."""
    for names in _names():
        if text in names:
            return names[text]
    for above in range(len(text) - 1, 1, -1):
        within = _by_name(text[:above])
        stems = tuple(_stem(code) for code in within)
        for names in _names() if stems else ():
            below = tuple(code for code in names.get(text[above:], ()) if code.startswith(stems) and code not in within)
            if below:
                return below
    return ()


def _full_name(code: str) -> str:
    names = [divisions().get(above) for above in dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))]
    return "".join(name for name in names if name is not None)


def _stem(code: str) -> str:
    """Return the digits that every code inside a division begins with: 610100 gives 6101, not 61."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def lies_in(region: str | None, wider: str | None) -> bool:
    """Return whether a division, under any code it has had, is or is part of another; None is the nation."""
    if wider is None or region is None:
        return wider is None
    now = current_division(region)
    if region != now and wider != now == current_division(wider):
        return wider in division_codes(region)  # of two that were merged into one, neither lay in the other
    return any(code.startswith(_stem(other)) for code in division_codes(region) for other in division_codes(wider))
