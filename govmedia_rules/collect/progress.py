"""A progress line for terminals and notebooks, written to a stream that is watched; nothing elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self, TextIO

from govmedia_rules.collect.visits import Progress


class ProgressBar:
    """Shows how far a run is, at most five times a second. Usable as the `progress` of a run.

    Args:
        total: Number of subjects.
        stream: Where to write; None takes standard error.
        always: Whether to write although the stream is no terminal (notebooks).
    """

    def __init__(self, total: int, stream: TextIO | None = None, *, always: bool = False) -> None:
        self.total = total
        self.done = 0
        self.pages = 0
        self.failed = 0
        self._stream = stream if stream is not None else sys.stderr
        self._shown = always or self._stream.isatty() or "ipykernel" in sys.modules
        self._last = 0.0
        self._began = time.monotonic()
        self._counted: dict[str, int] = {}

    def __call__(self, step: Progress) -> None:
        """Take a step of a look."""
        self.pages += step.pages - self._counted.get(step.subject, 0)
        self._counted[step.subject] = step.pages
        if step.stage == "done":
            self.done += 1
            self.failed += step.failure is not None
            self._counted.pop(step.subject, None)
        self._show(final=self.done >= self.total)

    def count(self, done: int, total: int) -> None:
        """Take a plain count."""
        self.done, self.total = done, total
        self._show(final=done >= total)

    def _show(self, *, final: bool = False) -> None:
        now = time.monotonic()
        if not self._shown or (not final and now - self._last < 0.2):
            return
        self._last = now
        width = 24
        filled = width * self.done // self.total if self.total else width
        line = f"\r[{'#' * filled}{'.' * (width - filled)}] {self.done}/{self.total}"
        if self.pages:
            line += f", {self.pages} pages"
        if self.failed:
            line += f", {self.failed} not opened"
        self._stream.write(f"{line}, {now - self._began:.0f} s")
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self._shown and self._last:
            self._stream.write("\n")
