"""A round described by hand: what is read, and faults that say the file, the row and the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from govmedia_rules.campaign import read_campaign
from govmedia_rules.errors import CampaignError

TERMS = '[terms]\ntitle = "检查"\nperiod = "2024年第三季度"\n[reported]\nby = "检查单位"\nat = 2024-08-01T09:00:00+08:00\n'


def described(folder: Path, text: str = TERMS, **tables: str) -> Path:
    (folder / "campaign.toml").write_text(text, "utf-8")
    for name, table in tables.items():
        (folder / f"{name}.csv").write_text(table, "utf-8-sig")
    return folder


def test_every_table_is_read(tmp_path: Path) -> None:
    text = (
        TERMS
        + 'reviewed_at = 2024-08-02T09:00:00+08:00\n[[rulings]]\nsubject = "乙网"\noutcome = "failed"\nrole = "检查单位"\nat = 2024-08-03T09:00:00+08:00\nreason = "空壳"\n'
    )
    folder = described(
        tmp_path,
        text,
        sites="网站名称,网站标识码\n甲网,6107000063\n乙网,\n",
        accounts="账号名称,平台类型\n丙,微博\n",
        population="subject,count,level\nsite,3,县级门户|市级门户\n",
        results="subject,outcome,count\nsite,passed,2\n",
        reported="name,platform,code,outcome,wording,more,score_low,score_high\n甲网,,6107000063,failed,栏目不更新,是,,\n丙,微博,,passed,,,,\n丁网,,,passed,,,88.5,90\n",
        disclosure="unit,total,政策解读\n省教育厅,10,\n",
        letters="unit,done,pending,mean_working_days\n吉安市,1,7,5\n",
    )
    campaign, draft = read_campaign(folder)
    assert draft is None
    assert len(campaign.members) == 3
    assert campaign.statistics().total("site").population == 5
    assert [one.subject.name for one in campaign.failures()] == ["甲网", "乙网"]
    assert campaign.results["main", "丁网"].score is not None
    assert campaign.letter_tally.rate == (1, 8)
    assert campaign.disclosures[0].kinds == ()
    assert campaign.reported[0].faults[0].is_one_of_several


def test_a_report_nobody_reviewed_waits(tmp_path: Path) -> None:
    campaign, _ = read_campaign(described(tmp_path, reported="name,outcome,wording\n甲网,failed,栏目不更新\n"))
    assert [one.outcome for one in campaign.results.values()] == ["unreviewed"]


@pytest.mark.parametrize(
    ("text", "tables", "told"),
    [
        ("[terms", {}, "cannot be read"),
        ("[turms]", {}, "nothing is called turms"),
        ("[terms]\nperiod = '2024年'", {}, "key title"),
        (TERMS, {"population": "subject,count\nsite,-1\n"}, r"population\.csv, key count, row 2"),
        (TERMS, {"population": "subject,cuont\nsite,1\n"}, r"population\.csv, key c"),
        (TERMS, {"results": "subject,outcome,count\nsite,passed,1,9\n"}, "more cells"),
        (TERMS, {"results": "subject,outcome,count\nsite,passed,1\nsite,pased,1\n"}, r"key outcome, row 3"),
        (TERMS, {"reported": "name,platform\n甲,某平台\n"}, "row 2"),
        (TERMS, {"reported": "name,naem\n甲,乙\n"}, "key naem"),
        (TERMS, {"letters": "unit,done\n甲,多\n"}, "key done"),
        (TERMS, {"reported": 'name\n"甲\n'}, "cannot be read"),
        (TERMS, {"sites": "网站标识码\n1\n"}, "name|名称"),
        (TERMS + "[notice]\n", {}, "key issuer"),
    ],
)
def test_faults_say_where(tmp_path: Path, text: str, tables: dict[str, str], told: str) -> None:
    from govmedia_rules.errors import GovMediaRulesError

    with pytest.raises(GovMediaRulesError, match=told):
        read_campaign(described(tmp_path, text, **tables))


def test_no_description(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="no round is described here"):
        read_campaign(tmp_path)
    (tmp_path / "campaign.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CampaignError, match="cannot be read"):
        read_campaign(tmp_path)
