"""When a story was published: what feed, markup and stamp lines say, and how far to believe it.

Pure. A stamp without a zone is in the agency's; abbreviations mean what the agency means by them;
the stamp and the markup check each other, and a time that can't be is refused with a word on why.
`received` orders everything and is never put in the place of a time that nobody gave.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_tz
from typing import Final, Literal, NamedTuple

from atlas.agencies import Agency, agencies
from ingest.extract.datewords import (
    MONTH_FIRST,
    Clock,
    Day,
    clock_beside,
    find_day,
    find_zone,
    fold,
    resolve_zone,
)
from wire.messages import Precision

DateSource = Literal["feed", "jsonld", "meta", "stamp", "url", "dateline"]

# A stamp line is short; what is longer is prose, and reading it would only cost time.
_LONGEST: Final = 200
# Copy older than the oldest agency is a typing error.
_OLDEST: Final = dt.datetime(1835, 1, 1, tzinfo=dt.UTC)
# Clocks go wrong and zones are mistaken by up to a day; beyond it a time is from the future.
_AHEAD: Final = dt.timedelta(days=1)
# Two sources that lie within it tell of one publication.
_AGREE: Final = dt.timedelta(days=1)
# The time in an ISO stamp: with seconds, or without.
_ISO_CLOCK: Final = re.compile(r"[T ]\d\d(?::?\d\d(:?\d\d)?)?")
_ORDER: Final = {"feed": 0, "jsonld": 1, "meta": 2, "stamp": 3, "url": 4, "dateline": 5}
_FINENESS: Final = {"second": 0, "minute": 1, "day": 2, "inferred": 3, "received": 4}
# Thai copy counts years from 543 BC; no other reading of such a year makes sense.
_BUDDHIST: Final = 543
_BUDDHIST_YEARS: Final = range(2400, 2700)


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """One thing that says when: where it was found, and the text (or the moment, if parsed)."""

    source: DateSource
    raw: str = ""
    at: dt.datetime | None = None
    language: str | None = None


class Stamp(NamedTuple):
    """A stamp as read: the moment in UTC, how fine it is, and whether it named its zone."""

    at: dt.datetime
    precision: Precision
    has_zone: bool


class Published(NamedTuple):
    """What the candidates come to; `at` None and precision `received` where nothing is usable."""

    at: dt.datetime | None
    precision: Precision
    warnings: tuple[str, ...]


def parse_stamp(
    text: str,
    *,
    tz: dt.tzinfo,
    language: str | None = None,
    abbreviations: Mapping[str, dt.tzinfo] | None = None,
    reference: dt.datetime | None = None,
    month_first: bool = False,
) -> Stamp | None:
    """Return the moment that `text` names, None where it names none.

    ISO 8601, RFC 822 and printed stamps in the languages of `datewords`. `tz` is the zone where
    none is named; a day alone is its midnight there. A day without a year takes the year that
    brings it nearest to `reference`, and is not read where there is none.
    """
    text = fold(text[:_LONGEST])
    if not any(c.isdigit() for c in text):
        return None
    zones = agencies().zones(None) if abbreviations is None else abbreviations
    # `7 Mar 2026 09:15 IST` reads as RFC 822 too, which knows nothing of IST
    return (
        _read_iso(text, tz)
        or _read_rfc822(text)
        or _read_printed(
            text,
            tz,
            language=language,
            zones=zones,
            reference=reference,
            month_first=month_first,
        )
    )


def _read_iso(text: str, tz: dt.tzinfo) -> Stamp | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    has_zone = moment.tzinfo is not None
    clock = _ISO_CLOCK.search(text)
    precision: Precision = "day" if clock is None else "second" if clock[1] else "minute"
    return _stamp(moment if has_zone else moment.replace(tzinfo=tz), precision, has_zone)


def _read_rfc822(text: str) -> Stamp | None:
    """Return an RFC 822 date with a numeric or GMT zone; others need the agency's abbreviations."""
    if not text.endswith(("GMT", "UTC", "Z")) and text[-5:-4] not in {"+", "-"}:
        return None
    try:
        parts = parsedate_tz(text)
        if parts is None or parts[9] is None or text.count(":") == 0:
            return None
        zone = dt.timezone(dt.timedelta(seconds=parts[9]))
        moment = dt.datetime(*parts[:6], tzinfo=zone)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return _stamp(moment, "second" if text.count(":") > 1 else "minute", has_zone=True)


def _read_printed(
    text: str,
    tz: dt.tzinfo,
    *,
    language: str | None,
    zones: Mapping[str, dt.tzinfo],
    reference: dt.datetime | None,
    month_first: bool,
) -> Stamp | None:
    day = find_day(text, language=language, month_first=month_first)
    if day is None:
        return None
    clock, rest = clock_beside(text, day.span)
    zone = resolve_zone(find_zone(rest, zones)) if clock else None
    moment = _moment(day, clock, zone or tz, reference)
    if moment is None:
        return None
    precision: Precision = "day" if clock is None else "minute"
    if clock is not None and clock.second is not None:
        precision = "second"
    return _stamp(moment, precision, zone is not None)


def _moment(
    day: Day, clock: Clock | None, zone: dt.tzinfo, reference: dt.datetime | None
) -> dt.datetime | None:
    years = [day.year] if day.year else _years_near(reference)
    moments = []
    for year in years:
        common = year - _BUDDHIST if year in _BUDDHIST_YEARS else year
        try:
            date = dt.datetime(common, day.month, day.day, tzinfo=zone)
            if clock is not None:
                date = date.replace(hour=clock.hour, minute=clock.minute, second=clock.second or 0)
            # some offsets only fail when they are asked for
            moments.append(date.astimezone(dt.UTC))
        except (ValueError, OverflowError):
            continue
    if reference is None or len(moments) < 2:
        return moments[0] if moments else None
    return min(moments, key=lambda moment: abs(moment - reference))


def _years_near(reference: dt.datetime | None) -> list[int]:
    return [] if reference is None else [reference.year + step for step in (-1, 0, 1)]


def _stamp(moment: dt.datetime, precision: Precision, has_zone: bool) -> Stamp | None:
    """Return the moment in UTC; seconds of zero are a minute that a format padded.

    RFC 822 and most editing systems print seconds whether they know them or not. One true second in
    sixty is zero; of feeds' times far more are (docs/decisions/0100).
    """
    if precision == "second" and not (moment.second or moment.microsecond):
        precision = "minute"
    try:
        return Stamp(moment.astimezone(dt.UTC), precision, has_zone)
    except (ValueError, OverflowError):
        return None


def zone_of(agency: Agency | None) -> dt.tzinfo:
    """Return the zone of an agency's stamps that name none; UTC for a site that we do not know."""
    return agency.tz if agency else dt.UTC


def read_candidate(
    candidate: DateCandidate, *, agency: Agency | None, received_at: dt.datetime
) -> Stamp | None:
    """Return what a candidate says, in the agency's zone and custom; None: unreadable."""
    if candidate.at is not None:
        aware = candidate.at if candidate.at.tzinfo else candidate.at.replace(tzinfo=dt.UTC)
        return _stamp(aware, "second", has_zone=True)
    stamp = parse_stamp(
        candidate.raw,
        tz=zone_of(agency),
        language=candidate.language,
        abbreviations=agencies().zones(agency.id if agency else None),
        reference=received_at,
        month_first=bool(agency and agency.country in MONTH_FIRST),
    )
    if stamp is not None and candidate.source == "feed" and agency and agency.feed_shift_hours:
        return stamp._replace(at=stamp.at + dt.timedelta(hours=agency.feed_shift_hours))
    return stamp


def published(
    candidates: Sequence[DateCandidate],
    *,
    agency: Agency | None,
    received_at: dt.datetime,
) -> Published:
    """Return when the story was published, how precisely that is known, and what was wrong.

    The first source in the order feed, JSON-LD, meta, stamp that another one confirms within a day
    gives the time; where none is confirmed, the first, with the warning `dates-disagree`. A finer
    time of the same day from a later source counts. URL and dateline only say the day (`inferred`).
    """
    read: list[tuple[DateSource, Stamp]] = []
    warnings: list[str] = []
    for candidate in sorted(candidates, key=lambda c: _ORDER[c.source]):
        if candidate.at is None and not candidate.raw.strip():
            continue
        stamp = read_candidate(candidate, agency=agency, received_at=received_at)
        fault = "unreadable" if stamp is None else _fault(stamp, received_at)
        if stamp is None or fault:
            warnings.append(f"date-{fault}: {candidate.source}")
        else:
            read.append((candidate.source, stamp))
    if not read:
        return Published(None, "received", tuple(warnings))
    source, stamp = _believed(read)
    if len({s for s, _ in read}) > 1 and not any(_agree(stamp, o) for s, o in read if s != source):
        warnings.append("dates-disagree")
    if source in {"url", "dateline"}:
        return Published(stamp.at, "inferred", tuple(warnings))
    finest = _finest(stamp, [other for s, other in read if s not in {"url", "dateline"}])
    return Published(finest.at, finest.precision, tuple(warnings))


def _fault(stamp: Stamp, received_at: dt.datetime) -> str:
    """Return why a moment can't be, in a word, or nothing."""
    if stamp.at > received_at + _AHEAD:
        return "future"
    # zero seconds since 1970 is a field that nobody filled
    if stamp.at.timestamp() == 0:
        return "epoch"
    return "too-old" if stamp.at < _OLDEST else ""


def _agree(one: Stamp, other: Stamp) -> bool:
    return abs(one.at - other.at) <= _AGREE


def _believed(read: Sequence[tuple[DateSource, Stamp]]) -> tuple[DateSource, Stamp]:
    """Return the first that another source confirms within a day, else the first."""
    for source, stamp in read:
        if any(other != source and _agree(stamp, s) for other, s in read):
            return source, stamp
    return read[0]


def _finest(stamp: Stamp, others: Sequence[Stamp]) -> Stamp:
    """Return the finest of those that tell of the same day where `stamp` tells the day alone."""
    if stamp.precision != "day":
        return stamp
    finer = [o for o in others if _agree(stamp, o) and o.precision != "day"]
    return min(finer, key=lambda o: _FINENESS[o.precision]) if finer else stamp
