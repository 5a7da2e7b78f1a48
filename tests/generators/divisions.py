"""Make `govmedia_rules/text/data/divisions.tsv`: provinces, cities and counties by code.

Needs the folder of divisions named by GOVMEDIA_SHARED (`corpus/divisions`: code and name, GB/T 2260).

    python tests/generators/divisions.py
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Names of rows that group counties and are no divisions themselves."""


def main() -> None:
    """Write the table."""
    root = Path(os.environ.get("GOVMEDIA_SHARED", "../shared")) / "corpus" / "divisions"
    names = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}
    for name in ("provinces.csv", "cities.csv", "areas.csv"):
        with (root / name).open(encoding="utf-8") as file:
            names |= {row["code"].ljust(6, "0"): row["name"] for row in csv.DictReader(file) if row["name"] not in PLACEHOLDERS}
    target = Path(__file__).parents[2] / "govmedia_rules" / "text" / "data" / "divisions.tsv"
    head = "# Divisions of China (GB/T 2260): code and name. Made by tests/generators/divisions.py.\n"
    target.write_text(head + "".join(f"{code}\t{name}\n" for code, name in sorted(names.items())), encoding="utf-8")


if __name__ == "__main__":
    main()
