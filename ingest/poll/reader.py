"""Bodies read off the event loop: small ones in a thread, long ones in a process with limits.

feedparser is Python, so a thread shares the loop's core but never holds the loop; a body of many
megabytes, or one made to be slow, is read in a process that is killed at its deadline.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlineError
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final

from pebble import ProcessExpired, ProcessPool

from ingest.poll.dates import Zones
from ingest.poll.identify import Identified, identify
from ingest.poll.parse import NoFeedError, ParsedFeed, parse_feed
from ingest.poll.sitemap import parse_sitemap
from ingest.poll.tryout import zones_of
from ingest.web.client import Answer
from store.feeds import Kind
from store.leases import LeasedFeed

# Above this a feed takes a second to read, and a hostile one far longer: at this length the worst
# known, of thousands of attributes or broken comments, takes 7 s; at the double four times that.
_LONG: Final = 2**18
# A feed of 16 MiB is read in 15 s; what takes longer is not meant to be read.
_DEADLINE_S: Final = 40.0
# The headers that say how the bytes are to be read.
_READ_HEADERS: Final = ("content-type", "content-location", "content-language")
# Two, so that one slow body does not hold up the others; more would only share the same core.
_THREADS: Final = 2


@dataclass(frozen=True, slots=True)
class Job:
    """A body to read."""

    body: bytes
    url: str  # the final one: relative links are resolved against it
    feed_url: str
    kind: Kind
    agency: str | None
    headers: Mapping[str, str]
    zones: Zones


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body holds."""

    feed: ParsedFeed
    entries: tuple[Identified, ...]


def job_of(feed: LeasedFeed, answer: Answer) -> Job:
    """Return the body that a feed answered with, and what is needed to read it."""
    return Job(
        body=answer.body,
        url=answer.final_url,
        feed_url=feed.url,
        kind=feed.kind,
        agency=feed.agency,
        headers={name: answer.headers[name] for name in _READ_HEADERS if name in answer.headers},
        zones=zones_of(feed.agency, answer.final_url),
    )


def read(job: Job) -> Reading:
    """Read a body; raises `NoFeedError`."""
    if job.kind == "sitemap":
        feed = parse_sitemap(job.body, url=job.url, zones=job.zones)
    else:
        feed = parse_feed(job.body, url=job.url, headers=job.headers, zones=job.zones)
    return Reading(feed, identify(feed, feed_url=job.feed_url, agency=job.agency))


class Reader:
    """Reads many bodies; one a process, closed at its end."""

    def __init__(self, *, deadline_s: float = _DEADLINE_S) -> None:
        self._deadline_s = deadline_s
        self._threads = ThreadPoolExecutor(_THREADS, "read")
        # pebble types only some of its methods
        self._processes: Any = None

    async def read(self, job: Job) -> Reading:
        """Read a body without holding the event loop.

        Raises:
            NoFeedError: it is no feed, or took longer than the deadline.
        """
        if len(job.body) <= _LONG:
            return await asyncio.get_running_loop().run_in_executor(self._threads, read, job)
        if self._processes is None:
            self._processes = ProcessPool(1, max_tasks=100, context=get_context("spawn"))
        future = self._processes.schedule(read, args=(job,), timeout=self._deadline_s)
        try:
            return await asyncio.wrap_future(future)
        except DeadlineError as error:
            raise NoFeedError("parse", f"not read within {self._deadline_s:.0f} s") from error
        except ProcessExpired as error:
            raise NoFeedError("parse", f"the reading process died: {error}") from error

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._processes is not None:
            self._processes.stop()
            self._processes.join()
