"""Search, tags, browsers, IPv6, site map and the mode for the elderly."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import (
    CheckResult,
    Evidence,
    Kinds,
    Positive,
    Strictness,
    check,
    failed,
    inconclusive,
    needs_review,
    passed,
)
from govmedia_rules.checks.sampling import draw_seeded
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Column, Page
from govmedia_rules.subjects.addresses import address_key


@check("site.search_poor", needs="has_search|searches", faults=("missing", "not_found", "ungrouped"))
def search_poor(site: SiteSnapshot) -> CheckResult:
    """Check whether there is no search over the whole site, a known title is not on the first page, or results are not by class."""
    if site.has_search is False:
        return failed("search_missing", faults={"missing": 1})
    trials = site.searches or ()
    lost = [trial for trial in trials if trial.found_on_first_page is False]
    ungrouped = any(trial.grouped is False for trial in trials)
    untried = sum(trial.found_on_first_page is None for trial in trials)
    faults = {kind: number for kind, number in (("not_found", len(lost)), ("ungrouped", int(ungrouped))) if number}
    possible = {"not_found": untried} if untried else {}
    if not ungrouped and (not trials or all(trial.grouped is None for trial in trials)):
        possible["ungrouped"] = 1
    if faults:
        evidence = [Evidence(trial.query, trial.expected, None, "not_on_first_page") for trial in lost]
        args = {"count": len(lost), "tried": len(trials), "ungrouped": ungrouped}
        return failed("search_poor", evidence=evidence, faults=faults, possible=possible, **args)
    return inconclusive("search_not_tried", possible=possible) if possible else passed()


@check("site.tags_missing", needs="pages", faults=("page",))
def tags_missing(
    site: SiteSnapshot,
    *,
    required: Annotated[Mapping[str, Kinds], Strictness.MORE],
    placeholders: Annotated[Kinds, Strictness.MORE],
    sample: Positive,
    seed: int,
) -> CheckResult:
    """Check whether sampled pages lack standard page tags (页面标签); a placeholder counts as missing. A page counts once.

    Args:
        required: Names of the tags each kind of page (`home`, `column`, `content`) must have.
        placeholders: Contents that are no content (`网站名称`); an empty one never is.
        sample: Number of pages drawn.
        seed: Seed of the sample.
    """
    eligible = [page for page in site.pages or () if page.kind in required and page.tags is not None]
    drawn = draw_seeded(eligible, sample, seed, f"{site.site.id} tags", lambda page: page.url)
    empty = {key_of(text) for text in placeholders}
    evidence: list[Evidence] = []
    for page in drawn:
        lacking = _lacking_tags(page, required[page.kind or ""], empty)
        if lacking:
            evidence.append(Evidence(page.title or page.url, page.url, None, lacking))
    args: dict[str, Any] = {"count": len(evidence), "sampled": len(drawn), "seed": seed}
    if evidence:
        return failed("tags_missing", evidence=evidence, faults={"page": len(evidence)}, **args)
    return passed() if drawn else inconclusive("tags_not_seen", possible={"page": sample}, **args)


def _lacking_tags(page: Page, names: Kinds, empty: set[str]) -> tuple[str, ...]:
    filled = {tag.name.lower() for tag in page.tags or () if tag.content.strip() and key_of(tag.content) not in empty}
    return tuple(name for name in names if name.lower() not in filled)


@check("site.browsers_faulty", needs="browsers", faults=("browser",))
def browsers_faulty(site: SiteSnapshot) -> CheckResult:
    """Check whether pages do not show properly in a main browser (兼容性)."""
    bad = [trial.browser for trial in site.browsers or () if trial.shows is False]
    untried = sum(trial.shows is None for trial in site.browsers or ())
    if bad:
        return failed("browsers_faulty", faults={"browser": len(bad)}, names=tuple(bad))
    if untried or not site.browsers:
        return inconclusive("browsers_not_tried", possible={"browser": untried or 1})
    return passed()


@check("site.ipv6_unreachable", needs="ipv6", faults=("unreachable",))
def ipv6_unreachable(site: SiteSnapshot) -> CheckResult:
    """Check whether the site cannot be reached by IPv6 (IPv6改造)."""
    return passed() if site.ipv6 else failed("ipv6_unreachable", faults={"unreachable": 1})


@check("site.pages_off_ipv6", needs="pages")
def pages_off_ipv6(site: SiteSnapshot, *, min_share: Annotated[Decimal, Field(gt=0, le=1), Strictness.HIGHER]) -> CheckResult:
    """Check whether too few of the pages below the home page open over IPv6 (二、三级页面IPv6支持率).

    Of pages that are only part of the site a share decides nothing; a low one is for a person.

    Args:
        min_share: Share of these pages that must open, 0 to 1.
    """
    home = address_key(site.site.url)
    below = [page for page in site.pages or () if page.kind != "home" and address_key(page.url) != home]
    shut = [page for page in below if page.ipv6 is False]
    opened = sum(page.ipv6 is True for page in below)
    args: dict[str, Any] = {"total": len(below), "opened": opened, "limit": min_share}
    if below and Fraction(len(below) - len(shut)) < Fraction(min_share) * len(below):
        evidence = [Evidence(page.title or page.url, page.url) for page in shut]
        answer = needs_review if "pages" in site.partial else failed
        return answer("pages_off_ipv6", evidence=evidence, **args)
    if not below or "pages" in site.partial or Fraction(opened) < Fraction(min_share) * len(below):
        return inconclusive("pages_over_ipv6_unknown", **args)
    return passed()


@check("site.map_differs", needs=("site_map", "columns"))
def map_differs(site: SiteSnapshot) -> CheckResult:
    """Check whether the tree of the site map differs from the real columns, or leads to blank ones (网站地图与栏目不一致)."""
    columns = [column for column in site.columns or () if column.found_by != "sitemap"]
    real = {_path_of(column, columns) for column in columns}
    mapped = {tuple(key_of(name) for name in entry.path) for entry in site.site_map or ()}
    gone = [entry for entry in site.site_map or () if tuple(key_of(name) for name in entry.path) not in real]
    unmapped = [column for column in columns if _path_of(column, columns) not in mapped]
    blank = [column for column in site.columns or () if column.found_by == "sitemap" and column.is_blank]
    if not (gone or unmapped or blank):
        return passed()
    if {"site_map", "columns"} & set(site.partial):
        return inconclusive("map_partly_seen", gone=len(gone), new=len(unmapped))
    evidence = [Evidence(" › ".join(entry.path), entry.url, None, "map_only") for entry in gone]
    evidence += [Evidence(column.name, column.url, None, "column_only") for column in unmapped]
    evidence += [Evidence(column.name, column.url, None, "blank_through_map") for column in blank]
    return failed("map_differs", evidence=evidence, gone=len(gone), new=len(unmapped), blank=len(blank))


def _path_of(column: Column, columns: list[Column]) -> tuple[str, ...]:
    names = {key for other_column in columns for key in (other_column.name, other_column.url) if key}
    by_key = {key: other_column for other_column in columns for key in (other_column.url, other_column.name) if key}
    path = [key_of(column.name)]
    parent, steps = column.parent, 0
    while parent is not None and steps < 20:
        above = by_key.get(parent) if parent in names else None
        path.append(key_of(above.name if above is not None else parent))
        parent = above.parent if above is not None else None
        steps += 1
    return tuple(reversed(path))


@check("site.elderly_mode_lacking", needs="elderly_mode")
def elderly_mode_lacking(site: SiteSnapshot) -> CheckResult:
    """Check whether there is no mode for the elderly, or it cannot be used (长者模式)."""
    mode = site.elderly_mode
    assert mode is not None
    if not mode.offered:
        return failed("elderly_mode_missing")
    if mode.works is False:
        return failed("elderly_mode_unusable")
    return inconclusive("elderly_mode_not_tried") if mode.works is None else passed()
