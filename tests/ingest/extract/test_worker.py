"""The stage's work with real worker processes: spawned, limited, killed."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from ingest.extract.process import Refused
from ingest.extract.worker import ExtractionError, ExtractWork, refusal
from tests.ingest.extract.pages import PARAGRAPHS, html, page
from wire.bus import Record
from wire.errors import DeadLetter
from wire.messages import Furniture, Story
from wire.settings import ExtractSettings
from wire.work import Done

pytestmark = pytest.mark.slow

GOOD = html().encode()
# Markup that parses in no time and keeps trafilatura busy for 14 s of a processor's time.
SLOW = ("<html><body>" + "<div><p>x y</p><span>a</span></div>" * 200_000).encode()
# A wait no test comes near: what is awaited comes, or the test fails.
PATIENCE_S = 120.0


def record(offset: int, content: bytes, header: bytes | None = None) -> Record:
    told = page(content).to_json() if header is None else header
    return Record("wire.pages", 0, offset, b"key", content, (("page", told),))


def finish(work: ExtractWork, records: list[Record]) -> dict[int, Done]:
    """Return what became of the records, by offset."""
    work.start(records)
    found: dict[int, Done] = {}
    for _ in range(int(PATIENCE_S)):
        found |= {done.record.offset: done for done in work.finished(1.0)}
        if len(found) == len(records):
            return found
    raise AssertionError(f"only {sorted(found)} of {len(records)} came back")


@pytest.fixture(scope="module")
def work() -> Iterator[ExtractWork]:
    settings = ExtractSettings(workers=2, timeout_s=6, memory_mb=1_024)
    work = ExtractWork(settings, "wire.stories")
    yield work
    work.close()


def reason(done: Done) -> str:
    assert isinstance(done.error, DeadLetter), done
    assert done.error.stage == "extract"
    return done.error.reason


def test_a_page_comes_back_as_a_story_keyed_by_its_id(work: ExtractWork) -> None:
    done = finish(work, [record(1, GOOD)])[1]
    (message,) = done.outgoing
    story = Story.model_validate_json(message.value or b"")
    assert (message.topic, message.key) == ("wire.stories", str(story.id).encode())
    assert story.body.split("\n") == list(PARAGRAPHS)
    assert done.fate is not None
    assert done.fate.outcome == "extracted"
    assert {"story", "url", "host", "ms"} <= set(done.fate.fields)


def test_bad_messages_die_alone(work: ExtractWork) -> None:
    found = finish(
        work,
        [
            record(1, b"\x89PNG\r\n\x1a\n" + bytes(100)),
            record(2, GOOD, b"{}"),
            record(3, GOOD, b"not json"),
            record(4, b""),
            record(5, GOOD),
            Record("wire.pages", 0, 6, None, None),
        ],
    )
    assert reason(found[1]) == "not-html"
    assert reason(found[2]) == reason(found[3]) == reason(found[6]) == "invalid-message"
    assert reason(found[4]) == "empty"
    assert found[5].error is None


def test_a_page_that_takes_too_long_is_killed_and_its_neighbours_are_served(
    work: ExtractWork,
) -> None:
    found = finish(work, [record(1, SLOW), *(record(n, GOOD) for n in range(2, 8))])
    assert reason(found[1]) == "timeout"
    assert not [found[n].error for n in range(2, 8) if found[n].error]
    assert finish(work, [record(9, GOOD)])[9].error is None


def test_a_page_that_takes_too_much_memory_is_killed_and_its_neighbours_are_served() -> None:
    work = ExtractWork(ExtractSettings(workers=1, timeout_s=60, memory_mb=128), "wire.stories")
    try:
        found = finish(work, [record(1, SLOW), record(2, GOOD)])
    finally:
        work.close()
    assert reason(found[1]) == "memory"
    assert found[2].error is None


def test_a_worker_that_is_killed_from_outside_costs_no_page_that_it_did_not_read(
    work: ExtractWork,
) -> None:
    finish(work, [record(1, GOOD)])
    living = [
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
    ]
    for child in living:
        if "spawn_main" in " ".join(child.cmdline()):
            child.send_signal(signal.SIGSEGV)
    found = finish(work, [record(n, GOOD) for n in range(1, 9)])
    assert not [done.error for done in found.values() if done.error]


def test_furniture_of_the_host_reaches_the_worker() -> None:
    tail = "You are reading a story of Wire Example, the harbour town's own agency"
    learned = Furniture(host="wire.example", epoch=3, lines=(tail,), stories=40)
    work = ExtractWork(
        ExtractSettings(workers=1), "wire.stories", lambda: {"wire.example": learned}
    )
    try:
        done = finish(work, [record(1, html(*PARAGRAPHS, tail).encode())])[1]
    finally:
        work.close()
    story = Story.model_validate_json(done.outgoing[0].value or b"")
    assert tail not in story.body
    assert story.rules_version.endswith("0000003")


def test_room_is_what_the_workers_can_take(work: ExtractWork) -> None:
    free = work.room()
    assert free > 0
    work.start([record(1, GOOD)])
    assert work.room() == free - 1
    for _ in range(int(PATIENCE_S)):
        if work.finished(1.0):
            break
    assert work.room() == free


def test_an_error_that_nobody_foresaw_comes_with_its_traceback() -> None:
    error = refusal(Refused("error", "Traceback …\nKeyError: 'x'", expected=False))
    assert isinstance(error, ExtractionError)
    assert "KeyError" in str(error)


def test_closing_leaves_no_process_behind() -> None:
    work = ExtractWork(ExtractSettings(workers=2), "wire.stories")
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    finish(work, [record(1, GOOD)])
    work.close()
    work.close()
    started = {c.pid for c in psutil.Process(os.getpid()).children(recursive=True)} - before
    # multiprocessing's own resource tracker may stay; no worker does
    left = [p for p in map(psutil.Process, started) if "spawn_main" in " ".join(p.cmdline())]
    assert not left
