"""The scanner: finds candidates for misstatements in texts (表述检查)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from govmedia_rules.core.progress import Progress, counted
from govmedia_rules.errors import by_language, no_text
from govmedia_rules.text.checkers import TextChecker, run_checker
from govmedia_rules.text.context import (
    divides,
    fit_quotation,
    is_inside,
    is_letter,
    is_warned_of,
    parts_words,
    with_whole_quotations,
)
from govmedia_rules.text.findings import Days, ReportedPassage, best
from govmedia_rules.text.forms import find_forms
from govmedia_rules.text.lexicon import Entry, Lexicon, Pattern, Person, Stamp, Term
from govmedia_rules.text.matcher import Matcher
from govmedia_rules.text.matches import RANK, Match, Matches
from govmedia_rules.text.misses import LONG_FORM, touches
from govmedia_rules.text.normalise import BETWEEN, QUOTES, CleanedText, Positions
from govmedia_rules.text.search import Backend
from govmedia_rules.text.workers import scan_in_processes

BATCH_CHARACTERS = 60_000
"""Texts are joined up to this size before they are searched: one search costs less than many, and what is joined, cleaned
and encoded stays in the processor's cache."""


@dataclass(frozen=True)
class _Plan:
    """Everything a worker needs to rebuild a scanner: plain data and the built automaton."""

    lexicon: Lexicon
    backend: Backend
    near: bool
    forms: bool
    checkers: tuple[TextChecker, ...]
    built: bytes | None


class Scanner:
    """Finds candidates for misstatements in texts.

    It holds no state between texts and pickles cheaply: the lexicon and the built automaton, which a worker takes over
    without building it again.

    Args:
        lexicon: What to look for: a `Lexicon`, the id of a built-in one, a path, or several of these.
        near: Whether near misses of right forms and wrong enumerations are looked for.
        forms: Whether dates, document numbers, doubled words, unpaired marks and private numbers are looked for.
        checkers: Further checkers, such as a language model; what they find is never more than `low` in confidence.
        backend: `auto`, `daachorse` or `python`; the results are equal.

    Raises:
        LexiconError: A lexicon cannot be read, or two of them contradict each other.
        MissingExtra: `daachorse` is asked for and not installed.

    Example:
        >>> scanner = Scanner("starter")
        >>> [(match.text, match.suggestion) for match in scanner.scan("周密布署，布署到位")]
        [('周密布署', '周密部署'), ('布署', '部署')]
    """

    def __init__(
        self,
        lexicon: Lexicon | str | Path | Sequence[Lexicon | str | Path] = "starter",
        *,
        near: bool = True,
        forms: bool = True,
        checkers: Iterable[TextChecker] = (),
        backend: Backend = "auto",
    ) -> None:
        self._build(_Plan(_merge_lexicons(lexicon), backend, near, forms, tuple(checkers), None))

    def _build(self, plan: _Plan) -> None:
        self.lexicon = plan.lexicon
        self._plan = plan
        self._by = f"{plan.lexicon.id} {plan.lexicon.version}".strip()
        self._matcher = Matcher(plan.lexicon, plan.backend, plan.near, plan.built)

    def __getstate__(self) -> _Plan:
        plan = self._plan
        return _Plan(plan.lexicon, plan.backend, plan.near, plan.forms, plan.checkers, self._matcher.dump())

    def __setstate__(self, plan: _Plan) -> None:
        self._build(plan)

    def __repr__(self) -> str:
        return f"<Scanner {self._by}: {by_language(f'{len(self.lexicon)} lines', f'{len(self.lexicon)} 行')}>"

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """Id, version and digest of the lexicon, and name and version of each checker, for the record."""
        return (self.lexicon.stamp, *(Stamp(checker.name, checker.version, "") for checker in self._plan.checkers))

    def scan(self, text: str, *, at: date | None = None) -> Matches:
        """Return the candidates in one text, in order of place.

        Args:
            text: Any text; positions in the result are positions in it.
            at: Day the text was published. Lines with validity dates are used only where it is known.

        Example:
            >>> Scanner("starter").scan("农业部发布通知", at=date(2024, 5, 1))[0].reason
            'renamed'
        """
        if not isinstance(text, str):
            raise no_text("text", text)
        return next(self._scan_batch([text], [at]))

    def scan_many(
        self,
        texts: Iterable[str],
        *,
        workers: int = 1,
        at: date | Iterable[date | None] | None = None,
        chunk: int = 200,
        progress: Progress = False,
    ) -> Iterator[Matches]:
        """Yield the candidates of each text, in the order of the texts.

        Args:
            texts: Texts; read as the results are taken.
            workers: Processes; each takes over the built automaton once. With 1 no process is started.
            at: Day the texts were published, see `scan`: one for all, or one for each text (None where it is not known).
            chunk: Texts handed over to a process at once, at most.
            progress: True shows a bar, a function gets texts done and in all (None where `texts` has no length).

        Raises:
            MissingExtra: A bar is asked for and tqdm is not installed.
            ValueError: There are more days than texts, or fewer.

        Example:
            >>> [len(matches) for matches in Scanner("starter").scan_many(["周密布署", "周密部署"])]
            [1, 0]
        """
        size = len(texts) if isinstance(texts, Sized) else None
        dated: Iterable[tuple[str, date | None]]
        dated = ((text, at) for text in texts) if at is None or isinstance(at, date) else zip(texts, at, strict=True)
        results = scan_in_processes(self.scan_many, dated, workers, chunk) if workers > 1 else self._stream(dated)
        return counted(results, progress, size, title="扫描")

    def _stream(self, dated: Iterable[tuple[str, date | None]]) -> Iterator[Matches]:
        batch: list[str] = []
        days: list[date | None] = []
        size = 0
        for text, day in dated:
            batch.append(text)
            days.append(day)
            size += len(text)
            if size >= BATCH_CHARACTERS:
                yield from self._scan_batch(batch, days)
                batch, days, size = [], [], 0
        if batch:
            yield from self._scan_batch(batch, days)

    def _scan_batch(self, texts: Sequence[str], days: Sequence[date | None]) -> Iterator[Matches]:
        """Search several texts as one and deal the matches out again."""
        joined = BETWEEN.join(text.replace(BETWEEN, "\ufffd") for text in texts)
        cleaned = CleanedText(joined)
        findings = self._matcher.find(cleaned.compared, _days_by_place(cleaned.compared, days))
        starts = list(accumulate((len(text) + 1 for text in texts[:-1]), initial=0))
        per_text: list[list[Match]] = [[] for _ in texts]
        if findings:
            positions = cleaned.positions()
            for finding in best(findings):
                at = bisect_right(starts, positions.found(finding.start)) - 1
                match = self._match(texts[at], starts[at], positions, finding)
                if match is not None:
                    per_text[at].append(match)
        for text, matches in zip(texts, per_text, strict=True):
            if self._plan.forms:
                matches.extend(find_forms(text, self._by))
            for checker in self._plan.checkers:
                matches.extend(run_checker(checker, text))
            matches.sort(key=lambda match: (match.start, match.end, RANK[match.confidence]))
            yield Matches(text, matches)

    def _match(self, text: str, offset: int, positions: Positions, finding: ReportedPassage) -> Match | None:
        """Turn a finding in the compared text into a match in the text as found; None where a gap shows it is none."""
        line, edit = finding.line, finding.edit
        confidence = finding.confidence
        gaps = positions.gaps(finding.start, finding.end)
        is_spaced = len(gaps) == finding.end - finding.start - 1  # 机 构 编 委 员 会: a blank says nothing about words
        for gap in gaps:
            blanks = text[gap.start - offset : gap.end - offset]
            if divides(blanks):
                return None
            if edit is not None and not is_spaced and _parts_words(blanks, line) and touches(edit, gap.place):
                if finding.reason == "punctuation" or finding.end - finding.start < LONG_FORM or any(map(QUOTES.count, blanks)):
                    return None
                confidence = "low"
            if is_letter(gap.before) and is_letter(gap.behind) and " " not in line.id:
                return None  # two words of Latin letters are not one
            if "\n" in blanks or "\r" in blanks:
                confidence = "low"
        if finding.run is not None:
            gaps = positions.gaps(*finding.run)
            if any(divides(text[gap.start - offset : gap.end - offset]) for gap in gaps):
                return None
        start, end = positions.span(finding.start, finding.end)
        span = with_whole_quotations(text, start - offset, end - offset)
        if span is None or _is_free_in_quotation(line, text, *span) or is_warned_of(text, *span):
            return None
        start, end = span
        suggestion = finding.suggestion
        if suggestion is not None:
            start, end, suggestion = fit_quotation(text, start, end, suggestion)
        kind = "name_title" if isinstance(line, Person) else line.kind
        return Match(
            start, end, text[start:end], suggestion, kind, line.id, confidence, finding.reason, line.severity, line.source, self._by
        )


def _parts_words(blanks: str, line: Entry) -> bool:
    """Tell whether a gap stands between words; of a form with quotation marks of its own (“三严三实”专题教育) a mark does not."""
    return parts_words(blanks) and (any(map(str.isspace, blanks)) or not any(mark in line.id for mark in QUOTES))


def _is_free_in_quotation(line: Entry, text: str, start: int, end: int) -> bool:
    """Tell whether a line leaves a passage alone because it is quoted, or holds quotation marks itself (台湾“总统府”)."""
    if not isinstance(line, Term | Pattern):
        return False
    if "quoted" in line.outside and any(mark in text[start:end] for mark in QUOTES):
        return True
    return "quotation" in line.outside and is_inside(text, start, end, "“", "”")


def _merge_lexicons(given: Lexicon | str | Path | Sequence[Lexicon | str | Path]) -> Lexicon:
    if isinstance(given, Lexicon):
        return given
    # Here and not above: a worker is handed its lexicon, and what reads tables takes as long to load as all the rest.
    from govmedia_rules.text.reading import load_lexicon

    if isinstance(given, str | Path):
        return load_lexicon(given)
    parts = [part if isinstance(part, Lexicon) else load_lexicon(part) for part in given]
    return parts[0].merge(*parts[1:]) if parts else Lexicon("empty")


def _days_by_place(compared: str, days: Sequence[date | None]) -> Days:
    if len(days) == 1 or not any(days):
        return Days([0], days[:1])
    starts = [0]
    while len(starts) < len(days):
        starts.append(compared.index(BETWEEN, starts[-1]) + 1)
    return Days(starts, days)


@lru_cache(maxsize=8)
def scanner_for(lexicons: tuple[str, ...], near: bool = True, forms: bool = True) -> Scanner:
    """Return the scanner of some lexicons, built once in a process and kept; for checks, which hold no state.

    Args:
        lexicons: Built-in ids or paths.
        near: See `Scanner`.
        forms: See `Scanner`.
    """
    return Scanner(list(lexicons), near=near, forms=forms)


def find_candidates(
    texts: Sequence[str],
    lexicons: Sequence[str] = ("starter",),
    *,
    at: date | Sequence[date | None] | None = None,
    near: bool = True,
    forms: bool = True,
) -> tuple[Matches, ...]:
    """Return the candidates of each text, in order: what a check of a snapshot calls.

    The answer depends on the arguments alone; the scanner behind it is built once in each process.

    Args:
        texts: Texts of pages or posts.
        lexicons: Built-in ids or paths, merged in this order.
        at: Day the texts were published, one for all or one for each text; None where it is not known.
        near: See `Scanner`.
        forms: See `Scanner`.
    """
    return tuple(scanner_for(tuple(lexicons), near, forms).scan_many(texts, at=at))


def lexicon_stamps(lexicons: Sequence[str] = ("starter",)) -> tuple[Stamp, ...]:
    """Return id, version and digest of each lexicon, for the record of an inspection."""
    from govmedia_rules.text.reading import load_lexicon

    return tuple(load_lexicon(name).stamp for name in lexicons)
