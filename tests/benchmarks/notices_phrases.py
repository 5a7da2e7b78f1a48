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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", action="store_true", help="list the wordings that are classified otherwise")
    arguments = parser.parse_args()
    shared = Path(os.environ.get("GOVMEDIA_SHARED", "../shared"))
    sets = {name: shared / "notices" / f"{name}.tsv" for name in LABELLED}
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
    if not all(sets[name].exists() for name in LABELLED):
        return 0
    print("\nheld out         words taken away         wording alone      with its subject")
    held = measure_held_out(shared)
    for province, result in held.items():
        cells = [f"{right:4} of {result.wordings:4} = {100 * right / result.wordings:5.1f}" for right in result.right]
        print(f"{province:12} {result.gone:18} {cells[0]:>24} {cells[1]:>22}")
    total = sum(result.wordings for result in held.values())
    alone, told = (sum(result.right[i] for result in held.values()) for i in (0, 1))
    vetoed, others = (sum(result.others[i] for result in held.values()) for i in (0, 1))
    print(f"{'all':14} {'':16} {alone:10} of {total} = {100 * alone / total:5.1f} {told:7} of {total} = {100 * told / total:5.1f}")
    print(f"labelled other and read as a veto: {vetoed} of {others}")
    return 0


LABELLED = ("phrases-dev", "phrases-dev-2")


@dataclass(frozen=True)
class HeldOut:
    """One province that was held out: its wordings, words taken away, right alone and with subject, others read as vetoes of all."""

    wordings: int
    gone: int
    right: tuple[int, int]
    others: tuple[int, int]


def measure_held_out(shared: Path) -> dict[str, HeldOut]:
    """Classify each province's wordings without the words that only this province taught."""
    wordings = [wording for name in LABELLED for wording in load(shared / "notices" / f"{name}.tsv")]
    data = read_data("govmedia_rules.notices", "classify.toml")
    documents = compare_form(
        "".join((shared / "standards" / name).read_text("utf-8") for name in DOCUMENTS).replace("\n", "。")[:400_000]
    )
    texts = [(compare_form(wording.phrase), wording.provinces) for wording in wordings]
    terms = {term for table in ("concepts", "context", "subjects") for words in data[table].values() for term in words}
    # Which provinces teach a word; a word of the documents is taught by them.
    taught = {}
    for term in terms:
        pattern = pattern_of([term])
        if not pattern.search(documents):
            taught[term] = {provinces for text, provinces in texts if pattern.search(text)}
    held = {}
    for province in sorted({p for wording in wordings for p in wording.provinces}):
        gone = frozenset(term for term, provinces in taught.items() if provinces == {(province,)})
        words = Words.of(data, without=gone)
        of_province = [wording for wording in wordings if province in wording.provinces]
        others = [wording for wording in of_province if wording.labels == ("other",)]
        right = tuple(sum(is_right(w, words, with_subject=with_subject) for w in of_province) for with_subject in (False, True))
        vetoed = sum(".veto." in i for w in others for i in classify(w.phrase, subject=KINDS[w.subject], words=words).indicator_ids)  # type: ignore[arg-type]
        held[province] = HeldOut(len(of_province), len(gone), (right[0], right[1]), (vetoed, len(others)))
    return held


if __name__ == "__main__":
    raise SystemExit(main())
