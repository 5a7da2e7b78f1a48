"""What cannot be true is refused when it is recorded; each function raises `CampaignError` and says what to do instead.

What is only unlikely is recorded and named by `issues`. Records that are read from a journal are not refused: they were
accepted once, and `issues` names them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from govmedia_rules.campaign.records import SCORE, UnitRecord
from govmedia_rules.campaign.results import Result
from govmedia_rules.campaign.standing import evidence_at
from govmedia_rules.campaign.state import CampaignState
from govmedia_rules.campaign.tasks import Recheck, Task
from govmedia_rules.campaign.units import Appeal, AppealAnswer, Fault, Reported, Ruling, subject_kind
from govmedia_rules.errors import CampaignError
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.reviews import Review
from govmedia_rules.notices.figures import Period
from govmedia_rules.subjects.models import Account, Site

_OF_KIND = {"site": "site.", "account": "media."}
_KIND_EN = {"site": "site", "account": "account"}


def without_blanks(text: str) -> str:
    """Return an id as it is compared: without blanks, in one case."""
    return "".join(text.split()).casefold()


def check_unit(state: CampaignState, subject: Site | Account, tier: str) -> Site | Account:
    """Return the member that a unit is, else the unit itself.

    An account that is written with or without its owner is the member of that name and platform where there is only one.

    Raises:
        CampaignError: It is another unit but for blanks, or a population known whole by name does not hold it.
    """
    key = (tier, subject.id)
    if key in state.members or key in state.units:
        return subject
    if isinstance(subject, Account):
        for name in (subject.id, subject.former_id):
            member = state.members.get((tier, state.unit_id(tier, name)))
            if member is not None and subject.former_id in (subject.id, member.id):
                return member
    known = state.names_without_blanks(tier).get(without_blanks(subject.id))
    if known is not None:
        raise CampaignError(
            f"{subject.id!r} is {known!r} but for blanks or case", hint="write it as the registry does, or mend the registry"
        )
    kind = subject_kind(subject)
    if state.is_listed_whole(tier, kind):
        raise CampaignError(
            f"{subject.id!r} is no member of the population of {kind}s in the tier {tier!r}",
            hint="add it with add_members if it belongs to the population, or check its name, platform and code",
        )
    return subject


def check_inspection(state: CampaignState, inspection: Inspection, tier: str) -> Site | Account:
    """Refuse an inspection of a unit outside the population or at a monitoring point outside the window; return its subject."""
    subject = inspection.subject
    if not isinstance(subject, Site | Account):
        raise CampaignError(
            f"{subject.id!r} is a supervising office", hint="a campaign holds sites and accounts; inspect the office by itself"
        )
    unit = check_unit(state, subject, tier)
    _within_window(state, subject.id, inspection.observed_at.date(), may_follow=False)
    return unit


def check_reported(state: CampaignState, reported: Reported) -> Reported:
    """Refuse a report of a unit outside the population, from before the window, or of indicators of the other kind.

    Returns:
        The report of the unit as the registry describes it, where it holds it.
    """
    unit = check_unit(state, reported.subject, reported.tier)
    if reported.outcome is not None:
        _within_window(state, reported.subject.id, reported.at.date(), may_follow=True)
    kind = subject_kind(reported.subject)
    for fault in reported.faults:
        check_kind(kind, fault.indicator_ids, reported.subject.id)
    return reported if unit is reported.subject else reported.model_copy(update={"subject": unit})


def check_kind(kind: str, indicators: Iterable[str], subject: str) -> None:
    """Refuse indicators of the other kind of unit."""
    for other, prefix in _OF_KIND.items():
        wrong = [name for name in indicators if other != kind and name.startswith(prefix)]
        if wrong:
            raise CampaignError(f"{wrong[0]!r} is asked of {other}s, and {subject!r} is {_article(kind)}")


def _article(kind: str) -> str:
    return "an account" if kind == "account" else "a site"


def _within_window(state: CampaignState, subject: str, day: date, *, may_follow: bool) -> None:
    window = state.config.window
    if window is None:
        return
    first, last = window.start.first(), window.end.last()
    if first is not None and day < first:
        raise CampaignError(
            f"the result of {subject!r} is of {day}, before the inspection window {window.text()}",
            hint="correct the date, or the window of the config",
        )
    if last is not None and day > last and not may_follow:
        raise CampaignError(
            f"the result of {subject!r} is of {day}, after the inspection window {window.text()}",
            hint="record a later look as a re-check (recheck), or correct the window of the config",
        )


def check_review(state: CampaignState, review: Review, tier: str) -> None:
    """Refuse a review of nothing: of an unknown unit, indicator or monitoring point, or dated before what it answers."""
    record = state.units.get((tier, review.subject))
    if record is None:
        raise CampaignError(
            f"a review is of {review.subject!r}, of which nothing is known in the tier {tier!r}",
            hint="add its inspection or report first",
        )
    check_kind(subject_kind(record.subject), (review.indicator,), review.subject)
    answered = list(_answered_at(record, review.indicator))
    if not answered:
        raise CampaignError(
            f"a review is of {review.indicator!r}, which nothing recorded of {review.subject!r} asks",
            hint="name an indicator of its rulebook or of a fault reported of it",
        )
    if review.observed_at is not None and review.observed_at not in record.points:
        raise CampaignError(
            f"a review of {review.subject!r} belongs to the monitoring point {review.observed_at}, which the campaign does not have"
        )
    if review.at < min(answered) or (review.observed_at is not None and review.at < review.observed_at):
        raise CampaignError(
            f"the review of {review.subject!r} ({review.indicator}) is of {review.at}, before what it answers ({min(answered)})"
        )


def _answered_at(record: UnitRecord, indicator: str) -> Iterable[datetime]:
    """Yield the instants at which something was recorded that a review of this indicator answers."""
    stored = record.inspection
    if stored is not None:
        asked = stored.plan.by_id.get(indicator)
        kind = subject_kind(record.subject)
        if (asked is not None and asked.applies_to.subject == kind) or (indicator == SCORE and kind in stored.plan.scoring):
            yield stored.observed_at
    for reported in record.reported:
        if any(indicator in _named(fault) for fault in reported.faults):
            yield reported.at


def _named(fault: Fault) -> tuple[str, ...]:
    return fault.indicator_ids or ("other",)


def check_ruling(state: CampaignState, ruling: Ruling) -> None:
    """Refuse a ruling of an unknown unit, or dated before the result it answers."""
    key = ruling.tier, ruling.subject
    record = state.units.get(key)
    if record is None and key not in state.members:
        raise CampaignError(f"a ruling is of {ruling.subject!r}, of which nothing is known in the tier {ruling.tier!r}")
    if record is None:
        return
    results = [report.at for report in record.reported]
    if record.inspection is not None:
        results.append(record.inspection.observed_at)
    if results and ruling.at < min(results):
        raise CampaignError(f"the ruling of {ruling.subject!r} is of {ruling.at}, before what it answers ({min(results)})")


def check_recheck(task: Task | None, subject: str, recheck: Recheck, tier: str) -> None:
    """Refuse a re-check without a task, before its task, or of an indicator the task does not name."""
    if task is None:
        raise CampaignError(f"{subject!r} has no task in the tier {tier!r}", hint="issue() makes the tasks")
    if task.withdrawn_at is not None:
        raise CampaignError(f"the task of {subject!r} is withdrawn: its failure was dismissed on {task.withdrawn_at}")
    if recheck.at.date() < task.issued:
        raise CampaignError(f"the re-check of {subject!r} is of {recheck.at.date()}, before its task ({task.issued})")
    unknown = [name for name in recheck.indicators if name not in task.indicators]
    if unknown:
        raise CampaignError(
            f"the re-check of {subject!r} names {unknown[0]!r}, which its task does not",
            hint=f"it names {', '.join(task.indicators)}",
        )


def check_carry_over(state: CampaignState, title: str, period: Period) -> None:
    """Refuse a round that was carried over before, or that does not lie before this one."""
    if (title, period) in state.carried_rounds:
        raise CampaignError(f"{title} ({period.text()}) was carried over already")
    if period == state.config.period or is_before(state.config.period, period):
        raise CampaignError(
            f"{period.text()} does not lie before {state.config.period.text()}", hint="a round is carried over into a later one"
        )


def is_before(period: Period, other: Period) -> bool:
    """Return whether a period surely begins before another; False where the calendar does not tell."""
    spans = period.span(), other.span()
    if spans[0] is not None and spans[1] is not None:
        begins, follows = spans[0].start.first(), spans[1].start.first()
        return begins is not None and follows is not None and begins < follows
    if period.kind != other.kind or period.year is None or other.year is None:
        return period.year is not None and other.year is not None and period.year < other.year
    return (period.year, period.number or 0) < (other.year, other.number or 0)


def check_appeal(state: CampaignState, appeal: Appeal, result: Result | None) -> None:
    """Refuse an appeal of a unit that did not fail, against what it did not fail, dated before the failure, or known already."""
    if appeal.id in state.appeals:
        raise CampaignError(f"the appeal {appeal.id!r} is recorded already")
    if result is None or result.outcome != "failed":
        raise CampaignError(f"{appeal.subject!r} appeals and did not fail in the tier {appeal.tier!r}")
    unknown = [name for name in appeal.indicators if name not in result.problems]
    if unknown:
        raise CampaignError(
            f"the appeal of {appeal.subject!r} is against {unknown[0]!r}, which was not confirmed",
            hint=f"confirmed are {', '.join(result.problems)}",
        )
    at = evidence_at(result)
    if at is not None and appeal.at < at:
        raise CampaignError(f"the appeal of {appeal.subject!r} is of {appeal.at}, before the failure was observed ({at})")


def check_appeal_answer(state: CampaignState, answer: AppealAnswer) -> None:
    """Refuse an answer to no appeal, a second answer, or one dated before the appeal."""
    appeal = state.appeals.get(answer.appeal)
    if appeal is None:
        raise CampaignError(f"there is no appeal {answer.appeal!r}", hint="record it with add_appeals")
    if answer.appeal in state.appeal_answers:
        raise CampaignError(f"the appeal {answer.appeal!r} is answered already")
    if answer.at < appeal.at:
        raise CampaignError(f"the answer to {answer.appeal!r} is of {answer.at}, before the appeal ({appeal.at})")
