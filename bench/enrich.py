"""Stories a second that one core reads: tagger, desk and writing apart, beside bare onnxruntime.

    python -m bench.enrich [--tagger NAME] [--stories N] [--write]

Stories are our own copy (seeds/training) put together to 400 words each. Times are CPU seconds
of this process, so that a busy machine does not change them; `--write` stores the batch in the
embedded PostgreSQL and tells wall seconds, most of which is the server's.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psutil

from enrich.entities.tagger import Span, Tagger
from enrich.training.stories import load
from enrich.worker import enrich_batch, tagger
from tests.enrich.stories import story
from wire.messages import Story

WORDS = 400
TARGET = 15
BATCH = 64


class Fixed:
    """A tagger that knows its answer: what is left is the desk's own work."""

    version = "fixed"

    def __init__(self, answer: list[list[Span]]) -> None:
        self._answer = answer

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Span]]:
        assert len(texts) == len(languages) == len(self._answer)
        return self._answer


def stories(count: int) -> list[Story]:
    """Return stories of 400 words, each of paragraphs that no other begins with."""
    paragraphs = [p.text for s in load() if s.language == "en" for p in s.passages[1:]]
    made = []
    for number in range(count):
        taken, words = [], 0
        for paragraph in islice(cycle(paragraphs), number * 7, None):
            taken.append(paragraph)
            words += len(paragraph.split())
            if words >= WORDS:
                break
        made.append(story(f"Story number {number}", *taken, id=UUID(int=number + 1)))
    return made


def lines(listed: Sequence[Story]) -> list[str]:
    """Return the texts that a tagger is given."""
    return [line for one in listed for line in (one.headline, *one.body.split("\n"))]


def spent(work: Callable[[], object]) -> float:
    """Return the least CPU seconds of three rounds: the first warms the caches."""
    rounds = []
    for _ in range(3):
        begin = time.process_time()
        work()
        rounds.append(time.process_time() - begin)
    return min(rounds)


def bare(listed: Sequence[Story]) -> float:
    """CPU seconds of the model alone, on the windows that these stories make."""
    from enrich.entities.trained import TrainedTagger  # noqa: PLC0415  # only where it is asked for

    chosen = TrainedTagger()
    batches: list[dict[str, Any]] = []
    session = chosen.session
    run = session.run

    class Recorder:
        def run(self, names: None, inputs: dict[str, Any]) -> Any:
            batches.append(inputs)
            return run(names, inputs)

    chosen.session = Recorder()
    chosen.tag(lines(listed), [None] * len(lines(listed)))
    return spent(lambda: [run(None, inputs) for inputs in batches])


def in_batches(listed: Sequence[Story]) -> Iterator[Sequence[Story]]:
    for begin in range(0, len(listed), BATCH):
        yield listed[begin : begin + BATCH]


def writing(listed: Sequence[Story], chosen: Tagger) -> float:
    """Wall seconds to store the stories, batch by batch, in the embedded PostgreSQL."""
    from desk import local  # noqa: PLC0415  # starts servers: only where it is asked for
    from store import migrate  # noqa: PLC0415
    from store.engine import create_engine  # noqa: PLC0415
    from store.writer import Writer  # noqa: PLC0415
    from wire.settings import Settings  # noqa: PLC0415

    tagged = [enrich_batch(batch, chosen) for batch in in_batches(listed)]
    with TemporaryDirectory(prefix="wiredesk-bench-") as folder:
        base = Settings(data=Path(folder))
        servers = local.Local(base.data)
        try:
            settings = local.ensure(base)
            assert settings.database.url is not None
            url = settings.database.url.get_secret_value()
            migrate.upgrade(url)
            writer = Writer(create_engine(url))
            begin = time.monotonic()
            for batch in tagged:
                writer.write(batch)
            return time.monotonic() - begin
        finally:
            servers.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tagger", default="default")
    parser.add_argument("--stories", type=int, default=128)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    listed = stories(asked.stories)
    chosen = tagger(asked.tagger)
    texts = lines(listed)
    enrich_batch(listed[:8], chosen)
    tagging = spent(lambda: chosen.tag(texts, ["en"] * len(texts)))
    answer = chosen.tag(texts, ["en"] * len(texts))
    desk = spent(lambda: enrich_batch(listed, Fixed(answer)))
    whole = tagging + desk
    if asked.tagger == "default":
        print(f"onnxruntime alone  {len(listed) / bare(listed):8.1f} stories/s")
    print(f"tagger             {len(listed) / tagging:8.1f} stories/s")
    print(f"desk               {len(listed) / desk:8.1f} stories/s")
    print(f"both               {len(listed) / whole:8.1f} stories/s (wanted: {TARGET})")
    if asked.write:
        print(f"writing            {len(listed) / writing(listed, chosen):8.1f} stories/s (wall)")
    print(f"memory             {psutil.Process().memory_info().rss / 2**20:8.0f} MiB")


if __name__ == "__main__":
    main()
