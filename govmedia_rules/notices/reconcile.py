"""Recomputes every sum and rate of a notice and says what agrees, what contradicts and what only needs a remark.

A contradiction is what no reading of the printed figures can make true: parts that exceed their whole, a rate that no
rounding gives from the printed counts, a list with another number of rows than the text says, a number used twice. What
can be explained (a total that hides a member, a rate that only one policy gives) is a remark. Each check names the counts
that would give the printed figure, the nearest first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from govmedia_rules.base import Model, Short
from govmedia_rules.errors import CodeError
from govmedia_rules.figures import Count, Group, Place, Population, Rate, Tally
from govmedia_rules.notices.model import Attachment, Listed, Named, Notice, Table
from govmedia_rules.rates import Policy, percent, places_of, policies_giving, print_decimal, read_figure, whole_counts
from govmedia_rules.subjects.codes import AccountCode, SiteCode
from govmedia_rules.subjects.vocabulary import vocabulary

Outcome = Literal["agrees", "contradicts", "remark", "not_checkable"]
CheckKind = Literal[
    "sum_of_parts",
    "sum_of_outcomes",
    "rate",
    "rounding_policy",
    "rows_of_list",
    "table_total",
    "table_row",
    "table_rate",
    "table_and_text",
    "attachment_number",
    "attachment_title",
    "attachment_page",
    "dates",
    "code",
    "listed_twice",
    "named_and_failed",
    "names",
    "order",
    "unit",
]


class Check(Model):
    """One thing that was recomputed.

    Attributes:
        kind: What kind of check.
        outcome: agrees, contradicts, remark (explained, or worth knowing), not_checkable (a count is not printed).
        label: What it is about, as printed.
        stated: The printed figure.
        computed: What the counts give; "" where nothing can be computed.
        policies: For rates: the rounding policies that give the printed figure.
        counts: Whole counts that would give the printed figure, the nearest to the printed count first.
        bases: For a rate that contradicts: bases near the printed one with which the printed count would give it.
        text_zh: The check in one Chinese sentence.
        text_en: The same in English.
        place: Where the printed figure stands.
    """

    kind: CheckKind
    outcome: Outcome
    label: Short = ""
    stated: Short = ""
    computed: Short = ""
    policies: tuple[Policy, ...] = ()
    counts: tuple[int, ...] = ()
    bases: tuple[int, ...] = ()
    text_zh: Short = ""
    text_en: Short = ""
    place: Place | None = None

    def message(self, lang: str = "zh") -> str:
        """The check in one sentence."""
        return self.text_zh if lang == "zh" else self.text_en


class Reconciliation(Model):
    """Everything that was recomputed in one notice."""

    checks: tuple[Check, ...] = ()

    @property
    def contradictions(self) -> tuple[Check, ...]:
        """What no reading can make true."""
        return tuple(check for check in self.checks if check.outcome == "contradicts")

    @property
    def remarks(self) -> tuple[Check, ...]:
        """What is worth knowing and contradicts nothing."""
        return tuple(check for check in self.checks if check.outcome == "remark")

    @property
    def policy(self) -> Policy | None:
        """The one policy, simplest first, that gives every rate that can be recomputed; None when none does."""
        rates = [check for check in self.checks if check.kind in ("rate", "table_rate") and check.policies]
        if not rates:
            return None
        for policy in (Policy.HALF_UP, Policy.CAPPED, Policy.TRUNCATION):
            if all(policy in check.policies for check in rates):
                return policy
        return None


def reconcile(notice: Notice) -> Reconciliation:
    """Recomputes the sums and rates of a notice and compares its text, lists and tables."""
    checks: list[Check] = []
    for population in notice.populations:
        checks += _sums(population)
        checks += _rates(population)
    for figure in notice.figures:
        checks += [_not_checkable(rate) for rate in figure.rates]
    checks += _policy(checks)
    checks += _attachments(notice)
    for attachment in notice.attachments:
        for table in attachment.tables:
            checks += _table(table, attachment)
        checks += _listed(attachment)
    checks += _lists_and_text(notice)
    checks += _tables_and_text(notice)
    checks += _figures_and_tables(notice)
    checks += _dates(notice)
    checks += _names(notice)
    return Reconciliation(checks=tuple(checks))


# --- sums -----------------------------------------------------------------------------------------------------------


def _value(tally: Tally, measure: str) -> int | None:
    count = getattr(tally, measure)
    return count.value if isinstance(count, Count) and count.bound == "exact" else None


def _sums(population: Population) -> Iterator[Check]:
    # Only parts that one paragraph lists by one dimension are meant to add up.
    by: dict[tuple[str, str, int], list[Group]] = {}
    for group in population.groups:
        for measure in ("running", "registered", "total", "inspected"):
            if _value(group, measure) is not None:
                place = getattr(group, measure).place
                by.setdefault((measure, group.dimension, place.line if place else 0), []).append(group)
    for (measure, _, _), groups in by.items():
        whole = _value(population, measure)
        top = _without_nested(groups)
        if whole is None or len(top) < 2:
            continue
        yield _parts(population, measure, whole, top)
    failed = population.failed
    platforms = _without_nested(list(population.by("platform")))
    parts = [group for group in platforms if group.failed is not None]
    if failed is not None and len(parts) > 1 and len(parts) == len(platforms):
        values = [group.failed or 0 for group in parts]
        yield _plain_sum("sum_of_parts", f"{_subject(population)}不合格", failed, sum(values), values, None)
    yield from _outcomes(population)


def _without_nested(groups: list[Group]) -> list[Group]:
    """Parts without those that lie inside another one (订阅号 inside 公众号)."""
    terms = vocabulary("platform")
    keys = {group.key for group in groups if group.dimension == "platform" and group.key in terms}
    return [
        group
        for group in groups
        if group.dimension != "platform"
        or not any(other and other != group.key and group.key and terms.is_a(group.key, other) for other in keys)
    ]


def _subject(tally: Tally) -> str:
    return {"site": "政府网站", "account": "政务新媒体"}.get(tally.subject, tally.label)


_MEASURE_ZH = {"running": "运行", "registered": "登记", "total": "总数", "inspected": "抽查"}
_OVERLAPS = ("portal", "department")


def _parts(population: Population, measure: str, whole: int, groups: list[Group]) -> Check:
    # 门户网站 is a class across levels and overlaps with them; it is no further part.
    levels = {group.key for group in groups}
    exact = [
        g for g in groups if not (g.key in _OVERLAPS and levels - set(_OVERLAPS) - {"other"} and g.dimension != "platform")
    ]
    exact = exact if len(exact) >= 2 else groups
    values = [_value(group, measure) or 0 for group in exact]
    for length in range(2, len(values)):
        # 按层级 … 按地区 …: the first division adds up, what follows is another one.
        if sum(values[:length]) == whole:
            values = values[:length]
            break
    total = sum(values)
    label = f"{_subject(population)}{_MEASURE_ZH[measure]}"
    place = getattr(population, measure).place
    if total >= whole:
        return _plain_sum("sum_of_parts", label, whole, total, values, place)
    gap = whole - total
    member = _explains(population, gap, exact)
    terms = "+".join(map(str, values))
    why_zh = f",差额与{member}一致" if member else ""
    why_en = f"; the difference equals {member}" if member else ""
    return Check(
        kind="sum_of_parts",
        outcome="remark",
        label=label,
        stated=str(whole),
        computed=f"{terms}={total}",
        text_zh=f"{label}{whole},所列各部分{terms}={total},少{gap}{why_zh}。",
        text_en=f"{label} {whole}: the parts named add up to {total}, {gap} less{why_en}.",
        place=place,
    )


def _explains(population: Population, gap: int, used: list[Group]) -> str:
    """A count of the same population that equals the gap: a member that no sentence names, accounts closed meanwhile."""
    for outcome in population.outcomes:
        if outcome.kind in ("closed", "closing", "unreported") and outcome.count.value == gap:
            return f"{outcome.label}{gap}"
    named = {id(group) for group in used}
    for group in population.groups:
        if id(group) not in named and gap in (
            c.value for c in (group.running, group.registered, group.total, group.inspected) if c
        ):
            return f"{group.label}{gap}"
    return ""


def _plain_sum(kind: CheckKind, label: str, stated: int, total: int, values: Sequence[int], place: Place | None) -> Check:
    terms = "+".join(map(str, values))
    agrees = stated == total
    return Check(
        kind=kind,
        outcome="agrees" if agrees else "contradicts",
        label=label,
        stated=str(stated),
        computed=f"{terms}={total}",
        counts=() if agrees else (total,),
        text_zh=f"{label}{stated},各部分{terms}={total}" + ("。" if agrees else ",不相等。"),
        text_en=f"{label} {stated}; its parts {terms} = {total}" + ("." if agrees else ": not equal."),
        place=place,
    )


def _outcomes(population: Population) -> Iterator[Check]:
    for tally in (population, *population.groups):
        base = tally.inspected if tally.inspected is not None else None
        kinds = {outcome.kind: outcome.count for outcome in tally.outcomes}
        if base is None or base.bound != "exact" or not {"passed", "failed"} <= set(kinds):
            continue
        inside = [count for kind, count in kinds.items() if kind in ("passed", "failed", "basically_passed", "closing")]
        if any(count.bound != "exact" for count in inside):
            continue
        label = f"{tally.label or _subject(tally)}检查结果"
        yield _plain_sum(
            "sum_of_outcomes", label, base.value, sum(c.value for c in inside), [c.value for c in inside], base.place
        )


# --- rates ----------------------------------------------------------------------------------------------------------


def check_rate(
    figure: Decimal,
    *,
    part: int | None,
    bases: Iterable[int],
    label: str = "",
    of_rest: bool = False,
    place: Place | None = None,
    kind: CheckKind = "rate",
) -> Check:
    """Recomputes one printed rate.

    Args:
        figure: The printed percentage with its places.
        part: The printed count; None when it is not printed, and then the counts that would give the figure are named.
        bases: Bases the notice prints, the likeliest first; the rate agrees when any of them gives it.
        label: Name of the rate.
        of_rest: True when `part` is what failed and the figure is the share that passed.
        place: Where it is printed.
        kind: Kind of the check.
    """
    known = [base for base in dict.fromkeys(bases) if base > 0]
    stated = f"{print_decimal(figure)}%"
    if not known:
        return Check(
            kind=kind,
            outcome="not_checkable",
            label=label,
            stated=stated,
            text_zh=f"{label}{stated}:未列出基数,无法复算。",
            text_en=f"{label} {stated}: no base is printed.",
            place=place,
        )
    if part is None:
        return _hidden(figure, known, label, of_rest, place, kind)
    fitting = [base for base in known if 0 <= part <= base]
    for base in fitting:
        passed = base - part if of_rest else part
        policies = policies_giving(figure, passed, base)
        if policies:
            only_cap = Policy.HALF_UP not in policies and Policy.TRUNCATION not in policies
            return Check(
                kind=kind,
                outcome="agrees",
                label=label,
                stated=stated,
                computed=f"{passed}/{base}",
                policies=policies,
                text_zh=f"{label}{stated}:{passed}/{base},{'、'.join(policy.words for policy in policies)}可得。",
                text_en=f"{label} {stated}: {passed} of {base}" + (", only with the cap." if only_cap else "."),
                place=place,
            )
    base = fitting[0] if fitting else known[0]
    counts = _giving(figure, base)
    wanted = base - part if of_rest else part
    best = nearest_of(counts, wanted)
    told = [base - count if of_rest else count for count in best]
    exact = percent(wanted, base, places=max(2, places_of(figure))) if 0 <= wanted <= base else None
    shown = "" if exact is None else f"{wanted}/{base}={print_decimal(exact)}%"
    what_zh, what_en = ("不合格", "failed") if of_rest else ("", "counted")
    others = _other_bases(figure, part, base, of_rest)
    would_zh = f"印出的数字相当于{what_zh}{told[0]}(共{base})" if told else f"以{base}为基数,没有整数能得出该数字"
    would_en = f"it would take {told[0]} {what_en} of {base}" if told else f"no whole number of {base} gives it"
    if others:
        would_zh += f";基数为{others[0]}时可得"
        would_en += f"; a base of {others[0]} would"
    return Check(
        kind=kind,
        outcome="contradicts",
        label=label,
        stated=stated,
        computed=shown,
        counts=tuple(told),
        bases=tuple(others),
        text_zh=f"{label}{stated}与所列数字不符:{shown}({what_zh}{part});{would_zh}。",
        text_en=f"{label} {stated} does not follow from the counts: {shown} ({part} {what_en}); {would_en}.",
        place=place,
    )


def _other_bases(figure: Decimal, part: int, base: int, of_rest: bool) -> list[int]:
    """Bases within a tenth of the printed one with which the printed count gives the figure, the nearest first."""
    if part < 1:
        return []
    reach = max(5, base // 10)
    found = range(max(part, base - reach), base + reach + 1)
    giving = [n for n in found if policies_giving(figure, n - part if of_rest else part, n)]
    return sorted(giving, key=lambda n: (abs(n - base), n))[:5]


def _hidden(figure: Decimal, bases: list[int], label: str, of_rest: bool, place: Place | None, kind: CheckKind) -> Check:
    stated = f"{print_decimal(figure)}%"
    for base in bases:
        counts = _giving(figure, base)
        if counts:
            told = [base - count if of_rest else count for count in counts]
            return Check(
                kind=kind,
                outcome="agrees",
                label=label,
                stated=stated,
                computed=f"{'/'.join(map(str, told[:6]))} of {base}",
                counts=tuple(told[:50]),
                policies=tuple(policy for policy in Policy if whole_counts(figure, base, policy=policy)),
                text_zh=f"{label}{stated}:基数{base},对应的整数为{'、'.join(map(str, told[:6]))}。",
                text_en=f"{label} {stated}: of {base}, the whole counts that give it are {', '.join(map(str, told[:6]))}.",
                place=place,
            )
    base = bases[0]
    return Check(
        kind=kind,
        outcome="contradicts",
        label=label,
        stated=stated,
        computed=f"of {base}",
        text_zh=f"{label}{stated}:以{base}为基数,任何整数按任何舍入规则都得不出该数字。",
        text_en=f"{label} {stated}: no whole number of {base} gives it by any rounding.",
        place=place,
    )


def _giving(figure: Decimal, base: int) -> list[int]:
    found: dict[int, None] = {}
    for policy in (Policy.HALF_UP, Policy.CAPPED, Policy.TRUNCATION):
        found |= dict.fromkeys(whole_counts(figure, base, policy=policy))
    return sorted(found)


def nearest_of(counts: Sequence[int], wanted: int) -> list[int]:
    """The counts ordered by their distance from `wanted`."""
    return sorted(counts, key=lambda count: (abs(count - wanted), count))[:10]


def _not_checkable(rate: Rate) -> Check:
    return Check(
        kind="rate",
        outcome="not_checkable",
        label=rate.label,
        stated=rate.print(),
        text_zh=f"{rate.label}{rate.print()}:未列出可复算的数字。",
        text_en=f"{rate.label} {rate.print()}: no counts to recompute it from.",
        place=rate.place,
    )


def _rates(population: Population) -> Iterator[Check]:
    for tally in (population, *population.groups):
        for rate in tally.rates:
            if rate.figure is None or rate.bound not in ("exact", "about"):
                yield _not_checkable(rate)
                continue
            label = f"{tally.label or _subject(tally)}{rate.label}"
            yield from _one_rate(rate, rate.figure, tally, label)
        yield from _comparisons(tally)


def _bases_of(tally: Tally) -> list[int]:
    counts = (tally.inspected, tally.running, tally.registered, tally.total)
    bases = [count.value for count in counts if count is not None]
    # Accounts being closed are neither passed nor failed; some notices leave them out of the base.
    left_out = tally.outcome("closing") or 0
    return bases + [base - left_out for base in bases if left_out]


def _one_rate(rate: Rate, figure: Decimal, tally: Tally, label: str) -> Iterator[Check]:
    bases = _bases_of(tally)
    if rate.kind in ("pass", "failure_share"):
        checks = [
            check_rate(figure, part=part, bases=bases, label=label, of_rest=of_rest, place=rate.place)
            for part, of_rest in _readings(rate, figure, tally)
        ]
        yield _softened(next((check for check in checks if check.outcome == "agrees"), checks[0]), rate)
    elif rate.kind == "coverage":
        whole = [c.value for c in (tally.running, tally.registered, tally.total) if c is not None]
        part = tally.inspected.value if tally.inspected is not None else None
        if part is None and figure == 100 and whole:
            part = whole[0]
        if not whole or part is None:
            yield _not_checkable(rate)
        else:
            yield _softened(check_rate(figure, part=part, bases=whole, label=label, place=rate.place), rate)
    else:
        yield _not_checkable(rate)


def _readings(rate: Rate, figure: Decimal, tally: Tally) -> list[tuple[int | None, bool]]:
    """The counts a pass rate or failure share may have been made from, the plainest first; True marks failed units."""
    failed, passed = tally.failed, tally.passed
    if rate.kind == "failure_share":
        return [(failed, False)]
    if isinstance(tally, Group) and failed is None and passed is None and figure == 100:
        passed = tally.base
    found: list[tuple[int | None, bool]] = []
    if failed is not None:
        found.append((failed, True))
    if passed is not None:
        found.append((passed, False))
        basically = tally.outcome("basically_passed")
        if basically is not None:
            found.append((passed + basically, False))
    return found or [(None, False)]


_ABOUT = Decimal(1)
"""How far, in percentage points, a figure printed with 约 may be off."""


def _softened(check: Check, rate: Rate) -> Check:
    """A figure printed with 约 agrees when it is less than a point off."""
    if rate.bound != "about" or check.outcome != "contradicts" or rate.figure is None:
        return check
    exact = re.search(r"=([0-9.]+)%", check.computed)
    if exact is None or abs(Decimal(exact.group(1)) - rate.figure) >= _ABOUT:
        return check
    return check.model_copy(
        update={
            "outcome": "agrees",
            "text_zh": f"{check.label}约{check.stated}:{check.computed}。",
            "text_en": f"{check.label} about {check.stated}: {check.computed}.",
        }
    )


def _comparisons(tally: Tally) -> Iterator[Check]:
    for rate in tally.rates:
        for comparison in rate.comparisons:
            before = comparison.change.before(rate.figure) if rate.figure is not None else None
            if before is not None and not 0 <= before <= 100:
                yield Check(
                    kind="rate",
                    outcome="contradicts",
                    label=f"{rate.label}上期值",
                    stated=comparison.change.text(),
                    computed=f"{before}%",
                    text_zh=f"{rate.label}{rate.print()}{comparison.change.text()},推得上期为{before}%,不可能。",
                    text_en=f"{rate.label} {rate.print()} and a change of {comparison.change.text('en')} imply an earlier {before} %: impossible.",
                    place=comparison.place,
                )
            elif comparison.unit == "%" and comparison.change.state in ("up", "down"):
                yield Check(
                    kind="unit",
                    outcome="remark",
                    label=rate.label,
                    stated=f"{comparison.change.points}%",
                    computed=f"{before}%",
                    text_zh=f"{rate.label}的变化印作“{comparison.change.points}%”,实为百分点;上期为{before}%。",
                    text_en=f"The change of {rate.label} is printed with % and means percentage points; the earlier value is {before} %.",
                    place=comparison.place,
                )


def _policy(checks: list[Check]) -> Iterator[Check]:
    rates = [
        check
        for check in checks
        if check.kind == "rate"
        and check.outcome == "agrees"
        and check.policies
        and "/" in check.computed
        and " of " not in check.computed
    ]
    if len(rates) < 2:
        return
    fits = [policy for policy in Policy if all(policy in check.policies for check in rates)]
    if Policy.HALF_UP in fits or Policy.TRUNCATION in fits:
        return
    odd = [check for check in rates if Policy.HALF_UP not in check.policies]
    for check in odd:
        yield Check(
            kind="rounding_policy",
            outcome="remark",
            label=check.label,
            stated=check.stated,
            computed=check.computed,
            policies=tuple(fits),
            text_zh=f"{check.label}{check.stated}({check.computed})四舍五入得不出,其余各率须四舍五入;"
            + ("只有“不满不进百”的四舍五入能得出全部。" if fits else "没有一种规则能得出全部。"),
            text_en=f"{check.label} {check.stated} ({check.computed}) is not half-up while other rates are; "
            + ("only half-up that never reaches 100 gives all." if fits else "no single policy gives all."),
            place=check.place,
        )


# --- attachments ----------------------------------------------------------------------------------------------------


def _bare(text: str | None) -> str:
    return re.sub(r"[\s“”\"《》()]", "", text or "").lower()


def _attachments(notice: Notice) -> Iterator[Check]:
    listed = [a for a in notice.attachments if a.title is not None]
    numbers = Counter(a.number for a in listed if a.number is not None)
    for number, times in numbers.items():
        if times > 1:
            place = [a.place for a in listed if a.number == number][1]
            yield Check(
                kind="attachment_number",
                outcome="contradicts",
                label=f"附件{number}",
                stated=f"{number}",
                computed=f"{times}次",
                text_zh=f"附件编号{number}用了{times}次。",
                text_en=f"Attachment number {number} is used {times} times.",
                place=place,
            )
    known = [a.number for a in listed if a.number is not None]
    expected = list(range(1, len(set(known)) + 1))
    if known and sorted(set(known)) != expected:
        yield Check(
            kind="attachment_number",
            outcome="contradicts",
            label="附件编号",
            stated="、".join(map(str, known)),
            computed="、".join(map(str, expected)),
            text_zh=f"附件编号{'、'.join(map(str, known))}不连续。",
            text_en=f"Attachment numbers {', '.join(map(str, known))} are not consecutive.",
            place=listed[0].place,
        )
    titles = Counter(_bare(a.title) for a in listed)
    for title, times in titles.items():
        if times > 1:
            twice = [a for a in listed if _bare(a.title) == title]
            yield Check(
                kind="attachment_title",
                outcome="contradicts",
                label=twice[1].title or "",
                stated=f"{times}次",
                computed="、".join(str(a.number) for a in twice),
                text_zh=f"附件标题“{twice[0].title}”列了{times}次。",
                text_en=f'The attachment title "{twice[0].title}" is listed {times} times.',
                place=twice[1].place,
            )
    has_pages = any(a.has_page for a in notice.attachments)
    for attachment in notice.attachments:
        differ: Outcome = "agrees"
        if attachment.title and attachment.page_title:
            differ = _titles_differ(attachment.title, attachment.page_title, notice.language)
        if differ in ("contradicts", "remark"):
            yield Check(
                kind="attachment_title",
                outcome=differ,
                label=f"附件{attachment.number or ''}",
                stated=attachment.title or "",
                computed=attachment.page_title or "",
                text_zh=f"附件{attachment.number or ''}在目录中题为“{attachment.title}”,本页题为“{attachment.page_title}”。",
                text_en=f'Attachment {attachment.number or ""} is "{attachment.title}" in the list and "{attachment.page_title}" on its page.',
                place=attachment.page_place or attachment.place,
            )
        if has_pages and attachment.title and (not attachment.has_page or not (attachment.tables or attachment.bands)):
            yield Check(
                kind="attachment_page",
                outcome="remark",
                label=f"附件{attachment.number or ''}",
                stated=attachment.title,
                text_zh=f"附件{attachment.number or ''}《{attachment.title}》在本稿中没有{'表格' if attachment.has_page else '页面'}。",
                text_en=f"Attachment {attachment.number or ''} has no {'table' if attachment.has_page else 'page'} in this copy.",
                place=attachment.place,
            )


_SUBJECT_WORDS = (
    ("网站", "website"),
    ("新媒体", "new media"),
    ("不合格", "unqualified"),
    ("问题", "problem"),
    ("名单", "list"),
)


def _titles_differ(title: str, page_title: str, language: str) -> Outcome:
    """How two titles of one attachment compare; two translations of one title differ in words that do not matter."""
    if _bare(title) == _bare(page_title):
        return "agrees"
    if language == "zh":
        return "contradicts"

    def marks(text: str) -> set[str]:
        return {english for _, english in _SUBJECT_WORDS if english in text.lower()}

    mine, other = marks(title), marks(page_title)
    if not other:
        return "not_checkable"
    return "contradicts" if {"unqualified", "problem"} & (mine ^ other) and (mine & other) else "remark"


# --- tables ---------------------------------------------------------------------------------------------------------


def _integer(cell: str | None) -> int | None:
    return int(cell.replace(",", "")) if cell is not None and re.fullmatch("[0-9][0-9,]*", cell) else None


def _table(table: Table, attachment: Attachment) -> Iterator[Check]:
    where = f"附件{attachment.number}" if attachment.number else "附件"
    if table.total is not None:
        for index, name in enumerate(table.columns):
            stated = _integer(table.total[index])
            values = [_integer(cell) for cell in table.column(index)]
            if stated is None or any(
                value is None and cell is not None for value, cell in zip(values, table.column(index), strict=True)
            ):
                continue
            known = [value for value in values if value is not None]
            if known:
                yield _plain_sum("table_total", f"{where}“{name}”合计", stated, sum(known), known, attachment.page_place)
    yield from _rows(table, where, attachment.page_place)


def _rows(table: Table, where: str, place: Place | None) -> Iterator[Check]:
    """Rows whose 总数 column stands before the columns of its parts, and rates next to their counts."""
    whole = next((i for i, name in enumerate(table.columns) if re.search("总数$", name) and "其中" not in name), None)
    parts = [
        i
        for i, levels in enumerate(table.header)
        if whole is not None and i > whole and len(levels) > 1 and not any("其中" in level for level in levels)
    ]
    groups = {table.header[i][0] for i in parts}
    run = [i for i in parts if whole is not None and i - whole <= len(parts)]
    if whole is not None and len(run) >= 2 and len(table.header[whole]) == 1 and len(groups) >= 1:
        for row in table.rows:
            stated, values = _integer(row[whole]), [_integer(row[i]) for i in run]
            if stated is None or any(value is None for value in values):
                continue
            known = [value for value in values if value is not None]
            yield _plain_sum(
                "table_row", f"{where}{row[1] if len(row) > 1 else ''}{table.columns[whole]}", stated, sum(known), known, place
            )
    rate_at = next((i for i, name in enumerate(table.columns) if re.search("率", name)), None)
    if rate_at is None:
        return
    done, pending, base, failed = _columns_of_rate(table, rate_at)
    for row in table.rows:
        text = row[rate_at]
        try:
            figure = read_figure(text) if text else None
        except ValueError:
            figure = None
        if figure is None:
            continue
        label = f"{where}{row[1] if len(row) > 1 else ''}{table.columns[rate_at]}"
        if base is not None and failed is not None:
            whole_count, lost = _integer(row[base]), _integer(row[failed])
            if whole_count:
                yield check_rate(
                    figure, part=lost or 0, bases=[whole_count], label=label, of_rest=True, place=place, kind="table_rate"
                )
        elif done is not None:
            finished, left = _integer(row[done]), _integer(row[pending]) if pending is not None else 0
            if finished is not None and finished + (left or 0) > 0:
                yield check_rate(
                    figure, part=finished, bases=[finished + (left or 0)], label=label, place=place, kind="table_rate"
                )


def _columns_of_rate(table: Table, rate_at: int) -> tuple[int | None, int | None, int | None, int | None]:
    """Columns a rate is counted from: done and pending (办结), or inspected and failed (合格率)."""
    names = [re.sub(r"\(.*?\)", "", name) for name in table.columns]
    if "合格" in names[rate_at]:
        base = next(
            (
                i
                for i, name in enumerate(names)
                if re.search("抽查|检查|监测", name) and re.search("数|家|个", name) and i != rate_at
            ),
            None,
        )
        failed = next(
            (
                i
                for i, name in enumerate(names)
                if re.search("不合格|突出问题|不达标", name) and i != rate_at and "率" not in name
            ),
            None,
        )
        return None, None, base, failed
    before = [i for i in range(rate_at) if re.search("办结|受理|完成|未办|答复|回复", names[i]) and "单位" not in names[i]]
    if len(before) >= 2:
        return before[-2], before[-1], None, None
    return (before[0], None, None, None) if before else (None, None, None, None)


def _listed(attachment: Attachment) -> Iterator[Check]:
    seen: Counter[tuple[str, str | None]] = Counter((row.name, row.platform) for row in attachment.listed)
    for (name, platform), times in seen.items():
        if times > 1:
            yield Check(
                kind="listed_twice",
                outcome="contradicts",
                label=name,
                stated=f"{times}次",
                computed=platform or "",
                text_zh=f"附件{attachment.number or ''}中“{name}”列了{times}次。",
                text_en=f'"{name}" is listed {times} times in attachment {attachment.number or ""}.',
                place=attachment.page_place,
            )
    for row in attachment.listed:
        if row.code is None:
            continue
        try:
            code = AccountCode.parse(row.code) if row.kind == "account" else SiteCode.parse(row.code)
        except CodeError as fault:
            yield Check(
                kind="code",
                outcome="contradicts",
                label=row.name,
                stated=row.code,
                text_zh=f"“{row.name}”的标识码{row.code}格式有误。",
                text_en=f'The code {row.code} of "{row.name}" is not well formed: {fault.what}.',
                place=attachment.page_place,
            )
            continue
        yield Check(
            kind="code",
            outcome="agrees",
            label=row.name,
            stated=row.code,
            computed=code.division or "",
            text_zh=f"“{row.name}”的标识码{row.code}格式正确。",
            text_en=f'The code {row.code} of "{row.name}" is well formed.',
            place=attachment.page_place,
        )
    yield from _order(attachment)


def _order(attachment: Attachment) -> Iterator[Check]:
    areas = [row.area for row in attachment.listed if row.area]
    if len(areas) < 4 or len(areas) != len(attachment.listed):
        return
    ended: set[str] = set()
    for i, area in enumerate(areas):
        if i and areas[i - 1] != area:
            ended.add(areas[i - 1])
            if area in ended:
                yield Check(
                    kind="order",
                    outcome="remark",
                    label=area,
                    stated=f"第{i + 1}行",
                    text_zh=f"附件{attachment.number or ''}按地方排列,“{area}”在第{i + 1}行再次出现。",
                    text_en=f"Attachment {attachment.number or ''} is grouped by area, but {area} comes back in row {i + 1}.",
                    place=attachment.page_place,
                )


_FAILED_LIST = re.compile("不合格|突出问题|未达标|问题")


def _lists_and_text(notice: Notice) -> Iterator[Check]:
    """The number of failed units in the text against the rows of the lists that name them."""
    for kind, subject in (("site", "政府网站"), ("account", "政务新媒体")):
        rows = [
            row
            for attachment in notice.attachments
            if _FAILED_LIST.search(f"{attachment.title}{attachment.page_title}")
            for row in attachment.listed
            if row.kind == kind and (row.outcome is None or "不" in row.outcome or "问题" in row.outcome)
        ]
        stated = [p for p in notice.populations if p.subject == kind and p.failed is not None]
        if not rows or not stated:
            continue
        population = stated[0]
        failed = population.failed
        assert failed is not None
        place = next((o.count.place for o in population.outcomes if o.kind == "failed"), None)
        agrees = failed == len(rows)
        yield Check(
            kind="rows_of_list",
            outcome="agrees" if agrees else "contradicts",
            label=subject,
            stated=str(failed),
            computed=str(len(rows)),
            counts=() if agrees else (len(rows),),
            text_zh=f"正文称不合格{subject}{failed}个,名单列{len(rows)}个" + ("。" if agrees else ",不一致。"),
            text_en=f"The text says {failed} failed ({kind}), the list has {len(rows)} rows"
            + ("." if agrees else ": they differ."),
            place=place,
        )


def _tables_and_text(notice: Notice) -> Iterator[Check]:
    """Counts of the overview against the 合计 row of an overview table."""
    for population in notice.populations:
        if population.scope:
            continue
        for attachment in notice.attachments:
            title = f"{attachment.title}{attachment.page_title}"
            if ("新媒体" in title) != (population.subject == "account") or not re.search("情况", title):
                continue
            for table in attachment.tables:
                if table.total is None:
                    continue
                for index, name in enumerate(table.columns):
                    stated = _stated_for(name, population)
                    total = _integer(table.total[index])
                    if stated is None or total is None:
                        continue
                    agrees = stated == total
                    yield Check(
                        kind="table_and_text",
                        outcome="agrees" if agrees else "contradicts",
                        label=name,
                        stated=str(stated),
                        computed=str(total),
                        counts=() if agrees else (total,),
                        text_zh=f"正文的{name}为{stated},附件{attachment.number or ''}合计为{total}"
                        + ("。" if agrees else ",不一致。"),
                        text_en=f"{name}: {stated} in the text, {total} in attachment {attachment.number or ''}"
                        + ("." if agrees else ": they differ."),
                        place=attachment.page_place,
                    )


def _figures_and_tables(notice: Notice) -> Iterator[Check]:
    """Counts of the text that the sum of a column confirms; a table without a total row has it derived so."""
    for figure in notice.figures:
        for attachment in notice.attachments:
            for index in range(max((len(table.columns) for table in attachment.tables), default=0)):
                columns = [table.column(index) for table in attachment.tables if index < len(table.columns)]
                values = [_integer(cell) for column in columns for cell in column if cell is not None]
                if len(values) < 3 or any(value is None for value in values) or index == 0:
                    continue
                total = sum(value or 0 for value in values)
                if total == figure.count.value and total > 10:
                    name = attachment.tables[0].columns[index]
                    yield Check(
                        kind="table_and_text",
                        outcome="agrees",
                        label=figure.label,
                        stated=str(total),
                        computed=f"{len(values)}个单元格",
                        text_zh=f"正文的{total}等于附件{attachment.number or ''}“{name}”一列之和。",
                        text_en=f'{total} in the text is the sum of column "{name}" of attachment {attachment.number or ""}.',
                        place=figure.count.place,
                    )


def _stated_for(column: str, population: Population) -> int | None:
    if "/" in column:
        return None
    if re.search("不合格|突出问题", column):
        return population.failed
    if re.search("抽查|检查", column) and population.inspected is not None:
        return population.inspected.value
    if re.search("总数|运行", column):
        return population.population
    return None


# --- dates and names ------------------------------------------------------------------------------------------------


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
                label="整改期限",
                stated=str(due),
                computed=str(signed),
                text_zh=f"整改期限{due}早于成文日期{signed}。",
                text_en=f"The deadline {due} is before the signing date {signed}.",
                place=deadline.place,
            )
    for name, label, value in (
        ("published_at", "网页日期", notice.published_at.value if notice.published_at else None),
        ("window", "检查结束日期", notice.window.end.value if notice.window else None),
        ("statistics_at", "统计日期", notice.statistics_at.first() if notice.statistics_at else None),
    ):
        if value is None:
            continue
        late = value < signed if name == "published_at" else value > signed
        if late:
            yield Check(
                kind="dates",
                outcome="contradicts",
                label=label,
                stated=str(value),
                computed=str(signed),
                text_zh=f"{label}{value}与成文日期{signed}的先后不合。",
                text_en=f"{name} {value} does not fit the signing date {signed}.",
                place=notice.places.get(name),
            )


_NAME_TAIL = re.compile(r"(?:政府)?(?:门户)?(?:网站|网)$|门户$|人民政府(?=网|门户|$)")


def same_name(one: str, other: str) -> bool:
    """Whether two printed names are the same or differ only in the words for a website (鄱阳县政府门户网, 鄱阳政府门户网)."""
    if one == other:
        return True
    short, long = (re.sub(r"[“”\"县市区和]", "", _NAME_TAIL.sub("", name)) for name in (one, other))
    return bool(short) and short == long


def _names(notice: Notice) -> Iterator[Check]:
    listed: dict[str, list[Listed]] = {"site": [], "account": []}
    for attachment in notice.attachments:
        if _FAILED_LIST.search(f"{attachment.title}{attachment.page_title}"):
            for row in attachment.listed:
                if row.kind:
                    listed[row.kind].append(row)
    for kind in ("site", "account"):
        named = {named.name: named for problem in notice.problems for named in problem.named if named.kind == kind}
        population = next((p for p in notice.populations if p.subject == kind and p.failed is not None), None)
        if named and population is not None and population.failed is not None and len(named) > population.failed:
            yield Check(
                kind="named_and_failed",
                outcome="remark",
                label=kind,
                stated=str(population.failed),
                computed=str(len(named)),
                text_zh=f"正文点名{len(named)}个,不合格{population.failed}个:被点名不等于不合格。",
                text_en=f"{len(named)} are named, {population.failed} failed: being named is not having failed.",
                place=None,
            )
        unnamed = [row.name for row in listed[kind] if not any(same_name(name, row.name) for name in named)]
        if unnamed and named:
            shown = "、".join(unnamed[:5]) + ("等" if len(unnamed) > 5 else "")
            yield Check(
                kind="names",
                outcome="remark",
                label=unnamed[0],
                stated=str(len(listed[kind])),
                computed=str(len(unnamed)),
                text_zh=f"名单中有{len(unnamed)}个在正文各段中没有点名:{shown}。",
                text_en=f"{len(unnamed)} of the list are named in no paragraph: {shown}.",
                place=None,
            )
        for row in listed[kind]:
            alike = [name for name in named if same_name(name, row.name)]
            bare = re.sub("(?:网站|网)$", "", row.name)
            if alike and row.name not in alike and bare not in {re.sub("(?:网站|网)$", "", name) for name in alike}:
                yield Check(
                    kind="names",
                    outcome="remark",
                    label=row.name,
                    stated=alike[0],
                    computed=row.name,
                    text_zh=f"同一对象两个名称:正文“{alike[0]}”,名单“{row.name}”。",
                    text_en=f'One subject, two names: "{alike[0]}" in the text, "{row.name}" on the list.',
                    place=named[alike[0]].place,
                )
            for name in alike:
                one = named[name]
                if one.platform and one.platform == row.platform and _platform_word(one) != _platform_word(row):
                    yield Check(
                        kind="names",
                        outcome="remark",
                        label=name,
                        stated=one.platform_text or "",
                        computed=row.platform_text or "",
                        text_zh=f"“{name}”的平台正文写作“{one.platform_text}”,名单写作“{row.platform_text}”。",
                        text_en=f'The platform of "{name}" is {one.platform_text} in the text and {row.platform_text} on the list.',
                        place=one.place,
                    )
        yield from _unlisted(notice, kind, listed[kind])
    for problem in notice.problems:
        if problem.stated_count is not None and not problem.is_open and problem.named:
            stated, found = problem.stated_count.value, len(problem.named)
            agrees = stated == found
            yield Check(
                kind="rows_of_list",
                outcome="agrees" if agrees else "remark",
                label=problem.wording[:40],
                stated=str(stated),
                computed=str(found),
                text_zh=f"句中称{stated}个,点名{found}个。",
                text_en=f"The sentence says {stated} and names {found}.",
                place=problem.place,
            )


def _platform_word(one: Named | Listed) -> str:
    return re.sub("^(?:政务|官方)|账号$", "", one.platform_text or "")


def _unlisted(notice: Notice, kind: str, rows: list[Listed]) -> Iterator[Check]:
    """Faults the text reports without a name and that no row of the list carries."""
    carried = {indicator for row in rows for indicator in row.indicator_ids}
    if not carried:
        return
    for problem in notice.problems:
        missing = [i for i in problem.indicator_ids if i != "other" and i not in carried and ".deduct." not in i]
        if problem.kind == kind == "account" and not problem.named and missing and len(missing) == len(problem.indicator_ids):
            yield Check(
                kind="named_and_failed",
                outcome="remark",
                label=problem.wording[:60],
                stated=missing[0],
                text_zh=f"正文所说“{problem.wording[:60]}”在名单中没有一行。",
                text_en=f'No row of the list carries "{problem.wording[:60]}".',
                place=problem.place,
            )


# --- structured records ---------------------------------------------------------------------------------------------

_RECORD_PARTS = {
    "media": ("wechat", "weibo", "app", "other", "toutiao", "douyin", "kuaishou", "miniprogram", "closed"),
}


def reconcile_counts(counts: Mapping[str, object], rates: Mapping[str, str]) -> Reconciliation:
    """Recomputes the rates of a notice that was taken down as counts and rates by key.

    Args:
        counts: Whole numbers by key: `sites_inspected`, `sites_failed`, `media_running` and so on; what is no whole
            number is passed over.
        rates: Printed percentages by key: `sites_pass`, `media_sampling` and so on.
    Returns:
        One check a rate that has a base, and one for parts by platform that do not reach their total.
    """
    known = {key: value for key, value in counts.items() if isinstance(value, int) and not isinstance(value, bool)}
    checks: list[Check] = []
    for key, text in rates.items():
        try:
            figure = read_figure(text)
        except ValueError:
            continue
        if figure > 100 or re.search("score|change|yoy|qoq", key):
            continue
        checks.append(_record_rate(key, figure, known))
    checks += _record_parts(known)
    return Reconciliation(checks=tuple(checks))


def _record_rate(key: str, figure: Decimal, counts: Mapping[str, int]) -> Check:
    subject, _, what = key.rpartition("_")
    if not subject:
        subject, what = key, "pass" if key in ("wechat", "weibo", "toutiao") else ""

    def first(*names: str) -> list[int]:
        return [counts[name] for name in names if name in counts]

    if what == "pass":
        bases = first(f"{subject}_inspected", f"{subject}_running", f"{subject}_registered")
        failed, passed = counts.get(f"{subject}_failed"), counts.get(f"{subject}_passed")
        part, of_rest = (failed, True) if failed is not None else (passed, False)
        return check_rate(figure, part=part, bases=bases, label=key, of_rest=of_rest)
    if what in ("sampling", "checked", "coverage"):
        part = counts.get(f"{subject}_inspected")
        bases = first(f"{subject}_running", f"{subject}_registered")
        return check_rate(figure, part=part, bases=bases if part is not None else [], label=key)
    if key == "failed_share":
        return check_rate(figure, part=counts.get("sites_failed"), bases=first("sites_inspected", "sites_running"), label=key)
    if key == "feedback_rate":
        return check_rate(figure, part=counts.get("feedback_sites"), bases=first("sites_inspected", "sites_running"), label=key)
    if what == "share" and f"{subject}" in counts:
        return check_rate(figure, part=counts[subject], bases=first("sites_inspected", "sites_running"), label=key)
    return check_rate(figure, part=None, bases=[], label=key)


def _record_parts(counts: Mapping[str, int]) -> Iterator[Check]:
    for subject, platforms in _RECORD_PARTS.items():
        whole = next(
            (counts[f"{subject}_{m}"] for m in ("registered", "running", "inspected") if f"{subject}_{m}" in counts), None
        )
        parts = [counts[f"{subject}_{p}"] for p in platforms if p != "closed" and f"{subject}_{p}" in counts]
        if whole is None or len(parts) < 2:
            continue
        total, closed = sum(parts), counts.get(f"{subject}_closed")
        if total > whole:
            yield _plain_sum("sum_of_parts", subject, whole, total, parts, None)
        elif total < whole and closed is not None and total + closed == whole:
            yield Check(
                kind="sum_of_parts",
                outcome="remark",
                label=subject,
                stated=str(whole),
                computed=str(total),
                text_zh=f"{'+'.join(map(str, parts))}={total},{whole}含本期注销的{closed}个。",
                text_en=f"{' + '.join(map(str, parts))} = {total}; {whole} includes the {closed} closed in the period.",
            )
        elif total == whole:
            yield _plain_sum("sum_of_parts", subject, whole, total, parts, None)


__all__ = ["Check", "Reconciliation", "check_rate", "nearest_of", "reconcile", "reconcile_counts", "same_name"]
