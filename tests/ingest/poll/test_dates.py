import datetime as dt
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.poll.dates import Zones, is_future, read_date

BELGRADE = Zones(
    ZoneInfo("Europe/Belgrade"),
    {"MSK": dt.timezone(dt.timedelta(hours=3)), "IST": dt.timezone(dt.timedelta(hours=5.5))},
)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]  # positional ints


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Mon, 23 Nov 2026 10:00:00 GMT", utc(2026, 11, 23, 10)),
        ("Mon, 23 Nov 2026 10:00:00 +0200", utc(2026, 11, 23, 8)),
        ("2026-11-23T10:00:00Z", utc(2026, 11, 23, 10)),
        ("2026-11-23T10:00:00.123+05:30", utc(2026, 11, 23, 4, 30)),
        # 30: abbreviations by the agency's own list, missing zones by its clock
        ("Mon, 23 Nov 2026 10:00:00 MSK", utc(2026, 11, 23, 7)),
        ("Mon, 23 Nov 2026 10:00:00 IST", utc(2026, 11, 23, 4, 30)),
        ("Mon, 23 Nov 2026 10:00:00", utc(2026, 11, 23, 9)),
        ("2026-11-23 10:00:00", utc(2026, 11, 23, 9)),
        ("2026-07-23 10:00", utc(2026, 7, 23, 8)),
        ("23 November 2026 10:00", utc(2026, 11, 23, 9)),
        ("Mon, 23 Nov 2026 10:00 PM", utc(2026, 11, 23, 21)),
    ],
)
def test_30_dates_are_read_by_offset_zone_name_or_the_agencys_clock(
    raw: str, moment: dt.datetime
) -> None:
    assert read_date(raw, None, BELGRADE) == moment


@pytest.mark.parametrize(
    "raw",
    [None, "", "yesterday", "10:00", "Monday", "0000-00-00", "1900-01-01", "x" * 5000, "-", "\0"],
)
def test_30_what_is_no_date_is_none(raw: str | None) -> None:
    assert read_date(raw, None, BELGRADE) is None


def test_30_a_date_in_the_year_30000_is_none() -> None:
    assert read_date("Mon, 23 Nov 30000 10:00:00 GMT", None, Zones()) is None
    far = time.struct_time((30000, 1, 1, 0, 0, 0, 0, 1, 0))
    assert read_date("30000-01-01T00:00:00Z", far, Zones()) is None


def test_30_an_agencys_wrong_clock_is_put_right() -> None:
    late = Zones(shift=dt.timedelta(hours=1))
    assert read_date("2026-11-23T10:00:00Z", None, late) == utc(2026, 11, 23, 11)


def test_30_future_dates_are_told() -> None:
    now = utc(2026, 11, 23, 12)
    assert not is_future(now + dt.timedelta(hours=23), now)
    assert is_future(now + dt.timedelta(hours=25), now)
    assert not is_future(None, now)


@given(st.text(max_size=60))
def test_30_any_text_is_a_date_in_utc_or_none(raw: str) -> None:
    moment = read_date(raw, None, BELGRADE)
    assert moment is None or moment.utcoffset() == dt.timedelta()


@given(st.integers(315_532_800, 7_258_118_400))
def test_30_iso_dates_come_back(seconds: int) -> None:
    aware = dt.datetime.fromtimestamp(seconds, dt.UTC)
    assert read_date(aware.isoformat(), None, BELGRADE) == aware
