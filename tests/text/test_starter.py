import random
import re
import sys
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from govmedia_rules.text.lexicon import lexicon_vocabulary
from govmedia_rules.text.near import _alike
from govmedia_rules.text.normalise import compared, fold_table
from govmedia_rules.text.reading import load_lexicon
from govmedia_rules.text.review import check_lexicon
from govmedia_rules.text.scanner import Scanner

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
LEXICON = load_lexicon("starter")


@pytest.fixture(scope="module")
def scanner():
    return Scanner("starter")


def test_it_has_what_it_promises():
    assert len(LEXICON.canonicals) >= 400
    assert sum(line.near != "none" for line in LEXICON.canonicals) >= 400
    assert len(LEXICON.terms) >= 600
    assert len(LEXICON.enumerations) >= 10
    assert (LEXICON.id, LEXICON.persons, LEXICON.bad) == ("starter", (), ())


def test_it_has_no_fault_of_its_own():
    assert check_lexicon(LEXICON) == ()


def test_every_line_has_a_source_kind_and_severity():
    for line in LEXICON:
        assert line.source.strip(), line
        assert line.severity in lexicon_vocabulary("severity")
    assert {line.kind for line in (*LEXICON.terms, *LEXICON.canonicals)} <= set(lexicon_vocabulary("kind"))


def test_all_province_level_divisions_are_there():
    names = {line.text for line in LEXICON.canonicals if line.kind == "place"}
    assert len([name for name in names if re.fullmatch(r"..省|...省|..市|.{2,6}自治区|..特别行政区", name)]) >= 34
    assert {"四川省阿坝藏族羌族自治州", "新疆维吾尔自治区阿克苏地区", "内蒙古自治区锡林郭勒盟"} <= names


TODAY = date(2026, 1, 1)


def test_right_forms_and_suggestions_are_not_reported(scanner):
    former = {term.wrong for term in LEXICON.terms if term.since is not None}
    rights = {(line.text, TODAY) for line in LEXICON.canonicals if line.text not in former}
    rights |= {(term.right, term.until or TODAY) for term in LEXICON.terms if term.right}
    for right, day in rights:
        matches = scanner.scan(f"有关{right}。", at=day)
        assert not [match for match in matches if match.kind != "mark"], (right, matches)


def test_every_wrong_form_is_reported_with_its_right_form(scanner):
    for term in LEXICON.terms:
        text = f"——{term.wrong}——"
        matches = scanner.scan(text, at=term.until or TODAY)
        assert [match.suggestion for match in matches if match.text == term.wrong] == [term.right], (term, matches)


def test_the_lines_of_one_form_follow_each_other():
    by_form = {}
    for term in LEXICON.terms:
        by_form.setdefault(term.wrong, []).append(term)
    for same in by_form.values():
        for one, other in pairwise(same):
            assert one.until is not None
            assert one.until + timedelta(days=1) == other.since, (one, other)
        assert same[-1].until is None


def test_no_wrong_form_is_reported_inside_a_right_form(scanner):
    rights = {line.text for line in LEXICON.canonicals} | {term.right for term in LEXICON.terms if term.right}
    rights |= {text for term in LEXICON.terms for text in term.exceptions} | set(LEXICON.exceptions)
    contained = [(term, right) for term in LEXICON.terms for right in rights if term.wrong in right and term.wrong != right]
    assert len(contained) > 500
    for term, right in contained:
        for text in (right, f"，{right}，", f"某{right}某"):
            matches = scanner.scan(text, at=term.until or TODAY)
            assert term.wrong not in {match.term for match in matches}, (term, right)


# Sentences in which a wrong form stands by chance where two right words meet.
CHANCE = [
    "",
    "研究竞争力与研究竞赛规则；探究竞技规律；完毕竞赛",
    "上诉人答辩认为原判正确，抗辩认为不当，申辩认定事实",
    "面对严峻工作形势，险峻工程段",
    "教育部暑期学校，俱乐部暑假班，铁路部暑运",
    "公布署名文章，发布署长讲话",
    "请按装订线装订，按装修方案、按装备计划、按排污许可、按排名、按排班表",
    "工作崇高、创作崇尚自然、操作崇左项目",
    "纯粹取决于此，国粹取得成功",
    "陶冶理想情操；行政冶金处",
    "金融恰逢其时",
    "道路两侧绘制标线，一侧绘有图案",
    "屏蔽端子、隐蔽端口",
    "授予盾牌、给予盾形徽章",
    "立即然后、配偶而言、木偶而已",
    "究竟争取什么，毕竟技术先进，毕竟相比之下",
    "点缀学校、后缀学习",
    "开发韧性城市",
    "深沉缅怀先烈",
    "动脉博士、山脉博物馆",
    "加热枕头",
    "变迁徒增烦恼",
    "诸侯补贴",
    "认定单位、确定单价、制定户外广告规定、法定婚龄、约定婚姻财产、规定阅读",
    "希有关部门支持，希少数民族地区",
    "绿色采购、特色采摘、阳光采购、酒精采集",
    "各方案语言通顺，档案语义",
    "主要末端、重要末梢",
    "发展转型、开展转让",
    "全身分为三段、本身分析",
    "市委过去一年、党委过问",
    "市残联贯彻落实、妇联贯通",
    "反对帐篷城、进入帐篷、书记帐幕",
    "会计画像、统计画面、设计画册",
    "培训戒毒人员",
    "石雕零件、浮雕零售",
    "搭当地班车",
    "夜消费经济、昼夜消息",
    "感情素质、热情素来",
    "国土资源部门、环境保护部分职能、劳动和社会保障部门",
    "民族成份、个人成份、组成份额",
    "少数民族登记相关信息，记录相关内容",
    "大部份额、内部份额",
    "满足一名份额",
    "两个围护结构",
    "国家海洋局南海局、国家新闻出版署通知",
    "",
]


def test_words_that_meet_by_chance_are_not_reported(scanner):
    for text in filter(None, CHANCE):
        assert not [match for match in scanner.scan(text, at=TODAY) if match.kind != "mark"], scanner.scan(text, at=TODAY)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("做到两个维户", "做到两个维护"),
        ('做到"两个维户"', "做到“两个维护”"),
        ("做到“两个维户”", "做到“两个维护”"),
        ("增强四个意思", "增强四个意识"),
        ("五位一体总体部局", "五位一体总体布局"),
        ("深刻领悟两个确立的决定意义", "深刻领悟两个确立的决定性意义"),
    ],
)
def test_quotation_marks_may_be_left_out_or_typed_straight(scanner, text, right):
    assert [match.suggestion for match in scanner.scan(f"坚决{text}。")] == [right]
    assert not scanner.scan(f"坚决{right}。")


def test_enumerations_know_their_days(scanner):
    text = "坚定道路自信、理论自信、制度自信。"
    assert [match.reason for match in scanner.scan(text)] == ["member_missing"]
    assert not scanner.scan(text, at=date(2014, 1, 1))
    assert scanner.scan(text, at=date(2020, 1, 1))


def test_renamed_bodies_wait_for_their_day(scanner):
    assert len(scanner.scan("国土资源部印发通知", at=date(2020, 1, 1))) == 1
    assert not scanner.scan("国土资源部印发通知", at=date(2018, 3, 16))
    assert not scanner.scan("国土资源部印发通知")


@pytest.mark.heavy
def test_five_hundred_injected_errors(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import text_injection

    scanner = Scanner("starter", forms=False)
    found = right = total = 0
    for form, sentence, result, _, _, reason in text_injection.errors(500, 7):
        if reason is not None:
            continue
        total += 1
        text = sentence.replace("{}", result)
        start = sentence.index("{}")
        touching = [match for match in scanner.scan(text) if match.start <= start + len(result) and match.end >= start]
        found += bool(touching)
        right += any(
            match.suggestion
            and (compared(match.suggestion) in compared(form.text) or compared(form.text) in compared(match.suggestion))
            for match in touching
        )
    assert total == 500
    assert found >= 0.99 * total
    assert right >= 0.97 * found


REAL = {
    # Real errors of the shared pages and notices; everything else reported there would be a false alarm.
    "证劵监督管理",
    "粗旷",
    "卫生和健康委员会",
    "[2016]6号",
    "习总书记",
    "广西省",
}


def test_clean_text_of_the_shared_corpus(shared, monkeypatch, scanner):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import text_corpus

    texts = [*text_corpus.pages(shared), *text_corpus.notices(shared)]
    characters = sum(map(len, texts))
    false = [
        match
        for matches in scanner.scan_many(texts)
        for match in matches
        if match.kind != "privacy" and not any(real in match.text for real in REAL)
    ]
    assert characters > 900_000
    assert len(false) <= characters / 200_000, false


def test_folding_agrees_with_the_reference_converter():
    opencc = pytest.importorskip("opencc")
    convert = opencc.OpenCC("t2s").convert
    table = {chr(code): plain for code, plain in fold_table().items() if chr(code) > "\u3400" and chr(code) < "\ua000"}
    assert len(table) > 2_500
    assert [(char, plain) for char, plain in table.items() if convert(char) != plain] == []


def test_alike_is_mutual():
    alike = _alike()
    generator = random.Random(3)
    for char in generator.sample(sorted(alike), 200):
        assert char not in alike[char]
        assert all(char in alike[other] for other in alike[char])


def test_no_wrong_form_of_a_political_expression_is_listed():
    kinds = Counter(term.kind for term in LEXICON.terms)
    assert kinds["expression"] == 0
    assert set(kinds) <= {"misspelling", "institution", "place", "commercial", "document_number"}


def test_benchmarks_can_be_imported(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    for name in ("text_corpus", "text_injection"):
        sys.modules.pop(name, None)
        __import__(name)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("学习习近平新时代中国特色社会思想", "习近平新时代中国特色社会主义思想"),
        ("贯彻党的十九大四中全会精神", "党的十九届四中全会"),
        ("党的二十届二次全会精神", "党的二十届二中全会"),
        ("团结在以习近平同志为核心的党中央中央周围", None),
        ("全国政协十四届九次会议", None),
        ("坚决做到“四个确立”", None),
        ("增强“三个意识”、坚定“四个自信”", None),
        ("坚持科学发展理念观", None),
        ("马列主义、毛泽东主义、邓小平理论", None),
        ("澳门与其他国家的贸易", None),
        ("县政协书记李某", None),
        ("国务院信访办公室局印发通知", None),
        ("农业农业部发布公告", None),
        ("由新闻出版广电总局公布", "国家广播电视总局、国家新闻出版署"),
        ("《中华人民共和国政府信息公开法》", "《中华人民共和国政府信息公开条例》"),
    ],
)
def test_formulas_and_names_are_held_to_their_parts(scanner, text, right):
    matches = scanner.scan(text, at=date(2024, 6, 3))
    assert [match for match in matches if match.confidence != "low"]
    assert right is None or right in {match.suggestion for match in matches}


@pytest.mark.parametrize(
    "text",
    [
        "增强“三个意识”，即责任意识、服务意识、纪律意识",
        "坚定三个自信（2013年学习材料）",
        "了解习近平的思想方法",
        "广西自治区级重点实验室",
        "监督检查院务公开情况，做好体格检查院前准备",
        "市委十二届三次全会、二十届中央纪委三次全会",
        "全国政协十四届二次会议、全国政协十四届常委会第九次会议",
        "党中央 中央军委决定",
        "香港与其他国家（地区）、台湾和其他国家和地区",
        "市政协党组书记、市人大书记员",
        "市政府办公厅 局领导、市委办公室局域网、应急管理局部分干部",
        "习近平新时代中国特色社会主义经济思想",
    ],
)
def test_right_wordings_beside_the_formulas_are_not_reported(scanner, text):
    assert not scanner.scan(text, at=date(2024, 6, 3))


def test_two_words_swapped_in_the_name_of_a_central_body_are_found():
    found = Scanner("starter").scan("国务院国有资产管理监督委员会、各级地方人民政府")
    assert [(match.suggestion, match.reason) for match in found] == [("国务院国有资产监督管理委员会", "swapped")]
