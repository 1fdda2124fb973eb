"""Stories a second that the writer stores, against a bare COPY of the same rows.

Generated stories of 360 words with twelve mentions each, written in batches by one and by two
processes into a real PostgreSQL; everything on: identity, search, near-duplicates, chains, kills,
the change feed. Then the rows that came of it are copied into tables of the same shape, indexes
included, which is the least that storing them can cost.

    python -m bench.store [--stories N] [--batch N] [--processes N]
"""

import argparse
import datetime as dt
import io
import multiprocessing as mp
import random
import time
import uuid
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil
import psycopg
from psycopg import sql

from desk.local import Local
from store import migrate
from store.engine import create_engine
from store.rows import EntityDraft, Focus, Mention, TaggedStory
from store.writer import Writer
from wire.messages import Dateline, Lineage, Story

NOW: Final = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PEOPLE: Final = 5_000
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


def words(rng: random.Random) -> list[str]:
    """A vocabulary; the first words are used far more than the last, as in any language."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(20_000)]


def stories(start: int, count: int) -> list[TaggedStory]:
    rng = random.Random(start)
    vocabulary = words(random.Random(0))
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    people = [_person(number) for number in range(PEOPLE)]
    chosen = rng.choices(vocabulary, weights, k=360 * count)
    return [
        _story(start + i, chosen[360 * i : 360 * (i + 1)], rng.sample(people, 10))
        for i in range(count)
    ]


def _person(number: int) -> EntityDraft:
    name = f"Person {number:05}"
    return EntityDraft(uuid.uuid5(uuid.NAMESPACE_OID, name), f"per:{name}", "PER", name, (name,))


def _story(number: int, chosen: list[str], people: list[EntityDraft]) -> TaggedStory:
    body = "\n".join(" ".join(chosen[at : at + 60]) for at in range(0, len(chosen), 60))
    url = f"https://wire.example/{number}"
    seen = NOW + dt.timedelta(seconds=number)
    story = Story(
        id=uuid.uuid5(uuid.NAMESPACE_URL, url),
        url=url,
        final_url=url,
        feed_url="https://wire.example/rss",
        publisher="wire.example",
        agency=f"agency-{number % 40}",
        headline=" ".join(chosen[:9]),
        original_headline=" ".join(chosen[:9]),
        slug=f"slug {number}",
        body=body,
        body_kind="full",
        language="en",
        published_at=seen,
        published_precision="minute",
        dateline=Dateline(raw="BELGRADE", place="BELGRADE", country="RS", lat=44.8, lon=20.5),
        observed_at=seen,
        page_sha256=f"{number:064x}",
        content_sha256=f"{number:064x}",
        rules_version="1",
        lineage=Lineage(discovered=seen, fetched=seen, extracted=seen),
    )
    mentions = tuple(
        Mention(people[n % 10].id, "PER", people[n % 10].name, "body", 40 * n, 40 * n + 12, 0.9)
        for n in range(12)
    )
    return TaggedStory(story, mentions, tuple(people), Focus("RS", "Belgrade", 0.8), "1")


# What all processes of a pool wait at; a pool hands it to each of them once.
_TOGETHER: list[Barrier] = []


def _initialise(barrier: Barrier) -> None:
    _TOGETHER.append(barrier)


def write(url: str, start: int, count: int, batch: int) -> tuple[float, float, float]:
    """Write stories; return when that began and ended, and the processor time of this process."""
    made = stories(start, count)
    engine = create_engine(url)
    writer = Writer(engine)
    # connections, plans and caches are warm before the clock starts
    writer.write(stories(start + count, batch))
    _TOGETHER[0].wait()
    begun, before = time.time(), time.process_time()
    for at in range(0, count, batch):
        writer.write(made[at : at + batch])
    ended, used = time.time(), time.process_time() - before
    engine.dispose()
    return begun, ended, used


def measure(url: str, start: int, count: int, batch: int, processes: int) -> tuple[float, float]:
    """Return stories a second of all processes together, and processor ms a story of ours."""
    share = count // processes
    context = mp.get_context("spawn")
    barrier = context.Barrier(processes)
    with context.Pool(processes, _initialise, (barrier,)) as pool:
        tasks = [(url, start + p * 2 * share, share, batch) for p in range(processes)]
        told = pool.starmap(write, tasks, chunksize=1)
    taken = max(ended for _, ended, _ in told) - min(begun for begun, _, _ in told)
    return processes * share / taken, 1000 * sum(used for *_, used in told) / (processes * share)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=6_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        servers = Local(Path(folder))
        try:
            url = servers.start(kafka=False).database_url
            migrate.upgrade(url)
            load = psutil.getloadavg()[0]
            print(f"machine: {psutil.cpu_count()} cores, load {load:.1f} before")
            for processes in sorted({1, options.processes}):
                rate, ms = measure(
                    url, processes * 10**7, options.stories, options.batch, processes
                )
                print(f"writer, {processes} processes: {rate:,.0f} stories/s, {ms:.2f} ms of ours")
            with psycopg.connect(url) as connection:
                count = connection.execute("SELECT count(*) FROM wire.articles").fetchone()
                size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
            assert count is not None
            assert size is not None
            print(f"stored: {count[0]:,} stories, {size[0] / count[0]:,.0f} bytes a story")
            print(f"bare COPY of the same rows: {count[0] / copy(url):,.0f} stories/s")
        finally:
            servers.stop()


if __name__ == "__main__":
    main()
