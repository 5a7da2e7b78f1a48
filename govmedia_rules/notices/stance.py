"""Tell what a clause of a notice does: state a fault, deny one, demand, praise, or report that one was put right.

A topic is no finding. 未出现安全、泄密等问题 speaks of secrets and finds none; 要杜绝错别字 demands; 上季度通报的网站均已整改 looks
back. Only a clause with a predicate of fault of its own, in the scope of none of these, states a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Literal, cast

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.outline import Line, clauses, notice_words

Stance = Literal["fault", "weak", "denied", "demanded", "praised", "rectified", "earlier", "asked", "figure", "plain"]
"""What a clause does. `figure` gives a number or a title (答复率99.6%, 不合格网站名单) and no fault.
`weak` is a fault that only asks for improvement (有待提高); `plain` states no fault at all."""

NO_FAULT: tuple[Stance, ...] = ("denied", "demanded", "praised", "rectified", "earlier", "asked", "figure")
_NOT = "(?:并未|均未|尚未|从未|暂未|也未|未再|未曾|未|没有|没|不再|不)"
_MUST = "(?<![重主需概纲摘简首])要(?![素闻求点件义])|(?<!申)请(?![示求])|将(?:按|对|予以|进一步|继续|适时|视|依)"
_AGAIN = re.compile(r"仍|依然|依旧|再次|又|至今|屡|反弹|尚未|未整改|未按|没有整改|整改不")


_NONE = re.compile(r"[^,、;:。]{0,200}?(?:为)?(?<![0-9.])[0零](?:余)?(?:个|家|条|处|次|件|例|起|篇)(?![0-9起内前后以])")
_CLOSURE = re.compile(
    r"(?:[年季月]内|全[省市县区州]|已|共|累计|全年|新增|依法|按程序|按规定|本季度|主动)*(?:(?:关停|注销|整合|撤并|迁移|清理|下线|关闭|归并)(?:或|并|和|、)?)+"
    r"(?:了)?(?:各类)?(?:政府|政务)?(?:网站|新媒体|账号|微信|微博|公众号)*(?:账号)?[0-9]+(?:个|家)"
)
_SCORE = re.compile(r"(?:答复|办结|回复|办理|处理|回应|反馈)率(?:均)?(?:为|达到|达)?[0-9.]+%$")
_RECEIPT = re.compile(r"(?:收到|受理|办理|办结|答复|回复)[^,]{0,24}?[0-9]+余?(?:条|件|个|次)$")
_LIST_TITLE = re.compile(r"(?:网站|新媒体|账号|公众号|单位|问题)(?:的)?(?:名单|清单|列表|情况表)$")


def without_none(text: str) -> str:
    """Return a text without the items of which there are none (死链35个、暗链0个)."""
    return _NONE.sub("", text).strip("、, ") if _NONE.search(text) else text


def is_figure(clause: str) -> bool:
    """Return whether a clause gives a number or the title of a list, and no fault beside it."""
    if _LIST_TITLE.search(clause) and not re.search("[未无没]", clause):
        return True
    if _CLOSURE.fullmatch(re.sub("“[^“”]*”", "", clause)):
        return True
    return (_SCORE.search(clause) or _RECEIPT.search(clause)) is not None and not has_fault(re.sub("“[^“”]*”", "", clause))


_NOW = "对[^,]*(?:立行立改|立整立改|即知即改|即查即改|提醒|约谈)$"
_NO_SUCH = re.compile(
    "(?:^|[既也均都更并]|网站|新媒体|账号|公众号|微博)(?:无|没有|未有)(?![对将把按]|及时|整改|完成)(?P<kind>[^,]+?)"
    "(?:等|的)?(?:情况|现象|情形|问题|(?<=的)(?:网站|账号|单位)?)$"
    "|(?:未|没有)(?:发现|出现|检出|监测到)(?P<found>[^,]+?)的(?:网站|账号|栏目|单位|公众号|情况|现象|情形|行为)$"
    "|(?:无|没有)(?:一[个家例起条处]?|任何|单位|部门|网站|账号|栏目)(?P<any>[^,]+)$"
)
"""无内容不准确的现象, 也没有不更新的, 没有一个账号因错误被扣分: they deny the fault that they name (没有更新的 names none)."""
_STATED = re.compile("[未没不缺无]|发现|存在|出现|错误")


@cache
def _stance() -> dict[str, Any]:
    return cast("dict[str, Any]", notice_words()["stance"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    stance = _stance()
    faults, finding = any_of(stance["fault_nouns"]), any_of(stance["finding"])
    acts, objects = any_of(stance["acting"]), any_of(stance["acted_upon"])
    patterns = {
        "asked": any_of(stance["asked"]),
        # 未发现空白栏目 denies; 未发现有效互动渠道 states that something is lacking.
        "denied": rf"{_NOT}[再被]?(?:{finding})(?:了|任何|上述|有|新的?)*[^,]*?(?:{faults})|{_NOT}再?(?:{finding})$"
        rf"|(?:未|没有|不)超(?:过|出)(?!.*(?:未|不|无))|(?:未见(?!更新|[回答]复)|找不到)[^,]*(?:{faults})|{_NOT}(?:触及|触碰|触犯|扣分)"
        rf"|(?:未|无|没有|不再)[再曾]?(?:有|出现|发生|存在)?[^,、更回答及按]{{0,3}}?(?:{any_of(stance['negative'])})|不再为"
        r"|不属于[^,]*(?:情形|情况|范围|问题)$|[摘脱][^,]{0,8}帽|帽子?(?:已|被)+摘|从[^,]*[名清]单[^,]{0,4}(?:移除|移出|删除|剔除|退出)"
        r"|[^,]{2}(?:全部|均)?已?(?:全部)?清零$|由“[^”]*”[变转改]为"
        rf"|未能?[^,]{{0,24}}(?:找到|查到|发现)任何|(?:{faults})[^,]*[降减](?:为|至|到)(?:0|零)"
        rf"|(?:{any_of(stance['negative'])})[^,]{{0,4}}?(?:均|都)?(?:降)?[为至](?:零|0)(?:$|[个条处次])"
        rf"|{_NOT}再?(?:发布|推送|转发|转载)过?[^,]{{0,6}}?(?:商业|广告|娱乐|不当|敏感|违规|虚假|错误)",
        "refuted": rf"{any_of(stance['refuting'])}|(?:^|[”实确查])系(?!统)[^,]{{0,16}}?(?:{any_of(stance['mistaken'])})",
        "free_of": rf"(?:^|[^不])(?:无|没有|零|未有)(?:[^,、不未找纠“]{{0,8}}?)(?:{any_of(stance['errors'])})(?!反馈|入口|报告)",
        "prevented": rf"(?:{any_of(stance['preventing'])})(?!.*(?:不力|不到位|不够|不严|薄弱)$)",
        "demanded": rf"^(?:{any_of(stance['addressed'])})?[^,未没不]{{0,8}}?(?:{_MUST}|{any_of(stance['demanding'])})",
        "counted": r"(?:提醒|督促|下发|制发|印发|发出|推送)(?!仅|只|[^,]*(?:广告|商业|促销))[^,]*?[0-9]+余?(?:次|份|条|件|家|个)",
        "excused": r"(?:不|未)(?:再)?(?:计|列|算|作(?!为问)|视|判|认定|纳)[^,]{0,6}(?:不合格|问题|扣分|考核|检查|统计)"
        r"|已(?:提前|事先|按规定|按要求)(?:报备|公告|公示|说明)|不予(?:通报|扣分|追究)|不计入$|属(?:于)?正常|未(?:影响(?:检查|考核|判定)|违反)"
        r"|(?<!未)经(?:备案|报备|批准)(?:后)?同意",
        "criteria": any_of(stance["criteria"]),
        "acts": rf"(?:{acts})[^,]{{0,12}}(?:{objects})|(?:{objects})[^,]{{0,6}}(?:{acts})"
        r"|(?:发布|公布|宣传|推送|普及)[^,的]*(?:案例|知识|常识)(?:[0-9]+[条起个期篇])?$",
        "conditional": rf"(?:^|对|[中时后])(?:{any_of(stance['conditional'])})|{_NOW}|"
        r"(?:把|将)[^,“”]{1,20}纳入|[未不无][^,]{1,12}的(?:要|应|须|必须|务必)(?:在|于|立即|尽快|按|及时)|^针对[^,]*(?:问题|情况|现象)$|^对[^,]*的(?:要|应|须|将|一律|予以|给予|坚决|严肃|(?:政务新媒体|账号|网站|单位|部门|栏目)?$)",
        "urged": any_of(stance["urging"]),
        "praised": rf"(?<![未不])(?:{any_of(stance['praising'])})",
        "improved": rf"(?:{faults}|现象|情形|情况)[^,]{{0,6}}?(?:{any_of(stance['less'])})",
        "rectified": rf"(?<![未不])(?:{any_of(stance['already'])})[^,未没不无仍]{{0,12}}?(?:(?:{any_of(stance['mending'])})"
        rf"|(?:{any_of(stance['settled'])})(?:了|完毕|处理|外)?$)|(?:检查|复查|核查|监测|结果)(?:均|已|都)?为?(?:合格|达标)$",
        "reported": "(?:通报|点名|反馈|反映|指出)(?:过?的|我[省市县区])|被(?:约谈|通报|点名|提醒)(?:后|过)",
        "now": "(?:现|目前)(?:在)?(?:已|均|每|能|全)(?!.*(?:正在|拟|将|准备|计划|处于|申请))",
        "earlier": rf"(?:{any_of(stance['earlier'])})[^,]{{0,14}}?(?:多发|常见|通报|检查|抽查|监测|发现|指出|反馈|整改|不合格|被)"
        r"|此前[^;。]{0,40}?曾经?(?:出现|存在|发生)|曾因|此前[^,;。]{0,6}(?:缺失|未|不|没|无)[^;。]{0,30}?[已现]|^(?:针对|对照)[^,]{0,20}?(?:通报|指出|反馈)的",
        "weak": any_of(stance["weak"]),
        "fault": any_of(stance["predicates"]),
        "innocent": any_of(stance["innocent"]),
    }
    return re.compile(patterns[name])


def has_fault(text: str) -> bool:
    """Return whether a text has a predicate of fault: a negation, a lack, a delay, an error."""
    return _pattern("fault").search(_pattern("innocent").sub("", text)) is not None


# Each name in a segment asks for the stances of all its clauses.
@lru_cache(maxsize=256)
def stance_of(clause: str) -> Stance:
    """Return the stance of a clause, taken by itself."""
    if _pattern("asked").search(clause):
        return "asked"
    if has_fault(clause) and not has_fault(without_none(clause)):
        return "denied"
    if is_figure(clause):
        return "figure"
    if any(_pattern(name).search(clause) for name in ("denied", "free_of", "refuted")) or _denies_such(clause):
        return "denied"
    if _pattern("counted").search(clause) and not _AGAIN.search(clause):
        return "demanded"
    if _pattern("acts").search(clause) and not _STATED.search(clause.replace("不实信息", "")):
        # 及时处理错敏字, 开展错敏词扫描: something is done about faults, none is stated.
        return "demanded"
    if _pattern("prevented").search(clause) or _pattern("conditional").search(clause):
        return "demanded"
    if not _AGAIN.search(clause) and (
        _pattern("rectified").search(clause) or (_pattern("now").search(clause) and not has_fault(clause))
    ):
        return "rectified"
    if _pattern("earlier").search(clause) and not _AGAIN.search(clause):
        return "earlier"
    if _pattern("weak").search(clause):
        return "weak"
    praise = _pattern("praised").search(clause)
    if praise is not None and clause.startswith(("、", "但", "却", "而"), praise.end()) and has_fault(clause[praise.end() :]):
        # 16个更新及时、2个超过两周未更新; 更新及时但从不回复: the fault is said beside it.
        return "fault"
    if praise is not None or _pattern("improved").search(clause):
        return "praised"
    if _pattern("demanded").search(clause):
        return "demanded"
    if has_fault(clause):
        return "fault"
    return "demanded" if _pattern("urged").search(clause) else "plain"


def _denies_such(clause: str) -> bool:
    such = _NO_SUCH.search(clause)
    denied = "" if such is None else such["kind"] or such["found"] or such["any"]
    return has_fault(denied) or denied.startswith("被")


TURN = re.compile(
    r"但|然而|不过|却|仍|同时|此外|另外|个别|部分|有的|少数|一些|存在|发现|[“”]|网站|公众号|微信|微博|抖音|账号|新媒体|栏目"
)
"""Words with which a clause turns to something else than the one before it."""


def stances(sentence: Line) -> Iterator[tuple[Line, Stance]]:
    """Yield the clauses of a sentence with what each does; a clause without a subject of its own goes on as the one before.

    杜绝更新不及时,互动回应差等问题 demands twice. A clause that says the fault was put right speaks of those
    before it when they are of an earlier period (上季度通报的“甲”网站栏目空白,现已整改).
    """
    pairs = [(clause, stance_of(clause.text)) for clause in clauses(sentence)]
    if _pattern("criteria").search(sentence.text):
        yield from ((clause, "asked" if stance in ("fault", "weak") else stance) for clause, stance in pairs)
        return
    is_of_before = any(_pattern(name).search(sentence.text) for name in ("earlier", "reported")) and not _AGAIN.search(
        sentence.text
    )
    before: Stance = "plain"
    for i, (clause, stance) in enumerate(pairs):
        if stance in ("fault", "weak"):
            said_after = list(_said_of(pairs[i:]))
            if is_of_before and any(later == "rectified" for _, later in said_after):
                stance = "earlier"
            elif any(_takes_back(later.text) for later, _ in said_after):
                stance = "denied"
            elif before in ("denied", "demanded", "asked") and not TURN.search(clause.text):
                stance = before
        before = stance
        yield clause, stance


_SUBJECT = re.compile("“|^(?![经该其系]).*(?<![该其])(?:网站|微博|公众号|抖音号|视频号|账号)")
_OF_ALL = re.compile("均|都|全部|以上|上述|悉数")


def _said_of(pairs: list[tuple[Line, Stance]]) -> Iterator[tuple[Line, Stance]]:
    """Yield the first clause and those after it that are said of its subject: up to the next subject, and what is said of all."""
    is_same = True
    for i, (clause, stance) in enumerate(pairs):
        has_subject = i > 0 and _SUBJECT.search(clause.text) is not None
        is_same = is_same and not has_subject
        if is_same or (_OF_ALL.search(clause.text) and not has_subject):
            yield clause, stance


def _takes_back(clause: str) -> bool:
    """Whether a clause takes back what was said before it (不列为问题, 经核查不属实)."""
    return any(_pattern(name).search(clause) for name in ("excused", "refuted"))
