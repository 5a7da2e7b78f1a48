"""The attachments of a notice: lists of failed units, statistics, score bands, letters, disclosure (附件)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import groupby
from typing import Any

from govmedia_rules.campaign.config import ShareKind
from govmedia_rules.campaign.draft import AttachmentDraft, ColumnDraft
from govmedia_rules.campaign.groups import Class, Part, Spec, against_rest
from govmedia_rules.campaign.letters import LetterTally
from govmedia_rules.campaign.results import OUTCOME_ZH, Result
from govmedia_rules.campaign.statistics import Stat
from govmedia_rules.campaign.units import Disclosure, Letters, subject_kind, type_of
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.core.rates import Rounding
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import NoticeError
from govmedia_rules.notices.figures import Count
from govmedia_rules.notices.model import Attachment, Band, Listed, Table
from govmedia_rules.subjects.models import Account

RATES: Collection[ShareKind] = ("pass", "failure_share", "coverage")


@cache
def writing_words() -> Mapping[str, Any]:
    """Return the words of `data/writing.toml`."""
    return read_data("govmedia_rules.campaign", "writing.toml")


def attachment(campaign: CampaignView, draft: AttachmentDraft, number: int | None) -> Attachment:
    """Return an attachment of the notice.

    Args:
        campaign: The round.
        draft: What it shows.
        number: Its number; None for the only one.

    Raises:
        NoticeError: A column shows something this table does not have.
    """
    kind, columns = draft.table, draft.columns or _usual_columns(draft)
    rounding = campaign.config.rounding
    if draft.places is not None:
        rounding = rounding.model_copy(update={"places": draft.places})
    tables: tuple[Table, ...] = ()
    listed: tuple[Listed, ...] = ()
    bands: tuple[Band, ...] = ()
    span = None
    if kind == "failed":
        failed = [result for tier in draft.tiers for result in campaign.failures(draft.subject, tier=tier)]
        blocks = [block for block in campaign.counted_results if block.outcome == "failed" and block.tier in draft.tiers]
        nameless = sum(block.count for block in blocks if draft.subject in (None, block.subject))
        if nameless:
            raise NoticeError(
                f"{nameless} failed units have no name and cannot be listed in {draft.title!r}",
                hint="give them names",
                zh=f"{nameless} 个不合格单位没有名称，不能列入“{draft.title}”",
                hint_zh="补上名称后再生成通报",
            )
        if draft.order == "area" or draft.is_compact:
            failed = _by_area(failed)
        failed = [result for kind in ("site", "account") for result in failed if subject_kind(result.subject) == kind]
        rows = [_listed(result, row) for row, result in enumerate(failed)]
        tables, listed = (_table(columns, rows, _listed_cell),), tuple(rows)
    elif kind == "counts":
        tables = (_counts_table(campaign, draft, columns, rounding),)
    elif kind == "bands":
        bands = tuple(_bands(campaign, draft))
    elif kind == "letters":
        span = campaign.config.statistics_span
        tables = tuple(
            _table(columns, list(rows_of_group), lambda letters, shows: _letter_cell(letters, shows, rounding), caption=name)
            for name, rows_of_group in groupby(campaign.letters, key=lambda letters_row: letters_row.group)
        )
    else:
        span = campaign.config.statistics_span
        kinds = {name for disclosure in campaign.disclosures for name, _ in disclosure.kinds}
        tables = (_table(columns, campaign.disclosures, lambda disclosure, shows: _disclosure_cell(disclosure, shows, kinds)),)
    return Attachment(
        number=number,
        title=draft.title,
        page_title=draft.title,
        span=span,
        tables=tables,
        listed=listed,
        bands=bands,
        has_page=True,
    )


def _usual_columns(draft: AttachmentDraft) -> tuple[ColumnDraft, ...]:
    name = draft.table if draft.table != "failed" or draft.subject is None else f"failed_{draft.subject}"
    if draft.table == "failed" and draft.is_compact:
        name = "failed_compact"
    return tuple(ColumnDraft(header=(header,), shows=shows) for header, shows in writing_words()["columns"].get(name, ()))


Cell = Callable[[Any, str], str | None]


def _table(columns: Sequence[ColumnDraft], things: Sequence[Any], cell: Cell, caption: str = "") -> Table:
    def shown(number: int, item: Any, column: ColumnDraft) -> str | None:
        return str(number) if column.shows == "number" else cell(item, column.shows)

    return Table(
        columns=tuple("/".join(column.header) for column in columns),
        header=tuple(column.header for column in columns),
        rows=tuple(tuple(shown(number, thing, column) for column in columns) for number, thing in enumerate(things, 1)),
        caption=caption,
    )


_PROVINCIAL = ("province_portal", "province_department")


def _by_area(failed: Sequence[Result]) -> list[Result]:
    areas = {area: rank for rank, area in enumerate(dict.fromkeys(result.subject.area for result in failed))}
    return sorted(failed, key=lambda result: (result.subject.level not in _PROVINCIAL, areas[result.subject.area]))


def _listed(result: Result, row: int) -> Listed:
    subject = result.subject
    faults = list(result.faults())
    reasons = [fault for fault in faults if any(name in result.reasons for name in fault.indicator_ids)] or faults
    problems = tuple(dict.fromkeys(reason.wording for reason in reasons))
    return Listed.model_validate(
        {
            "name": subject.name,
            "kind": subject_kind(subject),
            "platform": subject.platform if isinstance(subject, Account) else None,
            "platform_text": type_of(subject),
            "code": subject.code,
            "url": subject.url,
            "owner": subject.owner,
            "area": subject.area,
            "outcome": result.label,
            "wording": "、".join(problems) or None,
            "problems": problems,
            "indicator_ids": result.reasons,
            "row": row,
        }
    )


def _listed_cell(unit: Listed, shows: str) -> str | None:
    if shows == "type":
        return unit.platform_text
    if shows == "place":
        return unit.url if unit.kind == "site" else unit.owner
    if shows not in ("area", "name", "code", "outcome", "wording", "remark", "owner", "url"):
        raise NoticeError(f"a list of units has no column {shows!r}", zh=f"单位名单没有 {shows!r} 这一列")
    value: str | None = getattr(unit, shows)
    return value


def _bands(campaign: CampaignView, draft: AttachmentDraft) -> Iterator[Band]:
    members = campaign.score_bands(draft.edges, draft.subject or "site", tier=draft.tiers[0])
    words = (*draft.bands, *(f"{edge}分以上" for edge in draft.edges[len(draft.bands) :]))
    for text, band, edge in zip(words, members, draft.edges, strict=True):
        split = (
            [[result for result in band if result.subject.level in levels] for levels in draft.split]
            if draft.split
            else [list(band)]
        )
        groups = tuple(tuple(result.subject.name for result in group) for group in split if group)
        yield Band(text=text, low=Count(value=edge), groups=groups)


def _counts_table(campaign: CampaignView, draft: AttachmentDraft, columns: Sequence[ColumnDraft], rounding: Rounding) -> Table:
    subject, tier = draft.subject or "site", draft.tiers[0]
    row = Part(dimension=draft.dimension, classes=draft.groups or None)
    # Crossed with the levels of a column, which are asked of the population only.
    crossed = {
        column.levels: (row, against_rest("level", Class(label=_HERE, ids=column.levels))) for column in columns if column.levels
    }
    statistics = campaign.statistics(row, *crossed.values())
    groups = statistics.groups(subject, row, tier=tier)

    def cell(key: str | None, column: ColumnDraft) -> str | None:
        spec: Spec = crossed[column.levels] if column.levels else row
        groups_of_column = statistics.groups(subject, spec, tier=tier)
        keys = [
            group for group in groups_of_column if (key is None or group[0] == key) and (not column.levels or group[1] == _HERE)
        ]
        stats = [groups_of_column[group] for group in keys]
        if key is None and not column.levels:
            stats = [statistics.total(subject, tier=tier)]
        elif column.shows == "population" and groups_of_column.unplaced.population and not column.levels:
            return None
        return _count_cell(_sum(stats), column.shows, campaign, rounding)

    def line(number: int | None, name: str, key: str | None) -> tuple[str | None, ...]:
        own = {"number": None if number is None else str(number), "group": name}
        return tuple(own[column.shows] if column.shows in own else cell(key, column) for column in columns)

    names = [group.label for group in draft.groups] if draft.groups else [key[0] for key in groups]
    return Table(
        columns=tuple("/".join(column.header) for column in columns),
        header=tuple(column.header for column in columns),
        rows=tuple(line(number, row.label_of(name), name) for number, name in enumerate(names, 1)),
        total=line(None, "合计", None) if draft.has_total else None,
    )


_HERE = "="


def _sum(stats: Iterable[Stat]) -> Stat:
    whole = Stat()
    for stat in stats:
        whole = whole.merge(stat)
    return whole


def _count_cell(stat: Stat, shows: str, campaign: CampaignView, rounding: Rounding) -> str | None:
    if shows == "population":
        return None if stat.population is None else str(stat.population)
    if shows == "inspected":
        return None if stat.is_partial else str(stat.inspected)
    if shows in RATES:
        share = campaign.printed_share(stat, shows, rounding=rounding)  # type: ignore[arg-type]
        return None if share is None else share.text(rounding)
    if shows in OUTCOME_ZH:
        return str(stat.outcomes[shows])  # type: ignore[index]
    raise NoticeError(f"a table of counts has no column {shows!r}", zh=f"数量统计表没有 {shows!r} 这一列")


def _letter_cell(letters: Letters, shows: str, rounding: Rounding) -> str | None:
    tally = LetterTally.of([letters])
    if shows == "unit":
        return letters.unit
    if shows in ("done", "pending"):
        value: int | None = getattr(letters, shows)
        return None if value is None else str(value)
    if shows == "rate":
        return None if tally.rate is None else tally.rate.text(rounding)
    if shows == "mean":
        return None if tally.mean is None else _days(tally.mean)
    if shows == "longest":
        return None if tally.longest is None else _days(tally.longest)
    raise NoticeError(f"a table of letters has no column {shows!r}", zh=f"来信统计表没有 {shows!r} 这一列")


def _days(days: Fraction) -> str:
    """Return working days with at most one decimal, half up."""
    tenths = (20 * days.numerator + days.denominator) // (2 * days.denominator)
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def _disclosure_cell(disclosure: Disclosure, shows: str, kinds: Collection[str]) -> str | None:
    if shows == "unit":
        return disclosure.unit
    if shows in kinds:
        value = dict(disclosure.kinds).get(shows)
    elif shows in ("total", "done_on_time", "done_late", "pending"):
        value = getattr(disclosure, shows)
    else:
        raise NoticeError(
            f"a table of disclosure has no column {shows!r}",
            hint=f"kinds are {'、'.join(sorted(kinds))}",
            zh=f"公开情况表没有 {shows!r} 这一列",
            hint_zh=f"种类有：{'、'.join(sorted(kinds))}",
        )
    return None if value is None else str(value)
