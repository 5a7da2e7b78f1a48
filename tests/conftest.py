"""Shared by all tests: where the material outside the project lies, and a clean view of installed plugins."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

os.environ["GOVMEDIA_LANG"] = "en"  # tests compare the English sentences, whatever the locale of the machine

settings.register_profile("any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # however busy
settings.load_profile("any_machine")


def pytest_collection_finish() -> None:
    """Take what was collected out of the garbage collector's rounds, which would look at all of it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def shared() -> Path:
    """The folder of real pages and notices; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("GOVMEDIA_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"real pages and notices are not at hand (GOVMEDIA_SHARED={folder})")
    return folder


@pytest.fixture
def fresh_plugins() -> Iterator[None]:
    """Forgets what was found installed, before and after."""
    from govmedia_rules.rules import plugins

    plugins.installed.cache_clear()
    yield
    plugins.installed.cache_clear()
