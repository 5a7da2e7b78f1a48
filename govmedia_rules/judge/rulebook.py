"""The rulebook facade: load, select, inspect, explain."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from datetime import date, datetime, tzinfo
from functools import cached_property
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pydantic import BaseModel

from govmedia_rules.checks.contract import Check, CheckSpec
from govmedia_rules.core import display
from govmedia_rules.core.files import write_file
from govmedia_rules.core.progress import Progress, counted
from govmedia_rules.errors import (
    ArgumentError,
    BrokenLine,
    DeprecatedIndicator,
    DuplicateId,
    ExportError,
    RulebookError,
    UnknownIndicator,
    UnusedReview,
    Where,
    by_language,
    choices,
    choices_zh,
    closest,
    kind_text,
    kind_text_zh,
)
from govmedia_rules.judge.engine import Judge, PlanResult
from govmedia_rules.judge.explain import MODES, Explanation
from govmedia_rules.judge.files import Answer, LineOptions, check_files, judge_files, plain_lines
from govmedia_rules.judge.finding import grade_badge, is_under
from govmedia_rules.judge.inspection import Inspection, PackedSubject
from govmedia_rules.judge.old_basis import warn_of_old_layers
from govmedia_rules.judge.opinions import NOTHING, Opinions
from govmedia_rules.judge.reviews import Refusal, Review, Waiver
from govmedia_rules.rules.bundle import dump_bundle, read_bundle
from govmedia_rules.rules.load import LayerSource, as_day, book_with, collect_layers, known_ids, layers_for
from govmedia_rules.rules.model import KIND_ZH, Basis, Indicator, LayerRef, Plan, Scoring, SubjectWord
from govmedia_rules.rules.overlay import resolve
from govmedia_rules.rules.places import locate_rule
from govmedia_rules.rules.plugins import Plugins, built_in_checks, installed, specs_of
from govmedia_rules.snapshots.models import AccountSnapshot, AnySnapshot, SiteSnapshot
from govmedia_rules.snapshots.reading import MAX_LINE_BYTES, read_snapshots, warn_unread
from govmedia_rules.snapshots.supervision import SupervisorSnapshot

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from govmedia_rules.rules.release import Books


class Rulebook:
    """A set of indicators to inspect snapshots by (指标体系). It holds no subject and can be shared.

    Example:
        >>> import govmedia_rules as gr
        >>> book = gr.load_rulebook("national-2019")
        >>> "media.veto.stale" in book, len(book.only("site.veto")) < len(book)
        (True, True)
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @property
    def plan(self) -> Plan:
        """The resolved plan: frozen, picklable, with a digest."""
        return self._plan

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self.plan)

    @cached_property
    def _no_opinions(self) -> Opinions:
        return Opinions(self.plan, (), ())

    @property
    def id(self) -> str:
        """Id of the topmost layer."""
        return self.plan.id

    @property
    def title(self) -> str:
        """Its title."""
        return self.plan.title

    @property
    def version(self) -> str:
        """Versions of all layers, the topmost first."""
        return self.plan.version

    @property
    def digest(self) -> str:
        """SHA-256 of everything that decides a verdict."""
        return self.plan.digest

    @property
    def books(self) -> str:
        """Releases of rulebooks its layers came with, the lowest first; "" where all layers are a caller's own."""
        return self.plan.books

    @property
    def layers(self) -> tuple[LayerRef, ...]:
        """The layers, the lowest first."""
        return self.plan.layers

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators, in order."""
        return self.plan.indicators

    @property
    def scoring(self) -> Mapping[SubjectWord, Scoring]:
        """How points add up, by kind of subject; {} where nothing is scored."""
        return self.plan.scoring

    @property
    def basis(self) -> tuple[Basis, ...]:
        """Documents it rests on."""
        return self.plan.basis

    def __getitem__(self, indicator_id: str) -> Indicator:
        indicator = self.plan.by_id.get(indicator_id) or self._renamed(indicator_id)
        if indicator is None:
            raise self._unknown(indicator_id)
        return indicator

    def __contains__(self, indicator_id: object) -> bool:
        return indicator_id in self.plan.by_id

    def __len__(self) -> int:
        return len(self.plan.indicators)

    def _renamed(self, old_id: str) -> Indicator | None:
        renamed = next((indicator for indicator in self.plan.indicators if old_id in indicator.aliases), None)
        if renamed is not None:
            warnings.warn(
                DeprecatedIndicator(f"indicator {old_id} is now {renamed.id}", zh=f"指标 {old_id} 现为 {renamed.id}"), stacklevel=3
            )
        return renamed

    def _unknown(self, name: str) -> UnknownIndicator:
        families = {".".join(indicator.id.split(".")[:length]) for indicator in self.plan.indicators for length in range(1, 6)}
        close = closest(name, families)
        top = sorted({indicator.id.split(".")[0] for indicator in self.plan.indicators})
        hint = f"did you mean {close!r}?" if close else f"families are {', '.join(top)}; `explain` lists what is in one"
        hint_zh = f"是否应为“{close}”？" if close else f"类别有 {'、'.join(top)}；用命令 explain 列出一类中的指标"
        zh = f"{self.id} 没有指标或类别 {name!r}"
        return UnknownIndicator(f"{self.id} has no indicator or family {name!r}", Where(self.id), hint, zh, hint_zh)

    def _named(self, names: Sequence[str]) -> set[str]:
        chosen: set[str] = set()
        for name in names:
            ids = {indicator.id for indicator in self.plan.indicators if is_under(indicator.id, name)}
            if not ids:
                renamed = self._renamed(name)
                if renamed is None:
                    raise self._unknown(name)
                ids = {renamed.id}
            chosen |= ids
        return chosen

    def only(self, *names: str) -> Rulebook:
        """Return the rulebook with these indicators only (ids or families); its verdicts say which they cover.

        Raises:
            UnknownIndicator: A name fits no indicator.
        """
        chosen = self._named(names)
        return Rulebook(self.plan.select(tuple(indicator for indicator in self.plan.indicators if indicator.id in chosen)))

    def without(self, *names: str) -> Rulebook:
        """Return the rulebook without these indicators (ids or families); its verdicts say which they cover.

        Raises:
            UnknownIndicator: A name fits no indicator.
        """
        left_out = self._named(names)
        return Rulebook(self.plan.select(tuple(indicator for indicator in self.plan.indicators if indicator.id not in left_out)))

    def inspect(self, snapshot: AnySnapshot, *, reviews: Iterable[Review] = (), waivers: Iterable[Waiver] = ()) -> Inspection:
        """Judge one snapshot. It never raises because of what the snapshot holds.

        Args:
            snapshot: What was seen of a site or an account, or is on record of a supervising office.
            reviews: What people said; those of other subjects are left aside.
            waivers: Documents that excuse failures; those of other subjects are left aside.

        Returns:
            The inspection; reviews and waivers of this subject that could not be applied are its `refused_reviews`.

        Raises:
            ArgumentError: `snapshot` is none.
        """
        nothing_said = reviews == () and waivers == ()
        inspection = self._inspect(snapshot, self._no_opinions if nothing_said else Opinions(self.plan, reviews, waivers))
        for refusal in inspection.refused_reviews:
            warnings.warn(_not_applied(refusal), stacklevel=2)
        return inspection

    def _inspect(self, snapshot: AnySnapshot, opinions: Opinions) -> Inspection:
        if not isinstance(snapshot, SiteSnapshot | AccountSnapshot | SupervisorSnapshot):
            raise _no_snapshot(snapshot)
        result = self._judge.run(snapshot)
        given = opinions.of(snapshot.subject, snapshot.observed_at, result)
        inspection = Inspection(self.plan, result, snapshot.subject, snapshot.observed_at, snapshot.marks, given)
        _warn_of_waivers(inspection, opinions)
        return inspection

    def inspect_many(
        self,
        snapshots: Iterable[AnySnapshot],
        *,
        reviews: Iterable[Review] = (),
        waivers: Iterable[Waiver] = (),
        progress: Progress = False,
    ) -> Iterator[Inspection]:
        """Judge snapshots lazily and in order; only the current one and the given ids of subjects are held in memory.

        Args:
            snapshots: Any iterable, such as `read_snapshots(path)`.
            reviews: What people said about any of the subjects. Of an iterator that is no sequence nobody knows what is to come:
                a review without a monitoring point answers the first observation not after it, and an id counts as that of one
                unit until another one bears it.
            waivers: Documents that excuse failures of any of the subjects.
            progress: True shows a bar, a function gets subjects done and in all (None where `snapshots` has no length).

        Raises:
            MissingExtra: A bar is asked for and tqdm is not installed.

        Warns:
            SharedId: One id is given to two units; reviews and waivers of it are refused.
        """
        is_one = isinstance(snapshots, str | os.PathLike | Mapping | BaseModel) or kind_text(snapshots) == "a data frame"
        if is_one or not isinstance(snapshots, Iterable):
            raise _no_snapshot(snapshots)
        opinions = Opinions(self.plan, reviews, waivers)
        size = len(snapshots) if isinstance(snapshots, Sized) else None
        if isinstance(snapshots, Sequence):
            for snapshot in map(_as_snapshot, snapshots):
                opinions.observe(snapshot.subject, snapshot.observed_at)
        _warn_of_refused(opinions)

        def run() -> Iterator[Inspection]:
            for snapshot in map(_as_snapshot, snapshots):
                opinions.note_id(snapshot.subject)
                yield self._inspect(snapshot, opinions)
            opinions.warn_of_unused()

        return counted(run(), progress, size, title="检查")

    def inspect_files(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        workers: int = 1,
        reviews: Iterable[Review] = (),
        waivers: Iterable[Waiver] = (),
        zone: tzinfo | None = None,
        not_after: datetime | None = None,
        max_line_bytes: int = MAX_LINE_BYTES,
        on_bad: Callable[[BrokenLine], None] | None = None,
        on_refused: Callable[[Refusal], None] | None = None,
        snapshots: Sequence[AnySnapshot] = (),
        progress: Progress = False,
    ) -> Inspections:
        """Judge files of snapshots in order, lazily, with memory that does not grow with the input.

        Args:
            paths: One file or several; see `read_snapshots`.
            workers: Number of processes. They get file offsets; checks must be importable (not defined in a notebook).
            reviews: What people said about any of the subjects. With reviews or waivers the files are read twice: a review without
                a monitoring point may answer a later observation, and one id may stand for two units.
            waivers: Documents that excuse failures of any of the subjects.
            zone: Zone of times written without one; None makes such a time an error.
            not_after: Snapshots observed later than this are refused; None accepts all.
            max_line_bytes: Longest line that is read.
            on_bad: Called for each line that could not be read.
            on_refused: Called for each review and waiver that was not applied; None warns of them.
            snapshots: Snapshots that are judged before those of the files, such as the rows of tables; reviews and waivers are
                given for both together.
            progress: True shows a bar, a function gets subjects judged so far, and None: how many there will be is not known.

        Returns:
            An iterable of inspections whose `bad` lists the lines that could not be read, or whose process died.

        Raises:
            ObservationError: A file does not exist.
            MissingExtra: A bar is asked for and tqdm is not installed.
        """
        files = check_files([paths] if isinstance(paths, str | os.PathLike) else paths)
        if workers < 1:
            what, zh = f"workers must be 1 or more, not {workers}", f"workers 应为 1 或更大的整数，不是 {workers}"
            raise ArgumentError(what, None, "1 judges in this process", zh, "1 表示在本进程内判定")
        opinions = Opinions(self.plan, reviews, waivers)
        if on_refused is None:
            _warn_of_refused(opinions)
        for snapshot in snapshots:
            opinions.observe(snapshot.subject, snapshot.observed_at)
        reading = LineOptions(zone, not_after, max_line_bytes)
        return Inspections(self, snapshots, files, reading, workers, opinions, on_bad, on_refused, progress)

    def explain(self, indicator_id: str) -> Explanation:
        """Title, clause, source, the value of each parameter and the layer that set it.

        Raises:
            UnknownIndicator: The rulebook has no such indicator.
        """
        indicator = self.plan.by_id.get(indicator_id) or self._renamed(indicator_id)
        if indicator is None:
            raise self._unknown(indicator_id)
        return Explanation(indicator, self.plan.layers, locate_rule(indicator, self.plan))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and self.plan == other.plan

    def __hash__(self) -> int:
        return hash(self.plan)

    def __getstate__(self) -> Plan:
        return self.plan

    def __setstate__(self, plan: Plan) -> None:
        self._plan = plan

    def __repr__(self) -> str:
        counts: dict[str, int] = {}
        for indicator in self.plan.indicators:
            counts[indicator.kind] = counts.get(indicator.kind, 0) + 1
        kinds = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        kinds_zh = "，".join(f"{KIND_ZH[kind]} {count}" for kind, count in counts.items())
        part, part_zh = ("", "") if self.plan.complete else (" (a selection)", "（选取部分）")
        return by_language(f"<Rulebook {self.version}{part}: {kinds}>", f"<指标体系 {self.version}{part_zh}：{kinds_zh}>")

    def _repr_html_(self) -> str:
        summary = f"{self.version} · {self.digest[:12]} · {self.books} · {len(self)} 项指标" + (
            "" if self.plan.complete else "（选取部分）"
        )
        heads = ("指标", "名称", "类别", "分值", "方式", "依据")
        table = display.html_table(heads, map(_shown_indicator, self.indicators), len(self))
        return display.frame(f"<b>{display.text(self.title)}</b>", f"<div>{display.quiet(display.text(summary))}</div>", table)


def _shown_indicator(indicator: Indicator) -> tuple[str, ...]:
    source = f"{display.text(indicator.source.document, 60)} {display.quiet(display.text(indicator.source.clause or '', 60))}"
    problem = "" if indicator.problem is None else " " + display.badge("检查项未能载入", "bad")
    return (
        display.code(indicator.id),
        display.text(indicator.title, 120) + problem,
        display.text(indicator.kind_zh),
        "" if indicator.points is None else display.text(indicator.points),
        display.text(MODES[indicator.mode]),
        source + grade_badge(indicator),
    )


class Inspections(Iterable[Inspection]):
    """Inspections of files, made while they are iterated over.

    Attributes:
        bad: Lines met so far that could not be read, or whose process died, each with file and line.
        refused_reviews: Reviews and waivers that were not applied so far, each with the reason and its line.
    """

    def __init__(
        self,
        book: Rulebook,
        snapshots: Iterable[AnySnapshot],
        files: list[str],
        reading: LineOptions,
        workers: int,
        opinions: Opinions,
        on_bad: Callable[[BrokenLine], None] | None,
        on_refused: Callable[[Refusal], None] | None,
        progress: Progress = False,
    ) -> None:
        self.bad: list[BrokenLine] = []
        self.refused_reviews: list[Refusal] = []
        self._on_bad = on_bad
        self._on_refused = on_refused
        self._refuse(opinions.refused)
        # Subjects whose snapshots are at hand are judged here; workers read files.
        at_hand = (book._inspect(snapshot, opinions) for snapshot in snapshots)
        self._items = counted(self._run(book, at_hand, files, reading, workers, opinions), progress, title="检查")

    def __iter__(self) -> Iterator[Inspection]:
        return self._items

    def _set_apart(self, fault: BrokenLine) -> None:
        self.bad.append(fault)
        if self._on_bad is not None:
            self._on_bad(fault)

    def _refuse(self, refusals: Iterable[Refusal]) -> None:
        for refusal in refusals:
            if refusal not in self.refused_reviews:
                self.refused_reviews.append(refusal)
                if self._on_refused is not None and refusal.item is not None:  # else `read_reviews` has said it
                    self._on_refused(refusal)

    def _run(
        self,
        book: Rulebook,
        at_hand: Iterator[Inspection],
        files: list[str],
        reading: LineOptions,
        workers: int,
        opinions: Opinions,
    ) -> Iterator[Inspection]:
        _log.debug("judging %d files by %s with %d workers", len(files), book.version, workers)
        if opinions.asks_for_all:
            _observe(files, reading, opinions)
        if workers == 1 or not plain_lines(files):
            snapshots = read_snapshots(
                files,
                zone=reading.zone,
                not_after=reading.not_after,
                max_line_bytes=reading.max_line_bytes,
                on_bad=self._set_apart,
            )
            inspections: Iterator[Inspection] = (book._inspect(snapshot, opinions) for snapshot in snapshots)
        else:
            inspections = self._by_workers(book, files, reading, workers, opinions)
        judged = 0
        for inspection in chain(at_hand, inspections):
            judged += 1
            self._refuse(inspection.refused_reviews)
            yield inspection
        _log.debug("judged %d subjects, skipped %d lines", judged, len(self.bad))
        opinions.warn_of_unused()
        if self.bad and self._on_bad is None:
            warn_unread(self.bad)

    def _by_workers(
        self, book: Rulebook, files: list[str], reading: LineOptions, workers: int, opinions: Opinions
    ) -> Iterator[Inspection]:
        for path, number, item in judge_files(book.plan, files, reading, workers):
            if isinstance(item, Answer):
                subject = PackedSubject(item.subject_kind, item.subject)
                program = book._judge.program(item.profile)
                result = PlanResult(program, item.non_passing, item.vetoed, item.undecided, item.passes)
                given = opinions.of(subject.open(), item.observed_at, result) if opinions else NOTHING
                inspection = Inspection(book.plan, result, subject, item.observed_at, item.marks, given)
                _warn_of_waivers(inspection, opinions)
                yield inspection
            else:
                _log.info("skipped: %s, row %s: %s", path, number, item.what)
                self._set_apart(BrokenLine(item.what, Where(path, row=number), item.hint, item.zh, item.hint_zh))


def _observe(files: list[str], reading: LineOptions, opinions: Opinions) -> None:
    """Register every observation of reviewed subjects before judging: a review may answer a later observation."""
    zone, not_after, most = reading
    for snapshot in read_snapshots(files, zone=zone, not_after=not_after, max_line_bytes=most, on_bad=lambda _: None):
        opinions.observe(snapshot.subject, snapshot.observed_at)


def _warn_of_waivers(inspection: Inspection, opinions: Opinions) -> None:
    if inspection.waivers:
        waived = [finding.id for finding in inspection.problems if finding.is_waived]
        opinions.warn_of(inspection.waivers, inspection.observed_at, waived)


def _warn_of_refused(opinions: Opinions) -> None:
    for refusal in opinions.refused:
        warnings.warn(_not_applied(refusal), stacklevel=3)


def _not_applied(refusal: Refusal) -> UnusedReview:
    what, zh = "a review or waiver was not applied", "有一条复核或豁免未采用"
    return UnusedReview(f"{what}: {refusal.text('en')}", zh=f"{zh}：{refusal.text('zh')}")


def _as_snapshot(given: AnySnapshot) -> AnySnapshot:
    if not isinstance(given, SiteSnapshot | AccountSnapshot | SupervisorSnapshot):
        raise _no_snapshot(given)
    return given


def _no_snapshot(given: object) -> ArgumentError:
    """Return the error for an argument that is no snapshot, naming the function that accepts it."""
    if isinstance(given, str | os.PathLike):
        takes = "inspect_files(path)"
    elif isinstance(given, Mapping):
        takes = "SiteSnapshot.model_validate(…), AccountSnapshot.model_validate(…)"
    elif isinstance(given, SiteSnapshot | AccountSnapshot | SupervisorSnapshot):
        takes = "inspect(snapshot)"
    else:
        takes = "read_accounts(…), read_sites(…), inspect_frame(…)"
    what, zh = f"this is no snapshot but {kind_text(given)}", f"这不是采样数据，而是{kind_text_zh(given)}"
    return ArgumentError(what, None, f"use {takes}", zh, f"请用 {takes}")


def _check_source(source: object) -> None:
    if not isinstance(source, str | os.PathLike | Iterable):
        ids = known_ids(installed())
        what, zh = f"{source!r} is no id or path of a rulebook", f"{source!r} 不是指标体系的编号或路径"
        raise ArgumentError(what, None, choices(source, ids), zh, choices_zh(source, ids))


def load_rulebook(
    source: LayerSource | Sequence[LayerSource],
    *,
    checks: Check | ModuleType | Iterable[Check] = (),
    books: Books | None = None,
) -> Rulebook:
    """Load a rulebook with everything it extends.

    Args:
        source: Id of a built-in or installed rulebook, path of a TOML file, a table, or a list of layers, the lowest first; or
            the path of an exported rulebook, which ends in `.json`.
        checks: Checks of the caller's own, such as functions of a notebook: one, several, or a module of them.
        books: A release of rulebooks from `read_books`, in which ids are looked up first, or alone.

    Raises:
        RulebookErrors: Everything that is wrong, each fault with file, table and key. It is a `RulebookError` too.
        DuplicateId: A check or rulebook id is claimed twice.

    Example:
        >>> own = {"id": "mine", "title": "本地细化", "extends": "national-2019", "indicators": {
        ...     "media.veto.stale": {"params": {"window": {"days": 10}}}}}
        >>> load_rulebook(own)["media.veto.stale"].params["window"].text("zh")
        '10天'
    """
    _check_source(source)
    plugins = _at_hand(books)
    own = specs_of(checks)
    taken = own.keys() & (built_in_checks().keys() | plugins.checks.keys())
    if taken:
        raise DuplicateId(
            f"a check is already named {', '.join(map(repr, sorted(taken)))}",
            hint="choose another name",
            zh=f"已有名为 {'、'.join(map(repr, sorted(taken)))} 的检查项",
            hint_zh="请换一个名称",
        )
    sources: Sequence[LayerSource] = [source] if isinstance(source, str | os.PathLike | Mapping) else list(source)
    match sources:
        case [str() | os.PathLike() as path] if str(path).endswith(".json"):
            return _load_bundle(path, own)
    return Rulebook(resolve(collect_layers(sources, plugins), plugins, own))


def _at_hand(books: Books | None) -> Plugins:
    return installed() if books is None else books.over(installed())


def _load_bundle(path: str | os.PathLike[str], own: Mapping[str, CheckSpec]) -> Rulebook:
    """Load a rulebook that `export_rulebook` wrote, and check that it is the same here."""
    bundle = read_bundle(path)
    book = Rulebook(resolve(bundle.layers, installed(), own))
    book = book if bundle.only is None else book.only(*bundle.only)
    if book.digest != bundle.digest:
        what = f"the rulebook was exported as {bundle.digest[:12]} and is {book.digest[:12]} here"
        hint = "the file was changed, or the checks of this release have another meaning; export it again"
        zh = f"指标体系导出时为 {bundle.digest[:12]}，在这里为 {book.digest[:12]}"
        hint_zh = "文件被改动过，或本版检查项的含义不同；请重新导出"
        raise RulebookError(what, Where(str(path), key="digest"), hint, zh, hint_zh)
    return book


def export_rulebook(
    source: LayerSource | Sequence[LayerSource],
    path: str | os.PathLike[str],
    *,
    only: Sequence[str] = (),
    books: Books | None = None,
) -> Rulebook:
    """Write a rulebook with all its layers as one JSON file, which `load_rulebook` loads on a machine that has none of them.

    Args:
        source: As in `load_rulebook`.
        path: Where to write; the name must end in `.json`.
        only: Ids or families of the indicators to select; () for all.
        books: A release of rulebooks from `read_books`, in which ids are looked up first, or alone.

    Returns:
        The rulebook that was written.

    Raises:
        RulebookErrors: The layers do not fit together.
        RulebookSyntaxError: A parameter names a file that no other machine has.
        ExportError: The file cannot be written.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     book = export_rulebook("national-2019", Path(folder, "book.json"), only=["media.veto"])
        ...     print(load_rulebook(Path(folder, "book.json")).digest == book.digest)
        True
    """
    sources: Sequence[LayerSource] = [source] if isinstance(source, str | os.PathLike | Mapping) else list(source)
    plugins = _at_hand(books)
    layers = collect_layers(sources, plugins)
    book = Rulebook(resolve(layers, plugins, {}))
    book = book.only(*only) if only else book
    text = dump_bundle(layers, book.plan)
    target = Path(path)
    if target.suffix != ".json":
        raise ExportError(
            f"{target.name} does not end in .json",
            hint="load_rulebook knows an exported rulebook by that",
            zh=f"{target.name} 不以 .json 结尾",
            hint_zh="load_rulebook 据此识别导出的指标体系",
        )
    write_file(target, text)
    return book


def rulebook_for(region: str | None, day: date, *, series: str = "inspection", books: Books | None = None) -> Rulebook:
    """Return the rulebook in force in a place on a day: the nation's, with the layers of its province, city and county.

    Args:
        region: Six-digit division code (`610726`) or Chinese name (`略阳县`); None for the nation.
        day: The day; an instant counts as its day in Shanghai.
        series: Which series of rulebooks: `inspection`, `supervision`, `guidelines`.
        books: A release of rulebooks from `read_books`, beside the built-in ones or instead of them.

    Warns:
        OldBasisWarning: Once for each layer whose newest document is older than five years on that day.

    Raises:
        UnknownRegion: No division has this code or name, or several have the name.
        UnknownRulebook: No national rulebook of the series is in force on that day.
        CyclicExtends: Rulebooks supersede each other in a circle.
        RulebookError: The day is no day.
        RulebookErrors: The layers do not fit together.

    Example:
        >>> rulebook_for(None, date(2024, 8, 23)).id.startswith("national")
        True
    """
    plugins, day = _at_hand(books), as_day(day)
    book = load_rulebook(layers_for(region, day, plugins, series), books=books)
    warn_of_old_layers(book.plan, day, stacklevel=3)
    return book


def explain(indicator_id: str, rulebook: str | Rulebook | None = None, *, books: Books | None = None) -> Explanation:
    """Title, clause, source, the value of each parameter and the layer that set it.

    Args:
        indicator_id: Id of an indicator.
        rulebook: A rulebook, or the id or path of one; None for the national one or, where that has no such indicator, the
            oldest rulebook that has.
        books: A release of rulebooks from `read_books`, in which ids are looked up first, or alone.

    Raises:
        UnknownIndicator: The rulebook has no such indicator.

    Example:
        >>> explanation = explain("media.veto.stale")
        >>> explanation.parameters["window"][1]
        'national-2019'
    """
    if rulebook is None:
        rulebook = book_with(indicator_id, _at_hand(books))
    book = rulebook if isinstance(rulebook, Rulebook) else load_rulebook(rulebook, books=books)
    return book.explain(indicator_id)
