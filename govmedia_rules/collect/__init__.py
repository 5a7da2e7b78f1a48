"""The collector: from sites and account pages to snapshots.

    site(url)                one site, waits for the result
    sites(registry, ...)     many sites, as an iterator
    site_async, sites_async  the same for callers with an event loop
    read_page(html, url)     one page, no network
    accounts                 account pages, histories and exports

Importing this package loads neither httpx nor any extra.

Example:
    >>> from govmedia_rules import collect
    >>> page = collect.read_page("<html><title>某县人民政府</title></html>", "http://www.example.gov.cn/")
    >>> page.title
    '某县人民政府'
"""

from __future__ import annotations

from govmedia_rules.collect.failures import FailureKind, failure_kinds
from govmedia_rules.collect.fetch import USER_AGENT
from govmedia_rules.collect.guard import Guard
from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.collect.page import PageFacts, read_bytes, read_page
from govmedia_rules.collect.run import site, site_async, sites, sites_async
from govmedia_rules.collect.visits import Progress

__all__ = [
    "USER_AGENT",
    "FailureKind",
    "Fetched",
    "Guard",
    "Limits",
    "PageFacts",
    "Progress",
    "failure_kinds",
    "read_bytes",
    "read_page",
    "site",
    "site_async",
    "sites",
    "sites_async",
]
