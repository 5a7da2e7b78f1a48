"""Corrections after publication: figures and units of a notice that have changed since (更正通报)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from govmedia_rules.campaign.results import OUTCOME_ZH, Result
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.notices.figures import Tally
from govmedia_rules.notices.model import Listed, Notice


class FigureChange(NamedTuple):
    """A published figure that has changed.

    Attributes:
        group: What it is of (`全市政府网站`, `全市政府网站·县级`).
        label: The figure (`不合格`, `总体合格率`).
        before: As published; None when it was not printed.
        after: As it is now; None when it is no longer printed.
    """

    group: str
    label: str
    before: str | None
    after: str | None

    def text(self) -> str:
        """Return the change in one Chinese phrase."""
        if self.before is None:
            return f"{self.group}{self.label}补充为{self.after}"
        return (
            f"{self.group}{self.label}由{self.before}更正为{self.after}"
            if self.after
            else f"{self.group}{self.label}{self.before}撤销"
        )


class Correction(NamedTuple):
    """The differences between a published notice and the present results.

    Attributes:
        published: The notice as published.
        corrected: The notice as it would be now.
        removed: Units of its lists that are on them no longer.
        added: Units that are on them now.
        figures: Figures that differ.
        is_list_unread: Whether the published notice counts failures and no list of them was read, so that lists are not compared.
    """

    published: Notice
    corrected: Notice
    removed: tuple[Listed, ...]
    added: tuple[Listed, ...]
    figures: tuple[FigureChange, ...]
    is_list_unread: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether anything differs."""
        return bool(self.removed or self.added or self.figures)

    def lines(self) -> Iterator[str]:
        """Yield the corrections in Chinese, a sentence each."""
        for words, units in (("撤销对下列单位的通报", self.removed), ("补充通报下列单位", self.added)):
            if units:
                yield f"{words}：{'、'.join(_named(unit) for unit in units)}。"
        if self.figures:
            yield f"有关数据更正：{'；'.join(change.text() for change in self.figures)}。"


def _named(unit: Listed) -> str:
    return f"“{unit.name}”" + (f"（{unit.platform_text}）" if unit.platform_text and unit.kind == "account" else "")


def corrections(published: Notice, corrected: Notice) -> Correction:
    """Compare a published notice with what it would say now: lists of units, counts and rates."""
    before, after = ([unit for attachment in notice.attachments for unit in attachment.listed] for notice in (published, corrected))
    # A round in which nobody failed has no list either: all who were published are to be struck, and they are not known.
    unread = not before and _counts_failures(published) and (bool(after) or not _counts_failures(corrected))
    old, new = dict(_figures(published)), dict(_figures(corrected))
    titles = _titles(published, corrected)
    figures = tuple(
        FigureChange(
            "·".join(filter(None, (scope + titles.get((scope, whole), whole), group))), label, old.get(place), new.get(place)
        )
        for place in dict.fromkeys((*old, *new))
        for scope, whole, group, label in (place,)
        if old.get(place) != new.get(place)
    )
    return Correction(
        published,
        corrected,
        () if unread else _missing(before, after),
        () if unread else _missing(after, before),
        figures,
        unread,
    )


def _missing(units: Iterable[Listed], others: Iterable[Listed]) -> tuple[Listed, ...]:
    """Return the units of one list that another list lacks, matching each unit of the other list at most once, by code first."""
    left: dict[str, list[Listed]] = {}
    for other in others:
        left.setdefault(other.name, []).append(other)
    unmatched = list(units)
    for is_same in (_has_same_code, _may_be_same):
        remaining = []
        for unit in unmatched:
            match = next((other for other in left.get(unit.name, ()) if is_same(unit, other)), None)
            if match is None:
                remaining.append(unit)
            else:
                left[unit.name].remove(match)
        unmatched = remaining
    return tuple(unmatched)


def _has_same_code(unit: Listed, other: Listed) -> bool:
    return unit.code is not None and unit.code == other.code


def _may_be_same(unit: Listed, other: Listed) -> bool:
    """Return whether two rows may be one unit: no field that both fill in differs; a platform may be printed by either name."""
    platforms = (unit.platform, other.platform) if unit.platform and other.platform else (unit.platform_text, other.platform_text)
    pairs = ((unit.kind, other.kind), platforms, (unit.code, other.code), (unit.area, other.area))
    return all(left is None or right is None or left == right for left, right in pairs)


def _counts_failures(notice: Notice) -> bool:
    return any(
        outcome.kind == "failed" and outcome.count.value > 0 for population in notice.populations for outcome in population.outcomes
    )


Place = tuple[str, str, str, str]
"""Scope, whole, group and label of a figure."""


def _figures(notice: Notice) -> Iterator[tuple[Place, str]]:
    wholes = Counter((population.scope, population.subject) for population in notice.populations)
    for population in notice.populations:
        # A notice that is read gives a whole no label, so the label counts only where it tells two apart.
        is_one = wholes[population.scope, population.subject] == 1
        whole = population.subject if is_one else population.label
        for tally, group in ((population, ""), *((group, group.label) for group in population.groups)):
            yield from (((population.scope, whole, group, label), text) for label, text in _tally(tally))


def _titles(*notices: Notice) -> Mapping[tuple[str, str], str]:
    """Return how the wholes are called in print, by scope and kind of unit."""
    populations = [population for notice in notices for population in notice.populations]
    return {(population.scope, population.subject): population.label for population in populations if population.label}


def _tally(tally: Tally) -> Iterator[tuple[str, str]]:
    words = (("运行数", tally.running), ("登记数", tally.registered), ("总数", tally.total), ("检查数", tally.inspected))
    yield from ((word, f"{count.value}个") for word, count in words if count is not None)
    yield from ((outcome.label, f"{outcome.count.value}个") for outcome in tally.outcomes)
    yield from ((rate.label or rate.kind, rate.text or str(rate.figure)) for rate in tally.rates)


class UnitChange(NamedTuple):
    """One unit whose result differs from the published one.

    Attributes:
        tier: Its tier; "" for inspections without a campaign.
        subject: Its id.
        name: Its name.
        before: Its outcome before; None when it was not judged.
        after: Its outcome now; None when it is no longer judged.
        reasons_before: What it failed by before.
        reasons_after: What it fails by now.
    """

    tier: str
    subject: str
    name: str
    before: str | None
    after: str | None
    reasons_before: tuple[str, ...]
    reasons_after: tuple[str, ...]

    @property
    def was_published_as_failed(self) -> bool:
        """Whether it was published as failed, and its result differs now."""
        return self.before in ("failed", "unqualified")

    def text(self) -> str:
        """Return the change in one Chinese phrase."""
        words: dict[str, str] = {
            "qualified": "合格",
            "unqualified": "不合格",
            **{str(name): word for name, word in OUTCOME_ZH.items()},
        }
        before, after = (words.get(outcome or "", "未检查") for outcome in (self.before, self.after))
        reasons = f"（{'、'.join(self.reasons_before) or '无'} → {'、'.join(self.reasons_after) or '无'}）"
        return f"{self.name}：{before} → {after}{reasons if self.reasons_before != self.reasons_after else ''}"


_Judged = tuple[str, str, tuple[str, ...]]


def what_changes(old: CampaignView | Iterable[Inspection], new: CampaignView | Iterable[Inspection]) -> tuple[UnitChange, ...]:
    """Return the units whose result a corrected reading, check or source changes, in order of tier and id.

    Args:
        old: The round as published, or its inspections.
        new: The same units judged anew.
    """
    before, after = _judged(old), _judged(new)
    changes = []
    for key in sorted({*before, *after}):
        earlier, later = before.get(key), after.get(key)
        if earlier is not None and later is not None and earlier[1:] == later[1:]:
            continue
        known = earlier or later
        assert known is not None
        changes.append(
            UnitChange(
                *key,
                known[0],
                None if earlier is None else earlier[1],
                None if later is None else later[1],
                () if earlier is None else earlier[2],
                () if later is None else later[2],
            )
        )
    return tuple(changes)


def _judged(judged: CampaignView | Iterable[Inspection]) -> dict[tuple[str, str], _Judged]:
    if isinstance(judged, CampaignView):
        return {key: _of_result(result) for key, result in judged.results.items()}
    units: dict[tuple[str, str], _Judged] = {}
    for inspection in judged:
        vetoes = tuple(finding.id for finding in inspection.problems if finding.kind == "veto" and not finding.is_waived)
        units["", inspection.subject.id] = (inspection.subject.name, inspection.verdict.value, vetoes)
    return units


def _of_result(result: Result) -> _Judged:
    return result.subject.name, result.outcome, result.reasons
