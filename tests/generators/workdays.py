"""Writes `govmedia_rules/core/data/workdays.toml` from the chinesecalendar package. Run it when a new year is published.

python tests/generators/workdays.py
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

TARGET = Path(__file__).parents[2] / "govmedia_rules" / "core" / "data" / "workdays.toml"

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


CORRECTIONS = {date(2005, 12, 31): "元旦"}
"""Weekend days that were worked and that the package does not have: 2005-12-31 by the State Council's notice for 2006."""


def text() -> str:
    """The file's content: for each year the weekdays off and the weekend days worked."""
    import chinese_calendar
    from chinese_calendar.constants import holidays, workdays

    lines = [
        "# Off-days that fall on weekdays (休息) and weekend days that are worked (补班), by year, from the yearly notices of",
        "# the General Office of the State Council. Generated from chinesecalendar by tests/generators/workdays.py; not typed.",
        "",
        f'version = "chinesecalendar-{chinese_calendar.__version__}"',
    ]
    for year in sorted({day.year for day in holidays}):
        off = {day: name for day, name in holidays.items() if day.year == year and day.weekday() < 5}
        worked = {day: name for day, name in workdays.items() if day.year == year and day.weekday() >= 5}
        worked |= {day: "New Year's Day" for day in CORRECTIONS if day.year == year}
        lines += ["", f"[years.{year}]", f"off = {_table(off)}", f"worked = {_table(worked)}"]
    return "\n".join(lines) + "\n"


def _table(days: dict[date, str]) -> str:
    inner = ", ".join(f'"{day:%m-%d}" = "{NAMES[name]}"' for day, name in sorted(days.items()))
    return f"{{ {inner} }}" if inner else "{}"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
