"""Pages as they were: found in the journal of a run by their address, shown with private numbers masked, exported, deleted.

A snapshot names each page by its address and the digest of its bytes; a finding names addresses. The journal of the run holds
the bytes with time, status, headers, redirects, IP address and certificate. Nothing here is fetched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

from govmedia_rules.collect.browser import Browser
from govmedia_rules.collect.decode import decode_page
from govmedia_rules.collect.journal import read_visits, rewrite
from govmedia_rules.collect.navigation import page_key
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.collect.page import read_page
from govmedia_rules.core.files import complete_file, write_file
from govmedia_rules.errors import ArgumentError, MissingExtra, Where

# Numbers of persons: identity cards, mobile telephones, bank cards, mail addresses. Telephones of offices are no secret.
_PRIVATE = re.compile(
    r"(?<![0-9A-Za-z])(?:[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]|1[3-9][0-9]{9}|62[0-9]{14,17}|[\w.+-]{2,40}@[\w-]{1,40}(?:\.[\w-]{2,20}){1,3})(?![0-9A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page of a journal.

    Attributes:
        site: Key of the site in the journal.
        fetched: The outcome with its body.
    """

    site: str
    fetched: Fetched

    @property
    def text(self) -> str:
        """The text a reader saw, with private numbers masked."""
        decoded = decode_page(self.fetched.body, self.fetched.content_type, cut=self.fetched.cut)
        return mask_private(read_page(decoded.text, self.fetched.final_url, decoded=decoded).text)

    def facts(self) -> dict[str, object]:
        """Return when and how it came: time, addresses, status, headers, digest, certificate."""
        fetched = self.fetched
        return {
            "site": self.site,
            "url": fetched.url,
            "final_url": fetched.final_url,
            "at": fetched.started.isoformat(),
            "seconds": round(fetched.seconds, 3),
            "status": fetched.status,
            "failure": fetched.failure,
            "remark": fetched.remark or None,
            "address": fetched.address or None,
            "certificate": fetched.certificate or None,
            "redirects": list(fetched.redirects),
            "request": _shown(fetched.request),
            "headers": _shown(fetched.headers),
            "digest": fetched.digest,
            "bytes": len(fetched.body),
        }


def _shown(headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return headers with private numbers masked, cookies left out."""
    return [[name, mask_private(value)] for name, value in headers if name.lower() not in ("cookie", "set-cookie")]


def mask_private(text: str) -> str:
    """Return a text in which of every private number only the first three and the last characters are left."""
    return _PRIVATE.sub(lambda match: match[0][:3] + "*" * (len(match[0]) - 4) + match[0][-1], text)


def kept_pages(journal: str | PathLike[str], addresses: Iterable[str], *, site: str | None = None) -> dict[str, KeptPage]:
    """Return the pages of a journal by address asked for; addresses that were not fetched are left out.

    Args:
        journal: Journal of a run.
        addresses: Addresses as findings and snapshots give them; other forms of one address are the same page.
        site: Id of the site; None for any.
    """
    keys = {page_key(address): address for address in addresses}
    pages: dict[str, KeptPage] = {}
    for record in read_visits(journal):
        if record.get("t") != "visit" or (site is not None and record.get("site") != site):
            continue
        for url in {str(record.get("url")), str(record.get("final", ""))}:
            address = keys.get(page_key(url))
            if address is not None and (address not in pages or "body" in record):
                pages[address] = KeptPage(str(record.get("site")), Fetched.from_record(record))
    return pages


def write_warc(pages: Mapping[str, KeptPage], path: str | PathLike[str]) -> None:
    """Write pages as a WARC 1.1 file, for archives and their viewers (extra `warc`).

    Raises:
        MissingExtra: The extra `warc` is not installed.
    """
    try:
        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter
    except ImportError:
        raise MissingExtra(
            "writing WARC needs warcio", Where(), "pip install govmedia-rules[warc]", zh="写 WARC 需要 warcio"
        ) from None
    with complete_file(path) as part, part.open("wb") as file:
        writer = WARCWriter(file, gzip=str(path).endswith(".gz"))
        for page in pages.values():
            fetched = page.fetched
            # The body is kept unpacked, so the headers that speak of its packing do not hold for it any more.
            kept = [
                pair
                for pair in fetched.headers
                if pair[0].lower() not in ("content-encoding", "transfer-encoding", "content-length")
            ]
            headers = StatusAndHeaders(
                f"{fetched.status or 0} ", [*kept, ("Content-Length", str(len(fetched.body)))], protocol="HTTP/1.1"
            )
            extra = {"WARC-Date": datetime.fromtimestamp(fetched.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
            if fetched.address:
                extra["WARC-IP-Address"] = fetched.address
            record = writer.create_warc_record(
                fetched.final_url, "response", payload=io.BytesIO(fetched.body), http_headers=headers, warc_headers_dict=extra
            )
            writer.write_record(record)


async def write_screenshots(
    pages: Mapping[str, KeptPage], journal: str | PathLike[str], folder: str | PathLike[str]
) -> dict[str, Path]:
    """Draw pages as they were, from what the journal holds and nothing else (extra `browser`); return the PNG files by address.

    Args:
        pages: The pages.
        journal: The journal they come from; pictures and styles that it lacks are missing in the drawing.
        folder: Where the files go, each named by the digest of its page.

    Raises:
        MissingExtra: The extra `browser` is not installed.
        CollectError: There is no Chromium, or it does not start.
    """
    kept = {
        page_key(str(record["url"])): record for record in read_visits(journal) if record.get("t") == "visit" and "body" in record
    }

    async def source(url: str) -> Fetched | None:
        record = kept.get(page_key(url))
        return None if record is None else Fetched.from_record(record)

    files: dict[str, Path] = {}
    async with Browser() as browser:
        for address, page in pages.items():
            picture = await browser.screenshot(page.fetched, source)
            if picture is not None:
                files[address] = Path(folder) / f"{page.fetched.digest or 'empty'}.png"
                write_file(files[address], picture)
    return files


def forget(journal: str | PathLike[str], before: datetime) -> int:
    """Delete from a journal the pages fetched before a time; outcomes, snapshots and digests stay. Return the number of pages.

    Args:
        journal: Journal of a run that is not going on.
        before: Retention time, aware: what is older loses its body and headers.

    Raises:
        CollectError: The journal is open elsewhere or damaged.
        ExportError: It cannot be written anew; the old one stays.
        ValueError: `before` is naive.
    """
    if before.tzinfo is None:
        raise ArgumentError("before must be aware", zh="before 应带时区")
    count = 0

    def without_old_page(record: dict[str, Any]) -> dict[str, Any]:
        nonlocal count
        if record.get("t") != "visit" or "body" not in record or float(record["at"]) >= before.timestamp():
            return record
        count += 1
        return {name: value for name, value in record.items() if name not in ("body", "headers", "request")}

    rewrite(journal, without_old_page)
    return count
