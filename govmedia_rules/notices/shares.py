"""Read shares that are no exact rate: 超过60%的门户网站, 绝大多数单位, 三成以上的账号."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import cast

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.figures import Bound, Rate
from govmedia_rules.notices.labels import PERCENT, bound_of, printed_number
from govmedia_rules.notices.outline import NoticeText, notice_words


def vague_share(text: str, start: int, page: NoticeText) -> Iterator[Rate]:
    """Yield shares in words or as a bound (超过60%的门户网站, 绝大多数门户网站): a bound on a count, never an exact rate."""
    table: dict[str, list[str]] = notice_words()["vague"]
    noun = r"(?P<of>[^,。;、“”()0-9]{0,14}?(?:门户网站|政府网站|部门网站|网站|政务新媒体|新媒体|单位|部门|栏目|账号|地区))"
    for match in re.finditer(rf"(?P<words>{any_of(list(table))})的?{noun}", text):
        bound, fraction = table[match.group("words")]
        figure = Decimal(int(100 * Fraction(fraction))) if fraction and (100 * Fraction(fraction)).denominator == 1 else None
        yield Rate(
            kind="share",
            figure=figure,
            text=match.group("words"),
            bound=cast("Bound", bound),
            of=match.group("of"),
            place=page.place(start + match.start(), start + match.end()),
        )
    tenths = r"(?P<before>超过|逾|近|约|不足|不到)?(?P<n>[一二三四五六七八九])成(?P<more>以上|左右|多)?"
    for match in re.finditer(rf"{tenths}的?{noun}", text):
        yield Rate(
            kind="share",
            figure=Decimal(10 * printed_number(match.group("n"))),
            text=text[match.start() : match.start("of")].rstrip("的"),
            bound="more_than" if match.group("more") == "多" else bound_of(match.group("before"), match.group("more")),
            of=match.group("of"),
            place=page.place(start + match.start(), start + match.end()),
        )
    for match in re.finditer(rf"{PERCENT.pattern}的?{noun}", text):
        bound_here = bound_of(match.group("before"), match.group("after"))
        yield Rate(
            kind="share",
            figure=Decimal(match.group("figure")),
            text=text[match.start() : match.start("of")].rstrip("的"),
            bound=bound_here,
            of=match.group("of"),
            place=page.place(start + match.start(), start + match.end()),
        )
