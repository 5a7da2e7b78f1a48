"""Files of snapshots: broken lines are named and set apart, and nothing read is lost."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import BrokenLine, ObservationError, UnreadInput
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.reading import read_snapshots

POINT = "2024-08-23T10:00:00+08:00"
GOOD = json.dumps(
    {"kind": "site", "site": {"name": "甲"}, "observed_at": POINT, "columns": [{"name": "a", "entries": [{"title": "x"}]}]},
    ensure_ascii=False,
)
OTHER = json.dumps({"kind": "account", "account": {"name": "乙", "platform": "微信"}, "observed_at": POINT})


def read(text: str | bytes, **options: object) -> tuple[list[SiteSnapshot | AccountSnapshot], list[BrokenLine]]:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    bad: list[BrokenLine] = []
    found = list(read_snapshots(io.BytesIO(data), on_bad=bad.append, **options))  # type: ignore[arg-type]
    return found, bad


def test_lines_of_both_kinds_in_order() -> None:
    found, bad = read(f"{GOOD}\n\n{OTHER}\r\n{GOOD}")
    assert [one.kind for one in found] == ["site", "account", "site"]
    assert not bad


def test_an_empty_file() -> None:
    assert read("") == ([], [])
    assert read("\n \n") == ([], [])


def test_a_byte_order_mark() -> None:
    assert len(read("\ufeff" + GOOD)[0]) == 1


def test_a_kind_left_out_is_told_by_the_subject() -> None:
    document = json.loads(OTHER)
    del document["kind"]
    found, bad = read(json.dumps(document))
    assert isinstance(found[0], AccountSnapshot)
    assert not bad


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        (GOOD[:-20], "not JSON"),
        ("[1, 2]", "must be an object"),
        ("null", "must be an object"),
        (GOOD.replace('"columns"', '"colums"'), "colums: unknown field"),
        (GOOD.replace('"name": "甲"', '"name": 7'), "site.name: must be text"),
        (GOOD.replace("+08:00", ""), "observed_at: the time has no zone"),
        (GOOD.replace('"site", "site"', '"page", "site"'), "kind"),
        (GOOD.replace('"title": "x"', '"title": "x", "title": "y"'), "keys 'title' are written twice"),
        (GOOD.replace('"title": "x"', '"title": "x", "title": "y"').replace('":', '" :'), "keys 'title' are written twice"),
        (GOOD.replace('"title": "x"', r'"title": "\ud800"'), "not JSON"),
        (GOOD.replace('"title": "x"', r'"title": "a\u0000b"'), "NUL"),
        (GOOD.replace('"title": "x"', '"title": "' + "\ud800" + '"'), "not JSON"),
        (GOOD.replace('"甲"', json.dumps("长" * 400_000)), "longer than 1000 characters"),
        (GOOD.replace('[{"name"', '[{"entry_count": -1, "name"'), "entry_count"),
    ],
)
def test_broken_lines_are_named_and_the_others_read(line: str, why: str) -> None:
    found, bad = read(f"{OTHER}\n{line}\n{GOOD}\n")
    assert len(found) == 2
    [fault] = bad
    assert why in fault.what
    assert fault.where is not None
    assert fault.where.row == 2


def test_a_key_twice_inside_a_text_is_no_fault() -> None:
    text = GOOD.replace('"title": "x"', '"title": "他写道\\":a\\": \\":b"')
    found, bad = read(text)
    assert len(found) == 1
    assert not bad


def test_binary_input() -> None:
    noise = random.Random(1).randbytes(20_000)
    found, bad = read(noise + b"\n" + GOOD.encode())
    assert len(found) == 1
    assert bad


def test_a_truncated_last_line() -> None:
    found, bad = read(f"{GOOD}\n{GOOD[:40]}")
    assert len(found) == 1
    assert [fault.where.row for fault in bad if fault.where] == [2]


def test_a_line_that_is_too_long_is_skipped_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        file.write(GOOD.encode() + b"\n")
        file.write(b'{"kind": "')
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n' + OTHER.encode())
    bad: list[BrokenLine] = []
    tracemalloc.start()
    found = list(read_snapshots(path, on_bad=bad.append, max_line_bytes=4_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.kind for one in found] == ["site", "account"]
    assert "longer than allowed" in bad[0].what
    assert peak < 40_000_000


def test_times_without_zone_are_read_when_a_zone_is_given() -> None:
    line = json.dumps(
        {
            "kind": "site",
            "site": {"name": "甲"},
            "observed_at": "2024-08-23T10:00:00",
            "columns": [{"name": "a", "latest_entry_at": "2024-08-20T09:00:00"}],
        }
    )
    found, bad = read(line, zone=SHANGHAI)
    assert not bad
    assert found[0].observed_at == datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
    assert isinstance(found[0], SiteSnapshot)
    assert found[0].columns is not None
    assert found[0].columns[0].latest_entry_at == datetime(2024, 8, 20, 9, tzinfo=SHANGHAI)


def test_snapshots_from_the_future() -> None:
    limit = datetime(2024, 8, 23, 1, 59, 59, tzinfo=UTC)
    found, bad = read(f"{GOOD}\n{OTHER}", not_after=limit)
    assert not found
    assert "from the future" in str(bad[0])
    assert len(read(GOOD, not_after=limit + timedelta(seconds=1))[0]) == 1


def test_without_a_listener_a_warning_tells_of_broken_lines() -> None:
    reader = read_snapshots(io.BytesIO(b"{\n" + GOOD.encode()))
    with pytest.warns(UnreadInput, match="1 lines"):
        assert len(list(reader)) == 1
    assert len(reader.bad) == 1


def test_files(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(json.loads(GOOD), indent=2), "utf-8")
    (tmp_path / "many.json").write_text(f"[{GOOD}, {OTHER}, {{}}]", "utf-8")
    (tmp_path / "twice.json").write_text("[" + GOOD.replace('"title": "x"', '"title": "x", "title": "y"') + "]", "utf-8")
    (tmp_path / "broken.json").write_text("[" + GOOD, "utf-8")
    (tmp_path / "lines.jsonl").write_text(GOOD, "utf-8")
    bad: list[BrokenLine] = []
    found = list(read_snapshots(sorted(tmp_path.iterdir()), on_bad=bad.append))
    assert len(found) == 4
    assert sorted(Path(fault.where.file or "").name for fault in bad if fault.where) == [
        "broken.json",
        "many.json",
        "twice.json",
    ]
    with pytest.raises(ObservationError, match="no such file"):
        list(read_snapshots(tmp_path / "missing.jsonl"))


def test_ten_thousand_columns() -> None:
    line = json.dumps(
        {"kind": "site", "site": {"name": "甲"}, "observed_at": POINT, "columns": [{"name": str(n)} for n in range(10_000)]}
    )
    found, bad = read(line)
    assert not bad
    assert isinstance(found[0], SiteSnapshot)
    assert len(found[0].columns or ()) == 10_000
