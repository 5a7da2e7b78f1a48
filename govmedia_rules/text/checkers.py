"""Further checkers plugged in by other packages, such as a language model for slips of the pen."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from govmedia_rules.errors import ArgumentError, DuplicateId, PluginWarning, Where, reason_zh
from govmedia_rules.text.matches import Match

GROUP = "govmedia_rules.text_checkers"
"""Entry point group of checkers; each entry point names a class or function that makes one without arguments."""


@runtime_checkable
class TextChecker(Protocol):
    """Looks at one text and says what may be wrong with it.

    Attributes:
        name: Its name, kept with each of its matches.
        version: Its version, or that of its model.

    Example:
        >>> from govmedia_rules import Scanner
        >>> class NoDoubledSign:
        ...     name, version = "doubled", "1"
        ...
        ...     def check(self, text):
        ...         at = text.find("！！")
        ...         if at >= 0:
        ...             yield Match(at, at + 2, "！！", "！", "form", "！！", "low", "doubled_sign", "minor", None, self.name)
        >>> isinstance(NoDoubledSign(), TextChecker)
        True
        >>> [match.text for match in run_checker(NoDoubledSign(), "通知！！")]
        ['！！']
    """

    name: str
    version: str

    def check(self, text: str) -> Iterable[Match]:
        """Return the candidates in `text`, with positions in it."""


def run_checker(checker: TextChecker, text: str) -> list[Match]:
    """Return a checker's matches, signed with its name and version and never above `low` in confidence.

    Raises:
        ValueError: A match lies outside the text.
    """
    signed = []
    for match in checker.check(text):
        if not 0 <= match.start < match.end <= len(text):
            raise ArgumentError(
                f"{checker.name} gives a match at {match.start}..{match.end} of a text of {len(text)} characters",
                zh=f"检查程序 {checker.name} 报出的位置 {match.start}..{match.end} 超出文本（共 {len(text)} 字）",
            )
        signed.append(replace(match, confidence="low", by=f"{checker.name} {checker.version}".strip()))
    return signed


def load_checkers() -> tuple[TextChecker, ...]:
    """Return the checkers that installed packages offer; one that cannot be loaded is a named warning.

    Raises:
        DuplicateId: Two packages offer a checker of one name.
    """
    checkers: dict[str, TextChecker] = {}
    for point in entry_points(group=GROUP):
        try:
            checker = point.load()()
            if not isinstance(checker, TextChecker):
                raise TypeError("it has no name, version and check(text)")
        except Exception as fault:
            warnings.warn(
                PluginWarning(
                    f"text checker {point.name!r} ({point.value}) cannot be loaded: {fault!r}",
                    zh=f"文字检查项 {point.name!r}（{point.value}）不能载入：{reason_zh(fault)}",
                ),
                stacklevel=2,
            )
            continue
        if checker.name in checkers:
            raise DuplicateId(
                f"two text checkers are called {checker.name!r}",
                Where(key=point.name),
                "remove one of the packages",
                zh=f"两个文字检查项都叫 {checker.name!r}",
                hint_zh="请卸载其中一个包",
            )
        checkers[checker.name] = checker
    return tuple(checkers.values())
