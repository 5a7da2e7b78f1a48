"""What checks of others answer is validated: a wrong answer is an error of that indicator, never a pass and never points."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.checks.contract import MAX_EVIDENCE, CheckResult, Status
from govmedia_rules.checks.members import Members
from govmedia_rules.judge.across import RegistryTally

ANSWER: list[Any] = [None]


@gr.check("odd.answers", faults=("dead",))
def answers(account: gr.AccountSnapshot) -> gr.CheckResult:
    answer = ANSWER[0]
    return answer(account) if callable(answer) else answer  # type: ignore[no-any-return]


def entry(kind: str, **more: object) -> dict[str, Any]:
    return {"title": "x", "kind": kind, "check": "odd.answers", "source": {"document": "d"}, **more}


BOOK = gr.load_rulebook(
    {
        "id": "odd",
        "title": "odd",
        "scoring": {"account": {"pass_below": 60, "bonus_above": 80, "bonus_total": 30, "source": {"document": "d"}}},
        "indicators": {
            "x.veto": entry("veto"),
            "x.deduct": entry("deduction", points=10, deduct={"dead": 2}),
            "x.bonus": entry("bonus", points=10),
        },
    },
    checks=answers,
)


def result(
    status: Any = Status.FAILED, reason: Any = "odd", args: Any = None, evidence: Any = (), faults: Any = None, possible: Any = None
) -> Any:
    return CheckResult(
        status,
        reason,
        {} if args is None else args,
        evidence,
        {} if faults is None else faults,
        {} if possible is None else possible,
    )


class Raises:
    """An object that raises whenever it is looked at."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("looked at")

    def __hash__(self) -> int:
        raise RuntimeError("looked at")

    @property
    def __class__(self) -> type:  # type: ignore[override]
        raise RuntimeError("looked at")


def boom(account: gr.AccountSnapshot) -> gr.CheckResult:
    raise ValueError("boom")


def leave(account: gr.AccountSnapshot) -> gr.CheckResult:
    raise SystemExit(0)


WRONG: dict[str, Any] = {
    "a pass with faults": result(status=Status.PASSED, faults={"dead": 1}),
    "nothing": None,
    "True": True,
    "text": "passed",
    "a tuple": ("passed", "", {}, (), {}, {}),
    "a status as text": result("passed", ""),
    "a status of the judge": result(Status.NOT_APPLICABLE),
    "not checked": result(Status.NOT_CHECKED),
    "an error of its own": result(Status.ERROR),
    "an unknown status": result("fine"),
    "no status": result(None),
    "no reason for a failure": result(reason=""),
    "a reason that is none": result(reason="Nicht gut!"),
    "a reason that is a number": result(reason=7),
    "a reason too long": result(reason="a" * 101),
    "negative faults": result(faults={"dead": -50}),
    "half a fault": result(faults={"dead": 0.5}),
    "faults as text": result(faults={"dead": "2"}),
    "a fault that is true": result(faults={"dead": True}),
    "endless faults": result(faults={"dead": 10**30}),
    "infinite faults": result(faults={"dead": float("inf")}),
    "faults of no kind it counts": result(faults={"blank": 1}),
    "possible faults of no kind": result(possible={"blank": 1}),
    "negative possible faults": result(possible={"dead": -1}),
    "faults that are a list": result(faults=[("dead", 1)]),
    "values that are no mapping": result(args=[1]),
    "a value no sentence shows": result(args={"x": object()}),
    "a name that is no text": result(args={1: "x"}),
    "NaN": result(args={"x": float("nan")}),
    "an infinite number": result(args={"x": Decimal("Infinity")}),
    "a list as a value": result(args={"x": ["a"]}),
    "evidence as text": result(evidence="seen"),
    "evidence as a list": result(evidence=[gr.Evidence("a")]),
    "evidence that is none": result(evidence=("a",)),
    "evidence without a name": result(evidence=(gr.Evidence(None),)),  # type: ignore[arg-type]
    "evidence with a wrong time": result(evidence=(gr.Evidence("a", None, "2024"),)),  # type: ignore[arg-type]
    "evidence with a wrong address": result(evidence=(gr.Evidence("a", 7),)),  # type: ignore[arg-type]
    "evidence with a wrong value": result(evidence=(gr.Evidence("a", value=object()),)),  # type: ignore[arg-type]
    "evidence with places as text": result(evidence=(gr.Evidence("a", places="x"),)),  # type: ignore[arg-type]
    "too much evidence": result(evidence=(gr.Evidence("a"),) * (MAX_EVIDENCE + 1)),
    "an object that cannot be looked at": lambda account: Raises(),
    "an exception": boom,
    "an exit": leave,
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_is_an_error_of_that_indicator(answer: Any) -> None:
    ANSWER[0] = answer
    inspection = BOOK.inspect(testing.snapshot("account"))
    assert {finding.status for finding in inspection.findings} == {gr.Status.ERROR}
    assert {finding.reason for finding in inspection.findings} == {"check_raised"}
    assert inspection.verdict is gr.Verdict.UNDETERMINED
    assert inspection.score is not None
    assert Decimal(0) <= inspection.score.low <= inspection.score.high <= Decimal(130)
    assert inspection.to_json()
    assert [finding.message("zh") for finding in inspection.findings]


RIGHT: dict[str, tuple[Callable[[], gr.CheckResult], str]] = {
    "a pass": (lambda: gr.passed(), "passed"),
    "a pass with a reason": (lambda: gr.passed("seen", count=1), "passed"),
    "a failure": (
        lambda: gr.failed("odd", faults={"dead": 2}, evidence=[gr.Evidence("a", when=datetime(2024, 8, 1))], x=1.5),
        "failed",
    ),
    "open": (lambda: gr.inconclusive("not_seen"), "inconclusive"),
    "candidates": (lambda: gr.needs_review("odd", possible={"dead": 1}, names=("a", "b")), "needs_review"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_stands(name: str) -> None:
    answer, status = RIGHT[name]
    ANSWER[0] = answer()
    inspection = BOOK.inspect(testing.snapshot("account"))
    assert {finding.status.value for finding in inspection.findings} == {status}


def test_a_check_keeps_nothing_by_which_it_could_change_its_answer() -> None:
    args: dict[str, Any] = {"count": 1}
    ANSWER[0] = result(args=args)
    finding = BOOK.inspect(testing.snapshot("account")).finding("x.veto")
    args["count"] = 99
    assert finding.args["count"] == 1


ACROSS: list[Any] = [None]


@gr.check("odd.across")
def across(members: Members) -> dict[str, gr.CheckResult]:
    answer = ACROSS[0]
    return answer(members) if callable(answer) else answer  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        7,
        [],
        {"nobody": gr.passed()},
        lambda members: {member.id: None for member in members},
        lambda members: {member.id: "failed" for member in members},
        lambda members: {member.id: result(faults={"x": -1}) for member in members},
        lambda members: {member.id: result(Status.NOT_APPLICABLE) for member in members},
        lambda members: 1 / 0,
    ],
)
def test_wrong_answers_across_subjects_are_errors_too(answer: Any) -> None:
    ACROSS[0] = answer
    indicator = {
        "title": "x",
        "kind": "management",
        "check": "odd.across",
        "applies_to": {"subject": "account"},
        "source": {"document": "d"},
    }
    book = gr.load_rulebook({"id": "across", "title": "x", "indicators": {"x.across": indicator}}, checks=across)  # type: ignore[arg-type]
    tally = RegistryTally.of(snapshots=[testing.snapshot("account"), testing.snapshot("account", account={"name": "乙"})])
    findings = tally.findings(book)
    assert len(findings) == 2
    assert {finding.status for finding in findings} == {gr.Status.ERROR}


def test_what_a_check_changes_by_force_no_other_check_and_no_caller_sees() -> None:
    def forged(account: gr.AccountSnapshot) -> gr.CheckResult:
        account.__dict__["latest_post_at"] = account.observed_at
        object.__setattr__(account, "posts", ())
        return gr.passed()

    snapshot = testing.snapshot("account", latest_post_at="2020-01-01")
    assert isinstance(snapshot, gr.AccountSnapshot)
    before = snapshot.model_dump_json()
    ANSWER[0] = forged
    BOOK.inspect(snapshot)
    assert snapshot.model_dump_json() == before


def test_a_check_that_changes_the_subject_changes_its_own_copy() -> None:
    def rename(account: gr.AccountSnapshot) -> gr.CheckResult:
        account.account.__dict__["name"] = "改名"
        return CheckResult(Status.PASSED)

    snapshot = testing.snapshot("account", latest_post_at="2024-08-20")
    name = snapshot.subject.name
    ANSWER[0] = rename
    assert (BOOK.inspect(snapshot).subject.name, snapshot.subject.name) == (name, name)
