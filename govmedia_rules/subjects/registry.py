"""The list of all subjects, as the reporting systems export it, and populations known only as counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.time import Moment
from govmedia_rules.errors import CodeError, RegistryError
from govmedia_rules.subjects.codes import AccountCode, account_code_remark, renumbered_division
from govmedia_rules.subjects.models import Account, Site, ids_of, units_of
from govmedia_rules.subjects.vocabulary import subject_vocabulary
from govmedia_rules.tables.model import BadRow, Rows
from govmedia_rules.tables.read import read_models

SubjectKind = Literal["site", "account"]


class RegistryProblem(Model):
    """Something a registry says twice or in two ways.

    Attributes:
        kind: `duplicate` (one id, equal rows), `contradiction` (one id, differing rows, or fields that cannot both be
            right), `warning` (well formed but unconfirmed).
        subjects: Ids of the subjects concerned.
        what: The problem, in one sentence.
    """

    kind: Literal["duplicate", "contradiction", "warning"]
    subjects: tuple[str, ...]
    what: Short


class Population(Model):
    """How many subjects there are, with or without knowing them.

    Attributes:
        subject: Whether sites or accounts are counted.
        total: The stated total; None when only parts are stated.
        by: Counts for each division of the total, for example `{"level": {"city_portal": 11}}`. The parts of one
            division add up to the total; different divisions count the same subjects again.
        source: Where the counts come from (全国政务新媒体信息报送系统 …).
        basis: What is left in or out (不含已注销账号 …).
        as_of: The statistics date; None when not stated.

    Examples:
        >>> Population(subject="site", total=3, by={"level": {"city_portal": 1, "city_department": 1}}).faults()
        ('level: 1 + 1 = 2, not the stated 3',)
    """

    subject: SubjectKind
    total: int | None = Field(default=None, ge=0)
    by: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)
    source: Short | None = None
    basis: Short | None = None
    as_of: Moment | None = None

    def faults(self) -> tuple[str, ...]:
        """Return each division whose parts do not add up to the total, in words; empty when all do."""
        if self.total is None:
            return ()
        sums = {name: sum(parts.values()) for name, parts in self.by.items()}
        return tuple(
            f"{name}: {' + '.join(map(str, self.by[name].values()))} = {added}, not the stated {self.total}"
            for name, added in sums.items()
            if added != self.total
        )

    @property
    def size(self) -> int | None:
        """The total, stated or added up; None when neither is possible."""
        if self.total is not None:
            return self.total
        return next((sum(parts.values()) for parts in self.by.values() if parts), None)


class Registry(Model):
    """Sites and accounts on record (登记库).

    Attributes:
        sites: Sites, in the order of the source.
        accounts: Accounts, in the order of the source.
        bad: Rows of the source that could not be used.
        source: Name of the system or file.
        basis: What is left in or out.
        as_of: Date of the list; None when not stated.

    Examples:
        >>> registry = Registry(sites=(Site(name="某县人民政府", code="6107260001"),))
        >>> registry.find("6107260001").name
        '某县人民政府'
    """

    sites: tuple[Site, ...] = ()
    accounts: tuple[Account, ...] = ()
    bad: tuple[BadRow, ...] = ()
    source: Short | None = None
    basis: Short | None = None
    as_of: Moment | None = None

    def __len__(self) -> int:
        return len(self.sites) + len(self.accounts)

    def find(self, subject_id: str) -> Site | Account | None:
        """Return the subject with this id, or None.

        Rows that repeat it are one subject; a fact in which they differ is None. `problems` names both.

        Raises:
            RegistryError: Rows with this id are of different platforms, of a site and an account, or of two units with different
                names: they are no one subject.
        """
        subjects: list[Site | Account] = [*self.sites, *self.accounts]
        rows = [subject for subject in subjects if subject.id == subject_id]
        units = units_of(rows)
        if len(units) > 1 and len({unit[0].name for unit in units}) > 1:
            names = [unit[0].name for unit in units]
            raise RegistryError(
                f"{subject_id} is the id of {len(units)} units: {', '.join(names)}",
                hint="give each its own code or id",
                zh=f"{subject_id} 是{len(units)}个单位的标识：{'、'.join(names)}",
                hint_zh="请给每个单位各自的标识码或标识",
            )
        return merged_subject(rows) if rows else None

    def renamed_ids(self) -> dict[str, str]:
        """Return present ids by those of versions before 0.2 and of former region codes, for stored reviews, waivers and results.

        An old id that several subjects shared is left out: it does not say which of them was meant.
        """
        by_former: dict[str, set[str]] = defaultdict(set)
        subjects: list[Site | Account] = [*self.sites, *self.accounts]
        for subject in subjects:
            earlier = ids_of(subject)[1:] or ((subject.former_id,) if isinstance(subject, Account) and not subject.code else ())
            for former in earlier:
                by_former[former].add(subject.id)
        return {former: min(ids) for former, ids in by_former.items() if len(ids) == 1}

    def population(self, subject: SubjectKind, *, with_closed: bool = False) -> Population:
        """Count the members by level, platform, status, area and owner.

        Each unit counts once, also where two have one id; what is not known is counted under "".

        Args:
            subject: Sites or accounts.
            with_closed: Whether closed subjects belong to the base; notices leave them out.
        """
        listed: Sequence[Site | Account] = self.sites if subject == "site" else self.accounts
        rows: dict[str, list[Site | Account]] = defaultdict(list)
        for row in listed:
            rows[row.id].append(row)
        merged: list[Site | Account] = [merged_subject(unit) for same in rows.values() for unit in units_of(same)]
        members = [member for member in merged if with_closed or member.status != "closed"]
        names = ("level", "status", "area", "owner") + (("platform",) if subject == "account" else ())
        by = {name: dict(Counter(getattr(member, name) or "" for member in members)) for name in names}
        return Population(subject=subject, total=len(members), by=by, source=self.source, basis=self.basis, as_of=self.as_of)

    def problems(self) -> tuple[RegistryProblem, ...]:
        """Return duplicates, contradictions and unconfirmed codes, in the order found."""
        problems: list[RegistryProblem] = []
        for group in (self.sites, self.accounts):
            problems.extend(_repeated(group))
        problems.extend(_code_problems(self.sites, self.accounts))
        problems.extend(_renumbered(self.sites))
        problems.extend(_renumbered(self.accounts))
        problems.extend(_shared_names(self.accounts))
        return tuple(problems)


def merged_subject(rows: Sequence[Site | Account]) -> Site | Account:
    """Merge the rows of one subject: what one of them knows is known, a fact in which they differ is None.

    Args:
        rows: One or more rows with the same id.

    Raises:
        RegistryError: They are of different platforms, or of a site and an account.
    """
    first = rows[0]
    if len(rows) == 1:
        return first
    platforms = {row.platform if isinstance(row, Account) else "" for row in rows}
    if len(platforms) > 1:
        raise RegistryError(
            f"{first.id} is the id of {len(rows)} rows of different platforms",
            hint="give each its own code or id",
            zh=f"{first.id} 是 {len(rows)} 行不同平台账号的标识",
            hint_zh="请给每个账号各自的标识码或标识",
        )
    values: dict[str, object] = {}
    for name in type(first).model_fields:
        known = [_present(name, value) for row in rows if (value := getattr(row, name)) not in (None, ())]
        if known and (name in ("id", "name") or all(value == known[0] for value in known)):
            values[name] = known[0]
    return type(first).model_validate(values)


def _present(name: str, value: Any) -> Any:
    """Return a fact of a subject, a region under its present code: two codes of one division do not differ."""
    return renumbered_division(value) if name == "region" and value is not None else value


def _repeated(subjects: Iterable[Site | Account]) -> list[RegistryProblem]:
    by_id: dict[str, list[Site | Account]] = defaultdict(list)
    for subject in subjects:
        by_id[subject.id].append(subject)
    problems = []
    for subject_id, rows in by_id.items():
        if len(rows) == 1:
            continue
        facts = [{key: _present(key, value) for key, value in row.model_dump().items()} for row in rows]
        differing = sorted({key for row in facts[1:] for key, value in row.items() if value != facts[0][key]})
        if differing:
            differences = "; ".join(
                f"{key}: {' / '.join(dict.fromkeys(str(getattr(row, key)) for row in rows))}" for key in differing
            )
            problems.append(
                RegistryProblem(kind="contradiction", subjects=(subject_id,), what=f"{len(rows)} rows differ in {differences}")
            )
        else:
            regions = list(dict.fromkeys(row.region for row in rows if row.region is not None))
            same = f"; {' and '.join(regions)} are one division" if len(regions) > 1 else ""
            problems.append(RegistryProblem(kind="duplicate", subjects=(subject_id,), what=f"listed {len(rows)} times{same}"))
    return problems


def _code_problems(sites: Sequence[Site], accounts: Sequence[Account]) -> list[RegistryProblem]:
    problems: list[RegistryProblem] = []

    def note(kind: Literal["contradiction", "warning"], subject: Site | Account, what: str) -> None:
        problems.append(RegistryProblem(kind=kind, subjects=(subject.id,), what=what))

    for site in sites:
        if site.code is not None and site.region is not None and site.code[0] != "b" and site.code[:2] != site.region[:2]:
            note("contradiction", site, f"网站标识码 {site.code} is of province {site.code[:2]}, the region is {site.region}")
    units: dict[tuple[str, str], dict[str, Account]] = defaultdict(dict)
    for account in accounts:
        if account.code is None:
            continue
        remark = account_code_remark(account.code)
        if remark is not None:
            note("warning", account, remark)
            continue
        code = AccountCode.parse(account.code)
        try:
            AccountCode.parse(account.code, platform=account.platform)
        except CodeError as fault:
            note("contradiction", account, fault.what)
        if account.region is not None and code.division[:2] != account.region[:2]:
            note("contradiction", account, f"{code} is of province {code.division[:2]}, the region is {account.region}")
        for warning in code.warnings:
            note("warning", account, warning)
        if account.owner is not None:
            units[code.division, code.unit].setdefault(account.owner, account)
    for (division, unit), owners in units.items():
        if len(owners) > 1:
            problems.append(
                RegistryProblem(
                    kind="contradiction",
                    subjects=tuple(account.id for account in owners.values()),
                    what=f"unit {unit} of {division} has several owners: {'、'.join(owners)}",
                )
            )
    return problems


def _renumbered(subjects: Sequence[Site | Account]) -> list[RegistryProblem]:
    """Name codes that differ only in the former and the present code of one division: they may be of one unit."""
    codes: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for subject in subjects:
        if subject.code is not None and subject.division is not None:
            codes[renumbered_division(subject.code[:6]), subject.code[6:]].setdefault(subject.code, subject.id)
    return [
        RegistryProblem(
            kind="contradiction",
            subjects=tuple(ids.values()),
            what=f"the codes {' and '.join(ids)} may be of one unit: {' and '.join(code[:6] for code in ids)} are one division",
        )
        for ids in codes.values()
        if len(ids) > 1
    ]


def _shared_names(accounts: Sequence[Account]) -> list[RegistryProblem]:
    by_name: dict[tuple[str, str], list[Account]] = defaultdict(list)
    for account in accounts:
        by_name[account.platform, account.name].append(account)
    platforms = subject_vocabulary("platform")
    return [
        RegistryProblem(
            kind="contradiction",
            subjects=tuple(dict.fromkeys(account.id for account in rows)),
            what=f"{name} on {platforms[platform].title} has {len({account.id for account in rows})} codes",
        )
        for (platform, name), rows in by_name.items()
        if len({account.id for account in rows}) > 1
    ]


def registered_sites(source: object, *, headers: Mapping[str, str] | None = None, sheet: str | int | None = None) -> Rows[Site]:
    """Read sites from a table with the reporting system's headers; see `tables.read.read_models` for sources and errors."""
    return read_models(source, Site, "site", headers=headers, sheet=sheet, required=("name",))


def registered_accounts(
    source: object, *, headers: Mapping[str, str] | None = None, sheet: str | int | None = None
) -> Rows[Account]:
    """Read accounts from a table with the reporting system's headers; see `tables.read.read_models` for sources and errors."""
    return read_models(source, Account, "account", headers=headers, sheet=sheet, required=("name", "platform"))


def read_registry(
    sites: object = None,
    accounts: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    source: Name | None = None,
    basis: Short | None = None,
    as_of: Moment | None = None,
) -> Registry:
    """Read a registry from a table of sites, a table of accounts, or both.

    Args:
        sites: Table of sites, or None.
        accounts: Table of accounts, or None.
        headers: Further headers, as written -> field.
        source: Name of the system the lists come from.
        basis: What is left in or out (不含已注销账号 …).
        as_of: Date of the lists.

    Raises:
        TableError: A table cannot be opened or lacks a name column.

    Examples:
        >>> rows = [{"账号名称": "某县发布", "平台类型": "微信", "账号主体": "某县人民政府"}]
        >>> read_registry(accounts=rows).accounts[0].owner
        '某县人民政府'
    """
    site_rows = registered_sites(sites, headers=headers) if sites is not None else Rows[Site](())
    account_rows = registered_accounts(accounts, headers=headers) if accounts is not None else Rows[Account](())
    return Registry(
        sites=site_rows.good,
        accounts=account_rows.good,
        bad=site_rows.bad + account_rows.bad,
        source=source,
        basis=basis,
        as_of=as_of,
    )
