"""Extract as a stage: records of wire.pages in, stories out, read by processes that can be killed.

The loop's thread calls all methods here; pebble's threads only put finished numbers on a queue.
A page that takes too long or too much memory costs its worker, never its neighbours: the others go
on, a new one starts, and the page is a dead letter that says why. Processes are spawned, not
forked: Kafka's client lives in this one.
"""

import json
import os
import queue
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from pebble import CONSTS, ProcessExpired, ProcessFuture, ProcessPool

from ingest.extract.process import OUT_OF_MEMORY, Extracted, Refused, initialise, read_message
from wire.bus import Outgoing, Record
from wire.errors import DeadLetter, Fatal
from wire.messages import Furniture
from wire.settings import ExtractSettings
from wire.telemetry import Fate
from wire.work import Done

# Records in hand for each worker: one that is read, and enough waiting that none stands idle
# between two turns of the loop.
_IN_HAND: Final = 4
# A worker that is to be killed has this long to end by itself; one stuck in C never does.
_TERM_S: Final = 0.2
# Workers that end one after another without a page finished: the installation is broken.
_BROKEN: Final = 20


class ExtractionError(Exception):
    """An error that nobody foresaw, with the traceback of the worker process it came from."""


@dataclass(frozen=True, slots=True)
class _Started:
    record: Record
    future: "ProcessFuture[Extracted | Refused]"
    at: float


class ExtractWork:
    """The stage's work (wire.work.Work) over a pool of worker processes."""

    def __init__(
        self,
        settings: ExtractSettings,
        stories_topic: str,
        furniture: Callable[[], Mapping[str, Furniture]] = dict,
    ) -> None:
        """Start nothing yet; `furniture` returns what wire.furniture holds now, by host."""
        CONSTS.term_timeout = _TERM_S
        self._settings = settings
        self._topic = stories_topic
        self._furniture = furniture
        self._workers = settings.workers or os.cpu_count() or 1
        self._pool: ProcessPool | None = None
        self._started: dict[int, _Started] = {}
        self._ended: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._number = 0
        self._crashes = 0

    def room(self) -> int:
        return max(0, self._workers * _IN_HAND - len(self._started))

    def start(self, records: Sequence[Record]) -> None:
        """Hand the records to the workers."""
        known = self._furniture()
        for record in records:
            self._schedule(record, known)

    def finished(self, timeout_s: float) -> Sequence[Done]:
        """Return what is done by now, waiting up to `timeout_s` for the first.

        Raises:
            Fatal: workers die one after another, whatever they are given.
        """
        if not self._started:
            return ()
        numbers = _drain(self._ended, timeout_s)
        told = [self._done(self._started.pop(n)) for n in numbers if n in self._started]
        if self._crashes >= _BROKEN:
            raise Fatal(f"{_BROKEN} extraction workers ended one after another; see their output")
        return [done for done in told if done is not None]

    def close(self) -> None:
        """Stop the workers; what is in hand is forgotten."""
        self._started.clear()
        self._stop_pool()

    def _stop_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves its annotation out
            pool.join()

    def _schedule(self, record: Record, known: Mapping[str, Furniture]) -> None:
        header = record.header("page") or b""
        learned = known.get(_host_of(header)) if known else None
        future = self._running().schedule(
            read_message,
            args=(header, record.value or b"", learned.to_json() if learned else None),
            timeout=self._settings.timeout_s,
        )
        self._number += 1
        number = self._number
        self._started[number] = _Started(record, future, time.monotonic())
        future.add_done_callback(lambda _: self._ended.put(number))

    def _running(self) -> ProcessPool:
        """Return the pool, made anew where it broke: a worker ended between two pages."""
        if self._pool is not None and not self._pool.active:
            self._stop_pool()
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._workers,
                initializer=initialise,
                initargs=(self._settings.memory_mb * 2**20,),
                context=get_context("spawn"),
            )
        return self._pool

    def _done(self, started: _Started) -> Done | None:
        """Return what became of a record, None where it had to be started again."""
        error = started.future.exception()
        if isinstance(error, BrokenProcessPool):
            self._crashes += 1
            self._schedule(started.record, self._furniture())
            return None
        if error is not None:
            return _died(started.record, self._reason(error))
        self._crashes = 0
        result = started.future.result()
        if isinstance(result, Refused):
            return _died(started.record, refusal(result))
        ms = round((time.monotonic() - started.at) * 1_000)
        fate = Fate("extracted", {**result.fields, "ms": ms})
        return Done(started.record, (Outgoing(self._topic, result.key, result.value),), fate)

    def _reason(self, error: BaseException) -> Exception:
        """Return why a worker did not live to tell, as the loop understands it."""
        if isinstance(error, FutureTimeout):
            limit = self._settings.timeout_s
            return DeadLetter("extract", "timeout", f"the page took longer than {limit:g} s")
        if not isinstance(error, ProcessExpired):
            return ExtractionError(f"the pool of workers failed: {error!r}")
        if error.exitcode in (OUT_OF_MEMORY, -signal.SIGKILL):
            limit = self._settings.memory_mb
            return DeadLetter("extract", "memory", f"the page took more than {limit} MiB")
        self._crashes += 1
        return DeadLetter("extract", "crashed", f"the worker ended with status {error.exitcode}")


def refusal(refused: Refused) -> Exception:
    """Return the error that a worker's refusal stands for.

    A page that is none is its site's doing: however many there are, no release of ours is bad.
    """
    if refused.expected:
        outside = refused.reason != "invalid-message"
        return DeadLetter("extract", refused.reason, refused.detail, outside=outside)
    return ExtractionError(refused.detail)


def _died(record: Record, error: Exception) -> Done:
    """Return a record that could not be read, with what its letter is about."""
    entry = _entry_of(record.header("page") or b"")
    told = {"story": entry.get("story_id"), "url": entry.get("url"), "host": entry.get("host")}
    fields = {name: value for name, value in told.items() if isinstance(value, str)}
    return Done(record, fate=Fate("dead", fields), error=error)


def _drain(ended: "queue.SimpleQueue[int]", timeout_s: float) -> list[int]:
    found: list[int] = []
    try:
        found.append(ended.get(timeout=timeout_s))
        while True:
            found.append(ended.get_nowait())
    except queue.Empty:
        return found


def _host_of(header: bytes) -> str:
    """Return the host that a message's story is of, empty where the message can't be read."""
    host = _entry_of(header).get("host")
    return host if isinstance(host, str) else ""


def _entry_of(header: bytes) -> Mapping[str, object]:
    """Return the entry in a message's header as it stands, empty where it can't be read."""
    try:
        entry = json.loads(header)["entry"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}
