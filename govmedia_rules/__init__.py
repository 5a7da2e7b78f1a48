"""Rules engine for inspecting Chinese government websites and government new media (政府网站与政务新媒体检查).

The doors, in the order in which they are used:

    load_rulebook, rulebook_for    the rules: by id, path or layers; of a place on a day          指标体系
    read_accounts, read_sites      a clerk's sheet; read_columns, read_posts, read_snapshots      台账、采样数据
    Account, AccountSnapshot       one account as it was seen; Site, SiteSnapshot likewise        单个对象
    inspect_frame                  a frame or a sheet in, a frame of verdicts out                 一步判定
    Rulebook.inspect, inspect_many verdicts with evidence: Inspection, made of Finding            检查结果
    worklist, read_reviews         what would decide open verdicts; what people decided           待定、复核
    InspectionTable, compare       tables, pictures; one round against another                    统计、对照
    Campaign, notices, reports     a round of inspection, notices of others, documents            一轮检查、通报、文书
    Scanner, collect               wording of texts; pages of sites                               表述检查、采集

`explain("media.veto.stale")` says what an indicator asks and by which rule; `help(load_rulebook)` describes one door. Errors are
those of `errors`, in Chinese or English by `GOVMEDIA_LANG`. The names are listed in `__all__` and loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from govmedia_rules.core.version import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from govmedia_rules import campaign as campaign
    from govmedia_rules import collect as collect
    from govmedia_rules import errors as errors
    from govmedia_rules import notices as notices
    from govmedia_rules import reports as reports
    from govmedia_rules.campaign.campaign import Campaign as Campaign
    from govmedia_rules.campaign.config import CampaignConfig as CampaignConfig
    from govmedia_rules.campaign.draft import NoticeDraft as NoticeDraft
    from govmedia_rules.campaign.folder import read_campaign as read_campaign
    from govmedia_rules.campaign.sampling import SampleRule as SampleRule
    from govmedia_rules.checks.contract import CheckResult as CheckResult
    from govmedia_rules.checks.contract import Evidence as Evidence
    from govmedia_rules.checks.contract import Status as Status
    from govmedia_rules.checks.contract import Strictness as Strictness
    from govmedia_rules.checks.contract import check as check
    from govmedia_rules.checks.contract import failed as failed
    from govmedia_rules.checks.contract import inconclusive as inconclusive
    from govmedia_rules.checks.contract import needs_review as needs_review
    from govmedia_rules.checks.contract import passed as passed
    from govmedia_rules.core import plots as plots
    from govmedia_rules.core import rates as rates
    from govmedia_rules.core.time import SHANGHAI as SHANGHAI
    from govmedia_rules.core.time import Window as Window
    from govmedia_rules.core.workdays import WorkCalendar as WorkCalendar
    from govmedia_rules.engines.batch import BatchJudge as BatchJudge
    from govmedia_rules.engines.local import inspect_to_parquet as inspect_to_parquet
    from govmedia_rules.judge.across import Incident as Incident
    from govmedia_rules.judge.across import RegistryTally as RegistryTally
    from govmedia_rules.judge.across import incidents as incidents
    from govmedia_rules.judge.compare import Comparison as Comparison
    from govmedia_rules.judge.compare import compare as compare
    from govmedia_rules.judge.finding import Finding as Finding
    from govmedia_rules.judge.finding import Findings as Findings
    from govmedia_rules.judge.frame import inspect_frame as inspect_frame
    from govmedia_rules.judge.inspection import Inspection as Inspection
    from govmedia_rules.judge.inspection import Verdict as Verdict
    from govmedia_rules.judge.pictures import plot_staleness as plot_staleness
    from govmedia_rules.judge.reviews import Review as Review
    from govmedia_rules.judge.reviews import Waiver as Waiver
    from govmedia_rules.judge.reviews import read_reviews as read_reviews
    from govmedia_rules.judge.reviews import read_waivers as read_waivers
    from govmedia_rules.judge.rulebook import Rulebook as Rulebook
    from govmedia_rules.judge.rulebook import explain as explain
    from govmedia_rules.judge.rulebook import export_rulebook as export_rulebook
    from govmedia_rules.judge.rulebook import load_rulebook as load_rulebook
    from govmedia_rules.judge.rulebook import rulebook_for as rulebook_for
    from govmedia_rules.judge.score import Score as Score
    from govmedia_rules.judge.table import InspectionTable as InspectionTable
    from govmedia_rules.judge.worklist import worklist as worklist
    from govmedia_rules.notices import figures as figures
    from govmedia_rules.rounds.history import history as history
    from govmedia_rules.rounds.incremental import inspect_round as inspect_round
    from govmedia_rules.rounds.store import append_round as append_round
    from govmedia_rules.rules.model import Indicator as Indicator
    from govmedia_rules.rules.release import Books as Books
    from govmedia_rules.rules.release import export_books as export_books
    from govmedia_rules.rules.release import read_books as read_books
    from govmedia_rules.snapshots.column_tables import read_columns as read_columns
    from govmedia_rules.snapshots.models import AccountSnapshot as AccountSnapshot
    from govmedia_rules.snapshots.models import SiteSnapshot as SiteSnapshot
    from govmedia_rules.snapshots.posts import read_posts as read_posts
    from govmedia_rules.snapshots.reading import read_snapshots as read_snapshots
    from govmedia_rules.snapshots.shallow import read_accounts as read_accounts
    from govmedia_rules.snapshots.shallow import read_sites as read_sites
    from govmedia_rules.snapshots.supervision import SupervisorSnapshot as SupervisorSnapshot
    from govmedia_rules.subjects.codes import AccountCode as AccountCode
    from govmedia_rules.subjects.codes import Domain as Domain
    from govmedia_rules.subjects.codes import IcpNumber as IcpNumber
    from govmedia_rules.subjects.codes import PoliceNumber as PoliceNumber
    from govmedia_rules.subjects.codes import SiteCode as SiteCode
    from govmedia_rules.subjects.models import Account as Account
    from govmedia_rules.subjects.models import Site as Site
    from govmedia_rules.subjects.models import Supervisor as Supervisor
    from govmedia_rules.subjects.models import Unit as Unit
    from govmedia_rules.subjects.registry import Population as Population
    from govmedia_rules.subjects.registry import Registry as Registry
    from govmedia_rules.subjects.registry import read_registry as read_registry
    from govmedia_rules.tables.out import to_frame as to_frame
    from govmedia_rules.text.checkers import TextChecker as TextChecker
    from govmedia_rules.text.lexicon import Lexicon as Lexicon
    from govmedia_rules.text.matches import Match as Match
    from govmedia_rules.text.matches import Matches as Matches
    from govmedia_rules.text.reading import load_lexicon as load_lexicon
    from govmedia_rules.text.scanner import Scanner as Scanner

_HOMES = {
    "campaign.campaign": ("Campaign",),
    "campaign.draft": ("NoticeDraft",),
    "campaign.folder": ("read_campaign",),
    "campaign.sampling": ("SampleRule",),
    "campaign.config": ("CampaignConfig",),
    "checks.contract": (
        "Evidence",
        "CheckResult",
        "Status",
        "Strictness",
        "check",
        "failed",
        "passed",
        "needs_review",
        "inconclusive",
    ),
    "core.time": ("SHANGHAI", "Window"),
    "judge.across": ("Incident", "RegistryTally", "incidents"),
    "judge.compare": ("Comparison", "compare"),
    "judge.finding": ("Finding", "Findings"),
    "engines.batch": ("BatchJudge",),
    "engines.local": ("inspect_to_parquet",),
    "judge.frame": ("inspect_frame",),
    "judge.pictures": ("plot_staleness",),
    "judge.inspection": ("Inspection", "Verdict"),
    "judge.reviews": ("Review", "Waiver", "read_reviews", "read_waivers"),
    "judge.table": ("InspectionTable",),
    "judge.rulebook": ("Rulebook", "explain", "export_rulebook", "load_rulebook", "rulebook_for"),
    "judge.score": ("Score",),
    "judge.worklist": ("worklist",),
    "rounds.history": ("history",),
    "rounds.incremental": ("inspect_round",),
    "rounds.store": ("append_round",),
    "rules.model": ("Indicator",),
    "rules.release": ("Books", "export_books", "read_books"),
    "snapshots.models": ("AccountSnapshot", "SiteSnapshot"),
    "snapshots.reading": ("read_snapshots",),
    "snapshots.column_tables": ("read_columns",),
    "snapshots.posts": ("read_posts",),
    "snapshots.shallow": ("read_accounts", "read_sites"),
    "snapshots.supervision": ("SupervisorSnapshot",),
    "subjects.codes": ("AccountCode", "Domain", "IcpNumber", "PoliceNumber", "SiteCode"),
    "subjects.models": ("Account", "Site", "Supervisor", "Unit"),
    "subjects.registry": ("Population", "Registry", "read_registry"),
    "tables.out": ("to_frame",),
    "text.checkers": ("TextChecker",),
    "text.lexicon": ("Lexicon",),
    "text.matches": ("Match", "Matches"),
    "text.reading": ("load_lexicon",),
    "text.scanner": ("Scanner",),
    "core.workdays": ("WorkCalendar",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = {
    "campaign": "campaign",
    "collect": "collect",
    "errors": "errors",
    "figures": "notices.figures",
    "notices": "notices",
    "plots": "core.plots",
    "rates": "core.rates",
    "reports": "reports",
}

__all__ = [
    "SHANGHAI",
    "Account",
    "AccountCode",
    "AccountSnapshot",
    "BatchJudge",
    "Books",
    "Campaign",
    "CampaignConfig",
    "CheckResult",
    "Comparison",
    "Domain",
    "Evidence",
    "Finding",
    "Findings",
    "IcpNumber",
    "Incident",
    "Indicator",
    "Inspection",
    "InspectionTable",
    "Lexicon",
    "Match",
    "Matches",
    "NoticeDraft",
    "PoliceNumber",
    "Population",
    "Registry",
    "RegistryTally",
    "Review",
    "Rulebook",
    "SampleRule",
    "Scanner",
    "Score",
    "Site",
    "SiteCode",
    "SiteSnapshot",
    "Status",
    "Strictness",
    "Supervisor",
    "SupervisorSnapshot",
    "TextChecker",
    "Unit",
    "Verdict",
    "Waiver",
    "Window",
    "WorkCalendar",
    "append_round",
    "campaign",
    "check",
    "collect",
    "compare",
    "errors",
    "explain",
    "export_books",
    "export_rulebook",
    "failed",
    "figures",
    "history",
    "incidents",
    "inconclusive",
    "inspect_frame",
    "inspect_round",
    "inspect_to_parquet",
    "load_lexicon",
    "load_rulebook",
    "needs_review",
    "notices",
    "passed",
    "plot_staleness",
    "plots",
    "rates",
    "read_accounts",
    "read_books",
    "read_campaign",
    "read_columns",
    "read_posts",
    "read_registry",
    "read_reviews",
    "read_sites",
    "read_snapshots",
    "read_waivers",
    "reports",
    "rulebook_for",
    "to_frame",
    "worklist",
]

# Type checkers read the imports above; a function here would make them accept any name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            value: object = import_module(f"{__name__}.{_MODULES[name]}")
        elif name in _HOME_OF:
            value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return [*__all__, "__version__", "testing"]
