"""功能设计: domain, marks, links, search, tags, QR codes and site map (国办秘函〔2019〕19号, part 2; 国办发〔2017〕47号)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, passed
from govmedia_rules.checks.sampling import draw
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.errors import CodeError
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Column, Link, Page
from govmedia_rules.subjects.codes import Domain, IcpNumber, PoliceNumber, SiteCode
from govmedia_rules.subjects.vocabulary import vocabulary

Kinds = tuple[str, ...]
Size = Annotated[int, Field(ge=1)]


@check("site.domain_irregular", faults=("irregular",))
def domain_irregular(
    site: SiteSnapshot,
    *,
    suffixes: Annotated[Kinds, Strictness.FEWER],
    portal_form: bool,
    single: bool,
) -> CheckResult:
    """The domain name breaks the naming rules (域名名称).

    Args:
        suffixes: Suffixes allowed (`gov.cn`, `政务`).
        portal_form: Whether a portal's English domain must begin with `www.`.
        single: Whether more than one English or more than one Chinese domain counts.
    """
    given = [address for address in (site.site.url, *site.site.domains) if address]
    if not given:
        return inconclusive("domain_unknown", possible={"irregular": 1})
    found: list[Evidence] = []
    domains: list[Domain] = []
    for address in given:
        try:
            domains.append(Domain.parse(address))
        except CodeError as fault:
            found.append(Evidence(address, address, None, fault.what))
    found += [Evidence(one.unicode, None, None, "suffix_not_allowed", suffixes) for one in domains if one.suffix not in suffixes]
    if portal_form and site.site.is_portal:
        english = [one for one in domains if one.suffix == "gov.cn" and not one.host.startswith("www.")]
        found += [Evidence(one.host, None, None, "portal_without_www") for one in english]
    if single:
        for suffix in suffixes:
            same = tuple(dict.fromkeys(one.unicode for one in domains if one.suffix == suffix))
            if len(same) > 1:
                found.append(Evidence("、".join(same), None, None, len(same), 1))
    if found:
        return failed("domain_irregular", evidence=found, faults={"irregular": 1}, names=tuple(piece.what for piece in found))
    return passed()


@check("site.marks_missing", needs="pages", faults=("missing", "wrong"))
def marks_missing(
    site: SiteSnapshot, *, required: Annotated[Kinds, Strictness.MORE], well_formed: Annotated[bool, Strictness.TRUE] = False
) -> CheckResult:
    """Marks required at the foot of every page are missing or differ from the registered values (网站标识).

    A mark counts once, however many pages lack it.

    Args:
        required: `party_gov`, `error_report`, `site_map`, `site_code`, `icp`, `police`, `sponsor`, `contact`.
        well_formed: Whether a filing number must also have the official shape; a site code always must.
    """
    pages = [page for page in site.pages or () if page.marks is not None]
    if not pages:
        return inconclusive("marks_not_seen", possible={"missing": len(required)})
    missing: dict[str, Evidence] = {}
    wrong: dict[str, Evidence] = {}
    unseen: set[str] = set()
    registered = {"site_code": site.site.code, "icp": site.site.icp, "police": site.site.police, "sponsor": site.site.owner}
    for page in pages:
        assert page.marks is not None
        facts = page.marks.__dict__
        for name in required:
            shown = facts[name]
            if shown is None:
                unseen.add(name)
            elif not shown:
                missing.setdefault(name, Evidence(name, page.url, None, name))
            elif isinstance(shown, str) and not (
                _agrees(name, shown, registered.get(name)) and (not well_formed or _has_shape(name, shown))
            ):
                wrong.setdefault(name, Evidence(name, page.url, None, shown, registered.get(name)))
    possible = {"missing": len(unseen - missing.keys() - wrong.keys())}
    faults = {kind: len(found) for kind, found in (("missing", missing), ("wrong", wrong)) if found}
    if faults:
        names = tuple({**missing, **wrong})
        evidence = (*missing.values(), *wrong.values())
        return failed("marks_missing", evidence=evidence, faults=faults, possible=possible, names=names, pages=len(pages))
    return inconclusive("marks_partly_seen", possible=possible, names=tuple(sorted(unseen))) if unseen else passed()


def _agrees(name: str, shown: str, registered: str | None) -> bool:
    """Whether a printed mark is the registered one; a site code must also be well formed."""
    if name == "site_code":
        try:
            code = SiteCode.parse(shown).text
        except CodeError:
            return False
        return registered is None or code == registered
    if registered is None or name == "sponsor":
        # A sponsor may print its short name; a machine does not call that wrong.
        return True
    return re.sub(r"\D", "", shown.split("-")[0]) == re.sub(r"\D", "", registered.split("-")[0])


def _has_shape(name: str, shown: str) -> bool:
    """Whether a printed filing number has the official shape; other marks have none."""
    try:
        if name == "icp":
            IcpNumber.parse(shown)
        elif name == "police":
            PoliceNumber.parse(shown)
    except CodeError:
        return False
    return True


@check("site.links_dead", needs="links", faults=("home", "other"))
def links_dead(site: SiteSnapshot) -> CheckResult:
    """Links that do not open or are wrong, on the home page and on other pages (可用性)."""
    dead = [link for link in site.links or () if link.opens is False]
    unknown = [link for link in site.links or () if link.opens is None]
    faults, possible = _by_place(dead), _by_place(unknown)
    args: dict[str, Any] = {"home": faults.get("home", 0), "other": faults.get("other", 0), "tried": len(site.links or ())}
    if faults:
        evidence = [Evidence(link.text or link.url, link.url, None, link.failure or link.status, None) for link in dead]
        return failed("links_dead", evidence=evidence, faults=faults, possible=possible, **args)
    if possible or "links" in site.partial:
        return inconclusive("links_partly_tried", possible=possible, **args)
    return passed()


def _by_place(links: list[Link]) -> dict[str, int]:
    home = sum(link.on_home for link in links)
    return {place: number for place, number in (("home", home), ("other", len(links) - home)) if number}


@check("site.links_hidden", needs="links")
def links_hidden(site: SiteSnapshot) -> CheckResult:
    """Links a reader cannot see lead elsewhere (暗链)."""
    hidden = [link for link in site.links or () if link.is_hidden]
    if hidden:
        evidence = [Evidence(link.text or link.url, link.found_on, None, link.url) for link in hidden]
        return failed("links_hidden", evidence=evidence, count=len(hidden))
    unseen = any(link.is_hidden is None for link in site.links or ())
    return inconclusive("links_not_examined") if unseen or "links" in site.partial else passed()


@check("site.error_report_missing", needs="error_report", faults=("missing", "misplaced"))
def error_report_missing(site: SiteSnapshot) -> CheckResult:
    """The entrance to “我为政府网站找错” is missing or not placed as prescribed."""
    entrance = site.error_report
    assert entrance is not None
    if not entrance.present:
        return failed("error_report_missing", faults={"missing": 1})
    if entrance.placed is False:
        return failed("error_report_misplaced", faults={"misplaced": 1})
    return inconclusive("error_report_place_unknown", possible={"misplaced": 1}) if entrance.placed is None else passed()


@check("site.search_poor", needs="has_search|searches", faults=("missing", "not_found", "ungrouped"))
def search_poor(site: SiteSnapshot) -> CheckResult:
    """There is no search over the whole site, a known title is not on the first page, or results are not by class."""
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
    sample: Size,
    seed: int,
) -> CheckResult:
    """Sampled pages lack standard page tags (页面标签); a placeholder counts as missing. A page counts once.

    Args:
        required: Names of the tags each kind of page (`home`, `column`, `content`) must have.
        placeholders: Contents that are no content (`网站名称`); an empty one never is.
        sample: Number of pages drawn.
        seed: Seed of the sample.
    """
    eligible = [page for page in site.pages or () if page.kind in required and page.tags is not None]
    drawn = draw(eligible, sample, seed, f"{site.site.id} tags", lambda page: page.url)
    empty = {key_of(text) for text in placeholders}
    found: list[Evidence] = []
    for page in drawn:
        lacking = _lacking_tags(page, required[page.kind or ""], empty)
        if lacking:
            found.append(Evidence(page.title or page.url, page.url, None, lacking))
    args: dict[str, Any] = {"count": len(found), "sampled": len(drawn), "seed": seed}
    if found:
        return failed("tags_missing", evidence=found, faults={"page": len(found)}, **args)
    return passed() if drawn else inconclusive("tags_not_seen", possible={"page": sample}, **args)


def _lacking_tags(page: Page, names: Kinds, empty: set[str]) -> tuple[str, ...]:
    filled = {tag.name.lower() for tag in page.tags or () if tag.content.strip() and key_of(tag.content) not in empty}
    return tuple(name for name in names if name.lower() not in filled)


@check("site.browsers_faulty", needs="browsers", faults=("browser",))
def browsers_faulty(site: SiteSnapshot) -> CheckResult:
    """Pages do not show properly in a main browser (兼容性)."""
    bad = [trial.browser for trial in site.browsers or () if trial.shows is False]
    untried = sum(trial.shows is None for trial in site.browsers or ())
    if bad:
        return failed("browsers_faulty", faults={"browser": len(bad)}, names=tuple(bad))
    if untried or not site.browsers:
        return inconclusive("browsers_not_tried", possible={"browser": untried or 1})
    return passed()


@check("site.ipv6_unreachable", needs="ipv6", faults=("unreachable",))
def ipv6_unreachable(site: SiteSnapshot) -> CheckResult:
    """The site cannot be reached by IPv6 (IPv6改造)."""
    return passed() if site.ipv6 else failed("ipv6_unreachable", faults={"unreachable": 1})


@check("site.map_differs", needs=("site_map", "columns"))
def map_differs(site: SiteSnapshot) -> CheckResult:
    """The tree of the site map differs from the real columns, or leads to blank ones (网站地图与栏目不一致)."""
    columns = [column for column in site.columns or () if column.found_by != "sitemap"]
    real = {_path_of(column, columns) for column in columns}
    mapped = {tuple(key_of(name) for name in entry.path) for entry in site.site_map or ()}
    gone = [entry for entry in site.site_map or () if tuple(key_of(name) for name in entry.path) not in real]
    new = [column for column in columns if _path_of(column, columns) not in mapped]
    blank = [column for column in site.columns or () if column.found_by == "sitemap" and column.is_blank]
    if not (gone or new or blank):
        return passed()
    if {"site_map", "columns"} & set(site.partial):
        return inconclusive("map_partly_seen", gone=len(gone), new=len(new))
    evidence = [Evidence(" › ".join(entry.path), entry.url, None, "map_only") for entry in gone]
    evidence += [Evidence(column.name, column.url, None, "column_only") for column in new]
    evidence += [Evidence(column.name, column.url, None, "blank_through_map") for column in blank]
    return failed("map_differs", evidence=evidence, gone=len(gone), new=len(new), blank=len(blank))


def _path_of(column: Column, columns: list[Column]) -> tuple[str, ...]:
    names = {key for one in columns for key in (one.name, one.url) if key}
    by_key = {key: one for one in columns for key in (one.url, one.name) if key}
    path = [key_of(column.name)]
    parent, steps = column.parent, 0
    while parent is not None and steps < 20:
        above = by_key.get(parent) if parent in names else None
        path.append(key_of(above.name if above is not None else parent))
        parent = above.parent if above is not None else None
        steps += 1
    return tuple(reversed(path))


@check("site.qr_codes_wrong", needs="qr_codes")
def qr_codes_wrong(site: SiteSnapshot) -> CheckResult:
    """A QR code cannot be opened, or leads to another platform than its label says (二维码)."""
    tree = vocabulary("platform")
    found: list[Evidence] = []
    unknown = 0
    for code in site.qr_codes or ():
        where = code.found_on or code.target
        if code.opens is False:
            found.append(Evidence(code.label or "qr_code", where, None, "unopenable"))
        elif code.label_platform is not None and code.target_platform is not None:
            if not (tree.is_a(code.target_platform, code.label_platform) or tree.is_a(code.label_platform, code.target_platform)):
                value = tree[code.target_platform].title
                found.append(Evidence(code.label or "qr_code", where, None, value, tree[code.label_platform].title))
        elif code.opens is None or (code.label_platform is not None and code.target_platform is None):
            unknown += 1
    if found:
        return failed("qr_codes_wrong", evidence=found, count=len(found))
    if unknown:
        return inconclusive("qr_codes_not_tried", count=unknown)
    return inconclusive("qr_codes_partly_known") if "qr_codes" in site.partial else passed()


@check("site.elderly_mode_lacking", needs="elderly_mode")
def elderly_mode_lacking(site: SiteSnapshot) -> CheckResult:
    """There is no mode for the elderly, or it cannot be used (长者模式)."""
    mode = site.elderly_mode
    assert mode is not None
    if not mode.offered:
        return failed("elderly_mode_missing")
    if mode.works is False:
        return failed("elderly_mode_unusable")
    return inconclusive("elderly_mode_not_tried") if mode.works is None else passed()


@check("site.disclosure_unreachable", needs="columns")
def disclosure_unreachable(site: SiteSnapshot, *, kinds: Kinds) -> CheckResult:
    """The column of statutory disclosure (法定主动公开内容) is missing or cannot be opened.

    Args:
        kinds: Kinds of the column.
    """
    mine = site.columns_of(*kinds)
    shut = [column for column in mine if column.opens is False]
    if shut:
        evidence = [Evidence(column.name, column.url, site.observed_at, "unopenable") for column in shut]
        return failed("disclosure_unreachable", evidence=evidence, names=tuple(column.name for column in shut))
    if not mine:
        if "columns" in site.partial or None in site.columns_by_kind:
            return inconclusive("column_not_seen", kinds=kinds)
        return failed("disclosure_missing", kinds=kinds)
    return inconclusive("disclosure_not_tried") if all(column.opens is None for column in mine) else passed()
