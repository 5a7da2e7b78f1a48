"""The texts of `--help` in Chinese and English."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from govmedia_rules import commands
from govmedia_rules.__main__ import COMMANDS, main, parser
from govmedia_rules.commands.output import width
from govmedia_rules.commands.usage import in_language, wrap

CHINESE = tomllib.loads(Path(str(commands.__file__)).with_name("help_zh.toml").read_text("utf-8"))


def texts(top: argparse.ArgumentParser) -> Iterator[str]:
    """Every text that the help of a parser and the commands below it shows."""
    yield from (text for text in (top.description, top.epilog) if text)
    for group in top._action_groups:
        yield from (text for text in (group.title, group.description) if text)
    for action in top._actions:
        if action.help:
            yield action.help
        if isinstance(action, argparse._SubParsersAction):
            yield from (choice.help for choice in action._choices_actions if choice.help)
            for below in action.choices.values():
                yield from texts(below)


def commands_of(top: argparse.ArgumentParser, *words: str) -> Iterator[tuple[str, ...]]:
    """The words of every command."""
    yield words
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands_of(below, *words, name)


def test_every_text_has_its_chinese_and_the_table_no_other() -> None:
    every = {text for names in ((), COMMANDS) for text in texts(parser(*names))}
    keys = {text if text in CHINESE else f"{text.partition(': ')[0]}:" for text in every}
    assert keys == set(CHINESE)
    assert not [text for text in CHINESE.values() if text.isascii()]


@pytest.mark.parametrize("words", list(commands_of(parser(*COMMANDS))), ids=" ".join)
def test_the_help_of_a_command(words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for lang in ("zh", "en"):
        with pytest.raises(SystemExit) as end:
            main([*words, "--help", "--lang", lang])
        assert end.value.code == 0
        out = capsys.readouterr().out
        assert out.startswith("用法：govmedia-rules" if lang == "zh" else "usage: govmedia-rules")
        assert ("显示本说明" in out) == (lang == "zh")
        assert not [line for line in out.splitlines()[1:] if width(line) > 80 and not line.strip().isascii()]


def test_names_behind_a_colon_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVMEDIA_LANG", "zh")
    assert in_language("by default: 300") == "默认 300"
    assert in_language("no such text: 300") == "no such text: 300"
    monkeypatch.setenv("GOVMEDIA_LANG", "en")
    assert in_language("by default: 300") == "by default: 300"


def test_lines_break_between_chinese_characters_and_not_before_a_mark() -> None:
    assert list(wrap("报告的标题，写在上面", 10)) == ["报告的标", "题，写在上", "面"]
    assert list(wrap("where to write", 9)) == ["where to", "write"]
    assert list(wrap("", 9)) == [""]


@pytest.mark.parametrize(
    ("args", "zh", "en"),
    [
        (["report", "a.jsonl", "--to", "docx", "--due", "9月"], "写作 2024-09-10", "write 2024-09-10"),
        (["rulebooks", "--at", "x"], "不是日期", "is no day"),
        (["scan", "a.txt", "--at", "20240801x"], "不是日期", "is no day"),
        (["evidence", "--text", "x"], "应为整数", "must be a whole number"),
        (["probe", "a.csv", "--journal", "j", "--seconds", "x"], "应为数字", "must be a number"),
        (["inspect", "--example"], "需要一个值", "expected one argument"),
        (["report", "a.jsonl"], "缺少参数", "required"),
        (["campaign", "new", "x", "--window", "2024-08-01"], "需要 2 个值", "expected 2 arguments"),
        (["inspect", "--books-alone=1", "x"], "不带值", "takes no value"),
    ],
)
def test_wrong_arguments(args: list[str], zh: str, en: str, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, part in (("zh", zh), ("en", en)):
        with pytest.raises(SystemExit) as end:
            main([*args, "--lang", lang])
        assert end.value.code == 2
        err = capsys.readouterr().err
        assert part in err
        assert "fromisoformat" not in err
        assert "int value" not in err
