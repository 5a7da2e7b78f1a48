"""Bodies of answers unpacked within bounds: gzip and deflate, with the extra `packed` also brotli and zstandard."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, Protocol

_GZIP_MEMBER = b"\x1f\x8b\x08"
_OPTIONAL = ("br", "zstd")
_SLICE = 128
"""Bytes that are unpacked at once: the smallest block of zstandard makes 128 kB of four bytes."""
_WINDOW = 8 * 1024 * 1024
"""Largest window that zstandard may ask for in HTTP (RFC 9659)."""
MOST_LAYERS = 3
"""Times that a body is packed over; more are left as they are."""


class TooLarge(Exception):
    """More came than a bound allows; `kind` is the kind of failure."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class BadPacking(Exception):
    """A body is not packed as its header says."""


class UnknownPacking(Exception):
    """A body is packed in a way that no installed package unpacks."""


class _Decoder(Protocol):
    """Unpacks one layer: `decode` gives out about `room` bytes at most, or a few more than it to show that there are more."""

    def decode(self, piece: bytes, room: int) -> bytes: ...

    @property
    def is_whole(self) -> bool: ...


class _Inflater:
    """Gzip of one or several members, or deflate with and without the zlib frame."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._inflate = zlib.decompressobj(47)
        self._is_begun = False

    def decode(self, piece: bytes, room: int) -> bytes:
        try:
            out = self._members(piece, room)
        except zlib.error as fault:
            if self._is_begun or self._coding != "deflate":
                raise BadPacking from fault
            self._is_begun = True
            self._inflate = zlib.decompressobj(-15)
            return self.decode(piece, room)
        self._is_begun = self._is_begun or bool(out)
        return out

    def _members(self, piece: bytes, room: int) -> bytes:
        out = self._inflate.decompress(piece, room + 1)
        while self._coding != "deflate" and self._inflate.eof and len(out) <= room:
            rest = self._inflate.unused_data
            if not rest.startswith(_GZIP_MEMBER):
                break
            self._inflate = zlib.decompressobj(47)
            out += self._inflate.decompress(rest, room + 1 - len(out))
        return out

    @property
    def is_whole(self) -> bool:
        return self._inflate.eof


class _Brotli:
    """Brotli, within bounds since version 1.2 of its package."""

    def __init__(self) -> None:
        import brotli

        self._decoder: Any = brotli.Decompressor()
        self._error: type[Exception] = brotli.error

    def decode(self, piece: bytes, room: int) -> bytes:
        try:
            out = bytearray(self._decoder.process(piece, output_buffer_limit=room + 1))
            while len(out) <= room and not self._decoder.can_accept_more_data():
                out += self._decoder.process(b"", output_buffer_limit=room + 1 - len(out))
        except self._error as fault:
            raise BadPacking from fault
        return bytes(out)

    @property
    def is_whole(self) -> bool:
        return bool(self._decoder.is_finished())


class _Zstandard:
    """Zstandard of one or several frames."""

    def __init__(self) -> None:
        import zstandard

        self._make: Callable[[], Any] = lambda: zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        self._decoder = self._make()
        self._error: type[Exception] = zstandard.ZstdError

    def decode(self, piece: bytes, room: int) -> bytes:
        out = bytearray()
        try:
            while piece and len(out) <= room:
                if self._decoder.eof:
                    self._decoder = self._make()
                out += self._decoder.decompress(piece)
                piece = self._decoder.unused_data if self._decoder.eof else b""
        except self._error as fault:
            raise BadPacking from fault
        return bytes(out)

    @property
    def is_whole(self) -> bool:
        return bool(self._decoder.eof)


@cache
def codings() -> tuple[str, ...]:
    """Return the codings that are unpacked here, as Accept-Encoding names them: those that installed packages bound."""
    names = ["gzip", "deflate"]
    with suppress(ImportError):
        import brotli

        if hasattr(brotli.Decompressor, "can_accept_more_data"):  # earlier versions give out all that a piece holds
            names.append("br")
    with suppress(ImportError):
        import zstandard  # noqa: F401

        names.append("zstd")
    return tuple(names)


def _decoder(coding: str) -> _Decoder:
    if coding in _OPTIONAL and coding not in codings():
        raise UnknownPacking(coding)
    if coding == "br":
        return _Brotli()
    return _Zstandard() if coding == "zstd" else _Inflater(coding)


class Unpacker:
    """Unpacks a body piece by piece and never gives out more than its limit.

    Servers behind servers pack what is packed already: it is unpacked as often as the header says, as in a browser.
    Words that name no coding (`utf-8`, `none`) are passed over, as there.

    Args:
        encoding: The Content-Encoding header.
        limit: Most bytes given out.

    Raises:
        UnknownPacking: The body is packed in a way that no installed package unpacks.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        kinds = [kind.strip().lower() for kind in encoding.split(",")]
        known = [kind for kind in kinds if kind in ("gzip", "x-gzip", "deflate", *_OPTIONAL)]
        self._decoders = [_decoder(kind) for kind in reversed(known[-MOST_LAYERS:])]
        self._limit = limit
        self._taken = 0
        self._given = 0

    @property
    def is_whole(self) -> bool:
        """Whether what was packed has come to its end."""
        return all(decoder.is_whole for decoder in self._decoders)

    def feed(self, piece: bytes) -> bytes:
        """Unpack a piece.

        Raises:
            TooLarge: More would come out than the limit allows; `bomb` when it grew more than a hundredfold.
            BadPacking: The piece is not what the header says.
        """
        size = _SLICE if self._decoders else max(1, len(piece))
        return b"".join(self._unpack(piece[start : start + size]) for start in range(0, len(piece), size))

    def _unpack(self, piece: bytes) -> bytes:
        self._taken += len(piece)
        room = self._limit - self._given
        for decoder in self._decoders:
            piece = decoder.decode(piece, room)
        self._given += len(piece)
        if self._given > self._limit:
            is_bomb = bool(self._decoders) and self._given > 100 * self._taken
            raise TooLarge("bomb" if is_bomb else "too_large")
        return piece
