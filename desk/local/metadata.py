"""One question to a broker: who are you? A Metadata request, written out by hand.

A client that finds no broker leaks a thread and descriptors, and an open port may be anybody's:
so readiness is asked on a plain socket, and the answer names the cluster.
"""

import socket
import struct
from dataclasses import dataclass

from desk.local.process import LOOPBACK

# ApiKey 3, version 4: the oldest whose answer carries the cluster's id and that takes an empty list
# of topics. https://kafka.apache.org/protocol#The_Messages_Metadata
REQUEST = struct.pack(">hhih8siB", 3, 4, 1, 8, b"wiredesk", 0, 0)
TIMEOUT_S = 2.0
# No answer of a local cluster comes near it; a stranger's bytes read as a length might.
MAX_ANSWER = 65_536


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a broker says of its cluster: its id, and which of its brokers are up."""

    id: str
    brokers: frozenset[int]


def ask(port: int) -> Cluster | None:
    """Return what the broker at the loopback port says; None without a sensible answer."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=TIMEOUT_S) as connection:
            connection.sendall(struct.pack(">i", len(REQUEST)) + REQUEST)
            with connection.makefile("rb") as stream:
                (size,) = struct.unpack(">i", stream.read(4))
                return parse(stream.read(size)) if 0 < size <= MAX_ANSWER else None
    except (OSError, struct.error, UnicodeDecodeError):
        return None


def parse(answer: bytes) -> Cluster:
    """Read a Metadata answer, version 4, without its length.

    Raises:
        struct.error: it is cut short.
    """
    # The correlation id and the throttle time come first.
    at = 8
    (count,) = struct.unpack_from(">i", answer, at)
    at += 4
    brokers = set()
    for _ in range(count):
        (node,) = struct.unpack_from(">i", answer, at)
        brokers.add(node)
        _, at = _string(answer, at + 4)
        # The rack follows the port.
        _, at = _string(answer, at + 4)
    cluster, _ = _string(answer, at)
    return Cluster(cluster, frozenset(brokers))


def _string(data: bytes, at: int) -> tuple[str, int]:
    """Return the string that starts at `at` and where it ends; a null string is empty."""
    (length,) = struct.unpack_from(">h", data, at)
    end = at + 2 + max(length, 0)
    (text,) = struct.unpack_from(f">{max(length, 0)}s", data, at + 2)
    return text.decode(), end
