"""Looks after a lexicon: faults between its lines, and exceptions to be learned from clean text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from govmedia_rules.text.lexicon import Canonical, Entry, Lexicon, Term
from govmedia_rules.text.matches import Matches
from govmedia_rules.text.near import NearForms
from govmedia_rules.text.normalise import compared
from govmedia_rules.text.scanner import Scanner
from govmedia_rules.text.search import build_search

ProblemKind = Literal["bad_line", "contradiction", "right_called_wrong", "unreachable", "dead_exception", "no_source"]


@dataclass(frozen=True, slots=True)
class LexiconProblem:
    """A fault of a lexicon.

    Attributes:
        kind: `bad_line` (could not be read), `contradiction` (one wrong form, two right ones on the same days),
            `right_called_wrong` (a right form that another line calls wrong), `unreachable` (a line that can never
            match), `dead_exception` (an exception that never applies), `no_source`.
        line: Line or row of the file; None when the line was made in code.
        form: The form concerned.
        what: The fault, in one sentence.
    """

    kind: ProblemKind
    line: int | None
    form: str
    what: str

    @property
    def is_error(self) -> bool:
        """Tell whether results are wrong until it is mended; a missing source is not."""
        return self.kind in {"bad_line", "contradiction", "right_called_wrong"}


def check_lexicon(lexicon: Lexicon) -> tuple[LexiconProblem, ...]:
    """Every fault found, in order of line."""
    problems: list[LexiconProblem] = [
        LexiconProblem("bad_line", row.row, row.value or "", f"{row.column or 'the line'} {row.reason}") for row in lexicon.bad
    ]
    problems.extend(_contradictions(lexicon.terms))
    problems.extend(_called_wrong(lexicon))
    problems.extend(_unreachable(lexicon))
    problems.extend(_dead_exceptions(lexicon))
    problems.extend(
        LexiconProblem("no_source", entry.line, entry.id, "has no source") for entry in lexicon if not entry.source.strip()
    )
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.kind, problem.form)))


def _overlap(first: Term, second: Term) -> bool:
    earliest, latest = date.min, date.max
    return (first.since or earliest) <= (second.until or latest) and (second.since or earliest) <= (first.until or latest)


def _contradictions(terms: Iterable[Term]) -> Iterable[LexiconProblem]:
    by_form: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_form[compared(term.wrong)].append(term)
    for same in by_form.values():
        for at, term in enumerate(same):
            for other in same[:at]:
                if not _overlap(term, other):
                    continue
                if term.right != other.right:
                    what = f"has the right form {term.right}, and {other.right} on line {other.line}"
                    yield LexiconProblem("contradiction", term.line, term.wrong, what)
                else:
                    yield LexiconProblem("unreachable", term.line, term.wrong, f"says what line {other.line} says")


def _right_forms(lexicon: Lexicon) -> dict[str, Entry]:
    rights: dict[str, Entry] = {}
    for term in lexicon.terms:
        if term.right is not None:
            rights.setdefault(compared(term.right), term)
    for line in lexicon.canonicals:
        rights[compared(line.text)] = line
    return rights


def _called_wrong(lexicon: Lexicon) -> Iterable[LexiconProblem]:
    rights = _right_forms(lexicon)
    for term in lexicon.terms:
        # A dated line says that the form was right before; a right form of another day is no contradiction.
        other = rights.get(compared(term.wrong))
        if other is None or other is term or (isinstance(other, Term) and not _overlap(term, other)):
            continue
        if term.since is None and term.until is None:
            yield LexiconProblem("right_called_wrong", term.line, term.wrong, f"is a right form on line {other.line}")


def _unreachable(lexicon: Lexicon) -> Iterable[LexiconProblem]:
    always_right = {compared(text) for text in lexicon.exceptions}
    always_right |= {compared(text) for line in lexicon.canonicals for text in line.exceptions}
    for term in lexicon.terms:
        wrong = compared(term.wrong)
        if term.right is not None and wrong == compared(term.right):
            yield LexiconProblem("unreachable", term.line, term.wrong, "cannot be told from its right form once compared")
        elif wrong in always_right:
            yield LexiconProblem("unreachable", term.line, term.wrong, "is listed as an exception, so it is never reported")
        elif any(compared(text) == wrong for text in term.exceptions):
            yield LexiconProblem("unreachable", term.line, term.wrong, "is its own exception")
    for line in lexicon.canonicals:
        if line.near != "none" and compared(line.text) in always_right:
            yield LexiconProblem("unreachable", line.line, line.text, "is listed as an exception of another form")


def _dead_exceptions(lexicon: Lexicon) -> Iterable[LexiconProblem]:
    for term in lexicon.terms:
        for text in term.exceptions:
            if compared(term.wrong) not in compared(text):
                yield LexiconProblem("dead_exception", term.line, text, f"does not contain {term.wrong} and never applies")
    for line in lexicon.canonicals:
        for text in line.exceptions:
            if not is_near(compared(text), line):
                yield LexiconProblem("dead_exception", line.line, text, f"is not nearly {line.text} and never applies")
    if lexicon.exceptions:
        bare = Scanner(replace(lexicon, exceptions=()), forms=False)
        for text in lexicon.exceptions:
            # What stands around it decides too, so it is tried with neutral neighbours.
            if not any(len(bare.scan(frame.format(text), at=date.max)) for frame in ("{}", "，{}，", "某{}某")):
                yield LexiconProblem("dead_exception", None, text, "is reported by no line and never applies")


def is_near(text: str, line: Canonical) -> bool:
    """Tell whether `text` holds a passage that is one error away from a right form."""
    near = NearForms([compared(line.text)])
    search = build_search(near.strings, "python")
    for start, end, number in search.find(text):
        left, right = near.left(number), near.right(number)
        if left is not None and any(True for _ in near.at_left(text, left.all_forms(), start, end)):
            return True
        if right is not None and any(True for _ in near.at_right(text, right.all_forms(), start, end)):
            return True
        if near.crossed(number):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Learned:
    """A string of clean text that a lexicon takes for an error.

    Attributes:
        text: The string to list as an exception, once a person agrees that it is right.
        term: The line that reports it.
        count: How often it was seen.
        example: The passage, marked, as first seen.
    """

    text: str
    term: str
    count: int
    example: str


def learn_exceptions(texts: Iterable[str], lexicon: Lexicon) -> tuple[Learned, ...]:
    """Return what a lexicon reports in text that is known to be clean, as exceptions to be reviewed, most frequent first.

    Args:
        texts: Clean texts, read lazily.
        lexicon: The lexicon to be taught.
    """
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    for matches in Scanner(lexicon, forms=False).scan_many(texts):
        for match in matches:
            before = compared(matches.text[max(0, match.start - 4) : match.start])
            after = compared(matches.text[match.end : match.end + 4])
            text = compared(match.text)
            if match.reason in {"wrong_form", "renamed", "outdated"}:
                # A wrong form is wrong in general: only the longer string around it can be right.
                text = _word_end(before, -1) + text + _word_end(after, 1)
            elif match.reason == "last_character":
                text += _word_end(after, 1)
            elif match.reason == "first_character":
                text = _word_end(before, -1) + text
            key = (text, match.term)
            counts[key] += 1
            examples.setdefault(key, Matches(matches.text, [match]).marked())
    return tuple(Learned(text, term, count, examples[text, term]) for (text, term), count in counts.most_common())


def _word_end(text: str, side: Literal[-1, 1]) -> str:
    char = text[-1:] if side < 0 else text[:1]
    return char if char.isalnum() else ""
