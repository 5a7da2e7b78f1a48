"""`govmedia-rules campaign` as a user runs it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from govmedia_rules.__main__ import main
from govmedia_rules.campaign import Campaign, CampaignConfig, Fault, Reported
from govmedia_rules.commands.campaign import example_rounds
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.notices.figures import Period
from govmedia_rules.subjects.models import Site

NAMES = ("hanzhong-2024q3", "jiangxi-2020q1", "nanchong-2019q4", "state-council-2020", "yunnan-2022q3")


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(("campaign", *args))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_five_examples_ship() -> None:
    assert tuple(example_rounds()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_example_prints_its_figures_and_contradicts_itself_nowhere(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, err = run(capsys, "notice", "--example", name)
    assert (code, err) == (0, "")
    assert "矛盾0" in out
    code, out, _ = run(capsys, "summary", "--example", name)
    assert code == 0
    assert "检查" in out


def test_the_figures_of_jiangxi(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "notice", "--example", "jiangxi-2020q1")
    assert "全省政府网站: 运行538，检查378，存在突出问题4，网站总体合格率98.94%，同比上升1.33个百分点" in out
    assert re.search(r"合计 +538 +11 +368 +100 +7 +378 +4\n", out)
    assert "110-120分: 中国·濂溪" in out
    assert "期限: 2020-04-15（成文后13日）" in out
    _, out, _ = run(capsys, "notice", "--example", "yunnan-2022q3", "--json")
    assert json.loads(out)["populations"][1]["groups"][0]["rates"][0]["text"] == "99.9%"


def test_statistics_in_three_forms(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "save", "--example", "jiangxi-2020q1", "--out", str(tmp_path / "a"), "--parquet")[0] == 0
    assert (tmp_path / "a" / "results.parquet").is_file()
    code, out, _ = run(capsys, "statistics", str(tmp_path / "a"), "--by", "area", "--subject", "site", "--format", "csv")
    assert code == 0
    rows = list(csv.DictReader(out.splitlines()))
    assert rows[-1]["area"] == "合计"
    assert (rows[-1]["population"], rows[-1]["pass_rate"]) == ("538", "98.94")
    _, out, _ = run(capsys, "statistics", str(tmp_path / "a"), "--by", "area,level", "--subject", "site", "--format", "json")
    assert all(json.loads(line)["subject"] == "site" for line in out.splitlines())
    _, out, _ = run(capsys, "statistics", str(tmp_path / "a"))
    assert "main 政府网站" in out
    assert "省级门户" in out


def test_what_cannot_be_done(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for args in (
        ("summary",),
        ("summary", str(tmp_path), "--example", "jiangxi-2020q1"),
        ("summary", "--example", "nowhere"),
        ("summary", str(tmp_path)),
        ("statistics", "--example", "jiangxi-2020q1", "--by", "moon"),
        ("statistics", "--example", "jiangxi-2020q1", "--tier", "moon"),
    ):
        code, _, err = run(capsys, *args)
        assert code == 2
        assert err.startswith("govmedia-rules campaign:")
    Campaign(CampaignConfig(title="检查", period=Period.parse("2024年"))).save(tmp_path / "a")
    code, _, err = run(capsys, "notice", str(tmp_path / "a"))
    assert (code, "no draft" in err) == (2, True)


def test_two_rounds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from datetime import datetime

    at = datetime(2024, 8, 1, tzinfo=SHANGHAI)
    for folder, period, outcomes in (("a", "2024年第二季度", ("failed", "failed")), ("b", "2024年第三季度", ("failed", "passed"))):
        one = Campaign(CampaignConfig(title="检查", period=Period.parse(period)))
        for name, outcome in zip("甲乙", outcomes, strict=True):
            faults = (Fault(wording="栏目不更新"),) if outcome == "failed" else ()
            one.add_results(Reported(subject=Site(name=name), outcome=outcome, faults=faults, by="某局", at=at, reviewed_at=at))  # type: ignore[arg-type]
        one.save(tmp_path / folder)
    code, out, _ = run(capsys, "compare", str(tmp_path / "a"), str(tmp_path / "b"))
    assert (code, out.splitlines()) == (0, ["2024年第二季度 → 2024年第三季度", "已整改1个：乙", "未整改1个：甲"])
    _, out, _ = run(capsys, "compare", str(tmp_path / "a"), str(tmp_path / "b"), "--json")
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["resolved", "persisting"]
