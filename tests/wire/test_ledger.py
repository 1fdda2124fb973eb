"""Offsets are committed in order, in whatever order work ends."""

import random

from hypothesis import given
from hypothesis import strategies as st

from wire.bus import Record
from wire.ledger import Ledger
from wire.telemetry import Fate


def record(offset: int) -> Record:
    return Record("wire.pages", 0, offset, b"k", b"v", timestamp_ms=1000 + offset, leader_epoch=7)


def test_nothing_is_settled_before_the_first_is_done() -> None:
    ledger = Ledger()
    for offset in (5, 6, 7):
        ledger.take(record(offset))
    ledger.done(7, None)
    ledger.done(6, None)
    assert ledger.settle() is None
    assert ledger.oldest_ms() == 1005


def test_a_settled_run_ends_before_the_first_open_offset() -> None:
    ledger = Ledger()
    for offset in (5, 6, 9, 10):
        ledger.take(record(offset))
    for offset in (5, 6, 10):
        ledger.done(offset, Fate("stored"))
    settled = ledger.settle()
    assert settled is not None
    assert (settled.next_offset, settled.leader_epoch) == (7, 7)
    assert [each.offset for each, _ in settled.fates] == [5, 6]
    assert len(ledger) == 2


def test_a_done_offset_is_no_longer_held_and_can_not_be_done_by_a_duplicate() -> None:
    ledger = Ledger()
    ledger.take(record(1))
    assert ledger.holds(1)
    ledger.done(1, None)
    assert not ledger.holds(1)
    assert not ledger.holds(2)


@given(st.sets(st.integers(0, 500), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_every_record_is_settled_exactly_once_and_offsets_only_rise(
    offsets: set[int], order: random.Random
) -> None:
    ledger = Ledger()
    for offset in sorted(offsets):
        ledger.take(record(offset))
    shuffled = list(offsets)
    order.shuffle(shuffled)
    committed, told = -1, []
    for offset in shuffled:
        ledger.done(offset, None)
        if settled := ledger.settle():
            assert settled.next_offset > committed
            committed = settled.next_offset
            told += [each.offset for each, _ in settled.fates]
    assert told == sorted(offsets)
    assert committed == max(offsets) + 1
    assert len(ledger) == 0
