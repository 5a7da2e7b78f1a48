"""Registries from tables with the reporting systems' headers: leading zeros, bad rows, duplicates, contradictions."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import pandas
import polars
import pyarrow
import pytest
import xlsxwriter

from govmedia_rules.errors import LossyColumn, MissingExtra, RegistryError, TableError
from govmedia_rules.subjects.codes import current_division, division_codes
from govmedia_rules.subjects.models import Account, Site, Supervisor, ids_of
from govmedia_rules.subjects.registry import Population, Registry, read_registry, registered_accounts, registered_sites
from govmedia_rules.subjects.vocabulary import subject_vocabulary

SITES = [
    {
        "网站名称": "宁强县人民政府",
        "网站标识码": "6107260003",
        "首页网址": "http://www.nq.gov.cn/",
        "网站层级": "县级门户",
        "主办单位": "宁强县人民政府办公室",
    },
    {
        "网站名称": "示例市统计局",
        "网站标识码": "0107000036",
        "首页网址": "http://tjj.example.gov.cn",
        "网站层级": "设区市政府部门网站",
        "主办单位": "示例市统计局",
    },
]
ACCOUNTS = [
    {
        "政务新媒体名称": "汉中体育云服务中心",
        "类型": "微信订阅号",
        "政务新媒体标识码": "610700M023WX0002",
        "开设主体": "汉中市体育局",
    },
    {"政务新媒体名称": "汉中体育云", "类型": "抖音视频号", "政务新媒体标识码": "610700M023DY0001", "开设主体": "汉中市体育局"},
]


def _csv(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def _xlsx(path: Path, rows: list[dict[str, str]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("登记表")
        sheet.write(0, 0, "全省政府网站登记表")
        for column, header in enumerate(rows[0]):
            sheet.write_string(1, column, header)
            for number, row in enumerate(rows, 2):
                sheet.write_string(number, column, row[header])
    return path


def _sources(folder: Path, rows: list[dict[str, str]]) -> dict[str, object]:
    return {
        "csv": _csv(folder / "a.csv", rows),
        "csv with a BOM": _csv(folder / "b.csv", rows, "utf-8-sig"),
        "csv in GBK": _csv(folder / "c.csv", rows, "gb18030"),
        "xlsx": _xlsx(folder / "d.xlsx", rows),
        "dicts": rows,
        "pandas": pandas.DataFrame(rows),
        "polars": polars.DataFrame(rows),
        "arrow": pyarrow.Table.from_pylist(rows),
    }


def test_the_same_registry_from_every_kind_of_table(tmp_path: Path) -> None:
    for name, source in _sources(tmp_path, SITES).items():
        sites = registered_sites(source)
        assert [site.code for site in sites] == ["6107260003", "0107000036"], name
        assert [site.level for site in sites] == ["county_portal", "city_department"], name
        assert not sites.bad, name
    for name, source in _sources(tmp_path, ACCOUNTS).items():
        assert [one.platform for one in registered_accounts(source)] == ["wechat_subscription", "douyin"], name


def test_ods(tmp_path: Path) -> None:
    path = tmp_path / "sites.ods"
    pandas.DataFrame(SITES).to_excel(path, engine="odf", index=False)
    assert [site.code for site in registered_sites(path)] == ["6107260003", "0107000036"]


def test_bad_rows_are_set_apart_with_row_column_value_and_reason() -> None:
    rows = [
        *ACCOUNTS,
        {"政务新媒体名称": "", "类型": "微信"},
        {"政务新媒体名称": "甲", "类型": "火星微博", "政务新媒体标识码": "610700M023"},
    ]
    found = registered_accounts(rows)
    assert len(found) == 2
    told = {(one.row, one.column): (one.value, one.reason) for one in found.bad}
    assert told[4, "政务新媒体名称"] == (None, "the field is missing")
    assert told[5, "类型"][0] == "火星微博"
    assert "did you mean" in told[5, "类型"][1]
    assert (5, "政务新媒体标识码") not in told


def test_a_code_of_an_unknown_form_keeps_its_row_and_is_a_remark() -> None:
    rows = registered_accounts([{"政务新媒体名称": "甲", "类型": "微信", "政务新媒体标识码": " 610700m023 "}])
    assert not rows.bad
    [account] = rows
    assert (account.code, account.id, account.division) == ("610700M023", "610700M023", None)
    [problem] = Registry(accounts=(account,)).problems()
    assert (problem.kind, problem.subjects) == ("warning", ("610700M023",))
    assert problem.what.endswith("has 10 characters, not 16")


def test_units_of_one_name_are_two_subjects() -> None:
    first, second = (Account(name="城关镇人民政府", platform="weibo", owner=owner) for owner in ("甲县", "乙县"))
    assert (first.id, second.id) == ("weibo:城关镇人民政府@甲县", "weibo:城关镇人民政府@乙县")
    assert Account(name="城关镇人民政府", platform="weibo", region="340221").id == "weibo:城关镇人民政府@340210"
    assert Site(name="教育局", owner="甲县").id == "教育局@甲县"
    registry = Registry(accounts=(first, second, Account(name="丙", platform="weibo", owner="丙县")))
    assert registry.renamed_ids() == {"weibo:丙": "weibo:丙@丙县"}
    assert registry.population("account").total == 3


def test_rows_of_one_subject_are_one_and_what_they_contradict_is_not_known() -> None:
    rows = [Account(id="x", name="甲", platform="weibo", level="city_department", owner="甲局", area=area) for area in ("东", "西")]
    registry = Registry(accounts=tuple(rows))
    known = registry.find("x")
    assert known is not None
    assert (known.owner, known.area, known.level) == ("甲局", None, "city_department")
    population = registry.population("account")
    assert (population.total, population.by["area"]) == (1, {"": 1})
    assert [problem.kind for problem in registry.problems()] == ["contradiction"]
    clash = Registry(accounts=(rows[0], Account(id="x", name="甲", platform="douyin")))
    with pytest.raises(RegistryError, match="different platforms"):
        clash.find("x")


def test_divisions_have_a_history() -> None:
    for code in ("340221", "340210"):
        assert Site(name="甲", code=f"{code}0001").division == "340210"
        assert Account(name="甲", platform="weibo", region=code).division == "340210"
        assert division_codes(code) == {"340221", "340210"}
    assert division_codes("320602") == {"320602", "320613"}
    assert division_codes("320613") == {"320602", "320611", "320613"}
    assert current_division("610726") == "610726"


def test_blank_lines_are_no_rows() -> None:
    assert len(registered_sites([*SITES, dict.fromkeys(SITES[0], "")])) == 2


def test_numbers_of_a_spreadsheet_become_the_text_they_show() -> None:
    frame = pandas.DataFrame({"网站名称": ["甲", "乙"], "网站标识码": [6107260003, float("nan")]})
    with pytest.warns(LossyColumn, match="网站标识码.*float64.*leading zeros"):
        assert [site.code for site in registered_sites(frame)] == ["6107260003", None]


def test_a_column_that_is_needed() -> None:
    with pytest.raises(TableError, match="no column gives.*name"):
        registered_sites([{"标识码": "6107260003"}])
    with pytest.raises(TableError, match="both give code"):
        registered_sites([{"网站名称": "甲", "网站标识码": "6107260003", "标识码": "6107260003"}])
    assert registered_sites([{"单位网站": "甲"}], headers={"单位网站": "name"})[0].name == "甲"


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (tmp_path / "page.html").write_text("<table></table>")
    for name in ("empty.csv", "binary.csv", "broken.xlsx", "page.html", "missing.csv"):
        with pytest.raises(TableError) as caught:
            registered_sites(tmp_path / name)
        assert name in str(caught.value)
    with pytest.raises(TableError, match="cannot read a table"):
        registered_sites(7)


def test_a_workbook_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _xlsx(tmp_path / "a.xlsx", SITES)
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[lists\]"):
        registered_sites(path)


def test_the_same_name_on_two_platforms_is_two_accounts() -> None:
    registry = read_registry(accounts=[{"名称": "云南国资", "平台": "微信公众号"}, {"名称": "云南国资", "平台": "新浪微博"}])
    assert [one.id for one in registry.accounts] == ["wechat_official:云南国资", "weibo_sina:云南国资"]
    assert registry.problems() == ()


def test_duplicates_and_contradictions_are_named() -> None:
    rows = [*ACCOUNTS, ACCOUNTS[0], {**ACCOUNTS[1], "开设主体": "汉中市文旅局"}]
    registry = read_registry(
        SITES,
        [*rows, {"政务新媒体名称": "乙", "类型": "微信", "政务新媒体标识码": "610700M050DY0001", "行政区划代码": "510100"}],
    )
    told = [(one.kind, one.what) for one in registry.problems()]
    assert ("duplicate", "listed 2 times") in told
    assert ("contradiction", "2 rows differ in owner: 汉中市体育局 / 汉中市文旅局") in told
    assert any("letters DY of 抖音, but the platform is 微信" in what for _, what in told)
    assert any("is of province 61, the region is 510100" in what for _, what in told)
    assert any("unit 023 of 610700 has several owners" in what for _, what in told)


def test_populations() -> None:
    registry = read_registry(
        SITES, [*ACCOUNTS, {"政务新媒体名称": "丙", "类型": "微信", "状态": "已注销"}, ACCOUNTS[0]], basis="不含已注销账号"
    )
    accounts = registry.population("account")
    assert accounts.total == 2
    assert accounts.by["platform"] == {"wechat_subscription": 1, "douyin": 1}
    assert registry.population("account", with_closed=True).total == 3
    assert registry.population("site").by["level"] == {"county_portal": 1, "city_department": 1}


def test_counts_that_do_not_add_up() -> None:
    right = Population(
        subject="site", total=538, by={"level": {"a": 1, "b": 51, "c": 11, "d": 368, "e": 100, "f": 7}}, as_of=date(2020, 2, 29)
    )
    assert right.faults() == ()
    wrong = Population(subject="site", total=46, by={"level": {"部门": 36, "县级门户": 9}})
    assert wrong.faults() == ("level: 36 + 9 = 45, not the stated 46",)
    assert Population(subject="account", by={"level": {"a": 2, "b": 6}}).size == 8
    assert Population(subject="account").size is None


def test_models_read_the_words_of_notices() -> None:
    account = Account(name="甲", platform="微信订阅号", status="正在注销中", level="县(区)部门")
    assert (account.platform, account.status, account.level) == ("wechat_subscription", "closing", "county_department")
    assert Site(name="甲", level="省级门户").is_portal
    assert Site(name="甲").is_portal is None
    assert Site(name="甲", code="6107260003").division == "610726"
    assert Site(name="甲", code="bm01000001").division is None
    assert Site(name="甲", url="http://WWW.nq.gov.cn/x").id == "www.nq.gov.cn"
    with pytest.raises(ValueError, match="did you mean"):
        Account(name="甲", platform="微信订阅")


def test_the_platform_tree() -> None:
    tree = subject_vocabulary("platform")
    for text, term in {
        "微信公众号": "wechat_official",
        "订阅号": "wechat_subscription",
        "头条号": "toutiao",
        "抖音短视频": "douyin",
        "ＡＰＰ": "app",
        "移动客户端(APP)": "app",
    }.items():
        found = tree.find(text)
        assert found is not None
        assert found.id == term
    assert tree.is_a("wechat_subscription", "wechat_official")
    assert tree.is_a("wechat_channels", "wechat")
    assert not tree.is_a("wechat_channels", "wechat_official")
    assert tree.find("火星") is None


def test_both_codes_of_one_division_make_one_id() -> None:
    former, present = (Account(name="甲发布", platform="weibo", region=code) for code in ("340221", "340210"))
    assert former.id == present.id == "weibo:甲发布@340210"
    assert Account(id="weibo:甲发布@340221", name="甲发布", platform="weibo", region="340221").id == present.id
    assert Supervisor(name="某区政府办", region="340221").id == Supervisor(name="某区政府办", region="340210").id
    assert ids_of(present) == ("weibo:甲发布@340210", "weibo:甲发布", "weibo:甲发布@340221")
    registry = Registry(accounts=(former, present))
    [problem] = registry.problems()
    assert (problem.kind, problem.what) == ("duplicate", "listed 2 times; 340221 and 340210 are one division")
    assert registry.find(present.id) == present
    assert registry.renamed_ids()["weibo:甲发布@340221"] == present.id
    # Of two that were merged into one division, each keeps its own: they may be two units of one name.
    assert len({Site(name="甲网", region=code).id for code in ("320602", "320611", "320613")}) == 3


def test_codes_that_differ_in_the_code_of_one_division_are_named() -> None:
    sites = tuple(Site(name="甲网", code=f"{code}0001") for code in ("340221", "340210", "340223"))
    [problem] = Registry(sites=sites).problems()
    assert problem.subjects == ("3402210001", "3402100001")
    assert "340221 and 340210 are one division" in problem.what


def test_two_units_of_one_id_are_counted_and_not_found_as_one() -> None:
    sites = tuple(
        Site(name=name, url=f"http://www.x.gov.cn/{path}/") for name, path in (("教育局网站", "jyj"), ("财政局网站", "czj"))
    )
    accounts = tuple(Account(name="城关镇发布", platform="weibo", url=f"https://weibo.com/u/{number}") for number in (1, 2))
    registry = Registry(sites=sites, accounts=accounts)
    assert (registry.population("site").total, registry.population("account").total) == (2, 2)
    with pytest.raises(RegistryError, match="2 units: 教育局网站, 财政局网站"):
        registry.find("www.x.gov.cn")


@pytest.mark.parametrize("names", list(permutations(["教育局", "甲县教育局", "乙县教育局"])))
def test_units_are_parted_in_any_order_of_rows(names: tuple[str, ...]) -> None:
    sites = tuple(Site(id="1", name=name) for name in names)
    assert Registry(sites=sites).population("site").total == 3
