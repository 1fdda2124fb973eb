"""Pages a second: our whole reading of a page against a bare trafilatura loop, in one process.

    python -m bench.extract [--memory 100000]

The two take turns page by page, so that a busy machine slows both alike; CPU time is counted. What
is asked: at least 1.2 times as many pages as `trafilatura.bare_extraction` at its default, with
everything switched on. `--memory N` reads N pages in a row instead, and prints the process's memory
as it goes: it must stay flat.
"""

import argparse
import gc
import os
import resource
import time
from itertools import cycle, islice
from pathlib import Path

from ingest.extract.process import initialise, read_message
from ingest.extract.warm import warm_up
from tests.quality.extract_scores import GoldPage, load, page_of, quiet, read, read_bare
from wire.settings import Settings

# A page is timed this often; the median hides what the machine did in between.
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", type=int, metavar="PAGES")
    asked = parser.parse_args()
    pages = list(load(Settings().corpus))
    if asked.memory:
        memory(pages, asked.memory)
    else:
        speed(pages)


def speed(pages: list[GoldPage]) -> None:
    """Print pages a second of both, and their ratio."""
    quiet()
    warm_up()
    for page in pages[:20]:
        read(page)
        read_bare(page)
    ours = bare = 0.0
    for page in pages:
        times = [(_timed(read, page), _timed(read_bare, page)) for _ in range(ROUNDS)]
        ours += sorted(one for one, _ in times)[ROUNDS // 2]
        bare += sorted(other for _, other in times)[ROUNDS // 2]
    print(f"ours {len(pages) / ours:.1f} pages/s, bare default {len(pages) / bare:.1f} pages/s")
    print(f"ratio {bare / ours:.2f}")


def _timed(function: object, page: GoldPage) -> float:
    assert callable(function)
    began = time.process_time()
    function(page)
    return time.process_time() - began


def memory(pages: list[GoldPage], count: int) -> None:
    """Read `count` pages as a worker does, and print its memory now and then."""
    initialise(1_024 * 2**20)
    messages = [(page_of(page).to_json(), page.content) for page in pages]
    began = time.monotonic()
    for number, (header, content) in enumerate(islice(cycle(messages), count), 1):
        read_message(header, content, None)
        if number % max(1, count // 20) == 0 or number == len(messages):
            rate = number / (time.monotonic() - began)
            print(f"{number:>7} pages  {_resident_mb():>6.1f} MB  {rate:.1f} pages/s", flush=True)
    gc.collect()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"at most {most:.1f} MB, at the end {_resident_mb():.1f} MB")


def _resident_mb() -> float:
    statm = Path(f"/proc/{os.getpid()}/statm").read_text("ascii")
    return int(statm.split()[1]) * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
