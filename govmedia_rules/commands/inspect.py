"""`govmedia-rules inspect`: snapshots and tables in, verdicts out."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from govmedia_rules.checks.contract import Status
from govmedia_rules.commands.inputs import add_inputs, job_of, judge_inputs, results_of
from govmedia_rules.commands.output import count_on_stderr, say, say_unread
from govmedia_rules.commands.verdicts import WRITERS, Shown, Verdicts
from govmedia_rules.core.files import complete_file, make_folder, write_file
from govmedia_rules.errors import BrokenLine, language
from govmedia_rules.judge.compare import ComparedInspection
from govmedia_rules.judge.finding import Finding, Findings
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.judge.rulebook import Rulebook

FAIL_ON = ("unqualified", "undetermined", "error")
"""Classes of results that `--fail-on` knows."""
FAILED_ON = 3
"""Exit code where something of such a class is there."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("inspect", description="Judge snapshots of sites and accounts.")
    add_inputs(parser)
    parser.add_argument("--out", metavar="DIR", help="write inspections.jsonl, problems.csv and rulebook.txt there")
    parser.add_argument("--format", choices=tuple(WRITERS), default="table", help="what is printed")
    parser.add_argument("--baseline", metavar="FILE", help="inspections.jsonl of before: only what is new is printed and fails")
    parser.add_argument(
        "--fail-on", action="append", default=[], choices=FAIL_ON, help="end with exit code 3 where there is such a result; repeat"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Judge, print and write; return 0 when it ran, 1 when something could not be read, 3 for what `--fail-on` names."""
    bad: list[BrokenLine] = []
    baseline = _baseline(args.baseline)
    book, inspections = judge_inputs(args, job_of(args), bad)
    if args.out:
        inspections = _write(inspections, book, Path(args.out))
    verdicts = Verdicts(book, args.lang, bad)
    classes: Counter[str] = Counter()

    def news() -> Iterator[Shown]:
        for inspection in count_on_stderr(inspections, "subjects"):
            shown = _new(inspection, baseline)
            verdicts.count(inspection, shown)
            classes.update(_classes(inspection, shown))
            if shown is not None:
                yield shown

    WRITERS[args.format](verdicts, news())
    code = say_unread(bad)
    if not verdicts.total and not bad:
        say("没有读到任何对象，什么也没有检查" if language() == "zh" else "no subject was read: nothing was judged")
        code = 1
    return FAILED_ON if any(classes[name] for name in args.fail_on) else code


def _classes(inspection: Inspection, shown: Shown | None) -> Iterator[str]:
    """Yield the classes of `--fail-on` that a result belongs to; one that the baseline has fails by an error only."""
    if shown is not None and inspection.verdict is not Verdict.QUALIFIED:
        yield inspection.verdict.value
    if Status.ERROR in inspection.statuses:
        yield "error"


def _new(inspection: Inspection, baseline: dict[str, ComparedInspection] | None) -> Shown | None:
    """Return the printed part of an inspection; None where the baseline has the same verdict and every problem.

    What is open is not compared one by one: a verdict that was open before and still is, is known.
    """
    is_open = inspection.verdict is Verdict.UNDETERMINED
    missing = list(inspection.missing) if is_open or not inspection.problems else []
    findings = [*inspection.problems, *missing]
    before = baseline.get(inspection.subject.id) if baseline is not None else None
    if before is None:
        return Shown(inspection, findings)
    fresh = [finding for finding in inspection.problems if finding.id not in before.failed]
    if before.verdict is inspection.verdict and not fresh:
        return None
    return Shown(inspection, [*fresh, *missing] or findings)


def _baseline(path: str | None) -> dict[str, ComparedInspection] | None:
    """Read the verdicts and problems of an earlier run.

    Raises:
        ObservationError: A line of the file is not an inspection.
    """
    if path is None:
        return None
    return {result.subject_id: result for result in results_of(path)}


def _write(inspections: Iterator[Inspection], book: Rulebook, folder: Path) -> Iterator[Inspection]:
    make_folder(folder)
    explained = "\n\n".join(str(book.explain(indicator.id)) for indicator in book.indicators)
    write_file(folder / "rulebook.txt", f"{book.title} {book.version} {book.digest} {book.books}\n\n{explained}\n")
    problems: list[Finding] = []
    with complete_file(folder / "inspections.jsonl") as part, part.open("w", encoding="utf-8") as file:
        for inspection in inspections:
            file.write(inspection.to_json() + "\n")
            problems.extend(inspection.problems)
            yield inspection
    Findings(problems).to_csv(folder / "problems.csv", titles="name")
