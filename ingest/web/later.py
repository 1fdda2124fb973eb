"""What a host that says "later" asks for: Retry-After read, and whom it holds up. Pure."""

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

# A limit that a host names for one address holds all its others up this long at most.
_HOST_WAIT_MOST_S: Final = 3_600.0


def read_delay(value: str | None, now: dt.datetime) -> float | None:
    """Read Retry-After in seconds: a number or an HTTP date (RFC 9110, 10.2.3).

    A past date and nonsense are None: they ask for nothing.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    moment = http_date(text)
    if moment is None or moment <= now:
        return None
    return (moment - now).total_seconds()


def host_wait_s(status: int, headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Return how long nobody should ask the host: what a 429 says; a limit is seldom one page's."""
    if status != 429:
        return None
    asked = read_delay(headers.get("retry-after"), now)
    return min(asked, _HOST_WAIT_MOST_S) if asked else None


def http_date(value: str | None) -> dt.datetime | None:
    """Read an HTTP date; None where it is none."""
    if not value or len(value) > 100:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
