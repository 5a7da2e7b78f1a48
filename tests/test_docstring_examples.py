"""Each public name has an example, and all examples in docstrings are run, so that none of them can go out of date."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import govmedia_rules as gr
from govmedia_rules import errors, testing
from govmedia_rules.core import plots

PACKAGE = Path(gr.__file__).parent
FILES = [file for file in sorted(PACKAGE.rglob("*.py")) if ">>> " in file.read_text("utf-8")]
MODULES = [".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__") for file in FILES]
NAMES = [(home, name) for home in (gr, errors, testing) for name in home.__all__]
FINDER = doctest.DocTestFinder(recurse=False)


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Messages in English, and pictures without a screen or a Chinese font."""
    monkeypatch.setenv("GOVMEDIA_LANG", "en")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    monkeypatch.setattr(plots, "families_for", lambda texts, font=None: ["DejaVu Sans"])
    yield
    pyplot.close("all")


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_give_what_they_show(name: str) -> None:
    result = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(("home", "name"), NAMES, ids=[f"{home.__name__}.{name}" for home, name in NAMES])
def test_each_public_name_has_an_example(home: ModuleType, name: str) -> None:
    value = getattr(home, name)
    if inspect.isclass(value) or inspect.isfunction(value) or inspect.ismodule(value):
        [found] = FINDER.find(value, name)
        assert found.examples
    else:  # a constant: the docstring of a module that defines it shows it
        docs = (import_module(module).__doc__ or "" for module in MODULES if hasattr(import_module(module), name))
        assert any(">>> " in doc and name in doc for doc in docs)
