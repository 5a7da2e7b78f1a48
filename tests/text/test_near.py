import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from govmedia_rules.text.enumerations import Enumerations
from govmedia_rules.text.near import LOOK, NearForms, is_alike
from govmedia_rules.text.search import build_search
from tests.text.starter import starter


def distance(one: str, other: str) -> int:
    """Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours."""
    rows = [[max(i, j) if not (i and j) else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (one[i - 1] != other[j - 1]))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


def misses(forms, text):
    near = NearForms(forms)
    found = []
    for start, end, number in build_search(near.strings, "python").find(text):
        left, right = near.left(number), near.right(number)
        if left is not None:
            found += near.at_left(text, left[text[end : end + LOOK]], start, end)
        if right is not None:
            found += near.at_right(text, right[text[max(0, start - LOOK) : start]], start, end)
        found += [near.at_crossed(form, start, end) for form in near.crossed(number)]
    return found


def exhaustive(form, text):
    """Every window one error away, but not those that touch a place where the form itself stands."""
    right = [(at, at + len(form)) for at in range(len(text)) if text.startswith(form, at)]
    for size in (len(form) - 1, len(form), len(form) + 1):
        for start in range(len(text) - size + 1):
            end = start + size
            if distance(text[start:end], form) == 1 and not any(a < end and start < b for a, b in right):
                yield start, end


@given(
    st.lists(st.text(alphabet="甲乙丙丁", min_size=4, max_size=8), min_size=1, max_size=6, unique=True),
    st.text(alphabet="甲乙丙丁", max_size=24),
)
@settings(max_examples=400, deadline=None)
@example(["中国共产党"], "坚持中共国产党领导")  # a swap across the cut of a form of five characters
@example(["中国共产党"], "坚持中国产共党领导")
@example(["甲乙丙丁"], "甲丙乙丁")
def test_equal_to_exhaustive_search(forms, text):
    found = misses(forms, text)
    for miss in found:
        assert distance(text[miss.start : miss.end], forms[miss.form]) == 1
    for number, form in enumerate(forms):
        mine = [(miss.start, miss.end) for miss in found if miss.form == number]
        for start, end in exhaustive(form, text):
            assert any(a < end and start < b for a, b in mine), (form, text, start, end)


@given(
    st.text(
        alphabet="甲乙丙丁戊己庚",
        min_size=4,
        max_size=10,
    ),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_each_single_error_is_named_and_placed(form, data):
    kind = data.draw(st.sampled_from(["substituted", "missing", "added", "swapped"]))
    at = data.draw(st.integers(1, len(form) - 2))
    if kind == "substituted":
        wrong = form[:at] + "子" + form[at + 1 :]
    elif kind == "missing":
        wrong = form[:at] + form[at + 1 :]
    elif kind == "added":
        wrong = form[:at] + "子" + form[at:]
    else:
        wrong = form[:at] + form[at + 1] + form[at] + form[at + 2 :]
    if distance(wrong, form) != 1:
        return
    text = f"丑寅{wrong}卯辰"
    found = [miss for miss in misses([form], text) if miss.start == 2 and miss.end == 2 + len(wrong)]
    repaired = {text[: miss.start] + form + text[miss.end :] for miss in found}
    assert f"丑寅{form}卯辰" in repaired


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("中国特色社会注义", "substituted"),
        ("中国特社会主义", "missing"),
        ("中国特色社会主主义", "added"),
        ("中国特色会社主义", "swapped"),
        ("国特色社会主义", "first_character"),
        ("中国特色社会主", "last_character"),
    ],
)
def test_kinds_of_error(text, edit):
    assert edit in {miss.kind for miss in misses(["中国特色社会主义"], f"坚持{text}。")}


def test_forms_that_begin_alike_share_no_half():
    forms = [f"中华人民共和国{name}法" for name in ("行政许可", "行政处罚", "行政复议", "安全生产", "数据安全")]
    near = NearForms(forms)
    halves = [near.left(number) for number in range(len(near.strings))]
    assert max(len(half.all_forms()) for half in halves if half is not None) < len(forms)


def test_alike_by_sound_and_by_shape():
    assert is_alike("注", "主")
    assert is_alike("己", "已")
    assert not is_alike("注", "国")


MEMBERS = ("富强", "民主", "文明", "和谐", "自由", "平等")


def faults(text, parts=(), leads=("倡导",), members=MEMBERS):
    lists = Enumerations([(members, parts, leads)])
    found = set()
    for start, _, number in build_search(lists.strings, "python").find(text):
        for owner in lists.owners[number]:
            for fault in lists.faults_at(owner, text, start)[0]:
                found.add((text[fault.start : fault.end], fault.reason, fault.suggestion))
    return found


WHOLE = "、".join(MEMBERS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("富强、民主、文明、和谐、平等", "member_missing"),
        ("民主、文明、和谐、自由、平等", "member_missing"),
        ("富强、民主、和谐、文明、自由、平等", "member_order"),
        ("富强、民主、文明、和谐、自由和平等和自由", "member_repeated"),
    ],
)
def test_wrong_enumerations(text, reason):
    assert {(found, why) for found, why, _ in faults(f"倡导{text}。")} == {(text, reason)}
    assert all(right == WHOLE for _, _, right in faults(f"倡导{text}。"))


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        "富强、民主、文明、和谐、自由和平等",
        "富强、民主",
        "富强、民主、文明、和谐、自由等",
        "富强、民主、文明、和谐、平等、美丽",
        "安全、富强、民主、文明、和谐、平等",
    ],
)
def test_right_lists_and_other_lists(text):
    assert faults(f"倡导{text}。") == set()


def test_a_part_declared_right():
    assert faults("建设富强、民主、文明、和谐、自由。", parts=(("富强", "民主", "文明", "和谐", "自由"),)) == set()


VALUES = ("富强", "民主", "文明", "和谐", "自由", "平等", "公正", "法治", "爱国", "敬业", "诚信", "友善")
GROUPS = (VALUES[:4], VALUES[4:8], VALUES[8:], VALUES[:3])


@pytest.mark.parametrize("between", ["、", "，", "", "和"])
@pytest.mark.parametrize(
    ("member", "seen"), [("法治", "法制"), ("友善", "友好"), ("公正", "公平"), ("文明", "文民"), ("富强", "富裕")]
)
def test_one_member_altered(member, seen, between):
    text = between.join(seen if word == member else word for word in VALUES)
    assert faults(f"倡导{text}。", GROUPS, members=VALUES) == {(seen, "member_altered", member)}


def test_a_list_of_several_sentences_parts():
    text = "倡导富强、民主、文明、和谐，倡导自由、平等、公正、{}，倡导爱国、敬业、诚信、友善"
    assert faults(text.format("法治"), GROUPS, members=VALUES) == set()
    assert faults(text.format("法制"), GROUPS, members=VALUES) == {("法制", "member_altered", "法治")}
    found = faults(text.format("法治").replace("、文明", ""), GROUPS, members=VALUES)
    assert {reason for _, reason, _ in found} == {"member_missing"}


@pytest.mark.parametrize("at", range(12))
def test_any_member_left_out_or_altered_is_found(at):
    others = VALUES[:at] + VALUES[at + 1 :]
    for between in ("、", ""):
        found = faults(between.join(others), GROUPS, members=VALUES)
        assert found == {(between.join(others), "member_missing", between.join(VALUES))}
        altered = VALUES[at][0] + "某"
        found = faults(between.join((*VALUES[:at], altered, *VALUES[at + 1 :])), GROUPS, members=VALUES)
        assert found == {(altered, "member_altered", VALUES[at])}


@pytest.mark.parametrize(
    "text",
    [
        "自由、平等、公正、法制建设",
        "富强、民主、文明、和平发展",
        "建设富强民主文明和谐美丽的国家",
        "民主、法制、公平、自由、平等",
        "富强、民主、文明、和谐、自由、平等、公正、法治",
        "民主、公平、公正、法治、爱国",
    ],
)
def test_words_that_go_on_and_other_lists_are_left_alone(text):
    assert faults(f"营造{text}。", GROUPS, members=VALUES) == set()


SENSES = ("政治意识", "大局意识", "核心意识", "看齐意识")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("政治意识、大局意识、合心意识、看齐意识", ("合心意识", "核心意识")),
        ("政治意识、全局意识、核心意识、看齐意识", ("全局意识", "大局意识")),
        ("政治意识、大局意识、服务意识、看齐意识", ("服务意识", "核心意识")),
        ("政治意识、大局意识、核心意识和看起意识", ("看起意识", "看齐意识")),
        ("政冶意识、大局意识、核心意识、看齐意识", ("政冶意识", "政治意识")),
    ],
)
def test_a_longer_member_altered(text, found):
    assert faults(f"增强{text}。", members=SENSES) == {(found[0], "member_altered", found[1])}


@pytest.mark.parametrize(
    "text", ["政治意识、责任意识、服务意识", "政治意识、大局意识、责任意识", "大局意识、核心意识、责任意识、法治意识"]
)
def test_lists_of_other_members(text):
    assert faults(f"增强{text}。", members=SENSES) == set()


@given(st.lists(st.sampled_from([*VALUES, "、", "，", "和", "以及", "倡导", "法制", "某", "等"]), max_size=30))
def test_any_mixture_of_members_is_read_and_spans_lie_inside(parts):
    text = "".join(parts)
    lists = Enumerations([(VALUES, GROUPS, ("倡导",))])
    for start, end, number in build_search(lists.strings, "python").find(text):
        for owner in lists.owners[number]:
            found, until = lists.faults_at(owner, text, start)
            assert end <= until <= len(text)
            for fault in found:
                assert 0 <= fault.run[0] <= fault.start < fault.end <= fault.run[1] <= len(text)
                assert text[fault.start : fault.end] != fault.suggestion


@pytest.mark.parametrize(
    ("text", "right"),
    [("优化营商环竟", "优化营商环境"), ("根本政治制渡，", "根本政治制度"), ("中国农民丰收结", "中国农民丰收节")],
)
def test_a_last_character_that_sounds_or_looks_alike_is_a_slip(text, right):
    assert [(match.suggestion, match.reason) for match in starter().scan(text)] == [(right, "substituted_alike")]


@pytest.mark.parametrize("text", ["落实乡村振兴战役", "农业农村现代话题", "国务院办公厅听取汇报"])
def test_a_last_character_of_another_word_is_none(text):
    assert [match for match in starter().scan(text) if match.confidence != "low"] == []
