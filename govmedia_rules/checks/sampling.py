"""Seeded samples: the same items for the same seed, whatever their order; the evidence lists the drawn ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def draw_seeded(items: Sequence[T], size: int, seed: int, salt: str, key: Callable[[T], str]) -> list[T]:
    """Return a random sample without repetition, in the order of `items`.

    Args:
        items: What to draw from.
        size: How many to draw; all are taken when there are not more.
        seed: Seed of the sample, recorded in the rulebook.
        salt: What tells one sample from another with the same seed, such as the subject and the indicator.
        key: What tells the items apart; the drawing depends on it alone, not on their order.
    """
    if len(items) <= size:
        return list(items)
    ranked = sorted(range(len(items)), key=lambda place: _rank(seed, salt, key(items[place])))
    return [items[place] for place in sorted(ranked[:size])]


def _rank(seed: int, salt: str, key: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{salt}\0{key}".encode("utf-8", "replace")).digest()
