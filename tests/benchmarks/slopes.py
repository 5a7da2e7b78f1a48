"""Fit how cost grows with size, on healthy and on faulty inputs; a slope of 1 is linear.

    python tests/benchmarks/slopes.py [--short] [--only columns,messages] [--limit 1.15]

Each part is measured by processor time at sizes that grow by half a decade until one takes a few seconds, at most over three
decades, the least of three runs; log cost is fitted against log size over the points that take long enough to be measured. A
part above the limit is measured once more, because a busy machine disturbs the points. Exits with 1 when a slope lies above it.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import math
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from time import process_time

from made import POINT

import govmedia_rules as gr
from govmedia_rules.collect.page import read_bytes

LEAST_SECONDS = 0.004
"""Points that cost less measure the start, not the slope."""
MOST_SECONDS = 2.0
"""A point that cost more is the last."""
Work = Callable[[], object]
Part = Callable[[int, bool], Work]


def _site(**parts: object) -> gr.SiteSnapshot:
    site = {
        "name": "示例市人民政府",
        "code": "6101000001",
        "level": "city_portal",
        "has_services": True,
        "url": "http://www.example.gov.cn/",
    }
    return gr.SiteSnapshot.model_validate_json(
        json.dumps({"site": site, "observed_at": POINT.isoformat(), **parts}, ensure_ascii=False)
    )


def _judged(name: str, item: Callable[[int, bool], object], **beside: Callable[[int, bool], object]) -> Part:
    def part(size: int, faulty: bool) -> Work:
        parts = {name: item, **beside}
        snapshot = _site(**{key: [make(number, faulty) for number in range(size)] for key, make in parts.items()})
        book = gr.load_rulebook("national-2019")

        def work() -> None:
            inspection = book.inspect(snapshot)
            for finding in inspection.findings:
                finding.message("zh")

        return work

    return part


def _day(days: int) -> str:
    return (POINT - timedelta(days=days)).date().isoformat()


def _column(number: int, faulty: bool) -> object:
    kind = ("news", "notice", "policy", "other")[number % 4]
    return {
        "name": f"栏目{number}",
        "url": f"/c{number}/",
        "kind": kind,
        "level": 1,
        "latest_entry_at": _day(700 if faulty else 1),
        "entry_count": 9,
    }


def _message(number: int, faulty: bool) -> object:
    answer = {"answered": False} if faulty else {"answered": True, "answered_at": _day(190)}
    return {
        "asked_at": _day(200),
        "title": f"留言{number}",
        "url": f"/m{number}",
        "valid": True,
        "column_kind": "mailbox",
        **answer,
    }


def _page(number: int, faulty: bool) -> object:
    tags = [] if faulty else [{"name": "SiteName", "content": "示例市人民政府"}]
    return {"url": f"http://www.example.gov.cn/{number}.html", "kind": "content", "tags": tags}


def _service(number: int, faulty: bool) -> object:
    elements = (
        ["name"]
        if faulty
        else ["name", "basis", "conditions", "materials", "place", "organisation", "fee", "hours", "phone", "process"]
    )
    return {"name": f"事项{number}", "url": f"/s{number}", "elements": elements}


def _link(number: int, faulty: bool) -> object:
    return {
        "url": f"http://www.example.gov.cn/l{number}",
        "found_on": "http://www.example.gov.cn/",
        "on_home": number % 2 == 0,
        "opens": not faulty,
    }


def _document(number: int, faulty: bool) -> object:
    return {
        "title": f"关于第{number}项工作的通知",
        "url": f"/d{number}",
        "published_at": _day(100),
        "own": True,
        "important": True,
        "interpretations": [] if faulty else [f"/i{number}"],
    }


def _interpretation(number: int, faulty: bool) -> object:
    documents = [] if faulty else [f"/d{number}"]
    return {"title": f"第{number}项工作的解读", "url": f"/i{number}", "published_at": _day(90), "documents": documents}


def _probe(number: int, faulty: bool) -> object:
    moment = POINT - timedelta(minutes=10 * (number % 1000), seconds=number // 1000)
    return {"at": moment.isoformat(), **({"failure": "timeout"} if faulty else {"seconds": 1.0, "status": 200})}


def _entries(size: int, faulty: bool) -> Work:
    entries = [{"title": f"信息{k}", "url": f"/e{k}", "published_at": _day((700 if faulty else 0) + k % 300)} for k in range(size)]
    text = json.dumps([{"name": "动态", "url": "/c/", "kind": "news", "level": 1, "entries": entries}], ensure_ascii=False)
    book = gr.load_rulebook("national-2019")
    return lambda: book.inspect(_site(columns=json.loads(text))).findings


def _html(body: Callable[[int, bool], str]) -> Part:
    def part(size: int, faulty: bool) -> Work:
        page = f"<html><head><title>示例</title></head><body>{body(size, faulty)}</body></html>".encode()
        facts = (
            "title",
            "published_at",
            "source",
            "tags",
            "marks",
            "entries",
            "links",
            "navigation",
            "channels",
            "guide",
            "text",
            "qr",
        )

        def work() -> None:
            facts_of_page = read_bytes(page, "http://www.example.gov.cn/", now=POINT)
            for fact in facts:
                getattr(facts_of_page, fact)

        return work

    return part


def _text(size: int, many: bool) -> Iterator[str]:
    rng = random.Random(size)
    words = ("坚持以人民为中心", "中国特色社会主义", "深化改革", "会议强调", "全面推进", "中国特色社会注义", "办事指南", "。")
    text = "".join(rng.choices(words, weights=(9, 9, 9, 9, 9, 1, 9, 5), k=size))
    step = 500 if many else len(text)
    return (text[at : at + step] for at in range(0, len(text), step))


def _scan(many: bool) -> Part:
    def part(size: int, faulty: bool) -> Work:
        scanner = gr.Scanner(gr.load_lexicon("starter"))
        texts = list(_text(size, many)) if faulty else [text.replace("注义", "主义") for text in _text(size, many)]
        return lambda: sum(len(matches) for matches in scanner.scan_many(texts))

    return part


def _rows(size: int, faulty: bool) -> Work:
    day = "去年" if faulty else "2024-08-20"
    lines = "".join(f"示例账号{number},新浪微博,{day},有\n" for number in range(size))
    folder = Path(tempfile.mkdtemp())
    path = folder / "accounts.csv"
    path.write_text("账号名称,平台,最近更新时间,互动功能\n" + lines, "utf-8")
    return lambda: gr.read_accounts(path, observed_at=POINT)


def _accounts(size: int, faulty: bool) -> list[gr.Inspection]:
    book = gr.load_rulebook("national-2019")
    lines = (
        json.dumps(
            {
                "account": {"name": f"账号{n}", "platform": "weibo_sina"},
                "observed_at": POINT.isoformat(),
                "latest_post_at": _day(60 if faulty else 1),
            },
            ensure_ascii=False,
        )
        for n in range(size)
    )
    return [book.inspect(gr.AccountSnapshot.model_validate_json(line)) for line in lines]


def _compare(size: int, faulty: bool) -> Work:
    before, after = _accounts(size, False), _accounts(size, faulty)
    return lambda: gr.compare(before, after)


def _campaign(step: str) -> Part:
    def part(size: int, faulty: bool) -> Work:
        inspections = _accounts(size, faulty)
        review = {"role": "检查单位", "at": POINT, "reason": "复核"}
        problems = [(each.subject.id, problem.id) for each in inspections for problem in each.problems]
        reviews = [
            gr.Review.model_validate({**review, "subject": subject, "indicator": indicator, "decision": decision})
            for (subject, indicator), decision in zip(problems, cycle(("confirmed", "dismissed")), strict=False)
        ]
        draft = gr.NoticeDraft.model_validate(
            {
                "issuer": "示例市人民政府办公室",
                "number": "示政办函〔2024〕15号",
                "open_units": "count",
                "issues": "print",
                "attachments": [{"title": "名单", "table": "failed", "subject": "account"}],
            }
        )

        def campaign(*, reviewed: bool) -> gr.Campaign:
            made = gr.Campaign(gr.CampaignConfig(title="示例", period="2024年第三季度"))
            made.add_members(each.subject for each in inspections)
            made.add(inspections)
            if reviewed:
                made.review(reviews)
            return made

        if step == "added and reviewed":
            return lambda: campaign(reviewed=True).results
        # Each run counts a round of its own, because a round keeps what it counted.
        rounds = iter([campaign(reviewed=True) for _ in range(3)])
        if step == "statistics":
            return lambda: next(rounds).statistics("platform", "owner")
        return lambda: next(rounds).notice(draft)

    return part


def _report(form: str) -> Part:
    def part(size: int, faulty: bool) -> Work:
        inspections = _accounts(size, faulty)
        if form == "xlsx":
            return lambda: gr.reports.inspections_xlsx(inspections)
        if form == "sarif":
            return lambda: gr.reports.sarif_json(inspections)
        return lambda: gr.reports.html_report(inspections)

    return part


PARTS: dict[str, tuple[Part, int]] = {
    "columns": (_judged("columns", _column), 300),
    "entries": (_entries, 1_000),
    "messages": (_judged("messages", _message), 300),
    "pages": (_judged("pages", _page), 300),
    "services": (_judged("services", _service), 300),
    "links": (_judged("links", _link), 300),
    "documents": (_judged("documents", _document, interpretations=_interpretation), 300),
    "probes": (_judged("probes", _probe), 300),
    "page: scripts": (
        _html(lambda size, faulty: "<script>var a=[" + "{'t':'<![CDATA['}," * size + ("" if faulty else "]</script>")),
        1_000,
    ),
    "page: links": (
        _html(
            lambda size, faulty: "".join(
                f"<li><a href='/{n}.html'>第{n}项工作</a>{'' if faulty else '2024-08-20'}</li>" for n in range(size)
            )
        ),
        300,
    ),
    "page: dates": (_html(lambda size, faulty: "<p>" + ("2024-13-45 " if faulty else "2024-08-20 ") * size + "</p>"), 1_000),
    "page: nested": (
        _html(lambda size, faulty: "<div>" * min(size, 50_000) + "正文" + ("" if faulty else "</div>" * min(size, 50_000))),
        1_000,
    ),
    "page: rows in rows": (
        _html(
            lambda size, faulty: (
                "<div><a href='/1.html'>有关情况的通知</a><b>2024-08-20</b>" * size + ("" if faulty else "</div>" * size)
            )
        ),
        300,
    ),
    "scanner: one text": (_scan(many=False), 3_000),
    "scanner: many texts": (_scan(many=True), 3_000),
    "tables in": (_rows, 300),
    "compare": (_compare, 300),
    "campaign: added and reviewed": (_campaign("added and reviewed"), 100),
    "campaign: statistics": (_campaign("statistics"), 100),
    "campaign: notice": (_campaign("notice"), 100),
    "report: xlsx": (_report("xlsx"), 100),
    "report: sarif": (_report("sarif"), 100),
    "report: html": (_report("html"), 100),
}


def seconds(work: Work, runs: int) -> float:
    """Return the least processor time of some runs, without the garbage collector, whose share depends on what else lives."""
    best = math.inf
    gc.collect()
    gc.disable()
    for _ in range(runs):
        begun = process_time()
        work()
        best = min(best, process_time() - begun)
    gc.enable()
    return best


def slope(points: list[tuple[int, float]]) -> float | None:
    """Return the slope of log seconds over log size; None with fewer than two points that can be measured."""
    logs = [(math.log(size), math.log(cost)) for size, cost in points if cost >= LEAST_SECONDS]
    if len(logs) < 2:
        return None
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def measured(part: Part, unit: int, faulty: bool, factors: Sequence[int], runs: int) -> list[tuple[int, float]]:
    """Return sizes and seconds, up to the first point that takes long."""
    points: list[tuple[int, float]] = []
    for factor in factors:
        points.append((unit * factor, seconds(part(unit * factor, faulty), runs)))
        if points[-1][1] > MOST_SECONDS:
            break
    return points


def main() -> int:
    """Print a table of costs and slopes, and return 1 when one of them is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="two sizes a part; the limit is 1.5, so that only a wrong kind fails")
    parser.add_argument("--only", default="", help="parts, separated by commas")
    parser.add_argument("--limit", type=float, default=None)
    args = parser.parse_args()
    chosen = [name for name in args.only.split(",") if name] or list(PARTS)
    factors, runs = ((5, 40), 1) if args.short else ((1, 3, 10, 30, 100, 300, 1_000), 3)
    limit = args.limit or (1.5 if args.short else 1.15)
    above = []
    out = io.StringIO()
    print("| part | input | sizes | seconds | slope |\n|---|---|---|---|---|", file=out)
    for name in chosen:
        part, unit = PARTS[name]
        for faulty in (False, True):
            points = measured(part, unit, faulty, factors, runs)
            fitted = slope(points)
            if fitted is not None and fitted > limit:
                again = measured(part, unit, faulty, factors, runs)
                points = [(size, min(first, second)) for (size, first), (_, second) in zip(points, again, strict=False)]
                fitted = slope(points)
            kind = "faulty" if faulty else "healthy"
            sizes = f"{points[0][0]:,} to {points[-1][0]:,}"
            costs = ", ".join(f"{cost:.3f}" for _, cost in points)
            row = f"| {name} | {kind} | {sizes} | {costs} | {'too quick' if fitted is None else f'{fitted:.2f}'} |"
            print(row, file=out)
            print(row, file=sys.stderr)
            if fitted is not None and fitted > limit:
                above.append(f"{name}, {kind}: {fitted:.2f}")
    print(out.getvalue())
    if above:
        print(f"above {limit}: " + "; ".join(above), file=sys.stderr)
    return 1 if above else 0


if __name__ == "__main__":
    raise SystemExit(main())
