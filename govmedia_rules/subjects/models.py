"""Who is inspected: sites, accounts, the units that answer for them, and the offices that supervise them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from govmedia_rules.core.model import Model, Name, Short, Url, YesNo
from govmedia_rules.core.time import Moment
from govmedia_rules.errors import CodeError
from govmedia_rules.subjects.addresses import address_key
from govmedia_rules.subjects.codes import (
    Domain,
    account_code_remark,
    account_code_text,
    current_division,
    division_codes,
    renumbered_division,
    site_code_text,
)
from govmedia_rules.subjects.vocabulary import PORTAL_LEVELS, Level, OwnerKind, Platform, Status

SiteCodeText = Annotated[str, AfterValidator(site_code_text)]
"""A 网站标识码 in its canonical form."""
AccountCodeText = Annotated[str, AfterValidator(account_code_text)]
"""A 政务新媒体标识码 in its canonical form; one of an unknown form is kept."""
DivisionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
"""A six-digit division code (GB/T 2260). Unknown codes are accepted: divisions change, and old codes live on."""


class Unit(Model):
    """A body that runs sites or accounts (主办单位).

    Attributes:
        name: Full name.
        aliases: Other names it goes by in notices.
        kind: What it is: government body, institution, company …; None when not known.
        level: Level of government it belongs to; None when not known.
        region: Division code of its government; None when not known.

    Examples:
        >>> Unit(name="某县教育局", kind="事业单位").kind
        'institution'
    """

    name: Name
    aliases: tuple[Name, ...] = ()
    kind: OwnerKind | None = None
    level: Level | None = None
    region: DivisionCode | None = None


class Site(Model):
    """A government website as the registry describes it (政府网站).

    Attributes:
        id: Key of the site in every result; by default its code, else its host, else its name with the owner or region
            (`教育局@甲县`), because units share names.
        name: Name of the site.
        code: 网站标识码; None when not known.
        url: Address of the home page.
        domains: Further domains it is reached by.
        owner: 主办单位.
        operator: 承办单位.
        level: Level, see `subject_vocabulary("level")`; None when not known.
        status: Stage of life: running, closing, closed, unreported; None when not known.
        region: Six-digit division code; see `division`.
        area: 所属地方或部门, as notices group rows.
        has_services: Whether the owner has outward service duties; None when not known.
        on_shared_platform: Whether it runs on the intensive platform (集约化平台); None when not known.
        icp: ICP备案编号 as registered.
        police: 公安机关备案号 as registered.

    Examples:
        >>> site = Site(name="某县人民政府", code="6107260001", level="县级政府门户网站")
        >>> site.id, site.division, site.is_portal
        ('6107260001', '610726', True)
    """

    id: Short = ""
    name: Name
    code: SiteCodeText | None = None
    url: Url | None = None
    domains: tuple[Short, ...] = ()
    owner: Name | None = None
    operator: Name | None = None
    level: Level | None = None
    status: Status | None = None
    region: DivisionCode | None = None
    area: Name | None = None
    has_services: YesNo | None = None
    on_shared_platform: YesNo | None = None
    icp: Short | None = None
    police: Short | None = None

    @model_validator(mode="after")
    def _name_it(self) -> Site:
        if not self.id or self.id in _earlier_ids(f"{self.name}@", self):
            self.__dict__["id"] = self.usual_id
        return self

    @property
    def usual_id(self) -> str:
        """The id that the site has where none is given."""
        return self.code or (_host(self.url) if self.url else None) or _apart(self.name, self.owner, self.region)

    @property
    def division(self) -> str | None:
        """Six-digit division code as it is now: of `region`, else of the code; None when neither tells."""
        if self.region is not None:
            return current_division(self.region)
        return current_division(self.code[:6]) if self.code is not None and self.code[0] != "b" else None

    @property
    def is_portal(self) -> bool | None:
        """Whether it is a 政府门户网站, which is scored; None when its level is not known."""
        return None if self.level is None else self.level in PORTAL_LEVELS


class Account(Model):
    """A government new-media account as the registry describes it (政务新媒体账号).

    The same name on two platforms is two accounts.

    Attributes:
        id: Key of the account in every result; by default its code, else platform and name with the owner or region
            (`weibo:城关镇人民政府@甲县`), because units share names.
        name: Name of the account.
        platform: Platform, see `subject_vocabulary("platform")`; any known spelling is accepted.
        platform_text: The platform as it was written, kept where the vocabulary has no word for it.
        code: 政务新媒体标识码; None when not known.
        url: Address or platform id of the account.
        owner: 开设主体 as registered.
        owner_kind: Kind of that owner; None when not known.
        level: Level of the owner; None when not known.
        status: Stage of life: running, closing, closed, unreported; None when not known.
        closing_since: When de-registration was asked for; None when it was not, or nobody knows.
        closed_at: When it was closed; None when it was not, or nobody knows.
        closing_announced_at: When the closing was announced to the public; None when it was not, or nobody knows.
        region: Six-digit division code; see `division`.
        area: 所属地方或部门, as notices group rows.

    Examples:
        >>> Account(name="某县发布", platform="微信订阅号").platform
        'wechat_subscription'
    """

    id: Short = ""
    name: Name
    platform: Platform
    platform_text: Name | None = None
    code: AccountCodeText | None = None
    url: Url | None = None
    owner: Name | None = None
    owner_kind: OwnerKind | None = None
    level: Level | None = None
    status: Status | None = None
    closing_since: Moment | None = None
    closed_at: Moment | None = None
    closing_announced_at: Moment | None = None
    region: DivisionCode | None = None
    area: Name | None = None

    @model_validator(mode="after")
    def _name_it(self) -> Account:
        if not self.id or self.id in _earlier_ids(f"{self.former_id}@", self):
            self.__dict__["id"] = self.usual_id
        return self

    @property
    def usual_id(self) -> str:
        """The id that the account has where none is given."""
        return self.code or _apart(self.former_id, self.owner, self.region)

    @property
    def division(self) -> str | None:
        """Six-digit division code as it is now: of `region`, else of the code; None when neither tells."""
        if self.region is not None:
            return current_division(self.region)
        is_known_form = self.code is not None and account_code_remark(self.code) is None
        return current_division(self.code[:6]) if self.code is not None and is_known_form else None

    @property
    def former_id(self) -> str:
        """The key that versions before 0.2 gave an account without a code; two units of one name shared it."""
        return f"{self.platform}:{self.name}"


class Supervisor(Model):
    """An office that supervises government websites and accounts (监管单位), judged once a year on how it does.

    Attributes:
        id: Key of the office in every result; by default its present division code, else its name.
        name: Name of the office, such as 某省人民政府办公厅.
        supervises: `region` for the office of a government, `department` for that of a State Council department, which
            answers for its own sites and accounts; None when not known.
        level: Level of its government; None when not known.
        region: Six-digit division code of its government; None for a department or when not known.
        area: 所属地方或部门, as notices group rows.

    Examples:
        >>> Supervisor(name="某市人民政府办公室", region="610700").id
        '610700'
    """

    id: Short = ""
    name: Name
    supervises: Literal["region", "department"] | None = None
    level: Level | None = None
    region: DivisionCode | None = None
    area: Name | None = None

    @model_validator(mode="after")
    def _name_it(self) -> Supervisor:
        if not self.id or self.id in _earlier_ids("", self):
            self.__dict__["id"] = self.usual_id
        return self

    @property
    def usual_id(self) -> str:
        """The id that the office has where none is given."""
        return renumbered_division(self.region) if self.region is not None else self.name

    @property
    def division(self) -> str | None:
        """Six-digit division code as it is now; None when not known."""
        return current_division(self.region) if self.region is not None else None

    @property
    def owner(self) -> str:
        """The unit that answers for it: the office itself."""
        return self.name


def _apart(name: str, owner: str | None, region: str | None) -> str:
    """Return a name with the owner, else the region under its present code, which tells units of one name apart."""
    fact = owner or (region and renumbered_division(region))
    return name if fact is None else f"{name}@{fact}"


def _earlier_ids(name: str, subject: AnySubject) -> tuple[str, ...]:
    """Return the ids that a subject had while its region had another code.

    Args:
        name: The part of its usual id before the region.
        subject: The subject.
    """
    if subject.region is None:
        return ()
    present = renumbered_division(subject.region)
    former = sorted(code for code in division_codes(present) if code != present == renumbered_division(code))
    return tuple(f"{name}{code}" for code in former) if former and subject.usual_id == f"{name}{present}" else ()


_ORDINARY = re.compile(r"人民政府|政府|官方|门户|网站|网|\s")


def is_same_unit(first: Site | Account, other: Site | Account) -> bool:
    """Return whether two descriptions may be of one unit: by their codes, else by platform, place, name and address.

    Names that differ only in ordinary words (门户网站), or of which one holds the other, may be of one unit, and so may
    any names at one address. Accounts whose id was made of their name, at two addresses of one platform, are two.

    Examples:
        >>> is_same_unit(Site(id="1", name="青石市政府网"), Site(id="1", name="青石市人民政府门户网站"))
        True
        >>> is_same_unit(Site(id="1", name="青石市政府网"), Site(id="1", name="白水县政府网"))
        False
    """
    if isinstance(first, Account) != isinstance(other, Account):
        return False
    if first.code and other.code:
        return first.code == other.code
    if isinstance(first, Account) and isinstance(other, Account) and first.platform != other.platform:
        return False
    if first.division and other.division and first.division != other.division:
        return False
    if first.url and other.url:
        address, second = address_key(first.url), address_key(other.url)
        if address is not None and address == second:
            return True
        if isinstance(first, Account) and not has_certain_id(first) and are_two_places(address, second):
            return False
    return is_same_name(first.name, other.name)


def units_of(subjects: Iterable[Site | Account]) -> list[list[Site | Account]]:
    """Part descriptions that share an id into those of each unit."""
    units: list[list[Site | Account]] = []
    # What has no code or address, or a shorter name, comes last: where it may be either of two units, it joins neither.
    for subject in sorted(subjects, key=lambda each: (each.code is None, each.url is None, -len(each.name), each.name)):
        same = [unit for unit in units if any(is_same_unit(subject, other) for other in unit)]
        if len(same) == 1:
            same[0].append(subject)
        else:
            units.append([subject])
    return units


def has_certain_id(subject: Site | Account) -> bool:
    """Return whether the id of a subject was given, or holds its code; of an account also whether it holds its owner or region.

    One made of a name alone, or one of a site that was not given, may be that of several units.
    """
    if subject.code is not None:
        return True
    return subject.id != (subject.former_id if isinstance(subject, Account) else subject.usual_id)


def are_two_places(address: str | None, second: str | None) -> bool:
    """Return whether two addresses (`address_key`) are two of one host; an address and the id of an account are not compared."""
    if not address or not second or address == second:
        return False
    return address.partition("/")[0] == second.partition("/")[0] or not {"/", "."} & {*address, *second}


def is_same_name(first: str, other: str) -> bool:
    """Return whether two names may be of one unit: they differ only in ordinary words, or one holds the other."""
    name, second = _bare_name(first), _bare_name(other)
    return name in second or second in name


@lru_cache(maxsize=65_536)
def _bare_name(name: str) -> str:
    return _ORDINARY.sub("", name).casefold() or name


def _host(url: str) -> str | None:
    try:
        return Domain.parse(url).host
    except CodeError:
        return None


Subject = Annotated[Site | Account, Field(union_mode="left_to_right")]
"""A site or an account."""

AnySubject = Site | Account | Supervisor
"""Whoever can be judged."""


def ids_of(subject: AnySubject) -> tuple[str, ...]:
    """Return the id of a subject and those it had in earlier releases, or under the former code of its region.

    Examples:
        >>> ids_of(Account(name="某县发布", platform="weibo", region="340221"))
        ('weibo:某县发布@340210', 'weibo:某县发布', 'weibo:某县发布@340221')
    """
    if isinstance(subject, Supervisor):
        return (subject.id, *_earlier_ids("", subject))
    name = f"{subject.former_id if isinstance(subject, Account) else subject.name}@"
    return tuple(dict.fromkeys((subject.id, former_id_of(subject), *_earlier_ids(name, subject))))


def former_id_of(subject: AnySubject) -> str:
    """Return the id that release 0.1 gave a subject: reviews, waivers and results of then name it by that.

    Only accounts without a code had another one (platform and name, which two units may share).
    """
    return subject.former_id if isinstance(subject, Account) and subject.code is None else subject.id
