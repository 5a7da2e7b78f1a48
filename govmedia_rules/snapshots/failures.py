"""Kinds of failure by which an address does not open, and which of them count against the site (data/failures.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from govmedia_rules.core.vocabulary import read_data


@dataclass(frozen=True, slots=True)
class FailureKind:
    """A way in which a fetch fails.

    Attributes:
        id: Id used in snapshots.
        title: Official Chinese wording.
        text: What it means, in English.
        advice: What the site's keepers should do, in Chinese.
        opens: Whether an address with it opens: False only for the site's own failure, None when nobody can tell.
        retry: Whether it is a fault of the connection that is worth another attempt.
        again: Whether the server is asked once more before the failure holds.
    """

    id: str
    title: str
    text: str
    advice: str
    opens: bool | None
    retry: bool
    again: bool


@cache
def failure_kinds() -> Mapping[str, FailureKind]:
    """Return every kind of failure by id."""
    opens = {"yes": True, "no": False, "unknown": None}
    return {
        kind: FailureKind(
            kind, row["title"], row["text"], row["advice"], opens[row["opens"]], bool(row.get("retry")), bool(row.get("again"))
        )
        for kind, row in read_data("govmedia_rules.snapshots", "failures.toml").items()
    }


def opens(failure: str | None) -> bool | None:
    """Return whether an address with this failure opens; None when that is undecided or the kind is unknown."""
    if failure is None:
        return True
    kind = failure_kinds().get(failure)
    return None if kind is None else kind.opens


def of_status(status: int) -> str | None:
    """Return the kind of failure an HTTP status means; None for a page."""
    if 200 <= status < 300 and status != 204:
        return None
    if status in (404, 410):
        return "status_not_found"
    if status == 412:
        return "blocked_412"
    if status in (401, 403, 407, 429, 451):
        return "status_forbidden"
    if 400 <= status < 500:
        return "status_client"
    if status >= 500:
        return "status_server"
    return "empty" if status == 204 else "status_other"
