"""The public names: pinned, importable, documented."""

from __future__ import annotations

import inspect
from pathlib import Path

import govmedia_rules as gr

ROOT = Path(__file__).parents[1]

NAMES = (ROOT / "tests" / "public_names.txt").read_text("utf-8").split()


def test_the_list_is_pinned() -> None:
    assert gr.__all__ == NAMES


def test_every_name_loads_and_is_listed() -> None:
    for name in gr.__all__:
        assert getattr(gr, name) is not None
    assert set(gr.__all__) <= set(dir(gr))


def test_an_unknown_name_is_an_attribute_error() -> None:
    try:
        gr.no_such_name  # noqa: B018
    except AttributeError as fault:
        assert "no_such_name" in str(fault)
    else:
        raise AssertionError


def test_every_name_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    missing = [name for name in gr.__all__ if f"`{name}`" not in page and f"`{name}(" not in page]
    assert not missing


def test_every_public_thing_has_a_docstring() -> None:
    bare = []
    for name in gr.__all__:
        thing = getattr(gr, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        if not inspect.getdoc(thing):
            bare.append(name)
        if not inspect.isclass(thing):
            continue
        for attribute, value in vars(thing).items():
            public = not attribute.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
            if public and not inspect.getdoc(value):
                bare.append(f"{name}.{attribute}")
    assert not bare


def test_version_is_that_of_the_project() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert gr.__version__ == project["version"]
