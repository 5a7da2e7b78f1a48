"""Service guides (办事指南): which kinds of elements a guide has, told by its labels and what stands after them."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.words import word_table
from govmedia_rules.core.vocabulary import key_of

_NUMBERING = re.compile(r"(?:[(（]?[一二三四五六七八九十0-9]{1,3}[)）]?[、.．:：\s]*)?[【\[（(]?[】\])） ]*")
_LONGEST_LABEL = 16


class _Labels(NamedTuple):
    kinds: dict[str, str]
    firsts: frozenset[str]
    blanks: frozenset[str]
    at_least: int
    hints: tuple[str, ...]


@cache
def _labels() -> _Labels:
    data = word_table("guides")
    kinds = {key_of(label): kind for kind, labels in data["elements"].items() for label in labels}
    firsts = frozenset(label[0] for label in kinds)
    return _Labels(kinds, firsts, frozenset(key_of(blank) for blank in data["blanks"]), int(data["at_least"]), tuple(data["hints"]))


def _label_kind(text: str) -> tuple[str | None, str]:
    """Return kind of the label a line begins with, and the rest of the line after its colon."""
    numbering = _NUMBERING.match(text)
    bare = text[numbering.end() :] if numbering is not None else text
    if bare[:1] not in _labels().firsts:  # most lines
        return None, ""
    head, colon, rest = bare.replace("：", ":", 1).partition(":")
    if colon and len(head) <= _LONGEST_LABEL:
        return _labels().kinds.get(key_of(head.strip("】])） "))), rest.strip()
    if len(bare) <= _LONGEST_LABEL:
        return _labels().kinds.get(key_of(bare.strip("】])） "))), ""
    return None, ""


def read_guide(dom: Dom) -> tuple[str, ...] | None:
    """Return kinds of elements a guide has, in the order of data/guides.toml; None when the page is no guide.

    A label with nothing after it, or with a word for "nothing" (暂无, --), does not count. A page is a guide when it
    carries labels of at least `at_least` different kinds, filled or not.
    """
    joined = dom.joined
    hints = _labels().hints
    if not any(hint in joined for hint in hints[:4]) or sum(hint in joined for hint in hints) < 3:
        return None
    kinds: dict[str, bool] = {}
    waiting: str | None = None
    blanks = _labels().blanks
    for line in dom.text.split("\n"):
        # Most lines are neither short nor have a colon near their beginning, and so no label.
        is_label = len(line) <= _LONGEST_LABEL + 6 or line.find("：", 0, 22) >= 0 or line.find(":", 0, 22) >= 0
        kind, rest = _label_kind(line) if is_label else (None, "")
        if kind is not None:
            kinds.setdefault(kind, False)
            if rest and key_of(rest[:20]) not in blanks:
                kinds[kind] = True
                waiting = None
            else:
                waiting = kind
        elif waiting is not None:
            if key_of(line.strip(":： ")[:20]) not in blanks:
                kinds[waiting] = True
            waiting = None
    if len(kinds) < _labels().at_least:
        return None
    order = list(word_table("guides")["elements"])
    return tuple(kind for kind in order if kinds.get(kind))
