"""The base class of every model of the library, and the text types that fields share."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from govmedia_rules.core import display
from govmedia_rules.core.faults import DescribedModel


class _WrittenSignature:
    """The signature of a model with its types as they are written, made when it is asked for; pydantic spells constraints out."""

    def __get__(self, _: object, model: type[BaseModel]) -> inspect.Signature:
        written = {name: text for each in reversed(model.__mro__) for name, text in vars(each).get("__annotations__", {}).items()}
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=inspect.Parameter.empty if field.is_required() else field.get_default(),
                    annotation=written.get(name, inspect.Parameter.empty),
                )
                for name, field in model.model_fields.items()
            ]
        )


class Model(DescribedModel):
    """A frozen value: unknown keys, NaN and infinities are refused.

    In every field `None` means "not observed" and an empty tuple "looked, nothing there"; they are never the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=False)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        cls.__signature__ = _WrittenSignature()  # type: ignore[assignment]

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        for name, value in self.__dict__.items():
            if name in type(self).model_fields and value is not None:
                yield name, _Shown(display.short(value))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        properties = handler.resolve_ref_schema(described).get("properties", {})
        for name, text in _attributes(cls).items():
            if name in properties:
                properties[name].setdefault("description", text)
        return described

    def _repr_html_(self) -> str:
        fields = _fields_of(self)
        assert fields is not None
        named = next((value for value in (fields.get("title"), fields.get("name"), fields.get("id")) if value), None)
        return display.model(f"{type(self).__name__} {named}" if named else type(self).__name__, fields, _fields_of)


def _attributes(model: type[BaseModel]) -> dict[str, str]:
    """Return what the docstrings of a model and the models it extends say of each field."""
    texts: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        _, _, section = inspect.cleandoc(cls.__dict__.get("__doc__") or "").partition("\nAttributes:\n")
        section = section.partition("\n\n")[0]
        for match in re.finditer(r"^    (\w+): (.*(?:\n {5,}.*)*)", section, re.MULTILINE):
            texts[match[1]] = " ".join(match[2].split())
    return texts


class _Shown(str):
    """A text whose `repr` is itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _fields_of(value: object) -> Mapping[str, object] | None:
    if isinstance(value, Model):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()  # type: ignore[no-any-return]
    return None


Name = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
"""A name or title: 1 to 1,000 characters."""
Short = Annotated[str, StringConstraints(max_length=10_000)]
"""A remark, an address, a cell: at most 10,000 characters."""
Text = Annotated[str, StringConstraints(max_length=5_000_000)]
"""The text of a page or post: at most 5,000,000 characters."""
Url = Annotated[str, StringConstraints(max_length=8_000)]
"""An address as it was written; not checked for being reachable or even well formed, because that is a finding."""

_YES = frozenset({"是", "有", "√", "✓", "合格", "y", "yes", "true", "1"})
_NO = frozenset({"否", "无", "没有", "×", "不合格", "n", "no", "false", "0"})


def _yes_or_no(value: object) -> object:
    if isinstance(value, str):
        word = value.strip().casefold()
        return True if word in _YES else False if word in _NO else value
    return value


YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]
"""A boolean that also reads the words a table uses (是, 有, 否, 无)."""
