"""Whether a site can be opened, how fast, and how long it was closed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from govmedia_rules.checks.contract import (
    CheckResult,
    Evidence,
    Positive,
    Strictness,
    check,
    failed,
    inconclusive,
    needs_review,
    passed,
)
from govmedia_rules.core.time import Moment, Window, day_of, earliest, latest, zone_of
from govmedia_rules.snapshots.failures import failure_kinds, of_status
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import OfflineNotice, Probe, ProbeDay


@check("site.unreachable", needs="probes|probe_days", version=3)
def unreachable(
    site: SiteSnapshot,
    *,
    slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER],
    failed_share: Annotated[Decimal, Field(gt=0, le=1), Strictness.LOWER],
    min_probes_per_day: Positive,
    days: Positive,
) -> CheckResult:
    """Check whether too large a share of probes had not opened the home page when the time was up.

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        failed_share: Share of failed probes from which the site is unreachable, 0 to 1.
        min_probes_per_day: Probes needed a day; fewer leave the question open where they could change the answer.
        days: Number of days that count back from the monitoring point.
    """
    ways = probes_by_day(site, slow_seconds, days)
    if not any(day.probes for way in ways for day in way) and any(day.excused for way in ways for day in way):
        return inconclusive("closed_as_reported", days=days)
    enough = [way for way in ways if not _thin_days(way, min_probes_per_day)]
    # However the probes that are missing had ended, a share far enough from the limit would stay on its side.
    answers = {_reaches(way, 0 if enough else min_probes_per_day, failed_share) for way in enough or ways}
    counts = min(enough or ways, key=lambda way: _thin_days(way, min_probes_per_day))
    total, bad = sum(day.probes for day in counts), sum(day.failed for day in counts)
    args: dict[str, Any] = {"failed": bad, "probes": total, "days": days, "share": share_of(bad, total), "limit": failed_share}
    if answers == {False}:
        return passed("probes_opened", **args)
    evidence = [
        Evidence("probes", site.site.url, site.observed_at - timedelta(days=age), f"{day.failed}/{day.probes}", failed_share)
        for age, day in enumerate(counts)
        if day.failed
    ]
    # What is named is shown by its kinds, so that a reader sees at once what the visits met.
    kinds = _kinds_of_failures(site, slow_seconds, days)
    evidence += [Evidence(f"probes.{kind}", site.site.url, None, count) for kind, count in sorted(kinds.items())]
    undecided = sum(day.undecided for day in counts)
    if answers == {True}:
        return failed("probes_failed", evidence=evidence, **args)
    if None not in answers:
        return needs_review("probes_by_day_differ", evidence=evidence, **args)
    if enough and undecided:
        return inconclusive("probes_undecided", evidence=evidence, undecided=undecided, **args)
    if enough:
        return inconclusive("closing_partly_reported", evidence=evidence, **args)
    thin = _thin_days(counts, min_probes_per_day)
    return inconclusive("probes_too_few", thin_days=thin, min_probes=min_probes_per_day, **args)


def share_of(part: int, whole: int) -> Decimal:
    """Return a share rounded to four places; 0 without a base."""
    return (Decimal(part) / whole).quantize(Decimal("0.0001")) if whole else Decimal(0)


class ProbeCount(NamedTuple):
    """The probes of one day.

    Attributes:
        probes: Those that count.
        failed: Those of them that failed.
        excused: Those left out because they lie in a closing that was reported.
        doubtful: Failures that may lie in such a closing, where only the number of a day's failures is known.
        undecided: Probes that met something in front of the site, such as a protection device: neither failed nor opened.
    """

    probes: int = 0
    failed: int = 0
    excused: int = 0
    doubtful: int = 0
    undecided: int = 0


def _thin_days(counts: Sequence[ProbeCount], min_probes: int) -> int:
    """Return the number of days with too few probes; probes during a reported closing count as made."""
    return sum(day.probes + day.excused < min_probes for day in counts)


def _reaches(counts: Sequence[ProbeCount], min_probes: int, limit: Decimal) -> bool | None:
    """Return whether the share of failures reaches the limit; None where missing or doubtful probes could tip it."""
    total, bad = sum(day.probes for day in counts), sum(day.failed for day in counts)
    missing = sum(max(0, min_probes - day.probes - day.excused) for day in counts)
    doubtful = sum(day.doubtful for day in counts)
    if total + missing and bad - doubtful >= limit * (total + missing):
        return True
    if min_probes and not all(day.probes + day.excused for day in counts):
        return None  # on a day without any probe anything may have happened
    undecided = sum(day.undecided for day in counts)
    return False if bad + missing + undecided < limit * (total + missing) else None


def probes_by_day(site: SiteSnapshot, slow_seconds: float, days: int) -> list[list[ProbeCount]]:
    """Return the probes of the last `days` days, the newest first, under every reading of what a day is.

    每天 are calendar days in plain words, and a batch may begin half an hour later than the day before: days of 24 hours back
    from the monitoring point, calendar days up to today, and calendar days up to yesterday are all accepted.
    """
    point = site.observed_at
    zone = zone_of(point)
    notices = site.offline_notices or ()
    if site.probes is None:
        assert site.probe_days is not None
        ages = [(day_of(point, zone) - day_of(day.day, zone)).days for day in site.probe_days]
        # Counted days may end with the day of the monitoring point or with the day before it.
        offset = 0 if 0 in ages else 1
        counted = [(age - offset, _day_count(day, notices, zone)) for age, day in zip(ages, site.probe_days, strict=True)]
        ways = [_summed(counted, days)]
        if len(set(ages)) < len(ages):
            # A day listed twice may be two batches of visits, or one batch that was counted twice.
            ways += [_chosen(counted, days, min), _chosen(counted, days, max)]
        return ways
    probes = [
        (probe.at, _probe_count(probe, slow_seconds, any(notice.covers(probe.at, zone) for notice in notices)))
        for probe in site.probes
        if probe.at <= point
    ]
    exact = [((point - at) // timedelta(days=1) - (at == point - timedelta(days=days)), count) for at, count in probes]
    calendar = [((day_of(point, zone) - day_of(at, zone)).days, count) for at, count in probes]
    return [_summed(exact, days), _summed(calendar, days), _summed(((age - 1, count) for age, count in calendar), days)]


def _probe_count(probe: Probe, slow_seconds: float, excused: bool) -> ProbeCount:
    if excused:
        return ProbeCount(excused=1)
    return ProbeCount(1, int(has_failed(probe, slow_seconds)), undecided=int(is_undecided(probe)))


def _day_count(day: ProbeDay, notices: Sequence[OfflineNotice], zone: tzinfo) -> ProbeCount:
    bare = day_of(day.day, zone)
    start, end = earliest(bare, zone), latest(bare, zone)
    if any(notice.covers(start, zone) and notice.covers(end, zone) for notice in notices):
        return ProbeCount(excused=day.probes)
    touched = any(notice.covers(bare, zone) for notice in notices)
    return ProbeCount(day.probes, day.failed, 0, day.failed if touched else 0)


def _summed(counts: Iterable[tuple[int, ProbeCount]], days: int) -> list[ProbeCount]:
    """Return the sum of each of the last `days` days; counts of other days are left out."""
    sums = [ProbeCount()] * days
    for age, count in counts:
        if 0 <= age < days:
            sums[age] = ProbeCount(*map(sum, zip(sums[age], count, strict=True)))
    return sums


def _chosen(counts: Iterable[tuple[int, ProbeCount]], days: int, choose: Callable[..., ProbeCount]) -> list[ProbeCount]:
    """Return, for each of the last `days` days, the count with the least or the largest share of failures."""
    of_day: dict[int, list[ProbeCount]] = defaultdict(list)
    for age, count in counts:
        of_day[age].append(count)
    return [
        choose(of_day.get(age, [ProbeCount()]), key=lambda count: (share_of(count.failed, count.probes), count.failed))
        for age in range(days)
    ]


def has_failed(probe: Probe, slow_seconds: float) -> bool:
    """Return whether a probe had not opened the page when the time was up, for a reason that counts against the site.

    A protection device, a login or the line of the prober is no failure of the site (`failure_kinds`), and neither is the HTTP
    status by which they answer. A kind that is not known there is one where all kinds of its family are (`timeout`).
    """
    failure = _failure_of(probe)
    if failure is not None:
        is_open = _opens_with(failure)
        if is_open is not True:
            return is_open is False
    return probe.seconds is not None and probe.seconds >= slow_seconds


def is_undecided(probe: Probe) -> bool:
    """Return whether a probe does not show if the site was open: a protection page answered for it, or its time is unknown."""
    failure = _failure_of(probe)
    return probe.seconds is None if failure is None else _opens_with(failure) is None


def _opens_with(failure: str) -> bool | None:
    """Return whether a site with this kind of failure opens; for an unknown kind, what its whole family says, else None."""
    kinds = failure_kinds()
    if failure in kinds:
        return kinds[failure].opens
    family = failure.partition("_")[0]
    answers = {kind.opens for name, kind in kinds.items() if name.partition("_")[0] == family}
    return answers.pop() if len(answers) == 1 else None


def _failure_of(probe: Probe) -> str | None:
    """Return the kind of failure of a probe, read from its status where none was recorded; None where the page came."""
    if probe.failure is not None or probe.status is None or probe.status < 400:
        return probe.failure
    kind = of_status(probe.status)
    # Any other client error is the site's answer to a plain visit of its home page.
    return "status_not_found" if kind == "status_client" else kind


def _kinds_of_failures(site: SiteSnapshot, slow_seconds: float, days: int) -> Counter[str]:
    """Count the probes of the last `days` days that did not open the page, by kind of failure."""
    counts: Counter[str] = Counter()
    for probe in site.probes or ():
        if timedelta(0) <= site.observed_at - probe.at <= timedelta(days=days):
            if has_failed(probe, slow_seconds):
                counts[probe.failure or ("slow" if (probe.status or 200) < 400 else f"status_{probe.status}")] += 1
            elif is_undecided(probe):
                counts[_failure_of(probe) or "undecided"] += 1
    return counts


@check("site.probes_failing", needs="probes|probe_days", faults=("step",))
def probes_failing(
    site: SiteSnapshot,
    *,
    slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER],
    step: Annotated[Decimal, Field(gt=0, le=1), Strictness.LOWER],
    min_probes_per_day: Positive,
    days: Positive,
) -> CheckResult:
    """Check whether probes failed; each full step of their share counts (首页可用性).

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        step: Share of failed probes that is one fault, 0 to 1; a part of a step is none.
        min_probes_per_day: Probes needed a day; fewer leave the question open where they could change the answer.
        days: Number of days that count back from the monitoring point.

    Source:
        国办发〔2015〕15号附件2, 网站可用性: 首页可用性.
    """
    counts = min(probes_by_day(site, slow_seconds, days), key=lambda way: _thin_days(way, min_probes_per_day))
    total, bad = sum(day.probes for day in counts), sum(day.failed for day in counts)
    args: dict[str, Any] = {"failed": bad, "probes": total, "days": days}
    thin = _thin_days(counts, min_probes_per_day)
    if not total and not thin:
        return inconclusive("closed_as_reported", days=days)
    if thin:
        return inconclusive("probes_too_few", thin_days=thin, min_probes=min_probes_per_day, **args)
    steps = int(Fraction(bad, total) / Fraction(step))
    undecided = sum(day.undecided for day in counts)
    possible = int(Fraction(bad + undecided, total) / Fraction(step))
    if not steps and possible:
        args |= {"share": share_of(bad, total), "limit": step}
        return inconclusive("probes_undecided", possible={"step": possible}, undecided=undecided, **args)
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
    """Check whether the site could not be opened several times, and no closing was reported beforehand (未事先报备多次无法访问).

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        times: Number of failures from which it counts.
    """
    zone = zone_of(site.observed_at)
    moments: list[tuple[Moment, int]] = [(probe.at, 1) for probe in site.probes or () if has_failed(probe, slow_seconds)]
    moments += [(counted.day, counted.failed) for counted in site.probe_days or () if counted.failed]
    total = sum(number for _, number in moments)
    args: dict[str, Any] = {"count": total, "limit": times}
    if total < times:
        return passed()
    if site.offline_notices is None:
        return inconclusive("offline_notices_unknown", **args)
    excused = [any(notice.covers(moment, zone) for notice in site.offline_notices) for moment, _ in moments]
    uncovered = [(moment, number) for (moment, number), covered in zip(moments, excused, strict=True) if not covered]
    args["count"] = sum(number for _, number in uncovered)
    if args["count"] < times:
        return passed()
    if "offline_notices" in site.partial:
        return inconclusive("offline_notices_unknown", **args)
    evidence = [Evidence("probes", site.site.url, moment, number) for moment, number in uncovered]
    return failed("unreachable_unreported", evidence=evidence, **args)


@check("site.offline_too_long", needs="offline_notices")
def offline_too_long(
    site: SiteSnapshot,
    *,
    limit: Annotated[Window, Strictness.SHORTER],
    times: Annotated[Positive, Strictness.LOWER],
    window: Window,
) -> CheckResult:
    """Check whether a reported closing lasted too long, or there were more of them than allowed (临时下线).

    Args:
        limit: Longest closing.
        times: Number of closings allowed inside the window.
        window: Time that counts back from the monitoring point.

    Source:
        国办发〔2017〕47号, 变更与关停: 临时下线.
    """
    point, span = site.observed_at, window.before(site.observed_at)
    zone = zone_of(point)
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
    """Check whether pages take too long to load.

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
