"""Makes `govmedia_rules/text/data/divisions.txt`: names of the divisions of each province down to the county.

Needs the folder of divisions named by GOVMEDIA_SHARED (`corpus/divisions`: code and name, GB/T 2260).

    python tests/generators/divisions.py
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path


def main() -> None:
    root = Path(os.environ.get("GOVMEDIA_SHARED", "../shared")) / "corpus" / "divisions"
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for file_name in ("provinces.csv", "cities.csv", "areas.csv"):
        with (root / file_name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                name = row["name"]
                is_name = len(name) > 1 and name != "市辖区" and "直辖县" not in name
                if is_name:
                    names[row["code"][:2]][name] = None
    target = Path(__file__).parents[2] / "govmedia_rules" / "text" / "data" / "divisions.txt"
    head = "# Divisions by province (GB/T 2260): the province, its cities, its counties. Made by tests/generators/divisions.py.\n"
    target.write_text(head + "".join(f"{' '.join(names[code])}\n" for code in sorted(names)), "utf-8")
    print(sum(map(len, names.values())), "names")


if __name__ == "__main__":
    main()
