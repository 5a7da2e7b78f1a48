"""Reads a machine-translated copy for the fields that a translation carries: dates, counts, rates, names, deadlines.

The sentences of a translation are loose, so the number leads: each number is read with the noun after it and the words
around it. Names stay as printed; their Chinese form is added where the gazetteer knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from govmedia_rules.notices import formal, gazetteer
from govmedia_rules.notices.english_counting import loose_shares, read_counts
from govmedia_rules.notices.english_naming import names_in, press_problems, read_problems, read_summary
from govmedia_rules.notices.english_text import DATE, ORDINALS, date_of, sections, sentences
from govmedia_rules.notices.figures import DateSpan, PartialDate, Period, Place
from govmedia_rules.notices.gazetteer import english
from govmedia_rules.notices.model import Attachment, Citation, Deadline, Duty, Mark, Notice, Recheck
from govmedia_rules.notices.outline import Line, Page
from govmedia_rules.notices.repair import Mended


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
    opening, parts = sections([line for line in body if line is not title and line is not addressed])
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
    ledger = read_counts(overview or rest, page)
    shares = list(loose_shares(rest if not parts else [], page))
    problems = (
        tuple(read_problems(parts, page, area))
        if any(role == "problems" for role, *_ in parts)
        else tuple(press_problems(rest, page))
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
        registries=tuple(dict.fromkeys(re.findall(r"National Government [A-Za-z ]*?Information Reporting System", mended.text))),
        period=period,
        window=_window(body, year),
        statistics_at=_statistics(body, year),
        signed_at=signed[0] if signed else None,
        published_at=published,
        issued_at=issued,
        release=next(
            (m.group(1) for line in lines if (m := re.fullmatch(r"\((this (?:file|document) is publicly released)\)", line.text))),
            None,
        ),
        populations=ledger.populations(),
        figures=tuple(ledger.figures),
        shares=(*ledger.shares, *shares),
        recheck=_recheck(opening + overview, page, area),
        problem_summary=tuple(read_summary(rest if not parts else [])),
        problems=problems,
        duties=tuple(
            Duty(heading=heading, text=s.text, place=page.place(s.start, s.end))
            for role, _, heading, group in parts
            if role == "duties"
            for line in group
            for s in sentences(line)
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


_LATIN_NUMBER = re.compile(r"(?P<words>[A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*){0,5}) ?\[(?P<year>[0-9]{4})\] ?No\. ?(?P<n>[0-9]{1,4})")


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
    first = data["first_syllables"].get(rest)
    return f"{first}{tail}〔{match['year']}〕{match['n']}号" if first and tail else None


def _signed(lines: list[Line]) -> tuple[PartialDate, Line] | None:
    for line in reversed(lines):
        match = DATE.fullmatch(line.text.strip("() "))
        if match and match["year"]:
            value = date_of(match, None)
            if value is not None:
                return value, line
    return None


_OFFICE = re.compile(
    r"(?:General |Party )?Office of (?:the )?(?:People's Government of (?P<a>[A-Z][a-z]+) (?P<ak>Province|City|County)|"
    r"(?P<b>[A-Z][a-z]+) (?P<bk>Provincial|Municipal|County|City) People's Government)"
)


def _issuer(title: Line | None, lines: list[Line], head: list[Line]) -> tuple[str | None, str | None]:
    known: dict[str, str] = english()["issuers"]
    for words in sorted(known, key=len, reverse=True):
        if any(words in line.text for line in lines[:8]):
            return words, known[words]
    for line in [*([title] if title else []), *lines]:
        match = _OFFICE.search(line.text.replace("’", "'"))
        if match:
            name, kind = match["a"] or match["b"], match["ak"] or match["bk"]
            text = line.text[match.start() : match.end()]
            if kind.startswith("Provinc"):
                province = english()["provinces"].get(name)
                return text, None if province is None else f"{province}人民政府办公厅"
            chinese = next((m.group(1) for other in head if (m := re.search(r"来源:\s*([\u4e00-\u9fff]{4,30})", other.text))), None)
            place = gazetteer.find_place(f"{name} {'City' if kind in ('Municipal', 'City') else kind}")
            restored = None if place is None else f"{place.name}人民政府办公室"
            return text, chinese or restored
    return None, None


def _period(texts: list[str], year: int | None) -> Period | None:
    whole: Period | None = None
    for text in texts:
        match = re.search(r"(?P<q>first|second|third|fourth) quarter(?: of (?P<y>20[0-9]{2}))?", text, re.IGNORECASE)
        if match and "review" not in text[: match.start()][-80:]:
            return Period(kind="quarter", year=int(match["y"]) if match["y"] else year, number=ORDINALS[match["q"].lower()])
        half = re.search(r"(?P<h>first|second) half of (?P<y>20[0-9]{2})", text, re.IGNORECASE)
        if half:
            return Period(kind="half", year=int(half["y"]), number=1 if half["h"].lower() == "first" else 2)
        only = re.search(r"\b(?:in|of) (?P<y>20[0-9]{2})\b", text)
        if only and whole is None:
            whole = Period(kind="year", year=int(only["y"]))
    return whole


def _window(lines: list[Line], year: int | None) -> DateSpan | None:
    for line in lines:
        match = re.search(
            rf"[Ff]rom (?P<first>{DATE.pattern.replace('?P<month>', '').replace('?P<day>', '').replace('?P<year>', '')}) to ",
            line.text,
        )
        if match is None:
            continue
        start, end = DATE.search(line.text, match.start()), DATE.match(line.text, match.end())
        if start is None or end is None:
            continue
        last = date_of(end, year)
        first = date_of(start, last.year if last else year)
        if first is not None and last is not None:
            try:
                return DateSpan(start=first, end=last)
            except ValueError:
                return None
    return None


def _statistics(lines: list[Line], year: int | None) -> PartialDate | None:
    for line in lines:
        match = re.search(r"[Aa]s of (?:the end of )?", line.text)
        found = DATE.match(line.text, match.end()) if match else None
        if found:
            return date_of(found, year)
    return None


_CITED = re.compile(
    r"[“\"](?P<t>(?:Notice|Measures|Regulations|Provisions|Opinions|Guidelines|Rules|Work Plan)[^“”\"]{20,260}?)\.?[”\"]"
    r"(?: ?\((?P<n>[^()]{5,60})\))?"
)


def _citations(lines: list[Line], page: Page) -> Iterator[Citation]:
    seen: set[str] = set()
    for line in lines:
        for match in _CITED.finditer(line.text):
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
        for sentence in sentences(line):
            text = sentence.text
            again = re.search(r"review|rectif|re-?check", text)
            quarter = list(re.finditer(r"(?P<q>first|second|third|fourth) quarter(?: of (?P<y>20[0-9]{2}))?", text))
            again = again or re.search(r"inspected .{0,80}(?:outstanding|prominent) problems in the", text)
            if not again or not quarter or not re.search("unqualified|outstanding problems|prominent problems", text):
                continue
            last = quarter[-1]
            period = Period(kind="quarter", year=int(last["y"]) if last["y"] else None, number=ORDINALS[last["q"].lower()])
            but = re.search(r"except for (?:the )?(?P<who>.+?)(?: that| which|,)", text)
            result = (
                "all_but_named"
                if but
                else "all_rectified"
                if re.search("(?:all|have) (?:been )?(?:completed|rectified)", text)
                else "announced"
            )
            named = names_in(but["who"], sentence.start + but.start("who"), page, area) if but else []
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
        for sentence in sentences(line):
            text = sentence.text
            match = re.search(r"\bbefore ", text)
            found = DATE.match(text, match.end()) if match else None
            if match is None or found is None or not re.search(r"report|submit|rectif", text):
                continue
            due = date_of(found, signed.year if signed else year)
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
