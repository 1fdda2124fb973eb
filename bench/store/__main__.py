"""What the writer takes, and what an archive costs and answers.

    python -m bench.store [--stories N] [--batch N] [--processes N] [--articles N,N] [--mentions N]

Into an empty database first, beside a bare COPY of the same rows. Then for each of `--articles` an
archive of that size is laid: its bytes a story, the writer's rate into it, the questions of
docs/queries.md and a batch of retention. The sizes that docs/performance.md reports are
`--articles 100000,2000000 --mentions 15`: an hour, most of it the laying, and 25 GB of disk; with
`--data` an archive stays and is found again.
"""

import argparse
import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg

from bench.store import archive, asking, writing
from bench.store.stories import NOW
from desk.local import Local
from store import migrate, timed
from store.engine import create_engine


def beside_copy(url: str, options: argparse.Namespace) -> None:
    """Write into an empty database, by one process and by several; then COPY the same rows."""
    for processes in sorted({1, options.processes}):
        start = processes * 10**7
        rate = writing.measure(url, start, options.stories, options.batch, processes)
        print(f"writer, {processes} processes: {rate}", flush=True)
    with psycopg.connect(url) as connection:
        count = connection.execute("SELECT count(*) FROM wire.articles").fetchone()
    assert count is not None
    print(f"bare COPY of the same rows: {count[0] / writing.copy(url):,.0f} stories/s")


def in_archive(url: str, articles: int, options: argparse.Namespace) -> None:
    """Lay an archive where there is none yet; write into it, ask it, retain from it."""
    if not _count(url):
        taken = archive.fill(url, articles, options.mentions)
        print(f"laid in {taken:,.0f} s", flush=True)
    stored, size = _count(url), _bytes(url)
    print(f"stored: {stored:,} stories, {size / 1e9:.1f} GB, {size / stored:,.0f} bytes a story")
    # beyond the numbers that any earlier run wrote into it
    start = 4 * stored
    rate = writing.measure(url, start, options.stories, options.batch, options.processes)
    print(f"writer, {options.processes} processes: {rate}", flush=True)
    for heading, ms, rows in asking.ask(url):
        print(f"{ms:10.1f} ms {rows:6,} rows  {heading}", flush=True)
    print(f"retention, 200 stories: {_retain(url):.0f} ms", flush=True)


def _count(url: str) -> int:
    return _number(url, "SELECT count(*) FROM wire_data.articles")


def _bytes(url: str) -> int:
    return _number(url, "SELECT pg_database_size(current_database())")


def _number(url: str, query: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _retain(url: str) -> float:
    """Return the milliseconds of one batch of retention, of the oldest stories."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE wire_data.articles SET keep_days = 1 WHERE nr IN"
            " (SELECT nr FROM wire_data.articles ORDER BY first_seen_at LIMIT 400)"
        )
    engine = create_engine(url)
    timed.retain(engine, NOW + dt.timedelta(days=2))
    begun = time.perf_counter()
    timed.retain(engine, NOW + dt.timedelta(days=2))
    taken = 1000 * (time.perf_counter() - begun)
    engine.dispose()
    return taken


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Start a PostgreSQL in a folder, with this release's schema, and stop it in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    servers = Local(folder)
    try:
        url = servers.start(kafka=False).database_url
        migrate.upgrade(url)
        yield url
    finally:
        servers.stop()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.store", description=__doc__)
    parser.add_argument("--stories", type=int, default=6_000, help="written by each measurement")
    parser.add_argument("--batch", type=int, default=64, help="stories in one transaction")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--articles", type=_sizes, default=(20_000,), help="sizes of archives")
    parser.add_argument("--mentions", type=int, default=15, help="in each article of an archive")
    parser.add_argument("--data", type=Path, help="where archives stay; a temporary folder without")
    options = parser.parse_args()
    print(f"machine: {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f} before")
    with TemporaryDirectory() as temporary:
        with _served(Path(temporary) / "empty") as url:
            beside_copy(url, options)
        for articles in options.articles:
            folder = (options.data or Path(temporary)) / str(articles)
            print(f"\nan archive of {articles:,} articles", flush=True)
            with _served(folder) as url:
                in_archive(url, articles, options)


if __name__ == "__main__":
    main()
