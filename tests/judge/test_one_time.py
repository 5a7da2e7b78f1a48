"""The same facts written in other offsets give the same inspection in every byte: findings, order, sentences, score, JSON."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govmedia_rules as gr

BOOKS = [gr.load_rulebook(name) for name in ("national-2019", "census-2015", "hanzhong-2021")]
POINT = datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI)
OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# Most instants lie at a boundary: the hours around midnight of some day, or to the second at the end of a window.
AGES = st.one_of(
    st.integers(0, 800).flatmap(lambda days: st.integers(-2, 2).map(lambda step: timedelta(days=days, seconds=step))),
    st.timedeltas(timedelta(days=-3), timedelta(days=400)),
)
INSTANTS = AGES.map(lambda age: (POINT - age).replace(microsecond=0))
DAYS = INSTANTS.map(lambda instant: instant.date().isoformat())
MOMENTS = st.one_of(INSTANTS, INSTANTS, DAYS)
ANSWERS = st.sampled_from([None, True, False])


def columns() -> st.SearchStrategy[list[dict[str, Any]]]:
    kinds = st.sampled_from(["news", "notice", "policy", "plans", "other", "newz", None])
    column = st.fixed_dictionaries(
        {
            "name": st.sampled_from(["要闻", "公告", "文件"]),
            "url": st.integers(0, 30).map(lambda number: f"/c{number}"),
            "kind": kinds,
        },
        optional={"latest_entry_at": MOMENTS, "level": st.integers(1, 2)},
    )
    deep = st.fixed_dictionaries(
        {"name": st.just("新闻"), "url": st.integers(31, 60).map(lambda number: f"/c{number}/"), "kind": kinds},
        optional={
            "entries": st.lists(
                st.fixed_dictionaries({}, optional={"published_at": MOMENTS, "first_seen_at": INSTANTS}), max_size=4
            )
        },
    )
    return st.lists(st.one_of(column, deep), max_size=25)


SITES = st.fixed_dictionaries(
    {"site": st.just({"id": "s", "name": "某局网站", "url": "http://www.x.gov.cn/"}), "observed_at": st.just(POINT)},
    optional={
        "home": st.fixed_dictionaries({}, optional={"latest_entry_at": MOMENTS, "is_navigation": st.booleans()}),
        "columns": columns(),
        "probes": st.lists(st.fixed_dictionaries({"at": INSTANTS, "seconds": st.sampled_from([1, 15, 20])}), max_size=30),
        "messages": st.lists(
            st.fixed_dictionaries(
                {"asked_at": MOMENTS, "valid": ANSWERS, "title": st.just("留言")}, optional={"answered_at": MOMENTS}
            ),
            max_size=4,
        ),
        "enquiries": st.lists(st.fixed_dictionaries({"asked_at": MOMENTS}, optional={"answered_at": MOMENTS}), max_size=3),
        "offline_notices": st.lists(st.fixed_dictionaries({"starts_at": MOMENTS}, optional={"ends_at": MOMENTS}), max_size=2),
    },
)
ACCOUNTS = st.fixed_dictionaries(
    {
        "account": st.fixed_dictionaries(
            {"id": st.just("a"), "name": st.just("某县发布"), "platform": st.just("weibo")},
            optional={"status": st.sampled_from(["running", "closing", "closed"]), "closing_since": MOMENTS, "closed_at": MOMENTS},
        ),
        "observed_at": st.just(POINT),
        "posts": st.lists(st.fixed_dictionaries({"title": st.just("文")}, optional={"published_at": MOMENTS}), max_size=5),
    },
    optional={"messages": st.lists(st.fixed_dictionaries({"asked_at": MOMENTS, "answered": ANSWERS}), max_size=3)},
)


def written(value: Any, draw: Any) -> Any:
    """Write each instant in an offset of its own."""
    if isinstance(value, dict):
        return {key: written(inner, draw) for key, inner in value.items()}
    if isinstance(value, list):
        return [written(inner, draw) for inner in value]
    return value.astimezone(draw()).isoformat() if isinstance(value, datetime) else value


@pytest.mark.heavy
@pytest.mark.parametrize(("model", "documents"), [(gr.SiteSnapshot, SITES), (gr.AccountSnapshot, ACCOUNTS)])
def test_any_offset_gives_the_same_inspection(model: Any, documents: Any) -> None:
    @settings(max_examples=50, deadline=None)
    @given(documents, st.data())
    def check(document: dict[str, Any], data: st.DataObject) -> None:
        plain = model.model_validate_json(json.dumps(written(document, lambda: gr.SHANGHAI)))
        other = model.model_validate_json(json.dumps(written(document, lambda: data.draw(OFFSETS))))
        assert other == plain
        assert other.model_dump_json() == plain.model_dump_json()
        for book in BOOKS:
            first, second = book.inspect(plain), book.inspect(other)
            assert second.to_json() == first.to_json()
            assert [each.message("zh") for each in second.findings] == [each.message("zh") for each in first.findings]
            assert [each.message("en") for each in second.missing] == [each.message("en") for each in first.missing]

    check()
