"""Groupings: by what statistics divide the units, with the classes and labels of the notice (分组)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Literal

from pydantic import Field

from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.subjects.vocabulary import subject_vocabulary

Dimension = Literal["level", "platform", "area", "region", "owner"]
"""What units are divided by: level, platform, 所属地方或部门, division code, 主办单位."""
DIMENSIONS: tuple[Dimension, ...] = ("level", "platform", "area", "region", "owner")
ANY = "*"
"""Stands for every value that no class before it holds."""

Value = str | tuple[str, ...] | None
"""A unit's value in a dimension: an id, several ids of which one holds, or None when it is not known."""


class Class(Model):
    """A named set of values (`市级部门及以上`).

    Attributes:
        label: Its name as printed.
        ids: What belongs to it: level ids; platform ids with those below them; areas or owners; division codes or their
            beginnings (`3611`); `*` for whatever is left.
        key: Its id in figures; the only one of `ids` by default.
    """

    label: Name
    ids: tuple[Short, ...] = Field(min_length=1)
    key: Short | None = None


class Part(Model):
    """One dimension of a grouping.

    Attributes:
        dimension: The dimension.
        classes: Its classes, asked in this order; None makes a group of each value.
    """

    dimension: Dimension
    classes: tuple[Class, ...] | None = None

    def group_of(self, value: Value) -> str | None:
        """Return the group of a value: the label of its class, or the value itself; None when its class is not known."""
        ids = () if value is None else (value,) if isinstance(value, str) else value
        if not ids:
            return None
        if self.classes is None:
            return ids[0] if len(ids) == 1 else None
        belongs = _belonging(self.dimension)
        for group in self.classes:
            if all(any(member == ANY or belongs(candidate, member) for member in group.ids) for candidate in ids):
                return group.label
            if any(any(member == ANY or belongs(candidate, member) for member in group.ids) for candidate in ids):
                return None  # it may belong to this class or to a later one
        return None

    def label_of(self, group: str) -> str:
        """Return a group's name in Chinese."""
        if self.classes is None and self.dimension in ("level", "platform"):
            terms = subject_vocabulary(self.dimension)
            return terms[group].title if group in terms else group
        return group

    def key_of(self, group: str) -> str | None:
        """Return a group's id in figures: that of its class, else its only id; None when there is none."""
        for group_class in self.classes or ():
            if group_class.label == group:
                return group_class.key or (group_class.ids[0] if len(group_class.ids) == 1 and group_class.ids[0] != ANY else None)
        return group if self.classes is None else None


@cache
def _belonging(dimension: Dimension) -> Callable[[str, str], bool]:
    if dimension == "platform":
        return subject_vocabulary("platform").is_a
    if dimension == "region":
        return str.startswith
    return str.__eq__


class Grouping(Model):
    """The dimensions of a statistic: one, several crossed, or none."""

    parts: tuple[Part, ...] = ()

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Its dimensions, in order."""
        return tuple(part.dimension for part in self.parts)

    def label_of(self, key: tuple[str, ...]) -> str:
        """Return a group's name in Chinese."""
        return " · ".join(part.label_of(group) for part, group in zip(self.parts, key, strict=True))

    def __repr__(self) -> str:
        dimensions = (part.dimension + ("" if part.classes is None else f"({len(part.classes)})") for part in self.parts)
        return f"<by {' × '.join(dimensions)}>" if self.parts else "<total>"


Spec = Dimension | Part | Grouping | tuple[Dimension | Part, ...]
"""What may be written for a grouping: a dimension, a part with classes, or several of them crossed."""

TOTAL = Grouping()
"""No division."""


def by(dimension: Dimension, classes: Mapping[str, Sequence[str] | str] | None = None) -> Part:
    """Return a part of a grouping.

    Args:
        dimension: The dimension.
        classes: Label of each class and what belongs to it; None makes a group of each value.
    """
    if classes is None:
        return Part(dimension=dimension)
    made = (Class(label=label, ids=(ids,) if isinstance(ids, str) else tuple(ids)) for label, ids in classes.items())
    return Part(dimension=dimension, classes=tuple(made))


REST = "\0"
"""Label of what one class leaves over; it is never shown."""


def against_rest(dimension: Dimension, group: Class) -> Part:
    """Return a part with one class and a second one for everything else; values that may be in either have no group."""
    return Part(dimension=dimension, classes=(group, Class(label=REST, ids=(ANY,))))


def grouping(spec: Spec) -> Grouping:
    """Return the grouping for a specification: a dimension's name, a `Part`, a tuple of them, or a `Grouping`."""
    if isinstance(spec, Grouping):
        return spec
    parts = spec if isinstance(spec, tuple) else (spec,)
    return Grouping(parts=tuple(Part(dimension=part) if isinstance(part, str) else part for part in parts))


STANDARD: tuple[Grouping, ...] = (
    TOTAL,
    *(grouping(dimension) for dimension in DIMENSIONS),
    grouping(("area", "level")),
    grouping(("level", "platform")),
)
"""The groupings every campaign is counted by: none, each dimension, area with level, level with platform."""
