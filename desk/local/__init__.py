"""Real Kafka and PostgreSQL on this machine, without Docker, Java or PostgreSQL being installed.

`Local(data).start()` starts a broker and a database that store under `data`, or finds the ones that
already run there. They live in sessions of their own: they outlast whoever started them, by Ctrl-C
or kill -9, and only `stop` ends them. Killed themselves, at any moment of their first start too,
they come back with their data. Two starters at once are safe: each server's folder has a lock.
Everything here runs in the calling thread, and the two servers start side by side.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from desk.local.status import Status
from wire.errors import Fatal
from wire.settings import Settings

__all__ = ["Endpoints", "Local", "Status", "ensure"]

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the embedded servers answer; empty for one that was not asked for."""

    bootstrap_servers: str
    database_url: str


def quiet(_message: str) -> None:
    """Say nothing."""


class Local:
    """The embedded servers of one data folder.

    `brokers` is fixed by the first start: 1 unless told, 3 for tests of replication. `say` is told
    in a sentence what takes long or turns out other than asked (a download, another port).
    """

    def __init__(self, data: Path, *, brokers: int | None = None, say: Say = quiet) -> None:
        # The servers come with the extra `local`: without it this module still imports.
        folder = data.expanduser().resolve()
        try:
            from desk.local.kafka import Kafka
            from desk.local.postgres import Postgres

            self._kafka = Kafka(folder / "kafka", brokers=brokers, say=say)
            self._postgres = Postgres(folder / "postgres", say=say)
        except ImportError as error:
            raise Fatal(
                f"the embedded servers are not installed ({error.name} is missing): install "
                "wiredesk[local], or set WIREDESK_KAFKA__BOOTSTRAP_SERVERS and "
                "WIREDESK_DATABASE__URL"
            ) from error

    def start(self, *, kafka: bool = True, postgres: bool = True) -> Endpoints:
        """Start what is asked for and does not run; return when it answers.

        Raises:
            Fatal: a server does not come up; the message ends with what its log says.
        """
        with ThreadPoolExecutor(2) as pool:
            broker = pool.submit(self._kafka.start) if kafka else None
            database = pool.submit(self._postgres.start) if postgres else None
        return Endpoints(
            broker.result() if broker else "",
            database.result() if database else "",
        )

    def stop(self) -> None:
        """Stop both servers, cleanly, and return when they are gone."""
        with ThreadPoolExecutor(2) as pool:
            stops = [pool.submit(self._kafka.stop), pool.submit(self._postgres.stop)]
        for stop in stops:
            stop.result()

    def status(self) -> tuple[Status, ...]:
        """Return how each server stands: the brokers first, then PostgreSQL."""
        return (*self._kafka.status(), self._postgres.status())

    @property
    def endpoints(self) -> Endpoints:
        """Where the servers answer, or will when started; empty before a first start."""
        return Endpoints(self._kafka.bootstrap_servers, self._postgres.url)


def ensure(
    settings: Settings, *, kafka: bool = True, postgres: bool = True, say: Say = quiet
) -> Settings:
    """Return `settings` with an address for each server that is needed.

    What is configured stays as it is; for the rest the embedded servers of `settings.data` are
    started. One broker holds one copy of each partition, so the copies asked for become one.

    Raises:
        Fatal: an embedded server is needed and can't be had.
    """
    kafka = kafka and settings.kafka.bootstrap_servers is None
    postgres = postgres and settings.database.url is None
    if not (kafka or postgres):
        return settings
    endpoints = Local(settings.data, say=say).start(kafka=kafka, postgres=postgres)
    changes: dict[str, object] = {}
    if kafka:
        copies = min(3, len(endpoints.bootstrap_servers.split(",")))
        changes["kafka"] = settings.kafka.model_copy(
            update={
                "bootstrap_servers": endpoints.bootstrap_servers,
                "replication_factor": copies,
                "min_insync_replicas": max(1, copies - 1),
            }
        )
    if postgres:
        url = SecretStr(endpoints.database_url)
        changes["database"] = settings.database.model_copy(update={"url": url})
    return settings.model_copy(update=changes)
