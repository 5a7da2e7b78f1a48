"""The records of one supervising office for one year (监管工作年度考核): lists and dates, not pages."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, NonNegativeInt, StringConstraints, model_validator

from govmedia_rules.core.model import Model, Name, Short, Url
from govmedia_rules.core.time import Instant, Moment
from govmedia_rules.snapshots.kinds import Observed, check_parts
from govmedia_rules.snapshots.parts import Collection, Mark
from govmedia_rules.subjects.models import Supervisor

Year = Annotated[int, Field(ge=2000, le=2200)]

_PERIOD = r"([0-9]{4})(?:Q([1-4])|H([12])|-(0[1-9]|1[0-2])|W(0[1-9]|[1-4][0-9]|5[0-3]))?"


def days_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of a period; a week begins on Monday (ISO 8601).

    Raises:
        ValueError: It is not written as `PeriodText` says, or the year has no such week.
    """
    match = re.fullmatch(_PERIOD, period)
    year, quarter, half, month, week = (part and int(part) for part in match.groups()) if match is not None else (0, 0, 0, 0, 0)
    if not year or (week and week > weeks_of(year)):
        raise ValueError(f"{period!r} is not a period such as 2019, 2019H1, 2019Q4, 2019-06 or 2019W23")
    if week:
        monday = date.fromisocalendar(year, week, 1)
        return monday, monday + timedelta(days=6)
    months = 3 if quarter else 6 if half else 1 if month else 12
    last = months * (quarter or half or month or 1)
    return date(year, last - months + 1, 1), date(year, last, monthrange(year, last)[1])


def weeks_of(year: int) -> int:
    """Return the number of weeks of a year (ISO 8601), 52 or 53."""
    return date(year, 12, 28).isocalendar().week


def _is_period(period: str) -> str:
    days_of(period)
    return period


PeriodText = Annotated[str, StringConstraints(pattern=f"^{_PERIOD}$"), AfterValidator(_is_period)]
"""A year, half-year, quarter, month or week: `2019`, `2019H1`, `2019Q4`, `2019-06`, `2019W23`."""


class NationalFinding(Model):
    """A site or account of the area or department that the national spot check found unqualified (国办抽查不合格).

    Attributes:
        subject: `site` or `account`.
        name: Its name.
        id: Its code or other key; None when the list gives none.
        reasons: Ids of the indicators named as reasons (`site.veto.safety.expression`); None when the list gives no reason.
        found_at: When it was found; None when not stated.
    """

    subject: Literal["site", "account"]
    name: Name
    id: Short | None = None
    reasons: tuple[Name, ...] | None = None
    found_at: Moment | None = None


class SpotCheck(Model):
    """One round of the office's own regular check (常态化抽查).

    Attributes:
        subject: Whether sites or accounts were checked.
        period: The period it was made for.
        running: Number running at the time; None when not stated.
        checked: Number checked; None when not stated.
        published: Whether the result was made public; None when not known.
        published_at: When it was made public; None when it was not, or the date is not known.
        url: Address of the notice.
    """

    subject: Literal["site", "account"]
    period: PeriodText
    running: NonNegativeInt | None = None
    checked: NonNegativeInt | None = None
    published: bool | None = None
    published_at: Moment | None = None
    url: Url | None = None

    @model_validator(mode="after")
    def _derive(self) -> SpotCheck:
        if self.running is not None and self.checked is not None and self.checked > self.running:
            raise ValueError(f"{self.checked} were checked, but only {self.running} are running")
        if self.published_at is not None:
            if self.published is False:
                raise ValueError("published is false but published_at is given")
            self.__dict__["published"] = True
        return self


class ErrorMessage(Model):
    """A message of “我为政府网站找错” about a site of the area or department.

    Attributes:
        id: Its number; empty when not kept.
        received_at: When it was received.
        finished_at: When its handling was finished; None when it was not, or the time is not known.
        finished: Whether it was finished; derived from `finished_at`; None when not known.
    """

    id: Short = ""
    received_at: Moment
    finished_at: Moment | None = None
    finished: bool | None = None

    @model_validator(mode="after")
    def _derive(self) -> ErrorMessage:
        if self.finished_at is not None:
            if self.finished is False:
                raise ValueError("finished is false but finished_at is given")
            self.__dict__["finished"] = True
        return self


class YearlyReport(Model):
    """A yearly report (年度报表) about the work of a year.

    Attributes:
        kind: `supervision` for the office's own, `site` for that of a site.
        year: The year it is about.
        published: Whether it was published; derived from `published_at`; None when not known.
        published_at: When it was published; None when it was not, or the date is not known.
        name: The site it is about; None for the office's own.
        url: Its address.
    """

    kind: Literal["supervision", "site"]
    year: Year
    published: bool | None = None
    published_at: Moment | None = None
    name: Name | None = None
    url: Url | None = None

    @model_validator(mode="after")
    def _derive(self) -> YearlyReport:
        if self.published_at is not None:
            if self.published is False:
                raise ValueError("published is false but published_at is given")
            self.__dict__["published"] = True
        return self


class ReportingFault(Model):
    """A site or account that the national reporting systems do not show as it is (信息报送).

    Attributes:
        kind: `hidden` (瞒报), `missing` (漏报) or `wrong` (错报).
        subject: `site` or `account`.
        name: Its name.
        note: What differs.
    """

    kind: Literal["hidden", "missing", "wrong"]
    subject: Literal["site", "account"]
    name: Name
    note: Short = ""


class Rectification(Model):
    """What became of a finding of the national check (整改).

    Attributes:
        name: The site or account.
        problem: What was found; None when not kept.
        due_at: When it had to be put right; None when no date was set or it is not known.
        done_at: When it was put right; None when it was not, or the date is not known.
        done: Whether it was put right; derived from `done_at`; None when not known.
        found_again: Whether a re-check found the same problem again; None when there was no re-check.
    """

    name: Name
    problem: Short | None = None
    due_at: Moment | None = None
    done_at: Moment | None = None
    done: bool | None = None
    found_again: bool | None = None

    @model_validator(mode="after")
    def _derive(self) -> Rectification:
        if self.done_at is not None:
            if self.done is False:
                raise ValueError("done is false but done_at is given")
            self.__dict__["done"] = True
        return self


class SupervisorSnapshot(Observed):
    """The records of one supervising office for one year.

    Every part is None when nobody looked and empty when it was looked for and not there.

    Attributes:
        kind: Always `supervisor`; tells the kinds of snapshot apart in a file.
        supervisor: The office.
        observed_at: The monitoring point; aware. Rounds and reports that were not yet due then are not missed.
        marks: Fields that were not observed but stated by a document or assumed.
        partial: Parts of which more exists than is on record.
        year: The year assessed; None for the year before the monitoring point.
        national_findings: Sites and accounts the national spot checks of that year found unqualified.
        spot_checks: The office's own rounds of checks.
        error_messages: Messages of “我为政府网站找错”.
        yearly_reports: Yearly reports of the office and its sites.
        reporting_faults: Sites and accounts that are hidden, missing or wrong in the national reporting systems.
        rectifications: What became of the findings of the national check.
        sites_running: Number of its sites in operation.
        sites_on_platform: Number of those that run on the shared platform (集约化平台).
        collection: How the snapshot came about.

    Examples:
        >>> office = Supervisor(name="某市人民政府办公室", region="610700")
        >>> SupervisorSnapshot(supervisor=office, observed_at="2020-03-01T10:00:00+08:00").assessed_year
        2019
    """

    kind: Literal["supervisor"] = "supervisor"
    supervisor: Supervisor
    observed_at: Instant
    marks: tuple[Mark, ...] = ()
    partial: tuple[Name, ...] = ()
    year: Year | None = None
    national_findings: tuple[NationalFinding, ...] | None = None
    spot_checks: tuple[SpotCheck, ...] | None = None
    error_messages: tuple[ErrorMessage, ...] | None = None
    yearly_reports: tuple[YearlyReport, ...] | None = None
    reporting_faults: tuple[ReportingFault, ...] | None = None
    rectifications: tuple[Rectification, ...] | None = None
    sites_running: NonNegativeInt | None = None
    sites_on_platform: NonNegativeInt | None = None
    collection: Collection | None = None

    @model_validator(mode="after")
    def _fits(self) -> SupervisorSnapshot:
        running, moved = self.sites_running, self.sites_on_platform
        if running is not None and moved is not None and moved > running:
            raise ValueError(f"sites_on_platform is {moved}, but only {running} are running")
        check_parts(type(self), self.partial, "partial")
        check_parts(type(self), (mark.field.partition(".")[0] for mark in self.marks), "marks")
        return self

    @property
    def assessed_year(self) -> int:
        """The year assessed."""
        return self.year if self.year is not None else self.observed_at.year - 1

    @property
    def subject(self) -> Supervisor:
        """The office."""
        return self.supervisor
