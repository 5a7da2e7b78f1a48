"""Reads the formal parts of a Chinese notice: headline, issuer, number, dates, documents cited, deadlines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from govmedia_rules.notices.figures import DateSpan, PartialDate, Place
from govmedia_rules.notices.model import Citation, Deadline, Duty, FooterMark
from govmedia_rules.notices.outline import DATE_LINE, Line, NoticeText, Section, sentences_of
from govmedia_rules.subjects.codes import provinces

_ZH = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}
_YEAR = r"(?P<y>[0-9]{4}|[〇○零一二三四五六七八九]{4})年"
_MONTH = r"(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月"
_DAY = r"(?P<d>3[01]|[12][0-9]|0?[1-9]|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
_FULL = re.compile(_YEAR + _MONTH + _DAY)
_YEAR_MONTH = re.compile(_YEAR + _MONTH + r"(?!份?[0-9一二三])")
_MONTH_DAY = re.compile(r"(?<![0-9年])" + _MONTH + _DAY)
_ISO = re.compile(
    r"(?<![0-9])(?P<y>20[0-9]{2})[-/.](?P<m>1[0-2]|0?[1-9])[-/.](?P<d>3[01]|[12][0-9]|0?[1-9])"
    r"(?:[ T]+(?P<t>[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?))?(?![0-9])"
)
_ORG = (
    r"[\u4e00-\u9fff()]{1,40}?(?:办公厅|办公室|人民政府|秘书局|领导小组|管理局|服务局|数据局|大数据局|信息中心|政务中心|数据中心|"
    r"委员会|管委会|政务公开办|网信办|府办|政府办|总局|局|厅|委|中心|部|司|署|院|协会|政府)"
)
DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}[〔\[【(][12][0-9]{3}[〕\]】)][0-9]{1,4}号")


def _value(text: str) -> int:
    if text.isdigit():
        return int(text)
    if all(character in _ZH for character in text):
        return int("".join(str(_ZH[character]) for character in text))
    tens, _, ones = text.partition("十")
    return (_ZH[tens] if tens else 1) * 10 + (_ZH[ones] if ones else 0)


def date_of(match: re.Match[str]) -> PartialDate | None:
    """Return the date a match of one of the patterns stands for; None when the calendar has no such day."""
    parts = match.groupdict()
    year, month, day = (_value(parts[name]) if parts.get(name) else None for name in ("y", "m", "d"))
    try:
        return PartialDate(year=year, month=month, day=day, time=parts.get("t"))
    except ValueError:
        return None


def find_date(text: str) -> tuple[PartialDate, int, int] | None:
    """Return the first date of Chinese `text`, whole dates before those without a year; with its offsets."""
    best: tuple[PartialDate, int, int] | None = None
    for pattern in (_FULL, _YEAR_MONTH, _MONTH_DAY):
        match = pattern.search(text)
        if match is None:
            continue
        value = date_of(match)
        if value is not None and (best is None or match.start() < best[1]):
            best = value, match.start(), match.end()
    return best


def with_year(value: PartialDate, year: int | None) -> PartialDate:
    """Return the date with a year taken from elsewhere; unchanged when it has one or none is known."""
    if value.year is not None or year is None:
        return value
    try:
        return PartialDate(year=year, month=value.month, day=value.day, time=value.time, inferred=("year",))
    except ValueError:
        return value


# --- head and foot --------------------------------------------------------------------------------------------------


_SITE_NAME = re.compile(r" *[-_—|] *[^-_—|,。:]{2,24}$")
_HEADLINE_END = re.compile(r"(?:通报|公告|的通知|公示|情况通报|的报告|检查情况|抽查情况|检查结果|综述|总结)(?:\(.{1,20}\))?$")


def headline(head: list[Line]) -> Line | None:
    """Return the headline: one to three lines of the head that end in 通报 or the like; the name of the web site after it goes."""
    if (
        len(head) > 1
        and _is_page_data(head[1].text)
        and not _is_page_data(head[0].text)
        and len(head[0].text) <= 80
        and "。" not in head[0].text
    ):
        return head[0]
    for i, line in enumerate(head):
        if _is_page_data(line.text) or DOCUMENT_NUMBER.fullmatch(line.text) or line.text.endswith(":"):
            continue
        begins = re.search(rf"关于|[0-9]{{4}}年|全[国省市县区州]|通报|^{_ORG}$", line.text) is not None
        for length in (1, 2, 3):
            parts = head[i : i + length]
            # A number of its own line ends the letterhead above it; the headline begins below.
            if len(parts) < length or any(
                _is_page_data(part.text) or part.text.endswith(":") or DOCUMENT_NUMBER.fullmatch(part.text) for part in parts
            ):
                break
            if length > 1 and not begins:
                # A menu word or an address above the headline is no part of it.
                break
            text = _SITE_NAME.sub("", "".join(part.text for part in parts))
            if _HEADLINE_END.search(text) and len(text) <= 120:
                return Line(parts[0].number, parts[0].start, text)
    return None


def _is_page_data(text: str) -> bool:
    return _ISO.search(text) is not None or re.search(r"来源[:：]|发布(?:时间|日期)|浏览|字号|索引号|^信息来源", text) is not None


_TOGETHER = re.compile(rf"{_ORG}(?:[ 、]+{_ORG}){{0,5}}(?=(?P<stop>关于|对|[0-9]{{4}}年|通报)|$)")
"""One body or several that issue a notice together (县委网信办 县政府办公室关于…)."""


def _joined(bodies: str) -> str:
    return re.sub("[ 、]+", "、", bodies)


def issuer(title: Line | None, head: list[Line], closing: list[Line], body: list[Line]) -> tuple[str, int, int] | None:
    """Return who issued the notice: from the headline, else the signature, else a head line that is a body's name.

    Several who issued it together come in their order, divided by 、.
    """
    match = _TOGETHER.match(title.text) if title is not None else None
    if title is not None and match is not None and match["stop"]:
        return _joined(match.group()), title.start, title.start + match.end()
    for i, line in reversed(list(enumerate(closing))):
        if _TOGETHER.fullmatch(line.text):
            first = i
            while first and _TOGETHER.fullmatch(closing[first - 1].text):
                first -= 1
            return "、".join(_joined(signer.text) for signer in closing[first : i + 1]), closing[first].start, line.end
        joined = re.match(rf"({_ORG}) *(?={_YEAR})", line.text)
        if joined:
            return joined.group(1), line.start, line.start + joined.end(1)
    for line, dated in pairwise(closing):
        # What stands above the date is the signature, whatever a body ends with (市第二中学).
        if _SIGNED.fullmatch(line.text) and DATE_LINE.fullmatch(dated.text.strip("()")):
            return line.text, line.start, line.end
    for line in head:
        match = re.match(rf"{_ORG}(?:文件)?$", line.text)
        if match:
            return line.text.removesuffix("文件"), line.start, line.end
    for line in body[:4]:
        match = _ACTS.search(line.text)
        if match and not _NOT_ISSUER.search(match.group("issuer")):
            # 记者日前从某某办公厅获悉: the body begins after 从.
            name = re.sub("^.*?(?:从|由)", "", match.group("issuer"))
            return name, line.start + match.end("issuer") - len(name), line.start + match.end("issuer")
    for line in head:
        match = re.search(rf"来源: *({_ORG})(?: |$)", line.text)
        if match and not re.search("网$|融媒|日报|晚报|报社|电视台|新闻", match.group(1)):
            return match.group(1), line.start + match.start(1), line.start + match.end(1)
    return None


_ACTS = re.compile(
    rf"(?:^|[,。;:)讯电] *|日前|近日|近期|记者从|从|由)(?P<issuer>{_ORG}(?:、{_ORG}){{0,5}})(?:联合)?"
    r"(?=共?开展[0-9]|(?:共|随机)*(?:抽查|检查|监测|巡查|检测|核查)(?:了|全|区|县|市|省|政府|政务)|(?:昨天|今天|近日|日前|近期|[0-9]{1,2}日|于[^,。]{1,14})?(?:,)?(?:获悉|了解到|印发|发布|通报|公布|组织(?:开展|对|了|力量)|开展了|委托|会同|"
    r"对[^,。]{2,40}(?:进行了?|开展了?|组织|实施)|对照[^,。]{2,30}对))"
)
"""A clause in which a body inspects or publishes: who issued a notice that has neither letterhead nor signature."""
_SIGNED = re.compile("(?!特此|专此|附|以上|联系)[\u4e00-\u9fff()、]{3,26}")
_NOT_ISSUER = re.compile("^(?:我|本|各|该|按|根据|为|全|对|经)|按照|根据|依据|贯彻|落实|通知要求|第三方|监测机构")


def document_number(head: list[Line]) -> tuple[str, Line] | None:
    """Return the 发文字号: a line of its own in the head, or at the end of the headline; never one that follows a title in 《》."""
    for line in head:
        match = DOCUMENT_NUMBER.search(line.text)
        if match and "》" not in line.text[: match.start()]:
            return match.group().lstrip("("), line
    return None


def published(head: list[Line], furniture: list[Line], last: list[Line]) -> tuple[PartialDate, Place] | tuple[None, None]:
    """Return the date a web page shows before the text, else in a line without a sentence after it (a newspaper's page)."""
    first = min((line.start for line in head), default=0)
    near = sorted([*head, *(line for line in furniture if line.start <= first + 2_000)], key=lambda line: line.start)
    for line in [*near, *(line for line in last if "。" not in line.text)]:
        field = re.search(r"(?:发布|公开|发表)(?:日期|时间)[: |]*", line.text)
        match = _ISO.search(line.text, field.end() if field else 0)
        if match is None and re.search("发布|时间|日期", line.text) and not re.search("检查|巡查|监测|抽查|统计", line.text):
            match = _FULL.search(line.text, field.end() if field else 0)
        if match is not None and (value := date_of(match)) is not None:
            return value, Place(
                start=line.start + match.start(), end=line.start + match.end(), line=line.number, quote=match.group()
            )
    return None, None


def publisher(head: list[Line], furniture: list[Line]) -> tuple[str, int, int] | None:
    """Return 来源 as a web page shows it; None when it shows none."""
    for line in [*head, *furniture]:
        match = re.search(r"(?:信息)?来源[:] *([\u4e00-\u9fff()]{3,40})", line.text)
        if match:
            return match.group(1), line.start + match.start(1), line.start + match.end(1)
    return None


def signed(closing: list[Line], head: list[Line] | None = None) -> tuple[PartialDate, Line] | None:
    """Return the 成文日期: a line of its own after the text, else the field of that name in the head."""
    for line in reversed(closing):
        match = _FULL.search(line.text)
        if match and (DATE_LINE.fullmatch(line.text.strip("() ")) or re.match(_ORG, line.text)):
            value = date_of(match)
            if value is not None:
                return value, line
    for line in head or ():
        bracketed = _FULL.search(line.text) if DATE_LINE.fullmatch(line.text.strip("() ")) and line.text[0] == "(" else None
        if bracketed is not None and (value := date_of(bracketed)) is not None:
            return value, line
        field = re.search(r"(?:成文|生成|发文|印发)日期[: |]*", line.text)
        match = (_FULL.match(line.text, field.end()) or _ISO.match(line.text, field.end())) if field else None
        value = date_of(match) if match else None
        if value is not None:
            return value, line
    return None


def release_mark(lines: list[Line]) -> Line | None:
    """Return the release mark (此件主动公开)."""
    for line in lines:
        match = re.fullmatch(
            r"[\[(]?((?:此件|本件|公开方式[:]?|公开属性[:]?) ?(?:主动公开(?:发布)?|公开发布|依申请公开|不予公开|不公开))[\])]?",
            line.text,
        )
        if match:
            return Line(line.number, line.start + match.start(1), match.group(1))
    return None


def addressees(head: list[Line]) -> tuple[tuple[str, ...], Line] | None:
    """Return 主送机关: the line that ends in a colon."""
    for line in head:
        if line.text.endswith(":") and re.search("政府|部门|单位|委员会|各|办公室|局", line.text):
            return tuple(part.strip() for part in re.split(r"[,,;]", line.text[:-1]) if part.strip()), line
    return None


def citations(lines: list[Line], role: str) -> Iterator[Citation]:
    """Yield documents in 《》 with the number that follows in brackets; nested titles stay whole."""
    for line in lines:
        for title, start, end in _titles(line.text):
            if not 5 <= len(title) <= 500 or not re.search(
                "通知|方案|办法|细则|指标|意见|规定|条例|指引|规范|标准|要点|函|制度|规程|决定|工作|政策|通报", title
            ):
                continue
            number = re.match(r"\(([^()《》]{0,20}?[〔\[【][0-9]{4}[〕\]】][0-9]{1,4}号)[^()]{0,30}\)", line.text[end:])
            stop = end + (number.end() if number else 0)
            yield Citation(
                title=title,
                number=number.group(1) if number else None,
                role="basis" if role == "basis" else "rule",
                place=Place(start=line.start + start, end=line.start + stop, line=line.number, quote=line.text[start:stop][:300]),
            )


def _titles(text: str) -> Iterator[tuple[str, int, int]]:
    depth, start = 0, 0
    for i, character in enumerate(text):
        if character == "《":
            if depth == 0:
                start = i
            depth += 1
        elif character == "》" and depth:
            depth -= 1
            if depth == 0:
                yield text[start + 1 : i], start, i + 1


_REGISTRY = re.compile(r"全国[^,。、“”()《》全]{2,12}?信息报送系统")


def registries(text: str) -> tuple[str, ...]:
    """Return the reporting systems named, once each."""
    return tuple(dict.fromkeys(match.group() for match in _REGISTRY.finditer(text)))


# --- times ----------------------------------------------------------------------------------------------------------

_RANGE = re.compile(
    r"(?:(?P<y>[0-9]{4})年)?(?P<m>1[0-2]|0?[1-9])月(?P<d>3[01]|[12][0-9]|0?[1-9])日?(?:起)? *(?:至|到|—|-|–|~|-){1,2} *"
    r"(?:(?P<y2>[0-9]{4})年)?(?:(?P<m2>1[0-2]|0?[1-9])月)?(?P<d2>3[01]|[12][0-9]|0?[1-9])日"
)
_MONTH_RANGE = re.compile(
    r"(?P<y>[0-9]{4})年(?P<m>1[0-2]|0?[1-9])月(?:份)? *(?:至|到|—|-|–|~|-){1,2} *"
    r"(?:(?P<y2>[0-9]{4})年)?(?P<m2>1[0-2]|0?[1-9])月(?!份?[0-9])"
)


def window(lines: list[Line], year: int | None) -> tuple[DateSpan, int, int] | None:
    """Return the days in which was inspected, from a sentence that speaks of inspecting."""
    for line in lines:
        for match in _RANGE.finditer(line.text):
            around = line.text[max(0, match.start() - 60) : match.end() + 60]
            if not re.search("检查|抽查|监测|巡查|核查|检测|普查", around) or re.search("统计时段|统计时间", around):
                continue
            span = _span(match, year)
            if span is not None:
                return span, line.start + match.start(), line.start + match.end()
    return None


def _span(match: re.Match[str], year: int | None) -> DateSpan | None:
    first_year = int(match["y"]) if match["y"] else year
    inferred: tuple[str, ...] = () if match["y"] else ("year",)
    month = int(match["m"])
    last_month = int(match["m2"]) if match["m2"] else month
    last_year = int(match["y2"]) if match["y2"] else first_year
    if last_year is not None and not match["y2"] and last_month < month:
        if match["y"]:
            last_year += 1
        elif first_year is not None:
            first_year -= 1
    try:
        start = PartialDate.model_validate(
            {"year": first_year, "month": month, "day": int(match["d"]), "inferred": inferred if first_year else ()}
        )
        end = PartialDate.model_validate(
            {
                "year": last_year,
                "month": last_month,
                "day": int(match["d2"]),
                "inferred": () if match["y2"] or not last_year else ("year",),
            }
        )
        return DateSpan(start=start, end=end)
    except ValueError:
        return None


def month_span(text: str, start: int, page: NoticeText) -> tuple[DateSpan, Place] | None:
    """Return a span that goes by month (2019年12月—2020年2月)."""
    match = _MONTH_RANGE.search(text)
    if match is None:
        return None
    first, last = int(match["y"]), int(match["y2"] or match["y"])
    try:
        span = DateSpan(start=PartialDate(year=first, month=int(match["m"])), end=PartialDate(year=last, month=int(match["m2"])))
    except ValueError:
        return None
    return span, page.place(start + match.start(), start + match.end())


def statistics_date(
    lines: list[Line], year: int | None, signed_at: PartialDate | None = None
) -> tuple[PartialDate, int, int] | None:
    """Return the date as of which counts are given (截至2020年2月)."""
    for line in lines:
        for match in re.finditer(r"(?:截至|截止|截止到|截至到)(?:目前[,(])?", line.text):
            date = find_date(line.text[match.end() : match.end() + 16])
            if date is not None and date[1] <= 2:
                value = with_year(date[0], year)
                day, at = value.value, signed_at.value if signed_at else None
                if day is not None and at is not None and day > at and "year" in value.inferred:
                    # 截至12月31日 in a notice of January is the year before.
                    value = with_year(date[0], day.year - 1)
                return value, line.start + match.end() + date[1], line.start + match.end() + date[2]
    return None


# --- requirements ---------------------------------------------------------------------------------------------------

_DUE = re.compile(
    r"(?:请|务必|须|需|应|要)?(?:务必|务)?(?:于|在)?(?P<date>(?:[0-9]{4}年|明年)?(?:1[0-2]|0?[1-9])月(?:(?:3[01]|[12][0-9]|0?[1-9])日|底))(?:\([^()]{1,8}\))?(?:下班|17时|18时|12时|[0-9]{1,2}[::时][0-9]{0,2})?(?:之)?(?:以)?前"
)
_WITHIN = re.compile(
    r"(?:自|在|于)?(?:收到|接到|本)?(?:通报|通知)?(?:印发|下发|发布|收到)?(?:之日)?(?:起|后)?(?P<n>[0-9]{1,3}|[一二三四五六七八九十]{1,3})个?(?P<unit>工作日|日|天)(?:之)?(?:内|以内)"
)
LONGEST_ADDRESSEE = 60
"""Characters before a date that may name who must report by then; longer text is a sentence of its own."""
_OWN_PLAN = re.compile("我[局院办厅委校处镇乡区县市]|我单位|我中心|力争|计划|争取|拟")
"""Words before a date by which the writer means to have done something himself: no term that is set to others."""
_RECEIVER = re.compile(
    r"(?:报送|报告|上报|反馈|报至|提交|报)(?:至|给|到|送)?(?P<who>[\u4e00-\u9fff()]{2,30}?(?:办公厅|办公室|局|处|科|厅|中心|委|政府|部门|单位|办|组))(?=[,。;()备]|$|备案|汇总)"
)


def deadlines(lines: list[Line], page: NoticeText, year: int | None, signed_at: PartialDate | None) -> Iterator[Deadline]:
    """Yield the dates by which something must be reported."""
    for line in lines:
        before = ""
        for sentence in sentences_of(line):
            end = 0
            for match in _DUE.finditer(sentence.text):
                clause = sentence.text[max(end, match.start() - LONGEST_ADDRESSEE) : match.start()]
                who = clause[max(map(clause.rfind, "。;,")) + 1 :]
                end = match.end()
                rest = sentence.text[end:]
                is_own_plan = _OWN_PLAN.search(sentence.text[: match.start("date")]) is not None
                if is_own_plan or not re.search("报|反馈|提交|整改|完成|送|注销|恢复更新", rest[:60]):
                    continue
                due = _due(match.group("date"), year, signed_at)
                if due is None:
                    continue
                yield from _deadline(sentence, page, due, who, rest, before, match.start() - len(who), None)
            within = _WITHIN.search(sentence.text)
            if within is not None and re.search("报送|上报|反馈|报告", sentence.text[within.end() :]):
                number = within.group("n")
                days = int(number) if number.isdigit() else _value(number)
                unit = "working_days" if within.group("unit") == "工作日" else "days"
                rest = sentence.text[within.end() :]
                yield from _deadline(
                    sentence, page, None, sentence.text[: within.start()], rest, before, within.start(), (days, unit)
                )
            before = sentence.text


def _due(text: str, year: int | None, signed_at: PartialDate | None) -> PartialDate | None:
    """Return a printed day, or the month whose end is meant (4月底前)."""
    known = signed_at.year if signed_at and signed_at.year else year
    if text.startswith("明年"):
        text = f"{known + 1 if known else ''}{'年' if known else ''}{text.removeprefix('明年')}"
    if text.endswith("底"):
        parts = [int(digits) for digits in re.findall("[0-9]+", text)]
        value = PartialDate(year=parts[0] if len(parts) > 1 else None, month=parts[-1])
    else:
        date = find_date(text)
        if date is None:
            return None
        value = date[0]
    return _after_signing(value, year, signed_at)


def _after_signing(value: PartialDate, year: int | None, signed_at: PartialDate | None) -> PartialDate:
    if value.year is not None:
        return value
    dated = with_year(value, signed_at.year if signed_at else year)
    day, at = dated.value, signed_at.value if signed_at else None
    if day is not None and at is not None and day < at:
        return with_year(value, day.year + 1)
    return dated


def _deadline(
    sentence: Line,
    page: NoticeText,
    due: PartialDate | None,
    who: str,
    rest: str,
    before: str,
    start: int,
    within: tuple[int, str] | None,
) -> Iterator[Deadline]:
    asked = re.sub(r"(?:,|、)?(?:并|请)*(?:于|在|自)?(?:收到|接到)?(?:本)?(?:通报|通知)?(?:印发|下发)?$", "", who)
    lead_in = re.match(r"([^,。]{2,40}?)(?:要|应|须|必须|需)(?=立即|认真|高度|尽快|抓紧|对照|严格|切实|按照)", asked)
    asked = lead_in.group(1) if lead_in else asked
    asked = re.sub(r"(?:,|、)?(?:请|务必|须|需|应|要|并)*(?:于|在)?$", "", asked).strip(" ,")
    asked = re.sub(r"^(?:请|并|各项)", "", asked)
    what = rest.strip(" ,")
    subject_is_thing = re.search("情况|结果|报告|材料|清单|台账$", asked) is not None
    if subject_is_thing:
        what = f"{asked}{what.split(',')[0]}"
        asked = ""
    first = what.split(",")[0]
    if not asked:
        lead = re.match(r"(各[^,。要应须]{1,20}?)(?:要|应|须|必须|需)", before)
        asked = lead.group(1) if lead else ""
    receiver = _RECEIVER.search(first) or _RECEIVER.search(rest)
    form = []
    for word, kind in (("书面", "written"), ("纸质", "paper"), ("电子", "electronic")):
        if word in sentence.text:
            form.append(kind)
    collector = re.search(
        r"(?P<whose>[\u4e00-\u9fff()、,]{1,40}?)(?:整改情况|情况|报告)?由(?P<by>(?:所在)?[\u4e00-\u9fff()]{2,20}?)(?:统一)?汇总",
        rest,
    )
    end = sentence.end
    fields = {"due": due, "within_days": within[0] if within else None, "within_unit": within[1] if within else None}
    yield Deadline.model_validate(
        {
            **fields,
            "who": asked or None,
            "what": first,
            "receiver": receiver.group("who") if receiver else None,
            "form": tuple(form),
            "collected_by": None,
            "place": page.place(sentence.start + start, end),
        }
    )
    if collector is not None:
        whose = collector.group("whose").split(",")[-1]
        lower = re.match(r"(县\(市、区\)|县\(区\)|县区|各县区|乡镇|区县|[\u4e00-\u9fff]{1,8}?)(?=政府|的|所属|网站)", whose)
        clause = next((part for part in re.split(",(?![^()]*\\))", rest) if "汇总" in part), rest)
        by = collector.group("by")
        yield Deadline.model_validate(
            {
                **fields,
                "who": lower.group(1) if lower else whose,
                "what": clause[clause.find("由") :] if "由" in clause else clause,
                "receiver": receiver.group("who") if receiver else None,
                "form": tuple(form),
                "collected_by": by,
                "place": page.place(sentence.start + start, end),
            }
        )


def duties(section: Section, page: NoticeText) -> Iterator[Duty]:
    """Yield the requirements, sentence by sentence, under their headings."""
    for part in section.walk():
        for paragraph in part.body:
            if re.match(r"联系|电子邮箱|传真|附件", paragraph.text):
                continue
            for sentence in sentences_of(paragraph):
                yield Duty(heading=part.title, text=sentence.text, place=page.place(sentence.start, sentence.end))


@cache
def _province_names() -> tuple[tuple[str, str], ...]:
    return tuple((code, province.name) for code, province in provinces().items())


def province_of(*texts: str | None, codes: tuple[str, ...] = ()) -> str | None:
    """Return the full name of the province that the texts name, in their order, else of the site codes; None when none tells."""
    for text in texts:
        if text:
            for _, name in _province_names():
                if name in text:
                    return name
    for code in codes:
        known = provinces().get(code[:2])
        if known is not None:
            return known.name
    for text in texts:
        if text:
            for _, name in _province_names():
                short = re.sub("省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区", "", name)
                if short in text:
                    return name
    return None


def marks(lines: list[Line], page: NoticeText) -> Iterator[FooterMark]:
    """Yield codes and filing numbers of the page foot."""
    patterns = (
        ("site_code", re.compile(r"网站标识码[:: ]*((?:[0-9]{10}|bm[0-9]{8}))")),
        ("icp", re.compile(r"([\u4e00-\u9fff]ICP备[0-9]{8}号(?:-[0-9]{1,3})?)")),
        ("police", re.compile(r"([\u4e00-\u9fff]公网安备[ ]?[0-9]{14}号?)")),
        ("organiser", re.compile(r"主办(?:单位)?[:: ]+([\u4e00-\u9fff]{4,30})")),
        ("operator", re.compile(r"承办(?:单位)?[:: ]+([\u4e00-\u9fff]{4,30})")),
    )
    known: set[tuple[str, str]] = set()
    for line in lines:
        for kind, pattern in patterns:
            for match in pattern.finditer(line.text):
                if (kind, match.group(1)) not in known:
                    known.add((kind, match.group(1)))
                    where = page.place(line.start + match.start(1), line.start + match.end(1))
                    yield FooterMark.model_validate({"kind": kind, "value": match.group(1), "place": where})
