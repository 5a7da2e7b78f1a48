"""Rectification: tasks with a deadline, re-checks, and the same units in two rounds (整改, 复查).

Nothing here looks at a clock: whether a task is overdue is asked for a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, overload

from govmedia_rules.campaign.results import Result
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.standing import TRACK_ZH, TrackKind, track_kind
from govmedia_rules.campaign.statistics import Ratio, ratio
from govmedia_rules.campaign.tasks import STATE_ZH, Task, TaskState
from govmedia_rules.campaign.units import subject_kind
from govmedia_rules.core import plots
from govmedia_rules.notices.figures import Period
from govmedia_rules.subjects.models import Account, Site

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def task_for(result: Result, wording: str, period: Period, issued: date, due: date, before: Task | None = None) -> Task:
    """Return the task of a failed unit.

    Args:
        result: How the unit ended.
        wording: Its problems in words.
        period: Period of the round.
        issued: Day of signing.
        due: Last day.
        before: The unit's task of the round before; None when it had none.
    """
    subject: Site | Account = result.subject
    return Task(
        subject=subject.id,
        name=subject.name,
        kind=subject_kind(subject),
        tier=result.tier,
        owner=subject.owner,
        area=subject.area,
        indicators=result.reasons,
        wording=wording,
        period=period,
        issued=issued,
        due=due,
        failed_rounds=1 if before is None else before.failed_rounds + 1,
        carried_from=None if before is None or before.finished_at is not None else before.carried_from or before.period,
    )


class RectificationProgress(NamedTuple):
    """Counts of tasks by their state at the end of a day.

    Attributes:
        on: The day.
        states: Tasks in each state.
        repeated: Tasks of units that had failed the round before too.
        without_names: Failed units known only as numbers, which have no task.
        withdrawn: Tasks whose failure was dismissed; they are in no state and in no rate.
    """

    on: date
    states: Mapping[TaskState, int]
    repeated: int
    without_names: int
    withdrawn: int = 0

    @property
    def total(self) -> int:
        """All tasks."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """Tasks that need nothing more."""
        return sum(self.states.get(state, 0) for state in ("rectified", "rectified_late", "closed"))

    @property
    def rate(self) -> Ratio | None:
        """整改完成率; None when there is no task."""
        return ratio(self.done, self.total)

    def plot(self, *, ax: Axes | None = None, font: str | None = None) -> Axes:
        """Draw a funnel: the tasks, those that need nothing more, those put right in time (units that were closed are not).

        Args:
            ax: Where to draw; None makes a figure.
            font: Name or path of a font with Chinese characters; None looks for one.

        Raises:
            MissingExtra: matplotlib is not installed.
            ExportError: No font has the characters.
        """
        steps = {"整改任务": self.total, "已完成": self.done, "按期整改": self.states.get("rectified", 0)}
        return plots.funnel(steps, title=f"截至{self.on}的整改情况", ax=ax, font=font)

    def text(self) -> str:
        """Return progress in one Chinese sentence."""
        parts = "，".join(f"{STATE_ZH[state]}{count}个" for state, count in self.states.items() if count)
        more = f"；另有{self.without_names}个不合格单位未列名，无法跟踪" if self.without_names else ""
        more += f"；已撤销{self.withdrawn}个" if self.withdrawn else ""
        return f"截至{self.on}，整改任务{self.total}个" + (f"：{parts}" if parts else "") + more


def progress(tasks: Iterable[Task], on: date, without_names: int = 0) -> RectificationProgress:
    """Count tasks by their state on a day."""
    listed = list(tasks)
    states: Counter[TaskState] = Counter(task.state(on) for task in listed)
    withdrawn = states.pop("withdrawn", 0)
    repeated = sum(task.is_repeated for task in listed if task.state(on) != "withdrawn")
    return RectificationProgress(on, dict(sorted(states.items())), repeated, without_names, withdrawn)


# --- two rounds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Track:
    """One unit that failed in one of two rounds, or in both.

    Attributes:
        subject: The unit.
        tier: Its tier.
        kind: resolved: failed before and passed now, or was re-checked and is gone or in order. persisting: failed in both.
            relapsed: failed before, was re-checked as put right, fails again. new: fails now only. lost_sight: failed before
            and nobody has settled it since; nobody may call it resolved.
        before: Indicators it failed before.
        now: Indicators it fails now.
        same: Indicators it failed both times.
    """

    subject: Site | Account
    tier: str
    kind: TrackKind
    before: tuple[str, ...]
    now: tuple[str, ...]

    @property
    def same(self) -> tuple[str, ...]:
        """Indicators it failed both times."""
        return tuple(before for before in self.before if before in self.now)


class Tracks(Sequence[Track]):
    """The failures of two rounds side by side, in order of tier and id.

    Attributes:
        without_names: Failed units of either round known only as numbers, before and now; they cannot be followed.
    """

    def __init__(self, tracks: Iterable[Track], without_names: tuple[int, int] = (0, 0)) -> None:
        self._tracks = tuple(tracks)
        self.without_names = without_names

    @overload
    def __getitem__(self, index: int) -> Track: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Track]: ...
    def __getitem__(self, index: int | slice) -> Track | Sequence[Track]:
        return self._tracks[index]

    def __len__(self) -> int:
        return len(self._tracks)

    def of(self, *kinds: TrackKind, subject: SubjectKind | None = None) -> tuple[Track, ...]:
        """Return those of some kinds."""
        return tuple(track for track in self._tracks if track.kind in kinds and subject in (None, subject_kind(track.subject)))

    def counts(self, key: Callable[[Track], str] | None = None) -> dict[str, dict[TrackKind, int]]:
        """Return how many of each kind, all together under "" or by a key such as `lambda one: one.subject.area or ""`."""
        counts: dict[str, dict[TrackKind, int]] = {}
        for track in self._tracks:
            row = counts.setdefault("" if key is None else key(track), dict.fromkeys(_KINDS, 0))
            row[track.kind] += 1
        return counts

    def lines(self) -> Iterator[str]:
        """Yield the comparison in Chinese, a line for each kind."""
        for kind in _KINDS:
            tracks = self.of(kind)
            if tracks:
                names = "、".join(track.subject.name for track in tracks[:5]) + ("等" if len(tracks) > 5 else "")
                yield f"{TRACK_ZH[kind]}{len(tracks)}个：{names}"
        if any(self.without_names):
            yield f"未列名而无法跟踪：上期{self.without_names[0]}个，本期{self.without_names[1]}个"

    def __repr__(self) -> str:
        counts = Counter(track.kind for track in self._tracks)
        return f"<Tracks {', '.join(f'{count} {kind}' for kind, count in counts.items()) or 'of nothing'}>"


_KINDS: tuple[TrackKind, ...] = ("resolved", "persisting", "new", "relapsed", "lost_sight")


def follow(
    before: Mapping[tuple[str, str], Result],
    now: Mapping[tuple[str, str], Result],
    tasks: Mapping[tuple[str, str], Task],
    period: Period,
    without_names: tuple[int, int] = (0, 0),
) -> Tracks:
    """Match the failures of two rounds by unit.

    Args:
        before: Results of the earlier round, by tier and id.
        now: Results of the later round.
        tasks: Tasks of the earlier round; their re-checks tell what was put right between the rounds.
        period: Period of the later round.
        without_names: Failed units known only as numbers, before and now.
    """
    tracks = []
    for key in sorted({*before, *now}):
        earlier, later = before.get(key), now.get(key)
        kind = track_kind(earlier is not None and earlier.outcome == "failed", tasks.get(key), later, period)
        if kind is None:
            continue
        known = later or earlier
        assert known is not None
        tracks.append(
            Track(
                known.subject,
                known.tier,
                kind,
                earlier.reasons if earlier is not None else (),
                later.reasons if later is not None else (),
            )
        )
    return Tracks(tracks, without_names)
