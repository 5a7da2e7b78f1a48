"""Which addresses may be visited, in every form they can be wrapped in."""

from __future__ import annotations

import asyncio

import pytest

from govmedia_rules import collect
from govmedia_rules.collect.guard import Refused


def resolved(host: str) -> tuple[str, ...]:
    return asyncio.run(collect.Guard().addresses(host))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "224.0.0.1",
        "0.0.0.0",
        "127.1",
        "2130706433",
        "[::1]",
        "[fe80::1%eth0]",
        "[fc00::1]",
        "[ff0e::1]",
        "[::ffff:10.0.0.1]",
        "[::5db8:d822]",  # IPv4-compatible
        "[64:ff9b::5db8:d822]",  # NAT64, also of a public address
        "[64:ff9b:1::a00:1]",  # NAT64 of a local network, its whole /48
        "[64:ff9b:1:ffff:ffff:ffff:ffff:ffff]",
        "[2002:a00:1::1]",  # 6to4
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",  # Teredo
    ],
)
def test_guard_refuses_addresses_that_are_not_public(host: str) -> None:
    with pytest.raises(Refused) as caught:
        resolved(host)
    assert caught.value.kind == "guard_address"


@pytest.mark.parametrize("host", ["93.184.216.34", "[::ffff:93.184.216.34]", "[2400:3200::1]", "[64:ff9b:2::1]"])
def test_guard_lets_public_addresses_through(host: str) -> None:
    assert len(resolved(host)) == 1
