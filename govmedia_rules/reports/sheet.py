"""Rectification sheets (整改通知单): for one unit what is wrong, the evidence, the clause, and when it must be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from govmedia_rules.campaign.campaign import Campaign
from govmedia_rules.campaign.results import Result
from govmedia_rules.campaign.tasks import Task
from govmedia_rules.errors import NoticeError
from govmedia_rules.judge.finding import Finding
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.reports.document import ReportDocument
from govmedia_rules.reports.grids import ReportGrid, taken_apart
from govmedia_rules.reports.rows import KINDS, FindingRow, code_of, finding_row, kind_of_subject, type_zh, url_of
from govmedia_rules.reports.templates import Filter, fill_template
from govmedia_rules.reports.text import quoted
from govmedia_rules.rules.model import Grade
from govmedia_rules.subjects.models import Account, Site, Supervisor


@dataclass(frozen=True, slots=True)
class Office:
    """The details that the office adds to a sheet.

    Attributes:
        due: Last day.
        issuer: Who sends it; None leaves the words out.
        number: 文号; None when it has none.
        signed: Day of signing; None leaves it out.
        period: Which check it was, in print (`2024年第三季度`); None leaves it out.
        receiver: To whom the reply goes; the issuer when None.
        contact: How to reach the office; None leaves it out.
    """

    due: date
    issuer: str | None = None
    number: str | None = None
    signed: date | None = None
    period: str | None = None
    receiver: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One problem of a sheet.

    Attributes:
        wording: The problem as a list names it.
        title: Official name of the indicator; "" for a problem that was only reported.
        kind_zh: 单项否决, 扣分 …; "" where nobody says.
        sentence: What was found, in a sentence.
        source: Document and clause; "" where nobody says.
        grade: How rule and values were seen; None where there is no rule.
        review: What the deciding review says; "" without one.
        finding: The finding with its evidence; None for a problem that was only reported.
    """

    wording: str
    title: str = ""
    kind_zh: str = ""
    sentence: str = ""
    source: str = ""
    grade: Grade | None = None
    review: str = ""
    finding: FindingRow | None = None

    @classmethod
    def of(cls, finding: Finding, max_evidence: int) -> SheetItem:
        """Return the item of a finding."""
        row = finding_row(finding, max_evidence)
        return cls(row.phrase, row.title, row.kind_zh, row.message, row.source, row.grade, row.review, row)


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """The values that a template of sheets may use, under the name `sheet`."""

    kind: str
    kind_zh: str
    type_zh: str
    name: str
    code: str | None
    url: str | None
    owner: str | None
    area: str | None
    due: date
    issuer: str | None
    number: str | None
    signed: date | None
    period: str | None
    receiver: str | None
    contact: str | None
    observed_at: datetime | None
    rulebook: str | None
    failed_rounds: int
    items: tuple[SheetItem, ...]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What identifies the subject: label and value."""
        code = "网站标识码" if self.kind == "site" else "政务新媒体标识码"
        return [(label, value) for label, value in ((code, self.code), ("网址", self.url)) if value]

    @property
    def evidence(self) -> list[tuple[int, str, str, str, str, str]]:
        """Number of the problem, content, place, time, value and limit of every piece that is listed."""
        return [
            (number, piece.what, piece.where, piece.when, piece.value, piece.limit)
            for number, item in enumerate(self.items, 1)
            for piece in (item.finding.evidence if item.finding is not None else ())
        ]

    @property
    def left_out(self) -> int:
        """Pieces of evidence that are not listed."""
        return sum(item.finding.evidence_count - len(item.finding.evidence) for item in self.items if item.finding is not None)


def rectification_sheet(
    inspection: Inspection,
    office: Office,
    *,
    max_evidence: int = 20,
    template: str | Path | None = None,
    more: Mapping[str, object] | None = None,
) -> ReportDocument:
    """Return the sheet of one inspected site or account: its problems, of whatever kind; those a document excuses are left out.

    Args:
        inspection: The inspection; its reviews have been given.
        office: What the office adds.
        max_evidence: Pieces of evidence listed for a problem; how many were left out is told.
        template: The user's template instead of the library's: a path, or its text.
        more: Further values the user's template asks for, by name.

    Raises:
        NoticeError: There is nothing to put right, or the template cannot be filled; names the place.
        MissingExtra: jinja2 is not installed.
    """
    items = [SheetItem.of(problem, max_evidence) for problem in inspection.problems if not problem.is_waived]
    facts = _facts(inspection.subject, office, items, inspection.observed_at, inspection.rulebook.version)
    return sheet_document(facts, template=template, more=more)


class TaskSheet(NamedTuple):
    """A task of a campaign and its sheet."""

    task: Task
    document: ReportDocument


def rectification_sheets(
    campaign: Campaign,
    *,
    issuer: str | None = None,
    receiver: str | None = None,
    contact: str | None = None,
    max_evidence: int = 20,
    template: str | Path | None = None,
    more: Mapping[str, object] | None = None,
) -> Iterator[TaskSheet]:
    """Yield one sheet for each open task of a campaign, in the order the tasks were issued; made one at a time.

    Deadline and day of signing are the task's, problems are those of the unit that were confirmed; a task carried over from an
    earlier round, whose findings this campaign does not hold, is told in the task's own words.

    Args:
        campaign: The campaign, after `issue`.
        issuer: Who sends them.
        receiver: To whom the reply goes; the issuer when None.
        contact: How to reach the office.
        max_evidence: Pieces of evidence listed for a problem.
        template: The user's template instead of the library's: a path, or its text.
        more: Further values the user's template asks for, by name.

    Raises:
        NoticeError: The template cannot be filled; names the place.
        MissingExtra: jinja2 is not installed.
    """
    for task in campaign.tasks:
        if not task.is_open:
            continue
        result = campaign.results.get(task.key)
        is_of_this_round = result is not None and task.period == campaign.config.period
        office = Office(task.due, issuer, None, task.issued, task.period.text(), receiver, contact)
        inspection = result.inspection if result is not None and is_of_this_round else None
        facts = _facts(
            _subject(campaign, task, result),
            office,
            _items(task, result if is_of_this_round else None, max_evidence),
            result.observed_at if result is not None and is_of_this_round else None,
            inspection.rulebook.version if inspection is not None else None,
            task.failed_rounds,
        )
        yield TaskSheet(task, sheet_document(facts, template=template, more=more))


def _subject(campaign: Campaign, task: Task, result: Result | None) -> Site | Account:
    if result is not None:
        return result.subject
    member = campaign.members.get(task.key)
    if member is not None:
        return member
    if task.kind == "site":
        return Site(name=task.name, owner=task.owner, area=task.area)
    return Account(name=task.name, platform="other", owner=task.owner, area=task.area)


def _items(task: Task, result: Result | None, max_evidence: int) -> list[SheetItem]:
    """Return confirmed findings with evidence, then what was only reported or ruled; else the task's wording."""
    items: list[SheetItem] = []
    if result is not None:
        items = [SheetItem.of(finding, max_evidence) for finding in result.findings]
        ids = {finding.id for finding in result.findings}
        items += [
            SheetItem(fault.wording)
            for fault in result.faults()
            if not fault.indicator_ids or not ids.issuperset(fault.indicator_ids)
        ]
    return items or [SheetItem(task.wording or "、".join(task.indicators) or "检查不合格")]


def _facts(
    subject: Site | Account | Supervisor,
    office: Office,
    items: Iterable[SheetItem],
    observed_at: datetime | None,
    rulebook: str | None,
    failed_rounds: int = 1,
) -> SheetFacts:
    kind = kind_of_subject(subject)
    return SheetFacts(
        kind,
        KINDS[kind],
        type_zh(subject),
        subject.name,
        code_of(subject),
        url_of(subject),
        subject.owner,
        subject.area,
        office.due,
        office.issuer,
        office.number,
        office.signed,
        office.period,
        office.receiver or office.issuer,
        office.contact,
        observed_at,
        rulebook,
        failed_rounds,
        tuple(items),
    )


def sheet_document(
    facts: SheetFacts, *, template: str | Path | None = None, more: Mapping[str, object] | None = None
) -> ReportDocument:
    """Return the sheet of these facts; see `rectification_sheet`."""
    if not facts.items:
        raise NoticeError(
            f"{facts.name!r} has nothing to put right",
            hint="make sheets of subjects with problems only",
            zh=f"“{facts.name}”没有要整改的问题",
            hint_zh="只给有问题的对象生成通知单",
        )
    grids = {"problems": _problems(facts), "evidence": _evidence(facts), "reply": _reply(facts)}
    filters: dict[str, Filter] = {"day": _day, "instant": _instant, "quoted": quoted}
    values: dict[str, object] = {**(more or {}), "sheet": facts}
    filled = fill_template("rectification.html.j2", values, template=template, filters=filters, in_one_line=True)
    return ReportDocument.parse(filled, grids)


def _problems(facts: SheetFacts) -> ReportGrid:
    rows = []
    for number, item in enumerate(facts.items, 1):
        source = item.source + ("（依据或取值待核实）" if item.grade == "unseen" else "")
        text = "\n".join(part for part in (item.sentence, item.review) if part)
        rows.append((number, item.wording, item.kind_zh or None, text or None, source or None))
    return ReportGrid(
        (("序号",), ("存在的问题",), ("类别",), ("检查情况",), ("依据及条款",)), taken_apart(rows), None, "一、问题清单"
    )


def _evidence(facts: SheetFacts) -> ReportGrid:
    rows = [(number, *(value or None for value in rest)) for number, *rest in facts.evidence]
    header = (("问题序号",), ("内容",), ("位置",), ("时间",), ("观测值",), ("限值",))
    return ReportGrid(header, taken_apart(rows), None, "二、证据清单")


def _reply(facts: SheetFacts) -> ReportGrid:
    rows = [(number, item.wording, None, None, None) for number, item in enumerate(facts.items, 1)]
    return ReportGrid((("序号",), ("存在的问题",), ("整改措施",), ("完成时间",), ("整改结果",)), taken_apart(rows))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _instant(moment: datetime) -> str:
    return f"{_day(moment)}{moment:%H:%M}"
