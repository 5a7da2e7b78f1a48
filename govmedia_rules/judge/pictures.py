"""Plots that need snapshots and a rulebook together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from govmedia_rules.core import plots
from govmedia_rules.core.time import Window, latest, zone_of
from govmedia_rules.errors import UnknownIndicator, Where
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.snapshots.models import AccountSnapshot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STALE_CHECK = "account.stale"
_DAY = timedelta(days=1)


def plot_staleness(
    snapshots: Iterable[AccountSnapshot], book: Rulebook, *, ax: Axes | None = None, font: str | None = None
) -> Axes:
    """Draw how long before the monitoring point accounts were updated, with the limit of the rulebook marked.

    A bare day counts to its last moment, and an update after the monitoring point as no time ago.

    Args:
        snapshots: Accounts; those without any dated post are counted in the legend.
        book: The rulebook whose indicator for 内容不更新 gives the limit.
        ax: Where to draw; None makes a figure.
        font: Name or path of a font with Chinese characters; None looks for one.

    Raises:
        UnknownIndicator: The rulebook does not ask for updates of accounts.
        MissingExtra: matplotlib is not installed.
        ExportError: No font has the characters.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> axes = gr.plot_staleness([snapshot], gr.load_rulebook("national-2019"))
        >>> len(axes.patches) > 0
        True
    """
    window = next((each.params["window"] for each in book.indicators if each.check == STALE_CHECK), None)
    if not isinstance(window, Window):
        raise UnknownIndicator(
            f"{book.id} has no indicator answered by {STALE_CHECK}", Where(book.id), zh=f"{book.id} 没有由 {STALE_CHECK} 判定的指标"
        )
    days: list[float] = []
    never = 0
    limit = 0.0
    for snapshot in snapshots:
        point = snapshot.observed_at
        limit = limit or (point - window.start(point)) / _DAY
        if snapshot.latest_post_at is None:
            never += 1
        else:
            zone = zone_of(point)
            days.append(max(0.0, (point - latest(snapshot.latest_post_at, zone)) / _DAY))
    return plots.staleness(days, limit or 1.0, never=never, ax=ax, font=font)
