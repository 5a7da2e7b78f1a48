"""Measures the reader of notices field by field against facts that were read off two real notices by hand.

    GOVMEDIA_SHARED=../shared python tests/benchmarks/notices_facts.py [--all] [--missing]

Every fact that the notice itself prints is one field: a date, a count, a rate, a name, a cell of a table, the indicator
ids of a finding. What the facts files add to it (exact percentages, rounding, remarks) is arithmetic or commentary and is
no field here. A wording is found when most of its words
are in the wording that was read; a duty when most of its words are in the text of one duty.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govmedia_rules.notices.classify import agrees
from govmedia_rules.notices.figures import Group, InspectedPopulation
from govmedia_rules.notices.model import Attachment, Named, Notice, Problem
from govmedia_rules.notices.read import read

SEEDS = {
    "jiangxi-2020q1": "003_b3bc2c50974db292.txt",
    "hanzhong-2024q3": "001_fb8b2eea194cd705.txt",
}
TARGETS = {"jiangxi-2020q1": 95, "hanzhong-2024q3": 95}


@dataclass
class Field:
    """One fact: where it stands in the facts file, what was expected and what was read."""

    path: str
    expected: object
    found: bool
    table: bool = False


def plain(text: object) -> str:
    """A text as compared: no blanks, quotation marks or final punctuation, lower case."""
    return re.sub(r"[\s“”\"'‘’.。;;,,、《》()]", "", str(text)).lower()


def close(wanted: str, got: str, share: float = 0.6) -> bool:
    """Whether most of the pairs of characters of `wanted` are in `got`."""
    text, other = plain(wanted), plain(got)
    pieces = [text[i : i + 2] for i in range(len(text) - 1)] or [text]
    return sum(piece in other for piece in pieces) >= share * len(pieces)


def same(wanted: object, got: object) -> bool:
    """Whether two printed values are the same."""
    return got is not None and plain(wanted) == plain(got)


def numbers(notice: Notice) -> Iterator[tuple[InspectedPopulation, Group | None]]:
    for population in notice.populations:
        yield population, None
        for group in population.groups:
            yield population, group


def has_group(notice: Notice, label: str, value: int, subject: str) -> bool:
    """Whether a part of this size was read whose label is this one, in whole or in its distinguishing words."""
    short = re.sub(r"\(implied\)|\(.*?\)$", "", label).strip()
    for population, group in numbers(notice):
        if population.subject != subject or group is None:
            continue
        counts = [c.value for c in (group.running, group.registered, group.total, group.inspected) if c is not None]
        if value in counts and (
            plain(short) in plain(group.label) or plain(group.label) in plain(short) or close(short, group.label)
        ):
            return True
    return False


def document(notice: Notice, facts: dict[str, Any]) -> Iterator[Field]:
    doc = facts["document"]

    def field(name: str, got: object, wanted: object = None) -> Iterator[Field]:
        value = doc.get(name) if wanted is None else wanted
        if value is not None:
            yield Field(f"document.{name}", value, same(value, got))

    for name in ("title", "title_as_text"):
        yield from field(name, notice.headline)
    yield from field("issuer", notice.issuer)
    yield from field("issuer_as_text", notice.issuer_text)
    yield from field("doc_no_as_text", None if notice.number is None else doc.get("doc_no_as_text"))
    yield from field("province", notice.province)
    yield from field("city", notice.city)
    yield from field("level", notice.level)
    yield from field("signed_date", notice.signed_at)
    if doc.get("published"):
        day, _, clock = doc["published"].partition(" ")
        got = notice.published_at
        yield Field(
            "document.published",
            doc["published"],
            got is not None and str(got.value) == day and (not clock or got.time == clock),
        )
    yield from field("publisher", notice.publisher)
    if doc.get("release"):
        yield Field("document.release", doc["release"], notice.release is not None and close(doc["release"], notice.release))
    for part in ("year", "quarter"):
        if part in doc["period"]:
            period = notice.period
            got_part = (
                None if period is None else period.year if part == "year" else period.number if period.kind == "quarter" else None
            )
            yield Field(f"document.period.{part}", doc["period"][part], got_part == doc["period"][part])
    if "inspection_window" in doc:
        window = notice.window
        yield Field(
            "document.window.from",
            doc["inspection_window"]["from"],
            window is not None and str(window.start) == doc["inspection_window"]["from"],
        )
        yield Field(
            "document.window.to",
            doc["inspection_window"]["to"],
            window is not None and str(window.end) == doc["inspection_window"]["to"],
        )
    yield from field("statistics_date", notice.statistics_at)
    addressed = doc.get("addressees", [])
    for one in addressed if isinstance(addressed, list) else re.split(",(?!区)", addressed):
        yield Field("document.addressees", one, any(same(one, got) for got in notice.addressees))
    for basis in doc.get("basis", []):
        title = basis.get("title") or basis.get("title_as_text") or basis["as_text"]
        hit = next((c for c in notice.basis if same(title, c.title)), None)
        yield Field("document.basis.title", title, hit is not None)
        if basis.get("doc_no"):
            yield Field("document.basis.doc_no", basis["doc_no"], hit is not None and same(basis["doc_no"], hit.number))
        if basis.get("by"):
            yield Field(
                "document.basis.by",
                basis["by"],
                hit is not None and hit.issuer is not None and plain(hit.issuer) in plain(basis["by"]),
            )
    for rule in doc.get("rules_cited", []):
        yield Field("document.rules_cited", rule, any(same(rule, c.title) for c in notice.citations))
    for registry in [*doc.get("registry_cited", []), *doc.get("registries", [])]:
        yield Field("document.registry", registry, any(same(registry, got) for got in notice.registries))
    if doc.get("attachment_title"):
        yield Field(
            "document.attachment_title",
            doc["attachment_title"],
            any(same(doc["attachment_title"], a.title) for a in notice.attachments),
        )
    block = doc.get("contact_block", {})
    for name, kind in (("persons", "person"), ("phones", "phone"), ("fax", "fax"), ("email", "email"), ("address", "address")):
        if name in block:
            # The line of the editor is no contact of the notice.
            got_count = sum(1 for c in notice.contacts if c.kind == kind)
            wanted_count = block[name] if isinstance(block[name], int) else 1
            yield Field(f"document.contact_block.{name}", block[name], got_count >= wanted_count)
    marks = {mark.kind: mark.value for mark in notice.marks}
    for name, kind in (
        ("site_id", "site_code"),
        ("icp", "icp"),
        ("public_security", "police"),
        ("organiser", "organiser"),
        ("operator", "operator"),
    ):
        if name in doc.get("footer_codes", {}):
            value = doc["footer_codes"][name]
            digits = re.search("[0-9]{8,}", value)
            got = marks.get(kind)
            yield Field(
                f"document.footer.{name}", value, got is not None and (digits.group() in got if digits else same(value, got))
            )


def counts(notice: Notice, facts: dict[str, Any]) -> Iterator[Field]:
    outcome_words = {
        "unqualified": "failed",
        "with_prominent_problems": "failed",
        "qualified": "passed",
        "deregistering": "closing",
    }
    measures = {
        "running": "running",
        "registered": None,
        "inspected": "inspected",
        "sampled": "inspected",
        "covered": "inspected",
    }
    for name, table in facts["counts"].items():
        if not isinstance(table, dict):
            if isinstance(table, int):
                yield Field(f"counts.{name}", table, any(f.count.value == table for f in notice.figures))
            elif isinstance(table, list):
                for one in table:
                    yield Field(
                        f"counts.{name}",
                        one,
                        one in notice.text and any(one in (f.label + " ".join(f.members)) for f in notice.figures),
                    )
            else:
                yield Field(
                    f"counts.{name}",
                    table,
                    close(table, " ".join(p.method or "" for p in notice.populations), 0.5)
                    if name == "inspection_method"
                    else notice.recheck is not None,
                )
            continue
        subject = "site" if name.startswith("site") else "account"
        populations = [p for p in notice.populations if p.subject == subject]
        if name == "media_county_self_check":
            populations = populations[1:]
        elif subject == "account":
            populations = populations[:1]
        for key, value in table.items():
            path = f"counts.{name}.{key}"
            if key in ("sum_check", "sampled_sum_check", "portals_check", "inspection", "outcomes") or value is None:
                if key == "outcomes":
                    for outcome in value:
                        yield Field(
                            path,
                            outcome,
                            any(
                                plain(outcome) in plain(o.label) or plain(o.label) in plain(outcome)
                                for p in populations
                                for o in p.outcomes
                            ),
                        )
                continue
            if key in outcome_words:
                yield Field(path, value, any(p.outcome(outcome_words[key]) == value for p in populations))  # type: ignore[arg-type]
            elif key in measures:
                # Registered and running are one population; a covered population is inspected in full.
                wanted = measures[key]
                got = {
                    c.value
                    for p in populations
                    for c in ((p.inspected,) if wanted == "inspected" else (p.running, p.registered, p.total))
                    if c is not None
                }
                if (key == "inspected" and not any(p.inspected for p in populations)) or key == "covered":
                    got |= {p.population for p in populations if p.extent == "full" or p.inspected is None}
                yield Field(path, value, value in got)
            elif key in ("by_level", "by_owner", "breakdown", "sampled_by_level", "by_platform"):
                for label, inner in value.items():
                    if "implied" in label:
                        continue
                    if isinstance(inner, dict):
                        yield Field(f"{path}.{label}.total", inner["total"], has_group(notice, label, inner["total"], subject))
                        hit = [
                            g
                            for _, g in numbers(notice)
                            if g is not None and (g.failed == inner["unqualified"]) and close(label, g.label)
                        ]
                        yield Field(f"{path}.{label}.unqualified", inner["unqualified"], bool(hit))
                    else:
                        yield Field(f"{path}.{label}", inner, has_group(notice, label, inner, subject))
            elif key == "portals_sampled":
                yield Field(
                    path,
                    value,
                    any(g is not None and g.inspected is not None and g.inspected.value == value for _, g in numbers(notice)),
                )
            elif key in ("coverage_rate", "share_of_running"):
                yield Field(path, value, any(r.kind == "coverage" and same(value, r.text) for p in populations for r in p.rates))
            elif key == "count_basis":
                yield Field(path, value, any(same(value, p.count_basis) for p in populations))
            elif key == "unqualified_status":
                yield Field(
                    path,
                    value,
                    any(o.note is not None and plain(value) in plain(o.note) for p in populations for o in p.outcomes),
                )
            elif key == "scope":
                yield Field(path, value, any(close(value, p.label) for p in populations))
            elif key == "coverage":
                yield Field(path, value, any(p.extent is not None for p in populations))
            elif key == "result_stage":
                yield Field(path, value, any(p.stage is not None and same(value, p.stage) for p in populations))


def rates(notice: Notice, facts: dict[str, Any]) -> Iterator[Field]:
    kinds = {
        "pass_rate": ("pass",),
        "fail_rate": ("failure_share",),
        "coverage": ("coverage",),
        "completion_rate": ("completion",),
    }
    printed = list(notice.rates) + [p.share for p in notice.problems if p.share is not None]
    cells = [cell for a in notice.attachments for t in a.tables for row in t.rows for cell in row if cell]
    for rate in facts["rates"]:
        stated = rate.get("stated")
        if not stated or stated.startswith("("):
            continue
        allowed = kinds[rate["kind"]]
        if "not_checkable" in rate.get("reproduced_by", []):
            allowed = ("pass", "coverage", "share")
        hit = any(same(stated, r.text) and (r.kind in allowed or r.kind == "share") for r in printed)
        if "attachment" in rate["label"]:
            hit = stated in cells
        yield Field(f"rates.{rate['label']}", stated, hit)
    for comparison in facts.get("comparisons", []):
        if "stated" not in comparison:
            continue
        basis = "year_on_year" if comparison["type"] == "同比" else "period_on_period"
        state = "up" if comparison["direction"] == "上升" else "down"
        found = [(r, c) for r in printed for c in r.comparisons if c.basis == basis]
        yield Field(
            f"comparisons.{comparison['subject']}.direction",
            comparison["direction"],
            any(c.change.state == state for _, c in found),
        )
        yield Field(
            f"comparisons.{comparison['subject']}.stated",
            comparison["stated"],
            any(f"{c.change.points}%" == comparison["stated"] for _, c in found),
        )
        yield Field(
            f"comparisons.{comparison['subject']}.current",
            comparison["current"],
            any(r.text == comparison["current"] for r, _ in found),
        )
        yield Field(
            f"comparisons.{comparison['subject']}.previous",
            comparison["implied_previous"],
            any(f"{r.before(basis)}%" == comparison["implied_previous"] for r, _ in found),
        )  # type: ignore[arg-type]


def named_in(problems: list[Problem], name: str) -> list[tuple[Problem, Named]]:
    return [
        (p, n)
        for p in problems
        for n in p.named
        if same(name, n.name) or plain(name) in plain(n.name) or plain(n.name) in plain(name)
    ]


def finding(path: str, notice: Notice, names: list[str], wording: str | None, ids: list[str]) -> Iterator[Field]:
    """One finding of the facts file: each name with its ids, the wording."""
    problems = list(notice.problems)
    if names:
        # The finding is the problem that names most of them.
        hits = [[p for p, _ in named_in(problems, name)] for name in names]
        candidates = sorted(
            {id(p): p for group in hits for p in group}.values(),
            key=lambda p: (-sum(p in group for group in hits), not all(agrees(p.indicator_ids, i) for i in ids)),
        )
        best = next(
            (
                p
                for p in candidates
                if wording is None or close(wording, p.wording, 0.4) or all(agrees(p.indicator_ids, i) for i in ids)
            ),
            candidates[0] if candidates else None,
        )
        for name in names:
            yield Field(f"{path}.name", name, any(p is best for p, _ in named_in(problems, name)))
    else:
        fitting = [
            p
            for p in problems
            if all(agrees(p.indicator_ids, i) for i in ids) and (wording is None or close(wording, p.wording, 0.4))
        ]
        best = fitting[0] if fitting else None
    if wording is not None:
        yield Field(f"{path}.wording", wording, best is not None and close(wording, best.wording, 0.5))
    for i in ids:
        yield Field(f"{path}.indicator", i, best is not None and agrees(best.indicator_ids, i))


def findings(notice: Notice, facts: dict[str, Any]) -> Iterator[Field]:
    for problem in facts.get("site_problems", []):
        if "accounts" in problem:
            names = [a["name_as_text"] for a in problem["accounts"]]
            yield from finding("site_problems", notice, names, problem["wording_as_text"], problem["indicator_ids"])
            for account in problem["accounts"]:
                yield from account_field("site_problems", notice, account["name_as_text"], account["platform"], None)
            continue
        names = [s for s in problem.get("sites", []) if isinstance(s, str)]
        wording = problem.get("wording") or problem.get("wording_as_text")
        yield from finding("site_problems", notice, names, wording, problem["indicator_ids"])
        heading = problem.get("heading") or problem.get("category")
        if heading is not None:
            bare = re.sub(r"^(?:[0-9]+\.|[IV]+\. )", "", heading)
            yield Field("site_problems.heading", heading, any(close(bare, p.heading, 0.5) for p in notice.problems))
    for problem in facts.get("media_problems", []):
        name = problem.get("account") or problem["account_as_text"]
        wording = problem.get("wording_as_text") or None
        texts = problem.get("problems", [])
        platform = problem.get("platform") or problem["platform_as_text"]
        mine = [(p, n) for p, n in named_in(list(notice.problems), name) if platform_same(n, platform)]
        yield Field("media_problems.account", name, bool(mine))
        yield Field("media_problems.platform", platform, bool(mine))
        if problem.get("owner_as_text"):
            owner = problem["owner_as_text"]
            yield Field(
                "media_problems.owner",
                owner,
                any(n.owner is not None and (same(owner, n.owner) or close(owner, n.owner, 0.9)) for _, n in mine),
            )
        for text in texts or ([wording] if wording else []):
            yield Field("media_problems.wording", text, any(close(text, p.wording, 0.5) for p, _ in mine))
        for i in problem["indicator_ids"]:
            yield Field("media_problems.indicator", i, any(agrees(p.indicator_ids, i) for p, _ in mine))
    for section in facts.get("problem_sections", []):
        yield Field(
            "problem_sections.heading", section["heading"], any(same(section["heading"], p.heading) for p in notice.problems)
        )
        for one in section["findings"]:
            names = [*one.get("sites", []), *one.get("accounts", [])]
            yield from finding("problem_sections", notice, names, one["problem"], one["indicator_ids"])
            if "share" in one:
                yield Field(
                    "problem_sections.share",
                    one["share"],
                    any(p.share is not None and plain(one["share"]).startswith(plain(p.share.text)) for p in notice.problems),
                )
            if "platform" in one:
                yield from account_field("problem_sections", notice, one["accounts"][0], one["platform"], None)
    for text in [*facts.get("problem_summary_wording", []), *facts.get("problem_summary", [])]:
        yield Field("problem_summary", text, any(same(text, got) or close(text, got, 0.8) for got in notice.problem_summary))
    for limit in facts.get("thresholds", []):
        said = [p.wording for p in notice.problems] + [r.wording or "" for r in notice.listed]
        yield Field("thresholds", limit["value"], any(close(limit["value"], text, 0.7) for text in said))


def platform_same(named: Named, platform: str) -> bool:
    from govmedia_rules.notices.labels import platform_of_label

    wanted = platform_of_label(platform)
    return named.platform is not None and (named.platform == (wanted and wanted[0]) or named.platform_text == platform)


def account_field(path: str, notice: Notice, name: str, platform: str, owner: str | None) -> Iterator[Field]:
    got = [n for _, n in named_in(list(notice.problems), name)]
    yield Field(f"{path}.platform", platform, any(platform_same(n, platform) for n in got))


def requirements(notice: Notice, facts: dict[str, Any]) -> Iterator[Field]:
    wanted = facts["requirements"]
    for heading in wanted.get("headings", []):
        yield Field("requirements.heading", heading, any(same(heading, got) for got in notice.headings))
    for duty in wanted["duties"]:
        text = duty["what"] if isinstance(duty, dict) else duty
        body = [d.text for d in notice.duties] or [notice.text]
        yield Field("requirements.duty", text, any(close(text, got, 0.5) for got in body))
    for deadline in wanted["deadlines"]:
        hits = [d for d in notice.deadlines if d.due is not None and str(d.due) == deadline["due"]]
        yield Field("requirements.deadline.due", deadline["due"], bool(hits))
        yield Field(
            "requirements.deadline.who",
            deadline["who"],
            any(d.who is not None and close(deadline["who"], d.who, 0.5) for d in hits),
        )
        yield Field(
            "requirements.deadline.what",
            deadline["what"],
            any(close(deadline["what"], f"{d.what} {d.receiver} {' '.join(d.form)}", 0.5) for d in hits),
        )
        if "days_from_signing" in deadline:
            yield Field(
                "requirements.deadline.days",
                deadline["days_from_signing"],
                any(notice.days_to(d) == deadline["days_from_signing"] for d in hits),
            )
        if "receiver" in deadline:
            yield Field(
                "requirements.deadline.receiver",
                deadline["receiver"],
                any(same(deadline["receiver"], d.receiver) for d in hits),
            )
        if "form" in deadline:
            yield Field("requirements.deadline.form", deadline["form"], any("written" in d.form for d in hits))


def attachments(notice: Notice, facts: dict[str, Any]) -> Iterator[Field]:
    listed = facts["attachments"]
    if isinstance(listed, list):
        for i, wanted in enumerate(listed):
            got = notice.attachments[i] if i < len(notice.attachments) else Attachment()
            yield Field("attachments.no", wanted["no"], got.number == wanted["no"] and got.title is not None)
            title = wanted.get("title") or wanted["title_as_text"]
            yield Field("attachments.title", title, same(title, got.title))
            if wanted.get("title_on_its_page"):
                yield Field(
                    "attachments.page_title", wanted["title_on_its_page"], same(wanted["title_on_its_page"], got.page_title)
                )
            if wanted.get("rows"):
                yield from cells(f"attachments.{wanted['no']}", got, wanted["columns"], wanted["rows"], 0)
        return
    for number, wanted in listed.items():
        got = next((a for a in notice.attachments if a.number == int(number)), Attachment())
        yield Field("attachments.no", number, got.number == int(number))
        yield Field("attachments.title", wanted["title"], same(wanted["title"], got.page_title))
        if "title_in_list_of_attachments" in wanted:
            yield Field(
                "attachments.listed_title",
                wanted["title_in_list_of_attachments"],
                same(wanted["title_in_list_of_attachments"], got.title),
            )
        if "stat_period" in wanted:
            yield Field(
                "attachments.span", wanted["stat_period"], got.span is not None and same(wanted["stat_period"], got.span.text())
            )
        if "header_levels" in wanted:
            # 其中 is a level of its own in print; the facts count printed rows.
            yield Field(
                "attachments.header_levels",
                wanted["header_levels"],
                bool(got.tables) and got.tables[0].header_levels == wanted["header_levels"],
            )
        if "bands" in wanted:
            for i, band in enumerate(wanted["bands"]):
                mine = got.bands[i] if i < len(got.bands) else None
                yield Field("attachments.band", band["band"], mine is not None and same(band["band"], mine.text))
                names = band.get("sites") or [name for group in band["groups"].values() for name in group]
                for name in names:
                    yield Field("attachments.band.name", name, mine is not None and name in mine.names)
            continue
        if "departments" in wanted:
            for part, key in enumerate(("departments", "cities")):
                keys = ("no", "unit", "done", "pending", "done_rate", "average_working_days")
                rows = [[row[k] for k in keys] for row in wanted[key]]
                yield from cells(f"attachments.{number}", got, wanted["columns"], rows, part)
            continue
        skip = {"indicator_ids", "problems"}
        rows = [[v for k, v in row.items() if k not in skip] for row in wanted["rows"]]
        yield from cells(f"attachments.{number}", got, wanted["columns"], rows, 0)
        if "total_row" in wanted:
            total = got.tables[0].total if got.tables else None
            for i, value in enumerate(wanted["total_row"].values()):
                yield Field(f"attachments.{number}.total", value, total is not None and cell_same(value, total[i]), table=True)
        for i, row in enumerate(wanted["rows"]):
            for one in row.get("indicator_ids", []):
                mine_row = got.listed[i] if i < len(got.listed) else None
                yield Field(
                    f"attachments.{number}.indicator",
                    one,
                    mine_row is not None and agrees(mine_row.indicator_ids, one),
                    table=True,
                )
            if "problems" in row:
                mine_row = got.listed[i] if i < len(got.listed) else None
                for text in row["problems"]:
                    yield Field(
                        f"attachments.{number}.problem", text, mine_row is not None and text in mine_row.problems, table=True
                    )


def cell_same(wanted: object, got: object) -> bool:
    return got is None if wanted is None else same(wanted, got)


def cells(path: str, attachment: Attachment, columns: list[str], rows: list[list[object]], part: int) -> Iterator[Field]:
    table = attachment.tables[part] if part < len(attachment.tables) else None
    for i, column in enumerate(columns):
        name = re.sub(r"^其中:", "", column.split("/")[-1])
        yield Field(
            f"{path}.column",
            column,
            table is not None and i < len(table.columns) and plain(table.columns[i]).endswith(plain(name)),
            table=True,
        )
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            mine = table.rows[r][c] if table is not None and r < len(table.rows) and c < len(table.rows[r]) else None
            yield Field(f"{path}.cell", value, table is not None and r < len(table.rows) and cell_same(value, mine), table=True)


def others(notice: Notice, facts: dict[str, Any]) -> Iterator[Field]:
    if "recheck" in facts:
        wanted = facts["recheck"]
        got = notice.recheck
        yield Field(
            "recheck.year",
            wanted["of_period"]["year"],
            got is not None and got.period is not None and got.period.year == wanted["of_period"]["year"],
        )
        yield Field(
            "recheck.quarter",
            wanted["of_period"]["quarter"],
            got is not None and got.period is not None and got.period.number == wanted["of_period"]["quarter"],
        )
        yield Field("recheck.result", wanted["result"], got is not None and got.result == "all_but_named")
        for one in wanted["not_rectified"]:
            yield Field(
                "recheck.name",
                one["name_as_text"],
                got is not None and any(same(one["name_as_text"], n.name) for n in got.not_rectified),
            )
    if "disclosure" in facts:
        wanted = facts["disclosure"]
        values = [f.count.value for f in notice.figures]
        for key in (
            "disclosed_items",
            "requests_done",
            "requests_departments",
            "letters_done",
            "letters_provincial_departments",
            "letters_cities",
        ):
            yield Field(f"disclosure.{key}", wanted[key], wanted[key] in values)
        rows = max((len(t.rows) for a in notice.attachments if a.number == 5 for t in a.tables), default=0)
        yield Field("disclosure.departments_in_table", wanted["departments_in_table"], rows == wanted["departments_in_table"])
        yield Field(
            "disclosure.requests_on_time_rate",
            wanted["requests_on_time_rate"],
            any(same(wanted["requests_on_time_rate"], r.text) for f in notice.figures for r in f.rates),
        )
        yield Field(
            "disclosure.stat_period",
            wanted["stat_period"],
            notice.statistics_span is not None and same(wanted["stat_period"], notice.statistics_span.text()),
        )
    for key, names in facts.get("high_scoring", {}).items():
        for name in names:
            yield Field(f"high_scoring.{key}", name, any(name in group for group in notice.praised))
    for practice in facts.get("best_practices", []):
        mine = [p for p in notice.practices if any(u in p.units for u in practice["units"])]
        for unit in practice["units"]:
            yield Field("best_practices.unit", unit, any(unit in p.units for p in notice.practices))
        yield Field("best_practices.theme", practice["theme"], any(same(practice["theme"], p.theme) for p in mine))
        yield Field("best_practices.what", practice["what"], any(close(practice["what"], p.text, 0.5) for p in mine))


def compare(notice: Notice, facts: dict[str, Any]) -> list[Field]:
    """Every field of a facts file with whether the notice that was read has it."""
    found: list[Field] = []
    for part in (document, counts, rates, findings, requirements, attachments, others):
        found += part(notice, facts)
    return found


def measure(shared: Path, name: str) -> list[Field]:
    """Reads one seed and compares it with its facts."""
    facts = json.loads((shared / "seeds-facts" / f"{name}.json").read_text("utf-8"))
    notice = read(shared / "seeds" / SEEDS[name], keep_contacts=True)
    return compare(notice, facts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", action="store_true", help="list every field that was not read")
    arguments = parser.parse_args()
    shared = Path(os.environ.get("GOVMEDIA_SHARED", "../shared"))
    print(f"{'notice':22} {'fields':>7} {'read':>6} {'%':>6}   {'without table cells':>22}   target")
    failed = 0
    for name, target in TARGETS.items():
        fields = measure(shared, name)
        text = [f for f in fields if not f.table]
        share = 100 * sum(f.found for f in fields) / len(fields)
        failed += share < target
        print(
            f"{name:22} {len(fields):7} {sum(f.found for f in fields):6} {share:6.1f}   "
            f"{sum(f.found for f in text):5} of {len(text):4} = {100 * sum(f.found for f in text) / len(text):6.1f}"
            f"   {target}"
        )
        if arguments.missing:
            for field in fields:
                if not field.found:
                    print(f"    {field.path}: {field.expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
