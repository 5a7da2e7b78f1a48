"""The lexicon: what is wrong, what is right, and from which document anybody knows it (词表)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from govmedia_rules.core.vocabulary import Vocabulary, read_data
from govmedia_rules.errors import LexiconError, Where, by_language
from govmedia_rules.text.normalise import compared

if TYPE_CHECKING:
    from govmedia_rules.tables.model import BadRow

Near = Literal["full", "close", "none"]
"""Which near misses of a right form are looked for; see `Canonical`."""
Confidence = Literal["high", "medium", "low"]
"""How sure the machine is that a person will agree. Even `high` is a candidate, not a verdict."""
Open = Literal["", "start", "end", "both"]
"""Which ends of a right form may be continued otherwise; see `Canonical`."""

MAX_TERM_LENGTH = 200
"""Characters of the longest term that is accepted."""
MIN_TERM_LENGTH = 2
"""Characters of the shortest: a single character says nothing without its sentence."""
MIN_NEAR_LENGTH = 4
"""Characters of the shortest right form near misses are looked for: of three, one wrong character leaves too little."""
FULL_NEAR_LENGTH = 6
"""Characters from which a right form is looked for with any error unless its line says otherwise."""


def usual_near(size: int) -> Near:
    """Which near misses are looked for when a line does not say.

    Args:
        size: Characters of the right form.
    """
    return "full" if size >= FULL_NEAR_LENGTH else "close" if size >= MIN_NEAR_LENGTH else "none"


@cache
def lexicon_vocabulary(name: Literal["kind", "severity"]) -> Vocabulary:
    """Return the kinds or the severities of lexicon lines and matches."""
    return Vocabulary.of(f"text {name}", read_data("govmedia_rules.text", "kinds.toml")[name])


@dataclass(frozen=True, slots=True)
class Term:
    """A wrong form and what is right instead.

    Attributes:
        wrong: The form that is wrong.
        right: What to write instead; None where it must be left out or a person decides.
        kind: See `lexicon_vocabulary("kind")`.
        severity: See `lexicon_vocabulary("severity")`.
        source: The document it rests on.
        since: First day on which it is wrong; None for always. A renamed institution was right before.
        until: Last day on which it is wrong; None for open.
        exceptions: Longer strings that contain the wrong form and are right.
        outside: Contexts in which it is right: `book_title` (inside 《》), `quotation` (inside “”),
            `quoted` (with quotation marks inside it), `former` (after 原,
            前, 时任, or in a sentence that speaks of an earlier year).
        note: Remark for the reader.
        line: Line or row of the file it was read from; None when it was made in code.
    """

    wrong: str
    right: str | None = None
    kind: str = "misspelling"
    severity: str = "general"
    source: str = ""
    since: date | None = None
    until: date | None = None
    exceptions: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    note: str = ""
    line: int | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """Its name in matches and rulebooks: the wrong form."""
        return self.wrong


@dataclass(frozen=True, slots=True)
class Canonical:
    """A right form whose near misses are looked for.

    Attributes:
        text: The right form.
        kind: See `lexicon_vocabulary("kind")`.
        severity: Severity of its near misses.
        source: The document that has it.
        near: `full`: any one-character error; `close`: only what is likely a slip (sounds or looks alike, swapped);
            `none`: the form only protects: whatever stands inside it is right.
        open: The end at which other right continuations exist: 国共产党 also ends 法国共产党, so 中国共产党 is open at
            the start. A first (last) character that differs or is missing is not reported there.
        exceptions: Strings that resemble it and are right.
        since: First day on which the form is right; None for always.
        until: Last day; None for open.
        note: Remark for the reader.
        line: Line or row of the file it was read from.
    """

    text: str
    kind: str = "expression"
    severity: str = "serious"
    source: str = ""
    near: Near = "full"
    open: Open = ""
    exceptions: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    note: str = ""
    line: int | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """Its name in matches: the right form."""
        return self.text


@dataclass(frozen=True, slots=True)
class Enumeration:
    """An expression with a fixed number of members in a fixed order (四个意识).

    Attributes:
        name: Its name.
        members: Its members in order, three or more.
        parts: Runs of members that are right by themselves, each as a tuple of members.
        since: First day on which it has these members; texts known to be older are left alone. None for always.
        leads: Words that may stand before a member behind a mark: 富强…和谐，倡导自由…
        kind: See `lexicon_vocabulary("kind")`.
        severity: Severity of a wrong order or of a missing member.
        source: The document that has it.
        line: Line or row of the file it was read from.
    """

    name: str
    members: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...] = ()
    kind: str = "expression"
    severity: str = "serious"
    source: str = ""
    line: int | None = field(default=None, compare=False)
    leads: tuple[str, ...] = ()
    since: date | None = None

    @property
    def id(self) -> str:
        """Its name in matches: the name of the enumeration."""
        return self.name


@dataclass(frozen=True, slots=True)
class Pattern:
    """Wordings that are wrong, as a bounded regular expression with context.

    Attributes:
        name: Its name.
        pattern: Regular expression over compared text, slots filled in; see `patterns.compile_pattern`. Blanks and quotation
            marks are not part of compared text.
        right: What to write instead, groups named as `re` does in a replacement; None where a person decides.
        kind: See `lexicon_vocabulary("kind")`.
        severity: See `lexicon_vocabulary("severity")`.
        source: The document it rests on.
        since: First day on which it is wrong; None for always.
        until: Last day on which it is wrong; None for open.
        near: Words of which one must stand within 40 characters; () for none needed.
        not_near: Words of which none may stand there.
        unless: Words that make a passage right when it holds one of them.
        outside: Contexts in which it is right, as for `Term`.
        held: First days of the events of a series by their numbers; a passage is wrong when its groups, read as numbers, name
            an event that did not take place. () where numbers do not matter.
        confidence: How sure the machine is of a match.
        note: Remark for the reader.
        line: Line or row of the file it was read from.
        founded: Year of an event whose anniversaries the passage names (group `number`; `year` the year it is said of, `now` this
            year); a passage is wrong when that anniversary does not fall there. None where years do not matter.
    """

    name: str
    pattern: str
    right: str | None = None
    kind: str = "expression"
    severity: str = "serious"
    source: str = ""
    since: date | None = None
    until: date | None = None
    near: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    held: tuple[tuple[tuple[int, ...], date], ...] = ()
    confidence: Confidence = "medium"
    note: str = ""
    line: int | None = field(default=None, compare=False)
    founded: int | None = None

    @property
    def id(self) -> str:
        """Its name in matches and rulebooks."""
        return self.name


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an office and its term; none is shipped with the library.

    Attributes:
        name: The person's name.
        title: The office as written before the name (示例市市长).
        source: The document of the appointment.
        since: First day in office; None when not known.
        until: Last day in office; None while it lasts or when not known.
        severity: Severity of a misspelt name or of an office after its term.
        line: Line or row of the file it was read from.
    """

    name: str
    title: str
    source: str = ""
    since: date | None = None
    until: date | None = None
    severity: str = "serious"
    line: int | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """Its name in matches: office and name."""
        return self.title + self.name


Entry = Term | Canonical | Enumeration | Person | Pattern
"""A line of a lexicon."""


class DecidedException(NamedTuple):
    """Who decided that a string of `Lexicon.exceptions` is right wherever it stands, as its list says.

    Attributes:
        text: The string.
        role: Role of the person who decided, never the name.
        decided: Day of the decision, as YYYY-MM-DD; "" where it is not said.
        reason: Why.
    """

    text: str
    role: str
    decided: str = ""
    reason: str = ""


class Stamp(NamedTuple):
    """What an inspection keeps of a lexicon it used: id, version, digest of the contents."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True)
class Lexicon:
    """A list of wrong forms and of right forms, with an id, a version and a digest.

    Attributes:
        id: Short name; several merged ones are joined by `+`.
        version: Version as the list states it.
        title: Title for people.
        terms: Wrong forms.
        canonicals: Right forms.
        enumerations: Expressions with counted members.
        persons: Names and offices.
        patterns: Wordings with slots and context.
        right_patterns: Expressions, slots filled in, for wordings that are right wherever they stand (全省一体化…平台): what a near
            miss lies in is no error.
        exceptions: Strings that are right wherever they stand, such as those learned from clean text.
        decided: Of these, the ones whose list says who decided.
        bad: Lines that could not be used, each with its number and the reason.
        notes: Remarks on the file, such as the encoding it was read in.

    Example:
        >>> from govmedia_rules import Scanner
        >>> lexicon = Lexicon("own", "1", "本单位", terms=(Term("布署", "部署"),))
        >>> [match.suggestion for match in Scanner(lexicon).scan("周密布署")]
        ['部署']
    """

    id: str
    version: str = ""
    title: str = ""
    terms: tuple[Term, ...] = ()
    canonicals: tuple[Canonical, ...] = ()
    enumerations: tuple[Enumeration, ...] = ()
    persons: tuple[Person, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    right_patterns: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    decided: tuple[DecidedException, ...] = ()
    bad: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.terms) + len(self.canonicals) + len(self.enumerations) + len(self.persons) + len(self.patterns)

    def __iter__(self) -> Iterator[Entry]:
        yield from self.terms
        yield from self.canonicals
        yield from self.enumerations
        yield from self.persons
        yield from self.patterns

    def __repr__(self) -> str:
        count = by_language(f"{len(self)} lines, {len(self.bad)} faults", f"{len(self)} 行，{len(self.bad)} 处错误")
        return f"<Lexicon {self.id} {self.version}: {count}>"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that can change a result; remarks and line numbers do not count. 64 hex digits."""
        digest = hashlib.sha256()
        for entry in self:
            digest.update(json.dumps(_content(entry), ensure_ascii=False, separators=(",", ":")).encode())
            digest.update(b"\n")
        digest.update(json.dumps(sorted(self.exceptions), ensure_ascii=False).encode())
        if self.right_patterns:
            digest.update(json.dumps(sorted(self.right_patterns), ensure_ascii=False).encode())
        return digest.hexdigest()

    @property
    def stamp(self) -> Stamp:
        """Id, version and digest, for the record of an inspection."""
        return Stamp(self.id, self.version, self.digest)

    def merge(self, *others: Lexicon) -> Lexicon:
        """Return this lexicon with the lines of `others`; equal lines count once.

        Raises:
            LexiconError: One wrong form has two different right forms. Leave one out, or correct it.
        """
        parts = (self, *others)
        merged = Lexicon(
            id="+".join(dict.fromkeys(part.id for part in parts)),
            version="+".join(part.version for part in parts),
            title=" + ".join(part.title for part in parts if part.title),
            terms=tuple(dict.fromkeys(term for part in parts for term in part.terms)),
            canonicals=tuple(dict.fromkeys(line for part in parts for line in part.canonicals)),
            enumerations=tuple(dict.fromkeys(line for part in parts for line in part.enumerations)),
            persons=tuple(dict.fromkeys(line for part in parts for line in part.persons)),
            patterns=tuple(dict.fromkeys(line for part in parts for line in part.patterns)),
            right_patterns=tuple(dict.fromkeys(text for part in parts for text in part.right_patterns)),
            exceptions=tuple(dict.fromkeys(text for part in parts for text in part.exceptions)),
            decided=tuple(dict.fromkeys(decided for part in parts for decided in part.decided)),
            bad=tuple(row for part in parts for row in part.bad),
            notes=tuple(note for part in parts for note in part.notes),
        )
        rights: dict[tuple[str, date | None, date | None], Term] = {}
        for term in merged.terms:
            other = rights.setdefault((compared(term.wrong), term.since, term.until), term)
            if other.right != term.right:
                raise LexiconError(
                    f"{term.wrong!r} has two right forms, {other.right!r} and {term.right!r}",
                    Where(table=merged.id, key=term.wrong),
                    "leave one of the lines out",
                    zh=f"“{term.wrong}”有两个正确写法：“{other.right}”和“{term.right}”",
                    hint_zh="请去掉其中一行",
                )
        return merged

    def with_exceptions(self, texts: Iterable[str]) -> Lexicon:
        """Return this lexicon with further strings that are right wherever they stand."""
        from dataclasses import replace

        return replace(self, exceptions=tuple(dict.fromkeys((*self.exceptions, *texts))))

    @classmethod
    def of_names(
        cls,
        names: Iterable[str],
        *,
        id: str = "names",
        version: str = "",
        kind: str = "institution",
        source: str = "登记库",
        near: Near = "full",
    ) -> Lexicon:
        """Return a lexicon that makes each name a right form: the units, sites and places of a registry.

        A name that is too short for near misses only protects what stands inside it. Blank names are passed over.

        Args:
            names: Names in any order; repeated ones count once.
            id: Id of the lexicon.
            version: Version, for example the date of the registry.
            kind: Kind of every name.
            source: What the names were taken from.
            near: Which near misses are looked for.
        """
        lines = []
        for name in sorted({"".join(name.split()) for name in names if name}):
            size = len(compared(name))
            if MIN_TERM_LENGTH <= size <= MAX_TERM_LENGTH:
                chosen = usual_near(size) if near == "full" else near if size >= MIN_NEAR_LENGTH else "none"
                lines.append(Canonical(name, kind=kind, source=source, near=chosen))
        return cls(id=id, version=version, title=source, canonicals=tuple(lines))


def _content(entry: Entry) -> list[object]:
    names = [name for name in entry.__slots__ if name not in {"line", "note"}]
    values = [getattr(entry, name) for name in names if name != "founded" or getattr(entry, name) is not None]
    return [type(entry).__name__, *map(_plain, values)]


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
