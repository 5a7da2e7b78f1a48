"""The history of a folder of rounds: trends, failures and how long they last, changes, units never inspected.

待定 is counted apart everywhere: it neither ends a failure nor begins one. What changed together with the rulebook is told apart
from what changed under the same one, because nobody can say whether the site or the rule made the difference.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, NamedTuple

from govmedia_rules.core import display
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.errors import ArgumentError, ObservationError, Where, by_language
from govmedia_rules.judge.inspection import Verdict
from govmedia_rules.judge.table import GroupBy
from govmedia_rules.rounds.store import DataSet, StoredRound, read_round_columns, read_rounds, values_of
from govmedia_rules.tables.columns import Cell, ColumnType, Heading
from govmedia_rules.tables.out import SummaryTable

Line = tuple[Cell, ...]
FailureOf = Literal["verdict", "indicator"]
Kind = Literal["site", "account", "supervisor"]
State = Literal["failed", "passed", "undecided"]
_GROUPS = ("area", "platform", "level", "owner", "division", "subject_kind")


def _headings(*columns: tuple[str, ColumnType, str]) -> list[Heading[Line]]:
    return [Heading(name, kind, title, itemgetter(at)) for at, (name, kind, title) in enumerate(columns)]


_ROUND: tuple[tuple[str, ColumnType, str], ...] = (("year", "integer", "年"), ("round", "integer", "期"))
_COUNTS: tuple[tuple[str, ColumnType, str], ...] = (
    ("subjects", "integer", "检查数"),
    ("qualified", "integer", "合格数"),
    ("unqualified", "integer", "不合格数"),
    ("undetermined", "integer", "待定数"),
    ("pass_rate_low", "number", "合格率下限（%）"),
    ("pass_rate_high", "number", "合格率上限（%）"),
    ("rulebooks", "text", "规则摘要"),
    ("rulebook_changed", "boolean", "规则有变化"),
)


class History:
    """The rounds of a folder; every method gives a table that frames, DuckDB and files take.

    Of a subject that was inspected several times in a round the last inspection counts, as in `compare`.

    Attributes:
        folder: The folder.
        rounds: What each round holds, in order of time.
    """

    def __init__(self, folder: Path, rounds: Sequence[StoredRound]) -> None:
        self.folder = folder
        self.rounds = tuple(rounds)

    def trend(self, by: GroupBy | None = None, *, kind: Kind | None = None) -> SummaryTable[Line]:
        """Count the verdicts of each round, or of each group in each round.

        Args:
            by: `owner` (the unit), `division` or `area` (the region), `platform`, `level` or `subject_kind`; None counts all
                together. A blank group is what is not known.
            kind: `site`, `account` or `supervisor`; None takes all.

        Returns:
            A row a round and group. The pass rate lies between the bounds: at the lower one everything open fails.
            `rulebook_changed` says whether other rulebooks judged the group than in the round before in which it was
            inspected; None where there is none.
        """
        if by is not None and by not in _GROUPS:
            raise ArgumentError(f"groups are {', '.join(_GROUPS)}, not {by!r}", zh=f"分组有 {', '.join(_GROUPS)}，没有 {by!r}")
        names = ["subject_kind", "verdict", "digest", *([by] if by not in (None, "subject_kind") else [])]
        rows: list[Line] = []
        before: dict[Cell, frozenset[Cell]] = {}
        for record in self.rounds:
            counts: dict[Cell, Counter[Cell]] = defaultdict(Counter)
            digests: dict[Cell, set[Cell]] = defaultdict(set)
            columns = self._last(record, names)
            groups = columns[by] if by is not None else [None] * len(columns["verdict"])
            for group, subject, verdict, digest in zip(
                groups, columns["subject_kind"], columns["verdict"], columns["digest"], strict=True
            ):
                if kind is None or subject == kind:
                    counts[group][verdict] += 1
                    digests[group].add(digest)
            for group in sorted(counts, key=lambda group: (group is None, str(group))):
                used = frozenset(digests[group])
                changed = None if group not in before else before[group] != used
                before[group] = used
                key = (record.year, record.round, *((group,) if by is not None else ()))
                rows.append((*key, *_counted(counts[group]), ";".join(sorted(str(digest)[:12] for digest in used)), changed))
        grouping: tuple[tuple[str, ColumnType, str], ...] = ((by, "text", "分组"),) if by is not None else ()
        return SummaryTable(_headings(*_ROUND, *grouping, *_COUNTS), rows, name="历次检查结果")

    def indicators(self) -> SummaryTable[Line]:
        """Count for each round and indicator how many subjects failed, passed, or could not be decided."""
        rows: list[Line] = []
        for record in self.rounds:
            columns = self._last(record, ["problem_ids", "passed_ids", "undecided_ids"])
            counts = [_ids_counted(columns[name]) for name in ("problem_ids", "passed_ids", "undecided_ids")]
            names = sorted({name for each in counts for name in each})
            rows += [(record.year, record.round, name, *(each[name] for each in counts)) for name in names]
        return SummaryTable(
            _headings(
                *_ROUND,
                ("indicator", "text", "指标编号"),
                ("failed", "integer", "不通过数"),
                ("passed", "integer", "通过数"),
                ("undecided", "integer", "未能判定数"),
            ),
            rows,
            name="各指标历次情况",
        )

    def changes(self) -> SummaryTable[Line]:
        """List every verdict that differs from the subject's inspection in an earlier round, the latest before it.

        `rulebook_changed` says that the rulebook changed too: then the site need not have.
        """
        rows: list[Line] = []
        before: dict[Cell, tuple[Cell, ...]] = {}
        for record in self.rounds:
            columns = self._last(record, ["subject_id", "subject_name", "verdict", "digest"])
            for subject, name, verdict, digest in zip(*columns.values(), strict=True):
                old = before.get(subject)
                if old is not None and old[2] != verdict:
                    rows.append((subject, name, *old[:2], record.year, record.round, old[2], verdict, old[3] != digest))
                before[subject] = (record.year, record.round, verdict, digest)
        return SummaryTable(
            _headings(
                ("subject_id", "text", "对象标识"),
                ("subject_name", "text", "对象名称"),
                ("year_before", "integer", "原检查年"),
                ("round_before", "integer", "原检查期"),
                *_ROUND,
                ("before", "text", "原判定代码"),
                ("after", "text", "现判定代码"),
                ("rulebook_changed", "boolean", "规则有变化"),
            ),
            rows,
            name="判定变化",
        )

    def failures(self, of: FailureOf = "verdict") -> SummaryTable[PastFailure]:
        """List every subject that failed once, or with `of="indicator"` every indicator that a subject failed once.

        Only a later pass ends a failure. See `PastFailure` for what is told of it.
        """
        if of not in ("verdict", "indicator"):
            raise ArgumentError(
                f"failures are of 'verdict' or 'indicator', not {of!r}", zh=f"只有 'verdict' 或 'indicator'，没有 {of!r}"
            )
        courses: dict[Cell, dict[str, _Course]] = {}
        for number, record in enumerate(self.rounds):
            for subject, name, at, digest, failed, passed in self._answers(record, of):
                courses_of = courses.get(subject)
                if courses_of is None:
                    if not failed:
                        continue
                    courses_of = courses[subject] = {}
                for indicator in failed:
                    courses_of.setdefault(indicator, _Course(at)).fail(at, digest)
                for indicator, course in courses_of.items():
                    if indicator not in failed:
                        course.answer("passed" if indicator in passed else "undecided", at, digest)
                    course.name, course.round = name, number
        last = len(self.rounds) - 1
        rows = [
            course.failure(str(subject), indicator or None, last)
            for subject, courses_of in sorted(courses.items(), key=lambda item: str(item[0]))
            for indicator, course in sorted(courses_of.items())
        ]
        return SummaryTable(FAILURE_HEADINGS, rows, name="不合格与整改")

    def _answers(self, record: StoredRound, of: FailureOf) -> Iterator[Any]:
        ids = ["verdict"] if of == "verdict" else ["problem_ids", "passed_ids"]
        columns = self._last(record, ["subject_id", "subject_name", "observed_at", "digest", *ids])
        if of == "verdict":
            for subject, name, at, digest, verdict in zip(*columns.values(), strict=True):
                is_failed, is_passed = verdict == Verdict.UNQUALIFIED, verdict == Verdict.QUALIFIED
                yield subject, name, at, digest, ("",) if is_failed else (), ("",) if is_passed else ()
            return
        sets: dict[Cell, frozenset[str]] = {None: frozenset()}
        for subject, name, at, digest, failed, passed in zip(*columns.values(), strict=True):
            for text in (failed, passed):
                if text not in sets:
                    sets[text] = frozenset(str(text).split(";"))
            yield subject, name, at, digest, sets[failed], sets[passed]

    def never_inspected(self) -> SummaryTable[Line]:
        """List the subjects that a round lists and no round inspected, but for those last listed as closed.

        `maybe` holds ids of inspected subjects that no round lists and that have the same platform and name: the listed one may
        be one of them under another id.

        Raises:
            ObservationError: No round was appended with a registry, so nobody knows who was never inspected.
        """
        facts = ("subject_kind", "subject_id", "subject_name", "platform", "owner", "status")
        listed: dict[Cell, Line] = {}
        first: dict[Cell, Line] = {}
        inspected: dict[Cell, tuple[Cell, Cell]] = {}
        for record in self.rounds:
            for row in zip(*self._read(record, "populations", facts).values(), strict=True):
                if row[1] is not None:
                    listed[row[1]] = (*row[:5], *first.setdefault(row[1], (record.year, record.round)), row[5])
            names = self._read(record, "inspections", ("subject_id", "platform", "subject_name"))
            inspected.update((subject, (platform, name)) for subject, platform, name in zip(*names.values(), strict=True))
        if not listed:
            raise ObservationError(
                "no round has a list of subjects",
                Where(str(self.folder)),
                "append a round with a registry as population",
                zh="没有一期附有单位名单",
                hint_zh="追加一期时把名单作为 population 给出",
            )
        namesakes: dict[tuple[Cell, str], list[str]] = defaultdict(list)
        for subject in sorted(inspected.keys() - listed.keys(), key=str):
            platform, name = inspected[subject]
            namesakes[platform, key_of(str(name))].append(str(subject))
        rows = [
            (*row[:7], ";".join(namesakes.get((row[3], key_of(str(row[2]))), ())) or None)
            for subject, row in sorted(listed.items(), key=lambda item: str(item[0]))
            if subject not in inspected and row[7] != "closed"
        ]
        return SummaryTable(
            _headings(
                ("subject_kind", "text", "对象类别代码"),
                ("subject_id", "text", "对象标识"),
                ("subject_name", "text", "对象名称"),
                ("platform", "text", "平台代码"),
                ("owner", "text", "主办单位"),
                ("listed_year", "integer", "首次列入年"),
                ("listed_round", "integer", "首次列入期"),
                ("maybe", "text", "可能是"),
            ),
            rows,
            name="从未检查",
        )

    def _read(self, record: StoredRound, data: DataSet, names: Sequence[str]) -> dict[str, list[Cell]]:
        table = read_round_columns(self.folder, data, record, names)
        return {name: values_of(table, name) for name in names}

    def _last(self, record: StoredRound, names: Sequence[str]) -> dict[str, list[Cell]]:
        """Return columns of a round, one row a subject: its last inspection."""
        table = read_round_columns(self.folder, "inspections", record, list(dict.fromkeys([*names, "subject_id", "observed_at"])))
        subjects = values_of(table, "subject_id")
        if len(set(subjects)) < len(subjects):
            table = table.take(_last_rows(subjects, values_of(table, "observed_at")))
        return {name: values_of(table, name) for name in names}

    def __repr__(self) -> str:
        rounds, total = len(self.rounds), sum(record.inspections for record in self.rounds)
        return by_language(f"<History of {rounds} rounds, {total} inspections>", f"<历次检查：{rounds} 期，{total} 个检查结果>")

    def _repr_html_(self) -> str:
        table = self.trend()
        heads = [heading.title for heading in table.headings]
        shown = (["" if value is None else display.text(value) for value in row] for row in table.cells())
        return display.frame(f"<b>历次检查 {len(self.rounds)} 期</b>", display.html_table(heads, shown, len(table)))


def _last_rows(subjects: Iterable[Cell], instants: Iterable[Cell]) -> list[int]:
    latest: dict[Cell, tuple[Any, int]] = {}
    for number, (subject, at) in enumerate(zip(subjects, instants, strict=True)):
        latest[subject] = max(latest.get(subject, (at, number)), (at, number))
    return sorted(number for _, number in latest.values())


def _counted(verdicts: Counter[Cell]) -> Line:
    total = verdicts.total()
    passed, failed, undecided = (verdicts[verdict] for verdict in Verdict)
    return (total, passed, failed, undecided, 100 * passed / total, 100 * (passed + undecided) / total)


def _ids_counted(texts: Iterable[Cell]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, number in Counter(texts).items():
        for name in str(text).split(";") if text is not None else ():
            counts[name] += number
    return counts


class PastFailure(NamedTuple):
    """The failures of a subject, or of one indicator for a subject, over all rounds.

    Attributes:
        subject_id: Id of the subject.
        subject_name: Its name when it was last inspected.
        indicator: Id of the indicator; None for the verdict.
        first_failed_at: When it was first seen to fail.
        last_failed_at: When it was last seen to fail.
        rounds_failed: In how many rounds it failed.
        rectified_at: When it was first seen in order after the last failure; None where it was not yet.
        days_low: Days from the first to the last failure after which nobody saw it in order: the last run of failures.
        days_high: Days from the beginning of that run to `rectified_at`; rectifying took no longer. None where it was not
            rectified, or where the rulebook changed in between.
        relapses: How often it failed again after it had been in order, under the same rulebook.
        changed_with_rulebook: How often it came in order, or failed again, when the rulebook had changed too.
        now: What the last round says: `failed`, `passed`, `undecided` or `not_inspected`.
    """

    subject_id: str
    subject_name: str
    indicator: str | None
    first_failed_at: datetime
    last_failed_at: datetime
    rounds_failed: int
    rectified_at: datetime | None
    days_low: int
    days_high: int | None
    relapses: int
    changed_with_rulebook: int
    now: Literal["failed", "passed", "undecided", "not_inspected"]


_FAILURE_TYPES: tuple[tuple[str, ColumnType, str], ...] = (
    ("subject_id", "text", "对象标识"),
    ("subject_name", "text", "对象名称"),
    ("indicator", "text", "指标编号"),
    ("first_failed_at", "instant", "首次不合格"),
    ("last_failed_at", "instant", "最近不合格"),
    ("rounds_failed", "integer", "不合格期数"),
    ("rectified_at", "instant", "复查合格"),
    ("days_low", "integer", "持续天数下限"),
    ("days_high", "integer", "整改天数上限"),
    ("relapses", "integer", "反弹次数"),
    ("changed_with_rulebook", "integer", "随规则变化次数"),
    ("now", "text", "最近一期"),
)
FAILURE_HEADINGS: tuple[Heading[PastFailure], ...] = tuple(
    Heading(name, kind, title, itemgetter(at)) for at, (name, kind, title) in enumerate(_FAILURE_TYPES)
)


class _Course:
    """One verdict or indicator of one subject, followed from its first failure on."""

    __slots__ = (
        "began",
        "changed_with_rulebook",
        "digest",
        "first",
        "last",
        "name",
        "now",
        "rectified",
        "relapses",
        "round",
        "rounds_failed",
        "same_rulebook",
    )

    def __init__(self, at: datetime) -> None:
        self.first = self.began = self.last = at
        self.rectified: datetime | None = None
        self.same_rulebook = True
        self.rounds_failed = self.relapses = self.changed_with_rulebook = self.round = 0
        self.name, self.digest = "", ""
        self.now: State = "failed"

    def fail(self, at: datetime, digest: str) -> None:
        """Take in a failure."""
        if self.rectified is not None:
            self.relapses += digest == self.digest
            self.changed_with_rulebook += digest != self.digest
            self.began, self.rectified = at, None
        self.rounds_failed += 1
        self.last, self.digest, self.now = at, digest, "failed"

    def answer(self, state: State, at: datetime, digest: str) -> None:
        """Take in a pass, or that nothing could be said."""
        self.now = state
        if state != "passed":
            return
        if self.rectified is None:
            self.rectified, self.same_rulebook = at, digest == self.digest
            self.changed_with_rulebook += digest != self.digest
        self.digest = digest

    def failure(self, subject: str, indicator: str | None, last_round: int) -> PastFailure:
        """Return the failure as known at the end."""
        is_certain = self.rectified is not None and self.same_rulebook
        return PastFailure(
            subject,
            self.name,
            indicator,
            self.first,
            self.last,
            self.rounds_failed,
            self.rectified,
            (self.last.date() - self.began.date()).days,
            (self.rectified.date() - self.began.date()).days if is_certain and self.rectified is not None else None,
            self.relapses,
            self.changed_with_rulebook,
            self.now if self.round == last_round else "not_inspected",
        )


def history(path: str | os.PathLike[str]) -> History:
    """Open a folder of rounds that `append_round` or `inspect_round` wrote.

    Every file is compared with the digest it was written with, so what is read is what was stored.

    Args:
        path: The folder.

    Raises:
        ObservationError: The folder holds no rounds, is damaged or of another format, or an append to it did not end.
        MissingExtra: pyarrow is not installed.

    Example:
        >>> import tempfile
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = gr.append_round(folder, [gr.load_rulebook("national-2019").inspect(snapshot)], year=2024, round=3)
        ...     past = gr.history(folder)
        ...     [(row.subject_id, row.now) for row in past.failures()]
        [('weibo:某县发布', 'failed')]
    """
    folder = Path(path)
    return History(folder, read_rounds(folder))
