"""5,000 feeds over 24 hours on a clock that is moved: smooth load, kept limits, bounded memory.

The polls are simulated, the decisions are not: when a feed comes due, what an answer changes and
when a host may be asked are decided by the functions that poll and store themselves use.
"""

import dataclasses
import datetime as dt
import heapq
import itertools
import random
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from statistics import mean

import pytest

from ingest.poll import conclude
from ingest.poll.conclude import Brought, Failure, Rules
from ingest.poll.diff import Difference
from ingest.poll.hints import Hints
from ingest.poll.identify import identify
from ingest.poll.parse import ParsedFeed, parse_feed
from ingest.poll.schedule import spread
from ingest.web.client import Answer
from store.leases import LeasedFeed
from store.politeness import HostState, SlotRequest, grant
from store.polls import PollResult
from tests.ingest.poll.rig import START, numbered
from wire.settings import PollSettings

# The feed's window, and how long an entry that left it is remembered (shorter than in life, so
# that a day shows the bound).
WINDOW = 20
REMEMBERED = dt.timedelta(hours=3)
GAP_S = 1.0
PATIENCE_S = 30.0
# What a poll brings; nothing but its number is looked at.
ENTRY = identify(
    parse_feed(numbered([1]), url="https://a.example/"), feed_url="https://a.example/", agency=None
)


@dataclass
class Simulated:
    """One publisher's feed: how often it files, and whether it answers."""

    row: LeasedFeed
    host: str
    per_hour: float
    fails: float
    filed: float = 0.0  # entries filed and not yet seen
    polled_at: dt.datetime | None = None
    window: int = 0  # entries that stand in the feed and were seen
    left: deque[tuple[dt.datetime, int]] = field(default_factory=deque)  # when, how many
    seen: int = 0  # rows of its seen-set: what stands there, and what left and is remembered
    number: int = 0


@dataclass
class World:
    """What happened, by the minute and by the host."""

    polls: Counter[int] = field(default_factory=Counter)
    starts: dict[str, list[dt.datetime]] = field(default_factory=lambda: defaultdict(list))
    most_seen: int = 0
    new: int = 0
    found: int = 0


def world_of(count: int, chance: random.Random) -> list[Simulated]:
    """A tenth busy wires, a third hourly, the rest slow; one host with many; some that fail."""
    feeds = []
    for number in range(count):
        host = "big.example" if number % 50 == 0 else f"host{number // 3}.example"
        per_hour = chance.choice((40.0, 2.0, 1.0, 1.0, 0.3, 0.3, 0.1, 0.1, 0.02, 0.02))
        fails = chance.choice((1.0, 0.3, *(0.01,) * 20))
        feeds.append(
            Simulated(LeasedFeed(number, f"https://{host}/{number}"), host, per_hour, fails)
        )
    return feeds


def busy(now: dt.datetime) -> float:
    """Newsrooms sleep: four times as much is filed at noon as at night."""
    return 1.6 if 7 <= now.hour < 21 else 0.4


def poll(one: Simulated, now: dt.datetime, rules: Rules, chance: random.Random) -> PollResult:
    if chance.random() < one.fails:
        failure = (
            Failure("timeout", "no answer")
            if chance.random() < 0.5
            else Failure("http-status", "HTTP 404", 404, {})
        )
        return conclude.failed(one.row, failure, rules, now)
    since = (now - (one.polled_at or now - dt.timedelta(hours=1))).total_seconds() / 3600
    one.filed += since * one.per_hour * busy(now)
    one.polled_at = now
    new = int(one.filed)
    one.filed -= new
    if new == 0:
        answer = Answer(one.row.url, one.row.url, 304, {}, b"", (), 0.1)
        return conclude.succeeded(one.row, answer, rules, now)
    one.number += new
    seen = remember(one, new, now)
    answer = Answer(one.row.url, one.row.url, 200, {}, str(one.number).encode(), (), 0.1)
    feed = ParsedFeed("Wire", None, None, "rss20", Hints(), ())
    found = Difference(ENTRY * new, (), (), (), gap=new >= WINDOW and seen > 0)
    return conclude.succeeded(one.row, answer, rules, now, Brought(feed, found, ()))


def remember(one: Simulated, new: int, now: dt.datetime) -> int:
    """Keep the seen-set as store does: what leaves the window is marked, and later pruned."""
    before = one.seen
    one.window += new
    if one.window > WINDOW:
        one.left.append((now, one.window - WINDOW))
        one.window = WINDOW
    one.seen += new
    while one.left and now - one.left[0][0] >= REMEMBERED:
        one.seen -= one.left.popleft()[1]
    return before


# What a poll's result says of the feed's row.
SAVED = {f.name for f in dataclasses.fields(LeasedFeed)} & {
    f.name for f in dataclasses.fields(PollResult)
}


def saved(feed: LeasedFeed, result: PollResult) -> LeasedFeed:
    return dataclasses.replace(feed, **{name: getattr(result, name) for name in SAVED})


def live(count: int, hours: int) -> World:
    chance = random.Random(7)
    rules = Rules(PollSettings(), chance)
    world, hosts = World(), dict[str, HostState]()
    feeds = world_of(count, chance)
    due = [(at, n) for n, at in enumerate(spread(count, START))]
    heapq.heapify(due)
    end = START + dt.timedelta(hours=hours)
    seen_total = 0
    while due and due[0][0] < end:
        now, n = heapq.heappop(due)
        one = feeds[n]
        state = hosts.get(one.host, HostState(START))
        # a request is over long before its host's next start: no slot stays held here
        asked = SlotRequest(one.host, GAP_S, 2, 0.001)
        after, answer = grant(state, asked, now, slot=1)
        if not answer.granted or answer.wait_s > PATIENCE_S:
            heapq.heappush(due, (now + dt.timedelta(seconds=max(answer.wait_s, 1.0)), n))
            continue
        hosts[one.host] = after
        start = now + dt.timedelta(seconds=answer.wait_s)
        world.starts[one.host].append(start)
        world.polls[int((start - START).total_seconds() // 60)] += 1
        before = one.seen
        result = poll(one, start, rules, chance)
        seen_total += one.seen - before
        world.most_seen = max(world.most_seen, seen_total)
        one.row = saved(one.row, result)
        if result.state == "active":
            heapq.heappush(due, (result.next_poll_at, n))
    return world


def check(world: World, count: int, hours: int) -> None:
    minutes = [world.polls[m] for m in range(30, hours * 60)]
    # smooth: no minute has much more than the hour around it
    for start in range(0, len(minutes) - 60, 60):
        hour = minutes[start : start + 60]
        assert max(hour) < 1.5 * mean(hour) + 10, (start, max(hour), mean(hour))
    for host, starts in world.starts.items():
        gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(starts)]
        assert min(gaps, default=GAP_S) >= GAP_S - 1e-6, host
    # bounded: a window for each feed, and what the busy ones file while it is remembered
    filed_while_remembered = 40 * 1.6 * (REMEMBERED.total_seconds() / 3600 + 1)
    assert world.most_seen < count * WINDOW + count * 0.15 * filed_while_remembered


def test_500_feeds_over_6_hours() -> None:
    check(live(500, 6), 500, 6)


@pytest.mark.slow
def test_5000_feeds_over_24_hours() -> None:
    check(live(5000, 24), 5000, 24)
