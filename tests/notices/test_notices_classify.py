"""Classification of wordings: what decides, both readings where nothing decides, and wordings made up for other provinces."""

from __future__ import annotations

import csv
import time
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govmedia_rules.notices import Words, agrees, classify, read
from tests.timing import allowed

HERE = Path(__file__).parent
KINDS = {"site": "site", "media": "account", "both": "site"}


@pytest.mark.parametrize(
    ("phrase", "ids", "words"),
    [
        ("首页超过两周未更新", ("site.veto.home_stale",), ("首页", "未更新")),
        ("微信公众号连续两周以上未更新信息", ("media.veto.stale",), ("两周", "未更新")),
        ("单项否决(未及时更新和缺有效互动渠道", ("site.veto.columns", "media.veto.stale", "media.veto.interaction"), None),
        ("政策解读稿未与政策原文相互关联", ("site.deduct.interpretation.linkage",), ("解读", "关联")),
        ("申报材料与申请条件或办理流程要求不一致", ("site.deduct.service.accuracy",), None),
        ("账号实际名称与全国政务新媒体信息报送系统不一致", ("media.manage.registration",), ("名称", "不一致")),
        ("栏目空白、链接失效", ("site.veto.columns.blank", "site.deduct.design.availability"), ("栏目空白", "链接失效")),
        ("推文中出现错别字", ("media.veto.safety",), ("错别字",)),
        ("网站信息有漏字、病句", ("site.veto.safety",), ("漏字",)),
        ("网站存在严重错别字", ("site.veto.safety.expression",), ("错别字", "严重")),
        ("整改不到位", ("other",), ("整改", "不")),
        ("今天天气晴好", ("other",), ()),
    ],
)
def test_the_ids_come_with_the_words_that_decided(phrase: str, ids: tuple[str, ...], words: tuple[str, ...] | None) -> None:
    found = classify(phrase)
    assert found.indicator_ids == ids
    if words is not None:
        assert found.words == words
    for decision in found.decisions:
        assert all(word in phrase.replace("“", "") for word in decision.words)


def test_a_wording_that_names_no_subject_is_read_both_ways_until_told() -> None:
    open_reading = classify("存在严重表述错误")
    assert open_reading.indicator_ids == ("site.veto.safety.expression", "media.veto.safety.expression")
    assert open_reading.is_ambiguous
    assert open_reading.subject is None
    assert classify("存在严重表述错误", subject="account").indicator_ids == ("media.veto.safety.expression",)
    assert classify("公众号存在严重表述错误").indicator_ids == ("media.veto.safety.expression",)
    assert not classify("网站存在严重表述错误").is_ambiguous


def test_an_indicator_that_only_accounts_have_is_other_for_a_site() -> None:
    assert classify("违规发布商业广告", subject="site").indicator_ids == ("other",)
    assert classify("违规发布商业广告", subject="account").indicator_ids == ("media.manage.commercial",)


def test_several_faults_come_in_the_order_of_the_wording() -> None:
    assert classify("死链较多、办事指南要素缺失、咨询渠道缺失", subject="site").indicator_ids == (
        "site.deduct.design.availability",
        "site.deduct.service.guide",
        "site.veto.interaction",
    )


def test_spelling_does_not_matter() -> None:
    plain = classify("监测时间点前2周内无更新").indicator_ids
    assert classify("监测时间点前２周内 无更新。").indicator_ids == plain
    assert classify("“监测时间点前2周内无更新”").indicator_ids == plain
    assert classify("APP无法下载").indicator_ids == classify("app无法下载").indicator_ids


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("phrases-made*.tsv")))
def test_wordings_in_the_manner_of_other_provinces(name: str) -> None:
    with (HERE / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = [
        (row["phrase"], classify(row["phrase"]).indicator_ids)
        for row in rows
        if not all(agrees(classify(row["phrase"]).indicator_ids, label) for label in row["indicator_ids"].split(","))
    ]
    assert len(wrong) <= 0.03 * len(rows), wrong
    told = [
        row["phrase"]
        for row in rows
        for label in row["indicator_ids"].split(",")
        if not agrees(classify(row["phrase"], subject=KINDS[row["subject"]]).indicator_ids, label)  # type: ignore[arg-type]
    ]
    assert len(told) <= 0.03 * len(rows), told


def test_no_vocabulary_word_is_a_whole_wording() -> None:
    data = tomllib.loads(files("govmedia_rules.notices").joinpath("data", "classify.toml").read_text("utf-8"))
    words = {word for table in ("concepts", "context", "subjects") for terms in data[table].values() for word in terms}
    assert max(map(len, words)) <= 13
    phrases = {row.split("\t")[0] for path in HERE.glob("phrases-made*.tsv") for row in path.read_text("utf-8").splitlines()}
    long = {word for word in words & phrases if len(word) > 6}
    assert long == set()


def test_a_rule_that_names_what_is_not_there_is_refused() -> None:
    data = tomllib.loads(files("govmedia_rules.notices").joinpath("data", "classify.toml").read_text("utf-8"))
    data["rules"].append({"fault": "stale", "all": ["nowhere"]})
    with pytest.raises(ValueError, match="nowhere"):
        Words.of(data)


def test_a_vocabulary_of_ones_own() -> None:
    data = {
        "faults": {"late": {"site": "xx.late", "account": "xx.media.late", "unsaid": "both"}},
        "concepts": {"late": ["迟…发布"]},
        "context": {},
        "subjects": {"site": ["网站"], "account": ["账号"]},
        "rules": [{"fault": "late", "any": ["late"]}],
    }
    words = Words.of(data)
    assert classify("网站迟迟没有发布", words=words).indicator_ids == ("xx.late",)
    assert classify("迟至三月才发布", words=words).indicator_ids == ("xx.late", "xx.media.late")
    assert classify("已经发布", words=words).indicator_ids == ("other",)
    without = Words.of(data, without=frozenset({"迟…发布"}))
    assert classify("网站迟迟没有发布", words=without).indicator_ids == ("other",)


def test_a_family_and_its_members_agree() -> None:
    assert agrees(("site.veto.columns.blank",), "site.veto.columns")
    assert agrees(("site.veto.columns",), "site.veto.columns.core")
    assert not agrees(("site.veto.columnsx",), "site.veto.columns")
    assert not agrees(("site.veto.home_stale",), "site.veto.columns")


@given(st.text(max_size=300))
def test_any_text_is_classified(text: str) -> None:
    found = classify(text)
    assert found.indicator_ids
    assert len(set(found.indicator_ids)) == len(found.indicator_ids)


@pytest.mark.parametrize("text", ["未" * 9_000 + "更新", "链接" * 5_000, "无" * 20_000])
def test_hostile_wordings_end(text: str) -> None:
    assert classify(text).indicator_ids


@pytest.mark.heavy
def test_a_clause_of_many_names_ends() -> None:
    begun = time.process_time()
    read("关于检查情况的通报\n一、存在问题\n" + "“甲”网站无" * 1_500 + "。\n某办公室\n2024年1月1日\n")
    assert time.process_time() - begun < allowed(10)
