"""Makes `govmedia_rules/text/data/words.txt`: two-character words, by which the checker knows where a word may begin or end.

Needs jieba (0.42.1), whose dictionary says how often a word was seen; only that a word exists is kept.

    python tests/generators/words.py
"""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from pathlib import Path

LEAST = 100
"""Times a word was seen in the texts the dictionary was made from."""


def main() -> None:
    seconds: dict[str, set[str]] = defaultdict(set)
    for line in files("jieba").joinpath("dict.txt").read_text("utf-8").splitlines():
        word, count, kind = line.split()
        if (
            len(word) == 2
            and int(count) >= LEAST
            and not kind.startswith("nr")
            and all("\u4e00" <= char <= "\u9fff" for char in word)
        ):
            seconds[word[0]].add(word[1])
    target = Path(__file__).parents[2] / "govmedia_rules" / "text" / "data" / "words.txt"
    head = (
        "# Two-character words by their first character, from the dictionary of jieba 0.42.1. Made by tests/generators/words.py.\n"
    )
    target.write_text(head + "".join(f"{first}{''.join(sorted(seconds[first]))}\n" for first in sorted(seconds)), "utf-8")
    print(sum(map(len, seconds.values())), "words")


if __name__ == "__main__":
    main()
