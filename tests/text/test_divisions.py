import pytest

from govmedia_rules.text.divisions import divisions_by_province, is_division, misplaced_city
from govmedia_rules.text.scanner import scanner_for

BODIES = ("人民政府", "人民代表大会常务委员会", "卫生健康委员会", "发展和改革委员会", "市场监督管理局")


def test_all_divisions_are_there():
    names = [name for names in divisions_by_province().values() for name in names]
    assert len(divisions_by_province()) >= 31
    assert len(names) > 3_000
    assert is_division("天门市")
    assert is_division("兴国县")
    assert not is_division("天们市")


def test_no_body_of_a_division_is_reported():
    scanner = scanner_for(("starter",))
    texts = [f"近日，{name}{body}发布公告。" for names in divisions_by_province().values() for name in names for body in BODIES]
    reported = [(text, matches[0]) for text, matches in zip(texts, scanner.scan_many(texts), strict=True) if matches]
    assert not reported, reported[:5]


@pytest.mark.parametrize(
    ("text", "end", "province"),
    [("江苏省杭州市", 6, "浙江省"), ("湖北省长沙市", 6, "湖南省")],
)
def test_a_city_behind_another_province(text, end, province):
    assert misplaced_city(text, 3, text[:3]) == (end, province)


@pytest.mark.parametrize("text", ["江苏省南京市", "江苏省的城市", "江苏省某某市", "江苏省北京市"])
def test_others_say_nothing(text):
    assert misplaced_city(text, 3, "江苏省") is None
