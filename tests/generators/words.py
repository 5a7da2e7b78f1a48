"""Makes `govmedia_rules/text/data/words.txt`: words of two and three characters, by which the checker knows where a word may end.

Needs jieba (0.42.1), whose dictionary says how often a word was seen; only that a word exists is kept.

    python tests/generators/words.py
"""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from pathlib import Path

LEAST = {2: 100, 3: 50}
"""Times a word of so many characters was seen in the texts the dictionary was made from."""


def main() -> None:
    lasts: dict[str, set[str]] = defaultdict(set)
    for line in files("jieba").joinpath("dict.txt").read_text("utf-8").splitlines():
        word, count, kind = line.split()
        is_common = len(word) in LEAST and int(count) >= LEAST[len(word)] and not kind.startswith("nr")
        if is_common and all("\u4e00" <= char <= "\u9fff" for char in word):
            lasts[word[:-1]].add(word[-1])
    target = Path(__file__).parents[2] / "govmedia_rules" / "text" / "data" / "words.txt"
    title = (
        "# Words by all but their last character, behind a blank what the last may be; from the dictionary of jieba 0.42.1.\n"
        "# Made by tests/generators/words.py.\n"
    )
    lines = (f"{head} {''.join(sorted(lasts[head]))}\n" for head in sorted(lasts))
    target.write_text(title + "".join(lines), "utf-8")
    print(sum(map(len, lasts.values())), "words")


if __name__ == "__main__":
    main()
