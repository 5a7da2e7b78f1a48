"""The steps of a round on the command line: `campaign new / add / draw / results / review / issue / recheck / carry / appeal`.

Each step reads and writes files that an office has: registries, workbooks, inspections. The round itself is a folder.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from govmedia_rules.campaign import (
    Appeal,
    AppealAnswer,
    Campaign,
    CampaignConfig,
    CountedResult,
    CountedUnits,
    DueRule,
    SampleRule,
)
from govmedia_rules.campaign.folder import DESCRIPTION, read_campaign, read_count_rows
from govmedia_rules.campaign.groups import DIMENSIONS
from govmedia_rules.campaign.worklists import (
    Filled,
    Line,
    issue_list,
    read_issues_filled,
    read_rechecks_filled,
    read_results_filled,
    read_reviews_filled,
    recheck_list,
    review_list,
)
from govmedia_rules.commands.book import add_books, books_of
from govmedia_rules.commands.output import day, say
from govmedia_rules.core.dates import read_moment
from govmedia_rules.core.faults import first_fault
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import CampaignError, GovMediaRulesError, Where, reason_zh
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.rulebook import Rulebook, load_rulebook
from govmedia_rules.notices.figures import DateSpan, PartialDate
from govmedia_rules.subjects.registry import read_registry
from govmedia_rules.tables.out import SummaryTable

if TYPE_CHECKING:
    from govmedia_rules.rules.release import Books

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


def add_actions(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the steps."""
    new = _action(actions, "new", "begin a round in a new folder", _new)
    new.add_argument("--title", help="name of the round")
    new.add_argument("--period", help="what it counts for, as 2024年第三季度")
    new.add_argument("--place", default="", help="word for the area in sentences, as 全市")
    new.add_argument("--organiser", help="who holds it")
    new.add_argument(
        "--window", nargs=2, type=day, metavar=("FIRST", "LAST"), help="days in which is inspected, as 2024-08-01 2024-08-31"
    )
    new.add_argument("--rulebook", action="append", default=[], metavar="ID", help="rulebook it rests on; repeat")
    new.add_argument("--described", metavar="DIR", help=f"a folder with {DESCRIPTION} and tables instead")

    add = _action(actions, "add", "add the population: registries by name, or numbers", _add)
    add.add_argument("--sites", metavar="FILE", help="registry of sites (CSV or workbook)")
    add.add_argument("--accounts", metavar="FILE", help="registry of accounts")
    add.add_argument("--counts", metavar="FILE", help="units known as numbers (CSV; the columns are the fields of CountedUnits)")
    _tier(add)

    draw = _action(actions, "draw", "draw a sample and write the list", _draw)
    draw.add_argument("--subject", choices=("site", "account"), required=True)
    draw.add_argument("--share", required=True, help="share of each stratum, as 0.3; 1 takes all")
    draw.add_argument("--strata", default="", metavar="NAME[,NAME]", help=f"any of {', '.join(DIMENSIONS)}")
    draw.add_argument("--seed", required=True, help="fixed before the list was known")
    draw.add_argument("--at", required=True, metavar="TIME", help="when it is drawn")
    draw.add_argument("--portals", action="store_true", help="take every 政府门户网站")
    draw.add_argument("--failed", action="store_true", help="take every unit that failed the round before")
    draw.add_argument("--out", metavar="FILE", help="write the drawn units there (CSV or XLSX)")
    _tier(draw)

    results = _action(actions, "results", "add inspections (JSON Lines of `inspect --out`) or tables of results", _results)
    results.add_argument("files", nargs="+", metavar="FILE")
    results.add_argument(
        "--rulebook", action="append", default=[], metavar="ID", help="rulebook of the inspections, where it is not built in"
    )
    add_books(results)
    results.add_argument("--counts", action="store_true", help="the files hold numbers (the fields of CountedResult)")
    results.add_argument("--by", help="who reports, where the table does not say")
    results.add_argument("--at", metavar="TIME", help="when, where the table does not say")
    _tier(results)

    for name, description, run in (
        ("review", "write the failures nobody reviewed to a workbook, or read it back", _review),
        ("recheck", "write the open tasks to a workbook, or read it back", _recheck),
        ("issues", "write what keeps the notice from being written to a workbook, or read back why it is right", _issues),
    ):
        step = _action(actions, name, description, run)
        way = step.add_mutually_exclusive_group(required=True)
        way.add_argument("--write", metavar="FILE", help="the list to be filled in (XLSX or CSV)")
        way.add_argument("--read", metavar="FILE", help="the list that was filled in")
        step.add_argument("--role", help="role of the person, where the row does not say")
        step.add_argument("--at", metavar="TIME", help="when, where the row does not say")

    issue = _action(actions, "issue", "issue a task to every failed unit", _issue)
    issue.add_argument("--signed", required=True, type=day, metavar="DATE", help="day of signing of the notice")
    due = issue.add_mutually_exclusive_group(required=True)
    due.add_argument("--due", type=day, metavar="DATE", help="last day")
    due.add_argument("--days", type=int, metavar="N", help="days after the signing")
    due.add_argument("--working-days", type=int, metavar="N", help="working days after the signing")

    carry = _action(actions, "carry", "take over the failures, tasks and rates of the round before", _carry)
    carry.add_argument("before", metavar="BEFORE", help="folder of the round before")

    appeal = _action(actions, "appeal", "record an appeal, or its answer", _appeal)
    appeal.add_argument("id", help="its number")
    appeal.add_argument("--unit", metavar="ID", help="id of the unit that appeals")
    appeal.add_argument("--indicator", action="append", default=[], metavar="ID", help="finding it is against; all without it")
    appeal.add_argument("--by", default="主办单位", help="who appeals, by role")
    appeal.add_argument("--answer", choices=("upheld", "rejected"), help="the answer to an appeal that is recorded")
    appeal.add_argument("--role", default="检查单位", help="role of the person who answers")
    appeal.add_argument("--at", required=True, metavar="TIME", help="when")
    appeal.add_argument("--reason", required=True, help="why")
    _tier(appeal)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    description: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=description, description=description)
    parser.add_argument("path", metavar="FOLDER", help="the folder of the round")
    parser.set_defaults(step=run)
    return parser


def _tier(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tier", default="main", help="tier it belongs to")


def _new(args: argparse.Namespace) -> int:
    if args.described:
        read_campaign(args.described).campaign.save(args.path)
        say(f"begun in {args.path} as {args.described} describes it", f"已按 {args.described} 在 {args.path} 建立")
        return 0
    if not args.title or not args.period:
        raise CampaignError(
            "a round needs --title and --period",
            hint="or --described DIR",
            zh="新的一轮需要 --title 和 --period",
            hint_zh="或用 --described 目录",
        )
    window = None
    if args.window:
        first, last = (PartialDate(year=day.year, month=day.month, day=day.day) for day in args.window)
        window = _checked(DateSpan, {"start": first, "end": last}, "--window")
    values = {
        "title": args.title,
        "period": args.period,
        "place": args.place,
        "organiser": args.organiser,
        "window": window,
        "rulebooks": tuple(args.rulebook),
    }
    Campaign(_checked(CampaignConfig, values)).save(args.path)
    say(f"begun in {args.path}", f"已在 {args.path} 建立")
    return 0


def _checked(model: type[M], values: dict[str, object], option: str = "") -> M:
    """Return the model of values that were given as options; what it refuses is named by its field or option."""
    try:
        return model.model_validate(values)
    except ValidationError as faults:
        field, text = first_fault(faults)
        name = option or field
        raise CampaignError(f"{name}: {text.en}", zh=f"{name}：{text.zh}") from faults


def _add(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    if not (args.sites or args.accounts or args.counts):
        raise CampaignError(
            "nothing to add",
            hint="name --sites, --accounts or --counts",
            zh="没有要加入的内容",
            hint_zh="请写 --sites、--accounts 或 --counts",
        )
    refused: list[str] = []
    if args.sites or args.accounts:
        registry = read_registry(args.sites, args.accounts)
        campaign.add_members(registry, tier=args.tier)
        refused = [str(row) for row in registry.bad]
        say(
            f"{len(registry.sites)} sites, {len(registry.accounts)} accounts",
            f"网站{len(registry.sites)}个，账号{len(registry.accounts)}个",
        )
    if args.counts:
        blocks = [block.model_copy(update={"tier": args.tier}) for block in read_count_rows(Path(args.counts), CountedUnits)]
        campaign.add_counts(*blocks)
        number = sum(block.count for block in blocks)
        say(f"{number} units as numbers", f"按数量登记{number}个")
    campaign.save(args.path)
    return _refusals(refused)


def _draw(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    try:
        share = Decimal(args.share)
    except InvalidOperation:
        raise CampaignError(
            f"--share {args.share!r} is no number",
            hint="write 0.3 for 30%",
            zh=f"--share {args.share!r} 不是数",
            hint_zh="30% 写作 0.3",
        ) from None
    values = {
        "subject": args.subject,
        "method": "full" if share == 1 else "stratified",
        "share": None if share == 1 else share,
        "strata": tuple(name for name in args.strata.split(",") if name),
        "portals_always": args.portals,
        "failed_always": args.failed,
    }
    rule = _checked(SampleRule, values)
    sample = campaign.draw(rule, seed=args.seed, at=_moment(args.at), tier=args.tier)
    campaign.save(args.path)
    for line in sample.lines():
        print(line)
    if args.out:
        _write(campaign.sample_table(sample), args.out)
    return 0


def _results(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    refused: list[str] = []
    added = blank = 0
    for name in args.files:
        if args.counts:
            blocks = [block.model_copy(update={"tier": args.tier}) for block in read_count_rows(Path(name), CountedResult)]
            campaign.add_counts(*blocks)
            added += sum(block.count for block in blocks)
        elif name.endswith((".jsonl", ".ndjson")):
            for row, inspection in _inspections(Path(name), args.rulebook, books_of(args), refused):
                added += _tried(partial(campaign.add, inspection, tier=args.tier), f"{name}:{row}", refused)
        else:
            filled = read_results_filled(campaign, name, by=args.by, at=_optional(args.at))
            refused += [f"{name}:{row}: {reason}" for row, reason in filled.refused]
            blank += filled.blank
            for row, reported in filled.items:
                report = reported if args.tier == "main" else reported.model_copy(update={"tier": args.tier})
                added += _tried(partial(campaign.add_results, report), f"{name}:{row}", refused)
    campaign.save(args.path)
    say(
        f"{added} results added; {len(campaign.open)} units are open; {blank} rows left blank",
        f"加入结果{added}份；待定{len(campaign.open)}个；空白{blank}行",
    )
    return _refusals(refused)


def _inspections(path: Path, rulebooks: list[str], released: Books | None, refused: list[str]) -> Iterator[tuple[int, Inspection]]:
    books: dict[tuple[str, ...], Rulebook] = {}
    try:
        file = path.open(encoding="utf-8-sig")
    except OSError as fault:
        raise CampaignError(
            f"it cannot be read: {fault.strerror}", Where(str(path)), zh=f"文件不能读：{reason_zh(fault)}"
        ) from fault
    with file:
        for row, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                data = json.loads(line)
                key = (data["rulebook"]["id"], *(data["covers"] or ()))
                if key not in books:
                    book = load_rulebook(rulebooks or key[0], books=released)
                    books[key] = book.only(*key[1:]) if key[1:] else book
                yield row, Inspection.from_dict(data, books[key].plan)
            except (GovMediaRulesError, ValueError, KeyError, TypeError) as fault:
                refused.append(f"{path}:{row}: not an inspection: {fault}")


def _review(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    if args.write:
        return _written(args, review_list(campaign), "failures wait for a review", "项问题待复核")
    filled = read_reviews_filled(args.read, role=args.role, at=_optional(args.at))
    return _record(campaign, args, filled, lambda item: campaign.review(item[1], tier=item[0]), "reviews", "复核")


def _recheck(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    if args.write:
        return _written(args, recheck_list(campaign), "tasks are open", "项整改任务未销号")
    filled = read_rechecks_filled(args.read, role=args.role, at=_optional(args.at))
    return _record(campaign, args, filled, lambda item: campaign.recheck(item[1], item[2], tier=item[0]), "re-checks", "复查")


def _issues(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    if args.write:
        return _written(args, issue_list(campaign), "issues keep the notice from being written", "项疑点未答复，不能起草通报")
    filled = read_issues_filled(campaign, args.read, role=args.role, at=_optional(args.at))
    return _record(campaign, args, filled, lambda item: campaign.record("issue_answer", item), "answers", "答复")


def _written(args: argparse.Namespace, table: SummaryTable[Line], what: str, zh: str) -> int:
    _write(table, args.write)
    say(f"{len(table)} {what}", f"{len(table)} {zh}")
    return 0


def _record(
    campaign: Campaign, args: argparse.Namespace, filled: Filled[T], record: Callable[[T], object], what: str, zh: str
) -> int:
    refused = [f"{args.read}:{row}: {reason}" for row, reason in filled.refused]
    added = sum(_tried(partial(record, item), f"{args.read}:{row}", refused) for row, item in filled.items)
    campaign.save(args.path)
    say(f"{added} {what} recorded, {filled.blank} rows left blank", f"记录{zh}{added}条，空白{filled.blank}行")
    return _refusals(refused)


def _issue(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    due = _checked(DueRule, {"day": args.due, "days": args.days, "working_days": args.working_days})
    issued = campaign.issue(due, signed=args.signed)
    for task in issued:
        print(f"{task.name}\t{task.due}\t{task.wording}")
    campaign.save(args.path)
    say(
        f"{len(issued)} tasks issued; {len(campaign.open)} units are open and have none",
        f"下发整改任务{len(issued)}项；待定{len(campaign.open)}个，未下发",
    )
    return 0


def _carry(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    campaign.carry_over(Campaign.load(args.before))
    campaign.save(args.path)
    failed, tasks = len(campaign.failed_before), len(campaign.tasks)
    say(f"{failed} units failed the round before, {tasks} tasks carried over", f"上期不合格{failed}个，转入整改任务{tasks}项")
    return 0


def _appeal(args: argparse.Namespace) -> int:
    campaign = Campaign.load(args.path)
    at = _moment(args.at)
    if args.answer:
        answered = {"appeal": args.id, "decision": args.answer, "role": args.role, "at": at, "reason": args.reason}
        campaign.answer_appeal(_checked(AppealAnswer, answered))
    elif not args.unit:
        raise CampaignError(
            "an appeal needs --unit",
            hint="or --answer for one that is recorded",
            zh="申诉需要 --unit",
            hint_zh="已记录的申诉用 --answer 答复",
        )
    else:
        appeal = {
            "id": args.id,
            "subject": args.unit,
            "tier": args.tier,
            "indicators": tuple(args.indicator),
            "by": args.by,
            "at": at,
            "reason": args.reason,
        }
        campaign.add_appeals(_checked(Appeal, appeal))
    campaign.save(args.path)
    return 0


def _tried(record: Callable[[], object], place: str, refused: list[str]) -> int:
    try:
        record()
    except GovMediaRulesError as fault:
        refused.append(f"{place}: {fault}")
        return 0
    return 1


def _refusals(refused: list[str]) -> int:
    for reason in refused:
        say(f"not recorded: {reason}", f"未记录：{reason}")
    return 1 if refused else 0


def _write(table: SummaryTable[Line], name: str) -> None:
    if name.endswith(".csv"):
        table.to_csv(name)
    else:
        table.to_excel(name)


def _moment(text: str) -> datetime:
    moment = read_moment(text)
    if moment is None:
        raise CampaignError(
            f"{text!r} is no date or time",
            hint="write 2024-08-23 10:00",
            zh=f"{text!r} 不是日期或时间",
            hint_zh="写作 2024-08-23 10:00",
        )
    return moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, 23, 59, tzinfo=SHANGHAI)


def _optional(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)
