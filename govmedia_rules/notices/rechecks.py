"""Read what a notice says about the failures of the round before: which were put right, and which were not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from govmedia_rules.notices.figures import Period
from govmedia_rules.notices.mentions import find_mentions, is_bare_name, is_quoted_name, kind_named
from govmedia_rules.notices.model import Kind, Named, ReportedRecheck
from govmedia_rules.notices.outline import Line, NoticeText, clauses, sentences_of

Result = Literal["all_rectified", "all_but_named", "announced", "other"]

_EARLIER = re.compile("上季度|上一季度|上个季度|上期|上次|上一次|上一期|上轮|上月|上半年|去年|上年|前期|此前")
_AGAIN = re.compile("复查|整改|回头看|复核")
_ASKED = re.compile("(?:^|[,;])(?:[^,;]{0,8}?(?:要(?![求闻素])|请(?!示)|务必|必须|应当|须))")
_OPEN = re.compile(
    "(?:尚|仍|还|至今|依然|依旧|均|都|暂)?(?:未(?!发现|出现)|没有|没能)[^,;]{0,8}?(?:整改|到位|完成|落实|修复|解决|更新|恢复|答复|回复)|整改(?:仍|还)?不(?:到位|彻底|力)|"
    "仍(?:然)?(?:存在|有|不|无|出现)|依然|依旧|反弹|(?:再次|又|重新)出现|屡改屡犯|整改后又"
)
_DONE = re.compile(
    "(?:均|都|全部|已|完成)[^,;未]{0,8}?(?:整改|落实|到位|更新|恢复|完成)|整改(?:到位|完毕|完成)|整改率(?:为|达到|达)?100%"
)
_BUT = re.compile("除(?P<but>[^;。]{2,200}?)(?:外|以外|之外)")
_QUOTED = re.compile('[“「"](?P<name>[^“”「」"]{1,40})[”」"]')
_NOT_SEEN = re.compile("未再检查|未复查|未再抽查|暂未检查")


def read_recheck(lines: Iterable[Line], page: NoticeText, *, under_heading: frozenset[int] = frozenset()) -> ReportedRecheck | None:
    """Return the statement on the failures of the period before; None where there is none.

    Args:
        lines: Paragraphs that may say it.
        page: The page, for places.
        under_heading: Offsets of the paragraphs whose heading is about the round before.
    """
    for line in lines:
        parts = list(sentences_of(line))
        for i, sentence in enumerate(parts):
            if not _is_about(sentence.text, under_heading=line.start in under_heading):
                continue
            end = i + 1
            while end < len(parts) and re.search("^(?:其中|但|截至|目前|经复查)|仍|整改|反弹", parts[end].text):
                if _ASKED.search(parts[end].text):
                    break
                end += 1
            return _recheck(parts[i:end], page)
    return None


def is_of_round_before(title: str) -> bool:
    """Return whether a heading announces the failures of the round before (上季度问题整改情况)."""
    is_earlier = _EARLIER.search(title) is not None or Period.find(title) is not None
    return is_earlier and _AGAIN.search(title) is not None


def _is_about(text: str, *, under_heading: bool) -> bool:
    period = Period.find(text)
    after = text[period[2] :] if period is not None else ""
    earlier = under_heading or _EARLIER.search(text) or (period is not None and re.search("通报|发现|不合格|指出", after))
    about = under_heading or re.search("不合格|突出问题|问题|通报", text)
    again = _AGAIN.search(text) or (under_heading and _NOT_SEEN.search(text))
    return bool(earlier and about and again) and not _ASKED.search(text)


def _recheck(said: list[Line], page: NoticeText) -> ReportedRecheck:
    first, text = said[0], "。".join(sentence.text for sentence in said)
    period = Period.find(first.text)
    is_open = False
    named: dict[tuple[str, str | None], Named] = {}
    for sentence in said:
        for part in _left_open(sentence):
            is_open = True
            named.update((name.key, name) for name in _names(part, page, kind_named(part.text) or kind_named(sentence.text)))
    return ReportedRecheck(
        period=period[0] if period else None,
        text=text,
        result=_result(text, is_open=is_open),
        not_rectified=tuple(named.values()),
        place=page.place(first.start, said[-1].end),
    )


def _result(text: str, *, is_open: bool) -> Result:
    if is_open:
        return (
            "all_but_named" if _BUT.search(text) or re.search("(?:其余|其他|其它)[^,;]{0,12}(?:均|都|全部|已)", text) else "other"
        )
    if _NOT_SEEN.search(text):
        return "other"
    if _DONE.search(text):
        return "all_rectified"
    return "announced" if re.search("(?:进行|开展)了?[^,]{0,10}(?:复查|复核|回头看)", text) else "other"


def _left_open(sentence: Line) -> Iterator[Line]:
    """Yield the stretches that say of whom something is still wrong: 除…外 before 均已整改, or a clause of its own."""
    text = sentence.text
    but = _BUT.search(text)
    if but is not None and (_DONE.search(text, but.end()) or _OPEN.search(but["but"])):
        yield Line(sentence.number, sentence.start + but.start("but"), but["but"])
    pending: Line | None = None
    for clause in clauses(sentence):
        low, high = clause.start - sentence.start, clause.end - sentence.start
        if but is not None and low < but.end() and high > but.start():
            continue
        if _OPEN.search(clause.text):
            start = pending.start if pending is not None else clause.start
            yield Line(sentence.number, start, text[start - sentence.start : high])
            pending = None
        else:
            # 甲网、乙网等2个网站,至今未整改: a clause of names alone waits for its predicate.
            is_bare = _QUOTED.search(clause.text) is not None and not _DONE.search(clause.text) and not _EARLIER.search(clause.text)
            pending = (pending or clause) if is_bare else None


def _names(part: Line, page: NoticeText, kind: Kind | None) -> Iterator[Named]:
    mentioned = [name for group in find_mentions(part.text, part.start, page, kind) for name in group.names]
    yield from mentioned
    known = {name.name for name in mentioned}
    for match in _QUOTED.finditer(part.text):
        # “甲”整改后又出现问题: no word beside the name tells what it is.
        name, rest = match["name"], part.text[match.end() :]
        if name not in known and (len(name) == 1 or is_quoted_name(name, rest)):
            known.add(name)
            yield Named(name=name, kind=kind, place=page.place(part.start + match.start(), part.start + match.end()))
    if known:
        return
    listed = re.sub("(?:等[0-9]*[个家]?.*|(?:尚|仍|还)?(?:未|没).*)$", "", part.text)
    for match in re.finditer("[^、和及,]+", listed):
        if is_bare_name(match.group()):
            at = part.start + match.start()
            yield Named(name=match.group(), kind=kind, place=page.place(at, at + len(match.group())))
