"""Write the notice of a round: figures from the campaign, words from the draft, as a typed `Notice`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from govmedia_rules.campaign.attachments import attachment, writing_words
from govmedia_rules.campaign.config import Tier
from govmedia_rules.campaign.draft import CountsDraft, GroupsDraft, NoticeDraft, ProblemDraft, RateDraft
from govmedia_rules.campaign.groups import REST, TOTAL, Part, against_rest
from govmedia_rules.campaign.issues import issues_of
from govmedia_rules.campaign.results import OPEN_OUTCOMES, OUTCOME_ZH, UnitOutcome, reported_faults
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.statistics import Ratio, Stat
from govmedia_rules.campaign.tasks import Task
from govmedia_rules.campaign.units import Fault, subject_kind, type_of
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.core.rates import Rounding, read_figure
from govmedia_rules.errors import CampaignError, NoticeError
from govmedia_rules.judge.finding import is_under
from govmedia_rules.notices.figures import Count, Group, InspectedPopulation, Outcome, OutcomeKind, PeriodComparison, Rate
from govmedia_rules.notices.model import Figure, Named, Notice, Problem, ReportedRecheck
from govmedia_rules.subjects.models import Account, Site

KIND_ZH: Mapping[SubjectKind, str] = {"site": "政府网站", "account": "政务新媒体"}


def write(campaign: CampaignView, draft: NoticeDraft) -> Notice:
    """Return the notice of a round.

    Args:
        campaign: The round.
        draft: What the office adds.

    Raises:
        CampaignError: Units are still open, or an inconsistency is, and the draft does not say how to go on.
        NoticeError: The draft asks for something the campaign does not know.
    """
    if campaign.open and draft.open_units == "refuse":
        names = "、".join(result.subject.name for result in campaign.open[:5])
        raise CampaignError(
            f"{len(campaign.open)} units are still 待定 or 待复核: {names}",
            hint='review them, or let the draft say open_units = "count"',
            zh=f"还有 {len(campaign.open)} 个单位待定或待复核：{names}",
            hint_zh="请复核，或在草稿里写 open_units = 'count'",
        )
    blocking = [issue.message() for issue in issues_of(campaign, draft) if issue.is_blocking]
    if blocking and draft.issues == "refuse":
        raise CampaignError(
            f"{len(blocking)} inconsistencies are open: {blocking[0]}",
            hint='mend them, answer them with answer_issue, or let the draft say issues = "print"',
            zh=f"还有 {len(blocking)} 处矛盾：{blocking[0]}",
            hint_zh="请改正，或用 answer_issue 答复，或在草稿里写 issues = 'print'",
        )
    terms = campaign.config
    counts = draft.counts or tuple(_usual_counts(campaign))
    return Notice(
        headline=_headline(campaign, draft, counts),
        issuer=draft.issuer,
        province=draft.province,
        number=draft.number,
        addressees=draft.addressees,
        citations=draft.citations,
        registries=terms.registries,
        period=terms.period,
        window=terms.window,
        statistics_at=terms.statistics_at,
        statistics_span=terms.statistics_span,
        signed_at=draft.signed_at,
        release=draft.release,
        populations=tuple(_population(campaign, block) for block in counts),
        figures=tuple(_figures(campaign)),
        recheck=_recheck(campaign, draft),
        problem_summary=draft.summary,
        problems=tuple(_problems(campaign, draft)),
        practices=draft.practices,
        headings=draft.headings,
        duties=draft.duties,
        deadlines=draft.deadlines,
        attachments=tuple(
            attachment(campaign, part, number if len(draft.attachments) > 1 else None)
            for number, part in enumerate(draft.attachments, 1)
        ),
        contacts=draft.contacts,
        draft_remarks=tuple(blocking),
    )


def _headline(campaign: CampaignView, draft: NoticeDraft, counts: Iterable[CountsDraft]) -> str | None:
    if draft.headline is not None:
        return draft.headline or None
    kinds = "与".join(title for kind, title in KIND_ZH.items() if any(block.subject == kind for block in counts))
    return f"{draft.issuer}关于{campaign.config.period.text()}{campaign.config.place}{kinds}检查情况的通报"


# --- counts -------------------------------------------------------------------------------------------------------------


def _usual_counts(campaign: CampaignView) -> Iterator[CountsDraft]:
    statistics = campaign.statistics(TOTAL)
    for tier in campaign.config.tiers:
        for kind in KIND_ZH:
            total = statistics.total(kind, tier=tier.id)
            if total.population is None and not total.inspected:
                continue
            rates = (RateDraft(kind="pass", label="总体合格率"),) if total.share("pass") is not None else ()
            yield CountsDraft(subject=kind, tier=tier.id, measure="running" if kind == "site" else "registered", rates=rates)


def _population(campaign: CampaignView, counts: CountsDraft) -> InspectedPopulation:
    terms = campaign.config
    try:
        tier = terms.tier(counts.tier)
    except KeyError:
        raise NoticeError(
            f"the draft asks for a tier {counts.tier!r}, which the campaign does not have",
            zh=f"草稿要 {counts.tier!r} 层级，本轮检查没有这一层级",
        ) from None
    stat = campaign.statistics(TOTAL).total(counts.subject, tier=tier.id)
    filled = _tally(campaign, stat, counts, counts.rates, counts.outcomes, tier, is_population=True, is_inspected=True)
    coverage = stat.share("coverage")
    return InspectedPopulation.model_validate(
        {
            **filled,
            "subject": counts.subject,
            "scope": tier.scope,
            "label": counts.label or tier.label or f"{terms.place}{KIND_ZH[counts.subject]}",
            "count_basis": tier.count_basis,
            "stage": tier.stage,
            "method": tier.method,
            "extent": None if coverage is None else "full" if coverage.part >= coverage.whole else "sampled",
            "groups": [group for division in counts.groups for group in _groups(campaign, counts, division, tier)],
        }
    )


def _groups(campaign: CampaignView, counts: CountsDraft, parts: GroupsDraft, tier: Tier) -> Iterator[Group]:
    if parts.overlap and parts.classes is not None:
        divisions = [against_rest(parts.dimension, group) for group in parts.classes]
    else:
        divisions = [Part(dimension=parts.dimension, classes=parts.classes)]
    for part in divisions:
        groups = campaign.statistics(part).groups(counts.subject, part, tier=tier.id)
        unplaced = groups.unplaced
        unknown = (unplaced.population or 0) if parts.population else 0
        if parts.inspected or parts.outcomes or parts.rates:
            unknown = max(unknown, unplaced.inspected)
        if unknown:
            raise NoticeError(
                f"of {unknown} units the {parts.dimension} is not known, so {counts.subject}s cannot be divided by it",
                hint="tell it, or leave the division out",
                zh=f"有 {unknown} 个单位的 {parts.dimension} 未知，不能按它划分",
                hint_zh="请补上，或去掉这项划分",
            )
        names = (
            [key[0] for key in groups] if part.classes is None else [group.label for group in part.classes if group.label != REST]
        )
        for name in names:
            label = part.label_of(name)
            filled = _tally(
                campaign,
                groups.find(name),
                counts,
                parts.rates,
                parts.outcomes,
                tier,
                group=label,
                is_population=parts.population,
                is_inspected=parts.inspected,
            )
            dimension = "region" if parts.dimension == "area" else parts.dimension
            yield Group.model_validate(
                {
                    **filled,
                    "subject": counts.subject,
                    "label": label,
                    "dimension": dimension,
                    "key": part.key_of(name),
                    "measure": counts.measure,
                }
            )


def _tally(
    campaign: CampaignView,
    stat: Stat,
    counts: CountsDraft,
    rates: Sequence[RateDraft],
    outcomes: Sequence[OutcomeKind],
    tier: Tier,
    *,
    group: str = "",
    is_population: bool,
    is_inspected: bool,
) -> dict[str, object]:
    """Return the counts and rates of a population or a part of it, as fields of a `Tally`."""
    shown: list[UnitOutcome] = [
        outcome
        for outcome in OUTCOME_ZH
        if outcome in outcomes or (stat.outcomes[outcome] and not group and not counts.only and outcome != "closed")
    ]
    if stat.is_partial or not stat.inspected:
        # Where nothing was inspected, "合格0个，不合格0个" would read as a result.
        shown = [outcome for outcome in shown if stat.outcomes[outcome]]
    outcome_counts = tuple(
        Outcome(
            kind="other" if outcome in OPEN_OUTCOMES else cast("OutcomeKind", outcome),
            label=counts.words.get(cast("OutcomeKind", outcome)) or _label(campaign, counts, outcome),
            count=Count(value=stat.outcomes[outcome]),
            note=_note(campaign, counts, outcome),
        )
        for outcome in shown
    )
    known = is_population and stat.population is not None
    return {
        counts.measure: Count(value=stat.population) if known and stat.population is not None else None,
        "inspected": Count(value=stat.inspected) if is_inspected and stat.inspected and not stat.is_partial else None,
        "outcomes": outcome_counts,
        "rates": tuple(printed for rate in rates if (printed := _rate(campaign, stat, rate, counts, tier, group)) is not None),
    }


def _label(campaign: CampaignView, counts: CountsDraft, outcome: UnitOutcome) -> str:
    blocks = campaign.counted_results
    labels = (
        block.label for block in blocks if (block.tier, block.subject, block.outcome) == (counts.tier, counts.subject, outcome)
    )
    return next((label for label in labels if label), OUTCOME_ZH[outcome])


def _note(campaign: CampaignView, counts: CountsDraft, outcome: UnitOutcome) -> str | None:
    blocks = campaign.counted_results
    remarks = {
        block.remark for block in blocks if (block.tier, block.subject, block.outcome) == (counts.tier, counts.subject, outcome)
    }
    return next(iter(remarks)) or None if len(remarks) == 1 else None


def _rate(campaign: CampaignView, stat: Stat, rate: RateDraft, counts: CountsDraft, tier: Tier, group: str) -> Rate | None:
    terms = campaign.config
    share = campaign.printed_share(stat, rate.kind)
    if share is None:
        if stat.open:
            return None
        raise NoticeError(
            f"the draft asks for {rate.label!r}, and the numbers behind it are not known",
            zh=f"草稿要“{rate.label}”，而算它所需的数未知",
        )
    compared: tuple[PeriodComparison, ...] = ()
    if rate.compared:
        compared = campaign.comparisons(counts.subject, rate.kind, tier=tier.id, share=share, group=group, unit=rate.unit)
    text = share.text(terms.rounding)
    return Rate(kind=rate.kind, label=rate.label, figure=read_figure(text), text=text, of=group or None, comparisons=compared)


# --- other figures ------------------------------------------------------------------------------------------------------


def _figures(campaign: CampaignView) -> Iterator[Figure]:
    terms = campaign.config
    if campaign.disclosures:
        tally = campaign.disclosure_tally
        if tally.total is not None:
            yield Figure(label="主动公开信息", count=Count(value=tally.total), unit="条")
        if tally.done is not None:
            share = tally.on_time_rate
            rates = () if share is None else (_plain_rate("completion", "按时办结率", share, terms.rounding),)
            yield Figure(label="办结依申请公开", count=Count(value=tally.done), unit="件", rates=rates)
    if campaign.letters:
        letters = campaign.letter_tally
        if letters.done is not None:
            yield Figure(label="办结网民留言", count=Count(value=letters.done), unit="条")
        if letters.pending:
            yield Figure(label="未办结网民留言", count=Count(value=letters.pending), unit="条")


def _plain_rate(kind: str, label: str, share: Ratio, rounding: Rounding) -> Rate:
    text = share.text(rounding)
    return Rate.model_validate({"kind": kind, "label": label, "figure": read_figure(text), "text": text})


# --- problems -----------------------------------------------------------------------------------------------------------


class _UnitFault(NamedTuple):
    subject: Site | Account
    fault: Fault


def confirmed_problems(campaign: CampaignView) -> list[_UnitFault]:
    """Return every confirmed problem of every unit: those found by unit, then those reported in the order recorded."""
    results = campaign.results
    problems: list[_UnitFault] = []
    confirmed: set[tuple[str, str, Fault]] = set()
    for entry in campaign.units:
        result = results.get((entry.tier, entry.subject.id))
        for fault in result.faults() if result is not None else reported_faults(entry):
            if any(fault in report.faults for report in entry.reported):
                confirmed.add((entry.tier, entry.subject.id, fault))
            else:
                problems.append(_UnitFault(entry.subject, fault))
    names = {(entry.tier, entry.subject.id): entry.subject for entry in campaign.units}
    for report in campaign.reported:
        key = report.tier, report.subject.id
        problems.extend(_UnitFault(names[key], fault) for fault in report.faults if (*key, fault) in confirmed)
    return problems


def _problems(campaign: CampaignView, draft: NoticeDraft) -> Iterator[Problem]:
    problems = confirmed_problems(campaign)
    if draft.problems:
        for problem in draft.problems:
            yield _drafted(problem, problems)
        return
    kinds: dict[str, dict[tuple[str, str], list[_UnitFault]]] = {}
    for each in problems:
        heading = each.fault.heading or _heading(each.fault.indicator_ids)
        kinds.setdefault(heading, {}).setdefault((subject_kind(each.subject), each.fault.wording), []).append(each)
    # Headings of the library have their own order; those a report brings stand in the order recorded, before them.
    ranks = {word["title"]: rank for rank, word in enumerate(writing_words()["heading"])}
    for heading in sorted(kinds, key=lambda kind: ranks.get(kind, -1)):
        for (_, wording), kind in kinds[heading].items():
            yield _drafted(ProblemDraft(heading=heading, wording=wording), kind, is_chosen=True)


def _heading(indicators: Sequence[str]) -> str:
    for word in writing_words()["heading"]:
        if not word["families"] or any(is_under(name, family) for name in indicators for family in word["families"]):
            return str(word["title"])
    raise AssertionError("the last heading takes all")


def _drafted(draft: ProblemDraft, problems: Sequence[_UnitFault], *, is_chosen: bool = False) -> Problem:
    chosen_problems = [problem for problem in problems if is_chosen or _is_about(draft, problem)]
    subjects = {problem.subject.id: problem for problem in chosen_problems}
    chosen = list(subjects.values())
    if draft.examples:
        by_name = {subject.subject.name: subject for subject in chosen}
        missing = [name for name in draft.examples if name not in by_name]
        if missing:
            raise NoticeError(
                f"the draft names {'、'.join(missing)} for {draft.wording!r}, which the campaign does not know",
                zh=f"草稿在“{draft.wording}”里用了{'、'.join(missing)}，本轮检查没有这些内容",
            )
        chosen = [by_name[name] for name in draft.examples]
    chosen = chosen[: draft.most_named]
    ids = dict.fromkeys(name for problem in chosen_problems for name in problem.fault.indicator_ids)
    indicators = tuple(id for id in ids if not draft.indicators or any(is_under(id, family) for family in draft.indicators))
    kinds = {subject_kind(problem.subject) for problem in chosen_problems} or (
        {draft.subject} if draft.subject is not None else set()
    )
    share = None
    if draft.share:
        share = Rate(kind="share", text=draft.share, bound=draft.bound)
    return Problem.model_validate(
        {
            "wording": draft.wording,
            "heading": draft.heading,
            "kind": next(iter(kinds)) if len(kinds) == 1 else None,
            "named": tuple(_named(subject.subject) for subject in chosen),
            "is_open": len(chosen) < len(subjects) or any(problem.fault.is_one_of_several for problem in chosen_problems),
            "stated_count": Count(value=len(subjects)) if draft.states_count else None,
            "share": share,
            "indicator_ids": indicators or draft.indicators,
        }
    )


def _is_about(draft: ProblemDraft, problem: _UnitFault) -> bool:
    if draft.subject not in (None, subject_kind(problem.subject)):
        return False
    if not draft.indicators:
        return problem.fault.wording == draft.wording
    return any(is_under(name, family) for name in problem.fault.indicator_ids for family in draft.indicators)


def _named(subject: Site | Account) -> Named:
    if isinstance(subject, Site):
        return Named(name=subject.name, kind="site", owner=subject.owner, area=subject.area)
    return Named(
        name=subject.name,
        kind="account",
        platform=subject.platform,
        platform_text=type_of(subject),
        owner=subject.owner,
        area=subject.area,
    )


def _recheck(campaign: CampaignView, draft: NoticeDraft) -> ReportedRecheck | None:
    carried = campaign.carried
    periods = list(dict.fromkeys(task.period for task, _ in carried))
    before = periods[-1] if periods else None
    if draft.recheck is not None or not carried:
        return (
            None
            if not draft.recheck
            else ReportedRecheck(period=before, text=draft.recheck, result="other" if carried else "announced")
        )
    whole = f"{'、'.join(period.text() for period in periods)}通报的{len(carried)}个不合格单位"
    named = [task for task, kind in carried if kind in ("persisting", "relapsed")]
    unseen = sum(kind == "lost_sight" for _, kind in carried)
    done = sum(kind == "resolved" for _, kind in carried)
    closed = any(kind == "resolved" and task.rechecks and task.rechecks[-1].outcome == "closed" for task, kind in carried)
    mended = "均已整改或注销" if closed else "均已整改"
    said = [
        _quoted([task for task, kind in carried if kind == of]) + words
        for of, words in (("persisting", "尚未整改到位"), ("relapsed", "整改后又出现问题（反弹）"))
        if any(kind == of for _, kind in carried)
    ]
    if unseen:
        said.append(f"{unseen}个本期未再检查")
    result = "all_rectified" if not said else "all_but_named" if done else "other"
    if not said:
        text = f"{whole}{mended}。"
    elif done:
        text = f"{whole}，除{'，'.join(said)}外，其余{done}个{mended}。"
    else:
        text = f"{whole}中，{'，'.join(said)}。"
    return ReportedRecheck.model_validate(
        {
            "period": before,
            "text": text,
            "result": result,
            "not_rectified": tuple(Named(name=task.name, kind=task.kind) for task in named),
        }
    )


def _quoted(tasks: Sequence[Task]) -> str:
    return "、".join(f"“{task.name}”" for task in tasks)
