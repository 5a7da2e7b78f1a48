"""Makes `govmedia_rules/text/data/readings.txt`: the usual reading of each character of GB/T 2312, tones apart.

Needs pypinyin (0.55). Only the reading a character has most often is kept.

    python tests/generators/readings.py
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path


def main() -> None:
    from pypinyin import lazy_pinyin

    by_reading: dict[str, str] = defaultdict(str)
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                char = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            by_reading[lazy_pinyin(char, v_to_u=False)[0].replace("ü", "v")] += char
    target = Path(__file__).parents[2] / "govmedia_rules" / "text" / "data" / "readings.txt"
    head = "# Usual readings without tone (v = ü) and the characters of GB/T 2312 that have them. Made by tests/generators/readings.py.\n"
    target.write_text(head + "".join(f"{reading} {by_reading[reading]}\n" for reading in sorted(by_reading)), "utf-8")
    print(len(by_reading), "readings,", sum(map(len, by_reading.values())), "characters")


if __name__ == "__main__":
    main()
