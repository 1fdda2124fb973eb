"""A story's way, printed: its names, each hop with time and outcome, what became of it.

The tables say what came of the story, the topics what carried it there. What a topic no longer
holds is told from the row's own times.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.table import Table

from desk import hops
from desk.hops import Hop, Way
from desk.terminal import cell, plain
from store.tracing import Trace
from wire.errors import Wait
from wire.settings import Settings
from wire.topics import Topics

# Columns of an article's row that are moments on the shown text's way: stage, what came of it.
_LINEAGE: Final = (
    ("first_seen_at", "poll", "discovered"),
    ("fetched_at", "fetch", "fetched"),
    ("extracted_at", "extract", "extracted"),
    ("enriched_at", "enrich", "enriched"),
    ("stored_at", "enrich", "stored"),
)


def way(settings: Settings, story: Trace, *, within_s: float) -> tuple[list[Hop], str | None]:
    """Return all hops by time, and what there is to say of the search itself."""
    topics = Topics(settings.kafka.prefix)
    try:
        found = hops.on_topics(settings.kafka, topics, story, within_s=within_s)
        note = None if found.complete else f"the topics were not read to their ends: {within_s:g} s"
    except Wait as wait:
        found, note = Way((), complete=False), f"the topics were not looked at: {wait}"
    carried = hops.outcomes(found.hops)
    told = [hop for hop in _of_the_tables(story) if hop.outcome not in carried]
    return sorted([*found.hops, *told], key=lambda hop: hop.at), note


def show(story: Trace, told: list[Hop], note: str | None, console: Console) -> None:
    """Print a trace."""
    console.print(f"story {story.story_id}")
    for name in story.names:
        console.print(f"  known as {plain(name)}", markup=False)
    for feed in story.feeds:
        console.print(f"  from {plain(feed)}", markup=False)
    table = Table("time", "stage", "outcome", "detail", "message", box=None, padding=(0, 2, 0, 0))
    table.columns[3].overflow = "fold"
    for hop in told:
        table.add_row(*map(cell, _columns(hop)))
    console.print(table)
    console.print(_conclusion(story), markup=False)
    if note is not None:
        console.print(note, markup=False)


def _columns(hop: Hop) -> Iterator[str]:
    yield f"{hop.at:%Y-%m-%d %H:%M:%S}"
    yield hop.stage
    yield hop.outcome
    yield f"{hop.detail}; waits for {hop.waits}" if hop.waits else hop.detail
    yield hop.where


def _conclusion(story: Trace) -> str:
    """Say where the story is now."""
    if story.article is not None:
        told = f"article: {story.article['pub_status']}, revision {story.article['revision']}"
        return plain(f"{told}, {story.article['url']}")
    waiting = [letter for letter in story.dead_letters if letter["replayed_at"] is None]
    if waiting:
        return f"no article: dead letter {waiting[-1]['id']}; see wiredesk dead show"
    if story.pending_since is not None:
        return f"no article yet: awaited since {story.pending_since:%Y-%m-%d %H:%M:%S}"
    return "no article"


def _of_the_tables(story: Trace) -> Iterator[Hop]:
    article = story.article or {}
    for column, stage, outcome in _LINEAGE:
        at = article.get(column)
        if isinstance(at, dt.datetime):
            yield Hop(at, stage, outcome)
    if not article and story.known_since:
        yield Hop(story.known_since, "poll", "discovered")
    if story.pending_since:
        detail = "on its way: neither row nor dead letter"
        yield Hop(story.pending_since, "poll", "awaited", detail)
    for version in story.versions:
        told = f"text {version['revision']}"
        yield Hop(version["first_observed_at"], "fetch", told, version["headline"] or "")
    for change in story.changes:
        detail = f"change {change.seq}, revision {change.revision}"
        yield Hop(change.at, "enrich", change.kind, detail)
    for letter in story.dead_letters:
        told = f"{letter['reason']}: {letter['error']}"
        yield Hop(letter["at"], letter["stage"], f"dead letter {letter['id']}", told)
        if letter["replayed_at"]:
            yield Hop(letter["replayed_at"], "desk", "replayed", f"dead letter {letter['id']}")
    for withdrawal in story.withdrawals:
        yield Hop(withdrawal["at"], "enrich", withdrawal["kind"], str(withdrawal["reason"] or ""))
