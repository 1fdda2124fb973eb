"""Where all stages stand at one moment: what comes in, what waits, since when, what was lost.

One look feeds the screen of `wiredesk status`, its JSON, and the gauges that the keeper serves. It
asks Kafka and PostgreSQL as anybody could from outside, so it tells of a stage that is down, too.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from desk.progress import READS
from store import waits
from store.engine import Engine
from store.waits import Waits
from wire.bus import Lag, lags, moments, positions_at
from wire.settings import KafkaSettings
from wire.topics import Topics

# Rates are of this time up to now: long enough that a feed asked every minute gives a steady one.
WINDOW: Final = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class StageStanding:
    """How one stage is; times in seconds, None where it can't be said or nothing waits."""

    stage: str
    unit: str  # what it counts
    in_per_min: float | None  # what came to it
    out_per_min: float | None  # what it gave
    waiting: int
    oldest_s: float | None  # the age of the oldest that waits
    lost: int  # messages that retention took undone


@dataclass(frozen=True, slots=True)
class Standing:
    """All stages, and what else waits. `resting` are entries on the retry topics, by topic."""

    at: dt.datetime
    stages: tuple[StageStanding, ...]
    resting: Mapping[str, int]
    waits: Waits


def age(since: dt.datetime | None, now: dt.datetime) -> float | None:
    """Return how long ago something was, in seconds; None where it never was."""
    return None if since is None else max(0.0, (now - since).total_seconds())


def look(kafka: KafkaSettings, topics: Topics, engine: Engine) -> Standing:
    """Ask Kafka and PostgreSQL.

    Raises:
        Wait: one of them is away.
    """
    now = dt.datetime.now(dt.UTC)
    reads = {stage: getattr(topics, noun) for stage, noun in READS.items()}
    groups = {topics.group(stage): [topic] for stage, topic in reads.items()}
    groups[topics.group("fetch")] += list(topics.retries)
    found = lags(kafka, groups)
    by_topic = {
        topic: [lag for lag in found[topics.group(stage)] if lag.partition.topic == topic]
        for stage, topic in reads.items()
    }
    rates = _rates(kafka, by_topic, int((now - WINDOW).timestamp() * 1000))
    oldest = _oldest(kafka, by_topic)
    waiting = waits.look(engine, now, now - WINDOW)
    resting = {
        topic: sum(lag.waiting for lag in found[topics.group("fetch")] if _is_of(lag, topic))
        for topic in topics.retries
    }
    consuming = {
        stage: _consuming(stage, by_topic[topic], rates[topic], oldest.get(topic), now)
        for stage, topic in reads.items()
    }
    return Standing(now, tuple(_in_order(consuming, waiting, now)), resting, waiting)


def _is_of(lag: Lag, topic: str) -> bool:
    return lag.partition.topic == topic


def _rates(
    kafka: KafkaSettings, by_topic: Mapping[str, Sequence[Lag]], since_ms: int
) -> dict[str, float]:
    """Return how many messages a minute came to each topic since then."""
    firsts = positions_at(kafka, list(by_topic), since_ms)
    return {
        topic: _per_min(sum(_since(lag, firsts.get(lag.partition)) for lag in found))
        for topic, found in by_topic.items()
    }


def _since(lag: Lag, first: int | None) -> int:
    return 0 if first is None else max(0, lag.end - first)


def _per_min(count: int) -> float:
    return count / (WINDOW.total_seconds() / 60)


def _oldest(kafka: KafkaSettings, by_topic: Mapping[str, Sequence[Lag]]) -> dict[str, int]:
    """Return when the oldest message that waits came, by topic, in milliseconds."""
    heads = {
        lag.partition: head
        for found in by_topic.values()
        for lag in found
        if (head := max(lag.start, lag.committed or 0)) < lag.end
    }
    came: dict[str, int] = {}
    for (topic, _), at_ms in moments(kafka, heads).items():
        came[topic] = min(at_ms, came.get(topic, at_ms))
    return came


def _consuming(
    stage: str, found: Sequence[Lag], rate: float, oldest_ms: int | None, now: dt.datetime
) -> StageStanding:
    return StageStanding(
        stage=stage,
        unit=READS[stage],
        in_per_min=rate,
        out_per_min=None,
        waiting=sum(lag.waiting for lag in found),
        oldest_s=None if oldest_ms is None else max(0.0, now.timestamp() - oldest_ms / 1000),
        lost=sum(lag.lost for lag in found),
    )


def _in_order(
    consuming: Mapping[str, StageStanding], waits: Waits, now: dt.datetime
) -> Iterator[StageStanding]:
    """Yield all stages in the order of the data; what one gives is what comes to the next."""
    fetch, extract, enrich = (consuming[stage] for stage in ("fetch", "extract", "enrich"))
    changed = _per_min(waits.changed)
    late, unrelayed = age(waits.feeds_due_since, now), age(waits.unrelayed_since, now)
    yield StageStanding("poll", "feeds", None, fetch.in_per_min, waits.feeds_due, late, 0)
    yield replace(fetch, out_per_min=extract.in_per_min)
    yield replace(extract, out_per_min=enrich.in_per_min)
    yield replace(enrich, out_per_min=changed)
    yield StageStanding("keeper", "changes", changed, None, waits.unrelayed, unrelayed, 0)
    yield consuming["dead-letters"]
