"""Placeholders for local rules whose text is not at hand: they keep a pass open, because those rules may fail the subject."""

from __future__ import annotations

from govmedia_rules.checks.contract import CheckResult, Evidence, check, inconclusive
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot


@check("site.own_indicators_unseen")
def site_own_indicators_unseen(site: SiteSnapshot, *, document: str) -> CheckResult:
    """Check whether the place has indicators of its own for sites, and their text was not seen.

    Args:
        document: The document that holds them.
    """
    return inconclusive("own_indicators_unseen", evidence=[Evidence(site.site.name, site.site.url)], document=document)


@check("account.own_indicators_unseen")
def account_own_indicators_unseen(account: AccountSnapshot, *, document: str) -> CheckResult:
    """Check whether the place has indicators of its own for accounts, and their text was not seen.

    Args:
        document: The document that holds them.
    """
    return inconclusive("own_indicators_unseen", evidence=[Evidence(account.account.name, account.account.url)], document=document)
