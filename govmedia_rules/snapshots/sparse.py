"""Snapshots of which only some facts are given: to ask for another one stops the caller and names the fact.

A check is a pure function, so its answer depends on the facts it reads and on nothing else. Running it on a sparse snapshot
tells which those are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.subjects.models import Account, Site

EVERYTHING = "*"
"""Names the facts of a snapshot that is looked at as a whole: dumped, compared, copied, listed."""


class FactNotGiven(BaseException):
    """A fact was asked for that a sparse snapshot does not have; no `except Exception` of a check holds it back.

    Attributes:
        fact: `latest_post_at`, `account.name`; `EVERYTHING` for a look at the whole.
    """

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


class SparseSnapshot:
    """A snapshot with some facts, and what was asked for besides.

    Args:
        kind: `account` or `site`.
        facts: Values as a validated snapshot holds them; those of the subject have its name in front (`account.name`).

    Attributes:
        asked: Facts that were asked for and are not given, also where the caller caught the exception.
    """

    asked: list[str]

    def __init__(self, kind: str, facts: Mapping[str, Any]) -> None:
        self.asked = []
        whole, part = (_SparseAccountSnapshot, _SparseAccount) if kind == "account" else (_SparseSiteSnapshot, _SparseSite)
        self._snapshot: Any = object.__new__(whole)
        self._subject = object.__new__(part)
        self._values: dict[str, Any] = {_ASKED: self.asked, kind: self._subject}
        self._subject_values: dict[str, Any] = {_ASKED: self.asked}
        self.give(facts)

    def give(self, facts: Mapping[str, Any]) -> None:
        """Give facts, in place of the values they had."""
        for fact, value in facts.items():
            values, name = self.slot(fact)
            values[name] = value

    def slot(self, fact: str) -> tuple[dict[str, Any], str]:
        """Return where the value of a fact is held: a dictionary and the key in it."""
        holder, _, name = fact.rpartition(".")
        return (self._subject_values if holder else self._values), name

    def snapshot(self) -> Any:
        """Return an `AccountSnapshot` or `SiteSnapshot` of the facts.

        It is the same object each time, without what was kept in it or changed by force since it was returned last.
        """
        _VALUES.__set__(self._subject, self._subject_values.copy())
        _VALUES.__set__(self._snapshot, self._values.copy())
        return self._snapshot


# pydantic keeps the values of a model in its dictionary, which the sparse classes hide behind a property.
_VALUES: Any = BaseModel.__dict__["__dict__"]
_ASKED = "facts asked for"


def _ask(sparse: _Sparse, name: str) -> FactNotGiven:
    fact = f"{sparse.fact_prefix}{name}" if name in type(sparse).model_fields else EVERYTHING
    _VALUES.__get__(sparse)[_ASKED].append(fact)
    return FactNotGiven(fact)


class _Sparse(BaseModel):
    """Base of the sparse classes: every access to a value that is not given raises `FactNotGiven`."""

    model_config = ConfigDict(defer_build=True)
    fact_prefix: ClassVar[str] = ""

    def __getattr__(self, name: str) -> Any:  # called for what is not there
        if name in type(self).model_fields or name.startswith("__pydantic"):
            raise _ask(self, name)
        return super().__getattr__(name)  # type: ignore[misc]

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return _Values(self)

    def __copy__(self) -> Any:
        twin = object.__new__(type(self))
        _VALUES.__set__(twin, dict(_VALUES.__get__(self)))
        return twin

    def __whole(self, *_args: object, **_named: object) -> Any:
        raise _ask(self, EVERYTHING)

    if not TYPE_CHECKING:
        __eq__ = __hash__ = __deepcopy__ = __reduce_ex__ = __whole
        model_dump = model_dump_json = model_copy = __whole


class _Values(MutableMapping[str, Any]):
    """The dictionary of a sparse snapshot: single values can be read, the whole cannot."""

    def __init__(self, sparse: _Sparse) -> None:
        self._sparse, self._values = sparse, _VALUES.__get__(sparse)

    def __getitem__(self, name: str) -> Any:
        if name not in self._values and name in type(self._sparse).model_fields:
            raise _ask(self._sparse, name)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values or name in type(self._sparse).model_fields

    def __setitem__(self, name: str, value: Any) -> None:
        self._values[name] = value  # what a cached property keeps

    def __delitem__(self, name: str) -> None:
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        raise _ask(self._sparse, EVERYTHING)

    def __len__(self) -> int:
        raise _ask(self._sparse, EVERYTHING)


class _SparseAccount(_Sparse, Account):
    fact_prefix = "account."


class _SparseSite(_Sparse, Site):
    fact_prefix = "site."


class _SparseAccountSnapshot(_Sparse, AccountSnapshot):
    pass


class _SparseSiteSnapshot(_Sparse, SiteSnapshot):
    pass
