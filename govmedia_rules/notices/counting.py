"""Reads the figures of the overview of a Chinese notice: totals, parts, outcomes, rates, comparisons.

A sentence is read clause by clause. A number stands after what it counts (运行政府网站50个) or before it (335个政务新媒体合格);
the words around it tell the measure. What has a generic name (政府网站) is the whole population, anything narrower
(省政府部门网站) a part of it. A rate belongs to what was counted last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from typing import Any, Literal, cast

from govmedia_rules.core.rates import Change
from govmedia_rules.notices.figures import (
    Bound,
    Comparison,
    ComparisonBasis,
    Count,
    CountedSubject,
    Dimension,
    Group,
    Measure,
    Outcome,
    OutcomeKind,
    Population,
    Rate,
    RateKind,
)
from govmedia_rules.notices.labels import level_of, number_of, platform_of
from govmedia_rules.notices.model import Figure
from govmedia_rules.notices.outline import Line, Page, any_of, clauses, segments, sentences, words

OUTCOMES: tuple[OutcomeKind, ...] = ("closing", "basically_passed", "failed", "passed", "closed", "unreported")


@cache
def _counting() -> dict[str, Any]:
    return cast("dict[str, Any]", words()["counting"])


@cache
def _nouns() -> re.Pattern[str]:
    kinds = ("accounts", "sites", "letters", "requests", "items", "units")
    return re.compile("|".join(f"(?P<{kind}>{any_of(_counting()[kind])})" for kind in kinds))


_SUBJECT_OF: dict[str, CountedSubject] = {
    "accounts": "account",
    "sites": "site",
    "letters": "letter",
    "requests": "request",
    "items": "item",
    "units": "unit",
}


@cache
def _number() -> re.Pattern[str]:
    classifiers = _counting()["classifiers"]
    return re.compile(
        rf"(?<![0-9.第,/])(?P<number>[0-9][0-9,]{{0,11}}|[两二三四五六七八九十百]{{1,4}})(?P<more>余|多)?\s*"
        rf"(?P<unit>{classifiers})(?!百分点|工作日|月|季度|小时|字|方面|环节|维度|层面|问题方面|自然日|[0-9])"
    )


PERCENT = re.compile(
    r"(?P<before>超过|逾|多于|高于|大于|约|大约|近|接近|将近|不足|低于|不到|少于|小于|至少|不低于)?"
    r"(?P<figure>[0-9]{1,3}(?:\.[0-9]{1,4})?)%(?P<after>以上|左右|以下)?"
)
_POINTS = re.compile(r"(?P<points>[0-9]{1,3}(?:\.[0-9]{1,4})?) *(?P<unit>个百分点|百分点|%)")
_BRACKETED = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_STAGE = re.compile(r"(?:检查|抽查)?(?:复核|复查|人工核查|终审)(?:结果|后)|初步(?:检查)?结果")
_METHOD = re.compile(
    r"(?:专业)?第三方(?:专业)?[\u4e00-\u9fff]{0,6}?(?:机构|公司|平台)|人工(?:检查|核查|复核)|技术监测|机器扫描|全面扫描"
)
_BASIS = re.compile(r"\((?P<basis>[^()]*(?:为准|不含|不包括|含|剔除)[^()]*)\)")


# --- what is being built ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    subject: CountedSubject
    label: str = ""
    counts: dict[Measure, Count] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    dimension: Dimension = "other"
    key: str | None = None
    part_of: Measure | None = None

    def group(self) -> Group:
        return Group(
            subject=self.subject,
            label=self.label,
            dimension=self.dimension,
            key=self.key,
            measure=self.part_of,
            outcomes=tuple(self.outcomes),
            rates=tuple(self.rates),
            **self.counts,
        )


@dataclass(slots=True)
class _Whole(_Tally):
    scope: str = ""
    count_basis: str | None = None
    stage: str | None = None
    method: str | None = None
    extent: Literal["full", "sampled"] | None = None
    parts: list[_Tally] = field(default_factory=list)
    last_measure: Measure | None = None

    def population(self) -> Population:
        return Population(
            subject=self.subject,
            label=self.label,
            scope=self.scope,
            count_basis=self.count_basis,
            stage=self.stage,
            method=self.method,
            extent=self.extent,
            outcomes=tuple(self.outcomes),
            rates=tuple(self.rates),
            groups=tuple(part.group() for part in self.parts),
            **self.counts,
        )


class CountBuilder:
    """Collect what is counted, in the order in which a text states it."""

    def __init__(self) -> None:
        self.wholes: list[_Whole] = []
        self.figures: list[Figure] = []
        self.shares: list[Rate] = []
        self.current: _Tally | None = None
        self.last_outcome: OutcomeKind | None = None
        self.stage: str | None = None
        self.method: str | None = None
        self.compared_with: ComparisonBasis | None = None

    def whole(self, subject: CountedSubject) -> _Whole | None:
        """Return the population of this kind that was spoken of last."""
        return next((whole for whole in reversed(self.wholes) if whole.subject == subject), None)

    def open(self, subject: CountedSubject, *, label: str = "", scope: str = "") -> _Whole:
        """Begin a population."""
        whole = _Whole(subject, label=label, scope=scope)
        self.wholes.append(whole)
        self.current = whole
        return whole

    def total(self, subject: CountedSubject, measure: Measure, count: Count, *, label: str = "", scope: str = "") -> _Whole:
        """Return a count of a whole population; a second, different one of the same measure begins another population."""
        whole = self.whole(subject)
        known = whole.counts.get(measure) if whole is not None else None
        if whole is None or scope or (known is not None and known.value != count.value):
            if whole is not None and not whole.counts and not scope:
                pass
            else:
                whole = self.open(subject, label=label, scope=scope)
        whole.counts.setdefault(measure, count)
        whole.label = whole.label or label
        whole.last_measure = measure
        self.current, self.last_outcome = whole, None
        return whole

    def part(
        self, subject: CountedSubject, label: str, key: str | None, dimension: Dimension, measure: Measure | None = None
    ) -> _Tally:
        """Return a part of the population that was spoken of last; the same part is never made twice."""
        whole = self.whole(subject) or self.open(subject)
        for part in whole.parts:
            alike = key is not None and part.key == key and dimension == "level" and part.dimension == dimension
            if part.label == label or (alike and (measure or part.part_of) not in part.counts):
                self.current, self.last_outcome = part, None
                return part
        part = _Tally(subject, label, dimension=dimension, key=key, part_of=whole.last_measure)
        whole.parts.append(part)
        self.current, self.last_outcome = part, None
        return part

    def back_to_whole(self) -> None:
        """End a list of parts: what follows without a name of its own is said of the whole again."""
        if self.current is not None and not isinstance(self.current, _Whole):
            self.current, self.last_outcome = self.whole(self.current.subject), None

    def outcome(self, tally: _Tally, kind: OutcomeKind, label: str, count: Count) -> None:
        """Return how many of a tally ended in one way; the first statement stands."""
        if all(outcome.kind != kind for outcome in tally.outcomes):
            tally.outcomes.append(Outcome(kind=kind, label=label, count=count))
        self.current, self.last_outcome = tally, kind

    def rate(self, rate: Rate, tally: _Tally | None = None) -> None:
        """Return a share of `tally`, else of what was counted last."""
        target = tally or self.current
        if target is not None:
            target.rates.append(rate)
            self.current = target

    def compare(self, comparison: Comparison) -> None:
        """Return a difference that belongs to the last rate of what was counted last."""
        if self.current is not None and self.current.rates:
            rate = self.current.rates[-1]
            self.current.rates[-1] = rate.model_copy(update={"comparisons": (*rate.comparisons, comparison)})

    def populations(self) -> tuple[Population, ...]:
        """Return what was collected."""
        return tuple(whole.population() for whole in self.wholes if whole.counts or whole.outcomes or whole.rates or whole.parts)


# --- the grammar ----------------------------------------------------------------------------------------------------

_TIME = re.compile(
    r"[0-9]{4}年(?:度)?|第?[一二三四]季度|本季度|上半年|下半年|[0-9]{1,2}月(?:份|[0-9]{1,2}日)?|截至|截止|目前|此次|本次|本轮|近期|期间|期内|我们|共计"
)
_FILLER = re.compile(
    r"全国|全省|全市|全县|全区|全州|我省|我市|我县|我区|我州|本省|本市|政府系统|各级|各地|现有|现|共有|共计|总计|合计|总共|一共|共|累计|正在|正常|在线|"
    r"实际|分别|其中|其余|另外|还有|包括|含|有|为|是|达到|达|计|的|对|已|被|了|经|组织|开展|完成|随机|重点|全部|全面|逐一|进行|总数|总量|数量|运维|"
    r"范围内|名单|主体|本|该|此|由|在|将|从"
)
_FILLER_END = re.compile(rf"(?:{_FILLER.pattern})$")
_PUNCTUATION = " 、,:“”"
_LONGEST_LABEL = 120
_NOISE = re.compile(
    r"(?:经)?(?:检查|抽查|复核|检测|监测|审核)(?:复核)?(?:结果|发现|中|情况|显示|后|表明)|经(?:检查|抽查|复核|第三方检测|检测|人工复核)+,?|"
    r"第三方\w{0,8}?检测|检查指标|检查对象|检查范围|全国[^,。]{2,14}信息报送系统(?:中)?(?:已)?|[《“][^》”]*[》”]"
)
_OFFICE = re.compile(r"办公厅|办公室|我办|我厅|我局|管理局|服务局|数据局|中心|机构|公司|领导小组")
_AGENT = re.compile(r"[县区市州旗镇]|单位|部门|各地")
_SPLIT_AND = re.compile(r"和|及|以及|、|与")


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


_EARLIER = re.compile(r"^(?:针对|对)?(?:上季度|上一季度|上期|上次|上一次|上轮)[^%]*(?:整改|复查)[^%]*$")
"""A sentence about the failures of the period before; its numbers belong to no population of this one."""


def read_counts(paragraphs: list[Line], page: Page, builder: CountBuilder | None = None) -> CountBuilder:
    """Read the figures of some paragraphs into a builder."""
    builder = builder or CountBuilder()
    for paragraph in paragraphs:
        for sentence in sentences(paragraph):
            if not _EARLIER.search(sentence.text):
                _sentence(sentence, page, builder)
    return builder


def method_of(lines: list[Line]) -> str | None:
    """Return how was inspected, where a line says so (第三方检测机构); None when none does."""
    found = (match.group() for line in lines if (match := _METHOD.search(line.text)))
    return next(found, None)


def _sentence(sentence: Line, page: Page, builder: CountBuilder) -> None:
    parts = False
    for segment in segments(sentence):
        builder.back_to_whole()
        builder.compared_with = None
        for clause in clauses(segment):
            parts = parts or clause.text.startswith("其中")
            if re.search("相比|比较$", clause.text) and not _POINTS.search(clause.text):
                # 与第一次抽查相比 holds for every clause that follows.
                builder.compared_with = _basis_of(clause.text) or "period_on_period"
                continue
            _clause(clause, page, builder, parts=parts)


_INSPECTED_AFTER = re.compile(r"(?:进行|开展|实施)了?[^,;]{0,10}?(?:检查|抽查|抽检|监测|检测|巡查|普查)")


def _clause(clause: Line, page: Page, builder: CountBuilder, *, parts: bool) -> None:
    text = clause.text
    basis = _BASIS.search(text)
    # Brackets of the same length keep every offset; 县(区) and 县(市、区) are part of a name and stay.
    plain = _BRACKETED.sub(
        lambda m: m.group() if len(m.group()) <= 7 and not re.search("见|含|附", m.group()) else " " * len(m.group()), text
    )
    plain = _NOISE.sub(lambda m: " " * len(m.group()), plain)
    matches = list(_number().finditer(plain))
    end = 0
    carried: Measure | None = None
    ended: ParsedNumber | None = None
    measure_after: Measure | None = "inspected" if matches and _INSPECTED_AFTER.search(plain, matches[-1].end()) else None
    for i, match in enumerate(matches):
        stop = matches[i + 1].start() if i + 1 < len(matches) else len(plain)
        parsed = _parse_number(plain, end, match, stop, page, clause)
        if parsed.measure is None and parsed.outcome is None and not parts:
            # 共检查政府网站35家、政务新媒体220个; 对35个政府网站、220个政务新媒体进行了检查.
            if ended is not None:
                parsed = replace(parsed, outcome=ended.outcome, outcome_label=ended.outcome_label)
            else:
                parsed = replace(parsed, measure=carried or measure_after)
        carried, ended = parsed.measure, parsed if parsed.outcome else None
        _enter(parsed, plain[end : match.start()], builder, parts=parts)
        end = match.end() + parsed.consumed
    if len(matches) > 1 and "、" in plain:
        builder.back_to_whole()
    for bracket in _BRACKETED.finditer(text):
        inside = bracket.group()[1:-1]
        several = len(list(_number().finditer(inside))) > 1
        if (several or "%" in inside) and len(inside) > 5 and (basis is None or basis.start() != bracket.start()):
            for part in clauses(Line(clause.number, clause.start + bracket.start() + 1, inside)):
                _clause(part, page, builder, parts=several)
    stage = _STAGE.search(text)
    if stage is not None:
        builder.stage = stage.group()
    method = _METHOD.search(text)
    if method is not None:
        builder.method = method.group()
    if matches and builder.wholes:
        whole = builder.wholes[-1]
        if builder.stage and whole.outcomes:
            whole.stage, builder.stage = whole.stage or builder.stage, None
        if builder.method and whole.counts:
            whole.method = whole.method or builder.method
    if basis is not None and builder.wholes:
        builder.wholes[-1].count_basis = basis.group("basis")
    _note(plain, builder)
    _all_passed(plain, page, clause, builder)
    _rates(plain, page, clause, builder)


def _parse_number(plain: str, begin: int, match: re.Match[str], stop: int, page: Page, clause: Line) -> ParsedNumber:
    left, right = plain[begin : match.start()], plain[match.end() : stop]
    bound: Bound = "more_than" if match.group("more") else "exact"
    for kind, terms in words()["bounds"].items():
        if re.search(rf"(?:{any_of(terms)})\s*$", left):
            bound = cast("Bound", kind)
    count = Count(
        value=number_of(match.group("number")),
        bound=bound,
        place=page.place(clause.start + match.start(), clause.start + match.end()),
    )
    before = list(_nouns().finditer(left))
    after = _nouns().search(right)
    # 335个政务新媒体合格: the noun follows at once; 政务新媒体为2个: it comes before.
    between = right[: after.start()] if after is not None else ""
    follows = after is not None and len(_FILLER.sub("", between).strip()) <= 14 and not re.search("[,;]", between)
    use_right = follows and (not before or (re.fullmatch(r"\s*\S{0,14}", between) is not None and _ends_open(left)))
    if use_right and after is not None:
        subject: CountedSubject | None = _SUBJECT_OF[cast("str", after.lastgroup)]
        label = right[: after.end()]
        extended = re.match(r"\S*?(?:网站|新媒体|账号)", right[after.end() : after.end() + 4])
        label = right[: after.end() + (extended.end() if extended else 0)]
        # What follows the noun belongs to the next number, if there is one.
        around = left + " " + (right[: after.end()] if stop < len(plain) else right)
    else:
        subject = _SUBJECT_OF[cast("str", before[-1].lastgroup)] if before else None
        label = left
        near = re.split("[、,]", right)[0] if stop < len(plain) else right
        around = left if before or _measure(left) or _outcome(left)[0] else left + " " + near
    outcome, outcome_label = _outcome(around)
    measure = None if outcome else _measure(around)
    agent, label = _agent(label if not use_right else left + label)
    label = _clean(label)
    consumed = after.end() if use_right and after is not None and stop < len(plain) else 0
    return ParsedNumber(subject, measure, outcome, outcome_label, label, agent, count, match.group("unit"), consumed)


def _ends_open(left: str) -> bool:
    """Return whether the words before a number do not yet say what is counted (其余, 对, 全省, 发现)."""
    bare = _FILLER.sub("", _TIME.sub("", left)).strip(" 、,")
    nouns = list(_nouns().finditer(bare))
    return not nouns or not bare.endswith(nouns[-1].group())


def _outcome(text: str) -> tuple[OutcomeKind | None, str]:
    for kind in OUTCOMES:
        terms = _counting()[kind]
        found = re.search(any_of(terms), text)
        if found is None:
            continue
        if kind == "passed" and re.search("合格率|达标率", text):
            continue
        if kind == "closed" and re.search("不含|除", text):
            continue
        return kind, found.group()
    return None, ""


def _measure(text: str) -> Measure | None:
    for measure in ("inspected", "running", "registered"):
        if re.search(any_of(_counting()[measure]), text):
            return measure
    return None


def _agent(text: str) -> tuple[str, str]:
    """Split off who inspects (各县(区)检查…): words before the verb that name a body and no site or account."""
    verb = re.search(any_of(_counting()["inspected"]), text)
    if verb is None:
        return "", text
    before = _FILLER.sub("", _TIME.sub("", text[: verb.start()])).strip(" 、,:")
    if before and not _nouns().search(before.replace("部门", "").replace("单位", "")) and _AGENT.search(before):
        agent = "" if _OFFICE.search(before) else text[: verb.start()].strip(" 、,:")
        return agent, text[verb.end() :]
    return "", text


@cache
def _label_noise() -> re.Pattern[str]:
    counting = _counting()
    terms = [*counting["inspected"], *counting["running"], *counting["registered"], "发现", "存在", "不合格", "合格", "在运行"]
    for kind in OUTCOMES:
        terms += counting[kind]
    return re.compile(any_of(terms))


def _clean(label: str) -> str:
    # 市府办组织对全市政府门户网站: the object begins after 对.
    label = re.sub(r"^.*对(?=[全我各本辖所政网门部新0-9])", "", label)
    label = _label_noise().sub("", _TIME.sub("", label[-_LONGEST_LABEL:])).strip(_PUNCTUATION)
    # One word at a time: a pattern that repeats words of which some begin others can take for ever.
    while match := _FILLER.match(label):
        label = label[match.end() :].lstrip(_PUNCTUATION)
    while match := _FILLER_END.search(label):
        label = label[: match.start()].rstrip(_PUNCTUATION)
    return label


_GENERIC = re.compile(r"(?:政府系统|政府|政务)?(?:政务)?(?:网站|新媒体|账号|政府网站|政务新媒体|新媒体账号|政务新媒体账号|站点)")


def is_generic(label: str) -> bool:
    """Return whether a label names the whole population (政府网站) rather than a part of it."""
    return not label or _GENERIC.fullmatch(label) is not None


def _enter(parsed: ParsedNumber, left: str, builder: CountBuilder, *, parts: bool) -> None:
    """Enter one number into the builder."""
    subject = parsed.subject
    if subject in ("letter", "request", "item", "unit"):
        if parsed.unit in ("家", "个") and subject == "item" and builder.current is not None and parsed.outcome:
            builder.outcome(builder.current, parsed.outcome, parsed.outcome_label, parsed.count)
            return
        builder.figures.append(Figure(label=parsed.label, count=parsed.count, unit=parsed.unit))
        builder.current = None
        return
    if subject is None:
        rest = parts and re.search("其他|其它", parsed.label) is not None
        if builder.current is None or not (parsed.outcome or parsed.measure or rest):
            return
        subject = builder.current.subject
    platform = platform_of(parsed.label) if subject == "account" else None
    level = level_of(parsed.label)
    narrow = not is_generic(parsed.label) and (platform is not None or level is not None)
    dimension: Dimension = "platform" if platform else "level" if subject == "site" else "owner"
    key = platform[0] if platform else level
    if re.search("其他|其它", parsed.label) and subject == "account" and (not level or level == "other"):
        narrow, key, dimension = True, "other", "platform"
    if parts and not narrow and parsed.label and not is_generic(parsed.label):
        narrow, dimension, key = True, "other", None
    if parsed.outcome:
        _enter_outcome(parsed, subject, builder, narrow=narrow, key=key, dimension=dimension)
        return
    if narrow and not parsed.agent and not _is_first(builder, subject, parsed, parts=parts):
        part = builder.part(subject, parsed.label, key, dimension, parsed.measure)
        measure = parsed.measure or part.part_of or "total"
        if parsed.measure and parsed.measure != part.part_of and not part.counts:
            part.part_of = parsed.measure
        part.counts.setdefault(measure, parsed.count)
        return
    whole = builder.total(
        subject,
        parsed.measure or "total",
        parsed.count,
        label=parsed.label if narrow else "",
        scope=f"{parsed.agent}检查" if parsed.agent else "",
    )
    if re.search(any_of(_counting()["covered"]), left):
        whole.extent = "full"
    elif re.search("抽查|抽检|抽样|随机", left) and whole.extent is None:
        whole.extent = "sampled"


def _is_first(builder: CountBuilder, subject: CountedSubject, parsed: ParsedNumber, *, parts: bool) -> bool:
    """Return a notice on one kind of subject only may begin with it: 全市共抽查政务微信30个 opens a population of its own."""
    return builder.whole(subject) is None and not parts and parsed.measure is not None


def _enter_outcome(
    parsed: ParsedNumber, subject: CountedSubject, builder: CountBuilder, *, narrow: bool, key: str | None, dimension: Dimension
) -> None:
    assert parsed.outcome is not None
    current = builder.current
    if narrow:
        tally: _Tally = builder.part(subject, parsed.label, key, dimension)
    elif (
        current is not None
        and current.subject == subject
        and not isinstance(current, _Whole)
        and parsed.subject is None
        and max((count.value for count in current.counts.values()), default=parsed.count.value) >= parsed.count.value
    ):
        tally = current
    else:
        tally = builder.whole(subject) or builder.open(subject)
        if parsed.outcome in {outcome.kind for outcome in tally.outcomes} and parsed.agent:
            tally = builder.open(subject, scope=f"{parsed.agent}检查")
    builder.outcome(tally, parsed.outcome, parsed.outcome_label, parsed.count)


def _note(plain: str, builder: CountBuilder) -> None:
    """Return what is added about units that ended in one way: 问题已整改."""
    if (
        not re.fullmatch(r"\s*(?:其)?(?:存在的|所有|全部)?问题(?:均|都|全部)?已(?:全部)?(?:完成)?整改(?:到位|完毕|完成)?\s*", plain)
        or not builder.current
    ):
        return
    outcomes = builder.current.outcomes
    if outcomes:
        outcomes[-1] = outcomes[-1].model_copy(update={"note": plain.strip()})


def _all_passed(plain: str, page: Page, clause: Line, builder: CountBuilder) -> None:
    """Enter 全部合格: of what was counted last as many passed as were inspected."""
    match = re.search(r"(?:全部|均|都)(?:为)?(?:合格|达标)", plain)
    tally = builder.current
    if match is None or tally is None or any(outcome.kind in ("passed", "failed") for outcome in tally.outcomes):
        return
    base = tally.counts.get("inspected") or next(iter(tally.counts.values()), None)
    if base is not None:
        place = page.place(clause.start + match.start(), clause.start + match.end())
        builder.outcome(tally, "passed", match.group(), Count(value=base.value, place=place))


# --- rates ----------------------------------------------------------------------------------------------------------


def rate_kind(label: str) -> RateKind | None:
    """Return what kind of share a label names; None when it names none."""
    for kind in ("failure_share", "pass", "completion", "coverage", "share"):
        if re.search(any_of(words()["rates"][kind]), label):
            return kind
    return None


def _rates(plain: str, page: Page, clause: Line, builder: CountBuilder) -> None:
    comparison = comparison_of(plain, page, clause, builder.compared_with)
    if comparison is not None:
        if _nouns().search(plain):
            target = _rate_target(plain, builder)
            builder.current = target or builder.current
        builder.compare(comparison)
        return
    end = 0
    for match in PERCENT.finditer(plain):
        before = plain[end : match.start()]
        end = match.end()
        kind = rate_kind(before)
        if kind is None:
            continue
        label = _rate_label(before)
        target = _rate_target(before, builder)
        last = builder.last_outcome
        if kind == "share" and (last == "failed" or re.search("不合格|突出问题", before)):
            kind = "failure_share"
        elif kind == "share" and last == "passed":
            kind = "pass"
        elif kind == "share" and re.search("占.{0,8}(?:总数|运行|网站|新媒体|总量)", before) and target is not None:
            kind = "coverage"
        rate = Rate(
            kind=kind,
            label=label,
            figure=Decimal(match.group("figure")),
            text=match.group(),
            bound=bound_of(match.group("before"), match.group("after")),
            place=page.place(clause.start + match.start(), clause.start + match.end()),
        )
        if target is None and builder.figures and builder.current is None:
            figure = builder.figures[-1]
            builder.figures[-1] = figure.model_copy(update={"rates": (*figure.rates, rate)})
        else:
            builder.rate(rate, target)


def bound_of(before: str | None, after: str | None) -> Bound:
    for word in (before, after):
        if word:
            for kind, terms in words()["bounds"].items():
                if word in terms:
                    return cast("Bound", kind)
    return "exact"


def _rate_label(before: str) -> str:
    text = re.sub(r"(?:分别)?(?:为|是|达到|达|约|的)+\s*$", "", before.strip(" 、").removeprefix("其中"))
    found = re.search(r"[^ 、,()]*(?:率|占比|比例|比重|占)$", text)
    return (found.group() if found else text)[-40:]


def _rate_target(before: str, builder: CountBuilder) -> _Tally | None:
    """Return the population or part that a rate names itself; None when it names none."""
    noun = next(reversed(list(_nouns().finditer(before))), None)
    if noun is None or noun.lastgroup not in ("sites", "accounts"):
        if re.search("总体|总的|整体|综合", before) and builder.current is not None:
            return builder.whole(builder.current.subject)
        return builder.current
    subject = _SUBJECT_OF[noun.lastgroup]
    label = _clean(re.sub(r"(?:抽查|检查|抽检|监测)?(?:总体|整体|综合)?(?:合格率|达标率|占比|比例).*", "", before[: noun.end()]))
    platform = platform_of(label) if subject == "account" else None
    level = level_of(label)
    if not is_generic(label) and (platform or level):
        dimension: Dimension = "platform" if platform else "level" if subject == "site" else "owner"
        return builder.part(subject, label, platform[0] if platform else level, dimension)
    return builder.whole(subject) or builder.open(subject)


def _basis_of(plain: str) -> ComparisonBasis | None:
    rates = words()["rates"]
    if re.search(any_of(rates["year_on_year"]), plain):
        return "year_on_year"
    if re.search(any_of(rates["period_on_period"]), plain) and re.search("环比|较|比|与|相比|上", plain):
        return "period_on_period"
    return None


def comparison_of(plain: str, page: Page, clause: Line, default: ComparisonBasis | None = None) -> Comparison | None:
    """Return a difference to an earlier period (同比上升1.33%); None when the clause states none.

    Args:
        default: What an earlier clause of the sentence compares with (与上季度相比,…).
    """
    rates = words()["rates"]
    direction = next((state for state in ("up", "down", "same") if re.search(any_of(rates[state]), plain)), None)
    if direction is None:
        return None
    basis = _basis_of(plain) or default
    if basis is None:
        return None
    match = next(reversed(list(_POINTS.finditer(plain))), None)
    start = re.search(any_of([*rates["year_on_year"], *rates["period_on_period"], *rates[direction]]), plain)
    assert start is not None
    if direction == "same":
        change = Change(state="same", points=Decimal(0))
        end = len(plain)
        unit = ""
    elif match is None:
        return None
    else:
        change = Change(state=cast("Any", direction), points=Decimal(match.group("points")))
        end = match.end()
        unit = match.group("unit")
    return Comparison(
        basis=basis,
        change=change,
        unit=unit,
        place=page.place(clause.start + start.start(), clause.start + max(end, start.end())),
    )
