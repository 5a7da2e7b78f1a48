"""单项否决 of new-media accounts: 国办秘函〔2019〕19号, part 1. Thresholds and kinds come from the rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, passed
from govmedia_rules.checks.updates import was_updated
from govmedia_rules.core.time import Window
from govmedia_rules.snapshots.models import AccountSnapshot
from govmedia_rules.subjects.vocabulary import vocabulary

Kinds = tuple[str, ...]


@check("account.stale", needs="latest_post_at|posts|post_count")
def stale(account: AccountSnapshot, *, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """No update at all inside the window (监测时间点前2周内无更新).

    Args:
        window: Time that counts back from the monitoring point.
    """
    newest = account.latest_post_at
    if newest is not None and window.surely_has(account.observed_at, newest):
        return passed()  # nearly every living account ends here
    updated = was_updated(window.before(account.observed_at), newest, account.posts, account.post_count)
    if updated:
        return passed()
    if updated is None or "posts" in account.partial:
        return inconclusive("posts_unknown")
    evidence = [Evidence("posts", account.account.url, newest, newest if newest is not None else 0, window)]
    if newest is None:
        return failed("posts_undated" if account.post_count else "posts_none", evidence=evidence, window=window)
    return failed("posts_older_than_window", evidence=evidence, latest=newest, window=window, point=account.observed_at)


@check("account.app_unusable", needs="app")
def app_unusable(account: AccountSnapshot) -> CheckResult:
    """The mobile client cannot be downloaded, or does not start (移动客户端无法下载或使用)."""
    app = account.app
    assert app is not None
    for works, reason in ((app.downloads, "app_not_downloadable"), (app.starts, "app_not_starting")):
        if works is False:
            return failed(reason, evidence=[Evidence("app", account.account.url, account.observed_at)])
    if app.downloads is None or app.starts is None:
        return inconclusive("app_not_tried")
    return passed()


@check("account.interaction_missing", needs="functions")
def interaction_missing(
    account: AccountSnapshot,
    *,
    counted: Annotated[Kinds, Strictness.FEWER],
    demanded_on: Annotated[Mapping[str, Kinds], Strictness.MORE] = {},
) -> CheckResult:
    """No effective interactive function is offered (未提供有效互动功能).

    Args:
        counted: Kinds of functions that count as interactive.
        demanded_on: For a platform (and those below it in the tree): the only kinds that count there.
    """
    assert account.functions is not None
    kinds = counted
    for function in account.functions:
        if function.works and not demanded_on and function.kind in kinds:
            return passed()
    for platform, only in demanded_on.items():
        if vocabulary("platform").is_a(account.account.platform, platform):
            kinds = only
            break
    offered = [function for function in account.functions if function.kind in kinds]
    if any(function.works for function in offered):
        return passed()
    evidence = [
        Evidence(function.name or function.kind, account.account.url, None, function.kind) for function in account.functions
    ]
    untried = sum(function.works is None for function in offered)
    if untried or "functions" in account.partial:
        return inconclusive("functions_not_tried", evidence=evidence, count=untried)
    return failed(
        "interaction_missing",
        evidence=evidence or [Evidence("functions", account.account.url, account.observed_at, 0)],
        kinds=kinds,
        count=len(account.functions),
    )
