"""How each feed is, in one word: what `feeds list` and the view show, what the metric counts.

A feed is never given up silently: a retired one stays in the list. The word is found at each poll;
as every active feed is polled once a day at least, it is never older. Pure but for the gauge.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final, get_args

from prometheus_client import Gauge

from ingest.poll.memory import Memory
from ingest.poll.schedule import is_quiet
from store.feeds import Health, State

HEALTHS: Final[tuple[Health, ...]] = get_args(Health)

# One failed poll is weather.
_FAILING: Final = 3

FEEDS = Gauge("wiredesk_poll_feeds", "Feeds by how they are", ["health"])


def health_of(
    memory: Memory,
    *,
    state: State,
    failures: int,
    last_success_at: dt.datetime | None,
    last_new_at: dt.datetime | None,
    now: dt.datetime,
) -> Health:
    """Return how a feed is; the worst word that fits."""
    if state != "active":
        return state
    if failures >= _FAILING:
        return "failing"
    if last_success_at is None:
        return "new"
    if is_quiet(memory, last_new_at, now):
        return "quiet"
    # its last polls shared no entry: more is filed between two than the feed holds
    return "overflowing" if memory.overflowing else "ok"


def show(counted: Mapping[str, int]) -> None:
    """Set the gauge."""
    for health in HEALTHS:
        FEEDS.labels(health).set(counted.get(health, 0))
