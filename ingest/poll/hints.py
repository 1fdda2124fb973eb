"""What a feed asks of who comes again: ttl, sy:*, skipHours, skipDays, and its cache headers.

Pure. Times are seconds; `Hints` last until the feed's next body, `Freshness` until its next answer.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ingest.web.later import http_date, read_delay

# RSS 1.0 syndication module: how often a period holds `updateFrequency` updates.
_PERIODS: Final = {
    "hourly": 3600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# feedparser drops skipHours and skipDays; both stand before the items.
_SKIP_HOURS = re.compile(rb"<skipHours\b[^>]*>(.*?)</skipHours>", re.I | re.S)
_SKIP_DAYS = re.compile(rb"<skipDays\b[^>]*>(.*?)</skipDays>", re.I | re.S)
_HOUR = re.compile(rb"<hour\b[^>]*>\s*(\d{1,2})\s*</hour>", re.I)
_DAY = re.compile(rb"<day\b[^>]*>\s*([A-Za-z]+)\s*</day>", re.I)
# How far into the body they are looked for: a channel's head is a few kilobytes.
_HEAD: Final = 64 * 1024
_NUMBER = re.compile(r"\d{1,9}")
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d+)", re.I)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the feed's body asks."""

    ttl_s: float | None = None
    sy_s: float | None = None
    skip_hours: frozenset[int] = frozenset()  # 0 to 23, GMT
    skip_days: frozenset[int] = frozenset()  # 0 is Monday, GMT


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the answer's headers ask: how long it stays fresh, and when to come again."""

    fresh_s: float | None = None
    retry_after_s: float | None = None


def read_hints(channel: Mapping[str, Any], body: bytes) -> Hints:
    """Read the hints of a feed from feedparser's channel and the head of the body."""
    ttl = _number(channel.get("ttl"))
    head = body[:_HEAD]
    return Hints(
        ttl_s=None if ttl is None else ttl * 60.0,
        sy_s=_update_period(channel),
        skip_hours=_skip_hours(head),
        skip_days=_skip_days(head),
    )


def read_freshness(headers: Mapping[str, str], now: dt.datetime) -> Freshness:
    """Read Cache-Control, Age, Expires and Retry-After; `headers` have lower-case names.

    max-age overrules Expires (RFC 9111 5.3), and what a cache has used up of it is over.
    """
    retry = read_delay(headers.get("retry-after"), now)
    if limit := _MAX_AGE.search(headers.get("cache-control", "")):
        age = _number(headers.get("age")) or 0
        return Freshness(max(0.0, float(limit[1][:9]) - age), retry)
    expires = http_date(headers.get("expires"))
    if expires is None:
        return Freshness(None, retry)
    # against the server's own clock where it tells it: ours may differ
    served = http_date(headers.get("date")) or now
    return Freshness(max(0.0, (expires - served).total_seconds()), retry)


def _number(value: object) -> int | None:
    found = _NUMBER.fullmatch(str(value).strip()) if value is not None else None
    return int(found[0]) if found else None


def _update_period(channel: Mapping[str, Any]) -> float | None:
    period = _PERIODS.get(str(channel.get("sy_updateperiod", "")).strip().lower())
    frequency = _number(channel.get("sy_updatefrequency"))
    if period is None:
        if frequency is None:
            return None
        period = _PERIODS["daily"]  # the module's default
    return period / max(1, frequency or 1)


def _skip_hours(head: bytes) -> frozenset[int]:
    block = _SKIP_HOURS.search(head)
    hours = {int(hour) for hour in _HOUR.findall(block[1])} if block else set()
    # RSS 0.91 counts 1 to 24
    return frozenset(hour % 24 for hour in hours if hour <= 24)


def _skip_days(head: bytes) -> frozenset[int]:
    block = _SKIP_DAYS.search(head)
    names = {day.decode("ascii").lower() for day in _DAY.findall(block[1])} if block else set()
    return frozenset(_DAYS.index(name) for name in names if name in _DAYS)
