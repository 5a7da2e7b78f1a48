"""Reads a notice: the pieces of `repair`, `outline`, `formal`, `counting`, `naming`, `grids` put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from govmedia_rules.notices import counting, formal
from govmedia_rules.notices.builder import CountBuilder
from govmedia_rules.notices.classify import OTHER
from govmedia_rules.notices.figures import CountedSubject, DateSpan, Period, Place
from govmedia_rules.notices.grids import from_grid, read_tables
from govmedia_rules.notices.listing import column_roles, lists_subjects, read_listed
from govmedia_rules.notices.mentions import kind_named
from govmedia_rules.notices.model import Attachment, Citation, Kind, Named, Notice, Problem
from govmedia_rules.notices.outline import DATE_LINE, AttachmentPage, Line, NoticeText, Outline, Section, outline, sentences_of
from govmedia_rules.notices.practices import read_practices, read_praised
from govmedia_rules.notices.problems import read_problems, read_sentence, read_summary, read_unheaded
from govmedia_rules.notices.rechecks import is_of_round_before, read_recheck
from govmedia_rules.notices.repair import Mended, mend, mend_characters
from govmedia_rules.notices.sources import Cell, NoticeSource, SourceGrid, load
from govmedia_rules.notices.stance import stance_of
from govmedia_rules.notices.text_tables import cell_grids, spaced_grids

_CJK = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_LONGEST_TITLE = 1_000
"""Characters kept of a title; what is longer is a text."""


def read(source: str | bytes | Path, *, keep_contacts: bool = False) -> Notice:
    """Read a notice from text, HTML or DOCX, as far as it allows.

    Args:
        source: Text or HTML; the bytes of a text, HTML or DOCX file; a path, or its name in one line.
        keep_contacts: Keep the names, numbers and addresses of contacts. By default they are recognised, blotted out of
            the text and only counted.

    Returns:
        What was found; whatever was not found is None or (). A text that is no notice gives an almost empty one.

    Raises:
        NoticeError: The file cannot be opened or is of another kind.
        MissingExtra: The copy is in traditional characters or DOCX and the package for it is not installed.
    """
    loaded = load(source)
    mended = mend(loaded.text, keep_contacts=keep_contacts)
    # Of a translation nothing is read: its numbers and names are the translator's.
    notice = Notice(language="en") if _is_english(mended.text) else _read_chinese(mended, _mend_grids(loaded))
    kept = mended.contacts if keep_contacts else ()
    return notice.model_copy(
        update={
            "text": mended.text,
            "repairs": mended.repairs,
            "contacts": kept,
            "contacts_left_out": 0 if keep_contacts else len(mended.contacts),
        }
    )


def _is_english(text: str) -> bool:
    return len(_LATIN.findall(text)) > 2 * len(_CJK.findall(text))


def _mend_grids(source: NoticeSource) -> list[SourceGrid]:
    for grid in source.grids:
        grid.rows = [
            [Cell(mend_characters(cell.text)[0], cell.column_span, cell.row_span, cell.is_first) for cell in row]
            for row in grid.rows
        ]
    return source.grids


def _read_chinese(mended: Mended, grids: list[SourceGrid]) -> Notice:
    page, parts, grids = _without_tables(NoticeText(mended.text, mended.furniture | mended.contact_lines), grids)
    attachments = _attachments(parts, page, grids)
    places: dict[str, Place] = {}
    notice = _read_frame(parts, page, places)
    year = notice.signed_at.year if notice.signed_at else notice.published_at.year if notice.published_at else None
    notice = _read_times(notice, parts, page, places, year or (notice.period.year if notice.period else None))
    overview = _overview(parts)
    builder = _count(parts, page, overview, notice.period)
    method = counting.method_of(parts.opening)
    populations = tuple(
        population.model_copy(update={"method": population.method or method}) if not population.scope else population
        for population in builder.populations()
    )
    of_round_before = frozenset(
        line.start for part in parts.root.walk() if part.role == "recheck" for line in part.body if is_of_round_before(part.title)
    )
    return notice.model_copy(
        update={
            "province": _province(notice, attachments),
            "registries": formal.registries(mended.text),
            "populations": populations,
            "figures": tuple(builder.figures),
            "recheck": read_recheck([*parts.opening, *overview], page, under_heading=of_round_before),
            "praised": tuple(names for line in overview for names in read_praised(line)),
            "attachments": attachments,
            "places": places,
            **_read_parts(parts, page),
        }
    )


def _read_frame(parts: Outline, page: NoticeText, places: dict[str, Place]) -> Notice:
    """Return a notice with its head, its foot and its period; enter in `places` where they stand."""

    def put(name: str, start: int, end: int) -> None:
        places[name] = page.place(start, end)

    body = _body_lines(parts)
    furniture = list(page.furniture())
    title = formal.headline(parts.head)
    if title is not None:
        put("headline", title.start, title.end)
    sender = formal.issuer(title, [*parts.head, *furniture[:3]], parts.closing, [*parts.opening, *body])
    if sender is not None:
        put("issuer", sender[1], sender[2])
    number = formal.document_number(parts.head)
    if number is not None:
        start = number[1].start + number[1].text.find(number[0])
        put("number", start, start + len(number[0]))
    addressed = formal.addressees(parts.head)
    if addressed is not None:
        put("addressees", addressed[1].start, addressed[1].end)
    signed = formal.signed([*parts.closing, *(line for line in body[-4:] if not parts.closing)], [*parts.head, *furniture[:8]])
    if signed is not None:
        put("signed_at", signed[1].start, signed[1].end)
    published, where = formal.published(parts.head, furniture, [*parts.closing, *body][-2:])
    if where is not None:
        places["published_at"] = where
    source = formal.publisher(parts.head, furniture[:8])
    if source is not None:
        put("publisher", source[1], source[2])
    mark = formal.release_mark(
        [*parts.closing, *body, *(line for attachment_page in parts.pages[:1] for line in attachment_page.lines[:2])]
    )
    if mark is not None:
        put("release", mark.start, mark.end)
    year = signed[0].year if signed else published.year if published else None
    period, place = _period(title, parts, page, year)
    if place is not None:
        places["period"] = place
    return Notice(
        language="zh",
        headline=title.text if title else None,
        issuer=sender[0] if sender else None,
        issuer_text=sender[0] if sender else None,
        number=number[0] if number else None,
        addressees=addressed[0] if addressed else (),
        citations=_citations(parts, body),
        period=period,
        signed_at=signed[0] if signed else None,
        published_at=published,
        publisher=source[0] if source else None,
        release=mark.text if mark else None,
        marks=tuple(formal.marks([*furniture, *parts.closing], page)),
    )


def _citations(parts: Outline, body: list[Line]) -> tuple[Citation, ...]:
    """Return the documents cited, those of the opening as the basis, and no title twice."""
    opening = parts.opening or body[:1]
    cited = list(formal.citations(opening, "basis"))
    titles = {citation.title for citation in cited}
    return (*cited, *(c for c in formal.citations(body[len(opening) :], "rule") if c.title not in titles))


def _province(notice: Notice, attachments: tuple[Attachment, ...]) -> str | None:
    codes = tuple(row.code for attachment in attachments for row in attachment.listed if row.code)
    return formal.province_of(notice.issuer, notice.headline, *(c.title for c in notice.citations), codes=codes)


def _read_times(notice: Notice, parts: Outline, page: NoticeText, places: dict[str, Place], year: int | None) -> Notice:
    """Return the notice with the days of the inspection and of its counts; `year` is that of dates without one."""
    body = _body_lines(parts)
    window = formal.window(body, year)
    if window is not None:
        places["window"] = page.place(window[1], window[2])
    counted = formal.statistics_date(body, year, notice.signed_at)
    if counted is not None:
        places["statistics_at"] = page.place(counted[1], counted[2])
    duty_lines = [line for section in _parts_with("duties", parts.root) for part in section.walk() for line in _own_lines(part)]
    return notice.model_copy(
        update={
            "window": window[0] if window else None,
            "statistics_at": counted[0] if counted else None,
            "statistics_span": _statistics_span(parts, page, places),
            "deadlines": tuple(formal.deadlines(duty_lines or body, page, year, notice.signed_at)),
        }
    )


def _overview(parts: Outline) -> list[Line]:
    """Return the lines that tell figures and re-checks; without a heading of an overview, all that stand under no other."""
    sections = list(parts.root.walk())
    if any(section.role == "overview" for section in sections):
        return [line for section in sections if section.role in ("overview", "recheck") for line in section.body]
    elsewhere = {line.start for part in sections if part.role in ("problems", "duties", "practices") for line in part.body}
    return [line for line in _body_lines(parts) if line.start not in elsewhere]


def _count(parts: Outline, page: NoticeText, overview: list[Line], period: Period | None) -> CountBuilder:
    """Return the counts of the head, the opening, the overview and the headings; failures also of the parts about problems."""
    title = formal.headline(parts.head)
    in_head = [line for line in parts.head if line is not title and title != line and re.search("[0-9][个家]", line.text)]
    starts = {line.start for line in overview}
    opening = [line for line in parts.opening if line.start not in starts]
    lines = _counted_lines(parts, page, [*in_head, *opening, *overview])
    builder = counting.count_paragraphs(lines, page, period, _topics(parts))
    counting.read_failures(_problem_lines(parts), page, builder)
    return builder


def _topics(parts: Outline) -> dict[int, CountedSubject]:
    """Return the kind of subject that the heading over a paragraph names, by the offset of the first paragraph under it."""
    headed = [(section.body[0].start, kind_named(section.title)) for section in parts.root.walk() if section.body]
    return {start: kind for start, kind in headed if kind is not None}


def _read_parts(parts: Outline, page: NoticeText) -> dict[str, object]:
    """Return what the parts of problems, practices and duties hold, by the field of the notice."""
    _name_parts_by_fault(parts)
    problem_parts, practice_parts, duty_parts = (_parts_with(role, parts.root) for role in ("problems", "practices", "duties"))
    if problem_parts:
        problems = tuple(problem for section in problem_parts for problem in read_problems(section, page))
        problems += tuple(_named_in_overview(parts, page, problems))
    else:
        problems = tuple(_problems_without_headings(parts, page))
    problems += tuple(_still_open(parts, page))
    about = _about(formal.headline(parts.head), page)
    return {
        "problem_summary": tuple(item for section in problem_parts for item in read_summary(section)),
        "problems": _with_whole_names(tuple(_with_names_before(tuple(_as_of(problem, about) for problem in problems)))),
        "practices": tuple(practice for section in practice_parts for practice in read_practices(section, page)),
        "duties": tuple(duty for section in duty_parts for duty in formal.duties(section, page)),
        "headings": tuple(part.title for section in duty_parts for part in section.parts if part.title),
    }


def _without_tables(page: NoticeText, grids: list[SourceGrid]) -> tuple[NoticeText, Outline, list[SourceGrid]]:
    """Return a text without the lines of its tables of subjects, its parts, and all tables: what stands in one is no sentence."""
    parts = outline(page)
    grids = [*grids, *_tables_in_text(page, parts, grids)]
    in_tables = {line for grid in _loose(grids, parts) if _lists_subjects(grid) for line in grid.covered()}
    if not in_tables:
        return page, parts, grids
    page = NoticeText(page.text, page.skipped, frozenset(in_tables))
    return page, outline(page), grids


def _tables_in_text(page: NoticeText, parts: Outline, grids: list[SourceGrid]) -> Iterator[SourceGrid]:
    """Yield the tables in the lines of the text before the first page of an attachment; not those the source has as tables."""
    known = {line for grid in grids for line in grid.covered()}
    end = parts.pages[0].first_line - 1 if parts.pages else None
    rows = ["" if number in known else row for number, row in enumerate(page.text.split("\n")[:end], 1)]
    yield from spaced_grids(rows, 1)
    yield from cell_grids(rows, 1)


def _loose(grids: list[SourceGrid], parts: Outline) -> list[SourceGrid]:
    """Return the tables that stand on no page of an attachment."""
    return [grid for grid in grids if not any(page.first_line <= grid.line <= page.last_line for page in parts.pages)]


def _lists_subjects(grid: SourceGrid) -> bool:
    table = from_grid(grid)
    return table is not None and len(table.columns) > 1 and lists_subjects(column_roles(table))


_COUNTS_OUTCOME = re.compile("^(?:不?合格|不?达标)的?(?:政府网站|网站|政务新媒体|新媒体|账号)[0-9,]+[个家]")
"""A heading that gives a result (二、不合格账号5个:…)."""


def _counted_lines(parts: Outline, page: NoticeText, lines: list[Line]) -> list[Line]:
    """Return the lines that state figures in the order of the text, headings that give a result among them."""
    titles = [_title_line(section, page) for section in parts.root.walk() if _COUNTS_OUTCOME.search(section.title)]
    return sorted([*lines, *titles], key=lambda line: line.start)


def _name_parts_by_fault(parts: Outline) -> None:
    """Make a part whose heading tells a fault one of problems (二、更新不及时的单位 beside 三、其他问题)."""
    for section in parts.root.walk():
        if not section.role and section.title and stance_of(section.title) == "fault":
            section.role = "problems"


def _title_line(section: Section, page: NoticeText) -> Line:
    start = page.text.find(section.title, section.start)
    return Line(page.place(start, start).line, start, section.title)


def _own_lines(part: Section) -> list[Line]:
    """Return the lines of a part without those below it; of an item that is one line, that line."""
    return part.body or ([part.title_line] if part.title_line is not None and not part.parts else [])


def _problem_lines(parts: Outline) -> list[Line]:
    return [line for section in parts.root.walk() if section.role == "problems" for line in section.body]


def _parts_with(role: str, root: Section) -> list[Section]:
    """Return the sections of one role in the order of the text, without those that stand below another of it."""
    sections: list[Section] = []
    stack = [root]
    while stack:
        section = stack.pop()
        if section.role == role:
            sections.append(section)
        else:
            stack += reversed(section.parts)
    return sections


def _body_lines(parts: Outline) -> list[Line]:
    return [*parts.opening, *(line for section in parts.root.walk() for line in section.body)]


def _is_of_the_round(text: str, start: int, end: int) -> bool:
    """Whether a year or month in the text is the period; 最后一次更新为2019年 is a year of something else."""
    return (
        re.search("(?:^|[,。;:(])$", text[:start]) is not None
        or re.match("份?的?(?:监测|检查|抽查|巡查|运行|度|全|政府|政务|集中|普查|季度)", text[end:]) is not None
    )


_MONTHS = re.compile(
    r"(?P<year>[0-9]{4})年(?P<first>[0-9]{1,2})月份?(?:至|到|—|-|–|~){1,2}(?P<last>[0-9]{1,2})月(?!份?[0-9]{1,2}[日号])"
)


def _quarter_of_months(text: str) -> tuple[Period, int, int] | None:
    """Return the quarter or half-year that a span of months is (2020年1月至3月); None when it is none."""
    match = _MONTHS.search(text)
    if match is None:
        return None
    year, first, last = int(match["year"]), int(match["first"]), int(match["last"])
    for kind, months in (("quarter", 3), ("half", 6)):
        if last - first == months - 1 and last % months == 0 and 1949 <= year <= 2199:
            return Period.model_validate({"kind": kind, "year": year, "number": last // months}), match.start(), match.end()
    return None


_UNTIL = re.compile(r"截(?:至|止)到?(?:[0-9]{4}年)?[0-9]{1,2}月(?:[0-9]{1,2}日|底|末)?|截(?:至|止)到?[0-9]{4}年(?:底|末)?")


def _period(title: Line | None, parts: Outline, page: NoticeText, year: int | None) -> tuple[Period | None, Place | None]:
    lines = [*([title] if title else parts.head), *parts.opening, *parts.attachment_list, *_body_lines(parts)[:2]]
    best: tuple[Period, Place] | None = None
    for line in lines:
        # 截至2021年3月底 is the day of a count, no period.
        text = _UNTIL.sub(lambda match: "*" * len(match.group()), line.text)
        # 2023年9月18日 is a day; its year is no period.
        text = DATE_LINE.sub(lambda match: "*" * len(match.group()), text)
        # 2020年8月至10月 that is no quarter is none of its months either.
        match = _quarter_of_months(text) or Period.find(_MONTHS.sub(lambda span: "*" * len(span.group()), text))
        is_body = line is not title
        if (
            match is not None
            and match[0].kind in ("year", "month", "round")
            and is_body
            and not _is_of_the_round(text, match[1], match[2])
        ):
            continue
        if match is None:
            continue
        period, start, end = match
        if best is None:
            best = period, page.place(line.start + start, line.start + end)
        elif (
            best[0].kind == "year"
            and period.kind != "year"
            and period.year in (None, best[0].year)
            # 2023年11月,省局对…开展了年度检查 is when was inspected, in a notice for the year.
            and (period.kind != "month" or not text.startswith(",", end))
            # 一季度不合格2家、二季度1家 are parts of the year.
            and len(set(re.findall("[一二三四](?=季度)", text))) < 2
        ):
            best = period.model_copy(update={"year": best[0].year}), page.place(line.start + start, line.start + end)
        elif best[0].year is None and period.kind == best[0].kind and period.number == best[0].number and period.year:
            best = period, best[1]
    if best is None:
        return None, None
    if best[0].year is None and year is not None:
        # 第四季度 of a notice signed in January is the year before.
        return best[0].model_copy(update={"year": year}), best[1]
    return best


def _statistics_span(parts: Outline, page: NoticeText, places: dict[str, Place]) -> DateSpan | None:
    for attachment_page in parts.pages:
        for line in [*([attachment_page.same_line] if attachment_page.same_line else []), *attachment_page.lines[:4]]:
            span = formal.month_span(line.text, line.start, page)
            if span is not None:
                places["statistics_span"] = span[1]
                return span[0]
    return None


def _still_open(parts: Outline, page: NoticeText) -> Iterator[Problem]:
    """Yield what a part about an earlier round says is still so in this one (仍未整改,本季度继续两周未更新)."""
    for section in parts.root.walk():
        for line in section.body if section.role == "recheck" else ():
            for sentence in sentences_of(line):
                if re.search("本季度|本期|本次|仍未|依然|再次", sentence.text):
                    # 尚未整改到位 alone is what `Notice.recheck` says.
                    yield from (problem for problem in read_sentence(sentence, page) if problem.indicator_ids != (OTHER,))


def _named_in_overview(parts: Outline, page: NoticeText, known: tuple[Problem, ...]) -> Iterator[Problem]:
    """Yield findings that name somebody outside the part about problems (1个账号(“甲”微信公众号)因两周未更新不合格)."""
    names = {named.name for problem in known for named in problem.named}
    for section in parts.root.walk():
        for line in section.body if section.role == "overview" else ():
            for sentence in sentences_of(line):
                for problem in read_sentence(sentence, page):
                    is_new = any(named.name not in names for named in problem.named)
                    if is_new and set(problem.indicator_ids) != {"other"}:
                        yield problem


def _about(title: Line | None, page: NoticeText) -> Kind | None:
    """Return what a notice is about: accounts where it never speaks of sites, else what the headline names alone."""
    if kind_named(page.text) == "account":
        return "account"
    return kind_named(title.text) if title is not None else None


def _as_of(problem: Problem, about: Kind | None) -> Problem:
    """Return a finding that may be of sites and accounts alike as one of the kind that the headline names alone."""
    kept = tuple(i for i in problem.indicator_ids if i.startswith("media." if about == "account" else "site."))
    if about is None or problem.kind is not None or not kept:
        return problem
    return problem.model_copy(update={"kind": about, "indicator_ids": kept})


_THOSE_ABOVE = re.compile(
    "^(?:以上|上述|这些|该)(?:[0-9两三四五六七八九十]+[个家])?(?:不合格)?(?:网站|单位|部门|账号|政务新媒体|新媒体|微信公众号|公众号)(?:内容)?(?:均|都|全部)"
)


def _with_names_before(problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """Yield the findings; one of 上述账号均超过14天未更新 is of those that the finding before it names."""
    before: Problem | None = None
    for problem in problems:
        if before is not None and before.named and not problem.named and _THOSE_ABOVE.match(problem.wording):
            problem = problem.model_copy(update={"named": before.named, "is_open": before.is_open})
        yield problem
        before = problem


def _with_whole_names(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return the findings with each account that is named again without its platform and body as it was named with them."""
    whole: dict[str, set[tuple[str | None, str | None, Kind | None, str | None]]] = {}
    for named in (named for problem in problems for named in problem.named if named.platform):
        whole.setdefault(named.name, set()).add((named.platform, named.platform_text, named.kind, named.owner))

    def completed(named: Named) -> Named:
        known = whole.get(named.name, set())
        if named.platform or named.kind == "site" or len(known) != 1:
            return named
        ((platform, platform_text, kind, owner),) = known
        update = {"platform": platform, "platform_text": platform_text, "kind": kind, "owner": named.owner or owner}
        return named.model_copy(update=update)

    return tuple(problem.model_copy(update={"named": tuple(map(completed, problem.named))}) for problem in problems)


def _problems_without_headings(parts: Outline, page: NoticeText) -> Iterator[Problem]:
    """Yield the findings of a notice that has no part of problems."""
    yield from read_unheaded(Section(0, body=parts.opening), page)
    for section in parts.root.walk():
        if section.role not in ("duties", "practices", "recheck"):
            yield from read_unheaded(section, page)


# --- attachments ----------------------------------------------------------------------------------------------------

_ITEM = re.compile(r"(?:附 *件? *[:] *)?(?:(?P<number>[0-9]{1,2})[.、] *)?(?P<title>.+)")


def _attachments(parts: Outline, page: NoticeText, grids: list[SourceGrid]) -> tuple[Attachment, ...]:
    listed: list[tuple[int | None, str, Line]] = []
    for line in parts.attachment_list:
        if re.fullmatch(r"附 *件 *: *", line.text):
            continue
        # 附件:1.甲 2.乙 in one line.
        pieces = re.split(r"(?<=[^0-9.])(?=[0-9]{1,2}[.、][^0-9])", re.sub(r"^附 *件? *[:] *", "", line.text))
        for piece in pieces:
            match = _ITEM.match(piece.strip())
            if match:
                number = match.group("number")
                listed.append((int(number) if number else None, match.group("title").strip(" ;。,")[:_LONGEST_TITLE], line))
    attachments: list[Attachment] = []
    left = list(parts.pages)
    loose = _loose(grids, parts)
    for number, title, line in listed:
        own_page = next((p for p in left if p.number == number), None)
        if own_page is None and len(listed) == 1 and left:
            own_page = left[0]
        if own_page is not None:
            left.remove(own_page)
        attachment = _attachment(number, title, line, own_page, page, grids)
        grid = _grid_of(title, loose, page, alone=len(listed) == 1) if own_page is None else None
        if grid is not None:
            loose.remove(grid)
            attachment = _with_table(attachment, grid, page)
        attachments.append(attachment)
    attachments += [_attachment(own_page.number, None, None, own_page, page, grids) for own_page in left]
    # A table in the text itself has neither number nor title nor page.
    attachments += [_with_table(Attachment(), grid, page) for grid in loose if _lists_subjects(grid)]
    return tuple(attachments)


def _grid_of(title: str, loose: list[SourceGrid], page: NoticeText, *, alone: bool) -> SourceGrid | None:
    """Return the table that belongs to a listed attachment although no line 附件 stands before it."""
    lines = page.text.split("\n")
    for grid in loose:
        caption = grid.rows[0][0].text if grid.rows and grid.rows[0] else ""
        before = next((lines[n].strip() for n in range(grid.line - 2, -1, -1) if lines[n].strip()), "")
        if re.sub(r"\s", "", title) in (re.sub(r"\s", "", caption), re.sub(r"\s", "", before)):
            return grid
    return loose[0] if alone and len(loose) == 1 else None


def _with_table(attachment: Attachment, grid: SourceGrid, page: NoticeText) -> Attachment:
    table = from_grid(grid)
    if table is None:
        return attachment
    lines = page.text.split("\n")
    start = sum(len(line) + 1 for line in lines[: grid.line - 1])
    title = table.caption or attachment.title
    return attachment.model_copy(
        update={
            "page_title": title,
            "tables": (table,),
            "listed": tuple(read_listed(table, 0, title)),
            "has_page": attachment.title is not None,
            "page_place": page.place(start, start + len(lines[grid.line - 1])),
        }
    )


def _attachment(
    number: int | None,
    title: str | None,
    line: Line | None,
    own_page: AttachmentPage | None,
    page: NoticeText,
    grids: list[SourceGrid],
) -> Attachment:
    place = page.place(line.start, line.end) if line else None
    if own_page is None:
        return Attachment(number=number, title=title, place=place)
    content = read_tables(own_page, page, grids, title)
    span = None
    for first in [*([own_page.same_line] if own_page.same_line else []), *own_page.lines[:4]]:
        month_span = formal.month_span(first.text, first.start, page)
        if month_span is not None:
            span = month_span[0]
            break
    rows = [row for i, table in enumerate(content.tables) for row in read_listed(table, i, content.title or title)]
    return Attachment(
        number=number,
        title=title,
        page_title=content.title[:_LONGEST_TITLE] if content.title else None,
        span=span,
        tables=tuple(content.tables),
        listed=tuple(rows),
        bands=tuple(content.bands),
        has_page=True,
        place=place,
        page_place=page.place(own_page.start, own_page.start + (len(own_page.same_line.text) if own_page.same_line else 3)),
    )
