"""Marks that pages must show: emblem, codes, filing numbers, error report, sponsor, time."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from govmedia_rules.checks.contract import CheckResult, Evidence, Kinds, Strictness, check, failed, inconclusive, passed
from govmedia_rules.errors import CodeError
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.subjects.codes import IcpNumber, PoliceNumber, SiteCode


@check("site.marks_missing", needs="pages", faults=("missing", "wrong"))
def marks_missing(
    site: SiteSnapshot, *, required: Annotated[Kinds, Strictness.MORE], well_formed: Annotated[bool, Strictness.TRUE] = False
) -> CheckResult:
    """Check whether marks required at the foot of every page are missing or differ from the registered values (网站标识).

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
    faults = {kind: len(pieces) for kind, pieces in (("missing", missing), ("wrong", wrong)) if pieces}
    if faults:
        names = tuple({**missing, **wrong})
        evidence = (*missing.values(), *wrong.values())
        return failed("marks_missing", evidence=evidence, faults=faults, possible=possible, names=names, pages=len(pages))
    return inconclusive("marks_partly_seen", possible=possible, names=tuple(sorted(unseen))) if unseen else passed()


def _agrees(name: str, shown: str, registered: str | None) -> bool:
    """Return whether a printed mark equals the registered one; a site code must also be well formed."""
    if name == "site_code":
        try:
            code = SiteCode.parse(shown).text
        except CodeError:
            return False
        return registered is None or code == registered
    if registered is None or name == "sponsor":
        # A sponsor may print its short name; a machine does not call that wrong.
        return True
    return re.sub(r"\D", "", shown.split("-", maxsplit=1)[0]) == re.sub(r"\D", "", registered.split("-")[0])


def _has_shape(name: str, shown: str) -> bool:
    """Return whether a printed filing number has the official form; other marks have none."""
    try:
        if name == "icp":
            IcpNumber.parse(shown)
        elif name == "police":
            PoliceNumber.parse(shown)
    except CodeError:
        return False
    return True


@check("site.error_report_missing", needs="error_report", faults=("missing", "misplaced"))
def error_report_missing(site: SiteSnapshot) -> CheckResult:
    """Check whether the entrance to “我为政府网站找错” is missing or not placed as prescribed."""
    entrance = site.error_report
    assert entrance is not None
    if not entrance.present:
        return failed("error_report_missing", faults={"missing": 1})
    if entrance.placed is False:
        return failed("error_report_misplaced", faults={"misplaced": 1})
    return inconclusive("error_report_place_unknown", possible={"misplaced": 1}) if entrance.placed is None else passed()


@check("site.pages_without_time", needs="pages")
def pages_without_time(site: SiteSnapshot) -> CheckResult:
    """Check whether content pages show only the day of their publication, not the time (`YYYY-MM-DD HH:MM`).

    A page with no date on record says nothing: nobody may have looked.

    Source:
        国办发〔2017〕47号, 附件: 网页设计规范.
    """
    pages = [page for page in site.pages or () if page.kind == "content"]
    short = [page for page in pages if page.published_at is not None and not isinstance(page.published_at, datetime)]
    unknown = sum(page.published_at is None for page in pages)
    if short:
        evidence = [Evidence(page.title or page.url, page.url, None, page.published_at) for page in short]
        return failed("pages_without_time", evidence=evidence, count=len(short), pages=len(pages))
    return inconclusive("pages_time_unknown", count=unknown) if unknown or not pages else passed()
