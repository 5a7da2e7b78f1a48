"""`govmedia-rules inspect 台账.xlsx --at …`: verdicts on stdout, and aloud on stderr what was not understood."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from govmedia_rules.__main__ import main

ROWS = [
    ["某县台账"],
    ["账号名称", "平台", "最后更新时间", "备用说明列"],
    ["甲", "微博", "2024-08-22", "x"],
    ["乙", "微博", "2024-07-01", "x"],
    ["丙", "微博", "见截图", "x"],
    [None, "微博", "2024-07-01", "x"],
    ["合计", "3个"],
]


def sheet(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sheet(tmp_path / "台账.xlsx")
    assert main(["inspect", str(path), "--at", "2024-08-23"]) == 1  # one row names no account
    out, err = capsys.readouterr()
    assert "政务新媒体: 3 个，合格 0，不合格 1，待定 2" in out
    for said in (
        "没有读到 互动功能 列",
        "未识别的列：备用说明列",
        "第5行 最后更新时间 “见截图”",
        "1 行不是数据",
        "row 6",
        "名称未填",
    ):
        assert said in err


def test_what_is_asked_for_and_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sheet(tmp_path / "台账.xlsx")
    for arguments, said in (
        (["--sheet", "无"], "there are Sheet"),
        ([], "--at 2024-08-23"),
        (["--at", "昨日之日"], "is no date"),
        (["--header", "90"], "rows 1 to 7"),
    ):
        given = arguments if "--at" in arguments or not arguments else [*arguments, "--at", "2024-08-23"]
        assert main(["inspect", str(path), *given]) != 0
        assert said in capsys.readouterr().err
