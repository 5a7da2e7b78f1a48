"""Every error and warning of the library, drawn as one tree.

    GovMediaRulesError
      RulebookError          RulebookSyntaxError  OverlayConflict  UnknownIndicator  UnknownCheck  ParameterError
                             CyclicExtends  UnknownRulebook  UnknownRegion  RulebookErrors (several of them at once)
      PluginError            PluginLoadError  DuplicateId
      SubjectError           CodeError  RegistryError
      ObservationError       BrokenLine  TableError
      ReviewError            WaiverError
      CalendarError          LexiconError
      CollectError           NoticeError  CampaignError  ExportError
      MissingExtra
    GovMediaRulesWarning     ExpiredWaiver  UnusedWaiver  UnusedReview  StaleObservation  DeprecatedIndicator  PluginWarning
                             UnreadInput  UnverifiedCode  CutText  LossyColumn  MissingColumn  OldBasisWarning  SharedId

An error says what is wrong, where, and what to do, in English and Chinese; `text(lang)` and `str()` choose. Nothing in the
library decides by the text of an error. All arguments go to ``Exception.__init__``, so each class survives pickling on its way
back from a worker.
"""

from __future__ import annotations

import difflib
import locale
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


def language() -> Lang:
    """Return the language of messages: that of `GOVMEDIA_LANG` (`zh`, `en`), else Chinese where the locale is Chinese.

    A C or POSIX locale, and one that nobody set, give English.
    """
    names = ("GOVMEDIA_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    setting = next((value for name in names if (value := os.environ.get(name))), None) or locale.getlocale()[0] or ""
    return "zh" if setting.lower().startswith(("zh", "chinese")) else "en"


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


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a fault. Every part is optional; only the parts that are known are printed.

    Attributes:
        file: Path or name of the input.
        table: Table or sheet inside it (`[indicators."media.veto.stale"]`, `Sheet1`).
        key: Key inside the table, or the dotted path of a field.
        row: Row of a table, counted as a spreadsheet shows it (the header is row 1), or line of a file from 1.
        column: Column header.
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
        """Return place, fault and advice in a language; with None in that of `language()`."""
        lang = lang or language()
        place = self.where.text(lang) if self.where is not None else ""
        if lang == "zh":
            what, hint = self.zh or self.what, self.hint_zh or self.hint
            return f"{f'{place}：' if place else ''}{what}{f'（{hint}）' if hint else ''}"
        text = f"{place}: {self.what}" if place else self.what
        return f"{text} ({self.hint})" if self.hint else text


class RulebookError(GovMediaRulesError):
    """A rulebook cannot be used as written."""


class RulebookSyntaxError(RulebookError):
    """A rulebook file is not TOML, or a key in it has the wrong type or an unknown name."""


class OverlayConflict(RulebookError):
    """A layer loosens a higher rule without saying so, or two layers of equal authority disagree."""


class UnknownIndicator(RulebookError):
    """An indicator id or family names nothing in the rulebook."""


class UnknownCheck(RulebookError):
    """An indicator names a check that nothing offers."""


class ParameterError(RulebookError):
    """A parameter of a check is missing, unknown, or of the wrong type."""


class CyclicExtends(RulebookError):
    """Rulebooks extend each other in a circle."""


class UnknownRulebook(RulebookError):
    """No rulebook has this id, or no file this path."""


class UnknownRegion(RulebookError):
    """No division of China has this code or name, or several have the name."""


class RulebookErrors(ExceptionGroup[RulebookError], RulebookError):
    """All faults found while one rulebook was loaded."""

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
    """An installed plugin cannot be used."""


class PluginLoadError(PluginError):
    """Importing a plugin failed."""


class DuplicateId(PluginError):
    """Two plugins, or a plugin and the library, claim one id."""


class SubjectError(GovMediaRulesError):
    """A site, account or unit is described wrongly."""


class CodeError(SubjectError, ValueError):
    """An identification code, filing number or domain is not well formed; says exactly why."""


class RegistryError(SubjectError):
    """A registry contradicts itself."""


class ObservationError(GovMediaRulesError):
    """A snapshot cannot be read or contradicts itself."""


class BrokenLine(ObservationError):
    """One line of a JSON Lines file is not a snapshot."""


class TableError(ObservationError):
    """A table cannot be opened, or lacks a column that is needed."""


class ReviewError(GovMediaRulesError):
    """A review does not fit what it reviews."""


class WaiverError(GovMediaRulesError):
    """A waiver is not well formed."""


class CalendarError(GovMediaRulesError):
    """Working days are asked for outside the years the official schedule covers."""


class LexiconError(GovMediaRulesError):
    """A line of a lexicon cannot be used."""


class CollectError(GovMediaRulesError):
    """The collector cannot start or continue."""


class NoticeError(GovMediaRulesError):
    """A notice cannot be read, or a template lacks a field."""


class CampaignError(GovMediaRulesError):
    """A campaign is described wrongly or its files cannot be read."""


class ExportError(GovMediaRulesError):
    """A result cannot be written in the format asked for."""


class MissingExtra(GovMediaRulesError, ImportError):
    """A package that an optional feature needs is not installed; names the extra."""


class GovMediaRulesWarning(UserWarning):
    """Base of every warning of this library.

    Args:
        what: What is warned of, in English.
        zh: The same in Chinese; "" where there is none, and the English is shown.
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
    """A waiver has lapsed; the finding it covered counts again."""


class UnusedWaiver(GovMediaRulesWarning):
    """A waiver covers nothing that was found."""


class UnusedReview(GovMediaRulesWarning):
    """A review is about a subject that was not inspected."""


class SharedId(GovMediaRulesWarning):
    """One id was given to two units; what is said of the id may be meant of either."""


class StaleObservation(GovMediaRulesWarning):
    """A snapshot is older than the use it is put to allows."""


class DeprecatedIndicator(GovMediaRulesWarning):
    """An indicator id has been replaced by another."""


class OldBasisWarning(GovMediaRulesWarning):
    """The documents a rulebook rests on are old; somebody should look whether they still hold."""


class PluginWarning(GovMediaRulesWarning):
    """A plugin could not be loaded; its indicators give `error`."""


class UnreadInput(GovMediaRulesWarning):
    """Some lines or rows of the input could not be read and are listed apart."""


class UnverifiedCode(GovMediaRulesWarning):
    """A code is well formed but has a part nobody has confirmed (unknown province prefix or platform letters)."""


class CutText(GovMediaRulesWarning):
    """A text was longer than the format holds and was cut, with a mark at the cut."""


class LossyColumn(GovMediaRulesWarning):
    """A column has a type that may have lost part of its values before they arrived (numbers for codes)."""


class MissingColumn(GovMediaRulesWarning):
    """No column of a table gives a fact that verdicts need, so that they all stay open."""
