"""Rulebook files: found by id or path, read as TOML, every fault named with file, table and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from govmedia_rules.core.faults import describe_fault
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.core.toml import parse_toml
from govmedia_rules.core.version import VERSION
from govmedia_rules.errors import (
    CyclicExtends,
    RulebookError,
    RulebookErrors,
    RulebookSyntaxError,
    UnknownRulebook,
    Where,
    choices,
    choices_zh,
    kind_text,
    kind_text_zh,
    reason_zh,
)
from govmedia_rules.rules.model import AppliesTo, IndicatorEntry, Layer, RulebookFile, Scoring, Source, Successor
from govmedia_rules.rules.plugins import Plugins
from govmedia_rules.rules.regions import lies_in, region_code

LayerSource = str | PathLike[str] | Mapping[str, Any]
"""An id of a built-in or installed rulebook, a path of a TOML file, or a table already read."""

NATIONAL = "national-2019"
"""The rulebook that is meant where none is named."""

MAX_BYTES = 8 * 1024 * 1024


@cache
def built_in_files() -> Mapping[str, Path]:
    """Return the rulebooks of this library by id."""
    folder = files("govmedia_rules").joinpath("books")
    return {Path(str(file)).stem: Path(str(file)) for file in folder.iterdir() if file.name.endswith(".toml")}


def known_ids(plugins: Plugins) -> list[str]:
    """Return every id a rulebook can be named by, in order."""
    return sorted({*plugins.released, *plugins.rulebooks, *(() if plugins.alone else built_in_files())})


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
        except RulebookError as fault:
            faults.extend(single_faults(fault))
            return
        name = layer.content.id
        if name in chain:
            circle = " -> ".join((*chain[chain.index(name) :], name))
            faults.append(
                CyclicExtends(
                    f"rulebooks extend each other in a circle: {circle}",
                    Where(layer.file, key="extends"),
                    hint="remove one of the extends",
                    zh=f"指标体系互相扩展成环：{circle}",
                    hint_zh="去掉其中一处 extends",
                )
            )
            return
        if name in layers:
            if layers[name].file != layer.file:
                faults.append(
                    RulebookSyntaxError(
                        f"two files have the id {name!r}: {layers[name].file} and {layer.file}",
                        Where(layer.file),
                        hint="change the id of one of them",
                        zh=f"两个文件的编号都是 {name!r}：{layers[name].file} 和 {layer.file}",
                        hint_zh="请改其中一个的 id",
                    )
                )
            return
        for base in layer.content.extends:
            folder = Path(layer.file).parent
            local = folder / base
            add(str(local) if base.endswith(".toml") and _is_file(local) else base, (*chain, name), layer.file)
        layers.setdefault(name, layer)

    for source in sources:
        add(source, (), None)
    if faults:
        raise RulebookErrors("the rulebook cannot be used", faults, "指标体系不能使用")
    return list(layers.values())


def single_faults(error: RulebookError) -> list[RulebookError]:
    """Return the faults of a group, or an error that is none as its only one."""
    return list(error.exceptions) if isinstance(error, RulebookErrors) else [error]  # type: ignore[arg-type]


def read_layer(source: LayerSource, plugins: Plugins, asked_by: str | None = None) -> Layer:
    """Read one layer.

    Raises:
        UnknownRulebook: No rulebook has this id, and no file this path.
        RulebookErrors: Everything that is wrong with the file.
    """
    if isinstance(source, Mapping):
        return Layer("<table>", _validated(source, "<table>"))
    if isinstance(source, str):
        if source in plugins.released:
            return plugins.released[source]
        if source in built_in_files() and not plugins.alone:
            return _built_in(source)
        if source in plugins.rulebooks:
            return _read(plugins.rulebooks[source])._replace(release=plugins.owners.get(source))
    path, text = Path(source), str(source)
    if not _is_file(path):
        where = Where(asked_by, key="extends") if asked_by else None
        ids = known_ids(plugins)
        if text in plugins.broken:
            raise UnknownRulebook(plugins.broken[text], where, zh=f"{plugins.broken[text]}")
        hint, hint_zh = choices(text, ids, 60), choices_zh(text, ids, 60)
        raise UnknownRulebook(
            f"no rulebook and no file is named {text!r}", where, hint, f"没有名为 {text!r} 的指标体系或文件", hint_zh
        )
    return _read(path)


def _is_file(path: Path) -> bool:
    """Return whether there is this file; no system has one whose name is too long for it."""
    try:
        return path.is_file()
    except OSError:
        return False


@cache
def _built_in(name: str) -> Layer:
    # The files of the package do not change while it runs, and parsing them is most of what loading a rulebook costs.
    return _read(built_in_files()[name])._replace(release=f"govmedia-rules {VERSION}")


def _read(path: Path) -> Layer:
    with path.open("rb") as file:
        return parse_layer(file.read(MAX_BYTES + 1), str(path))


def parse_layer(data: bytes, file: str) -> Layer:
    """Return the layer that a TOML file holds.

    Args:
        data: The file.
        file: Its name, for errors.

    Raises:
        RulebookSyntaxError: It is too large, not UTF-8 or not TOML.
        RulebookErrors: Everything that is wrong with its keys.
    """
    if len(data) > MAX_BYTES:
        raise RulebookSyntaxError(f"the file has more than {MAX_BYTES} bytes", Where(file), zh=f"文件超过 {MAX_BYTES} 字节")
    try:
        table = parse_toml(data.decode("utf-8-sig").replace("\r\n", "\n"), parse_float=Decimal)
    except UnicodeDecodeError as fault:
        raise RulebookSyntaxError(
            f"the file is not UTF-8: {fault}", Where(file), zh=f"文件不是 UTF-8：{reason_zh(fault)}"
        ) from None
    except ValueError as fault:  # a number of thousands of digits is none of TOML's own faults
        hint = "keys in Chinese need quotation marks" if "Invalid" in str(fault) else ""
        zh, hint_zh = f"文件不是 TOML：{reason_zh(fault)}", "中文的键要加引号" if hint else ""
        raise RulebookSyntaxError(f"the file is not TOML: {fault}", Where(file), hint, zh, hint_zh) from None
    except RecursionError:
        raise RulebookSyntaxError("the file is nested too deeply", Where(file), zh="文件嵌套过深") from None
    return Layer(file, _validated(table, file))


def _validated(table: Mapping[str, Any], file: str) -> RulebookFile:
    try:
        return RulebookFile.model_validate(table)
    except ValidationError as group:
        faults = [_fault(error, file) for error in group.errors(include_url=False)]
        raise RulebookErrors(f"{file} cannot be used", faults, f"{file} 不能使用") from None


def _fault(error: Mapping[str, Any], file: str) -> RulebookSyntaxError:
    steps = [str(step) for step in error["loc"] if step not in ("[key]",)]
    if len(steps) >= 2 and steps[0] == "indicators":
        table, key = f'[indicators."{steps[1]}"]', ".".join(steps[2:]) or None
    else:
        table, key = None, ".".join(steps) or None
    place = Where(file, table, key)
    if error["type"] == "extra_forbidden":
        known = sorted(_known_keys(steps))
        return RulebookSyntaxError(
            "unknown key", place, choices(steps[-1], known, 40), zh="没有这个键", hint_zh=choices_zh(steps[-1], known, 40)
        )
    if error["type"] == "missing":
        return RulebookSyntaxError("the key is missing", place, "write it", zh="缺少这个键", hint_zh="请写上")
    text = describe_fault(error)
    return RulebookSyntaxError(text.en, place, zh=text.zh)


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


def book_with(name: str, plugins: Plugins) -> str:
    """Return the id of the rulebook that sets an indicator or a family: the national one, else the oldest that does.

    A name that no rulebook knows gives the national one, whose error then says what was meant.
    """
    setters: list[tuple[date, str]] = []
    for book in known_ids(plugins):
        content = read_layer(book, plugins).content
        if any(indicator == name or indicator.startswith(f"{name}.") for indicator in content.indicators):
            setters.append((content.effective.from_ or date.min, book))
    books = [book for _, book in sorted(setters)]
    return NATIONAL if NATIONAL in books or not books else books[0]


def layers_for(region: str | None, day: date, plugins: Plugins, series: str = "inspection") -> list[LayerSource]:
    """Return the rulebooks in force on a day in a place, the nation's first, then province, city, county.

    Args:
        region: Six-digit division code or Chinese name; None for the nation.
        day: The day; an instant counts as its day in Shanghai.
        plugins: Where further rulebooks come from.
        series: Only books of this series.

    Returns:
        Ids; for a layer that was replaced by rules that are not at hand, a table that says so instead of it.

    Raises:
        UnknownRegion: No division has this code or name.
        UnknownRulebook: No national rulebook of the series is in force on that day.
        CyclicExtends: Rulebooks supersede each other in a circle.
        RulebookError: The day is no day.
    """
    code, day = region_code(region), as_day(day)
    books = {name: read_layer(name, plugins).content for name in known_ids(plugins)}
    best: dict[tuple[int, str], tuple[date, str]] = {}
    for name, layer in books.items():
        if layer.series != series or not lies_in(code, layer.region) or _is_superseded(layer, day, books):
            continue
        unseen = _unseen_successor(layer, day, books)
        if unseen is None and not layer.effective.covers(day):
            continue
        started = unseen.from_ if unseen is not None else layer.effective.from_ or date.min
        place = (layer.authority, layer.region or "")
        if place not in best or best[place][0] < started:
            best[place] = (started, name)
    if not any(authority == 0 for authority, _ in best):
        what = f"no national rulebook of the series {series!r} is in force on {day}"
        raise UnknownRulebook(what, zh=f"{day}没有“{series}”系列的全国指标体系")
    return [_in_force(name, day, books) for _, (_, name) in sorted(best.items())]


def as_day(day: object) -> date:
    """Return a day; that of an instant is its day in Shanghai.

    Raises:
        RulebookError: It is neither.
    """
    with suppress(OverflowError):  # the last hours of the last day there is
        if isinstance(day, datetime):
            return (day if day.tzinfo is None else day.astimezone(SHANGHAI)).date()
        if isinstance(day, date):
            return day
    what = f"{str(day)[:40]!r} is no day but {kind_text(day)}"
    zh = f"“{str(day)[:40]}”不是日期，而是{kind_text_zh(day)}"
    raise RulebookError(what, None, "give a datetime.date", zh, "请给出 datetime.date")


def _is_superseded(layer: RulebookFile, day: date, books: Mapping[str, RulebookFile]) -> bool:
    """Return whether another available layer replaces this one in the place on a day."""
    chain = [layer.id]
    successor = books.get(layer.superseded_by or "")
    while successor is not None:
        if successor.id in chain:
            circle = " -> ".join((*chain, successor.id))
            what, zh = f"rulebooks supersede each other in a circle: {circle}", f"指标体系互相替代，成了循环：{circle}"
            raise CyclicExtends(what, Where(layer.id, key="superseded_by"), zh=zh)
        if (successor.effective.from_ or date.min) <= day:
            return True
        chain.append(successor.id)
        successor = books.get(successor.superseded_by or "")
    return False


def _unseen_successor(layer: RulebookFile, day: date, books: Mapping[str, RulebookFile]) -> Successor | None:
    """Return the rules that replaced a layer by a day and are not available; None where there are none."""
    known, named = layer.known_successor, layer.superseded_by
    if known is not None and known.from_ <= day:
        return known
    if named is None or named in books or known is not None:
        return None
    last = layer.effective.to
    first = last + timedelta(days=1) if last is not None else layer.effective.from_ or date.min
    return Successor.model_validate({"from": first, "document": named}) if first <= day else None


def _in_force(name: str, day: date, books: Mapping[str, RulebookFile]) -> LayerSource:
    """Return the layer, or its stand-in where it or a layer it extends was replaced by rules that are not available."""
    content = books[name]
    unseen = _unseen_successor(content, day, books)
    if unseen is not None:
        return _stand_in(content, unseen, content.extends)
    bases = _bases(name, books)
    for base in sorted(bases):
        unseen = _unseen_successor(books[base], day, books)
        named = books[base].superseded_by
        if unseen is None and named not in (name, *bases) and _is_superseded(books[base], day, books):
            unseen = Successor.model_validate({"from": day, "document": f"据{named}修订的{content.title}"[:1_000]})
        if unseen is not None:
            return _stand_in(content, unseen, ())  # what it rests on must not come back by its bases
    return name


def _bases(name: str, books: Mapping[str, RulebookFile]) -> set[str]:
    """Return every layer that a layer extends, directly or through others."""
    bases: set[str] = set()
    todo = [name]
    while todo:
        new = {base for base in books[todo.pop()].extends if base in books} - bases
        bases |= new
        todo.extend(new)
    return bases - {name}


def _stand_in(content: RulebookFile, successor: Successor, extends: tuple[str, ...]) -> LayerSource:
    """Return an empty layer in place of a replaced one, with its unavailable successor as an open indicator."""
    entry = {
        "title": "本地检查指标（文本未见）",
        "title_en": "Indicators of the place itself, not at hand",
        "kind": "veto",
        "params": {"document": successor.document},
        "source": {"document": successor.document, "grade": "copy", "note": successor.note},
    }
    return {
        "id": content.id,
        "title": f"{content.title}（已由{successor.document}替代，文本未见）"[:1_000],
        "version": f"{content.version}-replaced"[:10_000],  # nothing of that version is asked
        "series": content.series,
        "extends": extends,
        "region": content.region,
        "indicators": {
            f"{word}.veto.own_indicators.{content.region or 'nation'}": {**entry, "check": f"{subject}.own_indicators_unseen"}
            for word, subject in (("site", "site"), ("media", "account"))
        },
    }
