"""Dictionaries that cannot be changed, for values that are shared between results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class FrozenDict(dict[K, V]):
    """A dictionary that refuses every change; it reads, compares, pickles and becomes JSON like any other.

    Example:
        >>> counts = FrozenDict({"blank": 2})
        >>> counts["blank"] = 0
        Traceback (most recent call last):
        TypeError: this mapping is part of a rulebook or a result and cannot be changed; copy it with dict(...)
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping is part of a rulebook or a result and cannot be changed; copy it with dict(...)")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (dict(self),))

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))

    def __copy__(self) -> FrozenDict[K, V]:
        return self

    def __deepcopy__(self, memo: object) -> FrozenDict[K, V]:
        return self


EMPTY: FrozenDict[str, Any] = FrozenDict()
"""The empty mapping, one shared object."""


def freeze(value: object) -> object:
    """Return a value in which every mapping is a `FrozenDict` and every list a tuple, at any depth."""
    if isinstance(value, Mapping):
        return FrozenDict({key: freeze(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return tuple(map(freeze, value))
    if type(value) is tuple:
        return tuple(map(freeze, value))
    return value


def frozen_mapping(value: Mapping[K, V]) -> Mapping[K, V]:
    """Return the mapping frozen at any depth; the validator of mappings in models of rules."""
    return FrozenDict({key: freeze(inner) for key, inner in value.items()})  # type: ignore[misc]
