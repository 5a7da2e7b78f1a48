"""How far a long run is: silent by default, a bar when asked for, or counts for a function of the caller's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Self, TypeVar

from govmedia_rules.errors import MissingExtra

T = TypeVar("T")

Progress = bool | Callable[[int, int | None], None]
"""True shows a bar (extra `progress`), a function gets what is done and the total (None when it is not known), False says
nothing."""


class Meter:
    """Counts what is done and tells it the way the caller wants.

    Args:
        progress: See `Progress`.
        total: How much there is in all; None when it is not known.
        unit: What is counted, a short word; `B` is shown as bytes.
        title: What is going on, in front of the bar.

    Raises:
        MissingExtra: A bar is asked for and tqdm is not installed.
    """

    def __init__(self, progress: Progress, total: int | None = None, *, unit: str = "", title: str = "") -> None:
        self.done = 0
        self._total = total
        self._tell = progress if callable(progress) else None
        self._bar = _bar(total, unit, title) if progress is True else None

    def add(self, count: int) -> None:
        """Count further."""
        if not count:
            return
        self.done += count
        if self._tell is not None:
            self._tell(self.done, self._total)
        if self._bar is not None:
            self._bar.update(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()


def counted(items: Iterable[T], progress: Progress, total: int | None = None, *, unit: str = "", title: str = "") -> Iterator[T]:
    """Return the items as they come, each counted when it is given out.

    Args:
        items: Anything to iterate.
        progress: See `Progress`.
        total: How many there are; None asks the items, where they know.
        unit: What is counted, a short word.
        title: What is going on, in front of the bar.

    Raises:
        MissingExtra: A bar is asked for and tqdm is not installed.
    """
    if progress is False:
        return iter(items)
    meter = Meter(progress, len(items) if total is None and isinstance(items, Sized) else total, unit=unit, title=title)

    def run() -> Iterator[T]:
        with meter:
            for item in items:
                meter.add(1)
                yield item

    return run()


def _bar(total: int | None, unit: str, title: str) -> Any:
    try:
        # The bar of widgets needs a second package and warns without it; the plain one works everywhere.
        if "ipykernel" in sys.modules and find_spec("ipywidgets") is not None:
            from tqdm.notebook import tqdm
        else:
            from tqdm.std import tqdm
    except ImportError:
        raise MissingExtra("a progress bar needs tqdm", hint="pip install govmedia-rules[progress]", zh="进度条需要 tqdm") from None
    in_bytes = unit == "B"
    return tqdm(total=total, unit=unit or "个", desc=title or None, unit_scale=in_bytes, unit_divisor=1000, mininterval=0.2)
