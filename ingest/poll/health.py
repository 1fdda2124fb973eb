"""How each feed is, in one word: what `feeds list` shows, the metric counts, alerts are made on.

Pure but for the gauge. A feed is never given up silently: a retired one stays in the list.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal, get_args

from prometheus_client import Gauge

from ingest.poll.memory import read_memory
from ingest.poll.schedule import is_quiet
from store.feeds import FeedRow

Health = Literal["ok", "new", "failing", "quiet", "overflowing", "paused", "retired"]
HEALTHS: Final[tuple[str, ...]] = get_args(Health)

# One failed poll is weather.
_FAILING: Final = 3

FEEDS = Gauge("wiredesk_poll_feeds", "Feeds by how they are", ["health"])


def health_of(row: FeedRow, now: dt.datetime) -> Health:
    """Return how a feed is; the worst word that fits."""
    if row.state != "active":
        return row.state
    memory = read_memory(row.memory)
    if row.failures >= _FAILING:
        return "failing"
    if row.last_success_at is None:
        return "new"
    if is_quiet(memory, row.last_new_at, now):
        return "quiet"
    # its last polls shared no entry: more is filed between two than the feed holds
    return "overflowing" if memory.overflowing else "ok"


def count(rows: Iterable[FeedRow], now: dt.datetime) -> Counter[str]:
    """Count feeds by health, and set the gauge."""
    counted = Counter[str](health_of(row, now) for row in rows)
    for health in HEALTHS:
        FEEDS.labels(health).set(counted[health])
    return counted
