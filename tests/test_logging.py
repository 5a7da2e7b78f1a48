"""What the library logs under `govmedia_rules`, and that it says nothing by itself."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import govmedia_rules as gr

LINE = '{"account": {"name": "甲", "platform": "weibo"}, "observed_at": "2024-08-23T10:00:00+08:00"}\n'


@pytest.mark.parametrize("workers", [1, 2])
def test_reading_judging_and_skipping_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture, workers: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(LINE + "{\n", "utf-8")
    caplog.set_level(logging.DEBUG, "govmedia_rules")
    inspections = gr.load_rulebook("national-2019").inspect_files(path, workers=workers, on_bad=lambda _: None)
    assert len(list(inspections)) == 1
    assert all(record.name.startswith("govmedia_rules.") for record in caplog.records)
    texts = [record.getMessage() for record in caplog.records]
    assert any(text.startswith("judging 1 files") for text in texts)
    assert any(text.startswith("skipped: ") and "row 2" in text for text in texts)
    assert "judged 1 subjects, skipped 1 lines" in texts


def test_nothing_is_printed_where_nobody_listens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(LINE + "{\n", "utf-8")
    list(gr.load_rulebook("national-2019").inspect_files(path, on_bad=lambda _: None))
    assert capsys.readouterr() == ("", "")
