"""Every reason a check can give has a sentence in Chinese and in English, with places its arguments fill."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import govmedia_rules.checks
from govmedia_rules.checks.sentences import sentence_files, sentences
from govmedia_rules.judge.finding import fill
from govmedia_rules.snapshots.kinds import kinds
from govmedia_rules.subjects.vocabulary import subject_vocabulary

MESSAGES = sentences()
MODULES = sorted(Path(govmedia_rules.checks.__file__).parent.glob("*.py"))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def reasons() -> set[str]:
    found: set[str] = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_answer = isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "passed",
                "failed",
                "inconclusive",
                "needs_review",
            )
            if is_answer and node.args:
                found.update(_texts(node.args[0]))
    return found


def test_a_sentence_stands_in_one_file_beside_a_topic() -> None:
    homes: dict[str, str] = {}
    for file in sentence_files():
        assert file.with_suffix(".py").is_file(), f"{file.name} stands beside no module"
        for reason in tomllib.loads(file.read_text("utf-8")):
            assert homes.setdefault(reason, file.name) == file.name, f"{reason} stands in {homes[reason]} and in {file.name}"


def test_every_reason_has_a_sentence() -> None:
    found = reasons()
    assert len(found) > 120
    assert not found - MESSAGES.keys()


@pytest.mark.parametrize("reason", sorted(MESSAGES))
def test_both_sentences_have_the_same_places_and_known_vocabularies(reason: str) -> None:
    zh, en = MESSAGES[reason]["zh"], MESSAGES[reason]["en"]
    places = [{name for name, _ in re.findall(r"\{([a-z_]+)(?::([a-z_]+))?\}", text)} for text in (zh, en)]
    # English may say more numbers than the customary Chinese wording, and the other way round, but never of another thing.
    assert places[0] & places[1] or not (places[0] and places[1])
    for _, words in re.findall(r"\{([a-z_]+):([a-z_]+)\}", zh + en):
        if words != "percent":
            assert kinds(words) if words not in ("level", "platform", "owner_kind", "status") else subject_vocabulary(words)
    assert fill(zh, {}, "zh") == zh
    assert not re.search(r"[\u4e00-\u9fff]", en.replace("我为政府网站找错", "").replace("□", ""))
