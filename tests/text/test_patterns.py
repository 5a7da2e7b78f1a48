from datetime import date

import pytest

from govmedia_rules.text.lexicon import Lexicon
from govmedia_rules.text.patterns import PatternError, compile_pattern, is_in_series, number_of
from govmedia_rules.text.reading import read_toml
from govmedia_rules.text.scanner import Scanner

HELD = {(19,): date(2017, 10, 18), (20,): date(2022, 10, 16)}
SESSIONS = {(19, 7): date(2022, 10, 9), (20, 1): date(2022, 10, 23), (20, 2): date(2023, 2, 26)}


def lexicon(text: str) -> Lexicon:
    return read_toml(text.encode(), "test.toml")


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("甲乙.*丙丁", "without a limit"),
        ("甲乙(?:丙+)丁", "without a limit"),
        ("甲乙(?:丙{0,9}丁?){0,9}", "repeats a repeat"),
        ("甲乙.{0,50}.{0,50}.{0,50}", "too many"),
        ("[甲乙]", "no fixed string"),
        ("甲|乙丙", "no fixed string"),
        ("甲乙(", "no regular expression"),
        ("甲乙<slot>", "unknown slot"),
        ("(?:甲乙.{0,60}){1}.{0,60}(?=丙).{0,60}.{0,60}", "too many"),
    ],
)
def test_a_pattern_that_could_run_away_is_refused(pattern, what):
    with pytest.raises(PatternError, match=what):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "anchors"),
    [
        ("(?:广西|宁夏)省", {"广西省", "宁夏省"}),
        ("第[一二]次大会", {"第一次大会", "第二次大会"}),
        (".{0,3}甲乙丙?", {"甲乙"}),
        ("(?<!原)旧机关(?!部)", {"旧机关"}),
        # Parts that may be left out are written out, and what holds another string is not looked for.
        ("省(?:人民)?政府市长", {"省政府市长", "省人民政府市长"}),
        ("国务院副?主席", {"国务院主席", "国务院副主席"}),
        ("(?:甲)?[^乙]丙丁", {"丙丁"}),
        ("甲乙(?:丙)?丁?", {"甲乙"}),
    ],
)
def test_anchors_are_strings_every_match_holds(pattern, anchors):
    assert set(compile_pattern(pattern).anchors) == anchors


@pytest.mark.parametrize(
    ("text", "number"),
    [("二十", 20), ("十九", 19), ("一百零三", 103), ("二十一", 21), ("2", 2), ("二〇", 20), ("两", 2), ("甲", None), ("一2", None)],
)
def test_numbers(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("numbers", "held", "day", "right"),
    [
        ((20,), HELD, None, True),
        ((20,), HELD, date(2021, 1, 1), True),
        ((20,), HELD, date(2019, 1, 1), False),
        ((21,), HELD, date(2026, 1, 1), True),
        ((21,), HELD, date(2023, 1, 1), False),
        ((23,), HELD, None, False),
        ((20, 2), SESSIONS, date(2024, 1, 1), True),
        ((20, 3), SESSIONS, date(2023, 6, 1), True),
        ((20, 6), SESSIONS, None, False),
        # What took place long after the last known event is not known, and not called wrong.
        ((22,), HELD, date(2031, 1, 1), True),
        ((22,), HELD, date(2027, 1, 1), False),
        ((20, 6), SESSIONS, date(2028, 1, 1), True),
        ((20, 6), SESSIONS, date(2024, 1, 1), False),
        ((21, 2), SESSIONS, date(2028, 2, 1), True),
        ((19, 8), SESSIONS, None, False),
    ],
)
def test_events_of_a_series(numbers, held, day, right):
    assert is_in_series(numbers, held, day) is right


def test_context_decides():
    own = Scanner(
        lexicon(
            """
[[patterns]]
words = ["甲方案", "乙方案"]
right = "丙方案"
near = ["试行"]
not_near = ["废止"]
source = "x"
"""
        ),
        forms=False,
    )
    assert [match.suggestion for match in own.scan("甲方案试行，乙“方案”也试行")] == ["丙方案", "丙方案"]
    assert not own.scan("甲方案")
    assert not own.scan("甲方案试行后废止")


def test_days_and_former_times():
    own = Scanner(
        lexicon(
            '[[patterns]]\npattern = "旧机关(?!部)"\nsince = 2018-03-01\noutside = ["former", "quoted"]\nkind = "institution"\nsource = "x"'
        ),
        forms=False,
    )
    day = date(2024, 1, 1)
    assert [match.reason for match in own.scan("旧机关发布", at=day)] == ["renamed"]
    for right in (
        "原旧机关发布",
        "2014年旧机关发布",
        "旧机关（2014年）发布",
        "旧“机关”发布",
        "旧机关部发布",
        "2011年甲。2012年乙。旧机关发布。",
    ):
        assert not own.scan(right, at=day), right
    assert not own.scan("旧机关发布")
    assert not own.scan("旧机关发布", at=date(2017, 1, 1))


def test_bad_lines_are_kept_apart():
    read = lexicon(
        '[[patterns]]\npattern = "甲.*"\n[[patterns]]\npattern = "甲乙"\nright = "\\\\3"\n[[patterns]]\npattern = "甲乙"\nheld = "none"\n'
    )
    assert len(read.bad) == 3
    assert not read.patterns


def test_patterns_count_in_the_digest():
    one, other = (lexicon(f'[[patterns]]\npattern = "{text}"\nsource = "x"') for text in ("甲乙", "甲丙"))
    assert one.digest != other.digest != Lexicon("empty").digest
    assert len(one.merge(other).patterns) == 2
