"""The public names: pinned, importable, documented."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import govmedia_rules as gr

ROOT = Path(__file__).parents[1]

NAMES = (ROOT / "tests" / "public_names.txt").read_text("utf-8").split()


def test_the_list_is_pinned() -> None:
    assert gr.__all__ == NAMES


def test_every_name_loads_and_nothing_else_is_listed() -> None:
    for name in gr.__all__:
        assert getattr(gr, name) is not None
    assert set(dir(gr)) == {*gr.__all__, "__version__", "testing"}


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(gr.__file__).read_text("utf-8"))
    imported = {
        (node.module, alias.asname)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name for _, name in imported} == set(gr.__all__)
    for home, names in gr._HOMES.items():
        assert {name for module, name in imported if module == f"{gr.__name__}.{home}"} >= set(names)


@pytest.mark.heavy
@pytest.mark.parametrize("statement", ["gr.AcountSnapshot", "from govmedia_rules import AcountSnapshot"])
def test_a_misspelt_name_fails_under_the_type_checker(statement: str, tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    module = tmp_path / "misspelt.py"
    module.write_text(f"import govmedia_rules as gr\n{statement}\n")
    output, _, code = api.run(
        ["--follow-imports=silent", "--no-error-summary", "--cache-dir", str(tmp_path / "cache"), str(module)]
    )
    assert code == 1
    assert "attr-defined" in output


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


# Each module of `commands` is found by its file name and offers these two.
OF_EVERY_COMMAND = {"add_parser", "run"}


@pytest.mark.heavy
def test_no_two_modules_have_a_public_class_or_function_of_one_name() -> None:
    homes: dict[str, list[str]] = {}
    package = Path(gr.__file__).parent
    for file in sorted(package.rglob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(str(file.relative_to(package)))
    twice = {name: files for name, files in homes.items() if len(set(files)) > 1 and name not in OF_EVERY_COMMAND}
    assert not twice
    assert {Path(file).parent.name for name in OF_EVERY_COMMAND for file in homes[name]} == {"commands"}
