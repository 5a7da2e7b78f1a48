"""The tables of the shared cases, where they are at hand: every row judged as its answer says."""

from __future__ import annotations

import json
import os
import time
import warnings
from datetime import date, datetime
from pathlib import Path

import pytest

import govmedia_rules as gr
from govmedia_rules.errors import GovMediaRulesError, GovMediaRulesWarning
from tests.timing import allowed

SHARED = Path(os.environ.get("GOVMEDIA_SHARED", Path(__file__).parents[3] / "shared")) / "cases"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside the project (GOVMEDIA_SHARED)")


def test_every_row_is_judged_as_its_answer_says() -> None:
    case = json.loads((SHARED / "tables" / "expected.json").read_text("utf-8"))
    book, point = gr.load_rulebook(case["rulebook"]), datetime.fromisoformat(case["observed_at"])
    found: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GovMediaRulesWarning)
        for path in sorted((SHARED / "tables").glob("table-*")):
            for snapshot in gr.read_accounts(path, observed_at=point):
                found[snapshot.account.name] = book.inspect(snapshot).verdict.value
    assert found.keys() == case["expected"].keys()
    assert [name for name, answer in case["expected"].items() if found[name] not in answer["verdicts"]] == []


@pytest.mark.parametrize("name", ["far-cell.xlsx", "hang.ods", "l.csv", "crash.parquet"])
def test_hostile_files_give_a_typed_error(name: str) -> None:
    began = time.process_time()
    with pytest.raises(GovMediaRulesError) as caught:
        gr.read_accounts(SHARED / "hostile" / name, observed_at=date(2024, 8, 27))
    assert "请" in caught.value.text("zh")
    assert caught.value.hint
    assert time.process_time() - began < allowed(2)


@pytest.mark.heavy
def test_columns_of_forty_sites() -> None:
    sites = gr.read_columns(SHARED / "tables" / "columns-of-40-sites.csv", observed_at=date(2024, 8, 23))
    assert (len(sites), sites.bad, sites.unread_columns) == (40, (), ())
    assert all(column.kind is not None for site in sites for column in site.columns or ())
