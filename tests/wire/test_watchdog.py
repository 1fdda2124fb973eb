"""The watchdog tells a stall from a rest."""

import pytest

from wire.bus import Partition
from wire.errors import Fatal
from wire.watchdog import Watchdog

P = Partition("wire.pages", 4)
Q = Partition("wire.pages", 5)


def test_a_position_that_stands_while_messages_wait_is_a_stall() -> None:
    dog = Watchdog(still_s=100)
    dog.look({P: (10, 20)}, now=0)
    dog.look({P: (10, 25)}, now=100)
    with pytest.raises(Fatal, match=r"wire\.pages/4 has stood at 10 for 101 s"):
        dog.look({P: (10, 30)}, now=101)


def test_a_position_at_the_end_may_stand_for_ever() -> None:
    dog = Watchdog(still_s=100)
    for now in range(0, 10_000, 50):
        dog.look({P: (10, 10)}, now=now)


def test_a_slow_partition_is_no_stall() -> None:
    dog = Watchdog(still_s=100)
    for step in range(100):
        dog.look({P: (step, 1000)}, now=step * 90.0)


def test_a_partition_that_was_paused_in_between_starts_anew() -> None:
    dog = Watchdog(still_s=100)
    dog.look({P: (10, 20)}, now=0)
    dog.look({}, now=60)
    dog.look({P: (10, 20)}, now=7_200)
    dog.look({P: (10, 20)}, now=7_300)
    with pytest.raises(Fatal):
        dog.look({P: (10, 20)}, now=7_301)


def test_a_partition_that_stands_is_told_of_before_it_is_a_stall() -> None:
    dog = Watchdog(still_s=100, slow_s=60)
    dog.look({P: (10, 20)}, now=0)
    assert dog.standing(60) is None
    assert dog.standing(61) == "wire.pages/4 has stood at 10 for 61 s"
    dog.look({P: (11, 20)}, now=62)
    assert dog.standing(100) is None


def test_behind_a_backlog_each_partition_gets_its_turn_and_none_is_a_stall() -> None:
    """One that stood while others were served ended a healthy stage."""
    dog = Watchdog(still_s=100, slow_s=60, alone_s=30)
    at = {P: 0, Q: 0}
    served = P
    for now in range(0, 10_000, 10):
        # the client gives what it has of one, for as long as nobody asks it not to
        served = dog.alone(now) or served
        at[served] += 1
        dog.look({each: (position, 10**6) for each, position in at.items()}, now)
        assert dog.standing(now) is None
    assert min(at.values()) > 100


def test_one_that_stands_in_its_own_turn_is_a_stall_whatever_the_others_do() -> None:
    dog = Watchdog(still_s=100, slow_s=60, alone_s=30)
    with pytest.raises(Fatal, match=r"wire\.pages/5 has stood at 7"):
        serve_all_but(Q, dog)


def serve_all_but(stalled: Partition, dog: Watchdog) -> None:
    moved = 0
    for now in range(0, 1_000, 10):
        moved += dog.alone(now) != stalled
        dog.look({P: (moved, 10**6), stalled: (7, 10**6)}, now)
