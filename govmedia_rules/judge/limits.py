"""Interrupt checks that run too long, in worker processes.

A timer looks once a second which check is running; one that has been running too long is interrupted and answers
`error`. Looking from outside costs the checks nothing.
"""

from __future__ import annotations

import signal
from types import FrameType

from govmedia_rules.judge.engine import Step

_CALL = Step.call.__code__


class CheckTimeout(BaseException):
    """A check took too long. Not an `Exception`, so that no check swallows it."""


def limit_checks(seconds: int) -> None:
    """Interrupt every check of this process that runs longer than `seconds`, give or take one.

    Call it in the main thread of a worker. Where the system has no interval timers nothing is interrupted. A check that
    never returns to the interpreter is not interrupted either; `core.parallel.HangGuard` ends its process.
    """
    if not hasattr(signal, "setitimer"):
        return
    last: tuple[int, int] | None = None
    ticks = 0

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal last, ticks
        running = _running_check(frame)
        ticks = ticks + 1 if running is not None and running == last else 0
        last = running
        if ticks >= seconds:
            ticks = 0
            raise CheckTimeout(f"the check did not answer within {seconds} seconds")

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)


def _running_check(frame: FrameType | None) -> tuple[int, int] | None:
    """Which check of which subject runs in this frame or above it; None outside of checks."""
    inside = False
    while frame is not None:
        if frame.f_code is _CALL:
            values = frame.f_locals
            return (id(values["snapshot"]), values["self"].position) if inside else None
        inside = True
        frame = frame.f_back
    return None
