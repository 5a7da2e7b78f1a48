"""Tell names of persons from roles, where only a role may be kept."""

from __future__ import annotations

import re
from functools import cache

from govmedia_rules.core.vocabulary import read_data

__all__ = ["has_personal_name"]


def has_personal_name(text: str) -> bool:
    """Return whether a text that should name a role holds what looks like a person's name (张三, 王主任, 李建国（科长）).

    It knows the most frequent surnames; a name with another one is not noticed.

    Example:
        >>> has_personal_name("张三"), has_personal_name("王主任"), has_personal_name("复核人员"), has_personal_name("高级编辑")
        (True, True, False, False)
    """
    return any(_name().fullmatch(part) for part in re.split(r"[\s（）()/、，,；;：:]+", text) if part)


@cache
def _name() -> re.Pattern[str]:
    data = read_data("govmedia_rules.core", "names.toml")
    surname = f"(?:{'|'.join(data['double_surnames'])}|[{data['surnames']}])"
    return re.compile(rf"{surname}(?:(?:{'|'.join(data['titles'])})|[^\W{data['role_characters']}\d_a-zA-Z]{{1,2}})")
