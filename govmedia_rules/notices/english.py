"""Reads a machine-translated copy for the fields that a translation carries: dates, counts, rates, names, deadlines.

The sentences of a translation are loose, so the number leads: each number is read with the noun after it and the words
around it. Names stay as printed; their Chinese form is added where the gazetteer knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, Literal, cast

from govmedia_rules.figures import (
    Bound,
    Count,
    CountedSubject,
    DateSpan,
    Dimension,
    Measure,
    PartialDate,
    Period,
    Place,
    Rate,
    RateKind,
)
from govmedia_rules.notices import formal, gazetteer
from govmedia_rules.notices.classify import Words, classify
from govmedia_rules.notices.counting import Ledger
from govmedia_rules.notices.gazetteer import english
from govmedia_rules.notices.model import (
    Attachment,
    Citation,
    Deadline,
    Duty,
    Figure,
    Kind,
    Mark,
    Named,
    Notice,
    Problem,
    Recheck,
)
from govmedia_rules.notices.outline import Line, Page, any_of
from govmedia_rules.notices.repair import Mended

_MONTHS = {
    name: i
    for i, name in enumerate(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        1,
    )
}
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_DATE = re.compile(rf"{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>[0-9]{{4}}))?")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_NUMBER_WORDS = {
    w: i
    for i, w in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_NUMBER = rf"(?P<n>[0-9][0-9,]*(?![0-9.]*%)|\b(?:{'|'.join(_NUMBER_WORDS)})\b)"


def _count(text: str) -> int:
    return _NUMBER_WORDS.get(text.lower()) or int(text.replace(",", ""))


def _date(match: re.Match[str], year: int | None) -> PartialDate | None:
    own = int(match["year"]) if match["year"] else None
    inferred: tuple[Literal["year"], ...] = ("year",) if own is None and year is not None else ()
    try:
        return PartialDate(year=own or year, month=_MONTHS[match["month"]], day=int(match["day"]), inferred=inferred)
    except ValueError:
        return None


# --- sections -------------------------------------------------------------------------------------------------------

_HEADINGS = (
    (
        1,
        re.compile(
            r"(?:(?:I{1,3}|IV|V|VI{0,3})\. |(?:First|Second|Third|Fourth|Fifth)(?:ly)?, |[0-9]\. )(?P<title>[^.]{3,60}?)\.?$"
        ),
    ),
    (2, re.compile(r"\((?:I{1,3}|IV|V|VI{0,3}|[0-9]{1,2})\) ?(?P<title>[^.]{3,110})\.(?: |$)")),
)


def _sections(lines: list[Line]) -> tuple[list[Line], list[tuple[str, str, str, list[Line]]]]:
    """Lines before the first heading, then role, heading of the part, heading of the paragraph, and its lines."""
    opening: list[Line] = []
    found: list[tuple[str, str, str, list[Line]]] = []
    role, top = "", ""
    for line in lines:
        first, second = (pattern.match(line.text) for _, pattern in _HEADINGS)
        if first:
            top = first["title"].strip()
            role = next(
                (name for name, terms in english()["sections"].items() if re.search(any_of(terms), top, re.IGNORECASE)), role
            )
            found.append((role, top, "", []))
        elif second and found:
            body = Line(line.number, line.start + second.end(), line.text[second.end() :])
            found.append((role, top, second["title"].strip(), [body]))
        elif found:
            found[-1][3].append(line)
        else:
            opening.append(line)
    return opening, found


_ABBREVIATIONS = re.compile(r"\b(?:No|etc|Mr|Dr|e\.g|i\.e|U\.S)\.$")


def _sentences(line: Line) -> Iterator[Line]:
    start = 0
    text = line.text
    for match in re.finditer(r"[.;](?=\s|$|[“\"”])|[。]", text):
        if _ABBREVIATIONS.search(text[start : match.end()]) and not re.match(r"\s+[A-Z][a-z]+ing\b", text[match.end() :]):
            continue
        part = text[start : match.start()]
        if part.strip(' .”"“'):
            lead = len(part) - len(part.lstrip(' .”"'))
            yield Line(line.number, line.start + start + lead, part.strip(' .”"'))
        start = match.end()
    part = text[start:]
    if part.strip(' .”"'):
        lead = len(part) - len(part.lstrip(' .”"'))
        yield Line(line.number, line.start + start + lead, part.strip(' .”"'))


# --- counts ---------------------------------------------------------------------------------------------------------


@cache
def _counting() -> dict[str, list[str]]:
    return cast("dict[str, list[str]]", english()["counting"])


@cache
def _phrase() -> re.Pattern[str]:
    counting = _counting()
    nouns = any_of([*counting["accounts"], *counting["sites"], *counting["units"], *counting["letters"]])
    word = r"[A-Za-z’'()\-/]+"
    return re.compile(
        rf"(?<![\w.,]){_NUMBER} (?P<np>(?:{word}(?:,(?= [a-z]+\)))? ){{0,7}}?(?:{nouns})s?\b(?! \(|[- ]government| portal)"
        rf"(?:(?: (?:and|public|official|system|portal|of|other|types?|government|affairs|third-party|municipal|department|departments|new|websites?|media|accounts?|applications?|the|State|Council)\b)*"
        rf" (?:{nouns})s?\b)?)|(?<![\w.,])(?P<bare>{_NUMBER.replace('?P<n>', '?P<n2>')}) (?=(?:of (?:which|them|these) )?(?:were |was )?(?:found (?:to be )?)?(?:failed|unqualified|not qualified|passed|disqualified))",
        re.IGNORECASE,
    )


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


def _platform(label: str) -> str | None:
    table: dict[str, str] = english()["platforms"]
    found = re.search(any_of(list(table)), label, re.IGNORECASE)
    return None if found is None else next(v for k, v in table.items() if k.lower() == found.group().lower())


def _level(label: str) -> str | None:
    for level, *spellings in english()["levels"]["order"]:
        if any(spelling in label for spelling in spellings):
            return str(level)
    return None


def _read_counts(lines: list[Line], page: Page) -> Ledger:
    ledger = Ledger()
    for line in lines:
        for sentence in _sentences(line):
            _count_sentence(sentence, page, ledger)
            method = re.search(r"third-party [a-z ]{0,30}?(?:agency|company|institution)", sentence.text)
            if method:
                for whole in ledger.wholes:
                    whole.method = whole.method or method.group()
    return ledger


def _count_sentence(sentence: Line, page: Page, ledger: Ledger) -> None:
    text = sentence.text
    matches = [m for m in _phrase().finditer(text)]
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
        value = _count(match["n"] or match["n2"])
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
        platform = _platform(label) if subject == "account" else None
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
    found = re.search(
        r"(?:overall |total )?(?:pass|passing|approval|qualification|qualified|coverage|completion|reply|failure|sampling) (?:rate|ratio)",
        around,
    )
    return found.group() if found else "share of the total number" if "total number" in around else "share"


def _loose_shares(lines: list[Line], page: Page) -> Iterator[Rate]:
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


# --- names and findings ---------------------------------------------------------------------------------------------

_WORD = r"(?:[A-Z][\w’'\-]*|\(?[A-Z][\w’' ]+\))"
_ENTITY = re.compile(rf"{_WORD}(?: (?:of|and|the|for|’s|'s|{_WORD}))*(?:{_WORD}|(?<=[a-z)]))")
_QUOTED = re.compile(r"[“\"] ?(?P<name>[A-Z][^“”\"]{2,90}?) ?[”\"]")
_PLATFORM_AFTER = re.compile(
    r"\s*(?:government affairs |government |official )?(?P<p>WeChat official account|WeChat public account|WeChat portal|WeChat|Sina Weibo|Weibo|today ?’?'?s headlines|headline account|Douyin|website|web site|network)",
    re.IGNORECASE,
)


def _problems(parts: list[tuple[str, str, str, list[Line]]], page: Page, area: str | None) -> Iterator[Problem]:
    for role, top, heading, lines in parts:
        if role != "problems":
            continue
        for line in lines:
            yield from _problems_of(line, heading or top, page, area)


def _problems_of(line: Line, heading: str, page: Page, area: str | None) -> Iterator[Problem]:
    previous: Problem | None = None
    for sentence in _merged(_sentences(line)):
        for part in _divide(sentence):
            problem = _problem(part, heading, page, area, previous)
            if problem is not None:
                if previous is not None and problem.named and not previous.named and problem.indicator_ids == ("other",):
                    # What follows "such as" in a sentence of its own belongs to the finding before it.
                    previous = previous.model_copy(
                        update={"named": problem.named, "is_open": problem.is_open, "stated_count": problem.stated_count}
                    )
                    continue
                if (
                    previous is not None
                    and not problem.named
                    and previous.named
                    and not previous.indicator_ids[0] != "other"
                    and previous.place
                    and problem.place
                ):
                    # A sentence that only names is explained by the next one.
                    problem = problem.model_copy(
                        update={"named": previous.named, "stated_count": previous.stated_count, "is_open": previous.is_open}
                    )
                    previous = None
                if previous is not None:
                    yield previous
                previous = problem
    if previous is not None:
        yield previous


def _merged(sentences: Iterator[Line]) -> Iterator[Line]:
    """Joins a sentence that a translation cut in two: a list of names with its predicate, an "Update" with its end."""
    held: Line | None = None
    for sentence in sentences:
        if held is not None and re.match(r"(?:Signs|Update|Scan it)\b", sentence.text):
            held = Line(held.number, held.start, f"{held.text}. {sentence.text}")
            continue
        if held is not None:
            yield held
        held = sentence
    if held is not None:
        yield held


def _divide(sentence: Line) -> Iterator[Line]:
    """Cuts a sentence where a new finding with its own "some …" begins."""
    text = sentence.text
    cuts = [0]
    for match in re.finditer(r", (?:and )?(?=some (?:government )?websites? |the website of |the content of )|; ", text):
        cuts.append(match.end())
    cuts.append(len(text))
    for low, high in zip(cuts, cuts[1:], strict=False):
        part = text[low:high].strip(" ,;")
        if part:
            yield Line(sentence.number, sentence.start + low, part)


def _problem(part: Line, heading: str, page: Page, area: str | None, previous: Problem | None) -> Problem | None:
    text = part.text
    named = _named(text, part.start, page, area)
    wording = text
    kind = _kind(text, heading, named)
    found = classify(wording, subject=kind, words=Words.built_in("en"))
    if not named and found.indicator_ids == ("other",) and found.decisions[0].fault == "unknown":
        return None
    stated = re.search(rf"[Tt]here are {_NUMBER} (?:government )?websites? in", text)
    return Problem(
        wording=_without_names(text, named),
        heading=heading,
        kind=kind,
        named=tuple(named),
        is_open=re.search(any_of(english()["naming"]["more"]), text) is not None,
        stated_count=Count(value=_count(stated["n"])) if stated else None,
        indicator_ids=found.indicator_ids,
        decided_by=found.words,
        place=page.place(part.start, part.end),
    )


def _kind(text: str, heading: str, named: list[Named]) -> Kind | None:
    kinds = {one.kind for one in named if one.kind}
    if len(kinds) == 1:
        return next(iter(kinds))
    if re.search("QR code", text):
        return "site"
    for words in (text, heading):
        account = re.search(r"new (?:government affairs )?media|WeChat|Weibo|headlines|public account", words)
        site = re.search(r"[Ww]ebsite|column", words)
        if bool(account) != bool(site):
            return "account" if account else "site"
    return None


def _named(text: str, start: int, page: Page, area: str | None) -> list[Named]:
    found: list[Named] = []
    quoted = list(_QUOTED.finditer(text))
    for match in quoted:
        name = match["name"].strip()
        tail = _PLATFORM_AFTER.match(text, match.end())
        before = re.search(
            r"(?P<p>WeChat official account|WeChat|Sina Weibo|Weibo|website)s? $", text[: match.start()], re.IGNORECASE
        )
        spelt = tail["p"] if tail else before["p"] if before else None
        if spelt is None and not re.search(rf"(?:{any_of(english()['naming']['endings'])})$", name):
            continue
        kind: Kind | None = None if spelt is None else "site" if re.match("web|network", spelt, re.IGNORECASE) else "account"
        platform = (
            _platform(re.sub("(?i)today ?[’']?s headlines", "today's headlines", spelt))
            if kind == "account" and spelt
            else None
        )
        owner = _owner(text, match.start())
        if owner is None and kind == "account" and tail is not None:
            following = re.match(
                r"(?: portal| account)? of (?:the )?(?P<o>[A-Z][\w’'\-]*(?: (?:and|[A-Z][\w’'\-]*|’s|'s))+)", text[tail.end() :]
            )
            owner = (
                following["o"]
                if following and re.search(rf"(?:{any_of(english()['naming']['endings'])})$", following["o"])
                else None
            )
        where = _area(text, match.start(), tail.end() if tail else match.end())
        found.append(
            _one(
                name,
                kind,
                platform,
                spelt if kind == "account" else None,
                owner,
                where,
                start + match.start(),
                start + match.end(),
                page,
                area,
            )
        )
    masked = text
    for match in quoted:
        masked = masked[: match.start()] + "\x00" * len(match.group()) + masked[match.end() :]
    # Beside names in quotation marks the capitals are owners and places, not further subjects.
    quoted_names = bool(found)
    owners = " ".join(one.owner or "" for one in found)
    for name, low, high in _listed_names(masked):
        if name in owners or quoted_names:
            continue
        found.append(
            _one(
                name,
                "site" if not re.search("WeChat|Weibo", name) else "account",
                None,
                None,
                None,
                None,
                start + low,
                start + high,
                page,
                area,
            )
        )
    return found


def _one(
    name: str,
    kind: Kind | None,
    platform: str | None,
    spelt: str | None,
    owner: str | None,
    where: str | None,
    low: int,
    high: int,
    page: Page,
    area: str | None,
) -> Named:
    within = gazetteer.province_code(gazetteer.province_name(where)) if where else None
    return Named(
        name=name,
        kind=kind,
        platform=platform,
        platform_text=spelt,
        owner=owner,
        area=where,
        name_zh=gazetteer.restore_name(name, within or area),
        place=page.place(low, high),
    )


def _owner(text: str, position: int) -> str | None:
    match = re.search(
        r"(?:the |The |, )?(?P<owner>[A-Z][\w’'\-]*(?: (?:of|and|the|’s|'s|[A-Z][\w’'\-]*))*(?: portal)?) ?$", text[:position]
    )
    if match is None:
        return None
    owner = re.sub(r"^The ", "", match["owner"]).strip()
    return owner if re.search(rf"(?:{any_of(english()['naming']['endings'])}|portal)$", owner) else None


def _area(text: str, low: int, high: int) -> str | None:
    after = re.match(
        r"\s*(?:website )?(?:of|in) (?:the )?(?P<a>[A-Z][a-z]+(?: [A-Z][a-z]+)*(?: [Pp]rovince| City| Prefecture))", text[high:]
    )
    return after["a"] if after else None


def _listed_names(text: str) -> Iterator[tuple[str, int, int]]:
    """Names in a list: pieces between commas that begin with a capital and end like a body or place."""
    naming = english()["naming"]
    endings = any_of(naming["endings"])
    pattern = re.compile(
        r"(?:[Tt]he )?(?P<name>[A-Z][\w’'\-]*(?:(?: |-)(?:of|and|the|for|’s|'s|[A-Z][\w’'\-]*|\([A-Z][\w’'\- ]*\)|website|portal))*)"
    )
    for match in pattern.finditer(text):
        name = re.sub(r"(?: (?:of|and|the|for|portal website|website|websites|portal))+$", "", match["name"]).strip()
        pieces = re.split(r"(?:^|,)\s*and (?:the )?", name)
        name = pieces[-1].strip()
        words = name.split()
        while words and words[0] in naming["stop_starts"] and len(words) > 1:
            words = words[1:]
        name = " ".join(words)
        name = re.sub(r"^(?:websites? of |website |the )", "", name)
        is_site = re.match(r"[\w’' ]*(?<= )(?:portal )?website", match["name"][match["name"].find(name) :]) is not None
        if (
            not name
            or name in naming["stop_starts"]
            or not (is_site or re.search(rf"(?:{endings}|Government|Network|\))$", name))
        ):
            continue
        low = match.start("name") + match["name"].find(name)
        yield name, low, low + len(name)


def _without_names(text: str, named: list[Named]) -> str:
    wording = text
    for one in named:
        wording = wording.replace(one.name, "")
    wording = re.sub(r"[“”\"]\s*[“”\"]|(?:,? ?(?:and )?(?:the )?(?=,))", "", wording)
    return re.sub(r"\s+", " ", re.sub(r"(?:, ){2,}", ", ", wording)).strip(" ,.")


# --- the whole ------------------------------------------------------------------------------------------------------


def read_english(mended: Mended) -> Notice:
    """Reads a machine-translated notice, or a press report of one."""
    page = Page(mended.text, mended.furniture | mended.contact_lines)
    lines = list(page.lines())
    places: dict[str, Place] = {}

    def put(name: str, low: int, high: int) -> None:
        places[name] = page.place(low, high)

    title = _headline(lines)
    if title is not None:
        put("headline", title.start, title.end)
    number = _document_number(lines[:8])
    addressed = next(
        (line for line in lines[:10] if line.text.endswith(":") and re.search("[Gg]overnment|departments", line.text)), None
    )
    if addressed is not None:
        put("addressees", addressed.start, addressed.end)
    signed = _signed(lines)
    if signed is not None:
        put("signed_at", signed[1].start, signed[1].end)
    head_lines = [*page.furniture(), *lines[:6]]
    published, where = formal.published(lines[:4], list(page.furniture()))
    if where is not None:
        places["published_at"] = where
    issued = None
    for line in lines[:6]:
        day = re.search(r"[Oo]n the (?P<d>[0-9]{1,2})(?:st|nd|rd|th)\b", line.text)
        if day and 1 <= int(day["d"]) <= 31:
            issued = PartialDate(day=int(day["d"]))
            put("issued_at", line.start + day.start(), line.start + day.end())
            break
    attachments, end = _attachments(lines, page)
    body = lines[:end]
    opening, parts = _sections([line for line in body if line is not title and line is not addressed])
    year = signed[0].year if signed else published.year if published else None
    period = _period(
        [
            title.text if title else "",
            *(line.text for line in opening),
            *(top for _, top, _, _ in parts),
            *(a.title or "" for a in attachments),
        ],
        year,
    )
    year = year or (period.year if period else None)
    province = (
        gazetteer.province_name(" ".join([title.text if title else "", *(line.text for line in lines[:2])])) if parts else None
    )
    issuer_text, issuer = _issuer(title, lines, head_lines)
    if issuer_text is not None:
        at = mended.text.find(issuer_text)
        put("issuer", at, at + len(issuer_text))
    city = re.search(r"([\u4e00-\u9fff]{2,6}市)", issuer or "")
    place = (
        gazetteer.find_place(f"{m[1]} City")
        if (m := re.search(r"([A-Z][a-z]+) (?:City|Municipal)", title.text if title else ""))
        else None
    )
    area = place.code[:4] if place is not None else gazetteer.province_code(province)
    if province is None and place is not None:
        province = formal.province_of(codes=(place.code,))
    if issuer is None and place is not None and issuer_text and city is None:
        issuer = gazetteer.restore_name(issuer_text, area)
    overview = [line for role, _, _, group in parts if role in ("overview", "") for line in group]
    rest = [line for line in opening if line is not title]
    ledger = _read_counts(overview or rest, page)
    shares = list(_loose_shares(rest if not parts else [], page))
    problems = (
        tuple(_problems(parts, page, area))
        if any(role == "problems" for role, *_ in parts)
        else tuple(_press_problems(rest, page))
    )
    marks = list(_marks([*page.furniture(), *lines[-4:]], page))
    return Notice(
        language="en",
        headline=title.text if title else None,
        issuer=issuer,
        issuer_text=issuer_text,
        province=province,
        number=number[1] or number[0] if number else None,
        addressees=tuple(part.strip() for part in re.split(r",(?! district\)|[^(]*\))\s*(?:and )?", addressed.text[:-1]))
        if addressed
        else (),
        citations=tuple(_citations(lines[:end], page)),
        registries=tuple(
            dict.fromkeys(re.findall(r"National Government [A-Za-z ]*?Information Reporting System", mended.text))
        ),
        period=period,
        window=_window(body, year),
        statistics_at=_statistics(body, year),
        signed_at=signed[0] if signed else None,
        published_at=published,
        issued_at=issued,
        release=next(
            (
                m.group(1)
                for line in lines
                if (m := re.fullmatch(r"\((this (?:file|document) is publicly released)\)", line.text))
            ),
            None,
        ),
        populations=ledger.populations(),
        figures=tuple(ledger.figures),
        shares=(*ledger.shares, *shares),
        recheck=_recheck(opening + overview, page, area),
        problem_summary=tuple(_summary(rest if not parts else [])),
        problems=problems,
        duties=tuple(
            Duty(heading=heading, text=s.text, place=page.place(s.start, s.end))
            for role, _, heading, group in parts
            if role == "duties"
            for line in group
            for s in _sentences(line)
        ),
        headings=tuple(heading for role, _, heading, _ in parts if role == "duties" and heading),
        deadlines=tuple(_deadlines(body, page, year, signed[0] if signed else None)),
        attachments=tuple(attachments),
        marks=tuple(marks),
        places=places,
    )


def _headline(lines: list[Line]) -> Line | None:
    for line in lines[:6]:
        original = re.match(r"Original title: ?(?P<t>.+)", line.text)
        if original:
            return Line(line.number, line.start + original.start("t"), original["t"])
        if (
            re.search(r"\b(?:[Nn]otice|[Cc]ircular|inspection of|spot check|[Nn]otification)\b", line.text)
            and len(line.text) < 260
            and not line.text.endswith(":")
        ):
            return line
    return None


_LATIN_NUMBER = re.compile(
    r"(?P<words>[A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*){0,5}) ?\[(?P<year>[0-9]{4})\] ?No\. ?(?P<n>[0-9]{1,4})"
)


def _document_number(lines: list[Line]) -> tuple[str, str | None] | None:
    for line in lines:
        match = _LATIN_NUMBER.fullmatch(line.text.strip())
        if match:
            return match.group(), restore_number(match.group())
    return None


def restore_number(text: str) -> str | None:
    """The 发文字号 behind its translation (`Nanfubanhan [2019] No. 70`); None where a part is not known."""
    match = _LATIN_NUMBER.search(text)
    if match is None:
        return None
    data = english()
    words = match["words"]
    for phrase in sorted(data["document_phrases"], key=len, reverse=True):
        if words.endswith(phrase):
            short = words[: -len(phrase)].strip()
            head = data["short_names"].get(short)
            return None if head is None else f"{head}{data['document_phrases'][phrase]}〔{match['year']}〕{match['n']}号"
    syllables: dict[str, str] = data["document_words"]
    rest = words.replace(" ", "").lower()
    tail = ""
    found = True
    while found:
        found = False
        for sound in sorted(syllables, key=len, reverse=True):
            if rest.endswith(sound) and len(rest) > len(sound):
                tail, rest, found = syllables[sound] + tail, rest[: -len(sound)], True
                break
    first = _first_syllable().get(rest)
    return f"{first}{tail}〔{match['year']}〕{match['n']}号" if first and tail else None


@cache
def _first_syllable() -> dict[str, str]:
    from govmedia_rules.subjects.codes import provinces

    known = {"nan": "南", "bei": "北", "dong": "东", "xi": "西", "han": "汉", "zhong": "中", "kun": "昆", "cheng": "成"}
    shorts = [short for province in provinces().values() for short in province.shorts]
    del shorts
    return known


def _signed(lines: list[Line]) -> tuple[PartialDate, Line] | None:
    for line in reversed(lines):
        match = _DATE.fullmatch(line.text.strip("() "))
        if match and match["year"]:
            value = _date(match, None)
            if value is not None:
                return value, line
    return None


def _issuer(title: Line | None, lines: list[Line], head: list[Line]) -> tuple[str | None, str | None]:
    known: dict[str, str] = english()["issuers"]
    for words in sorted(known, key=len, reverse=True):
        if any(words in line.text for line in lines[:8]):
            return words, known[words]
    for line in [*([title] if title else []), *lines]:
        match = re.search(
            r"(?:General |Party )?Office of (?:the )?(?:People's Government of (?P<a>[A-Z][a-z]+) (?P<ak>Province|City|County)|(?P<b>[A-Z][a-z]+) (?P<bk>Provincial|Municipal|County|City) People's Government)",
            line.text.replace("’", "'"),
        )
        if match:
            name, kind = match["a"] or match["b"], match["ak"] or match["bk"]
            text = line.text[match.start() : match.end()]
            if kind.startswith("Provinc"):
                province = english()["provinces"].get(name)
                return text, None if province is None else f"{province}人民政府办公厅"
            chinese = next(
                (m.group(1) for other in head if (m := re.search(r"来源:\s*([\u4e00-\u9fff]{4,30})", other.text))), None
            )
            place = gazetteer.find_place(f"{name} {'City' if kind in ('Municipal', 'City') else kind}")
            restored = None if place is None else f"{place.name}人民政府办公室"
            return text, chinese or restored
    return None, None


def _period(texts: list[str], year: int | None) -> Period | None:
    whole: Period | None = None
    for text in texts:
        match = re.search(r"(?P<q>first|second|third|fourth) quarter(?: of (?P<y>[0-9]{4}))?", text, re.IGNORECASE)
        if match and "review" not in text[: match.start()][-80:]:
            return Period(kind="quarter", year=int(match["y"]) if match["y"] else year, number=_ORDINALS[match["q"].lower()])
        half = re.search(r"(?P<h>first|second) half of (?P<y>[0-9]{4})", text, re.IGNORECASE)
        if half:
            return Period(kind="half", year=int(half["y"]), number=1 if half["h"].lower() == "first" else 2)
        only = re.search(r"\b(?:in|of) (?P<y>20[0-9]{2})\b", text)
        if only and whole is None:
            whole = Period(kind="year", year=int(only["y"]))
    return whole


def _window(lines: list[Line], year: int | None) -> DateSpan | None:
    for line in lines:
        match = re.search(
            rf"[Ff]rom (?P<first>{_DATE.pattern.replace('?P<month>', '').replace('?P<day>', '').replace('?P<year>', '')}) to ",
            line.text,
        )
        if match is None:
            continue
        start, end = _DATE.search(line.text, match.start()), _DATE.match(line.text, match.end())
        if start is None or end is None:
            continue
        last = _date(end, year)
        first = _date(start, last.year if last else year)
        if first is not None and last is not None:
            try:
                return DateSpan(start=first, end=last)
            except ValueError:
                return None
    return None


def _statistics(lines: list[Line], year: int | None) -> PartialDate | None:
    for line in lines:
        match = re.search(r"[Aa]s of (?:the end of )?", line.text)
        found = _DATE.match(line.text, match.end()) if match else None
        if found:
            return _date(found, year)
    return None


def _citations(lines: list[Line], page: Page) -> Iterator[Citation]:
    seen: set[str] = set()
    for line in lines:
        for match in re.finditer(
            r"[“\"](?P<t>(?:Notice|Measures|Regulations|Provisions|Opinions|Guidelines|Rules|Work Plan)[^“”\"]{20,260}?)\.?[”\"](?: ?\((?P<n>[^()]{5,60})\))?",
            line.text,
        ):
            title = match["t"].strip(" .")
            if title not in seen:
                seen.add(title)
                number = match["n"]
                by = re.search(
                    r"(?:the )?(?P<by>[A-Z][A-Za-z ]+?) (?:issued|released|published) (?:the )?$", line.text[: match.start()]
                )
                yield Citation(
                    title=title,
                    number=(restore_number(number) or number) if number else None,
                    issuer=by["by"] if by else None,
                    role="basis",
                    place=page.place(line.start + match.start(), line.start + match.end()),
                )


def _recheck(lines: list[Line], page: Page, area: str | None) -> Recheck | None:
    for line in lines:
        for sentence in _sentences(line):
            text = sentence.text
            again = re.search(r"review|rectif|re-?check", text)
            quarter = [m for m in re.finditer(r"(?P<q>first|second|third|fourth) quarter(?: of (?P<y>[0-9]{4}))?", text)]
            again = again or re.search(r"inspected .{0,80}(?:outstanding|prominent) problems in the", text)
            if not again or not quarter or not re.search("unqualified|outstanding problems|prominent problems", text):
                continue
            last = quarter[-1]
            period = Period(kind="quarter", year=int(last["y"]) if last["y"] else None, number=_ORDINALS[last["q"].lower()])
            but = re.search(r"except for (?:the )?(?P<who>.+?)(?: that| which|,)", text)
            result = (
                "all_but_named"
                if but
                else "all_rectified"
                if re.search("(?:all|have) (?:been )?(?:completed|rectified)", text)
                else "announced"
            )
            named = _named(but["who"], sentence.start + but.start("who"), page, area) if but else []
            return Recheck.model_validate(
                {
                    "period": period,
                    "text": text,
                    "result": result,
                    "not_rectified": tuple(named),
                    "place": page.place(sentence.start, sentence.end),
                }
            )
    return None


def _deadlines(lines: list[Line], page: Page, year: int | None, signed: PartialDate | None) -> Iterator[Deadline]:
    for line in lines:
        for sentence in _sentences(line):
            text = sentence.text
            match = re.search(r"\bbefore ", text)
            found = _DATE.match(text, match.end()) if match else None
            if match is None or found is None or not re.search(r"report|submit|rectif", text):
                continue
            due = _date(found, signed.year if signed else year)
            if due is None:
                continue
            if signed and signed.value and due.value and due.value < signed.value and not found["year"]:
                due = formal.with_year(PartialDate(month=due.month, day=due.day), due.value.year + 1)
            who = re.match(r"(?P<who>.+?) (?:must|should|shall|are required|need)", text)
            report = re.search(
                r"(?:and )?(?P<what>(?:report|submit) .+?)(?: to (?:the )?(?P<to>[A-Z]?[A-Za-z’' ]+?))?(?: in writing)? $",
                text[: match.start()],
            )
            form = [
                kind
                for word, kind in (("writing|written", "written"), ("paper", "paper"), ("electronic", "electronic"))
                if re.search(word, text)
            ]
            yield Deadline.model_validate(
                {
                    "due": due,
                    "who": who["who"] if who else None,
                    "what": report["what"] if report else text,
                    "receiver": report["to"] if report else None,
                    "form": tuple(form),
                    "place": page.place(sentence.start, sentence.end),
                }
            )


def _attachments(lines: list[Line], page: Page) -> tuple[list[Attachment], int]:
    """The list of attachments, with the pages that stand after it, and the number of lines before it."""
    start = next((i for i, line in enumerate(lines) if re.match(r"Attachments?:", line.text)), None)
    if start is None:
        return [], len(lines)
    found: list[Attachment] = []
    first = re.sub(r"^Attachments?:\s*", "", lines[start].text)
    items = [Line(lines[start].number, lines[start].end - len(first), first)] if first else []
    i = start + 1
    while i < len(lines) and re.match(r"[0-9]{1,2}\. ", lines[i].text):
        items.append(lines[i])
        i += 1
    pages: dict[int, tuple[str | None, Line]] = {}
    for j in range(i, len(lines)):
        page_head = re.fullmatch(r"(?:Attachment|Annex|Appendix) ?(?P<n>[0-9]{1,2})", lines[j].text)
        if page_head:
            following = lines[j + 1] if j + 1 < len(lines) else None
            title = following.text if following is not None and not re.match("Attachment", following.text) else None
            pages[int(page_head["n"])] = (title, lines[j])
    taken: set[int] = set()
    for item in items:
        match = re.match(r"(?:(?P<n>[0-9]{1,2})\. )?(?P<t>.+)", item.text)
        if match is None:
            continue
        number = int(match["n"]) if match["n"] else None
        one = pages.get(number) if number is not None and number not in taken else None
        if number is not None and one is not None:
            taken.add(number)
        found.append(
            Attachment(
                number=number,
                title=match["t"],
                page_title=one[0] if one else None,
                has_page=one is not None,
                place=page.place(item.start, item.end),
                page_place=page.place(one[1].start, one[1].end) if one else None,
            )
        )
    return found, start


def _marks(lines: list[Line], page: Page) -> Iterator[Mark]:
    patterns = (
        ("site_code", re.compile(r"(?:网站标识码|Website identification code)[:: ]*([0-9]{10})", re.IGNORECASE)),
        ("icp", re.compile(r"([A-Z][a-z]+ ICP (?:No\. ?|备 ?)?[0-9]{8}(?:-[0-9]+)?)")),
        ("police", re.compile(r"([A-Z][a-z]+ Public Security No\. ?[0-9]{14})")),
        ("organiser", re.compile(r"Organizer: ([A-Z][\w’' ]+?)(?= Organizer| Website|$)")),
        ("operator", re.compile(r"Organizer: .*?Organizer: ([A-Z][\w’' ]+?)(?= Website|$)")),
    )
    seen: set[tuple[str, str]] = set()
    for line in lines:
        for kind, pattern in patterns:
            match = pattern.search(line.text)
            if match and (kind, match.group(1)) not in seen and kind not in {k for k, _ in seen}:
                seen.add((kind, match.group(1)))
                where = page.place(line.start + match.start(1), line.start + match.end(1))
                yield Mark.model_validate({"kind": kind, "value": match.group(1), "place": where})


def _summary(lines: list[Line]) -> Iterator[str]:
    for line in lines:
        match = re.search(r"problems such as (?P<list>[^.]+)", line.text)
        if match:
            for item in re.split(r", (?:and )?| and ", match["list"]):
                yield item.strip()


def _press_problems(lines: list[Line], page: Page) -> Iterator[Problem]:
    """Findings of a press report: sentences with a named site or account that say something wrong of it."""
    for line in lines:
        for sentence in _sentences(line):
            if not re.search(r"\bnot\b|inaccurate|copied|problem", sentence.text):
                continue
            for part in _press_parts(sentence):
                problem = _problem(part, "", page, None, None)
                if problem is not None and problem.named:
                    yield problem


def _press_parts(sentence: Line) -> Iterator[Line]:
    text = sentence.text
    cuts = [0, *(m.end() for m in re.finditer(r"; |, and (?=the content|the website|the draft)", text)), len(text)]
    for low, high in zip(cuts, cuts[1:], strict=False):
        if text[low:high].strip():
            yield Line(sentence.number, sentence.start + low, text[low:high].strip(" ,;"))
