"""Mends dirty copies before they are read: pinyin in brackets, traditional characters, split numbers, page furniture.

Lines are kept, so a line number of the mended text is the line number of the copy. Contacts are recognised here and
blotted out with as many asterisks, so that no person's name or number is stored unless a caller asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import MissingExtra, Where
from govmedia_rules.notices.model import Contact, Repair

_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NEW_LINES = re.compile("\r\n?|\u2028|\u2029|\x85")
_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x2002: 0x20, 0x2003: 0x20}
_WIDE_WORDS = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05]+")
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿ"
_PINYIN = re.compile(rf"(?<=[\u3400-\u9fff])\(([a-z]{{0,5}}[{_TONED}][a-z{_TONED}]{{0,5}})\)")
_SPLIT_PERCENT = re.compile(r"(?<![0-9.,])([0-9]{1,3})(?: +[.,] *| *[.,] +|,)([0-9]{1,2}) *%")
_SPLIT_DECIMAL = re.compile(r"(?<![0-9.,])([0-9]{1,3}\.[0-9]{1,2}) +%")
_CJK = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Mended:
    """A mended text.

    Attributes:
        text: The text, with the lines of the copy.
        repairs: What was mended.
        furniture: Numbers, from 1, of lines that are page furniture.
        contacts: Contacts that were recognised.
        contact_lines: Numbers of lines that hold nothing but contacts.
    """

    text: str
    repairs: tuple[Repair, ...]
    furniture: frozenset[int]
    contacts: tuple[Contact, ...]
    contact_lines: frozenset[int]


@cache
def _data() -> dict[str, Any]:
    return read_data("govmedia_rules.notices", "repair.toml")


@cache
def _furniture() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = _data()["furniture"]
    return re.compile(f"(?:{'|'.join(data['whole'])})"), re.compile("|".join(data["part"]))


def _note(kind: Any, count: int, example: str = "") -> Iterator[Repair]:
    if count:
        yield Repair(kind=kind, count=count, example=example)


def mend_characters(text: str) -> tuple[str, list[Repair]]:
    """Mend what can be mended without knowing lines: the same for a page and for one cell of a table."""
    repairs: list[Repair] = []
    text = _NEW_LINES.sub("\n", text)
    text, hidden = _HIDDEN.subn("", text)
    repairs += _note("hidden_characters", hidden)
    wide = _WIDE_WORDS.search(text)
    if wide:
        word = wide.group()
        repairs += _note("full_width", len(_WIDE_WORDS.findall(text)), f"{word} -> {word.translate(_TO_HALF)}")
    text = text.translate(_TO_HALF)
    toned = _PINYIN.search(text)
    if toned:
        shown = text[toned.start() - 1 : toned.end()]
        text, count = _PINYIN.subn("", text)
        repairs += _note("pinyin", count, f"{shown} -> {shown[0]}")
    text, converted = _simplify(text)
    repairs += converted
    split = _SPLIT_PERCENT.search(text) or _SPLIT_DECIMAL.search(text)
    if split:
        shown = split.group()
        mended, first = _SPLIT_PERCENT.subn(r"\1.\2%", shown)
        mended = mended if first else _SPLIT_DECIMAL.sub(r"\1%", shown)
        text, first = _SPLIT_PERCENT.subn(r"\1.\2%", text)
        text, second = _SPLIT_DECIMAL.subn(r"\1%", text)
        repairs += _note("split_number", first + second, f"{shown} -> {mended}")
    return text, repairs


def is_traditional(text: str) -> bool:
    """Return whether a copy is in traditional characters throughout, not merely quoting a few."""
    data = _data()
    marks = frozenset(data["traditional"])
    count = sum(1 for character in text if character in marks)
    return count > 0 and count >= data["traditional_share"] * len(_CJK.findall(text))


def _simplify(text: str) -> tuple[str, list[Repair]]:
    if not is_traditional(text):
        return text, []
    try:
        from opencc import OpenCC
    except ImportError as missing:
        what = "this copy is in traditional characters and needs the opencc package"
        raise MissingExtra(
            what, Where(key="notices.read"), "pip install govmedia-rules[notices]", "这份通报是繁体字，需要 opencc"
        ) from missing
    simple: str = OpenCC("t2s").convert(text)
    changed = [(old, new) for old, new in zip(text, simple, strict=False) if old != new]
    repairs = list(_note("traditional", len(changed), " -> ".join(changed[0]) if changed else ""))
    for wrong, right in _data()["place_names"].items():
        count = simple.count(wrong)
        simple = simple.replace(wrong, right)
        repairs += _note("place_name", count, f"{wrong} -> {right}")
    return simple, repairs


def mend(text: str, *, keep_contacts: bool = False) -> Mended:
    """Mend a copy of a notice.

    Args:
        text: The copy as found.
        keep_contacts: Leave names, numbers and addresses of contacts in the text.

    Raises:
        MissingExtra: The copy is in traditional characters and opencc is not installed.
    """
    text, repairs = mend_characters(text)
    lines = text.split("\n")
    furniture: set[int] = set()
    whole, part = _furniture()
    longest = _data()["furniture"]["max_line"]
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if stripped and len(stripped) <= longest and (whole.fullmatch(stripped) or part.search(stripped)):
            furniture.add(number)
    repairs += _note("furniture", len(furniture), lines[min(furniture) - 1].strip()[:40] if furniture else "")
    contacts: list[Contact] = []
    only: set[int] = set()
    for number, line in enumerate(lines, 1):
        contacts_of_line = list(_find_contacts(line))
        contacts += [contact for _, _, contact in contacts_of_line]
        if not contacts_of_line:
            continue
        blotted = line
        for start, end, _ in contacts_of_line:
            blotted = blotted[:start] + "*" * (end - start) + blotted[end:]
        if not re.sub(rf"(?:{_labels()})|[*:;,、。()\s]", "", blotted):
            only.add(number)
        if not keep_contacts:
            lines[number - 1] = blotted
    if not keep_contacts:
        repairs += _note("contact", len(contacts))
    repairs = [
        repair
        if repair.kind != "furniture" or keep_contacts
        else repair.model_copy(update={"example": lines[min(furniture) - 1].strip()[:40]})
        for repair in repairs
    ]
    return Mended("\n".join(lines), tuple(repairs), frozenset(furniture), tuple(contacts), frozenset(only))


# --- contacts -------------------------------------------------------------------------------------------------------

ContactKind = Literal["person", "phone", "fax", "email", "address"]
_KINDS: tuple[ContactKind, ...] = ("person", "phone", "fax", "email", "address")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\(?0[0-9]{2,3}\)?[- ]?[0-9]{7,8}|1[3-9][0-9]{9}|[2-8][0-9]{6,7})(?![0-9A-Za-z])")
_SURE_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:\(?0[0-9]{2,3}\)?[- ][0-9]{7,8}|\(0[0-9]{2,3}\)[0-9]{7,8}|1[3-9][0-9]{9})(?![0-9A-Za-z])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,10}|\[email(?: |\xa0)protected\]")
_OFFICE = re.compile(r"^.*(?:处|科|室|股|办|中心|局|委|厅|部|司)(?=[\u4e00-\u9fff·]{2,4}$)")
_ZH_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}")
_EN_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}")


@cache
def _labels() -> str:
    data = _data()["contacts"]
    words = [word for kind in _KINDS for word in data[kind]]
    return "|".join(sorted(words, key=len, reverse=True))


@cache
def _label_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z\u4e00-\u9fff])({_labels()}) ?: *")


@cache
def _kind_of() -> dict[str, ContactKind]:
    data = _data()["contacts"]
    return {word: kind for kind in _KINDS for word in data[kind]}


def _find_contacts(line: str) -> Iterator[tuple[int, int, Contact]]:
    labels = list(_label_pattern().finditer(line))
    taken: list[tuple[int, int]] = []
    contacts: list[tuple[int, int, Contact]] = []

    def take(start: int, end: int, kind: ContactKind) -> None:
        if all(end <= low or start >= high for low, high in taken):
            taken.append((start, end))
            contacts.append((start, end, Contact(kind=kind, value=line[start:end])))

    for index, label in enumerate(labels):
        stop = labels[index + 1].start() if index + 1 < len(labels) else len(line)
        value_end = stop
        closing = re.search(r"[。;\n]|\)\s*[.。]?\s*$", line[label.end() : stop])
        if closing:
            value_end = label.end() + closing.start()
        kind = _kind_of()[label.group(1)]
        value = line[label.end() : value_end]
        for mail in _EMAIL.finditer(value):
            take(label.end() + mail.start(), label.end() + mail.end(), "email")
        numbers = list(_NUMBER.finditer(value))
        for number in numbers:
            take(label.end() + number.start(), label.end() + number.end(), "fax" if kind == "fax" else "phone")
        if kind == "person":
            for start, end in _people(value[: numbers[0].start()] if numbers else value):
                take(label.end() + start, label.end() + end, "person")
        elif kind == "address" and value.strip():
            start = label.end() + len(value) - len(value.lstrip())
            take(start, label.end() + len(value.rstrip().rstrip(".,")), "address")
    for mail in _EMAIL.finditer(line):
        take(mail.start(), mail.end(), "email")
    for number in _SURE_NUMBER.finditer(line):
        take(number.start(), number.end(), "phone")
    yield from sorted(contacts, key=lambda item: item[0])


def _people(value: str) -> Iterator[tuple[int, int]]:
    english = _EN_NAME.search(value)
    if english and not _CJK.search(value):
        yield english.span()
        return
    start = 0
    for part in re.split(r"([、,/ ])", value):
        words = part.split("(")[0]
        office = _OFFICE.match(words)
        name = _ZH_NAME.fullmatch(words[office.end() :] if office else words)
        if name:
            shift = office.end() if office else 0
            yield start + shift, start + shift + name.end()
        start += len(part)
