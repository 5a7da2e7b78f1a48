"""Parse identification codes, filing numbers and domains, name the exact reason of a refusal, and print them back.

Shapes: 网站标识码 and 政务新媒体标识码 as printed in notices and page feet; ICP and 公安备案 numbers as the page-foot rules
of 《政府网站发展指引》(国办发〔2017〕47号) require them; domains as that document and 国办函〔2018〕55号 allow them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import CodeError, choices, choices_zh, no_text, reason_zh
from govmedia_rules.subjects.vocabulary import subject_vocabulary

_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]")
_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


@dataclass(frozen=True, slots=True)
class Province:
    """One of the 34 province-level divisions.

    Attributes:
        code: First two digits of its division codes.
        name: Full name.
        shorts: One-character short names as filing numbers print them.
    """

    code: str
    name: str
    shorts: tuple[str, ...]


class DivisionChange(NamedTuple):
    """A division code that was replaced.

    Attributes:
        old: The code until then; codes of sites and accounts keep it.
        new: The code since then; the same where only the name changed.
        year: The year of the change; 0 where it was not seen.
        name: Name of the division since then.
        former: Its name until then.
    """

    old: str
    new: str
    year: int
    name: str
    former: str


class _Divisions(NamedTuple):
    provinces: dict[str, Province]
    prefixes: frozenset[str]
    changes: dict[str, DivisionChange]
    peoples: tuple[str, ...]
    spelt: dict[str, tuple[str, str]]  # short name or unambiguous pinyin (lower case) -> province code, short name


@cache
def _divisions() -> _Divisions:
    data: dict[str, Any] = read_data("govmedia_rules.subjects", "divisions.toml")
    by_code = {row["code"]: Province(row["code"], row["name"], tuple(s for s, _ in row["shorts"])) for row in data["provinces"]}
    changes = {row[0]: DivisionChange(*row) for row in data["changes"]}
    spelt: dict[str, tuple[str, str]] = {}
    pinyin: dict[str, list[tuple[str, str]]] = {}
    for row in data["provinces"]:
        for short, sound in row["shorts"]:
            spelt[short] = (row["code"], short)
            pinyin.setdefault(sound.lower(), []).append((row["code"], short))
    spelt |= {sound: meaning[0] for sound, meaning in pinyin.items() if len(meaning) == 1}
    return _Divisions(by_code, frozenset(by_code) | frozenset(data["extra_prefixes"]), changes, tuple(data["peoples"]), spelt)


def provinces() -> dict[str, Province]:
    """Return the province-level divisions by their two-digit code."""
    return _divisions().provinces


def division_changes() -> tuple[DivisionChange, ...]:
    """Return the divisions whose code or name was replaced."""
    return tuple(_divisions().changes.values())


def peoples() -> tuple[str, ...]:
    """Return the names of peoples as autonomous divisions carry them, the longer ones first."""
    return _divisions().peoples


def current_division(code: str) -> str:
    """Return the code that a division has now; a code that was never replaced, as far as is known, is returned as it is.

    Examples:
        >>> current_division("340221")
        '340210'
    """
    changes = _divisions().changes
    return changes[code].new if code in changes else code


@lru_cache(maxsize=4096)
def renumbered_division(code: str) -> str:
    """Return the code that a division has now where it was only renumbered; one that was merged with others keeps its own.

    Examples:
        >>> renumbered_division("340221"), renumbered_division("320602")
        ('340210', '320602')
    """
    current = current_division(code)
    return current if len(division_codes(current)) == 2 else code


def division_codes(code: str) -> frozenset[str]:
    """Return every code that a division has or had, for looking something up that was filed under any of them.

    Of a former code they are those of that division: one that was merged into the same division had another name.

    Examples:
        >>> sorted(division_codes("340210"))
        ['340210', '340221']
    """
    current = current_division(code)
    earlier = [change for change in _divisions().changes.values() if change.new == current]
    if code != current:
        name = _divisions().changes[code].former
        earlier = [change for change in earlier if change.former == name]
    return frozenset({code, current, *(change.old for change in earlier)})


def _text(given: str) -> str:
    """Return what is a text; a number has lost the zeros a code begins with."""
    if not isinstance(given, str):
        raise no_text("code", given)
    return given


def _refuse_full_width(text: str, what: str) -> None:
    if _FULL_WIDTH.search(text):
        half = text.translate(_TO_HALF)
        raise CodeError(
            f"{what} {text!r} has full-width characters",
            hint=f"write {half}",
            zh=f"{what} {text!r} 有全角字符",
            hint_zh=f"写作 {half}",
        )


def _division_warnings(division: str) -> tuple[str, ...]:
    if division[:2] in _divisions().prefixes:
        return ()
    return (f"no province has the prefix {division[:2]}",)


@dataclass(frozen=True, slots=True)
class SiteCode:
    """A 网站标识码.

    Attributes:
        text: The code, lower case.
        division: Six-digit division code of the government that owns the site; None for State Council departments.
        department: Two digits of the State Council department (`bm` codes); None for local sites.
        body: Two digits of the body below the department (00 is the department itself); None for local sites.
        serial: The last four digits; nothing can be read from them.
        warnings: Parts that are well formed but unconfirmed, such as an unknown province prefix.

    Examples:
        >>> SiteCode.parse(" 6107000001 ").division
        '610700'
    """

    text: str
    division: str | None
    department: str | None
    body: str | None
    serial: str
    warnings: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> SiteCode:
        """Read a site code; surrounding blanks and upper-case letters are accepted.

        Raises:
            CodeError: Not a site code; the message says exactly why.
        """
        code = _text(text).strip().lower()
        what = "网站标识码"
        if not code:
            raise CodeError(f"{what} is empty", zh=f"{what}为空")
        _refuse_full_width(code, what)
        if code.startswith("bm"):
            digits = code[2:]
            if not re.fullmatch("[0-9]*", digits):
                raise CodeError(
                    f"{what} {text!r} has something other than digits after bm", zh=f"{what} {text!r} 在 bm 之后有数字以外的字符"
                )
            if len(digits) != 8:
                raise CodeError(
                    f"{what} {text!r} has {len(digits)} digits after bm, not 8",
                    zh=f"{what} {text!r} 在 bm 之后有 {len(digits)} 位数字，应为8位",
                )
            return cls(code, None, digits[:2], digits[2:4], digits[4:])
        if re.fullmatch("[0-9]{6}[a-z].*", code):
            raise CodeError(
                f"{what} {text!r} looks like an account code",
                hint="use AccountCode.parse",
                zh=f"{what} {text!r} 像是账号的标识码",
                hint_zh="请用 AccountCode.parse",
            )
        if not re.fullmatch("[0-9]+", code):
            raise CodeError(
                f"{what} {text!r} has something other than digits",
                hint="10 digits, or bm and 8 digits",
                zh=f"{what} {text!r} 有数字以外的字符",
                hint_zh="应为10位数字，或 bm 加8位数字",
            )
        if len(code) != 10:
            hint = "a spreadsheet may have dropped the leading zero: keep codes as text" if len(code) == 9 else ""
            hint_zh = "电子表格可能去掉了前面的零：请把标识码设为文本" if len(code) == 9 else ""
            zh = f"{what} {text!r} 有 {len(code)} 位数字，应为10位"
            raise CodeError(f"{what} {text!r} has {len(code)} digits, not 10", None, hint, zh, hint_zh)
        return cls(code, code[:6], None, None, code[6:], _division_warnings(code[:6]))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class AccountCode:
    """A 政务新媒体标识码, for example `610700M023WX0002`.

    Attributes:
        text: The code, upper case.
        division: Six-digit division code of the government.
        sign: The letter after it (`M` in every code seen).
        unit: Three digits of the opening unit; the same for all its accounts.
        letters: Two platform letters.
        serial: Four digits within unit and platform.
        platform: Platform id the letters stand for, or None when they are unknown.
        warnings: Parts that are well formed but unconfirmed.

    Examples:
        >>> AccountCode.parse("610700m023wx0002").platform
        'wechat'
    """

    text: str
    division: str
    sign: str
    unit: str
    letters: str
    serial: str
    platform: str | None
    warnings: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, *, platform: str | None = None) -> AccountCode:
        """Read an account code.

        Args:
            text: The code; surrounding blanks and lower-case letters are accepted.
            platform: Platform (id or any known spelling) the account is on; None leaves the letters unchecked.

        Raises:
            CodeError: Not an account code, or its letters belong to another platform.
        """
        code = _text(text).strip().upper()
        what = "政务新媒体标识码"
        if not code:
            raise CodeError(f"{what} is empty", zh=f"{what}为空")
        _refuse_full_width(code, what)
        if re.fullmatch("[0-9]{10}|BM[0-9]{8}", code):
            raise CodeError(
                f"{what} {text!r} looks like a site code",
                hint="use SiteCode.parse",
                zh=f"{what} {text!r} 像是网站的标识码",
                hint_zh="请用 SiteCode.parse",
            )
        if len(code) != 16:
            raise CodeError(
                f"{what} {text!r} has {len(code)} characters, not 16", zh=f"{what} {text!r} 有 {len(code)} 个字符，应为16个"
            )
        parts = re.fullmatch("([0-9]{6})([A-Z])([0-9]{3})([A-Z]{2})([0-9]{4})", code)
        if parts is None:
            raise CodeError(
                f"{what} {text!r} is not 6 digits, a letter, 3 digits, 2 letters, 4 digits",
                hint="like 610700M023WX0002",
                zh=f"{what} {text!r} 不是“6位数字、1个字母、3位数字、2个字母、4位数字”",
                hint_zh="如 610700M023WX0002",
            )
        division, sign, unit, letters, serial = parts.groups()
        terms = subject_vocabulary("platform")
        meaning = next((term for term in terms.values() if term.letters == letters), None)
        warnings = list(_division_warnings(division))
        if meaning is None:
            warnings.append(f"platform letters {letters} are unknown")
        elif not meaning.letters_seen:
            warnings.append(f"platform letters {letters} are taken for {meaning.title} but no printed code confirms it")
        if platform is not None and meaning is not None:
            given = terms.find(platform)
            if given is None:
                known = [term.title for term in terms.values()]
                zh = f"没有平台 {platform!r}"
                raise CodeError(
                    f"unknown platform {platform!r}", None, choices(platform, known, 30), zh, choices_zh(platform, known, 30)
                )
            if not terms.is_a(given.id, meaning.id):
                raise CodeError(
                    f"{what} {text!r} has the letters {letters} of {meaning.title}, but the platform is {given.title}",
                    hint="check the code and the platform",
                    zh=f"{what} {text!r} 的字母 {letters} 表示{meaning.title}，而平台是{given.title}",
                    hint_zh="请核对标识码和平台",
                )
        return cls(code, division, sign, unit, letters, serial, meaning.id if meaning else None, tuple(warnings))

    def __str__(self) -> str:
        return self.text


_CANONICAL_SITE = re.compile("[0-9]{10}|bm[0-9]{8}")
_CANONICAL_ACCOUNT = re.compile("[0-9]{6}[A-Z][0-9]{3}[A-Z]{2}[0-9]{4}")


def site_code_text(text: str) -> str:
    """Return the canonical form of a site code; a code that has it already is not taken apart.

    Raises:
        CodeError: Not a site code.
    """
    return text if _CANONICAL_SITE.fullmatch(text) else SiteCode.parse(text).text


def account_code_text(text: str) -> str:
    """Return the canonical form of an account code; a code of another form is kept, without blanks and full-width characters.

    Registries hold codes of forms that no document explains. Refusing them would lose the account; `account_code_remark` says
    what is unusual.

    Raises:
        CodeError: The code is empty.
    """
    if _CANONICAL_ACCOUNT.fullmatch(text):
        return text
    code = "".join(text.translate(_TO_HALF).split()).upper()
    if not code:
        raise CodeError("政务新媒体标识码 is empty", zh="政务新媒体标识码为空")
    return code


def account_code_remark(code: str) -> str | None:
    """Return a remark on the unusual form of an account code; None where it has the known form."""
    if _CANONICAL_ACCOUNT.fullmatch(code):
        return None
    try:
        AccountCode.parse(code)
    except CodeError as fault:
        return fault.what
    return None


@dataclass(frozen=True, slots=True)
class IcpNumber:
    """An ICP备案编号, for example `京ICP备05070218号-1`.

    Attributes:
        province: Two-digit province code.
        short: The Han character printed in front.
        digits: 5 to 10 digits; eight is the rule, older ones are shorter and newer ones may carry the year in front.
        suffix: Number of the site under the filing, or None.

    Examples:
        >>> str(IcpNumber.parse("陕ICP备 05070218号-1"))
        '陕ICP备05070218号-1'
    """

    province: str
    short: str
    digits: str
    suffix: int | None = None

    @classmethod
    def parse(cls, text: str) -> IcpNumber:
        """Read an ICP number as page feet print it (blanks, full-width forms, without 号, `Shu ICP No.`).

        Raises:
            CodeError: Not an ICP number; the message says exactly why.
        """
        plain = re.sub(r"\s+", "", _text(text).translate(_TO_HALF))
        match = re.search(
            r"(?P<place>[\u4e00-\u9fff]|[A-Za-z]{1,6})ICP(?:备案?|证|No\.?|备案号:?)?:?(?P<digits>[0-9]+)号?(?:-(?P<suffix>[0-9]{1,4}))?",
            plain,
            re.IGNORECASE,
        )
        if match is None:
            raise CodeError(
                f"ICP备案编号 {text!r} is not like 京ICP备05070218号-1", zh=f"ICP备案编号 {text!r} 不是“京ICP备05070218号-1”的写法"
            )
        meaning = _divisions().spelt.get(match["place"].lower())
        if meaning is None:
            raise CodeError(
                f"ICP备案编号 {text!r}: no single province is written {match['place']!r}",
                zh=f"ICP备案编号 {text!r}：{match['place']!r} 不是一个省份的简称",
            )
        if not 5 <= len(match["digits"]) <= 10:
            raise CodeError(
                f"ICP备案编号 {text!r} has {len(match['digits'])} digits, not 5 to 10",
                zh=f"ICP备案编号 {text!r} 有 {len(match['digits'])} 位数字，应为5至10位",
            )
        return cls(*meaning, match["digits"], int(match["suffix"]) if match["suffix"] else None)

    def __str__(self) -> str:
        tail = "" if self.suffix is None else f"-{self.suffix}"
        return f"{self.short}ICP备{self.digits}号{tail}"


@dataclass(frozen=True, slots=True)
class PoliceNumber:
    """A 公安机关备案号, for example `陕公网安备61072602000123号`.

    Attributes:
        short: The Han character printed in front; None when only the digits are printed.
        digits: 14 digits; the first six are the division code of the filing office.
        warnings: Parts that are well formed but unconfirmed.

    Examples:
        >>> PoliceNumber.parse("陕公网安备 61072602000123号").division
        '610726'
    """

    short: str | None
    digits: str
    warnings: tuple[str, ...] = ()

    @property
    def division(self) -> str:
        """Six-digit division code of the filing office."""
        return self.digits[:6]

    @classmethod
    def parse(cls, text: str) -> PoliceNumber:
        """Read a police filing number as page feet print it (blanks, full-width forms, without 号, digits alone).

        Raises:
            CodeError: Not such a number; the message says exactly why.
        """
        plain = re.sub(r"\s+", "", _text(text).translate(_TO_HALF))
        match = re.search(r"(?:(?P<place>[\u4e00-\u9fff])公网安备(?:案号?)?:?)?(?P<digits>[0-9]+)号?", plain)
        if match is None:
            raise CodeError(f"公安备案号 {text!r} has no digits", zh=f"公安备案号 {text!r} 没有数字")
        if len(match["digits"]) != 14:
            raise CodeError(
                f"公安备案号 {text!r} has {len(match['digits'])} digits, not 14",
                zh=f"公安备案号 {text!r} 有 {len(match['digits'])} 位数字，应为14位",
            )
        place = match["place"]
        warnings = list(_division_warnings(match["digits"]))
        if place is not None:
            meaning = _divisions().spelt.get(place)
            if meaning is None:
                raise CodeError(
                    f"公安备案号 {text!r}: no province is written {place!r}", zh=f"公安备案号 {text!r}：{place!r} 不是省份的简称"
                )
            if meaning[0] != match["digits"][:2]:
                warnings.append(f"{place} is province {meaning[0]}, the digits begin with {match['digits'][:2]}")
        return cls(place, match["digits"], tuple(warnings))

    def __str__(self) -> str:
        return f"{self.short}公网安备{self.digits}号" if self.short else self.digits


_PLAIN_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")  # in which the codec of IDNA changes nothing
# Most addresses of these sites, of which nothing else needs to be worked out.
_PLAIN_ADDRESS = re.compile(r"(?:https?://)?((?!xn--)[a-z0-9_-]{1,63}(?:\.(?!xn--)[a-z0-9_-]{1,63})*\.gov\.cn)(?=[/?#]|\Z)")
# What stands before the first of / ? # and holds a dot is a host without a scheme: a later // belongs to the path or query.
_BARE_HOST = re.compile(r"[^/?#]*\.[^/?#]*(?<![:：])(?=[/?#])")
_ZHENGWU = "xn--zfr164b"  # 政务, the only suffix allowed to Chinese domains since 国办函〔2018〕55号


def _starts_with_host(text: str) -> bool:
    return "//" not in text or _BARE_HOST.match(text) is not None


@dataclass(frozen=True, slots=True)
class Domain:
    """A host name.

    Attributes:
        host: ASCII form, lower case, without port and trailing dot.
        unicode: The form people read (`xn--zfr164b` as 政务).
        suffix: `gov.cn`, `政务`, or `other`.

    Examples:
        >>> Domain.parse("http://www.NQ.gov.cn/index.html").host
        'www.nq.gov.cn'
    """

    host: str
    unicode: str
    suffix: Literal["gov.cn", "政务", "other"]

    @classmethod
    def parse(cls, text: str) -> Domain:
        """Read a host name or an address.

        Raises:
            CodeError: No host name can be read from the text.
        """
        raw = _text(text).strip()
        plain = _PLAIN_ADDRESS.match(raw)
        if plain is not None:
            return cls(plain[1], plain[1], "gov.cn")
        if not raw:
            raise CodeError("域名 is empty", zh="域名为空")
        try:
            host = urlsplit(f"//{raw}" if _starts_with_host(raw) else raw).hostname
        except ValueError as fault:
            raise CodeError(f"域名 {text!r} cannot be read: {fault}", zh=f"域名 {text!r} 不能读：{reason_zh(fault)}") from None
        if not host:
            raise CodeError(f"域名 {text!r} has no host name", zh=f"域名 {text!r} 没有主机名")
        host = host.translate(_TO_HALF).replace("\u3002", ".").rstrip(".").lower()
        try:
            is_plain = _PLAIN_HOST.fullmatch(host) is not None and "xn--" not in host
            ascii_host = host if is_plain else host.encode("idna").decode("ascii")
            readable = host if is_plain else ascii_host.encode("ascii").decode("idna")
        except UnicodeError as fault:
            raise CodeError(
                f"域名 {text!r} is not a host name: {fault}", zh=f"域名 {text!r} 不是主机名：{reason_zh(fault)}"
            ) from None
        if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", ascii_host):
            raise CodeError(f"域名 {text!r} has characters no host name may have", zh=f"域名 {text!r} 有主机名不能有的字符")
        suffix: Literal["gov.cn", "政务", "other"] = "other"
        if ascii_host == "gov.cn" or ascii_host.endswith(".gov.cn"):
            suffix = "gov.cn"
        elif ascii_host.split(".")[-1] == _ZHENGWU:
            suffix = "政务"
        return cls(ascii_host, readable, suffix)

    def __str__(self) -> str:
        return self.unicode
