"""What the site adds to mkdocs: notebooks as pages, no links that leave the site, examples of docstrings shown as code."""

from __future__ import annotations

import json
import posixpath
import re
from html import escape
from pathlib import Path
from typing import Any

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")
BLANK_LINES = re.compile(r"\n\s*\n")
FIRST_HEADING = re.compile(r"^# .*$", re.MULTILINE)
DOCTEST = re.compile(r"^([ ]*)>>> .*(?:\n[ ]*\S.*)*", re.MULTILINE)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """Show the notebook of a page's name, say where a page is English only, turn links to files outside the site into words."""
    notebook = Path(config.docs_dir, page.file.src_uri).with_suffix(".ipynb")
    if notebook.exists():
        return "\n\n".join([*_cells(notebook), f"[{notebook.name}]({notebook.name})"])
    here = posixpath.dirname(page.file.src_uri)
    if config.theme["language"] == "zh" and not page.file.src_uri.endswith(".zh.md") and "/indicators/" not in page.file.src_uri:
        markdown = FIRST_HEADING.sub(r"\g<0>\n\n*本页只有英文。*\n", markdown, count=1)

    def plain(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(here, link[2]))
        return link[1] if target.startswith("..") else link[0]

    return LINK.sub(plain, markdown)


def _cells(notebook: Path) -> list[str]:
    parts: list[str] = []
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif source.strip():
            parts.append(f"```python\n{source}\n```")
            parts += [shown for output in cell["outputs"] if (shown := _output(output))]
    return parts


def _output(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    if "image/png" in data:
        picture = "".join(data["image/png"]).strip()
        return f'<img alt="" src="data:image/png;base64,{picture}">'
    if "text/html" in data:
        shown = BLANK_LINES.sub("\n", "".join(data["text/html"]))  # a blank line would end the block of HTML
        return f'<div class="output">{shown}</div>'
    text = "".join(data.get("text/plain", output.get("text", "")))
    return f'<pre class="output">{escape(text)}</pre>'.replace("\n\n", "\n&#8203;\n") if text.strip() else ""


class Doctests(griffe.Extension):
    """Fence the examples of docstrings, so that they are shown as code."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Fence the examples of one object."""
        if obj.docstring and ">>> " in obj.docstring.value:
            obj.docstring.value = DOCTEST.sub(r"\1```python\n\g<0>\n\1```", obj.docstring.value)
