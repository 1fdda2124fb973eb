"""The whole pipeline on real pages: stories a second end to end, and where the time goes.

    python -m bench.pipeline [--pages 300] [--of fundus]

Serves pages of the shared corpus (`--of` a set of it, over again where it has fewer) on loopback,
runs every stage as a process of its own on embedded servers in a temporary folder, and prints, when
the last row is in, the rate, and for each process the CPU seconds that it took (its children's
included) and its largest resident memory.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from desk.local import Local
from tests.pipeline.corpus_site import CorpusSite, RealPage, real_pages
from tests.pipeline.harness import Pipeline
from wire.settings import Settings

# Between two looks at the processes.
_LOOK_S = 0.5


@dataclass
class Used:
    """What one stage's process and its children took: CPU seconds by process, peak memory."""

    cpu_s: dict[int, float] = field(default_factory=dict)
    rss_mb: float = 0.0

    def look(self, pid: int) -> None:
        try:
            root = psutil.Process(pid)
            family = [root, *root.children(recursive=True)]
            total = 0.0
            for process in family:
                times = process.cpu_times()
                self.cpu_s[process.pid] = times.user + times.system
                total += process.memory_info().rss / 2**20
        except psutil.Error:
            # a worker that ends while it is looked at is counted up to the last look
            return
        self.rss_mb = max(self.rss_mb, total)


def measure(pages: int, of: str) -> None:
    """Run the pages through, and print the table."""
    corpus = Settings().corpus
    if not (corpus / "pages.jsonl").exists():
        sys.exit(f"the shared corpus is not at {corpus}: WIREDESK_CORPUS says where it is")
    with tempfile.TemporaryDirectory() as folder:
        local = Local(Path(folder) / "servers")
        endpoints = local.start()
        try:
            served = real_pages(corpus, pages, of)
            _run(endpoints.bootstrap_servers, endpoints.database_url, served, Path(folder))
        finally:
            local.stop()


def _run(kafka: str, database: str, served: list[RealPage], folder: Path) -> None:
    pages = len(served)
    pipeline = Pipeline(kafka, database, "wire", folder / "data")
    used: dict[str, Used] = {}
    with CorpusSite(served) as site, pipeline.running():
        pipeline.add_feeds(*site.feeds)
        # the stages are up and have joined their groups before the clock starts
        time.sleep(15)
        started = time.monotonic()
        pipeline.poll_once()
        first = last = 0.0
        done = 0
        while done < pages:
            time.sleep(_LOOK_S)
            for stage, pid in pipeline.children.pids().items():
                used.setdefault(stage, Used()).look(pid)
            (rows,) = pipeline.rows("select count(*) from wire.articles")
            (dead,) = pipeline.rows("select count(*) from wire.dead_letters")
            count = int(str(rows[0])) + int(str(dead[0]))
            if count > done:
                last = time.monotonic() - started
                first = first or last
            done = count
    (words,) = pipeline.rows("select round(avg(word_count)) from wire.articles")
    print(f"{words[0]} words a story")
    print(f"{pages} pages in {last:.1f} s from the poll's start: {pages / last:.1f} stories/s")
    print(f"first row after {first:.1f} s; {pages / (last - first):.1f} stories/s from there\n")
    print(f"{'process':14} {'CPU s':>8} {'ms a story':>11} {'peak MiB':>9}")
    for stage, taken in used.items():
        cpu_s = sum(taken.cpu_s.values())
        print(f"{stage:14} {cpu_s:8.1f} {cpu_s / pages * 1000:11.1f} {taken.rss_mb:9.0f}")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--of", default="", help="the set of the corpus that the pages are of")
    asked = parser.parse_args()
    measure(asked.pages, asked.of)


if __name__ == "__main__":
    main()
