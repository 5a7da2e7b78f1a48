"""Limits of time in tests, longer where the machine is slow, so that they catch wrong growth and nothing else."""

from __future__ import annotations

import time
from functools import cache

__all__ = ["allowed"]


def allowed(seconds: float) -> float:
    """Return the limit for work that takes `seconds` at most where ten million additions take half a second of processor time.

    Args:
        seconds: Seconds on such a machine.

    Returns:
        At least `seconds`; on a slower machine as many times more as it is slower.
    """
    return seconds * max(1.0, _slowness())


@cache
def _slowness() -> float:
    began = time.process_time()
    for number in range(1_000_000):
        number + 1
    return (time.process_time() - began) * 10 / 0.5
