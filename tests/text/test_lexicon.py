from datetime import date

import pytest

from govmedia_rules.errors import LexiconError
from govmedia_rules.text.lexicon import Canonical, Enumeration, Lexicon, Person, Term, lexicon_vocabulary


def test_digest_changes_with_content_only():
    first = Lexicon("a", "1", terms=(Term("布署", "部署", line=3, note="x"),))
    assert first.digest == Lexicon("b", "2", terms=(Term("布署", "部署", line=9),)).digest
    assert first.digest != Lexicon("a", "1", terms=(Term("布署", "部署", since=date(2020, 1, 1)),)).digest
    assert first.digest != first.with_exceptions(["布署兵"]).digest
    assert len(first.digest) == 64


def test_merge_joins_ids_and_drops_equal_lines():
    one = Lexicon("a", "1", terms=(Term("布署", "部署"),), exceptions=("甲乙",))
    other = Lexicon("b", "2", terms=(Term("布署", "部署"), Term("按装", "安装")))
    both = one.merge(other)
    assert (both.id, both.version, len(both), both.exceptions) == ("a+b", "1+2", 2, ("甲乙",))


def test_merge_refuses_two_right_forms():
    with pytest.raises(LexiconError, match="two right forms"):
        Lexicon("a", terms=(Term("布署", "部署"),)).merge(Lexicon("b", terms=(Term("布署", "布置"),)))


def test_names_of_a_registry_become_right_forms():
    lexicon = Lexicon.of_names(["示例市人民政府 办公室", "示例局", "", "示例市人民政府办公室", "甲县教育局"], id="示例")
    assert [(line.text, line.near) for line in lexicon.canonicals] == [
        ("甲县教育局", "close"),
        ("示例局", "none"),
        ("示例市人民政府办公室", "full"),
    ]
    assert lexicon.stamp.id == "示例"


def test_lines_are_counted_and_iterated():
    lexicon = Lexicon(
        "a",
        terms=(Term("布署"),),
        canonicals=(Canonical("中国共产党"),),
        enumerations=(Enumeration("x", ("甲甲", "乙乙", "丙丙")),),
        persons=(Person("张某某", "示例市市长"),),
    )
    assert [entry.id for entry in lexicon] == ["布署", "中国共产党", "x", "示例市市长张某某"]
    assert len(lexicon) == 4


def test_kinds_and_severities_have_chinese_titles():
    assert lexicon_vocabulary("kind").normalise("固定表述错误") == "expression"
    assert lexicon_vocabulary("severity").normalise("严重") == "serious"
