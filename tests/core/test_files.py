"""Every writer of files on a full disk and on one that may not be written: one typed error, and nothing torn."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from govmedia_rules.core.files import complete_file, write_file
from govmedia_rules.errors import ExportError

SCRIPT = Path(__file__).with_name("full_disk.py")
WRITERS = re.findall(r'^    "([\w-]+)": ', SCRIPT.read_text("utf-8").split("WRITERS")[1].split("BEFORE")[0], re.MULTILINE)


def _on_disk(folder: Path, writer: str, fault: str) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not on this system, so no test can make a small disk")
    done = subprocess.run(
        ["unshare", "-Urm", sys.executable, SCRIPT, writer, fault, folder],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GOVMEDIA_LANG": "en"},
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"this system lets no test make a small disk: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, f"{done.stdout}{done.stderr[-3000:]}"


@pytest.mark.heavy
@pytest.mark.parametrize("fault", ["full", "nearly", "read-only"])
@pytest.mark.parametrize("writer", WRITERS)
def test_a_writer_without_room_raises_one_error_and_tears_nothing(tmp_path: Path, writer: str, fault: str) -> None:
    _on_disk(tmp_path, writer, fault)


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="small disks are made by mount")
@pytest.mark.parametrize("writer", ["csv", "inspect-to-parquet"])
def test_a_full_disk_is_said_in_one_error(tmp_path: Path, writer: str) -> None:
    _on_disk(tmp_path, writer, "nearly")


def test_what_stood_under_the_name_stays_where_a_write_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_file(path, "甲")

    def fill(part: Path) -> None:
        part.write_text("乙", "utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ExportError, match=r"a.txt: it cannot be written: No space left") as caught, complete_file(path) as part:
        fill(part)
    assert "不能写入" in caught.value.text("zh")
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text("utf-8") == "甲"


def test_a_fault_of_another_file_is_none_of_the_one_that_is_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), complete_file(tmp_path / "a.txt"):
        (tmp_path / "gone").read_text("utf-8")
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_a_folder_or_in_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="a folder has this name"):
        write_file(tmp_path, b"")
    with pytest.raises(ExportError, match="does not exist"):
        write_file(tmp_path / "a" / "b", b"")
