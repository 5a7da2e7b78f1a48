"""Which addresses may be visited. Names are resolved here, every answer is checked, and the visit goes to that answer.

Refused are loopback, private, link-local, multicast, reserved and unspecified addresses, also as IPv4 mapped into IPv6,
6to4, Teredo and NAT64, the metadata services of
clouds, on every hop. A caller may allow named test hosts. Because a connection goes to the
very address that was checked, a name whose answer changes in between gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Resolver = Callable[[str], Awaitable[list[str]]]
"""Gives the addresses of a host name."""

# Public by the registry's letter, and yet ways inside: NAT64 with its local-use prefix, IPv4 translated (SIIT), the old
# 6to4 relays, and the addresses at which clouds serve their machines' own data.
_INSIDE_6 = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")))
_INSIDE_4 = tuple(map(ipaddress.IPv4Network, ("192.88.99.0/24", "168.63.129.16/32", "100.100.100.200/32")))
MOST_ADDRESSES = 16
"""Answers of one name that are looked at."""


class Refused(Exception):
    """An address that may not be visited.

    Args:
        kind: Kind of failure: `guard_address`, `guard_scheme` or `guard_url`.
        what: The address or host, for the log.
    """

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(kind, what)
        self.kind = kind
        self.what = what


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet, whatever form it is wrapped in."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if any(ip in network for network in _INSIDE_6):
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return ip.ipv4_mapped is not None and is_public(str(inner))
        if int(ip) >> 32 == 0:  # IPv4-compatible, long out of use
            return False
    elif any(ip in network for network in _INSIDE_4):
        return False
    return ip.is_global and not ip.is_multicast


async def system_resolver(host: str) -> list[str]:
    """Return addresses of a name by the system's resolver, IPv4 first."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    return sorted(addresses, key=lambda address: ":" in address)


@dataclass
class Guard:
    """Resolves and checks the hosts of one run, and remembers each answer so that a name means one address throughout.

    Attributes:
        test_hosts: Host names that lead to a given address without being resolved, whatever the address: for tests only.
        allow: Addresses outside the public internet that may be visited: for tests and inner networks.
        resolver: How names are resolved.
    """

    test_hosts: Mapping[str, str] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()
    resolver: Resolver = system_resolver
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return addresses that may be visited for a host, best first.

        Raises:
            Refused: The name leads to no public address.
            OSError: The name cannot be resolved.
        """
        known = self._known.get(host)
        if known is None:
            known = await self._look_up(host)
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[host] = known
        return known

    async def _look_up(self, host: str) -> tuple[str, ...]:
        name = host.strip("[]").lower().rstrip(".")
        if name in self.test_hosts:
            return (self.test_hosts[name],)
        literal = _literal(name)
        if literal is None:
            answers = (await self.resolver(name))[:MOST_ADDRESSES]
            if not answers:
                raise socket.gaierror(socket.EAI_NONAME, "no address")
        else:
            answers = [literal]
        # One inner address among the answers condemns the name: it may be an attempt to reach inside.
        for answer in answers:
            if answer not in self.allow and not is_public(answer):
                raise Refused("guard_address", f"{host} -> {answer}")
        return tuple(answers)


def _literal(name: str) -> str | None:
    """Return the address a host stands for when it is one, also in the short and octal forms that system libraries accept."""
    try:
        return str(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        pass
    if name and all(char in "0123456789abcdefx." for char in name) and name[0].isdigit():
        try:
            return socket.inet_ntoa(socket.inet_aton(name))  # 127.1, 0x7f000001, 2130706433
        except OSError:
            return None
    return None
