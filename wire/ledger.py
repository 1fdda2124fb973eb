"""The offsets of one partition that are in hand, and which of them may be committed.

Work ends out of order, offsets are committed in order: what is committed is the lowest offset that
is not done. Offsets may have gaps (compaction). Pure; one ledger an assignment of a partition,
thrown away when the partition is lost.
"""

from collections import OrderedDict
from dataclasses import dataclass

from wire.bus.records import Record
from wire.telemetry import Fate


@dataclass(slots=True)
class _Line:
    record: Record
    done: bool = False
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A run of records that are done: what to commit, and their fates, in order."""

    next_offset: int
    leader_epoch: int
    fates: tuple[tuple[Record, Fate | None], ...]


class Ledger:
    """Records taken and not yet committed, in the order of their offsets."""

    def __init__(self) -> None:
        self._lines: OrderedDict[int, _Line] = OrderedDict()

    def __len__(self) -> int:
        return len(self._lines)

    def take(self, record: Record) -> None:
        """Write down a record that work begins on; records come in the order of their offsets."""
        self._lines[record.offset] = _Line(record)

    def holds(self, offset: int) -> bool:
        """Tell whether the record is in hand and not yet done."""
        line = self._lines.get(offset)
        return line is not None and not line.done

    def done(self, offset: int, fate: Fate | None) -> None:
        """Mark a record done: all it gave is acknowledged."""
        line = self._lines[offset]
        line.done, line.fate = True, fate

    def settle(self) -> Settled | None:
        """Take out the records that are done, up to the first that is not; None without any."""
        settled: list[_Line] = []
        for line in self._lines.values():
            if not line.done:
                break
            settled.append(line)
        if not settled:
            return None
        for line in settled:
            del self._lines[line.record.offset]
        last = settled[-1].record
        fates = tuple((line.record, line.fate) for line in settled)
        return Settled(last.offset + 1, last.leader_epoch, fates)

    def oldest_ms(self) -> int | None:
        """Return when the oldest record in hand reached the broker, or None when none is."""
        first = next(iter(self._lines.values()), None)
        return None if first is None else first.record.timestamp_ms
