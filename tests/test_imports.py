"""What importing the package loads, and what the core may import."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "govmedia_rules"

HEAVY = [
    "httpx",
    "pandas",
    "polars",
    "pyarrow",
    "jinja2",
    "matplotlib",
    "daachorse",
    "docx",
    "xlsxwriter",
    "pyspark",
    "duckdb",
]


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import govmedia_rules, sys; print([name for name in {HEAVY} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_judging_loads_nothing_heavy() -> None:
    code = (
        "import govmedia_rules as gr, sys\n"
        "from govmedia_rules import testing\n"
        "gr.load_rulebook('national-2019').inspect(testing.snapshot('account'))\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_what_writes_reports_loads_what_it_needs_when_it_is_used() -> None:
    code = f"import govmedia_rules as gr, sys; gr.reports.html_report; print([name for name in {HEAVY} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_importing_prints_nothing() -> None:
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import govmedia_rules"], capture_output=True, text=True, check=True
    )
    assert told.stdout == told.stderr == ""


def test_py_typed_is_shipped() -> None:
    import govmedia_rules

    assert (Path(govmedia_rules.__file__).parent / "py.typed").is_file()


def _modules() -> dict[str, Path]:
    files = PACKAGE.rglob("*.py")
    return {".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


def _imports(file: Path, modules: dict[str, Path]) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports by a relative name"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} & modules.keys() or {str(node.module)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names & modules.keys()


def test_no_files_import_each_other_in_a_circle() -> None:
    modules = _modules()
    graph = {name: _imports(file, modules) - {name} for name, file in modules.items()}
    assert sum(map(len, graph.values())) > len(graph)  # the imports are read at all
    graphlib.TopologicalSorter(graph).prepare()  # names the circle
