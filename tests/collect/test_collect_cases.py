"""The recorded sites and reports beside the project, where they are there; and made sites in the layouts of content systems."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.collect_systems import run

ROOT = Path(__file__).parents[2]
CASES = Path(os.environ.get("GOVMEDIA_SHARED", ROOT.parent / "shared")) / "cases"
REPORTS = (
    *(
        "A1_home_links_without_dates",
        "A4_ratio_colon_time",
        "B1_table_written_then_published",
        "B3_hidden_list_item",
        "B5_epoch_zero_pubdate",
    ),
    *("B7_posts_created_before_published", "C11_site_code_in_brackets", "C1_wechat_jsdecode_time", "C3_weibo_epoch_as_text"),
    *("C6_rate_limited_history", "C9_site_code_split", "D1_liked_post_of_another", "F1_header_line_without_colon"),
    *(
        "F4_protection_device_with_405",
        "G8_weibo_tools_own_json",
        "G9_wechat_publish_page_json",
        "H1_short_page_about_safety_inspection",
    ),
)
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the project (GOVMEDIA_SHARED)")
heavy = pytest.mark.heavy


def answer_of(*command: str) -> tuple[int, str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=300, env=environment, check=False)
    return process.returncode, process.stdout + process.stderr


@heavy
@needs_cases
def test_no_recorded_site_is_named_wrongly_or_missed() -> None:
    code, out = answer_of(str(CASES / "play_sites.py"), str(CASES / "sites.json"))
    assert code == 0, out


@heavy
@needs_cases
@pytest.mark.parametrize("name", REPORTS)
def test_reports_about_pages_and_posts_come_out_right(name: str) -> None:
    code, out = answer_of(str(CASES / "reports" / f"{name}.py"))
    assert code == 0, out


@heavy
def test_made_sites_of_ten_systems_are_judged_by_what_is_true() -> None:
    groups = run(60, seed=5)
    assert not any(counts["wrong"] for counts in groups.values())
    for group, counts in groups.items():
        if not group.endswith("hidden"):
            assert counts["right"] >= 0.95 * counts.total(), group
