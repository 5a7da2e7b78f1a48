import pytest

from govmedia_rules.text.reading import load_lexicon
from govmedia_rules.text.titles import Titles
from tests.text.starter import starter

TITLES = Titles([line.text for line in load_lexicon("starter").canonicals])


@pytest.mark.parametrize(
    ("title", "law"),
    [
        ("消费者保护法", "消费者权益保护法"),
        ("政府采购招标法", "政府采购法"),
        ("食品安全条例", "食品安全法"),
        ("道路交通法", "道路交通安全法"),
        ("道路安全交通法", "道路交通安全法"),
    ],
)
def test_titles_that_do_not_exist(title, law):
    assert TITLES.check(f"《中华人民共和国{title}》规定", 0) == (len(title) + 8, f"中华人民共和国{law}")


@pytest.mark.parametrize(
    "title", ["民法典", "合同法", "劳动合同法", "食品安全法实施条例", "进出口关税条例", "某某事务法", "土地管理法（修正）"]
)
def test_other_titles(title):
    assert TITLES.check(f"《中华人民共和国{title}》", 0) is None


def test_the_scanner_asks_it():
    found = starter().scan("根据《中华人民共和国消费者保护法》")
    assert [(match.suggestion, match.reason, match.severity) for match in found] == [
        ("中华人民共和国消费者权益保护法", "no_such_law", "general")
    ]
