"""Read the other cells of clerks' tables: yes and no, numbers, interactive functions, platforms, stages of life, codes.

Each reader returns what the cell says, None where it says nothing (`/`, `—`, 待核实), and raises ValueError with the reason,
in Chinese, where it cannot be read. The words are data (tables/data/headers.toml).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from functools import cache
from typing import Any, NamedTuple

from govmedia_rules.core.vocabulary import Vocabulary, key_of, read_data
from govmedia_rules.errors import CodeError, no_date
from govmedia_rules.snapshots.kinds import kinds
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.codes import account_code_text, site_code_text
from govmedia_rules.subjects.vocabulary import subject_vocabulary
from govmedia_rules.tables.grids import UnreadCell

ONLY_A_DAY = Mark(field="observed_at", basis="assumed", note="表中只有监测日期：按当日最后一刻计，所见的更新时间按日计（从宽）")
"""Says that the monitoring point was given as a day. Its last moment is taken, and what was seen counts by days, so that no
hour of that day can turn into a failure."""

STATED = "stated"
"""Kind of the function that a bare 有 stands for: there is one, which is not said."""

UNKNOWN_PLATFORM = "unknown"
"""Platform of an account whose row names none that can be read: whatever depends on the platform stays open."""


class Point(NamedTuple):
    """A monitoring point, and whether only its day is known."""

    at: datetime
    only_day: bool


def point_of(moment: datetime | date | None, zone: tzinfo) -> Point | None:
    """Return a monitoring point; a day becomes its last instant.

    Raises:
        ArgumentError: `moment` is neither a time nor a date.
    """
    if moment is None:
        return None
    if isinstance(moment, datetime):
        return Point(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone), False)
    if not isinstance(moment, date):
        raise no_date("observed_at", moment)
    return Point(datetime.combine(moment, time(23, 59, 59), zone), True)


class _Words(NamedTuple):
    not_observed: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    bare: frozenset[str]
    off: frozenset[str]
    found: Mapping[str, bool]
    never: frozenset[str]
    sites: frozenset[str]
    negation: re.Pattern[str]
    pending: re.Pattern[str]
    separator: re.Pattern[str]
    closing: tuple[str, ...]
    closed: tuple[str, ...]
    running: tuple[str, ...]
    doubtful: re.Pattern[str]
    said_closed: re.Pattern[str]
    updates: Mapping[str, bool]
    all_items: tuple[str, ...]
    functions: tuple[tuple[str, str], ...]


@cache
def _words() -> _Words:
    data = read_data("govmedia_rules.tables", "headers.toml")
    words = data["words"]

    def keys(name: str) -> frozenset[str]:
        return frozenset(map(key_of, words[name]))

    def any_of(items: Iterable[str]) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(item) for item in sorted(items, key=len, reverse=True)))

    terms = kinds("function")
    functions = {key_of(word): kind for kind, spellings in data["functions"].items() for word in spellings}
    functions |= {
        key_of(word): term.id for term in terms.values() if term.id not in (STATED, "other") for word in (term.title, term.id)
    }
    return _Words(
        keys("not_observed"),
        keys("yes"),
        keys("no"),
        keys("bare_yes") | keys("bare_no"),
        keys("off"),
        dict.fromkeys(keys("found"), True) | dict.fromkeys(keys("not_found"), False),
        keys("never"),
        keys("sites"),
        any_of(words["negations"]),
        any_of(words["pending"]),
        re.compile(any_of(words["separators"]).pattern + r"|(?<=[√✓✔×✗✘])\s+"),
        tuple(words["closing"]),
        tuple(words["closed"]),
        tuple(words["running"]),
        any_of(words["doubtful"]),
        any_of(words["said_closed"]),
        dict.fromkeys(keys("updated"), True) | dict.fromkeys(keys("not_updated"), False),
        tuple(words["all_items"]),
        tuple(sorted(functions.items(), key=lambda item: -len(item[0]))),
    )


def text_of(value: Any) -> str | None:
    """Return the text of a cell in half-width characters; None where it says nothing.

    Raises:
        ValueError: The cell holds an error or a formula without a result.
    """
    if isinstance(value, UnreadCell):
        raise ValueError(f"{value.reason}，未读取")
    text = unicodedata.normalize("NFKC", str(value)).strip()
    key = key_of(text)
    if key in _words().yes or key in _words().no:
        return text
    says_something = any(letter.isalnum() for letter in text)
    return text if says_something and key not in _words().not_observed else None


def never_updated(value: Any) -> bool:
    """Return whether a cell of a date column says that nothing was published for long: a candidate for a person."""
    return not isinstance(value, UnreadCell) and key_of(str(value)) in _words().never


def yes_no_cell(value: Any) -> bool | None:
    """Return the answer of a cell."""
    if isinstance(value, bool):
        return value
    text = text_of(value)
    if text is None:
        return None
    key = key_of(text)
    if key in _words().yes:
        return True
    if key in _words().no:
        return False
    raise ValueError("不是“是”或“否”")


def count_cell(value: Any) -> int | None:
    """Return a number of items."""
    text = text_of(value)
    if text is None:
        return None
    digits = re.sub(r"[,，\s]|[条篇个件]$", "", text)
    if digits in ("无", "没有"):
        return 0
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 12:
        raise ValueError("不是条数")
    return int(digits)


def any_cell(value: Any) -> bool | None:
    """Return whether anything was published, where a cell says how much (3条, 0) or answers (已更新, 否)."""
    if isinstance(value, bool):
        return value
    text = text_of(value)
    if text is None:
        return None
    answer = _words().updates.get(key_of(text))
    if answer is not None:
        return answer
    try:
        count = count_cell(value)
    except ValueError:
        return yes_no_cell(value)
    return None if count is None else count > 0


def counts_all(header: str) -> bool:
    """Return whether a header counts all items there are (累计发布数量), so that 0 says that there is none."""
    return key_of(header) == "post_count" or any(word in header for word in _words().all_items)


class FunctionsRead(NamedTuple):
    """The interactive functions that a cell names.

    Attributes:
        functions: Kind and whether it works; () when there is none, None when that stays open.
        partial: Whether the cell also holds what was not understood.
    """

    functions: tuple[tuple[str, bool, str], ...] | None
    partial: bool = False


def both_functions(first: FunctionsRead, second: FunctionsRead) -> FunctionsRead | None:
    """Return the combined meaning of two columns, 有 in one and 私信 in the other; None where they contradict each other."""
    if not first.functions or not second.functions:
        return first if first == second else None
    named = [each for each in dict.fromkeys((*first.functions, *second.functions)) if each[0] != STATED]
    works = {kind: {works for other, works, _ in named if other == kind} for kind, _, _ in named}
    if any(len(answers) > 1 for answers in works.values()):
        return None
    return FunctionsRead(tuple(named) or first.functions, first.partial or second.partial)


_TICKED_BEFORE = re.compile(r"(?P<mark>[☑√✓✔■□☐○])\s?(?P<word>[^☑√✓✔■□☐○\s]{1,10})")
_TICKED_AFTER = re.compile(r"(?P<word>[^☑√✓✔■□☐○\s]{1,10})\s?(?P<mark>[☑√✓✔■□☐○])")
_BOXES = re.compile("[□☐○]")
_FILLERS = re.compile("有效|互动|交流|任何|功能|渠道|情况|^(?:全部|全都|均|都|全)|[!。]$")
_ALL = re.compile("均|都|全部")
_GRANTS = re.compile("有|可|能|支持|开|提供|设|正常")
_NO_GRANTS = re.compile("功能|智能|可视|设置|开放平台")
"""Words that grant nothing, though they hold a sign that does."""
_TICKED = re.compile("(?<=.)[√✓✔☑]$|^[√✓✔☑](?=.)")
_CLAUSE_ENDS = frozenset("；;。\n")
_NO_PERSON_ANSWERS = "auto_reply"
_STILL_THERE = re.compile("\\(?(?:未|没有?|尚未|并未|不含|不包括|不包含)(?:被|申请|已)?(?:注销|关停|停用|关闭|冻结)\\)?")
_NOT_CLOSED = re.compile("(?:未|没有?|尚未|并未)(?P<stage>.+)")
_NOTES = re.compile(r"[(\[【]([^()\[\]【】]{1,60})[)\]】]")
_LAST_WORDS = re.compile(r"[-—_ :,、/]([^-—_ :,、/()]{2,8})$")
_BRACKETED = re.compile(r"(?P<head>[^()\[\]]*)[(\[](?P<note>[^()\[\]]*)[)\]](?P<tail>[^()\[\]]*)")


_ENCLOSED = re.compile(r"[(\[【](?P<inner>[^()\[\]【】]+)[)\]】]")
_MAX_NOTES = 100
"""Brackets and colons of one cell that are followed; each may hold another."""


class _Tally:
    """The combined meaning of the parts of a cell."""

    def __init__(self) -> None:
        self.yes = self.no = self.unclear = self.withdrawn = self._is_denied = False
        self.offered: list[tuple[str, str]] = []
        self.denied: list[tuple[str, str]] = []
        self._notes = 0

    def add(self, part: str, *, is_joined: bool = False) -> None:
        """Take one part: 有, 无, a function, or a function with a note.

        Args:
            part: The part.
            is_joined: Whether 和, 、 and the like join it to the part before, so that a denial in front may reach it.
        """
        words = _words()
        is_denied, self._is_denied = self._is_denied and is_joined, False
        match = _BRACKETED.fullmatch(part)
        if match is not None:
            self._add_noted(f"{match['head']}{match['tail']}".strip(), match["note"])
            return
        head, colon, note = part.partition(":")
        if colon and note.strip():
            self._add_noted(head.strip(), note)
            return
        key = _TICKED.sub("", key_of(part))
        kind = _function_kind(key)
        answer = _FILLERS.sub("", key) or key  # 有互动功能, 不能互动
        if key in words.yes or answer in words.yes:
            self.yes = True
        elif key in words.no or answer in words.no:
            self.no = True
        elif kind is None or words.pending.search(part):
            self.unclear = True
            self.withdrawn |= kind is None and words.negation.search(key) is not None  # 有，但已关闭
        elif words.negation.search(key):
            self.denied.append((kind, part))
            self._is_denied = words.negation.match(key) is not None
            if _ALL.search(key):  # 评论、私信均不支持
                self.denied += self.offered
                self.offered = []
        elif is_denied and not _GRANTS.search(_NO_GRANTS.sub("", key)):
            self.unclear = self._is_denied = True  # 不支持评论和私信功能
        else:
            self.offered.append((kind, part))

    def _add_noted(self, head: str, note: str) -> None:
        self._notes += 1
        if self._notes > _MAX_NOTES:
            raise ValueError("括号和冒号太多，互动功能未能读出")
        words = _words()
        key, note_key = key_of(head), key_of(note)
        if key in words.no:
            self.no = True
            if _function_kind(note_key) is not None and not (words.negation.search(note_key) or words.pending.search(note)):
                self.unclear = True
        elif not key or words.pending.search(note):
            self.unclear = True
        elif key in words.yes:
            self.yes = True
            for part in filter(None, map(str.strip, words.separator.split(note))):
                self.add(part)
        elif (kind := _function_kind(key)) is not None:
            denied = note_key in words.no | words.off or words.negation.search(note_key) or words.negation.search(key)
            (self.denied if denied else self.offered).append((kind, head))
        else:
            # 互动渠道(私信): what stands in front names the column again.
            for part in filter(None, map(str.strip, words.separator.split(note))):
                self.add(part)

    def result(self) -> FunctionsRead:
        """Return the functions that are certain.

        Raises:
            ValueError: The parts contradict each other, or none was understood.
        """
        if self.no and (self.yes or self.offered or (self.unclear and not self.denied)):
            raise ValueError("有与无并存，互动功能留待核实")
        if self.withdrawn and (self.yes or self.offered):
            raise ValueError("写了有互动功能，又写了关闭、失效一类的话，留待核实")
        if self.offered and all(kind == _NO_PERSON_ANSWERS for kind, _ in self.offered):
            raise ValueError("只写了自动回复，是否另有互动功能留待核实")
        if self.offered:
            # The column is one of interactive functions: a menu named in it is one that serves interaction.
            named = [(kind, f"互动功能：{name}" if kind == "menu" and "互动" not in name else name) for kind, name in self.offered]
            known = [(kind, True, name) for kind, name in named] + [(kind, False, name) for kind, name in self.denied]
            return FunctionsRead(tuple(known), self.unclear)
        if self.denied:
            raise ValueError("只说明了没有或已关闭的功能，是否另有其他功能留待核实")
        if self.no:
            return FunctionsRead(())
        if self.yes:
            return FunctionsRead(((STATED, True, "有"),))
        raise ValueError("未能读出互动功能")


def functions_cell(value: Any) -> FunctionsRead | None:
    """Return the functions that a cell names: 有 and 无 answer whether there is one, kinds are read with their negations."""
    if isinstance(value, bool):
        return FunctionsRead(((STATED, True, "有"),) if value else ())
    text = text_of(value)
    if text is None:
        return None
    if _BOXES.search(text):
        text = _ticked(text)
    enclosed = _ENCLOSED.fullmatch(text)
    if enclosed is not None:  # （无）
        text = enclosed["inner"]
    tally = _Tally()
    for part, is_joined in _parts(text):
        tally.add(part, is_joined=is_joined)
    return tally.result()


def _ticked(text: str) -> str:
    """Return the words that are ticked in a cell with boxes (☑有 □无, or 有√ 无□).

    Raises:
        ValueError: None is ticked, or it is not clear on which side of a word its box stands.
    """
    marks = "☑√✓✔■□☐○"
    if (text[0] in marks) == (text[-1] in marks):
        raise ValueError("不清楚勾选的是哪一项")
    pattern = _TICKED_BEFORE if text[0] in marks else _TICKED_AFTER
    ticked = [match["word"] for match in pattern.finditer(text) if match["mark"] not in "□☐○"]
    if not ticked:
        raise ValueError("选项没有勾选")
    return "、".join(ticked)


def _parts(text: str) -> list[tuple[str, bool]]:
    """Part a cell at its separators, but not inside brackets; each part with whether it is joined to the one before (和, 、)."""
    parts: list[tuple[str, bool]] = []
    depth, start, at, is_joined = 0, 0, 0, False
    while at < len(text):
        depth += (text[at] in "([") - (text[at] in ")]")
        match = _words().separator.match(text, at) if depth <= 0 else None
        if match is None:
            at += 1
            continue
        parts.append((text[start:at].strip(), is_joined))
        at = start = match.end()
        is_joined = match[0] not in _CLAUSE_ENDS
    parts.append((text[start:].strip(), is_joined))
    return [
        (part, is_joined)
        for part, is_joined in parts
        if part and (any(letter.isalnum() for letter in part) or key_of(part) in _words().yes | _words().no)
    ]


def _function_kind(key: str) -> str | None:
    return next((kind for word, kind in _words().functions if word in key), None)


def platform_cell(value: Any) -> tuple[str, str | None]:
    """Return a platform, and the text it was read from where that is no known spelling.

    Raises:
        ValueError: The cell names no platform, or several.
    """
    text = text_of(value)
    if text is None:
        raise ValueError("平台未填，取决于平台的指标留待核实")
    known = subject_vocabulary("platform")
    term = known.find(text)
    if term is not None:
        return term.id, None
    inside = [key_of(part) for part in re.split(r"[()\[\]]", text) if part.strip()]
    whole = key_of(text)
    matches = {term_id for key in (whole, *inside) for term_id in _platforms_in(key, known)}
    deepest = [match for match in matches if not any(other != match and known.is_a(other, match) for other in matches)]
    if len(deepest) == 1:
        return deepest[0], text
    roots = {_root_of(match, known) for match in deepest}
    if deepest and len(roots) == 1:
        return roots.pop(), text
    if deepest:
        raise ValueError(f"平台“{text}”不止一个，取决于平台的指标留待核实")
    if re.fullmatch(r"[\w·]{1,12}(?:号|头条|视频|平台|社区|频道|直播|新闻|网|FM)", text, re.IGNORECASE) and not any(
        digit.isdigit() for digit in text
    ):
        return "other", text
    raise ValueError(f"不认识平台“{text}”，取决于平台的指标留待核实")


def _root_of(term_id: str, known: Vocabulary) -> str:
    parent = known[term_id].parent
    return term_id if parent is None else _root_of(parent, known)


def _platforms_in(key: str, known: Vocabulary) -> set[str]:
    """Return the platforms whose spellings a text contains; a spelling inside a longer one does not count."""
    spans: list[tuple[int, int, str]] = []
    for term in known.values():
        for spelling in (term.title, *term.aliases):
            spelt = key_of(spelling)
            if len(spelt) >= 2 and term.id not in (UNKNOWN_PLATFORM, "other") and (at := key.find(spelt)) >= 0:
                spans.append((at, at + len(spelt), term.id))
    return {term for start, end, term in spans if not any(a <= start and end <= b and b - a > end - start for a, b, _ in spans)}


def is_site(value: Any) -> bool:
    """Return whether a cell of a column of types or platforms names a website (政府网站, 门户网) and no account."""
    return not isinstance(value, UnreadCell) and key_of(str(value)) in _words().sites


def status_cell(value: Any) -> str | None:
    """Return the stage of life that a cell names."""
    text = text_of(value)
    if text is None:
        return None
    term = subject_vocabulary("status").find(text)
    if term is not None:
        return term.id
    words = _words()
    key = key_of(text)
    if key in words.yes:
        return "running"
    denied = _NOT_CLOSED.fullmatch(key)
    if denied is not None and subject_vocabulary("status").find(denied["stage"]) is subject_vocabulary("status")["closed"]:
        return "running"  # 未注销
    key = _STILL_THERE.sub("", key)
    stages = {
        name
        for name, known in (("closing", words.closing), ("closed", words.closed), ("running", words.running))
        if any(key_of(word) in key for word in known)
    }
    if stages == {"closing", "closed"}:
        stages = {"closing"}
    if len(stages) != 1 or any(no in key for no in "未没不非") or (stages == {"running"} and words.doubtful.search(key)):
        raise ValueError(f"不认识状态“{text}”")
    return stages.pop()


def doubtful_status(value: Any) -> bool:
    """Return whether a status that was not read speaks against an account that runs (停更, 异常, 整改中)."""
    words, key = _words(), _STILL_THERE.sub("", key_of(str(value)))
    if isinstance(value, UnreadCell) or key in words.no or words.doubtful.search(key) is not None:
        return True
    return any(key_of(word) in key for word in (*words.closed, *words.closing))


def perhaps_closed() -> str:
    """Return a regular expression, of RE2 too, found in every text (in its form NFKC) that `says_closed`."""
    return _words().said_closed.pattern


def says_closed(value: Any) -> bool:
    """Return whether a text that is no status says that its subject was or is to be closed (已注销, 停更), so that it may be."""
    if isinstance(value, UnreadCell) or not isinstance(value, str):
        return False
    return _words().said_closed.search(_STILL_THERE.sub("", unicodedata.normalize("NFKC", value))) is not None


def has_closing_note(value: Any) -> bool:
    """Return whether a note in a name or a platform says that its subject was or is to be closed (微信-已注销)."""
    if not isinstance(value, str):
        return False
    text = unicodedata.normalize("NFKC", value)
    return any(says_closed(note) or _is_closed_stage(note) for note in (*_NOTES.findall(text), *_LAST_WORDS.findall(text)))


def _is_closed_stage(text: str) -> bool:
    try:
        return status_cell(text) in ("closed", "closing")
    except ValueError:
        return False


def closed_cell(value: Any) -> bool | None:
    """Return the answer of a cell under 是否注销: a bare 是 or 否, or a stage of life (已注销, 正常)."""
    if isinstance(value, bool) or key_of(str(value)) in _words().bare:
        return yes_no_cell(value)
    stage = status_cell(value)
    if stage == "closing":
        raise ValueError("正在注销，是否已注销留待核实")
    return None if stage is None else stage == "closed"


def found_cell(value: Any) -> bool | None:
    """Return the answer of a cell under 是否查到."""
    answer = None if isinstance(value, UnreadCell) else _words().found.get(key_of(str(value)))
    return yes_no_cell(value) if answer is None else answer


def term_cell(name: str, value: Any) -> str | None:
    """Return the id of a word of a vocabulary (`level`, `owner_kind`)."""
    text = text_of(value)
    if text is None:
        return None
    term = subject_vocabulary(name).find(text)
    if term is None:
        raise ValueError(f"不认识“{text}”")
    return term.id


class CodeRead(NamedTuple):
    """A code, and what was mended in it; None where nothing was."""

    code: str
    remark: str | None


def code_cell(value: Any, subject: str) -> CodeRead | None:
    """Return a code; what can be restored without guessing is.

    Args:
        value: The cell.
        subject: `site` or `account`: which kind of code it is.

    Raises:
        ValueError: It is no code; lost zeros and scientific notation are said and never guessed.
    """
    text = text_of(value)
    if text is None or key_of(text) in _words().no:
        return None
    plain = "".join(text.split()).upper()
    if re.fullmatch(r"[0-9.]+E[+-]?[0-9]+", plain):
        raise ValueError("标识码被存成科学记数法，末几位已丢失，请按文本重填")
    remark = None if str(value).strip() == plain else f"标识码由“{str(value)[:60]}”还原为 {plain}"
    if plain.isdecimal() and len(plain) < 10:
        remark = f"标识码只有{len(plain)}位，可能丢了前面的零，请按文本重填"
    try:
        return CodeRead(site_code_text(plain) if subject == "site" else account_code_text(plain), remark)
    except CodeError as fault:
        raise ValueError(f"标识码不可用：{remark or fault.zh}") from None


@cache
def plain_marks() -> frozenset[str]:
    """Return the words that mean a blank in a cell of text."""
    return _words().not_observed | {"无", "没有"}


def plain_cell(value: Any) -> str | None:
    """Return a text unchanged; None where it means a blank."""
    if isinstance(value, UnreadCell):
        raise ValueError(f"{value.reason}，未读取")
    text = str(value).strip()
    if text.isalnum() and text.lower() not in plain_marks():  # nearly every cell
        return text
    return None if text_of(value) is None or key_of(text) in ("无", "没有") else text
