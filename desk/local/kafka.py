"""The embedded Kafka: KRaft brokers that are their own controllers, one unless told otherwise.

A broker's log folder comes into being whole: it is formatted beside its place and then renamed.
The quorum is the static one of the configuration, so a cluster whose ports were taken comes back on
others. A broker runs means: its process lives, and it answers a metadata request with this
cluster's id and itself among the brokers.
"""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from desk.local import java, layout, metadata, process
from desk.local.layout import Layout
from desk.local.process import LOOPBACK
from desk.local.status import Status
from wire.errors import Fatal

# A broker killed under load reads its logs again before it answers.
START_PATIENCE_S = 60
# The way down hands leadership over; a broker whose controller is gone waits for it in vain.
STOP_PATIENCE_S = 15
# One who takes the port between our look and the broker's bind is met once, not for ever.
START_TRIES = 3
# 340 MB resident under the tests' load. The quick compiler alone halves the time to start.
JVM = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
MAIN = "kafka.Kafka"

LOG4J = """\
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {folder}/broker.log
appender.file.filePattern = {folder}/broker.log.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %p %c: %m%n
appender.file.policies.type = SizeBasedTriggeringPolicy
appender.file.policies.size = 5MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 3
"""


class Kafka:
    """The brokers of one folder."""

    def __init__(self, folder: Path, *, brokers: int | None, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._brokers = brokers
        self._say = say

    @property
    def bootstrap_servers(self) -> str:
        """Where the brokers answer; empty before the first start."""
        return ",".join(f"{LOOPBACK}:{port}" for port in self._stored().ports)

    def start(self) -> str:
        """Start the brokers that don't run; return the addresses of all when they answer."""
        with process.locked(self._folder):
            for _ in range(START_TRIES):
                cluster = self._settle()
                running = self._launch(cluster)
                if all(self._answers_soon(cluster, node, one) for node, one in running.items()):
                    return self.bootstrap_servers
        raise Fatal(f"Kafka in {self._folder} does not start: {self._last_words()}")

    def stop(self) -> None:
        """Stop all brokers."""
        if not self._folder.exists():
            return
        with process.locked(self._folder):
            process.end(self._running(self._stored()), signal.SIGTERM, STOP_PATIENCE_S)

    def status(self) -> tuple[Status, ...]:
        """Return how each broker stands; one line that none runs before the first start."""
        cluster = self._stored()
        if not cluster.nodes:
            return (Status("kafka", running=False, address=""),)
        return tuple(self._status(cluster, node) for node in cluster.nodes)

    def _status(self, cluster: Layout, node: int) -> Status:
        name = "kafka" if len(cluster.nodes) == 1 else f"kafka-{node}"
        address = f"{LOOPBACK}:{cluster.ports[node - 1]}"
        found = self._find(node)
        if not (found and self._answers(cluster, node)):
            return Status(name, running=False, address=address)
        return Status(name, True, address, found.pid, process.memory_mb(found))

    def _stored(self) -> Layout:
        return layout.read(process.read_state(self._folder / "cluster.json"))

    def _settle(self) -> Layout:
        """Return the cluster's layout, chosen at the first start, with ports that are to be had."""
        stored = self._stored()
        wanted = self._brokers or len(stored.ports) or 1
        if stored.ports and len(stored.ports) != wanted:
            raise Fatal(
                f"{self._folder} holds a cluster of {len(stored.ports)} brokers, not {wanted}: "
                "start it as it is, or with another --data"
            )
        taken = [
            port
            for node in stored.nodes
            if not self._find(node)
            for port in (stored.ports[node - 1], stored.controllers[node - 1])
            if process.port_taken(port)
        ]
        if stored.ports and not taken:
            return stored
        return self._choose(stored, taken, wanted)

    def _choose(self, stored: Layout, taken: Sequence[int], wanted: int) -> Layout:
        """Choose and store ports: all at the first start, later those that others took."""
        if taken:
            self._say(f"port {taken[0]} of Kafka is taken by another program: choosing anew")
            # The others hold the old addresses in their configuration.
            process.end(self._running(stored), signal.SIGTERM, STOP_PATIENCE_S)
        ports = list(stored.ports + stored.controllers) or [0] * (2 * wanted)
        for index, port in enumerate(ports):
            if port == 0 or port in taken:
                ports[index] = process.choose_port(ports)
        half = len(ports) // 2
        chosen = layout.new(tuple(ports[:half]), tuple(ports[half:]), stored.id)
        process.save_state(self._folder / "cluster.json", chosen.state())
        return chosen

    def _launch(self, cluster: Layout) -> dict[int, psutil.Process | None]:
        """Start the brokers that don't run; return the process of each, None where it died."""
        found = {node: self._find(node) for node in cluster.nodes}
        if all(found.values()):
            return found
        command = [java.java(), *JVM, "-cp", java.class_path(self._say)]
        for node in (node for node, one in found.items() if not one):
            self._format(cluster, node, command)
            folder = self._node(node)
            log4j = f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}"
            run = [*command[:-2], log4j, *command[-2:], MAIN, str(self._properties(node))]
            identity = process.record(process.spawn(run, folder / "server.out"))
            process.save_state(folder / "state.json", identity)
            found[node] = process.recorded(identity)
        return found

    def _format(self, cluster: Layout, node: int, command: Sequence[str]) -> None:
        """Write the broker's configuration, and its log folder if this is its first start."""
        folder = self._node(node)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "log4j2.properties").write_text(LOG4J.format(folder=folder))
        self._properties(node).write_text(layout.properties(cluster, node, folder / "data"))
        # A starter killed after the rename leaves its emptied folder beside the one in place.
        process.sweep(folder, "format-")
        if (folder / "data").exists():
            return
        new = Path(tempfile.mkdtemp(prefix="format-", dir=folder))
        draft = new / "server.properties"
        draft.write_text(layout.properties(cluster, node, new / "data"))
        tool = ("kafka.tools.StorageTool", "format", "-t", cluster.id, "-c", str(draft))
        done = subprocess.run([*command, *tool], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Fatal(f"Kafka can't format {new}: {done.stdout.strip()} {done.stderr.strip()}")
        (new / "data").rename(folder / "data")
        shutil.rmtree(new)

    def _node(self, node: int) -> Path:
        return self._folder / str(node)

    def _properties(self, node: int) -> Path:
        return self._node(node) / "server.properties"

    def _find(self, node: int) -> psutil.Process | None:
        ours = (MAIN, str(self._properties(node)))
        state = process.read_state(self._node(node) / "state.json")
        return process.recorded(state) or process.find(lambda command: tuple(command[-2:]) == ours)

    def _running(self, cluster: Layout) -> list[psutil.Process]:
        return [one for node in cluster.nodes if (one := self._find(node))]

    def _answers(self, cluster: Layout, node: int) -> bool:
        answer = metadata.ask(cluster.ports[node - 1])
        return answer is not None and answer.id == cluster.id and node in answer.brokers

    def _answers_soon(self, cluster: Layout, node: int, one: psutil.Process | None) -> bool:
        """Wait until the broker answers; false where it died first."""
        if one is None:
            return False
        answered = process.wait_for(
            lambda: self._answers(cluster, node) or not process.alive(one), START_PATIENCE_S
        )
        if not answered:
            raise Fatal(
                f"broker {node} in {self._folder} runs (pid {one.pid}) but does not answer within "
                f"{START_PATIENCE_S} s: {self._last_words()}"
            )
        return process.alive(one)

    def _last_words(self) -> str:
        logs = (self._node(node) for node in self._stored().nodes)
        files = (folder / name for folder in logs for name in ("broker.log", "server.out"))
        return "\n".join(filter(None, map(process.tail, files)))
