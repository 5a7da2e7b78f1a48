"""Run one writer of files on a full or read-only disk: python full_disk.py WRITER full|nearly|read-only FOLDER; 77 where no disk can be made.

Must be run in a mount namespace of its own (`unshare -Urm`).
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from datetime import date, datetime
from pathlib import Path

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.collect.evidence import KeptPage, write_warc
from govmedia_rules.collect.fetch import Fetched
from govmedia_rules.collect.journal import Journal
from govmedia_rules.errors import GovMediaRulesError

POINT = datetime(2024, 8, 27, 10, tzinfo=gr.SHANGHAI)
BOOK = gr.load_rulebook("national-2019")
ACCOUNTS = [
    testing.snapshot("account", latest_post_at="2024-05-01", account={"name": f"示例发布{number}", "platform": "weibo"})
    for number in range(400)
]
INSPECTIONS = list(BOOK.inspect_many(ACCOUNTS))
EXAMPLE = Path(__file__).parents[2] / "docs/examples/hanzhong-2024q3"
TEXT = "学习贯彻十八届3中全会精神。" * 2000


def _campaign() -> gr.Campaign:
    return gr.read_campaign(EXAMPLE).campaign


def _command(*arguments: object) -> None:
    """Run a command; a failure that is said in one sentence is raised as the library's error."""
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        code = main([str(argument) for argument in arguments])
    if (code == 2 and "不能写入" in said.getvalue()) or "cannot be written" in said.getvalue():
        raise GovMediaRulesError(said.getvalue())
    assert code in (0, 1), said.getvalue()


def _round(disk: Path, number: int) -> None:
    gr.append_round(disk / "rounds", INSPECTIONS, year=2024, round=number)


def _more(disk: Path) -> None:
    campaign = gr.Campaign.load(disk / "campaign")
    _grow(campaign)
    campaign.save(disk / "campaign")


def _grow(campaign: gr.Campaign) -> None:
    accounts = [snapshot.account for snapshot in ACCOUNTS]
    campaign.add_members(accounts)


def _recording(disk: Path) -> None:
    with gr.Campaign.load(disk / "campaign").recording(disk / "campaign") as campaign:
        _grow(campaign)


def _visits(disk: Path) -> None:
    with Journal(disk / "visits.jsonl") as journal:
        for number in range(400):
            journal.append({"t": "round", "number": number, "text": "一" * 100})


def _warc(disk: Path) -> None:
    page = Fetched(
        url="http://www.example.gov.cn/",
        final_url="http://www.example.gov.cn/",
        seconds=0.1,
        at=POINT.timestamp(),
        status=200,
        body=random.Random(1).randbytes(60_000),
    )
    write_warc({page.url: KeptPage("a", page)}, disk / "pages.warc")


def _snapshots(disk: Path) -> Path:
    path = disk.parent / "snapshots.jsonl"
    path.write_text("".join(snapshot.model_dump_json() + "\n" for snapshot in ACCOUNTS), "utf-8")
    return path


def _text(disk: Path) -> Path:
    path = disk.parent / "text.txt"
    path.write_text(TEXT, "utf-8")
    return path


def _layers(disk: Path) -> list[Path]:
    path = disk.parent / "own.toml"
    path.write_text('id = "own"\ntitle = "本市细则"\nextends = "national-2019"\n' + f"# {'细则' * 20000}\n", "utf-8")
    return [path]


WRITERS: dict[str, Callable[[Path], object]] = {
    "csv": lambda disk: gr.Findings(finding for each in INSPECTIONS for finding in each.problems).to_csv(disk / "a.csv"),
    "excel": lambda disk: gr.Findings(finding for each in INSPECTIONS for finding in each.problems).to_excel(disk / "a.xlsx"),
    "parquet": lambda disk: gr.Findings(finding for each in INSPECTIONS for finding in each.problems).to_parquet(
        disk / "a.parquet"
    ),
    "rulebook": lambda disk: gr.export_rulebook("national-2019", disk / "book.json"),
    "release-zip": lambda disk: gr.export_books(_layers(disk), disk / "a.zip", name="a", version="1", issued=date(2024, 1, 1)),
    "release-folder": lambda disk: gr.export_books(_layers(disk), disk / "books", name="a", version="1", issued=date(2024, 1, 1)),
    "inspect-to-parquet": lambda disk: gr.inspect_to_parquet(_snapshots(disk), BOOK, out=disk / "run", piece_bytes=20_000),
    "inspect-to-parquet-workers": lambda disk: gr.inspect_to_parquet(
        _snapshots(disk), BOOK, out=disk / "run", piece_bytes=20_000, workers=2
    ),
    "rounds": lambda disk: _round(disk, 1),
    "rounds-more": lambda disk: _round(disk, 2),
    "campaign": lambda disk: _campaign().save(disk / "campaign"),
    "campaign-parquet": lambda disk: _campaign().save(disk / "campaign", parquet=True),
    "campaign-more": _more,
    "recording": _recording,
    "visits": _visits,
    "warc": _warc,
    "command-inspect": lambda disk: _command("inspect", _snapshots(disk), "--out", disk / "results"),
    "command-report": lambda disk: _command("report", _snapshots(disk), "--to", "xlsx", "--out", disk / "a.xlsx"),
    "command-sheets": lambda disk: _command(
        "report", _snapshots(disk), "--to", "docx", "--due", "2024-09-30", "--sheets", disk / "sheets"
    ),
    "command-desk": lambda disk: _command("review", "desk", _snapshots(disk), "--out", disk / "a.html"),
    "command-scan": lambda disk: _command("scan", _text(disk), "--review", disk / "a.xlsx"),
    "command-campaign": lambda disk: _command("campaign", "notice", EXAMPLE, "--out", disk / "a.docx"),
}
BEFORE: dict[str, Callable[[Path], object]] = {
    "rounds-more": lambda disk: _round(disk, 1),
    "campaign-more": lambda disk: _campaign().save(disk / "campaign"),
    "recording": lambda disk: _campaign().save(disk / "campaign"),
}
GROWING = {"journal.jsonl", "visits.jsonl"}
"""What may have more records than before, each whole."""


def _files(disk: Path) -> dict[str, bytes]:
    paths = [
        path for path in disk.rglob("*") if path.is_file() and path.name not in ("filler", "_run.lock") and "lock" not in path.name
    ]
    return {str(path.relative_to(disk)): path.read_bytes() for path in paths}


def _fill(disk: Path, room: int) -> None:
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    if room:
        with (disk / "filler").open("r+b") as file:
            file.truncate((disk / "filler").stat().st_size - room)


def _is_whole(disk: Path, name: str) -> bool:
    path = disk / name
    match path.suffix:
        case ".parquet":
            import pyarrow.parquet as pq

            return pq.read_table(path).num_rows > 0
        case ".docx" | ".xlsx" | ".zip":
            import zipfile

            return zipfile.ZipFile(path).testzip() is None
        case ".json" | ".jsonl":
            lines = path.read_text("utf-8").removesuffix("\n").split("\n") if path.suffix == ".jsonl" else [path.read_text("utf-8")]
            return all(json.loads(line[line.index("{") :]) for line in lines if line)
        case _:
            return path.stat().st_size > 0


def run(writer: str, fault: str, folder: Path) -> str:
    disk = folder / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, check=False)
    if made.returncode:
        print(made.stderr.decode(), file=sys.stderr)
        sys.exit(77)
    BEFORE.get(writer, lambda _: None)(disk)
    before = _files(disk)
    if fault == "read-only":
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    else:
        _fill(disk, 0 if fault == "full" else 16_384)
    try:
        WRITERS[writer](disk)
        said = ""
    except GovMediaRulesError as error:
        said = f"{type(error).__name__}: {error}"
    after = _files(disk)
    problems = []
    if not said and fault != "nearly":
        problems.append("it said nothing")
    for name, data in before.items():
        grown = Path(name).name in GROWING and after.get(name, b"").startswith(data)
        if after.get(name) != data and not grown and not name.endswith(".head"):
            problems.append(f"{name} is not what it was")
    for name in after.keys() - before.keys():
        # What a worker leaves that is stopped is hidden, and cleared away by the run that goes on.
        if ".part" in name and writer == "inspect-to-parquet-workers":
            continue
        if ".part" in name or ".append-" in name or not _is_whole(disk, name):
            problems.append(f"{name} was left")
    if writer in ("campaign-more", "recording"):
        gr.Campaign.load(disk / "campaign")
    if problems:
        print(problems, said)
        sys.exit(1)
    return said


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(run(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
