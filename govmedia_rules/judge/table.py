"""Inspections as a table: one row a subject, with verdict, score, problems and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Literal, overload

from govmedia_rules.checks.contract import Status
from govmedia_rules.core import display, plots
from govmedia_rules.core.plots import CountsOf
from govmedia_rules.errors import ExportError
from govmedia_rules.judge.engine import OPEN
from govmedia_rules.judge.finding import Finding, Findings
from govmedia_rules.judge.inspection import VERDICT_TONES, Inspection, Verdict, word_of
from govmedia_rules.snapshots.kinds import word
from govmedia_rules.subjects.models import Account
from govmedia_rules.subjects.vocabulary import vocabulary
from govmedia_rules.tables.columns import Cell, Heading
from govmedia_rules.tables.out import Tabular

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def joined_ids(findings: Iterable[Finding]) -> str | None:
    """Ids of indicators, separated by `;`, which occurs in no id; None when there are none."""
    return ";".join(one.id for one in findings) or None


def joined_messages(findings: Iterable[Finding], lang: str = "zh") -> str | None:
    """The findings as sentences in one text; None when there are none."""
    return ("；" if lang == "zh" else "; ").join(one.message(lang) for one in findings) or None


_FAILED = list(Status).index(Status.FAILED)
_OPEN = [position for position, status in enumerate(Status) if status in OPEN]


def problem_ids(seen: Inspection) -> str | None:
    """Ids of the failed indicators, joined; None when there are none."""
    return joined_ids(seen.problems) if seen.tally()[_FAILED] else None


def reasons(seen: Inspection, lang: str = "zh") -> str | None:
    """The problems as sentences in one text; None when there are none."""
    return joined_messages(seen.problems, lang) if seen.tally()[_FAILED] else None


def missing_ids(seen: Inspection) -> str | None:
    """Ids of the vetoes that keep the verdict open, joined; None when there are none."""
    tally = seen.tally()
    for position in _OPEN:
        if tally[position]:
            return joined_ids(seen.missing)
    return None


def _platform(seen: Inspection) -> Cell:
    subject = seen.subject
    return subject.platform if isinstance(subject, Account) else None


def _waived(seen: Inspection) -> Cell:
    return sum(one.is_waived for one in seen.problems) if seen.waivers else 0


def _status(status: Status, title: str) -> Heading[Inspection]:
    position = list(Status).index(status)
    return Heading(status.value, "integer", title, lambda seen: seen.tally()[position])


SUBJECT_HEADINGS: tuple[Heading[Inspection], ...] = (
    Heading("subject_kind", "text", "对象类别代码", lambda seen: word_of(seen.subject)),
    Heading("subject_id", "text", "对象标识", lambda seen: seen.subject.id),
    Heading("subject_name", "text", "对象名称", lambda seen: seen.subject.name),
    Heading("level", "text", "层级代码", lambda seen: seen.subject.level),
    Heading("platform", "text", "平台代码", _platform),
    Heading("area", "text", "所属地方或部门", lambda seen: seen.subject.area),
    Heading("division", "text", "行政区划代码", lambda seen: seen.subject.division),
    Heading("owner", "text", "主办单位", lambda seen: seen.subject.owner),
    Heading("observed_at", "instant", "监测时间点", lambda seen: seen.observed_at),
)
RESULT_HEADINGS: tuple[Heading[Inspection], ...] = (
    Heading("verdict", "text", "判定代码", lambda seen: seen.verdict.value),
    Heading("verdict_zh", "text", "判定", lambda seen: seen.verdict.zh),
    Heading("score_low", "decimal", "得分下限", lambda seen: _score(seen, "low")),
    Heading("score_high", "decimal", "得分上限", lambda seen: _score(seen, "high")),
    Heading("problem_ids", "text", "问题指标编号", problem_ids),
    Heading("reasons", "text", "存在的突出问题", reasons),
    Heading("missing_ids", "text", "未定指标编号", missing_ids),
    _status(Status.PASSED, "通过项数"),
    _status(Status.FAILED, "不通过项数"),
    _status(Status.NOT_APPLICABLE, "不适用项数"),
    _status(Status.INCONCLUSIVE, "数据不足项数"),
    _status(Status.NEEDS_REVIEW, "待复核项数"),
    _status(Status.NOT_CHECKED, "未检查项数"),
    _status(Status.ERROR, "检查出错项数"),
    Heading("waived", "integer", "已豁免项数", _waived),
    Heading("rulebook", "text", "指标体系", lambda seen: seen.plan.version),
    Heading("digest", "text", "规则摘要", lambda seen: seen.plan.digest),
    Heading("complete", "boolean", "全部指标", lambda seen: seen.plan.complete),
)
INSPECTION_HEADINGS = SUBJECT_HEADINGS + RESULT_HEADINGS
"""Columns of an inspection in a table."""


def _score(seen: Inspection, bound: str) -> Cell:
    score = seen.score
    return None if score is None else getattr(score, bound)


GroupBy = Literal["area", "platform", "level", "owner", "division", "subject_kind"]
_GROUPS: Mapping[GroupBy, str] = {
    "area": "所属地方或部门",
    "platform": "平台",
    "level": "层级",
    "owner": "主办单位",
    "division": "行政区划",
    "subject_kind": "类别",
}


def _group_of(seen: Inspection, by: GroupBy) -> str:
    if by == "subject_kind":
        return word("subject", word_of(seen.subject), "zh")
    if by not in _GROUPS:
        raise ValueError(f"groups are {', '.join(_GROUPS)}, not {by!r}")
    value = getattr(seen.subject, by, None)
    if value is None:
        return plots.UNKNOWN
    terms = vocabulary(by) if by in ("platform", "level") else {}
    return terms[value].title if value in terms else str(value)


class InspectionTable(Tabular[Inspection]):
    """Inspections that are held, in order; frames, DuckDB and files take them as a table of one row a subject.

    Args:
        inspections: What `inspect_many` or `inspect_files` gives, or a list.
    """

    headings = INSPECTION_HEADINGS

    def __init__(self, inspections: Iterable[Inspection]) -> None:
        self._inspections = tuple(inspections)

    @overload
    def __getitem__(self, index: int) -> Inspection: ...
    @overload
    def __getitem__(self, index: slice) -> InspectionTable: ...
    def __getitem__(self, index: int | slice) -> Inspection | InspectionTable:
        if isinstance(index, slice):
            return InspectionTable(self._inspections[index])
        return self._inspections[index]

    def __len__(self) -> int:
        return len(self._inspections)

    def sheet_name(self) -> str:
        """Name of its sheet in a workbook."""
        return "检查结果"

    @property
    def findings(self) -> Findings:
        """All findings of all subjects, in order."""
        return Findings(tuple(chain.from_iterable(seen.findings for seen in self._inspections)))

    @property
    def problems(self) -> Findings:
        """The failed findings of all subjects, in order."""
        return Findings(tuple(chain.from_iterable(seen.problems for seen in self._inspections)))

    @property
    def missing(self) -> Findings:
        """What keeps verdicts open, of all subjects, in order."""
        return Findings(tuple(chain.from_iterable(seen.missing for seen in self._inspections)))

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """How many subjects have each verdict; all three are there."""
        counts = dict.fromkeys(Verdict, 0)
        for seen in self._inspections:
            counts[seen.verdict] += 1
        return counts

    def with_verdict(self, *verdicts: Verdict | str) -> InspectionTable:
        """Those whose verdict is one of `verdicts`."""
        wanted = {Verdict(verdict) for verdict in verdicts}
        return InspectionTable(seen for seen in self._inspections if seen.verdict in wanted)

    def pass_counts(self, by: GroupBy = "area") -> dict[str, CountsOf]:
        """How many of each group have each verdict, the largest group first.

        Args:
            by: `area`, `platform`, `level`, `owner`, `division` or `subject_kind`; words of a vocabulary are given in Chinese.
        """
        groups: dict[str, list[int]] = {}
        order = list(Verdict)
        for seen in self._inspections:
            counts = groups.setdefault(_group_of(seen, by), [0, 0, 0])
            counts[order.index(seen.verdict)] += 1
        named = {name: CountsOf(*counts) for name, counts in groups.items()}
        return dict(sorted(named.items(), key=lambda one: (-one[1].total, one[0])))

    def plot(
        self,
        kind: Literal["pass_rate", "problems", "scores"] = "pass_rate",
        *,
        by: GroupBy = "area",
        ax: Axes | None = None,
        font: str | None = None,
    ) -> Axes:
        """Draws the pass rate of groups, the kinds of problems, or the scores in the bands of the rulebook.

        Args:
            kind: `pass_rate`, `problems` or `scores`.
            by: Groups of pass rates, see `pass_counts`.
            ax: Where to draw; None makes a figure.
            font: Name or path of a font with Chinese characters; None looks for one.

        Raises:
            MissingExtra: matplotlib is not installed.
            ExportError: No font has the characters; or there is no score to draw.
        """
        if kind == "problems":
            return self.problems.plot(ax=ax, font=font)
        if kind == "pass_rate":
            return plots.pass_rates(self.pass_counts(by), title=f"合格率（按{_GROUPS[by]}）", ax=ax, font=font)
        scored = [(float(seen.score.low), float(seen.score.high)) for seen in self._inspections if seen.score is not None]
        if not scored:
            raise ExportError("no subject of the table has a score", hint="only portals are scored, and a vetoed one is not")
        rules = [rule for seen in self._inspections for rule in seen.plan.scoring.values()]
        edges = {float(rule.pass_below) for rule in rules}
        edges |= {float(rule.bonus_above) for rule in rules if rule.bonus_above is not None}
        return plots.score_bands(scored, sorted(edges), ax=ax, font=font)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InspectionTable) and self._inspections == other._inspections

    def __hash__(self) -> int:
        return hash(self._inspections)

    def __repr__(self) -> str:
        told = ", ".join(f"{verdict.zh} {count}" for verdict, count in self.verdicts.items())
        return f"<{len(self)} inspections: {told}>" if len(self) else "<0 inspections>"

    def _repr_html_(self) -> str:
        heads = ("对象", "判定", "得分", "存在的突出问题", "未定")
        counts = {verdict.zh: count for verdict, count in self.verdicts.items()}
        shares = display.shares(counts, {verdict.zh: tone for verdict, tone in VERDICT_TONES.items()})
        table = display.table(heads, map(_shown_row, self._inspections), len(self)) if self._inspections else ""
        return display.frame(f"<b>检查结果 {len(self)} 个</b>", shares, table)


def _shown_row(seen: Inspection) -> tuple[str, ...]:
    problems = seen.problems
    told = display.items([display.text(one.message("zh"), 120) for one in problems[:5]], len(problems)) if problems else ""
    missing = seen.missing
    return (
        display.named(seen.subject.name, seen.subject.id),
        display.badge(seen.verdict.zh, VERDICT_TONES[seen.verdict]),
        "" if seen.score is None else display.text(seen.score),
        told,
        display.fold(f"{len(missing)} 项", "<br>".join(display.code(one.id) for one in missing[:10])) if missing else "",
    )
