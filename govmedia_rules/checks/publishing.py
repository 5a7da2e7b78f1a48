"""Policy documents, their interpretations, yearly reports, relayed items and forged dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.columns import may_be_among
from govmedia_rules.checks.contract import (
    CheckResult,
    Evidence,
    Kinds,
    Positive,
    Strictness,
    check,
    failed,
    inconclusive,
    needs_review,
    passed,
)
from govmedia_rules.checks.sampling import draw_seeded
from govmedia_rules.core.time import Moment, Window, day_in_month, day_of, earliest, latest, zone_of
from govmedia_rules.core.workdays import Calendar
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Column, Document, Entry, Interpretation, Relay


def shingles(text: str, size: int) -> set[str]:
    """Return all runs of `size` characters of a text without its white space."""
    plain = "".join(text.split())
    return {plain[start : start + size] for start in range(len(plain) - size + 1)}


def copied_share(interpretation: str, document: str, size: int) -> float | None:
    """Return the share of the interpretation's runs of `size` characters that also occur in the document.

    A copy gives nearly 1, a lightly edited one about 0.8, independent words nearly 0. None when the interpretation is
    shorter than one run.
    """
    own_shingles = shingles(interpretation, size)
    return len(own_shingles & shingles(document, size)) / len(own_shingles) if own_shingles else None


_LACKING = ("missing", "none_recent", "uninterpreted", "copied")


@check("site.interpretations_lacking", needs="interpretations", faults=_LACKING, version=2)
def interpretations_lacking(
    site: SiteSnapshot,
    *,
    kinds: Kinds,
    window: Annotated[Window, Strictness.SHORTER],
    copied_share_limit: Annotated[float, Field(gt=0, le=1), Strictness.LOWER],
    shingle_characters: Annotated[int, Field(ge=4, le=50)] = 8,
) -> CheckResult:
    """Check whether interpretations are missing, old, do not cover important documents of this government, or copy their document.

    Args:
        kinds: Kinds of the column for interpretations.
        window: An interpretation must have been published inside it.
        copied_share_limit: Share of an interpretation's text runs found in its document from which it is a copy, 0 to 1.
        shingle_characters: Length of the text runs that are compared.
    """
    interpretations = site.interpretations or ()
    missing: dict[str, int] = {}
    if site.columns is not None and not site.columns_of(*kinds) and "columns" not in site.partial:
        if not may_be_among(site):
            return failed("interpretation_column_missing", faults={"missing": 1}, kinds=kinds)
        missing = {"missing": 1}
    evidence: list[Evidence] = []
    faults: dict[str, int] = {}
    possible: dict[str, int] = missing
    span = window.before(site.observed_at)
    dates = [interpretation.published_at for interpretation in interpretations]
    if not any(shown is not None and span.has(shown) for shown in dates):
        # One dated after the point was there at the point, so nobody knows when it was published.
        if None in dates or any(map(span.is_before, filter(None, dates))) or "interpretations" in site.partial:
            possible["none_recent"] = 1
        else:
            newest = max((shown for shown in dates if shown is not None), key=lambda shown: shown.toordinal(), default=None)
            evidence.append(Evidence("interpretations", None, newest, newest, window))
            faults["none_recent"] = 1
    linked = {address for interpretation in interpretations for address in interpretation.documents or ()}
    important = [document for document in site.documents or () if document.important and document.own is not False]
    bare = [document for document in important if document.url not in linked and not document.interpretations]
    unseen = [document for document in bare if document.interpretations is None]
    certain = [document for document in bare if document.interpretations is not None and "interpretations" not in site.partial]
    evidence += [Evidence(document.title, document.url, document.published_at) for document in certain]
    if certain:
        faults["uninterpreted"] = len(certain)
    if unseen:
        possible["uninterpreted"] = len(unseen)
    copies = _copies(interpretations, site.documents or (), copied_share_limit, shingle_characters)
    evidence += copies
    if copies:
        faults["copied"] = len(copies)
    if faults:
        return failed("interpretations_lacking", evidence=evidence, faults=faults, possible=possible, **_counts(faults))
    if possible:
        return inconclusive("interpretations_unknown", evidence=evidence, possible=possible)
    return passed()


def _counts(faults: dict[str, int]) -> dict[str, Any]:
    return {kind: faults.get(kind, 0) for kind in ("none_recent", "uninterpreted", "copied")}


def _copies(
    interpretations: tuple[Interpretation, ...], documents: tuple[Document, ...], limit: float, size: int
) -> list[Evidence]:
    by_url = {document.url: document for document in documents}
    copies: list[Evidence] = []
    for interpretation in interpretations:
        for address in interpretation.documents or ():
            document = by_url.get(address)
            if document is None or document.text is None or interpretation.text is None:
                continue
            share = copied_share(interpretation.text, document.text, size)
            if share is not None and share >= limit:
                shown = round(share, 3)
                copies.append(Evidence(interpretation.title, interpretation.url, interpretation.published_at, shown, limit))
                break
    return copies


@check("site.interpretations_unlinked", needs=("documents", "interpretations"), faults=("unlinked",))
def interpretations_unlinked(
    site: SiteSnapshot,
    *,
    interpretation_sample: Positive,
    document_sample: Positive,
    seed: int,
) -> CheckResult:
    """Check whether sampled interpretations do not link to their document, or the documents not to their interpretation.

    Args:
        interpretation_sample: Number of interpretations drawn.
        document_sample: Number of interpreted documents drawn.
        seed: Seed of the sample.
    """
    interpretations, documents = site.interpretations or (), site.documents or ()
    drawn = draw_seeded(interpretations, interpretation_sample, seed, f"{site.site.id} interpretations", lambda item: item.url)
    interpreted = {address for interpretation in interpretations for address in interpretation.documents or ()}
    covered = [document for document in documents if document.url in interpreted or document.interpretations]
    drawn_documents = draw_seeded(covered, document_sample, seed, f"{site.site.id} documents", lambda item: item.url)
    faults: list[Evidence] = []
    unknown = 0
    for interpretation in drawn:
        if interpretation.documents is None:
            unknown += 1
        elif not interpretation.documents:
            faults.append(
                Evidence(interpretation.title, interpretation.url, interpretation.published_at, "link_to_document_missing")
            )
    for document in drawn_documents:
        if document.interpretations is None:
            unknown += 1
        elif not document.interpretations:
            faults.append(Evidence(document.title, document.url, document.published_at, "link_to_interpretation_missing"))
    args: dict[str, Any] = {"count": len(faults), "sampled": len(drawn) + len(drawn_documents), "seed": seed}
    if faults:
        possible = {"unlinked": unknown} if unknown else {}
        return failed("interpretations_unlinked", evidence=faults, faults={"unlinked": len(faults)}, possible=possible, **args)
    if unknown:
        return inconclusive("links_between_unknown", possible={"unlinked": unknown}, **args)
    return passed("interpretations_linked", **args) if drawn or drawn_documents else passed()


@check("site.documents_uninterpreted", needs="documents")
def documents_uninterpreted(
    site: SiteSnapshot, *, min_share: Annotated[Decimal, Field(gt=0, le=1), Strictness.HIGHER] = Decimal(1)
) -> CheckResult:
    """Check whether too few of the important documents of this government are interpreted (解读比例).

    Args:
        min_share: Share of important documents that must have an interpretation, 0 to 1; 1 means each of them.

    Source:
        国办发〔2017〕47号, 解读回应; local notices.
    """
    linked = {address for interpretation in site.interpretations or () for address in interpretation.documents or ()}
    important = [document for document in site.documents or () if document.important and document.own is not False]
    bare = [document for document in important if not document.interpretations and document.url not in linked]
    # Without a full look at the interpretations, one of them may explain a document that links to none.
    sure = site.interpretations is not None and "interpretations" not in site.partial
    certain = [document for document in bare if sure and document.interpretations is not None]
    total, done = len(important), len(important) - len(bare)
    args: dict[str, Any] = {"total": total, "done": done, "limit": min_share}
    if Fraction(total - len(certain)) < Fraction(min_share) * total:
        evidence = [Evidence(document.title, document.url, document.published_at) for document in certain]
        return failed("documents_uninterpreted", evidence=evidence, **args)
    undecided = Fraction(done) < Fraction(min_share) * total or "documents" in site.partial
    if undecided or any(document.important is None and document.own is not False for document in site.documents or ()):
        return inconclusive("documents_unknown", **args)
    return passed()


@check("site.interpretation_forms_few", needs="interpretations")
def interpretation_forms_few(
    site: SiteSnapshot, *, min_share: Annotated[Decimal, Field(gt=0, le=1), Strictness.HIGHER]
) -> CheckResult:
    """Check whether too few interpretations of the year are in further forms than text (多种形式解读的比例).

    Whether interpretations are counted or the documents they explain is not said by rules that name a share: where the two
    differ, the question is for a person.

    Args:
        min_share: Share that must have a further form, 0 to 1.
    """
    year = site.observed_at.year
    items = [item for item in site.interpretations or () if item.published_at is None or item.published_at.year == year]
    forms: dict[str, list[bool | None]] = {}
    linked = all(item.documents is not None and item.published_at is not None for item in items)
    for item in items:
        for document in item.documents or ():
            forms.setdefault(document, []).append(_has_further_form(item))
    by_item = [_has_further_form(item) if item.published_at is not None else None for item in items]
    by_document = [True if True in of else None if None in of else False for of in forms.values()]
    partial = "interpretations" in site.partial
    answers = [_has_share(by_item, min_share, partial), _has_share(by_document, min_share, partial or not linked)]
    args: dict[str, Any] = {"total": len(items), "done": by_item.count(True), "limit": min_share}
    if all(answers):
        return passed()
    evidence = [Evidence(item.title, item.url, item.published_at) for item in items if _has_further_form(item) is False]
    if False in answers:
        answer = failed if not any(answers) and None not in answers else needs_review
        return answer("interpretation_forms_few", evidence=evidence, **args)
    return inconclusive("interpretation_forms_unknown", **args)


def _has_further_form(item: Interpretation) -> bool | None:
    return None if item.forms is None else any(form != "text" for form in item.forms)


def _has_share(answers: Sequence[bool | None], min_share: Decimal, partial: bool) -> bool | None:
    """Return whether the share of True reaches `min_share` whatever the unknown ones are; None where that decides it."""
    needed = Fraction(min_share) * len(answers)
    if partial or not answers or answers.count(True) < needed <= len(answers) - answers.count(False):
        return None
    return answers.count(True) >= needed


@check("site.readings_few", needs="reading_days")
def readings_few(
    site: SiteSnapshot,
    *,
    days: Annotated[Positive, Strictness.HIGHER],
    on_workdays: Annotated[Positive, Strictness.HIGHER],
    on_holidays: Annotated[Positive, Strictness.HIGHER],
    calendar: Calendar,
) -> CheckResult:
    """Find days on which the keepers read the site through less often than they must (读网).

    Args:
        days: Number of whole days before the monitoring point that are looked at.
        on_workdays: Times on a working day.
        on_holidays: Times on any other day.
        calendar: The calendar of working days.
    """
    zone = zone_of(site.observed_at)
    today = day_of(site.observed_at, zone)
    records: dict[date, set[int]] = {}
    for record in site.reading_days or ():
        records.setdefault(day_of(record.day, zone), set()).add(record.times)
    lacking: list[Evidence] = []
    unknown = 0
    for day in (today - timedelta(days=back) for back in range(1, days + 1)):
        read = records.get(day, set())
        if not calendar.covers(day):
            least, most = sorted((on_workdays, on_holidays))
        else:
            least = most = on_workdays if calendar.is_workday(day) else on_holidays
        if not read or min(read) < most <= max(read) or least <= max(read) < most:
            unknown += 1  # no record, two that differ, or a day of which nobody knows whether it was a working day
        elif max(read) < least:
            lacking.append(Evidence("reading", None, day, max(read)))
    args: dict[str, Any] = {"days": days, "on_workdays": on_workdays, "on_holidays": on_holidays}
    if lacking:
        return failed("readings_few", evidence=lacking, count=len(lacking), **args)
    return inconclusive("readings_unknown", count=unknown, **args) if unknown else passed()


@check("site.yearly_report_late", needs="columns")
def site_yearly_report_late(
    site: SiteSnapshot,
    *,
    kinds: Kinds,
    due_month: Annotated[int, Field(ge=1, le=12)],
    due_day: Annotated[int, Field(ge=1, le=31)],
    since: date,
) -> CheckResult:
    """Check whether the yearly report on the site's work (政府网站工作年度报表) was not published by its date.

    Args:
        kinds: Kinds of the column it stands in.
        due_month: Month of the date, 1 to 12.
        due_day: Day of the date; a month that has fewer days ends earlier.
        since: First day of the rule; before it everything passes.

    Source:
        国办发〔2017〕47号; 国办函〔2018〕12号.
    """
    zone = zone_of(site.observed_at)
    today = day_of(site.observed_at, zone)
    due = day_in_month(today.year, due_month, due_day)
    if today <= due or today < since:
        return passed("report_not_due", due=due)
    columns = [column for column in site.columns or () if column.kind in kinds]
    args: dict[str, Any] = {"due": due, "kinds": kinds}
    if not columns:
        if may_be_among(site):
            return inconclusive("column_not_seen", **args)
        return failed("report_missing", **args)
    shown = [day_of(moment, zone) for column in columns for moment in _dates(column)]
    if any(date(due.year, 1, 1) <= day <= due for day in shown):
        return passed()
    if any(column.entries is None and not _dates(column) and not column.is_blank for column in columns):
        return inconclusive("report_date_unknown", **args)
    late = [day for day in shown if day > due]
    evidence = [Evidence(column.name, column.url, column.latest_entry_at, column.latest_entry_at, due) for column in columns]
    if late and any(column.entries is None for column in columns):
        return inconclusive("report_date_unknown", evidence=evidence, **args)  # an earlier entry may be the report
    return failed("report_late" if late else "report_missing", evidence=evidence, **args)


def _dates(column: Column) -> list[Moment]:
    if column.entries is not None:
        return [entry.published_at for entry in column.entries if entry.published_at is not None]
    return [column.latest_entry_at] if column.latest_entry_at is not None and column.latest_entry_from is None else []


@check("site.disclosure_unreachable", needs="columns", version=2)
def disclosure_unreachable(site: SiteSnapshot, *, kinds: Kinds) -> CheckResult:
    """Check whether the column of statutory disclosure (法定主动公开内容) is missing or cannot be opened.

    Args:
        kinds: Kinds of the column.
    """
    columns = site.columns_of(*kinds)
    shut = [column for column in columns if column.opens is False]
    if shut:
        evidence = [Evidence(column.name, column.url, site.observed_at, "unopenable") for column in shut]
        return failed("disclosure_unreachable", evidence=evidence, names=tuple(column.name for column in shut))
    if not columns:
        if may_be_among(site):
            return inconclusive("column_not_seen", kinds=kinds)
        return failed("disclosure_missing", kinds=kinds)
    return inconclusive("disclosure_not_tried") if all(column.opens is None for column in columns) else passed()


@check("site.relays_missing", needs="relays")
def site_relays_missing(site: SiteSnapshot, *, within: Annotated[Window | None, Strictness.SHORTER] = None) -> CheckResult:
    """Check whether items of authorities above were not passed on, or too late (未按要求转载上级重要信息).

    Args:
        within: Longest time from publication above to passing on; None where only passing on at all is demanded.
    """
    return _relays(site.relays or (), within, site.observed_at, "relays" in site.partial)


@check("account.relays_missing", needs="relays")
def account_relays_missing(account: AccountSnapshot, *, within: Annotated[Window | None, Strictness.SHORTER] = None) -> CheckResult:
    """Check whether items of authorities above were not passed on, or too late.

    Args: as for `site.relays_missing`.
    """
    return _relays(account.relays or (), within, account.observed_at, "relays" in account.partial)


def _relays(relays: Sequence[Relay], within: Window | None, point: datetime, is_partial: bool) -> CheckResult:
    zone = zone_of(point)
    missing: list[Evidence] = []
    late: list[Evidence] = []
    unknown = 0
    for relay in relays:
        piece = Evidence(relay.title, relay.url, relay.issued_at, relay.relayed_at, within)
        end = point if relay.relayed_at is None else earliest(relay.relayed_at, zone)
        # Bare days are read in the unit's favour: issued at the end of its day, passed on at the beginning.
        in_time = None if within is None or relay.issued_at is None else latest(relay.issued_at, zone) >= within.start(end)
        undated = relay.issued_at is None or relay.relayed_at is None
        if relay.relayed is None or (within is not None and relay.relayed and undated):
            unknown += 1
        elif not relay.relayed:
            if within is None or in_time is False:
                missing.append(piece)
            else:
                unknown += in_time is None
        elif in_time is False:
            late.append(piece)
    args: dict[str, Any] = {"missing": len(missing), "late": len(late)}
    if missing or late:
        return failed("relays_missing", evidence=(*missing, *late), **args)
    return inconclusive("relays_unknown", count=unknown) if unknown or is_partial else passed()


@check("site.entries_redated", needs="home|columns", version=2)
def entries_redated(site: SiteSnapshot, *, tolerance: Window) -> CheckResult:
    """Find entries whose shown date contradicts when they were first seen (伪造发稿日期), as candidates for a person.

    An entry dated after it was first seen or after the monitoring point has been dated forward; one that was absent from
    its list at a look later than its date, by more than the tolerance, has been dated back.

    Args:
        tolerance: Delay between date and appearance that is not suspicious.
    """
    point, zone = site.observed_at, zone_of(site.observed_at)
    candidates: list[Evidence] = []
    # Zones differ by at most 26 hours, so an older calendar day needs no exact comparison.
    recent = point.toordinal() - 2

    def look(entries: tuple[Entry, ...], place: str) -> None:
        for entry in entries:
            shown = entry.published_at
            if shown is None:
                continue
            # Bare days are read in the unit's favour: as their last instant when dating back, as their first when forward.
            absent = entry.last_absent_at
            if absent is not None and latest(shown, zone) < tolerance.start(absent):
                candidates.append(Evidence(entry.title or place, entry.url, shown, absent, tolerance))
                continue
            first = entry.first_seen_at
            if first is None:
                if shown.toordinal() < recent:
                    continue
                first = point
            elif first > point:
                first = point
            if shown.toordinal() >= first.toordinal() - 2 and earliest(shown, zone) > first:
                candidates.append(Evidence(entry.title or place, entry.url, shown, first, None))

    if site.home is not None and site.home.entries:
        look(site.home.entries, "home")
    for group in site.columns_by_kind.values():
        for column in group.deep:
            look(column.entries or (), column.name)
        if group.newest_day > recent:
            # Of a column that was not read in full the newest date alone can still lie after the monitoring point.
            candidates += [
                Evidence(column.name, column.url, column.latest_entry_at, point, None)
                for column, day in zip(group.columns, group.days, strict=True)
                if day > recent
                and not column.entries
                and column.latest_entry_at is not None
                and earliest(column.latest_entry_at, zone) > point
            ]
    return needs_review("entries_redated", evidence=candidates, count=len(candidates)) if candidates else passed()
