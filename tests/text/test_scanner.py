import pickle
import random
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govmedia_rules.text import normalise as normalise_module
from govmedia_rules.text import search as search_module
from govmedia_rules.text.lexicon import Canonical, Enumeration, Lexicon, Person, Term
from govmedia_rules.text.normalise import fold_table
from govmedia_rules.text.scanner import Scanner, find_candidates, lexicon_stamps, scanner_for

LEXICON = Lexicon(
    "示例",
    "1",
    terms=(
        Term("布署", "部署", source="词典"),
        Term("按装", "安装", exceptions=("按装机",)),
        Term("AI换脸", "深度合成"),
        Term("旧机关", "新机关", since=date(2018, 3, 17), outside=("former", "book_title", "quotation")),
        Term("检查院", "检察院"),
    ),
    canonicals=(
        Canonical("中国共产党", open="start", exceptions=("中国共产主义",), near="full"),
        Canonical("中国特色社会主义"),
        Canonical("中国特色社会主义制度"),
        Canonical("全国人民代表大会"),
        Canonical("社会主义核心价值观"),
        Canonical("不忘初心、牢记使命", exceptions=("不忘初心，牢记使命",)),
        Canonical("国家发展和改革委员会", kind="institution"),
        Canonical("21世纪海上丝绸之路"),
        Canonical("江西省", near="none"),
        Canonical("江苏省连云港市", kind="place", open="end"),
    ),
    enumerations=(Enumeration("四个意识", ("政治意识", "大局意识", "核心意识", "看齐意识")),),
    persons=(Person("张某某", "示例市市长", since=date(2022, 1, 1), until=date(2023, 12, 31)),),
)
BACKENDS = ["daachorse", "python"]


@pytest.fixture(params=BACKENDS)
def scanner(request):
    return Scanner(LEXICON, forms=False, backend=request.param)


def found(scanner, text, **options):
    matches = scanner.scan(text, **options)
    assert all(match.text == text[match.start : match.end] for match in matches)
    return [(match.text, match.suggestion, match.reason) for match in matches]


def test_a_listed_wrong_form(scanner):
    match = scanner.scan("会议布署工作。")[0]
    assert (match.start, match.end, match.text, match.suggestion) == (2, 4, "布署", "部署")
    assert (match.kind, match.confidence, match.source, match.by, match.term) == ("misspelling", "high", "词典", "示例 1", "布署")


@pytest.mark.parametrize(
    "text",
    [
        "按装机容量计算",
        "中国共产主义青年团",
        "法国共产党",
        "不忘初心，牢记使命",
        "不忘初心 牢记使命",
        "中国特色社会主义",
        "不 忘\n初心、牢记使命",
    ],
)
def test_right_forms_and_exceptions_are_left_alone(scanner, text):
    assert found(scanner, text) == []


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("布 署", "布 署"),
        ("布\u200b署", "布\u200b署"),
        ("布　署", "布　署"),
        ("布\n署", "布\n署"),
        ("佈署", "佈署"),
        ("中國特色社會注義", "中國特色社會注義"),
        ("中国 特色 社会注义", "中国 特色 社会注义"),
        ("中国特\n色社会注义", "中国特\n色社会注义"),
        ("ＡＩ换脸", "ＡＩ换脸"),
        ("AＩ換臉", "AＩ換臉"),
    ],
)
def test_text_as_found(scanner, text, passage):
    surrounded = f"前文，{text}。后文"
    assert [told[0] for told in found(scanner, surrounded)] == ([passage] if passage else [])


@pytest.mark.parametrize("gap", ["\n\n", "\n　　", "\t", "      ", "\n    ", "\r\n\r\n"])
def test_nothing_reaches_over_a_paragraph_or_column(scanner, gap):
    assert found(scanner, f"公布{gap}署名") == []


def test_a_broken_line_lowers_confidence(scanner):
    assert scanner.scan("布\n署")[0].confidence == "low"
    assert scanner.scan("布 署")[0].confidence == "high"


@given(
    st.lists(
        st.sampled_from(
            [
                "中國",
                "特色",
                "社会",
                "主义",
                "注義",
                "布",
                "署",
                "佈",
                "２",
                "1",
                "１世纪海",
                "平安" * 40,
                "上丝绸",
                "之路",
                "、",
                "\n",
            ]
        ),
        max_size=30,
    )
)
@settings(max_examples=150, deadline=None)
def test_cleaning_with_numpy_equals_cleaning_without(clips):
    pytest.importorskip("numpy")
    text = "".join(clips)
    scanner = _cached("daachorse")
    texts = [text, "甲" * 500, text]
    quick = list(scanner.scan_many(texts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(normalise_module, "has_numpy", lambda: False)
        assert list(scanner.scan_many(texts)) == quick


def test_a_number_in_full_width_is_read_as_a_whole():
    scanner = Scanner(Lexicon("x", canonicals=(Canonical("中华人民共和国成立70周年"),)), forms=False)
    assert found(scanner, "平安无事" * 60 + "迎接中华人民共和国成立５０周年" + "平安无事" * 60) == []


@pytest.mark.parametrize("text", ["MAI换脸", "XAI换脸"])
def test_latin_words_are_whole(scanner, text):
    assert found(scanner, text) == []


@pytest.mark.parametrize(
    ("text", "reason", "confidence"),
    [
        ("中国特色社会注义", "substituted_alike", "high"),
        ("中国特色山会主义", "substituted", "high"),
        ("中国特社会主义", "missing", "high"),
        ("中国特色社会主主义", "added", "high"),
        ("中国特色会社主义", "swapped", "high"),
        ("国特色社会主义", "first_character", "low"),
        ("全国人民代表大", "last_character", "low"),
        ("不忘初心牢记使命", "punctuation", "low"),
        ("国家发展与改革委员会", "substituted", "high"),
        ("中共国产党", "swapped", "high"),
    ],
)
def test_near_misses(scanner, text, reason, confidence):
    matches = scanner.scan(f"学习{text}。")
    assert [(match.text, match.reason, match.confidence) for match in matches] == [(text, reason, confidence)]


@pytest.mark.parametrize(
    "text",
    [
        "中国特色的社会主义",  # a joining word
        "全国、人民代表大会",  # a mark divides
    ],
)
def test_grammar_is_no_error(scanner, text):
    assert found(scanner, text) == []


def test_a_right_form_inside_explains_nothing(scanner):
    assert found(scanner, "在江西省连云港市举行") == [("江西省连云港市", "江苏省连云港市", "wrong_province")]


def test_an_open_end_reports_nothing(scanner):
    assert found(scanner, "江苏省连云港的码头") == []


def test_the_longer_form_wins(scanner):
    assert [told[:2] for told in found(scanner, "坚持中国特色社会注义制度")] == [("中国特色社会注义制度", "中国特色社会主义制度")]


def test_enumerations(scanner):
    assert found(scanner, "增强政治意识、核心意识、看齐意识。") == [
        ("政治意识、核心意识、看齐意识", "政治意识、大局意识、核心意识、看齐意识", "member_missing")
    ]
    assert found(scanner, "增强政治意识、大局意识、核心意识、看齐意识。") == []


@pytest.mark.parametrize(
    ("text", "at", "count"),
    [
        ("旧机关发布公告", date(2020, 1, 1), 1),
        ("旧机关发布公告", date(2017, 1, 1), 0),
        ("旧机关发布公告", None, 0),
        ("原旧机关的职责", date(2020, 1, 1), 0),
        ("根据《旧机关关于某事的通知》", date(2020, 1, 1), 0),
        ("2015年，旧机关印发通知", date(2020, 1, 1), 0),
        ("2019年，旧机关印发通知", date(2020, 1, 1), 1),
        ("示例市市长张某某出席", date(2022, 6, 1), 0),
        ("示例市市长张某某出席", date(2024, 6, 1), 1),
        ("示例市市长张某某出席", None, 0),
        ("原示例市市长张某某出席", date(2024, 6, 1), 0),
        ("示例市市长章某某出席", None, 1),
    ],
)
def test_dates_decide(scanner, text, at, count):
    assert len(scanner.scan(text, at=at)) == count


def test_an_exception_equal_to_the_wrong_form_wins():
    lexicon = Lexicon("x", terms=(Term("布署", "部署"),), exceptions=("布署",))
    assert not Scanner(lexicon).scan("布署")


def test_one_by_one_equals_all_at_once(scanner):
    texts = [
        "布署",
        "",
        "中国共",
        "产党",
        "布\ufffc署",
        "《旧机关",
        "》的中國特色社會注義",
        "按装机布署",
        "布",
        "署",
        "中国特色社会注义",
    ] * 3
    at = date(2020, 1, 1)
    assert list(scanner.scan_many(texts, at=at)) == [scanner.scan(text, at=at) for text in texts]


WORDS = "布署 按装机 中国 共产党 共国 产党 特色社会 主义 注义 國 、 全国人民 代表大会 意识 政治意识、 大局意识、 核心意识 江苏省 连云港市 。 的 A Ａ I换脸 《 》 原 旧机关 不忘初心 牢记使命"
CLIPS = st.sampled_from([*WORDS.split(), "\n", " ", "\u200b", "\ufffc", "\ud800"])


@given(st.lists(st.lists(CLIPS, max_size=14).map("".join), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_back_ends_and_batches_agree(texts):
    at = date(2020, 1, 1)
    results = []
    for backend in BACKENDS:
        scanner = _cached(backend)
        results.append(list(scanner.scan_many(texts, at=at)))
        results.append([scanner.scan(text, at=at) for text in texts])
    assert all(result == results[0] for result in results)
    for text, matches in zip(texts, results[0], strict=True):
        assert all(match.text == text[match.start : match.end] for match in matches)


_SCANNERS = {}


def _cached(backend):
    if backend not in _SCANNERS:
        _SCANNERS[backend] = Scanner(LEXICON, backend=backend)
    return _SCANNERS[backend]


@given(st.sampled_from([line.text for line in LEXICON.canonicals if line.near == "full"]), st.data())
@settings(max_examples=150, deadline=None)
def test_errors_are_found_in_traditional_and_broken_text(form, data):
    back = {plain: chr(code) for code, plain in fold_table().items() if chr(code) > "\u4000"}
    at = data.draw(st.integers(2, len(form) - 3))
    wrong = form[:at] + "囍" + form[at + 1 :]
    if not form[at].isalnum():
        return
    written = ""
    for place, char in enumerate(wrong):
        if place not in {0, at, at + 1} and data.draw(st.booleans()):
            written += data.draw(st.sampled_from(["", " ", "\u200b", "\n", "\u3000"]))
        written += back.get(char, char) if data.draw(st.booleans()) else char
    text = f"前文：{written}。后文"
    matches = _cached("daachorse").scan(text)
    assert [(match.text, match.suggestion) for match in matches if match.reason.startswith("sub")] == [(written, form)]


def test_long_texts_are_read_in_parts(monkeypatch, scanner):
    monkeypatch.setattr(search_module, "SEARCH_CHARACTERS", 50)
    generator = random.Random(5)
    clips = ["布署", "监督馆里委员会", "中国特色社会注义", "平安无事，", "全国人民代表大", "风调雨顺。"]
    text = "".join(generator.choice(clips) for _ in range(400))
    parts = found(scanner, text)
    monkeypatch.undo()
    assert parts == found(scanner, text)
    assert len(parts) > 100


def test_a_pickled_scanner_finds_the_same_and_builds_no_automaton(monkeypatch):
    scanner = Scanner(LEXICON, backend="daachorse")
    raw = pickle.dumps(scanner)
    built = []
    real = search_module.Automaton.__init__

    def watched(self, strings, ready=None, prefilter=True):
        built.append((len(strings), ready is not None))
        real(self, strings, ready, prefilter)

    monkeypatch.setattr(search_module.Automaton, "__init__", watched)
    again = pickle.loads(raw)
    assert max(built) == (len(scanner._matcher._actions), True)
    assert again.scan("布署中国特色社会注义") == scanner.scan("布署中国特色社会注义")


def test_two_processes_find_the_same():
    scanner = Scanner(LEXICON)
    texts = [f"第{number}篇，会议布署工作，中國特色社會注義" for number in range(30)]
    assert list(scanner.scan_many(iter(texts), workers=2, chunk=4)) == list(scanner.scan_many(texts))


def test_a_text_with_the_mark_between_texts_keeps_its_places(scanner):
    text = "甲\ufffc布署"
    assert [match.start for match in scanner.scan(text)] == [2]
    assert [[match.start for match in matches] for matches in scanner.scan_many([text, "布署", text])] == [[2], [0], [2]]


def test_scanning_is_lazy():
    taken = []

    def texts():
        for number in range(10_000):
            taken.append(number)
            yield "甲" * 10_000

    next(Scanner(LEXICON, forms=False).scan_many(texts()))
    assert len(taken) < 200


def test_several_lexicons_are_merged():
    other = Lexicon("另一", "2", terms=(Term("报付", "抱负"),))
    scanner = Scanner([LEXICON, other])
    assert [match.suggestion for match in scanner.scan("布署与报付")] == ["部署", "抱负"]
    assert scanner.stamps[0].id == "示例+另一"


def test_names_of_a_registry_are_canonical():
    names = Lexicon.of_names(["示例市人力资源和社会保障局", "示例市文化广电和旅游局"], id="登记库")
    scanner = Scanner(names, forms=False)
    assert found(scanner, "请到示例市人力姿源和社会保障局办理") == [
        ("示例市人力姿源和社会保障局", "示例市人力资源和社会保障局", "substituted_alike")
    ]
    assert found(scanner, "示例市文化广电和旅游局") == []


def test_a_pure_check_asks_for_candidates():
    texts = ["会议布署工作", "平安无事"]
    first = find_candidates(texts, ("starter",))
    assert [len(matches) for matches in first] == [1, 0]
    assert scanner_for(("starter",), True, True) is scanner_for(("starter",), True, True)
    stamp = lexicon_stamps(("starter",))[0]
    assert (stamp.id, len(stamp.digest)) == ("starter", 64)


def test_each_text_may_have_its_own_date():
    texts = ["国土资源部发布公告"] * 3
    found = find_candidates(texts, at=[date(2020, 1, 1), date(2015, 1, 1), None])
    assert [len(matches) for matches in found] == [1, 0, 0]


def test_an_empty_lexicon_finds_nothing():
    assert not Scanner(Lexicon("leer"), forms=False).scan("中国")
    assert not Scanner([], forms=False).scan("中国")


def test_a_line_that_differs_only_in_script_finds_nothing():
    assert not Scanner(Lexicon("x", terms=(Term("參加", "参加"),)), forms=False).scan("参加會議，參加会议")


def test_a_text_ends_where_it_ends_however_many_are_read_at_once(scanner):
    texts = ["全国人民代表大", "会议", "中国特色社会主", "义务教育", "在中", "国特色社会主义"]
    assert list(scanner.scan_many(texts)) == [scanner.scan(text) for text in texts]
    assert [len(matches) for matches in scanner.scan_many(texts)] == [1, 0, 1, 0, 0, 1]


@pytest.mark.parametrize("workers", [1, 2])
def test_each_text_has_its_own_day(scanner, workers):
    texts = ["旧机关通知", "会议布署", "旧机关通知", "旧机关通知"]
    days = [date(2020, 1, 1), None, date(2016, 1, 1), None]
    found = [[match.text for match in matches] for matches in scanner.scan_many(texts, workers=workers, at=days, chunk=2)]
    assert found == [["旧机关"], ["布署"], [], []]
    assert found == [[match.text for match in scanner.scan(text, at=day)] for text, day in zip(texts, days, strict=True)]
    with pytest.raises(ValueError, match="shorter|longer"):
        list(scanner.scan_many(texts, workers=workers, at=days[:3]))


def test_letters_apart_are_two_words():
    own = Scanner(Lexicon("own", terms=(Term("wechat号", "微信号", source="x"),)), forms=False)
    assert [match.text for match in own.scan("wechat 号 wechat号")] == ["wechat 号", "wechat号"]
    assert not own.scan("we chat号")


def test_a_worker_loads_no_table_reader():
    code = "import sys, govmedia_rules.text.workers, govmedia_rules.text.scanner; print('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
