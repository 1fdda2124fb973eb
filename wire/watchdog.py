"""The watchdog: says when a partition stands still while messages wait in it.

kafka-python consumers have stalled after rebalances without an error; the only sign is a position
that does not move below an end that lies beyond it. But a client gives all it has of one partition
before it turns to the next: behind a long backlog and slow work a healthy partition stands for
minutes. So the one that has stood longest is given a turn of its own (`alone`): what still does not
move then has stalled. Paused partitions and those with work in hand are not shown to it: they stand
still for a reason. Pure but for its memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wire.bus.records import Partition
from wire.errors import Fatal

# Longer than a rebalance, a broker's restart and a batch together take.
STILL_S: Final = 180.0
# After this a stage is not ready any more: whoever looks shall see it before it ends.
SLOW_S: Final = 60.0
# Only after this do the others rest for the one whose turn it is.
ALONE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class _Turn:
    """The partition that is watched for, where it stands, and since when it is its turn."""

    partition: Partition
    position: int
    begun: float


class Watchdog:
    """Remembers since when each partition has stood at its position, and whose turn it is."""

    def __init__(
        self, still_s: float = STILL_S, slow_s: float = SLOW_S, alone_s: float = ALONE_S
    ) -> None:
        self._still_s = still_s
        self._slow_s = slow_s
        self._alone_s = alone_s
        self._since: dict[Partition, tuple[int, float]] = {}
        self._turn: _Turn | None = None

    def look(self, standing: Mapping[Partition, tuple[int, int]], now: float) -> None:
        """Compare positions and ends (next offsets) with what was seen before.

        Raises:
            Fatal: a partition with waiting messages has not moved in the set time of its turn.
        """
        waiting = {each: position for each, (position, end) in standing.items() if position < end}
        self._since = {
            each: self._since[each]
            if self._since.get(each, (None, 0))[0] == position
            else (position, now)
            for each, position in waiting.items()
        }
        if self._turn is None or self._since.get(self._turn.partition, (None,))[0] != (
            self._turn.position
        ):
            self._turn = self._next_turn(now)
        if self._turn is not None and now - self._turn.begun > self._still_s:
            raise Fatal(
                f"{self._told(self._turn, now)} while messages wait: the consumer stalls and must "
                "be started again"
            )

    def alone(self, now: float) -> Partition | None:
        """Return the partition for which all others are to rest, if there is one."""
        if self._turn is None or now - self._turn.begun <= self._alone_s:
            return None
        return self._turn.partition

    def standing(self, now: float) -> str | None:
        """Return which partition has stood still for too long to call this ready, or None."""
        if self._turn is None or now - self._turn.begun <= self._slow_s:
            return None
        return self._told(self._turn, now)

    def _next_turn(self, now: float) -> _Turn | None:
        """Give the turn to the one that has stood longest; it begins now."""
        if not self._since:
            return None
        longest = min(self._since, key=lambda each: self._since[each][1])
        return _Turn(longest, self._since[longest][0], now)

    def _told(self, turn: _Turn, now: float) -> str:
        stood_s = now - self._since[turn.partition][1]
        where = f"{turn.partition.topic}/{turn.partition.number}"
        return f"{where} has stood at {turn.position} for {stood_s:.0f} s"
