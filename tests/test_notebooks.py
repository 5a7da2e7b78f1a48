"""The notebooks run from top to bottom, on a small number of rows, and say what they claim."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from govmedia_rules.errors import ExportError

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
pytestmark = pytest.mark.heavy
MAX_BYTES = 400_000


def cells(name: str, kind: str) -> list[str]:
    book = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == kind]


def show(value: Any) -> str:
    """What a notebook makes of the value of a cell."""
    if hasattr(value, "_repr_html_"):
        told = value._repr_html_()
        assert told is None or "<script" not in told.replace("<style>", "")
    return repr(value)


def run(name: str) -> dict[str, Any]:
    """The names a notebook leaves behind; `_` is the list of what its cells showed."""
    space: dict[str, Any] = {"__name__": "notebook"}
    shown: list[str] = []
    for source in cells(name, "code"):
        tree = ast.parse(source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        try:
            exec(compile(tree, name, "exec"), space)
        except ExportError as fault:
            if "plot" not in source or "font" not in str(fault):
                raise
            continue  # a machine without Chinese fonts says so, and draws no boxes
        if isinstance(last, ast.Expr):
            shown.append(show(eval(compile(ast.Expression(last.value), name, "eval"), space)))
    return space | {"_": shown}


@pytest.fixture(autouse=True)
def _small_and_quiet(monkeypatch: pytest.MonkeyPatch) -> Any:
    import http.server

    monkeypatch.setenv("ROWS", "400")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    yield
    pyplot.close("all")


def test_there_are_six() -> None:
    assert [name[0] for name in NAMES] == list("123456")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_of_a_run(name: str) -> None:
    text = (FOLDER / f"{name}.ipynb").read_text("utf-8")
    assert len(text.encode()) < MAX_BYTES
    assert not re.search(r"/(tmp|root|work|home)/", text)
    book = json.loads(text)
    faults = [
        one
        for cell in book["cells"]
        for one in cell.get("outputs", ())
        if one["output_type"] == "error" or one.get("name") == "stderr"
    ]
    assert faults == []
    assert any(cell.get("outputs") for cell in book["cells"])
    assert all(re.search("[一-鿿]", one) for one in cells(name, "markdown"))


def test_a_spreadsheet() -> None:
    left = run("1-spreadsheet")
    assert [bad.row for bad in left["accounts"].bad] == [26, 27]
    assert len(left["table"]) == 26  # a cell that cannot be read costs no row
    assert left["judged"]["fault"].notna().sum() == 2


def test_a_rulebook(capsys: pytest.CaptureFixture[str]) -> None:
    left = run("2-rulebook")
    [judged] = [shown for shown in left["_"] if "media.manage.few_posts" in shown]
    assert "passed media.veto.stale" in judged
    assert "failed media.veto.stale" in judged
    assert "只发布5条，少于12条" in judged
    told = capsys.readouterr().out
    assert "loosens = true" in told
    assert "did you mean 'at_least'?" in told


def test_a_site_is_collected() -> None:
    left = run("3-collect")
    assert [one.id for one in left["inspection"].problems if one.kind == "veto"] == ["site.veto.home_stale"]
    assert "site.veto.unreachable" in [one.id for one in left["inspection"].missing]
    assert "site.veto.unreachable" in [one.id for one in left["again"].problems]


def test_expressions() -> None:
    left = run("4-expressions")
    assert left["steps"][-1] == (20, 20)
    assert [one["article"] for one in left["found"]] == [0, 4, 8, 12, 16]
    assert "不合格" in left["_"][-1]


def test_a_quarter() -> None:
    left = run("5-quarter")
    assert {verdict.zh: count for verdict, count in left["table"].verdicts.items()} == {"合格": 20, "不合格": 61, "待定": 0}
    assert left["report"].contradictions == ()
    assert not any(one.is_changed and one.verdict_changed for one in left["change"])


def test_many_rows() -> None:
    left = run("6-million-rows")
    assert left["run"].subjects == 400
    assert left["_"][-1].count(" 80 ") == 5
