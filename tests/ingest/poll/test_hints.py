import datetime as dt

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.poll.hints import Freshness, Hints, read_freshness, read_hints

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def hints(channel: str) -> Hints:
    body = (
        '<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel>{channel}</channel></rss>"
    ).encode()
    return read_hints(feedparser.parse(body.decode()).feed, body)


@pytest.mark.parametrize(("ttl", "seconds"), [("60", 3600), (" 5 ", 300), ("0", 0)])
def test_6_ttl_is_minutes(ttl: str, seconds: float) -> None:
    assert hints(f"<ttl>{ttl}</ttl>").ttl_s == seconds


@pytest.mark.parametrize("ttl", ["", "soon", "-5", "1.5", "9" * 40])
def test_6_a_ttl_that_is_no_number_is_none(ttl: str) -> None:
    assert hints(f"<ttl>{ttl}</ttl>").ttl_s is None


@pytest.mark.parametrize(
    ("period", "frequency", "seconds"),
    [
        ("hourly", "1", 3600),
        ("hourly", "4", 900),
        ("daily", None, 86_400),
        (None, "2", 43_200),
        ("weekly", "0", 604_800),
        ("sometimes", "1", None),
        (None, None, None),
    ],
)
def test_6_update_period_and_frequency(
    period: str | None, frequency: str | None, seconds: float | None
) -> None:
    parts = [f"<sy:updatePeriod>{period}</sy:updatePeriod>" if period else ""]
    parts += [f"<sy:updateFrequency>{frequency}</sy:updateFrequency>" if frequency else ""]
    expected = seconds
    if period == "sometimes":
        # an unknown period with a frequency falls back on the module's default, a day
        expected = 86_400
    assert hints("".join(parts)).sy_s == expected


def test_7_skip_hours_and_days() -> None:
    found = hints(
        "<skipHours><hour>0</hour><hour>23</hour><hour>24</hour><hour>99</hour></skipHours>"
        "<skipDays><day>Saturday</day><day>sunday</day><day>Never</day></skipDays>"
    )
    assert found.skip_hours == {0, 23}
    assert found.skip_days == {5, 6}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=300"}, 300),
        ({"cache-control": "public, max-age=300", "age": "100"}, 200),
        ({"cache-control": "max-age=300", "age": "900"}, 0),
        ({"cache-control": "s-maxage=300"}, None),
        ({"cache-control": "no-cache"}, None),
        ({"cache-control": 'max-age="60"'}, 60),
        ({"cache-control": "max-age=999999999999"}, 999_999_999),
        ({"expires": "Mon, 23 Nov 2026 13:00:00 GMT"}, 3600),
        ({"expires": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0),
        ({"expires": "0"}, None),
        # against the server's own clock
        (
            {
                "expires": "Mon, 23 Nov 2026 15:00:00 GMT",
                "date": "Mon, 23 Nov 2026 14:50:00 GMT",
            },
            600,
        ),
        # RFC 9111: max-age overrules Expires
        ({"cache-control": "max-age=60", "expires": "Mon, 23 Nov 2026 13:00:00 GMT"}, 60),
    ],
)
def test_6_max_age_less_age_and_expires(headers: dict[str, str], seconds: float | None) -> None:
    assert read_freshness(headers, NOW) == Freshness(seconds, None)


@given(st.text(max_size=50), st.text(max_size=50), st.text(max_size=50), st.text(max_size=50))
def test_any_headers_are_read_without_error(a: str, b: str, c: str, d: str) -> None:
    headers = {"cache-control": a, "age": b, "expires": c, "retry-after": d, "date": a}
    found = read_freshness(headers, NOW)
    assert found.fresh_s is None or found.fresh_s >= 0
