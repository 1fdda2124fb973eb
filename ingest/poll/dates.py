"""Dates of feeds read as instants: by their offset, the agency's zone names or its clock. Pure.

A feed's date is what the publisher says; when it was received is kept apart (`observed_at`) and
orders everything, so a date that can't be read, or lies in the future, costs nothing but itself.
"""

import datetime as dt
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dateutil import parser as dateutil_parser

# A clock that is a little ahead of ours is common; a story from tomorrow is not.
FUTURE: Final = dt.timedelta(hours=24)
# Nothing on the web is older; a date before it is an empty field of some database.
_OLDEST: Final = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)
# Longer than any date in any language.
_LONGEST: Final = 100

_OFFSET = re.compile(r"(?:[+-]\d\d:?\d\d|[+-]\d\d|\dZ)\s*(?:\([^)]*\))?$")
_ZONE_NAME = re.compile(r"(?<=[\d\s])([A-Za-z]{1,5})\.?$")
_UTC_NAMES: Final = frozenset({"Z", "GMT", "UT", "UTC"})
_HAS_TIME = re.compile(r"\d:\d\d|T\d{4}")
# What dateutil would take for a zone of its own.
_HALVES: Final = frozenset({"AM", "PM"})


@dataclass(frozen=True, slots=True)
class Zones:
    """How an agency's dates are read: its own clock, what its abbreviations mean, its error."""

    default: dt.tzinfo = dt.UTC
    abbreviations: Mapping[str, dt.tzinfo] = field(default_factory=dict)
    shift: dt.timedelta = dt.timedelta()  # added to every date: its clock is known to be wrong


def read_date(raw: str | None, parsed: time.struct_time | None, zones: Zones) -> dt.datetime | None:
    """Return the instant that `raw` means, in UTC, or None.

    Args:
        raw: as the feed has it.
        parsed: what feedparser made of it, in UTC; it takes a zone it does not know for UTC.
        zones: of the feed's agency.
    """
    if not raw or len(raw) > _LONGEST:
        return None
    text = raw.strip()
    try:
        moment = _local(text, zones) or _given(parsed) or _guessed(text, zones)
        if moment is None:
            return None
        moment = (moment + zones.shift).astimezone(dt.UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
    return moment if moment >= _OLDEST else None


def is_future(moment: dt.datetime | None, observed_at: dt.datetime) -> bool:
    """Tell whether `moment` lies further ahead than a wrong clock explains."""
    return moment is not None and moment > observed_at + FUTURE


def _local(text: str, zones: Zones) -> dt.datetime | None:
    """Read a date whose zone is a name that the agency uses, or that has none at all."""
    if _OFFSET.search(text):
        return None
    zone: dt.tzinfo | None = zones.default
    bare = text
    if (named := _ZONE_NAME.search(text)) and named[1].upper() not in _HALVES:
        zone = zones.abbreviations.get(named[1].upper())
        if named[1].upper() in _UTC_NAMES or zone is None:
            return None
        bare = text[: named.start()].rstrip()
    elif not _HAS_TIME.search(text):
        return None
    naive = _dateutil(bare)
    return None if naive is None or naive.tzinfo is not None else naive.replace(tzinfo=zone)


def _given(parsed: time.struct_time | None) -> dt.datetime | None:
    if parsed is None:
        return None
    seconds = min(parsed.tm_sec, 59)
    return dt.datetime(
        parsed.tm_year,
        parsed.tm_mon,
        parsed.tm_mday,
        parsed.tm_hour,
        parsed.tm_min,
        seconds,
        tzinfo=dt.UTC,
    )


def _guessed(text: str, zones: Zones) -> dt.datetime | None:
    moment = _dateutil(text)
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zones.default)


def _dateutil(text: str) -> dt.datetime | None:
    # missing parts must fail, not be filled in from today: two defaults tell them apart
    first = _parse(text, dt.datetime(2001, 1, 1))  # noqa: DTZ001 - a filler, never a moment
    second = _parse(text, dt.datetime(2002, 2, 2))  # noqa: DTZ001 - a filler, never a moment
    return first if first is not None and first == second else None


def _parse(text: str, filler: dt.datetime) -> dt.datetime | None:
    try:
        return dateutil_parser.parse(text, default=filler, tzinfos=_no_zone)
    except (ValueError, OverflowError, TypeError):
        return None


def _no_zone(_name: str, offset: int | None) -> dt.tzinfo | None:
    """Take numeric offsets and leave names to the agency."""
    return None if offset is None else dt.timezone(dt.timedelta(seconds=offset))
