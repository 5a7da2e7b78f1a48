"""`govmedia-rules inspect 台账.xlsx --at …`: verdicts on stdout, and aloud on stderr what was not understood."""

from __future__ import annotations

import json
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
    assert main(["inspect", str(path), "--at", "2024-08-23", "--lang", "zh"]) == 1  # one row names no account
    out, err = capsys.readouterr()
    assert "政务新媒体: 3 个，合格 0，不合格 1，待定 2" in out
    for said in (
        "没有读到 互动功能 列",
        "未识别的列：备用说明列",
        "第5行 最后更新时间 “见截图”",
        "1 行不是数据",
        "第6行",
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


@pytest.mark.parametrize("row", ["某县发布,微信,12,000,5", "某县发布,微信,,,5,,,7,", '某县发布,微信,"12,000,5'])
def test_a_row_that_is_wider_than_its_header_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"账号名称,平台类型,粉丝数,近两周发布数量\n{row}\n乙县发布,微信,12000,5,,\n", "utf-8")
    assert main(["inspect", str(path), "--at", "2024-08-23"]) == 1
    out, err = capsys.readouterr()
    assert "政务新媒体: 1 个" in out
    assert "乙县发布" in out
    assert "row 2: 比表头多出单元格" in err


def test_notes_beside_a_table_refuse_no_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    for cells in (["账号名称", "平台类型", "近两周发布数量"], ["某县发布", "微信", 5], ["乙县发布", "微信", 5, None, "待核"]):
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.csv").write_text("账号名称,平台类型,近两周发布数量,,\n某县发布,微信,5,,\n乙县发布,微信,5,,待核\n", "utf-8")
    for name in ("a.xlsx", "a.csv"):
        assert main(["inspect", str(tmp_path / name), "--at", "2024-08-23"]) == 0
        assert "政务新媒体: 2 个" in capsys.readouterr().out


@pytest.mark.filterwarnings("always::govmedia_rules.errors.UnusedReview")
def test_reviews_are_given_to_tables_and_lines_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, lines, reviews = tmp_path / "a.csv", tmp_path / "b.jsonl", tmp_path / "reviews.jsonl"
    table.write_text("账号名称,平台类型,最近更新时间\n甲县发布,微博,2024-05-01\n", "utf-8")
    account = {"name": "乙县发布", "platform": "weibo"}
    snapshot = {"kind": "account", "account": account, "observed_at": "2024-08-23T10:00:00+08:00", "latest_post_at": "2024-05-01"}
    lines.write_text(json.dumps(snapshot) + "\n", "utf-8")
    review = {
        "indicator": "media.veto.stale",
        "decision": "dismissed",
        "role": "复核",
        "reason": "已核",
        "at": "2024-09-01T10:00:00+08:00",
    }
    subjects = ("weibo:甲县发布", "weibo:乙县发布", "weibo:丙县发布")
    reviews.write_text("".join(json.dumps({**review, "subject": name}) + "\n" for name in subjects), "utf-8")
    main(["inspect", str(table), str(lines), "--at", "2024-08-23", "--reviews", str(reviews)])
    out, err = capsys.readouterr()
    assert "不合格 0，待定 2" in out
    unused = [text for text in err.splitlines() if "reviews of" in text]
    assert len(unused) == 1
    assert "weibo:丙县发布" in unused[0]
    assert f"{reviews}, row 3" in unused[0]
    unknown = {**review, "subject": subjects[0], "indicator": "media.veto.none"}
    reviews.write_text(json.dumps(unknown) + "\n", "utf-8")
    assert main(["inspect", str(table), str(lines), "--at", "2024-08-23", "--reviews", str(reviews)]) == 1
    assert capsys.readouterr().err.count("media.veto.none") == 1


def test_sheets_of_sites_and_of_accounts_are_both_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sites = [["网站名称", "网址", "首页更新时间"], ["某县政府网", "http://www.example.gov.cn", "2024-08-20"]]
    accounts = [["账号名称", "平台", "更新时间", "互动功能"], ["甲", "微博", "2024-07-01", "有"]]
    book = openpyxl.Workbook()
    for title, rows in (("网站", sites), ("新媒体", accounts)):
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(tmp_path / "a.xlsx")
    main(["inspect", str(tmp_path / "a.xlsx"), "--at", "2024-08-23"])
    out, _ = capsys.readouterr()
    assert "政府网站: 1 个" in out
    assert "政务新媒体: 1 个，合格 0，不合格 1" in out
    page = book.create_sheet("合并")
    for row in (["一、政府网站"], *sites, ["二、政务新媒体"], *accounts):
        page.append(row)
    book.save(tmp_path / "b.xlsx")
    main(["inspect", str(tmp_path / "b.xlsx"), "--at", "2024-08-23", "--sheet", "合并"])
    out, _ = capsys.readouterr()
    assert "政府网站: 1 个" in out
    assert "政务新媒体: 1 个，合格 0，不合格 1" in out
