"""Names of the country's divisions: which names are places, and which city lies in which province."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_CITY = re.compile("[一-鿿]{1,10}?(?:市|自治州|地区|盟)")


@cache
def division_names() -> Mapping[str, str]:
    """Return the names of provinces, cities and counties by six-digit code (GB/T 2260)."""
    raw = files("govmedia_rules.text").joinpath("data", "divisions.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in raw.splitlines() if line and line[0] != "#")
    return {row[0]: row[1] for row in rows}


@cache
def divisions_by_province() -> dict[str, tuple[str, ...]]:
    """Return the names of the divisions of each province that the list parts, the province itself left out."""
    names = division_names()
    below: dict[str, dict[str, None]] = {}
    for code, name in names.items():
        if not code.endswith("0000"):
            below.setdefault(names[f"{code[:2]}0000"], {})[name] = None
    return {province: tuple(inside) for province, inside in below.items()}


@cache
def _provinces_of() -> dict[str, frozenset[str]]:
    provinces: dict[str, set[str]] = {}
    for province, names in divisions_by_province().items():
        for name in (province, *names):
            provinces.setdefault(name, set()).add(province)
    return {name: frozenset(codes) for name, codes in provinces.items()}


def is_division(name: str) -> bool:
    """Tell whether a name is that of a division down to the county.

    Example:
        >>> is_division("天门市"), is_division("天们市")
        (True, False)
    """
    return name in _provinces_of()


def misplaced_city(text: str, end: int, province: str) -> tuple[int, str] | None:
    """Look for a city behind a province that it does not belong to (江苏省杭州市).

    Args:
        text: Compared text.
        end: Where the name of the province ends.
        province: That name.

    Returns:
        Where the city's name ends, and the province it belongs to; None where no city follows, or a right one, or one that
        several provinces have.
    """
    city = _CITY.match(text, end)
    if city is None:
        return None
    provinces = _provinces_of().get(city[0], frozenset())
    if len(provinces) != 1 or province in provinces or city[0] in divisions_by_province():
        return None
    return city.end(), next(iter(provinces))
