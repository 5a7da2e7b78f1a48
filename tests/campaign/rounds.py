"""Small rounds for tests, each thing made from the few words it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.campaign import Campaign, CampaignConfig, Fault, Reported
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.notices.figures import Period

BOOK = gr.load_rulebook("national-2019")
STALE = "media.veto.stale"
NO_CHANNEL = "media.veto.interaction.none"
POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
LATER = datetime(2024, 8, 26, 10, tzinfo=SHANGHAI)
SIGNED = date(2024, 8, 27)


def terms(title: str = "检查", period: str = "2024年第三季度", **parts: Any) -> CampaignConfig:
    return CampaignConfig(title=title, period=Period.parse(period), **parts)


def campaign(period: str = "2024年第三季度", **parts: Any) -> Campaign:
    return Campaign(terms(period=period, **parts))


def account(name: str = "甲", platform: str = "wechat_subscription", **parts: Any) -> gr.Account:
    return gr.Account(name=name, platform=platform, **parts)


def site(name: str = "甲网", **parts: Any) -> gr.Site:
    return gr.Site(name=name, **parts)


def seen(
    name: str = "甲",
    *,
    at: datetime = POINT,
    own: dict[str, Any] | None = None,
    waivers: Sequence[gr.Waiver] = (),
    **parts: Any,
) -> gr.Inspection:
    """An inspection of a healthy account, spoilt by `parts`."""
    healthy = {"latest_post_at": at.date().isoformat(), "functions": [{"kind": "menu", "name": "互动交流", "works": True}]}
    observed = testing.snapshot("account", account={"name": name, **(own or {})}, observed_at=at, **{**healthy, **parts})
    return BOOK.inspect(observed, waivers=waivers)


def stale(name: str = "甲", **parts: Any) -> gr.Inspection:
    return seen(name, latest_post_at="2020-01-01", **parts)


def review(subject: str, indicator: str = STALE, decision: str = "confirmed", at: datetime = LATER) -> gr.Review:
    return gr.Review.model_validate(
        {"subject": subject, "indicator": indicator, "decision": decision, "role": "检查单位", "at": at, "reason": "复核"}
    )


def key(name: str = "甲") -> str:
    return f"wechat_official:{name}"


def reported(
    subject: gr.Site | gr.Account, outcome: str | None = "passed", *wordings: str, is_reviewed: bool = True, **parts: Any
) -> Reported:
    told = {
        "subject": subject,
        "outcome": outcome,
        "faults": tuple(Fault(wording=one) for one in wordings),
        "by": "第三方检测机构",
        "at": POINT,
        "reviewed_at": LATER if is_reviewed else None,
        **parts,
    }
    return Reported.model_validate(told)
