"""`govmedia-rules lint`: a rulebook checked like code, each fault with its line."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Literal, NamedTuple

from govmedia_rules.checks.contract import CheckSpec
from govmedia_rules.checks.sentences import sentences
from govmedia_rules.commands.output import main_json
from govmedia_rules.errors import (
    GovMediaRulesError,
    Lang,
    RulebookError,
    UnknownRulebook,
    Where,
    choices,
    choices_zh,
    language,
    reason_zh,
)
from govmedia_rules.judge.rulebook import Rulebook, load_rulebook
from govmedia_rules.rules.load import built_in_files, known_ids, read_layer, single_faults
from govmedia_rules.rules.model import Indicator, IndicatorEntry, RulebookFile
from govmedia_rules.rules.places import case_files
from govmedia_rules.rules.plugins import installed, specs_of

_ANSWERS = frozenset({"failed", "needs_review", "inconclusive"})
"""Functions whose first argument is a reason that needs a sentence."""


class LintFault(NamedTuple):
    """A fault of a rulebook, or something to look at.

    Attributes:
        level: `error` where the rulebook cannot be used or does not answer as its cases say, else `warning`.
        code: What kind of fault it is, in snake case.
        file: The file.
        line: Its line from 1; 1 where no line can be named.
        indicator: The indicator; "" for the file as a whole.
        en: The fault in English.
        zh: The fault in Chinese.
    """

    level: Literal["error", "warning"]
    code: str
    file: str
    line: int
    indicator: str
    en: str
    zh: str

    def text(self, lang: Lang) -> str:
        """Return the fault as compilers print theirs."""
        level = {"error": "错误", "warning": "注意"}[self.level] if lang == "zh" else self.level
        subject = f" {self.indicator}:" if self.indicator else ""
        return f"{self.file}:{self.line}: {level} {self.code}:{subject} {self.zh if lang == 'zh' else self.en}"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    text = (
        "Check a rulebook like code: what stops it, unverified and repeated values, sentences and cases that are missing or fail."
    )
    parser = commands.add_parser("lint", description=text)
    parser.add_argument("rulebook", nargs="+", metavar="BOOK", help="path or id of a rulebook; each is checked by itself")
    parser.add_argument(
        "--checks", action="append", default=[], metavar="FILE", help="Python file with checks of yours, which is run; repeat"
    )
    parser.add_argument(
        "--cases", metavar="DIR", help="folder of case files; the folder of the book and `cases` beside it by default"
    )
    parser.add_argument("--strict", action="store_true", help="end with exit code 1 for warnings too")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the faults; return 1 when one of them is an error, or with --strict any."""
    checks = [load_checks(path) for path in args.checks]
    faults = [fault for book in args.rulebook for fault in lint_rulebook(book, checks, args.cases)]
    if args.format == "json":
        main_json([fault._asdict() for fault in faults])
    else:
        for fault in faults:
            print(fault.text(language()))
        errors = sum(fault.level == "error" for fault in faults)
        counts = (errors, len(faults) - errors)
        print("错误 {}，注意 {}".format(*counts) if language() == "zh" else "{} errors, {} warnings".format(*counts))
    return 1 if any(args.strict or fault.level == "error" for fault in faults) else 0


def load_checks(path: str) -> ModuleType:
    """Import a Python file that holds checks.

    Raises:
        GovMediaRulesError: There is no such file, or it does not run.
    """
    file = Path(path)
    if not file.is_file():
        raise GovMediaRulesError(
            "no such file", Where(path), "--checks names a Python file", "没有这个文件", "--checks 应指明一个 Python 文件"
        )
    name = file.stem if file.stem not in sys.modules else f"checks_of_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise GovMediaRulesError(
            "not a Python file", Where(path), "its name ends in .py", "不是 Python 文件", "文件名应以 .py 结尾"
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        specs_of(module)
    except Exception as fault:  # the file is the caller's: whatever it raises is a fault of that file
        del sys.modules[name]
        hint, hint_zh = "run it with python to see where", "用 python 直接运行它，可看到出错的位置"
        raise GovMediaRulesError(
            f"the file cannot be used: {fault}", Where(path), hint, f"文件不能使用：{reason_zh(fault)}", hint_zh
        ) from fault
    return module


def lint_rulebook(source: str, checks: Sequence[ModuleType] = (), cases: str | None = None) -> list[LintFault]:
    """Return the faults of one rulebook, in the order of its lines.

    Args:
        source: Path or id of the rulebook.
        checks: Modules of the caller's own checks.
        cases: Folder of case files; None for the folder of the book and `cases` beside it.

    Raises:
        UnknownRulebook: There is no such file or rulebook.
    """
    file = installed().rulebooks.get(source) or built_in_files().get(source) or Path(source)
    if not file.is_file():
        ids = known_ids(installed())
        raise UnknownRulebook(
            f"no rulebook and no file is named {source!r}",
            None,
            choices(source, ids, 50),
            f"没有名为 {source!r} 的指标体系或文件",
            choices_zh(source, ids, 50),
        )
    text = file.read_bytes().decode("utf-8", "replace")
    own = [spec.function for module in checks for spec in specs_of(module).values()]
    try:
        content = read_layer(source, installed()).content
        book = load_rulebook(source, checks=own)
    except RulebookError as fault:
        faults = [_of_error(each, text, str(file)) for each in single_faults(fault)]
    else:
        lint = _Lint(str(file), text, content, book, {spec.name: spec for module in checks for spec in specs_of(module).values()})
        faults = [*lint.faults(), *_case_faults(lint, cases, own)]
    return sorted(faults, key=lambda fault: (fault.line, fault.level, fault.code))


# --- lines ------------------------------------------------------------------------------------------------------------


def line_of(text: str, table: str | None, key: str | None) -> int:
    """Return the line on which a key of a TOML file is set; the line of its table, or 1, where it is not found.

    Args:
        text: The file.
        table: The table as errors name it: `[indicators."media.veto.stale"]`; None for the top of the file.
        key: Dotted key inside the table: `params.window`.
    """
    lines = text.splitlines()
    name = (table or "").strip("[] ").replace("'", '"')
    current, at_table = "", 1
    steps = (key or "").split(".")
    for number, line in enumerate(lines, 1):
        header = re.match(r"\s*\[+\s*(.+?)\s*\]+\s*(#.*)?$", line)
        if header is not None:
            current = header[1].replace("'", '"')
            if current == name or (key and current.startswith(f"{name}.") and current[len(name) + 1 :] in (key, steps[0])):
                at_table = number
            continue
        depth = current[len(name) :].strip(".") if name and current.startswith(name) else current
        inside = current == name or (bool(name) and current.startswith(f"{name}.")) or (not name and current == steps[0])
        if inside and key and _sets(line, steps, depth):
            return number
    return at_table


def _sets(line: str, steps: Sequence[str], depth: str) -> bool:
    """Return whether a line of the table `depth` sets the key: `limit = 1`, `params.limit = 1`, `params = { limit = 1 }`."""
    rest = list(steps[1:] if depth == steps[0] else steps)
    if not rest:
        return False
    name = r"\s*\.\s*".join(f'"?{re.escape(step)}"?' for step in rest)
    if re.match(rf"\s*{name}\s*(\.|=)", line):
        return True
    return re.match(rf'\s*"?{re.escape(rest[0])}"?\s*=', line) is not None and (len(rest) == 1 or rest[1] in line)


def _of_error(fault: RulebookError, text: str, file: str) -> LintFault:
    code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(fault).__name__).lower()
    place = fault.where or Where(file)
    if at := re.search(r"at line (\d+)", fault.what):
        line = int(at[1])
    else:
        line = line_of(text, place.table, place.key) if place.file in (file, None) else 1
    named = re.match(r'\[indicators\."(.+)"\]', place.table or "")
    bare = type(fault)(fault.what, Where(key=place.key), fault.hint, fault.zh, fault.hint_zh)
    return LintFault("error", code, place.file or file, line, named[1] if named else "", bare.text("en"), bare.text("zh"))


# --- what can be used and should be looked at -------------------------------------------------------------------------


class _Lint:
    """A rulebook that loads, and its text."""

    def __init__(self, file: str, text: str, content: RulebookFile, book: Rulebook, own: Mapping[str, CheckSpec]) -> None:
        self.file = file
        self.text = text
        self.content = content
        self.book = book
        self.own = own

    def fault(self, level: Literal["error", "warning"], code: str, name: str, key: str | None, en: str, zh: str) -> LintFault:
        """Return a fault of an indicator, with the line of one of its keys."""
        table = f'[indicators."{name}"]' if name else None
        return LintFault(level, code, self.file, line_of(self.text, table, key), name, en, zh)

    def faults(self) -> Iterator[LintFault]:
        """Yield what should be looked at in the file as a whole and in each indicator."""
        if not self.content.basis:
            en, zh = "no document is named that the rulebook rests on (basis)", "没有写明所依据的文件（basis）"
            yield self.fault("warning", "no_basis", "", "basis", en, zh)
        below = self._below()
        for name, entry in self.content.indicators.items():
            indicator = self.book.plan.by_id.get(name)
            if indicator is None:
                continue  # switched off
            yield from self._unverified(name, entry, indicator)
            yield from self._repeated(name, entry, below)
            yield from self._sentences(name, entry, indicator)

    def _below(self) -> Rulebook | None:
        return load_rulebook(list(self.content.extends)) if self.content.extends and not self.own else None

    def _unverified(self, name: str, entry: IndicatorEntry, indicator: Indicator) -> Iterator[LintFault]:
        for key in entry.unverified:
            en, zh = f"{key} is a reading that nobody has seen in the document", f"{key} 只是理解，未见于文件原文"
            yield self.fault("warning", "unverified", name, "unverified", en, zh)
        if entry.source is not None and entry.source.grade == "unseen":
            en = f"the document {entry.source.document!r} was not seen; write verified = true or a grade when it has been"
            zh = f"依据“{entry.source.document}”未见原文；核对后写 verified = true 或 grade"
            yield self.fault("warning", "unverified", name, "source", en, zh)
        if indicator.problem is not None:
            yield self.fault("error", "check_not_loaded", name, "check", indicator.problem, f"检查项不能载入：{indicator.problem}")

    def _repeated(self, name: str, entry: IndicatorEntry, below: Rulebook | None) -> Iterator[LintFault]:
        """Yield parameters that change nothing: what the layers below, or the check, say already."""
        lower = below.plan.by_id.get(name) if below is not None else None
        indicator = self.book.plan.by_id[name]
        if lower is None:
            return
        for key in entry.params:
            if key in lower.params and lower.params[key] == indicator.params.get(key):
                en, zh = f"params.{key} is what the rulebooks below say already", f"params.{key} 与下层规定相同，可以删去"
                yield self.fault("warning", "unused_parameter", name, f"params.{key}", en, zh)

    def _sentences(self, name: str, entry: IndicatorEntry, indicator: Indicator) -> Iterator[LintFault]:
        spec = self.own.get(indicator.check or "")
        if spec is None:
            return
        reasons = set(_reasons(spec))
        for reason in sorted(reasons - indicator.messages.keys() - sentences().keys()):
            en, zh = (
                f"the reason {reason!r} has no sentence; write messages.{reason}",
                f"原因 {reason!r} 没有对应的句子；请写 messages.{reason}",
            )
            yield self.fault("error", "missing_sentence", name, "messages", en, zh)
        for reason in sorted(entry.messages.keys() - reasons):
            if reasons:
                en, zh = f"the check never gives the reason {reason!r}", f"检查项从不给出原因 {reason!r}"
                yield self.fault("warning", "unused_sentence", name, f"messages.{reason}", en, zh)


def _reasons(spec: CheckSpec) -> Iterator[str]:
    """Yield the reasons that are written out in a check."""
    try:
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(spec.function)))
    except (OSError, TypeError, SyntaxError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in _ANSWERS and isinstance(node.args[0].value, str):
            yield node.args[0].value


# --- cases ------------------------------------------------------------------------------------------------------------


def _case_faults(lint: _Lint, folder: str | None, own: Iterable[object]) -> Iterator[LintFault]:
    """Yield case files that are missing, cannot be read, or contradict the rulebook."""
    from govmedia_rules.testing import load_cases

    book = Path(lint.file)
    built_in = lint.content.id in built_in_files()
    folders = [Path(folder)] if folder is not None else [book.parent, book.parent / "cases"]
    for name, entry in lint.content.indicators.items():
        indicator = lint.book.plan.by_id.get(name)
        if indicator is None or indicator.check is None or not (entry.check or entry.params):
            continue
        if built_in and folder is None:
            function = lint.book.plan.functions.get(indicator.check)
            files = [Path(path) for path in case_files(name, [lint.content.id], function)]
        else:
            stems = (f"{name}@{lint.content.id}", name)
            files = [path for each in folders for stem in stems if (path := each / f"{stem}.toml").is_file()]
        if not files:
            en, zh = f"no case says what it answers; write {name}.toml", f"没有用例说明它如何判定；请写 {name}.toml"
            yield lint.fault("warning", "missing_cases", name, None, en, zh)
            continue
        for path in () if built_in else files:
            try:
                for case in load_cases(path, checks=own):  # type: ignore[arg-type]
                    case.check()
            except (AssertionError, GovMediaRulesError, KeyError, ValueError) as fault:
                reason = str(fault)
                yield LintFault("error", "case_fails", str(path), 1, name, reason, f"用例不符：{reason}")
