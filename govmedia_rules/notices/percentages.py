"""Read printed percentages, what they are shares of, and their differences to earlier periods."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from govmedia_rules.core.rates import Change
from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.builder import CountBuilder, PartBuilder, WholeBuilder
from govmedia_rules.notices.figures import ComparisonBasis, CountedSubject, Dimension, PeriodComparison, Rate, RateKind
from govmedia_rules.notices.labels import PERCENT, SUBJECT_OF, bound_of, clean_label, is_generic, level_of, nouns, platform_of_label
from govmedia_rules.notices.outline import Line, NoticeText, notice_words
from govmedia_rules.notices.stance import stance_of

_POINTS = re.compile(r"(?P<points>[0-9]{1,3}(?:\.[0-9]{1,4})?) *(?P<unit>个百分点|百分点|%)")


def rate_kind(label: str) -> RateKind | None:
    """Return the kind of share a label names; None when it names none."""
    for kind in ("failure_share", "pass", "completion", "coverage", "share"):
        if re.search(any_of(notice_words()["rates"][kind]), label):
            return kind
    return None


_FROM_TO = re.compile(r"(?:由|从)[^,;]{0,12}?[0-9.]+%[^,;0-9]{0,6}(?:到|至|为)[^,;0-9]{0,4}[0-9.]+%")
_NORM = re.compile(r"(?:按照?|达到|不低于|不少于|低于|符合|对照)[^,;]{0,14}$")
_NORM_AFTER = re.compile(r"^(?:以上|以内)?(?:、[^,;%]{1,10})?的?(?:标准|要求|目标|任务|规定|指标|抽查要求|(?:抽查|检查|抽检)?比例)")
_BY_SHARE = re.compile(r"按照?$")


def changes_by_points(text: str) -> bool:
    """Return whether a text states a difference in percentage points."""
    return _POINTS.search(text) is not None


def read_percentages(plain: str, page: NoticeText, clause: Line, builder: CountBuilder) -> None:
    """Enter the rates of a clause, or the difference that it states."""
    comparison = comparison_of(plain, page, clause, builder.compared_with)
    if _FROM_TO.search(plain):
        # 答复率由91%提高到98.5% gives both figures, and neither is a difference.
        return
    if comparison is not None:
        if nouns().search(plain):
            target = _rate_target(plain, builder)
            builder.current = target or builder.current
        builder.compare(comparison)
        return
    if re.search("力争|确保|目标|争取|要求", plain) and stance_of(plain) == "demanded":
        # 力争合格率达到98%以上 is an aim.
        return
    if _enter_distributed(plain, page, clause, builder):
        return
    end = 0
    for match in PERCENT.finditer(plain):
        before = plain[end : match.start()]
        end = match.end()
        after = plain[end:]
        is_asked_for = match.group("before") or match.group("after") or not re.match("的?(?:抽查|检查|抽检)?比例", after)
        if is_asked_for and _NORM_AFTER.match(after) and _NORM.search(before + (match.group("before") or "")):
            # 按照抽查比例不低于10%的标准: what was asked for, not what was done.
            continue
        is_share_inspected = (
            _BY_SHARE.search(before) is not None and re.match("的?(?:抽查|检查|抽检)?(?:比例|比率)", after) is not None
        )
        kind = "coverage" if is_share_inspected else rate_kind(before)
        if re.search("(?:不低于|不少于|不得低于)$|每(?:年|半年|季度?|月)[^,]*$", before + (match.group("before") or "")):
            # 抽查比例不低于30%, 每季度抽查比例达到40%: what is asked for.
            continue
        if _OF_ONE_SITE.search(before):
            # 站点无法访问率超过5% is measured of one site.
            continue
        if kind == "share" and builder.is_unread and before.strip(" ,") in ("占", "占比", "占总数", "占比为"):
            # 更新正常的285个,占97.9%: a share of what was not entered is none of the whole.
            continue
        if kind == "completion" and _is_of_letters(before, builder):
            continue
        if kind is not None:
            label = "抽查比例" if is_share_inspected else _rate_label(before)
            _enter_rate(kind, label, before, match, page, clause, builder)


_OF_ONE_SITE = re.compile("(?:访问|可用|打开|打不开|连通|断链|错链|死链|更新|活跃|阅读)(?:的)?(?:比)?率")


def _is_of_letters(before: str, builder: CountBuilder) -> bool:
    """Whether a rate is said of letters that nothing counted (群众来信按时办结率): it is none of the sites counted before."""
    letters = any(noun.lastgroup in ("letters", "requests") for noun in nouns().finditer(before))
    letters = letters or re.search("(?:办结|答复|回复|办理|满意)[率度]", before) is not None
    return letters and (not builder.figures or builder.current is not None)


_DISTRIBUTED = re.compile(r"(?:分别|均|都)(?:为|是|达到|达)$")


def _enter_distributed(plain: str, page: NoticeText, clause: Line, builder: CountBuilder) -> bool:
    """Enter 合格率分别为99.41%、99.49% and 抽查比例均为50% for the sites and accounts counted before; return whether this was one.

    Where the number of figures is not the number of subjects nothing is entered: whose each is would be a guess.
    """
    matches = list(PERCENT.finditer(plain))
    lead = plain[: matches[0].start()] if matches else ""
    kind = rate_kind(lead)
    if not matches or kind is None or not _DISTRIBUTED.search(lead.rstrip()):
        return False
    if kind == "share" and builder.current is None:
        # 3个网站、9个账号存在问题,占比分别为…: shares of what is no population.
        return True
    named = list(dict.fromkeys(SUBJECT_OF[noun.lastgroup] for noun in nouns().finditer(lead) if noun.lastgroup))
    if named and not (len(named) == len(matches) == 2 and set(named) == {"site", "account"}):
        return False
    # 网站不合格1家,新媒体不合格4个,合格率分别为…: each was named in a clause of its own.
    subjects = named or (builder.recent if len(builder.recent) == len(matches) or len(matches) < 2 else builder.in_segment)
    opens = bool(named) or (kind == "pass" and len(subjects) == len(matches) > 1)
    wholes = [whole for s in subjects if (whole := builder.whole(s) or (builder.open(s) if opens else None)) is not None]
    figures = matches * len(wholes) if re.search("均|都", lead) and len(matches) == 1 else matches
    if len(figures) != len(wholes):
        return len(wholes) > 1 or (len(matches) > 1 and "分别" in lead)
    for match, whole in zip(figures, wholes, strict=True):
        figure = f"{match.group('figure')}%"
        place = page.place(clause.start + match.start("figure"), clause.start + match.end("figure") + 1)
        whole.rates.append(
            Rate(kind=kind, label=_rate_label(lead), figure=Decimal(match.group("figure")), text=figure, place=place)
        )
    return True


def _enter_rate(
    kind: RateKind, label: str, before: str, match: re.Match[str], page: NoticeText, clause: Line, builder: CountBuilder
) -> None:
    target = _rate_target(before, builder)
    if target is None and kind in ("pass", "failure_share") and builder.current is None and builder.wholes:
        # 抽查政务新媒体180个,发现问题账号4个,合格率97.78%: of the accounts, not of the problems.
        target = builder.whole(builder.topic) if builder.topic else builder.wholes[-1]
    both = {"sites", "accounts"} <= {noun.lastgroup for noun in nouns().finditer(before)}
    rate = Rate(
        kind=_kind_seen_with(kind, before, target, builder),
        label=label,
        figure=Decimal(match.group("figure")),
        text=f"{match.group('figure')}%",
        bound=bound_of(match.group("before"), match.group("after")),
        place=page.place(clause.start + match.start("figure"), clause.start + match.end("figure") + 1),
    )
    if target is None and builder.figures and builder.current is None:
        figure = builder.figures[-1]
        builder.figures[-1] = figure.model_copy(update={"rates": (*figure.rates, rate)})
    elif target is None and kind == "pass" and "网站" in page.text and "新媒体" in page.text and not builder.wholes:
        # Of sites or of accounts: the text names both and the rate neither.
        return
    elif target is None and kind in ("coverage", "pass") and not builder.wholes:
        builder.rate(rate, builder.open("site" if "网站" in page.text else "account"))
    else:
        builder.rate(rate, target)
    if both and target is not None:
        other: CountedSubject = "site" if target.subject == "account" else "account"
        if isinstance(target, WholeBuilder):
            builder.rate(rate, builder.whole(other) or builder.open(other))
        else:
            builder.rate(rate, builder.part(other, target.label, None, "region"))


def _kind_seen_with(kind: RateKind, before: str, target: PartBuilder | None, builder: CountBuilder) -> RateKind:
    """Return what a bare 占比 is a share of: of the failed, the passed, or the inspected that was spoken of last."""
    if kind != "share":
        return kind
    if builder.last_outcome == "failed" or re.search("不合格|突出问题", before):
        return "failure_share"
    if builder.last_outcome == "passed":
        return "pass"
    whole = builder.current if isinstance(builder.current, WholeBuilder) else None
    if target is whole and whole is not None and "inspected" in whole.counts and len(whole.counts) > 1:
        # 共有1280个,抽查256个,占比20%.
        return "coverage"
    is_of_all = re.search("占.{0,8}(?:总数|运行|网站|新媒体|总量)", before) is not None
    return "coverage" if is_of_all and target is not None else kind


def _rate_label(before: str) -> str:
    text = re.sub(r"(?:分别)?(?:为|是|达到|达|约|的)+\s*$", "", before.strip(" 、").removeprefix("其中"))
    match = re.search(r"[^ 、,()]*(?:率|占比|比例|比重|占)$", text)
    return (match.group() if match else text)[-40:]


_RATE_WORDS = re.compile(
    r"(?:连续[^,]{1,8}?(?:季度|次|期))|(?:抽查|检查|抽检|监测)?(?:总体|整体|综合|平均)?(?:的)?(?:合格率|达标率|占比|比例).*|(?:无法|不能|未).*|中$"
)
_SUBSET = re.compile(
    r"等(?:地|[0-9]+)|(?:省|市|县|区|州|盟|旗|乡|镇|街道|部门|部委|单位|厅|局|委|兵团|机构|[\u4e00-\u9fff]{2}、[\u4e00-\u9fff]{2,})"
)
_WHOLE_WORDS = re.compile(
    r"全(?:国|省|市|县|区|州|盟|旗)|我(?:省|市|县|区|州|委|局|厅|部)|本(?:省|市|县|区|州)|各(?:级|地|市|县|区|部门|单位|乡镇)*|"
    r"被抽查的?|抽查的?|检查的?|运行的?|在运行的?|所属的?|政府系统|县级以上|省市县|政府"
)


def _rate_target(before: str, builder: CountBuilder) -> PartBuilder | None:
    """Return the population or part that a rate names itself; what was counted last when it names none."""
    noun = next(reversed(list(nouns().finditer(before))), None)
    if noun is None or noun.lastgroup not in ("sites", "accounts"):
        return _target_by_place(before, builder)
    subject = SUBJECT_OF[noun.lastgroup]
    if {"sites", "accounts"} <= {other.lastgroup for other in nouns().finditer(before)}:
        # 政府网站、政务新媒体合格率: said of both, entered for each by the caller.
        place = clean_label(before[: next(nouns().finditer(before)).start()])
        if "、" in place and _SUBSET.search(_WHOLE_WORDS.sub("", place)):
            return builder.part(subject, place, None, "region")
        return builder.whole(subject) or builder.open(subject)
    label = clean_label(_RATE_WORDS.sub("", before[: noun.end()]))
    platform = platform_of_label(label) if subject == "account" else None
    level = level_of(label)
    if not is_generic(label) and (platform or level):
        dimension: Dimension = "platform" if platform else "level" if subject == "site" else "owner"
        return builder.part(subject, label, platform[0] if platform else level, dimension)
    if _SUBSET.search(_WHOLE_WORDS.sub("", label)):
        # 北京、辽宁等地政府网站抽查合格率: a rate of these places only.
        return builder.part(subject, label, None, "region")
    return builder.whole(subject) or builder.open(subject)


def _target_by_place(before: str, builder: CountBuilder) -> PartBuilder | None:
    """Return the target of a rate that names no sites and no accounts (总体合格率, 天津、海南抽查合格率)."""
    current = builder.current
    subject = current.subject if current is not None else builder.topic or next((w.subject for w in reversed(builder.wholes)), None)
    if subject is None:
        return None
    if current is not None and re.search("总体|总的|整体|综合", before):
        return builder.whole(subject)
    label = clean_label(_RATE_WORDS.sub("", before)).strip("、, ")
    listed = "、" in label and _SUBSET.search(label) is not None
    is_counted = re.search("等[0-9]+个(?:地区|省份|省|市|县|部门|单位)?$", label) is not None
    if (is_counted or (listed and nouns().search(label) is None)) and len(label) <= 60:
        return builder.part(subject, label, None, "region")
    return current


def stated_basis(plain: str) -> ComparisonBasis | None:
    """Return the period a clause compares with (同比, 环比, 较上季度); None when it states none."""
    rates = notice_words()["rates"]
    if re.search(any_of(rates["year_on_year"]), plain):
        return "year_on_year"
    if re.search(any_of(rates["period_on_period"]), plain) and re.search("环比|较|比|与|相比|上", plain):
        return "period_on_period"
    return None


def comparison_of(plain: str, page: NoticeText, clause: Line, default: ComparisonBasis | None = None) -> PeriodComparison | None:
    """Return a difference to an earlier period (同比上升1.33%); None when the clause states none.

    Args:
        default: What an earlier clause of the sentence compares with (与上季度相比,…).
    """
    rates = notice_words()["rates"]
    direction = next((state for state in ("up", "down", "same") if re.search(any_of(rates[state]), plain)), None)
    if direction is None:
        return None
    basis = stated_basis(plain) or default
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
    return PeriodComparison(
        basis=basis,
        change=change,
        unit=unit,
        place=page.place(clause.start + start.start(), clause.start + max(end, start.end())),
    )
