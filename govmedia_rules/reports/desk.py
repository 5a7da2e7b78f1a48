"""The review desk: one self-contained page in which a person decides on candidates and failures (复核).

Nothing is fetched and nothing is sent: decisions stay in the storage of the browser until they are saved as a file of
reviews, which `gr.read_reviews` and `govmedia-rules inspect --reviews` take.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable, Iterator

from govmedia_rules.checks.contract import Evidence, Status
from govmedia_rules.errors import visible
from govmedia_rules.judge.finding import Finding
from govmedia_rules.judge.inspection import Inspection, each_inspection
from govmedia_rules.reports.document import policy
from govmedia_rules.reports.rows import evidence_row
from govmedia_rules.reports.templates import read_text
from govmedia_rules.reports.text import visible_tree, web_address
from govmedia_rules.rules.model import GRADE_ZH
from govmedia_rules.subjects.models import Account
from govmedia_rules.subjects.vocabulary import subject_vocabulary

ASKED = (Status.NEEDS_REVIEW, Status.FAILED)
"""What a person is asked about: candidates first, and failures, which a person confirms before anybody is named."""
DECISIONS = {"confirmed": "确认", "dismissed": "驳回"}
MAX_PLACES = 20
"""Addresses listed for one piece of evidence; the others are counted."""


def review_desk(inspections: Iterable[Inspection], *, title: str = "复核") -> str:
    """Write the page in which candidates and failures are decided.

    Args:
        inspections: Results; only what is failed or waits for review is shown, waived and reviewed findings too.
        title: Title of the page.

    Returns:
        HTML without any outside host: filters, keys (J/K to move, Y to confirm, N to dismiss, U for undecided), decisions kept
        in the browser, saved as `reviews.jsonl` and as a workbook.

    Example:
        >>> import govmedia_rules as gr
        >>> from govmedia_rules import testing
        >>> account = testing.snapshot("account", latest_post_at="2020-01-01")
        >>> page = review_desk([gr.load_rulebook("national-2019").inspect(account)])
        >>> page.count("<script")
        2
    """
    items = [item for inspection in each_inspection(inspections) for item in _items(inspection)]
    data = json.dumps(visible_tree({"title": title, "items": items}), ensure_ascii=False, separators=(",", ":"))
    key = hashlib.sha256(data.encode("utf-8", "replace")).hexdigest()[:16]
    css, js = read_text("desk.css"), read_text("desk.js")
    # Inside a script element only "<" could end it; JSON may write it as an escape.
    embedded = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    body = read_text("desk.html").replace("{{title}}", html.escape(visible(title)))
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(css, js)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(visible(title))}</title>\n<style>{css}</style>\n</head>\n<body>\n{body}\n"
        f'<script type="application/json" id="data" data-key="{key}">{embedded}</script>\n<script>{js}</script>\n</body>\n</html>\n'
    )


def _items(inspection: Inspection) -> Iterator[dict[str, object]]:
    """Yield what is decided at once: a passage, an entry, or a whole finding at its monitoring point."""
    for finding in inspection.findings:
        if finding.status not in ASKED and not finding.reviews:
            continue
        common = _common(inspection, finding)
        passages = [piece for piece in finding.evidence if piece.passage is not None]
        entries = [piece for piece in finding.evidence if piece.passage is None and piece.where is not None]
        if passages:
            yield from (common | {"passage": piece.passage, "pieces": [_piece(piece)]} for piece in passages)
        elif finding.status is Status.NEEDS_REVIEW and entries:
            yield from (common | {"entry": piece.where, "pieces": [_piece(piece)]} for piece in entries)
        else:
            yield common | {"pieces": [_piece(piece) for piece in finding.evidence]}


def _common(inspection: Inspection, finding: Finding) -> dict[str, object]:
    subject = inspection.subject
    return {
        "subject": subject.id,
        "name": subject.name,
        "platform": subject_vocabulary("platform")[subject.platform].title if isinstance(subject, Account) else "网站",
        "owner": subject.owner or "",
        "indicator": finding.id,
        "title": finding.phrase,
        "status": finding.status.value,
        "observed_at": inspection.observed_at.isoformat(),
        "message": finding.message("zh"),
        "source": f"{finding.source.document} {finding.source.clause or ''}（{GRADE_ZH[finding.indicator.grade]}）",
        "reviewed": [
            f"{review.role} {review.at:%Y-%m-%d} {DECISIONS[review.decision]} {review.reason}" for review in finding.reviews
        ],
    }


def _piece(piece: Evidence) -> dict[str, object]:
    is_passage = piece.passage is not None
    addresses = list(dict.fromkeys(piece.addresses))
    return {
        "text": piece.value if is_passage else _shown(piece),
        "term": piece.what if is_passage else "",
        "suggestion": piece.suggestion or "",
        "confidence": piece.confidence or "",
        "when": piece.when.isoformat() if piece.when is not None else "",
        "document": piece.document or "",
        "places": [{"text": address, "link": web_address(address)} for address in addresses[:MAX_PLACES]],
        "more": max(0, len(addresses) - MAX_PLACES),
    }


def _shown(piece: Evidence) -> str:
    row = evidence_row(piece)
    limit = f"（要求：{row.limit}）" if row.limit else ""
    return " ".join(part for part in (row.what, row.value) if part) + limit
