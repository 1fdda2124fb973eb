"""Three brokers and a PostgreSQL that tests may break: killed, frozen, filled, brought back."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError

from desk.local import Local
from tests.pipeline.harness import wait_until

BROKERS = (1, 2, 3)
# The broker whose log folder is small and can be filled.
SMALL = 3
# What its logs and indexes take at work is a tenth of this.
_SMALL_MIB = 160
_PATIENCE_S = 120.0


class Cluster:
    """The embedded servers of a folder; broker 3 stores on a small disk where that can be had."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._small = folder / "kafka" / str(SMALL)
        self.no_small_disk = self._mount()
        self._local = Local(folder, brokers=len(BROKERS))
        self.start()

    def start(self) -> None:
        """Start what does not run, and wait until it answers."""
        endpoints = self._local.start()
        self.bootstrap_servers = endpoints.bootstrap_servers
        self.database_url = endpoints.database_url

    def close(self) -> None:
        self._local.stop()
        if self.no_small_disk is None:
            subprocess.run(["umount", str(self._small)], check=True)

    def _mount(self) -> str | None:
        """Put broker 3 on a disk of its own; return why that can't be."""
        if os.geteuid() != 0:
            return "only root may mount a small disk"
        self._small.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_MIB}m", "tmpfs", str(self._small)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stderr.strip() or None if done.returncode else None

    # --- brokers

    def running(self) -> set[int]:
        """Return the brokers that answer."""
        states = self._local.status()[: len(BROKERS)]
        return {node for node, state in zip(BROKERS, states, strict=True) if state.running}

    def broker(self, node: int) -> psutil.Process:
        """Return the process of a broker that answers."""
        pid = self._local.status()[node - 1].pid
        assert pid is not None, f"broker {node} does not run"
        return psutil.Process(pid)

    def kill_broker(self, node: int) -> None:
        process = self.broker(node)
        process.kill()
        wait_until(lambda: not process.is_running() or is_zombie(process), _PATIENCE_S)

    def controller(self) -> int:
        """Return the broker that leads the controllers' quorum."""
        with self._admin() as admin:
            (topic,) = admin.describe_metadata_quorum()["topics"]
            (partition,) = topic["partitions"]
            return int(partition["leader_id"])

    def in_sync(self) -> bool:
        """Tell whether every partition has all its copies in step."""
        with contextlib.suppress(KafkaError), self._admin() as admin:
            return all(
                len(partition["isr_nodes"]) == len(partition["replica_nodes"])
                for topic in admin.describe_topics()
                for partition in topic["partitions"]
            )
        return False

    def wait_in_sync(self) -> None:
        wait_until(self.in_sync, _PATIENCE_S)

    def forget(self, topic: str) -> None:
        """Take all that a topic holds away, as retention does after a week."""
        with self._admin() as admin:
            (found,) = admin.describe_topics([topic])
            numbers = [partition["partition_index"] for partition in found["partitions"]]
            admin.delete_records({TopicPartition(topic, number): -1 for number in numbers})

    @contextlib.contextmanager
    def full_disk(self) -> Iterator[None]:
        """Fill broker 3's disk to the last byte; empty it again in the end."""
        filler = self._small / "filler"
        try:
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(2**16))
            yield
        finally:
            filler.unlink()

    @contextlib.contextmanager
    def _admin(self) -> Iterator[KafkaAdminClient]:
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap_servers.split(","))
        try:
            yield admin
        finally:
            admin.close()

    # --- PostgreSQL

    def postmaster(self) -> psutil.Process:
        pid = self._local.status()[-1].pid
        assert pid is not None, "PostgreSQL does not run"
        return psutil.Process(pid)

    def restart_database(self, how: signal.Signals) -> None:
        """End PostgreSQL by a signal (SIGINT sends its clients away), and start it again."""
        process = self.postmaster()
        process.send_signal(how)
        wait_until(lambda: not process.is_running() or is_zombie(process), _PATIENCE_S)
        self.start()

    @contextlib.contextmanager
    def frozen_database(self) -> Iterator[None]:
        """Stop PostgreSQL's clock: what is asked gets no answer until the end."""
        family = [self.postmaster(), *self.postmaster().children(recursive=True)]
        _signal(family, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(family, signal.SIGCONT)


def is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _signal(processes: list[psutil.Process], which: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(which)
