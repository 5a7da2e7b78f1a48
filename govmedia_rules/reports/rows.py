"""The part of inspections that a report keeps: plain rows, and counts that can be merged. No snapshot is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from govmedia_rules.checks.contract import Evidence, Status
from govmedia_rules.core.rates import Rounding
from govmedia_rules.judge.finding import Finding
from govmedia_rules.judge.inspection import Inspection, Verdict, each_inspection
from govmedia_rules.rules.model import KIND_ZH, Grade, format_arg
from govmedia_rules.snapshots.kinds import word
from govmedia_rules.subjects.models import Account, Site, Supervisor

KINDS = {"site": "政府网站", "account": "政务新媒体", "supervisor": "监管单位"}
"""The kinds of subject and their official names."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One piece of evidence as it is shown: `what`, its address, when, the value and the limit."""

    what: str
    where: str
    when: str
    value: str
    limit: str

    def __str__(self) -> str:
        parts = (self.what, self.where, self.when, self.value, f"限值{self.limit}" if self.limit else "")
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding that a reader must see.

    Attributes:
        indicator: Id of the indicator.
        title: Its official name.
        phrase: Wording for a list of problems.
        kind: veto, deduction, bonus, management, warning.
        group: First-level indicator; "" where it has none.
        status: What counts.
        message: The sentence.
        evidence: Its first pieces.
        evidence_count: How many pieces the finding keeps.
        document: Where the rule comes from.
        clause: Place in it; "" when the whole document is meant.
        grade: How the rule and its values were seen.
        assumed: Parts nobody observed that the answer used, in official words.
        review: What the deciding review says; "" without one.
        waiver: The document that excuses it; "" without one.
    """

    indicator: str
    title: str
    phrase: str
    kind: str
    group: str
    status: Status
    message: str
    evidence: tuple[EvidenceRow, ...]
    evidence_count: int
    document: str
    clause: str
    grade: Grade
    assumed: tuple[str, ...]
    review: str
    waiver: str

    @property
    def kind_zh(self) -> str:
        """The official word for its kind."""
        return KIND_ZH.get(self.kind, self.kind)

    @property
    def is_problem(self) -> bool:
        """Whether it failed; a waived failure is a problem too and says so."""
        return self.status is Status.FAILED

    @property
    def source(self) -> str:
        """Document and clause in one line."""
        return f"{self.document} {self.clause}".rstrip()


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One inspected subject with what was found.

    Attributes:
        kind: site, account or supervisor.
        type_zh: 网站, or the platform's name.
        score: The score as text; "" where there is none.
        problems: Failed findings, in the order of the rulebook.
        missing: Vetoes that keep the verdict open.
        rulebook: Version of the rulebook.
    """

    id: str
    name: str
    kind: str
    type_zh: str
    level_zh: str
    owner: str
    area: str
    url: str
    code: str
    verdict: Verdict
    score: str
    observed_at: datetime
    problems: tuple[FindingRow, ...]
    missing: tuple[FindingRow, ...]
    rulebook: str

    @property
    def place(self) -> str:
        """所属地方或部门; the owner where it is not known."""
        return self.area or self.owner

    @property
    def shown(self) -> tuple[FindingRow, ...]:
        """The findings to show: problems, then what is missing."""
        return (*self.problems, *self.missing)

    @property
    def vetoes(self) -> tuple[FindingRow, ...]:
        """Failed vetoes that nothing excuses."""
        return tuple(problem for problem in self.problems if problem.kind == "veto" and not problem.waiver)


def finding_row(finding: Finding, max_evidence: int) -> FindingRow:
    """Return the row of a finding."""
    review, waiver = finding.review, finding.waiver if finding.is_waived else None
    decided = {"confirmed": "复核确认", "dismissed": "复核排除"}
    return FindingRow(
        finding.id,
        finding.title,
        finding.phrase,
        finding.kind,
        finding.indicator.group or "",
        finding.status,
        finding.message("zh"),
        tuple(evidence_row(piece) for piece in finding.evidence[:max_evidence]),
        len(finding.evidence),
        finding.source.document,
        finding.source.clause or "",
        finding.indicator.grade,
        tuple(dict.fromkeys(word("part", part.split(".")[0], "zh") for part in finding.assumed)),
        f"{decided[review.decision]}（{review.role}，{format_arg(review.at, 'zh')}）：{review.reason}"
        if review is not None
        else "",
        f"{waiver.document}（{waiver.authority}，{waiver.granted}至{waiver.expires}）：{waiver.reason}"
        if waiver is not None
        else "",
    )


def evidence_row(piece: Evidence) -> EvidenceRow:
    """Return the row of a piece of evidence, with official words where there are any."""
    value = piece.value
    return EvidenceRow(
        word("part", piece.what, "zh"),
        piece.where or "",
        "" if piece.when is None or piece.when == piece.value else _instant(piece.when),
        "" if value is None else word("evidence", value, "zh") if isinstance(value, str) else format_arg(value, "zh"),
        "" if piece.limit is None else format_arg(piece.limit, "zh"),
    )


def _instant(when: object) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if isinstance(when, datetime) else str(when)


def subject_row(inspection: Inspection, max_evidence: int = 20) -> SubjectRow:
    """Return the row of an inspection.

    Args:
        inspection: The inspection.
        max_evidence: Pieces of evidence kept of each finding; the full count is kept too.
    """
    subject = inspection.subject
    problems = inspection.problems
    return SubjectRow(
        subject.id,
        subject.name,
        kind_of_subject(subject),
        type_zh(subject),
        "" if subject.level is None else word("level", subject.level, "zh"),
        subject.owner or "",
        subject.area or "",
        url_of(subject) or "",
        code_of(subject) or "",
        inspection.verdict,
        "" if inspection.score is None else str(inspection.score),
        inspection.observed_at,
        tuple(finding_row(problem, max_evidence) for problem in problems),
        tuple(finding_row(finding, max_evidence) for finding in inspection.missing)
        if inspection.verdict is Verdict.UNDETERMINED
        else (),
        inspection.rulebook.version,
    )


def kind_of_subject(subject: Site | Account | Supervisor) -> str:
    """Return site, account or supervisor."""
    return "site" if isinstance(subject, Site) else "account" if isinstance(subject, Account) else "supervisor"


def url_of(subject: Site | Account | Supervisor) -> str | None:
    """Return its address; None where it has none."""
    return None if isinstance(subject, Supervisor) else subject.url


def code_of(subject: Site | Account | Supervisor) -> str | None:
    """Return its 标识码; None where it has none."""
    return None if isinstance(subject, Supervisor) else subject.code


def type_zh(subject: Site | Account | Supervisor) -> str:
    """Return 类型 as notices print it: 网站, the platform, or 监管单位."""
    if isinstance(subject, Supervisor):
        return KINDS["supervisor"]
    if isinstance(subject, Site):
        return "网站"
    if subject.platform_text and subject.platform == "other":
        return subject.platform_text
    return word("platform", subject.platform, "zh")


@dataclass
class Totals:
    """Counts over inspections, merged in any order.

    Attributes:
        verdicts: Subjects by kind and verdict.
        types: Subjects by kind, 类型 and verdict.
        areas: Unqualified subjects by 所属地方或部门, else by owner.
        indicators: Findings by indicator and status.
        rulebooks: Subjects by version of the rulebook with the release it came with, and digest.
        unverified: Unqualified subjects none of whose failed vetoes rests on values alone that were seen.
        titles: Title and kind of each indicator, by id.
        waived: Failures that a document excuses.
        partial: Subjects judged by a part of the rulebook only.
        first: Earliest monitoring point; None when nothing was inspected.
        last: Latest monitoring point.
    """

    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    types: Counter[tuple[str, str, Verdict]] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    indicators: Counter[tuple[str, Status]] = field(default_factory=Counter)
    titles: dict[str, tuple[str, str]] = field(default_factory=dict)
    rulebooks: Counter[tuple[str, str]] = field(default_factory=Counter)
    unverified: int = 0
    waived: int = 0
    partial: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, inspection: Inspection, row: SubjectRow) -> None:
        """Take in one inspection and its row."""
        self.verdicts[row.kind, row.verdict] += 1
        self.types[row.kind, row.type_zh, row.verdict] += 1
        if row.verdict is Verdict.UNQUALIFIED and row.place:
            self.areas[row.place] += 1
        reference = inspection.rulebook
        released = f"（{reference.books}）" if reference.books else ""
        self.rulebooks[f"{row.rulebook}{released}", reference.digest] += 1
        self.partial += not inspection.plan.complete
        self.waived += sum(bool(problem.waiver) for problem in row.problems)
        self.unverified += (
            row.verdict is Verdict.UNQUALIFIED and bool(row.vetoes) and not any(veto.grade != "unseen" for veto in row.vetoes)
        )
        for indicator, status in zip(inspection.plan.indicators, inspection.statuses, strict=True):
            if indicator.applies_to.subject != row.kind:
                continue  # a rule for accounts is not asked of a site at all
            self.indicators[indicator.id, status] += 1
            if indicator.id not in self.titles:
                self.titles[indicator.id] = (indicator.title, indicator.kind)
        self.first = row.observed_at if self.first is None else min(self.first, row.observed_at)
        self.last = row.observed_at if self.last is None else max(self.last, row.observed_at)

    def count(self, kind: str, *verdicts: Verdict) -> int:
        """Return the number of subjects of a kind with one of these verdicts; all with none named."""
        return sum(self.verdicts[kind, verdict] for verdict in verdicts or tuple(Verdict))

    @property
    def subjects(self) -> int:
        """All subjects."""
        return sum(self.verdicts.values())

    def failed(self) -> list[tuple[str, str, str, int]]:
        """Return indicators that some subject failed: id, title, kind, number of subjects; most frequent first, no bonuses."""
        lines = [
            (name, *self.titles[name], count)
            for (name, status), count in self.indicators.items()
            if status is Status.FAILED and self.titles[name][1] != "bonus"
        ]
        return sorted(lines, key=lambda line: (-line[3], line[0]))

    def pass_rate(self, kind: str, rounding: Rounding) -> str:
        """Return 合格率 in print; with undetermined subjects the range it may have; "" when none of the kind was inspected."""
        whole = self.count(kind)
        if not whole:
            return ""
        sure, open_ = self.count(kind, Verdict.QUALIFIED), self.count(kind, Verdict.UNDETERMINED)
        low, high = rounding.text(sure, whole), rounding.text(sure + open_, whole)
        return f"{low}" if low == high else f"{low}—{high}"


def collect(inspections: Iterable[Inspection], max_evidence: int = 20) -> tuple[list[SubjectRow], Totals]:
    """Return rows and counts of inspections, read once and not kept."""
    totals, rows = Totals(), []
    for inspection in each_inspection(inspections):
        row = subject_row(inspection, max_evidence)
        totals.add(inspection, row)
        rows.append(row)
    return rows, totals
