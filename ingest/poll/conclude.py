"""What one poll changes of its feed: answer or failure in, the row to be saved out. Pure."""

import datetime as dt
import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ingest.poll import schedule
from ingest.poll.diff import Difference
from ingest.poll.health import health_of
from ingest.poll.hints import read_freshness
from ingest.poll.memory import HOST_BUSY, Memory, read_memory
from ingest.poll.parse import ParsedFeed
from ingest.web.client import Answer
from ingest.web.later import read_delay
from ingest.web.outcomes import NoAnswer, Outcome
from store.feeds import Health, State
from store.leases import LeasedFeed
from store.polls import PollResult, SeenEntry
from wire.settings import PollSettings
from wire.text import clean

ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.1"
)
# An error is told in a line.
_LONGEST_ERROR: Final = 300


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for all polls: the settings, and where jitter comes from."""

    settings: PollSettings
    jitter: random.Random | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What a body with news brought: read, compared and published."""

    feed: ParsedFeed
    difference: Difference
    arrived: tuple[SeenEntry, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a poll failed; `ours` where the trouble is on our side and nobody is charged."""

    outcome: Outcome
    detail: str
    status: int | None = None
    headers: Mapping[str, str] | None = None
    moved_to: str | None = None
    ours: bool = False


def request_headers(feed: LeasedFeed) -> dict[str, str]:
    """Return what is sent beside the door's own headers: the validators, byte for byte."""
    headers = {"accept": ACCEPT}
    if feed.etag is not None:
        headers["if-none-match"] = feed.etag
    if feed.last_modified is not None:
        headers["if-modified-since"] = feed.last_modified
    return headers


def body_sha256(body: bytes) -> str:
    """Return the hash by which an unchanged body is known."""
    return hashlib.sha256(body).hexdigest()


def is_unchanged(feed: LeasedFeed, answer: Answer) -> bool:
    """Tell whether the answer says, or its body shows, that nothing has changed."""
    if answer.status == 304:
        return feed.last_success_at is not None
    return answer.status == 200 and body_sha256(answer.body) == feed.body_sha256


def failure_of(answer: Answer) -> Failure | None:
    """Return why an answer is none that a feed can be read from, or None."""
    if answer.status == 200:
        return None
    return Failure(
        "http-status",
        f"HTTP {answer.status}",
        answer.status,
        answer.headers,
        answer.moved_to,
    )


def failure_from(error: NoAnswer, *, ours: bool) -> Failure:
    """Return the failure that the door's error is."""
    return Failure(error.outcome, error.detail, ours=ours)


def succeeded(
    feed: LeasedFeed, answer: Answer, rules: Rules, now: dt.datetime, brought: Brought | None = None
) -> PollResult:
    """Conclude a poll that was answered: unchanged, or with what it `brought`."""
    memory = read_memory(feed.memory)
    outcome: Outcome = "not-modified" if brought is None else "ok"
    memory = schedule.succeeded(memory, outcome, answer.status)
    memory = schedule.sighted(memory, answer.moved_to, now)
    memory = memory.with_freshness(read_freshness(answer.headers, now))
    if brought is not None:
        memory = _learn(memory, feed, brought, now)
    news = brought is not None and bool(brought.difference.new)
    last_new_at = now if news else feed.last_new_at
    gap = brought is not None and brought.difference.gap
    due = schedule.after_success(
        memory,
        now=now,
        last_new_at=last_new_at,
        own_interval_s=feed.own_interval_s,
        settings=rules.settings,
        gap=gap,
        jitter=rules.jitter,
    )
    url = schedule.new_url(memory, now)
    moved = url is not None
    memory = memory.model_copy(update={"why": due.why, **({"move": None} if moved else {})})
    etag, last_modified = _validators(feed, answer)
    return PollResult(
        feed_id=feed.id,
        lease_token=feed.lease_token,
        url=url or feed.url,
        state="active",
        health=health_of(
            memory,
            state="active",
            failures=0,
            last_success_at=now,
            last_new_at=last_new_at,
            now=now,
        ),
        title=(brought.feed.title if brought else None) or feed.title,
        # validators belong to an address: they go when it changes
        etag=None if moved else etag,
        last_modified=None if moved else last_modified,
        body_sha256=feed.body_sha256 if answer.status == 304 else body_sha256(answer.body),
        next_poll_at=due.at,
        interval_s=due.interval_s,
        last_success_at=now,
        last_new_at=last_new_at,
        failures=0,
        possible_gaps=feed.possible_gaps + gap,
        last_error=_told(brought),
        memory=memory.to_json(),
        arrived=brought.arrived if brought else (),
        gone=brought.difference.gone if brought else (),
        returned=brought.difference.returned if brought else (),
        hasten_sitemaps=gap and feed.kind == "rss",
    )


def failed(feed: LeasedFeed, failure: Failure, rules: Rules, now: dt.datetime) -> PollResult:
    """Conclude a poll that failed: weighed, backed off, retired where that is certain."""
    memory = read_memory(feed.memory)
    memory = schedule.failed(memory, failure.outcome, failure.status, now, ours=failure.ours)
    if failure.moved_to is not None:
        memory = schedule.sighted(memory, failure.moved_to, now)
    due = schedule.after_failure(
        memory,
        now=now,
        interval_s=feed.interval_s,
        status=failure.status,
        retry_after_s=read_delay((failure.headers or {}).get("retry-after"), now),
        settings=rules.settings,
        jitter=rules.jitter,
    )
    retired = schedule.is_retired(memory, failure.status, now)
    state: State = "retired" if retired else "active"
    failures = feed.failures + (not failure.ours)
    memory = memory.model_copy(update={"why": "retired" if retired else due.why})
    return _unmoved(
        feed,
        memory,
        due.at,
        state=state,
        health=health_of(
            memory,
            state=state,
            failures=failures,
            last_success_at=feed.last_success_at,
            last_new_at=feed.last_new_at,
            now=now,
        ),
        failures=failures,
        last_error=clean(f"{failure.outcome}: {failure.detail}")[:_LONGEST_ERROR],
    )


def postponed(feed: LeasedFeed, at: dt.datetime) -> PollResult:
    """Conclude a poll that was not made: the host is asked by others; nothing else changes."""
    memory = read_memory(feed.memory).model_copy(update={"why": HOST_BUSY})
    return _unmoved(feed, memory, at, health=feed.health, failures=feed.failures, last_error=None)


def _unmoved(
    feed: LeasedFeed,
    memory: Memory,
    at: dt.datetime,
    *,
    health: Health,
    failures: int,
    last_error: str | None,
    state: State = "active",
) -> PollResult:
    return PollResult(
        feed_id=feed.id,
        lease_token=feed.lease_token,
        url=feed.url,
        state=state,
        health=health,
        title=feed.title,
        etag=feed.etag,
        last_modified=feed.last_modified,
        body_sha256=feed.body_sha256,
        next_poll_at=at,
        interval_s=feed.interval_s,
        last_success_at=feed.last_success_at,
        last_new_at=feed.last_new_at,
        failures=failures,
        possible_gaps=feed.possible_gaps,
        last_error=last_error,
        memory=memory.to_json(),
    )


def _learn(memory: Memory, feed: LeasedFeed, brought: Brought, now: dt.datetime) -> Memory:
    """Take the feed's hints and habit from what it brought."""
    memory = memory.with_hints(brought.feed.hints)
    memory = memory.model_copy(
        update={"entries": len(brought.feed.entries), "overflowing": brought.difference.gap}
    )
    if feed.last_success_at is None:
        dates = [e.published_at or e.updated_at for e in brought.feed.entries]
        return schedule.first_habit(memory, [d for d in dates if d is not None and d <= now])
    return schedule.learned(
        memory, new=len(brought.difference.new), now=now, last_new_at=feed.last_new_at
    )


def _validators(feed: LeasedFeed, answer: Answer) -> tuple[str | None, str | None]:
    """Return the validators to keep: a 304 may renew them, a 200 replaces them."""
    etag, last_modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    if answer.status == 304:
        return etag or feed.etag, last_modified or feed.last_modified
    return etag, last_modified


def _told(brought: Brought | None) -> str | None:
    """Say what is wrong with a feed that could be read."""
    trouble = brought.feed.trouble if brought else None
    return f"broken: {trouble}"[:_LONGEST_ERROR] if trouble else None
