"""A lexicon compiled for one search over compared text, and what each hit of the search means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from govmedia_rules.text.context import cuts_latin_word, is_former, is_inside, is_old_text
from govmedia_rules.text.divisions import divisions_by_province, is_division, misplaced_city
from govmedia_rules.text.enumerations import Enumerations
from govmedia_rules.text.findings import Days, ReportedPassage, is_in_force
from govmedia_rules.text.homophones import MIN_FORM, Homophone, Homophones
from govmedia_rules.text.lexicon import Canonical, Lexicon, Pattern, Person, Term, usual_near
from govmedia_rules.text.misses import LONG_FORM, changed_span, confidence_of, is_last_of_words, reason_of
from govmedia_rules.text.near import LOOK, Edit, Fragment, NearForms, slips
from govmedia_rules.text.normalise import BETWEEN, compared, compared_all
from govmedia_rules.text.patterns import (
    RightPatterns,
    compile_pattern,
    context_of,
    find_pattern,
    is_in_series,
    number_of,
    right_anniversary,
)
from govmedia_rules.text.search import Backend, build_search, find_in_parts
from govmedia_rules.text.titles import Titles
from govmedia_rules.text.words import is_word, meet_by_chance

_REACH = 64
"""Characters on each side of a near miss in which right forms are looked for."""
_ANNIVERSARY_REACH = 2_000
"""Characters on each side of an anniversary in which the year it fell in is looked for."""
_SHORT_TERM = 3
"""Characters up to which a term may arise where two other words meet."""
_OFFICE_LENGTH = 4
"""Characters from which an office with its holder is long enough for near misses."""
_NAMES = frozenset({"institution", "place", "name_title"})


class _Action(NamedTuple):
    """What to do where a string is found."""

    left: Fragment | None = None
    right: Fragment | None = None
    more: _More | None = None


class _More(NamedTuple):
    """The further meaning of a string that is a fragment of a form.

    Attributes:
        is_term: Whether it is a wrong form.
        runs: Enumerations it begins.
        crossed: Forms in which two characters are swapped.
        patterns: Patterns that hold it.
        province: The province it names.
        variant: The form of which it lacks or doubles a word, with the reason code.
        is_title: Whether the title of a law begins with it.
        slip: The phrase that it becomes by an edit.
    """

    is_term: bool = False
    runs: tuple[int, ...] = ()
    crossed: tuple[int, ...] = ()
    patterns: tuple[int, ...] = ()
    province: str | None = None
    variant: tuple[Canonical, str] | None = None
    is_title: bool = False
    slip: tuple[str, Edit] | None = None


_NO_ACTION = _Action()
_TERM = _Action(more=_More(is_term=True))


class Matcher:
    """Finds what a lexicon reports in compared text. It holds no state between texts.

    Args:
        lexicon: What to look for.
        backend: See `search.build_search`.
        near: Whether near misses of right forms and wrong enumerations are looked for.
        built: What `dump` of a matcher of the same lexicon returned.
    """

    def __init__(self, lexicon: Lexicon, backend: Backend, near: bool, built: bytes | None = None) -> None:
        self._lexicon = lexicon
        numbers: dict[str, int] = {}
        offices = [(person, compared(person.title + person.name)) for person in lexicon.persons]
        forms = self._add_forms(offices, near)
        self._add_terms(numbers, offices)
        runs = self._add_enumerations(numbers, near)
        anchored = self._add_patterns(numbers)
        has_places = near and any(line.kind == "place" for line in lexicon.canonicals)
        self._provinces = {
            numbers.setdefault(province, len(numbers)): province for province in (divisions_by_province() if has_places else ())
        }
        fragments = [numbers.setdefault(text, len(numbers)) for text in self._near.strings]
        rights = dict.fromkeys((*compared_all(self._right_texts()), *forms, *self._phrases))
        slips_of = self._add_slips(numbers)
        variants = self._add_variants(numbers, rights)
        self._titles = Titles(rights if near else ())
        self._title_numbers = {numbers.setdefault(anchor, len(numbers)) for anchor in (Titles.anchors if near else ())}
        self._longest = max(map(len, numbers), default=0)
        self._search = build_search(list(numbers), backend, built, prefilter=not forms)
        self._shields = self._find_shields()
        self._actions = self._plan_actions(len(numbers), runs, fragments, anchored, variants, slips_of)
        self._rights = build_search(list(rights), backend)
        self._add_homophones(forms, backend)

    def dump(self) -> bytes | None:
        """Return the built search, to be handed to a matcher of the same lexicon in another process."""
        return self._search.dump()

    def _add_forms(self, offices: list[tuple[Person, str]], near: bool) -> list[str]:
        """Collect the right forms whose near misses are looked for, in compared shape."""
        canonicals = [line for line in self._lexicon.canonicals if near and line.near != "none"]
        # An office with its holder is a right form too: a slip in either is found like any other.
        canonicals += [
            Canonical(text, "name_title", person.severity, person.source, usual_near(len(text)))
            for person, text in offices
            if near and len(text) >= _OFFICE_LENGTH
        ]
        forms = dict(zip(compared_all(line.text for line in reversed(canonicals)), reversed(canonicals), strict=True))
        # Phrases of general vocabulary are made of common words: fragments of them stand everywhere, their slips nowhere.
        self._phrases = {form: line for form, line in forms.items() if line.kind == "misspelling" and line.near == "close"}
        forms = {form: line for form, line in forms.items() if form not in self._phrases}
        self._places = self._read_places(near)
        self._phrases |= {name: line for name, line in self._places.items() if len(name) >= _TELLING_PLACE}
        self._canonicals = list(forms.values())  # of forms that differ in quotation marks the first counts
        self._near = NearForms(list(forms))
        return list(forms)

    def _read_places(self, near: bool) -> dict[str, Canonical]:
        """Return the cities of the lexicon without their province: 湖州市 of 浙江省湖州市."""
        places: dict[str, Canonical] = {}
        for line in self._lexicon.canonicals if near else ():
            name = _CITY_OF_PROVINCE.fullmatch(compared(line.text))
            if line.kind == "place" and name is not None:
                places.setdefault(name[1], replace(line, text=name[1]))
        return places

    def _add_homophones(self, forms: list[str], backend: Backend) -> None:
        self._sounding = dict(zip(forms, self._canonicals, strict=True)) | self._places | self._phrases
        self._homophones = Homophones(forms, self._places, backend, self._phrases)

    def _add_terms(self, numbers: dict[str, int], offices: list[tuple[Person, str]]) -> None:
        wrongs = compared_all(term.wrong for term in self._lexicon.terms)
        rights = compared_all(term.right or "" for term in self._lexicon.terms)
        # Most lines are terms, and a large list has many: no object is made for one until it is found.
        self._lines: dict[int, tuple[Term | Person, ...]] = {}
        for term, wrong, right in zip(self._lexicon.terms, wrongs, rights, strict=True):
            if wrong != right:  # else the two cannot be told apart once compared
                number = numbers.setdefault(wrong, len(numbers))
                self._lines[number] = (*self._lines.get(number, ()), term)
        self._term_numbers = frozenset(self._lines)
        for person, text in offices:
            if person.since is not None or person.until is not None:
                number = numbers.setdefault(text, len(numbers))
                self._lines[number] = (*self._lines.get(number, ()), person)

    def _add_enumerations(self, numbers: dict[str, int], near: bool) -> dict[int, list[int]]:
        self._enumeration_lines = list(self._lexicon.enumerations if near else ())
        self._enumerations = Enumerations(
            [
                (
                    tuple(map(compared, line.members)),
                    tuple(tuple(map(compared, part)) for part in line.parts),
                    tuple(map(compared, line.leads)),
                )
                for line in self._enumeration_lines
            ]
        )
        return {
            numbers.setdefault(text, len(numbers)): owners
            for text, owners in zip(self._enumerations.strings, self._enumerations.owners, strict=True)
        }

    def _add_patterns(self, numbers: dict[str, int]) -> dict[int, list[int]]:
        self._patterns = [(line, compile_pattern(line.pattern)) for line in self._lexicon.patterns]
        self._right_patterns = RightPatterns(self._lexicon.right_patterns)
        anchored: dict[int, list[int]] = defaultdict(list)
        for at, (_, compiled) in enumerate(self._patterns):
            for anchor in compiled.anchors:
                anchored[numbers.setdefault(anchor, len(numbers))].append(at)
        return anchored

    def _add_slips(self, numbers: dict[str, int]) -> dict[int, tuple[str, Edit]]:
        made = ((slip, form, edit) for form in self._phrases for slip, edit in slips(form) if slip not in self._phrases)
        return {numbers.setdefault(slip, len(numbers)): (form, edit) for slip, form, edit in made}

    def _add_variants(self, numbers: dict[str, int], rights: Iterable[str]) -> dict[int, tuple[Canonical, str]]:
        """Collect forms with a word of two characters swapped, left out or doubled; none that is part of a right form."""
        whole = BETWEEN.join(rights)
        variants: dict[int, tuple[Canonical, str]] = {}
        for form, line in zip(self._near.forms, self._canonicals, strict=True):
            for variant, reason in _word_variants(form, line):
                if variant not in whole:
                    variants.setdefault(numbers.setdefault(variant, len(numbers)), (line, reason))
        return variants

    def _plan_actions(
        self,
        size: int,
        runs: dict[int, list[int]],
        fragments: list[int],
        anchored: dict[int, list[int]],
        variants: dict[int, tuple[Canonical, str]],
        slips_of: dict[int, tuple[str, Edit]],
    ) -> list[_Action]:
        actions = [_TERM if number in self._lines else _NO_ACTION for number in range(size)]
        crossed = {number: self._near.crossed(at) for at, number in enumerate(fragments) if self._near.crossed(at)}
        special = (runs, crossed, anchored, self._provinces, variants, slips_of)
        for number in self._title_numbers.union(*special):
            more = _More(
                number in self._lines,
                tuple(runs.get(number, ())),
                crossed.get(number, ()),
                tuple(anchored.get(number, ())),
                self._provinces.get(number),
                variants.get(number),
                number in self._title_numbers,
                slips_of.get(number),
            )
            actions[number] = _Action(more=more)
        for at, number in enumerate(fragments):
            actions[number] = _Action(self._near.left(at), self._near.right(at), actions[number].more)
        return actions

    def _right_texts(self) -> Iterator[str]:
        """Strings that are right wherever they stand, besides the right forms of terms."""
        for canonical in self._lexicon.canonicals:
            yield canonical.text
        for term in self._lexicon.terms:
            yield from term.exceptions
        yield from self._exceptions()

    def _exceptions(self) -> Iterator[str]:
        for canonical in self._lexicon.canonicals:
            yield from canonical.exceptions
        yield from self._lexicon.exceptions

    def _find_shields(self) -> dict[int, tuple[tuple[str, int], ...]]:
        """For each wrong form, by number, the right strings that contain it, with its place in them."""
        rights = dict.fromkeys(compared_all(self._right_texts()))
        rights |= dict.fromkeys(compared_all(term.right for term in self._lexicon.terms if term.right is not None))
        exceptions = set(compared_all(self._exceptions()))
        shields: dict[int, list[tuple[str, int]]] = defaultdict(list)
        begins = 0
        remaining = iter(rights)
        right = ""
        # One search through all of them, joined; hits come in order of their end.
        for start, end, number in self._search.find(BETWEEN.join(rights)):
            if number not in self._term_numbers:
                continue
            while end > begins + len(right):
                begins += len(right) + 1 if right else 0
                right = next(remaining)
            # A right form may equal the wrong form of other days; an exception is right on all of them.
            if end - start < len(right) or right in exceptions:
                shields[number].append((right, start - begins))
        return {number: tuple(pairs) for number, pairs in shields.items()}

    def find(self, text: str, days: Days) -> list[ReportedPassage]:
        """Return the findings in compared text, in order of their ends; they may overlap.

        Args:
            text: Compared text.
            days: Days of the texts it is made of.
        """
        findings: list[ReportedPassage] = []
        run_ends: dict[int, int] = {}
        actions, near = self._actions, self._near
        for start, end, number in find_in_parts(self._search, text, self._longest):
            left, right, more = actions[number]
            if left is not None and (possible := left[text[end : end + LOOK]]):
                for edit in near.at_left(text, possible, start, end):
                    self._take_edit(text, edit, days, findings)
            if right is not None and (possible := right[text[start - LOOK : start] if start >= LOOK else text[:start]]):
                for edit in near.at_right(text, possible, start, end):
                    self._take_edit(text, edit, days, findings)
            if more is None:
                continue
            if more.is_term and not (findings and findings[-1].end == end and isinstance(findings[-1].line, Term)):
                # Of terms that end together the longest comes first and says the most; nested lists must not cost more.
                findings.extend(self._term_findings(text, start, end, number, days))
            for owner in more.runs:
                if start >= run_ends.get(owner, 0):  # of a run already read, the other pairs say nothing new
                    run_ends[owner] = self._take_run(text, owner, start, days, findings)
            self._take_more(text, start, end, more, days, findings)
        for homophone in self._homophones.find(text):
            self._take_homophone(text, homophone, days, findings)
        findings = list(dict.fromkeys(findings))
        findings.sort(key=lambda finding: finding.end)
        return findings

    def _take_more(self, text: str, start: int, end: int, more: _More, days: Days, findings: list[ReportedPassage]) -> None:
        for form in more.crossed:
            self._take_edit(text, self._near.at_crossed(form, start, end), days, findings)
        if more.slip is not None:
            phrase, edit = more.slip
            self._take_slip(text, phrase, edit._replace(start=start, end=end, at=start + edit.at), findings)
        for at in more.patterns:
            findings.extend(self._pattern_findings(text, start, end, at, days))
        if more.province is not None:
            findings.extend(_place_findings(text, start, end, more.province))
        if more.variant is not None:
            self._take_variant(text, start, end, more.variant, days, findings)
        if more.is_title and (law := self._titles.check(text, start)) is not None:
            line = Canonical(law[1] or text[start + 1 : law[0]], "document_number", "general", _LAWS)
            findings.append(ReportedPassage(start + 1, law[0], line, "no_such_law", law[1], "medium"))

    def _term_findings(self, text: str, start: int, end: int, number: int, days: Days) -> Iterator[ReportedPassage]:
        for line in self._lines[number]:
            if isinstance(line, Person):
                if _is_out_of_term(text, start, line, days.at(start)):
                    yield ReportedPassage(start, end, line, "out_of_term", None, "medium")
            elif self._applies(text, start, end, number, line, days):
                confidence = "medium" if line.outside or line.since is not None else "high"
                if end - start <= _SHORT_TERM and meet_by_chance(text, start, end):
                    confidence = "low"
                yield ReportedPassage(start, end, line, _dated_reason(line), line.right, confidence)  # type: ignore[arg-type]

    def _applies(self, text: str, start: int, end: int, number: int, line: Term, days: Days) -> bool:
        if (line.since is not None or line.until is not None) and not is_in_force(line, days.at(start)):
            return False
        if cuts_latin_word(text, start, end):
            return False
        shields = self._shields.get(number, ())
        if any(start >= place and text.startswith(shield, start - place) for shield, place in shields):
            return False
        return not _is_allowed(text, start, end, line)

    def _pattern_findings(self, text: str, start: int, end: int, number: int, days: Days) -> Iterator[ReportedPassage]:
        line, compiled = self._patterns[number]
        if (line.since is not None or line.until is not None) and not is_in_force(line, days.at(start)):
            return
        for hit in find_pattern(compiled, text, start, end):
            first, last = hit.span()
            if cuts_latin_word(text, first, last) or any(word in hit[0] for word in line.unless):
                continue
            around = context_of(text, first, last) if line.near or line.not_near else ""
            if (line.near and not any(word in around for word in line.near)) or any(word in around for word in line.not_near):
                continue
            if _is_allowed(text, first, last, line) or (line.held and _is_held(line, hit, days.at(start))):
                continue
            reason, right = self._reading(text, hit, line, days.at(start))
            if right != hit[0]:
                yield ReportedPassage(first, last, line, reason, right, line.confidence)

    @staticmethod
    def _reading(text: str, hit: re.Match[str], line: Pattern, day: date | None) -> tuple[str, str | None]:
        """Return the reason of a match and what is right; the passage itself where it is an anniversary that falls then."""
        if line.founded is None:
            reason = "no_such_event" if line.held else _dated_reason(line)
            return reason, None if line.right is None else hit.expand(line.right)
        around = context_of(text, *hit.span(), reach=_ANNIVERSARY_REACH)
        nth = right_anniversary(hit, line.founded, day, around)
        first, last = hit.span("number")
        right = hit[0] if nth is None else f"{text[hit.start() : first]}{nth}{text[last : hit.end()]}"
        return "wrong_anniversary", right

    def _take_edit(self, text: str, edit: Edit, days: Days, findings: list[ReportedPassage]) -> None:
        line = self._canonicals[edit.form]
        if line.since is not None or line.until is not None:
            day = days.at(edit.start)
            if day is not None and not is_in_force(line, day):
                return
        form = self._near.forms[edit.form]
        reason = reason_of(edit, line, form, text)
        if reason is None or self._is_right(text, edit):
            return
        confidence = confidence_of(reason, len(form))
        if reason == "last_character" and not edit.wrong and len(form) >= LONG_FORM and is_last_of_words(text, edit.end):
            edit = edit._replace(end=edit.end + 1, wrong=text[edit.end])
            reason, confidence = "substituted", "medium"
        findings.append(ReportedPassage(edit.start, edit.end, line, reason, line.text, confidence, edit))

    def _take_slip(self, text: str, form: str, edit: Edit, findings: list[ReportedPassage]) -> None:
        """Note a slip in a phrase, unless it reads as other words."""
        line = self._phrases[form]
        if line.kind == "place" and not _can_be_city(text, edit):
            return
        reason = reason_of(edit, line, form, text)
        if reason is not None and not self._is_right(text, edit):
            findings.append(ReportedPassage(edit.start, edit.end, line, reason, line.text, confidence_of(reason, len(form)), edit))

    def _take_variant(
        self, text: str, start: int, end: int, variant: tuple[Canonical, str], days: Days, findings: list[ReportedPassage]
    ) -> None:
        line, reason = variant
        if (line.since is not None or line.until is not None) and not is_in_force(line, days.at(start)):
            return
        if not self._is_covered(text, start, end):
            findings.append(ReportedPassage(start, end, line, reason, line.text, "medium"))

    def _is_covered(self, text: str, start: int, end: int) -> bool:
        """Tell whether a passage lies in a right form."""
        base = max(0, start - _REACH)
        hits = self._rights.find(text[base : end + _REACH])
        return any(first + base <= start and end <= last + base for first, last, _ in hits)

    def _take_homophone(self, text: str, homophone: Homophone, days: Days, findings: list[ReportedPassage]) -> None:
        line, (form, start, end) = self._sounding[homophone.right], homophone
        wrong = [at for at in range(len(form)) if text[start + at] != form[at]]
        if len(wrong) == 1:
            edit = Edit(0, start, end, "substituted", start + wrong[0], text[start + wrong[0]], form[wrong[0]])
            self._take_slip(text, form, edit, findings)
            return
        if (line.since is not None or line.until is not None) and not is_in_force(line, days.at(start)):
            return
        if len(homophone.right) < MIN_FORM and not _stands_as_city(text, start, end):
            return
        if not is_division(text[start:end]) and not self._is_covered(text, start, end):
            findings.append(ReportedPassage(start, end, line, "homophones", line.text, "high"))

    def _is_right(self, text: str, edit: Edit) -> bool:
        """Tell whether another right form explains the passage: it covers what is wrong and does not lie wholly inside.

        A right form inside the passage explains nothing: 江西省 is right, 江西省连云港市 is not.
        """
        base = max(0, edit.start - _REACH)
        first, last = changed_span(text, edit)
        if self._right_patterns.cover(text, edit.start, edit.end, first, last):
            return True
        return any(
            start + base <= first
            and last <= end + base
            and (start + base < edit.start or edit.end < end + base or end - start == edit.end - edit.start)
            for start, end, _ in self._rights.find(text[base : edit.end + _REACH])
        )

    def _take_run(self, text: str, owner: int, start: int, days: Days, findings: list[ReportedPassage]) -> int:
        """Note what is wrong with the run of members around `start`, and return where the run ends."""
        line = self._enumeration_lines[owner]
        faults, end = self._enumerations.faults_at(owner, text, start)
        if line.since is not None and (day := days.at(start)) is not None and day < line.since:
            return end
        findings.extend(
            ReportedPassage(fault.start, fault.end, line, fault.reason, fault.suggestion, fault.confidence, run=fault.run)
            for fault in faults
        )
        return end


_CITY_OF_PROVINCE = re.compile("[一-鿿]+?(?:省|自治区)([一-鿿]{2,}市)")
_TELLING_PLACE = 4
"""Characters of a city's name from which one wrong character that sounds or looks alike leaves no doubt: 连云岗市."""
_BEHIND_NO_CITY = frozenset("场集井面民价")
"""What makes another word of the last character of a city's name: 张家街市场."""
_TOOK_PLACE = re.compile("以来|精神|(?:审议|表决)?通过[了的]|(?:胜利)?闭幕|作出[了的]")


def _is_held(line: Pattern, hit: re.Match[str], day: date | None) -> bool:
    """Tell whether an event of a series took place, or nothing says that it did not."""
    numbers = [number_of(group) for group in hit.groups() if group]
    held = dict(line.held)
    if not numbers or any(number is None for number in numbers) or len(numbers) != len(next(iter(held))):
        return True  # no number is named: nothing can be said
    is_past = _TOOK_PLACE.match(hit.string, hit.end()) is not None or _TOOK_PLACE.search(hit[0]) is not None
    return is_in_series(tuple(number or 0 for number in numbers), held, day, is_past=is_past)


def _can_be_city(text: str, edit: Edit) -> bool:
    """Tell whether a slip in the name of a city is one: its last character is intact, and it names no other division."""
    is_intact = text[edit.end - 1] == "市" and text[edit.end : edit.end + 1] not in _BEHIND_NO_CITY
    return is_intact and not is_division(text[edit.start : edit.end])


_NO_NAME_BEGINS = "和与及在到对向至由从于为是"
_BEFORE_CITY = "在到赴至由于从往省区是对经、，。；：（《"


def _stands_as_city(text: str, start: int, end: int) -> bool:
    """Tell whether a short passage can be the name of a city: it ends in 市 and no word before it goes on in it."""
    before = text[start - 1 : start] if start else "。"
    goes_on = is_word(text[end - 1 : end + 1]) or is_word(text[start : start + 2])
    return (
        text[end - 1] == "市"
        and text[start] not in _NO_NAME_BEGINS
        and not goes_on
        and (before in _BEFORE_CITY or not before.isalpha())
    )


def _place_findings(text: str, start: int, end: int, province: str) -> Iterator[ReportedPassage]:
    """Yield the city that is named behind a province it does not lie in."""
    misplaced = misplaced_city(text, end, province)
    if misplaced is not None:
        last, right = misplaced
        line = Canonical(right + text[end:last], "place", "serious", _GB_2260)
        yield ReportedPassage(start, last, line, "wrong_province", line.text, "high")


_MIN_WORDS = 8
"""Characters from which a form is known with a word of it left out."""
_MIN_DOUBLED = 6
"""Characters from which a form is looked for with a word doubled."""


_CENTRAL = ("国家", "中国人民", "中国证券", "中央", "中共", "国务院", "全国人", "最高", "人力资源", "住房和城乡建设部")
"""How names of central bodies begin: there is one of each, so that what lacks a word is no other body."""


def _word_variants(form: str, line: Canonical) -> Iterator[tuple[str, str]]:
    """Yield a form with two neighbouring words swapped, with one left out, and with one doubled; each with the reason.

    A word has two characters. One that is left out or doubled does not stand at an end.
    """
    if line.near != "full":
        return
    is_central = line.kind == "institution" and form.startswith(_CENTRAL)
    if is_central and len(form) >= _MIN_WORDS:
        for at in range(len(form) - 3):
            first, second = form[at : at + 2], form[at + 2 : at + 4]
            if first != second and is_word(first) and is_word(second):
                yield form[:at] + second + first + form[at + 4 :], "swapped"
        for at in range(2, len(form) - 2):
            if is_word(form[at : at + 2]):
                yield form[:at] + form[at + 2 :], "words_missing"
    if len(form) >= _MIN_DOUBLED:
        for at in range(2, len(form) - 2):
            yield form[: at + 2] + form[at : at + 2] + form[at + 2 :], "words_doubled"


_LAWS = "国家法律法规数据库"
_GB_2260 = "中华人民共和国行政区划代码 GB/T 2260"


def _is_out_of_term(text: str, start: int, person: Person, day: date | None) -> bool:
    if day is None:
        return False
    is_in_term = (person.since is None or person.since <= day) and (person.until is None or day <= person.until)
    return not is_in_term and not is_former(text, start, start, day)


def _is_allowed(text: str, start: int, end: int, line: Term | Pattern) -> bool:
    """Tell whether a passage stands in a context in which its line says it is right."""
    return ("book_title" in line.outside and is_inside(text, start, end, "《", "》")) or (
        "former" in line.outside and (is_former(text, start, end, line.since) or is_old_text(text, start, line.since))
    )


def _dated_reason(line: Term | Pattern) -> str:
    if line.since is None:
        return "wrong_form"
    return "renamed" if line.kind in _NAMES else "outdated"
