"""Makes `govmedia_rules/notices/data/places.tsv`: cities and counties with the pinyin by which translations print them.

Needs pypinyin and the folder of divisions named by GOVMEDIA_SHARED (`corpus/divisions`: code and name, GB/T 2260).

    python tests/generators/places.py
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

PEOPLES = (
    "壮族|苗族|回族|藏族|彝族|土家族|布依族|侗族|瑶族|白族|哈尼族|哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|"
    "柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|锡伯|阿昌族|普米族|塔吉克族|塔吉克|怒族|裕固族|独龙族|"
    "满族|蒙古族|蒙古|朝鲜族|维吾尔|各族|鄂伦春|鄂温克族|保安族|基诺族|俄罗斯族"
)


def main() -> None:
    from pypinyin import lazy_pinyin

    root = Path(os.environ.get("GOVMEDIA_SHARED", "../shared")) / "corpus" / "divisions"
    rows = []
    for name in ("cities.csv", "areas.csv"):
        with (root / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                full = row["name"]
                if (
                    full in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
                    or "经济开发区" in full
                    or "管理区" in full
                ):
                    continue
                code = row["code"].ljust(6, "0")
                kind = re.search("(自治州|自治县|自治旗|地区|林区|特区|新区|市|县|区|旗|盟)$", full)
                if kind is None or len(full) > 16:
                    continue
                stem = re.sub(PEOPLES, "", full[: kind.start()]) or full[: kind.start()]
                short = stem + {"自治州": "州", "自治县": "县", "自治旗": "旗"}.get(kind.group(), kind.group())
                rows.append((code, short, "".join(lazy_pinyin(stem)).replace("ü", "v")))
    target = Path(__file__).parents[2] / "govmedia_rules" / "notices" / "data" / "places.tsv"
    head = "# Cities and counties (GB/T 2260): code, short name, pinyin without the class. Made by tests/generators/places.py.\n"
    target.write_text(head + "".join("\t".join(row) + "\n" for row in sorted(set(rows))), encoding="utf-8")
    print(len(rows), "places")


if __name__ == "__main__":
    main()
