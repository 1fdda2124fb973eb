"""The watchdog: says when a partition stands still while messages wait in it.

kafka-python consumers have stalled after rebalances without an error; the only sign is a position
that does not move below an end that lies beyond it. Paused partitions and those with work in hand
are not shown to it: they stand still for a reason. Pure but for its memory.
"""

from collections.abc import Mapping
from typing import Final

from wire.bus.records import Partition
from wire.errors import Fatal

# Longer than a rebalance, a broker's restart and a batch together take.
STILL_S: Final = 180.0
# After this a stage is not ready any more: whoever looks shall see it before it ends.
SLOW_S: Final = 60.0


class Watchdog:
    """Remembers since when each partition has stood at its position."""

    def __init__(self, still_s: float = STILL_S, slow_s: float = SLOW_S) -> None:
        self._still_s = still_s
        self._slow_s = slow_s
        self._since: dict[Partition, tuple[int, float]] = {}

    def look(self, standing: Mapping[Partition, tuple[int, int]], now: float) -> None:
        """Compare positions and ends (next offsets) with what was seen before.

        Raises:
            Fatal: a partition with waiting messages has not moved for the set time.
        """
        waiting = {each: position for each, (position, end) in standing.items() if position < end}
        self._since = {
            each: self._since[each]
            if self._since.get(each, (None, 0))[0] == position
            else (position, now)
            for each, position in waiting.items()
        }
        for partition, (position, since) in self._since.items():
            if now - since > self._still_s:
                raise Fatal(
                    f"{partition.topic}/{partition.number} has stood at {position} for "
                    f"{now - since:.0f} s while messages wait: the consumer stalls and must be "
                    "started again"
                )

    def standing(self, now: float) -> str | None:
        """Return which partition has stood still for too long to call this ready, or None."""
        for partition, (position, since) in self._since.items():
            if now - since > self._slow_s:
                place = f"{partition.topic}/{partition.number}"
                return f"{place} has stood at {position} for {now - since:.0f} s"
        return None
