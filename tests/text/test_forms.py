import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govmedia_rules.text.forms import find_forms, has_luhn, is_identity_number
from tests.timing import allowed


def told(text):
    return [(match.text, match.suggestion, match.reason) for match in find_forms(text)]


def identity(body="11010519491231002"):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def card(body):
    return next(body + digit for digit in "0123456789" if has_luhn(body + digit))


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("2024年2月30日", "2024年2月30日"),
        ("2023年2月29日", "2023年2月29日"),
        ("2024 年 13 月 1 日", "2024 年 13 月 1 日"),
        ("２０２４年６月３１日", "２０２４年６月３１日"),
        ("二〇二四年二月三十日", "二〇二四年二月三十日"),
        ("4月31日", "4月31日"),
        ("13月1日", "13月1日"),
    ],
)
def test_days_that_do_not_exist(text, passage):
    assert told(f"会议于{text}召开。") == [(passage, None, "impossible_date")]


@pytest.mark.parametrize(
    "text",
    [
        "2024年2月29日",
        "2月29日",
        "农历2024年2月30日",
        "农历二月三十日",
        "二〇二四年十二月三十一日",
        "12月31日",
        "5年12月31日",
        "第2024年度",
    ],
)
def test_days_that_exist_or_are_of_another_calendar(text):
    assert told(f"会议于{text}召开。") == []


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("2024年8月27日（星期三）", "2024年8月27日（星期二"),
        ("2024年8月27日 星期日", "2024年8月27日 星期二"),
        ("2024年8月27日（周天）", "2024年8月27日（周二"),
        ("二〇二四年八月二十七日 星期一", "二〇二四年八月二十七日 星期二"),
    ],
)
def test_a_weekday_that_does_not_fit(text, suggestion):
    assert [row[1:] for row in told(text)] == [(suggestion, "weekday_differs")]


@pytest.mark.parametrize(
    "text", ["2024年8月27日（星期二）", "2024年9月1日（星期天）", "2024年8月27日至30日，周三休息", "2024年8月27日一周年"]
)
def test_a_weekday_that_fits_or_belongs_elsewhere(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "suggestion", "reason"),
    [
        ("国办发[2019]19号", "〔2019〕19号", "number_brackets"),
        ("国办发（2019）19号", "〔2019〕19号", "number_brackets"),
        ("冀政办字(2024)15号", "〔2024〕15号", "number_brackets"),
        ("国办发【2019】第19号", "〔2019〕19号", "number_brackets"),
        ("国办发〔2019〕019号", "〔2019〕19号", "number_padded"),
        ("国办发〔2019〕第19号", "〔2019〕19号", "number_padded"),
        ("财政部令[2019]第19号", "〔2019〕第19号", "number_brackets"),
    ],
)
def test_document_numbers(text, suggestion, reason):
    assert [row[1:] for row in told(f"根据{text}文件")] == [(suggestion, reason)]


@pytest.mark.parametrize(
    "text", ["国办发〔2019〕19号", "财政部令〔2019〕第19号", "（2019）最高法民终19号", "门牌（2019）幢", "公告2019年第5号"]
)
def test_numbers_that_are_right(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("投资5亿元亿元", ("亿元亿元", "亿元", "unit_doubled")),
        ("增长5%%。", ("%%", "%", "unit_doubled")),
        ("关于关于印发的通知", ("关于关于", "关于", "word_doubled")),
        ("示例市人民政府人民政府", ("人民政府人民政府", "人民政府", "word_doubled")),
        ("会议，，研究", ("，，", None, "mark_doubled")),
        ("会议。，研究", ("。，", None, "mark_doubled")),
    ],
)
def test_doubles(text, row):
    assert told(text) == [row]


@pytest.mark.parametrize("text", ["亿元亿元大关", "讨论讨论", "一个一个地办", "……", "——", "研究研究再说"])
def test_doubles_that_are_right(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "mark"),
    [("印发《关于某事的通知。", "《"), ("印发关于某事的通知》。", "》"), ("他说：好的”。", "”"), ("国办发2019〕19号。", "〕")],
)
def test_unpaired_marks(text, mark):
    assert told(text) == [(mark, None, "mark_unpaired")]


@pytest.mark.parametrize(
    "text", ["“第一段。\n“第二段。”", "《关于印发《办法》的通知》已发布。", "《关于某事的…", "《关于某事的通知", "他说：“好。”"]
)
def test_marks_that_prove_nothing(text):
    assert told(text) == []


def test_private_numbers_are_found_and_masked():
    number, bank = identity(), card("622202020000012345")
    matches = find_forms(f"身份证号{number}，手机13900001234，卡号{bank}。")
    assert [match.reason for match in matches] == ["identity_number", "mobile_number", "bank_number"]
    assert [match.kind for match in matches] == ["privacy"] * 3
    for match, digits in zip(matches, (number, "13900001234", bank), strict=True):
        assert digits not in match.text
        assert len(match.text) == match.end - match.start
        assert "*" in match.text


@pytest.mark.parametrize(
    "text",
    [
        "身份证号110105********0028",
        "手机139****1234",
        identity()[:-1] + ("0" if identity()[-1] != "0" else "1"),
        "99" + identity()[2:],
        "http://www.example.gov.cn/art/20240827/t20240827_13900001234.html",
        "统一社会信用代码：" + identity(),
        "6" * 19,
        "139000012345",
        "3.13900001234",
    ],
)
def test_masked_or_other_numbers(text):
    assert told(text) == []


def test_check_digits():
    assert is_identity_number(identity())
    assert not is_identity_number("1" * 18)
    assert has_luhn("79927398713")
    assert not has_luhn("79927398710")


@given(st.text(alphabet="0123456789年月日（）〔〕[]号第元%《》“”。，\n 农历星期二", max_size=80))
def test_any_text_is_read(text):
    for match in find_forms(text):
        assert 0 <= match.start < match.end <= len(text)
        assert len(match.text) == match.end - match.start


def test_time_is_linear_in_hostile_text():
    import time

    def seconds(size):
        text = ("1" * 9 + "年" + "（" * 10 + "《" * 10) * size
        started = time.process_time()
        find_forms(text)
        return time.process_time() - started

    seconds(100)
    small = max(seconds(2_000), 0.005)
    assert seconds(20_000) < 40 * small


def test_hidden_characters_cost_no_more_than_the_text():
    text = "会议于2024年5月1日召开，部署了工作。" * 20_000
    began = time.process_time()
    assert find_forms(text + "\u200b") == find_forms(text)
    assert time.process_time() - began < allowed(5)  # seconds; a hundred times as long were needed once
