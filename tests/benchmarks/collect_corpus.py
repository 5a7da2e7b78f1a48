"""Measures page reading on a corpus of real pages with known truth, and on the same pages htmldate and trafilatura.

    GOVMEDIA_SHARED=../shared python -m tests.benchmarks.collect_corpus

Prints a table a source: standard tags and foot marks found of those present, F1 of dated list entries, publication dates and
titles of article pages. Reads the corpus only; nothing of it is kept.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from govmedia_rules.collect.page import PageFacts, read_bytes
from govmedia_rules.core.time import SHANGHAI, day_of

NOW = datetime(2023, 1, 1, tzinfo=SHANGHAI)  # after every page of the corpus was saved


@dataclass
class Row:
    """Counts of one source."""

    source: str
    pages: int = 0
    tags: int = 0
    tags_right: int = 0
    marks: int = 0
    marks_right: int = 0
    entries: int = 0
    entries_found: int = 0
    entries_right: int = 0
    articles: int = 0
    dates_right: int = 0
    titles_right: int = 0
    sources: int = 0
    sources_right: int = 0
    htmldate_right: int = 0
    trafilatura_dates: int = 0
    trafilatura_titles: int = 0

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall of dated entries; None without lists."""
        return 2 * self.entries_right / (self.entries + self.entries_found) if self.entries else None

    def add(self, other: Row) -> None:
        """Adds the counts of another source."""
        for name in self.__dataclass_fields__:
            if name != "source":
                setattr(self, name, getattr(self, name) + getattr(other, name))


def _bare(text: object) -> str:
    return re.sub(r"\s+", "", str(text or ""))


def _tags(row: Row, page: PageFacts, truth: dict[str, object]) -> None:
    written: dict[str, list[str]] = {}
    for tag in page.tags:
        written.setdefault(tag.name.lower(), []).append(tag.content)
    meta = truth.get("meta")
    for name, value in meta.items() if isinstance(meta, dict) else ():
        row.tags += 1
        wanted = set(value) if isinstance(value, list) else {value}
        row.tags_right += wanted <= set(written.get(name.lower(), ()))


def _marks(row: Row, page: PageFacts, truth: dict[str, object]) -> None:
    foot = truth.get("footer")
    if not isinstance(foot, dict):
        return
    for key in ("icp", "police", "site_code", "sponsor"):
        if foot.get(key):
            row.marks += 1
            row.marks_right += _bare(getattr(page.marks, key)) == _bare(foot[key])
    for key, name in (("sitemap", "site_map"), ("contact", "contact"), ("jiucuo", "error_report"), ("conac", "party_gov")):
        if foot.get(key) and foot[key] != "image only":
            row.marks += 1
            row.marks_right += bool(getattr(page.marks, name))


def _entries(row: Row, page: PageFacts, truth: dict[str, object]) -> None:
    items = truth.get("list_items")
    if not isinstance(items, list):
        return
    with_href = all("href" in item for item in items)
    wanted = Counter((_bare(item["title"]), item["date"][:10], item["href"] if with_href else "") for item in items)
    found = Counter(
        (_bare(one.title), str(day_of(one.published_at, SHANGHAI)), one.href if with_href else "") for one in page.entries
    )
    row.entries += wanted.total()
    row.entries_found += found.total()
    row.entries_right += (wanted & found).total()


def _article(row: Row, page: PageFacts, truth: dict[str, object]) -> None:
    row.articles += 1
    moment = page.published_at
    row.dates_right += moment is not None and str(day_of(moment, SHANGHAI)) == truth["publish_date"]
    row.titles_right += _bare(page.title) == _bare(truth["title"])
    if truth.get("source"):
        row.sources += 1
        row.sources_right += _bare(page.source) == _bare(truth["source"])


def _peers(row: Row, body: bytes, truth: dict[str, object]) -> None:
    import htmldate
    import trafilatura

    html = body.decode("utf-8", "replace")  # the corpus is UTF-8 but for a few pages, which the peers detect themselves
    source: str | bytes = html if "\ufffd" not in html else body
    try:
        row.htmldate_right += htmldate.find_date(source, original_date=True, max_date="2023-01-01") == truth["publish_date"]
    except Exception as fault:
        print(f"htmldate raised {fault!r}", file=sys.stderr)
    found = trafilatura.bare_extraction(source, with_metadata=True)
    values = found.as_dict() if found is not None and hasattr(found, "as_dict") else found or {}
    row.trafilatura_dates += values.get("date") == truth["publish_date"]
    row.trafilatura_titles += _bare(values.get("title")) == _bare(truth["title"])


def measure(corpus: Path, *, peers: bool = True) -> list[Row]:
    """A row for each source with a truth file, and one for all of them together."""
    rows = []
    for truths in sorted(corpus.glob("*/truth.json")):
        row = Row(truths.parent.name)
        for record in json.loads(truths.read_text("utf-8")):
            body = (truths.parent / record["file"]).read_bytes()
            page = read_bytes(body, record["url"] or "http://www.example.gov.cn/", now=NOW)
            truth = record["truth"]
            row.pages += 1
            _tags(row, page, truth)
            _marks(row, page, truth)
            _entries(row, page, truth)
            if record["kind"] == "article":
                _article(row, page, truth)
                if peers:
                    _peers(row, body, truth)
        rows.append(row)
    total = Row("all")
    for row in rows:
        total.add(row)
    return [*rows, total]


def _share(right: int, of: int) -> str:
    return f"{right}/{of}" if of else "-"


def main() -> int:
    """Prints the table."""
    shared = Path(os.environ.get("GOVMEDIA_SHARED", "../shared")) / "corpus"
    if not shared.is_dir():
        print(f"no corpus at {shared}; set GOVMEDIA_SHARED", file=sys.stderr)
        return 2
    print("| source | pages | tags | marks | entries F1 | date | title | 来源 | htmldate date | trafilatura date | its title |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for row in measure(shared):
        f1 = "-" if row.f1 is None else f"{row.f1:.3f}"
        cells = [
            *(row.source, row.pages, _share(row.tags_right, row.tags), _share(row.marks_right, row.marks), f1),
            *(_share(row.dates_right, row.articles), _share(row.titles_right, row.articles)),
            *(_share(row.sources_right, row.sources), _share(row.htmldate_right, row.articles)),
            *(_share(row.trafilatura_dates, row.articles), _share(row.trafilatura_titles, row.articles)),
        ]
        print("| " + " | ".join(map(str, cells)) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
