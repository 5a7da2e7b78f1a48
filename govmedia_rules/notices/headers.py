"""Solves the header of a table whose cells came as bare words: which names stand above which, and what was broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations, pairwise, product

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.outline import notice_words

_Header = tuple[tuple[str, ...], ...]
"""For each column the names from the top to its own."""
_LONG_NAME = 12
"""Characters beyond which two words are taken for two names, not for the halves of a broken one."""
_GENERIC = frozenset("网站数政府信息量情况的及")
_MOST_TRIES = 30_000
"""Structures looked at in one header; one of ordinary size has far fewer, and a made-up one must not take for ever."""


class _Budget:
    """The number of header structures that may still be tried."""

    def __init__(self, tries: int) -> None:
        self.left = tries

    def spend(self) -> bool:
        """Take one try; False when none is left."""
        self.left -= 1
        return self.left >= 0


@cache
def _complete() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(notice_words()['tables']['endings'])})\Z")


def solve_header(tokens: Sequence[str], width: int) -> _Header:
    """Return names of `width` columns from the words of a header read row by row.

    A header of several levels comes as its first row, then the second, then the third; a broken cell comes as two words.
    Among all ways to cut the words into rows and to put later words under earlier ones, the one is taken in which the
    names at the bottom are complete and resemble what stands above them.
    """
    tokens = join_brackets(tokens)
    if len(tokens) == width:
        return tuple((token,) for token in tokens)
    best: tuple[float, _Header] | None = None
    budget = _Budget(_MOST_TRIES)
    loose = [i for i, token in enumerate(tokens[:-1]) if not _complete().search(token)][:8]
    for chosen in product((False, True), repeat=len(loose)):
        joined_at = [i for i, taken in zip(loose, chosen, strict=True) if taken]
        joined = _join(tokens, set(joined_at))
        if joined is None or len(joined) > 24:
            continue
        cost = sum(0.2 if _group(tokens[i]) < 0 else 1.2 for i in joined_at)
        cost += sum(1.0 for before, after in pairwise(joined_at) if after == before + 1)
        for score, header in _structures(joined, width, budget):
            if best is None or score - cost > best[0]:
                best = (score - cost, header)
    if best is not None:
        return best[1]
    names = [*tokens[:width], *[""] * (width - len(tokens))]
    return tuple((name,) for name in names)


def join_brackets(tokens: Sequence[str]) -> list[str]:
    """Join tokens that a bracket opened in one of them keeps together."""
    joined: list[str] = []
    for token in tokens:
        if joined and (token.startswith("(") or joined[-1].count("(") > joined[-1].count(")")):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def _join(tokens: Sequence[str], at: set[int]) -> list[str] | None:
    result: list[str] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        while i in at:
            i += 1
            token += tokens[i]
        if len(token) > 14 and len(token) > len(tokens[i]):
            return None
        result.append(token)
        i += 1
    return result


def _structures(tokens: Sequence[str], width: int, budget: _Budget) -> Iterator[tuple[float, _Header]]:
    count = len(tokens)
    groups = count - width
    if groups < 0:
        return
    if groups == 0:
        yield sum(map(_leaf, tokens)) + 0.5, tuple((token,) for token in tokens)
        return
    for first in range(1, count):
        top, below = tokens[:first], tokens[first:]
        if groups <= first and groups * 2 <= len(below) + 1:
            yield from _two(top, below, groups, budget)
        for second in range(1, len(below)):
            middle, bottom = below[:second], below[second:]
            for lower in range(1, min(groups, len(middle)) + 1):
                if budget.left < 0:
                    return
                upper = groups - lower
                if not 1 <= upper <= min(first, len(middle)) or lower * 2 > len(bottom) + 1:
                    continue
                for inner, sizes, columns in _branches(middle, bottom, lower, budget):
                    yield from _three(top, upper, middle, inner, sizes, columns, bottom, budget)


def _two(top: Sequence[str], below: Sequence[str], groups: int, budget: _Budget) -> Iterator[tuple[float, _Header]]:
    """Yield headers of two levels with their worth: `groups` names of the top have the rest below them."""
    for above in combinations(_heads(top), groups):
        for sizes in _sizes(len(below), groups, 2):
            if not budget.spend():
                return
            header = _hang(top, above, sizes, [(token,) for token in below])
            if header is not None:
                yield _worth(top, above, header) + sum(_leaf(token) for token in below), header


def _branches(
    middle: Sequence[str], bottom: Sequence[str], groups: int, budget: _Budget
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], _Header]]:
    """Yield the ways to put `bottom` below `groups` names of `middle`: the names, how many each has, and the columns."""
    for inner in combinations([i for i, token in enumerate(middle) if _group(token) > -3], groups):
        for sizes in _sizes(len(bottom), groups, 2):
            if not budget.spend():
                return
            columns = _hang(middle, inner, sizes, [(token,) for token in bottom])
            if columns is not None:
                yield inner, sizes, columns


def _three(
    top: Sequence[str],
    upper: int,
    middle: Sequence[str],
    inner: tuple[int, ...],
    sizes: tuple[int, ...],
    columns: _Header,
    bottom: Sequence[str],
    budget: _Budget,
) -> Iterator[tuple[float, _Header]]:
    spans = [sizes[inner.index(i)] if i in inner else 1 for i in range(len(middle))]
    for above in combinations(_heads(top), upper):
        for shares in _sizes(len(middle), upper, 1):
            if not budget.spend():
                return
            leaves = []
            start = 0
            fine = True
            for share in shares:
                # A name above a single name is only right when that one branches again.
                fine &= share > 1 or start in inner
                leaves.append(sum(spans[start : start + share]))
                start += share
            if not fine:
                continue
            header = _hang(top, above, tuple(leaves), list(columns), merge=True)
            if header is not None:
                leaves_between = [token for i, token in enumerate(middle) if i not in inner]
                worth = _worth(top, above, header) + sum(map(_leaf, leaves_between)) + sum(map(_leaf, bottom))
                start = 0
                for share, name in zip(shares, (top[i] for i in above), strict=True):
                    branching = [middle[i] for i in range(start, start + share) if i in inner]
                    if share == 1:
                        # One broken name: its first half stands above its second.
                        long = len(name) + len(middle[start]) > _LONG_NAME
                        worth += (-0.3 if _complete().search(name) else 0.0) - _group(name) - long
                    else:
                        worth += sum(map(_group, branching))
                    start += share
                yield worth, header


def _sizes(total: int, parts: int, least: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        if total >= least:
            yield (total,)
        return
    for first in range(least, total - least * (parts - 1) + 1):
        for rest in _sizes(total - first, parts - 1, least):
            yield (first, *rest)


def _hang(
    top: Sequence[str],
    above: tuple[int, ...],
    sizes: tuple[int, ...],
    below: Sequence[tuple[str, ...]],
    *,
    merge: bool = False,
) -> _Header | None:
    columns: list[tuple[str, ...]] = []
    start = 0
    for i, name in enumerate(top):
        if i in above:
            size = sizes[above.index(i)]
            under = below[start : start + size]
            start += size
            # One name above one name that branches is a single name broken over two rows.
            lone = merge and len({levels[0] for levels in under}) == 1 and all(len(levels) > 1 for levels in under)
            columns += [(name + levels[0], *levels[1:]) if lone else (name, *levels) for levels in under]
        else:
            columns.append((name,))
    return tuple(columns) if start == len(below) else None


def _heads(top: Sequence[str]) -> list[int]:
    """Return words of the first row that may stand above others: never the number and the name of a row, never a plain column."""
    return [i for i, token in enumerate(top) if i >= 2 and _group(token) > -3]


@lru_cache(maxsize=4096)
def _leaf(token: str) -> float:
    """Return the cost of taking a word for the name of one column."""
    return -2.0 if token in ("其中", "其中:") or not _complete().search(token) else 0.0


@lru_cache(maxsize=4096)
def _group(token: str) -> float:
    """Return the cost of taking a word for a name above several columns."""
    tables = notice_words()["tables"]
    if token in ("其中", "其中:"):
        return 0.0
    if token in tables["leaves"] or token.endswith(("总数", "名称", "率")):
        return -3.0
    if token.endswith(("数", "问题", "结果")) or (len(token) <= 3 and not _complete().search(token)):
        return -1.5
    return 0.0 if any(word in token for word in tables["group_words"]) else -0.7


def _worth(top: Sequence[str], above: tuple[int, ...], header: _Header) -> float:
    """Return how likely the first row is: whole names alone, collecting names above others, likeness between the two."""
    worth = sum(_leaf(token) for i, token in enumerate(top) if i not in above)
    names = [top[i] for i in above]
    worth += sum(map(_group, names))
    if len(names) > 1 and len({name.split("(")[0][-2:] for name in names}) == 1:
        worth += 0.5
    for levels in header:
        if len(levels) > 1:
            shared = (set("".join(levels[:-1])) & set(levels[-1].split("(")[0])) - _GENERIC
            worth += min(0.3, 0.15 * len(shared))
    # No two columns have one name; names that come back stand under different names.
    worth -= 1.0 * (len(header) - len(set(header)))
    below: dict[str, list[str]] = {}
    for levels in header:
        if len(levels) > 1:
            below.setdefault(levels[0], []).append("/".join(levels[1:]))
    worth += 0.3 if len(below) > 1 and len({tuple(names) for names in below.values()}) == 1 else 0.0
    # 备注 stands alone.
    worth -= 2.0 * sum(1 for levels in header if len(levels) > 1 and levels[-1] in notice_words()["tables"]["alone"])
    # 其中 takes whatever the lowest row has.
    return worth + 0.15 * sum(1 for levels in header if any(level.startswith("其中") for level in levels))
