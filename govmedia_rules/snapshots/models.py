"""Snapshots: what was observed of one subject at one monitoring point (采样数据)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, model_validator

from govmedia_rules.core.model import Name
from govmedia_rules.core.time import Instant, Moment
from govmedia_rules.snapshots.duplicates import distinct, namesakes, perhaps_repeated, shifted
from govmedia_rules.snapshots.kinds import Observed, check_parts
from govmedia_rules.snapshots.parts import (
    Activity,
    AppTrial,
    BrowserTrial,
    Channel,
    Collection,
    Column,
    ColumnGroup,
    Document,
    EarlierFault,
    ElderlyMode,
    Enquiry,
    ErrorReportEntrance,
    Function,
    HomePage,
    Interpretation,
    Link,
    MapEntry,
    Mark,
    Message,
    MessageBoard,
    OfflineNotice,
    OnlineSystem,
    Page,
    Post,
    Probe,
    ProbeDay,
    QrCode,
    ReadingDay,
    Relay,
    SearchTrial,
    Service,
    group_columns,
    newest,
)
from govmedia_rules.snapshots.supervision import SupervisorSnapshot
from govmedia_rules.subjects.codes import account_code_remark
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.vocabulary import OwnerKind


class SiteSnapshot(Observed):
    """The observations of one site at one monitoring point.

    Every part is None when it was not observed and empty when it was looked for and not there.

    Attributes:
        kind: Always `site`; tells the kinds of snapshot apart in a file.
        site: The site.
        observed_at: The monitoring point (监测时间点) from which every window counts back; aware.
        marks: Fields that were not observed but stated by a document or assumed.
        partial: Parts of which more exists than was seen, for example when a crawl hit its limits. Faults found in them
            count; their absence proves nothing.
        probes: Attempts to open the home page.
        probe_days: The same, counted by day, where the single attempts are not kept.
        home: The home page.
        columns: Its columns.
        pages: Pages that were opened.
        links: Links that were tried.
        channels: Ways for citizens to ask.
        messages: Citizens' messages.
        services: Service items.
        service_count: Number of service items; derived from `services` where they are given.
        documents: Policy documents.
        interpretations: Interpretations of policy documents.
        online_application: Whether registered users can apply for services online (在线申请).
        submission_works: Whether a message could be submitted in a trial (信息提交).
        unified_login: Whether all interactive columns share one registration and login (统一登录).
        message_board: How messages and answers are published.
        enquiries: Simple common questions an inspector put.
        has_search: Whether there is a search over the whole site that works.
        searches: Searches for titles known to be published.
        site_map: Nodes of the site map.
        qr_codes: QR codes on its pages.
        elderly_mode: The mode for the elderly.
        browsers: The site in the main browsers.
        ipv6: Whether it can be reached by IPv6.
        activities: Surveys and interviews that were held.
        error_report: The entrance to “我为政府网站找错” on the home page.
        collection: How the snapshot came about.
        systems: Systems to apply or look something up online.
        offline_notices: Temporary closings that were reported beforehand.
        relays: Items of authorities above that had to be passed on.
        reminders: When reminders of overdue updates were sent.
        reading_days: How often its keepers read it through, by day; days that are not listed are not known.

    Examples:
        >>> snapshot = SiteSnapshot(site={"name": "某局网站"}, observed_at="2024-08-27T10:00:00+08:00", columns=())
        >>> snapshot.columns, snapshot.links
        ((), None)
    """

    kind: Literal["site"] = "site"
    site: Site
    observed_at: Instant
    marks: tuple[Mark, ...] = ()
    partial: tuple[Name, ...] = ()
    probes: tuple[Probe, ...] | None = None
    probe_days: tuple[ProbeDay, ...] | None = None
    home: HomePage | None = None
    columns: tuple[Column, ...] | None = None
    pages: tuple[Page, ...] | None = None
    links: tuple[Link, ...] | None = None
    channels: tuple[Channel, ...] | None = None
    messages: tuple[Message, ...] | None = None
    services: tuple[Service, ...] | None = None
    service_count: NonNegativeInt | None = None
    documents: tuple[Document, ...] | None = None
    interpretations: tuple[Interpretation, ...] | None = None
    online_application: bool | None = None
    submission_works: bool | None = None
    unified_login: bool | None = None
    message_board: MessageBoard | None = None
    enquiries: tuple[Enquiry, ...] | None = None
    has_search: bool | None = None
    searches: tuple[SearchTrial, ...] | None = None
    site_map: tuple[MapEntry, ...] | None = None
    qr_codes: tuple[QrCode, ...] | None = None
    elderly_mode: ElderlyMode | None = None
    browsers: tuple[BrowserTrial, ...] | None = None
    ipv6: bool | None = None
    activities: tuple[Activity, ...] | None = None
    error_report: ErrorReportEntrance | None = None
    collection: Collection | None = None
    systems: tuple[OnlineSystem, ...] | None = None
    offline_notices: tuple[OfflineNotice, ...] | None = None
    relays: tuple[Relay, ...] | None = None
    reminders: tuple[Moment, ...] | None = None
    reading_days: tuple[ReadingDay, ...] | None = None

    @model_validator(mode="after")
    def _derive(self) -> SiteSnapshot:
        if self.services is not None:
            if self.service_count is None:
                self.__dict__["service_count"] = len(self.services)
            elif self.service_count < len(self.services) or (self.service_count and not self.services):
                raise ValueError(f"service_count is {self.service_count}, services has {len(self.services)}")
        if self.probes is not None and self.probe_days is not None:
            raise ValueError("give probes or probe_days, not both")
        _check_names(self)
        _count_once(self, ("columns", "services", "channels", "messages", "pages", "links"), self.site.url)
        self.__dict__["marks"] += namesakes(self.columns or (), self.marks)
        return self

    @cached_property
    def columns_by_kind(self) -> Mapping[str | None, ColumnGroup]:
        """The columns, grouped by kind; {} when they were not observed."""
        return group_columns(self.columns or (), self.observed_at)

    def columns_of(self, *kinds: str) -> list[Column]:
        """Return the columns of these kinds."""
        groups = self.columns_by_kind
        return [column for kind in kinds if kind in groups for column in groups[kind].columns]

    @property
    def subject(self) -> Site:
        """The site."""
        return self.site


class AccountSnapshot(Observed):
    """The observations of one account at one monitoring point.

    Every part is None when it was not observed and empty when it was looked for and not there.

    Attributes:
        kind: Always `account`; tells the kinds of snapshot apart in a file.
        account: The account as registered.
        observed_at: The monitoring point (监测时间点) from which every window counts back; aware.
        marks: Fields that were not observed but stated by a document or assumed.
        partial: Parts of which more exists than was seen.
        found: Whether the account could be found on its platform; None when nobody looked. Of an account that was not found, empty
            lists and a count of 0 say nothing: they are taken out, with a mark.
        posts: Its posts, newest first or last; None when not looked at, () when there are none.
        latest_post_at: Time of the newest post; derived from `posts` where they are given.
        latest_post_from: Earliest that the newest post can be, where only its month or year is known: then `latest_post_at` is
            the latest it can be. None where `latest_post_at` is meant as it stands.
        post_count: Number of posts; derived from `posts` where it is not given.
        functions: Interactive functions; None when not looked at, () when there are none.
        app: Result of trying a mobile client; None for other accounts or when not tried.
        seen_name: Name the platform shows.
        seen_owner: Owner (账号主体) the platform shows.
        owner_kind: Kind of that owner.
        certified: Whether the platform marks it as official (机构认证).
        filed: Whether an application is filed (备案).
        messages: Citizens' messages to the account.
        collection: How the snapshot came about.
        relays: Items of authorities above that had to be passed on.
        earlier_faults: Faults of the last round and what became of them; () when there were none.
        reminders: When it was found overdue and reminded (超期提醒).

    Examples:
        >>> account = Account(name="某县发布", platform="微信")
        >>> posts = [Post(published_at="2024-08-20")]
        >>> snapshot = AccountSnapshot(account=account, observed_at="2024-08-27T10:00:00+08:00", posts=posts)
        >>> snapshot.latest_post_at, snapshot.post_count
        (datetime.date(2024, 8, 20), 1)
    """

    kind: Literal["account"] = "account"
    account: Account
    observed_at: Instant
    marks: tuple[Mark, ...] = ()
    partial: tuple[Name, ...] = ()
    found: bool | None = None
    posts: tuple[Post, ...] | None = None
    latest_post_at: Moment | None = None
    latest_post_from: Moment | None = None
    post_count: NonNegativeInt | None = None
    functions: tuple[Function, ...] | None = None
    app: AppTrial | None = None
    seen_name: Name | None = None
    seen_owner: Name | None = None
    owner_kind: OwnerKind | None = None
    certified: bool | None = None
    filed: bool | None = None
    messages: tuple[Message, ...] | None = None
    collection: Collection | None = None
    relays: tuple[Relay, ...] | None = None
    earlier_faults: tuple[EarlierFault, ...] | None = None
    reminders: tuple[Moment, ...] | None = None

    @model_validator(mode="after")
    def _derive(self) -> AccountSnapshot:
        if self.latest_post_from is not None and (self.latest_post_at is None or self.posts is not None):
            raise ValueError("latest_post_from needs latest_post_at, and no posts")
        _check_names(self)
        if self.found is False:
            self._forget_empty()
        _count_once(self, ("posts", "messages"), self.account.url)
        code = self.account.code
        remark = None if code is None else account_code_remark(code)
        if remark is not None and not any(mark.basis == "unconfirmed" for mark in self.marks):
            self.__dict__["marks"] += (Mark(field="account.code", basis="unconfirmed", note=remark),)
        if self.posts is None:
            if self.post_count == 0 and self.latest_post_at is not None:
                raise ValueError("post_count is 0 but latest_post_at is given")
            return self
        derived = newest(self.posts)
        if self.latest_post_at is None:
            self.__dict__["latest_post_at"] = derived
        elif self.latest_post_at != derived:
            raise ValueError(f"latest_post_at is {self.latest_post_at}, the newest of posts is {derived}")
        if self.post_count is None:
            self.__dict__["post_count"] = len(self.posts)
        elif self.post_count < len(self.posts) or (self.post_count and not self.posts):
            raise ValueError(f"post_count is {self.post_count}, posts has {len(self.posts)}")
        return self

    def _forget_empty(self) -> None:
        facts = self.__dict__
        empty = [part for part in ("posts", "post_count", "functions", "messages") if facts[part] in ((), 0)]
        facts.update(dict.fromkeys(empty))
        facts["marks"] += tuple(Mark(field=part, basis="contradicted", note="账号未找到，视为未采集") for part in empty)

    @property
    def subject(self) -> Account:
        """The account."""
        return self.account


def _check_names(snapshot: SiteSnapshot | AccountSnapshot) -> None:
    """Refuse names of parts that do not exist: what is misspelt would be ignored in silence."""
    check_parts(type(snapshot), snapshot.partial, "partial")
    check_parts(type(snapshot), (mark.field.partition(".")[0] for mark in snapshot.marks), "marks")


def _count_once(snapshot: SiteSnapshot | AccountSnapshot, parts: Iterable[str], base: str | None) -> None:
    """Merge what is listed twice, and keep a mark of it; see `duplicates`."""
    facts = snapshot.__dict__
    for part in parts:
        records = facts[part]
        if records is None or len(records) < 2:
            continue
        bare = perhaps_repeated(part, records) if part in ("columns", "services") else None
        if bare is not None:
            records, marks = bare
            facts[part] = records
            facts["marks"] += marks
        once = distinct(part, records, base)
        if once is None:
            continue
        facts[part] = once.items
        facts["marks"] = (*shifted(facts["marks"], part, once.positions), *once.marks)
        counted = _COUNTED.get(part)
        if counted is not None and facts[counted] == len(records):
            facts[counted] = len(once.items)


_COUNTED = {"services": "service_count", "posts": "post_count"}


AnySnapshot = SiteSnapshot | AccountSnapshot | SupervisorSnapshot
"""A snapshot of any kind."""

Snapshot = Annotated[AnySnapshot, Field(discriminator="kind")]
"""A snapshot of any kind, recognised by `kind` in a file."""
