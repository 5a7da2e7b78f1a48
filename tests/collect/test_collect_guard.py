"""Addresses that lead inside are refused, whatever form they are wrapped in."""

from __future__ import annotations

import pytest

from govmedia_rules.collect.guard import is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.88.99.1", "224.0.0.1", "0.0.0.0",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "::ffff:127.0.0.1", "::ffff:168.63.129.16", "::ffff:0:7f00:1",
        "2002:7f00:1::", "2001:0:7f00:1::", "::7f00:1", "no address",
    ],
)  # fmt: skip
def test_inner_addresses_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "::ffff:93.184.216.34", "2606:4700::1111", "168.63.129.17", "192.88.98.1"])
def test_public_addresses_are_visited(address: str) -> None:
    assert is_public(address)
