"""The report of a round as one HTML file (检查报告): nothing is fetched, nothing but its own script may run.

A content security policy in the page names the style sheet and the script by their digests and forbids every other source,
so even a browser that met an unescaped name would not follow it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from govmedia_rules.checks.contract import Status
from govmedia_rules.core.rates import Rounding
from govmedia_rules.errors import visible
from govmedia_rules.judge.compare import Comparison
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.reports.charts import Bar, Segment, bars
from govmedia_rules.reports.document import ReportDocument, policy
from govmedia_rules.reports.rows import KINDS, SubjectRow, Totals, collect
from govmedia_rules.reports.templates import Filter, fill_template, markup, read_text
from govmedia_rules.reports.text import shortened, web_address
from govmedia_rules.rules.model import KIND_ZH

_STATUSES = (
    Status.FAILED,
    Status.PASSED,
    Status.INCONCLUSIVE,
    Status.NEEDS_REVIEW,
    Status.NOT_CHECKED,
    Status.ERROR,
    Status.NOT_APPLICABLE,
)
_STYLES = {Verdict.UNQUALIFIED: "failed", Verdict.QUALIFIED: "passed", Verdict.UNDETERMINED: "open"}
_ORDER = {Verdict.UNQUALIFIED: 0, Verdict.UNDETERMINED: 1, Verdict.QUALIFIED: 2}
_LONGEST_CHART = 15


class Card(NamedTuple):
    """The figures of one kind of subject."""

    label: str
    total: int
    failed: int
    passed: int
    open: int
    rate: str


class IndicatorLine(NamedTuple):
    """How one indicator turned out: counts in the order 不通过, 通过, 数据不足, 待复核, 未检查, 检查出错, 不适用."""

    id: str
    title: str
    kind: str
    counts: tuple[int, ...]


class ChangeLine(NamedTuple):
    """One subject of a comparison, in words and counts."""

    name: str
    before: str
    after: str
    new: int
    persisting: int
    resolved: int
    lost_sight: int


@dataclass(frozen=True)
class _Shown:
    """A subject as the page shows it."""

    row: SubjectRow

    def __getattr__(self, name: str) -> object:
        return getattr(self.row, name)

    @property
    def phrases(self) -> str:
        return shortened("、".join(problem.phrase for problem in self.row.shown), 300)

    @property
    def facts(self) -> list[tuple[str, str]]:
        row = self.row
        facts = (
            ("标识", row.id),
            ("标识码", row.code if row.code != row.id else ""),
            ("网址", row.url),
            ("主办单位", row.owner),
            ("层级", row.level_zh),
            ("监测时间点", f"{row.observed_at:%Y-%m-%d %H:%M}"),
            ("规则", row.rulebook),
        )
        return [(label, value) for label, value in facts if value]


def html_report(
    inspections: Iterable[Inspection],
    *,
    title: str = "政府网站与政务新媒体检查报告",
    notice: ReportDocument | None = None,
    comparison: Comparison | None = None,
    rounding: Rounding | None = None,
    max_evidence: int = 20,
    list_clean: bool = True,
    template: str | Path | None = None,
) -> str:
    """Return a self-contained HTML page about inspections.

    Every figure on it is counted from the inspections. They are read once and not kept.

    Args:
        inspections: The inspections.
        title: Heading of the page.
        notice: A notice to show with them; None for none.
        comparison: How an earlier round compares; only subjects that changed are listed.
        rounding: How rates are printed; by default two places, never 100 while anything failed.
        max_evidence: Pieces of evidence listed for a finding; the number left out is told.
        list_clean: Whether subjects without any problem are listed by name.
        template: A template instead of the library's; see `docs/reports.md` for what it may use.

    Raises:
        NoticeError: The template cannot be filled; names the place.
        MissingExtra: jinja2 is not installed.
    """
    rows, totals = collect(inspections, max_evidence)
    return report_page(
        rows,
        totals,
        title=title,
        notice=notice,
        comparison=comparison,
        rounding=rounding or Rounding(),
        list_clean=list_clean,
        template=template,
    )


def report_page(
    rows: Sequence[SubjectRow],
    totals: Totals,
    *,
    title: str,
    notice: ReportDocument | None,
    comparison: Comparison | None,
    rounding: Rounding,
    list_clean: bool,
    template: str | Path | None,
) -> str:
    """Return the page of rows that were collected already."""
    css, js = read_text("report.css"), read_text("report.js")
    shown = sorted((row for row in rows if row.shown or row.verdict is not Verdict.QUALIFIED), key=_place)
    clean = [row for row in rows if not row.shown and row.verdict is Verdict.QUALIFIED]
    values: dict[str, object] = {
        "title": title,
        "csp": policy(css, js),
        "css": markup(css),
        "js": markup(js),
        "totals": totals,
        "rulebooks": sorted(totals.rulebooks),
        "cards": [card_of(totals, kind, rounding) for kind in KINDS if totals.count(kind)],
        "notes": notes_of(totals, clean, list_clean),
        "charts": [(caption, markup(svg)) for caption, svg in charts_of(totals) if svg],
        "notice": markup(notice.to_html_body()) if notice is not None else "",
        "comparison": _changes(comparison) if comparison is not None else (),
        "indicators": indicator_lines(totals),
        "kinds": [(kind, KINDS[kind]) for kind in KINDS if totals.count(kind)],
        "choices": _choices(rows),
        "subjects": [_Shown(row) for row in shown],
        "clean": clean if list_clean else (),
    }
    filters: dict[str, Filter] = {"linked": _linked, "day": day_zh, "style": _STYLES.__getitem__}
    return fill_template("report.html.j2", values, template=template, filters=filters)


def _place(row: SubjectRow) -> tuple[object, ...]:
    # Numbers in a name count as numbers: 第3中学 stands before 第15中学.
    name = tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]{1,18})", row.name))
    return _ORDER[row.verdict], list(KINDS).index(row.kind), row.place, name, row.id


def _linked(text: str) -> object:
    """Return the text, as a link where it is an address a reader may follow."""
    shown = html.escape(visible(text))
    address = web_address(text)
    if address is None:
        return markup(f"<bdi>{shown}</bdi>")
    return markup(f'<a href="{html.escape(address)}" rel="noreferrer noopener external" target="_blank"><bdi>{shown}</bdi></a>')


def day_zh(moment: datetime) -> str:
    """Return the day in Chinese print."""
    return f"{moment.year}年{moment.month}月{moment.day}日"


def card_of(totals: Totals, kind: str, rounding: Rounding) -> Card:
    """Return the figures of one kind of subject."""
    failed, passed, undecided = (
        totals.count(kind, verdict) for verdict in (Verdict.UNQUALIFIED, Verdict.QUALIFIED, Verdict.UNDETERMINED)
    )
    return Card(KINDS[kind], totals.count(kind), failed, passed, undecided, totals.pass_rate(kind, rounding))


def notes_of(totals: Totals, clean: Sequence[SubjectRow], list_clean: bool) -> list[str]:
    """Return the caveats a reader needs beside the figures."""
    unsettled = Counter[Status]()
    for (_, status), count in totals.indicators.items():
        unsettled[status] += count
    notes = []
    if totals.unverified:
        notes.append(f"{totals.unverified} 个不合格对象的单项否决所依据的条款或取值均待核实。")
    if totals.waived:
        notes.append(f"{totals.waived} 条不通过的结论有文件豁免，已列出，不计入判定。")
    if totals.partial:
        notes.append(f"{totals.partial} 个对象只检查了部分指标，判定仅就所查指标而言。")
    if unsettled[Status.NOT_CHECKED]:
        notes.append(f"须人工判定而尚未判定的结论 {unsettled[Status.NOT_CHECKED]} 条，未计为不通过。")
    if unsettled[Status.ERROR]:
        notes.append(f"检查出错的结论 {unsettled[Status.ERROR]} 条，既未计为通过，也未计为不通过。")
    if clean and not list_clean:
        notes.append(f"未发现问题的对象 {len(clean)} 个，未逐一列出。")
    return notes


def charts_of(totals: Totals) -> list[tuple[str, str]]:
    """Return caption and SVG of each chart; a chart without data is an empty text."""
    verdicts = [Bar(KINDS[kind], _verdict_parts(totals, kind)) for kind in KINDS if totals.count(kind)]
    failed = totals.failed()
    problems = [Bar(title, (Segment("plain", "", count),)) for _, title, _, count in failed[:_LONGEST_CHART]]
    areas = [Bar(area, (Segment("failed", "", count),)) for area, count in _top(totals.areas)]
    per_type: dict[str, Counter[Verdict]] = {}
    for (kind, type_zh, verdict), count in totals.types.items():
        if kind == "account":
            per_type.setdefault(type_zh, Counter())[verdict] += count
    types = [Bar(name, _parts(counts)) for name, counts in sorted(per_type.items(), key=lambda item: (-item[1].total(), item[0]))]
    return [
        ("判定", bars("判定", verdicts)),
        (_capped("不通过对象最多的指标", len(failed)), bars("各指标不通过的对象数", problems)),
        (_capped("不合格对象所属地方或部门", len(totals.areas)), bars("各地方或部门不合格对象数", areas)),
        (_capped("政务新媒体按类型", len(types)), bars("政务新媒体各类型判定", types[:_LONGEST_CHART])),
    ]


def _capped(caption: str, count: int) -> str:
    return f"{caption}（前 {_LONGEST_CHART}，共 {count}）" if count > _LONGEST_CHART else caption


def _top(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_LONGEST_CHART]


def _verdict_parts(totals: Totals, kind: str) -> tuple[Segment, ...]:
    return _parts(Counter({verdict: totals.count(kind, verdict) for verdict in Verdict}))


def _parts(counts: Mapping[Verdict, int]) -> tuple[Segment, ...]:
    return tuple(
        Segment(_STYLES[verdict], verdict.zh, counts.get(verdict, 0)) for verdict in sorted(_ORDER, key=_ORDER.__getitem__)
    )


def indicator_lines(totals: Totals) -> list[IndicatorLine]:
    """Return one line for each indicator that was asked of anybody, in order of failures."""
    lines = [
        IndicatorLine(name, title, KIND_ZH.get(kind, kind), tuple(totals.indicators[name, status] for status in _STATUSES))
        for name, (title, kind) in totals.titles.items()
    ]
    asked = [line for line in lines if sum(line.counts[:-1])]
    return sorted(asked, key=lambda line: (-line.counts[0], line.id))


def _choices(rows: Sequence[SubjectRow]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the menus to filter by: id, label, and pairs of value and text."""
    listed: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for row in rows:
        for problem in row.shown:
            listed[problem.indicator] += 1
            titles[problem.indicator] = problem.title
    types = Counter(row.type_zh for row in rows)
    areas = Counter(row.place for row in rows if row.place and row.shown)
    return [
        ("indicator", "指标", [(name, f"{shortened(titles[name], 40)}（{count}）") for name, count in listed.most_common()]),
        ("type", "类型", [(name, f"{shortened(name, 20)}（{count}）") for name, count in types.most_common()]),
        ("area", "地方或部门", [(name, f"{shortened(name, 30)}（{count}）") for name, count in sorted(areas.items())]),
    ]


def _changes(comparison: Comparison) -> list[ChangeLine]:
    def zh(verdict: Verdict | None) -> str:
        return "未检查" if verdict is None else verdict.zh

    return [
        ChangeLine(
            change.name,
            zh(change.before),
            zh(change.after),
            len(change.new),
            len(change.persisting),
            len(change.resolved),
            len(change.lost_sight),
        )
        for change in comparison.changed
    ]
