"""Verdicts as `inspect` prints them: a table, JSON, JSON Lines, CSV, SARIF, annotations of GitHub."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from govmedia_rules.commands.output import as_given, say, text_table
from govmedia_rules.errors import BrokenLine, GovMediaRulesError, Lang, ObservationError
from govmedia_rules.judge.finding import Finding, evidence_text
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.tables.files import guard

JSON_FORMAT = 1
"""Version of the document that `--format json` prints; `docs/reference/inspect-output.schema.json` describes it."""

_KINDS = (
    ("site", "Site", "政府网站", "sites"),
    ("account", "Account", "政务新媒体", "accounts"),
    ("supervisor", "Supervisor", "监管单位", "offices"),
)
_VERDICTS_EN: Mapping[Verdict, str] = {
    Verdict.QUALIFIED: "qualified",
    Verdict.UNQUALIFIED: "unqualified",
    Verdict.UNDETERMINED: "undetermined",
}
_HEADS: Mapping[Lang, Sequence[str]] = {"zh": ("对象", "判定", "原因", "证据"), "en": ("subject", "verdict", "reason", "evidence")}


class Shown(NamedTuple):
    """An inspection and the findings that are printed of it: problems, and what keeps the verdict open."""

    inspection: Inspection
    findings: Sequence[Finding]


class Verdicts:
    """Counts of a run, and the words to say them in.

    Args:
        book: The rulebook.
        lang: Language of what is printed.
        bad: What could not be read, filled while the run goes on.
    """

    def __init__(self, book: Rulebook, lang: Lang, bad: Sequence[BrokenLine]) -> None:
        self.book = book
        self.lang: Lang = lang
        self.bad = bad
        self.total = 0
        self.known = 0
        self.counts: Counter[tuple[str, Verdict]] = Counter()

    def count(self, inspection: Inspection, shown: Shown | None) -> None:
        """Count an inspection; with None as one that a baseline has."""
        self.total += 1
        self.known += shown is None
        self.counts[type(inspection.subject).__name__, inspection.verdict] += 1

    def word(self, verdict: Verdict) -> str:
        """Return a verdict as a word."""
        return verdict.zh if self.lang == "zh" else _VERDICTS_EN[verdict]

    def summary(self) -> str:
        """Return the rulebook and the counts by kind of subject."""
        zh = self.lang == "zh"
        lines = [f"{'规则' if zh else 'rulebook'}: {self.book.version}  {self.book.digest[:12]}  {self.book.books}".rstrip()]
        if not self.book.plan.complete:
            ids = ", ".join(indicator.id for indicator in self.book.indicators)
            lines.append(f"{'只检查了' if zh else 'only asked'}: {ids}")
        for _, kind, word, plural in _KINDS:
            total = sum(count for (counted_kind, _), count in self.counts.items() if counted_kind == kind)
            if total and zh:
                lines.append(
                    f"{word}: {total} 个，" + "，".join(f"{verdict.zh} {self.counts[kind, verdict]}" for verdict in Verdict)
                )
            elif total:
                parts = ", ".join(f"{self.word(verdict)} {self.counts[kind, verdict]}" for verdict in Verdict)
                lines.append(f"{plural}: {total}, {parts}")
        if self.known:
            lines.append(f"与基线相同而未列出: {self.known} 个" if zh else f"as in the baseline, not listed: {self.known}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, object]:
        """Return what the document of `--format json` says beside the inspections."""
        plan = self.book.plan
        return {
            "rulebook": {"id": plan.id, "title": plan.title, "version": plan.version, "digest": plan.digest, "books": plan.books},
            "covers": None if plan.complete else [indicator.id for indicator in plan.indicators],
            "counts": {
                name: {verdict.value: self.counts[kind, verdict] for verdict in Verdict}
                for name, kind, _, _ in _KINDS
                if any(self.counts[kind, verdict] for verdict in Verdict)
            },
            "in_baseline": self.known,
            "not_read": [
                {
                    "file": fault.where and fault.where.file and as_given(fault.where.file),
                    "table": fault.where and fault.where.table,
                    "row": fault.where and fault.where.row,
                    "column": fault.where and fault.where.column,
                    "zh": as_given(fault.text("zh")),
                    "en": as_given(fault.text("en")),
                }
                for fault in self.bad
            ],
        }


def _table(verdicts: Verdicts, news: Iterator[Shown]) -> None:
    rows = [row for shown in news if shown.inspection.verdict is not Verdict.QUALIFIED for row in _rows(shown, verdicts)]
    for line in text_table(_HEADS[verdicts.lang], rows, (44, 12, 64, 60)):
        print(line)
    print(verdicts.summary())


def _rows(shown: Shown, verdicts: Verdicts) -> Iterator[list[str]]:
    inspection, lang = shown.inspection, verdicts.lang
    unit = "分" if lang == "zh" else " points"
    points = f" {inspection.score}{unit}" if inspection.score is not None else ""
    subject, verdict = f"{inspection.subject.name} ({inspection.subject.id}){points}", verdicts.word(inspection.verdict)
    if not shown.findings:
        yield [subject, verdict, _why(inspection, lang), ""]
    for number, finding in enumerate(shown.findings):
        first = number == 0
        yield [subject if first else "", verdict if first else "", _sentence(finding, lang), _proof(finding, lang)]


def _sentence(finding: Finding, lang: Lang) -> str:
    message = finding.message(lang)
    return message if lang == "en" or finding.phrase in message else f"{finding.phrase}：{message}"


def _proof(finding: Finding, lang: Lang) -> str:
    if finding.review is not None:
        return finding.review.reason
    return ("；" if lang == "zh" else "; ").join(evidence_text(piece, lang) for piece in finding.evidence[:2])


def _why(inspection: Inspection, lang: Lang) -> str:
    """Return the reason for a verdict that no single finding decides."""
    score = inspection.score
    if score is None:
        english = "no veto and no scored indicator applies to this subject: it cannot be judged"
        return "没有适用于该对象的单项否决或计分指标，不能判定" if lang == "zh" else english
    if lang == "en":
        return f"{score} points" + ("" if score.is_final else ", with points still open")
    return f"得分 {score}" + ("" if score.is_final else "，尚有未定项")


def _json(verdicts: Verdicts, news: Iterator[Shown]) -> None:
    """Print one document, an inspection at a time, so that a province needs no more memory than a county."""
    print(f'{{"format": {JSON_FORMAT}, "inspections": [', end="")
    for number, shown in enumerate(news):
        print(",\n" if number else "\n", shown.inspection.to_json(), sep="", end="")
    rest = json.dumps(verdicts.to_dict(), ensure_ascii=False, indent=1)
    print(f"\n],{rest[1:]}")
    say(verdicts.summary())


def _jsonl(verdicts: Verdicts, news: Iterator[Shown]) -> None:
    for shown in news:
        print(shown.inspection.to_json())
    say(verdicts.summary())


CSV_COLUMNS = ("kind", "subject_id", "subject_name", "verdict", "score", "indicator", "status", "title", "message", "evidence")
"""Columns of `--format csv`; a subject with nothing to show has one row without an indicator."""


def _csv(verdicts: Verdicts, news: Iterator[Shown]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(CSV_COLUMNS)
    lang = verdicts.lang
    for inspection, findings in news:
        score = "" if inspection.score is None else str(inspection.score)
        kind = next(name for name, word, _, _ in _KINDS if word == type(inspection.subject).__name__)
        subject = [kind, inspection.subject.id, inspection.subject.name, inspection.verdict.value, score]
        for finding in findings or (None,):
            cells = ["", "", "", _why(inspection, lang) if inspection.verdict is not Verdict.QUALIFIED else "", ""]
            if finding is not None:
                cells = [finding.id, finding.status.value, finding.title, finding.message(lang), _proof(finding, lang)]
            out.writerow([guard(cell) for cell in (*subject, *cells)])
    say(verdicts.summary())


def _sarif(verdicts: Verdicts, news: Iterator[Shown]) -> None:
    from govmedia_rules.reports.sarif import sarif_json

    shown = (each.inspection for each in news)
    print(as_given(sarif_json(shown, plan=verdicts.book.plan, unread=_unread(verdicts))))
    say(verdicts.summary())


def _unread(verdicts: Verdicts) -> Iterator[GovMediaRulesError]:
    yield from verdicts.bad
    if not verdicts.total and not verdicts.bad:
        yield ObservationError("no subject was read: nothing was judged", zh="没有读到任何对象，什么也没有检查")


def _github(verdicts: Verdicts, news: Iterator[Shown]) -> None:
    """Print workflow commands: an error for what fails a subject, a warning for what keeps a verdict open."""
    for inspection, findings in news:
        if inspection.verdict is Verdict.QUALIFIED:
            continue
        level = "error" if inspection.verdict is Verdict.UNQUALIFIED else "warning"
        sentences = [_sentence(finding, verdicts.lang) for finding in findings] or [_why(inspection, verdicts.lang)]
        title = f"{inspection.subject.name} ({inspection.subject.id}) {verdicts.word(inspection.verdict)}"
        for sentence in sentences:
            print(f"::{level} title={_property(title)}::{_data(sentence)}")
    for fault in verdicts.bad:
        print(f"::warning title={'未读入' if verdicts.lang == 'zh' else 'not read'}::{_data(fault.text(verdicts.lang))}")
    say(verdicts.summary())


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


WRITERS: Mapping[str, Callable[[Verdicts, Iterator[Shown]], None]] = {
    "table": _table,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "sarif": _sarif,
    "github": _github,
}
"""What `--format` knows."""
