"""Reviews, which confirm or dismiss a finding, and waivers, which excuse one. Neither erases anything.

A review covers what its author looked at, and nothing else: a passage (on whatever page, platform and day the same sentence
stands), an entry at an address, or the whole indicator at one monitoring point.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar, overload

from pydantic import AfterValidator, Field, NonNegativeInt, StringConstraints, ValidationError, model_validator

from govmedia_rules.checks.contract import MAX_EVIDENCE, CheckResult, Evidence, Status
from govmedia_rules.core.faults import fault_texts
from govmedia_rules.core.frozen import EMPTY, frozen_mapping
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.time import Instant
from govmedia_rules.errors import Lang, ObservationError, Where, by_language, language, reason_zh
from govmedia_rules.judge.review_sheet import review_records
from govmedia_rules.rules.model import Indicator

Choice = Literal["confirmed", "dismissed"]
PassageDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]

_TABLES = frozenset({".xlsx", ".xls", ".ods", ".et", ".csv"})
MAX_LINE_CHARACTERS = 1_000_000
"""Longest line of a file of reviews or waivers that is read."""


class Review(Model):
    """A person's answer to one indicator for one subject (复核).

    A confirmed finding counts as failed, a dismissed one as passed; what the machine said stays on the finding.

    Attributes:
        subject: Id of the subject.
        indicator: Id of the indicator.
        decision: `confirmed` or `dismissed`.
        role: Role of the person who decided, never the name.
        at: When it was decided.
        reason: Why; for a confirmed misstatement the passage and what is wrong with it.
        evidence: Address of the proof.
        faults: Number of faults by kind, for indicators that deduct for each; a count that is left out means one fault.
        observed_at: The monitoring point it belongs to. Without one it belongs to the last observation of the subject that is
            not after `at`, and to no later one.
        document: The document that states it, where the review is taken from one.
        passage: Digest of the passage it is about (`Evidence.passage`); it then covers the same sentence wherever and whenever
            it is found, and nothing else of the finding. None for the whole indicator.
        entry: Address of the entry it is about, as the evidence names it; it then covers nothing else of the finding.
        expires: Last day on which a decision about a passage holds; None for no end.

    Example:
        >>> review = Review(
        ...     subject="weibo:某县发布", indicator="media.veto.stale", decision="dismissed", role="复核人员",
        ...     at="2024-08-24T09:00:00+08:00", reason="当日有更新，见截图",
        ... )
        >>> review.covers_all
        True
    """

    subject: Name
    indicator: Name
    decision: Choice
    role: Name
    at: Instant
    reason: Short
    evidence: Short | None = None
    faults: Annotated[Mapping[str, NonNegativeInt], AfterValidator(frozen_mapping)] = Field(default_factory=lambda: EMPTY)
    observed_at: Instant | None = None
    document: Short | None = None
    passage: PassageDigest | None = None
    entry: Name | None = None
    expires: date | None = None

    @model_validator(mode="after")
    def _expires_of_passage(self) -> Review:
        if self.expires is not None and self.passage is None:
            raise ValueError("only a decision about a passage expires; another one belongs to one observation")
        return self

    def holds_on(self, day: date | None) -> bool:
        """Return whether it has not expired on `day`; without a day it has not."""
        return day is None or self.expires is None or day <= self.expires

    @property
    def covers_all(self) -> bool:
        """Whether it answers the whole indicator, not one passage or entry."""
        return self.passage is None and self.entry is None

    def covers(self, piece: Evidence) -> bool:
        """Return whether the review is about this piece of evidence."""
        if self.passage is not None and self.passage != piece.passage:
            return False
        return self.entry is None or self.entry in piece.addresses


class Waiver(Model):
    """A document that excuses one failure for a time (豁免); the finding stays and shows it.

    Attributes:
        id: Its own id or number.
        subject: Id of the subject it covers, exactly.
        indicators: Ids of the indicators it covers, exactly; no patterns.
        authority: Who granted it.
        document: The document.
        reason: Why.
        granted: First day it holds.
        expires: Last day it holds.

    Example:
        >>> from datetime import date
        >>> waiver = Waiver(
        ...     id="W1", subject="6107260003", indicators=("site.veto.columns.core",), authority="某省政府办公厅",
        ...     document="某函〔2024〕1号", reason="机构改革", granted="2024-08-01", expires="2024-09-30",
        ... )
        >>> waiver.holds_on(date(2024, 9, 30)), waiver.holds_on(date(2024, 10, 1))
        (True, False)
    """

    id: Name
    subject: Name
    indicators: tuple[Name, ...] = Field(min_length=1)
    authority: Name
    document: Name
    reason: Short
    granted: date
    expires: date

    @model_validator(mode="after")
    def _in_order(self) -> Waiver:
        if self.expires < self.granted:
            raise ValueError(f"the waiver expires on {self.expires}, before it is granted on {self.granted}")
        return self

    def holds_on(self, day: date) -> bool:
        """Return whether it is in force on `day`."""
        return self.granted <= day <= self.expires


RefusalReason = Literal[
    "unreadable",
    "unknown_indicator",
    "other_kind",
    "unknown_fault",
    "before_observation",
    "contradiction",
    "no_such_candidate",
    "ambiguous_subject",
]


class Refusal(NamedTuple):
    """A review or waiver that was not applied.

    Attributes:
        item: The review or waiver; None for a line that is none.
        reason: Why, as a code.
        detail: Why, in one sentence.
        where: File and line it was read from; without a file its number among those given, from 1.
        zh: `detail` in Chinese; "" where there is none, and the English is shown.
    """

    item: Review | Waiver | None
    reason: RefusalReason
    detail: str
    where: Where | None = None
    zh: str = ""

    def __str__(self) -> str:
        return self.text(language())

    def text(self, lang: Lang) -> str:
        """Return place and reason in a language."""
        if lang == "zh":
            detail = self.zh or self.detail
            return f"{self.where.text(lang)}：{detail}" if self.where is not None else detail
        return f"{self.where.text(lang)}: {self.detail}" if self.where is not None else self.detail


T = TypeVar("T", Review, Waiver)


class ReadItems(Sequence[T], Generic[T]):
    """Reviews or waivers read from files, each with its place.

    Attributes:
        refused: Lines that could not be read, each with its place and the reason.
        places: File and line of each item.
    """

    def __init__(self, items: Iterable[T], places: Iterable[Where], refused: Iterable[Refusal]) -> None:
        self._items: tuple[T, ...] = tuple(items)
        self.places = tuple(places)
        self.refused = tuple(refused)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return by_language(
            f"<{len(self)} read, {len(self.refused)} refused>", f"<读入 {len(self)} 条，不能用 {len(self.refused)} 条>"
        )


def read_reviews(*paths: str | os.PathLike[str]) -> ReadItems[Review]:
    r"""Read files of reviews: one as JSON on each line, or a workbook made by `reports.review_xlsx` and filled in.

    What is no review is returned among `refused`: a line that cannot be read, a row that was changed or added by hand.

    Args:
        paths: The files: JSON Lines in UTF-8, XLSX, ODS or CSV.

    Raises:
        ObservationError: A file does not exist or cannot be opened.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> review = Review(subject="weibo:某县发布", indicator="media.veto.stale", decision="confirmed", role="复核人员",
        ...                    at="2024-08-24T10:00:00+08:00", reason="已核实")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "reviews.jsonl")
        ...     _ = file.write_text(review.model_dump_json() + "\n", "utf-8")
        ...     print(len(read_reviews(file)), read_reviews(file).refused)
        1 ()
    """
    items: list[Review] = []
    places: list[Where] = []
    refused: list[Refusal] = []
    for path in paths:
        read = _read_sheet(os.fspath(path)) if Path(path).suffix.lower() in _TABLES else _read([path], Review)
        items += read
        places += read.places
        refused += read.refused
    return ReadItems(items, places, refused)


def _read_sheet(path: str) -> ReadItems[Review]:
    items: list[Review] = []
    places: list[Where] = []
    refused: list[Refusal] = []
    for where, record in review_records(path):
        try:
            if isinstance(record, str):
                refused.append(Refusal(None, "unreadable", record, where))
            else:
                items.append(Review.model_validate(record))
                places.append(where)
        except ValidationError as fault:
            refused.append(_unreadable("review", fault, where))
    return ReadItems(items, places, refused)


def read_waivers(*paths: str | os.PathLike[str]) -> ReadItems[Waiver]:
    r"""Read files of waivers, as `read_reviews` reads reviews.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "waivers.jsonl")
        ...     _ = file.write_text("{}\n", "utf-8")
        ...     waivers = read_waivers(file)
        >>> len(waivers), len(waivers.refused)
        (0, 1)
    """
    return _read(paths, Waiver)


def _read(paths: Sequence[str | os.PathLike[str]], model: type[T]) -> ReadItems[T]:
    items: list[T] = []
    places: list[Where] = []
    refused: list[Refusal] = []
    for path in paths:
        for where, line in _lines(path):
            try:
                item = model.model_validate_json(line[: MAX_LINE_CHARACTERS + 1])
            except ValidationError as fault:
                refused.append(_unreadable(model.__name__.lower(), fault, where))
            else:
                items.append(item)
                places.append(where)
    return ReadItems(items, places, refused)


def _lines(path: str | os.PathLike[str]) -> Iterator[tuple[Where, bytes]]:
    name = os.fspath(path)
    if Path(name).suffix.lower() in _TABLES:
        what, zh = "this is a table, not waivers", "这是表格，不是豁免"
        hint, hint_zh = "waivers are lines of JSON, one a line", "豁免写成 JSON Lines，每行一条"
        raise ObservationError(what, Where(name), hint, zh, hint_zh)
    try:
        content = Path(name).read_bytes()
    except OSError as fault:
        raise ObservationError(
            f"the file cannot be read: {fault.strerror}", Where(name), zh=f"文件不能读：{reason_zh(fault)}"
        ) from None
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            yield Where(name, row=number), line


def _unreadable(name: str, fault: ValidationError, where: Where) -> Refusal:
    text = fault_texts(fault.errors(include_url=False, include_input=False))
    name_zh = {"review": "复核结果", "waiver": "豁免"}[name]
    return Refusal(None, "unreadable", f"not a {name}: {text.en}", where, f"不是{name_zh}：{text.zh}")


class ReviewedStatus(NamedTuple):
    """The machine's answer combined with its reviews.

    Attributes:
        status: The status that counts.
        faults: Faults by kind that are certain.
        possible: Faults by kind that may exist besides.
        review: The review that decides; None where none does.
        undecided: Candidates that no review covers.
    """

    status: Status
    faults: Mapping[str, int]
    possible: Mapping[str, int]
    review: Review | None = None
    undecided: tuple[Evidence, ...] = ()


def decide(answer: CheckResult, reviews: Sequence[Review], indicator: Indicator) -> ReviewedStatus:
    """Combine the machine's answer with the reviews of it.

    For each candidate the last review that covers it counts. One confirmed candidate is a failure, whatever was dismissed
    beside it; all of them dismissed is a pass; otherwise the finding stays open. A confirmed bonus has been earned. A review
    cannot make an indicator apply to a subject it is not asked of.

    Args:
        answer: What the machine said.
        reviews: Reviews of it in order of time.
        indicator: The indicator.
    """
    if not reviews or answer.status is Status.NOT_APPLICABLE:
        return ReviewedStatus(answer.status, answer.faults, answer.possible)
    whole = next((review for review in reversed(reviews) if review.covers_all), None)
    decided = [_last_covering(reviews, piece) for piece in answer.evidence]
    if not answer.evidence or all(review is None or review.covers_all for review in decided):
        return (
            ReviewedStatus(answer.status, answer.faults, answer.possible)
            if whole is None
            else _decide_all(answer, whole, indicator)
        )
    confirmed = [review for review in decided if review is not None and review.decision == "confirmed"]
    undecided = tuple(piece for piece, review in zip(answer.evidence, decided, strict=True) if review is None)
    # Evidence is cut at a number of pieces: those that were left out have been looked at by nobody.
    cut_off = len(answer.evidence) >= MAX_EVIDENCE and whole is None
    if confirmed:
        certain, possible = _faults_of(confirmed, len(undecided), indicator)
        return ReviewedStatus(_confirmed(indicator), certain, possible, max(confirmed, key=_order), undecided)
    if undecided or cut_off:
        status = Status.NEEDS_REVIEW if answer.status is Status.FAILED else answer.status
        possible = answer.possible or answer.faults
        return ReviewedStatus(status, EMPTY, possible, None, undecided)
    last = max((review for review in decided if review is not None), key=_order)
    return ReviewedStatus(_dismissed(indicator), EMPTY, EMPTY, last)


def _order(review: Review) -> tuple[object, ...]:
    # Of one instant the narrower review counts: who dismisses a finding and confirms one passage of it means both.
    return (review.at, not review.covers_all, review.decision, review.reason, review.role)


def in_order(reviews: Iterable[Review]) -> tuple[Review, ...]:
    """Return reviews in order of time, which does not depend on the order they were given in."""
    return tuple(sorted(reviews, key=_order))


def last_by_passage(reviews: Iterable[Review], day: date | None) -> dict[str, Review]:
    """Return the decision that counts on each passage: the last one made of those that hold on `day`.

    Args:
        reviews: Reviews in any order; those that are about no passage are left out.
        day: Day on which the decisions are used; None to ignore when they expire.
    """
    return {review.passage: review for review in in_order(reviews) if review.passage is not None and review.holds_on(day)}


def _last_covering(reviews: Sequence[Review], piece: Evidence) -> Review | None:
    return next((review for review in reversed(reviews) if review.covers(piece)), None)


def _confirmed(indicator: Indicator) -> Status:
    return Status.PASSED if indicator.kind == "bonus" else Status.FAILED


def _dismissed(indicator: Indicator) -> Status:
    return Status.FAILED if indicator.kind == "bonus" else Status.PASSED


def _decide_all(answer: CheckResult, review: Review, indicator: Indicator) -> ReviewedStatus:
    if review.decision == "dismissed":
        return ReviewedStatus(_dismissed(indicator), EMPTY, EMPTY, review)
    if review.faults or not answer.faults:
        return ReviewedStatus(_confirmed(indicator), *_faults_of([review], 0, indicator), review)
    return ReviewedStatus(_confirmed(indicator), answer.faults, EMPTY, review)


def _faults_of(reviews: Sequence[Review], undecided: int, indicator: Indicator) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Count the faults that reviews confirm, one for each review without a number, and the possible ones besides."""
    certain: dict[str, int] = {}
    possible: dict[str, int] = {}
    kinds = sorted(indicator.deduct, key=lambda kind: _price(indicator, kind))
    for review in reviews:
        if review.faults:
            for kind, count in review.faults.items():
                certain[kind] = certain.get(kind, 0) + count
        elif kinds:
            # Which kind is meant is not known where there are several: the cheapest is certain, the dearest possible.
            certain[kinds[0]] = certain.get(kinds[0], 0) + 1
            if len(kinds) > 1:
                possible[kinds[-1]] = possible.get(kinds[-1], 0) + 1
    if kinds and undecided:
        possible[kinds[-1]] = possible.get(kinds[-1], 0) + undecided
    return certain, possible


def _price(indicator: Indicator, kind: str) -> tuple[bool, object, str]:
    price = indicator.deduct[kind]
    return (price == "all", 0 if price == "all" else price, kind)
