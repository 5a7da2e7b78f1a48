"""Exact shares and how a notice prints them: rounding policies, differences in percentage points, hidden counts.

A rate is a pair of whole numbers. It stays one until it is printed; no float is ever made. A notice chooses one of
three policies and the decimal places:

- `half_up`: to the nearest printed figure, an exact half goes up (1/8 is 13 %);
- `truncation`: further digits are cut off;
- `capped`: half up, but never 100 while anything is missing and never 0 while anything exists. It is the only one
  that gives every figure of 云政办函〔2022〕77号, where 2943 of 2944 is printed 99.9 %.

The other way round, a printed figure and its base tell which whole counts it can have come from.

Example:
    >>> from govmedia_rules import rates
    >>> rates.percent(271, 276, places=1)
    Decimal('98.2')
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from pydantic import Field

from govmedia_rules.core.model import Model
from govmedia_rules.errors import ArgumentError

MAX_PLACES = 6
"""Most decimal places a figure may have."""


class Policy(StrEnum):
    """How a share becomes a printed percentage."""

    HALF_UP = "half_up"
    TRUNCATION = "truncation"
    CAPPED = "capped"

    @property
    def words(self) -> str:
        """The policy in Chinese."""
        return {"half_up": "四舍五入", "truncation": "截尾", "capped": "四舍五入且不满不进百"}[self.value]


def places_of(figure: Decimal) -> int:
    """Decimal places a figure was printed with: 2 for `98.30`, 0 for `6`.

    Raises:
        ValueError: NaN or infinite.
    """
    exponent = figure.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ArgumentError(f"{figure} is not a finite number", zh=f"{figure} 不是有限的数")
    return max(0, -exponent)


def _checked(part: int, whole: int, places: int) -> None:
    if whole <= 0:
        raise ArgumentError(f"a share needs a base above 0, not {whole}", zh=f"比例的总数应大于 0，不是 {whole}")
    if not 0 <= part <= whole:
        raise ArgumentError(f"{part} of {whole} is not a share", zh=f"{whole} 个中的 {part} 个不成比例")
    if not 0 <= places <= MAX_PLACES:
        zh = f"小数位数 places 应为 0 至 {MAX_PLACES}，不是 {places}"
        raise ArgumentError(f"places must be 0 to {MAX_PLACES}, not {places}", zh=zh)


def percent(part: int, whole: int, *, places: int, policy: Policy = Policy.HALF_UP) -> Decimal:
    """Return the percentage of `part` in `whole` as a notice prints it, with exactly `places` decimal places.

    Args:
        part: Units counted, 0 to `whole`.
        whole: Base, above 0.
        places: Decimal places of the percentage, 0 to 6.
        policy: Rounding policy.

    Raises:
        ValueError: No base, a part outside it, or places out of range.
    """
    _checked(part, whole, places)
    full = 100 * 10**places
    scaled = full * part // whole if policy is Policy.TRUNCATION else (2 * full * part + whole) // (2 * whole)
    if policy is Policy.CAPPED:
        if part < whole:
            scaled = min(scaled, full - 1)
        if part > 0:
            scaled = max(scaled, 1)
    return Decimal(scaled).scaleb(-places)


def policies_giving(figure: Decimal, part: int, whole: int) -> tuple[Policy, ...]:
    """Return the policies under which `part` of `whole` is printed as `figure` (its own decimal places are used)."""
    places = places_of(figure)
    return tuple(policy for policy in Policy if percent(part, whole, places=places, policy=policy) == figure)


def whole_counts(figure: Decimal, whole: int, *, policy: Policy = Policy.HALF_UP) -> range:
    """All counts that are printed as `figure` when the base is `whole`; empty when none is.

    Args:
        figure: The printed percentage with the places it was printed with.
        whole: Base, above 0.
        policy: Rounding policy.
    """
    places = places_of(figure)
    _checked(0, whole, places)
    full = 100 * 10**places
    scaled = int(figure.scaleb(places))
    if policy is Policy.TRUNCATION:
        low, high = -(-scaled * whole // full), -(-(scaled + 1) * whole // full)
    else:
        low, high = -(-(2 * scaled - 1) * whole // (2 * full)), -(-(2 * scaled + 1) * whole // (2 * full))
        if policy is Policy.CAPPED:
            if scaled == full:
                low = whole
            elif scaled == full - 1:
                high = whole
            if scaled == 0:
                high = min(high, 1)
            elif scaled == 1:
                low = 1
    return range(max(low, 0), max(min(high, whole + 1), low, 0))


def bases(figure: Decimal, part: int, *, of_rest: bool = False, policy: Policy = Policy.HALF_UP, limit: int = 10_000_000) -> range:
    """All bases up to `limit` for which the figure is printed: how big was the whole, when only a part and its share are known.

    Args:
        figure: The printed percentage.
        part: The known count, at least 1.
        of_rest: True when `part` is what is left out of the figure (57 failed, a pass rate of 84.27 %).
        policy: Rounding policy.
        limit: Largest base looked at.
    """
    if part < 1:
        raise ArgumentError("a base can only be found from a part of at least 1", zh="部分至少为 1 才能推出总数")

    def printed(whole: int) -> Decimal:
        return percent(whole - part if of_rest else part, whole, places=places_of(figure), policy=policy)

    # The figure rises (of_rest) or falls with the base, never both, so both ends are found by halving.
    def first(reached: Literal["at", "past"]) -> int:
        low, high = part, limit + 1
        while low < high:
            middle = (low + high) // 2
            value = printed(middle)
            beyond = value > figure if of_rest else value < figure
            if beyond or (reached == "at" and value == figure):
                high = middle
            else:
                low = middle + 1
        return low

    return range(first("at"), first("past"))


def counts_at_least(share: Fraction, whole: int) -> int:
    """Return the smallest count that is at least `share` of `whole`."""
    return -int(-(share * whole) // 1)


_FIGURE = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,6})?\Z")


def read_figure(text: str) -> Decimal:
    """Read a printed percentage (`98.94%`, `100`), keeping its places.

    Raises:
        ValueError: Not a plain decimal number; blanks and commas inside are refused rather than guessed at.
    """
    digits = text.strip().removesuffix("%").rstrip()
    if not _FIGURE.match(digits):
        raise ArgumentError(f"{text!r} is not a percentage", zh=f"{text!r} 不是百分数")
    return Decimal(digits)


class Rounding(Model):
    """How one notice prints its rates.

    Attributes:
        policy: Rounding policy.
        places: Decimal places, 0 to 6.
        trim: Whether trailing zeros are left out (`6%` instead of `6.00%`).
    """

    policy: Policy = Policy.CAPPED
    places: int = Field(default=2, ge=0, le=MAX_PLACES)
    trim: bool = True

    def figure(self, part: int, whole: int) -> Decimal | None:
        """Return the printed percentage; None when the base is 0, because nothing has no rate."""
        return None if whole == 0 else percent(part, whole, places=self.places, policy=self.policy)

    def text(self, part: int, whole: int) -> str | None:
        """Return the percentage in print (`98.94%`); None when the base is 0."""
        figure = self.figure(part, whole)
        return None if figure is None else f"{print_decimal(figure, trim=self.trim)}%"


def print_decimal(figure: Decimal, *, trim: bool = False) -> str:
    """Return a decimal in plain digits, never with an exponent; `trim` drops zeros after the point."""
    digits = f"{figure:f}"
    return digits.rstrip("0").rstrip(".") if trim and "." in digits else digits


ChangeState = Literal["none", "not_comparable", "up", "down", "same"]


class Change(Model):
    """A difference between two printed rates, in percentage points.

    Attributes:
        state: `none` when there is no earlier value, `not_comparable` when there is one on another footing,
            else `up`, `down` or `same`. No earlier value is never a difference of 0.
        points: Size of the difference in percentage points, never negative; None for `none` and `not_comparable`.
    """

    state: ChangeState
    points: Decimal | None = Field(default=None, ge=0)

    @classmethod
    def between(cls, now: Decimal, before: Decimal | None, *, comparable: bool = True) -> Change:
        """Return the change from `before` to `now`, both as printed; exact, with the finer places of the two."""
        if before is None:
            return cls(state="none")
        if not comparable:
            return cls(state="not_comparable")
        points = abs(now - before)
        return cls(state="same" if not points else "up" if now > before else "down", points=points)

    def before(self, now: Decimal) -> Decimal | None:
        """Return the earlier rate that this change and the rate `now` imply; None when nothing can be said."""
        if self.points is None:
            return None
        return now - self.points if self.state == "up" else now + self.points if self.state == "down" else now

    def text(self, lang: str = "zh", *, unit: str = "个百分点") -> str:
        """Return the change in words: `上升1.33个百分点`, `持平`, `无上期数据`."""
        points = "" if self.points is None else print_decimal(self.points)
        if lang == "zh":
            words = {"none": "无上期数据", "not_comparable": "不可比", "up": "上升", "down": "下降", "same": "持平"}
            return words[self.state] + (f"{points}{unit}" if self.state in ("up", "down") else "")
        words = {
            "none": "no earlier value",
            "not_comparable": "not comparable",
            "up": "up",
            "down": "down",
            "same": "unchanged",
        }
        return words[self.state] + (f" {points} percentage points" if self.state in ("up", "down") else "")
