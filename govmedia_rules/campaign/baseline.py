"""The rates of a round, as a baseline for a later round (同比, 环比)."""

from __future__ import annotations

from itertools import product

from govmedia_rules.campaign.comparing import basis_between
from govmedia_rules.campaign.config import RATES, CampaignConfig
from govmedia_rules.campaign.rules import SUBJECT_KINDS
from govmedia_rules.campaign.units import EarlierRate
from govmedia_rules.campaign.view import CampaignView


def rates_for(before: CampaignView, later: CampaignConfig) -> tuple[EarlierRate, ...]:
    """Return the rates of a round as a baseline for a later one, rounded as the later one prints its own."""
    config = before.config
    statistics = before.statistics()
    basis = basis_between(later.period, config.period)
    rates = []
    for tier, subject, kind in product(config.tiers, SUBJECT_KINDS, RATES):
        share = before.share(statistics.total(subject, tier=tier.id), kind)
        rates.append(
            EarlierRate(
                basis=basis,
                subject=subject,
                kind=kind,
                tier=tier.id,
                figure=share.figure(later.rounding) if share is not None and share.part <= share.whole else None,
                is_comparable=config.rate_base == later.rate_base,
                period=config.period,
                source=config.title,
            )
        )
    return tuple(rates)
