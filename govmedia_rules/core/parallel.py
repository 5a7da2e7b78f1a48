"""Run tasks in worker processes: the one runner of judging, of record batches and of scanning.

A task is a small description of work (a file and offsets, a few texts), never a model. A worker that dies takes nothing
with it: every task that was under way is done again in a process of its own, and where that dies too, the items that
kill it (a line, a row, a text) are found by halving and left to the task to name.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import connection, get_all_start_methods, get_context, parent_process
from multiprocessing.context import BaseContext
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
S = TypeVar("S")

TASKS_PER_WORKER = 2
"""Tasks under way for each worker: one being done and one waiting, so that memory does not grow with the input."""
DEATH = "a check or a library crashed or never came back, or memory ran out"


@dataclass(frozen=True)
class Job(Generic[T, R]):
    """What worker processes do. All functions are named by import path, so they must be at the top of a module.

    Attributes:
        start: Called once in each process with `arguments`, for what all its tasks share.
        arguments: What `start` is given; pickled once for each process.
        work: Does a task and returns its result. The second argument holds the numbers (from 1) of the items that killed a
            process before; they are not to be touched, only named in the result.
        attempt: Does the items of a task from one number to another, both included, and keeps nothing.
        count: How many items a task has; called in the parent.
        preload: Modules a fork server imports before it makes the first worker.
    """

    start: Callable[..., None]
    arguments: tuple[object, ...]
    work: Callable[[T, frozenset[int]], R]
    attempt: Callable[[T, int, int], None]
    count: Callable[[T], int]
    preload: tuple[str, ...] = ()


def run_tasks(job: Job[T, R], tasks: Iterable[T], workers: int, *, in_order: bool = True) -> Iterator[tuple[T, R]]:
    """Do tasks in worker processes.

    Args:
        job: What is done.
        tasks: The tasks; taken from the iterator as workers become free.
        workers: Number of processes, 1 or more.
        in_order: Whether results come in the order of the tasks; otherwise as they are ready.

    Returns:
        Each task with its result; every task exactly once, also when a worker died.
    """
    crew = _Crew(job, workers)
    source = iter(tasks)
    under_way: dict[Future[R], T] = {}
    try:
        while True:
            while len(under_way) < TASKS_PER_WORKER * workers and (task := next(source, None)) is not None:
                under_way[crew.submit(job.work, task, frozenset())] = task
            if not under_way:
                return
            first = next(iter(under_way))
            ready = wait([first] if in_order else under_way, return_when=FIRST_COMPLETED).done
            if not any(_died(future) for future in ready):
                for future in ready:
                    yield under_way.pop(future), future.result()
                continue
            # Nobody knows which of them killed the process: each that is not finished is done alone.
            suspects, under_way = under_way, {}
            for future, task in suspects.items():
                finished = future.done() and not future.cancelled() and not _died(future)
                yield task, future.result() if finished else crew.do_alone(task)
    finally:
        crew.close()


def _died(future: Future[R]) -> bool:
    return future.done() and not future.cancelled() and isinstance(future.exception(), BrokenProcessPool)


class _Crew(Generic[T, R]):
    """Worker processes that are replaced when one of them dies."""

    def __init__(self, job: Job[T, R], workers: int) -> None:
        self._job, self._workers = job, workers
        self._context = _context(job.preload)
        self._pool = self._new_pool(workers)
        self._lone: ProcessPoolExecutor | None = None

    def _new_pool(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, self._context, initializer=_begin, initargs=(self._job.start, self._job.arguments))

    def submit(self, work: Callable[..., S], *arguments: object) -> Future[S]:
        try:
            return self._pool.submit(work, *arguments)
        except BrokenProcessPool:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._new_pool(self._workers)
            return self._pool.submit(work, *arguments)

    def do_alone(self, task: T) -> R:
        """Do a task in a process of its own, without the items that kill it."""
        try:
            return self._run_alone(self._job.work, task, frozenset())
        except BrokenProcessPool:
            fatal = frozenset(self._find_fatal(task, 1, self._job.count(task)))
            return self._run_alone(self._job.work, task, fatal)

    def _find_fatal(self, task: T, first: int, last: int) -> list[int]:
        """Numbers of the items from `first` to `last` that kill a process, found by halving."""
        if first > last:
            return []
        try:
            self._run_alone(self._job.attempt, task, first, last)
        except BrokenProcessPool:
            if first == last:
                return [first]
            middle = (first + last) // 2
            return self._find_fatal(task, first, middle) + self._find_fatal(task, middle + 1, last)
        return []

    def _run_alone(self, work: Callable[..., S], *arguments: object) -> S:
        """Run something in a process that is used again as long as it lives."""
        if self._lone is None:
            self._lone = self._new_pool(1)
        try:
            return self._lone.submit(work, *arguments).result()
        except BrokenProcessPool:
            self._lone.shutdown(wait=False)
            self._lone = None
            raise

    def close(self) -> None:
        for pool in (self._pool, self._lone):
            if pool is not None:
                # A caller that stopped listening does not wait for what is still being done.
                processes = list((pool._processes or {}).values())
                pool.shutdown(wait=False, cancel_futures=True)
                for process in processes:
                    process.terminate()


def _context(preload: Sequence[str]) -> BaseContext:
    # Never plain fork: a caller's threads and locks would be copied in whatever state they are in.
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def _begin(start: Callable[..., None], arguments: tuple[object, ...]) -> None:
    # Ctrl-C reaches the whole group of processes; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start(*arguments)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


class HangGuard:
    """Ends the process when no sign of life came for some seconds, also where code holds the interpreter.

    Args:
        seconds: How long one item may take. The guard is set anew at most once a second, so it acts up to a second late.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._set_at = -1.0
        self._sink = open(os.devnull, "w")  # noqa: SIM115 - kept open for the traceback nobody reads

    def alive(self) -> None:
        """Say that an item begins."""
        now = monotonic()
        if now - self._set_at >= 1:
            self._set_at = now
            faulthandler.dump_traceback_later(self._seconds + 1, exit=True, file=self._sink)

    def stop(self) -> None:
        """Stop watching."""
        faulthandler.cancel_dump_traceback_later()
        self._set_at = -1.0
        self._sink.close()


def run_limited(script: Path, arguments: Sequence[str], *, cpu_seconds: int, memory: int) -> bytes:
    """Run a script of this package as a program of its own, for libraries that may hang, abort or take all memory.

    The script imports nothing of this package, so that a caller's main module is not run again.

    Args:
        script: Path of the script.
        arguments: What it is given.
        cpu_seconds: Processor time it may take; ten times as much of the clock.
        memory: Bytes of memory it may take, where the platform can limit them.

    Returns:
        What it printed.

    Raises:
        ChildProcessError: It took too long or too much, or died; the text says which.
    """
    limits = [str(cpu_seconds), str(memory)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter and a script of this package
            [sys.executable, str(script), *limits, *arguments],
            capture_output=True,
            timeout=10 * cpu_seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChildProcessError(f"it took more than {10 * cpu_seconds} s") from None
    if done.returncode < 0:
        reason = "took too long" if -done.returncode in (signal.SIGKILL, signal.SIGXCPU) else f"died of signal {-done.returncode}"
        raise ChildProcessError(f"reading it {reason}")
    if done.returncode:
        raise ChildProcessError((done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it failed"])[-1][:300])
    return done.stdout
