"""`notice`: read a notice, check its arithmetic, classify problem wordings. Results go to standard output as JSON or text."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command and its three actions."""
    parser = commands.add_parser("notice", description="read, check and classify notices (通报)")
    actions = parser.add_subparsers(dest="action", required=True)

    read = actions.add_parser("read", help="print a notice as JSON")
    read.add_argument("file", help="text, HTML or DOCX; - for standard input")
    read.add_argument("--contacts", action="store_true", help="keep names and numbers of contacts (left out by default)")
    read.add_argument("--summary", action="store_true", help="print the main facts as text instead of JSON")

    check = actions.add_parser("reconcile", help="recompute every sum and rate of a notice")
    check.add_argument("file", help="text, HTML or DOCX; - for standard input")
    check.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the checks")
    check.add_argument("--all", action="store_true", help="print what agrees too")
    check.add_argument("--json", action="store_true", help="print the checks as JSON")
    check.add_argument("--exit-code", action="store_true", help="return 3 when something contradicts")

    classify = actions.add_parser("classify", help="say which indicators a problem wording is about")
    classify.add_argument("phrase", nargs="*", help="wordings; without any, one a line from standard input")
    classify.add_argument("--subject", choices=("site", "account"), help="what the wordings are said of")
    classify.add_argument("--json", action="store_true", help="print the decisions as JSON lines")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run one action.

    Returns:
        0, or 3 when `reconcile --exit-code` found a contradiction.
    """
    return {"read": _read, "reconcile": _reconcile, "classify": _classify}[args.action](args)


def _source(name: str) -> bytes | Path:
    return sys.stdin.buffer.read() if name == "-" else Path(name)


def _read(args: argparse.Namespace) -> int:
    from govmedia_rules.notices import read

    notice = read(_source(args.file), keep_contacts=args.contacts)
    if not args.summary:
        print(notice.model_dump_json(indent=1, exclude_defaults=True))
        return 0
    facts: list[tuple[str, object]] = [
        ("标题", notice.headline),
        ("发文机关", notice.issuer or notice.issuer_text),
        ("发文字号", notice.number),
        ("检查时期", notice.period.text() if notice.period else None),
        ("检查时间", notice.window.text() if notice.window else None),
        ("统计日期", notice.statistics_at),
        ("成文日期", notice.signed_at),
    ]
    for label, value in facts:
        if value is not None:
            print(f"{label}:{value}")
    for population in notice.populations:
        name = {"site": "政府网站", "account": "政务新媒体"}.get(population.subject, population.subject)
        named = (
            ("运行", population.running),
            ("登记", population.registered),
            ("总数", population.total),
            ("抽查", population.inspected),
        )
        counts = [f"{word}{count.value}" for word, count in named if count is not None]
        counts += [f"{outcome.label}{outcome.count.value}" for outcome in population.outcomes]
        rates = [f"{rate.label}{rate.print()}" for rate in population.rates]
        print(f"{name}{'(' + population.scope + ')' if population.scope else ''}:{','.join([*counts, *rates])}")
    for problem in notice.problems:
        names = "、".join(named.name for named in problem.named) + ("等" if problem.is_open else "")
        print(f"问题:{problem.wording} [{' '.join(problem.indicator_ids)}]{' ' + names if names else ''}")
    for attachment in notice.attachments:
        rows = sum(len(table.rows) for table in attachment.tables)
        print(f"附件{attachment.number or ''}:{attachment.page_title or attachment.title}({rows}行)")
    for deadline in notice.deadlines:
        print(f"期限:{deadline.due or f'{deadline.within_days}日内'} {deadline.what}")
    return 0


def _reconcile(args: argparse.Namespace) -> int:
    from govmedia_rules.notices import read, reconcile

    result = reconcile(read(_source(args.file)))
    checks = result.checks if args.all else (*result.contradictions, *result.remarks)
    if args.json:
        print(json.dumps([check.model_dump(mode="json", exclude_defaults=True) for check in checks], ensure_ascii=False, indent=1))
    else:
        words = {
            "zh": {"contradicts": "矛盾", "remark": "提示", "agrees": "相符", "not_checkable": "不能复算"},
            "en": {"contradicts": "contradicts", "remark": "remark", "agrees": "agrees", "not_checkable": "not checkable"},
        }[args.lang]
        for check in checks:
            line = (
                f" ({'第' if args.lang == 'zh' else 'line '}{check.place.line}{'行' if args.lang == 'zh' else ''})"
                if check.place
                else ""
            )
            print(f"{words[check.outcome]}: {check.message(args.lang)}{line}")
        wrong, noted = len(result.contradictions), len(result.remarks)
        agreed = sum(check.outcome == "agrees" for check in result.checks)
        if args.lang == "zh":
            print(f"共复算{len(result.checks)}项:相符{agreed},矛盾{wrong},提示{noted}。")
        else:
            print(f"{len(result.checks)} checks: {agreed} agree, {wrong} contradict, {noted} remarks.")
    return 3 if result.contradictions and args.exit_code else 0


def _classify(args: argparse.Namespace) -> int:
    from govmedia_rules.notices import classify

    phrases = args.phrase or [line.strip() for line in sys.stdin if line.strip()]
    for phrase in phrases:
        classified = classify(phrase, subject=args.subject)
        if args.json:
            print(classified.model_dump_json())
        else:
            print(f"{phrase}\t{','.join(classified.indicator_ids)}\t{' '.join(classified.words)}")
    return 0
