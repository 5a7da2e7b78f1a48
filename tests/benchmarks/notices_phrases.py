"""Measures `classify` on labelled problem wordings, and how much of it is known from one province only.

    GOVMEDIA_SHARED=../shared python tests/benchmarks/notices_phrases.py [--missing]

Four figures are printed for each set: the wording alone, and the wording with its kind of subject (site or account), each
by the rule of the labels (every label is met by an id, a descendant or its family) and strictly (and no id too many).

The second table holds out one province at a time: every vocabulary word that occurs in wordings of that province, in no
wording of another, and in none of the national documents is taken away, and what is left is tried on that province.
Words that occur in no wording at all stay. So the table is a lower bound of how the vocabulary does on a province it has
not seen: it forgets what that province alone taught, and keeps only what others and the documents teach.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.notices.classify import Words, agrees, classify, compare_form, pattern_of

KINDS = {"site": "site", "media": "account", "both": "site"}
MADE = Path(__file__).parents[1] / "notices"


@dataclass(frozen=True)
class Wording:
    """One labelled wording."""

    phrase: str
    labels: tuple[str, ...]
    subject: str
    provinces: tuple[str, ...] = ()


def load(path: Path) -> list[Wording]:
    """The wordings of a file with the columns phrase, indicator_ids, subject and perhaps provinces."""
    with path.open(encoding="utf-8") as file:
        return [
            Wording(
                row["phrase"],
                tuple(row["indicator_ids"].split(",")),
                row["subject"],
                tuple((row.get("provinces") or "").split(",")),
            )
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def is_right(wording: Wording, words: Words | None, *, with_subject: bool, strict: bool = False) -> bool:
    """Whether a wording is classified as labelled."""
    subject: Any = KINDS[wording.subject] if with_subject else None
    ids = classify(wording.phrase, subject=subject, words=words).indicator_ids
    if not all(agrees(ids, label) for label in wording.labels):
        return False
    return not strict or all(any(agrees((one,), label) for label in wording.labels) for one in ids)


def share(wordings: Sequence[Wording], words: Words | None = None, **how: bool) -> str:
    right = sum(is_right(wording, words, **how) for wording in wordings)  # type: ignore[arg-type]
    return f"{right:4} of {len(wordings):4} = {100 * right / len(wordings):5.1f}"


DOCUMENTS = ("national-2019.md", "census-2015.md", "site-guidelines-2017.md", "supervision-2019.md")


def hold_out(wordings: list[Wording], province: str, data: dict[str, Any], documents: str) -> tuple[Words, int]:
    """The vocabulary without the words that only wordings of `province` contain, and how many these are."""
    mine = [compare_form(w.phrase) for w in wordings if province in w.provinces]
    others = [compare_form(w.phrase) for w in wordings if w.provinces != (province,)]
    gone = set()
    for table in ("concepts", "context", "subjects"):
        for terms in data[table].values():
            for term in terms:
                pattern = pattern_of([term])
                elsewhere = any(pattern.search(text) for text in others) or pattern.search(documents)
                if not elsewhere and any(pattern.search(text) for text in mine):
                    gone.add(term)
    return Words.of(data, without=frozenset(gone)), len(gone)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", action="store_true", help="list the wordings that are classified otherwise")
    arguments = parser.parse_args()
    shared = Path(os.environ.get("GOVMEDIA_SHARED", "../shared"))
    sets = {"phrases-dev": shared / "notices" / "phrases-dev.tsv"}
    sets |= {path.stem: path for path in sorted(MADE.glob("phrases-made*.tsv"))}
    print(f"{'set':16} {'wording alone':>22} {'strictly':>22} {'with its subject':>22} {'strictly':>22}")
    for name, path in sets.items():
        if not path.exists():
            print(f"{name:16} not there: set GOVMEDIA_SHARED")
            continue
        wordings = load(path)
        cells = [share(wordings, with_subject=s, strict=t) for s in (False, True) for t in (False, True)]
        print(f"{name:16} " + " ".join(f"{cell:>22}" for cell in cells))
        if arguments.missing:
            for wording in wordings:
                if not is_right(wording, None, with_subject=False):
                    print(
                        f"    {wording.phrase}: {','.join(wording.labels)}, not {','.join(classify(wording.phrase).indicator_ids)}"
                    )
    path = sets["phrases-dev"]
    if not path.exists():
        return 0
    wordings = load(path)
    data = read_data("govmedia_rules.notices", "classify.toml")
    print("\nheld out         words taken away         wording alone      with its subject")
    documents = compare_form(
        "".join((shared / "standards" / name).read_text("utf-8") for name in DOCUMENTS).replace("\n", "。")[:400_000]
    )
    right = {False: 0, True: 0}
    total = 0
    for province in sorted({p for w in wordings for p in w.provinces}):
        mine = [w for w in wordings if province in w.provinces]
        words, gone = hold_out(wordings, province, data, documents)
        for with_subject in right:
            right[with_subject] += sum(is_right(w, words, with_subject=with_subject) for w in mine)
        total += len(mine)
        cells = [share(mine, words, with_subject=s) for s in (False, True)]
        print(f"{province:12} {gone:18} {cells[0]:>24} {cells[1]:>22}")
    print(
        f"{'all':14} {'':16} {right[False]:10} of {total} = {100 * right[False] / total:5.1f} {right[True]:7} of {total} = {100 * right[True] / total:5.1f}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
