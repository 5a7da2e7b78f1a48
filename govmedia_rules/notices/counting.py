"""Read the figures of the overview of a notice: totals, parts, outcomes, rates, comparisons.

A sentence is read clause by clause. A number stands after what it counts (运行政府网站50个) or before it (335个政务新媒体合格);
the words around it tell the measure. What has a generic name (政府网站) is the whole population, anything narrower
(省政府部门网站) a part of it. A rate belongs to what was counted last. A number counts what its unit and noun say: 280次 are no
accounts; what was merged or added meanwhile (整合, 新增) is no stock; what is said of the round before is none of this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.builder import CountBuilder, PartBuilder, WholeBuilder
from govmedia_rules.notices.figures import Bound, Count, CountedSubject, Dimension, Measure, Outcome, OutcomeKind, Period, Place
from govmedia_rules.notices.labels import (
    FILLER,
    OUTCOMES,
    SUBJECT_OF,
    TIME,
    clean_label,
    counting_words,
    is_generic,
    level_of,
    nouns,
    platform_of_label,
    printed_number,
)
from govmedia_rules.notices.model import Figure
from govmedia_rules.notices.outline import Line, NoticeText, clauses, notice_words, segments, sentences_of
from govmedia_rules.notices.percentages import changes_by_points, read_percentages, stated_basis
from govmedia_rules.notices.stance import has_fault


@cache
def _number() -> re.Pattern[str]:
    classifiers = counting_words()["classifiers"]
    return re.compile(
        rf"(?<![0-9.第,/])(?P<number>[0-9][0-9,]{{0,11}}|[两二三四五六七八九十百]{{1,4}})(?P<more>余|多)?\s*"
        rf"(?P<unit>{classifiers})(?!百分点|工作日|月|季度|小时|字|方面|环节|维度|层面|问题方面|自然日|[0-9])"
    )


_BRACKETED = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_STAGE = re.compile(r"(?:检查|抽查)?(?:复核|复查|人工核查|终审)(?:结果|后)|初步(?:检查)?结果")
_METHOD = re.compile(
    r"(?:专业)?第三方(?:专业)?[\u4e00-\u9fff]{0,6}?(?:机构|公司|平台)|人工(?:检查|核查|复核)|技术监测|机器扫描|全面扫描"
)
_BASIS = re.compile(r"\((?P<basis>[^()]*(?:为准|不含|不包括|含|剔除)[^()]*)\)")


_NOISE = re.compile(
    r"(?:经)?(?:检查|抽查|抽检|巡查|核查|普查|复核|检测|监测|审核)(?:复核)?(?:结果|发现|中|情况|显示|后|表明)|经(?:检查|抽查|复核|第三方检测|检测|人工复核)+,?|"
    r"第三方\w{0,8}?检测|检查指标|检查对象|检查范围|全国[^,。]{2,14}信息报送系统(?:中)?(?:已)?|[《“][^》”]{0,200}[》”]"
)
_OFFICE = re.compile(r"办公厅|办公室|我办|我厅|我局|管理局|服务局|数据局|中心|机构|公司|领导小组")
_AGENT = re.compile(r"[县区市州旗镇]|单位|部门|各地")


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """One number with what the words around it say."""

    subject: CountedSubject | None
    measure: Measure | None
    outcome: OutcomeKind | None
    outcome_label: str
    label: str
    agent: str
    count: Count
    unit: str
    consumed: int
    is_flow: bool = False
    verb: Measure | None = None
    all_passed: bool = False


_EARLIER = re.compile(
    r"^(?:针对|对)?(?:上季度|上一季度|上期|上次|上一次|上轮|去年|上年|上年度|此前|前期)[^%]*(?:整改|复查)[^%]*(?:整改率[^%,]{0,8}%[^%]*)?$|"
    r"通报(?:的|过的)[^,。]{0,12}?[0-9]+[个家](?:不合格|问题|存在问题的?)?(?:政府|政务)?(?:网站|新媒体|账号|单位)|"
    r"对[^,。]{0,30}(?:指出|通报|发现|反馈|存在)[^。]{0,40}(?:问题|不合格|否决)[^。]*(?:进行了?整改|积极整改|整改到位|完成整改|得到了?有效整改)"
)
"""A sentence about the failures of the period before; its numbers belong to no population of this one."""
_OF_EARLIER = re.compile(
    "(?:而|其中)?(?:上季度|上一季度|上个季度|上期|上次|上一次|上轮|上月|去年同期|上年同期|上年度)(?:全[省市县区州]|我[省市县区州])?"
    "(?:(?:共|随机|实际)*(?:抽查|检查|抽检|监测)(?:了)?(?:政府网站|网站|政务新媒体|账号)*[0-9]|不?合格(?:率)?(?:为|是|的)?[0-9]|$)"
)
"""What begins a statement about the round before (上季度抽查58个,合格率93.1%)."""
_OF_NOW = re.compile("本季度|本次|此次|本期|本轮|今年|本年度|这次")
_ASIDE = re.compile(r"(?:还|另|另外|同时)对[^。]*专项(?:检查|抽查|督查|监测)")
"""A sentence about a special inspection beside the round: its numbers are other counts."""
_DIVIDED = re.compile(r"^按[^,]{2,14}(?:分|划分|统计|来看|看)$")


def count_paragraphs(
    paragraphs: list[Line], page: NoticeText, period: Period | None = None, topics: Mapping[int, CountedSubject] | None = None
) -> CountBuilder:
    """Read the figures of some paragraphs into a builder.

    Args:
        paragraphs: The paragraphs, in the order of the text.
        page: The page, for the places of the figures.
        period: What the notice is for; what is said of another is left out.
        topics: Kind of subject that the heading of a paragraph names, by the offset of the paragraph.
    """
    builder = CountBuilder(period)
    for paragraph in paragraphs:
        builder.topic = (topics or {}).get(paragraph.start)
        if builder.topic is not None:
            # (二)政务新媒体。合格53个: what was counted under the heading before is another population.
            builder.current = builder.whole(builder.topic)
        for sentence in sentences_of(paragraph):
            if _ASIDE.search(sentence.text):
                _read_aside(sentence, page, builder)
            elif not _EARLIER.search(sentence.text):
                _sentence(sentence, page, builder, rest=paragraph.text[sentence.start - paragraph.start :])
    return builder


_STATED_FAILURES = re.compile(
    r"(?:不合格|不达标)的?(?:政府)?(?:网站|政务新媒体|新媒体|账号|公众号)(?:账号)?[0-9,]+[个家]|[0-9,]+[个家](?:政府网站|网站|政务新媒体|账号)不合格"
)


def read_failures(paragraphs: list[Line], page: NoticeText, builder: CountBuilder) -> None:
    """Read how many failed where only the part about problems says so (抽查发现不合格网站112个)."""
    for paragraph in paragraphs:
        for sentence in sentences_of(paragraph):
            for clause in clauses(sentence):
                noun = nouns().search(clause.text)
                whole = builder.whole(SUBJECT_OF[noun.lastgroup]) if noun is not None and noun.lastgroup else None
                match = _STATED_FAILURES.search(clause.text)
                if whole is None or match is None:
                    continue
                if not any(outcome.kind in ("failed", "passed") for outcome in whole.outcomes):
                    _clause(clause, page, builder, parts=False)
                elif "其中" not in sentence.text[: clause.start - sentence.start] and len(builder.wholes_of(whole.subject)) == 1:
                    _restate(whole, clause, match, page)


def _restate(whole: WholeBuilder, clause: Line, match: re.Match[str], page: NoticeText) -> None:
    """Keep a count of failures that differs from the one of the overview."""
    number = _number().search(match.group())
    if number is None or not re.search("共|发现", clause.text):
        return
    value = printed_number(number.group("number"))
    if any(outcome.kind == "failed" and outcome.count.value != value for outcome in whole.outcomes):
        at = clause.start + match.start()
        count = Count(value=value, place=page.place(at + number.start(), at + number.end()))
        whole.restated.append(Outcome(kind="failed", label="不合格", count=count))


def method_of(lines: list[Line]) -> str | None:
    """Return how was inspected, where a line says so (第三方检测机构); None when none does."""
    methods = (match.group() for line in lines if (match := _METHOD.search(line.text)))
    return next(methods, None)


def _read_aside(sentence: Line, page: NoticeText, builder: CountBuilder) -> None:
    end = 0
    for match in _number().finditer(sentence.text):
        noun = nouns().search(sentence.text, match.end())
        label = sentence.text[match.end() : noun.end()] if noun is not None else sentence.text[end : match.start()]
        count = Count(value=printed_number(match.group("number")), place=_place(sentence, match, page))
        builder.figures.append(Figure(label=label[-40:], count=count, unit=match.group("unit")))
        end = match.end()
    builder.current = None


def _place(clause: Line, match: re.Match[str], page: NoticeText) -> Place:
    return page.place(clause.start + match.start(), clause.start + match.end())


def _sentence(sentence: Line, page: NoticeText, builder: CountBuilder, *, rest: str) -> None:
    """Read the figures of a sentence; `rest` is its paragraph from there on."""
    parts = False
    for segment in segments(sentence):
        builder.back_to_whole()
        builder.compared_with = builder.divided = None
        builder.in_segment = []
        is_earlier = is_aim = is_of_faulty = False
        for clause in _with_labels(segment):
            starts = _OF_EARLIER.match(clause.text) is not None or _is_of_another_period(clause.text, builder.period)
            is_earlier = starts or (is_earlier and not _OF_NOW.search(clause.text))
            builder.replaces = builder.replaces or _RECOUNTED.fullmatch(clause.text) is not None
            # 初次检查不合格6个,经复查仍不合格2个: the second is the result.
            is_aim = is_aim or _AIM.match(clause.text) is not None
            if is_aim or is_earlier or (_FIRST_LOOK.search(clause.text) and _LAST_LOOK.search(rest)):
                continue
            # At the beginning of a sentence 其中 may divide anything said before, and most often all that were inspected.
            if clause.text.startswith("其中") and clause.start > segment.start:
                builder.divided = _divided_outcome(builder)
            is_of_faulty = is_of_faulty or _OF_FAULTY.search(clause.text) is not None
            if is_of_faulty:
                continue
            parts = parts or clause.text.startswith("其中") or _DIVIDED.match(clause.text) is not None
            if re.search("相比|比较$", clause.text) and not changes_by_points(clause.text):
                # 与第一次抽查相比 holds for every clause that follows.
                builder.compared_with = stated_basis(clause.text) or "period_on_period"
                continue
            _clause(clause, page, builder, parts=parts)
            announced = _ANNOUNCED.fullmatch(clause.text)
            if announced is not None:
                # 政务新媒体:共抽查208个 begins another population than the sites counted before.
                builder.current = builder.whole("account" if "新媒体" in clause.text else "site")
            # 对全市政务新媒体开展随机抽查,共抽查120个: the clause before says of what.
            kinds = [SUBJECT_OF[m.lastgroup] for m in nouns().finditer(clause.text) if m.lastgroup in ("sites", "accounts")]
            builder.in_segment += [kind for kind in dict.fromkeys(kinds) if kind not in builder.in_segment]
            if kinds:
                builder.recent = list(dict.fromkeys(kinds))
                builder.topic = kinds[0] if len(builder.recent) == 1 else None


def _divided_outcome(builder: CountBuilder) -> Outcome | None:
    """Return the failures stated last, which 其中 may divide (不合格账号7个,其中微信公众号6个、微博1个)."""
    whole = builder.current
    if builder.last_outcome != "failed" or not isinstance(whole, WholeBuilder):
        return None
    return next((outcome for outcome in whole.outcomes if outcome.kind == "failed"), None)


_BARE_FIGURE = re.compile(r"[0-9][0-9,.]*(?:[个家]|%)")


def _with_labels(segment: Line) -> Iterator[Line]:
    """Yield the clauses of a segment, a bare figure together with the short label before its colon (合格:231个)."""
    before: Line | None = None
    for clause in clauses(segment):
        is_value = before is not None and len(before.text) <= 14 and _BARE_FIGURE.fullmatch(clause.text)
        if before is not None and is_value:
            at = before.start - segment.start
            before = Line(clause.number, before.start, segment.text[at : clause.end - segment.start].replace(":", " "))
            continue
        if before is not None:
            yield before
        before = clause
    if before is not None:
        yield before


def _is_of_another_period(text: str, period: Period | None) -> bool:
    """Whether a clause begins with a quarter or month that is not the one of the notice (第一季度检查23家)."""
    match = Period.find(text[:16])
    if period is None or match is None or match[1] != 0 or "round" in (period.kind, match[0].kind):
        return False
    if match[0].kind != period.kind:
        # 其中,一季度抽查400个: a part of the half-year that the notice is for; 11月,省局对… is when was inspected.
        return (
            not (match[0].kind == "month" and match[2] == len(text))
            and period.kind in ("year", "half")
            and match[0].kind in ("half", "quarter", "month")
        )
    return match[0].number != period.number or (match[0].year or period.year) != (period.year or match[0].year)


_OF_FAULTY = re.compile("(?:未(?!合格)|没有|超过)[^,]{0,12}(?:账号|网站|新媒体)中$")
"""What begins a division of those with a fault (超过14天未更新账号中,微信公众号9个): they are no parts of all."""
_RECOUNTED = re.compile("(?:经)?(?:申诉|复核|调整|更正)+(?:调整)?后")
_AIM = re.compile("力争|争取|确保|目标|到(?:[0-9]{4}年|明年|年)[^,]{0,8}(?:底|末|前)")
"""What begins an aim (到2023年6月底,实现合格率100%)."""
_FIRST_LOOK = re.compile("(?:初次|初查|初检|初步|首次)[^,]*不合格")
_LAST_LOOK = re.compile("复查|复核|复检|最终")
_ANNOUNCED = re.compile(
    "(?:[一二三四五]是|\\([一二三四五]\\))?(?:全[省市县区州])?(?:政府网站|网站|政务新媒体|新媒体)(?:账号)?(?:方面|检查情况|抽查情况|情况)?"
)
_OF_REGIONS = re.compile("(?:地)?(?:市|县|区|州|盟|旗|省|镇|乡|地区|单位|部门)[^,、]{0,3}(?:抽查|检查|抽检|监测)")


def _clause(clause: Line, page: NoticeText, builder: CountBuilder, *, parts: bool) -> None:
    # Brackets of the same length keep every offset; 县(区) and 县(市、区) are part of a name and stay.
    plain = _BRACKETED.sub(
        lambda m: m.group() if len(m.group()) <= 7 and not re.search("见|含|附", m.group()) else " " * len(m.group()), clause.text
    )
    # 微信(29个)、微博(9个): a number in brackets counts what stands before it.
    plain = re.sub(r"\(([0-9]+[个家])\)", r" \1,", plain)
    plain = _NOISE.sub(lambda m: " " * len(m.group()), plain)
    plain = _BEFORE_NOW.sub(lambda m: " " * len(m.group()), plain)
    has_numbers = _read_numbers(plain, clause, page, builder, parts=parts or _lists_levels(plain, builder))
    basis = _BASIS.search(clause.text)
    _read_brackets(clause, basis, page, builder)
    _note_circumstances(clause.text, builder, has_numbers=has_numbers)
    if basis is not None and builder.wholes:
        builder.wholes[-1].count_basis = basis.group("basis")
    _note_rectified(plain, builder)
    _enter_all_passed(plain, page, clause, builder)
    _enter_none_failed(clause, page, builder)
    read_percentages(plain, page, clause, builder)


_BEFORE_NOW = re.compile(
    "(?:由|从)[^,;0-9]{0,6}(?:[0-9][0-9,]*[个家](?=[^,;0-9]{1,4}(?:至|到|为)[0-9])|[0-9.]+%(?=(?:更正|调整|修正|订正)为))"
)
"""The figure before, of a count that changed or a rate that was corrected (由年初的620个减至565个)."""
_OF_LEVELS = re.compile(
    r"(?P<first>[^、,0-9]{0,40}?(?P<noun>网站|新媒体|账号))[0-9,]+[个家]、(?P<second>[^、,0-9]{0,40}?(?P=noun))[0-9,]+[个家]"
)


def _lists_levels(plain: str, builder: CountBuilder) -> bool:
    """Whether a clause counts by levels what nothing counts as a whole (抽查省直部门网站20家、市县政府网站45家)."""
    match = _OF_LEVELS.search(plain)
    if match is None or builder.whole("site" if match["noun"] == "网站" else "account") is not None:
        return False
    levels = level_of(clean_label(match["first"])), level_of(clean_label(match["second"]))
    return None not in levels and levels[0] != levels[1]


_ENDED_SO = re.compile("(?:均|全部)?(?:不合格|不达标|合格|达标)(?=[、,;和])")
_SHARED_FAULT = re.compile(r"(?:政府)?网站[、和及与]+[0-9]+[个家](?:政务)?(?:新媒体)?(?:账号)?(?:存在|出现)")
"""3个网站、9个账号存在问题 says of both that they have a fault."""
_DRAWN_AFTER = re.compile(r"(?:进行|开展|实施)了?[^,;]{0,10}?抽[查检取]")
_INSPECTED_AFTER = re.compile(r"(?:进行|开展|实施)了?[^,;]{0,10}?(?:检查|抽查|抽检|监测|检测|巡查|普查)")


def _read_numbers(plain: str, clause: Line, page: NoticeText, builder: CountBuilder, *, parts: bool) -> bool:
    """Enter every number of a clause; return whether there is any."""
    matches = list(_number().finditer(plain))
    end = 0
    carried: Measure | None = None
    ended: ParsedNumber | None = None
    measure_after: Measure | None = "inspected" if matches and _INSPECTED_AFTER.search(plain, matches[-1].end()) else None
    for i, match in enumerate(matches):
        stop = matches[i + 1].start() if i + 1 < len(matches) else len(plain)
        if _OF_REGIONS.match(plain, match.end()) and re.search("(?:等|其余|其他|其它|剩余|另)$", plain[end : match.start()]):
            # 甲、乙等9个市抽查网站全部合格 counts the cities.
            end = match.end()
            continue
        of_others = not builder.wholes and re.search("(?:其余|其他|其它)$", plain[end : match.start()])
        if of_others or _POINTS_BACK.search(plain[end : match.start()]):
            # 以上3家网站限7月20日前整改 counts what was named before.
            end = match.end()
            continue
        parsed = _parse_number(plain, end, match, stop, page, clause)
        if parsed.subject in ("site", "account") and not parsed.outcome and _AFTER_NAMES.search(clause.text[end : match.start()]):
            # “甲”“乙”微信公众号2个未更新 says how many are named.
            end = match.end()
            continue
        listed = re.search("[、“”\u4e00-\u9fff]{4}等$", plain[end : match.start()]) and parsed.subject == "site"
        if (listed or _BEFORE_NAMES.match(clause.text, match.end())) and not (
            parsed.outcome or _measure(plain[end : match.start()])
        ):
            # 甲县网站、乙县网站等6家, 有2个微信公众号“甲”“乙” says how many are named.
            end = match.end()
            continue
        if parsed.subject and _DRAWN_AFTER.search(plain, matches[-1].end()):
            builder.drawn_from.add(parsed.subject)
        if parsed.measure is None and parsed.outcome is None and not parts:
            # 共检查政府网站35家、政务新媒体220个; 对35个政府网站、220个政务新媒体进行了检查.
            shared = _SHARED_OUTCOME.match(plain, match.end())
            if shared is not None:
                # 1家网站、8个政务新媒体不合格 says it of both.
                parsed = replace(parsed, outcome="failed", outcome_label=shared.group("outcome"))
            elif ended is not None:
                parsed = replace(parsed, outcome=ended.outcome, outcome_label=ended.outcome_label)
            else:
                parsed = replace(parsed, measure=carried or measure_after)
        if parsed.all_passed and parsed.verb is None:
            # 被抽查的12家政府网站、56个政务新媒体全部合格.
            parsed = replace(parsed, verb=carried)
        shares_fault = _SHARED_FAULT.match(plain, match.end()) is not None
        says_fault = shares_fault or has_fault(plain[match.end() : stop]) or has_fault(plain[end : match.start()])
        is_whole = not parts or is_generic(parsed.label)
        is_some = says_fault or _is_fewer_than_inspected(parsed, plain[end : match.start()], builder)
        if is_whole and parsed.measure in (None, "registered") and parsed.outcome is None and is_some:
            # 3家网站超过一个月未更新 says how many have the fault, not how many there are; so does 48个账号更新及时 of 52.
            parsed = replace(parsed, is_flow=True)
        if parsed.outcome == "passed" and _GRADES.search(plain) and "不合格" not in plain:
            # 优秀5个、良好9个、合格2个 are grades of a marking; 合格 is none of all that passed.
            parsed = replace(parsed, outcome="other")
        carried, ended = parsed.measure, parsed if parsed.outcome else None
        _enter(parsed, plain[end : match.start()], builder, parts=parts)
        end = match.end() + parsed.consumed
    if len(matches) > 1 and "、" in plain:
        builder.back_to_whole()
    return bool(matches)


_GRADES = re.compile("(?:优秀|良好)(?:等次)?的?(?:有)?[0-9]")


def _is_fewer_than_inspected(parsed: ParsedNumber, left: str, builder: CountBuilder) -> bool:
    """Whether a number of which nothing says that it counts all (全市, 共有) is less than what was inspected: it counts some."""
    whole = builder.whole(parsed.subject) if parsed.subject in ("site", "account") else None
    inspected = whole.counts.get("inspected") if whole is not None else None
    is_less = inspected is not None and parsed.count.value < inspected.value
    is_plain = is_generic(parsed.label) or re.search("更新|活跃", parsed.label) is not None
    return is_less and is_plain and re.search("共|有|全[省市县区州旗]", left) is None


def _read_brackets(clause: Line, basis: re.Match[str] | None, page: NoticeText, builder: CountBuilder) -> None:
    """Read the numbers in brackets: parts where there are several (微信31个、微博10个), else rates."""
    for bracket in _BRACKETED.finditer(clause.text):
        inside = bracket.group()[1:-1]
        numbers = len(list(_number().finditer(inside)))
        # 205个(含APP 3个) counts a part as well.
        several = numbers > 1 or (
            numbers == 1 and re.match("其中|含", inside) is not None and platform_of_label(inside) is not None
        )
        is_basis = basis is not None and basis.start() == bracket.start() and not (several and re.match("含|其中", inside))
        if (several or "%" in inside) and len(inside) > 5 and not is_basis:
            outer, outcome = builder.current, builder.last_outcome
            for part in clauses(Line(clause.number, clause.start + bracket.start() + 1, inside)):
                _clause(part, page, builder, parts=several)
            if several:
                # 检查24家(其中市直18家,县区6家),不合格1家: what follows is said of the whole again.
                builder.current, builder.last_outcome = outer, outcome


def _note_circumstances(text: str, builder: CountBuilder, *, has_numbers: bool) -> None:
    """Keep the stage of the result and the method, for the population they are said of."""
    stage, method = _STAGE.search(text), _METHOD.search(text)
    builder.stage = stage.group() if stage is not None else builder.stage
    builder.method = method.group() if method is not None else builder.method
    if not has_numbers or not builder.wholes:
        return
    whole = builder.wholes[-1]
    if builder.stage and whole.outcomes:
        whole.stage, builder.stage = whole.stage or builder.stage, None
    if builder.method and whole.counts:
        whole.method = whole.method or builder.method


def _parse_number(plain: str, begin: int, match: re.Match[str], stop: int, page: NoticeText, clause: Line) -> ParsedNumber:
    """Say of one number what its words tell; `begin` and `stop` are the numbers around it."""
    left, right = plain[begin : match.start()], plain[match.end() : stop]
    if begin:
        # 195个合格、5个不合格: the word before the mark is said of the number before.
        left = re.sub("^[^、,]{0,6}(?:合格|达标)[、,和]", lambda said: " " * len(said.group()), left)
    is_last = stop == len(plain)
    bound: Bound = "more_than" if match.group("more") else "exact"
    for kind, terms in notice_words()["bounds"].items():
        if re.search(rf"(?:{any_of(terms)})\s*$", left):
            bound = cast("Bound", kind)
    count = Count(value=printed_number(match.group("number")), bound=bound, place=_place(clause, match, page))
    before = list(nouns().finditer(left))
    after = _noun_after(left, right, before)
    if after is not None:
        subject: CountedSubject | None = SUBJECT_OF[cast("str", after.lastgroup)]
        extended = re.match(r"\S*?(?:网站|新媒体|账号|公众号|订阅号|服务号|视频号)", right[after.end() : after.end() + 4])
        label = right[: after.end() + (extended.end() if extended else 0)]
        # What follows the noun belongs to the next number, if there is one.
        ended = _ENDED_SO.match(right, after.end())
        around = left + " " + (right if is_last else right[: ended.end() if ended else after.end()])
    else:
        subject = SUBJECT_OF[cast("str", before[-1].lastgroup)] if before else None
        if _ERRORS.search(left):
            # 市卫健委网站死链10个 counts links.
            subject = "item"
        label = left
        near = right if is_last else re.split("[、,]", right)[0]
        around = left if before or _measure(left) or _outcome(left)[0] else left + " " + near
    if _DIRECT_OUTCOME.match(right) and _outcome(left)[0] is None:
        # 新媒体账号20个合格、2个不合格: the word after the number is said of it.
        around = left + " " + re.split("[、,]", right)[0]
    outcome, outcome_label = _outcome(around)
    if _BODIES.match(right):
        # 31个省(区、市)和69个国务院部门的政府网站: the number counts the bodies.
        subject = "unit"
    agent, label = _agent(label if after is None else left + label)
    consumed = after.end() if after is not None and not is_last and not _BODIES.match(right) else 0
    if agent and subject == "unit":
        # 县区自查42家: the units inspect, they are not what is counted.
        subject = None
    return ParsedNumber(
        subject,
        None if outcome else _measure(around),
        outcome,
        outcome_label,
        clean_label(label),
        agent,
        count,
        match.group("unit"),
        consumed,
        verb=_measure(around),
        is_flow=subject in ("site", "account")
        and (
            (_FLOW.search(left) and not _NOW_AT.search(left))
            or _SUBSET.match(left)
            or _FLOW_AFTER.search(right[:16])
            or _STATE.search(right)
        )
        is not None,
        all_passed=outcome == "passed" and re.search("(?:均|全部|都)(?:为|达到|达)?(?:合格|达标)", right) is not None,
    )


_DIRECT_OUTCOME = re.compile("(?:均|全部)?(?:不?合格|不?达标|基本合格|(?:触发|触碰|被)单项否决)(?:[、,和:]|$)")
_AFTER_NAMES = re.compile("”[^“”、,:的共]{0,8}$")  # not “某某系统”登记的网站共
_BEFORE_NAMES = re.compile(r"[^、,:(“]{2,10}“")
_POINTS_BACK = re.compile("(?:以上|上述|前述|下列|以下|[这该由]|[各均]有?)$")
_BODIES = re.compile(
    r"(?:乡镇|镇街|街道|县区|区县|部门|单位|市州|地区)(?:共|均|分别|都)|(?:(?:省|市|县|区|州|盟|旗)[局院校]?|地区|部门|单位|国务院部门)(?:\([^()]*\))?(?:和|、|,|的|及)"
)
_SUBSET = re.compile("[^、,]{0,12}中,?(?:有)?$")
"""What follows a number to begin some of those it counts (18个微信公众号中16个更新及时)."""
_STATE = re.compile("运行(?:正常|良好|平稳)")
_SHARED_OUTCOME = re.compile(
    r"(?:政府)?网站[、和及与]+[0-9]+[个家](?:政务)?(?:新媒体|账号)(?:账号)?(?:均)?(?:为|被判定为)?(?P<outcome>不合格|不达标)(?!率)"
)
_ERRORS = re.compile("(?:[错死断坏暗空]链(?:接)?|错别字|敏感词|错敏词)[^网账]{0,2}$")
_FLOW = re.compile("整合|迁移|减少|压减|精简|撤并|合并|归并|补办|补备|补报|新增|新开|增加|新设|取消|缩减|清理")
"""Words of change: 清理整合1214个 says how many there were no more, not how many there are."""
_NOW_AT = re.compile("(?:减少|增加|压减|缩减|精简|整合|[增减降升])(?:至|到|为)$")
"""What ends before the count that there is now (整合至40家)."""
_FLOW_AFTER = re.compile("的(?:整合|迁移|关停|撤并)|(?:压减|减少|增加|下降|缩减|精简|增长|上升)(?:至|到|为)|[增减]至")


def _noun_after(left: str, right: str, before: list[re.Match[str]]) -> re.Match[str] | None:
    """Return the noun after a number when it is what is counted (335个政务新媒体合格), not the noun before (政务新媒体为2个)."""
    after = nouns().search(right)
    if after is None or re.match(r"\s*[、,;]", right):
        # 厅机关2个、厅直单位21个: what follows the mark is the next item.
        return None
    between = right[: after.start()]
    if len(FILLER.sub("", between).strip()) > 14 or re.search("[,;]", between):
        return None
    if before and before[-1].lastgroup == "units" and not between.strip() and after.lastgroup in ("sites", "accounts"):
        # 直属单位19个账号: the units own what is counted.
        return after
    if after.lastgroup == "items" and len(between.strip()) <= 4 and "的" not in between:
        # 县教育局网站有2个空白栏目 counts columns.
        return after
    is_near = re.fullmatch(r"\s*\S{0,14}", between) is not None
    return after if not before or (is_near and _ends_open(left)) else None


def _ends_open(left: str) -> bool:
    """Return whether the words before a number do not yet say what is counted (其余, 对, 全省, 发现)."""
    bare = FILLER.sub("", TIME.sub("", left)).strip(" 、,")
    named = list(nouns().finditer(bare))
    return not named or not bare.endswith(named[-1].group())


def _outcome(text: str) -> tuple[OutcomeKind | None, str]:
    for kind in OUTCOMES:
        terms = counting_words()[kind]
        match = re.search(any_of(terms), text)
        if match is None:
            continue
        if kind == "passed" and re.search("合格率|达标率", text):
            continue
        if kind == "failed" and re.search("(?:未|没有|无)(?:发现|出现|触发|触碰|存在)?(?:任何)?$", text[: match.start()]):
            # 其他38家网站均未发现单项否决问题 failed in nothing.
            continue
        if kind == "closed" and re.search("不含|除", text):
            continue
        return kind, match.group()
    return None, ""


def _measure(text: str) -> Measure | None:
    plain = re.sub("(?:监测|检查)(?:时间)?点", "", text)
    for measure in ("inspected", "running", "registered"):
        if re.search(any_of(counting_words()[measure]), plain):
            return measure
    return None


def _agent(text: str) -> tuple[str, str]:
    """Split off who inspects (各县(区)检查…): words before the verb that name a body and no site or account."""
    verb = re.search(any_of(counting_words()["inspected"]), text)
    if verb is None:
        return "", text
    before = FILLER.sub("", TIME.sub("", text[: verb.start()])).strip(" 、,:")
    counts_things = any(noun.lastgroup in ("sites", "accounts") for noun in nouns().finditer(before))
    if before and not counts_things and (_AGENT.search(before) or _OFFICE.search(before)):
        agent = "" if _OFFICE.search(before) else text[: verb.start()].strip(" 、,:").removeprefix("其中")
        return agent, text[verb.end() :]
    return "", text


_BESIDE = ("closing", "closed", "unreported")
_THINGS = ("家", "个", "户", "款")
"""Units in which sites and accounts are counted; 次, 份, 条, 件 count what was done with them."""


def _enter(parsed: ParsedNumber, left: str, builder: CountBuilder, *, parts: bool) -> None:
    """Enter one number into the builder."""
    subject = parsed.subject
    builder.is_unread = False
    is_thing = subject in ("site", "account")
    parsed, parts = _as_kept(parsed, left, parts=parts)
    if parts and subject in (None, "unit") and _is_part_by_owner(parsed, builder):
        assert builder.current is not None
        kind = builder.current.subject
        part = builder.part(kind, parsed.label, level_of(parsed.label), "level" if kind == "site" else "owner")
        part.counts.setdefault(part.part_of or "total", parsed.count)
        return
    if parsed.outcome in _BESIDE and re.search("另|此外", left):
        # 另有4个账号正在注销: they are not among those inspected.
        builder.figures.append(Figure(label=parsed.label or parsed.outcome_label, count=parsed.count, unit=parsed.unit))
        return
    is_part_of_figure = parts and is_thing and builder.current is None and not (parsed.measure or parsed.outcome)
    if is_part_of_figure and parsed.count.value <= max((figure.count.value for figure in builder.figures[-3:]), default=0):
        # 发现问题12个,其中政府网站5个: the parts are problems too.
        builder.figures.append(Figure(label=parsed.label, count=parsed.count, unit=parsed.unit))
        return
    if subject is not None and (not is_thing or parsed.unit not in _THINGS or parsed.is_flow):
        _enter_figure(parsed, builder)
        return
    if subject is None:
        divides = parts or _is_divided_by_platform(builder)
        rest = divides and re.search("^(?:其他|其它)(?:平台|渠道|类型)" if not parts else "其他|其它|类$", parsed.label) is not None
        counts_units = parsed.unit in _THINGS and not _FLOW.search(left)
        subject = builder.current.subject if builder.current is not None else builder.topic
        if subject is None or not counts_units or not (parsed.outcome or parsed.measure or rest):
            builder.is_unread = True
            return
    whole = builder.whole(subject)
    if parsed.agent and whole is not None and (parts or parsed.subject is None) and not whole.scope and not parsed.outcome:
        most = max((count.value for measure, count in whole.counts.items() if measure != "running"), default=0)
        if parsed.count.value <= most:
            # 共检查63家,其中市级检查21家;县区自查42家: each tier is a part with its own outcomes and rates.
            part = builder.part(subject, f"{parsed.agent}检查", level_of(parsed.agent), "level", "inspected")
            part.counts.setdefault("inspected", parsed.count)
            return
    if parsed.outcome:
        _begin_outcome(left, whole, builder)
    narrow, key, dimension = _part_of(parsed, subject, parts=parts)
    parsed = _as_part_of_failures(parsed, builder) if narrow else parsed
    if parsed.outcome:
        _enter_outcome(parsed, subject, builder, narrow=narrow, key=key, dimension=dimension)
    elif narrow and whole is not None and whole.label and dimension == "level" and not parts and not whole.parts:
        # 15家县级政府门户网站 … 42家市直部门网站: two classes beside each other, none a part of the other.
        builder.open(subject, label=parsed.label).counts[parsed.measure or "total"] = parsed.count
    elif narrow and not parsed.agent and not _is_first(builder, subject, parts=parts):
        if whole is not None and dimension == "platform" and key is not None:
            whole.make_first_a_part(key)
        part = builder.part(subject, parsed.label, key, dimension, parsed.measure)
        if parsed.measure and parsed.measure != part.part_of and not part.counts:
            part.part_of = parsed.measure
        part.counts.setdefault(parsed.measure or part.part_of or "total", parsed.count)
    else:
        _enter_total(parsed, left, subject, builder, narrow=narrow)


def _is_divided_by_platform(builder: CountBuilder) -> bool:
    """Whether the population counted last has parts by platform (微信公众号102个;微博30个), to which 其他平台18个 belongs."""
    whole = builder.whole(builder.current.subject) if builder.current is not None else None
    return whole is not None and any(part.dimension == "platform" for part in whole.parts)


_KEPT = "保留|现有|现存|实有"


def _as_kept(parsed: ParsedNumber, left: str, *, parts: bool) -> tuple[ParsedNumber, bool]:
    """Return a number as one of all that are left where it says so: 共清理整合412个,其中关停301个,保留388个."""
    label = re.sub(f"^(?:{_KEPT})", "", parsed.label)
    is_kept = parsed.subject in ("site", "account") and re.search(f"(?:{_KEPT})[^,0-9]*$", left) is not None
    return (replace(parsed, label=label), False) if is_kept and is_generic(label) else (parsed, parts)


def _as_part_of_failures(parsed: ParsedNumber, builder: CountBuilder) -> ParsedNumber:
    """Return a number as one of failures where it stands in a list that divides them."""
    divided = builder.divided
    if divided is None or parsed.outcome or parsed.measure or parsed.count.value > divided.count.value:
        return parsed
    return replace(parsed, outcome=divided.kind, outcome_label=divided.label)


def _begin_outcome(left: str, whole: WholeBuilder | None, builder: CountBuilder) -> None:
    """Go back to the whole, or forget what no longer holds, where the words before an outcome say so."""
    if re.search("共|合计|总计", left):
        # 市直不合格1个,县区不合格4个,不合格共5个.
        builder.back_to_whole()
    if whole is not None and (builder.replaces or re.search("(?:调整|更正|变更)为$", left.strip())):
        # 经复核,不合格账号调整为1个; 调整后,不合格账号为14个.
        builder.replaces = False
        whole.outcomes = [outcome for outcome in whole.outcomes if outcome.kind not in ("passed", "failed")]


def _is_part_by_owner(parsed: ParsedNumber, builder: CountBuilder) -> bool:
    """Whether a bare label in a list of parts says whose they are (其中厅机关2个、厅直单位21个)."""
    current = builder.current
    whole = builder.whole(current.subject) if current is not None else None
    most = max((count.value for count in whole.counts.values()), default=0) if whole is not None else 0
    says_whose = re.fullmatch(r"[\u4e00-\u9fff()、]{2,14}", parsed.label) is not None and _OWNERS.search(parsed.label) is not None
    states_more = parsed.outcome or parsed.measure or parsed.is_flow or parsed.unit not in _THINGS
    return says_whose and not states_more and parsed.count.value <= most


_OWNERS = re.compile(r"(?:直|级|机关|单位|部门|乡镇|镇街|街道|镇|乡|县区|区县|县|区|市|本级|局|委|办|县\((?:市、)?[市区]\))$")


def _enter_figure(parsed: ParsedNumber, builder: CountBuilder) -> None:
    """Keep a count of something else; 不合格3个 after a population is said of it even where a noun such as 问题 stands by."""
    is_about_units = parsed.unit in ("家", "个") and parsed.subject == "item" and "栏目" not in parsed.label
    if is_about_units and builder.current is not None and parsed.outcome:
        builder.outcome(builder.current, parsed.outcome, parsed.outcome_label, parsed.count)
        return
    builder.figures.append(Figure(label=parsed.label, count=parsed.count, unit=parsed.unit))
    builder.current = None


def _part_of(parsed: ParsedNumber, subject: CountedSubject, *, parts: bool) -> tuple[bool, str | None, Dimension]:
    """Return whether a label names a part of the population, its key, and what it divides by."""
    platform = platform_of_label(parsed.label) if subject == "account" else None
    level = level_of(parsed.label)
    if re.search("其他|其它", parsed.label) and subject == "account" and (not level or level == "other"):
        return True, "other", "platform"
    if not is_generic(parsed.label) and (platform is not None or level is not None):
        dimension: Dimension = "platform" if platform else "level" if subject == "site" else "owner"
        return True, platform[0] if platform else level, dimension
    if not parts or is_generic(parsed.label):
        return False, None, "other"
    # 视频类账号, 信用类网站: a class that no vocabulary has, of the same division as its neighbours.
    is_class = re.search("类(?:型)?(?:政务)?(?:网站|账号|新媒体)?$", parsed.label) is not None
    return True, None, ("level" if subject == "site" else "platform") if is_class else "other"


def _enter_total(parsed: ParsedNumber, left: str, subject: CountedSubject, builder: CountBuilder, *, narrow: bool) -> None:
    known = builder.whole(subject)
    before = known.counts.get("inspected") if known is not None and not known.outcomes and not known.rates else None
    is_sample = parsed.measure == "inspected" and before is not None and before.value > parsed.count.value
    if (
        known is not None
        and before is not None
        and is_sample
        and (
            re.search("(?:共|随机|实际)抽|实际(?:检查|检测|监测)", left)
            or (subject in builder.drawn_from and re.match("抽[查检取]", left))
        )
        and len(known.counts) == 1
    ):
        # 对112个政务新媒体进行了抽查,共抽查57个: the first is what there are.
        known.counts = {"total": before}
    whole = builder.total(
        subject,
        parsed.measure or "total",
        parsed.count,
        label=parsed.label if narrow else "",
        scope=f"{parsed.agent}检查" if parsed.agent else "",
    )
    if re.search(any_of(counting_words()["covered"]), left):
        whole.extent = "full"
    elif re.search("抽查|抽检|抽样|随机", left) and whole.extent is None:
        whole.extent = "sampled"


def _is_first(builder: CountBuilder, subject: CountedSubject, *, parts: bool) -> bool:
    """Return whether a narrow label begins its population (全市共抽查政务微信30个, 我县现有政府门户网站1个)."""
    return builder.whole(subject) is None and not parts


def _enter_outcome(
    parsed: ParsedNumber, subject: CountedSubject, builder: CountBuilder, *, narrow: bool, key: str | None, dimension: Dimension
) -> None:
    assert parsed.outcome is not None
    current = builder.current
    if parsed.all_passed and parsed.subject is not None and not narrow and builder.whole(subject) is None:
        # 部属27个账号均达到合格标准: as many as there are.
        current = builder.total(subject, parsed.verb or "total", parsed.count)
    if narrow:
        tally: PartBuilder = builder.part(subject, parsed.label, key, dimension)
    elif (
        current is not None
        and current.subject == subject
        and not isinstance(current, WholeBuilder)
        and parsed.subject is None
        and (
            max((count.value for count in current.counts.values()), default=parsed.count.value) >= parsed.count.value
            # 合格96个。其中微信公众号抽查70个,合格75个: the whole has its own, and this one is wrong.
            or parsed.outcome in {outcome.kind for whole in builder.wholes_of(subject) for outcome in whole.outcomes}
        )
    ):
        tally = current
    else:
        tally = builder.whole(subject) or builder.open(subject)
        if parsed.outcome in {outcome.kind for outcome in tally.outcomes} and parsed.agent:
            tally = builder.open(subject, scope=f"{parsed.agent}检查")
    builder.outcome(tally, parsed.outcome, parsed.outcome_label, parsed.count)


def _note_rectified(plain: str, builder: CountBuilder) -> None:
    """Return what is added about units that ended in one way: 问题已整改."""
    if (
        not re.fullmatch(r"\s*(?:其)?(?:存在的|所有|全部)?问题(?:均|都|全部)?已(?:全部)?(?:完成)?整改(?:到位|完毕|完成)?\s*", plain)
        or not builder.current
    ):
        return
    outcomes = builder.current.outcomes
    if outcomes:
        outcomes[-1] = outcomes[-1].model_copy(update={"note": plain.strip()})


def _enter_all_passed(plain: str, page: NoticeText, clause: Line, builder: CountBuilder) -> None:
    """Enter 全部合格: of what was counted last as many passed as were inspected."""
    match = re.search(r"(?:全部|均|都)(?:为)?(?:达到)?(?:合格|达标)", plain)
    tally = builder.current
    kinds = [SUBJECT_OF[noun.lastgroup] for noun in nouns().finditer(plain) if noun.lastgroup in ("sites", "accounts")]
    if kinds and (tally is None or tally.subject not in kinds):
        # 政府网站全部合格 after accounts were counted: it is said of the sites.
        tally = builder.whole(kinds[0])
    if match is None or tally is None or any(outcome.kind in ("passed", "failed") for outcome in tally.outcomes):
        return
    if re.search(r"[县区市州盟旗](?:、|和|等)|等[0-9]+[个家]", plain[: match.start()]):
        # 甲区、乙区等3个区的网站全部合格 is said of some of them.
        return
    label = clean_label(plain[: match.start()])
    if isinstance(tally, WholeBuilder) and not is_generic(label) and level_of(label) is not None:
        # 县(区)政府网站全部合格 is said of that part, and of none where it was not counted.
        tally = next((part for part in tally.parts if part.label == label or part.key == level_of(label)), tally)
        if isinstance(tally, WholeBuilder):
            return
    base = tally.counts.get("inspected") or next(iter(tally.counts.values()), None)
    if base is not None:
        place = page.place(clause.start + match.start(), clause.start + match.end())
        builder.outcome(tally, "passed", match.group(), Count(value=base.value, place=place))


_NONE_FAILED = re.compile(
    r"(?:未|没有)(?:发现|出现|检出|监测到)(?:有|存在)?不(?:合格|达标)(?:的)?(?:政府网站|网站|政务新媒体|新媒体|账号)?"
)


def _enter_none_failed(clause: Line, page: NoticeText, builder: CountBuilder) -> None:
    """Enter 未发现不合格网站: none failed of what was counted last."""
    match = _NONE_FAILED.search(clause.text)
    if match is None:
        return
    noun = nouns().search(match.group())
    tally = builder.whole(SUBJECT_OF[noun.lastgroup]) if noun is not None and noun.lastgroup else builder.current
    if tally is not None and not any(outcome.kind in ("passed", "failed") for outcome in tally.outcomes):
        builder.outcome(tally, "failed", "不合格", Count(value=0, place=_place(clause, match, page)))
