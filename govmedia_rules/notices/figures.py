"""What a round of inspection states in figures: periods, dates, counts, rates. Read from a notice or computed for one.

The same models serve both ways. A figure that was read carries its `place` in the text; a figure that was computed
has none. `None` is "not stated"; it is never a zero.

Example:
    >>> from govmedia_rules import figures
    >>> figures.Period.parse("2024年第三季度").number
    3
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.rates import Change, print_decimal
from govmedia_rules.errors import ArgumentError


class Place(Model):
    """Where a fact stands in a text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        line: Line of the text, counted from 1.
        quote: The words themselves.
    """

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    line: int = Field(ge=1)
    quote: Short


class PartialDate(Model):
    """A date as far as it is printed: day, month, or only a day of an unnamed month.

    Attributes:
        year: Year; None when not printed and not inferred.
        month: Month 1 to 12; None when not printed.
        day: Day 1 to 31; None when the date goes by month.
        time: Time of day as printed (`10:46`); None when none is.
        inferred: Parts that the text does not print with this date and that were taken from elsewhere in it.
    """

    year: Annotated[int, Field(ge=1949, le=2199)] | None = None
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    time: Annotated[str, Field(pattern=r"^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$")] | None = None
    inferred: tuple[Literal["year", "month"], ...] = ()

    @model_validator(mode="after")
    def _is_real(self) -> PartialDate:
        if self.year is None and self.month is None and self.day is None:
            raise ValueError("a date needs at least one part")
        if self.day is not None and self.month is not None:
            date(self.year or 2000, self.month, self.day)
        return self

    @property
    def value(self) -> date | None:
        """The calendar day; None unless year, month and day are all known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    def after(self, other: PartialDate | None) -> date | None:
        """Return the calendar day, the year taken from a date before it where none is printed; None where it stays open."""
        if self.value is not None or self.month is None or self.day is None or other is None or other.year is None:
            return self.value
        is_next_year = other.month is not None and (self.month, self.day) < (other.month, other.day or 1)
        year = other.year + is_next_year
        return date(year, self.month, self.day) if self.day <= calendar.monthrange(year, self.month)[1] else None

    def first(self) -> date | None:
        """Return the first day it may mean; None without a year."""
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    def last(self) -> date | None:
        """Return the last day it may mean; None without a year."""
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def text(self) -> str:
        """Return the date in Chinese print: `2020年2月`, `8月27日`."""
        parts = ((self.year, "年"), (self.month, "月"), (self.day, "日"))
        return "".join(f"{value}{unit}" for value, unit in parts if value is not None)

    def __str__(self) -> str:
        whole = self.value
        return whole.isoformat() if whole else self.text()


class DateSpan(Model):
    """A span between two printed dates, both included."""

    start: PartialDate
    end: PartialDate

    @model_validator(mode="after")
    def _runs_forward(self) -> DateSpan:
        first, last = self.start.first(), self.end.last()
        if first is not None and last is not None and last < first:
            raise ValueError(f"the span {self.text()} ends before it begins")
        return self

    def text(self) -> str:
        """Return the span in Chinese print."""
        return f"{self.start.text()}—{self.end.text()}"


PeriodKind = Literal["year", "half", "quarter", "month", "round"]
_NUMERALS = "一二三四五六七八九十"
_PERIODS: tuple[tuple[PeriodKind, re.Pattern[str]], ...] = (
    ("quarter", re.compile(r"(?:([0-9]{4})年(?:度|全年)?)?第?([一二三四1-4])季度?(?:度|末)?")),
    ("half", re.compile(r"(?:([0-9]{4})年(?:度)?)?(上|下)半年")),
    ("round", re.compile(r"(?:([0-9]{4})年(?:度)?)?第([一二三四五六七八九十]|[0-9]{1,2})(?:次|轮|期|批)")),
    ("month", re.compile(r"(?:([0-9]{4})年|(?<![0-9年])(?=[0-9]{1,2}月份))([0-9]{1,2})月(?!份?[0-9]{1,2}[日号])份?")),
    ("year", re.compile(r"([0-9]{4})年(?:度|全年)?()")),
)


class Period(Model):
    """The period a round of inspection is counted for; it need not be the time of the inspection.

    Attributes:
        kind: year, half (half-year), quarter, month, or round (a numbered check).
        year: Year; None when the text does not say.
        number: Quarter 1 to 4, half 1 or 2, month 1 to 12, number of the round; None for a whole year.
    """

    kind: PeriodKind
    year: Annotated[int, Field(ge=1949, le=2199)] | None = None
    number: Annotated[int, Field(ge=1, le=99)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Period:
        most = {"year": 0, "half": 2, "quarter": 4, "month": 12, "round": 99}[self.kind]
        if (self.number is None) != (self.kind == "year") or (self.number or 0) > most:
            raise ValueError(f"a {self.kind} cannot have the number {self.number}")
        return self

    @classmethod
    def find(cls, text: str) -> tuple[Period, int, int] | None:
        """Return the first period in Chinese `text`, the most precise kind first, with its offsets; None when there is none."""
        for kind, pattern in _PERIODS:
            match = pattern.search(text)
            if match is None:
                continue
            year, number = match.group(1), match.group(2)
            if number in ("上", "下"):
                count: int | None = 1 if number == "上" else 2
            else:
                count = None if not number else int(number) if number.isdigit() else _NUMERALS.index(number) + 1
            try:
                return cls(kind=kind, year=int(year) if year else None, number=count), match.start(), match.end()
            except ValueError:  # 第0次, 0001年
                continue
        return None

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period (`2024年第三季度`, `2020年上半年`, `2019年第二次`, `2020年11月`, `2020年`).

        Raises:
            ValueError: No period in it.
        """
        period = cls.find(text)
        if period is None:
            hint, hint_zh = "write 2024年第三季度, 2024年8月", "写作 2024年第三季度、2024年8月"
            raise ArgumentError(f"{text!r} names no period", None, hint, f"{text!r} 不是期间", hint_zh)
        return period[0]

    def span(self) -> DateSpan | None:
        """Return the first and last day by calendar; None for a numbered round or when the year is not known."""
        months = {"year": 12, "half": 6, "quarter": 3, "month": 1}.get(self.kind)
        if months is None or self.year is None:
            return None
        first = ((self.number or 1) - 1) * months + 1
        end = PartialDate(year=self.year, month=first + months - 1).last()
        assert end is not None
        return DateSpan(
            start=PartialDate(year=self.year, month=first, day=1), end=PartialDate(year=self.year, month=end.month, day=end.day)
        )

    def previous(self) -> Period | None:
        """Return the period before, as 环比 compares; None when it cannot be determined."""
        most = {"half": 2, "quarter": 4, "month": 12}.get(self.kind)
        if self.kind == "year":
            return None if self.year is None else self.model_copy(update={"year": self.year - 1})
        assert self.number is not None
        if self.number > 1:
            return self.model_copy(update={"number": self.number - 1})
        if most is None or self.year is None:
            return None
        return self.model_copy(update={"year": self.year - 1, "number": most})

    def year_before(self) -> Period | None:
        """Return the same period of the year before, as 同比 compares; None without a year."""
        return None if self.year is None else self.model_copy(update={"year": self.year - 1})

    def text(self) -> str:
        """Return the period in Chinese print: `2020年第一季度`."""
        year = "" if self.year is None else f"{self.year}年"
        if self.kind == "year":
            return f"{year}度" if year else "年度"
        assert self.number is not None
        numeral = _NUMERALS[self.number - 1] if self.number <= 10 else str(self.number)
        if self.kind == "half":
            return f"{year}{'上' if self.number == 1 else '下'}半年"
        return (
            f"{year}第{numeral}季度"
            if self.kind == "quarter"
            else f"{year}{self.number}月"
            if self.kind == "month"
            else f"{year}第{numeral}次"
        )


Bound = Literal["exact", "about", "nearly", "more_than", "at_least", "less_than"]
"""How a figure is meant: exactly, 约, 近, 超过, …以上, 不足."""


class Count(Model):
    """A whole number that was counted."""

    value: int = Field(ge=0)
    bound: Bound = "exact"
    place: Place | None = None


OutcomeKind = Literal["passed", "failed", "basically_passed", "closing", "closed", "unreported", "other"]


class Outcome(Model):
    """How many units ended in one way.

    Attributes:
        kind: passed 合格, failed 不合格 or 存在突出问题, basically_passed 基本合格, closing 正在注销, closed 已注销,
            unreported 未报备, other.
        label: The outcome as printed.
        count: How many.
        note: What is added about them (`问题已整改`); None when nothing is.
    """

    kind: OutcomeKind
    label: Name
    count: Count
    note: Short | None = None


RateKind = Literal["pass", "failure_share", "coverage", "completion", "share", "score_share", "other"]
ComparisonBasis = Literal["year_on_year", "period_on_period", "other"]


class PeriodComparison(Model):
    """A printed difference to an earlier period.

    Attributes:
        basis: year_on_year 同比, period_on_period 环比, or other.
        change: Direction and size in percentage points.
        unit: The unit as printed; many notices print `%` where percentage points are meant.
        place: Where it stands.
    """

    basis: ComparisonBasis
    change: Change
    unit: Short = "个百分点"
    place: Place | None = None


class Rate(Model):
    """A printed share.

    Attributes:
        kind: pass 合格率, failure_share 不合格占比, coverage 覆盖率 or 抽查率, completion 办结率, share (of a kind of fault,
            of a population), score_share, other.
        label: Its name as printed (`总体合格率`).
        figure: The percentage with the places it was printed with; None for words such as 绝大多数.
        text: As printed.
        bound: Whether the figure is exact or only a bound.
        of: What the base is, where the sentence says so (`门户网站`).
        comparisons: Differences printed with it.
        place: Where it stands.
    """

    kind: RateKind
    label: Short = ""
    figure: Decimal | None = Field(default=None, ge=0)
    text: Short = ""
    bound: Bound = "exact"
    of: Short | None = None
    comparisons: tuple[PeriodComparison, ...] = ()
    place: Place | None = None

    def before(self, basis: ComparisonBasis) -> Decimal | None:
        """Return the earlier rate that a printed difference implies; None when none is printed."""
        for comparison in self.comparisons:
            if comparison.basis == basis and self.figure is not None:
                return comparison.change.before(self.figure)
        return None

    def print(self) -> str:
        """Return the percentage in print; the words where there is no figure."""
        return self.text if self.figure is None else f"{print_decimal(self.figure)}%"


CountedSubject = Literal["site", "account", "column", "item", "letter", "request", "unit", "other"]
Measure = Literal["running", "registered", "total", "inspected"]


class Tally(Model):
    """Counts of one population or of one part of it.

    Attributes:
        subject: What is counted.
        label: The population as printed (`省政府部门网站`).
        running: 运行 units; None when not stated.
        registered: Units in the reporting system (登记, 纳入监管); None when not stated.
        total: Units where neither word is used (共 … 家); None when not stated.
        inspected: Units that were looked at (抽查, 检查, 监测); None when not stated.
        outcomes: How the inspected units ended; () when nothing is stated.
        rates: Shares printed of them.
    """

    subject: CountedSubject
    label: Short = ""
    running: Count | None = None
    registered: Count | None = None
    total: Count | None = None
    inspected: Count | None = None
    outcomes: tuple[Outcome, ...] = ()
    rates: tuple[Rate, ...] = ()

    def outcome(self, kind: OutcomeKind) -> int | None:
        """Return how many units ended in this way; None when that is not stated."""
        for outcome in self.outcomes:
            if outcome.kind == kind:
                return outcome.count.value
        return None

    @property
    def passed(self) -> int | None:
        """合格; None when not stated."""
        return self.outcome("passed")

    @property
    def failed(self) -> int | None:
        """不合格 or 存在突出问题; None when not stated."""
        return self.outcome("failed")

    @property
    def population(self) -> int | None:
        """Units there are: running, else registered, else the plain total; None when none is stated."""
        for count in (self.running, self.registered, self.total):
            if count is not None:
                return count.value
        return None

    @property
    def base(self) -> int | None:
        """Units a pass rate counts against: those inspected, else all; None when neither is stated."""
        return self.inspected.value if self.inspected is not None else self.population

    def rate(self, kind: RateKind) -> Rate | None:
        """Return the first printed rate of this kind; None when there is none."""
        return next((rate for rate in self.rates if rate.kind == kind), None)


Dimension = Literal["level", "platform", "owner", "region", "other"]


class Group(Tally):
    """A part of a population.

    Attributes:
        dimension: What the population is divided by.
        key: Id in the vocabulary of levels or platforms; None when it has no word for the label.
        measure: Which total of the population its own total is a part of.
    """

    dimension: Dimension = "other"
    key: Short | None = None
    measure: Measure | None = None


class InspectedPopulation(Tally):
    """All units of one kind that one body inspected.

    Attributes:
        scope: Who looked, or at what, where a notice counts several (`各县(区)检查`); "" for the main one.
        count_basis: Which list counts and what is left out (`不含已注销账号`); None when not stated.
        stage: Stage of the result where it is named (检查复核结果); None when not stated.
        method: How was inspected, where the sentence says so (第三方检测机构); None when not stated.
        extent: full 全覆盖, sampled 抽查; None when the words do not tell.
        restated: Outcomes that the text states a second time, with another count.
        groups: Its parts as printed, by any dimension; they may overlap.
    """

    scope: Short = ""
    count_basis: Short | None = None
    stage: Short | None = None
    method: Short | None = None
    extent: Literal["full", "sampled"] | None = None
    restated: tuple[Outcome, ...] = ()
    groups: tuple[Group, ...] = ()

    def by(self, dimension: Dimension) -> tuple[Group, ...]:
        """Return parts by one dimension, in the order of the text."""
        return tuple(group for group in self.groups if group.dimension == dimension)
