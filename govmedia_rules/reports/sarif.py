"""Inspections as SARIF 2.1.0 (OASIS), for tools that show, compare and track findings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from govmedia_rules.checks.contract import Evidence, Status
from govmedia_rules.errors import GovMediaRulesError
from govmedia_rules.judge.finding import Finding, evidence_text
from govmedia_rules.judge.inspection import Inspection, each_inspection
from govmedia_rules.reports.rows import url_of
from govmedia_rules.reports.text import library_version, visible_tree, web_address
from govmedia_rules.rules.model import Indicator, Plan

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KINDS = {
    Status.PASSED: "pass",
    Status.FAILED: "fail",
    Status.NOT_APPLICABLE: "notApplicable",
    Status.INCONCLUSIVE: "open",
    Status.NEEDS_REVIEW: "review",
    Status.NOT_CHECKED: "open",
    Status.ERROR: "open",
}
"""SARIF's word for each status; the status itself is among the properties of a result."""
LEVELS = {"veto": "error", "deduction": "warning", "management": "warning", "warning": "note", "bonus": "note"}
"""SARIF's level of a failed indicator of each kind."""
_LEFT_OUT = frozenset({Status.PASSED, Status.NOT_APPLICABLE, Status.NOT_CHECKED})


@dataclass
class _Run:
    """The results under one plan, collected one inspection at a time."""

    plan: Plan | None = None
    results: list[dict[str, object]] = field(default_factory=list)
    faults: list[dict[str, object]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.indicators = () if self.plan is None else self.plan.indicators
        self.positions = {indicator.id: position for position, indicator in enumerate(self.indicators)}

    def add(self, inspection: Inspection, complete: bool) -> None:
        self.verdicts[inspection.verdict.value] = self.verdicts.get(inspection.verdict.value, 0) + 1
        for finding in inspection.findings:
            self.counts[finding.status.value] = self.counts.get(finding.status.value, 0) + 1
            if finding.kind == "bonus" and finding.status is Status.FAILED and not complete:
                continue  # a bonus that was not reached is no problem
            if complete or finding.status not in _LEFT_OUT:
                self.results.append(_result(inspection, finding, self.positions[finding.id]))
            if finding.status is Status.ERROR:
                rule = {"id": finding.id, "index": self.positions[finding.id]}
                message = {"text": f"{finding.subject_name}: {finding.message('en')}"}
                self.faults.append({"level": "error", "message": message, "associatedRule": rule})

    def to_dict(self) -> dict[str, object]:
        plan = self.plan
        rulebook: dict[str, object] = {}
        if plan is not None:
            rulebook = {
                "rulebook": plan.id,
                "rulebook_version": plan.version,
                "rulebook_digest": plan.digest,
                "rulebook_books": plan.books,
                "is_complete": plan.complete,
            }
        return {
            "tool": {
                "driver": {
                    "name": "govmedia_rules",
                    "version": library_version(),
                    "semanticVersion": library_version(),
                    "language": "zh-CN",
                    "rules": [_rule(indicator) for indicator in self.indicators],
                }
            },
            "language": "zh-CN",
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": not self.faults, "toolExecutionNotifications": self.faults}],
            "results": self.results,
            "properties": {**rulebook, "verdicts": self.verdicts, "findings": self.counts},
        }


def sarif(
    inspections: Iterable[Inspection],
    *,
    complete: bool = False,
    plan: Plan | None = None,
    unread: Iterable[GovMediaRulesError] = (),
) -> dict[str, object]:
    """Return a SARIF 2.1.0 log, one run for each plan the inspections were made by; without any, what was not read is one.

    Every run counts all findings by status in its properties; its results list those somebody must look at.

    Args:
        inspections: The inspections; read once.
        complete: Whether passes, findings that do not apply and those nobody has checked become results too.
        plan: The plan that was judged by; its run is there without any inspection too.
        unread: Places of the input that could not be read, looked at after the inspections: each is a notification of every run,
            and no run was successful.
    """
    runs: dict[tuple[str, str], _Run] = {}
    if plan is not None:
        runs[plan.version, plan.digest] = _Run(plan)
    for inspection in each_inspection(inspections):
        reference = inspection.rulebook
        run = runs.setdefault((reference.version, reference.digest), _Run(inspection.plan))
        run.add(inspection, complete)
    notes = [_unread_note(fault) for fault in unread]
    if notes and not runs:
        runs["", ""] = _Run()
    for run in runs.values():
        run.faults.extend(notes)
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [visible_tree(run.to_dict()) for run in runs.values()]}


def sarif_json(
    inspections: Iterable[Inspection],
    *,
    complete: bool = False,
    plan: Plan | None = None,
    unread: Iterable[GovMediaRulesError] = (),
) -> str:
    """Return the log as JSON text; see `sarif`."""
    return json.dumps(sarif(inspections, complete=complete, plan=plan, unread=unread), ensure_ascii=False, indent=1)


def _unread_note(fault: GovMediaRulesError) -> dict[str, object]:
    message = {"text": f"未读入：{fault.text('zh')}"}
    return {"level": "error", "message": message, "properties": {"message_en": f"not read: {fault.text('en')}"}}


def _rule(indicator: Indicator) -> dict[str, object]:
    rule: dict[str, object] = {
        "id": indicator.id,
        "shortDescription": {"text": indicator.title},
        "fullDescription": {"text": f"{indicator.kind_zh}：{indicator.title}"},
        "help": {
            "text": " ".join(part for part in (indicator.source.document, indicator.source.clause, indicator.source.note) if part)
        },
        "defaultConfiguration": {"level": LEVELS[indicator.kind]},
        "properties": {
            "kind": indicator.kind,
            "group": indicator.group,
            "title_en": indicator.title_en,
            "points": None if indicator.points is None else str(indicator.points),
            "mode": indicator.mode,
            "covers": indicator.covers,
            "verified": indicator.is_verified,
            "grade": indicator.grade,
        },
    }
    if indicator.source.url and (address := web_address(indicator.source.url)):
        rule["helpUri"] = address
    return rule


def _result(inspection: Inspection, finding: Finding, position: int) -> dict[str, object]:
    subject = inspection.subject
    named: dict[str, object] = {
        "name": subject.name,
        "fullyQualifiedName": subject.id,
        "kind": "resource",
    }
    location: dict[str, object] = {"logicalLocations": [named]}
    if (url := url_of(subject)) and (address := web_address(url)):
        location["physicalLocation"] = {"artifactLocation": {"uri": address}}
    failed = finding.status is Status.FAILED
    result: dict[str, object] = {
        "ruleId": finding.id,
        "ruleIndex": position,
        "kind": KINDS[finding.status],
        "level": LEVELS[finding.kind] if failed else "none",
        "message": {"text": finding.message("zh")},
        "locations": [location],
        "partialFingerprints": {"subjectIndicator/v1": _fingerprint(subject.id, finding.id)},
        "properties": {
            "status": finding.status.value,
            "machine_status": finding.machine_status.value,
            "reason": finding.reason,
            "message_en": finding.message("en"),
            "observed_at": finding.observed_at.isoformat(),
            "verdict": inspection.verdict.value,
            "owner": subject.owner,
            "area": subject.area,
            "evidence_count": len(finding.evidence),
            "assumed": list(finding.assumed),
        },
    }
    if finding.evidence:
        result["relatedLocations"] = [_evidence(number, piece) for number, piece in enumerate(finding.evidence)]
    if failed and finding.waiver is not None:
        waiver = finding.waiver
        justification = f"{waiver.document} ({waiver.authority}, {waiver.granted} – {waiver.expires}): {waiver.reason}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    if finding.review is not None:
        review = finding.review
        properties = result["properties"]
        assert isinstance(properties, dict)
        properties["review"] = {
            "decision": review.decision,
            "role": review.role,
            "at": review.at.isoformat(),
            "reason": review.reason,
        }
    return result


def _evidence(number: int, piece: Evidence) -> dict[str, object]:
    location: dict[str, object] = {"id": number, "message": {"text": evidence_text(piece, "zh")}}
    if piece.where and (address := web_address(piece.where)):
        location["physicalLocation"] = {"artifactLocation": {"uri": address}}
    return location


def _fingerprint(subject: str, indicator: str) -> str:
    """Return the same for the same subject and indicator in every round, so that tools can follow a finding over time."""
    return hashlib.sha256(f"{subject}\n{indicator}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
