"""The parts of snapshots. In every part `None` is "not observed" and an empty tuple "looked for and not there"."""

# ruff: noqa: PLC0414 - what stands in columns.py is exported from here, too

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, StringConstraints, model_validator

from govmedia_rules.core.model import Model, Name, Short, Text, Url
from govmedia_rules.core.time import Instant, Moment, earliest, latest
from govmedia_rules.snapshots.columns import Column as Column
from govmedia_rules.snapshots.columns import ColumnGroup as ColumnGroup
from govmedia_rules.snapshots.columns import Entry as Entry
from govmedia_rules.snapshots.columns import Kind as Kind
from govmedia_rules.snapshots.columns import group_columns as group_columns
from govmedia_rules.snapshots.columns import newest as newest
from govmedia_rules.subjects.vocabulary import Platform

Seconds = Annotated[float, Field(ge=0, le=86_400)]


class Mark(Model):
    """A remark on a field: its source when it was not observed, or how several records were merged.

    Attributes:
        field: Dotted path of the field (`latest_post_at`, `columns.0.entry_count`) or a part of the snapshot.
        basis: `stated` (a document says so) or `assumed` (a value chosen to complete the record); written when the snapshot is
            made, `repeated` (listed several times, counts once), `contradicted` (records of one thing differ, so that the field
            counts as not observed), `namesake` (another thing at another address has the same name) or `unconfirmed` (kept as
            it was written, though nothing confirms its form).
        note: The document, the reason for the assumption, or what was merged.
    """

    field: Name
    basis: Literal["stated", "assumed", "repeated", "contradicted", "namesake", "unconfirmed"]
    note: Short = ""


class HomePage(Model):
    """The facts of the home page (首页).

    Attributes:
        entries: Dated items on the home page; None when not looked at.
        latest_entry_at: Time of the newest; derived from `entries` where they are given.
        latest_entry_from: Earliest that the newest can be, where only its month or year is known: then `latest_entry_at` is the
            latest it can be. None where `latest_entry_at` is meant as it stands.
        entry_count: Number of items; derived from `entries` where it is not given.
        is_navigation: Whether the page is only an entrance to columns (导航页); None when not known.
        second_level_latest_at: Newest time on all second-level pages together; None when not looked at or none is shown.
        second_level_entries: Items of the second-level pages; None when not looked at.
    """

    entries: tuple[Entry, ...] | None = None
    latest_entry_at: Moment | None = None
    latest_entry_from: Moment | None = None
    entry_count: NonNegativeInt | None = None
    is_navigation: bool | None = None
    second_level_latest_at: Moment | None = None
    second_level_entries: tuple[Entry, ...] | None = None

    @model_validator(mode="after")
    def _derive(self) -> HomePage:
        if self.latest_entry_from is not None and (self.latest_entry_at is None or self.entries is not None):
            raise ValueError("latest_entry_from needs latest_entry_at, and no entries")
        for deep, shallow in (("entries", "latest_entry_at"), ("second_level_entries", "second_level_latest_at")):
            entries = self.__dict__[deep]
            if entries is None:
                continue
            derived, given = newest(entries), self.__dict__[shallow]
            if given is None:
                self.__dict__[shallow] = derived
            elif given != derived:
                raise ValueError(f"{shallow} is {given}, the newest of {deep} is {derived}")
        if self.entries is not None:
            if self.entry_count is None:
                self.__dict__["entry_count"] = len(self.entries)
            elif self.entry_count != len(self.entries):
                raise ValueError(f"entry_count is {self.entry_count}, entries has {len(self.entries)}")
        elif self.entry_count == 0 and self.latest_entry_at is not None:
            raise ValueError("entry_count is 0 but latest_entry_at is given")
        return self


class Probe(Model):
    """One attempt to open the home page.

    Attributes:
        at: When it began.
        seconds: How long until the page was open, or until the attempt ended; None when not kept.
        status: HTTP status; None when there was no answer.
        failure: Kind of failure; None when the page opened.
    """

    at: Instant
    seconds: Seconds | None = None
    status: Annotated[int, Field(ge=100, le=999)] | None = None
    failure: Kind | None = None

    @model_validator(mode="after")
    def _tells(self) -> Probe:
        if self.seconds is None and self.failure is None and self.status is None:
            raise ValueError("a probe needs seconds, a status or a failure")
        return self


class ProbeDay(Model):
    """The probes of one calendar day, counted.

    Attributes:
        day: The day.
        probes: Number of probes.
        failed: Number of those that had not opened the page at the limit the inspection used.
    """

    day: Moment
    probes: NonNegativeInt
    failed: NonNegativeInt

    @model_validator(mode="after")
    def _fits(self) -> ProbeDay:
        if self.failed > self.probes:
            raise ValueError(f"{self.failed} of {self.probes} probes failed")
        return self


class ReadingDay(Model):
    """How often the keepers of a site read it through on one day (读网).

    Attributes:
        day: The day.
        times: How often; 0 when the record says not at all.
    """

    day: Moment
    times: NonNegativeInt


class Tag(Model):
    """A standard page tag (网页标签): the name and content of a `meta` element, as written."""

    name: Name
    content: Short = ""


class FootMarks(Model):
    """The marks at the foot of a page; in the texts an empty string is "looked, not there".

    Attributes:
        party_gov: 党政机关网站标识 present.
        error_report: “我为政府网站找错” entrance present.
        site_map: 网站地图 link present.
        site_code: 网站标识码 as printed.
        icp: ICP备案编号 as printed.
        police: 公安机关备案号 as printed.
        sponsor: 主办单位 as printed.
        contact: Whether a way to reach the site's keepers is printed; the value itself is not kept.
    """

    party_gov: bool | None = None
    error_report: bool | None = None
    site_map: bool | None = None
    site_code: Short | None = None
    icp: Short | None = None
    police: Short | None = None
    sponsor: Short | None = None
    contact: bool | None = None


class Page(Model):
    """A page that was opened.

    Attributes:
        url: Its address.
        kind: `home`, `column`, `content`, `guide` or another kind; None when not known.
        title: Title as shown.
        published_at: The publication time it shows; None when it shows none or nobody looked.
        source: 来源 as shown.
        tags: Standard page tags; None when not looked at.
        marks: Marks at the foot; None when not looked at.
        text: The text a reader sees; None when not kept.
        text_note: Where the text comes from when it is not the whole page.
        seconds: Time to load.
        ipv6: Whether it opens over IPv6; None when not tried.
        digest: SHA-256 of its bytes, in hexadecimal digits, by which a journal finds the page as it was; None when not kept.
    """

    url: Url
    kind: Kind | None = None
    title: Short | None = None
    published_at: Moment | None = None
    source: Short | None = None
    tags: tuple[Tag, ...] | None = None
    marks: FootMarks | None = None
    text: Text | None = None
    text_note: Short | None = None
    seconds: Seconds | None = None
    ipv6: bool | None = None
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class Link(Model):
    """A link that was tried.

    Attributes:
        url: Its target.
        found_on: Address of the page it stands on.
        on_home: Whether that page is the home page.
        text: Text of the link.
        opens: Whether the target opened; None when it was not tried or nobody can tell.
        status: HTTP status; None when there was no answer.
        failure: Kind of failure; None when it opened.
        is_outside: Whether it leads to another host; None when not known.
        is_hidden: Whether a reader cannot see it (暗链); None when not looked at.
    """

    url: Url
    found_on: Url | None = None
    on_home: bool = False
    text: Short = ""
    opens: bool | None = None
    status: Annotated[int, Field(ge=100, le=999)] | None = None
    failure: Kind | None = None
    is_outside: bool | None = None
    is_hidden: bool | None = None


class Channel(Model):
    """A way for citizens to ask or suggest (互动渠道).

    Attributes:
        kind: What it is; petition and discipline-report channels do not count as a channel for questions.
        name: Name as shown.
        url: Its address.
        effective: Whether a question can really be put there; None when not tried.
    """

    kind: Kind
    name: Short = ""
    url: Url | None = None
    effective: bool | None = None


class Message(Model):
    """A citizen's message (网民留言).

    Attributes:
        column_kind: Kind of the column it stands in (`consultation`, `petition` …); None when not known.
        title: Its title.
        url: Its address.
        asked_at: When it was put; None when not shown.
        answered_at: When it was answered; None when it was not, or the time is not shown.
        answered: Whether it was answered; derived from `answered_at`; None when nobody looked.
        valid: Whether it is a valid message (有效留言); None when nobody decided.
        simple: Whether it is a simple common question (简单常见问题); None when nobody decided.
        shown: Which facts its page shows: `asked_at`, `answered_at`, `unit`, `answer`; None when not looked at.
    """

    column_kind: Kind | None = None
    title: Short = ""
    url: Url | None = None
    asked_at: Moment | None = None
    answered_at: Moment | None = None
    answered: bool | None = None
    valid: bool | None = None
    simple: bool | None = None
    shown: tuple[Kind, ...] | None = None

    @model_validator(mode="after")
    def _derive(self) -> Message:
        if self.answered_at is not None:
            if self.answered is False:
                raise ValueError("answered is false but answered_at is given")
            self.__dict__["answered"] = True
        return self


class FormFile(Model):
    """A form or attachment a guide names (表格).

    Attributes:
        name: Name as the guide writes it.
        url: Its address; None when there is none.
        provided: Whether a copy can be downloaded; None when not tried.
        has_sample: Whether a filled-in sample is given (样表); None when not looked at.
    """

    name: Name
    url: Url | None = None
    provided: bool | None = None
    has_sample: bool | None = None


class TimeLimit(Model):
    """A handling time a guide states (办理时限).

    Attributes:
        kind: `statutory` (法定), `promised` (承诺) or `stated` (elsewhere in the guide).
        text: As written.
        days: Number of days; None when the text gives none.
        working: Whether working days are meant; None when the text does not say.
    """

    kind: Kind
    text: Short = ""
    days: NonNegativeInt | None = None
    working: bool | None = None


class Service(Model):
    """A service item and its guide (办事事项, 办事指南).

    Attributes:
        name: Name of the item.
        url: Address of the guide.
        elements: Kinds of elements the guide has (`basis`, `materials` …); None when not looked at.
        forms: Forms the guide names; None when not looked at.
        time_limits: Handling times the guide states; None when not looked at, () when it states none.
    """

    name: Name
    url: Url | None = None
    elements: tuple[Kind, ...] | None = None
    forms: tuple[FormFile, ...] | None = None
    time_limits: tuple[TimeLimit, ...] | None = None


class Document(Model):
    """A policy document (政策文件).

    Attributes:
        title: Its title.
        url: Its address.
        published_at: When it was published; None when not shown.
        text: Its text; None when not kept.
        own: Whether it is a document of this government or department (本级); None when not known.
        important: Whether it is one that ought to be interpreted; None when nobody decided.
        interpretations: Addresses of interpretations it links to; None when not looked at.
    """

    title: Name
    url: Url
    published_at: Moment | None = None
    text: Text | None = None
    own: bool | None = None
    important: bool | None = None
    interpretations: tuple[Url, ...] | None = None


class Interpretation(Model):
    """An interpretation of a policy document (政策解读).

    Attributes:
        title: Its title.
        url: Its address.
        published_at: When it was published; None when not shown.
        text: Its text; None when not kept.
        documents: Addresses of the documents it links to; None when not looked at.
        forms: Its forms: `text`, `chart`, `video`, `audio`, `animation`, `press` or others; None when not looked at.
    """

    title: Name
    url: Url
    published_at: Moment | None = None
    text: Text | None = None
    documents: tuple[Url, ...] | None = None
    forms: tuple[Kind, ...] | None = None


class MessageBoard(Model):
    """How citizens' messages and the answers are published (留言公开).

    Attributes:
        published: Whether any are published.
        latest_published_at: Time of the newest published item; None when none is shown or nobody looked.
        has_statistics: Whether statistics of the handling are published; None when not looked at.
    """

    published: bool | None = None
    latest_published_at: Moment | None = None
    has_statistics: bool | None = None


class Enquiry(Model):
    """A simple common question an inspector put (简单常见问题咨询).

    Attributes:
        question: The question.
        asked_at: When it was put.
        answered_at: When it was answered; None when it was not, or the time is not known.
        answered: Whether it was answered; derived from `answered_at`; None when nobody looked.
        poor: Whether the answer is evasive or irrelevant; None when nobody judged it.
    """

    question: Short = ""
    asked_at: Moment
    answered_at: Moment | None = None
    answered: bool | None = None
    poor: bool | None = None

    @model_validator(mode="after")
    def _derive(self) -> Enquiry:
        if self.answered_at is not None:
            if self.answered is False:
                raise ValueError("answered is false but answered_at is given")
            self.__dict__["answered"] = True
        return self


class SearchTrial(Model):
    """A search for a title known to be published (站内搜索).

    Attributes:
        query: What was searched for.
        expected: Address or title that ought to be found.
        found_on_first_page: Whether it was on the first page of results; None when not tried.
        grouped: Whether results are shown by class; None when not looked at.
    """

    query: Short
    expected: Short = ""
    found_on_first_page: bool | None = None
    grouped: bool | None = None


class MapEntry(Model):
    """A node of the site map (网站地图).

    Attributes:
        path: Names from the first level down to the node.
        url: Its address; None when it has none.
    """

    path: tuple[Name, ...] = Field(min_length=1)
    url: Url | None = None


class QrCode(Model):
    """A QR code on a page of the site (二维码).

    Attributes:
        label: The words beside it.
        label_platform: Platform the words promise; None when they promise none.
        opens: Whether what it holds can be opened; None when not tried.
        target: What it holds.
        target_platform: Platform it leads to; None when not known.
        found_on: Address of the page.
    """

    label: Short = ""
    label_platform: Platform | None = None
    opens: bool | None = None
    target: Url | None = None
    target_platform: Platform | None = None
    found_on: Url | None = None


class ElderlyMode(Model):
    """A mode for the elderly (长者模式).

    Attributes:
        offered: Whether there is one.
        works: Whether it can be used; None when not tried.
    """

    offered: bool
    works: bool | None = None


class BrowserTrial(Model):
    """The site in one browser (兼容性).

    Attributes:
        browser: Name of the browser.
        shows: Whether its pages show properly; None when not tried.
    """

    browser: Name
    shows: bool | None = None


class Activity(Model):
    """A survey or interview that was held (调查征集, 在线访谈).

    Attributes:
        kind: `survey` or `interview`.
        title: Its title.
        held_at: When it was held or opened; None when not shown.
    """

    kind: Kind
    title: Short = ""
    held_at: Moment | None = None


class ErrorReportEntrance(Model):
    """The entrance to “我为政府网站找错”.

    Attributes:
        present: Whether the home page has it.
        placed: Whether it stands where it is prescribed, at the foot in the middle; None when not looked at.
    """

    present: bool
    placed: bool | None = None


class OnlineSystem(Model):
    """A system to apply or look something up online (在线系统).

    Attributes:
        name: Its name.
        url: Its address.
        kind: `application` or `query`; None when not known.
        opens: Whether it could be opened; None when not tried.
    """

    name: Name
    url: Url | None = None
    kind: Kind | None = None
    opens: bool | None = None


class OfflineNotice(Model):
    """A temporary closing that was reported beforehand (临时下线报备).

    Attributes:
        reported_at: When it was reported; None when not known.
        starts_at: When the site was to go offline.
        ends_at: When it was to be back; None while no end is known.
    """

    reported_at: Moment | None = None
    starts_at: Moment
    ends_at: Moment | None = None

    def covers(self, moment: Moment, zone: tzinfo) -> bool:
        """Return whether a moment lies in the closing, and the closing was reported before it began.

        What the notice or a bare day leaves open, such as an hour or the end, is read in the site's favour.

        Args:
            moment: The moment.
            zone: Zone of bare days.
        """
        is_over = self.ends_at is not None and latest(self.ends_at, zone) < earliest(moment, zone)
        in_time = self.reported_at is None or earliest(self.reported_at, zone) <= latest(self.starts_at, zone)
        return in_time and not is_over and earliest(self.starts_at, zone) <= latest(moment, zone)


class Relay(Model):
    """An item that had to be passed on, and what became of it (转载上级重要信息).

    Attributes:
        title: Its title.
        url: Where it was passed on.
        issued_at: When the authority above published it; None when not known.
        relayed_at: When it was passed on; None when it was not, or the time is not known.
        relayed: Whether it was passed on; derived from `relayed_at`; None when nobody looked.
    """

    title: Name
    url: Url | None = None
    issued_at: Moment | None = None
    relayed_at: Moment | None = None
    relayed: bool | None = None

    @model_validator(mode="after")
    def _derive(self) -> Relay:
        if self.relayed_at is not None:
            if self.relayed is False:
                raise ValueError("relayed is false but relayed_at is given")
            self.__dict__["relayed"] = True
        return self


class EarlierFault(Model):
    """A fault of an earlier round and what became of it (上期问题整改).

    Attributes:
        problem: What was found, in words or as the id of an indicator.
        found_at: When it was found; None when not stated.
        rectified: Whether it was put right; None when nobody looked again.
    """

    problem: Name
    found_at: Moment | None = None
    rectified: bool | None = None


class Post(Model):
    """A post of an account.

    Attributes:
        title: Its title.
        url: Its address.
        published_at: The time it shows; None when it shows none.
        text: Its text; None when not kept.
        original: Whether it is the unit's own work (原创); None when not known.
    """

    title: Short = ""
    url: Url | None = None
    published_at: Moment | None = None
    text: Text | None = None
    original: bool | None = None


class Function(Model):
    """An interactive function of an account (互动功能).

    Attributes:
        kind: `menu`, `comment`, `message` …
        name: Name as shown.
        works: Whether it does what it says; None when not tried.
    """

    kind: Kind
    name: Short = ""
    works: bool | None = None


class AppTrial(Model):
    """What happened when a mobile client was tried (移动客户端).

    Attributes:
        downloads: Whether it can be downloaded; None when not tried.
        starts: Whether it starts and can be used; None when not tried.
    """

    downloads: bool | None = None
    starts: bool | None = None


class Collection(Model):
    """How a snapshot came about.

    Attributes:
        by: Program and version, or the list it was copied from.
        started_at: When it began.
        ended_at: When it ended.
        failure: Kind of failure when the subject could not be seen at all.
        robots: Whether robots rules were followed; None when there was nothing to follow.
        limits_hit: Which bounds ended the look early (`pages`, `bytes`, `seconds` …).
        seed: Seed of every sample drawn; None when none was.
        remarks: Faults that kept no page from opening, as `kind host` (an expired certificate …), and what a browser added.
    """

    by: Short = ""
    started_at: Instant | None = None
    ended_at: Instant | None = None
    failure: Kind | None = None
    robots: Literal["followed", "ignored"] | None = None
    limits_hit: tuple[Kind, ...] = ()
    seed: int | None = None
    remarks: tuple[Short, ...] = ()
