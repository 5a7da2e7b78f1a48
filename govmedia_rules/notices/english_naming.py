"""Reads findings of a machine translation with the sites and accounts they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from govmedia_rules.notices import gazetteer
from govmedia_rules.notices.classify import Words, classify
from govmedia_rules.notices.english_counting import platform_in
from govmedia_rules.notices.english_text import NUMBER, count_of, sentences
from govmedia_rules.notices.figures import Count
from govmedia_rules.notices.gazetteer import english
from govmedia_rules.notices.model import Kind, Named, Problem
from govmedia_rules.notices.outline import Line, Page, any_of

_QUOTED = re.compile(r"[“\"] ?(?P<name>[A-Z][^“”\"]{2,90}?) ?[”\"]")
_PLATFORM_AFTER = re.compile(
    r"\s*(?:government affairs |government |official )?(?P<p>WeChat official account|WeChat public account|WeChat portal|"
    r"WeChat|Sina Weibo|Weibo|today ?[’']?s headlines|headline account|Douyin|website|web site|network)",
    re.IGNORECASE,
)


def read_problems(parts: list[tuple[str, str, str, list[Line]]], page: Page, area: str | None) -> Iterator[Problem]:
    for role, top, heading, lines in parts:
        if role != "problems":
            continue
        for line in lines:
            yield from _problems_of(line, heading or top, page, area)


def _problems_of(line: Line, heading: str, page: Page, area: str | None) -> Iterator[Problem]:
    previous: Problem | None = None
    for sentence in _merged(sentences(line)):
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
                    and previous.indicator_ids[0] == "other"
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
    starts = r", (?:and )?(?=some (?:government )?websites? |the website of |the content of )|; "
    cuts += [match.end() for match in re.finditer(starts, text)]
    for low, high in pairwise([*cuts, len(text)]):
        part = text[low:high].strip(" ,;")
        if part:
            yield Line(sentence.number, sentence.start + low, part)


def _problem(part: Line, heading: str, page: Page, area: str | None, previous: Problem | None) -> Problem | None:
    text = part.text
    named = names_in(text, part.start, page, area)
    wording = text
    kind = _kind(text, heading, named)
    found = classify(wording, subject=kind, words=Words.built_in("en"))
    if not named and found.indicator_ids == ("other",) and found.decisions[0].fault == "unknown":
        return None
    stated = re.search(rf"[Tt]here are {NUMBER} (?:government )?websites? in", text)
    return Problem(
        wording=_without_names(text, named),
        heading=heading,
        kind=kind,
        named=tuple(named),
        is_open=re.search(any_of(english()["naming"]["more"]), text) is not None,
        stated_count=Count(value=count_of(stated["n"])) if stated else None,
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


def names_in(text: str, start: int, page: Page, area: str | None) -> list[Named]:
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
            platform_in(re.sub("(?i)today ?[’']?s headlines", "today's headlines", spelt)) if kind == "account" and spelt else None
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
    follows = r"of|and|the|for|’s|'s|[A-Z][\w’'\-]*|\([A-Z][\w’'\- ]*\)|website|portal"
    pattern = re.compile(rf"(?:[Tt]he )?(?P<name>[A-Z][\w’'\-]*(?:(?: |-)(?:{follows}))*)")
    for match in pattern.finditer(text):
        name = re.sub(r"(?: (?:of|and|the|for|portal website|website|websites|portal))+$", "", match["name"]).strip()
        pieces = re.split(r"(?:^|,)\s*and (?:the )?", name)
        name = pieces[-1].strip()
        words = name.split()
        while words and words[0] in naming["stop_starts"] and len(words) > 1:
            words = words[1:]
        name = " ".join(words)
        name = re.sub(r"^(?:(?:websites? of|website|the) )+", "", name)
        is_site = re.match(r"[\w’' ]*(?<= )(?:portal )?website", match["name"][match["name"].find(name) :]) is not None
        if not name or name in naming["stop_starts"] or not (is_site or re.search(rf"(?:{endings}|Government|Network|\))$", name)):
            continue
        low = match.start("name") + match["name"].find(name)
        yield name, low, low + len(name)


def _without_names(text: str, named: list[Named]) -> str:
    wording = text
    for one in named:
        wording = wording.replace(one.name, "")
    wording = re.sub(r"[“”\"]\s*[“”\"]|(?:,? ?(?:and )?(?:the )?(?=,))", "", wording)
    return re.sub(r"\s+", " ", re.sub(r"(?:, ){2,}", ", ", wording)).strip(" ,.")


def read_summary(lines: list[Line]) -> Iterator[str]:
    for line in lines:
        match = re.search(r"problems such as (?P<list>[^.]+)", line.text)
        if match:
            for item in re.split(r", (?:and )?| and ", match["list"]):
                yield item.strip()


def press_problems(lines: list[Line], page: Page) -> Iterator[Problem]:
    """Findings of a press report: sentences with a named site or account that say something wrong of it."""
    for line in lines:
        for sentence in sentences(line):
            if not re.search(r"\bnot\b|inaccurate|copied|problem", sentence.text):
                continue
            for part in _press_parts(sentence):
                problem = _problem(part, "", page, None, None)
                if problem is not None and problem.named:
                    yield problem


def _press_parts(sentence: Line) -> Iterator[Line]:
    text = sentence.text
    cuts = [0, *(m.end() for m in re.finditer(r"; |, and (?=the content|the website|the draft)", text)), len(text)]
    for low, high in pairwise(cuts):
        if text[low:high].strip():
            yield Line(sentence.number, sentence.start + low, text[low:high].strip(" ,;"))
