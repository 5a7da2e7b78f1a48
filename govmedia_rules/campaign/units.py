"""Inputs of a campaign other than inspections: units known only as numbers, reports, rulings, letters, appeals.

Nothing here invents members: 368 department sites of which no name is known are one `CountedUnits` of 368.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, NonNegativeInt, model_validator

from govmedia_rules.campaign.config import MAIN, ShareKind, TierId
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.time import Instant
from govmedia_rules.notices.figures import ComparisonBasis, OutcomeKind, Period
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.models import Account, DivisionCode, Site, Subject
from govmedia_rules.subjects.vocabulary import Level, Platform, subject_vocabulary

Basis = Literal["stated", "inferred", "assumed"]
"""How a number is known: a document states it, it follows from what is stated (a rate and its base), or it is assumed."""


class _Counted(Model):
    subject: SubjectKind
    count: NonNegativeInt
    tier: TierId = MAIN
    level: tuple[Level, ...] = ()
    platform: tuple[Platform, ...] = ()
    area: Name | None = None
    region: DivisionCode | None = None
    owner: Name | None = None
    basis: Basis = "stated"
    note: Short = ""


class CountedUnits(_Counted):
    """A number of units of the population that are not known by name; members enrolled by name are not included.

    Attributes:
        subject: Sites or accounts.
        count: How many; a stated 0 says that there are none, which is not the same as saying nothing.
        tier: Tier they belong to.
        level: Their level; several ids mean one of these, () that it is not known.
        platform: Their platform, in the same way.
        area: 所属地方或部门; None when not known.
        region: Division code; None when not known.
        owner: 主办单位; None when not known.
        basis: How the number is known.
        note: Where it stands, or how it was found.
    """


class CountedResult(_Counted):
    """A number of inspected units that are not known by name; units with a result of their own are not included.

    Attributes are those of `CountedUnits`, and:
        outcome: How all of them ended.
        indicator_ids: Indicators all of them failed; () when not stated.
        label: The outcome as printed; "" for the usual word.
        remark: What is added about them (`问题已整改`); "" when nothing is.
    """

    outcome: OutcomeKind
    indicator_ids: tuple[Short, ...] = ()
    label: Short = ""
    remark: Short = ""


class Fault(Model):
    """One problem of one unit in words.

    Attributes:
        wording: The problem, without the unit's name.
        indicator_ids: Indicators it is about; what the wording is classified as where none are given.
        heading: Heading under which a notice names it; "" for the usual one.
        is_one_of_several: Whether the source says that there are more units like it (等).
        column: Column of the site it is about (`政府信息公开-法定主动公开内容`); None when none is named.
    """

    wording: Name
    indicator_ids: tuple[Short, ...] = ()
    heading: Short = ""
    is_one_of_several: bool = False
    column: Short | None = None


class Reported(Model):
    """A body's report about one unit: an agency's finding, a county's self-check, a row of a notice.

    Attributes:
        subject: The unit.
        tier: Tier it belongs to.
        outcome: How the unit ended according to the report; None when the report only tells of problems.
        faults: The problems.
        score: Lowest and highest the score can be; None when no score is stated.
        by: Who reports, by role (`第三方检测机构`, `县(区)主管单位`).
        at: When it was reported.
        reviewed_at: When somebody other than the reporter confirmed it; None when nobody has, and then no failure in it is
            published.
        document: The document it is taken from; None when there is none.
        marks: Fields that are stated by a document or assumed.
    """

    subject: Subject
    tier: TierId = MAIN
    outcome: OutcomeKind | None = None
    faults: tuple[Fault, ...] = ()
    score: tuple[Decimal, Decimal] | None = None
    by: Name
    at: Instant
    reviewed_at: Instant | None = None
    document: Short | None = None
    marks: tuple[Mark, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Reported:
        if self.score is not None and not self.score[0] <= self.score[1]:
            raise ValueError(f"a score from {self.score[0]} to {self.score[1]} is no interval")
        if self.reviewed_at is not None and self.reviewed_at < self.at:
            raise ValueError("reviewed_at is before at")
        return self


class Ruling(Model):
    """A person's decision on the outcome of a unit where no indicator applies (注销未报备, 正在注销).

    Attributes:
        subject: Id of the unit.
        tier: Tier.
        outcome: The outcome that counts.
        role: Role of the person who decided, never the name.
        at: When.
        reason: Why; for a failure it is the wording of the lists.
        document: The document that states it; None when there is none.
    """

    subject: Name
    tier: TierId = MAIN
    outcome: OutcomeKind
    role: Name
    at: Instant
    reason: Short
    document: Short | None = None


class Disclosure(Model):
    """The disclosures of one department in the statistics span (主动公开, 依申请公开). None is a blank cell, never 0.

    Attributes:
        unit: The department.
        total: Items disclosed.
        kinds: Items of some kinds (政策解读材料 …), by name, in the order of the table; they are parts, not a division.
        done_on_time: Requests finished in time.
        done_late: Requests finished late.
        pending: Requests not finished.
        basis: How the numbers are known.
    """

    unit: Name
    total: NonNegativeInt | None = None
    kinds: tuple[tuple[Name, NonNegativeInt | None], ...] = ()
    done_on_time: NonNegativeInt | None = None
    done_late: NonNegativeInt | None = None
    pending: NonNegativeInt | None = None
    basis: Basis = "stated"


class Letters(Model):
    """The citizens' letters of one unit in the statistics span (网民留言办理). None is a blank cell, never 0.

    Attributes:
        unit: The unit.
        group: Group of units it is listed with (`省直单位`, `设区市`); "" for one list.
        done: Letters finished.
        pending: Letters not finished.
        total_working_days: Working days of all letters finished, added up; None when only a mean is known.
        mean_working_days: Mean time of those finished as stated, in working days; None when not known.
        longest_working_days: The longest of them; None when not known.
        basis: How the numbers are known.
    """

    unit: Name
    group: Short = ""
    done: NonNegativeInt | None = None
    pending: NonNegativeInt | None = None
    total_working_days: NonNegativeInt | None = None
    mean_working_days: Decimal | None = Field(default=None, ge=0)
    longest_working_days: NonNegativeInt | None = None
    basis: Basis = "stated"


class EarlierRate(Model):
    """A rate of an earlier round.

    Attributes:
        basis: year_on_year 同比, period_on_period 环比, or other.
        subject: Sites or accounts.
        kind: What kind of rate.
        tier: Tier.
        group: Label of the group it is of; "" for all units.
        figure: The rate as it was printed; None when it is known that there is none.
        is_comparable: Whether it was counted on the same footing.
        period: Its period; None when not known.
        source: Where it comes from.
    """

    basis: ComparisonBasis
    subject: SubjectKind
    kind: ShareKind = "pass"
    tier: TierId = MAIN
    group: Short = ""
    figure: Decimal | None = Field(default=None, ge=0, le=100)
    is_comparable: bool = True
    period: Period | None = None
    source: Short = ""


class IssueAnswer(Model):
    """An explanation why the data behind an issue is right.

    Attributes:
        issue: Reason of the issue.
        details: Its details.
        subjects: Its units.
        count: How many it is about.
        role: Role of the person who answers, never the name.
        at: When.
        reason: Why it is right.
    """

    issue: Short
    details: tuple[tuple[str, Short], ...] = ()
    subjects: tuple[str, ...] = ()
    count: int = 0
    role: Name
    at: Instant
    reason: Short


class Appeal(Model):
    """A unit's objection to its confirmed findings (申诉).

    Attributes:
        id: Its number or date, unique in the campaign.
        subject: Id of the unit.
        tier: Tier.
        indicators: Findings it is against; () for all.
        by: Who appeals, by role.
        at: When.
        reason: Why.
        document: The document; None when there is none.
    """

    id: Name
    subject: Name
    tier: TierId = MAIN
    indicators: tuple[Short, ...] = ()
    by: Name
    at: Instant
    reason: Short
    document: Short | None = None


class AppealAnswer(Model):
    """The answer to an appeal (申诉答复).

    Attributes:
        appeal: Id of the appeal.
        decision: upheld dismisses the findings it is against; rejected leaves them.
        role: Role of the person who decided, never the name.
        at: When.
        reason: Why.
    """

    appeal: Name
    decision: Literal["upheld", "rejected"]
    role: Name
    at: Instant
    reason: Short


def subject_kind(subject: Site | Account) -> SubjectKind:
    """Return whether a subject is a site or an account."""
    return "account" if isinstance(subject, Account) else "site"


def type_of(subject: Site | Account) -> str:
    """Return 类型 in print: 网站, or the platform as it was written, else its name."""
    if isinstance(subject, Site):
        return "网站"
    return subject.platform_text or subject_vocabulary("platform")[subject.platform].title
