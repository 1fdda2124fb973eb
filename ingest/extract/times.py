"""Which times a page and its entry give, put before `dates` to judge. Pure."""

import datetime as dt
from collections.abc import Iterator

from atlas.agencies import Agency
from ingest.extract.dates import DateCandidate, DateSource, Published, published, read_candidate
from ingest.extract.metadata import Metadata
from ingest.extract.stamps import Stamp
from wire.messages import Page


def published_at(
    page: Page,
    metadata: Metadata,
    stamps: list[Stamp],
    *,
    agency: Agency | None,
    language: str | None,
) -> Published:
    """Return when the story was published, from feed, JSON-LD, meta tags and stamp lines."""
    entry = page.entry
    candidates = [
        *_feed(entry.published_at, entry.published_raw),
        *_each("jsonld", metadata.published[:1], language),
        *_each("meta", metadata.published_meta[:1], language),
        *_each("stamp", [stamp.text for stamp in stamps if not stamp.labelled][:1], language),
    ]
    return published(candidates, agency=agency, received_at=page.observed_at)


def updated_at(
    page: Page, metadata: Metadata, *, agency: Agency | None, language: str | None
) -> dt.datetime | None:
    """Return when page or feed say that the story was changed, None where neither does."""
    for raw in metadata.modified:
        candidate = DateCandidate("meta", raw=raw, language=language)
        if stamp := read_candidate(candidate, agency=agency, received_at=page.observed_at):
            return stamp.at
    return page.entry.updated_at


def inferred(day: dt.date, page: Page, *, agency: Agency | None) -> Published:
    """Return what a dateline's day says of the time, where nothing else says anything."""
    candidate = DateCandidate("dateline", raw=day.isoformat())
    return published([candidate], agency=agency, received_at=page.observed_at)


def _feed(at: dt.datetime | None, raw: str | None) -> Iterator[DateCandidate]:
    if raw or at:
        yield DateCandidate("feed", raw="" if at else raw or "", at=at)


def _each(
    source: DateSource, raws: list[str] | tuple[str, ...], language: str | None
) -> Iterator[DateCandidate]:
    for raw in raws:
        yield DateCandidate(source, raw=raw, language=language)
