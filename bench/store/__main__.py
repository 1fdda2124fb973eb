"""What the writer takes, and what an archive costs and answers.

python -m bench.store [--stories N] [--batch N] [--processes N]
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg

from bench.store import writing
from desk.local import Local
from store import migrate


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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.store", description=__doc__)
    parser.add_argument("--stories", type=int, default=6_000, help="written by each measurement")
    parser.add_argument("--batch", type=int, default=64, help="stories in one transaction")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    print(f"machine: {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f} before")
    with TemporaryDirectory() as folder:
        servers = Local(Path(folder))
        try:
            url = servers.start(kafka=False).database_url
            migrate.upgrade(url)
            beside_copy(url, options)
        finally:
            servers.stop()


if __name__ == "__main__":
    main()
