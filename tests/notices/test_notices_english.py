"""Machine-translated copies: what a translation carries, and names restored to Chinese as far as the gazetteer knows."""

from __future__ import annotations

import pytest

from govmedia_rules.notices import Notice, read
from govmedia_rules.notices.english import restore_number
from govmedia_rules.notices.figures import Period
from govmedia_rules.notices.gazetteer import find_place, restore_name

FRAME = """Notice of the General Office of the Hunan Provincial People's Government on the inspection of government websites in the second quarter of 2021
All municipal people's governments:
1. General situation
{}
2. Main problems
{}
3. Work requirements
(1) Implement rectification. All units must rectify and report the results before July 30.
July 8, 2021
"""


def notice(situation: str = "", problems: str = "") -> Notice:
    return read(FRAME.format(situation, problems))


@pytest.mark.parametrize(
    ("sentence", "running", "inspected", "failed", "rates"),
    [
        ("As of June 1, 2021, 45 government websites were running in the city, and 2 of them failed.", 45, None, 2, []),
        (
            "A total of 1,213 government websites were inspected, and 37 websites were unqualified, with a pass rate of 96.95%.",
            None,
            1213,
            37,
            ["96.95%"],
        ),
        (
            "The office inspected 328 government websites, representing 2.3% of the total number, with an approval rate of 91.8%.",
            None,
            328,
            None,
            ["2.3%", "91.8%"],
        ),
        ("There were 60 websites registered in the system, and three failed, with a qualified rate of 95%.", 60, None, 3, ["95%"]),
    ],
)
def test_a_number_is_read_with_the_noun_after_it(
    sentence: str, running: int | None, inspected: int | None, failed: int | None, rates: list[str]
) -> None:
    sites = notice(sentence).sites
    assert sites is not None
    assert sites.population == running
    assert (sites.inspected.value if sites.inspected else None) == inspected
    assert sites.failed == failed
    assert [rate.print() for rate in sites.rates] == rates


def test_parts_go_on_after_semicolons() -> None:
    accounts = notice(
        "There were 300 government new media registered. Among them, there were 200 WeChat public accounts, and one failed, "
        "with a pass rate of 99.5%; there were 90 government Weibo, and two failed; there were 10 other types of new media."
    ).accounts
    assert accounts is not None
    assert [(group.key, group.population, group.failed) for group in accounts.groups] == [
        ("wechat_official", 200, 1),
        ("weibo", 90, 2),
        ("other", 10, None),
    ]


def test_a_random_inspection_of_all_does_not_say_how_many_were_inspected() -> None:
    accounts = notice(
        "There were 326 new government media running. In June a random inspection of 326 new government media was made."
    ).accounts
    assert accounts is not None
    assert (accounts.population, accounts.inspected, accounts.extent) == (326, None, "sampled")


@pytest.mark.parametrize(
    ("sentence", "names", "ids"),
    [
        (
            "(1) Updates. Websites such as Shaoshan City, Liuyang City, and the Municipal Audit Bureau have more blank columns.",
            ["Shaoshan City", "Liuyang City", "Municipal Audit Bureau"],
            ("site.veto.columns.blank",),
        ),
        (
            "(1) Updates. The Civil Affairs Bureau “Sunny Home” WeChat account is not updated for a long time.",
            ["Sunny Home"],
            ("media.veto.stale",),
        ),
        (
            "(1) Channels. The website of the Forestry Bureau of Changsha City does not provide an effective advice channel.",
            ["Forestry Bureau of Changsha City"],
            ("site.veto.interaction",),
        ),
        ("(1) Services. Some website service guide elements are missing.", [], ("site.deduct.service.guide",)),
    ],
)
def test_findings_with_names(sentence: str, names: list[str], ids: tuple[str, ...]) -> None:
    (problem,) = notice("", sentence).problems
    assert [one.name for one in problem.named] == names
    assert problem.indicator_ids == ids


def test_one_name_on_two_platforms_is_two_accounts() -> None:
    (problem,) = notice(
        "",
        '(1) Errors. There were serious errors, such as the "City Assets" WeChat official account of the Commission and the "City Assets" Sina Weibo.',
    ).problems
    assert [(one.name, one.platform) for one in problem.named] == [
        ("City Assets", "wechat_official"),
        ("City Assets", "weibo_sina"),
    ]
    assert len({one.key for one in problem.named}) == 2


def test_dates_and_the_deadline_take_the_year_of_signing() -> None:
    found = notice()
    assert found.period == Period(kind="quarter", year=2021, number=2)
    (deadline,) = found.deadlines
    assert deadline.due is not None
    assert (str(deadline.due), deadline.due.inferred, found.days_to(deadline)) == ("2021-07-30", ("year",), 22)


@pytest.mark.parametrize(
    ("printed", "restored"),
    [
        ("Nanfubanhan [2019] No. 70", "南府办函〔2019〕70号"),
        ("Cloud Government Office Letter [2022] No. 77", "云政办函〔2022〕77号"),
        ("Xyzbanhan [2019] No. 70", None),
        ("a line without a number", None),
    ],
)
def test_document_numbers_are_restored_or_left(printed: str, restored: str | None) -> None:
    assert restore_number(printed) == restored


@pytest.mark.parametrize(
    ("words", "within", "name"),
    [
        ("Lingqiu County People’s Government", "14", "灵丘县人民政府"),
        ("Shunqing District", None, "顺庆区"),
        ("Lincang Municipal People's Government", None, "临沧市人民政府"),
        ("Wenshan Prefecture People's Government", None, "文山州人民政府"),
        ("Municipal Development and Reform Commission", "5113", "市发展改革委"),
        ("Audit Bureau of Nanchong City", "5113", "市审计局"),
        ("Nanchong Forestry Information Network", "5113", "南充林业信息网"),
        ("Nanfang County", "5113", "南部县"),
        ("Nanfang County", None, None),
        ("Yunnan Provincial Sports Bureau", None, "云南省体育局"),
        ("Nowhere County", None, None),
        ("not a name", None, None),
    ],
)
def test_names_are_restored_where_the_gazetteer_is_sure(words: str, within: str | None, name: str | None) -> None:
    assert restore_name(words, within) == name


def test_a_name_that_two_places_bear_is_not_guessed() -> None:
    assert find_place("Gulou District") is None
    assert find_place("Gulou District", "3501") is not None
    both = find_place("Shuifu Municipal")
    assert both is not None
    assert (both.name, both.code) == ("水富市", "530681")
