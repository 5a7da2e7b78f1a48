"""Chinese names behind the pinyin of a translation: provinces, cities, counties, and the bodies named after them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.subjects.codes import provinces

_CLASSES = {
    "city": ("市", "县"),
    "municipal": ("市",),
    "municipality": ("市",),
    "county": ("县", "旗", "市"),
    "district": ("区",),
    "prefecture": ("州", "盟", "地区"),
    "tibetan autonomous prefecture": ("州",),
    "autonomous prefecture": ("州",),
}


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A city or county: division code, short Chinese name, pinyin of the name without its class."""

    code: str
    name: str
    pinyin: str


@cache
def english() -> dict[str, Any]:
    """The vocabulary of machine-translated notices."""
    return read_data("govmedia_rules.notices", "english.toml")


@cache
def _places() -> dict[str, tuple[PlaceName, ...]]:
    text = files("govmedia_rules.notices").joinpath("data", "places.tsv").read_text("utf-8")
    found: dict[str, list[PlaceName]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            code, name, pinyin = line.split("\t")
            found.setdefault(pinyin, []).append(PlaceName(code, name, pinyin))
    return {pinyin: tuple(places) for pinyin, places in found.items()}


_PLACE = re.compile(
    r"(?P<stem>[A-Z][A-Za-z' ]*?) ?"
    r"(?P<kind>Municipal|City|County|District|(?:[A-Z][a-z]+ (?:and [A-Z][a-z]+ )?Autonomous )?Prefecture)?"
)


def find_place(words: str, within: str | None = None) -> PlaceName | None:
    """The one place that English words name (`Lingqiu County`); None when none or several fit.

    Args:
        words: Pinyin with the class of the place in English.
        within: First digits of the division codes it must have; None for the whole country.
    """
    match = _PLACE.fullmatch(words.strip())
    if match is None:
        return None
    stem = re.sub("[^a-z]", "", match["stem"].lower())
    kind = (match["kind"] or "").lower()
    if kind.endswith("prefecture"):
        kind = "prefecture"
    found = [place for place in _places().get(stem, ()) if within is None or place.code.startswith(within)]
    if kind:
        # A kind is tried strictly first: 南部县 is a county though it might be called a city elsewhere.
        for ending in _CLASSES.get(kind, ()):
            strict = [place for place in found if place.name.endswith(ending)]
            if strict:
                return strict[0] if len(strict) == 1 else None
        return None
    cities = [place for place in found if place.code.endswith("00")]
    return cities[0] if len(cities) == 1 else found[0] if len(found) == 1 else None


def province_name(text: str) -> str | None:
    """Full name of the first province that English text names."""
    names: dict[str, str] = english()["provinces"]
    best: tuple[int, str] | None = None
    for word, name in names.items():
        match = re.search(rf"\b{word}\b", text)
        if match and (best is None or match.start() < best[0]):
            best = match.start(), name
    return None if best is None else best[1]


def province_code(name: str | None) -> str | None:
    """First two digits of the codes of a province; None when it is not known."""
    return next((code for code, province in provinces().items() if province.name == name), None)


def restore_name(words: str, within: str | None = None, level: str | None = None) -> str | None:
    """The Chinese name of a body or place as far as the vocabularies know its parts; None where they do not.

    Args:
        words: The name in translation (`Lingqiu County People's Government`).
        within: First digits of division codes in the area of the notice.
        level: Name of the city of the notice, for bodies that only say Municipal.
    """
    bodies: dict[str, str] = english()["bodies"]
    text = re.sub(r"^(?:the|The) | [Ww]eb(?:site| site)$| portal$", "", words.replace("’", "'").replace(" 's", "'s").strip())
    text = re.sub(r" [Ww]ebsite$| portal$", "", text).strip(' "“”')
    place = find_place(text, within) or find_place(text) or _nearest(text, within)
    if place is not None:
        return place.name
    reverse = re.fullmatch(r"(?P<body>.+?) of (?:the )?(?P<place>[A-Z][\w' ]+)", text)
    if reverse and reverse["body"] in bodies:
        body = bodies[reverse["body"]]
        return _own(find_place(reverse["place"], within), within, body) or _joined(_place_text(reverse["place"], within), body)
    for body in sorted(bodies, key=len, reverse=True):
        if text == body:
            return bodies[body]
        if text.endswith(" " + body):
            head = text[: -len(body) - 1]
            if head == "Municipal":
                return "市" + bodies[body]
            if head == "Provincial":
                return "省" + bodies[body]
            return _own(find_place(head, within), within, bodies[body]) or _joined(_place_text(head, within), bodies[body])
    return None


def _joined(where: str | None, body: str) -> str | None:
    return None if where is None else where + body


def _own(place: PlaceName | None, within: str | None, body: str) -> str | None:
    """A body of the city of the notice is called 市审计局 there, not 南充市审计局; its website keeps the name of the city."""
    mine = place is not None and within is not None and len(within) == 4 and place.code == within + "00"
    return "市" + body if mine and body.endswith(("局", "委", "中心")) else None


def _nearest(text: str, within: str | None) -> PlaceName | None:
    """A county whose second character was translated by its sense (Nanfang for 南部): the one county of the city alike."""
    match = re.fullmatch(r"(?P<stem>[A-Z][a-z]{4,}) (?P<kind>County|District|City)", text)
    if match is None or within is None or len(within) != 4:
        return None
    stem = match["stem"].lower()
    endings = _CLASSES[match["kind"].lower()]
    alike = [
        place
        for places in _places().values()
        for place in places
        if place.code.startswith(within)
        and not place.code.endswith("00")
        and place.name.endswith(endings)
        and place.pinyin[:3] == stem[:3]
    ]
    return alike[0] if len(alike) == 1 else None


def _place_text(words: str, within: str | None) -> str | None:
    place = find_place(words, within) or find_place(words)
    if place is not None:
        return (
            place.name if re.search("Municipal|City|County|District|Prefecture", words) else re.sub("[市县区州]$", "", place.name)
        )
    province = re.fullmatch(r"(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+)??)(?: Provincial| Province)?", words.strip())
    if province:
        full: str | None = english()["provinces"].get(province["name"])
        if full is None:
            return None
        return full if re.search("Provinc", words) else re.sub("省$|市$", "", full)
    return None
