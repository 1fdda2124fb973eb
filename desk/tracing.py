"""A story's way, printed: its names, its hops by time, its texts, what became of it."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console
from rich.table import Table

from desk.terminal import cell, plain
from store.tracing import Trace

# Columns of an article's row that are moments on its way, in the order they come.
_HOPS = (
    ("first_seen_at", "discovered"),
    ("fetched_at", "fetched"),
    ("extracted_at", "extracted"),
    ("enriched_at", "enriched"),
    ("stored_at", "stored"),
)


def show(found: Trace, console: Console) -> None:
    """Print a trace."""
    console.print(f"story {found.story_id}")
    for name in found.names:
        console.print(f"  known as {plain(name)}", markup=False)
    for feed in found.feeds:
        console.print(f"  from {plain(feed)}", markup=False)
    table = Table(expand=False, show_header=False)
    for at, what, more in sorted(_moments(found), key=lambda moment: moment[0]):
        table.add_row(at.strftime("%Y-%m-%d %H:%M:%S"), what, cell(more))
    console.print(table)
    if found.article is None:
        console.print("no article yet" if not found.dead_letters else "no article")


def _moments(found: Trace) -> Iterator[tuple[datetime, str, str]]:
    article = found.article or {}
    for column, name in _HOPS:
        if isinstance(article.get(column), datetime):
            yield article[column], name, ""
    if found.pending_since:
        yield found.pending_since, "awaited", "published to wire.entries, neither row nor dead"
    for version in found.versions:
        text = version["headline"] or ""
        yield version["first_observed_at"], f"text {version['revision']}", text
    for change in found.changes:
        yield change.at, change.kind, f"change {change.seq}, revision {change.revision}"
    for letter in found.dead_letters:
        told = f"{letter['stage']}: {letter['reason']}, dead letter {letter['id']}"
        yield letter["at"], "dead letter", told
    for withdrawal in found.withdrawals:
        yield withdrawal["at"], withdrawal["kind"], str(withdrawal["reason"] or "")
