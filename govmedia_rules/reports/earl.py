"""Inspections as EARL 1.0 (W3C Evaluation and Report Language) in JSON-LD, every finding an assertion.

The context stands in the document, so nothing is fetched to read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

from govmedia_rules.checks.contract import Status
from govmedia_rules.judge.finding import Finding, evidence_text
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.reports.rows import code_of, kind_of, url_of
from govmedia_rules.reports.text import library_version, visible_tree, web_address
from govmedia_rules.rules.model import Indicator
from govmedia_rules.subjects.models import Account, Site, Supervisor

CONTEXT = {
    "earl": "http://www.w3.org/ns/earl#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "gmr": "urn:govmedia-rules:",
    "earl:outcome": {"@type": "@id"},
    "earl:mode": {"@type": "@id"},
    "earl:subject": {"@type": "@id"},
    "earl:test": {"@type": "@id"},
    "earl:assertedBy": {"@type": "@id"},
    "foaf:homepage": {"@type": "@id"},
    "dct:isPartOf": {"@type": "@id"},
    "dct:date": {"@type": "xsd:dateTime"},
}
OUTCOMES = {
    Status.PASSED: "earl:passed",
    Status.FAILED: "earl:failed",
    Status.NOT_APPLICABLE: "earl:inapplicable",
    Status.INCONCLUSIVE: "earl:cantTell",
    Status.NEEDS_REVIEW: "earl:cantTell",
    Status.ERROR: "earl:cantTell",
    Status.NOT_CHECKED: "earl:untested",
}
"""EARL's word for each status."""
MODES = {"auto": "earl:automatic", "sample": "earl:semiAuto", "person": "earl:manual"}
"""EARL's word for how an indicator is decided; what a person reviewed is manual."""
_TOOL = "gmr:tool"


def earl(inspections: Iterable[Inspection]) -> dict[str, object]:
    """An EARL report: the tool, the subjects, the indicators, and one assertion for each finding of each subject.

    Args:
        inspections: The inspections; read once.
    """
    tests: dict[str, dict[str, object]] = {}
    subjects: dict[str, dict[str, object]] = {}
    people: dict[str, dict[str, object]] = {}
    assertions: list[dict[str, object]] = []
    for inspection in inspections:
        subject = _subject(inspection.subject)
        subjects.setdefault(str(subject["@id"]), subject)
        book = f"gmr:rulebook:{inspection.rulebook.digest[:16]}"
        for finding in inspection.findings:
            test = f"{book}:{finding.id}"
            if test not in tests:
                tests[test] = _test(test, finding.indicator, inspection.rulebook.version)
            assertions.append(_assertion(finding, str(subject["@id"]), test, people))
    tool = {
        "@id": _TOOL,
        "@type": ["earl:Software", "earl:Assertor"],
        "dct:title": "govmedia_rules",
        "dct:hasVersion": library_version(),
    }
    graph = [tool, *people.values(), *subjects.values(), *tests.values(), *assertions]
    return {"@context": CONTEXT, "@graph": [visible_tree(one) for one in graph]}


def earl_json(inspections: Iterable[Inspection]) -> str:
    """The report as JSON text; see `earl`."""
    return json.dumps(earl(inspections), ensure_ascii=False, indent=1)


def _id(kind: str, text: str) -> str:
    return f"gmr:{kind}:{quote(text, safe='', errors='surrogatepass')}"


def _subject(subject: Site | Account | Supervisor) -> dict[str, object]:
    told: dict[str, object] = {
        "@id": _id(kind_of(subject), subject.id),
        "@type": "earl:TestSubject",
        "dct:title": subject.name,
        "dct:identifier": code_of(subject) or subject.id,
    }
    if subject.owner:
        told["dct:publisher"] = subject.owner
    if (url := url_of(subject)) and (address := web_address(url)):
        told["foaf:homepage"] = address
    return told


def _test(name: str, indicator: Indicator, version: str) -> dict[str, object]:
    source = indicator.source
    return {
        "@id": name,
        "@type": "earl:TestCriterion" if indicator.check is None else "earl:TestCase",
        "dct:title": indicator.title,
        "dct:identifier": indicator.id,
        "dct:source": f"{source.document} {source.clause or ''}".strip(),
        "dct:hasVersion": version,
    }


def _assertion(finding: Finding, subject: str, test: str, people: dict[str, dict[str, object]]) -> dict[str, object]:
    by, mode = _TOOL, MODES[finding.indicator.mode]
    if finding.review is not None:
        role = finding.review.role
        by, mode = _id("role", role), "earl:manual"
        people.setdefault(by, {"@id": by, "@type": "earl:Assertor", "dct:title": role})
    result: dict[str, object] = {
        "@type": "earl:TestResult",
        "earl:outcome": OUTCOMES[finding.status],
        "dct:date": finding.observed_at.isoformat(),
        "dct:description": [
            {"@value": finding.message("zh"), "@language": "zh-CN"},
            {"@value": finding.message("en"), "@language": "en"},
        ],
    }
    told = [evidence_text(piece, "zh") for piece in finding.evidence]
    if finding.waiver is not None and finding.is_waived:
        told.append(f"豁免：{finding.waiver.document} {finding.waiver.reason}")
    if told:
        result["earl:info"] = "\n".join(told)
    return {
        "@type": "earl:Assertion",
        "earl:assertedBy": by,
        "earl:subject": subject,
        "earl:test": test,
        "earl:mode": mode,
        "earl:result": result,
    }
