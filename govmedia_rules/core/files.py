"""Write files that appear when they are complete: beside their place first, then under their name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from govmedia_rules.errors import ExportError, Where, reason, reason_zh


@contextmanager
def complete_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path beside `path` to write to; it takes the name of `path` when the block ends without a fault.

    Raises:
        ExportError: The folder does not exist or may not be written, or the disk is full. What stood under the name stays.
    """
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    if not target.parent.is_dir():
        raise ExportError(
            "it cannot be written: the folder does not exist",
            Where(str(target)),
            "make the folder first",
            zh="不能写入：目录不存在",
            hint_zh="请先建立目录",
        )
    if target.is_dir():
        raise ExportError(
            "it cannot be written: a folder has this name",
            Where(str(target)),
            "choose another name",
            zh="不能写入：这是一个目录",
            hint_zh="请换一个文件名",
        )
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    except BrokenPipeError:
        raise
    except OSError as fault:
        # A fault of another file, an input that is read meanwhile, is none of this one.
        if fault.filename is not None and os.fspath(fault.filename) not in (str(part), str(target)):
            raise
        raise not_written(target, fault) from fault
    finally:
        with suppress(OSError):  # of the fault that counts nothing is hidden by one of clearing up
            part.unlink(missing_ok=True)


def not_written(path: str | os.PathLike[str], fault: OSError) -> ExportError:
    """Return the error of a file or folder that cannot be written."""
    is_full = not isinstance(fault, FileExistsError | PermissionError | NotADirectoryError | IsADirectoryError)
    return ExportError(
        f"it cannot be written: {reason(fault)}",
        Where(str(path)),
        "make room on the disk, or choose another folder" if is_full else "choose another name or folder",
        zh=f"不能写入：{reason_zh(fault)}",
        hint_zh="请腾出磁盘空间，或换一个目录" if is_full else "请换一个名称或目录",
    )


def write_file(path: str | os.PathLike[str], content: bytes | str) -> None:
    """Write a whole file, text as UTF-8; it appears complete or not at all.

    Raises:
        ExportError: It cannot be written.
    """
    with complete_file(path) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder where there is none, with those above it.

    Raises:
        ExportError: It cannot be made.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise not_written(folder, fault) from fault
    return folder


def refuse_used(folder: Path, *own: str) -> None:
    """Refuse a folder that holds anything but files of some names; nothing in it is touched.

    Args:
        folder: The folder.
        own: The names that may be there, also of files that were not complete when their process was killed.

    Raises:
        ExportError: It holds something else, or cannot be read.
    """
    parts = tuple(f".{name}." for name in own)
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as fault:
        raise not_written(folder, fault) from fault
    others = [name for name in names if name not in own and not (name.startswith(parts) and name.endswith(".part"))]
    if others:
        raise ExportError(
            f"the folder holds something else: {others[0]}",
            Where(str(folder)),
            "choose an empty or new folder",
            zh=f"文件夹中有别的内容：{others[0]}",
            hint_zh="请选一个空的或新的文件夹",
        )


def examples_folder() -> Path:
    """Return where the shipped examples lie, a folder for each: inside the installed package, or in the source tree.

    Example:
        >>> from govmedia_rules.testing import examples_folder
        >>> (examples_folder() / "jiangxi-2020q1").is_dir()
        True
    """
    package = Path(__file__).parents[1]
    installed = package / "examples"
    return installed if installed.is_dir() else package.parent / "docs" / "examples"
