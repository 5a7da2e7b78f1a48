"""Snapshots: None and empty are told apart, deep and shallow forms agree, nothing unknown or impossible gets in."""

from __future__ import annotations

import json
import pickle
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from govmedia_rules.core.time import SHANGHAI, Span
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Column, Entry, HomePage, Message, Probe, ProbeDay, newest

POINT = "2024-08-23T10:00:00+08:00"


def site(**parts: object) -> SiteSnapshot:
    return SiteSnapshot.model_validate({"site": {"name": "甲"}, "observed_at": POINT, **parts})


def account(**parts: object) -> AccountSnapshot:
    return AccountSnapshot.model_validate({"account": {"name": "甲", "platform": "wechat"}, "observed_at": POINT, **parts})


def test_not_observed_and_nothing_there_are_different() -> None:
    assert site().columns is None
    assert site(columns=[]).columns == ()
    assert site() != site(columns=[])
    assert SiteSnapshot.model_validate_json(site(columns=[]).model_dump_json()) == site(columns=[])


def test_the_shallow_form_is_derived_from_the_deep_one() -> None:
    column = Column(
        name="动态", entries=(Entry(published_at=date(2024, 8, 1)), Entry(published_at=date(2024, 8, 9)), Entry(title="x"))
    )
    assert (column.latest_entry_at, column.entry_count, column.undated_count) == (date(2024, 8, 9), 3, 1)
    posts = account(posts=[{"published_at": "2024-08-01"}, {"published_at": "2024-08-01T08:00:00+08:00"}])
    assert posts.latest_post_at == date(2024, 8, 1)
    assert posts.post_count == 2
    assert site(services=[{"name": "a"}]).service_count == 1


@pytest.mark.parametrize(
    "parts",
    [
        {"columns": [{"name": "a", "entries": [{"published_at": "2024-08-01"}], "latest_entry_at": "2024-08-02"}]},
        {"columns": [{"name": "a", "entries": [{"published_at": "2024-08-01"}], "entry_count": 0}]},
        {"columns": [{"name": "a", "entries": [], "entry_count": 3}]},
        {"columns": [{"name": "a", "entry_count": 0, "latest_entry_at": "2024-08-02"}]},
        {"columns": [{"name": "a", "entries": [{}, {}], "undated_count": 1}]},
        {"home": {"entries": [], "latest_entry_at": "2024-08-02"}},
        {"home": {"entries": [{}], "entry_count": 2}},
        {"home": {"entry_count": 0, "latest_entry_at": "2024-08-02"}},
        {"services": [], "service_count": 2},
        {"services": [{"name": "a"}, {"name": "b"}], "service_count": 1},
        {"probes": [], "probe_days": []},
        {"messages": [{"answered": False, "answered_at": "2024-08-02"}]},
        {"probe_days": [{"day": "2024-08-01", "probes": 3, "failed": 4}]},
        {"probes": [{"at": POINT}]},
    ],
)
def test_contradictions_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        site(**parts)


@pytest.mark.parametrize(
    "parts",
    [
        {"posts": [], "latest_post_at": "2024-08-01"},
        {"posts": [{"published_at": "2024-08-01"}], "post_count": 0},
        {"post_count": 0, "latest_post_at": "2024-08-01"},
        {"posts": [], "post_count": 5},
    ],
)
def test_contradictions_of_accounts_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        account(**parts)


@pytest.mark.parametrize(
    "parts",
    [
        {"colums": []},
        {"columns": [{"name": "a", "entry_count": -1}]},
        {"probes": [{"at": POINT, "seconds": float("nan")}]},
        {"probes": [{"at": POINT, "seconds": float("inf")}]},
        {"probes": [{"at": POINT, "seconds": -1}]},
        {"observed_at": "2024-08-23T10:00:00"},
        {"observed_at": "2024-08-23"},
        {"observed_at": 1724378400},
        {"columns": [{"name": "a", "kind": "News Column"}]},
        {"site": {"name": ""}},
        {"site": {"name": "长" * 1_001}},
        {"site": {"name": "甲", "code": "61072600031"}},
    ],
)
def test_what_is_unknown_or_impossible_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        site(**parts)


def test_snapshots_are_frozen() -> None:
    with pytest.raises(ValidationError):
        site().columns = ()  # type: ignore[misc]


def test_blank_columns() -> None:
    assert Column(name="a", entries=()).is_blank is True
    assert Column(name="a", entry_count=2).is_blank is False
    assert Column(name="a", latest_entry_at=date(2024, 1, 1)).is_blank is False
    assert Column(name="a").is_blank is None


def test_the_newest_of_a_day_and_a_time() -> None:
    morning, day = datetime(2024, 8, 9, 8, tzinfo=SHANGHAI), date(2024, 8, 9)
    assert newest([Entry(published_at=morning), Entry(published_at=day)]) == day
    assert newest([Entry(published_at=day), Entry(published_at=datetime(2024, 8, 10, tzinfo=SHANGHAI))]) != day
    assert newest([]) is None


def test_groups_of_columns_hold_the_bounds() -> None:
    observed = site(
        columns=[
            {"name": "a", "kind": "news", "latest_entry_at": "2024-08-01"},
            {"name": "b", "kind": "news", "latest_entry_at": "2024-08-20", "cycle": {"days": 3}},
            {"name": "c", "kind": "notice", "entry_count": 0},
            {"name": "d", "kind": "notice"},
        ]
    )
    news, notice = observed.columns_by_kind["news"], observed.columns_by_kind["notice"]
    assert (news.oldest_day, news.newest_day) == (date(2024, 8, 1).toordinal(), date(2024, 8, 20).toordinal())
    assert news.promising
    assert [column.name for column in notice.empty] == ["a", "b", "c", "d"][2:]
    assert notice.oldest_day == 0
    span = Span.between(datetime(2024, 8, 9, 10, tzinfo=SHANGHAI), datetime(2024, 9, 10, 10, tzinfo=SHANGHAI))
    assert [column.name for column in news.to_be_compared(span)] == ["a"]
    assert not news.all_updated(span)
    assert [column.name for column in observed.columns_of("notice", "gone")] == ["c", "d"]
    assert observed == pickle.loads(pickle.dumps(observed))


def test_messages_know_that_they_were_answered() -> None:
    assert Message(answered_at=date(2024, 1, 1)).answered is True
    assert Message().answered is None
    assert Probe(at=datetime(2024, 1, 1, tzinfo=SHANGHAI), failure="dns").seconds is None
    assert ProbeDay(day=date(2024, 1, 1), probes=20, failed=20).failed == 20
    assert HomePage(entries=()).entry_count == 0


MOMENTS = st.one_of(
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(SHANGHAI)),
)
ENTRIES = st.builds(
    Entry,
    title=st.text(max_size=5),
    url=st.none() | st.text(max_size=5),
    published_at=st.none() | MOMENTS,
    first_seen_at=st.none(),
    last_absent_at=st.none(),
)
COLUMNS = st.builds(
    Column,
    name=st.text(max_size=8),
    url=st.none(),
    kind=st.none() | st.sampled_from(["news", "notice"]),
    level=st.none() | st.integers(1, 20),
    parent=st.none(),
    cycle=st.none(),
    finished=st.none() | st.booleans(),
    opens=st.none(),
    found_by=st.none(),
    entries=st.none() | st.lists(ENTRIES, max_size=4).map(tuple),
    latest_entry_at=st.none(),
    entry_count=st.none(),
    undated_count=st.none(),
)


@given(st.lists(COLUMNS, max_size=5))
def test_json_loses_nothing(columns: list[Column]) -> None:
    observed = SiteSnapshot.model_validate({"site": {"name": "甲"}, "observed_at": POINT, "columns": tuple(columns)})
    text = observed.model_dump_json()
    again = SiteSnapshot.model_validate_json(text)
    assert again == observed
    assert again.model_dump_json() == text
    json.loads(text)


def test_a_link_listed_twice_counts_once() -> None:
    dead = {"url": "http://a.gov.cn/x.pdf", "text": "附件", "found_on": "http://a.gov.cn/", "on_home": True, "opens": False}
    links = [
        dead,
        {**dead, "url": "https://A.gov.cn/x.pdf;jsessionid=1"},
        {**dead, "found_on": "http://a.gov.cn/2", "on_home": False},
    ]

    def read(links: list[dict[str, Any]]) -> SiteSnapshot:
        facts = {"site": {"name": "甲网"}, "observed_at": "2024-08-23T10:00:00+08:00", "links": links}
        return SiteSnapshot.model_validate_json(json.dumps(facts))

    site = read(links)
    assert [(link.found_on, link.opens) for link in site.links or ()] == [("http://a.gov.cn/", False), ("http://a.gov.cn/2", False)]
    assert [mark.field for mark in site.marks] == ["links.0"]
    differing = read([dead, {**dead, "opens": True}])
    assert [link.opens for link in differing.links or ()] == [None]
