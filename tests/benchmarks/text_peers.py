"""The same sentences given to the library and to what a site's editor might use instead: recall of wrong forms, alarms on right ones.

    pip install pycorrector --no-deps; pip install pyahocorasick pypinyin loguru jieba numpy six; npm install zhlint@0.8.2
    GOVMEDIA_SHARED=... python tests/benchmarks/text_peers.py [--node-modules FOLDER]

Sentences are the project's own (`tests/text/sentences`) and, where it is present, the shared cases. A peer finds a wrong sentence
when it changes or marks anything in it; nobody looks whether it means the right place, which flatters all. pycorrector is asked for its
confusion and proper-name correctors, which need no model; zhlint checks spacing and marks only. LanguageTool and vale are programs
that their packages fetch from a place that is not a package registry when first used, so they take part only where they are installed:
`languagetool-commandline.jar` named by LANGUAGETOOL_JAR, `vale` on the path with the styles of its own package.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import text_corpus
import text_spelling

from govmedia_rules.text.scanner import Scanner

OWN = Path(__file__).parents[1] / "text" / "sentences"
SHARED = text_corpus.SHARED / "cases" / "expressions"
Sentences = list[tuple[str, date]]
Peer = Callable[[Sentences], Sequence[bool]]
DAY = date(2024, 6, 1)


def own(name: str) -> Sentences:
    with (OWN / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["text"], date.fromisoformat(row["day"])) for row in rows]


def shared(name: str) -> Sentences:
    path = SHARED / name
    if not path.is_file():
        return []
    lines = path.read_text("utf-8").splitlines()
    return [(line.split("\t")[0], DAY) for line in (lines[1:] if name.endswith(".tsv") else lines) if line.strip()]


def library(sentences: Sentences) -> list[bool]:
    """Whether a candidate is found: grade high or medium, no hint."""
    scanner = Scanner("starter")
    texts, days = zip(*sentences, strict=True)
    return [
        any(match.confidence != "low" and match.severity != "hint" for match in matches)
        for matches in scanner.scan_many(texts, at=days)
    ]


def pycorrector(kind: str) -> Peer | None:
    find = text_spelling.theirs(kind)
    return None if find is None else lambda sentences: [bool(find(text)) for text, _ in sentences]


_ZHLINT = """
const { run } = require('zhlint')
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify(texts.map((text) => run(text, { rules: { preset: 'default' } }).validations.length > 0)))
"""


def zhlint(folder: Path | None) -> Peer | None:
    if folder is None or shutil.which("node") is None or not (folder / "zhlint").is_dir():
        return None

    def check(sentences: Sentences) -> list[bool]:
        texts = json.dumps([text for text, _ in sentences])
        done = subprocess.run(["node", "-e", _ZHLINT], input=texts, cwd=folder.parent, capture_output=True, text=True, check=True)
        answer: list[bool] = json.loads(done.stdout)
        return answer

    return check


def languagetool() -> Peer | None:
    jar = os.environ.get("LANGUAGETOOL_JAR")
    if jar is None:
        return None

    def check(sentences: Sentences) -> list[bool]:
        found = []
        for text, _ in sentences:
            command = ["java", "-jar", jar, "--json", "-l", "zh-CN", "-"]
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
            found.append(bool(json.loads(done.stdout)["matches"]))
        return found

    return check


def vale() -> Peer | None:
    program = shutil.which("vale")
    if program is None:
        return None

    def check(sentences: Sentences) -> list[bool]:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, ".vale.ini").write_text("MinAlertLevel = suggestion\n[*]\nBasedOnStyles = Vale\n", "utf-8")
            for number, (text, _) in enumerate(sentences):
                Path(folder, f"{number}.md").write_text(text, "utf-8")
            done = subprocess.run([program, "--output=JSON", "."], cwd=folder, capture_output=True, text=True)
            alerts = {Path(name).stem for name in json.loads(done.stdout or "{}")}
        return [str(number) in alerts for number in range(len(sentences))]

    return check


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--node-modules", type=Path)
    options = parser.parse_args()
    sets = {"own, wrong": own("wrong.tsv"), "own, right": own("right.tsv")}
    sets |= {"shared, wrong": shared("wrong.tsv"), "shared, right": shared("right.txt")}
    sets = {name: sentences for name, sentences in sets.items() if sentences}
    peers: dict[str, Peer | None] = {
        "govmedia_rules (starter)": library,
        "pycorrector, confusion": pycorrector("confusion"),
        "pycorrector, proper names": pycorrector("proper"),
        "zhlint": zhlint(options.node_modules),
        "LanguageTool": languagetool(),
        "vale": vale(),
    }
    print("| | " + " | ".join(f"{name} ({len(sentences)})" for name, sentences in sets.items()) + " |")
    print("|---|" + "---|" * len(sets))
    for name, peer in peers.items():
        cells = ["not installed" if peer is None else str(sum(peer(sentences))) for sentences in sets.values()]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
