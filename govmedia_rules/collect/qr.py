"""QR codes in pictures (extra `qr`): the texts they hold, and which platform an address in them leads to."""

from __future__ import annotations

import io
from dataclasses import dataclass

from govmedia_rules.collect.navigation import host_of
from govmedia_rules.collect.words import word_table
from govmedia_rules.errors import MissingExtra, Where

MOST_PIXELS = 25_000_000
"""Pictures with more pixels are not opened."""


@dataclass(frozen=True, slots=True)
class DecodedCode:
    """A code found in a picture.

    Attributes:
        text: What it holds.
        platform: Platform its address leads to; None for other addresses and texts.
    """

    text: str
    platform: str | None


def read_qr(picture: bytes) -> tuple[DecodedCode, ...] | None:
    """Return the codes in a picture; () when it holds none, None when it cannot be opened or is too large.

    Args:
        picture: Bytes of a PNG, JPEG, GIF, BMP or WebP file.

    Raises:
        MissingExtra: The extra `qr` is not installed.
    """
    try:
        import zxingcpp
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise MissingExtra(
            "reading QR codes needs zxing-cpp and pillow",
            Where(),
            "pip install govmedia-rules[qr]",
            zh="识别二维码需要 zxing-cpp 和 pillow",
        ) from None
    try:
        with Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "GIF", "BMP", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            image = opened.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    barcodes = zxingcpp.read_barcodes(image)
    return tuple(DecodedCode(code.text, platform_of_address(code.text)) for code in barcodes if code.text)


def platform_of_address(text: str) -> str | None:
    """Return the platform an address leads to (`wechat`, `weibo` …), or None."""
    host = host_of(text if "://" in text else f"http://{text}")
    for platform, endings in word_table("platforms")["hosts"].items():
        if any(host == ending or host.endswith(f".{ending}") for ending in endings):
            return str(platform)
    return None


def label_platform(label: str) -> str | None:
    """Return the platform that the words beside a code promise, or None."""
    for platform, words in word_table("platforms")["labels"].items():
        if any(word in label for word in words):
            return str(platform)
    return None
