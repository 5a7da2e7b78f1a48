"""Recompute what a sentence says was done with letters (收到留言210条,办结207条,办结率98.6%)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from govmedia_rules.notices.checks import Check, check_rate, part_above_whole
from govmedia_rules.notices.figures import Place
from govmedia_rules.notices.model import Notice

_RECEIVED = re.compile(r"(?:收到|收悉|受理|接收|接办)[^。;0-9]{0,30}?(?P<number>[0-9][0-9,]{0,8})(?P<unit>[条件封])")
_COUNT = r"(?<![0-9.,])(?P<number>[0-9][0-9,]{{0,8}}){unit}"
_DONE = re.compile(
    r"(?P<label>(?:按期|按时|及时|限时)?(?:办结|答复|回复))[^,。;0-9率]{0,8}?(?P<number>[0-9][0-9,]{0,8})(?P<unit>[条件封])"
    r"(?:,(?P<rate_label>(?:按期|按时|及时|限时)?(?:办结|答复|回复))率(?:为|达|达到)?(?P<figure>[0-9]{1,3}(?:\.[0-9]{1,4})?)%)?"
)
_CARRIED = re.compile("上期|上季度|上月|上年|结转|遗留|历史|累计|存量|余[条件封]")
"""Words with which more may be answered than came in."""
_SENTENCES = re.compile("[^。;\n]{1,2000}")


def check_letters(notice: Notice) -> Iterator[Check]:
    """Yield letters answered above those that came in, and rates that the counts beside them do not give."""
    for sentence in _SENTENCES.finditer(notice.text):
        received = _RECEIVED.search(sentence.group())
        if received is None or _CARRIED.search(sentence.group()):
            continue
        unit = received["unit"]
        for done in _DONE.finditer(sentence.group(), received.end()):
            if done["unit"] != unit:
                continue
            # 收到210条,其中有效188条,办结188条; 收到留言30条、信件15条,答复45条: of any of them, or of all.
            counts = re.findall(_COUNT.format(unit=unit), sentence.group()[: done.start()])
            bases = [int(number.replace(",", "")) for number in counts]
            whole = sum(bases)
            answered = int(done["number"].replace(",", ""))
            label = f"来信{done['label']}"
            if answered > whole:
                yield part_above_whole("收到来信", answered, whole, done["label"], _place(notice, sentence, done, "number"))
            elif done["figure"] is not None and done["rate_label"] == done["label"]:
                place = _place(notice, sentence, done, "figure")
                yield check_rate(Decimal(done["figure"]), part=answered, bases=[*bases, whole], label=f"{label}率", place=place)


def _place(notice: Notice, sentence: re.Match[str], found: re.Match[str], name: str) -> Place:
    start, end = sentence.start() + found.start(name), sentence.start() + found.end(name)
    return Place(start=start, end=end, line=notice.text.count("\n", 0, start) + 1, quote=notice.text[start:end])
