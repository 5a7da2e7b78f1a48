from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Container
from pathlib import Path

import pytest

import govmedia_rules as gr
from govmedia_rules.core.parallel import Job, run_tasks
from govmedia_rules.engines import local
from govmedia_rules.judge import files
from tests.timing import allowed

TASKS = [list(range(start, start + 10)) for start in range(0, 100, 10)]
DEADLY = (37, 38, 71)


def start(*_: object) -> None:
    pass


def double(task: list[int], fatal: Container[int]) -> list[int | None]:
    for place, number in enumerate(task, 1):
        if number in DEADLY and place not in fatal:
            os._exit(9)
    return [None if place in fatal else number * 2 for place, number in enumerate(task, 1)]


def attempt(task: list[int], first: int, last: int) -> None:
    double(task[first - 1 : last], ())


JOB = Job(start, (), double, attempt, len)
RIGHT = [[None if number in DEADLY else number * 2 for number in task] for task in TASKS]


@pytest.mark.parametrize("workers", [1, 2])
def test_items_that_kill_a_process_are_found_and_nothing_else_is_lost(workers: int) -> None:
    assert list(run_tasks(JOB, TASKS, workers)) == list(zip(TASKS, RIGHT, strict=True))
    unordered = list(run_tasks(JOB, TASKS, workers, in_order=False))
    assert sorted(unordered) == list(zip(TASKS, RIGHT, strict=True))


def test_nothing_to_do_starts_nothing() -> None:
    assert list(run_tasks(JOB, [], 2)) == []


def test_results_can_be_left_half_way() -> None:
    results = run_tasks(JOB, TASKS, 2)
    assert next(results) == (TASKS[0], RIGHT[0])
    begun = time.monotonic()
    results.close()
    assert time.monotonic() - begun < allowed(5)


PARENT = """
import sys, time
from pathlib import Path
from govmedia_rules.core.parallel import run_tasks
sys.path.insert(0, sys.argv[2])
from test_parallel_jobs import JOB
if __name__ == "__main__":
    for task, result in run_tasks(JOB, [(sys.argv[1], number) for number in range(6)], 2):
        pass
"""
JOBS = """
import os, time
from pathlib import Path
from govmedia_rules.core.parallel import Job
def start(): pass
def work(task, fatal):
    folder, number = task
    Path(folder, str(os.getpid())).write_text(str(number))
    time.sleep(60)
def attempt(task, first, last): pass
def count(task): return 1
JOB = Job(start, (), work, attempt, count)
"""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    try:
        return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except ProcessLookupError:  # it ended between the two
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda value: value.name)
def test_no_process_outlives_its_parent(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "pids").mkdir()
    (tmp_path / "code" / "test_parallel_jobs.py").write_text(JOBS)
    (tmp_path / "code" / "parent.py").write_text(PARENT)
    command = [sys.executable, tmp_path / "code" / "parent.py", tmp_path / "pids", tmp_path / "code"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as parent:
        deadline = time.monotonic() + 60
        while len(list((tmp_path / "pids").iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        parent.send_signal(number)
        parent.wait(10)
    workers = [int(path.name) for path in (tmp_path / "pids").iterdir()]
    assert len(workers) == 2
    deadline = time.monotonic() + allowed(5)
    while any(map(_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, workers))


@gr.check("test.sleeps", needs="latest_post_at")
def sleeps(account: gr.AccountSnapshot) -> gr.CheckResult:
    if account.account.name == "慢":
        time.sleep(60)
    return gr.passed()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
def test_a_check_past_its_limit_is_stopped_and_named(tmp_path: Path) -> None:
    layer = tmp_path / "slow.toml"
    layer.write_text(
        'id = "slow"\ntitle = "慢"\nextends = "national-2019"\n[indicators."media.manage.slow"]\ntitle = "慢"\nkind = "management"\n'
        'check = "test.sleeps"\nsource = { document = "示例" }\n'
    )
    book = gr.load_rulebook(layer, checks=[sleeps])
    path = tmp_path / "accounts.jsonl"
    row = '{{"account": {{"name": "{}", "platform": "weibo"}}, "observed_at": "2024-08-23T10:00:00+08:00", "latest_post_at": "2024-08-20"}}\n'
    path.write_text("".join(row.format(name) for name in ("甲", "慢", "乙")), "utf-8")
    begun = time.monotonic()
    statuses = [inspection.finding("media.manage.slow") for inspection in book.inspect_files(path, workers=2)]
    assert time.monotonic() - begun < allowed(40)
    assert [finding.status.value for finding in statuses] == ["passed", "error", "passed"]
    assert "CheckTimeout" in statuses[1].message("en")


GUARDED = """
import sys, time
from govmedia_rules.core.parallel import HangGuard

guard = HangGuard(float(sys.argv[1]))
for pause in map(float, sys.argv[2].split()):
    guard.alive()
    time.sleep(pause)
if sys.argv[3] == "hangs":
    guard.alive()
    sum(range(10**15))  # holds the interpreter, so that no signal handler and no thread runs
guard.stop()
time.sleep(2.5)
print("done")
"""


@pytest.mark.parametrize(
    ("seconds", "pauses", "end", "is_done"),
    [
        ("0.1", "0", "hangs", False),
        ("30", "0 1.1 1.1 1.1", "ends", True),  # signs of life keep it from acting
        ("0.1", "0", "ends", True),  # stopped, it does nothing any more
    ],
)
def test_a_process_that_never_comes_back_is_ended_and_no_other(seconds: str, pauses: str, end: str, is_done: bool) -> None:
    command = [sys.executable, "-c", GUARDED, seconds, pauses, end]
    done = subprocess.run(command, capture_output=True, timeout=allowed(120), check=False)
    assert (done.returncode == 0, done.stdout.strip() == b"done") == (is_done, is_done), done.stderr
    assert done.stderr == b""


HANGER = '''
import govmedia_rules as gr
from govmedia_rules.engines import local
from govmedia_rules.judge import files

files.HANG_SECONDS = local.HANG_SECONDS = 5.0

@gr.check("test.hangs")
def hangs(account: gr.AccountSnapshot) -> gr.CheckResult:
    """Never comes back for one subject, where nothing can interrupt it."""
    if account.account.name == "慢":
        sum(range(10**15))
    return gr.passed()
'''


@pytest.mark.heavy  # each process that is ended is made anew
def test_a_line_that_never_comes_back_is_named_and_the_others_are_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (local, files):
        monkeypatch.setattr(module, "HANG_SECONDS", module.HANG_SECONDS)  # put back afterwards
    (tmp_path / "hanger_of_lines.py").write_text(HANGER, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    indicator = {"title": "慢", "kind": "management", "check": "test.hangs", "source": {"document": "示例"}}
    layer = {"id": "slow", "title": "慢", "extends": "national-2019", "indicators": {"media.manage.slow": indicator}}
    book = gr.load_rulebook([layer], checks=importlib.import_module("hanger_of_lines"))
    path = tmp_path / "accounts.jsonl"
    row = '{{"account": {{"name": "{}", "platform": "weibo"}}, "observed_at": "2024-08-23T10:00:00+08:00"}}\n'
    path.write_text("".join(row.format(name) for name in ("甲", "慢", "乙")), "utf-8")
    bad: list[gr.errors.BrokenLine] = []
    judged = [each.subject.name for each in book.inspect_files(path, workers=2, on_bad=bad.append)]
    run = gr.inspect_to_parquet(path, book, out=tmp_path / "out", workers=2, on_bad=bad.append)
    assert judged == ["甲", "乙"]
    assert run.to_arrow()["position"].to_pylist() == [0, len(path.read_bytes()) - len(row.format("乙").encode())]
    assert [fault.where.row for fault in bad if fault.where] == [2, 2]
    assert all("died" in fault.what and "never came back" in fault.hint for fault in bad)
