"""What is put between the characters of a form hides nothing, and what is suggested is right."""

import random
from datetime import date

import pytest

from govmedia_rules.text.lexicon import Term
from govmedia_rules.text.reading import load_lexicon
from govmedia_rules.text.scanner import scanner_for

NOISE = ("\u200b", "\u200d", "\ufe0f", "\u0301", "\u2060", "\ue000", "\U0001f389", "★", "/", "|", "(guo)", "（zhōng）", "\u00ad")
BLANKS = (" ", "\u3000", "\xa0", "\u2009", "\u200b", "\u200d")
COMPATIBLE = {"人": "⼈", "民": "⺠", "大": "⼤", "立": "⽴", "車": "\uf902", "見": "\uf90a", "年": "\uf98e", "中": "㆗"}
DAY = date(2024, 11, 1)


def wrong_forms(count, seed):
    """Wrong forms of the starter lexicon that are reported by themselves: listed ones, and right ones with a character less."""
    generator = random.Random(seed)
    lexicon = load_lexicon("starter")
    forms = [term.wrong for term in lexicon.terms if term.severity != "hint" and len(term.wrong) >= 3]
    forms += [line.text[:3] + line.text[4:] for line in lexicon.canonicals if line.near == "full" and len(line.text) >= 8]
    forms = [form for form in forms if all("\u4e00" <= char <= "\u9fff" for char in form)]
    return [generator.choice(forms) for _ in range(count)], generator


def with_noise(form, generator, noise=NOISE):
    places = sorted(generator.sample(range(1, len(form)), min(len(form) - 1, generator.randint(1, 3))), reverse=True)
    for place in places:
        form = form[:place] + generator.choice(noise) + form[place:]
    return form


@pytest.mark.heavy
def test_five_thousand_seeded_matches_are_not_hidden():
    forms, generator = wrong_forms(5_000, 11)
    scanner = scanner_for(("starter",))
    plain = list(scanner.scan_many([f"，{form}，" for form in forms], at=DAY))
    noisy_texts = [f"，{with_noise(form, generator)}，" for form in forms]
    noisy = list(scanner.scan_many(noisy_texts, at=DAY))
    found = [bool(matches) for matches in plain]
    assert sum(found) > 4_000
    lost = [text for was_found, text, matches in zip(found, noisy_texts, noisy, strict=True) if was_found and not matches]
    assert not lost, lost[:5]
    for text, matches in zip(noisy_texts, noisy, strict=True):
        for match in matches:
            assert text[match.start : match.end] == match.text


def test_blanks_between_the_characters_hide_no_near_miss():
    forms, generator = wrong_forms(2_000, 11)
    scanner = scanner_for(("starter",))
    plain = scanner.scan_many([f"，{form}，" for form in forms], at=DAY)
    blank_texts = [f"，{with_noise(form, generator, BLANKS)}，" for form in forms]
    blank = scanner.scan_many(blank_texts, at=DAY)
    assert not [text for found, text, matches in zip(plain, blank_texts, blank, strict=True) if found and not matches]


def test_a_blank_where_a_character_is_missing_leaves_less_certainty_unless_every_character_stands_apart():
    scanner = scanner_for(("starter",))
    assert [match.confidence for match in scanner.scan("机构编 委员会办公室")] == ["low"]
    assert [match.confidence for match in scanner.scan("机 构 编 委 员 会 办 公 室")] == ["high"]


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("中华⼈⺠共合国", "中华⼈⺠共合国"),
        ("西/藏/省", "西/藏/省"),
        ("西（xī）藏省", "西（xī）藏省"),
        ("做到“两个确立”", "做到“两个确立”"),
        ("四\u200b个全面总体布局", "四\u200b个全面总体布局"),
    ],
)
def test_positions_are_those_of_the_text(text, passage):
    assert [match.text for match in scanner_for(("starter",)).scan(f"甲，{text}。", at=DAY)] == [passage]


def test_right_text_with_noise_stays_right():
    for right in (
        "中华⼈⺠共和国",
        "国/务/院",
        "全国人民(rénmín)代表大会",
        "省/市人民政府",
        "县（市、区）人民政府",
        "习近平平\u200b易近人",
    ):
        assert not scanner_for(("starter",)).scan(right, at=DAY), right


SENTENCES = """\
习近平新时代社会主义思想
以习近平为核心的党中央
习习近平总书记强调
中国共产党第二十届全国代表大会
全国人民代表大会十四届二次会议
“三个代表”思想
统筹推进“六位一体”总体布局
牢记使命，不忘初心主题教育
一带一路战略
庆祝建国75周年
内蒙古省包头市
新疆维吾尔族自治区
江苏省杭州市
国家市场监督总局
国务院扶贫办
人力资源与社会保障局
《中华人民共和国消费者保护法》
《中华人民共和国招投标法》
国办发【2019】19号
2024年10月1日（星期一）
气温达到38度摄氏度
投资100万元元
国有资产监督馆里委员会
自由毛衣港
富强、文明、民主、和谐、自由、平等、公正、法治
创新、协调、绿色、开发、共享
营商环竟
台湾政府宣布""".splitlines()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_suggestion_applied_gives_right_text(sentence):
    scanner = scanner_for(("starter",))
    matches = [match for match in scanner.scan(sentence, at=DAY) if match.confidence != "low"]
    assert matches
    repaired = sentence
    for match in reversed(matches):
        assert match.suggestion
        repaired = repaired[: match.start] + match.suggestion + repaired[match.end :]
    left = [match for match in scanner.scan(repaired, at=DAY) if match.confidence != "low" and match.severity != "hint"]
    assert not left, (repaired, left)


def test_every_listed_suggestion_is_right_text():
    scanner = scanner_for(("starter",))
    lexicon = load_lexicon("starter")
    rights = {line.right for line in lexicon if isinstance(line, Term) and line.right and line.until is None}
    rights |= {line.right for line in lexicon.patterns if line.right and "\\" not in line.right}
    for right in sorted(rights):
        reported = [match for match in scanner.scan(f"有关{right}。", at=DAY) if match.confidence != "low"]
        assert not reported, (right, reported)


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("定于2024\u200b年2月3\ufeff0日", "2024\u200b年2月3\ufeff0日"),
        ("国发[20\u202e24]1\x002号", "[20\u202e24]1\x002号"),
        ("面积30平\u200b方平\U0001f600方米", "平\u200b方平\U0001f600方"),
        ("电话138\u200b1234\u20605678", "138\u200b*******78"),
    ],
)
def test_dates_numbers_and_private_data_are_found_through_hidden_characters(text, passage):
    matches = scanner_for(("starter",)).scan(text)
    assert [match.text for match in matches] == [passage]
    assert matches[0].end - matches[0].start == len(passage)
