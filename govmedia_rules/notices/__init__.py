"""Notices (通报): read what was published, classify problem wordings, check the arithmetic.

from govmedia_rules import notices

notice = notices.read(text)              # or HTML, DOCX, bytes, a path
notices.classify("首页超过两周未更新")       # indicator ids with the words that decided
notices.reconcile(notice)                # every sum and rate recomputed

Example:
    >>> from govmedia_rules import notices
    >>> [decision.indicator_id for decision in notices.classify("首页超过两周未更新").decisions]
    ['site.veto.home_stale']
"""

from govmedia_rules.notices.checks import Check, check_rate
from govmedia_rules.notices.classify import Classified, Decision, Words, agrees, classify
from govmedia_rules.notices.model import (
    Attachment,
    Band,
    Citation,
    Contact,
    Deadline,
    Duty,
    Figure,
    FooterMark,
    Listed,
    Named,
    Notice,
    Practice,
    Problem,
    Repair,
    ReportedRecheck,
    Table,
)
from govmedia_rules.notices.read import read
from govmedia_rules.notices.reconcile import Reconciliation, reconcile
from govmedia_rules.notices.records import reconcile_counts
from govmedia_rules.notices.repair import Mended, mend

__all__ = [
    "Attachment",
    "Band",
    "Check",
    "Citation",
    "Classified",
    "Contact",
    "Deadline",
    "Decision",
    "Duty",
    "Figure",
    "FooterMark",
    "Listed",
    "Mended",
    "Named",
    "Notice",
    "Practice",
    "Problem",
    "Reconciliation",
    "Repair",
    "ReportedRecheck",
    "Table",
    "Words",
    "agrees",
    "check_rate",
    "classify",
    "mend",
    "read",
    "reconcile",
    "reconcile_counts",
]
