"""Recomputes the tables of attachments: total rows, totals of a row, rates next to their counts, and the text against them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from govmedia_rules.core.rates import read_figure
from govmedia_rules.notices.checks import Check, check_rate, check_sum, details
from govmedia_rules.notices.figures import InspectedPopulation, Place
from govmedia_rules.notices.model import Attachment, Notice, Table

_NOT_ADDITIVE = re.compile("平均|时长|率|排名|名次|得分|分数")


def check_tables(notice: Notice) -> Iterator[Check]:
    """Yield every check of the tables of a notice."""
    for attachment in notice.attachments:
        for table in attachment.tables:
            where = f"附件{attachment.number}" if attachment.number else "附件"
            yield from _totals(table, where, attachment.page_place)
            yield from _rows(table, where, attachment.page_place)
            yield from _rates(table, where, attachment.page_place)
    yield from _totals_and_text(notice)
    yield from _columns_and_text(notice)


def integer(cell: str | None) -> int | None:
    """Return the whole number in a cell; None for a blank cell or anything else."""
    return int(cell.replace(",", "")) if cell is not None and re.fullmatch("[0-9][0-9,]*", cell) else None


def _totals(table: Table, where: str, place: Place | None) -> Iterator[Check]:
    if table.total is None:
        return
    for index, name in enumerate(table.columns):
        stated = integer(table.total[index])
        cells = [cell for cell in table.column(index) if cell is not None]
        values = [integer(cell) for cell in cells]
        if stated is None or not values or None in values or _NOT_ADDITIVE.search(name):
            continue
        yield check_sum("table_total", f"{where}“{name}”合计", stated, [value or 0 for value in values], place)


def _rows(table: Table, where: str, place: Place | None) -> Iterator[Check]:
    """Yield rows with a 总数 before the columns of its parts; 其中 names only some of the parts."""
    whole = next((i for i, levels in enumerate(table.header) if len(levels) == 1 and levels[0].endswith("总数")), None)
    if whole is None:
        return
    parts = []
    for i in range(whole + 1, len(table.header)):
        levels = table.header[i]
        if len(levels) < 2 or any("其中" in level for level in levels):
            break
        parts.append(i)
    for row in table.rows:
        stated, values = integer(row[whole]), [integer(row[i]) for i in parts]
        if stated is not None and len(values) > 1 and None not in values:
            label = f"{where}{_name_of(row)}{table.columns[whole]}"
            yield check_sum("table_row", label, stated, [value or 0 for value in values], place)


def _name_of(row: tuple[str | None, ...]) -> str:
    return next((cell for cell in row[:3] if cell and integer(cell) is None), "")


def _rates(table: Table, where: str, place: Place | None) -> Iterator[Check]:
    rate_at = next((i for i, name in enumerate(table.columns) if "率" in name), None)
    if rate_at is None:
        return
    names = [re.sub(r"\(.*?\)", "", name) for name in table.columns]
    base, part, left = _columns_of_rate(names, rate_at)
    if part is None:
        return
    for row in table.rows:
        try:
            figure = read_figure(row[rate_at] or "")
        except ValueError:
            continue
        label = f"{where}{_name_of(row)}{table.columns[rate_at]}"
        count = integer(row[part])
        if base is not None:
            whole = integer(row[base])
            if whole:
                yield check_rate(figure, part=count or 0, bases=[whole], label=label, of_rest=True, place=place, kind="table_rate")
        elif count is not None:
            pending = (integer(row[left]) or 0) if left is not None else 0
            if count + pending:
                yield check_rate(figure, part=count, bases=[count + pending], label=label, place=place, kind="table_rate")


def _columns_of_rate(names: list[str], rate_at: int) -> tuple[int | None, int | None, int | None]:
    """Return columns a rate is counted from: base and failed for 合格率, none and done and pending for 办结率."""
    others = [i for i in range(len(names)) if i != rate_at and "率" not in names[i]]
    if "合格" in names[rate_at]:
        base = next(
            (
                i
                for i in others
                if re.search("(?:抽查|检查|监测).*(?:数|家|个)", names[i]) and not re.search("不合格|问题", names[i])
            ),
            None,
        )
        failed = next((i for i in others if re.search("不合格|突出问题|不达标", names[i])), None)
        return (base, failed, None) if base is not None else (None, None, None)
    counted = [i for i in others if i < rate_at and re.search("办结|受理|完成|未办|答复|回复", names[i]) and "单位" not in names[i]]
    if len(counted) > 1:
        return None, counted[-2], counted[-1]
    return None, counted[0] if counted else None, None


def _totals_and_text(notice: Notice) -> Iterator[Check]:
    """Yield counts of the overview against the 合计 row of an overview table."""
    for population in notice.populations:
        for attachment in notice.attachments:
            title = f"{attachment.title}{attachment.page_title}"
            if population.scope or ("新媒体" in title) != (population.subject == "account") or "情况" not in title:
                continue
            for table in attachment.tables:
                for index, name in enumerate(table.columns if table.total is not None else ()):
                    stated = _stated_for(name, population)
                    total = integer(table.total[index]) if table.total is not None else None
                    if stated is not None and total is not None:
                        agrees = stated == total
                        yield Check(
                            kind="table_and_text",
                            outcome="agrees" if agrees else "contradicts",
                            reason="table_agrees" if agrees else "table_differs",
                            label=name,
                            stated=str(stated),
                            computed=str(total),
                            counts=() if agrees else (total,),
                            details=details(number=attachment.number or ""),
                            place=attachment.page_place,
                        )


def _stated_for(column: str, population: InspectedPopulation) -> int | None:
    if "/" in column:
        return None
    if re.search("不合格|突出问题", column):
        return population.failed
    if re.search("抽查|检查", column):
        return population.inspected.value if population.inspected is not None else None
    return population.population if re.search("总数|运行", column) else None


def _columns_and_text(notice: Notice) -> Iterator[Check]:
    """Yield counts of the text that the sum of a column confirms: a table without a 合计 row has it derived so."""
    for figure in notice.figures:
        for attachment in notice.attachments:
            yield from _confirming(figure.count.value, figure.label, figure.count.place, attachment)


def _confirming(count: int, label: str, place: Place | None, attachment: Attachment) -> Iterator[Check]:
    width = max((len(table.columns) for table in attachment.tables), default=0)
    for index in range(1, width):
        cells = [cell for table in attachment.tables if index < len(table.columns) for cell in table.column(index) if cell]
        values = [integer(cell) for cell in cells]
        if len(values) > 2 and None not in values and count > 10 and sum(value or 0 for value in values) == count:
            yield Check(
                kind="table_and_text",
                outcome="agrees",
                reason="column_confirms",
                label=label,
                stated=str(count),
                computed=str(len(values)),
                details=details(number=attachment.number or "", column=attachment.tables[0].columns[index]),
                place=place,
            )
