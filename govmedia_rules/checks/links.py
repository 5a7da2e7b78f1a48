"""Links and QR codes of a site: dead, hidden, misleading."""

from __future__ import annotations

from typing import Any

from govmedia_rules.checks.contract import CheckResult, Evidence, check, failed, inconclusive, passed
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Link
from govmedia_rules.subjects.vocabulary import subject_vocabulary


@check("site.links_dead", needs="links", faults=("home", "other"))
def links_dead(site: SiteSnapshot) -> CheckResult:
    """Find links that do not open or lead to a wrong page, on the home page and on other pages (可用性)."""
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
    """Check whether links a reader cannot see lead elsewhere (暗链)."""
    hidden = [link for link in site.links or () if link.is_hidden]
    if hidden:
        evidence = [Evidence(link.text or link.url, link.found_on, None, link.url) for link in hidden]
        return failed("links_hidden", evidence=evidence, count=len(hidden))
    unseen = any(link.is_hidden is None for link in site.links or ())
    return inconclusive("links_not_examined") if unseen or "links" in site.partial else passed()


@check("site.links_dead_on", needs="links", faults=("link",))
def links_dead_on(site: SiteSnapshot, *, home: bool) -> CheckResult:
    """Find links that do not open or lead to a wrong page, on the home page or on all other pages (链接可用性).

    Where the home page is only an entrance, the second-level pages stand for it.

    Args:
        home: True for the links of the home page, False for those of other pages.

    Source:
        国办发〔2015〕15号附件2, 网站可用性: 链接可用性.
    """
    links = [link for link in site.links or () if _is_on_home(site, link) == home]
    dead = [link for link in links if link.opens is False]
    untried = sum(link.opens is None for link in links)
    possible = {"link": untried} if untried else {}
    if dead:
        evidence = [Evidence(link.text or link.url, link.url, None, link.failure or link.status) for link in dead]
        return failed(
            "links_dead_here", evidence=evidence, faults={"link": len(dead)}, possible=possible, count=len(dead), tried=len(links)
        )
    return inconclusive("links_partly_tried", possible=possible) if possible or "links" in site.partial else passed()


def _is_on_home(site: SiteSnapshot, link: Link) -> bool:
    if link.on_home or site.home is None or not site.home.is_navigation or link.found_on is None:
        return link.on_home
    return any(column.level == 1 and column.url == link.found_on for column in site.columns or ())


@check("site.qr_codes_wrong", needs="qr_codes")
def qr_codes_wrong(site: SiteSnapshot) -> CheckResult:
    """Check whether a QR code cannot be opened, or leads to another platform than its label says (二维码)."""
    tree = subject_vocabulary("platform")
    evidence: list[Evidence] = []
    unknown = 0
    for code in site.qr_codes or ():
        where = code.found_on or code.target
        if code.opens is False:
            evidence.append(Evidence(code.label or "qr_code", where, None, "unopenable"))
        elif code.label_platform is not None and code.target_platform is not None:
            if not (tree.is_a(code.target_platform, code.label_platform) or tree.is_a(code.label_platform, code.target_platform)):
                value = tree[code.target_platform].title
                evidence.append(Evidence(code.label or "qr_code", where, None, value, tree[code.label_platform].title))
        elif code.opens is None or (code.label_platform is not None and code.target_platform is None):
            unknown += 1
    if evidence:
        return failed("qr_codes_wrong", evidence=evidence, count=len(evidence))
    if unknown:
        return inconclusive("qr_codes_not_tried", count=unknown)
    return inconclusive("qr_codes_partly_known") if "qr_codes" in site.partial else passed()
