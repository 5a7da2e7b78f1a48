"""Answers that are no proper HTTP and that every browser shows all the same: odd header lines, bad ends of chunks.

The strict reader comes first; only what it refuses is asked for once more and read here, and the snapshot remarks it.
"""

from __future__ import annotations

import re

MOST_INTERIM = 10
"""Interim answers (1xx) that are passed over; servers send one or two."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/[0-9.]{1,3}\s{1,5}([1-5][0-9]{2})\b", re.IGNORECASE)
_CHUNK = re.compile(rb"[\r\n]{0,2}[ \t]{0,8}([0-9A-Fa-f]{1,8})[ \t]{0,8}(?:;[^\n]{0,200})?\r?\n")
_ENDED = re.compile(rb"(?:</html>|\r?\n0\r?\n)\s*$", re.IGNORECASE)


def has_ended(raw: bytes | bytearray) -> bool:
    """Return whether an answer looks whole, so that a server that does not close the connection need not be waited for."""
    return _ENDED.search(raw[-64:]) is not None


def read_answer(raw: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body of an answer as browsers read it.

    Lines without a colon or with an empty name are no headers, blanks around names are cut; interim answers (1xx) are passed over.

    Raises:
        ValueError: A browser would show nothing either: no status line, two lengths that differ, chunks that are none, an end
            before the announced length, or nothing but interim answers.
    """
    raw = raw.lstrip(b"\r\n")
    for _ in range(MOST_INTERIM + 1):
        match = _STATUS.match(raw)
        end = _HEAD_END.search(raw)
        if match is None or end is None:
            raise ValueError("no head of an answer")
        head, raw = raw[: end.start()], raw[end.end() :]
        if match[1][:1] != b"1":
            break
    else:
        raise ValueError("no answer after the interim ones")
    pairs = []
    for line in head.splitlines()[1:]:
        name, colon, value = line.partition(b":")
        if colon and name.strip():
            pairs.append((name.strip(), value.strip()))
    named = [(name.lower(), value) for name, value in pairs]
    if any(name == b"transfer-encoding" and b"chunked" in value.lower() for name, value in named):
        return int(match[1]), pairs, _unchunked(raw)
    lengths = {int(value) for name, value in named if name == b"content-length" and value.isdigit()}
    if len(lengths) > 1:
        raise ValueError("two lengths that differ")
    length = min(lengths, default=len(raw))
    if length > len(raw):
        raise ValueError("the answer ends before its announced length")
    return int(match[1]), pairs, raw[:length]


def _unchunked(raw: bytes) -> bytes:
    """Return the body in chunks; what follows a whole page (a missing last chunk, a missing line end) does not matter."""
    body = bytearray()
    at = 0
    while (match := _CHUNK.match(raw, at)) is not None:
        size = int(match[1], 16)
        if not size:
            return bytes(body)
        body += raw[match.end() : match.end() + size]
        at = match.end() + size
    if not has_ended(body):
        raise ValueError("the chunks do not come to their end")
    return bytes(body)
