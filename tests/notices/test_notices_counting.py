"""The grammar of counts and rates, on sentences in the manner of many provinces."""

from __future__ import annotations

from decimal import Decimal

import pytest

from govmedia_rules.notices.counting import count_paragraphs
from govmedia_rules.notices.figures import InspectedPopulation
from govmedia_rules.notices.labels import level_of, platform_of_label, printed_number
from govmedia_rules.notices.outline import NoticeText
from govmedia_rules.notices.shares import vague_share


def populations(text: str) -> dict[str, InspectedPopulation]:
    page = NoticeText(text)
    return {population.subject: population for population in count_paragraphs(list(page.lines()), page).populations()}


def shape(population: InspectedPopulation) -> str:
    """All that was read of a population in one line."""

    def counts(tally: InspectedPopulation) -> list[str]:
        found = [f"{m}={c.value}" for m in ("running", "registered", "total", "inspected") if (c := getattr(tally, m)) is not None]
        found += [f"{outcome.kind}={outcome.count.value}" for outcome in tally.outcomes]
        for rate in tally.rates:
            changes = "".join(f"{c.basis[0]}{c.change.state}{c.change.points}" for c in rate.comparisons)
            found.append(f"{rate.kind}={rate.print()}{changes}")
        return found

    groups = [f"{group.key}({' '.join(counts(group))})" for group in population.groups]  # type: ignore[arg-type]
    return " ".join([*counts(population), *groups])


CASES = [
    (
        "2021年第四季度,全市在运行的政府网站共61家,抽查61家,抽查比例100%,合格率100%。",
        "site",
        "running=61 inspected=61 coverage=100% pass=100%",
    ),
    (
        "全市开设政务新媒体796个,其中微信508个、微博67个、移动客户端9个、其他212个。抽查发现不合格政务新媒体2个,合格率99.7%。",
        "account",
        "registered=796 failed=2 pass=99.7% wechat(registered=508) weibo(registered=67) app(registered=9) other(registered=212)",
    ),
    (
        "从969个政务新媒体中随机抽查266个,抽查比例为27.45%,发现7个不合格,合格率97.37%。",
        "account",
        "total=969 inspected=266 failed=7 coverage=27.45% pass=97.37%",
    ),
    (
        "全州目前运行的政府网站29个,其中州政府门户网站1个、州级部门网站18个、县市政府门户网站10个;合格27个,合格率93.1%。",
        "site",
        "running=29 passed=27 pass=93.1% city_portal(running=1) city_department(running=18) county_portal(running=10)",
    ),
    (
        "此次检查,全市51家政府网站中,3家不合格,合格率为94%,环比上升0.5个百分点,同比持平。",
        "site",
        "total=51 failed=3 pass=94%pup0.5ysame0",
    ),
    (
        "全省共有政务新媒体3316个,抽查1658个,抽查率50%,不合格5个,合格率为99.70%,较上季度提高0.35个百分点。",
        "account",
        "total=3316 inspected=1658 failed=5 coverage=50% pass=99.70%pup0.35",
    ),
    (
        "全区共登记政务新媒体56个(微信31个、微博10个、抖音2个),其中注销13个。",
        "account",
        "registered=56 closed=13 wechat(registered=31) weibo(registered=10) douyin(registered=2)",
    ),
    (
        "抽查政府网站52家。其中,抽查省政府部门网站38家,全部合格;抽查市(州)政府门户网站14家,不合格1家,合格率92.9%。",
        "site",
        "inspected=52 province_department(inspected=38 passed=38) city_portal(inspected=14 failed=1 pass=92.9%)",
    ),
    (
        "检查政务新媒体2,545个,合格2,485个,基本合格12个,不合格48个,占比1.89%。",
        "account",
        "inspected=2545 passed=2485 basically_passed=12 failed=48 failure_share=1.89%",
    ),
    (
        "抽查政务新媒体600个,其中微信公众号400个、不合格9个,微博150个、不合格11个,其他50个、不合格0个。",
        "account",
        "inspected=600 wechat_official(inspected=400 failed=9) weibo(inspected=150 failed=11) other(inspected=50 failed=0)",
    ),
    (
        "检查政务新媒体2545个,不合格60个,合格2485个,占比97.64%。",
        "account",
        "inspected=2545 failed=60 passed=2485 pass=97.64%",
    ),
    (
        "检查政务新媒体2545个,合格2485个,其中不合格60个,占2.36%。",
        "account",
        "inspected=2545 passed=2485 failed=60 failure_share=2.36%",
    ),
    ("政府网站合格率98%,政务新媒体合格率95.5%。", "account", "pass=95.5%"),
    ("对全市35个政府网站、220个政务新媒体进行了检查。", "account", "inspected=220"),
    ("共检查政府网站35家和政务新媒体220个,不合格网站1家、政务新媒体3个。", "account", "inspected=220 failed=3"),
    (
        "市府办对全市1个政府门户网站、86个政务新媒体(其中微信公众号52个,微博34个)进行了全面检查。",
        "account",
        "inspected=86 wechat_official(inspected=52) weibo(inspected=34)",
    ),
    ("检查政府网站四十二家,发现存在突出问题的网站三家。", "site", "inspected=42 failed=3"),
    ("检查网站12家,其中2家网站存在空白栏目,3家网站更新不及时。", "site", "inspected=12"),
    ("共抽查政务新媒体200个,195个合格、5个不合格,合格率97.5%。", "account", "inspected=200 passed=195 failed=5 pass=97.5%"),
    ("全县清理整合政务新媒体35个,提醒账号更新280次,现有政务新媒体78个。", "account", "total=78"),
]


@pytest.mark.parametrize(("text", "subject", "expected"), CASES)
def test_a_sentence_is_counted_as_it_is_meant(text: str, subject: str, expected: str) -> None:
    assert shape(populations(text)[subject]) == expected


def test_who_inspected_makes_a_population_of_its_own() -> None:
    page = NoticeText(
        "市政府办公室检查全市政务新媒体228个,不合格2个。各县(区)检查镇(街道)政务新媒体371个(不含已注销账号),"
        "不合格23个,问题已整改;其余335个政务新媒体合格,13个政务新媒体正在注销中。"
    )
    first, second = count_paragraphs(list(page.lines()), page).populations()
    assert shape(first) == "inspected=228 failed=2"
    assert shape(second) == "inspected=371 failed=23 passed=335 closing=13"
    assert second.scope == "各县(区)检查"
    assert second.count_basis == "不含已注销账号"
    assert second.outcomes[0].note == "问题已整改"


def test_every_count_has_its_place() -> None:
    text = "第一行。\n全市运行政府网站50个,不合格3个,占比为6%。"
    population = populations(text)["site"]
    assert population.running is not None
    assert population.running.place is not None
    place = population.running.place
    assert (place.quote, place.line, text[place.start : place.end]) == ("50个", 2, "50个")
    assert population.rates[0].place is not None
    assert text[population.rates[0].place.start : population.rates[0].place.end] == "6%"


def test_dates_points_and_days_are_no_counts() -> None:
    text = "2020年第一季度,截至3月31日,于5个工作日内,3个月内,提高2个百分点,第12个季度,超过3日。"
    assert populations(text) == {}


def test_what_else_is_counted_is_kept_as_figures() -> None:
    page = NoticeText("18个省政府部门共办结政府信息公开申请50件,按时办结率达100%;受理网民留言70条。")
    builder = count_paragraphs(list(page.lines()), page)
    assert [(figure.count.value, figure.unit) for figure in builder.figures] == [(18, "个"), (50, "件"), (70, "条")]
    assert [rate.print() for rate in builder.figures[1].rates] == ["100%"]


@pytest.mark.parametrize(
    ("text", "figure", "bound", "of"),
    [
        ("超过60%的门户网站没有解读", "60", "more_than", "门户网站"),
        ("一半以上的门户网站未关联", "50", "more_than", "门户网站"),
        ("近三成县级部门网站更新不及时", "30", "nearly", "县级部门网站"),
        ("绝大多数门户网站未实现", None, "more_than", "门户网站"),
        ("约20%的政务新媒体未更新", "20", "about", "政务新媒体"),
    ],
)
def test_a_share_in_words_is_a_bound(text: str, figure: str | None, bound: str, of: str) -> None:
    (rate,) = vague_share(text, 0, NoticeText(text))
    assert rate.figure == (None if figure is None else Decimal(figure))
    assert (rate.bound, rate.of) == (bound, of)


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("省政府门户网站", "province_portal"),
        ("设区市政府部门网站", "city_department"),
        ("县(市、区)政府门户网站", "county_portal"),
        ("县(区)部门及镇(街道)政务新媒体", "below_county"),
        ("市、县(区)网站", "city_and_county"),
        ("其它政府网站", "other"),
        ("政府网站", None),
    ],
)
def test_levels_are_known_by_their_words(label: str, level: str | None) -> None:
    assert level_of(label) == level


def test_platforms_and_numerals() -> None:
    assert platform_of_label("政务新浪微博账号") == ("weibo_sina", "新浪微博")
    assert platform_of_label("今日头条号") == ("toutiao", "今日头条号")
    assert platform_of_label("政府网站") is None
    assert [printed_number(text) for text in ("4,219", "十", "二十三", "一百零五", "两")] == [4219, 10, 23, 105, 2]


@pytest.mark.parametrize(
    ("text", "subject", "expected"),
    [
        ("抽查网站40家,38家合格;2家不合格。其他38家网站均未发现单项否决问题。", "site", "inspected=40 passed=38 failed=2"),
        ("监测账号总数:503个;当月更新账号:489个;更新率97.2%。", "account", "inspected=503"),
        ("监测账号503个。超过14天未更新账号中,微信公众号9个,微博4个。", "account", "inspected=503"),
        ("全县14个乡镇共运行政务新媒体22个,发布信息3187条。", "account", "running=22"),
        ("对269个政务新媒体进行了普查。政务新媒体有2个触发单项否决:“甲”微信公众号。", "account", "inspected=269 failed=2"),
    ],
)
def test_what_is_said_of_some_is_no_count_of_all(text: str, subject: str, expected: str) -> None:
    assert shape(populations(text)[subject]).split(" other(")[0] == expected
