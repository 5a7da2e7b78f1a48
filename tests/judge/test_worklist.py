"""What would decide open verdicts: every open subject is served, and what decides most comes first."""

from __future__ import annotations

import json

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.__main__ import main

BOOK = gr.load_rulebook("national-2019")
MESSAGE = [{"kind": "message", "works": True}]


def account(name: str, **parts: object) -> gr.Inspection:
    return BOOK.inspect(testing.snapshot("account", account={"name": name}, **parts))


def test_the_act_that_decides_most_subjects_comes_first() -> None:
    no_date = [account(f"无日期{n}", functions=MESSAGE) for n in range(3)]
    no_function = [account(f"无功能{n}", latest_post_at="2024-08-22") for n in range(2)]
    neither = account("都没有")
    acts = gr.worklist([*no_function, neither, *no_date])
    assert [(act.kind, len(act.subjects), act.alone) for act in acts] == [("fill", 4, 3), ("fill", 3, 2)]
    assert acts[0].indicators == ("media.veto.stale",)
    assert acts[1].text == "补充互动功能"


def test_subjects_with_a_verdict_need_nothing() -> None:
    done = account("合格", latest_post_at="2024-08-22", functions=MESSAGE)
    failed = account("不合格", latest_post_at="2020-01-01")
    assert (done.verdict, failed.verdict) == (gr.Verdict.QUALIFIED, gr.Verdict.UNQUALIFIED)
    assert len(gr.worklist([done, failed])) == 0


def test_every_open_subject_is_served() -> None:
    snapshots = [
        testing.snapshot("site"),
        testing.snapshot("site", unset=["level"]),
        testing.snapshot("account"),
        testing.snapshot("account", account={"status": "closing"}),
    ]
    inspections = list(BOOK.inspect_many(snapshots))
    served = {subject for act in gr.worklist(inspections) for subject in act.subjects}
    assert served == {inspection.subject.id for inspection in inspections if inspection.missing}


def test_the_command_prints_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worklist", "--example", "jiangxi-2020q1"]) == 0
    assert capsys.readouterr().out
    assert main(["worklist", "--example", "jiangxi-2020q1", "--format", "json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)
