"""What one poll of a feed would do, told without doing it: nothing is published, nothing saved.

The report is made of the same pure functions as the poll itself. Runs on an event loop.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.poll import conclude
from ingest.poll.conclude import Brought, Failure, Rules
from ingest.poll.dates import is_future
from ingest.poll.diff import Difference
from ingest.poll.identify import Identified
from ingest.poll.parse import NoFeedError
from ingest.poll.reader import Reading, job_of, read
from ingest.web.client import Answer, Door, Hop
from ingest.web.outcomes import NoAnswer
from store.feeds import Kind
from store.leases import LeasedFeed
from store.polls import PollResult

# The headers that say how and when to come again.
TELLING: Final = (
    "content-type",
    "content-encoding",
    "etag",
    "last-modified",
    "cache-control",
    "age",
    "expires",
    "retry-after",
    "server",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it: the answer, the entries, what is odd, the next poll and why then."""

    url: str
    outcome: str
    detail: str | None
    status: int | None
    hops: tuple[Hop, ...]
    headers: dict[str, str]
    size: int
    elapsed_s: float | None
    title: str | None
    entries: tuple[Identified, ...]
    oddities: tuple[str, ...]
    next_poll_at: dt.datetime
    why: str


async def check(
    door: Door,
    url: str,
    *,
    kind: Kind = "rss",
    agency: str | None = None,
    rules: Rules,
    now: dt.datetime,
) -> Report:
    """Ask `url` as a first poll would, and tell what that poll would do."""
    feed = LeasedFeed(0, url, kind, agency)
    try:
        answer = await door.get(url, headers=conclude.request_headers(feed))
    except NoAnswer as error:
        failure = conclude.failure_from(error, ours=False)
        return _failed(feed, failure, None, rules, now)
    failed = conclude.failure_of(answer)
    if failed is not None:
        return _failed(feed, failed, answer, rules, now)
    try:
        reading = read(job_of(feed, answer))
    except NoFeedError as error:
        failure = Failure(error.kind, str(error), answer.status, answer.headers)
        return _failed(feed, failure, answer, rules, now)
    brought = Brought(reading.feed, Difference(reading.entries, (), (), (), gap=False), ())
    result = conclude.succeeded(feed, answer, rules, now, brought)
    return _report(feed, result, now, answer=answer, reading=reading)


def oddities(answer: Answer, reading: Reading, now: dt.datetime) -> Iterator[str]:
    """Yield what is odd about a feed that could be read, a line each."""
    feed, entries = reading.feed, reading.entries
    if feed.trouble:
        yield f"broken XML: {feed.trouble}"
    if "mojibake" in feed.flags:
        yield f"UTF-8 under another name: {answer.headers.get('content-type', 'no Content-Type')}"
    if "html" in answer.headers.get("content-type", ""):
        yield f"served as {answer.headers['content-type']}"
    if answer.moved_to:
        yield f"has moved for good: {answer.moved_to}"
    if not {"etag", "last-modified"} & answer.headers.keys():
        yield "no validators: every poll costs the whole feed"
    if not entries:
        yield "no entries"
        return
    if len(entries) < len(feed.entries):
        yield f"{len(feed.entries) - len(entries)} entries stand twice"
    yield from _odd_entries(entries, now)


def _odd_entries(entries: tuple[Identified, ...], now: dt.datetime) -> Iterator[str]:
    counts = {
        "without an address": sum("no-link" in one.flags for one in entries),
        "without a guid": sum(one.entry.raw_guid is None for one in entries),
        "without a headline": sum(not one.entry.headline for one in entries),
        "without a date": sum(
            not (one.entry.published_raw or one.entry.updated_raw) for one in entries
        ),
        "with a date that can't be read": sum(
            bool(one.entry.published_raw) and one.entry.published_at is None for one in entries
        ),
        "with a date in the future": sum(is_future(one.entry.published_at, now) for one in entries),
    }
    yield from (f"{count} entries {what}" for what, count in counts.items() if count)
    dates = [one.entry.published_at for one in entries if one.entry.published_at]
    if dates and now - max(dates) > dt.timedelta(days=30):
        yield f"nothing new since {max(dates):%Y-%m-%d}"


def _failed(
    feed: LeasedFeed, failure: Failure, answer: Answer | None, rules: Rules, now: dt.datetime
) -> Report:
    result = conclude.failed(feed, failure, rules, now)
    return _report(feed, result, now, answer=answer, failure=failure)


def _report(
    feed: LeasedFeed,
    result: PollResult,
    now: dt.datetime,
    *,
    answer: Answer | None,
    reading: Reading | None = None,
    failure: Failure | None = None,
) -> Report:
    headers = answer.headers if answer else {}
    odd = tuple(oddities(answer, reading, now)) if answer and reading else ()
    return Report(
        url=feed.url,
        outcome=failure.outcome if failure else "ok",
        detail=failure.detail if failure else None,
        status=answer.status if answer else None,
        hops=answer.hops if answer else (),
        headers={name: headers[name] for name in TELLING if name in headers},
        size=len(answer.body) if answer else 0,
        elapsed_s=answer.elapsed_s if answer else None,
        title=reading.feed.title if reading else None,
        entries=reading.entries if reading else (),
        oddities=odd,
        next_poll_at=result.next_poll_at,
        why="retired" if result.state == "retired" else str(result.memory.get("why", "")),
    )
