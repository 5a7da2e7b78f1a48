"""What the site does beyond mkdocs: notebooks as pages, links that leave the site as plain words, examples of docstrings as code."""

from __future__ import annotations

import json
import posixpath
import re
from html import escape
from pathlib import Path
from typing import Any

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")
BLANK_LINES = re.compile(r"\n\s*\n")
DOCTEST = re.compile(r"(?:^>>> .*\n?(?:^(?!\s*$).*\n?)*)", re.MULTILINE)


@event_priority(100)  # before the plugin of languages sorts the files
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each notebook."""
    for notebook in sorted((Path(config.docs_dir) / "notebooks").glob("*.ipynb")):
        page = File(f"notebooks/{notebook.stem}.md", None, config.site_dir, config.use_directory_urls)
        page.content_string = "\n\n".join(_cells(notebook))
        page.generated_by = "documentation.py"
        page.abs_src_path = str(notebook.with_suffix(".md"))
        files.append(page)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files of the project that are not in the site into plain words."""
    here = posixpath.dirname(page.file.src_uri)

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
            obj.docstring.value = DOCTEST.sub(lambda block: f"```python\n{block[0].rstrip()}\n```\n", obj.docstring.value)
