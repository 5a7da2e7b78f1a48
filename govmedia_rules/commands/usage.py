"""How the command line reads its arguments: options in two languages, settings of a file, what was probably meant."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from govmedia_rules.errors import GovMediaRulesError, Where, choices, choices_zh, closest, language

_USAGE_ZH = (
    (r"the following arguments are required: (.+)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.+)", r"没有这个参数：\1"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"参数 \1：没有 \2 这个值（可用的有：\3）"),
    (r"argument (.+?): invalid (?:\w+) value: (.+)", r"参数 \1：\2 不是这个参数的值"),
    (r"argument (.+?): expected (?:one|at least one) argument", r"参数 \1 需要一个值"),
    (r"argument (.+?): not allowed with argument (.+)", r"参数 \1 不能与 \2 同时使用"),
    (r"argument (.+?): (.+)", r"参数 \1：\2"),
)
"""Sentences of argparse and what they mean."""


class Parser(argparse.ArgumentParser):
    """A parser that says in the language of the user what is wrong, and which option was probably meant.

    Options are written in full: settings that stand in front of what is typed could not know an abbreviated one.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with exit code 2."""
        hint = ""
        if unknown := re.match(r"unrecognized arguments: (--[^\s=]+)", message):
            options = [option for action in self.all_actions() for option in action.option_strings]
            close = closest(unknown[1], options)
            if close is not None:
                hint = f"（是否应为 {close}？）" if language() == "zh" else f" (did you mean {close}?)"
        if language() == "zh":
            for pattern, meaning in _USAGE_ZH:
                if re.fullmatch(pattern, message, re.DOTALL):
                    message = re.sub(pattern, meaning, message, flags=re.DOTALL)
                    break
        self.print_usage(sys.stderr)
        more = "详见" if language() == "zh" else "see"
        self.exit(2, f"{self.prog}: {message}{hint}\n{more}: {self.prog} --help\n")

    def all_actions(self) -> list[argparse.Action]:
        """Return the actions of this parser and of the commands below it."""
        actions = []
        for action in self._actions:
            actions.append(action)
            if isinstance(action, argparse._SubParsersAction):
                for below in action.choices.values():
                    actions.extend(below.all_actions())
        return actions


def take_option(given: Sequence[str], name: str) -> tuple[str | None, list[str]]:
    """Return the value of an option that every command has, and the other arguments.

    Args:
        given: The arguments.
        name: Name of the option, such as `--lang`; also written `--lang=zh`. What follows `--` is no option.

    Raises:
        GovMediaRulesError: The option has no value.
    """
    value, rest = None, []
    arguments = iter(given)
    for argument in arguments:
        if argument == "--":
            rest += [argument, *arguments]
        elif argument.startswith(f"{name}="):
            value = argument[len(name) + 1 :]
        elif argument == name:
            value = next(arguments, None)
            if value is None:
                raise GovMediaRulesError(f"{name} needs a value", zh=f"{name} 需要一个值")
        else:
            rest.append(argument)
    return value, rest


def settings_of(path: str) -> Mapping[str, object]:
    """Read a file of settings: a table for each command, an entry for each option.

    Raises:
        GovMediaRulesError: There is no such file, or it is not TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text("utf-8-sig"))
    except OSError as fault:
        what, zh = "the file of settings cannot be opened", "设置文件打不开"
        hint, hint_zh = "it is named by --config or GOVMEDIA_CONFIG", "由 --config 或 GOVMEDIA_CONFIG 指明"
        raise GovMediaRulesError(f"{what}: {os.strerror(fault.errno or 0)}", Where(path), hint, zh, hint_zh) from None
    except ValueError as fault:  # TOML and UTF-8 both
        hint, hint_zh = "write [inspect] and below it workers = 2", "写作 [inspect]，下一行 workers = 2"
        raise GovMediaRulesError(f"not TOML: {fault}", Where(path), hint, f"不是 TOML：{fault}", hint_zh) from None


def with_settings(top: argparse.ArgumentParser, given: Sequence[str], settings: Mapping[str, object], path: str) -> list[str]:
    """Return arguments with the settings of a command in front of its own, so that what is typed wins.

    Args:
        top: The parser with all commands.
        given: What was typed: the command first.
        settings: The settings.
        path: Their file, for messages.

    Raises:
        GovMediaRulesError: A setting names no command or option, or its value is none of the option's.
    """
    _check(top, settings, path, "")
    parser, table, words = top, settings, []
    for word in given:
        commands = _commands(parser)
        if word not in commands:
            break
        below = table.get(word, {})
        parser, table = commands[word], below if isinstance(below, Mapping) else {}
        words.append(word)
    rest = list(given[len(words) :])
    options = _options(parser)
    arguments: list[str] = []
    for key, value in table.items():
        option = options.get(key.replace("_", "-"))
        if option is not None and not any(word.partition("=")[0] in option.option_strings for word in rest):
            arguments += _words(option, value)
    return [*words, *arguments, *rest]


def _commands(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    return next((action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)), {})


def _options(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    return {
        option.removeprefix("--"): action
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and option not in ("--help", "--version")
    }


def _check(parser: argparse.ArgumentParser, table: Mapping[str, object], path: str, name: str) -> None:
    commands, options = _commands(parser), _options(parser)
    for key, value in table.items():
        place = Where(path, table=f"[{name}]" if name else None, key=key)
        if key in commands and isinstance(value, Mapping):
            _check(commands[key], value, path, f"{name}.{key}" if name else key)
            continue
        option = options.get(key.replace("_", "-"))
        if option is None:
            known = [*commands, *options]
            zh = "没有这个设置"
            raise GovMediaRulesError("no such setting", place, choices(key, known, 40), zh, choices_zh(key, known, 40))
        if not _fits(option, value):
            kind, kind_zh = _kind(option)
            raise GovMediaRulesError(
                f"{value!r} is not {kind}", place, f"write {kind}", f"{value!r} 不是{kind_zh}", f"应写{kind_zh}"
            )


def _fits(option: argparse.Action, value: object) -> bool:
    if option.nargs == 0:
        return isinstance(value, bool)
    values = value if isinstance(value, list) and isinstance(option, argparse._AppendAction) else [value]
    plain = all(isinstance(each, str | int | float) and not isinstance(each, bool) for each in values)
    return plain and (option.choices is None or all(each in option.choices for each in values))


def _kind(option: argparse.Action) -> tuple[str, str]:
    if option.nargs == 0:
        return "true or false", " true 或 false"
    if option.choices is not None:
        names = ", ".join(map(str, option.choices))
        return f"one of {names}", f"其中之一：{names}"
    if isinstance(option, argparse._AppendAction):
        return "a text or a list of texts", "文字或文字的列表"
    return "a text or a number", "文字或数字"


def _words(option: argparse.Action, value: object) -> list[str]:
    name = next(text for text in option.option_strings if text.startswith("--"))
    if option.nargs == 0:
        return [name] if value else []
    return [f"{name}={each}" for each in (value if isinstance(value, list) else [value])]
