"""Stories a second that the writer stores, against a bare COPY of the same rows.

Everything is on: identity, search, near-duplicates, chains, kills, the change feed. Beside it the
rows that came of it are copied into tables of the same shape, indexes included, which is the least
that storing them can cost.
"""

import io
import multiprocessing as mp
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Final

import psutil
import psycopg
from psycopg import sql

from bench.store.stories import stories
from store.engine import create_engine
from store.writer import Writer

TABLES: Final = (
    "articles",
    "article_versions",
    "sightings",
    "entities",
    "mentions",
    "signatures",
    "bands",
    "changes",
)


# What all processes of a pool wait at; a pool hands it to each of them once.
_TOGETHER: list[Barrier] = []


def _initialise(barrier: Barrier) -> None:
    _TOGETHER.append(barrier)


@dataclass(frozen=True, slots=True)
class Rate:
    """Stories a second of all processes together, and what one story takes of a processor."""

    stories_s: float
    ours_ms: float
    server_ms: float

    def __str__(self) -> str:
        spent = f"{self.ours_ms:.2f} ms of ours, {self.server_ms:.2f} ms of PostgreSQL's a story"
        return f"{self.stories_s:,.0f} stories/s, {spent}"


@dataclass(frozen=True, slots=True)
class _Spent:
    """When one process began and ended, and the processor seconds it and its server took."""

    begun: float
    ended: float
    ours_s: float
    server_s: float


def write(url: str, start: int, count: int, batch: int) -> _Spent:
    """Write stories, the clock started when connections, plans and caches are warm."""
    made = stories(start, count)
    engine = create_engine(url, pool_size=1)
    writer = Writer(engine)
    writer.write(stories(start + count, batch))
    with engine.connect() as connection:
        server = psutil.Process(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())
    _TOGETHER[0].wait()
    begun, ours, theirs = time.time(), time.process_time(), _used(server)
    for at in range(0, count, batch):
        writer.write(made[at : at + batch])
    spent = _Spent(begun, time.time(), time.process_time() - ours, _used(server) - theirs)
    engine.dispose()
    return spent


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def measure(url: str, start: int, count: int, batch: int, processes: int) -> Rate:
    """Let processes write `count` new stories together."""
    share = count // processes
    context = mp.get_context("spawn")
    barrier = context.Barrier(processes)
    with context.Pool(processes, _initialise, (barrier,)) as pool:
        tasks = [(url, start + p * 2 * share, share, batch) for p in range(processes)]
        told: Sequence[_Spent] = pool.starmap(write, tasks, chunksize=1)
    taken = max(each.ended for each in told) - min(each.begun for each in told)
    written = processes * share
    ours, theirs = sum(each.ours_s for each in told), sum(each.server_s for each in told)
    return Rate(written / taken, 1000 * ours / written, 1000 * theirs / written)


def copy(url: str) -> float:
    """Copy the rows that were written into tables of the same shape; return the seconds taken."""
    taken = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        for table in TABLES:
            columns = sql.SQL(", ").join(sql.Identifier(c) for c in _columns(connection, table))
            source = sql.Identifier("wire_data", table)
            target = sql.Identifier("wire_data", f"copy_of_{table}")
            rows = io.BytesIO()
            with connection.cursor().copy(
                sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(columns, source)
            ) as out:
                for chunk in out:
                    rows.write(chunk)
            connection.execute(
                sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(target, source)
            )
            begun = time.monotonic()
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(target, columns)
            with connection.cursor().copy(statement) as into:
                into.write(rows.getvalue())
            taken += time.monotonic() - begun
    return taken


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    query = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'wire_data'"
        " AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"
    )
    return [row[0] for row in connection.execute(query, [table]).fetchall()]
