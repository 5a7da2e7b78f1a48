"""The scanner: a lexicon made ready for searching, and what it finds in a text (表述检查)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from govmedia_rules.core.progress import Progress, counted
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.text.checkers import TextChecker, run_checker
from govmedia_rules.text.forms import find_forms
from govmedia_rules.text.hiding import HidingPlaces, hiding_places
from govmedia_rules.text.lexicon import Canonical, Enumeration, Lexicon, Person, Stamp, Term, usual_near
from govmedia_rules.text.matches import RANK, Confidence, Match, Matches
from govmedia_rules.text.near import LOOK, Enumerations, Half, MemberFault, Miss, NearForms, is_alike
from govmedia_rules.text.normalise import BETWEEN, AsFound, Positions, compared, compared_all, fold, fold_table, squeeze
from govmedia_rules.text.search import Backend, Hit, Search, build_search, is_automaton

BATCH_CHARACTERS = 60_000
"""Texts are joined up to this size before they are searched: one search costs less than many, and what is joined, squeezed
and encoded stays in the processor's cache."""
_AS_FOUND_CHARACTERS = 240_000
"""The same for texts searched as they are: more, because a look for hiding places costs much to begin and little to go on."""
_FEW = 200
"""One place in so many characters may hide a term before looking at each costs more than making the compared form."""
_REACH = 64
"""Characters on each side of a near miss in which right forms are looked for."""
_PUNCTUATION = frozenset("、，。；：！？“”‘’「」『』（）《》〈〉【】〔〕—…·,.;:!?()[]\"'-/|" + BETWEEN)
_LONG_FORM = 7
"""Characters from which one wrong character inside a form leaves no doubt what was meant."""
_GAP_LIMIT = 4
"""Blanks on one line that still can be inside a word (中　国); more divide columns."""


@dataclass(frozen=True)
class _Plan:
    """Everything a worker needs to rebuild a scanner: plain data and the built automaton."""

    lexicon: Lexicon
    backend: Backend
    near: bool
    forms: bool
    checkers: tuple[TextChecker, ...]
    built: bytes | None
    as_found: bool = False
    """Whether `built` is without the odd characters."""


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
        self._build(_Plan(_one_lexicon(lexicon), backend, near, forms, tuple(checkers), None))

    def _build(self, plan: _Plan) -> None:
        self.lexicon = plan.lexicon
        self._plan = plan
        self._by = f"{plan.lexicon.id} {plan.lexicon.version}".strip()
        strings: dict[str, int] = {}
        self._canonicals = [line for line in plan.lexicon.canonicals if plan.near and line.near != "none"]
        people = [(person, compared(person.title + person.name)) for person in plan.lexicon.persons]
        if plan.near:
            # An office with its holder is a right form too: a slip in either is found like any other.
            self._canonicals += [
                Canonical(text, "name_title", person.severity, person.source, usual_near(len(text)))
                for person, text in people
                if len(text) >= 4
            ]
        written = compared_all(line.text for line in self._canonicals)
        # Quotation marks are left out as often as not, and typed straight: 做到“两个维护” is right in each of these ways.
        known = set(written)
        for line, text in zip(tuple(self._canonicals), tuple(written), strict=True):
            for other in _quoted_otherwise(text):
                near = usual_near(len(other))
                if near != "none" and other not in known:
                    known.add(other)
                    self._canonicals.append(line if line.near == "close" or near == "full" else replace(line, near=near))
                    written.append(other)
        self._near = NearForms(written)
        self._written = list(written)
        self._unquoted = set(range(len(self._canonicals)))
        for form, line in enumerate(self._canonicals):
            if compared(line.text) == written[form]:
                self._written[form] = line.text
                self._unquoted.discard(form)
        wrongs = compared_all(term.wrong for term in plan.lexicon.terms)
        right_texts = compared_all(term.right or "" for term in plan.lexicon.terms)
        # Most lines are terms, and a large list has many: no object is made for one until it is found.
        self._lines: dict[int, tuple[Term | Person, ...]] = {}
        for term, wrong, right in zip(plan.lexicon.terms, wrongs, right_texts, strict=True):
            if wrong == right:
                continue  # the two cannot be told apart once compared
            number = strings.setdefault(wrong, len(strings))
            self._lines[number] = (*self._lines.get(number, ()), term)
        terms = set(self._lines)
        for person, text in people:
            if person.since is not None or person.until is not None:
                number = strings.setdefault(text, len(strings))
                self._lines[number] = (*self._lines.get(number, ()), person)
        enumerations = plan.lexicon.enumerations if plan.near else ()
        self._enumeration_lines = list(enumerations)
        self._enumerations = Enumerations(
            [
                (
                    tuple(map(compared, line.members)),
                    tuple(tuple(map(compared, part)) for part in line.parts),
                    tuple(map(compared, line.leads)),
                )
                for line in enumerations
            ]
        )
        runs: dict[int, list[int]] = {}
        for text, owners in zip(self._enumerations.strings, self._enumerations.owners, strict=True):
            runs[strings.setdefault(text, len(strings))] = owners
        halves = [strings.setdefault(text, len(strings)) for text in self._near.strings]
        rights = list(dict.fromkeys((*compared_all(self._right_texts()), *written)))
        odd_strings = _odd_strings([*strings, *rights])
        # Terms alone are searched for in the text as it is, if the few places that may hide one can be told.
        terms_alone = not halves and not runs and is_automaton(plan.backend)
        self._hiding: HidingPlaces | None = hiding_places(list(strings)) if terms_alone else None
        self._odd_search: Search | None = None
        if self._hiding is not None:
            searched = list(strings)
            odd = dict(enumerate(odd_strings.values(), len(searched)))
            self._odd_search = build_search(list(odd_strings), plan.backend)
        else:
            # The odd characters ride along in the same search: where none is hit, nothing needs folding.
            odd = {strings.setdefault(text, len(strings)): act for text, act in odd_strings.items()}
            searched = list(strings)
        self._searched = len(searched)
        self._longest = max(map(len, searched), default=0)
        wholes = ["、".join(map(compared, line.members)) for line in enumerations]
        self._reach = 3 + max(map(len, (*searched, *rights, *right_texts, *self._near.forms, *wholes)), default=0)
        built = plan.built if plan.as_found == (self._hiding is not None) else None
        self._search: Search = build_search(searched, plan.backend, built, prefilter=not self._near.forms)
        self._shields = self._find_shields(terms)
        crossed = {number: self._near.crossed(at) for at, number in enumerate(halves) if self._near.crossed(at)}
        acts = [_TERM if number in self._lines else _NO_ACT for number in range(max(len(searched), max(odd, default=0) + 1))]
        for number in runs.keys() | crossed.keys():
            more = _More(number in self._lines, 0, tuple(runs.get(number, ())), crossed.get(number, ()))
            acts[number] = _Act(None, None, more)
        for number, act in odd.items():
            acts[number] = act
        for at, number in enumerate(halves):
            acts[number] = _Act(self._near.left(at), self._near.right(at), acts[number].more)
        self._acts = acts
        self._rights = build_search(rights, plan.backend)

    def _right_texts(self) -> Iterator[str]:
        """Strings that are right wherever they stand, besides the right forms of terms."""
        lexicon = self._plan.lexicon
        for canonical in lexicon.canonicals:
            yield canonical.text
        for term in lexicon.terms:
            yield from term.exceptions
        yield from self._exceptions()

    def _exceptions(self) -> Iterator[str]:
        lexicon = self._plan.lexicon
        for canonical in lexicon.canonicals:
            yield from canonical.exceptions
        yield from lexicon.exceptions

    def _find_shields(self, terms: set[int]) -> dict[int, tuple[tuple[str, int], ...]]:
        """For each wrong form, by number, the right strings that contain it, with its place in them."""
        lexicon = self._plan.lexicon
        rights = dict.fromkeys(compared_all(self._right_texts()))
        rights |= dict.fromkeys(compared_all(term.right for term in lexicon.terms if term.right is not None))
        exceptions = set(compared_all(self._exceptions()))
        shields: dict[int, list[tuple[str, int]]] = defaultdict(list)
        begins = 0
        whole = iter(rights)
        right = ""
        # One search through all of them, joined; hits come in order of their end.
        for start, end, number in self._search.find(BETWEEN.join(rights)):
            if number not in terms:
                continue
            while end > begins + len(right):
                begins += len(right) + 1 if right else 0
                right = next(whole)
            # A right form may equal the wrong form of other days; an exception is right on all of them.
            if end - start < len(right) or right in exceptions:
                shields[number].append((right, start - begins))
        return {number: tuple(found) for number, found in shields.items()}

    def __getstate__(self) -> _Plan:
        plan = self._plan
        as_found = self._hiding is not None
        return _Plan(plan.lexicon, plan.backend, plan.near, plan.forms, plan.checkers, self._search.dump(), as_found)

    def __setstate__(self, plan: _Plan) -> None:
        self._build(plan)

    def __repr__(self) -> str:
        return f"<Scanner {self._by}: {len(self.lexicon)} lines>"

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """Id, version and digest of the lexicon, and of each checker its name and version, for the record."""
        return (self.lexicon.stamp, *(Stamp(checker.name, checker.version, "") for checker in self._plan.checkers))

    def scan(self, text: str, *, at: date | None = None) -> Matches:
        """The candidates in one text, in order of place.

        Args:
            text: Any text; positions in the result are positions in it.
            at: Day the text was published. Lines with validity dates are used only where it is known.
        """
        return next(self._batch([text], [at]))

    def scan_many(
        self,
        texts: Iterable[str],
        *,
        workers: int = 1,
        at: date | Iterable[date | None] | None = None,
        chunk: int = 200,
        progress: Progress = False,
    ) -> Iterator[Matches]:
        """The candidates of each text, in the order of the texts, lazily.

        Args:
            texts: Texts; read as the results are taken.
            workers: Processes; each takes over the built automaton once. With 1 no process is started.
            at: Day the texts were published, see `scan`: one for all, or one for each text (None where it is not known).
            chunk: Texts handed over to a process at once, at most.
            progress: True shows a bar, a function gets texts done and in all (None where `texts` has no length).

        Raises:
            MissingExtra: A bar is asked for and tqdm is not installed.
            ValueError: There are more days than texts, or fewer.
        """
        size = len(texts) if isinstance(texts, Sized) else None
        dated: Iterable[tuple[str, date | None]]
        dated = ((text, at) for text in texts) if at is None or isinstance(at, date) else zip(texts, at, strict=True)
        return counted(self._scan_many(dated, workers, chunk), progress, size, title="扫描")

    def _scan_many(self, dated: Iterable[tuple[str, date | None]], workers: int, chunk: int) -> Iterator[Matches]:
        if workers <= 1:
            yield from self._stream(dated)
            return
        from govmedia_rules.text.workers import scan_in_processes

        yield from scan_in_processes(self, dated, workers, chunk)

    def _stream(self, dated: Iterable[tuple[str, date | None]]) -> Iterator[Matches]:
        batch: list[str] = []
        days: list[date | None] = []
        size = 0
        most = BATCH_CHARACTERS if self._hiding is None else _AS_FOUND_CHARACTERS
        for text, day in dated:
            batch.append(text)
            days.append(day)
            size += len(text)
            if size >= most:
                yield from self._batch(batch, days)
                batch, days, size = [], [], 0
        if batch:
            yield from self._batch(batch, days)

    def _batch(self, texts: list[str], days: list[date | None]) -> Iterator[Matches]:
        """Searches several texts as one and deals the hits out again."""
        joined = BETWEEN.join(texts)
        if self._hiding is not None and len(joined) <= 2 * _AS_FOUND_CHARACTERS:
            hidden = self._hidden(joined, self._hiding)
            if hidden is not None:
                yield from self._batch_as_found(texts, days, hidden)
                return
        if len(texts) == 1:
            yield self._scan_one(texts[0], days[0])
            return
        if joined.count(BETWEEN) != len(texts) - 1:
            for text, one in zip(texts, days, strict=True):
                yield self._scan_one(text, one)
            return
        whole = squeeze(joined)
        starts = [0]
        while len(starts) < len(texts):
            starts.append(whole.index(BETWEEN, starts[-1]) + 1)
        found, odd = self._read(whole, self._hits(whole), _Days(starts, days))
        next_found = next_odd = 0
        always = self._plan.forms or bool(self._plan.checkers)
        for text, start, end, day in zip(texts, starts, [*(at - 1 for at in starts[1:]), len(whole)], days, strict=True):
            mine: list[_Found] = []
            while next_found < len(found) and found[next_found].end <= end:
                mine.append(found[next_found])
                next_found += 1
            mine_odd: list[int] = []
            while next_odd < len(odd) and abs(odd[next_odd]) <= end:
                place = odd[next_odd]
                mine_odd.append(place - start if place > 0 else place + start)
                next_odd += 1
            if mine or mine_odd or always:
                yield self._finish(text, whole[start:end], [one.moved(start) for one in mine], mine_odd, _Days([0], [day]))
            else:
                yield Matches(text)

    def _scan_one(self, text: str, day: date | None) -> Matches:
        squeezed = squeeze(text)
        days = _Days([0], [day])
        found, odd = self._read(squeezed, self._hits(squeezed), days)
        return self._finish(text, squeezed, found, odd, days)

    def _batch_as_found(self, texts: list[str], days: list[date | None], hidden: list[int]) -> Iterator[Matches]:
        """The same from a search of the texts as they are; one in which a term is hidden or unclear is scanned anew."""
        find, is_free, lines = self._search.find, self._is_free, self._lines
        always = self._plan.forms or bool(self._plan.checkers)
        begins = next_hidden = 0
        for text, day in zip(texts, days, strict=True):
            begins += len(text) + 1
            is_plain = True
            while next_hidden < len(hidden) and hidden[next_hidden] < begins:
                is_plain = False
                next_hidden += 1
            hits = find(text) if is_plain else []
            found: list[_Found] = []
            before = -1
            for start, end, number in hits:
                if not is_free(number, text[start], text[end - 1]):
                    is_plain = False
                    break
                if end > before:  # of terms that end together the longest comes first, see `_read`
                    found += [_Found(start, end, line, "", None, None) for line in lines[number]]
                before = end
            if not is_plain:
                yield self._scan_one(text, day)
            elif found or always:
                yield self._matches(text, found, AsFound(text))
            else:
                yield Matches(text)

    def _is_free(self, number: int, first: str, last: str) -> bool:
        """Whether the term holds wherever it stands: nothing around it is asked."""
        if _is_word(first) or _is_word(last) or number in self._shields:
            return False
        for line in self._lines[number]:
            if not isinstance(line, Term) or line.outside or line.since is not None or line.until is not None:
                return False
        return True

    def _hidden(self, text: str, hiding: HidingPlaces) -> list[int] | None:
        """The places, in order, at which a term is or may be hidden; None where too many must be looked at."""
        spans = hiding.find(text)
        if not spans or len(spans) > len(text) // _FEW + 1:
            return None if spans else []
        width = 2 * self._longest
        windows = [text[max(0, start - width) : end + width] for start, end in spans]
        made = [
            squeeze(window) if text[start:end].isspace() else compared(window)
            for window, (start, end) in zip(windows, spans, strict=True)
        ]
        find = self._search.find
        # Folding and squeezing take no hit away: where there are no more than before, nothing was hidden.
        is_new = len(find(BETWEEN.join(made))) != len(find(BETWEEN.join(windows)))
        hidden = [
            start
            for window, short, (start, end) in zip(windows, made, spans, strict=True)
            # With so many blanks on one side a term may reach further than was looked.
            if len(window) - (end - start) - len(short) > self._longest or (is_new and len(find(short)) != len(find(window)))
        ]
        return sorted(hidden)

    def _finish(self, text: str, squeezed: str, found: list[_Found], odd: list[int], days: _Days) -> Matches:
        plain = text
        if odd and (odd[0] < 0 or min(odd) < 0 or self._reach * len(odd) > len(squeezed)):
            plain = fold(text)
            squeezed = squeeze(plain)
            found, _ = self._read(squeezed, self._hits(squeezed), days)
        elif odd:
            found = self._refold(squeezed, found, [place - 1 for place in odd], days)
        return self._matches(text, found, Positions(plain))

    def _matches(self, text: str, found: list[_Found], positions: Positions) -> Matches:
        matches: list[Match] = []
        if found:
            for one in _best(self._as_quoted(found)):
                match = self._match(text, positions, one)
                if match is not None:
                    matches.append(match)
        if self._plan.forms:
            matches.extend(find_forms(text, self._by))
        for checker in self._plan.checkers:
            matches.extend(run_checker(checker, text))
        if len(matches) > 1:
            matches.sort(key=lambda match: (match.start, match.end, RANK[match.confidence]))
        return Matches(text, matches)

    def _as_quoted(self, found: list[_Found]) -> list[_Found]:
        """Without what a form says in another quotation where the form itself, as its line has it, says something."""
        own = [(one.line.id, one.start, one.end) for one in found if one.miss is not None and one.miss.form not in self._unquoted]
        return [
            one
            for one in found
            if one.miss is None
            or one.miss.form not in self._unquoted
            or not any(id == one.line.id and start < one.end and one.start < end for id, start, end in own)
        ]

    def _refold(self, squeezed: str, found: list[_Found], odd: list[int], days: _Days) -> list[_Found]:
        """The findings once the few odd characters are folded: only around them is anything looked for again."""
        table = fold_table()
        parts, last = [], 0
        zones: list[tuple[int, int]] = []
        for place in _with_neighbours(squeezed, odd, table):
            parts += [squeezed[last:place], table.get(ord(squeezed[place]), squeezed[place])]
            last = place + 1
            begin, end = max(0, place - self._reach), place + self._reach
            if zones and begin <= zones[-1][1]:
                begin = zones.pop()[0]
            zones.append((begin, end))
        text = "".join([*parts, squeezed[last:]])
        starts = [begin for begin, _ in zones]

        def in_zone(one: _Found) -> bool:
            zone = bisect_right(starts, one.end) - 1
            return zone >= 0 and one.start < zones[zone][1]

        kept = [one for one in found if not in_zone(one)]
        for begin, end in zones:
            base = max(0, begin - self._reach)
            hits = [(a + base, b + base, number) for a, b, number in self._search.find(text[base : end + self._reach])]
            kept += [one for one in self._read(text, hits, days)[0] if one.end >= begin and one.start < end]
        return list(dict.fromkeys(kept))

    def _hits(self, text: str) -> Iterable[Hit]:
        """All hits in order of their end; a long text is searched in parts, so that memory stays bounded."""
        if len(text) <= 2 * BATCH_CHARACTERS:
            return self._find(text)
        return self._hits_by_parts(text)

    def _find(self, text: str) -> list[Hit]:
        hits = self._search.find(text)
        if self._odd_search is not None:
            hits += [(start, end, number + self._searched) for start, end, number in self._odd_search.find(text)]
        return hits

    def _hits_by_parts(self, text: str) -> Iterator[Hit]:
        for begin in range(0, len(text), BATCH_CHARACTERS):
            # A string that ends in this part may begin before it.
            base = max(0, begin - self._longest)
            for start, end, number in self._find(text[base : begin + BATCH_CHARACTERS]):
                if end + base > begin:
                    yield start + base, end + base, number

    def _read(self, text: str, hits: Iterable[Hit], days: _Days) -> tuple[list[_Found], list[int]]:
        """What the hits of one search mean: findings in order of their end, and places of odd characters."""
        found: list[_Found] = []
        odd: list[int] = []
        run_ends: dict[int, int] = {}
        acts, near = self._acts, self._near
        for start, end, number in hits:
            left, right, more = acts[number]
            if left is not None and (possible := left[text[end : end + LOOK]]):
                for miss in near.at_left(text, possible, start, end):
                    self._take_miss(text, miss, days, found)
            if right is not None and (possible := right[text[start - LOOK : start] if start >= LOOK else text[:start]]):
                for miss in near.at_right(text, possible, start, end):
                    self._take_miss(text, miss, days, found)
            if more is None:
                continue
            if more.odd:
                # Places count from 1, so that the sign can tell what nobody sees and squeezing must still take out.
                odd.extend((at_odd + 1) * more.odd for at_odd in range(start, end))
                continue
            if more.is_term and not (found and found[-1].end == end and isinstance(found[-1].line, Term)):
                # Of terms that end together the longest comes first and says the most; nested lists must not cost more.
                found.extend(
                    _Found(start, end, line, "", None, None)
                    for line in self._lines[number]
                    if self._applies(text, start, end, number, line, days)
                )
            for form in more.crossed:
                self._take_miss(text, near.at_crossed(form, start, end), days, found)
            for owner in more.runs:
                if start >= run_ends.get(owner, 0):  # of a run already read, the other pairs say nothing new
                    run_ends[owner] = self._take_run(text, owner, start, days, found)
        if found:
            found = list(dict.fromkeys(found))
            found.sort(key=lambda one: one.end)
        return found, odd

    def _applies(self, text: str, start: int, end: int, number: int, line: Term | Person, days: _Days) -> bool:
        if isinstance(line, Person):
            at = days.at(start)
            return at is not None and not _in_term(line, at) and not _is_former(text, start, at)
        if (line.since is not None or line.until is not None) and not _is_valid(line, days.at(start)):
            return False
        if (start and _is_word(text[start]) and _is_word(text[start - 1])) or (
            _is_word(text[end - 1]) and _is_word(text[end : end + 1])
        ):
            return False  # inside a longer word of Latin letters or a longer number
        shields = self._shields.get(number, ())
        if any(start >= place and text.startswith(shield, start - place) for shield, place in shields):
            return False
        if not line.outside:
            return True
        return not (
            ("book_title" in line.outside and _is_inside(text, start, end, "《", "》"))
            or ("quotation" in line.outside and _is_inside(text, start, end, "“", "”"))
            or ("former" in line.outside and _is_former(text, start, line.since))
        )

    def _take_miss(self, text: str, miss: Miss, days: _Days, found: list[_Found]) -> None:
        line = self._canonicals[miss.form]
        if line.since is not None or line.until is not None:
            at = days.at(miss.start)
            if at is not None and not _is_valid(line, at):
                return
        reason = _reason(miss, line, len(self._near.forms[miss.form]))
        if reason is None or self._is_right(text, miss):
            return
        found.append(_Found(miss.start, miss.end, line, reason, miss, None))

    def _is_right(self, text: str, miss: Miss) -> bool:
        """Whether another right form explains the passage: it covers what is wrong and does not lie wholly inside.

        A right form inside the passage explains nothing: 江西省 is right, 江西省连云港市 is not.
        """
        base = max(0, miss.start - _REACH)
        context = text[base : miss.end + _REACH]
        first, last = _changed(text, miss)
        return any(
            start + base <= first
            and last <= end + base
            and (start + base < miss.start or miss.end < end + base or end - start == miss.end - miss.start)
            for start, end, _ in self._rights.find(context)
        )

    def _take_run(self, text: str, owner: int, start: int, days: _Days, found: list[_Found]) -> int:
        """Notes what is wrong with the run of members around `start`, and tells where the run ends."""
        line = self._enumeration_lines[owner]
        faults, end = self._enumerations.faults_at(owner, text, start)
        if line.since is not None and (at := days.at(start)) is not None and at < line.since:
            return end
        found.extend(_Found(fault.start, fault.end, line, fault.reason, None, fault) for fault in faults)
        return end

    def _match(self, text: str, positions: Positions, one: _Found) -> Match | None:
        """A finding in the compared text as a match in the text as found; None where a gap shows it is none."""
        start, end = positions.span(one.start, one.end)
        line = one.line
        broken = False
        if end - start != one.end - one.start:
            for gap in positions.gaps(one.start, one.end):
                if _divides(gap.blanks) or (one.miss is not None and _is_next_to(one.miss, gap.place)):
                    return None
                if _is_letter(gap.before) and _is_letter(gap.behind) and " " not in line.id:
                    return None  # two words of Latin letters are not one
                broken = broken or "\n" in gap.blanks or "\r" in gap.blanks
        if isinstance(line, Term):
            suggestion, reason = line.right, _term_reason(line)
            confidence: Confidence = "medium" if line.outside or line.since is not None else "high"
        elif isinstance(line, Person):
            suggestion, reason, confidence = None, "out_of_term", "medium"
        elif isinstance(line, Canonical):
            assert one.miss is not None
            suggestion, reason = self._written[one.miss.form], one.reason
            confidence = _confidence(one.miss, one.reason, len(self._near.forms[one.miss.form]))
        else:
            assert one.fault is not None
            suggestion, reason, confidence = one.fault.suggestion, one.reason, one.fault.confidence
            if any(_divides(gap.blanks) for gap in positions.gaps(*one.fault.run)):
                return None
        if broken:
            confidence = "low"
        kind = "name_title" if isinstance(line, Person) else line.kind
        return Match(
            start, end, text[start:end], suggestion, kind, line.id, confidence, reason, line.severity, line.source, self._by
        )


class _Days(NamedTuple):
    """The days of texts that are searched as one, by the place each text starts at."""

    starts: list[int]
    days: list[date | None]

    def at(self, place: int) -> date | None:
        return self.days[bisect_right(self.starts, place) - 1]


class _More(NamedTuple):
    """What a string means besides being half of a form."""

    is_term: bool = False
    odd: int = 0
    runs: tuple[int, ...] = ()
    crossed: tuple[int, ...] = ()


class _Act(NamedTuple):
    """What to do where a string is found."""

    left: Half | None
    right: Half | None
    more: _More | None


_NO_ACT = _Act(None, None, None)
_TERM = _Act(None, None, _More(is_term=True))
_ODD = _Act(None, None, _More(odd=1))
_UNSEEN = _Act(None, None, _More(odd=-1))


class _Found(NamedTuple):
    """A finding in positions of the compared text."""

    start: int
    end: int
    line: Term | Canonical | Enumeration | Person
    reason: str
    miss: Miss | None
    fault: MemberFault | None

    def moved(self, by: int) -> _Found:
        miss, fault = self.miss, self.fault
        if miss is not None:
            miss = miss._replace(start=miss.start - by, end=miss.end - by, at=miss.at - by)
        if fault is not None:
            fault = fault._replace(start=fault.start - by, end=fault.end - by, run=(fault.run[0] - by, fault.run[1] - by))
        return self._replace(start=self.start - by, end=self.end - by, miss=miss, fault=fault)


def _with_neighbours(text: str, odd: Iterable[int], table: Mapping[int, str]) -> list[int]:
    """Places of odd characters, and of the odd ones beside them: of a number in full width one digit may have been noted."""
    places = set(odd)
    for place in tuple(places):
        for step in (-1, 1):
            beside = place + step
            while 0 <= beside < len(text) and beside not in places and ord(text[beside]) in table:
                places.add(beside)
                beside += step
    return sorted(places)


def _odd_strings(strings: Iterable[str]) -> dict[str, _Act]:
    """What must be folded in a text before these strings can be told in it.

    A character nobody sees always; a traditional one when a string has its simplified form; a full-width letter or digit
    only next to the neighbour it has in a string, because numbers in full width are everywhere.
    """
    used = {char for string in strings for char in string}
    full_width = {plain: chr(code) for code, plain in fold_table().items() if code >= 0xFF10 and plain.isalnum()}
    odd: dict[str, _Act] = {}
    for code, plain in fold_table().items():
        if plain == " ":
            odd[chr(code)] = _UNSEEN
        elif plain in used and plain not in full_width:
            odd[chr(code)] = _ODD
    for string in strings:
        if full_width.keys().isdisjoint(string):
            continue
        if len(string) == 1:
            odd[full_width[string]] = _ODD
        for one, other in pairwise(string):
            for first in {one, full_width.get(one, one)}:
                for second in {other, full_width.get(other, other)}:
                    if (first, second) != (one, other):
                        odd[first + second] = _ODD
    return odd


def _one_lexicon(given: Lexicon | str | Path | Sequence[Lexicon | str | Path]) -> Lexicon:
    if isinstance(given, Lexicon):
        return given
    # Here and not above: a worker is handed its lexicon, and what reads tables takes as long to load as all the rest.
    from govmedia_rules.text.reading import load_lexicon

    if isinstance(given, str | Path):
        return load_lexicon(given)
    parts = [part if isinstance(part, Lexicon) else load_lexicon(part) for part in given]
    return parts[0].merge(*parts[1:]) if parts else Lexicon("empty")


def _quoted_otherwise(text: str) -> tuple[str, ...]:
    """A form with its quotation marks left out, and with straight ones."""
    if "“" not in text:
        return ()
    return text.replace("“", "").replace("”", ""), text.replace("“", '"').replace("”", '"')


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


_NAMES = frozenset({"institution", "place", "name_title"})


def _term_reason(term: Term) -> str:
    if term.since is None:
        return "wrong_form"
    return "renamed" if term.kind in _NAMES else "outdated"


def _is_valid(line: Term | Canonical, at: date | None) -> bool:
    """Whether a dated line speaks of the day of the text; nobody knows for a text without a date."""
    return at is not None and (line.since is None or line.since <= at) and (line.until is None or at <= line.until)


def _in_term(person: Person, at: date) -> bool:
    return (person.since is None or person.since <= at) and (person.until is None or at <= person.until)


_SENTENCE = "。！？；" + BETWEEN
_FORMER = re.compile(r"(?:原|前|时任|曾任|历任|原任|旧称|前身(?:为|是)?)[“《]?$")
_YEAR = re.compile(r"(?<![0-9])(19[0-9]{2}|20[0-9]{2})年")


def _is_former(text: str, start: int, since: date | None) -> bool:
    """Whether the words before say that the name is of former times."""
    before = text[max(0, start - 60) : start]
    if _FORMER.search(before):
        return True
    sentence = before[max(before.rfind(stop) for stop in _SENTENCE) + 1 :]
    return since is not None and any(int(year) < since.year for year in _YEAR.findall(sentence))


def _is_inside(text: str, start: int, end: int, opening: str, closing: str) -> bool:
    """Whether the passage stands between an opening and a closing mark of one kind, at most 100 characters away."""
    opened = text.rfind(opening, max(0, start - 100), start)
    if opened < 0 or text.find(closing, opened, start) >= 0:
        return False
    closed = text.find(closing, end, end + 100)
    return closed >= 0 and text.find(BETWEEN, opened, closed) < 0


def _divides(gap: str) -> bool:
    """Whether a gap ends a paragraph or a column, so that nothing reaches across it."""
    lines = gap.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > 2:
        return True
    if len(lines) == 2:
        return len(lines[1]) > 1  # an indented line begins a paragraph
    visible = [char for char in gap if char.isspace()]
    return len(visible) > _GAP_LIMIT or "\t" in gap


def _is_next_to(miss: Miss, place: int) -> bool:
    """Whether a gap touches what differs: then two words meet there and nothing is known to be wrong."""
    if miss.edit == "first_character":
        return miss.start <= place <= miss.start + 1
    if miss.edit == "last_character":
        return place >= miss.end - 1
    return miss.at <= place <= miss.at + max(1, len(miss.wrong)) or (not miss.wrong and place == miss.at)


def _changed(text: str, miss: Miss) -> tuple[int, int]:
    """The span a right form must cover to explain a near miss: the wrong characters and the intact ones next to them."""
    if miss.edit == "last_character" and not miss.wrong:
        return max(miss.start, miss.end - 2), miss.end
    if miss.edit == "first_character" and not miss.wrong:
        return miss.start, min(miss.end, miss.start + 2)
    first, last = miss.at, miss.at + len(miss.wrong)
    if miss.edit in {"missing", "added"}:
        # Of two equal characters side by side nobody can say which one is missing or too many.
        char = miss.right or miss.wrong
        while first > miss.start and text[first - 1] == char:
            first -= 1
        while last < miss.end and text[last] == char:
            last += 1
    return max(miss.start, first - 1), min(miss.end, last + 1)


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(chars) for name, chars in read_data("govmedia_rules.text", "near.toml").items()}


def _reason(miss: Miss, line: Canonical, size: int) -> str | None:
    """Why a near miss is reported; None when it is not."""
    edit, wrong, right = miss.edit, miss.wrong, miss.right
    if any(char in _PUNCTUATION for char in wrong + right):
        return _punctuation_reason(miss, line)
    if edit == "swapped":
        return None if _is_open(miss, line, size) else "swapped"
    if _is_open(miss, line, size) or _explains(miss, line):
        return None
    if len(wrong) == len(right) == 1 and is_alike(wrong, right):
        return "substituted_alike"
    return None if line.near == "close" else edit


def _punctuation_reason(miss: Miss, line: Canonical) -> str | None:
    """A mark more only divides the sentence; a mark that belongs to the form and is missing or another one is an error."""
    if miss.edit == "swapped":
        return None if line.near == "close" else "swapped"
    if miss.edit not in {"substituted", "missing"} or line.near == "close" or miss.right not in _PUNCTUATION:
        return None
    return None if {miss.wrong, miss.right} <= {"、", "，"} else "punctuation"


def _is_open(miss: Miss, line: Canonical, size: int) -> bool:
    """Whether the error lies at an end where other right continuations exist."""
    swapped = miss.edit == "swapped"
    if line.open in {"start", "both"} and (miss.edit == "first_character" or (swapped and miss.at == miss.start)):
        return True
    return line.open in {"end", "both"} and (miss.edit == "last_character" or (swapped and miss.at + 2 == miss.start + size))


def _explains(miss: Miss, line: Canonical) -> bool:
    """Whether grammar explains the difference: a joining word more or less, another number."""
    words, wrong, right = _words(), miss.wrong, miss.right
    if wrong in words["numerals"] and right in words["numerals"]:
        return True
    is_name = line.kind in {"institution", "name_title"}
    joining = words["joining"]
    if miss.edit == "added":
        return wrong in words["added"] or (wrong in joining and not is_name)
    if miss.edit == "missing":
        return right in words["instead"] or (right in joining and not is_name)
    if wrong in words["instead"]:
        return True
    return wrong in joining and not is_name and not is_alike(wrong, right)


def _confidence(miss: Miss, reason: str, size: int) -> Confidence:
    if reason in {"substituted_alike", "swapped"}:
        return "high"
    if reason in {"first_character", "last_character", "punctuation"}:
        return "low"
    return "high" if size >= _LONG_FORM else "medium"


def _best(found: list[_Found]) -> list[_Found]:
    """Of findings that overlap, the one that says most: a listed term before a near miss, a longer form before a shorter."""

    def order(one: _Found) -> tuple[int, int, int, int, int]:
        exact = 0 if isinstance(one.line, Term | Person) else 1 if isinstance(one.line, Enumeration) else 2
        doubt = {"low": 2, "medium": 1, "high": 0}[
            "high" if one.miss is None else _confidence(one.miss, one.reason, one.end - one.start)
        ]
        unlike = one.reason in {"substituted", "missing"}
        return (exact, 1 if doubt == 2 else 0, 1 if unlike else 0, one.start - one.end, one.start)

    if all(one.end <= other.start for one, other in pairwise(found)):
        return found
    taken: list[_Found] = []
    starts: list[int] = []
    for one in sorted(found, key=order):
        at = bisect_right(starts, one.start)
        before = taken[at - 1] if at else None
        after = taken[at] if at < len(taken) else None
        if (before is not None and before.end > one.start) or (after is not None and after.start < one.end):
            continue
        taken.insert(at, one)
        starts.insert(at, one.start)
    return taken


@lru_cache(maxsize=8)
def scanner_for(lexicons: tuple[str, ...], near: bool = True, forms: bool = True) -> Scanner:
    """The scanner of some lexicons, built once in a process and kept; for checks, which hold no state.

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
    """The candidates of each text, in order: what a check of a snapshot calls.

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
    """Id, version and digest of each lexicon, for the record of an inspection."""
    from govmedia_rules.text.reading import load_lexicon

    return tuple(load_lexicon(name).stamp for name in lexicons)
