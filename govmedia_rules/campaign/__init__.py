"""Campaigns: one round of inspection from its population to its rectification (一轮检查)."""

from govmedia_rules.campaign.campaign import Campaign
from govmedia_rules.campaign.comparing import Earlier
from govmedia_rules.campaign.coverage import Coverage
from govmedia_rules.campaign.doubts import Doubt
from govmedia_rules.campaign.draft import (
    AttachmentDraft,
    ColumnDraft,
    CountsDraft,
    GroupsDraft,
    NoticeDraft,
    ProblemDraft,
    RateDraft,
)
from govmedia_rules.campaign.folder import Described, read_campaign
from govmedia_rules.campaign.groups import Class, Grouping, Part, by
from govmedia_rules.campaign.letters import DisclosureTally, LetterTally, letters_from_cases
from govmedia_rules.campaign.rectification import DueRule, Progress, Recheck, Task, Track, Tracks
from govmedia_rules.campaign.results import Result
from govmedia_rules.campaign.rules import CampaignRules, CoverageRule, OutcomeRule
from govmedia_rules.campaign.sampling import Drawn, Sample, SampleRule, Stratum, draw
from govmedia_rules.campaign.statistics import Groups, Ratio, Stat, Statistics
from govmedia_rules.campaign.terms import Terms, Tier
from govmedia_rules.campaign.units import (
    CountedResult,
    CountedUnits,
    Disclosure,
    Fault,
    Letters,
    Reported,
    Ruling,
)

__all__ = [
    "AttachmentDraft",
    "Campaign",
    "CampaignRules",
    "Class",
    "ColumnDraft",
    "CountedResult",
    "CountedUnits",
    "CountsDraft",
    "Coverage",
    "CoverageRule",
    "Described",
    "Disclosure",
    "DisclosureTally",
    "Doubt",
    "Drawn",
    "DueRule",
    "Earlier",
    "Fault",
    "Grouping",
    "Groups",
    "GroupsDraft",
    "LetterTally",
    "Letters",
    "NoticeDraft",
    "OutcomeRule",
    "Part",
    "ProblemDraft",
    "Progress",
    "RateDraft",
    "Ratio",
    "Recheck",
    "Reported",
    "Result",
    "Ruling",
    "Sample",
    "SampleRule",
    "Stat",
    "Statistics",
    "Stratum",
    "Task",
    "Terms",
    "Tier",
    "Track",
    "Tracks",
    "by",
    "draw",
    "letters_from_cases",
    "read_campaign",
]
