"""What a clause does: a fault that is denied, demanded, asked for, planned, praised away or put right is no finding."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from govmedia_rules.notices import agrees, classify, read
from govmedia_rules.notices.outline import Line
from govmedia_rules.notices.stance import has_fault, stance_of, stances

FRAME = """青石县人民政府办公室关于2023年第三季度政府网站与政务新媒体检查情况的通报
各单位:
一、总体情况
共检查政府网站10家。
二、存在问题
{}
青石县人民政府办公室
2023年9月30日
"""

NO_FINDINGS = [
    "未出现安全、泄密等问题。",
    "各网站均未发现严重表述错误、链接失效等情况。",
    "检查中没有发现暗链、外链不可用现象。",
    "县教育局网站无空白栏目,无超期未更新栏目。",
    "要坚决杜绝泄露个人隐私、出现严重错别字等问题。",
    "各单位务必做到两周内至少更新一次,严禁出现“僵尸”账号。",
    "重点看首页是否两周未更新、是否存在空白栏目、留言是否超三个月未回复。",
    "上季度通报的县水利局网站首页未更新、“青石供水”微博停更问题,现均已整改到位。",
    "上次检查发现的5个空白栏目已全部补充完善。",
    "县财政局网站更新及时,互动回应良好,值得肯定。",
    "今后,对长期不更新的账号将予以关停。",
    "拟于四季度集中整治栏目空白、链接错误等突出问题。",
    "为避免出现更新不及时、内容不严谨等问题,各单位要加强审核。",
    "若出现严重表述错误,一律追责。",
    "与上季度相比,错别字、死链等问题明显减少。",
    "各单位能够按时答复网民留言,未出现超期答复。",
    "县商务局网站运行良好。",
    "对超过两周不更新的账号,将予以通报。",
    "去年曾出现的账号停更、错别字问题今年均未再发生。",
    "如再发现栏目空白的,将扣减年度考核得分。",
    "自查中如发现网站打不开、栏目超期未更新的,要立即整改。",
    "网站未被发现有严重错误。",
    "县住建局网站空白栏目已于3月5日补充完毕。",
    "针对空白栏目问题,已建立月度巡查制度。",
    "经核实,“青石应急”微博更新间隔未超过两周。",
    "所有账号均按要求完成备案,未发现瞒报漏报。",
    "群众来信及时办理,未发现长期不更新栏目。",
    "县信息中心负责链接巡检和错敏词扫描工作。",
    "请各单位对照检查指标,认真查摆栏目更新、互动回应等方面存在的问题。",
    "本季度,全县政府网站和政务新媒体不存在“不更新、不回应、不实用”情况。",
    "大部分单位能够及时更新信息。",
    "所有政务新媒体微信公众号均及时处理错敏字。",
    "本次检查的主要内容包括:首页可用性、信息更新、互动回应、服务实用。",
    "通过整改,有效解决了栏目更新不及时、链接失效等问题。",
    "对不能按期整改的,将在全县范围内通报批评。",
    "没有单位因网站问题被上级通报。",
    "保障网站不断档、不失联、不失管。",
    "不得转载来源不明、内容不实的信息,不得发布商业广告。",
    "县公安局网站开设了举报网络泄密、违法违规信息专栏。",
    "进一步提升信息更新频次,丰富互动渠道,优化办事服务。",
    "个别问题已在检查当日立行立改。",
]


@pytest.mark.parametrize("frame", [FRAME, "{}"], ids=["under 存在问题", "alone"])
@pytest.mark.parametrize("sentence", NO_FINDINGS)
def test_a_sentence_that_states_no_fault_is_no_finding(sentence: str, frame: str) -> None:
    problems = read(frame.format(sentence)).problems
    assert [problem.indicator_ids for problem in problems if set(problem.indicator_ids) != {"other"}] == []


FINDINGS = [
    ("县教育局网站有4个栏目超过半年未更新。", "site.veto.columns"),
    ("“青石供水”微信公众号2周内未更新。", "media.veto.stale"),
    ("县水利局网站首页打不开。", "site.veto.unreachable"),
    ("部分单位未能及时回复网民留言。", "reply|answer"),
    ("县司法局网站未公开咨询电话、缺少办理时限。", "service"),
    ("“青石广播”微博发布的信息存在严重表述错误,虽已删除,但影响不良。", "expression"),
    ("县林业局网站未提供有效互动渠道。", "site.veto.interaction"),
    ("“青石园林”微信公众号停更长达5个月。", "media.veto.stale"),
    ("县档案馆网站多个链接无法打开。", "availability"),
    ("县人社局网站未规范标注党政机关标识。", "marks"),
    ("“青石民政”微信公众号无有效互动功能。", "media.veto.interaction"),
    ("县医保局网站办事指南要素不全。", "service"),
    ("上季度被通报的“青石防汛”微博仍未更新。", "media.veto.stale"),
    ("不仅更新不及时,而且“青石农机”微博存在敏感信息。", "media.veto"),
    ("县交通局网站虽然更新及时,但有2个空白栏目。", "site.veto.columns"),
    ("“青石交通”抖音号未在报送系统备案。", "unregistered"),
    ("县气象局网站解读材料未与政策文件关联。", "linkage"),
    ("除县档案局网站存在2个空白栏目外,其他网站未发现问题。", "site.veto.columns"),
    ("县法院网站无法访问且未报备。", "unreachable"),
    ("“青石党建”微信公众号推送商品广告。", "commercial"),
]


@pytest.mark.parametrize("frame", [FRAME, "{}"], ids=["under 存在问题", "alone"])
@pytest.mark.parametrize(("sentence", "indicator"), FINDINGS)
def test_a_sentence_that_states_a_fault_is_a_finding(sentence: str, indicator: str, frame: str) -> None:
    problems = read(frame.format(sentence)).problems
    ids = [identifier for problem in problems for identifier in problem.indicator_ids]
    assert any(part in identifier for part in indicator.split("|") for identifier in ids), ids


@pytest.mark.parametrize(
    ("clause", "stance"),
    [
        ("未发现不合格网站", "denied"),
        ("未发现有效互动渠道", "fault"),
        ("无更新", "fault"),
        ("首页无错别字", "denied"),
        ("是否存在空白栏目", "asked"),
        ("杜绝更新不及时", "demanded"),
        ("办事指南要素不全", "fault"),
        ("主要栏目不更新", "fault"),
        ("申请表无法下载", "fault"),
        ("均已整改到位", "rectified"),
        ("仍未整改到位", "fault"),
        ("更新频次有待提高", "weak"),
        ("本季度继续两周未更新", "fault"),
        ("继续加强审核", "demanded"),
        ("“僵尸”现象明显减少", "praised"),
        ("3月1日开展检查", "plain"),
    ],
)
def test_the_stance_of_a_clause(clause: str, stance: str) -> None:
    assert stance_of(clause) == stance


def test_a_clause_without_a_subject_goes_on_as_the_one_before() -> None:
    line = Line(1, 0, "要杜绝严重表述错误,互动回应差等问题,但个别账号更新不及时")
    assert [stance for _, stance in stances(line)] == ["demanded", "demanded", "fault"]


def test_words_that_hold_a_negation_say_nothing_wrong() -> None:
    assert not has_fault("不动产登记中心不断优化无障碍服务")
    assert has_fault("不动产登记中心网站不更新")


@pytest.mark.parametrize("topic", ["栏目", "更新", "留言", "名称", "商务", "链接", "首页", "互动", "隐私", "保密"])
def test_no_veto_comes_from_a_topic_alone(topic: str) -> None:
    for subject in ("site", "account", None):
        assert not [i for i in classify(topic, subject=subject).indicator_ids if ".veto." in i]


def test_names_decide_nothing() -> None:
    assert classify("县商务局网站首页超过两周未更新").indicator_ids == ("site.veto.home_stale",)
    assert classify("“营山商务”微信公众号连续两周未更新").indicator_ids == ("media.veto.stale",)
    assert classify("“僵尸”网站").indicator_ids == ("site.veto.home_stale",)


@pytest.mark.parametrize(
    "clause",
    [
        "答复率99.6%",
        "暗链0个",
        "首页不更新0家",
        "关停注销账号23个",
        "收到网民留言45条",
        "不合格网站名单",
        "对“网站不能访问”等单项否决问题立行立改",
    ],
)
def test_figures_titles_and_orders_are_no_findings(clause: str) -> None:
    assert read(FRAME.format(f"{clause}。")).problems == ()


def test_what_is_said_of_the_rest_is_not_said_of_those_named() -> None:
    (problem,) = read(FRAME.format("“青石水利”微博仍未更新,其余4个均已整改。")).problems
    assert not problem.rectified
    assert [named.name for named in problem.named] == ["青石水利"]


def test_a_finding_put_right_meanwhile_says_so() -> None:
    (problem,) = read(FRAME.format("“青石水利”微博超过两周未更新,现已整改到位。")).problems
    assert problem.rectified
    assert problem.indicator_ids == ("media.veto.stale",)


@pytest.mark.parametrize(
    "sentence",
    [
        "不合格账号为“青石水利”和“青石文旅”。",
        "5个账号不合格,分别为“青石水利”“青石文旅”。",
        "更新间隔超过14天的有“青石水利”“青石文旅”。",
    ],
)
def test_quoted_names_after_their_predicate(sentence: str) -> None:
    names = [named.name for problem in read(FRAME.format(sentence)).problems for named in problem.named]
    assert names == ["青石水利", "青石文旅"]


STATEMENTS = list(
    csv.DictReader(
        Path(__file__).with_name("statements.tsv").read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
)


@pytest.mark.parametrize("frame", [FRAME, "{}"], ids=["under 存在问题", "alone"])
@pytest.mark.parametrize("row", STATEMENTS, ids=[row["text"] for row in STATEMENTS])
def test_a_statement_gives_the_names_and_faults_that_it_states_and_no_other(row: dict[str, str], frame: str) -> None:
    problems = read(frame.format(row["text"])).problems
    names = {f"{named.name.removesuffix('网站')}/{named.platform or named.kind}" for p in problems for named in p.named}
    assert names == set(row["named"].removeprefix("-").split())
    labels = [label for label in row["ids"].removeprefix("-").split(",") if label]
    ids = tuple(identifier for problem in problems for identifier in problem.indicator_ids)
    assert [label for label in labels if not agrees(ids, label)] == []
    assert [i for i in ids if i != "other" and not any(agrees((i,), label) for label in labels)] == []
