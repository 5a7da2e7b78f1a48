"""The matrix of what real notices need: every line is there, and every proof it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
LENGTHS = {"A": 6, "B": 13, "C": 6, "D": 11, "E": 20, "F": 4, "G": 4, "H": 2, "I": 6, "J": 7, "K": 4}
LINES = [f"{letter}{number:02d}" for letter, length in LENGTHS.items() for number in range(1, length + 1)]
ROWS = {
    found[1]: (found[2], found[3])
    for line in (ROOT / "docs" / "coverage.md").read_text("utf-8").splitlines()
    if (found := re.fullmatch(r"\| ([A-K][0-9]{2}) \| (.+?) \| (.+) \|", line))
}


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def test_every_line_of_the_matrix_is_there_once() -> None:
    listed = re.findall(r"^\| ([A-K][0-9]{2}) \|", (ROOT / "docs" / "coverage.md").read_text("utf-8"), re.MULTILINE)
    assert listed == LINES == list(ROWS)


def test_every_line_names_a_proof_or_says_that_it_is_not_done() -> None:
    for line, (what, proof) in ROWS.items():
        assert what
        assert re.fullmatch(r"not done: .+|(`[^`]+` ?)+", proof), line


def test_every_proof_exists() -> None:
    missing = []
    for line, (_, proof) in ROWS.items():
        for name in re.findall(r"`([^`]+)`", proof):
            path, _, test = name.partition("::")
            is_there = (ROOT / "tests" / path).is_file() and (test in names_in(path) if test else path.startswith("checks/"))
            if not is_there:
                missing.append(f"{line}: {name}")
    assert not missing
