"""Whether a site can be opened, how fast, and how long it was closed."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Positive, Strictness, check, failed, inconclusive, passed
from govmedia_rules.core.time import Moment, Window, day_of, earliest, latest
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import OfflineNotice, Probe


@check("site.unreachable", needs="probes|probe_days")
def unreachable(
    site: SiteSnapshot,
    *,
    slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER],
    failed_share: Annotated[Decimal, Field(gt=0, le=1), Strictness.LOWER],
    min_probes_per_day: Positive,
    days: Positive,
) -> CheckResult:
    """Too large a share of probes had not opened the home page when the time was up.

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        failed_share: Share of failed probes from which the site is unreachable, 0 to 1.
        min_probes_per_day: Probes needed in each 24 hours; fewer leave the question open.
        days: Number of 24-hour periods that count back from the monitoring point.
    """
    counts = probes_by_day(site, slow_seconds, days)
    total, bad = sum(probes for probes, _ in counts), sum(failures for _, failures in counts)
    thin = sum(probes < min_probes_per_day for probes, _ in counts)
    args: dict[str, Any] = {"failed": bad, "probes": total, "days": days, "share": share_of(bad, total), "limit": failed_share}
    if thin:
        return inconclusive("probes_too_few", thin_days=thin, min_probes=min_probes_per_day, **args)
    if Decimal(bad) < failed_share * total:
        return passed("probes_opened", **args)
    evidence = [
        Evidence("probes", site.site.url, site.observed_at - timedelta(days=age), f"{failures}/{probes}", failed_share)
        for age, (probes, failures) in enumerate(counts)
        if failures
    ]
    return failed("probes_failed", evidence=evidence, **args)


def share_of(part: int, whole: int) -> Decimal:
    """A share to four places; 0 of nothing."""
    return (Decimal(part) / whole).quantize(Decimal("0.0001")) if whole else Decimal(0)


def probes_by_day(site: SiteSnapshot, slow_seconds: float, days: int) -> list[tuple[int, int]]:
    """Probes and failures of each of the last `days` 24-hour periods (or calendar days), the newest first."""
    point = site.observed_at
    counts = [(0, 0)] * days
    if site.probes is not None:
        for probe in site.probes:
            age = (point - probe.at) // timedelta(days=1)
            if (point >= probe.at and age < days) or probe.at == point - timedelta(days=days):
                probes, failures = counts[min(age, days - 1)]
                counts[min(age, days - 1)] = (probes + 1, failures + has_failed(probe, slow_seconds))
        return counts
    zone = point.tzinfo
    assert zone is not None
    assert site.probe_days is not None
    ages = [(day_of(point, zone) - day_of(counted.day, zone)).days for counted in site.probe_days]
    # Counted days may end with the day of the monitoring point or with the day before it.
    offset = 0 if 0 in ages else 1
    for age, counted in zip(ages, site.probe_days, strict=True):
        if 0 <= age - offset < days:
            probes, failures = counts[age - offset]
            counts[age - offset] = (probes + counted.probes, failures + counted.failed)
    return counts


def has_failed(probe: Probe, slow_seconds: float) -> bool:
    """Whether a probe had not opened the page when the time was up."""
    if probe.failure is not None or (probe.status is not None and probe.status >= 400):
        return True
    return probe.seconds is not None and probe.seconds >= slow_seconds


@check("site.probes_failing", needs="probes|probe_days", faults=("step",))
def probes_failing(
    site: SiteSnapshot,
    *,
    slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER],
    step: Annotated[Decimal, Field(gt=0, le=1), Strictness.LOWER],
    min_probes_per_day: Positive,
    days: Positive,
) -> CheckResult:
    """Probes failed; each full step of their share counts (首页可用性).

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        step: Share of failed probes that is one fault, 0 to 1; a part of a step is none.
        min_probes_per_day: Probes needed in each 24 hours; fewer leave the question open.
        days: Number of 24-hour periods that count back from the monitoring point.

    Source:
        国办发〔2015〕15号附件2, 网站可用性: 首页可用性.
    """
    counts = probes_by_day(site, slow_seconds, days)
    total, bad = sum(probes for probes, _ in counts), sum(failures for _, failures in counts)
    args: dict[str, Any] = {"failed": bad, "probes": total, "days": days}
    thin = sum(probes < min_probes_per_day for probes, _ in counts)
    if thin:
        return inconclusive("probes_too_few", thin_days=thin, min_probes=min_probes_per_day, **args)
    steps = int(Fraction(bad, total) / Fraction(step))
    if not steps:
        return passed()
    share = share_of(bad, total)
    return failed(
        "probes_failing", evidence=[Evidence("probes", site.site.url, None, share)], faults={"step": steps}, share=share, **args
    )


@check("site.unreachable_unreported", needs="probes|probe_days")
def unreachable_unreported(
    site: SiteSnapshot,
    *,
    slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER],
    times: Annotated[Positive, Strictness.LOWER],
) -> CheckResult:
    """The site could not be opened several times, and no closing was reported beforehand (未事先报备多次无法访问).

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        times: Number of failures from which it counts.
    """
    zone = site.observed_at.tzinfo
    assert zone is not None
    moments: list[tuple[Moment, int]] = [(probe.at, 1) for probe in site.probes or () if has_failed(probe, slow_seconds)]
    moments += [(counted.day, counted.failed) for counted in site.probe_days or () if counted.failed]
    total = sum(number for _, number in moments)
    args: dict[str, Any] = {"count": total, "limit": times}
    if total < times:
        return passed()
    if site.offline_notices is None:
        return inconclusive("offline_notices_unknown", **args)
    excused = [any(_excuses(notice, moment, zone) for notice in site.offline_notices) for moment, _ in moments]
    uncovered = [(moment, number) for (moment, number), covered in zip(moments, excused, strict=True) if not covered]
    args["count"] = sum(number for _, number in uncovered)
    if args["count"] < times:
        return passed()
    if "offline_notices" in site.partial:
        return inconclusive("offline_notices_unknown", **args)
    evidence = [Evidence("probes", site.site.url, moment, number) for moment, number in uncovered]
    return failed("unreachable_unreported", evidence=evidence, **args)


def _excuses(notice: OfflineNotice, moment: Moment, zone: tzinfo) -> bool:
    """Whether a closing was reported before it began and covers the moment; what a notice leaves open is in its favour."""
    start = earliest(notice.starts_at, zone)
    in_time = notice.reported_at is None or earliest(notice.reported_at, zone) <= latest(notice.starts_at, zone)
    over = notice.ends_at is not None and latest(notice.ends_at, zone) < earliest(moment, zone)
    return in_time and latest(moment, zone) >= start and not over


@check("site.offline_too_long", needs="offline_notices")
def offline_too_long(
    site: SiteSnapshot,
    *,
    limit: Annotated[Window, Strictness.SHORTER],
    times: Annotated[Positive, Strictness.LOWER],
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
    begun = [notice for notice in site.offline_notices or () if not span.is_before(notice.starts_at)]
    recent = [notice for notice in begun if notice.ends_at is None or latest(notice.ends_at, zone) >= span.start]
    long: list[Evidence] = []
    for notice in recent:
        # Bare days are read in the unit's favour: closed late on the first day, back early on the last.
        end = point if notice.ends_at is None else min(earliest(notice.ends_at, zone), point)
        if latest(notice.starts_at, zone) < limit.start(end):
            long.append(Evidence("offline", site.site.url, notice.starts_at, notice.ends_at, limit))
    args: dict[str, Any] = {"count": len(recent), "times": times, "limit": limit, "window": window}
    if long:
        return failed("offline_too_long", evidence=long, **args)
    if len(recent) > times:
        evidence = [Evidence("offline", site.site.url, notice.starts_at, notice.ends_at) for notice in recent]
        return failed("offline_too_often", evidence=evidence, **args)
    return inconclusive("offline_partly_known", **args) if "offline_notices" in site.partial else passed()


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
