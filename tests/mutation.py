"""Change a module in one place at a time and list the changes that no test notices.

    python tests/mutation.py govmedia_rules/judge/score.py --tests tests/judge --sample 60 --seed 1 --out survivors.md

Each change is made in the syntax tree, compiled, and put into the live function in a forked process: the working tree is
never touched, and only tests that call the function run. What survives that, or stands outside functions, is tried again
in a process that reads the changed module anew. A test that starts another interpreter (a command line run as a process,
forkserver workers) sees the unchanged module and notices nothing. Which tests run for a module is said in `TESTS`.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import SourceFileLoader
from itertools import accumulate
from pathlib import Path
from textwrap import shorten
from types import CodeType, FunctionType
from typing import Any, Literal, NamedTuple, cast

ROOT = Path(__file__).resolve().parents[1]

TESTS: Mapping[str, Sequence[str]] = {
    "govmedia_rules/checks": ("tests/test_cases.py", "tests/checks", "tests/judge", "tests/snapshots/test_supervision.py"),
    "govmedia_rules/checks/contract.py": ("tests/rules", "tests/judge", "tests/test_cases.py", "tests/test_public_api.py"),
    "govmedia_rules/judge": ("tests/judge", "tests/test_cases.py", "tests/engines/test_batch.py"),
    "govmedia_rules/judge/score.py": ("tests/judge/test_score.py", "tests/judge", "tests/campaign/test_campaign_results.py"),
    "govmedia_rules/rules": (
        "tests/rules",
        "tests/judge/test_readings.py",
        "tests/judge/test_judging.py",
        "tests/judge/test_other_books.py",
    ),
    "govmedia_rules/campaign": ("tests/campaign",),
    "govmedia_rules/core/dates.py": ("tests/core/test_dates.py", "tests/collect/test_collect_pages.py"),
    "govmedia_rules/core/time.py": ("tests/core/test_time.py", "tests/test_cases.py"),
    "govmedia_rules/subjects": ("tests/subjects",),
    "govmedia_rules/snapshots": ("tests/snapshots", "tests/test_cases.py"),
}
"""Tests of a module, the quickest to notice first; the longest path that begins a module's own counts."""

WARM = ("pydantic", "httpx", "hypothesis", "_hypothesis_pytestplugin", "pytest", "dateutil.parser")  # imported before forking
OPTIONS = ("-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
MEMORY = 4 << 30  # bytes a changed module may use: a loop that never ends must not take the machine with it

Fate = Literal["noticed", "survived", "too slow"]


class Change(NamedTuple):
    """One change: the node it is made at, by its place in `ast.walk`, and what it looks like."""

    node: int
    variant: int
    line: int
    before: str
    after: str


# What an operator or a function is exchanged for: an order both for its other bound and for its opposite.
_EXCHANGED = (
    "Lt:LtE,GtE LtE:Lt,Gt Gt:GtE,LtE GtE:Gt,Lt Eq:NotEq NotEq:Eq Is:IsNot IsNot:Is In:NotIn NotIn:In And:Or Or:And "
    "Add:Sub Sub:Add Mult:Div Div:Mult FloorDiv:Mult Mod:Mult BitOr:BitAnd BitAnd:BitOr min:max max:min any:all all:any"
)
_OTHERS = {name: others.split(",") for name, others in (pair.split(":") for pair in _EXCHANGED.split())}


def replacements(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in place of a node; each is a new node."""

    def others(operator: ast.AST) -> list[Any]:
        return [getattr(ast, name)() for name in _OTHERS.get(type(operator).__name__, ())]

    match node:
        case ast.Compare(left, ops, comparators):
            for place, op in enumerate(ops):
                yield from (ast.Compare(left, [*ops[:place], other, *ops[place + 1 :]], comparators) for other in others(op))
        case ast.BoolOp(op, values):
            yield ast.BoolOp(others(op)[0], values)
            for place in range(len(values)):
                rest = [*values[:place], *values[place + 1 :]]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.Constant(int() | float() as value):
            yield from map(ast.Constant, (not value,) if isinstance(value, bool) else (value + 1, value - 1))
        case ast.BinOp(left, op, right):
            yield from (ast.BinOp(left, other, right) for other in others(op))
        case ast.Call(ast.Name(name), args, keywords) if name in _OTHERS:
            yield ast.Call(ast.Name(_OTHERS[name][0], ast.Load()), args, keywords)
        case ast.Return(value) if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.If(_, body, orelse):
            yield from (ast.If(ast.Constant(outcome), body, orelse) for outcome in (True, False))
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.comprehension(target, source, conditions, is_async) if conditions:
            yield ast.comprehension(target, source, [], is_async)
        case ast.Expr(ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Break() | ast.Raise():
            yield ast.Pass()


def _hidden(tree: ast.Module) -> set[int]:
    """Ids of nodes that decide nothing at run time: annotations, decorators, and assertions for a type checker."""
    roots: list[ast.AST | None] = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    for node in ast.walk(tree):
        roots += [getattr(node, "annotation", None), getattr(node, "returns", None), *getattr(node, "decorator_list", ())]
    return {id(inner) for root in roots if root is not None for inner in ast.walk(root)}


def _head(node: ast.AST) -> str:
    return shorten(ast.unparse(node).split("\n", 1)[0], 90, placeholder=" …")


def changes_of(source: str) -> list[Change]:
    """Every change that can be made to a module, in the order of its lines."""
    hidden = _hidden(tree := ast.parse(source))
    found = [
        Change(index, variant, getattr(node, "lineno", 0) or node.iter.lineno, _head(node), _head(other))  # type: ignore[attr-defined]
        for index, node in enumerate(ast.walk(tree))
        if id(node) not in hidden
        for variant, other in enumerate(replacements(node))
    ]
    return sorted(found, key=lambda change: (change.line, change.node, change.variant))


def changed(source: str, change: Change) -> ast.Module:
    """The tree of a module with one change made."""
    node = list(ast.walk(tree := ast.parse(source)))[change.node]
    other = list(replacements(node))[change.variant]

    class Exchange(ast.NodeTransformer):
        def visit(self, current: ast.AST) -> Any:
            return other if current is node else self.generic_visit(current)

    return ast.fix_missing_locations(cast("ast.Module", Exchange().visit(tree)))


def tests_of(path: Path) -> Sequence[str]:
    """The tests of a module, by `TESTS`."""
    own = path.relative_to(ROOT).as_posix()
    place = max((place for place in TESTS if f"{own}/".startswith(f"{place}/")), key=len, default=None)
    if place is None:
        raise SystemExit(f"no tests are named for {own}: add it to TESTS, or pass --tests")
    return TESTS[place]


def run_tests(path: Path, tree: ast.Module, tests: Sequence[str], seconds: float) -> Fate:
    """Run tests by path or id against one tree of a module, in a process of its own that reads the module anew."""

    def test() -> int:
        code, get_code = compile(tree, str(path), "exec"), SourceFileLoader.get_code

        def code_of(self: SourceFileLoader, name: str) -> CodeType | None:
            return code if self.path == str(path) else get_code(self, name)

        SourceFileLoader.get_code = code_of  # type: ignore[assignment,method-assign]
        return pytest_run(tests)

    return in_child(test, seconds)


def in_child(work: Callable[[], int], seconds: float) -> Fate:
    """Run work in a forked process, silent and bounded; a code other than 0 is `noticed`."""
    deadline = time.monotonic() + seconds
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        for output in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), output)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        try:
            os._exit(work())
        except BaseException:
            os._exit(3)
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return "noticed" if status else "survived"
        time.sleep(0.005)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "too slow"


def pytest_run(tests: Sequence[str], *plugins: object) -> int:
    """Run pytest with the same examples each time and none remembered: only the change may make a difference."""
    import hypothesis
    import pytest

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutation", derandomize=True, database=None, deadline=None, phases=phases)
    hypothesis.settings.load_profile("mutation")
    return int(pytest.main([*OPTIONS, *tests], plugins=plugins))


@dataclass
class Trial:
    """Try changes of functions where the tests are collected already: a plugin of pytest that takes over its loop.

    Each test runs once with the functions it calls noted. Then each change is put into the live function, in a fork, and
    only tests that call that function run, the quickest first, until one fails or `budget` seconds of tests are through.
    What survives that is tried by the tests after those, for `again` seconds, and at last by all tests.
    """

    path: Path
    changes: Sequence[Change]
    budget: float
    again: float = 0
    failed: bool = False
    fates: dict[Change, Fate] = field(default_factory=dict)
    callers: dict[Change, list[str]] = field(default_factory=dict)
    """Ids of the tests that were run against a change, quickest first; none for a change outside functions."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: Any) -> bool:
        items, source = session.items, self.path.read_text("utf-8")
        calls, seconds = self._calls(items)
        if self.failed:
            raise SystemExit(f"the tests of {self.path} fail without any change")
        functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        for change in self.changes:
            holder = _outermost(functions, change.line)
            lines = range(_first_line(holder), (holder.end_lineno or 0) + 1) if holder is not None else range(0)
            using = sorted((place for place, called in enumerate(calls) if called & set(lines)), key=seconds.__getitem__)
            self.callers[change] = []
            tree = changed(source, change) if using else None
            for budget in (self.budget, self.again):
                if tree is None or not using or not budget or self.fates.get(change, "survived") != "survived":
                    break
                through = list(accumulate(seconds[place] for place in using))
                count = min(bisect_right(through, budget) + 1, len(using))
                chosen, using = [items[place] for place in using[:count]], using[count:]
                self.callers[change] += [item.nodeid for item in chosen]
                self.fates[change] = in_child(partial(self._test, tree, lines, chosen), 5 + 5 * through[count - 1])
        return True

    def _calls(self, items: Sequence[Any]) -> tuple[list[set[int]], list[float]]:
        """For each test, the first lines of the functions of the module that it calls, and its seconds."""
        name, calls, seconds = str(self.path), [], []
        for item, following in zip(items, [*items[1:], None], strict=True):
            called: set[int] = set()

            def note(frame: Any, event: str, _: object, called: set[int] = called) -> None:
                if event == "call" and frame.f_code.co_filename == name:
                    called.add(frame.f_code.co_firstlineno)

            started = time.monotonic()
            sys.setprofile(note)
            threading.setprofile(note)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            sys.setprofile(None)
            threading.setprofile(None)
            calls.append(called)
            seconds.append(time.monotonic() - started)
        return calls, seconds

    def _test(self, tree: ast.Module, lines: range, items: Sequence[Any]) -> int:
        new = dict(_codes(compile(tree, str(self.path), "exec")))
        for live in [found for found in gc.get_objects() if isinstance(found, FunctionType)]:
            code = live.__code__
            if code.co_filename == str(self.path) and code.co_firstlineno in lines and (code.co_name, code.co_firstlineno) in new:
                live.__code__ = new[code.co_name, code.co_firstlineno]
        for cached in [found for found in gc.get_objects() if type(found).__name__ == "_lru_cache_wrapper"]:
            file = getattr(getattr(cached.__wrapped__, "__code__", None), "co_filename", "")
            if file == str(self.path) or "govmedia_rules/rules/" in file:
                cached.cache_clear()
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return 1
        return 0


def _outermost(
    functions: Iterable[ast.FunctionDef | ast.AsyncFunctionDef], line: int
) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    holders = [node for node in functions if _first_line(node) <= line <= (node.end_lineno or 0)]
    return min(holders, key=_first_line, default=None)


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield (constant.co_name, constant.co_firstlineno), constant
            yield from _codes(constant)


def run(
    path: Path, tests: Sequence[str], *, sample: int | None, seed: int, budget: float, again: float = 0
) -> list[tuple[Change, Fate]]:
    """Try the changes of a module, or a sample of them, and tell each that survives."""
    changes = changes_of(path.read_text("utf-8"))
    if sample is not None and sample < len(changes):
        changes = sorted(random.Random(seed).sample(changes, sample), key=lambda change: change.line)
    print(f"{path.relative_to(ROOT)}: {len(changes)} changes", flush=True)
    fates, callers = _tried(Trial(path, changes, budget, again), tests)
    for change in changes:
        if change not in fates or (fates[change] == "survived" and (again or "rules" in path.parts)):
            # Outside a function, or hidden by a rulebook or a program that was made before: the module is read anew.
            tree = changed(path.read_text("utf-8"), change)
            using = tests if again else callers.get(change) or tests
            fates[change] = run_tests(path, tree, using, 20 + 10 * max(budget, again))
        if fates[change] == "survived":
            print(f"{path.relative_to(ROOT)}:{change.line}: {change.before}  ->  {change.after}", flush=True)
    return [(change, fates[change]) for change in changes]


def _tried(trial: Trial, tests: Sequence[str]) -> tuple[dict[Change, Fate], dict[Change, list[str]]]:
    """Run a trial in a process of its own, so that this one stays without the library."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "fates")

        def test() -> int:
            code = pytest_run(tests, trial)
            result.write_bytes(pickle.dumps((trial.fates, trial.callers)))
            return code

        in_child(test, 24 * 3600)
        if not result.exists():
            raise SystemExit(f"the tests fail without any change: {' '.join(tests)}")
        return cast("tuple[dict[Change, Fate], dict[Change, list[str]]]", pickle.loads(result.read_bytes()))


def as_markdown(fates: Mapping[Path, Sequence[tuple[Change, Fate]]]) -> str:
    """The result as two tables: counts for each module, and the changes that survived."""
    counts = ["| module | changes | noticed | too slow | survived | share |", "|---|---|---|---|---|---|"]
    survivors = ["| survivor | before | after |", "|---|---|---|"]
    for path, tried in fates.items():
        name, of = path.relative_to(ROOT), Counter(fate for _, fate in tried)
        share = f"{100 * of['survived'] / max(len(tried), 1):.1f} %"
        counts.append(f"| {name} | {len(tried)} | {of['noticed']} | {of['too slow']} | {of['survived']} | {share} |")
        for change, _ in (pair for pair in tried if pair[1] == "survived"):
            before, after = (text.replace("|", "\\|") for text in (change.before, change.after))
            survivors.append(f"| {name}:{change.line} | `{before}` | `{after}` |")
    return "\n".join([*counts, "", *survivors, ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 when a change survived."""
    parser = argparse.ArgumentParser(description="Change modules in one place at a time; list what no test notices.")
    parser.add_argument("modules", nargs="+", type=Path, help="files of the library")
    parser.add_argument("--tests", nargs="+", help="tests to run; by default those that TESTS names")
    parser.add_argument("--sample", type=int, help="changes to try in each module; by default all")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample")
    parser.add_argument("--budget", type=float, default=20, help="seconds of tests against one change, the quickest first")
    parser.add_argument("--again", type=float, default=0, help="seconds of further tests against a change that survived those")
    parser.add_argument("--out", type=Path, help="file for the tables in Markdown")
    given = parser.parse_args(arguments)
    os.chdir(ROOT)
    sys.path[0] = str(ROOT)
    for name in WARM:
        __import__(name)
    fates = {
        path: run(path, given.tests or tests_of(path), sample=given.sample, seed=given.seed, budget=given.budget, again=given.again)
        for path in (module.resolve() for module in given.modules)
    }
    print(as_markdown(fates))
    if given.out is not None:
        given.out.write_text(as_markdown(fates), "utf-8")
    return int("survived" in {fate for tried in fates.values() for _, fate in tried})


if __name__ == "__main__":
    sys.exit(main())
