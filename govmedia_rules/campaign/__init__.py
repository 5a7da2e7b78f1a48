"""Campaigns: one round of inspection from its population to its rectification (一轮检查).

Example:
    >>> import govmedia_rules as gr
    >>> config = gr.campaign.CampaignConfig(title="检查", period="2024年第三季度")
    >>> gr.campaign.Campaign(config).summary()
    '检查（2024年第三季度）'
"""

from govmedia_rules.campaign.campaign import Campaign
from govmedia_rules.campaign.config import CampaignConfig, Tier
from govmedia_rules.campaign.correction import Correction, FigureChange, UnitChange, corrections, what_changes
from govmedia_rules.campaign.coverage import Coverage
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
from govmedia_rules.campaign.issues import Issue
from govmedia_rules.campaign.letters import DisclosureTally, LetterTally, letters_from_cases
from govmedia_rules.campaign.rectification import RectificationProgress, Track, Tracks
from govmedia_rules.campaign.results import Result
from govmedia_rules.campaign.rules import CampaignRules, CoverageRule, OutcomeRule
from govmedia_rules.campaign.sampling import Drawn, Sample, SampleRule, Stratum, draw
from govmedia_rules.campaign.statistics import Groups, Ratio, Stat, Statistics
from govmedia_rules.campaign.tasks import DueRule, Recheck, Task
from govmedia_rules.campaign.units import (
    Appeal,
    AppealAnswer,
    CountedResult,
    CountedUnits,
    Disclosure,
    EarlierRate,
    Fault,
    Letters,
    Reported,
    Ruling,
)

__all__ = [
    "Appeal",
    "AppealAnswer",
    "AttachmentDraft",
    "Campaign",
    "CampaignConfig",
    "CampaignRules",
    "Class",
    "ColumnDraft",
    "Correction",
    "CountedResult",
    "CountedUnits",
    "CountsDraft",
    "Coverage",
    "CoverageRule",
    "Described",
    "Disclosure",
    "DisclosureTally",
    "Drawn",
    "DueRule",
    "EarlierRate",
    "Fault",
    "FigureChange",
    "Grouping",
    "Groups",
    "GroupsDraft",
    "Issue",
    "LetterTally",
    "Letters",
    "NoticeDraft",
    "OutcomeRule",
    "Part",
    "ProblemDraft",
    "RateDraft",
    "Ratio",
    "Recheck",
    "RectificationProgress",
    "Reported",
    "Result",
    "Ruling",
    "Sample",
    "SampleRule",
    "Stat",
    "Statistics",
    "Stratum",
    "Task",
    "Tier",
    "Track",
    "Tracks",
    "UnitChange",
    "by",
    "corrections",
    "draw",
    "letters_from_cases",
    "read_campaign",
    "what_changes",
]
