"""The same ten rules in the library and in what a user might write instead: speed, memory, lines of rule code, and the gaps.

uv run --group test --group bench --with pandera --with great-expectations --with experta --with durable-rules \\
    python tests/benchmarks/peers.py [--runs 3] [--engines polars duckdb ...]

They are no dependency group of the project: experta pins a frozendict that other packages cannot use.

Ten vetoes over 100,000 accounts and 20,000 sites, of which some facts were not observed. Every engine gets the rows in the form it
likes best, already in memory, and gives for each subject the rules it fails; the counts of all must agree. Slow engines get
a share of the rows. Each runs in a process of its own; memory is its peak above the process with the data alone.
"""

from __future__ import annotations

import argparse
import gc
import inspect
import json
import os
import platform
import random
import resource
import subprocess
import sys
import time
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import govmedia_rules as gr

POINT = datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI)
OLD = POINT - timedelta(days=14)
NAIVE_OLD = OLD.replace(tzinfo=None)
ACCOUNTS, SITES = 100_000, 20_000
PLATFORMS = ("wechat_subscription", "weibo_sina", "toutiao", "douyin", "app")


def data(share: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of accounts and of sites; None is "not observed". The first tenth is the first tenth of the whole."""
    rng = random.Random(5)

    def maybe(value: object) -> Any:
        return None if rng.random() < 0.05 else value

    def moment() -> datetime:
        return (POINT - timedelta(hours=int(rng.expovariate(1 / 120)), minutes=1)).replace(tzinfo=None)

    accounts = [
        {
            "id": f"a{number}",
            "name": f"示例发布{number}",
            "platform": (kind := PLATFORMS[number % 5]),
            "latest": maybe(moment()),
            "functions": maybe(int(rng.random() > 0.03)),
            "downloads": maybe(rng.random() > 0.1) if kind == "app" else None,
            "owner_kind": maybe("company" if rng.random() < 0.02 else "government"),
            "certified": maybe(rng.random() > 0.04),
            "seen_name": maybe(f"示例发布{number}" if rng.random() > 0.02 else f"示例{number}"),
        }
        for number in range(int(ACCOUNTS * share))
    ]
    sites = [
        {
            "id": f"s{number}",
            "name": f"示例网{number}",
            "home_latest": maybe(moment()),
            "is_navigation": (navigation := rng.random() < 0.1),
            "second_latest": maybe(moment()) if navigation else None,
            "has_services": rng.random() < 0.7,
            "services": maybe(rng.choice((0, 3, 12, 40))),
            "icp": maybe(f"京ICP备{10_000_000 + number}号" if rng.random() > 0.03 else "无"),
        }
        for number in range(int(SITES * share))
    ]
    return accounts, sites


Rows = tuple[list[dict[str, Any]], list[dict[str, Any]]]
Failed = Iterable[tuple[str, str]]
"""Subject and rule."""


# The library


BOOK = """
id = "ten"
title = "十条"
effective = { from = 2019-01-01 }
[indicators."media.veto.stale"]
title = "监测时间点前2周内未更新"
kind = "veto"
applies_to = { subject = "account" }
check = "account.stale"
params = { window = { weeks = 2 } }
source = { document = "示例" }
[indicators."media.veto.app"]
title = "移动客户端无法下载或使用"
kind = "veto"
applies_to = { subject = "account", platforms = ["app"] }
check = "account.app_unusable"
source = { document = "示例" }
[indicators."media.veto.function"]
title = "未提供有效互动功能"
kind = "veto"
applies_to = { subject = "account" }
check = "account.interaction_missing"
params = { counted = ["menu"] }
source = { document = "示例" }
[indicators."media.veto.owner"]
title = "以企业为主体开设"
kind = "veto"
applies_to = { subject = "account" }
check = "account.owner_kind_forbidden"
params = { forbidden = ["company"] }
source = { document = "示例" }
[indicators."media.veto.certified"]
title = "未经机构认证"
kind = "veto"
applies_to = { subject = "account" }
check = "ten.uncertified"
source = { document = "示例" }
[indicators."media.veto.name"]
title = "名称与登记不一致"
kind = "veto"
applies_to = { subject = "account" }
check = "ten.name_differs"
source = { document = "示例" }
[indicators."site.veto.home"]
title = "首页2周未更新"
kind = "veto"
applies_to = { subject = "site" }
check = "site.home_stale"
params = { window = { weeks = 2 } }
source = { document = "示例" }
[indicators."site.veto.navigation"]
title = "首页仅为导航页且二级页面2周未更新"
kind = "veto"
applies_to = { subject = "site" }
check = "site.home_navigation_stale"
params = { window = { weeks = 2 } }
source = { document = "示例" }
[indicators."site.veto.service"]
title = "未提供办事服务"
kind = "veto"
applies_to = { subject = "site", has_services = true }
check = "site.services_missing"
source = { document = "示例" }
[indicators."site.veto.icp"]
title = "未标明ICP备案编号"
kind = "veto"
applies_to = { subject = "site" }
check = "ten.no_icp"
source = { document = "示例" }
"""


def rules_govmedia() -> gr.Rulebook:
    """The rulebook above and three checks of its own; the other seven come with the library."""

    @gr.check("ten.uncertified", needs="certified")
    def uncertified(account: gr.AccountSnapshot) -> gr.CheckResult:
        return gr.passed() if account.certified else gr.failed("uncertified")

    @gr.check("ten.name_differs", needs="seen_name")
    def name_differs(account: gr.AccountSnapshot) -> gr.CheckResult:
        if account.seen_name == account.account.name:
            return gr.passed()
        return gr.failed("name_differs", seen=account.seen_name, registered=account.account.name)

    @gr.check("ten.no_icp")
    def no_icp(site: gr.SiteSnapshot) -> gr.CheckResult:
        if site.site.icp is None:
            return gr.inconclusive("not_observed", parts=("icp",))
        return gr.failed("no_icp") if site.site.icp == "无" else gr.passed()

    return gr.load_rulebook(tomllib.loads(BOOK), checks=[uncertified, name_differs, no_icp])


NAMES = {
    "media.veto.stale": "stale",
    "media.veto.app": "app",
    "media.veto.function": "function",
    "media.veto.owner": "owner",
    "media.veto.certified": "certified",
    "media.veto.name": "name",
    "site.veto.home": "home",
    "site.veto.navigation": "navigation",
    "site.veto.service": "service",
    "site.veto.icp": "icp",
}


def _frames(rows: Rows) -> tuple[Any, Any]:
    """The rows as frames with the headers of a reporting system."""
    import polars as pl

    words = {None: None, 0: "无", 1: "互动渠道菜单"}
    accounts = [
        {
            "账号名称": one["name"],
            "类型": one["platform"],
            "最近更新时间": one["latest"],
            "互动功能": words[one["functions"]],
            "能否下载": one["downloads"],
            "平台显示主体类型": one["owner_kind"],
            "是否认证": one["certified"],
            "平台显示名称": one["seen_name"],
        }
        for one in rows[0]
    ]
    sites = [
        {
            "网站名称": one["name"],
            "首页最近更新时间": one["home_latest"],
            "是否导航页": one["is_navigation"],
            "二级页面最近更新时间": one["second_latest"],
            "有无对外服务职能": one["has_services"],
            "办事服务数": one["services"],
            "ICP备案编号": one["icp"],
        }
        for one in rows[1]
    ]
    return pl.DataFrame(accounts, infer_schema_length=None), pl.DataFrame(sites, infer_schema_length=None)


def govmedia_frame(rows: Rows) -> Callable[[], Failed]:
    """From frame to frame, with verdicts and Chinese reasons."""
    accounts, sites = _frames(rows)
    book = rules_govmedia()

    def run() -> Failed:
        for frame, kind in ((accounts, "account"), (sites, "site")):
            judged = gr.inspect_frame(frame, book, kind=kind, observed_at=POINT)  # type: ignore[arg-type]
            for subject, ids in judged.select("subject_id", "problem_ids").iter_rows():
                for one in ids.split(";") if ids else ():
                    yield subject, NAMES[one]

    return run


def govmedia_snapshots(rows: Rows) -> Callable[[], Failed]:
    """Snapshots held in memory, judged one by one; findings are made for the problems only."""
    accounts, sites = _frames(rows)
    book = rules_govmedia()
    held = [*gr.read_accounts(accounts, observed_at=POINT), *gr.read_sites(sites, observed_at=POINT)]

    def run() -> Failed:
        for seen in book.inspect_many(held):
            for problem in seen.problems:
                yield seen.subject.id, NAMES[problem.id]

    return run


# Frames and databases


def rules_polars(accounts: Any, sites: Any) -> list[Any]:
    import polars as pl

    c = pl.col
    a = accounts.select(
        "id",
        stale=c("latest") < NAIVE_OLD,
        app=pl.when(c("platform") == "app").then(~c("downloads")).otherwise(False),
        function=c("functions") == 0,
        owner=c("owner_kind") == "company",
        certified=~c("certified"),
        name=c("seen_name") != c("name"),
    )
    s = sites.select(
        "id",
        home=pl.when(c("is_navigation")).then(False).otherwise(c("home_latest") < NAIVE_OLD),
        navigation=pl.when(c("is_navigation")).then(c("second_latest") < NAIVE_OLD).otherwise(False),
        service=pl.when(c("has_services")).then(c("services") == 0).otherwise(False),
        icp=c("icp") == "无",
    )
    return [one.with_columns(verdict=pl.any_horizontal(pl.exclude("id"))) for one in (a, s)]


def polars_frames(rows: Rows) -> Callable[[], Failed]:
    import polars as pl

    frames = [pl.DataFrame(one, infer_schema_length=None) for one in rows]

    def run() -> Failed:
        for judged in rules_polars(*frames):
            long = judged.drop("verdict").unpivot(index="id", variable_name="rule").filter(pl.col("value"))
            yield from long.select("id", "rule").iter_rows()

    return run


RULES_SQL = """
with a as (
    select id,
        latest < $old as stale,
        case when platform = 'app' then not downloads else false end as app,
        functions = 0 as function,
        owner_kind = 'company' as owner,
        not certified as certified,
        seen_name <> name as name
    from accounts
), s as (
    select id,
        case when is_navigation then false else home_latest < $old end as home,
        case when is_navigation then second_latest < $old else false end as navigation,
        case when has_services then services = 0 else false end as service,
        icp = '无' as icp
    from sites
), found as (
    select id, rule from (unpivot a on columns(* exclude id) into name rule value failed) where failed
    union all
    select id, rule from (unpivot s on columns(* exclude id) into name rule value failed) where failed
)
select * from found
"""


def duckdb_sql(rows: Rows) -> Callable[[], Failed]:
    import duckdb
    import polars as pl

    base = duckdb.connect()
    base.execute("set threads = 1")
    for name, one in zip(("accounts", "sites"), rows, strict=True):
        frame = pl.DataFrame(one, infer_schema_length=None)
        base.execute(f"create table {name} as select * from frame")
        del frame
    return lambda: base.execute(RULES_SQL, {"old": NAIVE_OLD}).fetchall()


def rules_pandera() -> list[Any]:
    import pandera.pandas as pa

    accounts = pa.DataFrameSchema(
        {
            "latest": pa.Column(checks=pa.Check.ge(NAIVE_OLD, name="stale"), nullable=True),
            "functions": pa.Column(checks=pa.Check.ne(0, name="function"), nullable=True),
            "owner_kind": pa.Column(checks=pa.Check.ne("company", name="owner"), nullable=True),
            "certified": pa.Column(checks=pa.Check.ne(False, name="certified"), nullable=True),
        },
        checks=[
            pa.Check(lambda f: (f["platform"] != "app") | f["downloads"].ne(False), name="app", ignore_na=False),
            pa.Check(lambda f: f["seen_name"].isna() | (f["seen_name"] == f["name"]), name="name", ignore_na=False),
        ],
    )
    sites = pa.DataFrameSchema(
        {"icp": pa.Column(checks=pa.Check.ne("无", name="icp"), nullable=True)},
        checks=[
            pa.Check(lambda f: f["is_navigation"] | ~(f["home_latest"] < NAIVE_OLD), name="home", ignore_na=False),
            pa.Check(lambda f: ~f["is_navigation"] | ~(f["second_latest"] < NAIVE_OLD), name="navigation", ignore_na=False),
            pa.Check(lambda f: ~f["has_services"] | f["services"].ne(0), name="service", ignore_na=False),
        ],
    )
    return [accounts, sites]


def _pandas(rows: Rows) -> list[Any]:
    import pandas as pd

    return [pd.DataFrame(one).set_index("id") for one in rows]


def pandera_schemas(rows: Rows) -> Callable[[], Failed]:
    import pandera.errors

    frames, schemas = _pandas(rows), rules_pandera()
    checks = [check for schema in schemas for one in (schema, *schema.columns.values()) for check in one.checks]
    names = {text: check.name for check in checks for text in (check.name, check.error) if text}

    def run() -> Failed:
        for frame, schema in zip(frames, schemas, strict=True):
            try:
                schema.validate(frame, lazy=True)
            except pandera.errors.SchemaErrors as fault:
                cases = fault.failure_cases.drop_duplicates(["index", "check"])
                yield from zip(cases["index"], cases["check"].map(names), strict=True)

    return run


def rules_great_expectations() -> list[list[tuple[str, Any]]]:
    import great_expectations.expectations as gxe

    def ne(column: str, value: object) -> Any:
        return gxe.ExpectColumnValuesToNotBeInSet(column=column, value_set=[value])

    def when(column: str, value: object) -> dict[str, str]:
        return {"row_condition": f"{column}=={value!r}", "condition_parser": "pandas"}

    accounts = [
        ("stale", gxe.ExpectColumnValuesToBeBetween(column="latest", min_value=NAIVE_OLD)),
        ("app", gxe.ExpectColumnValuesToNotBeInSet(column="downloads", value_set=[False], **when("platform", "app"))),
        ("function", ne("functions", 0)),
        ("owner", ne("owner_kind", "company")),
        ("certified", ne("certified", False)),
        (
            "name",
            gxe.ExpectColumnPairValuesToBeEqual(column_A="name", column_B="seen_name", ignore_row_if="either_value_is_missing"),
        ),
    ]
    sites = [
        ("home", gxe.ExpectColumnValuesToBeBetween(column="home_latest", min_value=NAIVE_OLD, **when("is_navigation", False))),
        (
            "navigation",
            gxe.ExpectColumnValuesToBeBetween(column="second_latest", min_value=NAIVE_OLD, **when("is_navigation", True)),
        ),
        ("service", gxe.ExpectColumnValuesToNotBeInSet(column="services", value_set=[0], **when("has_services", True))),
        ("icp", ne("icp", "无")),
    ]
    return [accounts, sites]


def great_expectations_suite(rows: Rows) -> Callable[[], Failed]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("memory")
    frames = [frame.reset_index() for frame in _pandas(rows)]
    batches = [
        source.add_dataframe_asset(str(at)).add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        for at, frame in enumerate(frames)
    ]
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["id"]}

    def run() -> Failed:
        for batch, rules in zip(batches, rules_great_expectations(), strict=True):
            for name, rule in rules:
                told = batch.validate(rule, result_format=wanted)
                if told.exception_info.get("raised_exception"):
                    raise RuntimeError(told.exception_info["exception_message"])
                for one in told.result.get("unexpected_index_list") or ():
                    yield one["id"], name

    return run


# Rule engines: one subject at a time


def rules_rule_engine() -> list[list[tuple[str, str]]]:
    accounts = [
        ("stale", "latest != null and latest < old"),
        ("app", "platform == 'app' and downloads == false"),
        ("function", "functions != null and functions == 0"),
        ("owner", "owner_kind == 'company'"),
        ("certified", "certified == false"),
        ("name", "seen_name != null and seen_name != name"),
    ]
    sites = [
        ("home", "not is_navigation and home_latest != null and home_latest < old"),
        ("navigation", "is_navigation and second_latest != null and second_latest < old"),
        ("service", "has_services and services != null and services == 0"),
        ("icp", "icp == '无'"),
    ]
    return [accounts, sites]


def rule_engine_rules(rows: Rows) -> Callable[[], Failed]:
    import rule_engine

    context = rule_engine.Context(default_timezone="local")
    compiled = [[(name, rule_engine.Rule(text, context)) for name, text in one] for one in rules_rule_engine()]
    held = [[row | {"old": NAIVE_OLD} for row in one] for one in rows]

    def run() -> Failed:
        for part, rules in zip(held, compiled, strict=True):
            for row in part:
                for name, rule in rules:
                    if rule.matches(row):
                        yield row["id"], name

    return run


def _plain(rows: Rows) -> Rows:
    """The rows with seconds in place of instants, for engines that know none."""

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {key: value.timestamp() if isinstance(value, datetime) else value for key, value in row.items()}

    return [plain(row) for row in rows[0]], [plain(row) for row in rows[1]]


def zen_expressions(rows: Rows) -> Callable[[], Failed]:
    import zen

    compiled = [[(name, zen.compile_expression(text)) for name, text in one] for one in rules_rule_engine()]
    old = NAIVE_OLD.timestamp()
    held = [[row | {"old": old} for row in one] for one in _plain(rows)]

    def run() -> Failed:
        for part, rules in zip(held, compiled, strict=True):
            for row in part:
                for name, rule in rules:
                    if rule.evaluate(row):
                        yield row["id"], name

    return run


def rules_experta(engine: Any, found: list[tuple[str, str]]) -> Any:
    from experta import MATCH, TEST, Fact, Rule

    old = NAIVE_OLD.timestamp()

    class Account(Fact):
        pass

    class Site(Fact):
        pass

    class Ten(engine):  # type: ignore[misc]
        @Rule(Account(id=MATCH.id, latest=MATCH.at), TEST(lambda at: at is not None and at < old))
        def stale(self, id: str) -> None:
            found.append((id, "stale"))

        @Rule(Account(id=MATCH.id, platform="app", downloads=False))
        def app(self, id: str) -> None:
            found.append((id, "app"))

        @Rule(Account(id=MATCH.id, functions=0))
        def function(self, id: str) -> None:
            found.append((id, "function"))

        @Rule(Account(id=MATCH.id, owner_kind="company"))
        def owner(self, id: str) -> None:
            found.append((id, "owner"))

        @Rule(Account(id=MATCH.id, certified=False))
        def certified(self, id: str) -> None:
            found.append((id, "certified"))

        @Rule(Account(id=MATCH.id, name=MATCH.a, seen_name=MATCH.b), TEST(lambda a, b: b is not None and a != b))
        def name(self, id: str) -> None:
            found.append((id, "name"))

        @Rule(Site(id=MATCH.id, is_navigation=False, home_latest=MATCH.at), TEST(lambda at: at is not None and at < old))
        def home(self, id: str) -> None:
            found.append((id, "home"))

        @Rule(Site(id=MATCH.id, is_navigation=True, second_latest=MATCH.at), TEST(lambda at: at is not None and at < old))
        def navigation(self, id: str) -> None:
            found.append((id, "navigation"))

        @Rule(Site(id=MATCH.id, has_services=True, services=0))
        def service(self, id: str) -> None:
            found.append((id, "service"))

        @Rule(Site(id=MATCH.id, icp="无"))
        def icp(self, id: str) -> None:
            found.append((id, "icp"))

    return Ten(), Account, Site


def experta_rules(rows: Rows) -> Callable[[], Failed]:
    import collections
    import collections.abc

    # As installed it does not import on Python 3.10 and later: its frozendict asks collections for Mapping.
    collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
    from experta import KnowledgeEngine

    plain = _plain(rows)
    found: list[tuple[str, str]] = []
    engine, *kinds = rules_experta(KnowledgeEngine, found)

    def run() -> Failed:
        found.clear()
        for part, kind in zip(plain, kinds, strict=True):
            for row in part:
                engine.reset()
                engine.declare(kind(**row))
                engine.run()
        return list(found)

    return run


def rules_durable(found: list[tuple[str, str]]) -> None:
    from durable.lang import m, ruleset, when_all

    old = NAIVE_OLD.timestamp()

    with ruleset("accounts"):

        @when_all(m.latest < old)
        def stale(c: Any) -> None:
            found.append((c.m.id, "stale"))

        @when_all((m.platform == "app") & (m.downloads == False))  # noqa: E712
        def app(c: Any) -> None:
            found.append((c.m.id, "app"))

        @when_all(m.functions == 0)
        def function(c: Any) -> None:
            found.append((c.m.id, "function"))

        @when_all(m.owner_kind == "company")
        def owner(c: Any) -> None:
            found.append((c.m.id, "owner"))

        @when_all(m.certified == False)  # noqa: E712
        def certified(c: Any) -> None:
            found.append((c.m.id, "certified"))

        @when_all(m.seen_name != m.name)
        def name(c: Any) -> None:
            found.append((c.m.id, "name"))

    with ruleset("sites"):

        @when_all((m.is_navigation == False) & (m.home_latest < old))  # noqa: E712
        def home(c: Any) -> None:
            found.append((c.m.id, "home"))

        @when_all((m.is_navigation == True) & (m.second_latest < old))  # noqa: E712
        def navigation(c: Any) -> None:
            found.append((c.m.id, "navigation"))

        @when_all((m.has_services == True) & (m.services == 0))  # noqa: E712
        def service(c: Any) -> None:
            found.append((c.m.id, "service"))

        @when_all(m.icp == "无")
        def icp(c: Any) -> None:
            found.append((c.m.id, "icp"))


def durable_rules_facts(rows: Rows) -> Callable[[], Failed]:
    from durable.engine import MessageNotHandledException
    from durable.lang import assert_fact, retract_fact

    found: list[tuple[str, str]] = []
    rules_durable(found)
    # A key that is not there matches no condition; null is not a value it knows.
    held = [[{key: value for key, value in row.items() if value is not None} for row in one] for one in _plain(rows)]

    def run() -> Failed:
        found.clear()
        for part, name in zip(held, ("accounts", "sites"), strict=True):
            for row in part:
                for act in (assert_fact, retract_fact):
                    with suppress(MessageNotHandledException):  # it raises for a fact that fires no rule
                        act(name, dict(row))
        return list(found)

    return run


# name -> (package, share of the rows, what makes it, where its rules stand, what it cannot say)
ENGINES: dict[str, tuple[str, float, Callable[[Rows], Callable[[], Failed]], list[Any], str]] = {
    "govmedia_rules, frame": ("govmedia-rules", 1, govmedia_frame, [BOOK, rules_govmedia], ""),
    "govmedia_rules, snapshots": ("govmedia-rules", 1, govmedia_snapshots, [BOOK, rules_govmedia], ""),
    "polars": ("polars", 1, polars_frames, [rules_polars], "evidence, reasons; unknown only where null is handled by hand"),
    "duckdb": ("duckdb", 1, duckdb_sql, [RULES_SQL], "evidence, reasons; unknown only where null is handled by hand"),
    "pandera": ("pandera", 1, pandera_schemas, [rules_pandera], "unknown (null passes), reasons, verdicts"),
    "great_expectations": (
        "great-expectations",
        1,
        great_expectations_suite,
        [rules_great_expectations],
        "unknown (null passes), reasons, verdicts a subject",
    ),
    "rule-engine": ("rule-engine", 0.1, rule_engine_rules, [rules_rule_engine], "unknown, evidence, reasons"),
    "zen-engine": ("zen-engine", 0.1, zen_expressions, [rules_rule_engine], "unknown, instants, evidence, reasons"),
    "experta": ("experta", 0.02, experta_rules, [rules_experta], "unknown, evidence; does not import on 3.10+ unpatched"),
    "durable_rules": ("durable-rules", 0.02, durable_rules_facts, [rules_durable], "unknown, null, instants, evidence, reasons"),
}


def lines_of(places: list[Any]) -> int:
    """Lines of rules that are not blank."""
    texts = [place if isinstance(place, str) else inspect.getsource(place) for place in places]
    return sum(bool(line.strip()) for text in texts for line in text.splitlines())


def expected(rows: Rows) -> Counter[str]:
    """What must come out, by the plainest code."""
    counts: Counter[str] = Counter()
    for one in rows[0]:
        counts["stale"] += one["latest"] is not None and one["latest"] < NAIVE_OLD
        counts["app"] += one["platform"] == "app" and one["downloads"] is False
        counts["function"] += one["functions"] == 0
        counts["owner"] += one["owner_kind"] == "company"
        counts["certified"] += one["certified"] is False
        counts["name"] += one["seen_name"] is not None and one["seen_name"] != one["name"]
    for one in rows[1]:
        counts["home"] += not one["is_navigation"] and one["home_latest"] is not None and one["home_latest"] < NAIVE_OLD
        counts["navigation"] += one["is_navigation"] and one["second_latest"] is not None and one["second_latest"] < NAIVE_OLD
        counts["service"] += one["has_services"] and one["services"] == 0
        counts["icp"] += one["icp"] == "无"
    return counts


def _peak() -> float:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name: str, runs: int) -> dict[str, object]:
    """One engine, in this process."""
    warnings.simplefilter("ignore")
    _, share, make, _, _ = ENGINES[name]
    rows = data(share)
    wanted = expected(rows)
    size = sum(map(len, rows))
    base = _peak()
    run = make(rows)
    times = []
    counts: Counter[str] = Counter()
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        counts = Counter(rule for _, rule in run())
        times.append(time.process_time() - start)
    differing = {rule: (counts[rule], wanted[rule]) for rule in wanted | counts if counts[rule] != wanted[rule]}
    return {"subjects": size, "seconds": times, "MB": _peak() - base, "differing": differing}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES))
    parser.add_argument("--one", help="measure this engine here")
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one, args.runs)))
        return
    print(f"Python {platform.python_version()}, {ACCOUNTS + SITES:,} subjects; processor time, {args.runs} runs, the median")
    found: dict[str, dict[str, Any]] = {}
    for name in args.engines:
        command = [sys.executable, str(Path(__file__)), "--one", name, "--runs", str(args.runs)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode:
            print(f"{name}: {told.stderr.strip().splitlines()[-1][:300]}")
            continue
        found[name] = json.loads(told.stdout.strip().splitlines()[-1])
    base = next(iter(found.values()))
    pace = base["subjects"] / median(base["seconds"])
    print("\n| engine | version | subjects | subjects/s | to the first | memory above the rows, MB | lines of rules | cannot say |")
    print("|---|---|---|---|---|---|---|---|")
    for name, one in found.items():
        package, _, _, places, gaps = ENGINES[name]
        speed = one["subjects"] / median(one["seconds"])
        try:
            its = version(package)
        except PackageNotFoundError:
            its = "?"
        print(
            f"| {name} | {its} | {one['subjects']:,} | {speed:,.0f} | {speed / pace:.3g} | {one['MB']:.0f} | {lines_of(places)} | {gaps} |"
        )
    for name, one in found.items():
        print(
            f"{name}: seconds {[round(value, 2) for value in one['seconds']]}, differing from what is expected: {one['differing']}"
        )


if __name__ == "__main__":
    main()
