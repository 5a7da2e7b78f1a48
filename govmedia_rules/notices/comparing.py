"""Compares the parts of a notice with each other: attachments, lists, codes, dates, names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from govmedia_rules.errors import CodeError
from govmedia_rules.notices.checks import Check, details
from govmedia_rules.notices.model import Attachment, Kind, Listed, Named, Notice
from govmedia_rules.subjects.codes import AccountCode, SiteCode

_FAILED_LIST = re.compile("不合格|突出问题|未达标|问题")
_MOST_NAMES = 5
"""Names listed in a sentence before it says 等."""


def compare_lists(notice: Notice) -> Iterator[Check]:
    """Yield every check that compares parts of a notice."""
    yield from _numbers(notice)
    yield from _titles(notice)
    for attachment in notice.attachments:
        yield from _listed_twice(attachment)
        yield from _codes(attachment)
        yield from _order(attachment)
    yield from _rows_and_text(notice)
    yield from _dates(notice)
    for kind in ("site", "account"):
        yield from _names(notice, kind)
    yield from _stated_names(notice)


def _bare(text: str | None) -> str:
    return re.sub(r"[\s“”\"《》()]", "", text or "").lower()


# --- attachments ----------------------------------------------------------------------------------------------------


def _numbers(notice: Notice) -> Iterator[Check]:
    listed = [attachment for attachment in notice.attachments if attachment.title is not None and attachment.number is not None]
    numbers = Counter(attachment.number for attachment in listed)
    for number, times in numbers.items():
        if times > 1:
            second = [attachment for attachment in listed if attachment.number == number][1]
            yield Check(
                kind="attachment_number",
                outcome="contradicts",
                reason="number_repeated",
                label=second.title or "",
                stated=str(number),
                details=details(times=times),
                place=second.place,
            )
    if listed and sorted(number for number in numbers if number is not None) != list(range(1, len(numbers) + 1)):
        yield Check(
            kind="attachment_number",
            outcome="contradicts",
            reason="numbers_not_consecutive",
            stated=", ".join(str(attachment.number) for attachment in listed),
            place=listed[0].place,
        )


def _titles(notice: Notice) -> Iterator[Check]:
    listed = [attachment for attachment in notice.attachments if attachment.title]
    for title, times in Counter(_bare(attachment.title) for attachment in listed).items():
        if times > 1:
            second = [attachment for attachment in listed if _bare(attachment.title) == title][1]
            yield Check(
                kind="attachment_title",
                outcome="contradicts",
                reason="title_repeated",
                label=second.title or "",
                details=details(times=times),
                place=second.place,
            )
    has_pages = any(attachment.has_page for attachment in notice.attachments)
    for attachment in listed:
        title, page_title = attachment.title or "", attachment.page_title or ""
        if page_title and _bare(title) != _bare(page_title):
            yield Check(
                kind="attachment_title",
                outcome="contradicts",
                reason="titles_differ",
                stated=title,
                computed=page_title,
                details=details(number=attachment.number or ""),
                place=attachment.page_place or attachment.place,
            )
        if has_pages and not (attachment.tables or attachment.bands):
            yield Check(
                kind="attachment_page",
                outcome="remark",
                reason="no_table" if attachment.has_page else "no_page",
                stated=title,
                details=details(number=attachment.number or ""),
                place=attachment.place,
            )


def _listed_twice(attachment: Attachment) -> Iterator[Check]:
    rows_by_name = Counter((row.name, row.platform) for row in attachment.listed)
    for (name, platform), times in rows_by_name.items():
        if times > 1:
            said = [row.wording for row in attachment.listed if (row.name, row.platform) == (name, platform)]
            yield Check(
                kind="listed_twice",
                # One row for each fault of a unit is a way to list; the same row twice is not.
                outcome="contradicts" if len(set(said)) < len(said) else "remark",
                reason="listed_twice",
                label=name,
                stated=str(times),
                details=details(number=attachment.number or "", times=times),
                place=attachment.page_place,
            )


def _codes(attachment: Attachment) -> Iterator[Check]:
    for row in attachment.listed:
        if row.code is None:
            continue
        try:
            code = AccountCode.parse(row.code) if row.kind == "account" else SiteCode.parse(row.code)
        except CodeError:
            code = None
        yield Check(
            kind="code",
            outcome="contradicts" if code is None else "agrees",
            reason="code_malformed" if code is None else "code_well_formed",
            label=row.name,
            stated=row.code,
            computed=(code.division or "") if code is not None else "",
            place=attachment.page_place,
        )


def _order(attachment: Attachment) -> Iterator[Check]:
    areas = [row.area for row in attachment.listed if row.area]
    if len(areas) < 4 or len(areas) != len(attachment.listed):
        return
    ended: set[str] = set()
    for i in range(1, len(areas)):
        if areas[i] != areas[i - 1]:
            ended.add(areas[i - 1])
            if areas[i] in ended:
                yield Check(
                    kind="order",
                    outcome="remark",
                    reason="order_broken",
                    label=areas[i],
                    details=details(number=attachment.number or "", row=i + 1),
                    place=attachment.page_place,
                )


# --- the text against the lists -------------------------------------------------------------------------------------


def _failed_rows(notice: Notice, kind: str) -> list[Listed]:
    """Return rows of the lists of failed units; a row that says 合格 is not one."""
    return [
        row
        for attachment in notice.attachments
        if _FAILED_LIST.search(f"{attachment.title}{attachment.page_title}")
        for row in attachment.listed
        if row.kind == kind and (row.outcome is None or "不" in row.outcome or "问题" in row.outcome)
    ]


def _rows_and_text(notice: Notice) -> Iterator[Check]:
    for kind, label in (("site", "政府网站"), ("account", "政务新媒体")):
        rows = _failed_rows(notice, kind)
        population = next((p for p in notice.populations if p.subject == kind and p.failed is not None), None)
        if not rows or population is None:
            continue
        # One unit may have a row for each of its faults.
        agrees = population.failed in (len(rows), len({(row.name, row.platform) for row in rows}))
        yield Check(
            kind="rows_of_list",
            outcome="agrees" if agrees else "contradicts",
            reason="list_agrees" if agrees else "list_differs",
            label=label,
            stated=str(population.failed),
            computed=str(len(rows)),
            counts=() if agrees else (len(rows),),
            place=next((outcome.count.place for outcome in population.outcomes if outcome.kind == "failed"), None),
        )


def _stated_names(notice: Notice) -> Iterator[Check]:
    """Yield a sentence that says how many it names."""
    for problem in notice.problems:
        if problem.stated_count is not None and not problem.is_open and problem.named:
            stated, names = problem.stated_count.value, len(problem.named)
            yield Check(
                kind="rows_of_list",
                outcome="agrees" if stated == names else "remark",
                reason="sentence_counts_names",
                label=problem.wording[:60],
                stated=str(stated),
                computed=str(names),
                place=problem.place,
            )


def _dates(notice: Notice) -> Iterator[Check]:
    signed = notice.signed_at.value if notice.signed_at else None
    if signed is None:
        return
    for deadline in notice.deadlines:
        due = deadline.due.value if deadline.due else None
        if due is not None and due < signed:
            yield Check(
                kind="dates",
                outcome="contradicts",
                reason="deadline_before_signing",
                stated=str(due),
                computed=str(signed),
                place=deadline.place,
            )
    published = notice.published_at.value if notice.published_at else None
    ended = notice.window.end.value if notice.window else None
    counted = notice.statistics_at.first() if notice.statistics_at else None
    for name, label, value, fits in (
        ("published_at", "网页日期", published, published is None or published >= signed),
        ("window", "检查结束日期", ended, ended is None or ended <= signed),
        ("statistics_at", "统计日期", counted, counted is None or counted <= signed),
    ):
        if not fits:
            yield Check(
                kind="dates",
                outcome="contradicts",
                reason="date_does_not_fit",
                label=label,
                stated=str(value),
                computed=str(signed),
                place=notice.places.get(name),
            )


# --- names ----------------------------------------------------------------------------------------------------------

_SITE_WORDS = re.compile(r"(?:政府)?(?:门户)?(?:网站|网)$|门户$|人民政府(?=网|门户|$)")


def same_name(first: str, second: str) -> bool:
    """Return whether two printed names are the same but for the words for a website (鄱阳县政府门户网, 鄱阳政府门户网)."""
    if first == second:
        return True
    short, long = (re.sub(r"[“”\"县市区和]", "", _SITE_WORDS.sub("", name)) for name in (first, second))
    return bool(short) and short == long


def _names(notice: Notice, kind: Kind) -> Iterator[Check]:
    named = {mention.name: mention for problem in notice.problems for mention in problem.named if mention.kind == kind}
    rows = _failed_rows(notice, kind)
    population = next((p for p in notice.populations if p.subject == kind and p.failed is not None), None)
    if population is not None and population.failed is not None and len(named) > population.failed:
        yield Check(
            kind="named_and_failed",
            outcome="remark",
            reason="named_more_than_failed",
            label=kind,
            stated=str(population.failed),
            computed=str(len(named)),
        )
    if named:
        yield from _unnamed(rows, named)
    for row in rows:
        yield from _spellings(row, named)
    if kind == "account":
        yield from _unlisted(notice, rows)


def _unnamed(rows: list[Listed], named: dict[str, Named]) -> Iterator[Check]:
    missing = [row.name for row in rows if not any(same_name(name, row.name) for name in named)]
    if missing:
        shown = "、".join(missing[:_MOST_NAMES]) + ("等" if len(missing) > _MOST_NAMES else "")
        yield Check(
            kind="names",
            outcome="remark",
            reason="listed_not_named",
            label=missing[0],
            stated=str(len(rows)),
            computed=str(len(missing)),
            details=details(shown=shown),
        )


def _spellings(row: Listed, named: dict[str, Named]) -> Iterator[Check]:
    alike = [name for name in named if same_name(name, row.name)]
    bare = re.sub("(?:网站|网)$", "", row.name)
    if alike and bare not in {re.sub("(?:网站|网)$", "", name) for name in alike}:
        yield Check(
            kind="names",
            outcome="remark",
            reason="two_names",
            label=row.name,
            stated=alike[0],
            computed=row.name,
            place=named[alike[0]].place,
        )
    for name in alike:
        mention = named[name]
        if mention.platform and mention.platform == row.platform and _platform_word(mention) != _platform_word(row):
            yield Check(
                kind="names",
                outcome="remark",
                reason="two_platform_words",
                label=name,
                stated=mention.platform_text or "",
                computed=row.platform_text or "",
                place=mention.place,
            )


def _platform_word(unit: Named | Listed) -> str:
    return re.sub("^(?:政务|官方)|账号$", "", unit.platform_text or "")


def _unlisted(notice: Notice, rows: list[Listed]) -> Iterator[Check]:
    """Yield faults the text reports of accounts without naming one, and that no row of the list carries."""
    carried = {indicator for row in rows for indicator in row.indicator_ids}
    if not carried:
        return
    for problem in notice.problems:
        missing = [i for i in problem.indicator_ids if i != "other" and i not in carried and ".deduct." not in i]
        if problem.kind == "account" and not problem.named and missing and len(missing) == len(problem.indicator_ids):
            yield Check(
                kind="named_and_failed",
                outcome="remark",
                reason="fault_not_listed",
                label=problem.wording[:60],
                stated=missing[0],
                place=problem.place,
            )
