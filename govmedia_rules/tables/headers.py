"""Find the field of each column by its header; the spellings of headers are data (data/headers.toml)."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from pydantic import BaseModel

from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import LossyColumn, TableError, Where
from govmedia_rules.tables.model import ColumnUse, RawTable


@cache
def header_aliases(kind: str) -> Mapping[str, str]:
    """Return normalised header -> field for a kind of table (`site`, `account`, …)."""
    aliases: dict[str, str] = {}
    for name, spellings in read_data("govmedia_rules.tables", "headers.toml")[kind].items():
        for spelling in (name, *spellings):
            if aliases.setdefault(key_of(spelling), name) != name:
                raise ValueError(f"headers.toml [{kind}]: {spelling!r} serves two fields")
    return aliases


@dataclass(frozen=True)
class FieldGroup:
    """Fields a table may fill.

    Attributes:
        kind: Which header aliases lead to them, see `header_aliases`.
        types: The fields, each with what its cells must be: `text`, `code`, `number`, `boolean` or `moment`.
    """

    kind: str
    types: Mapping[str, str]


def expected_types(model: type[BaseModel]) -> dict[str, str]:
    """Return what the cells of each field of a model must be."""
    types = {}
    for name, info in model.model_fields.items():
        inner = [kind for kind in getattr(info.annotation, "__args__", (info.annotation,)) if kind is not type(None)]
        if datetime in inner or date in inner:
            types[name] = "moment"
        elif bool in inner:
            types[name] = "boolean"
        elif int in inner or float in inner:
            types[name] = "number"
        else:
            types[name] = "code" if name in _CODES else "text"
    return types


_CODES = frozenset({"code", "region", "id", "account_code"})


def match_columns(
    table: RawTable,
    groups: Sequence[FieldGroup],
    *,
    headers: Mapping[str, str] | None = None,
    required: Sequence[str] = (),
    given: Iterable[str] = (),
) -> tuple[ColumnUse, ...]:
    """Find the field of each column and looks at the types of the columns, before any value is touched.

    Args:
        table: The table.
        groups: Fields it may fill; where a header leads to two of them, the first wins.
        headers: Further headers, as written -> field; they win over the built-in aliases.
        required: Fields without which the table is useless.
        given: Fields whose value comes from elsewhere.

    Raises:
        TableError: Two columns serve one field, a required column is missing, or a column has a type its field cannot be
            read from; all such columns are named at once.

    Warns:
        LossyColumn: Codes are kept as numbers, which drop leading zeros.
    """
    own = {key_of(header): name for header, name in (headers or {}).items()}
    unknown = sorted(set(own.values()) - {name for group in groups for name in group.types})
    if unknown:
        raise TableError(f"headers= names fields that do not exist: {', '.join(unknown)}", Where(table.name))
    uses: list[ColumnUse] = []
    taken: dict[str, str] = {}
    wrong: list[str] = []
    for header in table.columns:
        name, expected = _field_of(header, groups, own)
        if name is None:
            uses.append(ColumnUse(header, None, table.types.get(header)))
            continue
        if name in taken:
            raise TableError(
                f"columns {taken[name]!r} and {header!r} both give {name}",
                Where(table.name, column=header),
                "rename one, or pass headers={...}",
            )
        taken[name] = header
        shown = table.types.get(header)
        fits, remark = _fits(expected, shown)
        if not fits:
            wrong.append(f"column {header!r} holds {shown}, {name} is read from {expected}")
        elif remark is not None:
            warnings.warn(f"{table.name}: column {header!r} holds {shown}: {remark}", LossyColumn, stacklevel=4)
        uses.append(ColumnUse(header, name, shown, remark))
    if wrong:
        raise TableError("; ".join(wrong), Where(table.name), "convert the columns before reading")
    missing = [name for name in required if name not in taken and name not in set(given)]
    if missing:
        spellings = {name: _spellings(name, groups)[:4] for name in missing}
        raise TableError(f"no column gives {spellings}; the columns are {list(table.columns)}", Where(table.name))
    return tuple(uses)


def _spellings(name: str, groups: Sequence[FieldGroup]) -> list[str]:
    return [spelling for group in groups for spelling, field in header_aliases(group.kind).items() if field == name]


def _field_of(header: str, groups: Sequence[FieldGroup], own: Mapping[str, str]) -> tuple[str | None, str]:
    key = key_of(header)
    for group in groups:
        name = own.get(key) or header_aliases(group.kind).get(key)
        if name is not None and name in group.types:
            return name, group.types[name]
    return None, ""


_TYPE_FAMILIES = (
    ("nested", ("list", "struct", "map", "array", "object(", "union")),
    ("binary", ("binary", "blob", "bytes")),
    ("moment", ("date", "time")),
    ("boolean", ("bool",)),
    ("number", ("int", "float", "double", "decimal", "hugeint", "numeric", "real")),
)


def _family(shown: str | None) -> str:
    """`text`, `number`, `moment`, `boolean`, `binary`, `nested`; text also stands for cells of any type."""
    low = (shown or "").lower()
    return next((family for family, words in _TYPE_FAMILIES if any(word in low for word in words)), "text")


def _fits(expected: str, shown: str | None) -> tuple[bool, str | None]:
    """Whether a field can be read from a column of this type, and what may have been lost."""
    family = _family(shown)
    if family in ("nested", "binary"):
        return False, None
    if family == "text" or family == expected:
        return True, None
    if expected == "code" and family == "number":
        return True, "numbers have no leading zeros; read such columns as text (dtype=str)"
    if family == "number":
        return expected in ("text", "moment", "boolean"), None  # 20240801, 1 and 0
    return expected == "text", None
