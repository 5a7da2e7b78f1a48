"""Speed of the expression checker beside its peers, all in one run.

    python tests/benchmarks/text_speed.py PACKAGES [--only exact,near,plain,build,workers,linear,hostile] [--runs 3]

PACKAGES is the folder of `text_corpus.py`. Every figure is the median of the runs, in processor time, because a machine that
others use tells nothing by the clock; a ratio is the median over runs of both, one after the other. Each run reads freshly
decoded strings, as pages are. `bare` is daachorse's own `find_overlapping` over the same documents with the same strings, counting hits.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import daachorse
import text_corpus

from govmedia_rules.text.lexicon import Canonical, Lexicon, Term
from govmedia_rules.text.reading import load_lexicon
from govmedia_rules.text.scanner import Scanner

SIZES = (1_000, 20_000, 200_000)


def headwords(folder: Path) -> list[str]:
    words = {line.split("：", 1)[0] for text in text_corpus.dictionary(folder) for line in text.splitlines()}
    return sorted(word for word in words if 3 <= len(word) <= 8)


def made_terms(words: Sequence[str], count: int, seed: int = 1) -> list[str]:
    """Wrong forms: words with one character replaced, as a list of misspellings holds them."""
    generator = random.Random(seed)
    chars = sorted({char for word in words for char in word})
    made: dict[str, None] = {}
    while len(made) < count:
        word = generator.choice(words)
        at = generator.randrange(len(word))
        made[word[:at] + generator.choice(chars) + word[at + 1 :]] = None
    return list(made)


def made_forms(count: int) -> list[str]:
    """Right forms: the starter lexicon's, and names of made-up bodies as a registry would give them."""
    starter = [line.text for line in load_lexicon("starter").canonicals if line.near == "full"]
    places = [line.text for line in load_lexicon("starter").canonicals if line.kind == "place" and len(line.text) >= 6]
    bodies = ("人民政府办公室", "人力资源和社会保障局", "住房和城乡建设局", "市场监督管理局", "文化广电和旅游局", "退役军人事务局")
    names = [f"{place}{body}" for body in bodies for place in places]
    return list(dict.fromkeys([*starter, *names]))[:count]


class Texts:
    def __init__(self, documents: Sequence[str]) -> None:
        self.raw = [document.encode("utf-8", "replace") for document in documents]
        self.megabytes = sum(map(len, self.raw)) / 1e6

    def fresh(self) -> list[str]:
        return [raw.decode() for raw in self.raw]


def rate(work: Callable[[list[str]], int], texts: Texts, runs: int) -> tuple[float, int]:
    """Megabytes a second, and what was counted."""
    seconds, count = [], 0
    for _ in range(runs):
        documents = texts.fresh()
        started = time.process_time()
        count = work(documents)
        seconds.append(time.process_time() - started)
    return texts.megabytes / statistics.median(seconds), count


def against(
    peer: Callable[[list[str]], int], mine: Callable[[list[str]], int], texts: Texts, runs: int
) -> tuple[float, float, float]:
    """Megabytes a second of both, and the ratio of the second to the first."""
    pairs = [(rate(peer, texts, 1)[0], rate(mine, texts, 1)[0]) for _ in range(runs)]
    peers, mines = zip(*pairs, strict=True)
    return statistics.median(peers), statistics.median(mines), statistics.median(two / one for one, two in pairs)


def bare(strings: Sequence[str]) -> Callable[[list[str]], int]:
    find = daachorse.CharwiseDoubleArrayAhoCorasick(list(strings)).find_overlapping
    return lambda documents: sum(len(find(document)) for document in documents)


def scanning(scanner: Scanner, workers: int = 1) -> Callable[[list[str]], int]:
    return lambda documents: sum(len(matches) for matches in scanner.scan_many(documents, workers=workers))


def exact(folder: Path, texts: Texts, runs: int) -> None:
    print("exact terms: bare daachorse / end to end (matches as objects) / ratio / hits / matches")
    words = headwords(folder)
    for size in SIZES:
        terms = made_terms(words, size)
        scanner = Scanner(Lexicon("terms", terms=tuple(Term(term, source="x") for term in terms)), forms=False)
        hits, matches = bare(terms)(texts.fresh()), scanning(scanner)(texts.fresh())
        peer, mine, ratio = against(bare(terms), scanning(scanner), texts, runs)
        print(f"  {size:>7}: {peer:7.0f} MB/s {mine:7.0f} MB/s {ratio:6.2f} {hits:>8} {matches:>8}")


def near(folder: Path, texts: Texts, runs: int) -> None:
    forms = made_forms(2_000)
    lexicon = Lexicon("forms", canonicals=tuple(Canonical(form, source="x") for form in forms))
    scanner = Scanner(lexicon, forms=False)
    found = scanning(scanner)(texts.fresh())
    peer, mine, ratio = against(bare(forms), scanning(scanner), texts, runs)
    whole, _ = rate(scanning(Scanner("starter")), texts, runs)
    listed, _ = rate(scanning(Scanner("starter", forms=False)), texts, runs)
    print(f"near misses of {len(forms)} forms: {mine:.1f} MB/s, {found} found; bare scan of them {peer:.0f}; ratio {ratio:.2f}")
    print(f"  starter lexicon without form rules {listed:.1f} MB/s, with them {whole:.1f} MB/s")
    try:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA
    except ImportError:
        print("  rapidfuzz is not installed")
        return
    part = "".join(texts.fresh())[:3_000]
    by_size: dict[int, list[str]] = {}
    for form in forms:
        for size in (len(form) - 1, len(form), len(form) + 1):
            by_size.setdefault(size, []).append(form)
    started = time.perf_counter()
    for size, some in by_size.items():
        for at in range(len(part) - size + 1):
            process.extractOne(part[at : at + size], some, scorer=OSA.distance, score_cutoff=1)
    windows = len(part.encode()) / 1e6 / (time.perf_counter() - started)
    print(f"  rapidfuzz over all windows {windows:.4f} MB/s; {mine / windows:.0f} x")


def plain(folder: Path, texts: Texts, runs: int) -> None:
    words = headwords(folder)
    for size in SIZES[:2]:
        lexicon = Lexicon("terms", terms=tuple(Term(term, source="x") for term in made_terms(words, size)))
        mine, _ = rate(scanning(Scanner(lexicon, forms=False, backend="python")), texts, runs)
        print(f"plain Python back end, {size} terms: {mine:.1f} MB/s")
    mine, _ = rate(scanning(Scanner("starter", forms=False, backend="python")), texts, runs)
    print(f"plain Python back end, starter lexicon with near misses: {mine:.1f} MB/s")


def build(folder: Path, texts: Texts, runs: int) -> None:
    for _ in range(runs):
        code = f"import text_speed, pathlib; text_speed.build_once(pathlib.Path({str(folder)!r}))"
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
        print(out.stdout.strip())


def build_once(folder: Path) -> None:
    terms = made_terms(headwords(folder), 200_000)
    lexicon = Lexicon("terms", terms=tuple(Term(term, source="x") for term in terms))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    daachorse.CharwiseDoubleArrayAhoCorasick(terms)
    peer = time.process_time() - cpu
    wall, cpu = time.perf_counter(), time.process_time()
    scanner = Scanner(lexicon, forms=False)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    state = scanner.__getstate__()
    size = len(state.built or b"") / 1e6
    print(
        f"200,000 terms: built in {wall:.2f} s ({cpu:.2f} s of processor; daachorse alone {peer:.2f} s), "
        f"peak memory +{grown:.0f} MB, automaton {size:.1f} MB"
    )


def workers(folder: Path, texts: Texts, runs: int) -> None:
    scanner = Scanner("starter")
    documents = [part for text in texts.fresh() for part in (text[at : at + 3_000] for at in range(0, len(text), 3_000))] * 4
    many = Texts(documents)
    for count in (1, 2):
        documents = many.fresh()
        clock, mine, theirs = time.perf_counter(), time.process_time(), _of_children()
        scanning(scanner, count)(documents)
        clock, mine, theirs = time.perf_counter() - clock, time.process_time() - mine, _of_children() - theirs
        print(
            f"{len(documents)} texts, {many.megabytes:.0f} MB, {count} processes: {clock:.1f} s by the clock, "
            f"{mine:.1f} s of processor here, {theirs:.1f} s in the processes, starting them included"
        )


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def linear(folder: Path, texts: Texts, runs: int) -> None:
    text = "".join(texts.fresh())
    unit = text[: int(1e6 / 2.9)]
    scanner = Scanner("starter")
    for size in (1, 10, 100):
        one = Texts([unit * size])
        mine, _ = rate(scanning(scanner), one, runs)
        print(f"one text of {one.megabytes:.0f} MB: {mine:.1f} MB/s, {one.megabytes / mine:.2f} s")


def hostile(folder: Path, texts: Texts, runs: int) -> None:
    lists = {
        "60 nested runs of one character": ["甲" * size for size in range(2, 62)],
        "all pairs of 100 characters": [chr(0x4E00 + a) + chr(0x4E00 + b) for a in range(100) for b in range(100)],
        "regular expression signs": [f"(甲+)+{'*' * n}$" for n in range(1, 200)],
    }
    text = "甲" * 300_000
    for name, strings in lists.items():
        lexicon = Lexicon("x", terms=tuple(Term(string, source="x") for string in strings))
        forms = Lexicon("y", canonicals=tuple(Canonical(s, source="x") for s in strings if len(s) >= 6)[:50])
        for what, scanner, size in (
            ("terms", Scanner(lexicon, forms=False), 100_000),
            ("near", Scanner(forms, forms=False), 20_000),
        ):
            seconds = []
            for part in (text[: size // 10], text[:size]):
                started = time.perf_counter()
                scanner.scan(part)
                seconds.append(time.perf_counter() - started)
            print(f"{name}, {what}: {size // 10} characters {seconds[0]:.3f} s, {size} characters {seconds[1]:.3f} s")


PARTS = {"exact": exact, "near": near, "plain": plain, "build": build, "workers": workers, "linear": linear, "hostile": hostile}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", type=Path)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    names = ("govmedia-rules", "daachorse")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    print(f"Python {platform.python_version()}, {versions}")
    texts = Texts([text for read in text_corpus.PACKAGED.values() for text in read(options.packages)])
    print(f"{len(texts.raw)} documents, {texts.megabytes:.1f} MB")
    for name in options.only.split(","):
        PARTS[name](options.packages, texts, options.runs)


if __name__ == "__main__":
    main()
