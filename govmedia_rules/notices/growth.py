"""Recompute growth rates that stand beside their counts (运行1200个,较上季度增加200个,增长20%)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from govmedia_rules.core.rates import places_of, print_decimal
from govmedia_rules.notices.checks import Check, details
from govmedia_rules.notices.figures import Place
from govmedia_rules.notices.model import Notice

_NUMBER = r"(?P<{name}>[0-9][0-9,]{{0,11}})(?![0-9.])(?:余)?(?:个|家|条|件|篇|次|封|万条)?"
_UP, _DOWN = "增加|新增|增长|上升|提高|多", "减少|下降|降低|缩减|压减|少"
_GROWTH = rf"(?:(?:同比|环比|较[^,。;0-9]{{1,8}})?(?:{_UP}|{_DOWN}|增幅|降幅|减幅|增长率)(?:了|率)?(?:为|达到|达)?)"
_FIGURE = r"(?P<figure>[0-9]{1,4}(?:\.[0-9]{1,4})?)%"
_BY = re.compile(
    _NUMBER.format(name="now")
    + rf"[^。;,0-9]{{0,6}},[^。;,0-9]{{0,14}}?(?P<way>{_UP}|{_DOWN})了?"
    + _NUMBER.format(name="change")
    + rf"[,、(]{_GROWTH}{_FIGURE}"
)
_THAN = re.compile(
    _NUMBER.format(name="now")
    + r"[^。;,0-9]{0,6},(?:比|较)[^。;,0-9]{0,14}"
    + _NUMBER.format(name="before")
    + rf"[^。;,0-9]{{0,4}}(?P<way>{_UP}|{_DOWN})了?"
    + _NUMBER.format(name="change")
    + rf"[,、(]{_GROWTH}{_FIGURE}"
)
_FROM_TO = re.compile(
    r"(?:由|从)[^。;,0-9]{0,10}"
    + _NUMBER.format(name="before")
    + rf"[^。;,0-9]{{0,4}}(?P<way>{_UP}|{_DOWN})(?:到|至|为)[^。;,0-9]{{0,6}}"
    + _NUMBER.format(name="now")
    + rf"[^。;0-9]{{0,4}}{_GROWTH}{_FIGURE}"
)


_LONGEST_LINE = 20_000
"""Characters of a line that are searched, so that a made-up line does not take for ever."""


def check_growth(notice: Notice) -> Iterator[Check]:
    """Yield one check for each growth rate with both counts beside it."""
    start = 0
    for number, line in enumerate(notice.text.split("\n"), 1):
        for pattern in (_BY, _THAN, _FROM_TO):
            for match in pattern.finditer(line[:_LONGEST_LINE]):
                quote = match.group()
                place = Place(start=start + match.start(), end=start + match.end(), line=number, quote=quote[:300])
                yield from _check(match, place)
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
