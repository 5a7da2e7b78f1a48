"""How the command line reads its arguments: options in two languages, settings of a file, what was probably meant."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from govmedia_rules.commands.output import width
from govmedia_rules.core.toml import parse_toml
from govmedia_rules.errors import GovMediaRulesError, Where, choices, choices_zh, closest, language, reason, reason_zh

_USAGE = (
    (r"the following arguments are required: (.+)", r"\g<0>", r"缺少参数：\1"),
    (r"unrecognized arguments: (.+)", r"\g<0>", r"没有这个参数：\1"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\g<0>", r"参数 \1：没有 \2 这个值（可用的有：\3）"),
    (r"argument (.+?): invalid int value: (.+)", r"argument \1: must be a whole number, not \2", r"参数 \1：应为整数，不是 \2"),
    (r"argument (.+?): invalid float value: (.+)", r"argument \1: must be a number, not \2", r"参数 \1：应为数字，不是 \2"),
    (r"argument (.+?): expected (?:one|at least one) argument", r"\g<0>", r"参数 \1 需要一个值"),
    (r"argument (.+?): expected (\d+) arguments", r"\g<0>", r"参数 \1 需要 \2 个值"),
    (r"argument (.+?): ignored explicit argument (.+)", r"argument \1: takes no value, not \2", r"参数 \1 不带值，多了 \2"),
    (r"argument (.+?): not allowed with argument (.+)", r"\g<0>", r"参数 \1 不能与 \2 同时使用"),
    (r"one of the arguments (.+) is required", r"\g<0>", r"以下参数须给出一个：\1"),
    (r"argument (.+?): (.+)", r"\g<0>", r"参数 \1：\2"),
)
"""Sentences of argparse, and what is said instead in English and Chinese."""


@cache
def _help_zh() -> Mapping[str, str]:
    """Return the Chinese of every text of `--help`."""
    return parse_toml(Path(__file__).with_name("help_zh.toml").read_text("utf-8"))


def in_language(text: str) -> str:
    """Return a text of `--help` in the language of the user; the names behind a colon stay as they are."""
    if language() != "zh":
        return text
    start, colon, names = text.partition(": ")
    return _help_zh().get(text) or (f"{_help_zh()[f'{start}:']}{names}" if colon and f"{start}:" in _help_zh() else text)


_PIECE = re.compile(r"\s+|[(（“]*(?:[!-~]+|[^\s!-~])[，。、；：）”…]*")
"""What a line is never broken within: a word of letters, a Chinese character, with the marks that belong to it."""


def wrap(text: str, most: int) -> Iterator[str]:
    """Yield the lines of a text, each at most `most` columns of a terminal where its words allow it."""
    line = ""
    for piece in _PIECE.findall(text):
        if line.strip() and width(line + piece.rstrip()) > most:
            yield line.rstrip()
            line = piece.lstrip()
        else:
            line += piece
    yield line.rstrip()


class HelpFormatter(argparse.HelpFormatter):
    """The texts of `--help` in the language of the user; line ends of a text stay."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Begin with the usage."""
        super().add_usage(usage, actions, groups, "用法：" if prefix is None and language() == "zh" else prefix)

    def start_section(self, heading: str | None) -> None:
        """Begin a section."""
        super().start_section(heading and in_language(heading))

    def add_text(self, text: str | None) -> None:
        """Add a description."""
        super().add_text(text and in_language(text))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and in_language(action.help)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return list(wrap(" ".join(text.split()), width))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for given in text.splitlines() for line in wrap(given, width - len(indent)))


class Parser(argparse.ArgumentParser):
    """A parser that says in the language of the user what is wrong, and which option was probably meant.

    Options are written in full: settings that stand in front of what is typed could not know an abbreviated one.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, "formatter_class": HelpFormatter, **options})

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with exit code 2."""
        hint = ""
        if unknown := re.match(r"unrecognized arguments: (--[^\s=]+)", message):
            options = [option for action in self.all_actions() for option in action.option_strings]
            close = closest(unknown[1], options)
            if close is not None:
                hint = f"（是否应为 {close}？）" if language() == "zh" else f" (did you mean {close}?)"
        for pattern, english, chinese in _USAGE:
            if re.fullmatch(pattern, message, re.DOTALL):
                message = re.sub(pattern, chinese if language() == "zh" else english, message, flags=re.DOTALL)
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
        return parse_toml(Path(path).read_text("utf-8-sig"))
    except OSError as fault:
        what, zh = f"the file of settings cannot be opened: {reason(fault)}", f"设置文件打不开：{reason_zh(fault)}"
        hint, hint_zh = "it is named by --config or GOVMEDIA_CONFIG", "由 --config 或 GOVMEDIA_CONFIG 指明"
        raise GovMediaRulesError(what, Where(path), hint, zh, hint_zh) from None
    except ValueError as fault:  # TOML and UTF-8 both
        hint, hint_zh = "write [inspect] and below it workers = 2", "写作 [inspect]，下一行 workers = 2"
        raise GovMediaRulesError(f"not TOML: {fault}", Where(path), hint, f"不是 TOML：{reason_zh(fault)}", hint_zh) from None


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
