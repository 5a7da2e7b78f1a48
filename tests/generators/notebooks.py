"""Runs the notebooks of `docs/notebooks` and keeps what they show; with names, those only.

    python tests/generators/notebooks.py [1-spreadsheet ...]

Addresses of the machine, counts of executions and times are taken out, so that two runs give nearly the same file.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
_PLACE = re.compile(r"(/tmp|/var|[A-Z]:\\)[\w/\\.-]*")
_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")


def plain(value: Any) -> Any:
    """What a cell shows, without places of the machine."""
    if isinstance(value, str):
        return _ADDRESS.sub("127.0.0.1", _PLACE.sub("…", value))
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: one if key == "image/png" else plain(one) for key, one in value.items()}
    return value


def main() -> None:
    names = sys.argv[1:] or sorted(path.stem for path in FOLDER.glob("*.ipynb"))
    for name in names:
        path = FOLDER / f"{name}.ipynb"
        book = nbformat.read(path, as_version=4)
        NotebookClient(book, timeout=3_600, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
        for cell in book.cells:
            if cell.cell_type == "code":
                cell.execution_count = None
                cell.metadata = {}
                cell.outputs = [
                    plain({**one, "execution_count": None} if one["output_type"] == "execute_result" else dict(one))
                    for one in cell.outputs
                ]
        told = json.dumps(book, ensure_ascii=False, indent=1) + "\n"
        path.write_text(told, "utf-8")
        print(f"{name}: {len(told) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
