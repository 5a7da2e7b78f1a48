"""The place of everything about an indicator: its tables, check, sentences, cases and page."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from govmedia_rules.checks.contract import Check
from govmedia_rules.checks.sentences import sentence_files, sentences
from govmedia_rules.rules.load import built_in_files
from govmedia_rules.rules.model import Indicator, Plan

ROOT = Path(__file__).parents[2]
"""The folder that holds the package; in a checkout, the root of the repository."""

COUNTED_SUFFIXES = ("", "_below_limit", "_undecided")
"""Endings that a check which counts up to a limit adds to its reason."""


class RulePlaces(NamedTuple):
    """The places of everything about one indicator, as `file:line` from the root of the repository.

    Attributes:
        tables: The table of each layer that sets the indicator, the lowest layer first.
        check: The function that answers it; None where only a person can, or where it could not be loaded.
        sentences: Where its first sentence stands; None without a built-in check.
        reasons: Every reason the check can give, which are the keys of its sentences.
        cases: Its case files, the lowest layer first; those of a layer outside this library are not listed.
        page: Its generated page.
    """

    tables: tuple[str, ...]
    check: str | None
    sentences: str | None
    reasons: tuple[str, ...]
    cases: tuple[str, ...]
    page: str


def page_of(indicator_id: str) -> str:
    """Return the page of an indicator below the reference; an id that ends in two letters would be taken for a language there."""
    return f"indicators/{indicator_id}{'.indicator' if re.search('[.][a-z]{2}$', indicator_id) else ''}.md"


def locate_rule(indicator: Indicator, plan: Plan) -> RulePlaces:
    """Return where everything about an indicator of a plan lives."""
    function = plan.functions.get(indicator.check or "")
    setters = [layer for layer in plan.layers if layer.id in indicator.origins.values()]
    reasons = reasons_of(function) if function is not None else ()
    if indicator.readings:
        reasons = (*reasons, "readings_differ")
    return RulePlaces(
        tables=tuple(_table(layer.id, layer.file, indicator.id) for layer in setters if layer.file is not None),
        check=_place_of(function) if function is not None else None,
        sentences=_sentence_place(reasons),
        reasons=reasons,
        cases=case_files(indicator.id, [layer.id for layer in setters if layer.id in built_in_files()], function),
        page=f"docs/reference/{page_of(indicator.id)}",
    )


def case_files(indicator_id: str, books: Iterable[str], function: Check | None) -> tuple[str, ...]:
    """Return the case files of an indicator as built-in rulebooks set it, from the root of the repository.

    A file is named by the indicator, with `@book` where another rulebook than the national one sets it again. In a checkout
    only files that exist are named: a layer that changes no answer needs none.
    """
    topic = "person" if function is None else function.__module__.rsplit(".", 1)[-1]
    names = dict.fromkeys((indicator_id, *(f"{indicator_id}@{book}" for book in books)))
    paths = [f"tests/checks/{topic}/{name}.toml" for name in names]
    if (ROOT / "tests" / "checks").is_dir():
        return tuple(path for path in paths if (ROOT / path).is_file())
    return tuple(paths[:1])


@cache
def reasons_of(function: Check) -> tuple[str, ...]:
    """Return the reasons a check can give, read from its source and that of the functions of its module and others it calls."""
    texts: set[str] = set()
    for node in _nodes(function):
        texts |= {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    keys = sentences()
    return tuple(sorted({text + suffix for text in texts for suffix in COUNTED_SUFFIXES if text + suffix in keys}))


def _nodes(function: Check) -> Iterator[ast.FunctionDef]:
    """Yield the definitions of a check and of every function of the checks that it calls."""
    todo, done = [(function.__module__, function.__name__)], set()
    while todo:
        place = todo.pop()
        if place in done:
            continue
        done.add(place)
        module = sys.modules[place[0]]
        node = _definitions(module).get(place[1])
        if node is None:
            continue
        yield node
        for name in {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}:
            target = getattr(module, name, None)
            home = getattr(target, "__module__", "") or ""
            if inspect.isfunction(target) and home.startswith("govmedia_rules.checks.") and not home.endswith(".contract"):
                todo.append((home, target.__name__))


@cache
def _definitions(module: ModuleType) -> Mapping[str, ast.FunctionDef]:
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError):
        return {}  # a check of a notebook has no file
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _place_of(function: Check) -> str | None:
    try:
        path, (_, line) = inspect.getsourcefile(function), inspect.getsourcelines(function)
    except (OSError, TypeError):
        return None
    return f"{_shown(Path(path))}:{line}" if path is not None else None


def _sentence_place(reasons: tuple[str, ...]) -> str | None:
    """Return the place of the first of these sentences, in the topic file that has most of them."""
    counts = {file: [line for line, key in _keys(file) if key in reasons] for file in sentence_files()}
    file, lines = max(counts.items(), key=lambda item: len(item[1]))
    return f"{_shown(file)}:{lines[0]}" if lines else None


@cache
def _keys(file: Path) -> list[tuple[int, str]]:
    """Return the tables `[key]` of a TOML file with the lines they begin on, from 1."""
    lines = file.read_text("utf-8").splitlines()
    return [(number, line.strip("[] ")) for number, line in enumerate(lines, 1) if line.startswith("[")]


def _table(layer: str, file: str, indicator_id: str) -> str:
    path = Path(file)
    if not path.is_file():
        return f"{layer}: {file}"
    line = next((number for number, key in _keys(path) if key == f'indicators."{indicator_id}"'), 1)
    return f"{_shown(path)}:{line}"


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
