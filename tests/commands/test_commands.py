"""The command line as a user runs it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from govmedia_rules.__main__ import main
from govmedia_rules.commands.output import cut_to_width, width


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    try:
        code = main(args)
    except SystemExit as end:
        code = int(end.code or 0)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_examples(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(capsys, "inspect", "--example", "jiangxi-2020q1", "--out", str(tmp_path / "out"))
    assert code == 0
    assert err == ""
    assert "政府网站: 14 个，合格 10，不合格 4，待定 0" in out
    assert "政务新媒体: 67 个，合格 10，不合格 57，待定 0" in out
    assert "南昌环保" in out
    lines = (tmp_path / "out" / "inspections.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 81
    assert json.loads(lines[0])["rulebook"]["id"] == "jiangxi-2020"
    with (tmp_path / "out" / "problems.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 69
    assert "site.veto.unreachable" in (tmp_path / "out" / "rulebook.txt").read_text("utf-8")


def test_offices_and_subjects_nobody_decides_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    point = "2020-02-10T09:00:00+08:00"
    records = {"national_findings": [], "spot_checks": [], "error_messages": [], "yearly_reports": []}
    lines = [
        {"kind": "supervisor", "supervisor": {"name": "某省人民政府办公厅"}, "observed_at": point, **records},
        {"kind": "account", "account": {"name": "某发布", "platform": "微信"}, "observed_at": point},
    ]
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), "utf-8")
    code, out, _ = run(capsys, "inspect", str(path), "--rulebook", "supervision-2019")
    assert code == 0
    assert "监管单位: 1 个，合格 0，不合格 0，待定 1" in out
    assert "没有适用于该对象的单项否决或计分指标，不能判定" in out
    assert "网站常态化抽查" in out


def test_json_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "inspect", "--example", "hanzhong-2024q3", "--format", "jsonl")
    assert code == 0
    verdicts = [json.loads(line)["verdict"] for line in out.splitlines()]
    assert verdicts.count("unqualified") == 5
    assert "不合格 3" in err


def test_a_part_of_a_rulebook(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "inspect", "--example", "hanzhong-2024q3", "--only", "media.veto.stale")
    assert code == 0
    assert "只检查了: media.veto.stale" in out


def test_input_that_cannot_be_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"kind": "site", "site": {"name": "甲"}, "observed_at": "2024-08-23T10:00:00"}\n{', "utf-8")
    code, out, err = run(capsys, "inspect", str(path))
    assert code == 1
    assert "row 1" in err
    assert "row 2" in err
    code, out, err = run(capsys, "inspect", str(path), "--zone", "+08:00")
    assert code == 1
    assert "政府网站: 1 个" in out


@pytest.mark.parametrize(
    "args",
    [
        ["inspect"],
        ["inspect", "--example", "nowhere"],
        ["inspect", "missing.jsonl"],
        ["inspect", "--example", "jiangxi-2020q1", "--rulebook", "nowhere"],
        ["inspect", "--example", "jiangxi-2020q1", "--zone", "east"],
        ["inspect", "--example", "jiangxi-2020q1", "--only", "site.nothing"],
        ["explain", "site.nothing"],
        ["nothing"],
        [],
    ],
)
def test_bad_usage(capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    code, out, err = run(capsys, *args)
    assert code == 2
    assert err
    assert out == ""


def test_explaining_and_listing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "explain", "site.veto.columns")
    assert code == 0
    assert out.count("  依据[national-2019]: 国办秘函〔2019〕19号") == 3
    code, out, _ = run(capsys, "explain", "media.veto.stale", "--rulebook", "jiangxi-2020", "--format", "json")
    window = {"value": {"weeks": 2}, "set_by": "national-2019", "verified": True, "grade": "copy"}
    assert json.loads(out)[0]["parameters"]["window"] == window
    code, out, _ = run(capsys, "rulebooks")
    assert "hanzhong-2021" in out
    code, out, _ = run(capsys, "rulebooks", "--format", "json")
    assert {"national-2019", "yunnan-2022"} <= {one["id"] for one in json.loads(out)}


def test_as_a_module_with_a_closed_pipe() -> None:
    command = f"{sys.executable} -m govmedia_rules inspect --example jiangxi-2020q1 | head -1"
    told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert "Traceback" not in told.stderr
    version = subprocess.run([sys.executable, "-m", "govmedia_rules", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.strip()


def test_reviews_that_cannot_be_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text('{"subject": "x"}\n', "utf-8")
    code, _, err = run(capsys, "inspect", "--example", "hanzhong-2024q3", "--reviews", str(path))
    assert code == 1
    assert "not a review" in err


def test_widths() -> None:
    assert width("汉a") == 3
    assert cut_to_width("汉字汉字", 5) == "汉字…"
    assert cut_to_width("a\nb", 5) == "a b"


@pytest.mark.heavy
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_fault_of_the_program(closed: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("账号名称,平台,最近更新时间\n甲,微博,2024-08-01\n", "utf-8")
    line = f"{sys.executable} -m govmedia_rules inspect a.csv --at 2024-08-23 --out out {closed}"
    assert subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, timeout=60).returncode == 0
    assert len((tmp_path / "out" / "inspections.jsonl").read_text("utf-8").splitlines()) == 1
