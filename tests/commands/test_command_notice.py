"""`notice read`, `notice reconcile`, `notice classify` as a user types them."""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path

import pytest

from govmedia_rules.commands import notice
from govmedia_rules.errors import NoticeError

MADE = Path(__file__).parents[1] / "notices" / "made"


def run(*words: str) -> int:
    top = argparse.ArgumentParser()
    notice.add_parser(top.add_subparsers())
    args = top.parse_args(["notice", *words])
    code: int = args.run(args)
    return code


def test_read_prints_json_without_contacts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("read", str(MADE / "province.html")) == 0
    printed = capsys.readouterr().out
    found = json.loads(printed)
    assert found["issuer"] == "北岭省人民政府办公厅"
    assert found["populations"][0]["inspected"]["value"] == 210
    assert "陈某某" not in printed
    assert run("read", str(MADE / "province.html"), "--contacts") == 0
    assert "陈某某" in capsys.readouterr().out


def test_read_prints_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("read", str(MADE / "county.txt"), "--summary") == 0
    printed = capsys.readouterr().out
    assert "发文字号:青政办函〔2023〕45号" in printed
    assert "政务新媒体:登记63,不合格5,合格率92.06%" in printed
    assert "连续两周以上未更新 [media.veto.stale] 青石文旅、青石城管" in printed
    assert "期限:5日内 将整改情况书面报送县政府办公室" in printed


@pytest.mark.parametrize(("lang", "word", "end"), [("zh", "矛盾", "矛盾6"), ("en", "contradicts", "6 contradict")])
def test_reconcile_prints_what_contradicts(capsys: pytest.CaptureFixture[str], lang: str, word: str, end: str) -> None:
    path = str(MADE / "wrong-figures.txt")
    assert run("reconcile", path, "--lang", lang) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith(word) for line in lines) == 6
    assert end in lines[-1]
    assert run("reconcile", path, "--exit-code") == 3
    assert run("reconcile", str(MADE / "county.txt"), "--exit-code") == 0


def test_reconcile_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("reconcile", str(MADE / "wrong-figures.txt"), "--json", "--all") == 0
    checks = json.loads(capsys.readouterr().out)
    assert {check["outcome"] for check in checks} >= {"agrees", "contradicts", "remark"}


def test_classify_takes_arguments_or_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("classify", "首页超过两周未更新", "存在严重表述错误", "--subject", "site") == 0
    assert capsys.readouterr().out == (
        "首页超过两周未更新\tsite.veto.home_stale\t首页 未更新\n存在严重表述错误\tsite.veto.safety.expression\t表述错误\n"
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO("公众号停更\n\n"))
    assert run("classify", "--json") == 0
    assert json.loads(capsys.readouterr().out)["decisions"][0]["indicator_id"] == "media.veto.stale"


def test_a_missing_file_is_named() -> None:
    with pytest.raises(NoticeError, match="cannot open"):
        run("read", "missing.txt")
