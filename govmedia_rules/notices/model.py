"""The typed content of a notice (通报). The reader fills it from a text; a writer may fill it from a campaign.

`None` is "not found in the text", `()` is "looked for, nothing there". Every fact that was read has a `place`, either
in its own field or, for the plain fields of `Notice`, in `Notice.places`; places count in `Notice.text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, cast

from pydantic import Field

from govmedia_rules.core.model import Model, Name, Short, Text
from govmedia_rules.notices.figures import Count, DateSpan, InspectedPopulation, PartialDate, Period, Place, Rate

Kind = Literal["site", "account"]


class Repair(Model):
    """One kind of damage that was mended before reading.

    Attributes:
        kind: pinyin, traditional, place_name, full_width, split_number, furniture, hidden_characters, contact.
        count: How often.
        example: One of them, before and after; empty for contacts.
    """

    kind: Literal["pinyin", "traditional", "place_name", "full_width", "split_number", "furniture", "hidden_characters", "contact"]
    count: int = Field(ge=1)
    example: Short = ""


class Citation(Model):
    """A document that the notice rests on or names.

    Attributes:
        title: Title without its brackets.
        number: 发文字号; None when not printed.
        issuer: Who issued it, where the sentence says so outside the title; None otherwise.
        role: basis when the inspection was made under it, rule when a duty refers to it.
    """

    title: Name
    number: Short | None = None
    issuer: Short | None = None
    role: Literal["basis", "rule"] = "basis"
    place: Place | None = None


class Named(Model):
    """A site or account that the text names. Being named does not mean having failed.

    Attributes:
        name: As printed, without quotation marks.
        kind: site or account; None when the words do not tell.
        platform: Id in the platform vocabulary; None for sites and where it is not printed.
        platform_text: The platform as printed.
        owner: Owner printed with it; None when not printed.
        area: Place it is said to belong to; None when not printed.
    """

    name: Name
    kind: Kind | None = None
    platform: Short | None = None
    platform_text: Short | None = None
    owner: Short | None = None
    area: Short | None = None
    place: Place | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        """One account name on two platforms is two accounts."""
        return self.name, self.platform


class Problem(Model):
    """One finding of the text.

    Attributes:
        wording: What is said, without the names.
        heading: Heading it stands under.
        kind: site, account or None where the words do not tell.
        named: Subjects named with it.
        is_open: True when 等 says that there are more; a list that names all is closed.
        stated_count: Number of subjects the sentence states; None when it states none.
        share: Share of a population that has it (`超过60%的门户网站`); None when not printed.
        rectified: Whether the sentence says that it was put right meanwhile (`现已整改到位`).
        indicator_ids: What the wording was classified as.
        decided_by: The words that decided.
    """

    wording: Short
    heading: Short = ""
    kind: Kind | None = None
    named: tuple[Named, ...] = ()
    is_open: bool = False
    stated_count: Count | None = None
    share: Rate | None = None
    rectified: bool = False
    indicator_ids: tuple[str, ...] = ()
    decided_by: tuple[str, ...] = ()
    place: Place | None = None


class Practice(Model):
    """Good practice (经验做法) and who is praised for it."""

    theme: Short
    units: tuple[Name, ...] = ()
    text: Short = ""
    is_open: bool = False
    place: Place | None = None


class Duty(Model):
    """One requirement.

    Attributes:
        heading: Numbered heading without its number.
        text: What is required.
    """

    heading: Short = ""
    text: Short = ""
    place: Place | None = None


class Deadline(Model):
    """A date by which something must be reported.

    Attributes:
        due: The day; its year is inferred from the signing date where only month and day are printed; None when the
            text gives a number of days instead.
        within_days: Days after the notice within which it is due; None when a day is printed.
        within_unit: Whether these are working days or calendar days.
        who: Who must act; None when not printed.
        what: What must be done.
        receiver: To whom; None when not printed.
        form: written 书面, paper 纸质, electronic 电子.
        collected_by: Who collects the reports of lower units; None when nobody does.
    """

    due: PartialDate | None = None
    within_days: int | None = None
    within_unit: Literal["working_days", "days"] | None = None
    who: Short | None = None
    what: Short = ""
    receiver: Short | None = None
    form: tuple[Literal["written", "paper", "electronic"], ...] = ()
    collected_by: Short | None = None
    place: Place | None = None


class ReportedRecheck(Model):
    """A notice's statement on the failures of an earlier period.

    Attributes:
        period: The earlier period; None when not printed.
        text: The sentence.
        result: all_rectified, all_but_named, announced (no result given), other.
        not_rectified: Subjects that are named as not put right.
    """

    period: Period | None = None
    text: Short = ""
    result: Literal["all_rectified", "all_but_named", "announced", "other"] = "other"
    not_rectified: tuple[Named, ...] = ()
    place: Place | None = None


class Figure(Model):
    """A count of something other than the inspected populations (信息4092条, 申请50件).

    Attributes:
        label: What is counted, as printed.
        count: How many.
        unit: Classifier as printed (条, 件, 个).
        rates: Shares printed with it.
        members: Some of them that the text names (北京、天津等16个地区).
    """

    label: Short
    count: Count
    unit: Short = ""
    rates: tuple[Rate, ...] = ()
    members: tuple[Short, ...] = ()


class Table(Model):
    """A table of an attachment; a blank cell is None, never 0.

    Attributes:
        columns: Full name of each column, levels joined by `/`.
        header: The same, one tuple of levels a column.
        rows: Cells as printed, without the header and without a total row.
        total: The 合计 row; None when there is none.
        caption: Heading of this part of the attachment (`省直单位`).
        lines: Line of the text in which each row begins; () when not known.
    """

    columns: tuple[Short, ...]
    header: tuple[tuple[Short, ...], ...] = ()
    rows: tuple[tuple[Short | None, ...], ...] = ()
    total: tuple[Short | None, ...] | None = None
    caption: Short = ""
    lines: tuple[int, ...] = ()
    place: Place | None = None

    @property
    def header_levels(self) -> int:
        """Depth of the header: 1 for a plain one."""
        return max((len(levels) for levels in self.header), default=1)

    def column(self, index: int) -> tuple[str | None, ...]:
        """Return the cells of one column."""
        return tuple(row[index] for row in self.rows)

    def records(self) -> Iterator[dict[str, str | None]]:
        """Yield the rows as dictionaries by column name; of columns with one name the last wins."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


class Listed(Model):
    """One row of a list of subjects.

    Attributes:
        name: Name of the site or account.
        kind: site or account; None when the row does not tell.
        platform: Id in the platform vocabulary.
        platform_text: As printed (类型).
        code: 网站标识码 or 政务新媒体标识码 as printed.
        url: Address as printed.
        owner: 开设主体.
        area: 所属地方或部门.
        outcome: 检查结果 as printed.
        wording: The problems as printed; None where the cell is blank.
        problems: The same, one by one.
        indicator_ids: What they were classified as.
        remark: 备注.
        table: Number of the table in the attachment, from 0; `row` is the row in it, from 0.
    """

    name: Name
    kind: Kind | None = None
    platform: Short | None = None
    platform_text: Short | None = None
    code: Short | None = None
    url: Short | None = None
    owner: Short | None = None
    area: Short | None = None
    outcome: Short | None = None
    wording: Short | None = None
    problems: tuple[Short, ...] = ()
    indicator_ids: tuple[str, ...] = ()
    remark: Short | None = None
    table: int = 0
    row: int = 0


class Band(Model):
    """A band of scores with the sites in it (`110-120分`)."""

    text: Short
    low: Count | None = None
    high: Count | None = None
    groups: tuple[tuple[Name, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All sites of the band."""
        return tuple(name for group in self.groups for name in group)


class Attachment(Model):
    """An attachment (附件), or a table that stands in the text itself.

    Attributes:
        number: Its number as printed; None when it has none.
        title: Title in the list of attachments; None when it is not listed.
        page_title: Title on its own page; None when the copy has no such page.
        span: Time its figures cover (统计时段); None when not printed.
        tables: Its tables; () when the page has none or there is no page.
        listed: Rows that list subjects.
        bands: Score bands.
        has_page: Whether the copy holds its page.
    """

    number: int | None = None
    title: Short | None = None
    page_title: Short | None = None
    span: DateSpan | None = None
    tables: tuple[Table, ...] = ()
    listed: tuple[Listed, ...] = ()
    bands: tuple[Band, ...] = ()
    has_page: bool = False
    place: Place | None = None
    page_place: Place | None = None


class Contact(Model):
    """A contact that the text prints; kept only when asked for.

    Attributes:
        kind: person, phone, fax, email or address.
        value: As printed.
    """

    kind: Literal["person", "phone", "fax", "email", "address"]
    value: Short


class FooterMark(Model):
    """A filing number or code of the page foot."""

    kind: Literal["site_code", "icp", "police", "organiser", "operator"]
    value: Short
    place: Place | None = None


class Notice(Model):
    """A notice as read.

    Attributes:
        language: zh; en for a text in English, of which nothing else is read.
        text: The repaired text that every place counts in; contacts are blotted out unless they were asked for.
        repairs: What was mended.
        headline: Title; None when the copy has none.
        issuer: Who issued it; None when the text does not say.
        issuer_text: The issuer as printed.
        province: Full name of the province; None when nothing in the text tells.
        number: 发文字号.
        addressees: 主送机关.
        citations: Documents cited, with their role.
        registries: Reporting systems named (全国政府网站信息报送系统).
        period: Period the notice is for.
        window: Days in which was inspected.
        statistics_at: Date the counts stand at.
        statistics_span: Time that other figures cover.
        signed_at: 成文日期.
        published_at: Date shown by the web page.
        publisher: 来源 shown by the web page.
        issued_at: Date of issue as a press report gives it.
        release: Release mark (此件主动公开).
        populations: Sites and accounts counted.
        figures: Other counts.
        shares: Shares that belong to none of these (39.5 % of local sites on provincial platforms).
        recheck: What became of the failures of the period before.
        problem_summary: Kinds of problems that the opening sentence lists.
        problems: Findings.
        practices: Good practice.
        praised: Sites named as scoring well, by group.
        duties: Requirements.
        headings: Headings of the requirements.
        deadlines: Dates for reports.
        attachments: Attachments, listed or paged.
        marks: Codes and filing numbers of the page foot.
        contacts: Contacts, only when asked for.
        contacts_left_out: How many contacts were recognised and blotted out.
        draft_remarks: What does not fit yet, printed in the margin of a draft; a notice that is sent has none.
        places: Place of the plain fields, by field name.
    """

    language: Literal["zh", "en"] = "zh"
    text: Text = ""
    repairs: tuple[Repair, ...] = ()
    headline: Short | None = None
    issuer: Short | None = None
    issuer_text: Short | None = None
    province: Short | None = None
    number: Short | None = None
    addressees: tuple[Short, ...] = ()
    citations: tuple[Citation, ...] = ()
    registries: tuple[Short, ...] = ()
    period: Period | None = None
    window: DateSpan | None = None
    statistics_at: PartialDate | None = None
    statistics_span: DateSpan | None = None
    signed_at: PartialDate | None = None
    published_at: PartialDate | None = None
    publisher: Short | None = None
    issued_at: PartialDate | None = None
    release: Short | None = None
    populations: tuple[InspectedPopulation, ...] = ()
    figures: tuple[Figure, ...] = ()
    shares: tuple[Rate, ...] = ()
    recheck: ReportedRecheck | None = None
    problem_summary: tuple[Short, ...] = ()
    problems: tuple[Problem, ...] = ()
    practices: tuple[Practice, ...] = ()
    praised: tuple[tuple[Name, ...], ...] = ()
    duties: tuple[Duty, ...] = ()
    headings: tuple[Short, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    marks: tuple[FooterMark, ...] = ()
    contacts: tuple[Contact, ...] = ()
    draft_remarks: tuple[Text, ...] = ()
    contacts_left_out: int = 0
    places: Mapping[str, Place] = Field(default_factory=dict)

    @property
    def basis(self) -> tuple[Citation, ...]:
        """Documents the inspection was made under."""
        return tuple(citation for citation in self.citations if citation.role == "basis")

    @property
    def sites(self) -> InspectedPopulation | None:
        """The first population of sites; None when none is counted."""
        return next((population for population in self.populations if population.subject == "site"), None)

    @property
    def accounts(self) -> InspectedPopulation | None:
        """The first population of accounts; None when none is counted."""
        return next((population for population in self.populations if population.subject == "account"), None)

    @property
    def rates(self) -> tuple[Rate, ...]:
        """Every printed rate, populations first, then their parts, then other figures."""
        rates = [rate for whole in self.populations for rate in whole.rates]
        rates += [rate for whole in self.populations for group in whole.groups for rate in group.rates]
        rates += [rate for figure in self.figures for rate in figure.rates]
        return (*rates, *self.shares)

    @property
    def listed(self) -> tuple[Listed, ...]:
        """Every row of the attachments that lists a subject."""
        return tuple(row for attachment in self.attachments for row in attachment.listed)

    @property
    def level(self) -> Literal["national", "province", "city", "county"] | None:
        """Level of the issuer; None when its name does not tell."""
        name = self.issuer or ""
        if "国务院" in name or name.startswith(("国家", "中国")):
            return "national"
        for words, level in ((("省", "自治区"), "province"), (("市", "州", "盟"), "city"), (("县", "区", "旗"), "county")):
            # 汉中市汉台区政府办公室 is of the district: the last place of the name counts.
            position = max((name.rfind(word) for word in words), default=-1)
            later = max((name.rfind(word) for word in "省市州盟县区旗"), default=-1)
            if position >= 0 and position + 1 >= later:
                province = level == "city" and name[:2] in ("北京", "天津", "上海", "重庆") and name[2] == "市"
                return "province" if province else cast("Literal['province', 'city', 'county']", level)
        return None

    @property
    def city(self) -> str | None:
        """Name of the city in the issuer's name; None when it has none."""
        match = re.match(r"(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区))?([\u4e00-\u9fff]{2,6}?市)", self.issuer or "")
        return match.group(1) if match else None

    def days_to(self, deadline: Deadline) -> int | None:
        """Return the days from signing to `deadline`; None when either day is not known."""
        signed: date | None = self.signed_at.value if self.signed_at else None
        due = deadline.due.value if deadline.due else None
        return None if signed is None or due is None else (due - signed).days
