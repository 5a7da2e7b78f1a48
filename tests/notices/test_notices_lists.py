"""Lists of names in the forms in which offices number them: each name comes with the fault that its list is about."""

from __future__ import annotations

import pytest

from govmedia_rules import notices

HEAD = """新河市人民政府办公室关于2023年第三季度政府网站和政务新媒体检查情况的通报
各县(市、区)人民政府:
一、总体情况
三季度共检查政府网站45个,合格42个,不合格3个,合格率93.33%。
二、存在问题
"""
FOOT = "\n三、工作要求\n于2023年10月15日前完成整改。\n新河市人民政府办公室\n2023年9月27日\n"
SITES = {"市林业局": "site.veto.columns", "市水利局": "site.veto.columns"}
ACCOUNTS = {"新河林业": "media.veto.stale", "新河水利": "media.veto.stale"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (
            "(一)栏目不更新\n1.市林业局网站\n2.市水利局网站\n(二)两周未更新\n1.“新河林业”微信公众号\n2.“新河水利”微博",
            SITES | ACCOUNTS,
        ),
        ("(一)栏目不更新。1.市林业局网站;2.市水利局网站。", SITES),
        ("(一)栏目更新不及时。共2家:(1)市林业局网站;(2)市水利局网站。", SITES),
        ("1.栏目不更新:市林业局网站、市水利局网站\n2.账号不更新:“新河林业”“新河水利”微信公众号", SITES | ACCOUNTS),
        (
            "①市林业局网站栏目不更新;②市水利局网站栏目不更新;③“新河林业”微信公众号两周未更新。",
            SITES | {"新河林业": "media.veto.stale"},
        ),
        (
            "1.市林业局网站(栏目不更新)\n2.市水利局网站(栏目不更新)\n3.“新河水利”抖音号(不更新)",
            SITES | {"新河水利": "media.veto.stale"},
        ),
        ("1.市林业局网站:栏目不更新。\n2.市水利局网站:栏目不更新。", SITES),
        ("栏目不更新的网站:\n市林业局网站\n市水利局网站\n不更新的账号:\n“新河林业”微信公众号\n“新河水利”微博", SITES | ACCOUNTS),
        ("“新河林业”(微信、微博)两周未更新,“新河水利”(抖音)一个月未更新。", ACCOUNTS),
    ],
)
def test_each_name_comes_with_the_fault_of_its_list(body: str, named: dict[str, str]) -> None:
    problems = notices.read(HEAD + body + FOOT).problems
    assert {unit.name: problem.indicator_ids for problem in problems for unit in problem.named} == {
        name: (identifier,) for name, identifier in named.items()
    }
