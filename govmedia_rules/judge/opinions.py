"""Match reviews and waivers to observations, and record which were refused and why."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from govmedia_rules.checks.contract import CheckSpec, Evidence
from govmedia_rules.errors import (
    ArgumentError,
    ExpiredWaiver,
    SharedId,
    UnusedReview,
    UnusedWaiver,
    Where,
    closest,
    kind_text,
    kind_text_zh,
)
from govmedia_rules.judge.engine import PlanResult
from govmedia_rules.judge.reviews import Refusal, Review, Waiver, in_order
from govmedia_rules.rules.model import Indicator, Plan
from govmedia_rules.snapshots.kinds import word
from govmedia_rules.subjects.models import Account, AnySubject, Site, has_certain_id, ids_of, is_same_unit


class Given(NamedTuple):
    """The reviews and waivers that apply to one observation.

    Attributes:
        reviews: Reviews of each indicator, in order of time.
        waivers: Waivers of the subject, those not in force too.
        refused: Reviews and waivers of the subject that were not applied.
    """

    reviews: Mapping[str, tuple[Review, ...]] = {}
    waivers: tuple[Waiver, ...] = ()
    refused: tuple[Refusal, ...] = ()


NOTHING = Given()
_SHOWN_PLACES = 5
"""Places that a warning of unused reviews names."""


class _Numbered(NamedTuple):
    review: Review
    where: Where | None


class Opinions:
    """Reviews and waivers of many subjects, and whether each was used.

    Args:
        plan: The plan that is judged by.
        reviews: What people said; what `read_reviews` gives keeps its lines.
        waivers: Documents that excuse failures.
        by_present_id: Whether an id that an earlier release gave names nobody, because not all subjects are known together.
    """

    def __init__(self, plan: Plan, reviews: Iterable[Review], waivers: Iterable[Waiver], *, by_present_id: bool = False) -> None:
        self._plan = plan
        self._by_present_id = by_present_id
        self._by_subject: dict[str, list[_Numbered]] = defaultdict(list)
        self._by_passage: dict[str, list[Review]] = defaultdict(list)
        self._waivers: dict[str, list[Waiver]] = defaultdict(list)
        self._seen: set[str] = set()
        self._times: dict[str, list[datetime]] = {}
        self._points: dict[str, set[datetime]] = defaultdict(set)
        self._answered: dict[int, datetime] = {}
        self._bearers: dict[str, set[str]] = defaultdict(set)
        self._given_ids: dict[str, Site | Account] = {}
        self._shared_ids: set[str] = set()
        self.refused: list[Refusal] = list(getattr(reviews, "refused", ())) + list(getattr(waivers, "refused", ()))
        self._add_reviews(reviews)
        self._add_waivers(waivers)

    def __bool__(self) -> bool:
        return bool(self._by_subject or self._by_passage or self._waivers or self.refused)

    @property
    def asks_for_all(self) -> bool:
        """Whether all observations must be known ahead: a review may answer a later one, and one id may name several units."""
        return bool(self._by_subject or self._waivers)

    def observe(self, subject: AnySubject, observed_at: datetime) -> None:
        """Register one observation before judging; see `asks_for_all`."""
        self.note_id(subject)
        for name in ids_of(subject):
            if name in self._by_subject or name in self._waivers:
                self._times.setdefault(subject.id, []).append(observed_at)
                self._points[name].add(observed_at)
                self._bearers[name].add(subject.id)

    def note_id(self, subject: AnySubject) -> None:
        """Register the unit of an id that is no code, and warn where another unit bore the id before."""
        if not isinstance(subject, Site | Account) or subject.id in self._shared_ids or subject.id == subject.code:
            return
        if not has_certain_id(subject) and not any(name in self._by_subject or name in self._waivers for name in ids_of(subject)):
            return  # ids made of names are kept only where somebody said something of them
        other = self._given_ids.setdefault(subject.id, subject)
        if subject.url and not other.url:
            self._given_ids[subject.id] = subject  # of two at different addresses, one without an address may be either
        if not is_same_unit(subject, other):
            self._shared_ids.add(subject.id)
            text = f"the id {subject.id!r} stands for {other.name} and for {subject.name}; give each unit its own"
            zh = f"标识 {subject.id!r} 既指{other.name}又指{subject.name}；请给每个单位各自的标识"
            warnings.warn(SharedId(text, zh), stacklevel=4)

    def of(self, subject: AnySubject, observed_at: datetime, result: PlanResult) -> Given:
        """Return the reviews and waivers of one observation.

        Args:
            subject: The subject.
            observed_at: Its monitoring point.
            result: What the plan says of the snapshot.
        """
        if not self:
            return NOTHING
        names = ids_of(subject)
        self._seen.update(names)
        refused = [refusal for refusal in self.refused if refusal.item is not None and refusal.item.subject in names]
        fitting: list[_Numbered] = []
        given = [each for name in names for each in self._by_subject.get(name, ())]
        for name in {each.review.subject for each in given}:
            self._points[name].add(observed_at)
        for review, where in given:
            if self._is_shared(review.subject, subject.id):
                refused.append(_ambiguous(review, where))
                continue
            indicator = self._indicator(review.indicator)
            if indicator is None:
                continue
            refusal = self._refusal_for(review, where, indicator, observed_at, result)
            if refusal is not None:
                refused.append(refusal)
            elif self._belongs(review, subject.id, observed_at):
                fitting.append(_Numbered(review, where))
        contradicting = self._contradicting([review for review, _ in fitting])
        refused += [_contradiction(review, where) for review, where in fitting if review in contradicting]
        usable = [review for review, _ in fitting if review not in contradicting]
        reviews = self._by_indicator(usable, result, observed_at.date())
        waivers = [waiver for name in names for waiver in self._waivers.get(name, ())]
        shared = [waiver for waiver in waivers if self._is_shared(waiver.subject, subject.id)]
        refused += [_ambiguous(waiver, None) for waiver in shared]
        return Given(reviews, tuple(waiver for waiver in waivers if waiver not in shared), tuple(refused))

    def _is_shared(self, name: str, subject_id: str) -> bool:
        """Return whether an id names several subjects, so that an opinion under it fits none of them."""
        if name == subject_id or self._by_present_id:
            return name in self._shared_ids or name != subject_id
        self._bearers[name].add(subject_id)
        return len(self._bearers[name]) > 1

    def warn_of(self, waivers: Sequence[Waiver], observed_at: datetime, waived: Iterable[str]) -> None:
        """Warn of waivers that are not in force or match no finding.

        Args:
            waivers: Waivers of a subject.
            observed_at: Its monitoring point.
            waived: Ids of the indicators that failed and are excused.
        """
        excused = set(waived)
        for waiver in waivers:
            day = observed_at.date()
            if waiver.granted > day:
                text = f"waiver {waiver.id} for {waiver.subject} is not in force before {waiver.granted}"
                zh = f"{waiver.subject} 的豁免 {waiver.id} 自 {waiver.granted} 起生效，此前无效"
                warnings.warn(ExpiredWaiver(text, zh), stacklevel=3)
            elif waiver.expires < day:
                text = f"waiver {waiver.id} for {waiver.subject} lapsed on {waiver.expires}"
                zh = f"{waiver.subject} 的豁免 {waiver.id} 已于 {waiver.expires} 到期"
                warnings.warn(ExpiredWaiver(text, zh), stacklevel=3)
            elif not excused & set(waiver.indicators):
                text = f"waiver {waiver.id} for {waiver.subject} covers nothing that failed"
                zh = f"{waiver.subject} 的豁免 {waiver.id} 没有涉及任何不通过的项"
                warnings.warn(UnusedWaiver(text, zh), stacklevel=3)

    def warn_of_unused(self) -> None:
        """Warn of opinions on subjects that were not among the input, and of reviews of other observations than those inspected."""
        for subject_id in sorted(self._waivers.keys() - self._seen):
            text, zh = f"waivers for {subject_id}, which was not inspected", f"有豁免针对 {subject_id}，而它没有被检查"
            warnings.warn(UnusedWaiver(text, zh), stacklevel=3)
        for subject_id in sorted(self._by_subject.keys() - self._seen):
            given = [each for each in self._by_subject[subject_id] if each.review.passage is None]
            if not given:
                continue
            text, zh = f"reviews of {subject_id}, which was not inspected", f"有复核针对 {subject_id}，而它没有被检查"
            _warn_of_unused(text, zh, given)
        for subject_id in sorted(self._by_subject.keys() & self._seen):
            given = [each for each in self._by_subject[subject_id] if self._answers_nothing(each.review)]
            if given:
                text = f"{len(given)} reviews of {subject_id} belong to none of its observations that were inspected"
                zh = f"{subject_id} 的{len(given)}条复核不属于本次检查的任何一个监测时间点"
                _warn_of_unused(text, zh, given)

    def _answers_nothing(self, review: Review) -> bool:
        points = self._points[review.subject]
        if review.passage is not None or not points:
            return False
        return review.at < min(points) if review.observed_at is None else review.observed_at not in points

    # --- which are usable at all ---

    def _add_reviews(self, reviews: Iterable[Review]) -> None:
        usable: list[_Numbered] = []
        for review, where in _placed(reviews):
            if not isinstance(review, Review):
                raise _no_opinion(review, "reviews", "复核结果", "read_reviews(path), Review(…)")
            refusal = self._always_refused(review, where)
            if refusal is not None:
                self.refused.append(refusal)
            else:
                usable.append(_Numbered(review, where))
        for review, where in self._without_contradictions(usable):
            self._by_subject[review.subject].append(_Numbered(review, where))
            if review.passage is not None:
                self._by_passage[review.passage].append(review)

    def _add_waivers(self, waivers: Iterable[Waiver]) -> None:
        for waiver, where in _placed(waivers):
            if not isinstance(waiver, Waiver):
                raise _no_opinion(waiver, "waivers", "豁免", "read_waivers(path), Waiver(…)")
            unknown = [name for name in waiver.indicators if self._is_unknown(name)]
            if unknown:
                self.refused.append(self._no_indicator(waiver, unknown[0], where))
            if len(unknown) < len(waiver.indicators):
                self._waivers[waiver.subject].append(waiver)

    def _always_refused(self, review: Review, where: Where | None) -> Refusal | None:
        """Return why a review can be applied to no observation; None when it can."""
        if self._is_unknown(review.indicator):
            return self._no_indicator(review, review.indicator, where)
        if review.observed_at is not None and review.at < review.observed_at:
            detail = f"the review of {review.at.isoformat()} is dated before the observation of {review.observed_at.isoformat()}"
            zh = f"复核时间 {review.at.isoformat()} 早于监测时间点 {review.observed_at.isoformat()}"
            return Refusal(review, "before_observation", detail, where, zh)
        indicator = self._indicator(review.indicator)
        if indicator is None:
            return None
        kinds = self._fault_kinds(indicator)
        unknown = [kind for kind in review.faults if kind not in kinds]
        if unknown:
            known = f"it counts {', '.join(kinds)}" if kinds else "it counts none"
            detail = f"{indicator.id} counts no faults of the kind {unknown[0]!r}; {known}"
            known_zh = f"统计的有 {'、'.join(kinds)}" if kinds else "不统计任何问题"
            zh = f"{indicator.id} 不统计 {unknown[0]!r} 这种问题；{known_zh}"
            return Refusal(review, "unknown_fault", detail, where, zh)
        return None

    def _without_contradictions(self, usable: Sequence[_Numbered]) -> Iterator[_Numbered]:
        """Leave out reviews that contradict each other at the same instant: neither can be said to be the last."""
        decisions: dict[tuple[object, ...], set[str]] = defaultdict(set)
        for review, _ in usable:
            decisions[_target(review)].add(review.decision)
        for review, where in usable:
            if len(decisions[_target(review)]) == 1:
                yield _Numbered(review, where)
            else:
                self.refused.append(_contradiction(review, where))

    def _contradicting(self, fitting: Sequence[Review]) -> list[Review]:
        """Return reviews of one observation that contradict each other at one instant, whichever id or point they name it by."""
        decisions: dict[tuple[object, ...], set[str]] = defaultdict(set)
        named = [self._indicator(review.indicator) for review in fitting]
        targets = [(each.id if each else "", review.entry, review.at) for each, review in zip(named, fitting, strict=True)]
        for target, review in zip(targets, fitting, strict=True):
            decisions[target].add(review.decision)
        return [review for target, review in zip(targets, fitting, strict=True) if len(decisions[target]) > 1]

    def _is_unknown(self, name: str) -> bool:
        # A narrower book may leave an indicator out on purpose; only an id no layer knows is a mistake.
        left_out = (known for indicator in self._plan.left_out for known in (indicator.id, *indicator.aliases))
        return self._indicator(name) is None and name not in left_out

    def _indicator(self, name: str) -> Indicator | None:
        return self._plan.by_id.get(name) or self._plan.by_alias.get(name)

    def _no_indicator(self, item: Review | Waiver, name: str, where: Where | None) -> Refusal:
        close = closest(name, self._plan.by_id)
        detail = f"{self._plan.id} has no indicator {name!r}" + (f"; did you mean {close!r}?" if close else "")
        zh = f"{self._plan.id} 没有指标 {name!r}" + (f"；是否应为“{close}”？" if close else "")
        return Refusal(item, "unknown_indicator", detail, where, zh)

    def _fault_kinds(self, indicator: Indicator) -> list[str]:
        function = self._plan.functions.get(indicator.check or "")
        counted = CheckSpec.of(function).faults if function is not None else ()
        return list(dict.fromkeys((*counted, *indicator.deduct)))

    # --- which belong to an observation ---

    def _refusal_for(
        self, review: Review, where: Where | None, indicator: Indicator, observed_at: datetime, result: PlanResult
    ) -> Refusal | None:
        """Return why a review of this subject cannot be applied to it; None when it can or belongs to another observation."""
        kind = result.program.profile.subject
        if indicator.applies_to.subject != kind:
            detail = f"{indicator.id} is asked of a {indicator.applies_to.subject}, and {review.subject} is of the kind {kind}"
            asked, of = (word("subject", each, "zh") for each in (indicator.applies_to.subject, kind))
            zh = f"{indicator.id} 检查的是{asked}，而 {review.subject} 是{of}"
            return Refusal(review, "other_kind", detail, where, zh)
        if review.observed_at is None or review.observed_at != observed_at or review.covers_all:
            return None
        if any(review.covers(piece) for piece in _evidence_of(indicator, self._plan, result)):
            return None
        detail = f"{indicator.id} has no such candidate at {observed_at.isoformat()}: {review.passage or review.entry}"
        zh = f"{indicator.id} 在 {observed_at.isoformat()} 没有这条线索：{review.passage or review.entry}"
        return Refusal(review, "no_such_candidate", detail, where, zh)

    def _belongs(self, review: Review, subject_id: str, observed_at: datetime) -> bool:
        if review.passage is not None:
            return False  # found by its passage, for every subject
        if review.observed_at is not None:
            return review.observed_at == observed_at
        if review.at < observed_at:
            return False
        times = [time for time in self._times.get(subject_id, ()) if time <= review.at]
        if times:
            return max(times) == observed_at
        # Snapshots that come one by one: the first that fits is answered, and no other.
        return self._answered.setdefault(id(review), observed_at) == observed_at

    def _by_indicator(self, fitting: Sequence[Review], result: PlanResult, day: date) -> dict[str, tuple[Review, ...]]:
        reviews: dict[str, list[Review]] = defaultdict(list)
        for review in fitting:
            indicator = self._indicator(review.indicator)
            assert indicator is not None
            reviews[indicator.id].append(review)
        if self._by_passage:
            for name, remembered in remembered_reviews(self._plan, result, self._by_passage, day).items():
                reviews[name] += remembered
        return {name: in_order(given) for name, given in reviews.items()}


def remembered_reviews(
    plan: Plan, result: PlanResult, by_passage: Mapping[str, Sequence[Review]], day: date | None = None
) -> dict[str, list[Review]]:
    """Return decisions about passages that the answers hold and that have not expired on `day`, by indicator.

    A decision counts for indicators of one family: those whose ids end alike, such as `expression` of sites and accounts.
    """
    reviews: dict[str, list[Review]] = {}
    for position, answer in result.non_passing:
        indicator = plan.indicators[position]
        passages = dict.fromkeys(piece.passage for piece in answer.evidence if piece.passage is not None)
        known = [review for passage in passages for review in by_passage.get(passage, ()) if review.holds_on(day)]
        fitting = [review for review in known if _family(review.indicator) == _family(indicator.id)]
        # An address beside the passage narrows the review to that place.
        fitting = [review for review in fitting if any(review.covers(piece) for piece in answer.evidence)]
        if fitting:
            reviews[indicator.id] = fitting
    return reviews


def _warn_of_unused(text: str, zh: str, given: Sequence[_Numbered]) -> None:
    places = [where for _, where in given[:_SHOWN_PLACES] if where is not None and where.file is not None]
    if places:
        text += f" ({'; '.join(where.text('en') for where in places)})"
        zh += f"（{'；'.join(where.text('zh') for where in places)}）"
    warnings.warn(UnusedReview(text, zh), stacklevel=4)


def _ambiguous(item: Review | Waiver, where: Where | None) -> Refusal:
    detail = f"{item.subject} is the earlier id of several subjects; name the one that is meant by its present id"
    zh = f"{item.subject} 是几个对象以前的标识；请写现在的标识"
    return Refusal(item, "ambiguous_subject", detail, where, zh)


def _contradiction(review: Review, where: Where | None) -> Refusal:
    detail = f"two reviews of {review.indicator} contradict each other, both of {review.at.isoformat()}"
    zh = f"对 {review.indicator} 的两条复核同在 {review.at.isoformat()}，结论相反"
    return Refusal(review, "contradiction", detail, where, zh)


def _family(indicator_id: str) -> str:
    return indicator_id.rsplit(".", 1)[-1]


def _evidence_of(indicator: Indicator, plan: Plan, result: PlanResult) -> Iterator[Evidence]:
    for position, answer in result.non_passing:
        if plan.indicators[position].id == indicator.id:
            yield from answer.evidence


def _target(review: Review) -> tuple[object, ...]:
    """Return the target and the time of a review; of two with equal targets and times neither is the later one."""
    if review.passage is not None:
        return (_family(review.indicator), review.passage, review.entry, review.at)
    return (review.subject, review.indicator, review.entry, review.observed_at, review.at)


T = TypeVar("T", Review, Waiver)


def _no_opinion(given: object, name: str, name_zh: str, takes: str) -> ArgumentError:
    what, zh = f"{name} holds {kind_text(given)}", f"{name} 应为{name_zh}的列表，其中有{kind_text_zh(given)}"
    return ArgumentError(what, None, f"use {takes}", zh, f"请用 {takes}")


def _placed(items: Iterable[T]) -> Iterator[tuple[T, Where | None]]:
    places: Sequence[Where] | None = getattr(items, "places", None)
    for number, item in enumerate(items, 1):
        yield item, places[number - 1] if places is not None else Where(row=number)
