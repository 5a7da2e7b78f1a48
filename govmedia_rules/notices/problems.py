"""Read findings: which fault is stated, of which sites and accounts, under which heading.

What remains of a sentence without the names it gives is the wording, and the wording is classified. A sentence that denies a
fault, demands that none occur, praises, or reports that one was put right is no finding (`stance.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.classify import OTHER, Classified, SubjectKind, classify
from govmedia_rules.notices.figures import Count
from govmedia_rules.notices.labels import platform_of_label
from govmedia_rules.notices.masking import PLATFORM_WORDS
from govmedia_rules.notices.mentions import Mentions, find_mentions, is_bare_name, kind_named, naming, site_of
from govmedia_rules.notices.model import Kind, Named, Problem
from govmedia_rules.notices.outline import Line, NoticeText, Section, clauses, notice_words, segments, sentences_of
from govmedia_rules.notices.shares import vague_share
from govmedia_rules.notices.stance import NO_FAULT, TURN, Stance, has_fault, stances, without_none


def read_problems(section: Section, page: NoticeText) -> Iterator[Problem]:
    """Yield the findings of a part of a notice that tells problems; what stands right under its heading is a summary."""
    for part in section.walk():
        if part is section and section.parts:
            continue
        kind = kind_named(part.title) or kind_named(section.title)
        yield from _named_items(part, page, kind)
        yield from _body(part, kind, page)


def _body(part: Section, kind: Kind | None, page: NoticeText) -> Iterator[Problem]:
    """Yield the findings of the paragraphs under a heading; after one that ends in a colon names may stand in lines below."""
    announced: Line | None = None
    for number, paragraph in enumerate(part.body):
        listed = _listed_under(announced, paragraph, kind, page)
        if listed is None and _PLATFORM_LEAD.match(paragraph.text) and has_fault(part.title):
            # 不合格政务新媒体 over lines such as 微博2个:甲、乙.
            listed = _listed_after(part.title, paragraph.text, paragraph.start, page, kind)
        if listed is not None:
            yield listed
            continue
        announced = paragraph if _announces_names(paragraph.text) else None
        following = part.body[number + 1 : number + 2]
        if not any(_listed_under(announced, line, kind, page) for line in following):
            yield from _paragraph(paragraph, part.title, kind, page, is_first=number == 0)


_MOST_ANNOUNCED = 20
"""Characters of a line of its own that tells what is wrong with those named in the lines below it."""


def _announces_names(text: str) -> bool:
    """Return whether a line tells what is wrong with the names below it (超过两周未更新的账号: or, shorter, 超过两周未更新)."""
    is_title = len(text) <= _MOST_ANNOUNCED and re.search("[,。;“”]", text) is None
    return has_fault(text) and (text.endswith(":") or is_title)


def _listed_under(announced: Line | None, line: Line, kind: Kind | None, page: NoticeText) -> Problem | None:
    title = announced.text.rstrip(":") if announced is not None else ""
    return _listed_after(re.sub("(?:名单)?(?:如下|有)$", "", title), line.text, line.start, page, kind) if title else None


def _named_items(part: Section, page: NoticeText, kind: Kind | None) -> Iterator[Problem]:
    """Yield the findings of a heading under which each item is a name (二、栏目不更新 1.县林业局网站 2.县水利局网站)."""
    if not has_fault(part.title):
        return
    for item in part.parts:
        line = item.title_line
        if line is not None and not item.body and not item.parts:
            listed = _listed_after(part.title, line.text, line.start, page, kind)
            if listed is not None:
                yield listed


def read_unheaded(section: Section, page: NoticeText) -> Iterator[Problem]:
    """Yield the findings under a heading that is none of problems: its own may be the subject (1.“甲”微信公众号:两周未更新)."""
    if not _subjects_before(section.title, page):
        for problem in filter(_is_of_its_own, _body(Section(0, body=section.body), None, page)):
            yield problem if problem.named else _of_body(section.title, problem)
        return
    for paragraph in section.body:
        yield from _paragraph(paragraph, section.title, kind_named(section.title), page, is_first=False)


def read_sentence(sentence: Line, page: NoticeText) -> Iterator[Problem]:
    """Yield the findings of one sentence that stands under no heading of problems: only what states a fault of its own."""
    yield from filter(_is_of_its_own, _sentence(sentence, page, "", None))


def _is_of_its_own(problem: Problem) -> bool:
    return problem.indicator_ids != (OTHER,) or bool(problem.named)


def _paragraph(paragraph: Line, title: str, kind: Kind | None, page: NoticeText, *, is_first: bool) -> Iterator[Problem]:
    if _ASKS_FOR_RULE.search(paragraph.text):
        return
    parts = list(sentences_of(paragraph))
    if is_first and len(parts) == 1:
        listed = _listed_after(title, parts[0].text, parts[0].start, page, kind)
        if listed is not None:
            yield listed
            return
    subjects = _subjects_before(title, page)
    if subjects:
        for segment in segments(paragraph):
            for problem in _nameless(segment, page, "", subjects[0].kind):
                yield problem.model_copy(update={"named": subjects})
        return
    # 被列为不合格账号。经申诉复核,更正为合格: what was withdrawn is no finding; what follows the withdrawal is one.
    withdrawn = next((part.end for part in segments(paragraph) if _CORRECTED.search(part.text)), paragraph.start)
    heading = title
    for i, sentence in enumerate(parts):
        if sentence.start < withdrawn:
            rest = [part for part in segments(sentence) if part.start >= withdrawn]
            if not rest:
                continue
            sentence = Line(sentence.number, rest[0].start, sentence.text[rest[0].start - sentence.start :])
        item = re.match(r"[一二三四五六七八九十]是", sentence.text)
        is_heading = item is not None and i + 1 < len(parts) and len(sentence.text) <= 30
        if item is not None and is_heading and not find_mentions(sentence.text, sentence.start, page, kind):
            # 一是信息更新不及时。 is the heading of what follows in the paragraph.
            heading = sentence.text[item.end() :]
            continue
        for problem in _sentence(sentence, page, heading, kind):
            yield problem if problem.named else _of_body(title, problem)


def _of_body(title: str, problem: Problem) -> Problem:
    """Return a finding of no named subject as one of the site of the body that is its heading (1.县民政局:办事指南要素不全)."""
    is_of_site = problem.kind == "site" or all(identifier.startswith("site.") for identifier in problem.indicator_ids)
    if not is_of_site or kind_named(title) is not None or _REGION.search(title) or not is_bare_name(title):
        return problem
    return problem.model_copy(update={"named": (Named(name=title, kind="site"),)})


_REGION = re.compile("(?:[省市县区州盟旗镇乡]|街道)$")
_ASKS_FOR_RULE = re.compile(r"(?:哪些|什么|何种)(?:情形|情况|行为)[^。]{0,30}\?")
"""A question whose answer tells a rule and no finding (哪些情形会被单项否决?)."""
_CORRECTED = re.compile("(?:更正|变更|调整|改判|改)为(?:合格|达标)|(?:撤销|取消)[^,]{0,8}不合格")
_COUNTED = re.compile(
    r"(?:的(?:政府)?(?:网站|政务新媒体|单位|账号))?(?:有)?\((?:共)?(?P<n>[0-9]{1,4})[个家]\)$|的(?:政府)?(?:网站|政务新媒体|单位|账号)(?:有|为)?$"
)


_ONLY_PLATFORM = re.compile(rf"(?:的?(?:{PLATFORM_WORDS})(?:账号)?|网站|账号|政务新媒体)?(?:\([^()]*\))?")


_PLATFORM_LEAD = re.compile(rf"(?:(?:{PLATFORM_WORDS})(?:账号)?(?:[0-9]+[个家])?)(?:\([^()]{{1,6}}\))?:")
_OWN_PLATFORM = re.compile(rf"(?:的)?(?:{PLATFORM_WORDS})(?:账号)?$")
_NUMBER = re.compile(r"^(?:[0-9]{1,2}[.、]|\([0-9]{1,2}\)|[①-⑳])")
"""What numbers an item inside a paragraph (1.县林业局网站;2.县水利局网站)."""


def _listed_after(title: str, body: str, start: int, page: NoticeText, kind: Kind | None) -> Problem | None:
    """Return a finding before a colon and nothing but names after it (栏目更新不及时的网站(3个):甲局、乙局、丙局)."""
    led = _PLATFORM_LEAD.match(body)
    if led is not None:
        # 微信公众号:甲、乙: the platform of all that follow.
        body, start = body[led.end() :], start + led.end()
    counted = _COUNTED.search(title)
    wording = title[: counted.start()] if counted else title
    names = [_NUMBER.sub("", name) for name in re.split("[、,;]", body.strip("。 ")) if name]
    if not names or max(map(len, names)) > 30 or any(has_fault(re.sub("“[^“”]*”", "", name)) for name in names):
        return None
    own = kind_named(title) or kind
    classified = classify(wording, subject=own or "site")
    if classified.indicator_ids == (OTHER,) and not has_fault(wording):
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
        own_platform = None if quoted or bracket else _OWN_PLATFORM.search(bare)
        bare = bare[: own_platform.start()] if own_platform else bare
        rest = quoted["rest"] if quoted else bracket.group() if bracket else own_platform.group() if own_platform else ""
        platform = platform_of_label(rest) or (platform_of_label(led.group()) if led else None)
        called = (quoted["name"] if quoted else site_of(re.sub(r"\(.*\)$", "", bare))).strip()
        if quoted and not _ONLY_PLATFORM.fullmatch(rest):
            return None
        if not called or not (quoted or is_bare_name(called, account=platform is not None)):
            return None
        named.append(
            Named(
                name=called,
                kind="account" if platform else "site" if re.search("网站?$", bare) and own is None else own,
                platform=platform[0] if platform else None,
                platform_text=platform[1] if platform else None,
                place=page.place(start + at, start + at + len(bare)),
            )
        )
    if own is None and all(name.kind == "account" for name in named):
        # 互动回应差:“甲”微信公众号、“乙”微博 tells of what it is said only after the colon.
        own, classified = "account", classify(wording, subject="account")
    stated = counted.group("n") if counted and counted.group("n") else None
    return Problem(
        wording=wording,
        kind=own,
        named=tuple(named),
        is_open=is_open,
        stated_count=Count(value=int(stated)) if stated else None,
        indicator_ids=classified.indicator_ids,
        decided_by=classified.words,
        place=page.place(start, start + len(body)),
    )


def _subjects_before(title: str, page: NoticeText) -> tuple[Named, ...]:
    """Return the names of a heading that is nothing but names (“甲”微博、乙局网站: and their fault under it)."""
    groups = find_mentions(title, 0, page, None) if title else []
    edges = [0, *(edge for group in groups for edge in (group.start, group.end)), len(title)]
    between = "".join(title[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2))
    if not groups or re.sub("等?[0-9]*[个家](?:账号|网站|政务新媒体)", "", between).strip("、,和及与 ") or has_fault(title):
        return ()
    return tuple(named.model_copy(update={"place": None}) for group in groups for named in group.names)


def _sentence(sentence: Line, page: NoticeText, heading: str, kind: Kind | None) -> Iterator[Problem]:
    title = _FAILED_TITLE.match(sentence.text)
    for segment in segments(sentence):
        groups = find_mentions(segment.text, segment.start, page, kind)
        if groups:
            # 不合格名单:甲局网站;“乙”微博: what stands before the colon holds for each part.
            over = heading if heading or title is None or segment.start == sentence.start else title["title"]
            yield from _named(segment, groups, page, over, kind)
        else:
            yield from _nameless(segment, page, heading, kind)


_OF_WHOLE = re.compile("长期|连续|超|已|未|不|无|近|多|自|从|停|打|[0-9一二三四五六七八九十两半]")
_OF_A_PART = re.compile("栏目|首页|专题|专栏|频道|板块|页面|链接|指南|留言|信箱|搜索|网站")


_BELOW_VETO = re.compile(
    "[未不](?:达到?|够|构成|触发|属于?|足以)[^,。]{0,6}(?:否决|不合格)|未被(?:通报|点名|扣分|否决)"
    "|(?:更新|发布|推送)[^,。]{0,6}(?:不足|少于|低于|未满)[0-9]+[条篇次]"
)
"""Words that say that a fault is no veto (更新频率偏低但未达到否决标准)."""


def _classify(wording: str, stance: Stance, subject: SubjectKind | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return ids and deciding words; what only asks for improvement (有待提高) is no veto."""
    # “甲局”网站长期未更新: what is said of no part is said of the site as a whole.
    of_whole = subject == "site" and _OF_WHOLE.match(wording) is not None and not _OF_A_PART.search(wording)
    # 首页“教育要闻”3个月未更新: a column that the home page shows.
    wording = re.sub("首页的?(“[^”]{2,12}”)(?!栏目|专栏|板块)", r"\1栏目", wording)
    classified: Classified = classify(f"网站{wording}" if of_whole else wording, subject=subject)
    decisions = classified.decisions
    pieces = wording.split("、")
    if len(pieces) > 1 and (classified.indicator_ids == (OTHER,) or all(map(has_fault, pieces))):
        # 首页不更新、无互动栏目: each fault of a list by itself; no word of one decides with a word of another.
        apart = [classify(piece, subject=subject).decisions for piece in pieces if has_fault(piece)]
        decisions = tuple(d for found in apart for d in found if d.indicator_id != OTHER) or decisions
    is_mild = stance == "weak" or _BELOW_VETO.search(wording) is not None
    kept = [decision for decision in decisions if not is_mild or ".veto." not in decision.indicator_id]
    if not kept:
        return (OTHER,), ()
    ids = dict.fromkeys(decision.indicator_id for decision in kept)
    return tuple(ids), tuple(dict.fromkeys(w for d in kept for w in d.words))


def _classify_for(
    members: list[Mentions], wording: str, stance: Stance, own: Kind | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Classify what is said of several groups: of sites and accounts alike where both are named."""
    kinds = list(dict.fromkeys(group.kind for group in members if group.kind)) or [own or _usual_kind(members, wording)]
    both = [_classify(wording, stance, kind) for kind in kinds]
    ids = dict.fromkeys(identifier for ids_of_kind, _ in both for identifier in ids_of_kind)
    return tuple(ids), tuple(dict.fromkeys(word for _, decided_by in both for word in decided_by))


def _usual_kind(members: list[Mentions], wording: str) -> Kind:
    """Return the kind of names that no word tells: accounts are named in quotation marks, sites by their body."""
    if re.search("首页|栏目", wording) or all(named.name.endswith("网") for group in members for named in group.names):
        return "site"
    quoted = all(named.place is not None and named.place.quote[:1] in '“「"' for group in members for named in group.names)
    return "account" if quoted else "site"


def _is_decided(ids: tuple[str, ...]) -> bool:
    """Whether words decided on an indicator itself, not only on a family (site.deduct.design) or on nothing."""
    return any(identifier.count(".") >= 2 and not identifier.endswith(_FAMILIES) for identifier in ids)


def _is_stated(ids: tuple[str, ...]) -> bool:
    """Whether a clause without a negation states a fault: 网站域名以“.com”为后缀 does, 平均答复时间2天 does not."""
    return all(identifier.startswith(tuple(notice_words()["stance"]["affirmed"])) for identifier in ids)


_FAMILIES = ("deduct.interpretation", "deduct.service", "deduct.design", "deduct.interaction")
_OPENING = re.compile(r"^(?:此外|另外|同时|还有|其中|[一二三四五]是|检查发现|主要表现为|主要是|但是|但)[,、]?")


_ALL_RECTIFIED = re.compile("(?:均|全部|都)已?[^,未没]{0,8}(?:整改|更正|修复|改正|修改|删除|处理完毕)")


def _nameless(segment: Line, page: NoticeText, heading: str, kind: Kind | None) -> Iterator[Problem]:
    if (
        _ALL_RECTIFIED.search(segment.text)
        and re.search("其中[^,]*已", segment.text) is None
        and any(stance == "rectified" for _, stance in stances(segment))
    ):
        # 错链21条、错别字14处,均已反馈整改 names nobody and leaves nothing open.
        return
    own = kind
    for clause, stance in stances(segment):
        # 3家网站栏目空白,留言无人问津: a clause without a subject of its own goes on with the one before.
        own = kind_named(clause.text) or (kind if TURN.search(clause.text) else own)
        if stance in NO_FAULT:
            continue
        text = without_none(_OPENING.sub("", clause.text))
        shares = list(vague_share(clause.text, clause.start, page))
        wording = text
        if shares:
            wording = re.sub(rf"^.*?{re.escape(shares[0].of or '')}", "", text, count=1)
            wording = re.sub(rf"^(?:均|都|仍|还)?存在|(?:{any_of(naming()['share_tail'])})$", "", wording)
        # 人事处“招考录用”、电商处“示范企业”: a quoted word of a clause without a fault states none.
        ids, decided_by = _classify(re.sub("“[^”.]*”", "", wording) if stance == "plain" else wording, stance, own)
        if not wording or (stance == "plain" and not _is_stated(ids)):
            continue
        yield Problem(
            wording=wording,
            heading=heading,
            kind=own,
            share=shares[0] if shares else None,
            indicator_ids=ids,
            decided_by=decided_by,
            place=page.place(clause.start, clause.end),
        )


_APPS = ("app", "miniprogram")
_EXAMPLE = re.compile("(?:例如|比如|譬如|如|包括|其中)[,:]?$")
_THE_REST = re.compile("(?:其余|其他|其它|剩余|余下)")
_OTHERS = re.compile(r",(?=(?:其余|其他|其它|剩余|余下|部分|个别|有的|少数|一些|多个|还有)[^,]{3,})")


def _named(segment: Line, groups: list[Mentions], page: NoticeText, heading: str, kind: Kind | None) -> Iterator[Problem]:
    text, start = segment.text, segment.start
    wordings = _wordings(text, groups)
    head = re.split("[,:](?=[^,:]*$)", text[: groups[0].start])[0]
    if (
        wordings[0]
        and len(head) < groups[0].start
        and not re.search(rf"(?:{any_of(naming()['examples'])})$", text[: groups[0].start].rstrip(",: "))
    ):
        # A finding of its own stands before the one that names somebody.
        yield from _nameless(Line(segment.number, start, head), page, heading, kind)
    i = 0
    while i < len(groups):
        j = i
        # Groups without words of their own share the words of the next one.
        while j + 1 < len(groups) and not wordings[j]:
            j += 1
        members, wording, edge = groups[i : j + 1], wordings[j], groups[i - 1].end if i else 0
        i = j + 1
        own: Kind | None = next((group.kind for group in members if group.kind), None) or kind_named(wording) or kind
        others = _OTHERS.search(wording)
        if others is not None:
            at = start + text.find(wording) + others.end()
            yield from _nameless(Line(segment.number, at, wording[others.end() :]), page, heading, kind)
            wording = wording[: others.start()]
        # What is said of the others (,其余4个账号整改不到位) is not said of these.
        low, high = members[0].start, min(members[-1].end + len(wording if others else wordings[j]), len(text))
        if wording and not (wording := without_none(wording)):
            # 未更新栏目由8个降为0个: of the fault there is none.
            continue
        stance = _stance_of_region(segment, low if wording else 0, high)
        if not wording:
            # 3个已关停,其余4个整改不到位,分别是“甲”“乙”: the nearest predicate before the names.
            between = _before(text[edge : members[0].start], members[0].start - edge)
            wording, low = between if edge and has_fault(between) else _before(text, groups[0].start), 0
            is_stated = (edge and has_fault(between)) or _FAILED_LIST.search(wording)
            stance = "fault" if is_stated else stance
            if not has_fault(wording) and has_fault(heading):
                # (一)更新不及时。如“甲”“乙”微信公众号。 The heading is the predicate.
                wording, stance = heading, "fault"
        if stance in NO_FAULT:
            continue
        is_app = any(named.platform in _APPS for group in members for named in group.names)
        ids, decided_by = _classify_for(members, f"客户端{wording}" if is_app else wording, stance, own)
        if stance == "plain" and not _is_decided(ids):
            # 栏目长期不更新,如县扶贫办网站“工作动态”栏目: the predicate stands before the example.
            before = _before(text, members[0].start)
            is_led_in = _EXAMPLE.search(text[: members[0].start]) or text[: members[0].start].endswith(":")
            if not has_fault(before) or not is_led_in:
                continue
            wording, low = before, 0
            ids, decided_by = _classify_for(members, wording, "fault", own)
        stated = next((group.stated for group in members if group.stated), None)
        yield Problem(
            wording=wording,
            heading=heading,
            kind=own,
            named=tuple(_with_kind(named, own, heading) for group in members for named in group.names),
            is_open=any(group.is_open for group in members),
            stated_count=Count(value=stated) if stated else None,
            rectified=_is_rectified(segment, high),
            indicator_ids=ids,
            decided_by=decided_by,
            place=page.place(start + low, start + high),
        )


_FAILED_TITLE = re.compile("(?P<title>(?:检查|抽查)?(?:不合格|不达标)(?:的?(?:单位|对象))?(?:名单|清单)?):")
_FAILED_LIST = re.compile("(?:不合格|不达标|单项否决)的?(?:政府)?(?:网站|政务新媒体|新媒体|账号|单位)(?:的)?(?:名单|清单)$")
"""What a list of the failed is called before its names (不合格网站名单:甲镇、乙镇)."""


def _with_kind(named: Named, kind: Kind | None, heading: str) -> Named:
    """Give a name the kind and platform that the words or the heading tell (微信公众号(3个):“甲”“乙”…)."""
    kind = named.kind or kind or ("site" if named.name.endswith("网") else None)
    platform = platform_of_label(heading) if kind == "account" and named.platform_text is None else None
    if platform is None:
        return named if kind == named.kind else named.model_copy(update={"kind": kind})
    return named.model_copy(update={"kind": kind, "platform": platform[0], "platform_text": platform[1]})


def _stance_of_region(segment: Line, low: int, high: int) -> Stance:
    """Return the stance of the clauses from `low` to `high`: a fault when any of them states one."""
    low, high = segment.start + low, segment.start + high
    inside = [stance for clause, stance in stances(segment) if clause.start < high and clause.end > low]
    for stance in ("fault", "weak"):
        if stance in inside:
            return stance
    return next((stance for stance in inside if stance in NO_FAULT), "plain")


def _is_rectified(segment: Line, low: int) -> bool:
    """Whether a clause at or after the finding says that it was put right (,现已整改到位)."""
    after = (pair for pair in stances(segment) if pair[0].end >= segment.start + low)
    # 其余4个均已整改 is said of the others.
    return any(stance == "rectified" and not _THE_REST.match(clause.text) for clause, stance in after)


_SHARED = re.compile(r"(?:均|都)?(?:与|和全国|未|不|无|存在|缺|超|没有|出现|尚未).*$")


def _wordings(text: str, groups: list[Mentions]) -> list[str]:
    """Return what is said after each group; a predicate that several share is given to each of them."""
    said = []
    for i, group in enumerate(groups):
        if group.follows:
            said.append("")
            continue
        stop = groups[i + 1].start if i + 1 < len(groups) else len(text)
        part = text[group.end : stop]
        bracketed = _before_bracket(text, group, part)
        if bracketed:
            # 未备案账号3个(“甲”“乙”微博),未注销账号4个: what follows the brackets is said of others.
            said.append(bracketed)
            continue
        if text[: group.start].endswith("(") and part.startswith(")") and not has_fault(part):
            # 更新滞后账号2个(“甲”微博),已电话提醒: the fault stands before the brackets.
            part = ""
        part = re.sub(rf"(?:,|、)?(?:{any_of(naming()['examples'])}|以及|和|及)?$", "", part.strip(" ,、"))
        part = part.rstrip(")、, ") if part.count(")") > part.count("(") else part
        part = re.sub(r"^(?:的|均|都|仍|还|也|分别|在)+", "", part.strip(" ,、:"))
        part = part.strip(" ,、")
        part = part.removeprefix(")") if part.count(")") > part.count("(") else part
        # 甲网站“规划计划”栏目,乙网站“财务信息”栏目长期空白: a part of the site says nothing yet.
        part = "" if _PART_OF_SITE.fullmatch(part) or _ONLY_COUNT.fullmatch(part) or _ONLY_SCORE.fullmatch(part) else part
        part = part[1:-1] if re.fullmatch(r"\([^()]+\)", part) else part
        said.append(part or _own_before(text, groups, i))
    shared = _SHARED.search(said[-1]) if said else None
    if shared is not None:
        for i, part in enumerate(said[:-1]):
            open_end = text[groups[i].end : groups[i + 1].start].rstrip().endswith("、")
            # “甲”微博(发布娱乐信息)、“乙”(无法访问): each has its own in brackets.
            is_own = text.startswith("(", groups[i].end)
            if part and open_end and not is_own and not _SHARED.search(part) and not has_fault(part):
                said[i] = part + shared.group()
    return said


def _before_bracket(text: str, group: Mentions, after: str) -> str:
    """Return the fault before brackets that hold nothing but names, where another fault follows them; "" otherwise."""
    if not text[: group.start].endswith("(") or not after.startswith("),") or not has_fault(after):
        return ""
    before = re.split("[,:;]", text[: group.start - 1])[-1]
    return before if has_fault(before) else ""


def _own_before(text: str, groups: list[Mentions], i: int) -> str:
    """Return the predicate before a group that ends its clause (甲局未报备“甲”视频号,乙局“乙”…: not what follows of the next)."""
    if i + 1 == len(groups) or not text.startswith(",", groups[i].end):
        return ""
    before = re.split("[,:]", text[groups[i - 1].end if i else 0 : groups[i].start])[-1]
    return before.strip("、 的") if has_fault(before) else ""


_ONLY_COUNT = re.compile(r"\(?[0-9]+(?:处|条|个|项|次)\)?")
_ONLY_SCORE = re.compile(r"\(?[0-9.]{1,6}分\)?")
_PART_OF_SITE = re.compile("“[^”]*”(?:栏目|专栏|专题|频道|板块|页面)?")


def _before(text: str, position: int) -> str:
    """Return the predicate that stands before the names (存在栏目空白问题的有…)."""
    head = text[:position]
    head = re.sub(rf"(?:[,、:(]|(?:{any_of(naming()['examples'])}))+$", "", head.strip())
    head = re.sub(r"^(?:此外|另外|同时|还有|检查发现)[,、]?", "", head)
    clause = head.split(",")[-1] if "," in head and has_fault(head.split(",")[-1]) else head
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
        for sentence in sentences_of(paragraph):
            for clause in clauses(sentence):
                inner = re.search(r"(?:存在|出现了?|表现为)(.+?)(?:等)?(?:问题|情况|现象)?$", clause.text)
                if inner is None:
                    if has_fault(clause.text) and len(clause.text) <= 40:
                        tail = re.search(r"(?:部门|单位|网站|新媒体|地方|地区)([^,。]{4,20})$", clause.text)
                        yield tail.group(1) if tail else clause.text
                    continue
                items = [item for item in re.split("、|以及", inner.group(1)) if item]
                # 、…及… closes a list; 固定表述错误及严重错词 names two words of one kind.
                if len(items) > 1 and "及" in items[-1]:
                    items[-1:] = [item for item in items[-1].split("及") if item]
                yield from items
