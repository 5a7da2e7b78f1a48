"""Read the labels of counts and names: numbers, levels of bodies, platforms."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, cast

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.figures import Bound, CountedSubject, OutcomeKind
from govmedia_rules.notices.outline import notice_words
from govmedia_rules.subjects.vocabulary import subject_vocabulary

_ZH_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}


def printed_number(text: str) -> int:
    """Return the whole number of `4,219` or `二十三`."""
    if text[0].isdigit():
        return int(text.replace(",", ""))
    total, digit = 0, 0
    for character in text:
        if character in _ZH_DIGITS:
            digit = _ZH_DIGITS[character]
        else:
            scale = {"十": 10, "百": 100}[character]
            total += (digit or 1) * scale
            digit = 0
    return total + digit


def level_of(label: str) -> str | None:
    """Return id of the level that a label of sites or owners means; None when none is meant."""
    for level, *spellings in notice_words()["levels"]["order"]:
        if any(spelling in label for spelling in spellings):
            return str(level)
    return None


@cache
def _platform_pattern() -> re.Pattern[str]:
    terms = subject_vocabulary("platform")
    spelt = {s for term in terms.values() if term.id != "other" for s in (term.title, *term.aliases)}
    return re.compile(any_of(sorted(spelt | {"政务头条", "政务APP"})), re.IGNORECASE)


def platform_of_label(label: str) -> tuple[str, str] | None:
    """Return id and spelling of the platform a label names, the longest spelling first; None when it names none."""
    match = _platform_pattern().search(label)
    if match is None or (match.group() == "视频号" and label[: match.start()].endswith("短")):
        # 短视频号 is a class of platforms, no platform.
        return None
    term = subject_vocabulary("platform").find(match.group()) or subject_vocabulary("platform").find(
        match.group().removeprefix("政务")
    )
    return (term.id, match.group()) if term is not None else None


OUTCOMES: tuple[OutcomeKind, ...] = ("closing", "basically_passed", "failed", "passed", "closed", "unreported", "other")


@cache
def counting_words() -> dict[str, Any]:
    """Return the vocabulary of counting."""
    return cast("dict[str, Any]", notice_words()["counting"])


@cache
def nouns() -> re.Pattern[str]:
    """Return a pattern for the nouns of what is counted, one named group a kind."""
    kinds = ("accounts", "sites", "letters", "requests", "items", "units")
    return re.compile("|".join(f"(?P<{kind}>{any_of(counting_words()[kind])})" for kind in kinds))


SUBJECT_OF: dict[str, CountedSubject] = {
    "accounts": "account",
    "sites": "site",
    "letters": "letter",
    "requests": "request",
    "items": "item",
    "units": "unit",
}


PERCENT = re.compile(
    r"(?P<before>超过|逾|多于|高于|大于|约|大约|近|接近|将近|不足|低于|不到|少于|小于|至少|不低于)?"
    r"(?P<figure>[0-9]{1,3}(?:\.[0-9]{1,4})?)%(?P<after>以上|左右|以下)?"
)


def bound_of(before: str | None, after: str | None) -> Bound:
    """Return the bound that the words before and after a figure tell (超过, 以上)."""
    for word in (before, after):
        if word:
            for kind, terms in notice_words()["bounds"].items():
                if word in terms:
                    return cast("Bound", kind)
    return "exact"


TIME = re.compile(
    r"[0-9]{4}年(?:度)?|第?[一二三四]季度|本季度|上半年|下半年|[0-9]{1,2}月(?:份|[0-9]{1,2}日)?|截至|截止|目前|此次|本次|本轮|近期|期间|期内|我们|共计"
)
FILLER = re.compile(
    r"全国|全省|全市|全县|全区|全州|我省|我市|我县|我区|我州|本省|本市|政府系统|各级|各地|现有|现|共有|共计|总计|合计|总共|一共|共|累计|正在|正常|在线|"
    r"实际|分别|其中|其余|另外|还有|包括|含|有|为|是|达到|达|计|的|对|已|被|了|经|组织|开展|完成|随机|重点|全部|全面|逐一|进行|总数|总量|数量|运维|"
    r"范围内|名单|主体|本|该|此|由|在|将|从"
)
_FILLER_END = re.compile(rf"(?:{FILLER.pattern})$")
PUNCTUATION = " 、,:“”"
_LONGEST_LABEL = 120
"""Characters before a number that may name it; the words next to it decide."""


@cache
def _label_noise() -> re.Pattern[str]:
    counting = counting_words()
    terms = [*counting["inspected"], *counting["running"], *counting["registered"], "发现", "存在", "不合格", "合格", "在运行"]
    for kind in OUTCOMES:
        terms += counting[kind]
    return re.compile(any_of(terms))


def clean_label(label: str) -> str:
    """Return a label without the words of time, measure and outcome around it."""
    # 市府办组织对全市政府门户网站: the object begins after 对.
    label = re.sub(r"^.*对(?=[全我各本辖所政网门部新0-9])", "", label)
    label = _label_noise().sub("", TIME.sub("", label[-_LONGEST_LABEL:])).strip(PUNCTUATION)
    # One word at a time: a pattern that repeats words of which some begin others can take for ever.
    while match := FILLER.match(label):
        label = label[match.end() :].lstrip(PUNCTUATION)
    while match := _FILLER_END.search(label):
        label = label[: match.start()].rstrip(PUNCTUATION)
    return label


_GENERIC = re.compile(r"(?:政府系统|政府|政务)?(?:政务)?(?:网站|新媒体|账号|政府网站|政务新媒体|新媒体账号|政务新媒体账号|站点)")


def is_generic(label: str) -> bool:
    """Return whether a label names the whole population (政府网站) rather than a part of it."""
    return not label or _GENERIC.fullmatch(label) is not None
