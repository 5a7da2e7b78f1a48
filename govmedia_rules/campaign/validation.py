"""Validation of what is recorded in a campaign; each function raises `CampaignError` with what to do instead.

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


def without_blanks(text: str) -> str:
    """Return an id without white space and casefolded, for comparison."""
    return "".join(text.split()).casefold()


def check_unit(state: CampaignState, subject: Site | Account, tier: str) -> Site | Account:
    """Return the member of the population that a unit is, or the unit itself when the population does not list it.

    An account that is written with or without its owner is the member of that name and platform where there is only one; a site
    of which only the name is written is the only member of that name.

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
    elif subject.id == subject.name:
        member = state.members.get((tier, state.unit_id(tier, subject.id)))
        if member is not None:
            return member
    known = state.names_without_blanks(tier).get(without_blanks(subject.id))
    if known is not None:
        raise CampaignError(
            f"{subject.id!r} is {known!r} but for blanks or case",
            hint="write it as the registry does, or mend the registry",
            zh=f"{subject.id!r} 与 {known!r} 只差空格或大小写",
            hint_zh="写法应与登记库一致，或改登记库",
        )
    kind = subject_kind(subject)
    if state.is_listed_whole(tier, kind):
        raise CampaignError(
            f"{subject.id!r} is no member of the population of {kind}s in the tier {tier!r}",
            hint="add it with add_members if it belongs to the population, or check its name, platform and code",
            zh=f"{subject.id!r} 不在 {tier!r} 层级的 {kind} 总体中",
            hint_zh="属于总体的用 add_members 加入，否则核对名称、平台和标识码",
        )
    return subject


def check_inspection(state: CampaignState, inspection: Inspection, tier: str) -> Site | Account:
    """Refuse an inspection of a unit outside the population or at a monitoring point outside the window; return its subject."""
    subject = inspection.subject
    if not isinstance(subject, Site | Account):
        raise CampaignError(
            f"{subject.id!r} is a supervising office",
            hint="a campaign holds sites and accounts; inspect the office by itself",
            zh=f"{subject.id!r} 是监管单位",
            hint_zh="一轮检查只含网站和账号；监管单位请单独检查",
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
            raise CampaignError(
                f"{wrong[0]!r} is asked of {other}s, and {subject!r} is {_article(kind)}",
                zh=f"{wrong[0]!r} 检查的是 {other}，而 {subject!r} 是 {kind}",
            )


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
            zh=f"{subject!r} 的结果是 {day} 的，早于检查期间 {window.text()}",
            hint_zh="请更正日期，或更正设置里的期间",
        )
    if last is not None and day > last and not may_follow:
        raise CampaignError(
            f"the result of {subject!r} is of {day}, after the inspection window {window.text()}",
            hint="record a later look as a re-check (recheck), or correct the window of the config",
            zh=f"{subject!r} 的结果是 {day} 的，晚于检查期间 {window.text()}",
            hint_zh="以后的检查请作为复查记录（recheck），或更正设置里的期间",
        )


def check_review(state: CampaignState, review: Review, tier: str) -> None:
    """Refuse a review of nothing: of an unknown unit, indicator or monitoring point, or dated before what it answers."""
    record = state.units.get((tier, review.subject))
    if record is None:
        raise CampaignError(
            f"a review is of {review.subject!r}, of which nothing is known in the tier {tier!r}",
            hint="add its inspection or report first",
            zh=f"有复核针对 {review.subject!r}，而 {tier!r} 层级没有它的任何记录",
            hint_zh="请先加入它的检查结果",
        )
    check_kind(subject_kind(record.subject), (review.indicator,), review.subject)
    answered = list(_answered_at(record, review.indicator))
    if not answered:
        raise CampaignError(
            f"a review is of {review.indicator!r}, which nothing recorded of {review.subject!r} asks",
            hint="name an indicator of its rulebook or of a fault reported of it",
            zh=f"有复核针对 {review.indicator!r}，而 {review.subject!r} 的记录没有检查这一项",
            hint_zh="请写它的指标体系里的指标，或报送的问题所属的指标",
        )
    if review.observed_at is not None and review.observed_at not in record.points:
        raise CampaignError(
            f"a review of {review.subject!r} is of the monitoring point {review.observed_at}, which the campaign does not have",
            zh=f"{review.subject!r} 的复核属于监测时间点 {review.observed_at}，本轮检查没有这个时间点",
        )
    if review.at < min(answered) or (review.observed_at is not None and review.at < review.observed_at):
        raise CampaignError(
            f"the review of {review.subject!r} ({review.indicator}) is of {review.at}, before what it answers ({min(answered)})",
            zh=f"{review.subject!r} 的复核（{review.indicator}）是 {review.at} 的，早于它所答复的内容（{min(answered)}）",
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
        raise CampaignError(
            f"a ruling is of {ruling.subject!r}, of which nothing is known in the tier {ruling.tier!r}",
            zh=f"有裁定针对 {ruling.subject!r}，而 {ruling.tier!r} 层级没有它的任何记录",
        )
    if record is None:
        return
    results = [report.at for report in record.reported]
    if record.inspection is not None:
        results.append(record.inspection.observed_at)
    if results and ruling.at < min(results):
        raise CampaignError(
            f"the ruling of {ruling.subject!r} is of {ruling.at}, before what it answers ({min(results)})",
            zh=f"{ruling.subject!r} 的裁定是 {ruling.at} 的，早于它所答复的内容（{min(results)}）",
        )


def check_recheck(task: Task | None, subject: str, recheck: Recheck, tier: str) -> None:
    """Refuse a re-check without a task, before its task, or of an indicator the task does not name."""
    if task is None:
        raise CampaignError(
            f"{subject!r} has no task in the tier {tier!r}",
            hint="issue() makes the tasks",
            zh=f"{subject!r} 在 {tier!r} 层级没有整改任务",
            hint_zh="任务由 issue() 下达",
        )
    if task.withdrawn_at is not None:
        raise CampaignError(
            f"the task of {subject!r} is withdrawn: its failure was dismissed on {task.withdrawn_at}",
            zh=f"{subject!r} 的整改任务已撤销：其问题于 {task.withdrawn_at} 被驳回",
        )
    if recheck.at.date() < task.issued:
        raise CampaignError(
            f"the re-check of {subject!r} is of {recheck.at.date()}, before its task ({task.issued})",
            zh=f"{subject!r} 的复查是 {recheck.at.date()} 的，早于任务（{task.issued}）",
        )
    unknown = [name for name in recheck.indicators if name not in task.indicators]
    if unknown:
        raise CampaignError(
            f"the re-check of {subject!r} names {unknown[0]!r}, which its task does not",
            hint=f"it names {', '.join(task.indicators)}",
            zh=f"{subject!r} 的复查写了 {unknown[0]!r}，任务里没有",
            hint_zh=f"任务里有：{'、'.join(task.indicators)}",
        )


def check_carry_over(state: CampaignState, title: str, period: Period) -> None:
    """Refuse a round that was carried over already, or whose period is not before this one."""
    if (title, period) in state.carried_rounds:
        raise CampaignError(f"{title} ({period.text()}) was carried over already", zh=f"{title}（{period.text()}）已结转过")
    if period == state.config.period or is_before(state.config.period, period):
        raise CampaignError(
            f"{period.text()} does not lie before {state.config.period.text()}",
            hint="a round is carried over into a later one",
            zh=f"{period.text()} 不早于 {state.config.period.text()}",
            hint_zh="一轮检查只能结转到以后的一轮",
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
        raise CampaignError(f"the appeal {appeal.id!r} is recorded already", zh=f"申诉 {appeal.id!r} 已记录过")
    if result is None or result.outcome != "failed":
        raise CampaignError(
            f"{appeal.subject!r} appeals and did not fail in the tier {appeal.tier!r}",
            zh=f"{appeal.subject!r} 提出申诉，但它在 {appeal.tier!r} 层级没有不合格",
        )
    unknown = [name for name in appeal.indicators if name not in result.problems]
    if unknown:
        raise CampaignError(
            f"the appeal of {appeal.subject!r} is against {unknown[0]!r}, which was not confirmed",
            hint=f"confirmed are {', '.join(result.problems)}",
            zh=f"{appeal.subject!r} 的申诉针对 {unknown[0]!r}，而这一项没有被确认",
            hint_zh=f"已确认的有：{'、'.join(result.problems)}",
        )
    at = evidence_at(result)
    if at is not None and appeal.at < at:
        raise CampaignError(
            f"the appeal of {appeal.subject!r} is of {appeal.at}, before the failure was observed ({at})",
            zh=f"{appeal.subject!r} 的申诉是 {appeal.at} 的，早于发现问题的时间（{at}）",
        )


def check_appeal_answer(state: CampaignState, answer: AppealAnswer) -> None:
    """Refuse an answer to no appeal, a second answer, or one dated before the appeal."""
    appeal = state.appeals.get(answer.appeal)
    if appeal is None:
        raise CampaignError(
            f"there is no appeal {answer.appeal!r}",
            hint="record it with add_appeals",
            zh=f"没有申诉 {answer.appeal!r}",
            hint_zh="请先用 add_appeals 记录",
        )
    if answer.appeal in state.appeal_answers:
        raise CampaignError(f"the appeal {answer.appeal!r} is answered already", zh=f"申诉 {answer.appeal!r} 已答复过")
    if answer.at < appeal.at:
        raise CampaignError(
            f"the answer to {answer.appeal!r} is of {answer.at}, before the appeal ({appeal.at})",
            zh=f"对 {answer.appeal!r} 的答复是 {answer.at} 的，早于申诉（{appeal.at}）",
        )
