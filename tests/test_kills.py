"""Runs that are killed at random moments end as those that nobody killed; `python -m tests.kills` kills more of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from govmedia_rules.collect.browser import PROGRAMS

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.heavy
@pytest.mark.skipif(not hasattr(signal, "SIGKILL") or sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("kind", ["judging", "campaign", "collecting", "rendering", "probing"])
def test_killed_runs_end_as_those_that_were_not(kind: str) -> None:
    if kind == "rendering":
        pytest.importorskip("playwright")
        if not any(map(shutil.which, PROGRAMS)):
            pytest.skip("no Chromium is installed")
    command = [sys.executable, "-m", "tests.kills", "--kills", "3", "--only", kind]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
