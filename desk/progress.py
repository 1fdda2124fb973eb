"""What `wiredesk run` shows while it runs: how far each stage is, live or line by line."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table

from wire.bus import Lag, lags
from wire.settings import KafkaSettings
from wire.topics import Topics

# What each consuming stage reads; a retry topic's rest is no lag.
READS: Final = {
    "fetch": "entries",
    "extract": "pages",
    "enrich": "stories",
    "dead-letters": "dead",
}
# Without a terminal a line is printed this often, and only when something moved.
_LINE_EVERY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How far all stages are at one moment; counts are of messages ever published, or of rows."""

    published: dict[str, int]  # by topic noun: entries, pages, stories, dead
    waiting: dict[str, int]  # by stage
    resting: int  # on the retry topics
    rows: int

    @property
    def drained(self) -> bool:
        """Nothing waits, but what rests for a later try."""
        return not any(self.waiting.values())


def look(kafka: KafkaSettings, topics: Topics, rows: int) -> Snapshot:
    """Ask the broker how far each stage is.

    Raises:
        Wait: the broker is away.
    """
    names = {noun: getattr(topics, noun) for noun in READS.values()}
    groups = {topics.group(stage): [names[noun]] for stage, noun in READS.items()}
    groups[topics.group("fetch")] += list(topics.retries)
    found = lags(kafka, groups)
    by_stage = {stage: found[topics.group(stage)] for stage in READS}
    return Snapshot(
        published={
            noun: sum(lag.end for lag in by_stage[stage] if lag.partition.topic == names[noun])
            for stage, noun in READS.items()
        },
        waiting={
            stage: _waiting(lag for lag in by_stage[stage] if lag.partition.topic == names[noun])
            for stage, noun in READS.items()
        },
        resting=_waiting(x for x in by_stage["fetch"] if x.partition.topic in topics.retries),
        rows=rows,
    )


def _waiting(found: Iterable[Lag]) -> int:
    return sum(lag.waiting for lag in found)


class Progress:
    """Shows snapshots: a table that is drawn anew on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._started = time.monotonic()
        self._first: Snapshot | None = None
        self._last_line = ("", 0.0)

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, now: Snapshot, *, last: bool = False) -> None:
        """Show how far the stages are; the `last` time in any case."""
        self._first = self._first or now
        if self._live:
            self._live.update(self._table(now), refresh=True)
        else:
            self._line(now, last=last)

    def _rate(self, now: Snapshot) -> float:
        """Rows a second since the start."""
        first = self._first or now
        return (now.rows - first.rows) / max(0.1, time.monotonic() - self._started)

    def _table(self, now: Snapshot) -> Table:
        table = Table(title="wiredesk", title_justify="left", expand=False)
        for name in ("stage", "took in", "waiting"):
            table.add_column(name, justify="left" if name == "stage" else "right")
        for stage, noun in READS.items():
            table.add_row(
                f"{stage} ({noun})", f"{now.published[noun]:,}", f"{now.waiting[stage]:,}"
            )
        table.add_row("rows", f"{now.rows:,}", "")
        table.caption = (
            f"{self._rate(now):.1f} rows/s, {now.resting} resting for a retry, "
            f"{time.monotonic() - self._started:.0f} s"
        )
        return table

    def _line(self, now: Snapshot, *, last: bool) -> None:
        published, waiting = now.published, sum(now.waiting.values())
        line = (
            f"entries {published['entries']}  pages {published['pages']}  "
            f"stories {published['stories']}  rows {now.rows}  lag {waiting}  "
            f"resting {now.resting}  dead letters {published['dead']}"
        )
        text, at = self._last_line
        if line != text and (last or time.monotonic() - at >= _LINE_EVERY_S):
            self._last_line = (line, time.monotonic())
            self._console.print(f"{line}  {self._rate(now):.1f} rows/s")
