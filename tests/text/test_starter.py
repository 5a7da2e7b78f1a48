import random
import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from govmedia_rules.text.lexicon import vocabulary
from govmedia_rules.text.near import _alike
from govmedia_rules.text.normalise import fold_table
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
        assert line.severity in vocabulary("severity")
    assert {line.kind for line in (*LEXICON.terms, *LEXICON.canonicals)} <= set(vocabulary("kind"))


def test_all_province_level_divisions_are_there():
    names = {line.text for line in LEXICON.canonicals if line.kind == "place"}
    assert len([name for name in names if re.fullmatch(r"..省|...省|..市|.{2,6}自治区|..特别行政区", name)]) >= 34
    assert {"四川省阿坝藏族羌族自治州", "新疆维吾尔自治区阿克苏地区", "内蒙古自治区锡林郭勒盟"} <= names


def test_right_forms_and_suggestions_are_not_reported(scanner):
    former = {term.wrong for term in LEXICON.terms if term.since is not None}
    rights = [line.text for line in LEXICON.canonicals if line.text not in former] + [
        term.right for term in LEXICON.terms if term.right
    ]
    for right, matches in zip(rights, scanner.scan_many((f"有关{right}。" for right in rights), at=date(2026, 1, 1)), strict=True):
        assert not [match for match in matches if match.kind != "mark"], (right, matches)


def test_every_wrong_form_is_reported_with_its_right_form(scanner):
    for term in LEXICON.terms:
        text = f"——{term.wrong}——"
        matches = scanner.scan(text, at=date(2026, 1, 1))
        assert [match.suggestion for match in matches if match.text == term.wrong] == [term.right], (term, matches)


def test_renamed_bodies_wait_for_their_day(scanner):
    assert len(scanner.scan("国土资源部印发通知", at=date(2020, 1, 1))) == 1
    assert not scanner.scan("国土资源部印发通知", at=date(2018, 3, 16))
    assert not scanner.scan("国土资源部印发通知")


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
        right += any(match.suggestion and (match.suggestion in form.text or form.text in match.suggestion) for match in touching)
    assert total == 500
    assert found >= 0.99 * total
    assert right >= 0.97 * found


REAL = {
    # Real errors of the shared pages and notices; everything else reported there would be a false alarm.
    "证劵监督管理",
    "粗旷",
    "卫生和健康委员会",
    "[2016]6号",
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
