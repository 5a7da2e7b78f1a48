"""Try a file in a process of its own: `probe.py CPU_SECONDS MEMORY workbook|legacy|parquet PATH`; prints each sheet as JSON.

Imports nothing of the package: it is run as a script by `core.parallel.run_limited`, before the file is read for good.
"""

from __future__ import annotations

import json
import sys
from typing import Any

_MOST = 10_000
"""Hidden rows, and cells in error, that are named."""


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


def _legacy(path: str) -> list[dict[str, Any]]:
    """Return what is hidden and in error in the sheets of a binary workbook."""
    import os

    import xlrd

    with open(os.devnull, "w") as log:
        book = xlrd.open_workbook(path, logfile=log, formatting_info=True)
    return [
        {
            "name": sheet.name,
            "rows": [row for row, info in sheet.rowinfo_map.items() if info.hidden][:_MOST],
            "columns": [column for column, info in sheet.colinfo_map.items() if info.hidden],
            "errors": [
                (row, column, xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#?"))
                for row in range(sheet.nrows)
                for column, kind in enumerate(sheet.row_types(row))
                if kind == xlrd.XL_CELL_ERROR
            ][:_MOST],
            "mac_dates": book.datemode == 1,
        }
        for sheet in book.sheets()
    ]


def _parquet(path: str) -> list[dict[str, Any]]:
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path)
    rows = sum(batch.num_rows for batch in file.iter_batches(use_threads=False))
    return [{"name": "", "rows": rows, "columns": len(file.schema_arrow.names)}]


if __name__ == "__main__":
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps({"workbook": _workbook, "legacy": _legacy, "parquet": _parquet}[sys.argv[3]](sys.argv[4])))
