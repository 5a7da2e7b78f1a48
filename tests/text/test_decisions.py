import json
from dataclasses import replace
from datetime import date

import pytest

from govmedia_rules.errors import ObservationError
from govmedia_rules.text.decisions import (
    PassageDecision,
    decisions_of,
    match_digest,
    merge_decisions,
    read_decisions,
    without_decided,
    write_decisions,
)
from govmedia_rules.text.scanner import scanner_for

DAY = date(2024, 5, 1)


def scan(text):
    return scanner_for(("starter",)).scan(text)


def digests(text):
    matches = scan(text)
    return [match_digest(matches, match) for match in matches]


def test_a_passage_is_told_again_on_another_page():
    first = digests("甲市消息。会议布署工作。")
    assert digests("标题\n会议 布署\u200b工作。后文") == first
    assert digests("会议布署任务。") != first
    assert len(set(digests("会议布署工作，又布署工作。"))) == 2


def test_decided_passages_are_not_new():
    matches = scan("会议布署工作。机关按装空调。")
    first, second = decisions_of(matches, role="编辑", decided=DAY)
    decisions = merge_decisions([replace(first, verdict="dismissed", expires=date(2024, 12, 31))])
    assert [match.text for match in without_decided(matches, decisions, date(2024, 12, 31))] == [second.text]
    assert len(without_decided(matches, decisions, date(2025, 1, 1))) == 2
    assert len(without_decided(matches, decisions, None)) == 1


def test_the_last_decision_counts():
    old = PassageDecision("a", "open", "甲", DAY)
    new = PassageDecision("a", "confirmed", "乙", date(2024, 6, 1))
    assert merge_decisions([new], [old])["a"] == new
    assert merge_decisions([old], [new])["a"] == new


def test_files_merge_line_by_line(tmp_path):
    path = tmp_path / "decisions.jsonl"
    made = decisions_of(scan("会议布署工作。机关按装空调。"), role="编辑", decided=DAY)
    write_decisions(path, made)
    assert read_decisions(path) == merge_decisions(made)
    assert path.read_text("utf-8").count("\n") == 2
    assert "布署" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "no decision"),
        ("[]", "no object"),
        (json.dumps({"passage": "a", "verdict": "maybe", "role": "x", "decided": "2024-05-01"}), "verdict is none of"),
        (json.dumps({"passage": "a", "verdict": "open", "role": "x", "decided": "May"}), "no decision"),
        (json.dumps({"passage": "a", "verdict": "open", "role": "x", "decided": "2024-05-01", "by": "y"}), "unknown key"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, what):
    path = tmp_path / "decisions.jsonl"
    path.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(ObservationError, match=what) as caught:
        read_decisions(path)
    assert caught.value.where.row == 2


def test_no_private_number_is_kept():
    matches = scan("电话13812345678。")
    (decision,) = decisions_of(matches, role="编辑", decided=DAY)
    assert "13812345678" not in decision.sentence + decision.text
