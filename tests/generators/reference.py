"""Writes the generated pages of `docs/reference`: the JSON Schemas of snapshots. A test says when they are stale.

python tests/generators/reference.py
"""

from __future__ import annotations

import json
from pathlib import Path

import govmedia_rules as gr

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def pages() -> dict[str, str]:
    """Content of each generated file by its name."""
    schemas = {
        "site-snapshot": gr.SiteSnapshot,
        "account-snapshot": gr.AccountSnapshot,
        "review": gr.Review,
        "waiver": gr.Waiver,
    }
    return {
        f"{name}.schema.json": json.dumps(model.model_json_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, model in schemas.items()
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
