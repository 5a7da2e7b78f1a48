"""Anniversaries compared with the year they are said of."""

from datetime import date

import pytest

from govmedia_rules.text.scanner import scanner_for

DAY = date(2024, 7, 1)


def found(text, day=DAY):
    return [(match.text, match.suggestion) for match in scanner_for(("starter",)).scan(text, at=day)]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("今年是中国共产党成立102周年", "今年是中国共产党成立103周年"),
        ("热烈庆祝建党105周年", "庆祝建党103周年"),
        ("今年是抗战胜利80周年", "今年是抗战胜利79周年"),
        ("今年是改革开放四十五周年", "今年是改革开放46周年"),
        ("2016年是红军长征胜利七十周年", "2016年是红军长征胜利80周年"),
        ("2023年是新中国成立75周年", "2023年是新中国成立74周年"),
        ("今年是中国人民解放军建军98周年", "今年是中国人民解放军建军97周年"),
        ("今年12月20日是澳门回归祖国24周年", "今年12月20日是澳门回归祖国25周年"),
    ],
)
def test_an_anniversary_of_another_year_is_found(text, right):
    assert [suggestion for _, suggestion in found(f"{text}。")] == [right]


@pytest.mark.parametrize(
    "text",
    [
        "今年是中国共产党成立103周年。",
        "在庆祝中国共产党成立100周年大会上的讲话",
        "2021年7月1日，庆祝中国共产党成立一百周年大会隆重举行。今年是中国共产党成立100周年。",
        "喜迎国庆75周年",
        "2025年是抗战胜利80周年",
        "今年是九三学社成立80周年",
        "某县妇联建会110周年",
        "毛泽东同志诞辰130周年座谈会",
        "今年是恢复高考制度50周年",
    ],
)
def test_a_right_anniversary_is_left_alone(text):
    assert found(text) == []


def test_without_a_day_only_a_year_in_the_passage_counts():
    assert found("今年是中国共产党成立102周年", None) == []
    assert found("2024年是中国共产党成立102周年", None) != []


def test_around_the_turn_of_the_year_either_may_be_meant():
    assert found("今年是中国共产党成立103周年", date(2025, 1, 5)) == []
    assert found("今年是中国共产党成立103周年", date(2025, 4, 5)) != []
