import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.poll import schedule
from ingest.poll.memory import Memory, Move, read_memory
from ingest.poll.weather import Weather
from ingest.web.outcomes import Outcome
from wire.settings import PollSettings

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)  # a Monday
SETTINGS = PollSettings()
DAY = 86_400.0


def due(memory: Memory, **changes: Any) -> schedule.Due:
    given: dict[str, Any] = {
        "now": NOW,
        "last_new_at": NOW,
        "own_interval_s": None,
        "settings": SETTINGS,
        "jitter": random.Random(1),
        **changes,
    }
    return schedule.after_success(memory, **given)


def wait(found: schedule.Due) -> float:
    return (found.at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("wishes", "interval", "why"),
    [
        ({}, 60, "habit"),
        ({"ttl_s": 600.0}, 600, "ttl"),
        ({"sy_s": 3600.0}, 3600, "sy"),
        ({"fresh_s": 900.0}, 900, "cache"),
        ({"ttl_s": 600.0, "sy_s": 3600.0, "fresh_s": 900.0}, 3600, "sy"),
        ({"ttl_s": 0.0, "fresh_s": 0.0}, 60, "habit"),
        ({"ttl_s": 10 * 365 * DAY}, DAY, "ttl"),
        ({"fresh_s": 1e12}, DAY, "cache"),
    ],
)
def test_6_next_poll_is_the_largest_wish_between_the_caps(
    wishes: dict[str, float], interval: float, why: str
) -> None:
    found = due(Memory(gap_s=40.0, **wishes))
    assert (found.interval_s, found.why) == (interval, why)
    assert interval <= wait(found) <= interval * 1.1


def test_6_the_operators_interval_overrides_ttl_and_sy_but_no_cache() -> None:
    memory = Memory(gap_s=7200.0, ttl_s=DAY, sy_s=DAY)
    assert due(memory, own_interval_s=300.0).interval_s == 300
    assert due(memory, own_interval_s=20.0).interval_s == 20
    cached = memory.model_copy(update={"fresh_s": 900.0})
    assert due(cached, own_interval_s=300.0).interval_s == 900


def test_6_the_operators_interval_never_overrides_retry_after() -> None:
    found = failure(429, retry_after_s=3600.0, interval_s=20.0)
    assert wait(found) >= 3600


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        # 12:01 lies in a skipped hour: the next that is not is 15:00
        (Memory(gap_s=40.0, skip_hours=(12, 13, 14)), NOW.replace(hour=15)),
        # Monday is skipped, and Tuesday's first hour
        (
            Memory(gap_s=40.0, skip_days=(0,), skip_hours=(0,)),
            NOW.replace(day=24, hour=1),
        ),
    ],
)
def test_7_skipped_hours_and_days_are_waited_out(memory: Memory, expected: dt.datetime) -> None:
    at = due(memory).at
    assert expected <= at <= expected + dt.timedelta(minutes=5)


@pytest.mark.parametrize(
    "memory",
    [
        Memory(gap_s=40.0, skip_hours=tuple(range(24))),
        Memory(gap_s=40.0, skip_days=tuple(range(7))),
    ],
)
def test_7_a_feed_that_skips_everything_is_polled(memory: Memory) -> None:
    assert wait(due(memory)) < 70


def test_8_a_busy_wire_is_polled_every_minute() -> None:
    assert due(Memory(gap_s=90.0)).interval_s == 60


def test_8_a_weekly_feed_is_polled_seldom() -> None:
    assert due(Memory(gap_s=7 * DAY)).interval_s == DAY


def test_8_a_busy_feed_that_sleeps_is_asked_less_but_not_forgotten() -> None:
    memory = Memory(gap_s=480.0)
    awake = due(memory).interval_s
    asleep = due(memory, last_new_at=NOW - dt.timedelta(hours=12)).interval_s
    assert awake == 120
    assert asleep == 8 * awake


def test_8_the_habit_is_learned() -> None:
    memory = Memory()
    last = NOW
    for number in range(1, 60):
        now = NOW + dt.timedelta(minutes=10 * number)
        memory = schedule.learned(memory, new=5, now=now, last_new_at=last)
        last = now
    assert memory.gap_s == pytest.approx(120)
    for number in range(1, 60):
        now = last + dt.timedelta(hours=2 * number)
        memory = schedule.learned(memory, new=1, now=now, last_new_at=now - dt.timedelta(hours=2))
    assert memory.gap_s == pytest.approx(7200, rel=0.05)


def test_8_a_first_window_tells_the_habit() -> None:
    dates = [NOW - dt.timedelta(minutes=12 * n) for n in range(20)]
    assert schedule.first_habit(Memory(), dates).gap_s == 720
    assert schedule.first_habit(Memory(), dates[:1]).gap_s is None
    assert schedule.first_habit(Memory(), [NOW] * 5).gap_s is None


def test_10_feeds_added_at_once_do_not_come_due_at_once() -> None:
    times = schedule.spread(120, NOW)
    assert len(set(times)) == 120
    assert times[-1] - times[0] < dt.timedelta(seconds=60)


def test_10_feeds_polled_or_failed_at_once_do_not_come_due_at_once() -> None:
    jitter = random.Random(4)
    ok = {due(Memory(ttl_s=3600.0), jitter=jitter).at for _ in range(50)}
    bad = {failure(500, jitter=jitter).at for _ in range(50)}
    for times in (ok, bad):
        assert len(times) == 50
        assert max(times) - min(times) > dt.timedelta(seconds=30)


def failure(status: int | None, outcome: Outcome = "http-status", **changes: Any) -> schedule.Due:
    memory = schedule.failed(changes.pop("memory", Memory()), outcome, status, NOW)
    given: dict[str, Any] = {
        "now": NOW,
        "interval_s": 300.0,
        "retry_after_s": None,
        "settings": SETTINGS,
        "jitter": random.Random(1),
        **changes,
    }
    return schedule.after_failure(memory, status=status, **given)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after_s", "least"), [(120.0, 120), (7200.0, 7200), (1e9, DAY), (0.0, 60)]
)
def test_12_retry_after_is_kept_up_to_a_day(
    status: int, retry_after_s: float, least: float
) -> None:
    found = failure(status, retry_after_s=retry_after_s)
    assert found.why == "retry-after"
    assert least <= wait(found) <= least * 1.05


def test_12_429_without_retry_after_backs_off_with_jitter() -> None:
    found = failure(429)
    assert found.why == "limited"
    assert 600 <= wait(found) <= 900
    assert failure(429, jitter=random.Random(2)).at != found.at


def test_12_429_is_never_taken_for_a_permanent_error() -> None:
    memory, now = Memory(), NOW
    for _ in range(200):
        memory = schedule.failed(memory, "http-status", 429, now)
        now += dt.timedelta(hours=12)
        assert not schedule.is_retired(memory, 429, now)
    assert wait(failure(429, memory=memory)) <= DAY * 1.5


def test_13_410_retires_at_once() -> None:
    memory = schedule.failed(Memory(), "http-status", 410, NOW)
    assert schedule.is_retired(memory, 410, NOW)


def test_13_404_retires_only_after_many_failures_over_days() -> None:
    memory = Memory()
    for number in range(30):
        memory = schedule.failed(memory, "http-status", 404, NOW + dt.timedelta(hours=number))
    assert not schedule.is_retired(memory, 404, NOW + dt.timedelta(hours=30))
    assert schedule.is_retired(memory, 404, NOW + dt.timedelta(days=8))
    few = schedule.failed(Memory(), "http-status", 404, NOW)
    assert not schedule.is_retired(few, 404, NOW + dt.timedelta(days=30))


def test_13_a_success_between_404s_starts_anew() -> None:
    memory = Memory(missing=9, failures=9.0, failing_since=NOW - dt.timedelta(days=20))
    memory = schedule.succeeded(memory, "ok", 200)
    memory = schedule.failed(memory, "http-status", 404, NOW)
    assert (memory.missing, memory.failing_since) == (1, NOW)


def test_14_a_permanent_redirect_is_believed_after_sightings_over_days() -> None:
    memory = Memory()
    for hours in (0, 1, 2):
        memory = schedule.sighted(memory, "https://new.example/", NOW + dt.timedelta(hours=hours))
    assert schedule.new_url(memory, NOW + dt.timedelta(hours=3)) is None
    assert schedule.new_url(memory, NOW + dt.timedelta(days=2)) == "https://new.example/"


def test_14_a_redirect_elsewhere_or_none_starts_anew() -> None:
    memory = Memory(move=Move(to="https://new.example/", since=NOW, sightings=9))
    other = schedule.sighted(memory, "https://other.example/", NOW)
    assert other.move == Move(to="https://other.example/", since=NOW, sightings=1)
    assert schedule.sighted(memory, None, NOW).move is None


@pytest.mark.parametrize(
    ("outcome", "status", "weight"),
    [
        ("dns", None, 0.25),
        ("timeout", None, 0.5),
        ("http-status", 500, 0.5),
        ("http-status", 503, 0.5),
        ("http-status", 403, 1.0),
        ("http-status", 404, 1.0),
        ("http-status", 429, 0.5),
        ("parse", 200, 1.0),
        ("html", 200, 1.0),
    ],
)
def test_16_failures_weigh_by_kind(outcome: Outcome, status: int | None, weight: float) -> None:
    assert schedule.weigh(outcome, status) == weight


def test_16_back_off_grows_with_the_weighed_sum_up_to_the_cap() -> None:
    waits = []
    memory = Memory()
    for _ in range(30):
        memory = schedule.failed(memory, "parse", 200, NOW)
        found = schedule.after_failure(
            memory,
            now=NOW,
            interval_s=300.0,
            status=200,
            retry_after_s=None,
            settings=SETTINGS,
            jitter=random.Random(1),
        )
        waits.append(wait(found))
    assert waits == sorted(waits)
    assert waits[0] < 600
    assert waits[-1] <= DAY * 1.5


@pytest.mark.parametrize(
    ("outcome", "is_bad"), [("ok", False), ("dns", True), ("timeout", True), ("http-status", False)]
)
def test_16_when_most_hosts_fail_together_the_trouble_is_here(
    outcome: Outcome, is_bad: bool
) -> None:
    weather = Weather()
    for number in range(30):
        weather.note(f"{number}.example", "refused" if outcome == "ok" else "ok")
    for number in range(30):
        weather.note(f"{number}.example", outcome)
    assert weather.is_bad is is_bad


def test_16_when_the_trouble_is_here_no_feed_is_charged() -> None:
    memory = schedule.failed(Memory(failures=1.5), "dns", None, NOW, ours=True)
    assert (memory.failures, memory.outcome) == (1.5, "dns")


def test_16_one_host_that_fails_often_is_no_weather() -> None:
    weather = Weather()
    for number in range(20):
        weather.note(f"{number}.example", "ok")
    for _ in range(200):
        weather.note("down.example", "timeout")
    assert not weather.is_bad


def test_20_a_feed_that_went_strangely_quiet_is_told() -> None:
    busy = Memory(gap_s=3600.0)
    assert not schedule.is_quiet(busy, NOW - dt.timedelta(hours=23), NOW)
    assert schedule.is_quiet(busy, NOW - dt.timedelta(hours=25), NOW)
    weekly = Memory(gap_s=7 * DAY)
    assert not schedule.is_quiet(weekly, NOW - dt.timedelta(days=60), NOW)
    assert not schedule.is_quiet(Memory(), NOW - dt.timedelta(days=60), NOW)


def test_34_a_possible_gap_shortens_the_interval() -> None:
    memory = Memory(gap_s=4800.0)
    assert due(memory, gap=True).interval_s == due(memory).interval_s / 2


@given(
    st.builds(
        Memory,
        failures=st.floats(0, 1000),
        gap_s=st.none() | st.floats(0, 1e9),
        ttl_s=st.none() | st.floats(0, 1e12),
        sy_s=st.none() | st.floats(0, 1e12),
        fresh_s=st.none() | st.floats(0, 1e12),
        skip_hours=st.lists(st.integers(0, 23), max_size=24).map(tuple),
        skip_days=st.lists(st.integers(0, 6), max_size=7).map(tuple),
    ),
    st.integers(0, 10**8),
)
def test_6_no_wish_does_harm(memory: Memory, silent_s: int) -> None:
    last = NOW - dt.timedelta(seconds=silent_s)
    found = due(memory, last_new_at=last, jitter=None)
    assert SETTINGS.min_interval_s <= found.interval_s <= SETTINGS.max_interval_s
    # skipped days at most a week, then the jitter
    assert found.interval_s <= wait(found) <= found.interval_s * 2.0 + 8 * DAY
    later = failure(500, memory=memory)
    assert 60 <= wait(later) <= DAY * 1.5


@given(st.dictionaries(st.sampled_from(sorted(Memory.model_fields)), st.none() | st.text()))
def test_memory_that_does_not_fit_is_forgotten(stored: dict[str, object]) -> None:
    memory = read_memory({**stored, "unknown": 1})
    assert read_memory(memory.to_json()) == memory
