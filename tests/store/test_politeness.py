import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from store.politeness import (
    HostState,
    Reservation,
    SlotRequest,
    exchange_slots,
    grant,
    hold_host,
    prune_hosts,
)

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def ask(
    host: str = "a.example", gap: float = 100, concurrency: int = 2, hold: float = 600
) -> SlotRequest:
    return SlotRequest(host, gap, concurrency, hold)


def test_the_first_request_goes_at_once(engine: sa.Engine) -> None:
    (answer,) = exchange_slots(engine, [], [ask()])
    assert answer.granted
    assert answer.wait_s == 0


def test_the_next_one_waits_for_the_gap(engine: sa.Engine) -> None:
    first, second = exchange_slots(engine, [], [ask(), ask()])
    assert first.granted
    assert second.granted
    assert 99 < second.wait_s <= 100


def test_no_more_than_the_limit_are_in_the_air(engine: sa.Engine) -> None:
    answers = exchange_slots(engine, [], [ask(), ask(), ask()])
    assert [answer.granted for answer in answers] == [True, True, False]
    assert answers[2].slot == 0
    assert answers[2].wait_s > 0


def test_a_slot_given_back_is_free(engine: sa.Engine) -> None:
    first, _, refused = exchange_slots(engine, [], [ask(), ask(), ask()])
    assert not refused.granted
    (answer,) = exchange_slots(engine, [("a.example", first.slot)], [ask()])
    assert answer.granted


def test_a_slot_whose_holder_died_frees_itself(engine: sa.Engine) -> None:
    exchange_slots(engine, [], [ask(concurrency=1, gap=0, hold=0)])
    (answer,) = exchange_slots(engine, [], [ask(concurrency=1, gap=0)])
    assert answer.granted


def test_a_slot_given_back_late_frees_nobody_elses(engine: sa.Engine) -> None:
    (dead,) = exchange_slots(engine, [], [ask(concurrency=1, gap=0, hold=0)])
    (alive,) = exchange_slots(engine, [], [ask(concurrency=1, gap=0)])
    assert alive.granted
    (answer,) = exchange_slots(engine, [("a.example", dead.slot)], [ask(concurrency=1, gap=0)])
    assert not answer.granted


def test_hosts_do_not_wait_for_each_other(engine: sa.Engine) -> None:
    answers = exchange_slots(engine, [], [ask(f"{number}.example") for number in range(200)])
    assert all(answer == Reservation(True, 0, answer.slot) for answer in answers)


def test_pollers_at_once_share_one_hosts_slots(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = [
            answer
            for answers in pool.map(
                lambda _: exchange_slots(engine, [], [ask("b.example"), ask("a.example")]), range(8)
            )
            for answer in answers
        ]
    assert sum(answer.granted for answer in answers) == 4


def test_a_host_that_asked_for_peace_gets_it(engine: sa.Engine) -> None:
    hold_host(engine, "a.example", 1000)
    hold_host(engine, "a.example", 10)
    (answer,) = exchange_slots(engine, [], [ask()])
    assert 900 < answer.wait_s <= 1000


def test_hosts_long_unasked_are_dropped(engine: sa.Engine) -> None:
    exchange_slots(engine, [], [ask(gap=0)])
    hold_host(engine, "b.example", 1000)
    assert prune_hosts(engine, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)) == 1


@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 30), st.booleans()), min_size=1, max_size=40),
    st.integers(1, 4),
)
def test_whatever_comes_gap_and_limit_hold(
    steps: list[tuple[float, float, bool]], concurrency: int
) -> None:
    state, now, starts = HostState(NOW), NOW, []
    for number, (gap, passed, _) in enumerate(steps, start=1):
        now += dt.timedelta(seconds=passed)
        before = state.next_at
        state, answer = grant(state, SlotRequest("a", gap, concurrency, 10), now, number)
        assert len(state.held) <= concurrency
        assert answer.wait_s >= 0
        if answer.granted:
            start = now + dt.timedelta(seconds=answer.wait_s)
            assert start >= before - dt.timedelta(microseconds=1)
            starts.append(start)
    assert starts == sorted(starts)
