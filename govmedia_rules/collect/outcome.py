"""The outcome of one visit (`Fetched`), its form in a journal, and what a site has used of its bounds."""

from __future__ import annotations

import base64
import hashlib
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.protection import kind_of_answer
from govmedia_rules.core.time import SHANGHAI

Purpose = Literal["page", "link", "file", "post"]
"""What a visit is for: a `page` is read whole, of a `link` only its opening is looked at, a `file` may be of any type; `post` is a
page whose query is sent as a form."""

LARGEST_NOTICE = 65_536
"""Bytes beyond which a body is no page of a device."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The outcome of one visit.

    Attributes:
        url: Address asked for.
        final_url: Address that answered, after redirects.
        at: When the visit began, seconds since 1970.
        seconds: How long it took.
        status: HTTP status of the last answer; None when there was none.
        failure: Kind of failure; None when a page came.
        content_type: Content-Type of the answer.
        body: The body, unpacked, at most `Limits.bytes_per_page`.
        cut: Whether the body was cut at that limit.
        hops: Number of redirects followed.
        etag: ETag of the answer, for asking again.
        modified: Last-Modified of the answer.
        attempts: Attempts made.
        remark: A fault that does not keep the page from opening, such as a kind of certificate fault; "" without one.
        retry_after: Seconds after which the server asks to be asked again; None when it names none.
        address: IP address that answered; "" when a client of the caller's connected.
        certificate: SHA-256 of the certificate that was shown, in hexadecimal digits; "" without one.
        redirects: Addresses that led on, in order.
        headers: Headers of the last answer, name and value as sent.
        request: Headers of the last request.
        pace: Pause between requests that the host was given at the time because it did not keep up; 0 for none. Unit: seconds.
    """

    url: str
    final_url: str
    at: float
    seconds: float
    status: int | None = None
    failure: str | None = None
    content_type: str = ""
    body: bytes = b""
    cut: bool = False
    hops: int = 0
    etag: str = ""
    modified: str = ""
    attempts: int = 1
    remark: str = ""
    retry_after: float | None = None
    address: str = ""
    certificate: str = ""
    redirects: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    request: tuple[tuple[str, str], ...] = ()
    pace: float = 0.0

    def to_record(self) -> dict[str, object]:
        """Return a record for the journal; defaults are left out, the body is packed."""
        record: dict[str, object] = {"url": self.url, "at": round(self.at, 3), "seconds": round(self.seconds, 4)}
        if self.final_url != self.url:
            record["final"] = self.final_url
        for name, default in _OPTIONAL:
            value = getattr(self, name)
            if value != default:
                record[name] = value
        if self.body:
            record["body"] = base64.b64encode(zlib.compress(self.body, 1)).decode("ascii")
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Fetched:
        """Return the visit a record tells of."""
        values = {name: record[name] for name in cls.__slots__ if name in record and name not in ("body", "final_url")}
        body = zlib.decompress(base64.b64decode(record["body"])) if "body" in record else b""
        values["redirects"] = tuple(values.get("redirects", ()))
        for name in ("headers", "request"):
            values[name] = tuple((str(key), str(value)) for key, value in values.get(name, ()))
        return cls(final_url=record.get("final", record["url"]), body=body, **values)

    @property
    def digest(self) -> str | None:
        """SHA-256 of the body, in hexadecimal digits; None without one."""
        return hashlib.sha256(self.body).hexdigest() if self.body else None

    @property
    def started(self) -> datetime:
        """When the visit began, in Chinese time."""
        return datetime.fromtimestamp(self.at, SHANGHAI)


_OPTIONAL: tuple[tuple[str, object], ...] = (
    ("status", None),
    ("failure", None),
    ("content_type", ""),
    ("cut", False),
    ("hops", 0),
    ("etag", ""),
    ("modified", ""),
    ("attempts", 1),
    ("remark", ""),
    ("retry_after", None),
    ("address", ""),
    ("certificate", ""),
    ("redirects", ()),
    ("headers", ()),
    ("request", ()),
    ("pace", 0.0),
)


@dataclass
class Budget:
    """What one site has used of its bounds.

    Attributes:
        limits: The bounds.
        started: Reading of the monotonic clock when the site was begun.
        bytes: Bytes taken so far.
        hit: Bounds that were reached.
    """

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    bytes: int = 0
    hit: set[str] = field(default_factory=set)

    def seconds_left(self) -> float:
        """Return time left for the site."""
        return self.limits.seconds_per_site - (time.monotonic() - self.started)

    def is_spent(self) -> bool:
        """Return whether the site's time or bytes are used up; remembers which."""
        if self.seconds_left() <= 0:
            self.hit.add("seconds")
        if self.bytes >= self.limits.bytes_per_site:
            self.hit.add("bytes")
        return bool(self.hit & {"seconds", "bytes"})


def page_outcome(html: str, url: str, *, at: float, seconds: float) -> Fetched:
    """Return the outcome that a page's HTML stands for, judged like an answer of the server.

    Args:
        html: Text of the page, rendered or as it was sent.
        url: Its address.
        at: When it was fetched, seconds since 1970.
        seconds: How long that took.
    """
    body = html.encode("utf-8", "replace")
    failure = kind_of_answer(200, {}, (), html, None) if len(body) <= LARGEST_NOTICE else None
    kind = "text/html; charset=utf-8"
    return Fetched(url=url, final_url=url, at=at, seconds=seconds, status=200, failure=failure, content_type=kind, body=body)
