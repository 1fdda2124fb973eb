"""A story's text as wire copy: dateline and signals are read and come off. Pure.

The dateline is read first, since notes to editors stand above it and below it alike; then the
signals, which take the notes off; what is still left above the dateline is the sub-headline. A
killed or removed story has no text left: what its page says is about it, not it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from atlas.agencies import Agency
from ingest.extract.dateline import read_dateline
from ingest.extract.signals import read_signals
from wire.messages import Dateline, Signals

# A sub-headline is no longer; a longer line above the dateline is a paragraph of the story.
_SUBHEADLINE: Final = 320
# Lines above the dateline that may be notes and sub-headlines; more is a story that quotes another.
_ABOVE: Final = 4
# These take the text with them.
_WITHOUT_TEXT: Final = frozenset({"kill", "removal"})


@dataclass(frozen=True, slots=True)
class Copy:
    """What is read: the text as it stands in print."""

    headline: str
    body: str
    slug: str | None = None
    notes: tuple[str, ...] = ()  # lines of the page's head: an embargo stands there on some sites


@dataclass(frozen=True, slots=True)
class CopyRead:
    """What came of it."""

    headline: str
    body: str
    slug: str | None
    dateline: Dateline | None
    subheadline: str | None
    signals: Signals
    warnings: tuple[str, ...]
    flags: tuple[str, ...]


def read_copy(
    copy: Copy,
    *,
    house: Agency | None,
    language: str | None,
    published_at: dt.datetime | None,
    received_at: dt.datetime,
) -> CopyRead:
    """Read dateline and signals; `house` is the agency that feed or host tell of."""
    known = house.id if house else None
    dateline, rest = read_dateline(
        copy.body, published_at=published_at, language=language, agency=known
    )
    above = _above(copy.body, dateline.raw) if dateline else ()
    read = read_signals(
        copy.headline,
        rest.strip(),
        agency=known or (dateline.agency if dateline else None),
        slug=copy.slug,
        language=language,
        published_at=published_at,
        received_at=received_at,
        head=copy.notes,
    )
    body, subheadline = _split_subheadline(read.body, above)
    gone = read.signals.kind in _WITHOUT_TEXT
    return CopyRead(
        headline=read.headline or copy.headline,
        body="" if gone else body,
        slug=read.slug,
        dateline=None if gone else dateline,
        subheadline=None if gone else subheadline,
        signals=read.signals,
        warnings=(*read.warnings, *(dateline.warnings if dateline else ())),
        flags=("lifts-hold",) if read.lifts_hold else (),
    )


def _above(body: str, raw: str) -> tuple[str, ...]:
    """Return the lines above the one that the dateline opens."""
    lines = body.split("\n")
    number = next((n for n, line in enumerate(lines) if raw in line), 0)
    return tuple(lines[:number]) if number <= _ABOVE else ()


def _split_subheadline(body: str, above: tuple[str, ...]) -> tuple[str, str | None]:
    """Return the body without the lines above its dateline, and those as the sub-headline."""
    lines = body.split("\n")
    count = 0
    while count < len(lines) - 1 and lines[count] in above and len(lines[count]) <= _SUBHEADLINE:
        count += 1
    return "\n".join(lines[count:]), "\n".join(lines[:count]) or None
