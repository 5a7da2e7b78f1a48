"""What commands judge: snapshots, workbooks and tables, folders, standard input; and by which rulebook."""

from __future__ import annotations

import argparse
import atexit
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from govmedia_rules.commands.book import add_books, books_of
from govmedia_rules.commands.output import positive, say, show_as
from govmedia_rules.commands.tables import TABLE_SUFFIXES, table_snapshots
from govmedia_rules.core.files import examples_folder
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import (
    BrokenLine,
    GovMediaRulesError,
    ObservationError,
    TableError,
    Where,
    choices,
    choices_zh,
    language,
)
from govmedia_rules.judge.compare import ComparedInspection, read_results
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.reviews import Refusal, read_reviews, read_waivers
from govmedia_rules.judge.rulebook import Rulebook, load_rulebook
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot

LINE_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
"""Endings of files of snapshots."""
_PROSE = frozenset({".txt", ".htm", ".html"})
"""Endings that are tables where somebody names the file, and pages or notes where they lie in a folder."""
_ROUND = ("example.toml", "campaign.toml")
"""Files of a folder whose tables are those of a round, not of subjects."""


class InspectionInputs(NamedTuple):
    """The inputs of an inspection and the rulebooks to judge them by."""

    paths: list[str]
    rulebooks: list[str]
    reviews: list[str]
    waivers: list[str]


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Describe what is judged and by what."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="JSON Lines of snapshots, workbooks, CSV or Parquet of accounts or sites, folders of them, or - for standard input",
    )
    parser.add_argument("--at", metavar="2024-08-23", help="monitoring point of tables; a day stands for its last moment")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of a workbook; all with a known header by default")
    parser.add_argument("--header", type=positive, metavar="N", help="row of the header in a table; found by default")
    parser.add_argument("--example", metavar="NAME", help="judge a shipped example: " + ", ".join(example_inspections()))
    parser.add_argument("--rulebook", action="append", default=[], metavar="ID", help="id or path; repeat for layers")
    add_books(parser)
    parser.add_argument(
        "--select",
        "--only",
        dest="only",
        action="append",
        default=[],
        metavar="ID",
        help="ask this indicator or family only; repeat",
    )
    parser.add_argument("--ignore", action="append", default=[], metavar="ID", help="do not ask this indicator or family; repeat")
    parser.add_argument(
        "--reviews", action="append", default=[], metavar="FILE", help="reviews: JSON Lines, or the workbook filled in; repeat"
    )
    parser.add_argument("--waivers", action="append", default=[], metavar="FILE", help="waivers: JSON Lines; repeat")
    parser.add_argument("--workers", type=positive, default=1, metavar="N", help="number of processes")
    parser.add_argument("--zone", metavar="+08:00", help="zone of times that are written without one")


def example_inspections() -> list[str]:
    """Return the names of the shipped examples."""
    folder = examples_folder()
    return sorted(path.parent.name for path in folder.glob("*/example.toml")) if folder.is_dir() else []


def judge_inputs(args: argparse.Namespace, job: InspectionInputs, bad: list[BrokenLine]) -> tuple[Rulebook, Iterator[Inspection]]:
    """Return the rulebook that `add_inputs` names, and the inspections, as they are made; what cannot be read is put into `bad`."""
    book = load_rulebook(job.rulebooks, books=books_of(args))
    book = book.only(*args.only) if args.only else book
    book = book.without(*args.ignore) if args.ignore else book
    reviews, waivers = read_reviews(*job.reviews), read_waivers(*job.waivers)
    bad.extend(BrokenLine(refusal.detail, refusal.where, zh=refusal.zh) for refusal in (*reviews.refused, *waivers.refused))
    zone = _zone(args.zone)
    tables = [path for path in job.paths if Path(path).suffix.lower() in TABLE_SUFFIXES]
    snapshots: list[AccountSnapshot | SiteSnapshot] = []
    for path in tables:
        try:
            snapshots.extend(table_snapshots(path, args, book, zone or SHANGHAI, bad))
        except TableError as fault:
            if len(job.paths) == 1:
                raise
            # One workbook of a folder that is no table of subjects does not stop the others.
            bad.append(BrokenLine(fault.what, fault.where or Where(path), fault.hint, fault.zh, fault.hint_zh))
    lines = [path for path in job.paths if path not in tables]
    inspections = book.inspect_files(
        lines,
        snapshots=snapshots,
        workers=args.workers,
        reviews=reviews,
        waivers=waivers,
        zone=zone,
        not_after=datetime.now(UTC),
        on_bad=bad.append,
        on_refused=lambda refusal: bad.append(_not_applied(refusal)),
    )
    return book, iter(inspections)


def _not_applied(refusal: Refusal) -> BrokenLine:
    return BrokenLine(f"not applied: {refusal.detail}", refusal.where, zh=f"未采用：{refusal.zh or refusal.detail}")


def results_of(path: str) -> Iterator[ComparedInspection]:
    """Yield the results of a file that `inspect --out` wrote.

    Raises:
        ObservationError: A line is no inspection, or no UTF-8; names file and line.
    """
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield from read_results([line.decode("utf-8-sig")])
            except (ObservationError, UnicodeDecodeError):
                hint, hint_zh = "`inspect --out DIR` writes inspections.jsonl", "用 `inspect --out 目录` 写出的 inspections.jsonl"
                what, zh = "this line is not an inspection", "这一行不是检查结果"
                raise ObservationError(what, Where(path, row=number), hint, zh, hint_zh) from None


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%z").tzinfo
    except ValueError:
        zh = f"--zone {text!r} 不是时区"
        raise GovMediaRulesError(f"--zone {text!r} is no zone", None, "write +08:00", zh, "写作 +08:00") from None


def job_of(args: argparse.Namespace) -> InspectionInputs:
    """Return the files that `add_inputs` names: folders opened, reviews and waivers apart."""
    paths, rulebooks, reviews, waivers = list(args.paths), list(args.rulebook), list(args.reviews), list(args.waivers)
    if args.example:
        folder = examples_folder() / args.example
        if not (folder / "example.toml").is_file():
            names = example_inspections()
            what, zh = f"no example is named {args.example!r}", f"没有名为 {args.example!r} 的示例"
            raise GovMediaRulesError(what, None, choices(args.example, names), zh, choices_zh(args.example, names))
        paths.append(str(folder))
        rulebooks = rulebooks or tomllib.loads((folder / "example.toml").read_text("utf-8"))["rulebooks"]
    if not paths:
        hint, hint_zh = "name files, folders or -, or --example NAME", "写出文件、目录或 -，或用 --example 名称"
        raise GovMediaRulesError("nothing to judge", None, hint, "没有要检查的对象", hint_zh)
    files: list[str] = []
    for path in paths:
        if path == "-":
            files.append(_standard_input())
        elif path and Path(path).is_dir():
            _open_folder(Path(path), files, reviews, waivers)
        elif Path(path).is_file():
            _refuse_kind(Path(path))
            files.append(path)
        else:
            raise ObservationError("no such file or folder", Where(path), "look at the path", "没有这个文件或目录", "请核对路径")
    return InspectionInputs(files, rulebooks or ["national-2019"], reviews, waivers)


_NO_DATA = frozenset(
    [".pdf", ".doc", ".docx", ".wps", ".ppt", ".pptx", ".png", ".jpg", ".jpeg", ".zip", ".rar", ".7z", ".toml", ".md"]
)
"""Endings of files that hold neither snapshots nor a table."""


def _refuse_kind(path: Path) -> None:
    if path.suffix.lower() in _NO_DATA:
        what, zh = f"a {path.suffix} file holds no snapshots and no table", f"{path.suffix} 文件不是采样数据，也不是表格"
        hint, hint_zh = (
            "give .jsonl, .xlsx, .xls, .ods, .et, .csv or .parquet",
            "可读的有 .jsonl、.xlsx、.xls、.ods、.et、.csv、.parquet",
        )
        raise ObservationError(what, Where(str(path)), hint, zh, hint_zh)


def _open_folder(folder: Path, files: list[str], reviews: list[str], waivers: list[str]) -> None:
    """Add the files of a folder to what is read, and say which are not."""
    tables = TABLE_SUFFIXES - _PROSE if not any((folder / name).is_file() for name in _ROUND) else frozenset()
    apart = {"reviews.jsonl": reviews, "waivers.jsonl": waivers}
    before, skipped = len(files), []
    for file in sorted(folder.iterdir()):
        suffix = file.suffix.lower()
        if file.name.startswith((".", "~$")):
            continue  # hidden, or the lock of a workbook that is open
        if file.name in apart:
            apart[file.name].append(str(file))
        elif file.is_file() and suffix in LINE_SUFFIXES | tables:
            files.append(str(file))
        else:
            skipped.append(file.name + ("/" if file.is_dir() else ""))
    if len(files) == before:
        what, zh = "the folder holds no file of snapshots and no table", "目录里没有采样数据文件，也没有表格"
        hint, hint_zh = "name the files themselves", "请直接写出文件"
        raise ObservationError(what, Where(str(folder)), hint, zh, hint_zh)
    if skipped and tables:
        names = "、".join(skipped[:8]) + ("…" if len(skipped) > 8 else "")
        english = f"{folder}: {len(skipped)} items were not opened: {names}"
        say(f"{folder}: 未打开 {len(skipped)} 项：{names}" if language() == "zh" else english)


_MAGIC = ((b"PK\x03\x04", ".xlsx"), (b"PAR1", ".parquet"), (b"\xd0\xcf\x11\xe0", ".xls"), (b"{", ".jsonl"), (b"[", ".json"))


def _standard_input() -> str:
    """Copy standard input to a file that is removed at the end, named by what it holds; return its path."""
    folder = Path(tempfile.mkdtemp(prefix="govmedia-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    part = folder / "stdin"
    with part.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    with part.open("rb") as file:
        start = file.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    suffix = next((suffix for magic, suffix in _MAGIC if start.startswith(magic)), ".csv")
    path = str(part.rename(part.with_suffix(suffix if start else ".jsonl")))
    show_as(path, "-")
    return path
