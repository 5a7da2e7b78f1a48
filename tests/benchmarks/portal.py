"""A large portal judged by the full rulebook, against the time of parsing it from JSON, in one run.

uv run --group test python tests/benchmarks/portal.py [--runs 9]
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "judge"))
from portals import COLUMNS, MARKS, PERFECT, TAGS, portal

import govmedia_rules as gr


def large() -> gr.SiteSnapshot:
    """300 columns, 500 pages with tags and marks, 200 messages, 100 guides."""
    columns = [{**COLUMNS[number % len(COLUMNS)], "name": f"栏目{number}", "url": f"/c/{number}/"} for number in range(300)]
    pages = [
        {
            "url": f"/p/{number}.html",
            "kind": "content",
            "marks": MARKS,
            "tags": [{"name": name, "content": f"某{name}"} for name in TAGS],
        }
        for number in range(500)
    ]
    messages = [{**PERFECT["messages"][0], "title": f"咨询{number}"} for number in range(200)]
    services = [{**PERFECT["services"][0], "name": f"事项{number}", "url": f"/s/{number}"} for number in range(100)]
    return portal(columns=columns, pages=pages, messages=messages, services=services)


def spoilt(snapshot: gr.SiteSnapshot) -> gr.SiteSnapshot:
    """The same portal with every column old and every page without tags."""
    document: dict[str, Any] = snapshot.model_dump(mode="json")
    for column in document["columns"]:
        column["latest_entry_at"] = "2020-01-01"
    for page in document["pages"]:
        page["tags"], page["marks"]["icp"] = [], ""
    return gr.SiteSnapshot.model_validate(document)


def best(function: Any) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    book = gr.load_rulebook("national-2019")
    print(f"Python {platform.python_version()}, pydantic {version('pydantic')}")
    for name, snapshot in (("nothing wrong", large()), ("much wrong", spoilt(large()))):
        data = snapshot.model_dump_json(exclude_none=True)
        ratios, parses = [], []
        for _ in range(runs):
            parse = best(lambda data=data: gr.SiteSnapshot.model_validate_json(data))
            fresh = gr.SiteSnapshot.model_validate_json(data)
            judged = best(lambda fresh=fresh: book.inspect(fresh))
            parses.append(parse)
            ratios.append(judged / parse)
        seen = book.inspect(snapshot)
        told = f"{seen.verdict.zh}, {seen.score}"
        print(
            f"{name} ({told}): parse {median(parses) * 1e3:.2f} ms of {len(data) / 1e3:.0f} kB, judge {median(ratios):.2f} x parse (worst {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
