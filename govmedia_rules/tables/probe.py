"""Try a file in a process of its own: `probe.py CPU_SECONDS MEMORY workbook|parquet PATH`; prints the size of each sheet as JSON.

Imports nothing of the package: it is run as a script by `core.parallel.run_limited`, before the file is read for good.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def _limit(cpu_seconds: int, memory: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this platform: only the clock of the caller
        return
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _workbook(path: str) -> list[dict[str, Any]]:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    sizes = []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        sizes.append({"name": name, "rows": sheet.total_height, "columns": sheet.total_width})
    return sizes


def _parquet(path: str) -> list[dict[str, Any]]:
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path)
    rows = sum(batch.num_rows for batch in file.iter_batches(use_threads=False))
    return [{"name": "", "rows": rows, "columns": len(file.schema_arrow.names)}]


if __name__ == "__main__":
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps({"workbook": _workbook, "parquet": _parquet}[sys.argv[3]](sys.argv[4])))
