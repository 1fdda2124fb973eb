import asyncio
import threading
from collections.abc import Sequence

import pytest

from ingest.web.outcomes import HostBusy
from ingest.web.slots import SharedSlots
from store.politeness import Reservation, SlotRequest
from wire.errors import Wait


class Table:
    """The table's promise, in memory: what is asked of it is remembered."""

    def __init__(self, *answers: Reservation) -> None:
        self.answers = list(answers)
        self.batches: list[list[SlotRequest]] = []
        self.released: list[tuple[str, int]] = []
        self.lock = threading.Lock()
        self.gate = threading.Event()
        self.gate.set()
        self.away = False

    def exchange(
        self, freed: Sequence[tuple[str, int]], asked: Sequence[SlotRequest]
    ) -> list[Reservation]:
        assert self.gate.wait(10)
        if self.away:
            raise Wait("database away")
        with self.lock:
            self.released.extend(freed)
            if asked:
                self.batches.append(list(asked))
            return [
                self.answers.pop(0) if self.answers else Reservation(True, 0.0, number)
                for number, _ in enumerate(asked)
            ]

    def slots(self) -> SharedSlots:
        return SharedSlots(self.exchange, gap_s=1.0, concurrency=2, hold_s=60)


def test_a_slot_is_held_and_given_back() -> None:
    table = Table()

    async def run() -> None:
        slots = table.slots()
        async with slots.hold("a.example"):
            assert table.released == []
        await slots.aclose()

    asyncio.run(run())
    assert table.batches == [[SlotRequest("a.example", 1.0, 2, 60)]]
    assert table.released == [("a.example", 0)]


def test_11_what_is_asked_together_is_one_statement() -> None:
    table = Table()

    async def one(slots: SharedSlots, number: int) -> None:
        async with slots.hold(f"{number}.example"):
            pass

    async def run() -> None:
        slots = table.slots()
        await asyncio.gather(*(one(slots, number) for number in range(100)))
        await slots.aclose()

    asyncio.run(run())
    assert [len(batch) for batch in table.batches] == [100]
    assert len(table.released) == 100


def test_11_a_slot_that_is_not_granted_is_asked_for_again() -> None:
    later = Reservation(False, 0.01, 0)
    table = Table(later, later, Reservation(True, 0.0, 1))

    async def run() -> None:
        slots = table.slots()
        async with slots.hold("a.example"):
            pass
        await slots.aclose()

    asyncio.run(run())
    assert len(table.batches) == 3
    assert table.released == [("a.example", 1)]


def test_11_the_hosts_own_gap_counts_where_it_is_larger() -> None:
    table = Table()

    async def run() -> None:
        slots = table.slots()
        for gap_s in (0.2, 9.0):
            async with slots.hold("a.example", gap_s=gap_s):
                pass
        await slots.aclose()

    asyncio.run(run())
    assert [batch[0].gap_s for batch in table.batches] == [1.0, 9.0]


@pytest.mark.parametrize("granted", [True, False])
def test_11_a_wait_beyond_patience_is_refused_and_the_slot_goes_back(granted: bool) -> None:
    table = Table(Reservation(granted, 30.0, 1))

    async def run() -> None:
        slots = table.slots()
        with pytest.raises(HostBusy):
            async with slots.hold("a.example", patience_s=5):
                pass
        await slots.aclose()

    asyncio.run(run())
    assert table.released == ([("a.example", 1)] if granted else [])


def test_a_slot_whose_asker_was_cancelled_goes_back() -> None:
    table = Table()

    async def take(slots: SharedSlots) -> None:
        async with slots.hold("a.example"):
            await asyncio.sleep(60)

    async def run() -> None:
        slots = table.slots()
        table.gate.clear()
        asking = asyncio.create_task(take(slots))
        await asyncio.sleep(0.05)
        asking.cancel()
        table.gate.set()
        await asyncio.gather(asking, return_exceptions=True)
        await slots.aclose()

    asyncio.run(run())
    assert table.released == [("a.example", 0)]


def test_a_database_that_is_away_is_told_to_who_waits() -> None:
    table = Table()
    table.away = True

    async def run() -> None:
        slots = table.slots()
        with pytest.raises(Wait):
            async with slots.hold("a.example"):
                pass
        table.away = False
        async with slots.hold("a.example"):
            pass
        await slots.aclose()

    asyncio.run(run())
    assert table.released == [("a.example", 0)]
