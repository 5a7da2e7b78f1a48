"""Find the sites and accounts that a sentence names, each with its platform and the body that answers for it.

A name stands in quotation marks (“青石发布”微信公众号), bare before 网站 or a platform (县教育局网站, 青石发布、青石文旅等微博),
before a platform in brackets (青石发布(微博)), or in a list after 分别是. Names that follow each other share the platform
that stands after the last or before the first of them. A piece of a sentence is never a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import Any, cast

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.labels import platform_of_label, printed_number
from govmedia_rules.notices.masking import PLATFORM_WORDS
from govmedia_rules.notices.model import Kind, Named
from govmedia_rules.notices.outline import NoticeText, notice_words
from govmedia_rules.notices.stance import has_fault

_MOST_NAMES = 200
"""Names read of one passage; a made-up list must not take for ever."""


@cache
def naming() -> dict[str, Any]:
    """Return the vocabulary of names."""
    return cast("dict[str, Any]", notice_words()["naming"])


@dataclass(slots=True)
class Mentions:
    """Names and the statement that is made of all of them.

    Attributes:
        names: The names.
        start: Offset in the text at which they begin, a body that answers for them included.
        end: Offset after them and their platform.
        is_open: Whether 等 says that there are more.
        kind: Kind that the words around them tell; None when they tell none.
        stated: How many the words say there are; None when they do not.
        follows: Whether the predicate stands before the list (…的网站分别是:甲局、乙局).
    """

    names: list[Named]
    start: int
    end: int
    is_open: bool
    kind: Kind | None
    stated: int | None
    follows: bool = False


def find_mentions(text: str, start: int, page: NoticeText, default: Kind | None) -> list[Mentions]:
    """Return the groups of names of a stretch of text, in order.

    Args:
        text: The stretch, without full stops.
        start: Its offset in the page.
        page: The page, for the places of the names.
        default: Kind of subject that the headings tell; None when they tell none.
    """
    groups = list(_counted_groups(text, start, page))
    for more in (
        _quoted_groups(text, start, page, default),
        _listed_groups(text, start, page, default),
        _bracketed_groups(text, start, page),
        _faulted_groups(text, start, page, default),
        _bare_groups(text, start, page),
        _bodies_at_fault(text, start, page, default),
    ):
        taken = [(group.start, group.end) for group in groups]
        groups += [group for group in more if all(group.end <= low or group.start >= high for low, high in taken)]
    return sorted(groups, key=lambda group: group.start)


# --- what may be a name ---------------------------------------------------------------------------------------------

_GENERIC = re.compile(
    r"^(?:各|部分|个别|少数|多数|大多数|有的|一些|全|所有|多个|某|本|该|相关|其他|其它|上级|下级|基层|同级|我|省市各|市县|绝大|大部分|一半|超过|近|约|不少|"
    r"有些|几个|数个|这些|上述|以上|被|经(?!开|济)|由|从|在|对|将(?!乐)|把|向|与|及|和|的|市级|县级|区级|省级|乡镇级|所属|下属|不合格|合格|问题|政务|官方|政府系统|年|月|日)|"
    r"(?:部分|个别|多数|各级|各地|有关|相关|各县|各区|各市|各乡|各镇)|"
    r"^(?:县|市|区|省|州|县区|区县|市县|市直|县直|省直|市直部门|县直部门|省直部门|部门|政府部门|政府|单位|机关|乡镇|街道|镇|网站|国务院部门|地方|基层|企业|公司)$"
)
_FUNCTION_WORDS = re.compile(
    r"[的了着过把被某]|[各均]有|不(?!动产)|未(?!来|央|成年)|没|无(?!锡|为|极|棣|障碍|线电)|仍|已|存在|出现|发现|由于|因为|并|且|但|而|要(?!塞)|"
    r"来电|及时|主办|主管|开设|开办|运营的|运维|负责|官方|依托|利用|借助|对全|对各|对本|采取|监测(?!中心|总站|站|局)|连续|长期|超过|重点|严重|反映|影响|进行|开展|组织|通过|按照|根据|截至|属于|关于|导致|指出|记者|我[局委厅办省市县区州]|其中|例如|包括|以及|分别|等|此次|本次|第[一二三四五六七八九十](?!人民|中学|中医|小学|医院|实验|幼儿|高级|监狱|初级)|[0-9]"
)


@cache
def _ordinary_words() -> re.Pattern[str]:
    return re.compile(any_of(naming()["no_part_of_names"]))


@cache
def _ends_like_a_body() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(naming()['suffixes'])})$")


@cache
def _ends_like_an_account() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(naming()['account_endings'])})$|^(?:{any_of(naming()['account_beginnings'])})")


def is_bare_name(name: str, *, account: bool = False) -> bool:
    """Return whether bare words may name a body, site or account, not a class of them and no piece of a sentence."""
    if (
        not 2 <= len(name) <= 25
        or re.search('[“”"—…《》<>]', name)
        or _GENERIC.search(name)
        or _FUNCTION_WORDS.search(name)
        or _ordinary_words().search(name)
    ):
        return False
    return account or _ends_like_a_body().search(name) is not None


def is_quoted_name(name: str, rest: str) -> bool:
    """Return whether quoted words may be a name, seen with what follows them."""
    vocabulary = naming()
    after = re.match(rf"(?:等|类)?(?:[0-9]+个|多个)?(?:子)?(?!服务号)(?:{any_of(vocabulary['not_name_after'])})", rest)
    is_character = len(name) == 1 and re.match(rf"{PLATFORM_WORDS}|网站", rest) is None
    if (
        not name
        or is_character
        or name in vocabulary["not_names"]
        or after
        or re.search("[、,。;:!?《》]|^[.A-Za-z0-9]{1,5}$", name)
    ):
        return False
    return _ordinary_words().search(name) is None


# --- names in quotation marks ---------------------------------------------------------------------------------------


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(r"[“「\"](?P<name>[^“”「」\"]{1,40})[”」\"]")


@cache
def _after() -> re.Pattern[str]:
    """Return a pattern for what may stand between a name and what is said of it: 等, a number, 网站 or a platform."""
    sites, accounts = any_of(naming()["site_words"]), any_of(naming()["account_words"])
    return re.compile(
        rf"(?:\((?P<owner>[\u4e00-\u9fff]{{2,20}}?(?:{any_of(naming()['suffixes'])}))\))?"
        rf"(?P<more>等)?(?:(?P<count>(?<![0-9])[0-9]+)[个家]?|(?P<numeral>[两二三四五六七八九十]{{1,3}})[个家])?(?:单位|部门|地|县区|县\(市、区\)|县\(区\)|县市区|市县|区县|县区市)?(?:的)?(?:官方)?"
        rf"(?:(?P<platform>{PLATFORM_WORDS})(?:公众)?(?:(?:账号|平台|号)(?!实际|名称|主体|信息|认证|注册))?|(?P<account>{accounts})|"
        rf"(?P<level>设区市|县级|市级|区级|县区|省级)?(?P<site>{sites})(?!地图|标识|域名|名称)|(?P<part>(?=网站(?:地图|标识|域名|名称))))?"
        rf"(?:\((?P<bracket>{PLATFORM_WORDS}(?:[、和]{PLATFORM_WORDS}){{0,4}})(?:账号)?\))?"
        rf"(?:\((?P<owner3>[\u4e00-\u9fff]{{2,20}})[,、](?P<bracket2>{PLATFORM_WORDS})\))?"
        rf"(?:\((?P<owner2>[\u4e00-\u9fff]{{2,20}}?(?:{any_of(naming()['suffixes'])}))\))?(?P<more2>等)?"
    )


@cache
def _before() -> re.Pattern[str]:
    """Return a pattern for what may stand before a quoted name: the body that answers for it, a platform, 网站, a place."""
    accounts = any_of(naming()["account_words"])
    return re.compile(
        rf"(?:(?P<owner>[\u4e00-\u9fff()]{{1,20}}?(?:{any_of([*naming()['suffixes'], *_REGIONS])}))"
        rf"(?:的|主办的|开设的|运营的|运维的|主管的|开办的)?)?"
        rf"(?:官方)?(?:(?P<platform>{PLATFORM_WORDS})(?:账号|平台|号)?|(?P<account>{accounts})|(?P<site>网站|门户网))?(?:[0-9]+[个家])?[:]?$"
    )


_REGIONS = ("省", "自治区", "兵团", "市", "县", "区", "州", "盟", "旗")
_STATES = re.compile(
    r"(?:均|都|仍|还|尚|至今|也|分别|在|自|零|首页|栏目|更新|连续|长期|超|未|不|无|存在|没有|内容|信息|互动|发布|因|两|多次|被|已|有|近|缺|逾|停|账号|名称|主体|开设|留言|转载|推送|推文|文章|发文|作品)"
)


_OF_COLUMNS = re.compile("(?:栏目|专栏|板块|频道|专题|页面)(?:分别)?(?:为|是|有|包括)?:?$")
"""What names no account after it (空白栏目为:人事处“招考录用”)."""
_ANNOUNCES = re.compile(
    "(?:不合格|不达标|更新|超过[^,“]{1,8})(?:的)?(?:[0-9两二三四五六七八九十]+[个家])?(?:账号|政务新媒体|新媒体)?,?(?:分别(?:为|是|有)|的(?:有|是|为)|为|是)$"
)


@dataclass(slots=True)
class _QuotedName:
    name: str
    start: int
    end: int
    tail: re.Match[str]
    lead: re.Match[str] | None
    lead_start: int
    platform: str | None = None
    kind: Kind | None = None


def _quoted_groups(text: str, start: int, page: NoticeText, default: Kind | None) -> Iterator[Mentions]:
    runs: list[list[_QuotedName]] = []
    end = 0
    for match in list(_quoted().finditer(text))[:_MOST_NAMES]:
        tail = _after().match(text, match.end())
        assert tail is not None
        between = text[end : match.start()]
        # 账号分别是县水利局“甲”: the body begins after the verb.
        lead = _before().search(re.sub("^.*分别(?:为|是|有)", "", between[-40:])) if between else None
        lead_length = len(lead.group()) if lead is not None else 0
        if lead is not None and lead.group("site") and not _ends_like_a_body().search(match.group("name")):
            # 县政府网站“办事指南”: the words name a part of the site that stands before them.
            if _kind_of(tail)[0] is None:
                continue
            lead, lead_length = None, 0
        name = _QuotedName(match.group("name").strip(), match.start(), match.end(), tail, lead, match.start() - lead_length)
        rest = re.sub("[省市县区州旗]直(?:单位|部门)?$", "", between[: len(between) - lead_length])
        joined = runs and re.fullmatch(r"[、和及与]?|以及|,以及|、以及", rest.strip()) is not None
        if joined and not (rest == "," and runs[-1][-1].tail.group()):
            runs[-1].append(name)
        else:
            runs.append([name])
        end = tail.end()
    for run in runs:
        yield from _group_of_run(run, text, start, page, default)


def _group_of_run(run: list[_QuotedName], text: str, start: int, page: NoticeText, default: Kind | None) -> Iterator[Mentions]:
    # “甲”和“乙”栏目: what stands after the last is said of all that have nothing of their own after them.
    if not is_quoted_name(run[-1].name, text[run[-1].end :]) and _kind_of(run[-1].tail)[0] is None:
        while run and _kind_of(run[-1].tail)[0] is None:
            run = run[:-1]
    run = [name for name in run if is_quoted_name(name.name, text[name.end :])]
    if not run:
        return
    if _OF_COLUMNS.search(text[: run[0].lead_start]):
        return
    _share_platforms(run)
    last = run[-1].tail
    has_kind = any(name.kind for name in run)
    announced = text[: run[0].lead_start].endswith(":") or text[run[0].lead_start : run[0].start].endswith(":")
    # 5个账号不合格,分别为“甲”“乙”; 更新间隔超过14天的有“甲”“乙”: the predicate stands before.
    announced = announced or _ANNOUNCES.search(text[: run[0].lead_start]) is not None
    # 2个账号两周未更新(“甲”“乙”): the names stand in brackets after what is said of them.
    announced = announced or _is_in_brackets_after_fault(text, run)
    if announced and default is None:
        default = kind_named(text[: run[0].lead_start])
    if not has_kind and default is None and not announced and not (_STATES.match(text[last.end() :]) or _owner(run[0])):
        return
    # “青石发布”(微信、微博) names two accounts.
    names = [
        _named(replace(name, platform=platform), start, page, default)
        for name in run
        for platform in (re.split("[、和]", name.platform) if name.platform else [None])
    ]
    # The place or body before the first name is no part of what is said.
    low = run[0].lead_start if _owner(run[0]) or _kind_of(run[0].lead)[0] else run[0].start
    is_open = any(name.tail.group("more") or name.tail.group("more2") for name in run)
    stated = _stated(last)
    kind = next((name.kind for name in run if name.kind), default)
    yield Mentions(names, low, last.end(), is_open, kind, stated)


def _is_in_brackets_after_fault(text: str, run: list[_QuotedName]) -> bool:
    before, after = text[: run[0].lead_start], text[run[-1].tail.end() :]
    clause = re.split("[,、;。]", before)[-1]
    return before.endswith("(") and after.startswith(")") and kind_named(clause) is not None and has_fault(clause)


def _share_platforms(run: list[_QuotedName]) -> None:
    """Give each name its kind and platform: its own after or before it, else those after the next, else those before the last."""
    for name in run:
        name.kind, name.platform = _kind_of(name.tail)
        if name.kind is None and _kind_of(name.lead)[1] is not None:
            name.kind, name.platform = _kind_of(name.lead)
    for name, following in reversed(list(pairwise(run))):
        has_own_lead = _kind_of(following.tail)[0] is None and _kind_of(following.lead)[1] is not None
        if name.kind is None and following.kind and not has_own_lead:
            name.kind, name.platform = following.kind, following.platform
    for name in run:
        # 账号“甲”: less than the platform that may follow a later name.
        if name.kind is None:
            name.kind, name.platform = _kind_of(name.lead)
    for name, following in pairwise(run):
        if following.kind is None:
            following.kind, following.platform = name.kind, name.platform


def _stated(words_after: re.Match[str]) -> int | None:
    """Return how many there are by the words after the names (“甲”“乙”两个微信公众号); None when they do not say."""
    number = words_after.group("count") or words_after.group("numeral")
    return printed_number(number) if number else None


def _kind_of(words_around: re.Match[str] | None) -> tuple[Kind | None, str | None]:
    if words_around is None:
        return None, None
    parts = words_around.groupdict()
    platform = parts.get("platform") or parts.get("bracket") or parts.get("bracket2")
    if platform:
        return "account", platform
    if parts.get("account"):
        return "account", None
    return ("site", None) if parts.get("site") or parts.get("part") is not None else (None, None)


_NOT_OWNER = re.compile(r"政府网站$|^部分|^个别|^有的|^其中")


def _owner(name: _QuotedName) -> str | None:
    """Return the body printed beside a name: in brackets after it, else before it."""
    bracketed = name.tail.group("owner") or name.tail.group("owner2") or name.tail.group("owner3")
    if bracketed:
        return bracketed
    owner = name.lead.group("owner") if name.lead is not None else None
    if owner is None:
        return None
    if owner.count("(") > owner.count(")"):
        owner = owner.rpartition("(")[2]
    owner = re.sub(r"^\([一二三四五六七八九十0-9]{1,3}\)", "", owner)
    owner = re.sub(rf"^(?:{any_of(naming()['examples'])}|以及|尤其是|特别是|和|及|、|为|是|即)+", "", owner)
    return owner if 3 <= len(owner) <= 20 and not _NOT_OWNER.search(owner) and is_bare_name(owner) else None


def _named(name: _QuotedName, start: int, page: NoticeText, default: Kind | None) -> Named:
    kind = name.kind or default
    known = platform_of_label(name.platform) if name.platform else None
    return Named(
        name=name.name,
        kind=kind,
        platform=known[0] if known and kind == "account" else None,
        platform_text=name.platform if kind == "account" else None,
        owner=_owner(name),
        place=page.place(start + name.start, start + name.end),
    )


# --- bare names -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Items:
    """Items of a bare list, with their offsets."""

    items: list[tuple[str, int]] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.items[0][1]


@cache
def _anchor() -> re.Pattern[str]:
    sites, accounts = any_of(naming()["site_words"]), any_of(naming()["account_words"])
    return re.compile(
        rf"(?P<more>等)?(?:(?P<count>(?<![0-9])[0-9]+)[个家]?|(?P<numeral>[两二三四五六七八九十]{{1,3}})[个家])?(?:单位|部门|地|县区|县市区|县\(市、区\)|县\(区\)|区县|市县)?(?:(?:开设|开办|主办|运营|运维)(?=的))?(?:的)?(?:设区市|县级|市级)?(?:政府)?(?:官方)?"
        rf"(?:(?P<platform>{PLATFORM_WORDS})(?:账号|平台|号)?|(?P<account>{accounts})|(?P<site>{sites})(?!地图|标识|域名|名称|系统)|(?P<part>(?=网站(?:地图|标识|域名|名称))))"
        rf"(?:\((?P<bracket>{PLATFORM_WORDS})(?:账号)?\))?(?P<more2>等)?"
    )


@cache
def _lead_in() -> re.Pattern[str]:
    return re.compile(
        rf"^(?:[^“”]*(?:新媒体|账号|网站|的)(?:分别)?(?:为|是|有)|{any_of(naming()['examples'])}|以及|此外|另外|还有|但|而|尤其是|特别是|对|发现|经查|检查发现|[^、,“”]{{0,20}}(?:的|新媒体|账号)(?:[0-9]+[个家])?(?:分别)?(?:为|是)|目前|是|为|在|[一二三四五六七八九]是|[0-9]{{1,2}}[.、]|[①-⑳])+"
    )


_AFTER_A_NAME = re.compile(rf"$|[、,;。)”和及与等的]|{_STATES.pattern}")
_SHORT_BRACKET = re.compile(r"\([\u4e00-\u9fff、]{1,10}\)")
_HALF_OF_A_NAME = re.compile(
    r"(?:发展|人力资源|住房|文化|卫生|教育|科学|自然资源|工业|农业|交通|市场|水利|体育|旅游|广播电视|退役军人|医疗|民族|机关|规划|应急|政务服务)$"
)


def _is_half(before: str, piece: str, *, account: bool) -> bool:
    """Whether 和 between two pieces joins a name (市粮食和物资储备局) rather than two names (县教育局和县水利局)."""
    if _HALF_OF_A_NAME.search(before):
        return True
    ends = _ends_like_a_body()
    return not account and ends.search(before) is None and ends.search(piece) is not None


def _items_before(text: str, floor: int, position: int, *, account: bool) -> _Items | None:
    """Return the names of the list between `floor` and `position`; None when what stands there is no name."""
    # 青石高新区(科创园区), 永靖县(市): a short bracket is part of a name and ends no stretch.
    # (未更新) says what is wrong with the name before it.
    plain = _SHORT_BRACKET.sub(
        lambda match: match.group() if has_fault(match.group()) else "〇" * len(match.group()), text[:position]
    )
    low = max(max((plain.rfind(mark) for mark in ",;:。()“”"), default=-1) + 1, floor)
    stretch = plain[low:position]
    lead = _lead_in().match(stretch)
    shift = lead.end() if lead else 0
    pieces = [(match.group(), low + shift + match.start()) for match in re.finditer(r"[^、和及与]+", stretch[shift:])]
    merged: list[tuple[str, int]] = []
    for piece, at in pieces:
        # 人力资源和社会保障局: the word for "and" may be part of a name.
        if merged and _is_half(merged[-1][0], piece, account=account) and text[at - 1] == "和":
            piece, at = plain[merged[-1][1] : at + len(piece)], merged.pop()[1]
        merged.append((piece, at))
    kept: list[tuple[str, int]] = []
    for piece, at in reversed(merged[-_MOST_NAMES:]):
        trimmed = re.sub(r"^(?:.*记者在|如|其中|以及|包括|尤其是|特别是)", "", piece)
        at += len(piece) - len(trimmed)
        has_own_platform = kept and re.search(rf"(?:{PLATFORM_WORDS})$", trimmed) is not None
        if has_own_platform or not is_bare_name(trimmed.replace("〇", ""), account=account):
            break
        kept.append((text[at : at + len(trimmed)], at))
    if not kept:
        return None
    kept.reverse()
    all_bodies = all(_ends_like_a_body().search(_SHORT_BRACKET.sub("", name)) for name, _ in kept)
    is_free_list = len(kept) > 1 or text.startswith("等", position) or _ends_like_an_account().search(kept[0][0]) is not None
    if account and not all_bodies and not is_free_list:
        # A free name needs a list, or an ending that accounts have: 政务公开微信公众号 is no account called 政务公开.
        return None
    return _Items(kept)


def _bare_groups(text: str, start: int, page: NoticeText) -> Iterator[Mentions]:
    position = 0
    for match in _anchor().finditer(text):
        if match.start() < position:
            continue
        kind, platform = _kind_of(match)
        end = match.end()
        begin = match.start()
        # 郾城区政府网站: 政府 belongs to the name, not to the word for the site.
        if (
            text.startswith("政府", begin)
            and begin
            and (text[begin - 1] in "县区市州旗镇乡省)" or text[begin - 2 : begin] == "人民")
        ):
            begin += 2
        elif re.fullmatch("政府网|门户网|网", match.group("site") or ""):
            if _AFTER_A_NAME.match(text, match.end()) is None:
                # 县委网信办: 网 begins another word.
                continue
            # 青石旅游网: the word is the end of the name itself.
            begin = match.end("site")
        items = _items_before(text, position, begin, account=kind == "account")
        is_class = match.group("account") and items is not None and re.search("[市县区州盟旗]$", items.items[-1][0])
        if items is None or is_class:
            # 丰水市政务新媒体 are all accounts of the place, no account of that name.
            continue
        known = platform_of_label(platform) if platform else None
        names = [
            Named(
                name=name,
                kind=kind,
                platform=known[0] if known and kind == "account" else None,
                platform_text=platform if kind == "account" else None,
                place=page.place(start + at, start + at + len(name)),
            )
            for name, at in items.items
        ]
        stated = _stated(match)
        yield Mentions(names, items.start, end, bool(match.group("more") or match.group("more2")), kind, stated)
        position = end


# --- names with their platform in brackets, and lists after the predicate -------------------------------------------


@cache
def _bracketed() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<name>[^、,;:。()“”]{{2,22}})\((?P<platforms>{PLATFORM_WORDS}(?:账号)?(?:[、和]{PLATFORM_WORDS}(?:账号)?){{0,4}})"
        r"(?:\)|[,:](?P<said>[^()]{2,40})\))"
    )


def _bracketed_groups(text: str, start: int, page: NoticeText) -> Iterator[Mentions]:
    """Read names with their platforms in brackets (青石发布(微信公众号、微博)、青石文旅(抖音号))."""
    group: Mentions | None = None
    for match in _bracketed().finditer(text):
        lead = _lead_in().match(match.group("name"))
        at = match.start() + (lead.end() if lead else 0)
        name = text[at : match.end("name")]
        name = re.sub("^[和及与]", "", name)
        if not is_bare_name(name, account=True):
            continue
        at = match.end("name") - len(name)
        spelled = [(name, at), *_before_bracketed(text, at)]
        at = spelled[-1][1]
        named = []
        for called, begin in reversed(spelled):
            for spelling in re.findall(PLATFORM_WORDS, match.group("platforms")):
                known = platform_of_label(spelling)
                platform = known[0] if known else None
                place = page.place(start + begin, start + begin + len(called))
                named.append(Named(name=called, kind="account", platform=platform, platform_text=spelling, place=place))
        if match.group("said"):
            # 县林业局(微信公众号,8月以来未更新): the bracket tells what is wrong as well.
            if group is not None:
                yield group
            yield Mentions(named, at, match.start("said"), False, "account", None)
            group = None
            continue
        open_list = text.startswith("等", match.end())
        if group is not None and text[group.end : at] in ("、", "和", "及"):
            group = replace(group, names=[*group.names, *named], end=match.end() + open_list, is_open=open_list)
            continue
        if group is not None:
            yield group
        group = Mentions(named, at, match.end() + open_list, open_list, "account", None)
    if group is not None:
        yield group


_FAULTED = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,20})\((?P<said>[^()“”]{2,60})\)(?=[、,;和及]|$)")


def _faulted_groups(text: str, start: int, page: NoticeText, default: Kind | None) -> Iterator[Mentions]:
    """Read a list of bodies with what is wrong in brackets (问题网站3个,分别是甲局(栏目空白)、乙局(错别字))."""
    lead = re.search("(?:分别(?:是|为|有)|名单如下|:)", text)
    kind = (kind_named(text[: lead.start()]) or default) if lead is not None else None
    if lead is None or kind is None:
        return
    for match in _FAULTED.finditer(text, lead.end()):
        name = site_of(re.sub("^(?:.*分别(?:是|为|有)|[和及])", "", match.group("name")))
        if is_bare_name(name) and has_fault(match.group("said")):
            at = match.start("name") + match.group("name").find(name)
            named = Named(name=name, kind=kind, place=page.place(start + at, start + at + len(name)))
            yield Mentions([named], at, match.start("said"), False, kind, None)


def _before_bracketed(text: str, end: int) -> Iterator[tuple[str, int]]:
    """Yield the names of a list that share the bracket after its last one (:青石扶贫、青石司法(微信公众号)), the last first."""
    low = max(text.rfind(mark, 0, end) for mark in ",;:。()“”") + 1
    pieces = list(re.finditer("[^、]+", text[low:end]))
    if (not low or text[low - 1] == ":") and all(is_bare_name(piece.group(), account=True) for piece in pieces):
        yield from ((piece.group(), low + piece.start()) for piece in reversed(pieces))


_QUOTED_LIST = re.compile(r"(?:[“\"][^”\"]+[”\"][、,和]?)+等?")


@cache
def _counted() -> re.Pattern[str]:
    accounts = any_of(naming()["account_words"])
    return re.compile(
        rf"(?<![0-9])[0-9]+(?:家|个)(?:政府)?(?:(?P<site>(?:部门|门户)?网站)|(?P<platform>{PLATFORM_WORDS})(?:账号)?|(?P<account>{accounts}))"
        r"\((?P<list>[^()]{2,300})\)"
    )


def _counted_groups(text: str, start: int, page: NoticeText) -> Iterator[Mentions]:
    """Read the names in brackets after a count (3家网站(县科协、县残联), 2个微信公众号(“甲”“乙”))."""
    for match in _counted().finditer(text):
        if "“" in match.group("list") and _QUOTED_LIST.fullmatch(match.group("list")) is None:
            # 1个账号(省医院“健康”微信订阅号): read as quoted names are.
            continue
        kind, platform = _kind_of(match)
        known = platform_of_label(platform) if platform else None
        names: list[Named] = []
        for item in re.finditer(r"[“\"](?P<quoted>[^”\"]+)[”\"]|(?P<bare>[^、,;“”\"和等]+)", match.group("list")):
            name = (item.group("quoted") or item.group("bare")).strip()
            if not (is_quoted_name(name, "") if item.group("quoted") else is_bare_name(name, account=True)):
                names = []
                break
            at = start + match.start("list") + item.start()
            account = kind == "account"
            names.append(
                Named(
                    name=name,
                    kind=kind,
                    platform=known[0] if known and account else None,
                    platform_text=platform if account else None,
                    place=page.place(at, at + len(item.group())),
                )
            )
        if names:
            yield Mentions(names, match.start(), match.end(), match.group("list").endswith("等"), kind, None)


_LIST_AFTER = re.compile(r"(?:分别(?:是|为|有|属于)|名单如下|包括|具体(?:是|为)|有|为|是)[:]?(?=[^:]{2,}$)|:(?=[^:]{2,}$)")


def _listed_groups(text: str, start: int, page: NoticeText, default: Kind | None) -> Iterator[Mentions]:
    """Read a list of bare bodies that ends a sentence, after the predicate (…的网站分别是县教育局、县水利局)."""
    for match in _LIST_AFTER.finditer(text):
        # 未更新的单位:甲局、乙局 in a text about accounts alone.
        kind = kind_named(text[: match.start()]) or default or kind_named(page.text)
        if kind is None or (match.group() in ("有", "为", "是") and not text[: match.start()].endswith("的")):
            continue
        listed = text[match.end() :].strip("。 ")
        is_open = re.search(r"等(?:[0-9]+[个家])?(?:单位|部门|网站)?$", listed) is not None
        bare = re.sub(r"等(?:[0-9]+[个家])?(?:单位|部门|网站)?$", "", listed)
        items = [(piece.group(), match.end() + piece.start()) for piece in re.finditer(r"[^、,和及]+", bare)]
        if len(items) < 2 or len(items) > _MOST_NAMES or not all(is_bare_name(site_of(name)) for name, _ in items):
            continue
        names = [
            Named(name=site_of(name), kind=kind, place=page.place(start + at, start + at + len(site_of(name))))
            for name, at in items
        ]
        yield Mentions(names, match.end(), len(text), is_open, kind, None, follows=True)
        return


_AT_FAULT = re.compile(
    r"(?:^|,)(?:[一二三四五六七八九]是)?(?P<list>[\u4e00-\u9fff、]{3,80}?(?:局|委|办|厅|镇|乡|街道|中心|会|政府))"
    rf"(?P<more>等[0-9]*(?:[个家])?(?:单位|部门)?)?(?P<colon>:(?P<platform>{PLATFORM_WORDS}|(?:门户)?网站)?)?(?:均|都|仍|尚)*(?P<fault>(?(colon)[^,]+|(?:未|没有|存在|长期|超过|连续)[^,]*))"
)


def _bodies_at_fault(text: str, start: int, page: NoticeText, default: Kind | None) -> Iterator[Mentions]:
    """Read bodies that a clause begins with and whose site or account it finds at fault (市林业局、市体育局未完成网站改造)."""
    for match in _AT_FAULT.finditer(text):
        platform = match.group("platform")
        known = platform_of_label(platform) if platform else None
        kind = kind_named(platform or match.group("fault")) or default
        items = list(re.finditer("[^、]+", match.group("list")))
        # 县民政局:办事指南要素不全: after a colon a fault may stand in any words.
        is_led = match.group("colon") is not None and has_fault(match.group("fault"))
        kind = kind or ("site" if is_led and "指南" in match.group("fault") else None)
        if kind is None or not all(is_bare_name(item.group()) for item in items):
            continue
        low = match.start("list")
        places = [(start + low + item.start(), start + low + item.end(), item.group()) for item in items]
        names = [
            Named(
                name=name,
                kind=kind,
                platform=known[0] if known else None,
                platform_text=platform if known else None,
                place=page.place(begin, end),
            )
            for begin, end, name in places
        ]
        yield Mentions(names, low, match.start("fault"), match.group("more") is not None, kind, None)


def site_of(name: str) -> str:
    """Return the name of a site without the word for it (县教育局网站)."""
    return re.sub(r"(?:政府)?(?:门户)?网站$", "", name) or name


def kind_named(words_before: str) -> Kind | None:
    """Return the kind of subject that words name; None when they name none or both."""
    account = re.search("新媒体|账号|微信|微博|公众号|抖音|客户端|头条号", words_before)
    site = re.search("网站|门户", words_before)
    return "account" if account and not site else "site" if site and not account else None
