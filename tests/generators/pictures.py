"""Makes the pictures of docs/pictures from made examples: run it after the look of a report has changed.

Needs LibreOffice, poppler's pdftoppm and Chromium. The fonts that GB/T 9704 names are seldom there; where free ones are (Noto Serif CJK,
Noto Sans CJK, AR PL UKai), they stand in for them, in the pictures only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
sys.path.insert(0, str(ROOT / "tests" / "reports"))

STAND_INS = {
    "方正小标宋简体": "Noto Serif CJK SC:bold",
    "仿宋_GB2312": "Noto Serif CJK SC",
    "楷体_GB2312": "AR PL UKai CN",
    "黑体": "Noto Sans CJK SC",
    "宋体": "Noto Serif CJK SC",
}


def fonts(folder: Path) -> Path:
    """A fontconfig file in which free fonts stand in."""
    rules = "".join(
        f'<match target="pattern"><test name="family" qual="any"><string>{name}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{other.split(":")[0]}</string></edit></match>'
        for name, other in STAND_INS.items()
    )
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{rules}</fontconfig>',
        "utf-8",
    )
    return path


def pages(data: bytes, folder: Path, name: str, dots: int = 60) -> list[Path]:
    """The pages of a DOCX as pictures, by way of LibreOffice."""
    path = folder / f"{name}.docx"
    path.write_bytes(data)
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts(folder))}
    office = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--convert-to", "pdf"]
    subprocess.run([*office, "--outdir", str(folder), str(path)], check=True, env=environment, capture_output=True)
    subprocess.run(["pdftoppm", "-r", str(dots), "-png", str(path.with_suffix(".pdf")), str(folder / name)], check=True)
    return sorted(folder.glob(f"{name}-*.png"))


def beside(pictures: list[Path], out: Path) -> None:
    """Pages side by side on grey, in few colours."""
    from PIL import Image

    images = [Image.open(path).convert("RGB") for path in pictures]
    sheet = Image.new("RGB", (sum(one.width + 10 for one in images) + 10, max(one.height for one in images) + 20), (205, 208, 212))
    left = 10
    for one in images:
        sheet.paste(one, (left, 10))
        left += one.width + 10
    sheet.quantize(32).save(out, optimize=True)


def made_map() -> None:
    """Draws made places, one of each kind: with results, all open, without results, not on the map."""
    import matplotlib

    matplotlib.use("Agg")
    from govmedia_rules.core.plots import CountsOf, area_map

    corner = {
        (x, y): (110 + 1.2 * x + 0.2 * ((x * y) % 3 - 1), 30 + y - 0.15 * ((x + 2 * y) % 3)) for x in range(4) for y in range(4)
    }
    features: list[object] = []
    for at, name in enumerate(["甲市", "乙市", "丙市", "丁市", "戊市", "己市", "庚市", "辛市", "壬市"]):
        x, y = at % 3, at // 3
        ring = [corner[point] for point in ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1))]
        features.append({"properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    counts = {
        "甲市": CountsOf(40, 1),
        "乙市": CountsOf(10, 10),
        "丙市": CountsOf(3, 9, 2),
        "丁市": CountsOf(0, 0, 5),
        "戊市": CountsOf(7, 1),
        "己市": CountsOf(0, 4),
        "辛市": CountsOf(5, 4),
        "省教育厅": CountsOf(1, 0),
    }
    drawn = area_map({"features": features}, counts, note="底图为示意，非实际行政区划")
    drawn.figure.savefig(FOLDER / "map.png", dpi=80)


def main() -> None:
    """Writes the pictures."""
    made_map()
    from report_chromium import Browser
    from report_made import failing
    from report_notices import full_notice
    from test_report_html import inspect_example

    from govmedia_rules import reports

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notice = pages(reports.notice_document(full_notice()).to_docx(), folder, "notice")
        beside(notice[:3], FOLDER / "notice.png")
        beside(notice[3:5], FOLDER / "notice-attachments.png")
        [seen] = failing(1)
        office = reports.Office(
            date(2024, 9, 10), "示例市人民政府办公室", "示政整改〔2024〕3号", date(2024, 8, 27), "2024年第三季度"
        )
        beside(pages(reports.rectification_sheet(seen, office).to_docx(), folder, "sheet"), FOLDER / "sheet.png")
        page = folder / "report.html"
        page.write_text(reports.html_report(inspect_example("jiangxi-2020q1", "jiangxi-2020"), title="检查报告"), "utf-8")
        with Browser(folder / "profile", (1100, 1000)) as browser:
            browser.open(page)
            browser.picture(FOLDER / "report.png")
            browser.evaluate(
                "document.querySelector('#subjects').scrollIntoView(); document.querySelector('details.subject').open = true"
            )
            browser.evaluate("document.querySelectorAll('details.subject details').forEach((one) => { one.open = true; })")
            browser.settle()
            browser.picture(FOLDER / "report-findings.png")
    from PIL import Image

    for path in FOLDER.glob("report*.png"):
        Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main()
