"""Judge near misses: which are errors, why, how sure, and which grammar or another right form explains."""

from __future__ import annotations

import re
from functools import cache

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.text.divisions import is_division
from govmedia_rules.text.lexicon import Canonical, Confidence
from govmedia_rules.text.near import Edit, is_alike
from govmedia_rules.text.normalise import BETWEEN
from govmedia_rules.text.words import is_word

_PUNCTUATION = frozenset("、，。；：！？“”‘’「」『』（）《》〈〉【】〔〕—…·,.;:!?()[]\"'-/|" + BETWEEN)
LONG_FORM = 7
"""Characters from which one wrong character inside a form leaves no doubt what was meant."""


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(chars) for name, chars in read_data("govmedia_rules.text", "near.toml").items()}


def reason_of(edit: Edit, line: Canonical, form: str, text: str) -> str | None:
    """Return the reason code of a near miss, or None where it is no error.

    Args:
        edit: How the passage differs from the form.
        line: The lexicon line of the form.
        form: The form in compared shape.
        text: The compared text.
    """
    kind, wrong, right = edit.kind, edit.wrong, edit.right
    if any(char in _PUNCTUATION for char in wrong + right):
        return _punctuation_reason(edit, line)
    if _is_at_open_end(edit, line, len(form)):
        return None
    if kind == "swapped":
        return None if line.kind == "misspelling" and len(form) < _TELLING and is_explained(edit, text) else "swapped"
    if _is_grammar(edit, line) or _is_other_level(edit):
        return None
    alike = len(wrong) == len(right) == 1 and is_alike(wrong, right)
    if not alike and (line.near == "close" or _is_other_place(edit, line, form, text) or _is_word_boundary(edit, text, len(form))):
        return None
    if line.kind == "misspelling" and len(form) < _TELLING and is_explained(edit, text):
        return None
    if alike:
        return None if _is_of_next_word(edit, text) else "substituted_alike"
    return kind


def _is_of_next_word(edit: Edit, text: str) -> bool:
    """Tell whether the wrong character at an end belongs to a word that goes on beyond it (农业农村现代|话题)."""
    if edit.at == edit.end - 1:
        return is_word(text[edit.at : edit.at + 2])
    return edit.at == edit.start > 0 and is_word(text[edit.at - 1 : edit.at + 1])


def _is_other_level(edit: Edit) -> bool:
    """Tell whether only the level differs: 全省…平台 and 强市 are as right as 全国…平台 and 强国."""
    words = _words()
    return edit.wrong in words["levels"] and edit.right in words["levels"] | {"家"}


_PLACE = re.compile("[\u4e00-\u9fff]{2,8}?[省市县区旗州盟]")


def _is_other_place(edit: Edit, line: Canonical, form: str, text: str) -> bool:
    """Tell whether the error lies in the only place name of a form, where another place may be meant: 天门市人民政府.

    Where two places are named (江西省连云港市), the second tells which the first must be.
    """
    if line.kind not in {"place", "institution"}:
        return False
    place = _PLACE.match(form)
    if place is None or _PLACE.search(form, place.end()) or place.end() == len(form):
        return False
    name = place.end() - 1
    at = edit.at - edit.start if edit.kind != "first_character" else 0
    if at >= place.end() or (name >= _LONG_NAME and edit.kind in {"missing", "added"}):
        return False
    return _is_joined(text, edit.start) or _names_a_place(text, edit.start, name)


def _is_joined(text: str, start: int) -> bool:
    """Tell whether a Chinese character stands before a passage, so that a name may begin before it (台|北市人民政府)."""
    return start > 0 and text[start - 1].isalpha()


def _names_a_place(text: str, start: int, size: int) -> bool:
    """Tell whether a division is named at `start`, about as long as the one that was meant."""
    return any(is_division(text[start : start + length]) for length in range(size, size + 4))


_LONG_NAME = 3
"""Characters of a place name of which one may be missing and the place still be known."""


_TELLING = 9
"""Characters from which the rest of a form tells that it was meant, even where a word results."""


def _is_word_boundary(edit: Edit, text: str, size: int) -> bool:
    """Tell whether the one intact character at an end belongs to another word (健全|公共资源, 所在地|各级, 规划|需要)."""
    start, end, at = edit.start, edit.end, edit.at
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if edit.kind in {"missing", "substituted"} and at - start == 1:
        if before and is_word(before + text[start]):
            return True
        if edit.wrong and size < _TELLING and is_word(text[start] + edit.wrong):
            return True
    if edit.kind in {"missing", "substituted"} and end - at - len(edit.wrong) == 1:
        if after and is_word(text[end - 1] + after):
            return True
        if edit.wrong and size < _TELLING and is_word(edit.wrong + text[end - 1]):
            return True
    return False


def is_explained(edit: Edit, text: str) -> bool:
    """Tell whether what stands there is other words: the wrong character is part of one, and the rest are words too.

    A character at an end may belong to a word that goes on beyond it.
    """
    size = len(edit.wrong)
    places = range(edit.at - 1, edit.at + 1) if size == 1 else range(edit.at, edit.at + 1)
    for place in places:
        inside = max(0, edit.start - 1) <= place and place + 2 <= edit.end + 1
        if inside and is_word(text[place : place + 2]):
            before = text[max(0, edit.start - 1) : place] if place > edit.start else ""
            after = text[place + 2 : edit.end + 1] if place + 2 < edit.end else ""
            if _are_words(before, edit.start > 0) and _are_words(after[::-1], edit.end < len(text), backwards=True):
                return True
    return False


def _are_words(run: str, has_neighbour: bool, *, backwards: bool = False) -> bool:
    """Tell whether a run of characters is made of words; its first character stands outside the passage, where there is one."""
    inner = run[1:] if has_neighbour and run else run
    if len(inner) % 2:
        inner = run if has_neighbour else "?" + inner
    pairs = [inner[at : at + 2] for at in range(0, len(inner), 2)]
    return all(is_word(pair[::-1] if backwards else pair) for pair in pairs)


def _punctuation_reason(edit: Edit, line: Canonical) -> str | None:
    """Tell an error from a pause: a mark more only divides a sentence; one of the form that is missing or another is an error."""
    if edit.kind == "swapped":
        return None if line.near == "close" else "swapped"
    if edit.kind not in {"substituted", "missing"} or line.near == "close" or edit.right not in _PUNCTUATION:
        return None
    return None if {edit.wrong, edit.right} <= {"、", "，"} else "punctuation"


def _is_at_open_end(edit: Edit, line: Canonical, size: int) -> bool:
    """Tell whether the error lies at an end where other right continuations exist."""
    swapped = edit.kind == "swapped"
    if line.open in {"start", "both"} and (edit.kind == "first_character" or (swapped and edit.at == edit.start)):
        return True
    return line.open in {"end", "both"} and (edit.kind == "last_character" or (swapped and edit.at + 2 == edit.start + size))


def _is_grammar(edit: Edit, line: Canonical) -> bool:
    """Tell whether grammar explains the difference: a joining word more or less, another number."""
    words, wrong, right = _words(), edit.wrong, edit.right
    if wrong in words["numerals"] and right in words["numerals"]:
        return True
    is_name = line.kind in {"institution", "name_title"}
    joining = words["joining"]
    if edit.kind == "added":
        return wrong in words["added"] or (wrong in joining and not is_name)
    if edit.kind == "missing":
        return right in words["instead"] or (right in joining and not is_name)
    if wrong in words["instead"]:
        return True
    return wrong in joining and not is_name and not is_alike(wrong, right)


def is_last_of_words(text: str, place: int) -> bool:
    """Tell whether the character at `place` ends a run of Chinese characters, so that it stands where a form's last one should."""
    return text[place : place + 1].isalpha() and not text[place + 1 : place + 2].isalpha()


def confidence_of(reason: str, size: int) -> Confidence:
    """Return how sure a near miss is.

    Args:
        reason: What `reason_of` returned.
        size: Characters of the form, or of the passage where two near misses are compared.
    """
    if reason in {"substituted_alike", "swapped"}:
        return "high"
    if reason in {"first_character", "last_character", "punctuation"}:
        return "low"
    return "high" if size >= LONG_FORM else "medium"


def changed_span(text: str, edit: Edit) -> tuple[int, int]:
    """Return the span a right form must cover to explain a near miss: the wrong characters and their intact neighbours."""
    if edit.kind == "last_character" and not edit.wrong:
        return max(edit.start, edit.end - 2), edit.end
    if edit.kind == "first_character" and not edit.wrong:
        return edit.start, min(edit.end, edit.start + 2)
    first, last = edit.at, edit.at + len(edit.wrong)
    if edit.kind in {"missing", "added"}:
        # Of two equal characters side by side nobody can say which one is missing or too many.
        char = edit.right or edit.wrong
        while first > edit.start and text[first - 1] == char:
            first -= 1
        while last < edit.end and text[last] == char:
            last += 1
    return max(edit.start, first - 1), min(edit.end, last + 1)


def touches(edit: Edit, place: int) -> bool:
    """Tell whether a gap at `place` touches what differs: then two words meet there and nothing is known to be wrong."""
    if edit.kind == "first_character":
        return edit.start <= place <= edit.start + 1
    if edit.kind == "last_character":
        return place >= edit.end - 1
    return edit.at <= place <= edit.at + max(1, len(edit.wrong)) or (not edit.wrong and place == edit.at)
