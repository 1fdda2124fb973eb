"""What becomes of an entry whose page was asked for."""

from datetime import datetime, timedelta

import pytest

from ingest.fetch import decide
from tests.ingest.fetch.entries import NOW, entry
from wire.errors import DeadLetter, Retry
from wire.messages import Entry

HTML = "text/html; charset=utf-8"
BARE = entry()
WITH_TEXT = entry(summary="The bridge opened on Monday.")
REVISIT = entry(reason="revisit")


def asked(what: Entry = BARE, attempts: int = 0, now: datetime = NOW) -> decide.Asked:
    return decide.Asked(what, attempts, 6, now)


@pytest.mark.parametrize("kind", [HTML, "", "application/xhtml+xml", "text/plain", "TEXT/HTML"])
def test_a_page_that_may_hold_text_is_taken(kind: str) -> None:
    assert decide.on_status(asked(), 200, kind, None) == "page"


@pytest.mark.parametrize("kind", ["image/jpeg", "application/pdf", "video/mp4"])
def test_an_image_is_no_page(kind: str) -> None:
    assert decide.on_status(asked(WITH_TEXT), 200, kind, None) == "feed"
    with pytest.raises(DeadLetter, match=kind) as died:
        decide.on_status(asked(), 200, kind, None)
    assert (died.value.reason, died.value.outside) == ("not-html", True)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 410, 451])
def test_a_permanent_refusal_is_not_asked_again(status: int) -> None:
    assert decide.on_status(asked(WITH_TEXT), status, HTML, None) == "feed"
    with pytest.raises(DeadLetter) as died:
        decide.on_status(asked(), status, HTML, None)
    assert died.value.reason == f"http-{status}"


def test_a_page_not_yet_there_is_waited_for_unless_the_feed_carries_the_text() -> None:
    assert decide.on_status(asked(WITH_TEXT), 404, HTML, None) == "feed"
    with pytest.raises(Retry) as later:
        decide.on_status(asked(), 404, HTML, None)
    assert later.value.counted
    with pytest.raises(DeadLetter):
        decide.on_status(asked(attempts=6), 404, HTML, None)


@pytest.mark.parametrize("status", [404, 410])
def test_a_known_storys_page_that_is_gone_is_news(status: int) -> None:
    assert decide.on_status(asked(REVISIT), status, HTML, None) == "page"


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_revisit_that_fails_costs_nothing(status: int) -> None:
    assert decide.on_status(asked(REVISIT), status, HTML, None) == "failed"


def test_a_page_unchanged_is_not_read_again() -> None:
    assert decide.on_status(asked(REVISIT), 304, "", None) == "unchanged"


@pytest.mark.parametrize("status", [429, 503])
def test_later_is_no_failure_and_keeps_its_word(status: int) -> None:
    with pytest.raises(Retry) as later:
        decide.on_status(asked(WITH_TEXT, attempts=5), status, HTML, "600")
    assert (later.value.delay, later.value.counted) == (timedelta(minutes=10), False)


def test_later_for_days_is_never() -> None:
    late = asked(WITH_TEXT, now=NOW + timedelta(days=2, seconds=1))
    with pytest.raises(Retry):
        decide.on_status(asked(WITH_TEXT), 429, HTML, None)
    with pytest.raises(Retry):
        decide.on_status(late, 429, HTML, None)
    patient = asked(WITH_TEXT, attempts=2, now=late.now)
    assert decide.on_status(patient, 429, HTML, None) == "feed"


def test_failures_rest_longer_each_time_and_end() -> None:
    rests = []
    for attempts in range(6):
        with pytest.raises(Retry) as later:
            decide.on_failure(asked(attempts=attempts), "timeout", "slow")
        rests.append(later.value.delay)
    assert rests == sorted(rests)
    with pytest.raises(DeadLetter):
        decide.on_failure(asked(attempts=6), "timeout", "slow")


def test_an_entry_with_text_waits_for_its_page_two_retries_only() -> None:
    for attempts in (0, 1):
        with pytest.raises(Retry):
            decide.on_failure(asked(WITH_TEXT, attempts=attempts), "timeout", "slow")
    assert decide.on_failure(asked(WITH_TEXT, attempts=2), "timeout", "slow") == "feed"
