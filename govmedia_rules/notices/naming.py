"""Reads findings with the sites and accounts they name, good practice, and who is praised.

A name stands in quotation marks, or ends like a body and is followed by 网站 or a platform. 等 leaves a list open. What
remains of the sentence without its names is the wording, and the wording is classified.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from govmedia_rules.notices.classify import OTHER, classify
from govmedia_rules.notices.counting import platform_of, vague_share
from govmedia_rules.notices.figures import Count
from govmedia_rules.notices.model import Kind, Named, Practice, Problem
from govmedia_rules.notices.outline import Line, Page, Section, any_of, clauses, segments, sentences, words

_PLATFORM_WORDS = (
    r"(?:官方|政务)?(?:微信订阅号|微信服务号|微信公众号|微信公众平台|微信视频号|微信小程序|微信|新浪微博|腾讯微博|人民微博|微博|"
    r"今日头条号|今日头条|头条号|头条|抖音短视频号|抖音短视频|抖音视频号|抖音号|抖音|快手号|快手|移动客户端|客户端|APP|app|小程序|公众号|"
    r"订阅号|服务号|视频号|百家号|人民号|澎湃号|学习强国号|哔哩哔哩|B站|小红书)"
)


@cache
def _naming() -> dict[str, Any]:
    return cast("dict[str, Any]", words()["naming"])


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(r"[“「\"](?P<name>[^“”「」\"]{2,40})[”」\"]")


@cache
def _after() -> re.Pattern[str]:
    """Return what may stand between a name and what is said of it: 等, a number, 网站 or a platform."""
    naming = _naming()
    sites, accounts = any_of(naming["site_words"]), any_of(naming["account_words"])
    return re.compile(
        rf"(?P<more>等)?(?P<count>[0-9]+)?(?:[个家])?(?:单位|部门|地|县区|县\(市、区\)|县\(区\)|县市区|市县|区县|县区市)?(?:的)?"
        rf"(?:(?P<platform>{_PLATFORM_WORDS})(?:公众)?(?:(?:账号|平台)(?!实际|名称|主体|信息|认证|注册))?|(?P<account>{accounts})|(?P<level>设区市|县级|市级|区级|县区|省级)?(?P<site>{sites})(?!站|地图|标识|域名|名称|首页))?"
        rf"(?:\((?P<bracket>{_PLATFORM_WORDS})\))?(?P<more2>等)?"
    )


@cache
def _bare() -> re.Pattern[str]:
    suffix = any_of(_naming()["suffixes"])
    name = rf"[\u4e00-\u9fff·()]{{1,22}}?(?:{suffix})"
    sites, accounts = any_of(_naming()["site_words"]), any_of(_naming()["account_words"])
    return re.compile(
        rf"(?P<names>{name}(?:[、和及]{name}){{0,60}})(?=(?:等)?(?:[0-9]+)?(?:[个家])?(?:单位|部门|地|县区|县市区|县\(市、区\)|县\(区\)|市级|区县|市县)?(?:的)?(?:设区市|县级|市级)?(?:政府)?"
        rf"(?:{_PLATFORM_WORDS}|{accounts}|{sites}))"
    )


@dataclass(slots=True)
class _Group:
    """Names that stand together with what is said to be theirs."""

    names: list[Named]
    start: int
    end: int
    is_open: bool
    kind: Kind | None
    stated: int | None


def _groups(text: str, start: int, page: Page, default: Kind | None) -> list[_Group]:
    """Return the groups of names of one segment, in order."""
    found: list[_Group] = []
    position = 0
    while True:
        match = _quoted().search(text, position)
        if match is None:
            break
        group, position = _quoted_group(text, match, start, page, default)
        if group is not None:
            found.append(group)
    taken = [(group.start, group.end) for group in found]
    for group in _bare_groups(text, start, page, default):
        at_clause = group.start == 0 or text[group.start - 1] in ",:" or not found
        if at_clause and all(group.end <= low or group.start >= high for low, high in taken):
            found.append(group)
    return sorted(found, key=lambda group: group.start)


def _is_name(name: str, text: str, end: int) -> bool:
    naming = _naming()
    rest = text[end:]
    if not name or name in naming["not_names"] or re.match(any_of(naming["not_name_after"]), rest):
        return False
    return not re.search("[,。;:!?《》]", name) or name.count(",") == 0


def _quoted_group(text: str, first: re.Match[str], start: int, page: Page, default: Kind | None) -> tuple[_Group | None, int]:
    names: list[tuple[str, int, int]] = []
    match: re.Match[str] | None = first
    end = first.start()
    per_name: list[re.Match[str] | None] = []
    while match is not None and match.start() == end:
        if not _is_name(match.group("name").strip(), text, match.end()):
            break
        names.append((match.group("name").strip(), match.start(), match.end()))
        tail = _after().match(text, match.end())
        joiner = re.compile(r"(?:、|和|及|以及|,)?").match(text, tail.end() if tail else match.end())
        assert joiner is not None
        following = _quoted().match(text, joiner.end())
        per_name.append(tail)
        end = joiner.end() if following else (tail.end() if tail else match.end())
        if following and joiner.group() == "," and tail is not None and tail.group():
            end = tail.end()
            following = None
        match = following
    if not names:
        return None, first.end()
    last = per_name[-1]
    owner = _owner_before(text, first.start())
    kind, platform = _kind_of(last)
    before = re.search(rf"({_PLATFORM_WORDS}|账号|网站)\s*$", text[: first.start()])
    if kind is None and before is not None:
        kind = "site" if before.group(1) == "网站" else "account"
        platform = before.group(1) if kind == "account" and before.group(1) != "账号" else None
    kind = kind or default
    built = []
    for (name, low, high), tail in zip(names, per_name, strict=True):
        own_kind, own_platform = _kind_of(tail)
        spelling = own_platform or platform
        known = platform_of(spelling) if spelling else None
        this = own_kind or kind
        built.append(
            Named(
                name=name,
                kind=this,
                platform=known[0] if known and this == "account" else None,
                platform_text=spelling if this == "account" else None,
                owner=owner,
                place=page.place(start + low, start + high),
            )
        )
    is_open = any(tail is not None and (tail.group("more") or tail.group("more2")) for tail in per_name)
    stated = int(last.group("count")) if last is not None and last.group("count") else None
    low = first.start() - (len(owner) if owner else 0)
    return _Group(built, low, end, is_open, kind, stated), max(end, first.end())


def _kind_of(tail: re.Match[str] | None) -> tuple[Kind | None, str | None]:
    if tail is None:
        return None, None
    platform = tail.group("platform") or tail.group("bracket")
    if platform:
        return "account", platform
    if tail.group("account"):
        return "account", None
    return ("site", None) if tail.group("site") else (None, None)


def _owner_before(text: str, position: int) -> str | None:
    match = re.search(rf"([\u4e00-\u9fff()]{{1,20}}?(?:{any_of(_naming()['suffixes'])}))(?:的)?$", text[:position])
    if match is None:
        return None
    owner = re.sub(rf"^(?:{any_of(_naming()['examples'])}|以及|和|及|、)+", "", match.group(1))
    return owner if 3 <= len(owner) <= 20 and not re.search("政府网站$|^部分|^个别|^有的", owner) else None


def _bare_groups(text: str, start: int, page: Page, default: Kind | None) -> Iterator[_Group]:
    for match in _bare().finditer(text):
        listed = match.group("names")
        offset = match.start()
        lead = re.match(rf"(?:{any_of(_naming()['examples'])}|以及|此外|另外|还有|对|发现|经查|[,、:])+", listed)
        cut = lead.end() if lead else 0
        names = []
        position = offset + cut
        for name in re.split("([、和及])", listed[cut:]):
            if re.fullmatch("[、和及]", name):
                position += 1
                continue
            clean = re.sub("^(?:如|其中|以及)", "", name)
            shift = len(name) - len(clean)
            if len(clean) >= 2 and _is_bare_name(clean):
                names.append(Named(name=clean, place=page.place(start + position + shift, start + position + len(name))))
            position += len(name)
        if not names:
            continue
        tail = _after().match(text, match.end())
        kind, platform = _kind_of(tail)
        kind = kind or default
        known = platform_of(platform) if platform else None
        named = [
            one.model_copy(
                update={
                    "kind": kind,
                    "platform": known[0] if known and kind == "account" else None,
                    "platform_text": platform if kind == "account" else None,
                }
            )
            for one in names
        ]
        yield _Group(
            named,
            offset + cut,
            tail.end() if tail else match.end(),
            tail is not None and bool(tail.group("more") or tail.group("more2")),
            kind,
            int(tail.group("count")) if tail is not None and tail.group("count") else None,
        )


_NO_NAME = re.compile(
    r"^(?:各|部分|个别|少数|多数|大多数|有的|一些|全|所有|多个|某|本|该|相关|其他|上级|下级|基层|同级|我|省市各|市县|绝大|一半|超过|近|约|不少|有些|几个|数个)|"
    r"(?:部分|个别|多数|各级|各地|有关|相关|各县|各区|各市)|^(?:县|市|区|省|县区|区县|市县|市直部门|县直部门|省直部门|部门|政府|单位|乡镇|街道|镇|网站)$|[0-9]"
)


def _is_bare_name(name: str) -> bool:
    return _NO_NAME.search(name) is None


# --- problems -------------------------------------------------------------------------------------------------------


def read_problems(section: Section, page: Page) -> Iterator[Problem]:
    """Yield the findings of a part of a notice that tells problems; what stands right under its heading is a summary."""
    for part in section.walk():
        if part is section and section.parts:
            continue
        kind = _kind_of_heading(part.title) or _kind_of_heading(section.title)
        for number, paragraph in enumerate(part.body):
            told = list(sentences(paragraph))
            heading = part.title
            if number == 0 and len(told) == 1 and (listed := _listed_after(part.title, told[0].text, told[0].start, page, kind)):
                yield listed
                continue
            subject = _subject_before(part.title)
            if subject is not None:
                for segment in segments(paragraph):
                    for problem in _nameless(segment, page, "", subject.kind):
                        yield problem.model_copy(update={"named": (subject,)})
                continue
            for i, sentence in enumerate(told):
                item = re.match(r"[一二三四五六七八九十]是", sentence.text)
                if (
                    item
                    and i + 1 < len(told)
                    and len(sentence.text) <= 30
                    and not _groups(sentence.text, sentence.start, page, kind)
                ):
                    # 一是信息更新不及时。 is the heading of what follows in the paragraph.
                    heading = sentence.text[item.end() :]
                    continue
                yield from _sentence(sentence, page, heading, kind)


def _kind_of_heading(title: str) -> Kind | None:
    account = re.search("新媒体|账号|微信|微博|公众号", title)
    site = re.search("网站|门户", title)
    return "account" if account and not site else "site" if site and not account else None


_COUNTED = re.compile(
    r"(?:的(?:政府)?(?:网站|政务新媒体|单位|账号))?(?:有)?\((?:共)?(?P<n>[0-9]{1,4})[个家]\)$|的(?:政府)?(?:网站|政务新媒体|单位|账号)(?:有|为)?$"
)


def _listed_after(title: str, body: str, start: int, page: Page, kind: Kind | None) -> Problem | None:
    """Return a finding before a colon and nothing but names after it (栏目更新不及时的网站(3个):甲局、乙局、丙局)."""
    counted = _COUNTED.search(title)
    wording = title[: counted.start()] if counted else title
    names = [name for name in re.split("[、,;]", body.strip("。 ")) if name]
    if not names or max(map(len, names)) > 30 or any(_sounds_wrong(re.sub("“[^”]*”", "", name)) for name in names):
        return None
    own = _kind_of_heading(title) or kind
    found = classify(wording, subject=own or "site")
    if found.indicator_ids == (OTHER,) and not _sounds_wrong(wording):
        return None
    is_open = bool(re.search("等$", names[-1]))
    named = []
    position = 0
    for name in names:
        at = body.find(name, position)
        position = at + len(name)
        bare = re.sub("等$", "", name)
        quoted = re.match(r"[“\"](?P<name>[^”\"]+)[”\"](?P<rest>.*)", bare)
        bracket = re.search(r"\(.*\)$", bare)
        rest = quoted["rest"] if quoted else bracket.group() if bracket else ""
        platform = platform_of(rest)
        called = (quoted["name"] if quoted else re.sub(r"\(.*\)$", "", bare)).strip()
        if not called:
            return None
        named.append(
            Named(
                name=called,
                kind="account" if platform else own,
                platform=platform[0] if platform else None,
                platform_text=platform[1] if platform else None,
                place=page.place(start + at, start + at + len(bare)),
            )
        )
    stated = counted.group("n") if counted and counted.group("n") else None
    return Problem(
        wording=wording,
        kind=own,
        named=tuple(named),
        is_open=is_open,
        stated_count=Count(value=int(stated)) if stated else None,
        indicator_ids=found.indicator_ids,
        decided_by=found.words,
        place=page.place(start, start + len(body)),
    )


def _subject_before(title: str) -> Named | None:
    """Return a name before a colon, with findings after it (州卫生健康委网站:办事指南要素缺失)."""
    quoted = _quoted().fullmatch(re.sub(rf"(?:{_PLATFORM_WORDS}|网站|账号)$", "", title))
    tail = re.search(rf"(?:(?P<platform>{_PLATFORM_WORDS})|网站|门户网)$", title)
    name = quoted.group("name") if quoted else title[: tail.start()] if tail else ""
    if not name or len(name) > 25 or not _is_bare_name(name) or (not quoted and not _ends_like_a_name(name)):
        return None
    platform = platform_of(tail.group("platform")) if tail is not None and tail.group("platform") else None
    return Named(
        name=name,
        kind="account" if platform else "site",
        platform=platform[0] if platform else None,
        platform_text=platform[1] if platform else None,
    )


def _ends_like_a_name(name: str) -> bool:
    return re.search(rf"(?:{any_of(_naming()['suffixes'])})$", name) is not None


def _sentence(sentence: Line, page: Page, heading: str, kind: Kind | None) -> Iterator[Problem]:
    for segment in segments(sentence):
        text, start = segment.text, segment.start
        groups = _groups(text, start, page, kind)
        if not groups:
            yield from _nameless(segment, page, heading, kind)
            continue
        yield from _named(text, start, groups, page, heading, kind)


def _nameless(segment: Line, page: Page, heading: str, kind: Kind | None) -> Iterator[Problem]:
    for clause in clauses(segment):
        text = re.sub(r"^(?:此外|另外|同时|还有|其中|一是|二是|三是|四是|五是|检查发现|主要表现为|主要是)[,、]?", "", clause.text)
        own = _kind_of_heading(text) or kind
        shares = list(vague_share(clause.text, clause.start, page))
        wording = text
        if shares:
            wording = re.sub(rf"^.*?{re.escape(shares[0].of or '')}", "", text, count=1)
            wording = re.sub(rf"^(?:均|都|仍|还)?存在|(?:{any_of(_naming()['share_tail'])})$", "", wording)
        found = classify(wording, subject=own)
        if not wording or (found.indicator_ids == (OTHER,) and not shares and not _sounds_wrong(wording)):
            continue
        yield Problem(
            wording=wording,
            heading=heading,
            kind=own,
            share=shares[0] if shares else None,
            indicator_ids=found.indicator_ids,
            decided_by=found.words,
            place=page.place(clause.start, clause.end),
        )


def _sounds_wrong(text: str) -> bool:
    return re.search("不|未|无|缺|差|低|慢|错|滞后|问题|薄弱|没有|迟|少|单一|随意|违规", text) is not None


def _named(text: str, start: int, groups: list[_Group], page: Page, heading: str, kind: Kind | None) -> Iterator[Problem]:
    wordings = _wordings(text, groups)
    head, comma, _ = text[: groups[0].start].rpartition(",")
    if wordings[0] and comma and not re.search(rf"(?:{any_of(_naming()['examples'])})$", text[: groups[0].start].rstrip(",: ")):
        # A finding of its own stands before the one that names somebody.
        yield from _nameless(Line(0, start, head), page, heading, kind)
    i = 0
    while i < len(groups):
        j = i
        # Groups without words of their own share the words of the next one.
        while j + 1 < len(groups) and not wordings[j]:
            j += 1
        members = groups[i : j + 1]
        wording = wordings[j] or _before(text, groups[0].start)
        own: Kind | None = next((group.kind for group in members if group.kind), None) or kind
        also = re.search(r",(?=(?:部分|个别|有的|少数|一些|多个|还有)[^,]{3,})", wording)
        if also is not None and wordings[j]:
            at = text.find(wording) + also.end()
            yield from _nameless(Line(0, start + at, wording[also.end() :]), page, heading, kind)
            wording = wording[: also.start()]
        found = classify(wording, subject=own or "site")
        stated = next((group.stated for group in members if group.stated), None)
        low, high = members[0].start, max(members[-1].end, members[-1].end + len(wordings[j]))
        yield Problem(
            wording=wording,
            heading=heading,
            kind=own,
            named=tuple(one for group in members for one in group.names),
            is_open=any(group.is_open for group in members),
            stated_count=Count(value=stated) if stated else None,
            indicator_ids=found.indicator_ids,
            decided_by=found.words,
            place=page.place(start + (0 if not wordings[j] else low), start + min(high, len(text))),
        )
        i = j + 1


_SHARED = re.compile(r"(?:均|都)?(?:与|和全国|未|不|无|存在|缺|超|没有|出现|尚未).*$")


def _wordings(text: str, groups: list[_Group]) -> list[str]:
    """Return what is said after each group; a predicate that several share is given to each of them."""
    said = []
    for i, group in enumerate(groups):
        stop = groups[i + 1].start if i + 1 < len(groups) else len(text)
        part = text[group.end : stop]
        part = re.sub(rf"(?:,|、)?(?:{any_of(_naming()['examples'])}|以及|和|及)?$", "", part.strip(" ,、"))
        part = re.sub(r"^(?:的|均|都|仍|还|也|分别|在)+", "", part.strip(" ,、:"))
        said.append(part.strip(" ,、"))
    shared = _SHARED.search(said[-1]) if said else None
    if shared is not None:
        for i, part in enumerate(said[:-1]):
            open_end = text[groups[i].end : groups[i + 1].start].rstrip().endswith("、")
            if part and open_end and not _SHARED.search(part):
                said[i] = part + shared.group()
    return said


def _before(text: str, position: int) -> str:
    head = text[:position]
    head = re.sub(rf"(?:[,、:]|(?:{any_of(_naming()['examples'])}))+$", "", head.strip())
    head = re.sub(r"^(?:此外|另外|同时|还有|检查发现)[,、]?", "", head)
    clause = head.split(",")[-1] if "," in head and _sounds_wrong(head.split(",")[-1]) else head
    return re.sub(
        r"^(?:部分|个别|少数)?(?:政务新媒体|政府网站|网站)(?:仍|还)?(?:出现|存在)(?=.{4})|(?:的)?(?:问题|情况|现象)$",
        "",
        clause,
    ).strip()


def read_summary(section: Section) -> Iterator[str]:
    """Yield kinds of problems listed in the paragraph right under the heading of a part that tells problems."""
    if not section.parts:
        return
    for paragraph in section.body:
        for sentence in sentences(paragraph):
            for clause in clauses(sentence):
                inner = re.search(r"(?:存在|出现了?|表现为)(.+?)(?:等)?(?:问题|情况|现象)?$", clause.text)
                if inner is None:
                    if _sounds_wrong(clause.text) and len(clause.text) <= 40:
                        tail = re.search(r"(?:部门|单位|网站|新媒体|地方|地区)([^,。]{4,20})$", clause.text)
                        yield tail.group(1) if tail else clause.text
                    continue
                items = [item for item in re.split("、|以及", inner.group(1)) if item]
                # 、…及… closes a list; 固定表述错误及严重错词 names two words of one kind.
                if len(items) > 1 and "及" in items[-1]:
                    items[-1:] = [item for item in items[-1].split("及") if item]
                yield from items


# --- praise ---------------------------------------------------------------------------------------------------------

_LIST = re.compile(
    r"(?P<names>[^,。;、]{2,20}(?:、[^,。;、]{2,20})+)等(?:[0-9]+[个家])?(?P<level>[^,。;、]{0,8}?)(?P<word>政府门户网站|门户网站|政府网站|网站|政务新媒体|单位|地区|地|县区政府网站)"
)


def read_praised(paragraph: Line) -> Iterator[tuple[str, ...]]:
    """Yield lists of sites said to score well (南昌、九江等设区市政府门户网站…得分靠前)."""
    for sentence in sentences(paragraph):
        if not re.search(any_of(_naming()["praise"]), sentence.text):
            continue
        for match in _LIST.finditer(sentence.text):
            names = [re.sub("^(?:以及|其中|和|及)", "", name) for name in match.group("names").split("、")]
            yield tuple(name for name in names if name)


_PRACTITIONER = re.compile(
    r"^(?P<names>[^,。;、]{2,16}(?:、[^,。;、]{2,16})*?)(?P<more>等)(?:[0-9]+[个家])?(?:[市县区]{1,2}级?)?(?:政府|县区|市级|单位|部门)?(?:政府)?(?:网站|微信公众号|政务新媒体|新媒体|公众号|单位)"
)
_PRACTITIONER_ONE = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{2,16}?(?:局|委|办|厅|院|县|区|市|州|政府网|中心|部))(?=在|充分|积极|主动|通过|网站|微信|政务|利用|开设|依托|结合|创新|紧)"
)


def read_practices(section: Section, page: Page) -> Iterator[Practice]:
    """Yield good practice with the units praised for it."""
    for part in section.walk():
        for paragraph in part.body:
            for sentence in sentences(paragraph):
                match = _PRACTITIONER.match(sentence.text)
                if match:
                    names = tuple(name.strip("“”") for name in match.group("names").split("、"))
                    yield Practice(
                        theme=part.title,
                        units=names,
                        text=sentence.text,
                        is_open=True,
                        place=page.place(sentence.start, sentence.end),
                    )
                    continue
                one = _PRACTITIONER_ONE.match(sentence.text)
                if one and _is_bare_name(one.group("name")):
                    yield Practice(
                        theme=part.title,
                        units=(one.group("name"),),
                        text=sentence.text,
                        place=page.place(sentence.start, sentence.end),
                    )
