"""`govmedia-rules campaign`: a saved or described round, its figures, its tables, and what became of last round's failures."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from govmedia_rules.campaign import Campaign, Described, NoticeDraft, read_campaign
from govmedia_rules.campaign.folder import DESCRIPTION, read_draft
from govmedia_rules.campaign.groups import DIMENSIONS, Dimension
from govmedia_rules.campaign.tables import Line, total_row
from govmedia_rules.commands.output import say, text_table
from govmedia_rules.commands.report import document_bytes
from govmedia_rules.commands.rounds import add_actions
from govmedia_rules.core.files import examples_folder, write_file
from govmedia_rules.errors import CampaignError, Where
from govmedia_rules.notices.figures import Tally
from govmedia_rules.notices.model import Notice
from govmedia_rules.tables import out as counted
from govmedia_rules.tables.columns import Cell
from govmedia_rules.tables.files import cell_text, guard

WIDEST = 44


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command and its actions."""
    parser = commands.add_parser("campaign", description="figures of a round of inspection (一轮检查)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    examples = ", ".join(example_rounds())

    def action(name: str, description: str) -> argparse.ArgumentParser:
        action_parser = actions.add_parser(name, help=description, description=description)
        action_parser.add_argument("path", nargs="?", metavar="FOLDER", help=f"a saved campaign, or a folder with {DESCRIPTION}")
        action_parser.add_argument("--example", metavar="NAME", help=f"a shipped example instead: {examples}")
        return action_parser

    action("summary", "a round in a few lines, with everything that does not fit")
    counts = action("statistics", "counts by a grouping")
    counts.add_argument("--by", default="level", metavar="NAME[,NAME]", help=f"any of {', '.join(DIMENSIONS)}; several are crossed")
    counts.add_argument("--subject", choices=("site", "account"), help="sites or accounts only")
    counts.add_argument("--tier", help="this tier only")
    counts.add_argument("--format", choices=("table", "json", "csv"), default="table", help="what is printed")
    notice = action("notice", "the figures and attachments of the notice, recomputed")
    notice.add_argument("--json", action="store_true", help="print the notice as JSON")
    notice.add_argument("--draft", metavar="FILE", help="TOML with what the office adds, for a saved campaign")
    notice.add_argument("--issuer", metavar="NAME", help="who issues it, where there is no draft")
    notice.add_argument("--copies", action="append", default=[], metavar="NAME", help="抄送机关 of the 版记; repeat")
    notice.add_argument("--printed-by", metavar="NAME", help="印发机关 of the 版记")
    notice.add_argument("--printed", metavar="TEXT", help="印发日期, as 2024年8月27日")
    notice.add_argument("--out", metavar="FILE", help="write the document there: .docx, .md, .html; .xlsx for its attachments")
    correct = action("correct", "what of a published notice no longer stands (更正通报)")
    correct.add_argument(
        "--published", required=True, metavar="FILE", help="the notice as published: JSON of `notice --json`, text, HTML or DOCX"
    )
    correct.add_argument("--draft", metavar="FILE", help="the draft it was made with, for a saved campaign")
    correct.add_argument("--issuer", metavar="NAME", help="who issues it, where there is no draft")
    correct.add_argument("--out", metavar="FILE", help="write the document there: .docx, .md or .html")
    save = action("save", "write the round into a folder that later commands read")
    save.add_argument("--out", required=True, metavar="DIR", help="the folder")
    save.add_argument("--parquet", action="store_true", help="write results.parquet and population.parquet too")
    compare = actions.add_parser("compare", help="the failures of two rounds side by side")
    compare.add_argument("before", metavar="BEFORE", help="the earlier round")
    compare.add_argument("after", metavar="AFTER", help="the later round")
    compare.add_argument("--json", action="store_true", help="one line of JSON for each unit")
    add_actions(actions)
    parser.set_defaults(run=run)


def example_rounds() -> list[str]:
    """Return names of the shipped rounds."""
    folder = examples_folder()
    return sorted(path.parent.name for path in folder.glob(f"*/{DESCRIPTION}")) if folder.is_dir() else []


def run(args: argparse.Namespace) -> int:
    """Run one action; 0 when it ran."""
    if "step" in args:
        step: Callable[[argparse.Namespace], int] = args.step
        return step(args)
    if args.action == "compare":
        return _compare(args)
    if (args.path is None) == (args.example is None):
        raise CampaignError(
            "give one folder, or --example NAME",
            hint=f"examples are {', '.join(example_rounds())}",
            zh="请给出一个目录，或用 --example 名称",
            hint_zh=f"示例有：{'、'.join(example_rounds())}",
        )
    if args.example is not None and args.example not in example_rounds():
        raise CampaignError(
            f"no example is named {args.example!r}",
            hint=f"there are {', '.join(example_rounds())}",
            zh=f"没有名为 {args.example!r} 的示例",
            hint_zh=f"示例有：{'、'.join(example_rounds())}",
        )
    described = _open(Path(args.path) if args.path is not None else examples_folder() / args.example)
    return {"summary": _summary, "statistics": _statistics, "notice": _notice, "correct": _correct, "save": _save}[args.action](
        described, args
    )


def _open(folder: Path) -> Described:
    if (folder / DESCRIPTION).is_file():
        return read_campaign(folder)
    return Described(Campaign.load(folder), None)


def _summary(described: Described, _: argparse.Namespace) -> int:
    print(described.campaign.summary())
    return 0


def _statistics(described: Described, args: argparse.Namespace) -> int:
    campaign = described.campaign
    names = tuple(args.by.split(","))
    if not set(names) <= set(DIMENSIONS):
        raise CampaignError(
            f"nothing is counted by {args.by!r}",
            hint=f"there are {', '.join(DIMENSIONS)}",
            zh=f"不能按 {args.by!r} 统计",
            hint_zh=f"可以按：{'、'.join(DIMENSIONS)}",
        )
    spec: tuple[Dimension, ...] = names
    tiers = [tier for tier in campaign.config.tiers if args.tier in (None, tier.id)]
    if not tiers:
        raise CampaignError(f"the campaign has no tier {args.tier!r}", zh=f"本轮检查没有 {args.tier!r} 这一层级")
    statistics = campaign.statistics(spec)
    for tier in tiers:
        for kind, title in (("site", "政府网站"), ("account", "政务新媒体")):
            if args.subject not in (None, kind):
                continue
            total = statistics.total(kind, tier=tier.id)  # type: ignore[arg-type]
            if total.population is None and not total.inspected:
                continue
            counts = campaign.table(kind, spec, tier=tier.id)  # type: ignore[arg-type]
            whole = total_row(campaign, kind, tier=tier.id)  # type: ignore[arg-type]
            _print(
                counts, ("合计", *[""] * (len(names) - 1), *whole), f"{tier.scope or tier.id} {title}", args.format, (tier.id, kind)
            )
    return 0


def _print(counts: counted.SummaryTable[Line], total: Line, title: str, form: str, head: tuple[str, str]) -> None:
    if form == "json":
        # The total too, as in the other forms: units of which the group is not known are in no other line.
        for row in (*counts.cells(), total):
            cells = dict(zip(counts.columns, map(cell_text, row), strict=True))
            print(json.dumps({"tier": head[0], "subject": head[1], **cells}, ensure_ascii=False))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("tier", "subject", *counts.columns))
        writer.writerows([guard(cell_text(cell)) for cell in (*head, *row)] for row in (*counts.cells(), total))
    else:
        print(title)
        _print_table([heading.title for heading in counts.headings], (*counts.cells(), total))


def _print_table(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    for line in text_table(heads, [[cell_text(cell) for cell in row] for row in rows], [WIDEST] * len(heads)):
        print(line)


def _notice(described: Described, args: argparse.Namespace) -> int:
    from govmedia_rules.notices import reconcile

    notice = described.campaign.notice(_draft(described, args))
    if args.out:
        write_file(args.out, _document(notice, args))
        say(f"written to {args.out}", f"已写入 {args.out}")
        return 0
    if args.json:
        print(notice.model_dump_json(indent=1, exclude_defaults=True))
        return 0
    for line in _lines(notice):
        print(line)
    for attachment in notice.attachments:
        print(f"\n附件{attachment.number or ''} {attachment.title}")
        for attached in attachment.tables:
            if attached.caption:
                print(attached.caption)
            _print_table(attached.columns, (*attached.rows, *((attached.total,) if attached.total else ())))
        for band in attachment.bands:
            print(f"{band.text}: {'; '.join('、'.join(group) for group in band.groups)}")
    checks = reconcile(notice)
    agreed = sum(check.outcome == "agrees" for check in checks.checks)
    print(f"\n复算{len(checks.checks)}项: 相符{agreed}, 矛盾{len(checks.contradictions)}, 提示{len(checks.remarks)}")
    for check in checks.contradictions:
        say(check.message("zh"))
    return 0


def _draft(described: Described, args: argparse.Namespace) -> NoticeDraft:
    if args.draft:
        return read_draft(args.draft)
    if described.draft is not None:
        return described.draft
    if args.issuer:
        return NoticeDraft(issuer=args.issuer)
    raise CampaignError(
        "the folder has no draft of a notice",
        hint=f"give --draft FILE or --issuer NAME, or [notice] in {DESCRIPTION}",
        zh="目录里没有通报草稿",
        hint_zh=f"请用 --draft 文件 或 --issuer 名称，或在 {DESCRIPTION} 里写 [notice]",
    )


def _document(notice: Notice, args: argparse.Namespace) -> bytes:
    from govmedia_rules import reports

    form = Path(args.out).suffix
    if bool(args.printed_by) != bool(args.printed):
        raise CampaignError("a 版记 needs --printed-by and --printed", zh="版记需要 --printed-by 和 --printed")
    imprint = reports.Imprint(args.printed_by, args.printed, tuple(args.copies)) if args.printed_by else None

    if form == ".xlsx":
        return reports.attachments_xlsx(notice)
    return document_bytes(reports.notice_document(notice, imprint=imprint), form.removeprefix("."))


def _correct(described: Described, args: argparse.Namespace) -> int:
    from govmedia_rules import notices, reports

    path = Path(args.published)
    try:
        published = Notice.model_validate_json(path.read_bytes()) if path.suffix == ".json" else notices.read(path)
    except (OSError, ValueError) as fault:
        raise CampaignError("it is no notice", Where(str(path)), zh="这不是通报") from fault
    correction = described.campaign.correction(published, _draft(described, args))
    if args.out:
        document = reports.correction_document(correction)
        write_file(args.out, document_bytes(document, Path(args.out).suffix.removeprefix(".")))
        say(f"written to {args.out}", f"已写入 {args.out}")
    for line in correction.lines():
        print(line)
    if correction.is_list_unread:
        say(
            "no list of failed units was read from what was published: lists were not compared",
            "已公布的通报没有读到不合格名单：名单未作比较",
        )
    elif not correction.is_needed:
        say("nothing differs from what was published", "与已公布的没有不同")
    return 0


def _lines(notice: Notice) -> Iterator[str]:
    for population in notice.populations:
        yield f"{population.scope}{' ' if population.scope else ''}{population.label}: {'，'.join(_figures(population))}"
        for group in population.groups:
            yield f"  {group.label}: {'，'.join(_figures(group))}"
    for figure in notice.figures:
        rates = "".join(f"，{rate.label}{rate.text}" for rate in figure.rates)
        yield f"{figure.label}{figure.count.value}{figure.unit}{rates}"
    for deadline in notice.deadlines:
        days = notice.days_to(deadline)
        yield f"期限: {deadline.due}" + ("" if days is None else f"（成文后{days}日）")


def _figures(tally: Tally) -> Iterable[str]:
    named = (("运行", tally.running), ("登记", tally.registered), ("共有", tally.total), ("检查", tally.inspected))
    yield from (f"{word}{count.value}" for word, count in named if count is not None)
    yield from (f"{outcome.label}{outcome.count.value}" for outcome in tally.outcomes)
    words = {"year_on_year": "同比", "period_on_period": "环比", "other": "较前期"}
    for rate in tally.rates:
        changes = "".join(
            f"，{words[comparison.basis]}{comparison.change.text(unit=comparison.unit)}" for comparison in rate.comparisons
        )
        yield f"{rate.label}{rate.text}{changes}"


def _save(described: Described, args: argparse.Namespace) -> int:
    described.campaign.save(args.out, parquet=args.parquet)
    say(f"saved to {args.out}", f"已存入 {args.out}")
    return 0


def _compare(args: argparse.Namespace) -> int:
    before, after = _open(Path(args.before)).campaign, _open(Path(args.after)).campaign
    tracks = after.compare(before)
    if args.json:
        for track in tracks:
            line = {"tier": track.tier, "subject": track.subject.id, "name": track.subject.name, "kind": track.kind}
            print(json.dumps(line | {"before": track.before, "now": track.now}, ensure_ascii=False))
        return 0
    print(f"{before.config.period.text()} → {after.config.period.text()}")
    for sentence in tracks.lines():
        print(sentence)
    if not len(tracks):
        print("两期均无列名的不合格单位", file=sys.stderr)
    return 0
