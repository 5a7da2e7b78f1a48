"""Inspections as a table: one row a subject, with verdict, score, problems and rulebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Literal, overload

from govmedia_rules.core import display, plots
from govmedia_rules.core.plots import CountsOf
from govmedia_rules.errors import ExportError, by_language, check_choice
from govmedia_rules.judge.finding import Findings
from govmedia_rules.judge.inspection import INSPECTION_HEADINGS, VERDICT_TONES, Inspection, Verdict, each_inspection, word_of
from govmedia_rules.snapshots.kinds import word
from govmedia_rules.subjects.vocabulary import subject_vocabulary
from govmedia_rules.tables.out import Tabular

if TYPE_CHECKING:
    from matplotlib.axes import Axes


GroupBy = Literal["area", "platform", "level", "owner", "division", "subject_kind"]
_GROUPS: Mapping[GroupBy, str] = {
    "area": "所属地方或部门",
    "platform": "平台",
    "level": "层级",
    "owner": "主办单位",
    "division": "行政区划",
    "subject_kind": "类别",
}


def _group_of(inspection: Inspection, by: GroupBy) -> str:
    if by == "subject_kind":
        return word("subject", word_of(inspection.subject), "zh")
    check_choice("by", by, _GROUPS)
    value = getattr(inspection.subject, by, None)
    if value is None:
        return plots.UNKNOWN
    terms = subject_vocabulary(by) if by in ("platform", "level") else {}
    return terms[value].title if value in terms else str(value)


class InspectionTable(Tabular[Inspection]):
    """Inspections held in memory, in order; frames, DuckDB and files take them as a table of one row a subject.

    Args:
        inspections: What `inspect_many` or `inspect_files` gives, or a list.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> table = gr.InspectionTable(gr.load_rulebook("national-2019").inspect_many([snapshot]))
        >>> len(table), table.verdicts[gr.Verdict.UNQUALIFIED]
        (1, 1)
    """

    headings = INSPECTION_HEADINGS

    def __init__(self, inspections: Iterable[Inspection]) -> None:
        self._inspections = tuple(each_inspection(inspections))

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
        return Findings(tuple(chain.from_iterable(inspection.findings for inspection in self._inspections)))

    @property
    def problems(self) -> Findings:
        """The failed findings of all subjects, in order."""
        return Findings(tuple(chain.from_iterable(inspection.problems for inspection in self._inspections)))

    @property
    def missing(self) -> Findings:
        """Findings that keep verdicts undetermined, of all subjects, in order."""
        return Findings(tuple(chain.from_iterable(inspection.missing for inspection in self._inspections)))

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """Number of subjects by verdict; all three are there."""
        counts = dict.fromkeys(Verdict, 0)
        for inspection in self._inspections:
            counts[inspection.verdict] += 1
        return counts

    def with_verdict(self, *verdicts: Verdict | str) -> InspectionTable:
        """Return those whose verdict is one of `verdicts`."""
        chosen = {Verdict(verdict) for verdict in verdicts}
        return InspectionTable(inspection for inspection in self._inspections if inspection.verdict in chosen)

    def pass_counts(self, by: GroupBy = "area") -> dict[str, CountsOf]:
        """Count how many of each group have each verdict, the largest group first.

        Args:
            by: `area`, `platform`, `level`, `owner`, `division` or `subject_kind`; words of a vocabulary are given in Chinese.
        """
        groups: dict[str, list[int]] = {}
        order = list(Verdict)
        for inspection in self._inspections:
            counts = groups.setdefault(_group_of(inspection, by), [0, 0, 0])
            counts[order.index(inspection.verdict)] += 1
        named = {name: CountsOf(*counts) for name, counts in groups.items()}
        return dict(sorted(named.items(), key=lambda group: (-group[1].total, group[0])))

    def plot(
        self,
        kind: Literal["pass_rate", "problems", "scores"] = "pass_rate",
        *,
        by: GroupBy = "area",
        ax: Axes | None = None,
        font: str | None = None,
    ) -> Axes:
        """Draw the pass rate of groups, the kinds of problems, or the scores in the bands of the rulebook.

        Args:
            kind: `pass_rate`, `problems` or `scores`.
            by: Groups of pass rates, see `pass_counts`.
            ax: Where to draw; None makes a figure.
            font: Name or path of a font with Chinese characters; None looks for one.

        Raises:
            MissingExtra: matplotlib is not installed.
            ExportError: No font has the characters; or there is no score to draw.
        """
        check_choice("kind", kind, ("pass_rate", "problems", "scores"))
        check_choice("by", by, _GROUPS)
        if kind == "problems":
            return self.problems.plot(ax=ax, font=font)
        if kind == "pass_rate":
            return plots.pass_rates(self.pass_counts(by), title=f"合格率（按{_GROUPS[by]}）", ax=ax, font=font)
        scored = [
            (float(inspection.score.low), float(inspection.score.high))
            for inspection in self._inspections
            if inspection.score is not None
        ]
        if not scored:
            raise ExportError(
                "no subject of the table has a score",
                hint="only portals are scored, and a vetoed one is not",
                zh="表中没有计分的对象",
                hint_zh="只有门户网站计分，被单项否决的不计分",
            )
        rules = [rule for inspection in self._inspections for rule in inspection.plan.scoring.values()]
        edges = {float(rule.pass_below) for rule in rules}
        edges |= {float(rule.bonus_above) for rule in rules if rule.bonus_above is not None}
        return plots.score_bands(scored, sorted(edges), ax=ax, font=font)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InspectionTable) and self._inspections == other._inspections

    def __hash__(self) -> int:
        return hash(self._inspections)

    def __repr__(self) -> str:
        counts = ", ".join(f"{verdict.zh} {count}" for verdict, count in self.verdicts.items()) if len(self) else ""
        return f"<{by_language(f'{len(self)} inspections', f'{len(self)} 个检查结果')}{counts and ': '}{counts}>"

    def _repr_html_(self) -> str:
        heads = ("对象", "判定", "得分", "存在的突出问题", "未定")
        counts = {verdict.zh: count for verdict, count in self.verdicts.items()}
        shares = display.shares(counts, {verdict.zh: tone for verdict, tone in VERDICT_TONES.items()})
        table = display.html_table(heads, map(_shown_row, self._inspections), len(self)) if self._inspections else ""
        return display.frame(f"<b>检查结果 {len(self)} 个</b>", shares, table)


def _shown_row(inspection: Inspection) -> tuple[str, ...]:
    problems = inspection.problems
    sentences = [display.text(finding.message("zh"), 120) for finding in problems[:5]]
    missing = inspection.missing
    return (
        display.named(inspection.subject.name, inspection.subject.id),
        display.badge(inspection.verdict.zh, VERDICT_TONES[inspection.verdict]),
        "" if inspection.score is None else display.text(inspection.score),
        display.items(sentences, len(problems)) if problems else "",
        display.collapsible(f"{len(missing)} 项", "<br>".join(display.code(finding.id) for finding in missing[:10]))
        if missing
        else "",
    )
