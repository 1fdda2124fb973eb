"""How things stand, on one screen: stages and their lag, rows, feeds, what waits for a person."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from desk import progress
from desk.progress import READS, Snapshot
from desk.terminal import cell, plain
from store import decisions, reader
from store.decisions import Copy, Waiting
from store.engine import from_settings
from wire.bus import Drift, Lag, drifts, lags
from wire.settings import Settings
from wire.topics import Topics


@dataclass(frozen=True, slots=True)
class Standing:
    """What `wiredesk status` shows. `lost` are messages that retention took undone."""

    topics: Snapshot
    store: reader.Status
    lost: dict[str, int]
    drifts: list[Drift]
    waiting: list[Waiting]  # kills of which a person says what they mean
    copies: list[Copy]  # of killed stories, still standing


def look(settings: Settings) -> Standing:
    """Ask Kafka and PostgreSQL.

    Raises:
        Wait: one of them is away.
    """
    topics = Topics(settings.kafka.prefix)
    engine = from_settings(settings.database)
    try:
        stored = reader.status(engine)
        waiting, copies = decisions.waiting(engine), decisions.copies(engine)
    finally:
        engine.dispose()
    found = lags(settings.kafka, {topics.group(s): [getattr(topics, n)] for s, n in READS.items()})
    return Standing(
        topics=progress.look(settings.kafka, topics, stored.articles),
        store=stored,
        lost={stage: _lost(found[topics.group(stage)]) for stage in READS},
        drifts=drifts(settings.kafka, topics.specs()),
        waiting=waiting,
        copies=copies,
    )


def show(found: Standing, console: Console) -> None:
    """Print it as tables."""
    stages = Table(title="stages", title_justify="left", expand=False)
    for name in ("stage", "took in", "waiting", "lost"):
        stages.add_column(name, justify="left" if name == "stage" else "right")
    for stage, noun in READS.items():
        published, waiting = found.topics.published[noun], found.topics.waiting[stage]
        stages.add_row(stage, f"{published:,}", f"{waiting:,}", f"{found.lost[stage]:,}")
    console.print(stages)
    console.print(_rows(found))
    for each in found.waiting:
        console.print(_pending(each), markup=False)
    for copy in found.copies:
        where = plain(copy.publisher or copy.agency or "nobody known")
        console.print(f"copy of killed {copy.of}: {copy.id} at {where}", markup=False)
    for drift in found.drifts:
        console.print(f"drift: {drift.topic} has {drift.what} {drift.found}, not {drift.wanted}")


def _rows(found: Standing) -> Table:
    stored = found.store
    table = Table(title="rows", title_justify="left", expand=False, show_header=False)
    feeds = ", ".join(f"{count} {state}" for state, count in sorted(stored.feeds.items()))
    status = ", ".join(f"{n} {name}" for name, n in sorted(stored.articles_by_status.items()))
    dead = ", ".join(f"{n} {stage}/{why}" for (stage, why), n in stored.dead_letters.items())
    for name, value in (
        ("articles", f"{stored.articles:,}" + (f" ({status})" if status else "")),
        ("versions", f"{stored.versions:,}"),
        ("mentions", f"{stored.mentions:,} of {stored.entities:,} entities"),
        ("feeds", feeds or "none"),
        ("awaited", f"{stored.pending:,} entries that are neither row nor dead letter yet"),
        ("resting", f"{found.topics.resting:,} entries for a retry"),
        ("dead letters", dead or "none"),
        ("kills pending", f"{stored.kills_pending:,}"),
        ("embargoes", f"{stored.embargoes:,}, and {stored.embargoes_unread:,} without a time"),
        ("changes", f"{stored.last_seq:,}, relayed to {stored.relayed_seq:,}"),
        ("database", f"{stored.size_bytes / 2**20:,.0f} MiB"),
    ):
        table.add_row(name, cell(value))
    return table


def _pending(waiting: Waiting) -> str:
    names = plain(waiting.names_slug or waiting.names_headline or "nothing")
    meant = ", ".join(map(str, waiting.candidates)) or "no story known"
    house = plain(waiting.agency or "?")
    return f"pending {waiting.kind} {waiting.nr} ({house}, {waiting.reason}): {names}: {meant}"


def _lost(found: list[Lag]) -> int:
    return sum(lag.lost for lag in found)
