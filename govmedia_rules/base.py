"""The model every noun of the library is built on, and the text types its fields share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints


class Model(BaseModel):
    """A frozen value: unknown keys, NaN and infinities are refused.

    In every field `None` means "not observed" and an empty tuple "looked, nothing there"; they are never the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=False)


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
