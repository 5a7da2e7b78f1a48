"""The version of this library, which also names the release of its built-in rulebooks."""

from __future__ import annotations

VERSION = "0.1.0"
