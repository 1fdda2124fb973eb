"""A story's text as wire copy: its dateline comes off, what stood above it is told apart. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from ingest.extract.dateline import read_dateline
from wire.messages import Dateline

# A sub-headline is no longer; a longer line above the dateline is a paragraph of the story.
_SUBHEADLINE: Final = 320
# Lines above the dateline that may be sub-headlines; more is a story that quotes another.
_ABOVE: Final = 3


@dataclass(frozen=True, slots=True)
class WireCopy:
    """A body without its dateline, and the lines that stood above it."""

    body: str
    dateline: Dateline | None = None
    above: tuple[str, ...] = ()


def read_copy(
    body: str, *, published_at: dt.datetime | None, language: str | None, agency: str | None
) -> WireCopy:
    """Return the body without dateline; `agency` is the id of the house, where it is known."""
    dateline, rest = read_dateline(
        body, published_at=published_at, language=language, agency=agency
    )
    if dateline is None:
        return WireCopy(body)
    return WireCopy(rest.strip(), dateline, _above(body, dateline.raw))


def _above(body: str, raw: str) -> tuple[str, ...]:
    """Return the lines above the one that the dateline opens."""
    lines = body.split("\n")
    number = next((n for n, line in enumerate(lines) if raw in line), 0)
    return tuple(lines[:number]) if number <= _ABOVE else ()


def without_subheadline(body: str, above: tuple[str, ...]) -> tuple[str, str | None]:
    """Return the body without its sub-headline, and the sub-headline.

    `above` are the lines that stood above the dateline; those that are notes to editors have been
    taken off `body` before.
    """
    lines = body.split("\n")
    count = 0
    while count < len(lines) - 1 and lines[count] in above and len(lines[count]) <= _SUBHEADLINE:
        count += 1
    return "\n".join(lines[count:]), "\n".join(lines[:count]) or None
