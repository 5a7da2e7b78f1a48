"""A whole round from files that an office has, without a line of Python: `govmedia-rules campaign new … notice`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.campaign import Campaign
from govmedia_rules.judge.rulebook import load_rulebook
from govmedia_rules.notices import read, reconcile

POINT = "2024-08-23T10:00:00+08:00"


def call(*words: object) -> int:
    return main([*map(str, words)])


def accounts_file(folder: Path) -> Path:
    path = folder / "账号.csv"
    lines = ["账号名称,平台类型,所属地方或部门,账号主体"]
    lines += [f"{name}县发布,微信公众号,{name}县,{name}县人民政府" for name in "甲乙丙丁"]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def inspections_file(folder: Path) -> Path:
    book = load_rulebook("national-2019")
    lines = []
    for name in "甲乙丙丁":
        day = "2020-01-01" if name in "甲乙" else "2024-08-23"
        snapshot = testing.snapshot(
            "account",
            account={"name": f"{name}县发布", "platform": "微信公众号"},
            observed_at=POINT,
            latest_post_at=day,
            functions=[{"kind": "menu", "name": "互动交流", "works": True}],
        )
        lines.append(book.inspect(snapshot).to_json())
    path = folder / "inspections.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def filled(path: Path, answers: dict[str, dict[str, str]]) -> None:
    """Fill in a list as a clerk does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update(answers.get(row["名称"], {}))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    folder = tmp_path / "round"
    assert call("campaign", "new", folder, "--title", "某市检查", "--period", "2024年第三季度", "--place", "全市") == 0
    assert call("campaign", "add", folder, "--accounts", accounts_file(tmp_path)) == 0
    return folder


def test_a_round_from_its_population_to_its_notice(begun: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = tmp_path / "抽样.csv"
    assert (
        call("campaign", "draw", begun, "--subject", "account", "--share", "1", "--seed", "7", "--at", "2024-08-20", "--out", drawn)
        == 0
    )
    assert len(drawn.read_text("utf-8-sig").splitlines()) == 5
    assert call("campaign", "results", begun, inspections_file(tmp_path)) == 0
    assert "2 units are open" in capsys.readouterr().err
    reviews = tmp_path / "复核表.csv"
    assert call("campaign", "review", begun, "--write", reviews) == 0
    filled(reviews, {"甲县发布": {"结论": "属实", "理由": "两周以上未更新"}, "乙县发布": {"结论": "不属实", "理由": "当日有更新"}})
    assert call("campaign", "review", begun, "--read", reviews, "--role", "检查单位", "--at", "2024-08-26") == 0
    assert [result.subject.name for result in Campaign.load(begun).failures()] == ["甲县发布"]
    document = tmp_path / "通报.docx"
    assert call("campaign", "notice", begun, "--issuer", "某市人民政府办公室", "--out", document) == 0
    back = read(document.read_bytes())
    assert reconcile(back).contradictions == ()
    assert back.accounts is not None
    assert (back.accounts.inspected and back.accounts.inspected.value, back.accounts.failed) == (4, 1)
    assert call("campaign", "issue", begun, "--signed", "2024-08-27", "--days", "14") == 0
    rechecks = tmp_path / "复查表.csv"
    assert call("campaign", "recheck", begun, "--write", rechecks) == 0
    filled(rechecks, {"甲县发布": {"复查结果": "已整改", "复查情况": "已恢复更新"}})
    assert call("campaign", "recheck", begun, "--read", rechecks, "--role", "复查人员", "--at", "2024-09-09") == 0
    assert not any(task.is_open for task in Campaign.load(begun).tasks)
    capsys.readouterr()
    # The inspections tell no area; the registry does.
    assert call("campaign", "statistics", begun, "--by", "area", "--format", "json") == 0
    lines = {row["area"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert [(lines[area]["inspected"], lines[area]["failed"]) for area in ("甲县", "乙县", "合计")] == [
        ("1", "1"),
        ("1", "0"),
        ("4", "1"),
    ]
    assert [unit.area for attachment in back.attachments for unit in attachment.listed] in ([], ["甲县"])
    later = tmp_path / "later"
    assert call("campaign", "new", later, "--title", "某市检查", "--period", "2024年第四季度") == 0
    assert call("campaign", "carry", later, begun) == 0
    assert call("campaign", "carry", later, begun) == 2
    assert Campaign.load(later).failed_before == ("wechat_official:甲县发布@甲县人民政府",)


def test_what_cannot_be_recorded_is_named_with_its_row(begun: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call("campaign", "results", begun, inspections_file(tmp_path))
    reviews = tmp_path / "复核表.csv"
    call("campaign", "review", begun, "--write", reviews)
    filled(reviews, {"甲县发布": {"结论": "也许"}, "乙县发布": {"结论": "属实", "复核时间": "2024-08-01"}})
    capsys.readouterr()
    assert call("campaign", "review", begun, "--read", reviews, "--role", "检查单位", "--at", "2024-08-26") == 1
    told = capsys.readouterr().err
    assert f"{reviews}:2" in told
    assert "'也许' is none of" in told
    assert "before what it answers" in told
    assert Campaign.load(begun).failures() == ()


def test_results_in_a_table(begun: Path, tmp_path: Path) -> None:
    table = tmp_path / "结果.csv"
    table.write_text(
        "账号名称,平台,检查结果,存在的突出问题,检查时间,复核时间\n"
        "甲县发布,微信公众号,不合格,两周以上未更新,2024-08-20,2024-08-21\n"
        "乙县发布,微信公众号,合格,,2024-08-20,\n"
        "戊县发布,微信公众号,合格,,2024-08-20,\n",
        "utf-8",
    )
    assert call("campaign", "results", begun, table, "--by", "第三方检测机构") == 1  # 戊县发布 is no member
    campaign = Campaign.load(begun)
    assert {result.subject.name: result.outcome for result in campaign.results.values()} == {
        "甲县发布": "failed",
        "乙县发布": "passed",
    }


def test_workbooks_both_ways(begun: Path, tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    call("campaign", "results", begun, inspections_file(tmp_path))
    reviews = tmp_path / "复核表.xlsx"
    assert call("campaign", "review", begun, "--write", reviews) == 0
    assert call("campaign", "review", begun, "--read", reviews, "--role", "检查单位", "--at", "2024-08-26") == 0
    assert len(Campaign.load(begun).open) == 2  # nobody filled it in


def test_an_appeal_and_its_answer(begun: Path, tmp_path: Path) -> None:
    call("campaign", "results", begun, inspections_file(tmp_path))
    reviews = tmp_path / "复核表.csv"
    call("campaign", "review", begun, "--write", reviews)
    filled(reviews, {"甲县发布": {"结论": "属实"}, "乙县发布": {"结论": "属实"}})
    call("campaign", "review", begun, "--read", reviews, "--role", "检查单位", "--at", "2024-08-26")
    unit = "wechat_official:甲县发布"
    assert call("campaign", "appeal", begun, "1", "--unit", unit, "--at", "2024-08-28", "--reason", "当日有更新") == 0
    assert call("campaign", "appeal", begun, "1", "--answer", "upheld", "--at", "2024-08-30", "--reason", "属实") == 0
    assert [result.subject.name for result in Campaign.load(begun).failures()] == ["乙县发布"]


@pytest.mark.parametrize(
    "words",
    [
        ("results", "ROUND", "none.jsonl"),
        ("results", "ROUND", "none.csv"),
        ("review", "ROUND", "--read", "none.csv"),
        ("notice", "ROUND"),
        ("draw", "ROUND", "--subject", "account", "--share", "x", "--seed", "1", "--at", "2024-08-01"),
        ("appeal", "ROUND", "1", "--answer", "upheld", "--at", "2024-08-01", "--reason", "x"),
        ("new", "OTHER", "--title", "x", "--period", "abc"),
        ("carry", "ROUND", "none"),
    ],
)
def test_what_a_clerk_may_get_wrong_is_said_and_not_raised(begun: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    places = {"ROUND": begun, "OTHER": tmp_path / "other"}
    assert call("campaign", *(places.get(word, word) for word in words)) == 2


def test_a_blocked_notice_is_answered_and_a_published_one_corrected(
    begun: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("campaign", "results", begun, inspections_file(tmp_path))
    reviews, issues, published = tmp_path / "复核表.csv", tmp_path / "核实说明表.csv", tmp_path / "通报.json"
    call("campaign", "review", begun, "--write", reviews)
    filled(reviews, {name: {"结论": "属实", "理由": "两周未更新"} for name in ("甲县发布", "乙县发布")})
    call("campaign", "review", begun, "--read", reviews, "--role", "检查单位", "--at", "2024-08-26")
    # The last day is a Saturday.
    call("campaign", "issue", begun, "--signed", "2024-08-27", "--due", "2024-09-07")
    notice = ("campaign", "notice", begun, "--issuer", "某市人民政府办公室", "--json")
    assert call(*notice) == 2
    assert call("campaign", "issues", begun, "--write", issues) == 0
    assert "1 issues" in capsys.readouterr().err
    text = issues.read_text("utf-8-sig").splitlines()
    issues.write_text("\n".join([text[0], text[1].rstrip(",") + ",上级统一要求,,"]) + "\n", "utf-8-sig")
    assert call("campaign", "issues", begun, "--read", issues, "--role", "检查单位", "--at", "2024-08-27") == 0
    capsys.readouterr()
    assert call(*notice) == 0
    published.write_text(capsys.readouterr().out, "utf-8")
    correct = ("campaign", "correct", begun, "--published", published, "--issuer", "某市人民政府办公室")
    assert call(*correct) == 0
    assert "nothing differs" in capsys.readouterr().err
    unit = "wechat_official:甲县发布@甲县人民政府"
    appeal = ("campaign", "appeal", begun, "1", "--at")
    assert call(*appeal, "2024-08-30", "--unit", unit, "--reason", "当日有更新") == 0
    assert call(*correct) == 2
    assert call(*appeal, "2024-09-02", "--answer", "upheld", "--reason", "属实") == 0
    capsys.readouterr()
    document = tmp_path / "更正.md"
    assert call(*correct, "--out", document) == 0
    assert "不合格由2个更正为1个" in capsys.readouterr().out
    assert "不合格由2个更正为1个" in document.read_text("utf-8")
    assert call("campaign", "correct", begun, "--published", tmp_path / "none.json", "--issuer", "某市人民政府办公室") == 2


def test_a_clerk_is_told_in_chinese(
    begun: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVMEDIA_LANG", "zh")
    assert call("campaign", "results", begun, inspections_file(tmp_path)) == 0
    assert "加入结果4份；待定2个" in capsys.readouterr().err
    assert call("campaign", "review", begun, "--write", tmp_path / "复核.csv") == 0
    assert "2 项问题待复核" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["draw", "--subject", "account", "--share", "1.5", "--seed", "7", "--at", "2024-08-20"],
        ["draw", "--subject", "account", "--share", "nan", "--seed", "7", "--at", "2024-08-20"],
        ["draw", "--subject", "account", "--share", "0.5", "--strata", "颜色", "--seed", "7", "--at", "2024-08-20"],
        ["issue", "--signed", "2024-08-27", "--days", "-3"],
        ["issue", "--signed", "2024-08-27", "--days", "99999999"],
        ["issue", "--signed", "2024-08-27", "--working-days", "0"],
        ["appeal", "", "--unit", "甲", "--at", "2024-08-29", "--reason", "有更新"],
        ["appeal", "A1", "--answer", "upheld", "--at", "2024-08-29", "--reason", ""],
    ],
)
def test_values_that_cannot_be_are_refused_by_name(begun: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call("campaign", words[0], begun, *words[1:]) == 2
    assert "--traceback" not in capsys.readouterr().err


def test_a_window_that_ends_before_it_begins_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    period = ["--title", "检查", "--period", "2024年第三季度"]
    assert call("campaign", "new", tmp_path / "r", *period, "--window", "2024-09-01", "2024-08-01") == 2
    assert "--window" in capsys.readouterr().err


def test_results_of_sites_by_their_names_and_rows_without_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, sites, table = tmp_path / "round", tmp_path / "网站.csv", tmp_path / "结果.csv"
    call("campaign", "new", folder, "--title", "某市检查", "--period", "2024年第三季度")
    sites.write_text(
        "网站名称,首页网址\n甲县政府网,http://www.j.gov.cn/\n乙县政府网,http://www.y.gov.cn/\n同名网,http://a.gov.cn/\n", "utf-8"
    )
    call("campaign", "add", folder, "--sites", sites)
    table.write_text(
        "网站名称,检查结果,存在的突出问题,检查时间,复核时间\n"
        "甲县政府网,不合格,首页不能打开,2024-08-20,2024-08-21\n"
        "乙县政府网,,首页不能打开,2024-08-20,\n"
        "同名网,,,2024-08-20,\n"
        "丙县政府网,合格,,2024-08-20,\n",
        "utf-8",
    )
    capsys.readouterr()
    assert call("campaign", "results", folder, table, "--by", "第三方检测机构") == 1
    said = capsys.readouterr().err
    assert "1 results added" in said
    assert "1 rows left blank" in said
    assert f"{table}:3: 检查结果 is blank" in said
    assert "'丙县政府网' is no member" in said
    assert [result.subject.id for result in Campaign.load(folder).failures()] == ["www.j.gov.cn"]


def test_a_table_without_a_column_for_the_answer_is_refused(
    begun: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "结果.csv"
    for title, code in (("检查结果", 0), ("结果", 0), ("好坏", 2)):
        table.write_text(f"名称,平台,{title},问题,检查时间\n甲县发布,微信公众号,合格,,2024-08-10\n", "utf-8")
        assert call("campaign", "results", begun, table, "--by", "第三方") == code
    assert "好坏" in capsys.readouterr().err
    table.write_text("检查主体,对象编号,指标编号\nmain,甲,media.veto.stale\n", "utf-8")
    assert call("campaign", "review", begun, "--read", table, "--role", "检查单位") == 2
    assert "结论" in capsys.readouterr().err


def test_issuing_says_how_many_and_who_is_still_open(begun: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("campaign", "results", begun, inspections_file(tmp_path)) == 0
    capsys.readouterr()
    assert call("campaign", "issue", begun, "--signed", "2024-08-27", "--days", "14") == 0
    assert "0 tasks issued; 2 units are open" in capsys.readouterr().err
