"""Readings of a clause: a failure or a pass is certain only where every reading that the sources allow agrees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from govmedia_rules.checks.contract import PASSED, CheckResult, CheckSpec, Status
from govmedia_rules.rules.model import Indicator

READINGS_DIFFER = "readings_differ"
"""Reason of an answer on which the readings of a clause do not agree."""


class ReadingCall(NamedTuple):
    """One reading and the parameters the check is called with under it."""

    name: str
    params: Mapping[str, object]


@dataclass(frozen=True)
class SeveralReadings:
    """A check that runs once for each reading of its clause.

    Attributes:
        function: The check.
        calls: The readings; the first is the one the indicator itself follows.
        strictest: Place of a reading that is at least as strict as each other in every parameter; None where no one is. What
            it passes passes under all, so that a subject without any fault costs one call.
    """

    function: Callable[..., CheckResult]
    calls: tuple[ReadingCall, ...]
    strictest: int | None

    def __call__(self, snapshot: object) -> CheckResult:
        """Return the answer all readings agree on, or one that needs a review and says which reading gives which answer."""
        answers: dict[int, CheckResult] = {}
        if self.strictest is not None:
            answer = self.function(snapshot, **self.calls[self.strictest].params)
            if answer is PASSED:
                return PASSED
            answers[self.strictest] = answer
        for place, call in enumerate(self.calls):
            if place not in answers:
                answers[place] = self.function(snapshot, **call.params)
        return _combined([(call.name, answers[place]) for place, call in enumerate(self.calls)])


def check_of(spec: CheckSpec, indicator: Indicator) -> tuple[Callable[..., CheckResult], Mapping[str, object]]:
    """Return the function to call for an indicator, and its parameters."""
    if not indicator.readings:
        return spec.function, indicator.params
    ordered = sorted(indicator.readings.items(), key=lambda item: bool(item[1].params))
    calls = tuple(ReadingCall(name, {**indicator.params, **reading.params}) for name, reading in ordered)
    strictest = next((place for place, call in enumerate(calls) if _is_strictest(spec, call, calls)), None)
    return SeveralReadings(spec.function, calls, strictest), {}


def answers_text(indicator: Indicator, answer: CheckResult, lang: str) -> str:
    """Return which reading gives which answer, as a sentence shows it."""
    parts: list[str] = []
    for pair in answer.args.get("answers") or ():  # type: ignore[union-attr]
        name, _, status = str(pair).partition("=")
        reading = indicator.readings.get(name)
        title = name if reading is None else reading.title if lang == "zh" else reading.title_en or reading.title
        parts.append(f"按“{title}”：{Status(status).zh}" if lang == "zh" else f"{title}: {status}")
    return ("；" if lang == "zh" else "; ").join(parts)


def _is_strictest(spec: CheckSpec, call: ReadingCall, calls: Sequence[ReadingCall]) -> bool:
    return all(_at_least_as_strict(spec, call.params, other.params) for other in calls)


def _at_least_as_strict(spec: CheckSpec, params: Mapping[str, object], other: Mapping[str, object]) -> bool:
    for name, value in params.items():
        tighter = spec.parameters[name].tighter
        if value != other[name] and (tighter is None or not tighter.allows(other[name], value)):
            return False
    return True


def _combined(answers: Sequence[tuple[str, CheckResult]]) -> CheckResult:
    statuses = {answer.status for _, answer in answers}
    first = answers[0][1]
    least, possible = _fault_bounds([answer for _, answer in answers])
    if len(statuses) == 1:
        if first.faults == least and first.possible == possible:
            return first
        return first._replace(faults=least, possible=possible)
    if Status.ERROR in statuses:
        return next(answer for _, answer in answers if answer.status is Status.ERROR)
    evidence = next((answer.evidence for _, answer in answers if answer.status is Status.FAILED), first.evidence)
    args = {"answers": tuple(f"{name}={answer.status.value}" for name, answer in answers)}
    return CheckResult(Status.NEEDS_REVIEW, READINGS_DIFFER, args, evidence, {}, possible or least)


def _fault_bounds(answers: Sequence[CheckResult]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the faults that every reading counts, and how many more a reading may count, by kind."""
    if not any(answer.faults or answer.possible for answer in answers):
        return {}, {}
    kinds = dict.fromkeys(kind for answer in answers for kind in (*answer.faults, *answer.possible))
    least = {kind: min(answer.faults.get(kind, 0) for answer in answers) for kind in kinds}
    most = {kind: max(answer.faults.get(kind, 0) + answer.possible.get(kind, 0) for answer in answers) for kind in kinds}
    return (
        {kind: count for kind, count in least.items() if count},
        {kind: most[kind] - least[kind] for kind in kinds if most[kind] > least[kind]},
    )
