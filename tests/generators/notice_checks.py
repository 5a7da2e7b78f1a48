"""Make `docs/reference/notice-checks.md`: what real notices count against vetoes, beside the rulebook of their place and day.

Needs the notices named by GOVMEDIA_SHARED (`notices/dev.jsonl`).

    python tests/generators/notice_checks.py
"""

from __future__ import annotations

import calendar
import json
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import govmedia_rules as gr
from govmedia_rules.errors import UnknownRegion
from govmedia_rules.rules.regions import divisions, region_code

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "notice-checks.md"
COUNTED = {
    "media_stale_2weeks": "media.veto.stale",
    "media_stale": "media.veto.stale",
    "media_long_stale": "media.veto.stale",
    "media_no_interaction": "media.veto.interaction",
    "media_wording_errors": "media.veto.safety",
    "sites_stale": "site.veto",
    "stale_problems": "site.veto",
    "blank_columns": "site.veto.columns.blank",
    "interaction_problems": "site.veto.interaction",
    "service_problems": "site.veto.service",
    "sites_failed_score": "site.score",
}
"""Counts of failed units by reason, and the family of the rule behind them."""
CENSUS = {
    "site.veto.home_stale": "census.veto.stale",
    "site.veto.columns": "census.veto.columns",
    "site.veto.unreachable": "census.veto.unreachable",
    "site.veto.interaction": "census.veto.interaction",
    "site.veto.safety": "census.veto.error",
    "site.veto": "census.veto",
}
_LIMIT = re.compile(r"(\d+)个?(工作日|周|日|天|个月)[内以]?.{0,6}(?:未|无|没有|不)")
_DAYS = {"周": 7, "日": 1, "天": 1, "工作日": 7 / 5, "个月": 30}
_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}


def last_day(period: str) -> date | None:
    """Return the last day a notice speaks of; None where the period names no year."""
    year = re.search(r"(20\d\d)", period)
    if year is None:
        return None
    quarter = re.search(r"第?([一二三四1-4])季度", period) or re.search(r"Q([1-4])", period)
    months = [int(month) for month in re.findall(r"(\d{1,2})月", period)]
    month = _QUARTERS[quarter[1]] if quarter else max(months) if months else 6 if "上半年" in period or "H1" in period else 12
    return date(int(year[1]), month, calendar.monthrange(int(year[1]), month)[1])


def region_of(body: str, province: str) -> str | None:
    """Return the lowest division that the name of a body begins with; None for the nation."""
    if province == "国家":
        return None
    for end in range(len(body), 1, -1):
        for text in (body[:end], f"{province}{body[:end]}"):
            try:
                return region_code(text)
            except UnknownRegion:
                continue
    return region_code(province)


def named_families(notice: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what the notice counts or names against a veto: the family of the rule, how many, and the wording."""
    counts = notice["counts"]
    for key, family in COUNTED.items():
        if counts.get(key):
            yield family, str(counts[key]), ""
    for problem in notice["problems"]:
        failed = counts.get("media_failed" if problem["subject"] == "media" else "sites_failed")
        for name in problem["indicator_ids"] if failed else ():
            if ".veto" in name:
                yield name, str(len(problem["named"]) or "?"), problem["phrase"]


def contradictions(notice: Mapping[str, Any], book: gr.Rulebook) -> Iterator[str]:
    """Yield where the book cannot have failed whom the notice counts, or sets another limit than it."""
    vetoes = [indicator for indicator in book.indicators if indicator.kind == "veto"]
    for family, count, phrase in named_families(notice):
        if family == "site.score":
            rule = book.scoring.get("site")
            if rule is None or rule.portals_only:
                yield f"{count} sites failed by points, and the book scores portals only"
            continue
        census = next((name for start, name in CENSUS.items() if family.startswith(start)), "") if book.id == "census-2015" else ""
        known = [one for one in vetoes if f"{one.id}.".startswith(f"{census or family}.")]
        if not known:
            yield f"{family}: {count} {phrase}; the book has no such veto"
        limit = _LIMIT.search(phrase)
        window = next((one.params["window"] for one in known if "window" in one.params), None)
        if limit is not None and isinstance(window, gr.Window):
            days = int(limit[1]) * _DAYS[limit[2]]
            own = window.days + 7 * window.weeks + 30 * window.months + 365 * window.years
            if family == "media.veto.stale" and days < own:
                yield f"{family}: {phrase} names {limit[0]}, the veto of the book {window.text('zh')}"


def rows(folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table."""
    for line in (folder / "dev.jsonl").read_text("utf-8").splitlines():
        notice = json.loads(line)
        families = list(named_families(notice))
        day = last_day(notice["period"])
        if not families or day is None:
            continue
        region = region_of(notice["body"], notice["province"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = gr.rulebook_for(region, day)
        against = "; ".join(f"`{family}` {count}" for family, count in dict.fromkeys((name, count) for name, count, _ in families))
        place = f"{region} {divisions()[region]}" if region else "全国"
        found = "<br>".join(dict.fromkeys(contradictions(notice, book))) or "none"
        yield notice["id"], place, str(day), " + ".join(f"`{layer.id}`" for layer in reversed(book.layers)), against, found


def page(folder: Path) -> str:
    """Return the page."""
    lines = list(rows(folder))
    clear = sum(line[-1] == "none" for line in lines)
    head = [
        "# Notices beside the rulebooks",
        "",
        f"{len(lines)} published notices that count or name units failed by a veto, beside the rulebook that `rulebook_for` gives for their place and the last day of",
        f"their period. {clear} contradict it nowhere. A contradiction is a reason of failure that the book has no veto or score for, or a shorter limit. `?`: failed, without names.",
        "",
        "| notice | place | day | rulebook | counted or named | contradictions |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(f"| {' | '.join(line)} |" for line in lines)]) + "\n"


def main() -> None:
    """Write the page."""
    folder = Path(os.environ.get("GOVMEDIA_SHARED", "../shared")) / "notices"
    PAGE.write_text(page(folder), "utf-8")


if __name__ == "__main__":
    main()
