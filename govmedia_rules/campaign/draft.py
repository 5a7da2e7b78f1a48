"""The draft of a notice: names, duties, dates, and the figures to print, as the office writes them (通报稿).

A draft holds no figure; every number of the notice comes from the campaign.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PositiveInt

from govmedia_rules.campaign.config import MAIN, ShareKind, TierId
from govmedia_rules.campaign.groups import Class, Dimension
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.notices.figures import Bound, OutcomeKind, PartialDate
from govmedia_rules.notices.model import Citation, Contact, Deadline, Duty, Practice
from govmedia_rules.subjects.vocabulary import Level


def _as_date(value: object) -> object:
    if hasattr(value, "year") and hasattr(value, "month") and hasattr(value, "day"):
        return PartialDate(year=value.year, month=value.month, day=value.day)
    return value


Day = Annotated[PartialDate, BeforeValidator(_as_date)]
"""A printed date; a `date` is accepted too."""
Measure = Literal["running", "registered", "total"]


class RateDraft(Model):
    """A rate that is printed.

    Attributes:
        kind: pass 合格率, failure_share 不合格占比, coverage 抽查率.
        label: Its name in print.
        compared: Whether differences to earlier rounds are printed with it.
        unit: Unit of these differences.
    """

    kind: ShareKind = "pass"
    label: Name
    compared: bool = True
    unit: Short = "个百分点"


class GroupsDraft(Model):
    """The groups of a population that are printed.

    Attributes:
        dimension: What it is divided by.
        classes: The parts in print order; None prints every value there is. Classes may overlap when `overlap` says so.
        population: Whether the number of units is printed.
        inspected: Whether the number inspected is printed.
        outcomes: Outcomes that are printed.
        rates: Rates that are printed.
        overlap: Whether each class is counted by itself, so that a unit may be in several (门户网站 beside 市级网站).
    """

    dimension: Dimension
    classes: tuple[Class, ...] | None = None
    population: bool = True
    inspected: bool = False
    outcomes: tuple[OutcomeKind, ...] = ()
    rates: tuple[RateDraft, ...] = ()
    overlap: bool = False


class CountsDraft(Model):
    """The counts and rates that are printed of one kind of unit in one tier.

    Attributes:
        subject: Sites or accounts.
        tier: The tier.
        label: The population in print (`全省政府网站`); "" for the usual words.
        measure: Word for the number of units: running 运行, registered 登记, total 共有.
        words: Words for outcomes in print (`failed` -> `存在突出问题`); the usual ones where none are given.
        outcomes: Outcomes that are printed even where no unit ended so; those with units are printed in any case unless
            `only` is set.
        only: Whether other outcomes are left out.
        rates: Rates that are printed.
        groups: Divisions that are printed.
    """

    subject: SubjectKind
    tier: TierId = MAIN
    label: Short = ""
    measure: Measure = "total"
    words: dict[OutcomeKind, Name] = Field(default_factory=dict)
    outcomes: tuple[OutcomeKind, ...] = ("passed", "failed")
    only: bool = False
    rates: tuple[RateDraft, ...] = ()
    groups: tuple[GroupsDraft, ...] = ()


class ProblemDraft(Model):
    """A kind of problem that is named.

    Attributes:
        heading: Heading it stands under.
        wording: The problem in words.
        subject: Sites or accounts; None for both.
        indicators: Indicators or families whose confirmed problems are gathered here; () for those reported in the same words.
        examples: Names to be given as examples; () for the first ones.
        most_named: Names given at most; None for all.
        states_count: Whether the number of units is printed.
        bound: With `share`, how it is meant.
        share: A share in words (`超过60%的门户网站`), for what was counted outside the campaign; "" for none.
    """

    heading: Short = ""
    wording: Name
    subject: SubjectKind | None = None
    indicators: tuple[Short, ...] = ()
    examples: tuple[Name, ...] = ()
    most_named: PositiveInt | None = 5
    states_count: bool = False
    bound: Bound = "exact"
    share: Short = ""


class ColumnDraft(Model):
    """A column of a table.

    Attributes:
        header: Its heading, one text for each level (`市级政府网站数`, `门户`).
        shows: In a list: number 序号, area, name, place (address or owner), code, type, outcome, wording, remark, owner, url.
            In a table of counts: number, group, population, inspected, rates and outcomes by their ids. In letters: number,
            unit, done, pending, rate, mean, longest. In disclosure: number, unit, total, a kind by its name, done_on_time,
            done_late, pending.
        levels: In a table of counts: only units of these levels.
    """

    header: tuple[Short, ...] = Field(min_length=1)
    shows: Short
    levels: tuple[Level, ...] = ()


class AttachmentDraft(Model):
    """An attachment.

    Attributes:
        title: Its title.
        table: failed (the list of failed units), counts (statistics by a dimension), bands (of scores), letters, disclosure.
        subject: Sites or accounts; None for both.
        is_compact: In a list: number, name, type and problems only, by area, for long lists (500 units on 20 pages).
        tiers: Tiers it is of.
        columns: Its columns; () for the usual ones.
        order: In a list: told, as the units were recorded, or area, those of one area together, provincial bodies first.
        dimension: In a table of counts: what it is divided by.
        groups: In a table of counts: the rows in print order; () for every value there is.
        has_total: Whether a 合计 row is added.
        edges: Where score bands begin, falling.
        bands: Words for the bands.
        split: Levels of each group inside a band; () for one group.
        places: Decimal places of its rates; None for those of the round.
    """

    title: Name
    table: Literal["failed", "counts", "bands", "letters", "disclosure"]
    subject: SubjectKind | None = None
    is_compact: bool = False
    tiers: tuple[TierId, ...] = (MAIN,)
    columns: tuple[ColumnDraft, ...] = ()
    order: Literal["told", "area"] = "told"
    dimension: Dimension = "area"
    groups: tuple[Class, ...] = ()
    has_total: bool = False
    edges: tuple[PositiveInt, ...] = ()
    bands: tuple[Short, ...] = ()
    split: tuple[tuple[Level, ...], ...] = ()
    places: int | None = Field(default=None, ge=0, le=6)


class NoticeDraft(Model):
    """The draft of a notice (通报稿).

    Attributes:
        issuer: 发文机关.
        headline: Title; None for the usual one, "" for none.
        number: 发文字号; None for none yet.
        addressees: 主送机关.
        citations: Documents it rests on.
        signed_at: 成文日期; None for none yet.
        release: Release mark (`此件主动公开`); None for none.
        province: Full name of the province; None when it does not matter.
        counts: Which figures are printed; () for the usual ones.
        problems: Kinds of problems that are named; () for all, by their headings.
        summary: Kinds of problems named in the opening sentence.
        recheck: What is said of the failures of the round before; None for what the campaign knows of it.
        practices: Good practice.
        headings: Headings of the duties, in order.
        duties: Requirements, each under one of the headings.
        deadlines: Dates for reports.
        attachments: Attachments, in order; the only one has no number.
        contacts: Contact block; () leaves it out.
        open_units: refuse, or count units that are still 待定 or 待复核 as such; a rate is then printed only where they cannot
            change it.
        issues: refuse while an inconsistency of grade wrong is open, or print those in the margin of the draft.

    Example:
        >>> import govmedia_rules as gr
        >>> campaign = gr.Campaign(gr.CampaignConfig(title="检查", period="2024年第三季度"))
        >>> campaign.notice(NoticeDraft(issuer="某市政府办公室")).headline
        '某市政府办公室关于2024年第三季度检查情况的通报'
    """

    issuer: Name
    headline: Short | None = None
    number: Short | None = None
    addressees: tuple[Name, ...] = ()
    citations: tuple[Citation, ...] = ()
    signed_at: Day | None = None
    release: Short | None = None
    province: Short | None = None
    counts: tuple[CountsDraft, ...] = ()
    problems: tuple[ProblemDraft, ...] = ()
    summary: tuple[Short, ...] = ()
    recheck: Short | None = None
    practices: tuple[Practice, ...] = ()
    headings: tuple[Short, ...] = ()
    duties: tuple[Duty, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    attachments: tuple[AttachmentDraft, ...] = ()
    contacts: tuple[Contact, ...] = ()
    open_units: Literal["refuse", "count"] = "refuse"
    issues: Literal["refuse", "print"] = "refuse"
