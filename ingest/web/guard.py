"""The address guard: which addresses the outbound door may dial, checked when it dials.

A name is resolved, every address it has is judged, and the connection goes to an address that was
judged: a second, different answer of the DNS (rebinding) is never asked for. TLS still names the
host, so certificates are checked as usual. It runs on the event loop of poll and fetch; names are
resolved in threads of its own, so that one slow name server delays no other host.
"""

import asyncio
import contextlib
import re
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpcore

from ingest.web.outcomes import NoAnswer
from ingest.web.sockets import Sockets

Address = IPv4Address | IPv6Address

# IANA's special-purpose registries, and what carries an IPv4 address inside an IPv6 one: those
# lead to private hosts through a gateway, and `is_global` calls several of them global.
_FORBIDDEN: Final[tuple[tuple[str, IPv4Network | IPv6Network], ...]] = tuple(
    (reason, ip_network(network))
    for reason, networks in {
        "unspecified": "0.0.0.0/8 ::/128",
        "loopback": "127.0.0.0/8 ::1/128",
        "private": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7",
        "shared (CGNAT)": "100.64.0.0/10",
        "link-local": "169.254.0.0/16 fe80::/10 fec0::/10",
        "protocol assignment": "192.0.0.0/24 2001::/23",
        "documentation": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
        "benchmarking": "198.18.0.0/15",
        "multicast": "224.0.0.0/4 ff00::/8",
        "reserved": "240.0.0.0/4 100::/64 5f00::/16",
        "6to4": "192.88.99.0/24 2002::/16",
        "IPv4 in IPv6": "::ffff:0:0/96 ::/96",
        "NAT64": "64:ff9b::/96 64:ff9b:1::/48",
    }.items()
    for network in networks.split()
)
# What `allow_private` opens: a site on this machine or in the local network, nothing stranger.
_PRIVATE: Final = frozenset({"loopback", "private"})
# Global unicast is all that is handed out of IPv6; the rest is reserved.
_GLOBAL_UNICAST: Final = ip_network("2000::/3")

# A last label of digits or of hex after 0x makes a host a number (WHATWG URL, "ends in a number").
_NUMBER_LABEL = re.compile(r"^(?:\d+|0[xX][0-9a-fA-F]*)$")

# Names asked at once; a thread that waits for a dead name server holds one of them.
_RESOLVER_THREADS: Final = 32
# A host seldom has more addresses that work; each may cost a part of the connect deadline.
_ADDRESSES_TRIED: Final = 4


def why_forbidden(address: Address, *, allow_private: bool = False) -> str | None:
    """Return the reason why `address` must not be dialled, or None where it may be."""
    for reason, network in _FORBIDDEN:
        if address.version == network.version and address in network:
            return None if allow_private and reason in _PRIVATE else reason
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "reserved"
    return None


def is_odd_number(host: str) -> bool:
    """Tell whether `host` is an IPv4 address in another spelling than four decimal parts.

    `2130706433`, `0177.0.0.1`, `0x7f.1` and `127.1` are all loopback to a resolver; no publisher
    writes its address so.
    """
    labels = host.rstrip(".").split(".")
    if not _NUMBER_LABEL.match(labels[-1]):
        return False
    try:
        IPv4Address(host)
    except ValueError:
        return True
    return False


class Guard:
    """Resolves and judges; shared by all connections of one door."""

    def __init__(self, ports: Sequence[int], *, allow_private: bool) -> None:
        self._ports = frozenset(ports)
        self._allow_private = allow_private
        self._resolver = ThreadPoolExecutor(_RESOLVER_THREADS, "resolve")

    def close(self) -> None:
        self._resolver.shutdown(wait=False, cancel_futures=True)

    def check_port(self, url: str, port: int) -> None:
        """Raise `NoAnswer` where `port` may not be asked on a public host."""
        if port not in self._ports:
            raise NoAnswer("forbidden", url, f"port {port} is not in WIREDESK_WEB__PORTS")

    def check_unresolved(self, host: str, port: int) -> None:
        """Judge a host that a proxy will resolve: by its port and, where it is one, its address."""
        self.check_port(host, port)
        if is_odd_number(host):
            raise NoAnswer("forbidden", host, "an address in an odd spelling")
        with contextlib.suppress(ValueError):
            reason = why_forbidden(ip_address(host), allow_private=self._allow_private)
            if reason is not None:
                raise NoAnswer("forbidden", host, f"{host} is {reason}")

    async def addresses(self, host: str, port: int, timeout_s: float | None) -> list[Address]:
        """Return the addresses of `host` that may be dialled on `port`, in the resolver's order.

        Raises:
            NoAnswer: `dns`, `timeout`, or `forbidden` where no address is left.
        """
        if is_odd_number(host):
            raise NoAnswer("forbidden", host, "an address in an odd spelling")
        found = await self._resolve(host, port, timeout_s)
        reasons = [(a, why_forbidden(a, allow_private=self._allow_private)) for a in found]
        allowed = [address for address, reason in reasons if reason is None]
        if not allowed:
            address, reason = reasons[0]
            raise NoAnswer("forbidden", host, f"{address} is {reason}")
        # a private host that was allowed may serve on any port; the tests' servers do
        if why_forbidden(allowed[0]) is None:
            self.check_port(host, port)
        return allowed

    async def _resolve(self, host: str, port: int, timeout_s: float | None) -> list[Address]:
        try:
            return [ip_address(host.strip("[]"))]
        except ValueError:
            pass
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                answers = await loop.run_in_executor(self._resolver, _getaddrinfo, host, port)
        except TimeoutError as error:
            raise NoAnswer("timeout", host, "the name server did not answer in time") from error
        except (OSError, UnicodeError) as error:
            raise NoAnswer("dns", host, str(error)) from error
        if not answers:
            raise NoAnswer("dns", host, "the name has no address")
        return answers


def _getaddrinfo(host: str, port: int) -> list[Address]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = [ip_address(str(address[0])) for *_, address in answers]
    return list(dict.fromkeys(found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's network backend with the guard in front of every dial."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = Sockets()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge and connect to what was judged."""
        addresses = (await self._guard.addresses(host, port, timeout))[:_ADDRESSES_TRIED]
        share = None if timeout is None else timeout / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(
                    str(address), port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(
            str(addresses[-1]), port, share, local_address, socket_options
        )

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
