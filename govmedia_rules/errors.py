"""Every error and warning of the library, drawn as one tree.

    GovMediaRulesError
      RulebookError          RulebookSyntaxError  OverlayConflict  UnknownIndicator  UnknownCheck  ParameterError
                             CyclicExtends  UnknownRulebook  UnknownRegion  RulebookErrors (several of them at once)
      PluginError            PluginLoadError  DuplicateId
      SubjectError           CodeError  RegistryError
      ObservationError       BrokenLine  TableError
      CalendarError          LexiconError
      CollectError           NoticeError  CampaignError  ExportError
      MissingExtra           ArgumentError
    GovMediaRulesWarning     ExpiredWaiver  UnusedWaiver  UnusedReview  DeprecatedIndicator  PluginWarning
                             UnreadInput  CutText  LossyColumn  MissingColumn  OldBasisWarning  SharedId

An error says what is wrong, where, and what to do, in English and Chinese; `text(lang)` and `str()` choose. Nothing in the
library decides by the text of an error. All arguments go to ``Exception.__init__``, so each class survives pickling on its way
back from a worker.

Example:
    >>> import govmedia_rules as gr
    >>> try:
    ...     gr.SiteCode.parse("61")
    ... except gr.errors.GovMediaRulesError as fault:
    ...     print(fault.text("en"))
    网站标识码 '61' has 2 digits, not 10
"""

from __future__ import annotations

import difflib
import errno
import locale
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "BrokenLine",
    "CalendarError",
    "CampaignError",
    "CodeError",
    "CollectError",
    "CutText",
    "CyclicExtends",
    "DeprecatedIndicator",
    "DuplicateId",
    "ExpiredWaiver",
    "ExportError",
    "GovMediaRulesError",
    "GovMediaRulesWarning",
    "LexiconError",
    "LossyColumn",
    "MissingColumn",
    "MissingExtra",
    "NoticeError",
    "ObservationError",
    "OldBasisWarning",
    "OverlayConflict",
    "ParameterError",
    "PluginError",
    "PluginLoadError",
    "PluginWarning",
    "RegistryError",
    "RulebookError",
    "RulebookErrors",
    "RulebookSyntaxError",
    "SharedId",
    "SubjectError",
    "TableError",
    "UnknownCheck",
    "UnknownIndicator",
    "UnknownRegion",
    "UnknownRulebook",
    "UnreadInput",
    "UnusedReview",
    "UnusedWaiver",
    "Where",
    "language",
]

Lang = Literal["zh", "en"]


def language() -> Lang:
    """Return the language of messages: that of `GOVMEDIA_LANG` (`zh`, `en`), else Chinese where the locale is Chinese.

    A C or POSIX locale, and one that nobody set, give English.

    Example:
        >>> language() in ("zh", "en")
        True
    """
    names = ("GOVMEDIA_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    setting = next((value for name in names if (value := os.environ.get(name))), None) or locale.getlocale()[0] or ""
    return "zh" if setting.lower().startswith(("zh", "chinese")) else "en"


def by_language(english: str, chinese: str) -> str:
    """Return the one of two texts that `language()` asks for."""
    return chinese if language() == "zh" else english


def closest(given: object, allowed: Iterable[str]) -> str | None:
    """Return the allowed value that was probably meant; None where none is like it."""
    return next(iter(difflib.get_close_matches(str(given)[:200], allowed, n=1, cutoff=0.5)), None)


def choices(given: object, allowed: Iterable[str], most: int = 12) -> str:
    """Return a hint in English: what was probably meant, and the values that are allowed."""
    names = list(allowed)
    close = closest(given, names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    listed = f"there are {', '.join(names[:most])}{more}" if names else "there are none"
    return f"did you mean {close!r}? {listed}" if close else listed


def choices_zh(given: object, allowed: Iterable[str], most: int = 12) -> str:
    """Return the hint of `choices` in Chinese."""
    names = list(allowed)
    close = closest(given, names)
    more = f"等，另有{len(names) - most}个" if len(names) > most else ""
    listed = f"可用的有：{'、'.join(names[:most])}{more}" if names else "没有可用的"
    return f"是否应为“{close}”？{listed}" if close else listed


# Controls that XML or a terminal cannot carry, marks that turn the direction of the text around them, lone halves of
# surrogate pairs, and code points that are no characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)


def visible(text: str) -> str:
    """Return the text with every hidden control written out as `[U+202E]`: what was there stays, and does nothing.

    Tabs and line ends stay; zero-width spaces, joiners and variation selectors stay, because ordinary text has them.
    """
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text) if _HIDDEN.search(text) else text


_KINDS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("DataFrame", "Table", "LazyFrame", "RecordBatch", "DuckDBPyRelation"), "a data frame", "数据框"),
    (("str",), "a text", "文字"),
    (("bool",), "true or false", "是或否"),
    (("int", "float", "Decimal"), "a number", "数字"),
    (("list", "tuple", "set", "frozenset", "generator"), "a list", "列表"),
    (("dict",), "a table of keys", "字典"),
    (("date", "datetime"), "a date", "日期"),
    (("PosixPath", "WindowsPath"), "a path", "路径"),
    (("NoneType",), "nothing (None)", "空值（None）"),
)


def kind_text(value: object) -> str:
    """Return in English what kind of thing was given, without the name of a class of Python."""
    name = type(value).__name__
    return next((english for names, english, _ in _KINDS if name in names), f"an object {name}")


def kind_text_zh(value: object) -> str:
    """Return in Chinese what kind of thing was given."""
    name = type(value).__name__
    return next((chinese for names, _, chinese in _KINDS if name in names), f"{name} 对象")


def no_text(name: str, given: object) -> ArgumentError:
    """Return the error for an argument that should be a text, and is something else."""
    hint, hint_zh = ("write it in quotation marks", "请加引号写成文字") if kind_text(given) == "a number" else ("", "")
    return ArgumentError(
        f"{name} is {kind_text(given)}, not a text", None, hint, f"{name} 应为文字，不是{kind_text_zh(given)}", hint_zh
    )


def no_date(name: str, given: object) -> ArgumentError:
    """Return the error for an argument that should be a date or a time, and is something else."""
    what, zh = f"{name} is {kind_text(given)}, not a date", f"{name} 应为日期，不是{kind_text_zh(given)}"
    return ArgumentError(what, None, "write date(2024, 8, 23), 2024-08-23", zh, "写作 date(2024, 8, 23)，即 2024-08-23")


_FILE_FAULTS: tuple[tuple[type[OSError], str, str], ...] = (
    (FileNotFoundError, "no such file or folder", "没有这个文件或目录"),
    (IsADirectoryError, "this is a folder, a file is needed", "这是目录，应为文件"),
    (NotADirectoryError, "this is a file, a folder is needed", "这是文件，应为目录"),
    (FileExistsError, "this exists already and is not a folder; choose another name", "已有同名文件，请换一个名称"),
    (PermissionError, "not allowed to open or write it", "没有读写它的权限"),
)
_DISK_FAULTS = {
    errno.ENOSPC: "磁盘空间不足",
    errno.EROFS: "磁盘只读",
    errno.EDQUOT: "超出磁盘配额",
    errno.EMFILE: "打开的文件过多",
    errno.ENAMETOOLONG: "文件名过长",
    errno.EIO: "磁盘读写出错",
}


def reason(fault: BaseException) -> str:
    """Return in English why something could not be read or written."""
    known = next((text for kind, text, _ in _FILE_FAULTS if isinstance(fault, kind)), None)
    return known or (fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault))


def reason_zh(fault: BaseException) -> str:
    """Return in Chinese why something could not be read or written: what an error of Python or of another library means."""
    if isinstance(fault, GovMediaRulesError):
        return fault.text("zh")
    if isinstance(fault, OSError):
        known = next((text for kind, _, text in _FILE_FAULTS if isinstance(fault, kind)), None)
        return known or _DISK_FAULTS.get(fault.errno or 0) or fault.strerror or str(fault)
    if isinstance(fault, UnicodeDecodeError):
        return f"第{fault.start + 1}个字节不是 {fault.encoding.upper()} 文字"
    said = str(fault)
    if said == "File is not a zip file":
        return "不是压缩格式的文件"
    place = re.search(r"line (\d+),? column (\d+)", said)
    return f"第{place[1]}行第{place[2]}列写法有误（{said}）" if place else said


def check_choice(name: str, given: object, allowed: Iterable[str]) -> None:
    """Refuse a value that is none of those there are.

    Raises:
        ArgumentError: `given` is not allowed; says what is.
    """
    names = list(allowed)
    if given not in names:
        what, zh = f"{name} {given!r} is not known", f"{name} 没有 {given!r} 这个值"
        raise ArgumentError(what, None, choices(given, names, 40), zh, choices_zh(given, names, 40))


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a fault. Every part is optional; only the parts that are known are printed.

    Attributes:
        file: Path or name of the input.
        table: Table or sheet inside it (`[indicators."media.veto.stale"]`, `Sheet1`).
        key: Key inside the table, or the dotted path of a field.
        row: Row of a table, counted as a spreadsheet shows it (the header is row 1), or line of a file from 1.
        column: Column header.

    Example:
        >>> Where("账号.csv", row=2).text("zh")
        '账号.csv，第2行'
    """

    file: str | None = None
    table: str | None = None
    key: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        return self.text(language())

    def text(self, lang: Lang) -> str:
        """Return the parts that are known as words."""
        if lang == "zh":
            row = None if self.row is None else f"第{self.row}行"
            labelled = (("", self.file), ("表", self.table), ("键", self.key), ("", row), ("列", self.column))
            return "，".join(f"{label}{' ' if label else ''}{value}" for label, value in labelled if value is not None)
        named = (("", self.file), ("table ", self.table), ("key ", self.key), ("row ", self.row), ("column ", self.column))
        return ", ".join(f"{label}{value}" for label, value in named if value is not None)


class GovMediaRulesError(Exception):
    """Base of every error raised by this library.

    Args:
        what: The fault, in one English sentence.
        where: The place of the fault; None when it has none.
        hint: What the reader should do and which values are allowed; may be empty.
        zh: `what` in Chinese; "" where there is none, and the English is shown.
        hint_zh: `hint` in Chinese.

    Example:
        >>> import govmedia_rules as gr
        >>> fault = gr.errors.GovMediaRulesError("the file is empty", gr.errors.Where("账号.csv", row=2), "give one row")
        >>> fault.text("en")
        '账号.csv, row 2: the file is empty (give one row)'
    """

    def __init__(self, what: str, where: Where | None = None, hint: str = "", zh: str = "", hint_zh: str = "") -> None:
        super().__init__(what, where, hint, zh, hint_zh)
        self.what = what
        self.where = where
        self.hint = hint
        self.zh = zh
        self.hint_zh = hint_zh

    def __str__(self) -> str:
        return self.text()

    def text(self, lang: Lang | None = None) -> str:
        """Return place, fault and advice in a language, control characters as their code; with None in that of `language()`."""
        lang = lang or language()
        place = self.where.text(lang) if self.where is not None else ""
        if lang == "zh":
            what, hint = self.zh or self.what, self.hint_zh or self.hint
            return visible(f"{f'{place}：' if place else ''}{what}{f'（{hint}）' if hint else ''}")
        text = f"{place}: {self.what}" if place else self.what
        return visible(f"{text} ({self.hint})" if self.hint else text)


class RulebookError(GovMediaRulesError):
    """A rulebook cannot be used as written.

    Example:
        >>> import govmedia_rules as gr
        >>> try:
        ...     gr.load_rulebook("national-2018")
        ... except gr.errors.RulebookError as fault:
        ...     print(len(fault.exceptions))
        1
    """


class RulebookSyntaxError(RulebookError):
    """A rulebook file is not TOML, or a key in it has the wrong type or an unknown name.

    Example:
        >>> import govmedia_rules as gr
        >>> own = {"id": "city", "title": "本市细则", "indicator": {}}
        >>> try:
        ...     gr.load_rulebook(own)
        ... except* gr.errors.RulebookSyntaxError as faults:
        ...     print(faults.exceptions[0].where.key)
        indicator
    """


class OverlayConflict(RulebookError):
    """A layer loosens a higher rule without saying so, or two layers of equal authority disagree.

    Example:
        >>> import govmedia_rules as gr
        >>> own = {"id": "city", "title": "本市细则", "extends": "national-2019", "indicators": {
        ...     "media.veto.stale": {"params": {"window": {"days": 30}}}}}  # looser, and no document allows it
        >>> try:
        ...     gr.load_rulebook(own)
        ... except* gr.errors.OverlayConflict as faults:
        ...     print(faults.exceptions[0].where.key)
        params.window
    """


class UnknownIndicator(RulebookError, KeyError):
    """An indicator id or family names nothing in the rulebook.

    Example:
        >>> import govmedia_rules as gr
        >>> gr.explain("media.veto.old")
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.UnknownIndicator: ...
    """


class UnknownCheck(RulebookError):
    """An indicator names a check that nothing offers.

    Example:
        >>> import govmedia_rules as gr
        >>> own = {"id": "city", "title": "本市细则", "extends": "national-2019", "indicators": {
        ...     "city.a": {"title": "甲", "kind": "warning", "check": "account.stail", "applies_to": {"subject": "account"},
        ...                "source": {"document": "某文"}}}}
        >>> try:
        ...     gr.load_rulebook(own)
        ... except* gr.errors.UnknownCheck as faults:
        ...     print(faults.exceptions[0].where.key)
        check
    """


class ParameterError(RulebookError):
    """A parameter of a check is missing, unknown, or of the wrong type.

    Example:
        >>> import govmedia_rules as gr
        >>> own = {"id": "city", "title": "本市细则", "extends": "national-2019", "indicators": {
        ...     "media.veto.stale": {"params": {"windw": {"days": 10}}}}}
        >>> try:
        ...     gr.load_rulebook(own)
        ... except* gr.errors.ParameterError as faults:
        ...     print(faults.exceptions[0].where.key)
        params.windw
    """


class CyclicExtends(RulebookError):
    r"""Rulebooks extend each other in a circle.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import govmedia_rules as gr
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "own.toml")
        ...     _ = file.write_text('id = "own"\ntitle = "甲"\nextends = "own.toml"\n', "utf-8")
        ...     try:
        ...         gr.load_rulebook(file)
        ...     except* gr.errors.CyclicExtends as faults:
        ...         print(faults.exceptions[0].where.key)
        extends
    """


class UnknownRulebook(RulebookError):
    """No rulebook has this id, or no file this path.

    Example:
        >>> import govmedia_rules as gr
        >>> try:
        ...     gr.load_rulebook("national-2018")
        ... except* gr.errors.UnknownRulebook as faults:
        ...     print(faults.exceptions[0].hint)
        did you mean 'national-2019'? there are anshan-2023, ...
    """


class UnknownRegion(RulebookError):
    """No division of China has this code or name, or several have the name.

    Example:
        >>> from datetime import date
        >>> import govmedia_rules as gr
        >>> gr.rulebook_for("汉中街", date(2024, 8, 23))
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.UnknownRegion: ...
    """


class RulebookErrors(ExceptionGroup[RulebookError], RulebookError):
    """All faults found while one rulebook was loaded.

    Example:
        >>> import govmedia_rules as gr
        >>> try:
        ...     gr.load_rulebook({"id": "city", "titel": "甲"})
        ... except gr.errors.RulebookErrors as group:
        ...     print([fault.where.key for fault in group.exceptions])
        ['title', 'titel']
    """

    def __new__(cls, what: str, faults: Sequence[RulebookError], zh: str = "") -> RulebookErrors:  # noqa: ARG004 - for __init__
        """Make the group; `what` says what could not be used."""
        return super().__new__(cls, what, list(faults))

    def __init__(self, what: str, faults: Sequence[RulebookError], zh: str = "") -> None:  # noqa: ARG002 - __new__ takes the faults
        RulebookError.__init__(self, what, zh=zh)

    def __reduce__(self) -> tuple[type[RulebookErrors], tuple[str, list[RulebookError], str]]:
        return type(self), (self.what, list(self.exceptions), self.zh)  # type: ignore[arg-type]

    def text(self, lang: Lang | None = None) -> str:
        """Return what could not be used, and each fault on a line of its own."""
        lang = lang or language()
        head = f"{self.zh or self.what}：" if lang == "zh" else f"{self.what}:"
        lines = (fault.text(lang) if isinstance(fault, GovMediaRulesError) else str(fault) for fault in self.exceptions)
        return "\n".join([head, *(f"  - {line}" for line in lines)])

    def __str__(self) -> str:
        return self.text()

    def derive(self, excs: Sequence[RulebookError]) -> RulebookErrors:  # type: ignore[override]
        """Return a group of the same kind with other faults."""
        return RulebookErrors(self.what, excs, self.zh)


class PluginError(GovMediaRulesError):
    """An installed plugin cannot be used.

    Example:
        >>> issubclass(PluginLoadError, PluginError)
        True
    """


class PluginLoadError(PluginError):
    """Importing a plugin failed.

    Example:
        >>> from importlib.metadata import EntryPoint
        >>> import warnings
        >>> from govmedia_rules.rules.plugins import load_plugins
        >>> gone = EntryPoint("city", "no_such_package.checks", "govmedia_rules.checks")
        >>> with warnings.catch_warnings(action="ignore"):
        ...     reasons = load_plugins([gone], []).broken
        >>> reasons["city"].startswith(gone.value), "cannot be loaded" in reasons["city"]
        (True, True)
    """


class DuplicateId(PluginError):
    """Two plugins, or a plugin and the library, claim one id.

    Example:
        >>> import govmedia_rules as gr
        >>> from govmedia_rules.checks.updates import stale  # a check that the library has itself
        >>> gr.load_rulebook("national-2019", checks=[stale])
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.DuplicateId: ...
    """


class SubjectError(GovMediaRulesError):
    """A site, account or unit is described wrongly.

    Example:
        >>> import govmedia_rules as gr
        >>> try:
        ...     gr.SiteCode.parse("61")
        ... except gr.errors.SubjectError as fault:
        ...     print(type(fault).__name__)
        CodeError
    """


class CodeError(SubjectError, ValueError):
    """An identification code, filing number or domain is not well formed; says exactly why.

    Example:
        >>> import govmedia_rules as gr
        >>> gr.SiteCode.parse("61")
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.CodeError: ...
    """


class RegistryError(SubjectError):
    """A registry contradicts itself.

    Example:
        >>> import govmedia_rules as gr
        >>> from govmedia_rules.subjects.registry import merged_subject
        >>> rows = [gr.Account(id="a", name="甲", platform=platform) for platform in ("weibo", "douyin")]
        >>> merged_subject(rows)
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.RegistryError: ...
    """


class ObservationError(GovMediaRulesError):
    """A snapshot cannot be read or contradicts itself.

    Example:
        >>> import govmedia_rules as gr
        >>> list(gr.read_snapshots("none.jsonl"))
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.ObservationError: ...
    """


class BrokenLine(ObservationError):
    r"""One line of a JSON Lines file is not a snapshot.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import govmedia_rules as gr
        >>> bad = []
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "snapshots.jsonl")
        ...     _ = file.write_text("{}\n", "utf-8")
        ...     _ = list(gr.read_snapshots(file, on_bad=bad.append))
        >>> type(bad[0]).__name__, bad[0].where.row
        ('BrokenLine', 1)
    """


class TableError(ObservationError):
    """A table cannot be opened, or lacks a column that is needed.

    Example:
        >>> import govmedia_rules as gr
        >>> gr.read_accounts([{"姓名": "甲"}])
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.TableError: ...
    """


class CalendarError(GovMediaRulesError):
    """Working days are asked for outside the years the official schedule covers.

    Example:
        >>> from datetime import date
        >>> import govmedia_rules as gr
        >>> gr.WorkCalendar.official().add(date(2050, 1, 1), 3)
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.CalendarError: ...
    """


class LexiconError(GovMediaRulesError):
    """A line of a lexicon cannot be used.

    Example:
        >>> import govmedia_rules as gr
        >>> gr.load_lexicon("none")
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.LexiconError: ...
    """


class CollectError(GovMediaRulesError):
    """The collector cannot start or continue.

    Example:
        >>> from datetime import datetime
        >>> import govmedia_rules as gr
        >>> next(gr.collect.sites([], journal="no/such/folder/journal"))
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.CollectError: ...
    """


class NoticeError(GovMediaRulesError):
    """A notice cannot be read, or a template lacks a field.

    Example:
        >>> import govmedia_rules as gr
        >>> gr.notices.read("none.docx")
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.NoticeError: ...
    """


class CampaignError(GovMediaRulesError):
    """A campaign is described wrongly or its files cannot be read.

    Example:
        >>> import govmedia_rules as gr
        >>> gr.read_campaign("none")
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.CampaignError: ...
    """


class ExportError(GovMediaRulesError):
    """A result cannot be written in the format asked for.

    Example:
        >>> import govmedia_rules as gr
        >>> gr.export_rulebook("national-2019", "book.toml")
        Traceback (most recent call last):
            ...
        govmedia_rules.errors.ExportError: ...
    """


class MissingExtra(GovMediaRulesError, ImportError):
    """A package that an optional feature needs is not installed; names the extra.

    Example:
        >>> str(MissingExtra("reading PDF needs pypdf", hint="pip install govmedia-rules[pdf]"))
        'reading PDF needs pypdf (pip install govmedia-rules[pdf])'
        >>> issubclass(MissingExtra, ImportError)
        True
    """


class ArgumentError(GovMediaRulesError, TypeError, ValueError):
    """An argument is of another kind than the function takes, or not one of the values there are."""


class GovMediaRulesWarning(UserWarning):
    """Base of every warning of this library.

    Args:
        what: What is warned of, in English.
        zh: The same in Chinese; "" where there is none, and the English is shown.

    Example:
        >>> GovMediaRulesWarning("two rows were not read", zh="有2行未读").text("zh")
        '有2行未读'
    """

    def __init__(self, what: str, zh: str = "") -> None:
        super().__init__(what, zh)
        self.what = what
        self.zh = zh

    def text(self, lang: Lang | None = None) -> str:
        """Return the warning in a language; with None in that of `language()`."""
        return self.zh if self.zh and (lang or language()) == "zh" else self.what

    def __str__(self) -> str:
        return self.text()


class ExpiredWaiver(GovMediaRulesWarning):
    """A waiver has lapsed; the finding it covered counts again.

    Example:
        >>> import warnings
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2023-08-23T10:00:00+08:00", latest_post_at="2023-05-01")
        >>> waiver = gr.Waiver(id="W1", subject=account.id, indicators=["media.veto.stale"], authority="市政府办公室",
        ...                    document="某文", reason="升级改造", granted="2023-01-01", expires="2023-06-30")
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = gr.load_rulebook("national-2019").inspect(snapshot, waivers=[waiver])
        >>> [warning.category.__name__ for warning in caught]
        ['ExpiredWaiver']
    """


class UnusedWaiver(GovMediaRulesWarning):
    """A waiver covers nothing that was found.

    Example:
        >>> import warnings
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2023-08-23T10:00:00+08:00", latest_post_at="2023-05-01")
        >>> waiver = gr.Waiver(id="W1", subject=account.id, indicators=["media.veto.interaction.none"], authority="市政府办公室",
        ...                    document="某文", reason="升级改造", granted="2023-01-01", expires="2023-12-31")
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = gr.load_rulebook("national-2019").inspect(snapshot, waivers=[waiver])
        >>> [warning.category.__name__ for warning in caught]
        ['UnusedWaiver']
    """


class UnusedReview(GovMediaRulesWarning):
    """A review is about a subject that was not inspected.

    Example:
        >>> import warnings
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2023-08-23T10:00:00+08:00", latest_post_at="2023-05-01")
        >>> review = gr.Review(subject="weibo:别的账号", indicator="media.veto.stale", decision="confirmed", role="复核人员",
        ...                    at="2023-08-24T10:00:00+08:00", reason="已核实")
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = list(gr.load_rulebook("national-2019").inspect_many([snapshot], reviews=[review]))
        >>> [warning.category.__name__ for warning in caught]
        ['UnusedReview']
    """


class SharedId(GovMediaRulesWarning):
    """One id was given to two units; what is said of the id may be meant of either.

    Example:
        >>> import warnings
        >>> import govmedia_rules as gr
        >>> snapshots = [
        ...     gr.AccountSnapshot(
        ...         account={"id": "A1", "name": name, "platform": "weibo"}, observed_at="2023-08-23T10:00:00+08:00"
        ...     )
        ...     for name in ("青石发布", "白水教育")
        ... ]
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = list(gr.load_rulebook("national-2019").inspect_many(snapshots))
        >>> {warning.category.__name__ for warning in caught}
        {'SharedId'}
    """


class DeprecatedIndicator(GovMediaRulesWarning):
    """An indicator id has been replaced by another.

    Example:
        >>> import warnings
        >>> import govmedia_rules as gr
        >>> own = {"id": "city", "title": "本市细则", "extends": "national-2019", "indicators": {
        ...     "city.new": {"title": "甲", "kind": "management", "mode": "person", "applies_to": {"subject": "site"},
        ...                  "aliases": ["city.old"], "source": {"document": "某文"}}}}
        >>> book = gr.load_rulebook(own)
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = book["city.old"]
        >>> [warning.category.__name__ for warning in caught]
        ['DeprecatedIndicator']
    """


class OldBasisWarning(GovMediaRulesWarning):
    """The documents a rulebook rests on are old; somebody should look whether they still hold.

    Example:
        >>> import warnings
        >>> from datetime import date
        >>> import govmedia_rules as gr
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = gr.rulebook_for("北京市", date(2031, 8, 23))
        >>> all(warning.category is gr.errors.OldBasisWarning for warning in caught)
        True
    """


class PluginWarning(GovMediaRulesWarning):
    """A plugin could not be loaded; its indicators give `error`.

    Example:
        >>> import warnings
        >>> from importlib.metadata import EntryPoint
        >>> from govmedia_rules.rules.plugins import load_plugins
        >>> gone = EntryPoint("city", "no_such_package.checks", "govmedia_rules.checks")
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = load_plugins([gone], [])
        >>> [warning.category.__name__ for warning in caught]
        ['PluginWarning']
    """


class UnreadInput(GovMediaRulesWarning):
    r"""Some lines or rows of the input could not be read and are listed apart.

    Example:
        >>> import tempfile
        >>> import warnings
        >>> from pathlib import Path
        >>> import govmedia_rules as gr
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "snapshots.jsonl")
        ...     _ = file.write_text("{}\n", "utf-8")
        ...     with warnings.catch_warnings(record=True, action="always") as caught:
        ...         _ = list(gr.read_snapshots(file))
        >>> [warning.category.__name__ for warning in caught]
        ['UnreadInput']
    """


class CutText(GovMediaRulesWarning):
    """A text was longer than the format holds and was cut, with a mark at the cut.

    Example:
        >>> import tempfile
        >>> import warnings
        >>> from pathlib import Path
        >>> import govmedia_rules as gr
        >>> from govmedia_rules.tables.out import Heading, SummaryTable
        >>> long = SummaryTable([Heading("content", "text", "内容", str)], ["字" * 40_000])
        >>> with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True, action="always") as caught:
        ...     long.to_excel(Path(folder, "long.xlsx"))
        >>> [warning.category.__name__ for warning in caught]
        ['CutText']
    """


class LossyColumn(GovMediaRulesWarning):
    """A column has a type that may have lost part of its values before they arrived (numbers for codes).

    Example:
        >>> import warnings
        >>> import pandas
        >>> import govmedia_rules as gr
        >>> frame = pandas.DataFrame({"网站名称": ["甲"], "网站标识码": [6107260003.0]})
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = gr.read_registry(sites=frame)
        >>> [warning.category.__name__ for warning in caught]
        ['LossyColumn']
    """


class MissingColumn(GovMediaRulesWarning):
    """No column of a table gives a fact that verdicts need, so that they all stay open.

    Example:
        >>> import warnings
        >>> import pandas
        >>> import govmedia_rules as gr
        >>> frame = pandas.DataFrame({"账号名称": ["某县发布"], "平台": ["微博"], "监测时间": ["2024-08-23"]})
        >>> with warnings.catch_warnings(record=True, action="always") as caught:
        ...     _ = gr.inspect_frame(frame, "national-2019")
        >>> [warning.category.__name__ for warning in caught]
        ['MissingColumn']
    """
