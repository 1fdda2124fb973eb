"""Feeds put into the database: from OPML files, addresses, and the sample wire."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from desk.sample import SampleWire
from ingest.poll import opml
from store import feeds
from store.engine import from_settings
from wire.errors import Fatal
from wire.settings import Settings


def add_all(settings: Settings, sources: Sequence[str]) -> list[str]:
    """Add what the sources name (OPML files, feeds' addresses), and return what to tell of it.

    Raises:
        Fatal: a source is neither a readable file nor an address.
    """
    if not sources:
        return []
    outlines = read_sources(sources)
    engine = from_settings(settings.database)
    try:
        now = datetime.now(UTC)
        added = sum(opml.add(engine, outline, now) for outline in outlines)
    finally:
        engine.dispose()
    return [f"feeds: {len(outlines)} named, {added} new"]


def read_sources(sources: Sequence[str]) -> list[opml.Outline]:
    """Return the feeds that OPML files and addresses name.

    Raises:
        Fatal: a source is neither a readable file nor an address.
    """
    return [outline for source in sources for outline in _read(source)]


def add_sample(settings: Settings, wire: SampleWire) -> None:
    """Add the sample wire's feeds, or set them going again."""
    engine = from_settings(settings.database)
    try:
        now = datetime.now(UTC)
        for feed in wire.feeds:
            feeds.add_feed(engine, feed.url, agency=feed.agency, title=feed.title, next_poll_at=now)
            feeds.set_state(engine, feed.url, "active", now)
    finally:
        engine.dispose()


def pause_sample(settings: Settings, wire: SampleWire) -> None:
    """Pause the sample wire's feeds: it is not served any more."""
    engine = from_settings(settings.database)
    try:
        for feed in wire.feeds:
            feeds.set_state(engine, feed.url, "paused", datetime.now(UTC))
    finally:
        engine.dispose()


def _read(source: str) -> list[opml.Outline]:
    if source.startswith(("http://", "https://")):
        return [opml.Outline(url=source)]
    path = Path(source)
    if not path.is_file():
        raise Fatal(f"{source} is neither a file nor an http address of a feed")
    try:
        return list(opml.read(path.read_bytes()))
    except opml.BadOpmlError as error:
        raise Fatal(f"{source} can't be read as a list of feeds: {error}") from error
