"""What importing the package loads, and what the core may import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
