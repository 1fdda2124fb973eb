"""When a feed is asked again, moved or given up. Pure: facts and a clock in, times out.

The next poll is the largest of what the feed's own habit, its ttl and sy:* and its cache headers
ask for, between the caps; failures back off by weight; 429, 503 and Retry-After are kept above all.
"""

import datetime as dt
import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from ingest.poll.memory import Memory, Move, seconds_since
from ingest.web.outcomes import Outcome
from wire.settings import PollSettings

# A poll four times as often as something new comes finds it, on average, an eighth of that late.
_PER_GAP: Final = 4.0
# However long a feed is silent, it is asked at least this often by its habit's measure: a busy
# wire that sleeps at night is found awake in the morning.
_QUIET_FACTOR: Final = 8.0
# How much the last gap counts against all before: some ten of them make the habit.
_HABIT: Final = 0.1
# Jitter is added, never taken away: a feed is not asked before it wants to be. Feeds without a
# habit were mostly added together and would come due together for hours (simulated: twice the
# load in one minute of ten); they are spread over as long again.
_JITTER: Final = 0.1
_FIRST_JITTER: Final = 1.0
# Before a feed has shown a habit.
_FIRST_INTERVAL_S: Final = 300.0
# A feed that lost entries between two polls is asked this much more often.
_GAP_FACTOR: Final = 0.5

# How much a failure counts towards giving way (polling.md 16): a name that does not resolve is
# mostly our own trouble, a server's error passes, a missing feed rarely does.
_WEIGHTS: Final[Mapping[str, float]] = {
    "dns": 0.25,
    "timeout": 0.5,
    "refused": 0.5,
    "tls": 0.5,
    "protocol": 0.5,
}
_WEIGHT_5XX: Final = 0.5
_WEIGHT_OTHER: Final = 1.0
# The first pause after a failure; it doubles with each whole unit of weight.
_BACK_OFF_S: Final = 120.0
# 429 without Retry-After: more than a gap between requests, less than giving up.
_LIMITED_S: Final = 600.0
# Retry-After beyond a day is a mistake or a wish to be rid of us; we ask once a day then.
_RETRY_AFTER_MOST_S: Final = 86_400.0

# 404 is often a broken deployment: many over days before a feed is given up.
_MISSING_POLLS: Final = 10
_MISSING_FOR: Final = dt.timedelta(days=7)
# A permanent redirect is believed when it was seen again and again over days.
_MOVE_SIGHTINGS: Final = 3
_MOVE_FOR: Final = dt.timedelta(days=2)
# No news for this many times the usual gap, and at least this long, is a warning.
_QUIET_GAPS: Final = 20.0
_QUIET_LEAST_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Due:
    """When a feed is asked next, at what interval, and what decided it: one word for people."""

    at: dt.datetime
    interval_s: float
    why: str


def after_success(
    memory: Memory,
    *,
    now: dt.datetime,
    last_new_at: dt.datetime | None,
    own_interval_s: float | None,
    settings: PollSettings,
    gap: bool = False,
    jitter: random.Random | None = None,
) -> Due:
    """Return the next poll after one that succeeded (304 included); `memory` holds its hints."""
    wishes = {"habit": _adaptive(memory, now, last_new_at, gap=gap)}
    if own_interval_s is not None:
        wishes = {"operator": own_interval_s}
    else:
        wishes |= {"ttl": memory.ttl_s or 0.0, "sy": memory.sy_s or 0.0}
    wishes["cache"] = memory.fresh_s or 0.0
    why = max(wishes, key=lambda name: wishes[name])
    least = settings.min_interval_s
    if own_interval_s is not None:
        # the operator may have rights to ask more often than our own least
        least = min(least, own_interval_s)
    interval = min(max(wishes[why], least), settings.max_interval_s)
    share = _JITTER if memory.gap_s is not None or own_interval_s is not None else _FIRST_JITTER
    spread_s = interval * (jitter or random).uniform(0.0, share)
    at = now + dt.timedelta(seconds=interval + spread_s)
    if own_interval_s is None:
        at = _past_skips(at, memory, jitter)
    return Due(at, interval, why)


def after_failure(
    memory: Memory,
    *,
    now: dt.datetime,
    interval_s: float,
    status: int | None,
    retry_after_s: float | None,
    settings: PollSettings,
    jitter: random.Random | None = None,
) -> Due:
    """Return the next poll after a failure; `memory` has its weight already."""
    base = max(min(interval_s or _FIRST_INTERVAL_S, _BACK_OFF_S), settings.min_interval_s)
    pause, why = base * 2.0 ** min(memory.failures, 30.0), "back-off"
    if status == 429:
        pause, why = max(pause, _LIMITED_S), "limited"
    pause = min(pause, settings.max_interval_s)
    if retry_after_s is not None:
        asked = min(retry_after_s, _RETRY_AFTER_MOST_S)
        pause, why = max(asked, settings.min_interval_s), "retry-after"
    # failures come together: spread over half as long again, never earlier
    spread = (
        (jitter or random).uniform(0.0, 0.5)
        if why != "retry-after"
        else ((jitter or random).uniform(0.0, 0.05))
    )
    return Due(now + dt.timedelta(seconds=pause * (1 + spread)), interval_s, why)


def weigh(outcome: Outcome, status: int | None) -> float:
    """Return how much a failure counts."""
    if outcome == "http-status" and status is not None and status >= 500:
        return _WEIGHT_5XX
    if status == 429:
        return _WEIGHT_5XX  # a limit passes; it is never taken for a permanent error
    return _WEIGHTS.get(outcome, _WEIGHT_OTHER)


def failed(
    memory: Memory, outcome: Outcome, status: int | None, now: dt.datetime, *, ours: bool = False
) -> Memory:
    """Charge a failure; where the trouble is `ours`, only tell it."""
    told = {"outcome": outcome, "status": status}
    if ours:
        return memory.model_copy(update=told)
    return memory.model_copy(
        update={
            **told,
            "failures": memory.failures + weigh(outcome, status),
            "failing_since": memory.failing_since or now,
            "missing": memory.missing + 1 if status == 404 else 0,
        }
    )


def succeeded(memory: Memory, outcome: Outcome, status: int) -> Memory:
    """Forget the failures."""
    return memory.model_copy(
        update={
            "outcome": outcome,
            "status": status,
            "failures": 0.0,
            "failing_since": None,
            "missing": 0,
        }
    )


def is_retired(memory: Memory, status: int | None, now: dt.datetime) -> bool:
    """Tell whether the feed is given up: 410 at once, 404 after many failures over days."""
    if status == 410:
        return True
    lasting = memory.failing_since is not None and now - memory.failing_since >= _MISSING_FOR
    return status == 404 and memory.missing >= _MISSING_POLLS and lasting


def sighted(memory: Memory, moved_to: str | None, now: dt.datetime) -> Memory:
    """Count a permanent redirect; none, or one to elsewhere, starts anew."""
    if moved_to is None:
        return memory.model_copy(update={"move": None}) if memory.move else memory
    known = memory.move
    if known is None or known.to != moved_to:
        return memory.model_copy(update={"move": Move(to=moved_to, since=now)})
    return memory.model_copy(
        update={"move": known.model_copy(update={"sightings": known.sightings + 1})}
    )


def new_url(memory: Memory, now: dt.datetime) -> str | None:
    """Return where the feed has moved, once its redirect was seen often and long enough."""
    move = memory.move
    if move is None or move.sightings < _MOVE_SIGHTINGS or now - move.since < _MOVE_FOR:
        return None
    return move.to


def learned(
    memory: Memory, *, new: int, now: dt.datetime, last_new_at: dt.datetime | None
) -> Memory:
    """Learn from a poll that brought `new` entries how often something new comes."""
    elapsed = seconds_since(last_new_at, now)
    if new == 0 or elapsed is None:
        return memory
    gap = elapsed / new
    known = memory.gap_s
    # each of the new entries is one gap of the same length
    share = 1 - (1 - _HABIT) ** new
    return memory.model_copy(
        update={"gap_s": gap if known is None else known + share * (gap - known)}
    )


def first_habit(memory: Memory, dates: Sequence[dt.datetime]) -> Memory:
    """Guess the habit from the dates of a feed's first window: the usual gap of its newest."""
    newest = sorted(dates, reverse=True)[:21]
    gaps = [(a - b).total_seconds() for a, b in itertools.pairwise(newest)]
    usual = median(gaps) if gaps else 0.0
    return memory if usual <= 0 else memory.model_copy(update={"gap_s": usual})


def is_quiet(memory: Memory, last_new_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Tell whether a feed has brought nothing for far longer than its habit."""
    silent = seconds_since(last_new_at, now)
    if silent is None or memory.gap_s is None:
        return False
    return silent > max(_QUIET_GAPS * memory.gap_s, _QUIET_LEAST_S)


def spread(count: int, now: dt.datetime, over_s: float = 60.0) -> list[dt.datetime]:
    """Return times for feeds added at once, so that they do not come due at once."""
    step = over_s / max(1, count)
    return [now + dt.timedelta(seconds=index * step) for index in range(count)]


def _adaptive(
    memory: Memory, now: dt.datetime, last_new_at: dt.datetime | None, *, gap: bool
) -> float:
    """Return the interval that the feed's habit asks for."""
    if memory.gap_s is None:
        silent = seconds_since(last_new_at, now)
        return _FIRST_INTERVAL_S if silent is None else max(_FIRST_INTERVAL_S, silent / _PER_GAP)
    usual = memory.gap_s / _PER_GAP
    silent = seconds_since(last_new_at, now) or 0.0
    interval = max(usual, min(silent / _PER_GAP, usual * _QUIET_FACTOR))
    return interval * _GAP_FACTOR if gap else interval


def _past_skips(at: dt.datetime, memory: Memory, jitter: random.Random | None) -> dt.datetime:
    """Move a time out of the hours and days (GMT) that the feed asks to be left alone."""
    hours, days = frozenset(memory.skip_hours), frozenset(memory.skip_days)
    if len(hours) >= 24 or len(days) >= 7 or not (hours or days):
        return at
    moved = at.astimezone(dt.UTC)
    # a week has 168 hours: one of them is allowed
    for _ in range(24 * 7):
        if moved.hour not in hours and moved.weekday() not in days:
            break
        moved = moved.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    if moved == at:
        return at
    # not all at the stroke of the hour
    return moved + dt.timedelta(seconds=(jitter or random).uniform(0.0, 300.0))
