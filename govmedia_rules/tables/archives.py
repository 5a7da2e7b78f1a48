"""Open ZIP containers of untrusted documents within a budget of unpacked bytes."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from govmedia_rules.errors import TableError, Where, reason_zh

MAX_MEMBERS = 2_000
"""Parts a container may have; a workbook of a hundred sheets has about 250."""
MAX_UNPACKED = 160_000_000
"""Bytes all parts may unpack to: a sheet of 200,000 rows has about half of it."""
_CHUNK = 1 << 20


def not_readable(path: Path, what: str, zh: str) -> TableError:
    """Return the error of a document that an office program may still be able to save as a workbook.

    Args:
        path: The document.
        what: What is wrong with it.
        zh: The same in Chinese.
    """
    return TableError(what, Where(str(path)), "save it as .xlsx in Excel or WPS", zh, "请用 Excel 或 WPS 打开后另存为 .xlsx")


def check_archive(path: Path) -> Mapping[str, int]:
    """Unpack every part of a container once, counting, and return their sizes; nothing is kept.

    Raises:
        TableError: It is no container, is damaged, is encrypted, or unpacks to more than `MAX_UNPACKED` bytes.
    """
    where = Where(str(path))
    too_large = TableError(
        f"the file unpacks to more than {MAX_UNPACKED // 1_000_000} MB",
        where,
        "split the sheet, or save it as CSV",
        zh=f"文件解压后超过 {MAX_UNPACKED // 1_000_000} MB",
        hint_zh="请拆分工作表，或另存为 CSV 后再读",
    )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
                raise too_large
            if any(member.flag_bits & 1 for member in members):
                raise TableError(
                    "the file is encrypted", where, "save it without a password", zh="文件已加密", hint_zh="请取消密码后另存再读"
                )
            left = MAX_UNPACKED
            for member in members:
                with archive.open(member) as part:
                    while chunk := part.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise too_large
            return {member.filename: member.file_size for member in members}
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, RuntimeError, zlib.error) as fault:
        raise TableError(
            f"the file is damaged: {fault}",
            where,
            "export or save it again",
            zh=f"文件已损坏：{reason_zh(fault)}",
            hint_zh="请重新导出或另存后再读",
        ) from fault


def read_part(path: Path, name: str) -> bytes:
    """Return a part of a container that `check_archive` let pass; b"" when it has no such part."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    except KeyError:
        return b""
