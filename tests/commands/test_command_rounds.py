"""Rounds at random from files by the command line: whatever a clerk enters, all that is written says the same of each unit."""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.campaign import Campaign
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.judge.rulebook import load_rulebook
from govmedia_rules.notices import read, reconcile

PLACES = tuple(f"{name}县" for name in "甲乙丙丁戊己庚辛")
ZONES = (SHANGHAI, UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=45)))
STARTS = tuple(datetime(2024, month, day, 9, tzinfo=SHANGHAI) for month, day in ((2, 5), (5, 6), (8, 5)))
SIGNED = ("2024-03-15", "2024-06-17", "2024-09-18")
FAULTS = ("首页不能打开", "栏目不更新", "未提供网上有效咨询建言渠道")
DRAFT = (
    'issuer = "某市人民政府办公室"\nopen_units = "count"\nissues = "print"\n'
    '[[attachments]]\ntitle = "不合格单位名单"\ntable = "failed"\n'
)


def call(*words: object) -> int:
    return main(["campaign", *map(str, words)])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


class Clerk:
    """Enters one round at random, impossible times and unknown units among the rest."""

    def __init__(self, base: Path, quarter: int, chance: random.Random) -> None:
        self.base, self.quarter, self.chance = base, quarter, chance
        self.folder = base / f"round{quarter}"

    def moment(self, least: int, most: int) -> str:
        at = STARTS[self.quarter] + timedelta(days=self.chance.randint(least, most), minutes=self.chance.randint(0, 1400))
        return at.astimezone(self.chance.choice(ZONES)).isoformat()

    def begin(self, before: Path | None) -> None:
        call("new", self.folder, "--title", "某市检查", "--period", f"2024年第{'一二三'[self.quarter]}季度", "--place", "全市")
        accounts = [
            {"账号名称": f"{place}发布", "平台类型": "微信公众号", "所属地方或部门": place, "账号主体": f"{place}人民政府"}
            for place in PLACES
        ]
        sites = [{"网站名称": f"{place}人民政府网", "首页网址": f"http://www.{i}x.gov.cn/"} for i, place in enumerate(PLACES)]
        call("add", self.folder, "--accounts", write_rows(self.base / f"accounts{self.quarter}.csv", accounts))
        call("add", self.folder, "--sites", write_rows(self.base / f"sites{self.quarter}.csv", sites))
        if before is not None:
            call("carry", self.folder, before)
            if self.chance.random() < 0.3:
                call("carry", before, self.folder)

    def inspect(self) -> None:
        book = load_rulebook("national-2019")
        lines = []
        for place in PLACES:
            at = self.moment(-3, 28)
            snapshot = testing.snapshot(
                "account",
                account={"name": f"{place}发布", "platform": "微信公众号", "owner": f"{place}人民政府"},
                observed_at=at,
                latest_post_at="2020-01-01" if self.chance.random() < 0.4 else at[:10],
                functions=[{"kind": "menu", "name": "互动交流", "works": True}],
            )
            lines.append(book.inspect(snapshot).to_json())
        inspections = self.base / f"inspections{self.quarter}.jsonl"
        inspections.write_text("\n".join(lines) + "\n", "utf-8")
        call("results", self.folder, inspections)
        reports = []
        for place in (*PLACES, "某县"):
            outcome = self.chance.choice(["合格", "合格", "不合格", ""])
            wording = self.chance.choice(FAULTS) if outcome != "合格" else ""
            reviewed = self.moment(0, 30) if outcome == "不合格" and self.chance.random() < 0.7 else ""
            reports.append(
                {
                    "网站名称": f"{place}人民政府网",
                    "检查结果": outcome,
                    "存在的突出问题": wording,
                    "检查时间": self.moment(-5, 28),
                    "复核时间": reviewed,
                }
            )
        call("results", self.folder, write_rows(self.base / f"reports{self.quarter}.csv", reports), "--by", "第三方检测机构")

    def fill_in(self, command: str, answer: str, when: str, words: list[str], role: str) -> None:
        """Write a list, answer its rows at random, and read it back."""
        path = self.base / f"{command}{self.quarter}.csv"
        call(command, self.folder, "--write", path)
        rows = rows_of(path)
        for row in rows:
            row |= {answer: self.chance.choice(words), when: self.chance.choice(["", self.moment(-20, 80)])}
        if rows:
            call(command, self.folder, "--read", write_rows(path, rows), "--role", role, "--at", self.moment(40, 60))

    def appeal(self) -> None:
        for number in range(self.chance.randint(0, 3)):
            unit = self.chance.choice(PLACES)
            words = ("--at", self.moment(0, 60), "--reason", "异议")
            call("appeal", self.folder, number, "--unit", f"wechat_official:{unit}发布@{unit}人民政府", "--by", "主办单位", *words)
            decision = self.chance.choice(["upheld", "rejected"])
            call("appeal", self.folder, number, "--answer", decision, "--role", "检查单位", *words)


def documents_agree(clerk: Clerk, failed: set[str]) -> None:
    draft = clerk.base / "draft.toml"
    draft.write_text(DRAFT, "utf-8")
    for kind in ("docx", "html"):
        path = clerk.base / f"notice{clerk.quarter}.{kind}"
        assert call("notice", clerk.folder, "--draft", draft, "--out", path) == 0
        notice = read(path.read_bytes())
        assert {unit.name for attachment in notice.attachments for unit in attachment.listed} == failed
        assert reconcile(notice).contradictions == ()
        for whole in notice.populations:
            ending = "发布" if whole.subject == "account" else "网"
            assert whole.failed in (None, sum(name.endswith(ending) for name in failed))


def commands_agree(clerk: Clerk, before: Path | None, capsys: pytest.CaptureFixture[str]) -> None:
    campaign = Campaign.load(clerk.folder)
    failed = {result.subject.name for result in campaign.failures()}
    tasks = clerk.base / "tasks.csv"
    call("recheck", clerk.folder, "--write", tasks)
    assert {row["名称"] for row in rows_of(tasks)} == {task.name for task in campaign.tasks if task.is_open}
    capsys.readouterr()
    call("statistics", clerk.folder, "--format", "json")
    totals: list[dict[str, Any]] = [
        row for line in capsys.readouterr().out.splitlines() if (row := json.loads(line))["level"] == "合计"
    ]
    assert sum(int(row["failed"]) for row in totals) == len(failed)
    if before is not None:
        was = {result.subject.name for result in Campaign.load(before).failures()}
        call("compare", before, clerk.folder, "--json")
        tracks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {track["name"] for track in tracks} == failed | was
        for track in tracks:
            assert (track["kind"] == "new") == (track["name"] not in was)
            assert track["name"] not in failed or track["kind"] in ("new", "persisting", "relapsed")
    documents_agree(clerk, failed)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(14))
def test_all_that_is_written_says_the_same_of_each_unit(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(seed)
    before: Path | None = None
    for quarter in range(3):
        clerk = Clerk(tmp_path, quarter, chance)
        clerk.begin(before)
        clerk.inspect()
        for _ in range(2):
            clerk.fill_in("review", "结论", "复核时间", ["属实", "属实", "不属实", "", "也许"], "检查单位")
        clerk.appeal()
        call("issue", clerk.folder, "--signed", SIGNED[quarter], "--days", "14")
        commands_agree(clerk, before, capsys)
        clerk.fill_in("recheck", "复查结果", "复查时间", ["已整改", "已整改", "未整改", "", "也许"], "复查人员")
        commands_agree(clerk, before, capsys)
        before = clerk.folder
