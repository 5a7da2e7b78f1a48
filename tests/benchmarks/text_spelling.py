"""Precision and recall on two public spelling sets, beside pycorrector's confusion and proper-name correctors in one run.

    pip install pycorrector --no-deps; pip install pyahocorasick pypinyin loguru jieba numpy six
    GOVMEDIA_SHARED=... python tests/benchmarks/text_spelling.py

Both are given the same confusion list and the same proper names; the starter lexicon stands beside them. An alarm is a
changed span; it is true when the sentence differs from the right one there or directly beside it. Recall is over runs of wrong characters.
Only those two modules of pycorrector are loaded, not its models.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import tempfile
import types
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from pathlib import Path

import text_corpus

from govmedia_rules.text.lexicon import Canonical, Lexicon
from govmedia_rules.text.reading import load_lexicon
from govmedia_rules.text.scanner import Scanner

Spans = list[tuple[int, int, str | None]]
FOLDER = text_corpus.SHARED / "corpus" / "typo-pycorrector"


def pairs(name: str) -> list[tuple[str, str]]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [(wrong, right) for wrong, _, right in (line.partition("\t") for line in lines) if wrong and right]


def wrong_runs(wrong: str, right: str) -> list[tuple[int, int, str]]:
    """Runs of wrong characters: span in the wrong sentence, and what should stand there."""
    codes = SequenceMatcher(None, wrong, right, autojunk=False).get_opcodes()
    return [(a, max(b, a + 1), right[c:d]) for tag, a, b, c, d in codes if tag != "equal"]


def measure(find: Callable[[str], Spans], sentences: Iterable[tuple[str, str]]) -> tuple[int, int, int, int, int]:
    """Alarms, true alarms, alarms whose suggestion is right, wrong runs, runs found."""
    alarms = true = mended = runs = found = 0
    for wrong, right in sentences:
        faults = wrong_runs(wrong, right)
        spans = find(wrong)
        runs += len(faults)
        found += sum(any(a <= end and start <= b for start, end, _ in spans) for a, b, _ in faults)
        for start, end, suggestion in spans:
            alarms += 1
            true += any(a <= end and start <= b for a, b, _ in faults)
            mended += (suggestion is not None and wrong[:start] + suggestion == right[: start + len(suggestion)]) or (
                suggestion is not None and suggestion in right and any(a <= end and start <= b for a, b, _ in faults)
            )
    return alarms, true, mended, runs, found


def ours(*lexicons: Lexicon) -> Callable[[str], Spans]:
    scanner = Scanner(lexicons[0].merge(*lexicons[1:]), forms=False)
    return lambda text: [(match.start, match.end, match.suggestion) for match in scanner.scan(text)]


def theirs(kind: str) -> Callable[[str], Spans] | None:
    if "pycorrector" not in sys.modules:
        found = importlib.util.find_spec("pycorrector")
        if found is None or found.submodule_search_locations is None:
            return None
        package = types.ModuleType("pycorrector")  # without its __init__, which loads every model
        package.__path__ = list(found.submodule_search_locations)
        sys.modules["pycorrector"] = package
    from loguru import logger

    logger.remove()
    if kind == "confusion":
        module = importlib.import_module("pycorrector.confusion_corrector")
        corrector = module.ConfusionCorrector(str(FOLDER / "custom-confusion.tsv"))
    else:
        module = importlib.import_module("pycorrector.proper_corrector")
        corrector = module.ProperCorrector(str(FOLDER / "proper-name.txt"))

    def find(text: str) -> Spans:
        return [(start, start + len(error), right) for error, right, start in corrector.correct(text)["errors"]]

    return find


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = (FOLDER / "custom-confusion.tsv").read_text("utf-8").splitlines()
        rows = ["\t".join(line.split()[:2]) for line in lines if len(line.split()) >= 2 and not line.startswith("#")]
        path = Path(folder, "confusion.tsv")
        path.write_text("\n".join(["错误表述\t正确表述", *rows]), "utf-8")
        confusion = load_lexicon(path)
    print(f"confusion list: {len(confusion.terms)} lines used, {len(confusion.bad)} set apart")
    names = Lexicon(
        "names",
        canonicals=tuple(
            Canonical(name, source="proper names")
            for name in (FOLDER / "proper-name.txt").read_text("utf-8").split()
            if len(name) >= 4
        ),
    )
    starter = load_lexicon("starter")
    systems: dict[str, Callable[[str], Spans] | None] = {
        "starter lexicon": ours(starter),
        "confusion list": ours(confusion),
        "proper names, near misses": ours(names),
        "starter + confusion list + proper names": ours(
            Lexicon(
                "starter",
                starter.version,
                terms=tuple(t for t in starter.terms if t.wrong not in {c.wrong for c in confusion.terms}),
                canonicals=starter.canonicals,
                enumerations=starter.enumerations,
                exceptions=starter.exceptions,
            ),
            confusion,
            names,
        ),
        "pycorrector confusion": theirs("confusion"),
        "pycorrector proper names": theirs("proper"),
    }
    both = (systems["pycorrector confusion"], systems["pycorrector proper names"])
    if both[0] is not None and both[1] is not None:
        first, second = both
        systems["pycorrector both"] = lambda text: [*first(text), *second(text)]
    for name in ("ec-law-test.tsv", "sighan2015-test.tsv"):
        sentences = pairs(name)
        wrong = sum(a != b for a, b in sentences)
        print(f"{name}: {len(sentences)} sentences, {wrong} with an error")
        print(f"  {'':<42}{'alarms':>8}{'precision':>11}{'mended':>9}{'recall':>9}")
        for system, find in systems.items():
            if find is None:
                print(f"  {system:<42} not installed")
                continue
            alarms, true, mended, runs, found = measure(find, sentences)
            share = f"{true / alarms:.1%}" if alarms else "-"
            right = f"{mended / alarms:.1%}" if alarms else "-"
            print(f"  {system:<42}{alarms:>8}{share:>11}{right:>9}{found / runs:>9.1%}")


if __name__ == "__main__":
    main()
