"""Which division a code or a Chinese name means, so that no rulebook is picked for a place that does not exist."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from govmedia_rules.errors import UnknownRegion, closest
from govmedia_rules.subjects.codes import division_codes

CODE_HINT = "give the six digits of GB/T 2260, or None for the nation"
NAME_HINT = "give a full name such as 汉中市, a code, or None for the nation"
NAMESAKES_HINT = "write the province or city before it, or the code"


@cache
def divisions() -> Mapping[str, str]:
    """Return the names of provinces, cities and counties by six-digit code (GB/T 2260)."""
    text = files("govmedia_rules.rules").joinpath("data", "divisions.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return dict(rows)


@cache
def _codes_by_name() -> Mapping[str, tuple[str, ...]]:
    by_name: dict[str, tuple[str, ...]] = {}
    for code, name in divisions().items():
        by_name[name] = (*by_name.get(name, ()), code)
    return by_name


def region_code(region: str | None) -> str | None:
    """Return the code of a division given by code or by Chinese name; None for the nation.

    A county code that the list does not have, such as one of a county that was renamed, is accepted inside a city it has.

    Args:
        region: Six digits, or a name as the list writes it (`汉中市`, `陕西省汉中市略阳县`); None for the nation.

    Raises:
        UnknownRegion: There is no such code or name, or several divisions have the name.
    """
    if region is None:
        return None
    text = "".join(region.split())
    if re.fullmatch(r"[0-9]{6}0{6}", text):
        text = text[:6]  # the long form that statistics use
    if re.fullmatch(r"[0-9]{6}", text):
        if text in divisions() or f"{text[:4]}00" in divisions() or any(code.startswith(text[:4]) for code in divisions()):
            return text
        raise UnknownRegion(
            f"no division of China has the code {text!r}",
            hint=CODE_HINT,
            zh=f"没有行政区划代码 {text!r}",
            hint_zh="请写 GB/T 2260 的六位代码，全国用 None",
        )
    codes = _by_name(text)
    if len(codes) == 1:
        return codes[0]
    if codes:
        shown = "、".join(f"{code} {_full_name(code)}" for code in codes[:6])
        raise UnknownRegion(
            f"several divisions are named {region!r}: {shown}",
            hint=NAMESAKES_HINT,
            zh=f"有几个行政区划都叫“{region}”：{shown}",
            hint_zh="请在前面写上省或市，或写代码",
        )
    close = closest(text, _codes_by_name())
    hint = f"did you mean {close!r}? {NAME_HINT}" if close else NAME_HINT
    hint_zh = "请写全称（如 汉中市）或代码，全国用 None"
    hint_zh = f"是否应为“{close}”？{hint_zh}" if close else hint_zh
    raise UnknownRegion(f"no division of China is named {region!r}", None, hint, f"没有名为“{region}”的行政区划", hint_zh)


def _by_name(text: str) -> tuple[str, ...]:
    """Return the codes a name may mean; names of the divisions above may stand before it."""
    codes = _codes_by_name().get(text, ())
    if codes or not text:
        return codes
    for above in range(len(text) - 1, 1, -1):
        within = [_stem(code) for code in _by_name(text[:above])]
        below = [code for code in _codes_by_name().get(text[above:], ()) if any(code.startswith(stem) for stem in within)]
        if below:
            return tuple(below)
    return ()


def _full_name(code: str) -> str:
    names = [divisions().get(above) for above in dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))]
    return "".join(name for name in names if name is not None)


def _stem(code: str) -> str:
    """Return the digits that every code inside a division begins with: 610100 gives 6101, not 61."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def lies_in(region: str | None, wider: str | None) -> bool:
    """Return whether a division, under any code it has had, is another one or lies in it; None stands for the nation."""
    if wider is None or region is None:
        return wider is None
    return any(code.startswith(_stem(other)) for code in division_codes(region) for other in division_codes(wider))
