"""What a stage gives to the loop: it takes records and gives them back done, in any order.

`BatchWork` is the form for stages that do a batch at a time in the loop's own thread (enrich,
dead-letters); fetch and extract bring their own, over an event loop and over worker processes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wire.bus.records import Outgoing, Record
from wire.errors import Fatal, Wait
from wire.telemetry import Fate


@dataclass(frozen=True, slots=True)
class Done:
    """A record that is finished, well or badly.

    Where `error` is set the loop makes of it a retry or a dead letter, and `fate`, if given, only
    lends its fields (story, url, agency, host); else `outgoing` is published and `fate` recorded.
    """

    record: Record
    outgoing: tuple[Outgoing, ...] = ()
    fate: Fate | None = None
    error: Exception | None = None


class Work(Protocol):
    """A stage's work. All calls come from the loop's thread."""

    def room(self) -> int:
        """Return how many more records may be started now."""

    def start(self, records: Sequence[Record]) -> None:
        """Begin on records; they are given back by `finished`, each exactly once."""

    def finished(self, timeout_s: float) -> Sequence[Done]:
        """Return what is done by now, waiting up to `timeout_s` for the first.

        Raises:
            Wait: the database is away; what is in hand is kept and tried at the next call.
        """

    def close(self) -> None:
        """Let go of processes, threads and connections. What is in hand is forgotten."""


class BatchWork:
    """Work on batches by a function that runs in the loop's thread.

    A batch that fails as a whole is redone one record at a time, so that one bad record costs one
    dead letter and not its neighbours'. `about` says of such a record, as far as it can be read,
    which story it is (story, url, agency): its dead letter is then known as that story's.
    """

    def __init__(
        self,
        function: Callable[[Sequence[Record]], Sequence[Done]],
        size: int,
        about: Callable[[Record], Mapping[str, object]] = lambda _: {},
    ) -> None:
        self._function = function
        self._size = size
        self._about = about
        self._batch: list[Record] = []

    def room(self) -> int:
        return self._size - len(self._batch)

    def start(self, records: Sequence[Record]) -> None:
        self._batch.extend(records)

    def finished(self, timeout_s: float) -> Sequence[Done]:  # noqa: ARG002  # it never waits
        if not self._batch:
            return ()
        done = attempt(self._function, self._batch, self._about)
        self._batch.clear()
        return done

    def close(self) -> None:
        self._batch.clear()


def attempt(
    function: Callable[[Sequence[Record]], Sequence[Done]],
    records: Sequence[Record],
    about: Callable[[Record], Mapping[str, object]] = lambda _: {},
) -> list[Done]:
    """Do `records` together, or one by one where together they fail.

    This is the one place that catches `Exception`: the unknown becomes the record's error, and the
    loop a dead letter of it, with its traceback.

    Raises:
        Wait: Kafka or PostgreSQL is away; nothing is decided.
        Fatal: going on would do harm.
    """
    try:
        return list(function(records))
    except (Wait, Fatal):
        raise
    except Exception as error:  # noqa: BLE001  # the one place, see above
        if len(records) == 1:
            return [Done(records[0], fate=Fate("dead", about(records[0])), error=error)]
    return [done for record in records for done in attempt(function, [record], about)]
