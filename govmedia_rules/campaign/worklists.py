"""Tables for an office to fill in: results, reviews and re-checks, written to a workbook and read back (复核表, 复查表).

A row that nobody filled in stays open. A row that cannot be used is returned with its number and the reason, and nothing of it
is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from operator import itemgetter
from os import PathLike
from typing import Any, Generic, Literal, TypeVar

from pydantic import ValidationError

from govmedia_rules.campaign.config import MAIN
from govmedia_rules.campaign.issues import issues_of
from govmedia_rules.campaign.records import SCORE
from govmedia_rules.campaign.tasks import Recheck, RecheckOutcome
from govmedia_rules.campaign.units import Fault, IssueAnswer, Reported
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.core.dates import read_moment
from govmedia_rules.core.faults import first_fault
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import ArgumentError, GovMediaRulesError, TableError, Where
from govmedia_rules.judge.reviews import Review
from govmedia_rules.notices.figures import OutcomeKind
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.tables.columns import Cell, ColumnType, Heading
from govmedia_rules.tables.model import RawTable
from govmedia_rules.tables.out import SummaryTable
from govmedia_rules.tables.sources import open_table

Line = tuple[Cell, ...]
T = TypeVar("T")

REVIEW_TITLES = (
    "检查主体",
    "对象编号",
    "名称",
    "指标编号",
    "存在的问题",
    "检查情况",
    "监测时间点",
    "结论",
    "理由",
    "复核人",
    "复核时间",
)
RECHECK_TITLES = (
    "检查主体",
    "对象编号",
    "名称",
    "主办单位",
    "存在的问题",
    "整改期限",
    "复查结果",
    "复查情况",
    "复查人",
    "复查时间",
)
ISSUE_TITLES = ("问题编号", "级别", "内容", "说明", "说明人", "说明时间")
DECISIONS: Mapping[str, Literal["confirmed", "dismissed"]] = {
    "属实": "confirmed",
    "确认": "confirmed",
    "不合格": "confirmed",
    "confirmed": "confirmed",
    "不属实": "dismissed",
    "排除": "dismissed",
    "合格": "dismissed",
    "dismissed": "dismissed",
}
RECHECKS: Mapping[str, RecheckOutcome] = {
    "已整改": "rectified",
    "整改到位": "rectified",
    "rectified": "rectified",
    "未整改": "not_rectified",
    "未整改到位": "not_rectified",
    "not_rectified": "not_rectified",
    "已注销": "closed",
    "closed": "closed",
}
OUTCOMES: Mapping[str, OutcomeKind] = {
    "合格": "passed",
    "通过": "passed",
    "不合格": "failed",
    "不通过": "failed",
    "基本合格": "basically_passed",
    "正在注销": "closing",
    "已注销": "closed",
    "注销未报备": "unreported",
}
_RESULT_NAMES: Mapping[str, str] = {
    "名称": "name", "网站名称": "name", "账号名称": "name", "政务新媒体名称": "name", "平台": "platform", "平台类型": "platform",
    "平台名称": "platform", "所属地方或部门": "area", "网址": "url", "首页网址": "url", "标识码": "code", "网站标识码": "code",
    "主办单位": "owner", "层级": "level", "检查结果": "outcome", "抽查结果": "outcome", "检查结论": "outcome", "结果": "outcome",
    "存在的问题": "wording", "存在的突出问题": "wording", "存在问题": "wording", "主要问题": "wording", "问题": "wording",
    "检查主体": "tier", "检查单位": "by", "检查时间": "at", "复核时间": "reviewed_at", "对象编号": "id",
}  # fmt: skip


@dataclass
class Filled(Generic[T]):
    """The rows read from a table that an office filled in.

    Attributes:
        items: Tier, unit and content of each row that says something.
        refused: Row of the file and reason for each row that cannot be used.
        blank: Rows that nobody filled in.
    """

    items: list[tuple[int, T]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    blank: int = 0


def _table(titles: tuple[str, ...], rows: list[Line], name: str) -> SummaryTable[Line]:
    kinds: Mapping[str, ColumnType] = {"监测时间点": "instant", "整改期限": "text"}
    headings: list[Heading[Line]] = [
        Heading(f"column_{at}", kinds.get(title, "text"), title, itemgetter(at)) for at, title in enumerate(titles)
    ]
    return SummaryTable(headings, rows, name=name)


def review_list(campaign: CampaignView) -> SummaryTable[Line]:
    """Return every failure without a review as a row with blank columns for the answer (复核表)."""
    rows: list[Line] = []
    for result in campaign.results.values():
        if not result.waiting:
            continue
        inspection = result.inspection
        findings = {} if inspection is None else {finding.id: finding for finding in inspection.problems}
        reports = (
            {}
            if result.record is None
            else {
                name: fault
                for report in result.record.reported
                for fault in report.faults
                for name in fault.indicator_ids or ("other",)
            }
        )
        for name in result.waiting:
            finding, fault = findings.get(name), reports.get(name)
            wording = finding.phrase if finding is not None else fault.wording if fault is not None else "得分低于合格线"
            message = finding.message("zh") if finding is not None else f"得分{result.score}" if name == SCORE else ""
            unit = (result.tier, result.subject.id, result.subject.name)
            rows.append((*unit, name, wording, message, result.observed_at, None, None, None, None))
    return _table(REVIEW_TITLES, rows, "复核表")


def read_reviews_filled(
    source: str | PathLike[str], *, role: str | None = None, at: datetime | None = None
) -> Filled[tuple[str, Review]]:
    """Read a review list that was filled in: 结论 属实 or 不属实, 理由, 复核人 (a role), 复核时间.

    Args:
        source: CSV or workbook.
        role: Role of the reviewer where the row gives none.
        at: When it was reviewed where the row does not say.

    Raises:
        TableError: The table cannot be opened.
    """

    def review(cells: Mapping[str, object]) -> tuple[str, Review]:
        decision = _word(cells, "结论", DECISIONS)
        model = Review.model_validate(
            {
                "subject": _text(cells, "对象编号"),
                "indicator": _text(cells, "指标编号"),
                "decision": decision,
                "role": _text(cells, "复核人") or role,
                "at": _moment(cells.get("复核时间")) or at,
                "reason": _text(cells, "理由") or ("复核属实" if decision == "confirmed" else None),
                "observed_at": _moment(cells.get("监测时间点")),
            }
        )
        return _text(cells, "检查主体") or MAIN, model

    return _read(source, "结论", make=review)


def recheck_list(campaign: CampaignView) -> SummaryTable[Line]:
    """Return every open task as a row with blank columns for the result of the re-check (复查表)."""
    rows: list[Line] = [
        (task.tier, task.subject, task.name, task.owner, task.wording, task.due.isoformat(), None, None, None, None)
        for task in campaign.tasks
        if task.is_open
    ]
    return _table(RECHECK_TITLES, rows, "复查表")


def read_rechecks_filled(
    source: str | PathLike[str], *, role: str | None = None, at: datetime | None = None
) -> Filled[tuple[str, str, Recheck]]:
    """Read a re-check list that was filled in: 复查结果 已整改, 未整改 or 已注销, 复查情况, 复查人 (a role), 复查时间.

    Args:
        source: CSV or workbook.
        role: Role of the person who looked where the row gives none.
        at: When it was looked at where the row does not say.

    Raises:
        TableError: The table cannot be opened.
    """

    def recheck(cells: Mapping[str, object]) -> tuple[str, str, Recheck]:
        model = Recheck.model_validate(
            {
                "at": _moment(cells.get("复查时间")) or at,
                "outcome": _word(cells, "复查结果", RECHECKS),
                "role": _text(cells, "复查人") or role,
                "note": _text(cells, "复查情况") or "",
            }
        )
        return _text(cells, "检查主体") or MAIN, _text(cells, "对象编号") or "", model

    return _read(source, "复查结果", make=recheck)


def issue_list(campaign: CampaignView) -> SummaryTable[Line]:
    """Return every issue that blocks the notice as a row with blank columns for an explanation (核实说明表)."""
    rows: list[Line] = [
        (issue.reason, issue.severity, issue.message(), None, None, None) for issue in issues_of(campaign) if issue.is_blocking
    ]
    return _table(ISSUE_TITLES, rows, "核实说明表")


def read_issues_filled(
    campaign: CampaignView, source: str | PathLike[str], *, role: str | None = None, at: datetime | None = None
) -> Filled[IssueAnswer]:
    """Read a list of issues that was filled in: 说明 (why it is right as it is), 说明人 (a role), 说明时间.

    Args:
        campaign: The round; an issue that it no longer has is refused.
        source: CSV or workbook.
        role: Role of the person where the row gives none.
        at: When it was answered where the row does not say.

    Raises:
        TableError: The table cannot be opened.
    """
    issues = {(issue.reason, issue.message()): issue for issue in issues_of(campaign)}

    def answer(cells: Mapping[str, object]) -> IssueAnswer:
        issue = issues.get((_text(cells, "问题编号") or "", _text(cells, "内容") or ""))
        if issue is None:
            raise ArgumentError(
                "the round has no such issue, or it is about other units now", zh="这一轮没有这件事，或它现在涉及别的单位"
            )
        return issue.answered(
            role=_text(cells, "说明人") or role, at=_moment(cells.get("说明时间")) or at, reason=_text(cells, "说明")
        )

    return _read(source, "说明", make=answer)


def read_results_filled(
    campaign: CampaignView, source: str | PathLike[str], *, by: str | None = None, at: datetime | None = None
) -> Filled[Reported]:
    """Read results of units by name, one problem a row: 名称, 平台 (accounts), 检查结果, 存在的问题, 检查单位, 检查时间, 复核时间.

    Rows of one unit with one date are one report. A failure counts once 复核时间 says that somebody confirmed it.

    Args:
        campaign: The round; a unit that it knows is taken as its registry describes it.
        source: CSV or workbook.
        by: Who reports where the row does not say.
        at: When it was reported where the row does not say.

    Raises:
        TableError: The table cannot be opened.
    """

    def reported(cells: Mapping[str, object]) -> Reported:
        named = {_RESULT_NAMES[title]: value for title, value in cells.items() if title in _RESULT_NAMES and value is not None}
        tier = str(named.get("tier") or MAIN)
        kind, words = (Account, ("id", "name", "platform")) if named.get("platform") else (Site, ("id", "name", "url", "code"))
        words = (*words, "area", "owner", "level", "code")
        subject = kind.model_validate({name: str(named[name]).strip() for name in words if name in named})
        wordings = [part for part in str(named.get("wording") or "").replace("；", ";").split(";") if part.strip()]
        outcome = _word({"检查结果": named.get("outcome")}, "检查结果", OUTCOMES)
        return Reported.model_validate(
            {
                "subject": campaign.members.get((tier, subject.id), subject),
                "tier": tier,
                "outcome": outcome,
                "faults": tuple(Fault(wording=part.strip()) for part in wordings),
                "by": _text(named, "by") or by,
                "at": _moment(named.get("at")) or at,
                "reviewed_at": _moment(named.get("reviewed_at")),
            }
        )

    answers = [title for title, name in _RESULT_NAMES.items() if name == "outcome"]
    # A problem without a result is not left out as a blank row is.
    return _read(source, *answers, make=reported, needed=[title for title, name in _RESULT_NAMES.items() if name == "wording"])


def _read(
    source: str | PathLike[str], *answers: str, make: Callable[[Mapping[str, Any]], T], needed: Iterable[str] = ()
) -> Filled[T]:
    """Read the rows in which the column of the answer is filled in.

    Args:
        source: CSV or workbook.
        answers: What that column may be called.
        make: Makes what a row says.
        needed: Columns of which a filled cell says that a row without an answer cannot be used.

    Raises:
        TableError: The table cannot be opened, or has no such column: no row of it would say anything.
    """
    filled: Filled[T] = Filled()
    table = open_table(source)
    titles = [str(title).strip() for title in table.columns]
    answer = next((title for title in answers if title in titles), None)
    if answer is None:
        raise TableError(
            f"no column is called {' or '.join(answers)}",
            Where(str(source)),
            f"there are {', '.join(titles[:12])}",
            f"没有名为“{'”或“'.join(answers)}”的列",
            f"现有列：{'、'.join(titles[:12])}",
        )
    for number, cells in _rows(table):
        if cells.get(answer) is None or not str(cells[answer]).strip():
            if any(str(cells.get(title) or "").strip() for title in needed):
                filled.refused.append((number, f"{answer} is blank"))
            else:
                filled.blank += 1
            continue
        try:
            filled.items.append((number, make(cells)))
        except ValidationError as faults:
            field, text = first_fault(faults)
            filled.refused.append((number, f"{field}: {text.en}" if field else text.en))
        except (ValueError, GovMediaRulesError) as fault:
            filled.refused.append((number, str(fault)))
    return filled


def _rows(table: RawTable) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, cells in table.rows:
        row = {str(title).strip(): value for title, value in cells.items()}
        if any(value is not None and str(value).strip() for value in row.values()):
            yield number, row


def _text(cells: Mapping[str, object], title: str) -> str | None:
    value = cells.get(title)
    text = "" if value is None else str(value).strip()
    return text or None


def _word(cells: Mapping[str, object], title: str, words: Mapping[str, T]) -> T:
    text = _text(cells, title) or ""
    if text not in words:
        raise ArgumentError(f"{title} {text!r} is none of {'、'.join(words)}", zh=f"{title}“{text}”应为{'、'.join(words)}之一")
    return words[text]


def _moment(value: object) -> datetime | None:
    """Return the instant in a cell; a bare day becomes its last minute, after everything else of that day."""
    if value is None or not str(value).strip():
        return None
    moment = value if isinstance(value, date) else read_moment(str(value).strip())
    if moment is None:
        raise ArgumentError(f"{str(value)[:40]!r} is no date or time", zh=f"{str(value)[:40]!r} 不是日期或时间")
    if isinstance(moment, datetime):
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=SHANGHAI)
    return datetime.combine(moment, time(23, 59), SHANGHAI)
