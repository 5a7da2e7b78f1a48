"""Compare two sets of inspections: over time, or one set of snapshots under two rulebooks (比较)."""

from __future__ import annotations

import html
import json
import os
import warnings
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args, overload

from govmedia_rules.checks.contract import Status
from govmedia_rules.errors import ArgumentError, ObservationError, SharedId, Where, by_language
from govmedia_rules.judge.inspection import Inspection, Verdict, each_inspection, no_inspection
from govmedia_rules.rules.model import Plan
from govmedia_rules.subjects.addresses import address_key
from govmedia_rules.subjects.models import Account, AnySubject, Site, are_two_places, former_id_of, has_certain_id, is_same_name
from govmedia_rules.tables.columns import Heading, Row
from govmedia_rules.tables.out import Tabular

Change = Literal["new", "persisting", "resolved", "lost_sight"]

CHANGE_ZH: Mapping[str, str] = {"new": "新增", "persisting": "仍存在", "resolved": "已解决", "lost_sight": "失去跟踪"}


class ComparedInspection(NamedTuple):
    """The part of an inspection that a comparison needs.

    Attributes:
        subject_id: Id of the subject.
        name: Its name.
        verdict: Its verdict.
        score: Its score as text; None when it has none.
        failed: Ids of the indicators it failed.
        settled: Ids of the indicators that were decided one way or the other.
        rulebook: Versions of the rulebook's layers.
        former_id: Id that an earlier release gave the subject; "" where that is not known.
        may_share_id: Whether the id is no code, so that two units may bear it.
        address: Where an account is whose id was made of its name; "" for others, or where that is not known.
    """

    subject_id: str
    name: str
    verdict: Verdict
    score: str | None
    failed: frozenset[str]
    settled: frozenset[str]
    rulebook: str
    former_id: str = ""
    may_share_id: bool = False
    address: str = ""

    @classmethod
    def of(cls, inspection: Inspection, patterns: Patterns | None = None) -> ComparedInspection:
        """Return the result of an inspection, reviews included.

        Args:
            inspection: The inspection.
            patterns: What was found of earlier inspections, for many of them that share their statuses.
        """
        patterns = {} if patterns is None else patterns
        statuses = tuple(inspection.statuses)
        pattern = patterns.get((id(inspection.plan), statuses))
        if pattern is None:
            pattern = patterns[id(inspection.plan), statuses] = _Pattern.of(inspection.plan, statuses)
        subject = inspection.subject
        return cls(
            subject.id,
            subject.name,
            inspection.verdict,
            str(inspection.score) if inspection.score is not None else None,
            pattern.failed,
            pattern.settled,
            inspection.plan.version,
            former_id_of(subject),
            isinstance(subject, Site | Account) and subject.id != subject.code,
            _address_of(subject),
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ComparedInspection:
        """Return the result of an inspection that was written by `Inspection.to_dict`; no rulebook is needed.

        Raises:
            ObservationError: The file was cut or changed; see `Inspection.from_dict`.
        """
        if data.get("schema_version", 1) != 1:
            return cls.of(Inspection.from_dict(data))
        reviews = {review["indicator"] for review in data["reviews"]}
        settled = {*data["passed"], *(name for names in data["not_applicable"].values() for name in names)}
        settled |= {finding["indicator"] for finding in data["findings"] if finding["status"] in ("passed", "failed")} | reviews
        score = data.get("score")
        total = None
        if score is not None:
            total = score["low"] if score["low"] == score["high"] else f"{score['low']}..{score['high']}"
        subject = data["subject"]
        return cls(
            subject["id"],
            subject["name"],
            Verdict(data["verdict"]),
            total,
            frozenset(data["problems"]),
            frozenset(settled),
            data["rulebook"]["version"],
        )


class _Pattern(NamedTuple):
    """The failed and the settled indicators of an inspection; it holds the plan, so that the plan's `id` stays unique as a key."""

    plan: Plan
    failed: frozenset[str]
    settled: frozenset[str]

    @classmethod
    def of(cls, plan: Plan, statuses: Sequence[Status]) -> _Pattern:
        pairs = list(zip(plan.indicators, statuses, strict=True))
        decided = (Status.PASSED, Status.FAILED, Status.NOT_APPLICABLE)
        return cls(
            plan,
            frozenset(indicator.id for indicator, status in pairs if status is Status.FAILED and indicator.kind != "bonus"),
            frozenset(indicator.id for indicator, status in pairs if status in decided),
        )


Patterns = dict[tuple[int, tuple[Status, ...]], _Pattern]


@dataclass(frozen=True, slots=True)
class SubjectChange(Row):
    """One subject in both sets, or in one of them. Also a mapping of its table columns, so a frame takes it as a row.

    Attributes:
        subject_id: Id of the subject.
        name: Its name.
        before: Its verdict before; None when it was not among them.
        after: Its verdict after; None when it was not among them.
        score_before: Its score before, as text.
        score_after: Its score after, as text.
        new: Indicators that fail now and did not before.
        persisting: Indicators that fail in both.
        resolved: Indicators that failed before and are in order now.
        lost_sight: Indicators that failed before and are undecided now, or whose subject was not looked at again: nobody
            may call them resolved.
    """

    subject_id: str
    name: str
    before: Verdict | None
    after: Verdict | None
    score_before: str | None
    score_after: str | None
    new: tuple[str, ...]
    persisting: tuple[str, ...]
    resolved: tuple[str, ...]
    lost_sight: tuple[str, ...]

    @property
    def verdict_changed(self) -> bool:
        """Whether both verdicts are known and differ."""
        return self.before is not None and self.after is not None and self.before is not self.after

    @property
    def is_changed(self) -> bool:
        """Whether anything differs."""
        return (
            self.before is not self.after
            or self.score_before != self.score_after
            or bool(self.new or self.resolved or self.lost_sight)
        )

    @classmethod
    def headings(cls) -> Sequence[Heading[SubjectChange]]:
        """Return the columns of a change in a table."""
        return CHANGE_HEADINGS


def _ids(kind: Change) -> Heading[SubjectChange]:
    return Heading(kind, "text", f"{CHANGE_ZH[kind]}问题指标编号", lambda change: ";".join(getattr(change, kind)) or None)


CHANGE_HEADINGS: tuple[Heading[SubjectChange], ...] = (
    Heading("subject_id", "text", "对象标识", lambda change: change.subject_id),
    Heading("subject_name", "text", "对象名称", lambda change: change.name),
    Heading("before", "text", "原判定代码", lambda change: None if change.before is None else change.before.value),
    Heading("before_zh", "text", "原判定", lambda change: None if change.before is None else change.before.zh),
    Heading("after", "text", "现判定代码", lambda change: None if change.after is None else change.after.value),
    Heading("after_zh", "text", "现判定", lambda change: None if change.after is None else change.after.zh),
    Heading("score_before", "text", "原得分", lambda change: change.score_before),
    Heading("score_after", "text", "现得分", lambda change: change.score_after),
    *map(_ids, get_args(Change)),
    Heading("changed", "boolean", "有变化", lambda change: change.is_changed),
)
"""Columns of a change in a table; ids are separated by `;`, which occurs in none."""


class Comparison(Tabular[SubjectChange]):
    """The subjects of two sets of inspections, in order of their ids; as a table one row a subject.

    Attributes:
        rulebooks: Versions of the rulebooks before and after.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> later = snapshot.model_copy(update={"latest_post_at": snapshot.observed_at})
        >>> book = gr.load_rulebook("national-2019")
        >>> comparison = gr.compare([book.inspect(snapshot)], [book.inspect(later)])
        >>> [(change.before.value, change.after.value) for change in comparison]
        [('unqualified', 'undetermined')]
    """

    headings = CHANGE_HEADINGS

    def __init__(self, changes: Sequence[SubjectChange], rulebooks: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
        self._changes = tuple(changes)
        self.rulebooks = rulebooks

    @overload
    def __getitem__(self, index: int) -> SubjectChange: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SubjectChange]: ...
    def __getitem__(self, index: int | slice) -> SubjectChange | Sequence[SubjectChange]:
        return self._changes[index]

    def __len__(self) -> int:
        return len(self._changes)

    def sheet_name(self) -> str:
        """Name of its sheet in a workbook."""
        return "比较"

    @property
    def changed(self) -> tuple[SubjectChange, ...]:
        """The subjects with any difference."""
        return tuple(change for change in self._changes if change.is_changed)

    @property
    def verdicts(self) -> dict[tuple[str, str], int]:
        """Number of subjects by earlier and later verdict; `absent` where a subject is in one set only."""
        pairs = Counter((_word(change.before), _word(change.after)) for change in self._changes)
        return dict(sorted(pairs.items()))

    def counts(self) -> dict[str, dict[str, int]]:
        """For each indicator, the number of subjects where it is new, persisting, resolved or lost sight of."""
        counts: dict[str, dict[str, int]] = {}
        for change in self._changes:
            for kind in CHANGE_ZH:
                for name in getattr(change, kind):
                    counts.setdefault(name, dict.fromkeys(CHANGE_ZH, 0))[kind] += 1
        return dict(sorted(counts.items()))

    def lines(self) -> Iterator[str]:
        """Return the comparison in a few lines of Chinese."""
        yield f"规则: {'、'.join(self.rulebooks[0])} → {'、'.join(self.rulebooks[1])}"
        for (before, after), count in self.verdicts.items():
            yield f"{_ZH[before]} → {_ZH[after]}: {count}"
        for name, counts in self.counts().items():
            yield f"{name}: " + "，".join(f"{CHANGE_ZH[kind]}{count}" for kind, count in counts.items() if count)

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-ready copy."""
        return {
            "rulebooks": [list(versions) for versions in self.rulebooks],
            "verdicts": [{"before": before, "after": after, "count": count} for (before, after), count in self.verdicts.items()],
            "indicators": self.counts(),
            "changed": [
                {
                    "subject_id": change.subject_id,
                    "name": change.name,
                    "before": change.before,
                    "after": change.after,
                    "score_before": change.score_before,
                    "score_after": change.score_after,
                    **{kind: list(getattr(change, kind)) for kind in CHANGE_ZH},
                }
                for change in self.changed
            ],
        }

    def __repr__(self) -> str:
        total, changed = len(self), len(self.changed)
        return by_language(f"<Comparison of {total} subjects, {changed} changed>", f"<对照：{total} 个对象，{changed} 个有变化>")

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{word}</th>" for word in ("对象", "原判定", "现判定", *CHANGE_ZH.values()))
        rows = "".join(
            f"<tr><td>{html.escape(change.name)}</td><td>{_ZH[_word(change.before)]}</td><td>{_ZH[_word(change.after)]}</td>"
            + "".join(f"<td>{html.escape('、'.join(getattr(change, kind)))}</td>" for kind in CHANGE_ZH)
            + "</tr>"
            for change in self.changed[:100]
        )
        more = f"<p>… {len(self.changed) - 100} more</p>" if len(self.changed) > 100 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


_ZH = {"absent": "未检查", **{verdict.value: verdict.zh for verdict in Verdict}}


def _word(verdict: Verdict | None) -> str:
    return "absent" if verdict is None else verdict.value


def compare(before: Iterable[Inspection | ComparedInspection], after: Iterable[Inspection | ComparedInspection]) -> Comparison:
    """Compare two sets of inspections subject by subject.

    Args:
        before: Inspections of an earlier round, or by one rulebook.
        after: Inspections of a later round, or of the same snapshots by another rulebook. Where a subject appears twice in
            one set, its last inspection counts; where one id is borne by two units, each name and address is a subject of its own.

    Warns:
        SharedId: One id is borne by two units.

    Example:
        >>> import govmedia_rules as gr
        >>> book = gr.load_rulebook("national-2019")
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> def inspect(day: str) -> gr.Inspection:
        ...     point = f"{day}T10:00:00+08:00"
        ...     return book.inspect(gr.AccountSnapshot(account=account, observed_at=point, latest_post_at="2024-05-01"))
        >>> gr.compare([inspect("2024-05-08")], [inspect("2024-08-23")])[0].new
        ('media.veto.stale',)
    """
    patterns: Patterns = {}
    sets = [_summaries(results, patterns) for results in (before, after)]
    shared = {name for summaries in sets for name in _shared_ids(summaries)}
    for name in sorted(shared):
        text, zh = (
            f"the id {name!r} stands for several units; give each its own",
            f"标识 {name!r} 指多个单位；请给每个单位各自的标识",
        )
        warnings.warn(SharedId(text, zh), stacklevel=2)
    earlier, later = (_by_subject(summaries, shared) for summaries in sets)
    later = _under_earlier_ids(later, earlier)
    changes = [_change(earlier.get(name), later.get(name)) for name in sorted({**earlier, **later})]
    versions = tuple(tuple(sorted({result.rulebook for result in results.values()})) for results in (earlier, later))
    return Comparison(changes, (versions[0], versions[1]))


def _summaries(results: Iterable[Inspection | ComparedInspection], patterns: Patterns) -> list[ComparedInspection]:
    given: object = results
    if isinstance(given, str | os.PathLike):
        what, zh = "results of a round are compared, not a path", "比较的是检查结果，不是文件名"
        hint, hint_zh = "open the file: read_results(open(path))", "用命令行 compare，或先读出：read_results(open(path))"
        raise ArgumentError(what, None, hint, zh, hint_zh)
    if isinstance(given, Inspection) or not isinstance(given, Iterable):
        raise no_inspection(given)
    return [
        each if isinstance(each, ComparedInspection) else ComparedInspection.of(next(each_inspection([each])), patterns)
        for each in results
    ]


def _address_of(subject: AnySubject) -> str:
    if not isinstance(subject, Account) or has_certain_id(subject):
        return ""
    return address_key(subject.url) or ""


def _shared_ids(summaries: Iterable[ComparedInspection]) -> set[str]:
    """Return the ids of units of different names, or of accounts at different addresses."""
    first: dict[str, ComparedInspection] = {}
    # Those with an address come first: one without may be either of two.
    unsure = sorted((summary for summary in summaries if summary.may_share_id), key=lambda summary: not summary.address)
    return {each.subject_id for each in unsure if not _is_one(first.setdefault(each.subject_id, each), each)}


def _is_one(first: ComparedInspection, other: ComparedInspection) -> bool:
    return is_same_name(first.name, other.name) and not are_two_places(first.address, other.address)


def _by_subject(summaries: Iterable[ComparedInspection], shared: Container[str]) -> dict[str, ComparedInspection]:
    return {
        f"{each.subject_id} {each.name} {each.address}".rstrip() if each.subject_id in shared else each.subject_id: each
        for each in summaries
    }


def _under_earlier_ids(
    later: Mapping[str, ComparedInspection], earlier: Mapping[str, ComparedInspection]
) -> dict[str, ComparedInspection]:
    """Rename subjects to the id of an earlier release where the earlier set has exactly that id and only one subject claims it."""
    bearers = Counter(summary.former_id for summary in later.values())
    aligned: dict[str, ComparedInspection] = {}
    for name, summary in later.items():
        former = summary.former_id
        is_renamed = name not in earlier and former in earlier and former not in later and bearers[former] == 1
        aligned[former if is_renamed else name] = summary
    return aligned


def _change(before: ComparedInspection | None, after: ComparedInspection | None) -> SubjectChange:
    known = after or before
    assert known is not None
    was = before.failed if before is not None else frozenset()
    now = after.failed if after is not None else frozenset()
    settled = after.settled if after is not None else frozenset()
    gone = was - now
    return SubjectChange(
        known.subject_id,
        known.name,
        before.verdict if before is not None else None,
        after.verdict if after is not None else None,
        before.score if before is not None else None,
        after.score if after is not None else None,
        tuple(sorted(now - was)),
        tuple(sorted(now & was)),
        tuple(sorted(gone & settled)),
        tuple(sorted(gone - settled)),
    )


def read_results(lines: Iterable[str]) -> Iterator[ComparedInspection]:
    """Return results from the lines `Inspection.to_json` wrote.

    Raises:
        ObservationError: A line is no inspection, or was cut or changed; says the line.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield ComparedInspection.from_dict(json.loads(line))
        except (ObservationError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as fault:
            what = fault.what if isinstance(fault, ObservationError) else f"this is not an inspection: {fault!r}"[:300]
            raise ObservationError(
                what,
                Where(row=number),
                "`inspect --out DIR` writes inspections.jsonl",
                zh=fault.zh if isinstance(fault, ObservationError) else "这不是检查结果",
                hint_zh="inspections.jsonl 由 `inspect --out DIR` 写出",
            ) from fault
