"""Reads counts and rates of a machine translation: each number with the noun after it and the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, cast

from govmedia_rules.notices.counting import Ledger
from govmedia_rules.notices.english_text import NUMBER, count_of, sentences
from govmedia_rules.notices.figures import Bound, Count, CountedSubject, Dimension, Measure, Rate, RateKind
from govmedia_rules.notices.gazetteer import english
from govmedia_rules.notices.model import Figure
from govmedia_rules.notices.outline import Line, Page, any_of


@cache
def _counting() -> dict[str, list[str]]:
    return cast("dict[str, list[str]]", english()["counting"])


@cache
def _phrase() -> re.Pattern[str]:
    counting = _counting()
    nouns = any_of([*counting["accounts"], *counting["sites"], *counting["units"], *counting["letters"]])
    word = r"[A-Za-z’'()\-/]+"
    linking = any_of([*counting["linking"], *counting["sites"], *counting["accounts"]])
    unit = rf"(?:{nouns})s?\b"
    # 119 government affairs Weibo; 36 municipal government portal websites and municipal department websites.
    first = rf"(?:{word}(?:,(?= [a-z]+\)))? ){{0,7}}?{unit}(?! \(|[- ]government| portal)"
    phrase = rf"(?P<np>{first}(?:(?: (?:{linking})s?\b)* {unit})?)"
    ended = any_of([*counting["failed"], "passed"])
    outcome = rf"(?:of (?:which|them|these) )?(?:were |was )?(?:found (?:to be )?)?(?:{ended})"
    bare = rf"(?<![\w.,])(?P<bare>{NUMBER.replace('?P<n>', '?P<n2>')}) (?={outcome})"
    return re.compile(rf"(?<![\w.,]){NUMBER} {phrase}|{bare}", re.IGNORECASE)


_RATE = re.compile(
    r"(?P<bound>more than|over|nearly|almost|about|less than|at least)? ?(?P<figure>[0-9]{1,3}(?:\.[0-9]{1,4})?)%",
    re.IGNORECASE,
)


def _outcome(text: str) -> tuple[str, str] | None:
    for kind in ("failed", "passed", "closing"):
        found = re.search(any_of(_counting()[kind]), text, re.IGNORECASE)
        if found:
            return kind, found.group()
    return None


def platform_in(label: str) -> str | None:
    table: dict[str, str] = english()["platforms"]
    found = re.search(any_of(list(table)), label, re.IGNORECASE)
    return None if found is None else next(v for k, v in table.items() if k.lower() == found.group().lower())


def _level(label: str) -> str | None:
    for level, *spellings in english()["levels"]["order"]:
        if any(spelling in label for spelling in spellings):
            return str(level)
    return None


def read_counts(lines: list[Line], page: Page) -> Ledger:
    ledger = Ledger()
    for line in lines:
        for sentence in sentences(line):
            _count_sentence(sentence, page, ledger)
            method = re.search(r"third-party [a-z ]{0,30}?(?:agency|company|institution)", sentence.text)
            if method:
                for whole in ledger.wholes:
                    whole.method = whole.method or method.group()
    return ledger


def _count_sentence(sentence: Line, page: Page, ledger: Ledger) -> None:
    text = sentence.text
    matches = list(_phrase().finditer(text))
    events: list[tuple[int, re.Match[str], str]] = [(m.start(), m, "count") for m in matches]
    events += [(m.start(), m, "rate") for m in _RATE.finditer(text)]
    events.sort(key=lambda event: event[0])
    numbers = [start for start, _, kind in events if kind == "count"]
    among = 0
    found_among = re.search(r"among (?:them|these|which)", text, re.IGNORECASE)
    if found_among:
        among = found_among.end()
    parts_from = among if found_among else len(text) + 1
    for start, match, kind in events:
        if kind == "rate":
            _rate(match, text, sentence, page, ledger)
            continue
        following = next((n for n in numbers if n > start), len(text))
        label = (match["np"] or "").strip()
        before = text[:start]
        after = text[match.end() : following]
        near = re.split(r"[,;:] (?!and\b|of\b)|, and (?=[0-9])", after)[0]
        place = page.place(sentence.start + start, sentence.start + match.end())
        value = count_of(match["n"] or match["n2"])
        count = Count(value=value, bound=_bound_before(before), place=place)
        around = f"{label} {near}"
        outcome = _outcome(around) or (_outcome(before[-25:]) if not match["np"] else None)
        if not match["np"]:
            if ledger.current is not None and outcome:
                ledger.outcome(ledger.current, cast("Any", outcome[0]), outcome[1], count)
            continue
        subject = _subject(label)
        if subject not in ("site", "account"):
            ledger.figures.append(Figure(label=label, count=count, members=tuple(_members(before, after))))
            continue
        platform = platform_in(label) if subject == "account" else None
        level = _level(label) if subject == "site" else None
        if outcome:
            whole = ledger.whole(subject) or ledger.open(subject)
            ledger.outcome(whole, cast("Any", outcome[0]), outcome[1], count)
            continue
        part = (start >= parts_from or _continues(before, ledger, subject)) and (platform or level or "other" in label)
        if part and ledger.whole(subject) is not None:
            dimension: Dimension = "platform" if platform else "level"
            tally = ledger.part(subject, label, platform or level, dimension)
            tally.counts.setdefault(tally.part_of or "total", count)
            continue
        measure = _measure(before, around)
        whole = ledger.total(subject, measure, count)
        earlier = max((m.end() for m in matches if m.end() <= start), default=0)
        clause = re.split(r"[,;]", text[earlier:start])[-1] + " " + around
        if re.search(any_of(_counting()["full"]), clause, re.IGNORECASE):
            whole.extent = "full"
            whole.counts.setdefault("inspected", count)
        elif re.search(any_of(_counting()["sampled"]), clause, re.IGNORECASE):
            whole.extent = "sampled"
            # "A random inspection of 326" names what was drawn from, not how many were drawn.
            if measure == "inspected" and any(c.value == value for m, c in whole.counts.items() if m != "inspected"):
                whole.counts.pop("inspected", None)


_LISTED = r"(?:(?:the )?[A-Z][A-Za-z]+(?: (?:of|and|[A-Z])[A-Za-z]*)*)"


def _members(before: str, after: str) -> Iterator[str]:
    """Members that the text names: "including Beijing, Tianjin, etc. 16 regions", "39 departments, including the …"."""
    head = re.search(rf"including (?P<list>{_LISTED}(?:, {_LISTED})*),? etc\.? $", before)
    tail = re.match(rf"[a-z A-Z]{{0,30}}, including (?P<list>{_LISTED}(?:, {_LISTED})*)", after)
    for found in (head, tail):
        if found:
            for name in re.split(r", | and (?=the )", found["list"]):
                yield re.sub("^(?:the|and) ", "", name.strip())


def _continues(before: str, ledger: Ledger, subject: CountedSubject) -> bool:
    """A sentence that goes on listing parts after a semicolon."""
    whole = ledger.whole(subject)
    return bool(whole and whole.parts and re.search(r"there were\s*$|^\s*$", before))


def _subject(label: str) -> CountedSubject:
    counting = _counting()
    if re.search(any_of(counting["accounts"]), label, re.IGNORECASE):
        return "account"
    if re.search(any_of(counting["units"]), label.split()[-1], re.IGNORECASE) or re.search(r"\bareas?$|regions?$", label):
        return "unit"
    if re.search(any_of(counting["sites"]), label, re.IGNORECASE):
        return "site"
    return "unit" if re.search(any_of(counting["units"]), label, re.IGNORECASE) else "letter"


def _measure(before: str, around: str) -> Measure:
    counting = _counting()
    if re.search(any_of(counting["registered"]), around, re.IGNORECASE):
        return "registered"
    if re.search(any_of(counting["running"]), around, re.IGNORECASE):
        return "running"
    if re.search(any_of(counting["inspected"]), f"{before[-60:]} {around}", re.IGNORECASE):
        return "inspected"
    return "total"


def _bound_before(before: str) -> Bound:
    for kind, terms in english()["bounds"].items():
        if re.search(rf"(?:{any_of(terms)})\s*$", before, re.IGNORECASE):
            return cast("Bound", kind)
    return "exact"


def _rate(match: re.Match[str], text: str, sentence: Line, page: Page, ledger: Ledger) -> None:
    before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 120]
    kind: RateKind | None = None
    for name, terms in english()["rates"].items():
        where = before + after[:30] if name in ("pass", "failure_share") else before[-30:] + after[:30]
        if re.search(any_of(terms), where, re.IGNORECASE):
            kind = name
            break
    bound: Bound = "exact"
    for name, terms in english()["bounds"].items():
        if match["bound"] and match["bound"].lower() in terms:
            bound = cast("Bound", name)
    following = re.match(
        r"(?: of)? (?P<of>(?:the )?[a-z ]*?(?:websites|portals|media|units|departments|areas))(?P<rest>.{0,90})", after
    )
    place = page.place(sentence.start + match.start(), sentence.start + match.end())
    rate = Rate(
        kind=kind or "share",
        label=_rate_label(before + after[:30]) if kind else (following["rest"].strip() if following else after[:60].strip()),
        figure=Decimal(match["figure"]),
        text=match.group().strip(),
        bound=bound,
        of=following["of"].strip() if following and kind is None else None,
        place=place,
    )
    if (
        kind in ("pass", "failure_share", "coverage")
        and ledger.current is not None
        and not re.match(r"\s*approval rate for|\s*pass rate for", after)
    ):
        ledger.rate(rate, None if kind != "coverage" else ledger.whole(ledger.current.subject))
    else:
        ledger.shares.append(rate)


def _rate_label(around: str) -> str:
    rates = "pass|passing|approval|qualification|qualified|coverage|completion|reply|failure|sampling"
    found = re.search(rf"(?:overall |total )?(?:{rates}) (?:rate|ratio)", around)
    return found.group() if found else "share of the total number" if "total number" in around else "share"


def loose_shares(lines: list[Line], page: Page) -> Iterator[Rate]:
    for line in lines:
        for match in re.finditer(
            r"\b(?P<word>nearly half|more than half|over half|the vast majority|most)\b(?P<rest>[^.;,]{0,80})",
            line.text,
            re.IGNORECASE,
        ):
            word = match["word"].lower()
            if word == "most":
                continue
            bound: Bound = "nearly" if word.startswith("nearly") else "more_than"
            figure = None if "majority" in word else Decimal(50)
            yield Rate(
                kind="share",
                label=match["rest"].strip(),
                figure=figure,
                text=match["word"],
                bound=bound,
                place=page.place(line.start + match.start(), line.start + match.end("word")),
            )
