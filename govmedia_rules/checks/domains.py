"""Domain names, and the level below which no site may be opened."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from govmedia_rules.checks.contract import CheckResult, Evidence, Kinds, Positive, Strictness, check, failed, inconclusive, passed
from govmedia_rules.core.time import day_of, zone_of
from govmedia_rules.errors import CodeError
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.subjects.codes import Domain


@check("site.level_too_low")
def level_too_low(site: SiteSnapshot, *, levels: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """Check whether the site belongs to a body that opens no site of its own and uses the portal above (乡镇街道、县级部门网站).

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
    """Return the domains a site is registered with, and the answer to give where none of them breaks a rule.

    An address that cannot be read is no domain that keeps the rule, so it stands in the way of a pass.
    """
    domains: list[Domain] = []
    unread: list[str] = []
    for address in filter(None, (site.site.url, *site.site.domains)):
        try:
            domains.append(Domain.parse(address))
        except CodeError:
            unread.append(address)
    if unread:
        return domains, inconclusive("domain_unreadable", names=tuple(unread))
    return domains, passed() if domains else inconclusive("domain_unknown")


@check("site.domain_irregular", faults=("irregular",))
def domain_irregular(
    site: SiteSnapshot,
    *,
    suffixes: Annotated[Kinds, Strictness.FEWER],
    portal_form: bool,
    single: bool,
) -> CheckResult:
    """Check whether the domain name breaks the naming rules (域名名称).

    Args:
        suffixes: Suffixes allowed (`gov.cn`, `政务`).
        portal_form: Whether a portal's English domain must begin with `www.`.
        single: Whether more than one English or more than one Chinese domain counts.
    """
    addresses = [address for address in (site.site.url, *site.site.domains) if address]
    if not addresses:
        return inconclusive("domain_unknown", possible={"irregular": 1})
    evidence: list[Evidence] = []
    domains: list[Domain] = []
    for address in addresses:
        try:
            domains.append(Domain.parse(address))
        except CodeError as fault:
            evidence.append(Evidence(address, address, None, fault.what))
    evidence += [
        Evidence(domain.unicode, None, None, "suffix_not_allowed", suffixes) for domain in domains if domain.suffix not in suffixes
    ]
    english = [domain for domain in domains if domain.suffix == "gov.cn" and not domain.host.startswith("www.")]
    if portal_form and english and site.site.is_portal:
        evidence += [Evidence(domain.host, None, None, "portal_without_www") for domain in english]
    if single and len(domains) > 1:
        for suffix in suffixes:
            same = tuple(dict.fromkeys(domain.unicode for domain in domains if domain.suffix == suffix))
            if len(same) > 1:
                evidence.append(Evidence("、".join(same), None, None, len(same), 1))
    if evidence:
        return failed("domain_irregular", evidence=evidence, faults={"irregular": 1}, names=tuple(piece.what for piece in evidence))
    return passed()


@check("site.domain_suffix_wrong")
def domain_suffix_wrong(site: SiteSnapshot, *, suffixes: Annotated[Kinds, Strictness.FEWER]) -> CheckResult:
    """Check whether a domain ends in another suffix than a government site may have, or is an address by number.

    Args:
        suffixes: Suffixes allowed (`gov.cn`, `政务`).

    Source:
        国办发〔2017〕47号, 域名管理.
    """
    domains, otherwise = domains_of(site)
    wrong = [domain.unicode for domain in domains if domain.suffix not in suffixes]
    if wrong:
        evidence = [Evidence(name, None, None, "suffix_not_allowed", suffixes) for name in wrong]
        return failed("domain_suffix_wrong", evidence=evidence, names=tuple(wrong))
    return otherwise


@check("site.portal_domain_irregular")
def portal_domain_irregular(site: SiteSnapshot) -> CheckResult:
    """Check whether the English domain of a portal has another form than `www.□□□.gov.cn`.

    Source:
        国办发〔2017〕47号, 域名管理: 政府门户网站使用“www.□□□.gov.cn”结构.
    """
    domains, otherwise = domains_of(site)
    wrong = [domain.host for domain in domains if domain.suffix == "gov.cn" and not domain.host.startswith("www.")]
    if wrong:
        evidence = [Evidence(name, None, None, "portal_without_www") for name in wrong]
        return failed("portal_domain_irregular", evidence=evidence, names=tuple(wrong))
    return otherwise


@check("site.department_domain_irregular")
def department_domain_irregular(site: SiteSnapshot) -> CheckResult:
    """Check whether the English domain of a department site is not a subdomain of its government's (`○○○.□□□.gov.cn`).

    Only the shape is looked at: two names or more before `gov.cn`, a leading `www` not counted. Whether the names above
    are those of the government's portal is for a person.

    Source:
        国办发〔2017〕47号, 域名管理: 部门网站使用本级政府或上级部门门户网站的下级域名.
    """
    domains, otherwise = domains_of(site)
    wrong = [domain.host for domain in domains if domain.suffix == "gov.cn" and len(_names(domain)) < 2]
    if wrong:
        evidence = [Evidence(name, None, None, "department_without_parent") for name in wrong]
        return failed("department_domain_irregular", evidence=evidence, names=tuple(wrong))
    return otherwise


def _names(domain: Domain) -> list[str]:
    names = domain.host.removesuffix("gov.cn").rstrip(".").split(".")
    return [name for name in names[names[:1] == ["www"] :] if name]


@check("site.domains_several")
def domains_several(site: SiteSnapshot, *, most: Annotated[Positive, Strictness.LOWER]) -> CheckResult:
    """Check whether the site is reached by several English or several Chinese domains.

    Args:
        most: Number of domains of each kind that is allowed.

    Source:
        国办发〔2017〕47号 and 国办函〔2018〕55号, 域名管理.
    """
    domains, otherwise = domains_of(site)
    english = tuple(dict.fromkeys(domain.unicode for domain in domains if domain.unicode.isascii()))
    chinese = tuple(dict.fromkeys(domain.unicode for domain in domains if not domain.unicode.isascii()))
    over = [names for names in (english, chinese) if len(names) > most]
    if over:
        evidence = [Evidence("、".join(names), None, None, len(names), most) for names in over]
        return failed("domains_several", evidence=evidence, names=tuple(name for names in over for name in names), limit=most)
    return otherwise


@check("site.chinese_domain_wrong")
def chinese_domain_wrong(site: SiteSnapshot, *, suffixes: Annotated[Kinds, Strictness.FEWER], since: date) -> CheckResult:
    """Check whether a Chinese domain ends in another suffix than allowed.

    Args:
        suffixes: Suffixes allowed (`政务`).
        since: First day of the rule; before it everything passes.

    Source:
        国办函〔2018〕55号.
    """
    zone = zone_of(site.observed_at)
    if day_of(site.observed_at, zone) < since:
        return passed("not_yet_in_force", since=since)
    domains, otherwise = domains_of(site)
    wrong = [domain.unicode for domain in domains if not domain.unicode.isascii() and domain.suffix not in suffixes]
    if wrong:
        evidence = [Evidence(name, None, None, "suffix_not_allowed", suffixes) for name in wrong]
        return failed("domain_suffix_wrong", evidence=evidence, names=tuple(wrong))
    return otherwise
