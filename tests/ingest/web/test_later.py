import datetime as dt

import pytest

from ingest.web.later import host_wait_s, read_delay

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 23 Nov 2026 12:30:00 GMT", 1800),
        ("Mon, 23 Nov 2026 11:30:00 GMT", None),
        ("99999999999999999999", 999_999_999),
        ("tomorrow", None),
        ("-5", None),
        ("1e9", None),
        ("१२", None),
        ("x" * 1000, None),
        (None, None),
    ],
)
def test_12_retry_after_as_seconds_as_date_as_a_past_date(
    value: str | None, seconds: float | None
) -> None:
    assert read_delay(value, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry-after": "120"}, 120),
        (429, {"retry-after": "86400"}, 3600),
        (429, {}, None),
        # an outage is one server's; a limit is the host's word to us
        (503, {"retry-after": "120"}, None),
        (200, {"retry-after": "120"}, None),
    ],
)
def test_12_a_limit_holds_the_whole_host(
    status: int, headers: dict[str, str], seconds: float | None
) -> None:
    assert host_wait_s(status, headers, NOW) == seconds
