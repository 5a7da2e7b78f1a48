"""Splits a mended notice into its parts: head, sections with headings, signature, list and pages of attachments.

Nothing is interpreted here beyond the form of an official document: numbered headings (一、 (一) 1.), a line that ends
in a colon for the addressees, 附件 at the head of a list or of a page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.notices.figures import Place


@cache
def notice_words() -> dict[str, Any]:
    """Return the vocabulary of Chinese notices."""
    return read_data("govmedia_rules.notices", "words.toml")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text, without surrounding blanks.

    Attributes:
        number: From 1.
        start: Offset of its first character in the text.
        text: The line.
    """

    number: int
    start: int
    text: str

    @property
    def end(self) -> int:
        """Offset of the character after the last one."""
        return self.start + len(self.text)


class NoticeText:
    """The whole text with what is needed to say where something stands."""

    def __init__(self, text: str, skipped: frozenset[int] = frozenset(), in_tables: frozenset[int] = frozenset()) -> None:
        self.text = text
        self.skipped = skipped
        self.in_tables = in_tables
        self._starts = [0]
        for match in re.finditer("\n", text):
            self._starts.append(match.end())

    def place(self, start: int, end: int) -> Place:
        """Return the place of a stretch of the text; at most 300 characters are quoted."""
        end = max(start, end)
        line = bisect_right(self._starts, start)
        return Place(start=start, end=end, line=line, quote=self.text[start : min(end, start + 300)])

    def lines(self) -> Iterator[Line]:
        """Yield lines that are not blank, not page furniture and in no table of the text."""
        for number, start in enumerate(self._starts, 1):
            end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
            raw = self.text[start:end]
            stripped = raw.strip()
            if stripped and number not in self.skipped and number not in self.in_tables:
                bullet = _BULLET.match(stripped)
                shift = bullet.end() if bullet is not None else 0
                yield from _cut(Line(number, start + len(raw) - len(raw.lstrip()) + shift, stripped[shift:]))

    def furniture(self) -> Iterator[Line]:
        """Yield lines of page furniture: the date of the page and codes of its foot stand there."""
        lines = self.text.split("\n")
        for number in sorted(self.skipped):
            raw = lines[number - 1]
            yield Line(number, self._starts[number - 1] + len(raw) - len(raw.lstrip()), raw.strip())


_BULLET = re.compile(r"——|[◆●■▲★☆◇○▪•※►▶➢✦✧□☑✓✔✗✘✖❌❗⚠📌🔴🔸🔹👉]+[ \uFE0F]*(?=\S)")
_LONG_LINE = 200
"""A line longer than this may be a whole notice that lost its line breaks."""
_ADDRESS_END = r"(?:各[^。;]{1,80}?|[^。;:]{0,40}(?:政府|部门|单位|机构)[^。;:]{0,60}?):"
_CUTS = re.compile(
    r"(?<=[。;: ])(?=[一二三四五六七八九十]{1,2}、[^,。;:]{2,24}[。: (]?)|(?<=[^0-9((])(?=\([一二三四五六七八九十]{1,2}\)\S)|"
    rf"(?<=通报)(?={_ADDRESS_END})|(?<=通报)(?=[ ]*(?:根据|按照|为|近日|近期|依据|[\u4e00-\u9fff]{{2,20}}(?:关于|办公厅|办公室)))|"
    r"(?<=[政府部门单位机构委员会办公室关]:)(?=根据|按照|为|近日|近期|依据|[0-9]{4}年)|"
    r"(?<=[。 ])(?=[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日\s*$)|"
    r"(?<=。)(?=[\u4e00-\u9fff]{4,25}(?:办公室|办公厅|局|政府|中心|委员会|厅|办)[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)"
)


def _cut(line: Line) -> Iterator[Line]:
    """Cut a whole notice in one paragraph at its headline, addressees and headings; other lines stay as they are."""
    cuts = [0, *(match.start() for match in _CUTS.finditer(line.text)), len(line.text)] if len(line.text) > _LONG_LINE else []
    if not re.search("[一二]、", line.text) or len(cuts) < 4:
        yield line
        return
    for start, end in pairwise(sorted(set(cuts))):
        part = line.text[start:end]
        if part.strip():
            lead = len(part) - len(part.lstrip())
            yield Line(line.number, line.start + start + lead, part.strip())


@dataclass(slots=True)
class Section:
    """A heading with what stands under it.

    Attributes:
        level: 1 for 一、 2 for (一) 3 for 1. 4 for (1); 0 for the whole.
        title: The heading without its number; "" when the paragraph has no heading of its own.
        role: overview, problems, practices, duties, recheck or "".
        start: Offset of the heading.
        body: Paragraphs right under it.
        parts: Sections below it.
        title_line: Where the heading stands, where it is a whole sentence; None otherwise.
    """

    level: int
    title: str = ""
    role: str = ""
    start: int = 0
    body: list[Line] = field(default_factory=list)
    parts: list[Section] = field(default_factory=list)
    title_line: Line | None = None

    def walk(self) -> Iterator[Section]:
        """Yield this section and all below it, in the order of the text."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(slots=True)
class AttachmentPage:
    """A page of an attachment: its number as printed, what stands on the line of 附件 itself, and its lines."""

    number: int | None
    start: int
    same_line: Line | None
    lines: list[Line] = field(default_factory=list)
    first_line: int = 0
    last_line: int = 0


@dataclass(slots=True)
class Outline:
    """The parts of a notice."""

    head: list[Line]
    opening: list[Line]
    root: Section
    closing: list[Line]
    attachment_list: list[Line]
    pages: list[AttachmentPage]


_NUMERAL = "一二三四五六七八九十"
_HEADINGS = (
    (1, re.compile(rf"[{_NUMERAL}]{{1,3}}、 *")),
    (2, re.compile(rf"\([{_NUMERAL}]{{1,3}}\)、? *")),
    (3, re.compile(r"[0-9]{1,2}[.、](?![0-9]) *")),
    (4, re.compile(r"\([0-9]{1,2}\) *")),
)
_MOST_TITLE = 45
"""Longest heading, in characters: what is longer before its full stop is a sentence of the text."""
_MOST_SENTENCE = 4_000
"""Characters at which a sentence is cut, so that a text without full stops is read in bounded time."""
_PART = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
DATE_LINE = re.compile(rf"(?:[0-9]{{4}}|[〇○零一二三四五六七八九十]{{4}})年{_PART}月{_PART}日")
_SIGNATURE = re.compile(rf"[\u4e00-\u9fff]{{4,30}}(?:办公室|办公厅|局|政府|中心|委员会|厅|办) *{DATE_LINE.pattern}")
_SENDER = re.compile("[\u4e00-\u9fff]{2,26}(?:办公室|办公厅|人民政府)")
_LIST_HEAD = re.compile(r"附 *件 *[:] *(?=\S)|附 *[:] *(?=[0-9]|\S{4})")
_LIST_HEAD_BARE = re.compile(r"附 *件 *: *$")
_LIST_ITEM = re.compile(r"([0-9]{1,2})[.、] *(?=\S)")
_PAGE_HEAD = re.compile(r"附 *(?:件|表) *([0-9]{1,2}(?![0-9年])|[一二三四五六七八九十])? *(?:[::-](?! *[0-9]\.))? *")
_ADDRESSEES = re.compile(r"[^。;]{2,400}:$")
_BODY_START = re.compile(r"根据|按照|为|依据|近日|近期|日前|现将|[0-9]{4}年|今年|第[一二三四]季度|[一二三四]季度")


def role_of(title: str) -> str:
    """Return the part of a notice that a heading begins."""
    if re.search("(?:主要|存在的?|突出|发现的?)问题(?:及|和|与|、)", title):
        # 主要问题及整改情况 tells the problems of this round; 上季度问题整改情况 does not.
        return "problems"
    # 未按要求更新 demands nothing.
    title = re.sub("按照?(?:[^,、]{0,4}的?)?要求|[合达]到?要求", "", title)
    for role, terms in notice_words()["sections"].items():
        if any(term in title for term in terms):
            return str(role)
    return ""


def outline(page: NoticeText) -> Outline:
    """Return the parts of a Chinese notice."""
    lines = list(page.lines())
    first_heading = next((i for i, line in enumerate(lines) if _heading(line) and _heading(line)[0] == 1), None)  # type: ignore[index]
    page_start = _pages_start(lines, first_heading or 0)
    pages = _pages(lines[page_start:], page)
    lines = lines[:page_start]
    heads = (i for i, line in enumerate(lines) if _LIST_HEAD.match(line.text) or _LIST_HEAD_BARE.match(line.text))
    list_start = next(heads, None)
    attachment_list: list[Line] = []
    closing: list[Line] = []
    if list_start is not None:
        end = _list_end(lines, list_start)
        attachment_list = lines[list_start:end]
        closing = lines[end:]
        lines = lines[:list_start]
    head_end = _head_end(lines)
    head, rest = lines[:head_end], lines[head_end:]
    if list_start is None:
        tail = _closing_start(rest)
        rest, closing = rest[:tail], rest[tail:]
    root, opening = _sections(rest, head[-1].text if head else "")
    _demote_titles(root)
    _demote_titles(root)
    return Outline(head, opening, root, closing, attachment_list, pages)


def _pages_start(lines: list[Line], after: int) -> int:
    dated = [i for i, line in enumerate(lines) if DATE_LINE.fullmatch(line.text.strip("()"))]
    for i, line in enumerate(lines):
        if i < after:
            continue
        match = _PAGE_HEAD.match(line.text)
        signed = any(d < i for d in dated)
        if not match or (_LIST_HEAD.match(line.text) and not match.group(1) and not signed):
            continue
        if match.end() == len(line.text) and ":" in line.text:
            continue
        if match.end() == len(line.text) or signed:
            return i
    return len(lines)


def _pages(lines: list[Line], page: NoticeText) -> list[AttachmentPage]:
    pages: list[AttachmentPage] = []
    for line in lines:
        match = _PAGE_HEAD.match(line.text)
        rest = line.text[match.end() :] if match else ""
        starts = match is not None and (not rest or not pages or (match.group(1) is not None and len(rest) < 80))
        if starts and match is not None:
            digits = match.group(1)
            number = None if not digits else int(digits) if digits.isdigit() else _NUMERAL.index(digits) + 1
            same = Line(line.number, line.start + match.end(), rest) if rest else None
            pages.append(AttachmentPage(number, line.start, same, first_line=line.number))
        elif pages:
            pages[-1].lines.append(line)
        if pages:
            pages[-1].last_line = line.number
    for before, after in pairwise(pages):
        before.last_line = after.first_line - 1
    if pages:
        pages[-1].last_line = page.text.count("\n") + 1
    return pages


def _list_end(lines: list[Line], start: int) -> int:
    i = start + 1
    while i < len(lines) and _LIST_ITEM.match(lines[i].text):
        i += 1
    return i


def _closing_start(lines: list[Line]) -> int:
    if len(lines) > 1 and _SENDER.fullmatch(lines[-1].text) and lines[-2].text.endswith("。"):
        return len(lines) - 1
    for i in range(len(lines) - 1, max(-1, len(lines) - 8), -1):
        if _SIGNATURE.fullmatch(lines[i].text):
            return i
        if DATE_LINE.fullmatch(lines[i].text.strip("()")):
            return i - 1 if i and len(lines[i - 1].text) <= 40 and not lines[i - 1].text.endswith(("。", ";", ":")) else i
    return len(lines)


_NO_ADDRESSEE = re.compile("如下|附件|联系|(?:通知|通报|问题|不足|名单|清单|原因|账号|网站):$")
"""A line that ends in a colon and addresses nobody."""


def _head_end(lines: list[Line]) -> int:
    """Return where the head ends: headline, number, page data and addressees come before the first paragraph of the body."""
    for i, line in enumerate(lines[:25]):
        if _ADDRESSEES.match(line.text) and not _heading(line) and not _NO_ADDRESSEE.search(line.text):
            return i + 1
    for i, line in enumerate(lines[:25]):
        if _NO_ADDRESSEE.search(line.text) and _ADDRESSEES.match(line.text) and i:
            # 以下5个账号存在问题: what it announces is no part of the head.
            return i
        if _heading(line) or "。" in line.text or (_BODY_START.match(line.text) and len(line.text) > 60):
            return i
    return min(len(lines), 1) if lines and len(lines[0].text) < 60 else 0


def _heading(line: Line) -> tuple[int, int] | None:
    for level, pattern in _HEADINGS:
        match = pattern.match(line.text)
        if match:
            return level, match.end()
    return None


def _announced(text: str) -> str:
    """Return the part that a line before numbered items begins (存在以下问题:)."""
    return "problems" if re.search("(?:问题|不足)(?:有|如下)?:$", text) else ""


_NAMED_AT_FAULT = re.compile("”[^”:]{0,24}[未不无没超缺][^”:]*$")


def _sections(lines: list[Line], before: str) -> tuple[Section, list[Line]]:
    root = Section(0)
    path = [root]
    opening: list[Line] = []
    announced = _announced(before)
    for line in lines:
        heading = _heading(line)
        if heading is None:
            (path[-1].body if len(path) > 1 else opening).append(line)
            announced = _announced(line.text)
            continue
        level, offset = heading
        title, body = _split_title(line.text[offset:])
        if not body and title and re.search("[,“;]", title) and (line.text.endswith(("。", ";")) or re.search("”.*,", title)):
            # An item of one sentence has no heading.
            title, body = "", line.text[offset:]
        if body and _NAMED_AT_FAULT.search(title) and line.text.startswith("。", offset + len(title)):
            # (三)“甲”“乙”等9个公众号未按要求更新。其中…: a finding of named ones is a sentence.
            title, body = "", line.text[offset:]
        while path[-1].level >= level:
            path.pop()
        section = Section(level, title, start=line.start)
        if title and not body:
            section.title_line = Line(line.number, line.start + offset, line.text[offset:])
        if body:
            section.body.append(Line(line.number, line.start + len(line.text) - len(body), body))
        # A notice may number its parts 1. 2. 3. from the top.
        section.role = role_of(title) if level <= 2 or path[-1] is root else ""
        # 总体情况 may hold 存在问题; what stands under 问题, 要求 or 经验 keeps its part.
        if not section.role or path[-1].role not in ("", "overview"):
            section.role = path[-1].role or announced
        path[-1].parts.append(section)
        path.append(section)
    return root, opening


_PLAIN_TITLES = re.compile(
    r"(?:总体情况|基本情况|(?:检查|抽查|监测|自查)(?:总体|基本)?情况|(?:发现|存在)?的?(?:主要|突出)?问题(?:和不足)?|"
    r"(?:有关|工作|整改)要求|下一步工作(?:要求|安排)?|整改情况)(?=[\u4e00-\u9fff“0-9(][^。]{14,})"
)


_ITEM_END = re.compile(r"[。;]$|(?:网站?|[号博信客户端])\([^()]{2,40}\)$")
"""An item that is a sentence, or a name with what is wrong in brackets (1.县林业局网站(栏目空白)), is no heading."""


def _demote_titles(root: Section) -> None:
    """Make a numbered item among the problems that has nothing under it a paragraph: it is a sentence, no heading."""
    for section in root.walk():
        is_item = section.role == "problems" and section.level > 1 and section.title_line is not None
        is_item = is_item and _ITEM_END.search(section.title_line.text) is not None  # type: ignore[union-attr]
        if is_item and section.title and not section.body and not section.parts and section.title_line is not None:
            section.body.append(section.title_line)
            section.title = ""


def _split_title(text: str) -> tuple[str, str]:
    # 一、总体情况全县政府网站1家,…: nothing at all divides the heading from its text.
    plain = _PLAIN_TITLES.match(text)
    if plain is not None:
        return plain.group(), text[plain.end() :]
    # 检查情况 2021年第二季度…: a copy without line breaks keeps a blank after its headings.
    spaced = re.match(r"(\S{2,16}) +(?=\S)", text)
    if spaced is not None and role_of(spaced.group(1)) and not re.search("[,。;:]", spaced.group(1)):
        return spaced.group(1), text[spaced.end() :]
    # 共有网站6个(其中:市级1个): a colon in brackets ends no heading.
    plain_text = re.sub(r"\([^()]*\)", lambda bracket: "〇" * len(bracket.group()), text)
    stop = re.search(r"[。::]", plain_text)
    if stop is None:
        return (text, "") if len(text) <= _MOST_TITLE else ("", text)
    if stop.start() <= _MOST_TITLE and (text[stop.start()] == "。" or len(text) > stop.end()):
        return text[: stop.start()], text[stop.end() :].lstrip()
    return "", text


def sentences_of(line: Line) -> Iterator[Line]:
    """Yield the sentences of a paragraph; a full stop inside quotation marks or brackets ends none."""
    yield from _split(line, "。")


def segments(line: Line) -> Iterator[Line]:
    """Yield the parts of a paragraph between full stops and semicolons."""
    yield from _split(line, "。;")


def clauses(line: Line) -> Iterator[Line]:
    """Yield the parts of a paragraph between full stops, semicolons, colons and commas; a comma inside a number ends none."""
    yield from _split(line, "。;:,")


_OPEN, _CLOSE = "(“‘《〔【", ")”’》〕】"


def _split(line: Line, stops: str) -> Iterator[Line]:
    depth = 0
    start = 0
    text = line.text
    for i, character in enumerate(text):
        if i - start >= _MOST_SENTENCE:
            # Longer than any sentence that is written: cut, whatever stands here, so that nothing of it is lost.
            yield Line(line.number, line.start + start, text[start:i])
            start, depth = i, 0
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth = max(0, depth - 1)
        elif depth == 0 and character in stops:
            if character == "," and i and text[i - 1].isdigit() and re.match(r"[0-9]{3}(?![0-9])", text[i + 1 :]):
                continue
            if character == ":" and i and text[i - 1].isdigit() and text[i + 1 : i + 2].isdigit():
                continue
            part = text[start:i]
            if part.strip():
                lead = len(part) - len(part.lstrip())
                yield Line(line.number, line.start + start + lead, part.strip())
            start = i + 1
    part = text[start:]
    if part.strip():
        lead = len(part) - len(part.lstrip())
        yield Line(line.number, line.start + start + lead, part.strip())
