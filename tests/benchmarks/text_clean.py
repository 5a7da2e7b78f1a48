"""What the starter lexicon reports in clean text, source by source: every match is either a real error or a false alarm.

    python tests/benchmarks/text_clean.py PACKAGES [--at 2025-06-01]

With a day the lines with dates (renamed bodies, variant spellings) are tried too, as if all texts had been published then.
PACKAGES is the folder of `text_corpus.py`. Marks are counted apart: the package dictionary has lost characters and customers
type as they like, so their marks really are doubled and unpaired. Counted are matches of grade high or medium that are no hints.
"""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import date
from pathlib import Path

import text_corpus

from govmedia_rules.text.matches import Matches
from govmedia_rules.text.scanner import Scanner


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", type=Path)
    parser.add_argument("--at", type=date.fromisoformat)
    options = parser.parse_args()
    scanner = Scanner("starter")
    everything, total = 0, 0
    for source, documents in text_corpus.everything(options.packages).items():
        characters = sum(map(len, documents))
        found: Counter[tuple[str, str, str]] = Counter()
        shown: dict[tuple[str, str, str], str] = {}
        marks = private = 0
        for matches in scanner.scan_many(documents, at=options.at):
            for match in matches:
                if match.confidence == "low" or match.severity == "hint":
                    continue
                if match.kind == "privacy":
                    private += 1
                elif match.kind == "mark":
                    marks += 1
                else:
                    key = (match.reason, match.text, match.suggestion or "")
                    found[key] += 1
                    shown.setdefault(key, Matches(matches.text, [match]).marked())
        count = sum(found.values())
        everything, total = everything + count, total + characters
        print(f"{source}: {characters:,} characters, {count} matches, besides {marks} marks and {private} private numbers")
        for key, times in found.most_common():
            print(f"    {times} x {key[0]}: {shown[key]}")
    print(f"all: {total:,} characters, {everything} matches, one in {total // max(1, everything):,}")


if __name__ == "__main__":
    main()
