"""《政府网站发展指引》 (国办发〔2017〕47号) and the domain notice (国办函〔2018〕55号): names, pages, duties that only warn."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, passed
from govmedia_rules.core.time import Moment, Window, day_in_month, day_of, earliest, latest
from govmedia_rules.errors import CodeError
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Column
from govmedia_rules.subjects.codes import Domain

Kinds = tuple[str, ...]


@check("site.level_too_low")
def level_too_low(site: SiteSnapshot, *, levels: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """The site belongs to a body that opens no site of its own and uses the portal above (乡镇街道、县级部门网站).

    Args:
        levels: Levels that open no site.

    Source:
        国办发〔2017〕47号, 开设与整合.
    """
    level = site.site.level
    if level is None:
        return inconclusive("level_unknown")
    return failed("level_too_low", evidence=[Evidence(site.site.name, site.site.url)], level=level) if level in levels else passed()


def domains_of(site: SiteSnapshot) -> tuple[list[Domain], CheckResult]:
    """The domains a site is registered with, and what is said where none of them is at fault.

    An address that cannot be read is no domain that keeps the rule, so it stands in the way of a pass.
    """
    found: list[Domain] = []
    unread: list[str] = []
    for address in filter(None, (site.site.url, *site.site.domains)):
        try:
            found.append(Domain.parse(address))
        except CodeError:
            unread.append(address)
    if unread:
        return found, inconclusive("domain_unreadable", names=tuple(unread))
    return found, passed() if found else inconclusive("domain_unknown")


@check("site.domain_suffix_wrong")
def domain_suffix_wrong(site: SiteSnapshot, *, suffixes: Annotated[Kinds, Strictness.FEWER]) -> CheckResult:
    """A domain ends in another suffix than a government site may have, or is an address by number.

    Args:
        suffixes: Suffixes allowed (`gov.cn`, `政务`).

    Source:
        国办发〔2017〕47号, 域名管理.
    """
    domains, otherwise = domains_of(site)
    wrong = [one.unicode for one in domains if one.suffix not in suffixes]
    if wrong:
        evidence = [Evidence(name, None, None, "suffix_not_allowed", suffixes) for name in wrong]
        return failed("domain_suffix_wrong", evidence=evidence, names=tuple(wrong))
    return otherwise


@check("site.portal_domain_irregular")
def portal_domain_irregular(site: SiteSnapshot) -> CheckResult:
    """The English domain of a portal is not of the form `www.□□□.gov.cn`.

    Source:
        国办发〔2017〕47号, 域名管理: 政府门户网站使用“www.□□□.gov.cn”结构.
    """
    domains, otherwise = domains_of(site)
    wrong = [one.host for one in domains if one.suffix == "gov.cn" and not one.host.startswith("www.")]
    if wrong:
        evidence = [Evidence(name, None, None, "portal_without_www") for name in wrong]
        return failed("portal_domain_irregular", evidence=evidence, names=tuple(wrong))
    return otherwise


@check("site.department_domain_irregular")
def department_domain_irregular(site: SiteSnapshot) -> CheckResult:
    """The English domain of a department site does not lie below that of its government (`○○○.□□□.gov.cn`).

    Only the shape is looked at: two names or more before `gov.cn`, a leading `www` not counted. Whether the names above
    are those of the government's portal is for a person.

    Source:
        国办发〔2017〕47号, 域名管理: 部门网站使用本级政府或上级部门门户网站的下级域名.
    """
    domains, otherwise = domains_of(site)
    wrong = [one.host for one in domains if one.suffix == "gov.cn" and len(_names(one)) < 2]
    if wrong:
        evidence = [Evidence(name, None, None, "department_without_parent") for name in wrong]
        return failed("department_domain_irregular", evidence=evidence, names=tuple(wrong))
    return otherwise


def _names(domain: Domain) -> list[str]:
    names = domain.host.removesuffix("gov.cn").rstrip(".").split(".")
    return [name for name in names[names[:1] == ["www"] :] if name]


@check("site.domains_several")
def domains_several(site: SiteSnapshot, *, most: Annotated[int, Field(ge=1), Strictness.LOWER]) -> CheckResult:
    """The site is reached by several English or several Chinese domains.

    Args:
        most: Number of domains of each kind that is allowed.

    Source:
        国办发〔2017〕47号 and 国办函〔2018〕55号, 域名管理.
    """
    domains, otherwise = domains_of(site)
    english = tuple(dict.fromkeys(one.unicode for one in domains if one.unicode.isascii()))
    chinese = tuple(dict.fromkeys(one.unicode for one in domains if not one.unicode.isascii()))
    over = [names for names in (english, chinese) if len(names) > most]
    if over:
        evidence = [Evidence("、".join(names), None, None, len(names), most) for names in over]
        return failed("domains_several", evidence=evidence, names=tuple(name for names in over for name in names), limit=most)
    return otherwise


@check("site.chinese_domain_wrong")
def chinese_domain_wrong(site: SiteSnapshot, *, suffixes: Annotated[Kinds, Strictness.FEWER], since: date) -> CheckResult:
    """A Chinese domain ends in another suffix than allowed.

    Args:
        suffixes: Suffixes allowed (`政务`).
        since: First day of the rule; before it everything passes.

    Source:
        国办函〔2018〕55号.
    """
    zone = site.observed_at.tzinfo
    assert zone is not None
    if day_of(site.observed_at, zone) < since:
        return passed("not_yet_in_force", since=since)
    domains, otherwise = domains_of(site)
    wrong = [one.unicode for one in domains if not one.unicode.isascii() and one.suffix not in suffixes]
    if wrong:
        evidence = [Evidence(name, None, None, "suffix_not_allowed", suffixes) for name in wrong]
        return failed("domain_suffix_wrong", evidence=evidence, names=tuple(wrong))
    return otherwise


@check("site.offline_too_long", needs="offline_notices")
def offline_too_long(
    site: SiteSnapshot,
    *,
    limit: Annotated[Window, Strictness.SHORTER],
    times: Annotated[int, Field(ge=1), Strictness.LOWER],
    window: Window,
) -> CheckResult:
    """A reported closing lasted too long, or there were more of them than allowed (临时下线).

    Args:
        limit: Longest closing.
        times: Number of closings allowed inside the window.
        window: Time that counts back from the monitoring point.

    Source:
        国办发〔2017〕47号, 变更与关停: 临时下线.
    """
    point, span = site.observed_at, window.before(site.observed_at)
    zone = point.tzinfo
    assert zone is not None
    begun = [one for one in site.offline_notices or () if not span.is_before(one.starts_at)]
    recent = [one for one in begun if one.ends_at is None or latest(one.ends_at, zone) >= span.start]
    long: list[Evidence] = []
    for one in recent:
        # Bare days are read in the unit's favour: closed late on the first day, back early on the last.
        end = point if one.ends_at is None else min(earliest(one.ends_at, zone), point)
        if latest(one.starts_at, zone) < limit.start(end):
            long.append(Evidence("offline", site.site.url, one.starts_at, one.ends_at, limit))
    args: dict[str, Any] = {"count": len(recent), "times": times, "limit": limit, "window": window}
    if long:
        return failed("offline_too_long", evidence=long, **args)
    if len(recent) > times:
        evidence = [Evidence("offline", site.site.url, one.starts_at, one.ends_at) for one in recent]
        return failed("offline_too_often", evidence=evidence, **args)
    return inconclusive("offline_partly_known", **args) if "offline_notices" in site.partial else passed()


@check("site.pages_without_time", needs="pages")
def pages_without_time(site: SiteSnapshot) -> CheckResult:
    """Content pages show only the day of their publication, not the time (`YYYY-MM-DD HH:MM`).

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


@check("site.pages_slow", needs="pages")
def pages_slow(site: SiteSnapshot, *, slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER]) -> CheckResult:
    """Pages take too long to load.

    Args:
        slow_seconds: A page that takes longer is slow. Unit: seconds.

    Source:
        国办发〔2017〕47号, 附件: 网页设计规范.
    """
    pages = site.pages or ()
    slow = [page for page in pages if page.seconds is not None and page.seconds > slow_seconds]
    if slow:
        evidence = [Evidence(page.title or page.url, page.url, None, page.seconds, slow_seconds) for page in slow]
        return failed("pages_slow", evidence=evidence, count=len(slow), limit=slow_seconds)
    return inconclusive("pages_not_timed") if not pages or any(page.seconds is None for page in pages) else passed()


@check("site.yearly_report_late", needs="columns")
def yearly_report_late(
    site: SiteSnapshot,
    *,
    kinds: Kinds,
    due_month: Annotated[int, Field(ge=1, le=12)],
    due_day: Annotated[int, Field(ge=1, le=31)],
    since: date,
) -> CheckResult:
    """The yearly report on the site's work (政府网站工作年度报表) was not published by its date.

    Args:
        kinds: Kinds of the column it stands in.
        due_month: Month of the date, 1 to 12.
        due_day: Day of the date; a month that has fewer days ends earlier.
        since: First day of the rule; before it everything passes.

    Source:
        国办发〔2017〕47号; 国办函〔2018〕12号.
    """
    zone = site.observed_at.tzinfo
    assert zone is not None
    today = day_of(site.observed_at, zone)
    due = day_in_month(today.year, due_month, due_day)
    if today <= due or today < since:
        return passed("report_not_due", due=due)
    mine = [column for column in site.columns or () if column.kind in kinds]
    args: dict[str, Any] = {"due": due, "kinds": kinds}
    if not mine:
        if "columns" in site.partial or any(column.kind is None for column in site.columns or ()):
            return inconclusive("column_not_seen", **args)
        return failed("report_missing", **args)
    shown = [day_of(moment, zone) for column in mine for moment in _dates(column)]
    if any(date(due.year, 1, 1) <= day <= due for day in shown):
        return passed()
    if any(column.entries is None and column.latest_entry_at is None and not column.is_blank for column in mine):
        return inconclusive("report_date_unknown", **args)
    late = [day for day in shown if day > due]
    evidence = [Evidence(column.name, column.url, column.latest_entry_at, column.latest_entry_at, due) for column in mine]
    if late and any(column.entries is None for column in mine):
        return inconclusive("report_date_unknown", evidence=evidence, **args)  # an earlier entry may be the report
    return failed("report_late" if late else "report_missing", evidence=evidence, **args)


def _dates(column: Column) -> list[Moment]:
    if column.entries is not None:
        return [entry.published_at for entry in column.entries if entry.published_at is not None]
    return [column.latest_entry_at] if column.latest_entry_at is not None else []


@check("site.documents_uninterpreted", needs="documents")
def documents_uninterpreted(
    site: SiteSnapshot, *, min_share: Annotated[Decimal, Field(gt=0, le=1), Strictness.HIGHER] = Decimal(1)
) -> CheckResult:
    """Too few of the important documents of this government are interpreted (解读比例).

    Args:
        min_share: Share of important documents that must have an interpretation, 0 to 1; 1 means each of them.

    Source:
        国办发〔2017〕47号, 解读回应; local notices.
    """
    linked = {address for one in site.interpretations or () for address in one.documents or ()}
    important = [one for one in site.documents or () if one.important and one.own is not False]
    bare = [one for one in important if not one.interpretations and one.url not in linked]
    # Without a full look at the interpretations, one of them may explain a document that links to none.
    sure = site.interpretations is not None and "interpretations" not in site.partial
    certain = [one for one in bare if sure and one.interpretations is not None]
    total, done = len(important), len(important) - len(bare)
    args: dict[str, Any] = {"total": total, "done": done, "limit": min_share}
    if Fraction(total - len(certain)) < Fraction(min_share) * total:
        evidence = [Evidence(one.title, one.url, one.published_at) for one in certain]
        return failed("documents_uninterpreted", evidence=evidence, **args)
    undecided = Fraction(done) < Fraction(min_share) * total or "documents" in site.partial
    if undecided or any(one.important is None and one.own is not False for one in site.documents or ()):
        return inconclusive("documents_unknown", **args)
    return passed()
