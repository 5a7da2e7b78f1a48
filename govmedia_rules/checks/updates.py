"""Updates of home pages and accounts inside a window, and the comparison of dates with a window that columns use too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from govmedia_rules.checks.contract import CheckResult, Evidence, Positive, Strictness, check, failed, inconclusive, passed
from govmedia_rules.core.time import Moment, Span, Window, earliest, latest, zone_of
from govmedia_rules.core.time import latest as latest_instant
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Column, Entry, Post


def was_updated(
    span: Span,
    latest: Moment | None,
    entries: Sequence[Entry | Post] | None,
    count: int | None,
    undated: int | None = None,
    since: Moment | None = None,
) -> bool | None:
    """Return whether any item is dated inside `span`; None when that is undecided.

    Args:
        span: The window.
        latest: Time of the newest item; None when none shows one or nobody looked.
        entries: The items; None when they are not known one by one.
        count: How many items there are; None when not known.
        undated: How many of them show no date; None when not known.
        since: Earliest that the newest item can be, where only its month or year is known: then `latest` is the latest that it
            can be, and all days between must lie inside or outside. None where `latest` is meant as it stands.

    Returns:
        False also where there are no items, or only items without a date, which count as not updated. None where the
        newest date is unknown, or lies after the window and no item is dated inside it: an item dated after the monitoring
        point was there, so it was published at a time that nobody knows.
    """
    if latest is None:
        if entries is not None or count == 0 or (count is not None and count == undated):
            return False
        return None
    if span.has(latest):
        return True if since is None or span.has(since) else None
    if span.is_before(latest):
        return any(map(span.has, _dates_by(span, entries))) or None
    return False


def newest_by(span: Span, latest: Moment | None, entries: Sequence[Entry | Post] | None) -> Moment | None:
    """Return the newest date not after `span`, to be shown as the last update; `latest` where no other is known.

    Args:
        span: The window.
        latest: Time of the newest item.
        entries: The items; None when they are not known one by one.
    """
    if latest is None or not span.is_before(latest):
        return latest
    zone = zone_of(span.end)
    return max(_dates_by(span, entries), key=lambda moment: latest_instant(moment, zone), default=latest)


def _count_after(span: Span, entries: Sequence[Entry | Post]) -> int:
    """Return the number of items dated after `span`: they exist, so they may have been published inside it."""
    return sum(entry.published_at is not None and span.is_before(entry.published_at) for entry in entries)


def _dates_by(span: Span, entries: Sequence[Entry | Post] | None) -> list[Moment]:
    """Return the dates of the items that are not after `span`."""
    dates = (entry.published_at for entry in entries or ())
    return [moment for moment in dates if moment is not None and not span.is_before(moment)]


def column_updated(column: Column, span: Span) -> bool | None:
    """Return whether a column was updated inside `span`; see `was_updated`."""
    facts = column.entries, column.entry_count, column.undated_count, column.latest_entry_from
    return was_updated(span, column.latest_entry_at, *facts)


class FaultCount(NamedTuple):
    """A number of certain faults, and of possible ones besides."""

    seen: int
    possible: int = 0

    def reaches(self, limit: int) -> bool | None:
        """Return whether the number is `limit` or more; None when the possible ones decide that."""
        if self.seen >= limit:
            return True
        return None if self.seen + self.possible >= limit else False


@check("site.home_stale", needs="home", version=3)
def home_stale(site: SiteSnapshot, *, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Check whether nothing on the home page was updated inside the window (首页不更新).

    Args:
        window: Time that counts back from the monitoring point.
    """
    home = site.home
    assert home is not None
    if home.is_navigation:
        return passed("home_is_navigation")
    span = window.before(site.observed_at)
    updated = was_updated(span, home.latest_entry_at, home.entries, home.entry_count, None, home.latest_entry_from)
    if updated:
        return passed()
    if updated is None or "home" in site.partial:
        return inconclusive("home_entries_unknown")
    if home.is_navigation is None:
        return inconclusive("home_kind_unknown")
    newest = newest_by(span, home.latest_entry_at, home.entries)
    args: dict[str, Any] = {"latest": newest, "window": window, "point": site.observed_at}
    evidence = [Evidence("home", site.site.url, newest, newest, window)]
    if newest is None:
        return failed("home_undated" if home.entry_count else "home_empty", evidence=evidence, **args)
    return failed("home_older_than_window" if home.latest_entry_from is None else "home_not_since", evidence=evidence, **args)


@check("site.home_navigation_stale", needs="home", version=3)
def home_navigation_stale(site: SiteSnapshot, *, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Check whether the home page is only an entrance to columns, and none of the second-level pages was updated inside the window.

    Args:
        window: Time that counts back from the monitoring point.
    """
    home = site.home
    assert home is not None
    if home.is_navigation is False:
        return passed("home_is_not_navigation")
    span = window.before(site.observed_at)
    if home.is_navigation is None:
        if was_updated(span, home.latest_entry_at, home.entries, home.entry_count, None, home.latest_entry_from):
            return passed("home_is_not_navigation")
        return inconclusive("home_kind_unknown")
    newest, entries = home.second_level_latest_at, home.second_level_entries
    updated = was_updated(span, newest, entries, None)
    if updated:
        return passed()
    if updated is None or "home" in site.partial:
        return inconclusive("second_level_unknown")
    newest = newest_by(span, newest, entries)
    evidence = [Evidence("second_level", site.site.url, newest, newest, window)]
    return failed("second_level_older_than_window", evidence=evidence, latest=newest, window=window, point=site.observed_at)


@check("site.not_updated", needs="home", version=2)
def not_updated(site: SiteSnapshot, *, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Check whether neither the home page nor, for a mere entrance, a second-level page was updated (网站不更新).

    Args:
        window: Time that counts back from the monitoring point.

    Source:
        国办发〔2015〕15号附件2, 单项否决: 网站不更新.
    """
    assert site.home is not None
    if site.home.is_navigation:
        return home_navigation_stale(site, window=window)
    return home_stale(site, window=window)


@check("site.home_updates_few", needs="home", faults=("few",), version=2)
def home_updates_few(
    site: SiteSnapshot, *, window: Annotated[Window, Strictness.SHORTER], minimum: Annotated[Positive, Strictness.HIGHER]
) -> CheckResult:
    """Check whether fewer items than demanded were published on the home page inside the window (首页栏目).

    Where the home page is only an entrance, the items of the second-level pages count.

    Args:
        window: Time that counts back from the monitoring point.
        minimum: Number of items demanded.

    Source:
        国办发〔2015〕15号附件2, 信息更新情况: 首页栏目.
    """
    home = site.home
    assert home is not None
    entries, newest = home.entries, home.latest_entry_at
    if home.is_navigation:
        entries, newest = home.second_level_entries, home.second_level_latest_at
    span = window.before(site.observed_at)
    args: dict[str, Any] = {"minimum": minimum, "window": window}
    if entries is None:
        is_before_window = newest is not None and not span.has(newest) and not span.is_before(newest)
        # The number is that of the home page, which says nothing of second-level pages.
        is_empty = home.entry_count == 0 and not home.is_navigation
        if not is_before_window and not is_empty:
            return inconclusive("home_entries_unknown", possible={"few": 1})
        count = maybe = 0
    else:
        count = sum(entry.published_at is not None and span.has(entry.published_at) for entry in entries)
        maybe = _count_after(span, entries)
    if count >= minimum:
        return passed()
    if home.is_navigation is None:
        return inconclusive("home_kind_unknown", possible={"few": 1})
    if count + maybe >= minimum or "home" in site.partial:
        return inconclusive("home_entries_unknown", possible={"few": 1})
    evidence = [Evidence("home", site.site.url, newest, count, minimum)]
    return failed("home_updates_few", evidence=evidence, faults={"few": 1}, count=count, **args)


@check("account.stale", needs="latest_post_at|posts|post_count", version=3)
def stale(account: AccountSnapshot, *, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Check whether there was no update at all inside the window (监测时间点前2周内无更新).

    Args:
        window: Time that counts back from the monitoring point.
    """
    newest = account.latest_post_at
    span = window.before(account.observed_at)
    updated = was_updated(span, newest, account.posts, account.post_count, None, account.latest_post_from)
    if updated:
        return passed()
    if updated is None or "posts" in account.partial:
        return inconclusive("posts_unknown")
    newest = newest_by(span, newest, account.posts)
    evidence = [Evidence("posts", account.account.url, newest, newest if newest is not None else 0, window)]
    if newest is None:
        return failed("posts_undated" if account.post_count else "posts_none", evidence=evidence, window=window)
    reason = "posts_older_than_window" if account.latest_post_from is None else "posts_not_since"
    return failed(reason, evidence=evidence, latest=newest, window=window, point=account.observed_at)


@check("account.posts_few", needs="posts|latest_post_at|post_count", version=2)
def posts_few(
    account: AccountSnapshot,
    *,
    count: Annotated[Positive, Strictness.HIGHER],
    window: Annotated[Window, Strictness.SHORTER],
    original_only: Annotated[bool, Strictness.TRUE] = False,
) -> CheckResult:
    """Check whether fewer posts than demanded were published inside the window (每周发布条数, 每月原创条数).

    Args:
        count: Number of posts demanded.
        window: Time that counts back from the monitoring point.
        original_only: Whether only the unit's own work (原创) counts.

    Source:
        Local notices; see the indicator.
    """
    span = window.before(account.observed_at)
    args: dict[str, Any] = {"limit": count, "window": window}
    if account.posts is None:
        newest = account.latest_post_at
        is_before_window = newest is not None and not span.has(newest) and not span.is_before(newest)
        if (account.post_count == 0 or is_before_window) and "posts" not in account.partial:
            return failed("posts_few", evidence=[Evidence("posts", account.account.url, newest, 0, count)], count=0, **args)
        surely = newest is not None and span.has(newest if account.latest_post_from is None else account.latest_post_from)
        if newest is not None and span.has(newest) and surely and count == 1 and not original_only:
            return passed()
        return inconclusive("posts_not_counted", **args)
    recent = [post for post in account.posts if post.published_at is not None and span.has(post.published_at)]
    certain = sum(post.original is True for post in recent) if original_only else len(recent)
    if certain >= count:
        return passed()
    maybe = sum(post.original is None for post in recent) if original_only else 0
    maybe += _count_after(span, [post for post in account.posts if not original_only or post.original is not False])
    if certain + maybe >= count or "posts" in account.partial:
        return inconclusive("posts_not_counted", **args)
    evidence = [Evidence("posts", account.account.url, account.latest_post_at, certain, count)]
    return failed("originals_few" if original_only else "posts_few", evidence=evidence, count=certain, **args)


@check("site.columns_few", needs="columns")
def columns_few(
    site: SiteSnapshot,
    *,
    names: Annotated[tuple[str, ...], Strictness.MORE],
    minimum: Annotated[Positive, Strictness.HIGHER],
    window: Annotated[Window, Strictness.SHORTER],
) -> CheckResult:
    """Check whether a column of one of these names got fewer items than demanded inside the window (每季度更新条数).

    Args:
        names: Names of the columns, or parts of them.
        minimum: Number of items demanded.
        window: Time that counts back from the monitoring point.

    Source:
        Local notices; see the indicator.
    """
    span = window.before(site.observed_at)
    columns = [column for column in site.columns or () if any(name in column.name for name in names)]
    counted = [(column, *_items_within(column, span)) for column in columns]
    few = [(column, least) for column, least, most in counted if most is not None and most < minimum]
    args: dict[str, Any] = {"minimum": minimum, "window": window}
    if few:
        evidence = [Evidence(column.name, column.url, column.latest_entry_at, least, minimum) for column, least in few]
        return failed("column_items_few", evidence=evidence, count=few[0][1], **args)
    is_open = not columns or any(least < minimum for _, least, _ in counted)
    return inconclusive("column_items_unknown", **args) if is_open or "columns" in site.partial else passed()


def _items_within(column: Column, span: Span) -> tuple[int, int | None]:
    """Return the least and the most number of items of a column inside `span`; None where nobody knows the most."""
    newest = column.latest_entry_at
    if column.is_blank or (newest is not None and not span.has(newest) and not span.is_before(newest)):
        return 0, 0
    if column.entries is None:
        return 0, None
    dates = [entry.published_at for entry in column.entries if entry.published_at is not None]
    inside = sum(map(span.has, dates))
    # A list that reaches back before the window shows every item inside it; of another one some may not be listed.
    is_whole = any(not span.has(date) and not span.is_before(date) for date in dates)
    unlisted = 0 if is_whole else (column.entry_count or 0) - len(column.entries)
    return inside, inside + _count_after(span, column.entries) + max(0, unlisted)


@check("site.reminders_repeated", needs="reminders")
def reminders_repeated(
    site: SiteSnapshot, *, count: Annotated[Positive, Strictness.LOWER], window: Annotated[Window, Strictness.LONGER]
) -> CheckResult:
    """Check whether reminders of overdue updates came as often as the limit inside the window (超期提醒).

    Args:
        count: Number of reminders.
        window: Time within which they came.
    """
    return _reminders_repeated(site, count, window)


@check("account.reminders_repeated", needs="reminders")
def account_reminders_repeated(
    account: AccountSnapshot, *, count: Annotated[Positive, Strictness.LOWER], window: Annotated[Window, Strictness.LONGER]
) -> CheckResult:
    """Check whether the account was found overdue as often as the limit inside the window (超期).

    Args:
        count: Number of times.
        window: Time within which they came.
    """
    return _reminders_repeated(account, count, window)


def _reminders_repeated(snapshot: SiteSnapshot | AccountSnapshot, count: int, window: Window) -> CheckResult:
    zone = zone_of(snapshot.observed_at)
    sent: list[Moment] = sorted(snapshot.reminders or (), key=lambda moment: earliest(moment, zone))
    for first, last in zip(sent, sent[count - 1 :], strict=False):
        # Bare days are read in the unit's favour: as far apart as they can be.
        if earliest(first, zone) >= window.start(latest(last, zone)):
            evidence = [Evidence("reminders", None, moment) for moment in sent]
            return failed("reminders_repeated", evidence=evidence, count=len(sent), limit=count, window=window)
    return inconclusive("reminders_partly_known") if "reminders" in snapshot.partial else passed()
