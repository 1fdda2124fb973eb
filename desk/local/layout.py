"""How an embedded Kafka cluster is laid out: its id, its ports, and each broker's configuration.

Pure: what is stored is read into a `Layout` and written from it; nothing is started here.
"""

import base64
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from desk.local.process import LOOPBACK


@dataclass(frozen=True, slots=True)
class Layout:
    """A cluster: broker n, from 1, listens on `ports[n - 1]` and `controllers[n - 1]`.

    An empty `ports` is a cluster that was never started.
    """

    id: str
    ports: tuple[int, ...]
    controllers: tuple[int, ...]

    @property
    def nodes(self) -> range:
        """The brokers' numbers."""
        return range(1, len(self.ports) + 1)

    @property
    def quorum(self) -> str:
        """The controllers as `controller.quorum.voters` takes them."""
        return ",".join(
            f"{node}@{LOOPBACK}:{port}"
            for node, port in zip(self.nodes, self.controllers, strict=True)
        )

    def state(self) -> dict[str, object]:
        """Return what is stored of the cluster."""
        return asdict(self)


def read(state: Mapping[str, object]) -> Layout:
    """Return the stored layout, or the empty one where `state` is none."""
    name, ports, controllers = (state.get(key) for key in ("id", "ports", "controllers"))
    if not (isinstance(name, str) and isinstance(ports, list) and isinstance(controllers, list)):
        return Layout("", (), ())
    return Layout(name, tuple(map(int, ports)), tuple(map(int, controllers)))


def new(ports: tuple[int, ...], controllers: tuple[int, ...], name: str = "") -> Layout:
    """Lay out a cluster on these ports, with a fresh id unless it has one."""
    # Kafka's own form of an id, URL-safe base64 of 16 bytes. A letter in front: an id that began
    # with a dash would be taken for an option.
    fresh = "w" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
    return Layout(name or fresh, ports, controllers)


def properties(layout: Layout, node: int, logs: Path) -> str:
    """Return the server.properties of broker `node`, which stores its logs in `logs`."""
    copies = min(3, len(layout.ports))
    in_sync = max(1, copies - 1)
    port, controller = layout.ports[node - 1], layout.controllers[node - 1]
    values: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": node,
        "controller.quorum.voters": layout.quorum,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": logs,
        # A misspelt topic is an error, not a new topic.
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        # Without these a group on one broker waits for copies that can't be.
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        # Made at the first group's join; 50, the default, take a second of it.
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.num.partitions": 8,
        "share.coordinator.state.topic.num.partitions": 8,
        # There is nobody to wait for.
        "group.initial.rebalance.delay.ms": 0,
        # After kill -9 the port came back in 12.5 s with the default: the old registration's time.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        # The default, 128 MB, is a third of the heap.
        "log.cleaner.dedupe.buffer.size": 16 * 2**20,
        "num.network.threads": 2,
        "num.io.threads": 4,
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())
