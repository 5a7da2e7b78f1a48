"""Bounds of a collection run. Every one holds for every site, however it answers."""

from __future__ import annotations

from dataclasses import dataclass

from govmedia_rules.errors import ArgumentError


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take at most. When a bound ends a look early, the snapshot says so (`limits_hit`, `partial`).

    Attributes:
        pages_per_site: Pages read of one site.
        columns_per_site: Columns visited of one site.
        content_sample: Content pages drawn from the lists of one site; None visits all of them.
        links_per_site: Links checked for one site.
        depth: How far from the home page columns and pages are followed.
        bytes_per_page: Bytes kept of one answer, unpacked.
        bytes_per_site: Bytes taken from one site in all.
        text_bytes_per_site: Characters of page text kept in one snapshot.
        seconds_per_site: Time for one site.
        connect_seconds: Time for one connection.
        first_byte_seconds: Time until an answer begins, the connection included.
        total_seconds: Time for one answer with all its redirects.
        redirects: Redirects followed for one address.
        retries: Further attempts after a connection fault.
        backoff_seconds: Pause before the first further attempt; doubled each time.
        header_bytes: Bytes of headers of one answer.
        connections_per_host: Connections open to one host.
        delay_seconds: Pause between two requests to one host.
        sites_at_once: Sites visited at the same time.
    """

    pages_per_site: int = 300
    columns_per_site: int = 80
    content_sample: int | None = 20
    links_per_site: int = 3_000
    depth: int = 4
    bytes_per_page: int = 5_000_000
    bytes_per_site: int = 400_000_000
    text_bytes_per_site: int = 20_000_000
    seconds_per_site: float = 900.0
    connect_seconds: float = 10.0
    first_byte_seconds: float = 15.0
    total_seconds: float = 30.0
    redirects: int = 8
    retries: int = 2
    backoff_seconds: float = 0.5
    header_bytes: int = 65_536
    connections_per_host: int = 4
    delay_seconds: float = 0.0
    sites_at_once: int = 50

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ArgumentError(f"{name} is {value}, it must not be negative", zh=f"{name} 为 {value}，不能为负")
        for name in ("connections_per_host", "sites_at_once", "bytes_per_page"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} must be at least 1", zh=f"{name} 至少为 1")
