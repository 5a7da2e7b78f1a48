"""The mutation run: which changes it makes, that the tests judge them, and that its table names what exists."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest

from tests import mutation


def afters(source: str) -> list[str]:
    return [change.after for change in mutation.changes_of(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a is None", ["a is not None"]),
        ("a and b", ["a or b", "b", "a"]),
        ("not a", ["a"]),
        ("a + 2", ["a - 2", "3", "1"]),
        ("a = True", ["False"]),
        ("a = 'text'", []),
        ("min(a)", ["pass", "max(a)"]),
        ("x = all(a)", ["any(a)"]),
        ("def f():\n    return a", ["return None"]),
        ("def f():\n    return None", []),
        ("if a:\n    b = c", ["if True:", "if False:"]),
        ("x = a if b else c", ["a", "c"]),
        ("x = [a for a in b if a]", ["for a in b"]),
        ("def f(a: Literal[1] = 2) -> Literal[3]: ...", ["3", "1"]),
        ("@cache(maxsize=5)\ndef f(): ...", []),
        ("assert a < b", []),
    ],
)
def test_changes_of_a_line(source: str, expected: list[str]) -> None:
    assert sorted(afters(source)) == sorted(expected)


@pytest.mark.heavy
def test_each_change_is_one_and_compiles() -> None:
    path = mutation.ROOT / "govmedia_rules" / "judge" / "score.py"
    source = path.read_text("utf-8")
    plain = ast.unparse(ast.parse(source))
    changes = mutation.changes_of(source)
    assert len(changes) > 300
    for change in changes[::10]:
        tree = mutation.changed(source, change)
        compile(tree, str(path), "exec")
        assert ast.unparse(tree) != plain, change


def test_tests_are_named_for_modules_that_exist() -> None:
    for place, tests in mutation.TESTS.items():
        for path in (place, *tests):
            assert (mutation.ROOT / path).exists(), f"{path} has moved: change TESTS in tests/mutation.py"
    assert mutation.tests_of(mutation.ROOT / "govmedia_rules/judge/score.py")[0] == "tests/judge/test_score.py"
    with pytest.raises(SystemExit, match="add it to TESTS"):
        mutation.tests_of(mutation.ROOT / "setup.py")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.heavy
def test_the_command_tells_what_survives(tmp_path: mutation.Path) -> None:
    (tmp_path / "made.py").write_text("def late(hour):\n    return hour >= 22\n", "utf-8")
    # Nothing tests the hour before: a bound of 21 goes unnoticed.
    (tmp_path / "test_made.py").write_text("from made import late\ndef test(): assert late(22) and not late(3)\n", "utf-8")
    script = (
        f"import sys; sys.path[:0] = ['', {str(tmp_path)!r}, {str(mutation.ROOT)!r}]\n"
        "from pathlib import Path; from tests import mutation\n"
        f"mutation.ROOT = Path({str(tmp_path)!r})\n"
        "sys.exit(mutation.main(['made.py', '--tests', 'test_made.py', '--out', 'out.md']))"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode == 1, told.stderr
    assert "made.py:2: 22  ->  21" in told.stdout
    assert "| made.py | 5 | 4 | 0 | 1 | 20.0 % |" in (tmp_path / "out.md").read_text("utf-8")
