"""发布解读: deductions for columns, policy documents and their interpretations (国办秘函〔2019〕19号, part 2)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, passed
from govmedia_rules.checks.sampling import draw
from govmedia_rules.checks.updates import column_updated
from govmedia_rules.core.time import Window
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Column, Document, Interpretation

Kinds = tuple[str, ...]
Size = Annotated[int, Field(ge=1)]


@check("site.column_missing", needs="columns", faults=("missing", "wrong"))
def column_missing(site: SiteSnapshot, *, kinds: Kinds) -> CheckResult:
    """There is no column of these kinds. Wrong content (`wrong`) is counted by a person's review.

    Args:
        kinds: Kinds of columns, any one of which is enough.
    """
    if any(not column.is_blank for column in site.columns_of(*kinds)):
        return passed()
    return _no_column(site, kinds)


def _no_column(site: SiteSnapshot, kinds: Kinds) -> CheckResult:
    if "columns" in site.partial or None in site.columns_by_kind:
        return inconclusive("column_not_seen", kinds=kinds, possible={"missing": 1})
    evidence = [Evidence(column.name, column.url, None, 0) for column in site.columns_of(*kinds)]
    return failed("column_missing", evidence=evidence, faults={"missing": 1}, kinds=kinds)


@check("site.column_stale", needs="columns", faults=("missing", "stale"))
def column_stale(
    site: SiteSnapshot,
    *,
    kinds: Kinds,
    window: Annotated[Window, Strictness.SHORTER],
    first_level_only: Annotated[bool, Strictness.FALSE] = False,
) -> CheckResult:
    """There is no column of these kinds, or one of them was not updated inside the window.

    Args:
        kinds: Kinds of columns.
        window: Time that counts back from the monitoring point.
        first_level_only: Whether only first-level columns (一级栏目) must be up to date.
    """
    mine = site.columns_of(*kinds)
    if not any(not column.is_blank for column in mine):
        return _no_column(site, kinds)
    span = window.before(site.observed_at)
    groups = site.columns_by_kind
    if all(groups[kind].surely_updated(span.sure_from, span.sure_to) for kind in kinds if kind in groups):
        return passed()
    judged = [column for column in mine if not first_level_only or column.level in (None, 1)]
    answers = [(column, column_updated(column, span)) for column in judged if not column.is_blank]
    stale = [column for column, updated in answers if updated is False and (column.level is not None or not first_level_only)]
    unknown = sum(updated is None or (updated is False and column not in stale) for column, updated in answers)
    evidence = [_dated(column, window) for column in stale]
    if stale:
        names = tuple(column.name for column in stale)
        possible = {"stale": unknown} if unknown else {}
        args: dict[str, Any] = {"count": len(stale), "window": window, "names": names}
        return failed("column_stale", evidence=evidence, faults={"stale": len(stale)}, possible=possible, **args)
    if unknown:
        return inconclusive("column_dates_unknown", possible={"stale": unknown}, kinds=kinds)
    return passed()


def _dated(column: Column, window: Window) -> Evidence:
    return Evidence(column.name, column.url, column.latest_entry_at, column.latest_entry_at, window)


@check("site.columns_behind", needs="columns", faults=("stale",))
def columns_behind(
    site: SiteSnapshot,
    *,
    kinds: Annotated[Kinds, Strictness.MORE] = (),
    except_kinds: Annotated[Kinds, Strictness.FEWER] = (),
    home_columns: bool | None = None,
    window: Annotated[Window, Strictness.SHORTER],
) -> CheckResult:
    """Columns that were not updated inside the window, a blank one included; a column that need not exist is not missed.

    Args:
        kinds: Kinds of columns; none for all.
        except_kinds: Kinds that are left out.
        home_columns: True for columns of the home page only (首页栏目), False for all others, None for both.
        window: Time that counts back from the monitoring point.

    Source:
        国办发〔2015〕15号附件2, 信息更新情况: 基本信息; local update plans.
    """
    span = window.before(site.observed_at)
    stale: list[Column] = []
    unknown = 0
    for column in site.columns or ():
        meant = _is_meant(column, kinds, except_kinds, home_columns)
        if meant is False or column.finished:
            continue
        updated = column_updated(column, span)
        if updated is False and meant:
            stale.append(column)
        elif not updated:
            unknown += 1
    possible = {"stale": unknown} if unknown else {}
    if stale:
        args: dict[str, Any] = {"count": len(stale), "window": window, "names": tuple(column.name for column in stale)}
        evidence = [_dated(column, window) for column in stale]
        return failed("column_stale", evidence=evidence, faults={"stale": len(stale)}, possible=possible, **args)
    if unknown:
        return inconclusive("columns_behind_unknown", possible=possible, count=unknown, window=window)
    return inconclusive("columns_partly_seen", possible={"stale": 1}) if "columns" in site.partial else passed()


def _is_meant(column: Column, kinds: Kinds, except_kinds: Kinds, home_columns: bool | None) -> bool | None:
    """Whether a rule for these kinds and places means the column; None when its kind or place is not known."""
    known = True
    if kinds or except_kinds:
        if column.kind is None:
            known = False
        elif column.kind in except_kinds or (kinds and column.kind not in kinds):
            return False
    if home_columns is not None:
        if column.on_home is None:
            known = False
        elif column.on_home != home_columns:
            return False
    return True if known else None


@check("site.columns_other_faulty", needs="columns", faults=("blank", "stale"))
def columns_other_faulty(
    site: SiteSnapshot,
    *,
    judged_elsewhere: Kinds,
    default_cycle: Annotated[Window | None, Strictness.SHORTER] = None,
) -> CheckResult:
    """Blank columns, and columns that were not updated within their cycle, that cost no points under another indicator.

    Args:
        judged_elsewhere: Kinds of columns that other indicators deduct for; nothing is deducted twice.
        default_cycle: Cycle of columns that promise none; None where no rule states one.
    """
    blank: list[Evidence] = []
    stale: list[Evidence] = []
    unknown_blank = unknown_stale = 0
    columns: list[Column] = []
    mine = [group for kind, group in site.columns_by_kind.items() if kind not in judged_elsewhere]
    for group in mine:
        if default_cycle is None and not group.promising and not group.empty:
            continue
        columns += group.columns
    for column in columns:
        empty = column.is_blank
        if empty:
            blank.append(Evidence(column.name, column.url, None, 0))
            continue
        cycle = column.cycle or default_cycle
        updated = None if cycle is None else column_updated(column, cycle.before(site.observed_at))
        if empty is None:
            unknown_blank += 1
        elif cycle is not None and updated is None:
            unknown_stale += 1
        elif cycle is not None and not updated and not column.finished:
            stale.append(_dated(column, cycle))
    faults = {kind: number for kind, number in (("blank", len(blank)), ("stale", len(stale))) if number}
    open_ones = {kind: number for kind, number in (("blank", unknown_blank), ("stale", unknown_stale)) if number}
    if faults:
        args = {"blank": len(blank), "stale": len(stale)}
        return failed("columns_other_faulty", evidence=(*blank, *stale), faults=faults, possible=open_ones, **args)
    if open_ones or "columns" in site.partial:
        return inconclusive("columns_partly_seen", possible=open_ones)
    return passed()


def shingles(text: str, size: int) -> set[str]:
    """All runs of `size` characters of a text without its white space."""
    plain = "".join(text.split())
    return {plain[start : start + size] for start in range(len(plain) - size + 1)}


def copied_share(interpretation: str, document: str, size: int = 8) -> float | None:
    """The share of the interpretation's runs of `size` characters that stand in the document too.

    A copy gives nearly 1, a lightly edited one about 0.8, independent words nearly 0. None when the interpretation is
    shorter than one run.
    """
    mine = shingles(interpretation, size)
    return len(mine & shingles(document, size)) / len(mine) if mine else None


@check("site.interpretations_lacking", needs="interpretations", faults=("missing", "none_recent", "uninterpreted", "copied"))
def interpretations_lacking(
    site: SiteSnapshot,
    *,
    kinds: Kinds,
    window: Annotated[Window, Strictness.SHORTER],
    copied_share_limit: Annotated[float, Field(gt=0, le=1), Strictness.LOWER],
    shingle_characters: Annotated[int, Field(ge=4, le=50)] = 8,
) -> CheckResult:
    """Interpretations are missing, old, do not cover important documents of this government, or copy their document.

    Args:
        kinds: Kinds of the column for interpretations.
        window: An interpretation must have been published inside it.
        copied_share_limit: Share of an interpretation's text runs found in its document from which it is a copy, 0 to 1.
        shingle_characters: Length of the text runs that are compared.
    """
    interpretations = site.interpretations or ()
    if site.columns is not None and not site.columns_of(*kinds) and "columns" not in site.partial:
        return failed("interpretation_column_missing", faults={"missing": 1}, kinds=kinds)
    evidence: list[Evidence] = []
    faults: dict[str, int] = {}
    possible: dict[str, int] = {}
    span = window.before(site.observed_at)
    dates = [one.published_at for one in interpretations]
    if not any(shown is not None and span.has(shown) for shown in dates):
        if None in dates or "interpretations" in site.partial:
            possible["none_recent"] = 1
        else:
            newest = max((shown for shown in dates if shown is not None), key=lambda shown: shown.toordinal(), default=None)
            evidence.append(Evidence("interpretations", None, newest, newest, window))
            faults["none_recent"] = 1
    linked = {address for one in interpretations for address in one.documents or ()}
    important = [one for one in site.documents or () if one.important and one.own is not False]
    bare = [one for one in important if one.url not in linked and not one.interpretations]
    unseen = [one for one in bare if one.interpretations is None]
    sure = [one for one in bare if one.interpretations is not None and "interpretations" not in site.partial]
    evidence += [Evidence(one.title, one.url, one.published_at) for one in sure]
    if sure:
        faults["uninterpreted"] = len(sure)
    if unseen:
        possible["uninterpreted"] = len(unseen)
    copies = _copies(interpretations, site.documents or (), copied_share_limit, shingle_characters)
    evidence += copies
    if copies:
        faults["copied"] = len(copies)
    if faults:
        return failed("interpretations_lacking", evidence=evidence, faults=faults, possible=possible, **_told(faults))
    if possible:
        return inconclusive("interpretations_unknown", evidence=evidence, possible=possible)
    return passed()


def _told(faults: dict[str, int]) -> dict[str, Any]:
    return {kind: faults.get(kind, 0) for kind in ("none_recent", "uninterpreted", "copied")}


def _copies(
    interpretations: tuple[Interpretation, ...], documents: tuple[Document, ...], limit: float, size: int
) -> list[Evidence]:
    by_url = {one.url: one for one in documents}
    found: list[Evidence] = []
    for one in interpretations:
        for address in one.documents or ():
            document = by_url.get(address)
            if document is None or document.text is None or one.text is None:
                continue
            share = copied_share(one.text, document.text, size)
            if share is not None and share >= limit:
                found.append(Evidence(one.title, one.url, one.published_at, round(share, 3), limit))
                break
    return found


@check("site.interpretations_unlinked", needs=("documents", "interpretations"), faults=("unlinked",))
def interpretations_unlinked(
    site: SiteSnapshot,
    *,
    interpretation_sample: Size,
    document_sample: Size,
    seed: int,
) -> CheckResult:
    """Sampled interpretations do not link to their document, or sampled interpreted documents not to the interpretation.

    Args:
        interpretation_sample: Number of interpretations drawn.
        document_sample: Number of interpreted documents drawn.
        seed: Seed of the sample.
    """
    interpretations, documents = site.interpretations or (), site.documents or ()
    drawn = draw(interpretations, interpretation_sample, seed, f"{site.site.id} interpretations", lambda one: one.url)
    interpreted = {address for one in interpretations for address in one.documents or ()}
    covered = [one for one in documents if one.url in interpreted or one.interpretations]
    drawn_documents = draw(covered, document_sample, seed, f"{site.site.id} documents", lambda one: one.url)
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
