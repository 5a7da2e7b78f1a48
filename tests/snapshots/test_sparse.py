"""A sparse snapshot gives the facts it has, names the others, and cannot be looked at as a whole."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.snapshots.sparse import EVERYTHING, FactNotGiven, SparseSnapshot

FACTS = {"kind": "account", "posts": None, "account.owner": "某局", "account.platform": "weibo"}


def test_facts_that_are_given() -> None:
    sparse = SparseSnapshot("account", FACTS)
    account = sparse.snapshot()
    assert isinstance(account, gr.AccountSnapshot)
    assert (account.posts, account.account.owner, copy.copy(account).subject.platform) == (None, "某局", "weibo")
    account.account.__dict__["owner"] = "某市"
    assert sparse.snapshot().account.owner == "某局"
    sparse.give({"account.owner": "某县"})
    assert sparse.snapshot().account.owner == "某县"
    assert sparse.asked == []


@pytest.mark.parametrize(
    ("look", "fact"),
    [
        (lambda account: account.latest_post_at, "latest_post_at"),
        (lambda account: getattr(account, "found", None), "found"),
        (lambda account: account.account.division, "account.region"),
        (lambda account: account.account.former_id, "account.name"),
        (lambda account: account.account.__dict__["level"], "account.level"),
        (lambda account: account.model_dump(), EVERYTHING),
        (lambda account: account.account.model_dump_json(), EVERYTHING),
        (lambda account: account == testing.snapshot("account"), EVERYTHING),
        (lambda account: testing.snapshot("account") != account, EVERYTHING),
        (lambda account: dict(vars(account)), EVERYTHING),
        (lambda account: account.model_fields_set, EVERYTHING),
        (hash, EVERYTHING),
        (repr, EVERYTHING),
        (list, EVERYTHING),
        (copy.deepcopy, EVERYTHING),
        (pickle.dumps, EVERYTHING),
    ],
)
def test_facts_that_are_not_given(look: Callable[[Any], object], fact: str) -> None:
    sparse = SparseSnapshot("account", FACTS)
    with pytest.raises(FactNotGiven) as stopped:
        look(sparse.snapshot())
    assert stopped.value.fact == fact
    assert sparse.asked[0] == fact


def test_a_row_of_a_site_whose_state_is_doubtful_stays() -> None:
    row = {"网站名称": "示例网", "首页最近更新时间": "2024-08-22", "运行状态": "异常"}
    read = gr.read_sites([row], observed_at=date(2024, 8, 23))
    assert [(site.site.name, site.home, site.partial) for site in read] == [("示例网", None, ("home",))]
    assert [fault.used for fault in read.bad] == [True, True]
