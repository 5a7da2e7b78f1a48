"""Rulebook files: found by id or path, read as TOML, every fault named with file, table and key."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from govmedia_rules.errors import (
    CyclicExtends,
    RulebookError,
    RulebookErrors,
    RulebookSyntaxError,
    UnknownRulebook,
    Where,
)
from govmedia_rules.rules.model import AppliesTo, IndicatorEntry, RulebookFile, Scoring, Source
from govmedia_rules.rules.plugins import Plugins
from govmedia_rules.rules.regions import lies_in, region_code

LayerSource = str | PathLike[str] | Mapping[str, Any]
"""An id of a built-in or installed rulebook, a path of a TOML file, or a table already read."""

NATIONAL = "national-2019"
"""The rulebook that is meant where none is named."""

MAX_AGE_YEARS = 5
"""Age of the newest document of a rulebook from which its use gives a warning."""

MAX_BYTES = 8 * 1024 * 1024


class Layer(NamedTuple):
    """A layer and where it was read."""

    file: str
    content: RulebookFile


@cache
def built_in_files() -> Mapping[str, Path]:
    """Return the rulebooks of this library by id."""
    folder = files("govmedia_rules").joinpath("books")
    return {Path(str(file)).stem: Path(str(file)) for file in folder.iterdir() if file.name.endswith(".toml")}


def known_files(plugins: Plugins) -> dict[str, Path]:
    """Every rulebook that can be named by its id."""
    return {**plugins.rulebooks, **built_in_files()}


def collect_layers(sources: Iterable[LayerSource], plugins: Plugins) -> list[Layer]:
    """Return the layers named, each after everything it extends, and once only.

    Raises:
        RulebookErrors: Everything that is wrong with any of them.
    """
    layers: dict[str, Layer] = {}
    faults: list[RulebookError] = []

    def add(source: LayerSource, chain: tuple[str, ...], asked_by: str | None) -> None:
        try:
            layer = read_layer(source, plugins, asked_by)
        except RulebookErrors as group:
            faults.extend(group.exceptions)  # type: ignore[arg-type]
            return
        except RulebookError as fault:
            faults.append(fault)
            return
        name = layer.content.id
        if name in chain:
            circle = " -> ".join((*chain[chain.index(name) :], name))
            faults.append(CyclicExtends(f"rulebooks extend each other in a circle: {circle}", Where(layer.file, key="extends")))
            return
        if name in layers:
            if layers[name].file != layer.file:
                faults.append(
                    RulebookSyntaxError(f"two files have the id {name!r}: {layers[name].file} and {layer.file}", Where(layer.file))
                )
            return
        for base in layer.content.extends:
            folder = Path(layer.file).parent
            local = folder / base
            add(str(local) if base.endswith(".toml") and local.is_file() else base, (*chain, name), layer.file)
        layers.setdefault(name, layer)

    for source in sources:
        add(source, (), None)
    if faults:
        raise RulebookErrors("the rulebook cannot be used", faults)
    return list(layers.values())


def read_layer(source: LayerSource, plugins: Plugins, asked_by: str | None = None) -> Layer:
    """Read one layer.

    Raises:
        UnknownRulebook: No rulebook has this id, and no file this path.
        RulebookErrors: Everything that is wrong with the file.
    """
    if isinstance(source, Mapping):
        return Layer("<table>", _validated(source, "<table>"))
    if isinstance(source, str) and source in built_in_files():
        return _built_in(source)
    by_id = known_files(plugins)
    text = str(source)
    path = by_id.get(text) if isinstance(source, str) else None
    path = path or Path(source)
    if not path.is_file():
        where = Where(asked_by, key="extends") if asked_by else None
        close = difflib.get_close_matches(text, by_id, n=1, cutoff=0.4)
        hint = f"did you mean {close[0]!r}?" if close else f"known ids: {', '.join(sorted(by_id))}"
        if text in plugins.broken:
            raise UnknownRulebook(plugins.broken[text], where)
        raise UnknownRulebook(f"no rulebook and no file is named {text!r}", where, hint)
    return _read(path)


@cache
def _built_in(name: str) -> Layer:
    # The files of the package do not change while it runs, and parsing them is most of what loading a rulebook costs.
    return _read(built_in_files()[name])


def _read(path: Path) -> Layer:
    if path.stat().st_size > MAX_BYTES:
        raise RulebookSyntaxError(f"the file has more than {MAX_BYTES} bytes", Where(str(path)))
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as fault:
        raise RulebookSyntaxError(f"the file is not UTF-8: {fault}", Where(str(path))) from None
    except tomllib.TOMLDecodeError as fault:
        hint = "keys in Chinese need quotation marks" if "Invalid" in str(fault) else ""
        raise RulebookSyntaxError(f"the file is not TOML: {fault}", Where(str(path)), hint) from None
    return Layer(str(path), _validated(table, str(path)))


def _validated(table: Mapping[str, Any], file: str) -> RulebookFile:
    try:
        return RulebookFile.model_validate(table)
    except ValidationError as group:
        faults = [_fault(error["loc"], error["type"], error["msg"], file) for error in group.errors(include_url=False)]
        raise RulebookErrors(f"{file} cannot be used", faults) from None


def _fault(path: tuple[int | str, ...], kind: str, message: str, file: str) -> RulebookSyntaxError:
    steps = [str(step) for step in path if step not in ("[key]",)]
    if len(steps) >= 2 and steps[0] == "indicators":
        table, key = f'[indicators."{steps[1]}"]', ".".join(steps[2:]) or None
    else:
        table, key = None, ".".join(steps) or None
    hint = ""
    if kind == "extra_forbidden":
        message = "unknown key"
        known = _known_keys(steps)
        close = difflib.get_close_matches(steps[-1], known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(sorted(known))}"
    elif kind == "missing":
        message = "the key is missing"
    return RulebookSyntaxError(message.removeprefix("Value error, "), Where(file, table, key), hint)


def _known_keys(steps: list[str]) -> list[str]:
    if "applies_to" in steps[:-1]:
        return list(AppliesTo.model_fields)
    if "source" in steps[:-1]:
        return list(Source.model_fields)
    if steps[0] == "scoring" and len(steps) > 2:
        return list(Scoring.model_fields)
    if steps[0] == "indicators" and len(steps) > 2:
        return list(IndicatorEntry.model_fields)
    return list(RulebookFile.model_fields)


def book_with(name: str) -> str:
    """Return the id of the built-in rulebook that sets an indicator or a family: the national one, else the oldest that does.

    A name that no rulebook knows gives the national one, whose error then says what was meant.
    """
    setters: list[tuple[date, str]] = []
    for book in built_in_files():
        content = _built_in(book).content
        if any(indicator == name or indicator.startswith(f"{name}.") for indicator in content.indicators):
            setters.append((content.effective.from_ or date.min, book))
    books = [book for _, book in sorted(setters)]
    return NATIONAL if NATIONAL in books or not books else books[0]


def layers_for(region: str | None, day: date, plugins: Plugins, series: str = "inspection") -> list[LayerSource]:
    """Return the rulebooks in force on a day in a place, the nation's first, then province, city, county.

    Args:
        region: Six-digit division code or Chinese name; None for the nation.
        day: The day.
        plugins: Where further rulebooks come from.
        series: Only books of this series.

    Returns:
        Ids; for a layer whose known successor holds on that day and is not at hand, a table that says so instead of it.

    Raises:
        UnknownRegion: No division has this code or name.
        UnknownRulebook: No national rulebook of the series is in force on that day.
    """
    code = region_code(region)
    best: dict[tuple[int, str], tuple[date, str]] = {}
    for name in known_files(plugins):
        layer = read_layer(name, plugins).content
        if layer.series != series or not layer.effective.covers(day) or not lies_in(code, layer.region):
            continue
        started = layer.effective.from_ or date.min
        place = (layer.authority, layer.region or "")
        if place not in best or best[place][0] < started:
            best[place] = (started, name)
    if not any(authority == 0 for authority, _ in best):
        raise UnknownRulebook(f"no national rulebook of the series {series!r} is in force on {day}")
    return [_in_force(name, day, plugins) for _, (_, name) in sorted(best.items())]


def _in_force(name: str, day: date, plugins: Plugins) -> LayerSource:
    """Return the layer, or what stands for it once its successor holds: nothing of it, and the successor as not at hand."""
    content = read_layer(name, plugins).content
    successor = content.known_successor
    if successor is None or day < successor.from_:
        return name
    entry = {
        "title": "本地检查指标（文本未见）",
        "title_en": "Indicators of the place itself, not at hand",
        "kind": "veto",
        "params": {"document": successor.document},
        "source": {"document": successor.document, "verified": True, "note": successor.note},
    }
    return {
        "id": content.id,
        "title": f"{content.title}（已由{successor.document}替代，文本未见）",
        "version": content.version,
        "series": content.series,
        "extends": content.extends,
        "region": content.region,
        "indicators": {
            f"{word}.veto.own_indicators.{content.region or 'nation'}": {**entry, "check": f"{subject}.own_indicators_unseen"}
            for word, subject in (("site", "site"), ("media", "account"))
        },
    }


def old_layers(layers: Iterable[LayerSource], day: date, plugins: Plugins) -> list[RulebookFile]:
    """Return those of some layers whose newest document is older than five years on a day."""
    old: list[RulebookFile] = []
    for source in layers:
        content = read_layer(source, plugins).content
        dates = [basis.issued for basis in content.basis if basis.issued is not None]
        newest = max(dates, default=content.effective.from_)
        if newest is not None and newest < day.replace(year=day.year - MAX_AGE_YEARS, day=min(day.day, 28)):
            old.append(content)
    return old
