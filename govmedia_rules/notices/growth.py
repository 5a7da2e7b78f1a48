"""Recompute growth that stands beside its counts (运行1200个,较上季度增加200个,增长20%; 由620个减至565个,减少55个)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from govmedia_rules.core.rates import places_of, print_decimal
from govmedia_rules.notices.checks import Check, details
from govmedia_rules.notices.figures import Place
from govmedia_rules.notices.model import Notice

_NUMBER = r"(?P<{name}>[0-9][0-9,]{{0,11}})(?![0-9.年月日])(?:余)?(?:个|家|条|件|篇|次|封|万条)?"
_UP, _DOWN = "增加|新增|增长|上升|提高|多", "减少|下降|降低|缩减|压减|少"
_GROWTH = rf"(?:(?:同比|环比|较[^,。;0-9]{{1,8}})?(?:{_UP}|{_DOWN}|增幅|降幅|减幅|增长率)(?:了|率)?(?:为|达到|达)?)"
_FIGURE = r"(?P<figure>[0-9]{1,4}(?:\.[0-9]{1,4})?)%"
_CHANGE = rf"(?P<way>{_UP}|{_DOWN})了?" + _NUMBER.format(name="change")
_THAN = _NUMBER.format(name="now") + r"[^。;,0-9]{0,6},(?:比|较)[^。;,0-9]{0,14}" + _NUMBER.format(name="before")
_FROM_TO = r"(?:由|从)[^。;,0-9]{0,10}" + _NUMBER.format(name="before") + r"[^。;,0-9]{0,6}?"
_TO = r"(?:到|至|为)[^。;,0-9]{0,6}" + _NUMBER.format(name="now")
_RATES = tuple(
    re.compile(counts + _GROWTH + _FIGURE)
    for counts in (
        _NUMBER.format(name="now") + rf"[^。;,0-9]{{0,6}},[^。;,0-9]{{0,14}}?{_CHANGE}[,、(]",
        rf"{_THAN}[^。;,0-9]{{0,4}}{_CHANGE}[,、(]",
        rf"{_FROM_TO}(?P<way>{_UP}|{_DOWN}){_TO}[^。;0-9]{{0,4}}",
    )
)
"""A growth rate beside two of the counts before, now and their difference."""
_RATE = r"(?P<{name}>[0-9]{{1,3}}(?:\.[0-9]{{1,4}})?)%[^。;,0-9]{{0,6}}"
_DIFFERENCES = (
    re.compile(rf"{_THAN}(?!%)[^。;,0-9]{{0,4}}{_CHANGE}(?!%|百分点|[0-9.])"),
    re.compile(rf"{_FROM_TO}(?:{_UP}|{_DOWN}|[增减降升])?{_TO},(?:共|合计)?{_CHANGE}(?!%|百分点|[0-9.])"),
    re.compile(
        _RATE.format(name="now")
        + r",(?:比|较)[^。;,0-9]{0,14}"
        + _RATE.format(name="before")
        + rf"(?P<way>{_UP}|{_DOWN})了?(?P<change>[0-9]{{1,2}}(?:\.[0-9]{{1,4}})?)个百分点"
    ),
)
"""All three figures, whatever rate follows (检查88个,比上季度的82个增加6个; 96.7%,比上季度的93.8%提高2.9个百分点)."""


_LONGEST_LINE = 20_000
"""Characters of a line that are searched, so that a made-up line does not take for ever."""


def check_growth(notice: Notice) -> Iterator[Check]:
    """Yield one check for each growth rate with both counts beside it, and for each difference between two counts."""
    start = 0
    for number, line in enumerate(notice.text.split("\n"), 1):
        for check, patterns in ((_check, _RATES), (_check_difference, _DIFFERENCES)):
            for match in (match for pattern in patterns for match in pattern.finditer(line[:_LONGEST_LINE])):
                quote = match.group()
                place = Place(start=start + match.start(), end=start + match.end(), line=number, quote=quote[:300])
                yield from check(match, place)
        start += len(line) + 1


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


def _prints(figure: Decimal, change: int, base: int) -> bool:
    """Whether `change` of `base` is printed as `figure`, half up or cut off; a growth may be above 100 %."""
    full = 100 * 10 ** places_of(figure)
    scaled = int(figure.scaleb(places_of(figure)))
    return scaled in ((2 * full * change + base) // (2 * base), full * change // base)


def _check(match: re.Match[str], place: Place) -> Iterator[Check]:
    parts = match.groupdict()
    now, figure = _whole(parts["now"]), Decimal(parts["figure"])
    is_up = re.fullmatch(_UP, parts["way"]) is not None
    before = _whole(parts["before"]) if parts.get("before") else now - _whole(parts["change"]) * (1 if is_up else -1)
    change = abs(now - before)
    if before <= 0 or is_up != (now >= before):
        return
    places = max(2, places_of(figure))
    exact = Decimal((2 * 100 * 10**places * change + before) // (2 * before)).scaleb(-places)
    agrees = _prints(figure, change, before)
    reason = "growth_agrees" if agrees else "growth_wrong_base" if now and _prints(figure, change, now) else "growth_differs"
    yield Check(
        kind="growth",
        outcome="agrees" if agrees else "contradicts",
        reason=reason,
        label=place.quote.removesuffix(f"{parts['figure']}%")[:60],
        stated=f"{parts['figure']}%",
        computed=f"{print_decimal(exact)}%",
        details=details(before=before, now=now),
        place=place,
    )


def _check_difference(match: re.Match[str], place: Place) -> Iterator[Check]:
    now, before, change = (Decimal(match[name].replace(",", "")) for name in ("now", "before", "change"))
    difference = now - before if re.fullmatch(_UP, match["way"]) else before - now
    # Rates were each rounded to what is printed, so that their difference may be off by one in the last place.
    places = min(map(places_of, (now, before, change)))
    agrees = abs(difference - change) <= (Decimal(1).scaleb(-places) if "%" in place.quote else 0)
    yield Check(
        kind="growth",
        outcome="agrees" if agrees else "contradicts",
        reason="growth_agrees" if agrees else "growth_differs",
        label=place.quote[: match.start("change") - match.start()][:60],
        stated=str(change),
        computed=str(difference),
        details=details(before=print_decimal(before), now=print_decimal(now)),
        place=place,
    )
