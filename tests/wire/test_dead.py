"""Dead letters carry the bytes as they were, and say why."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import dead
from wire.bus import Outgoing, Record
from wire.errors import DeadLetter

STORY = str(uuid4())


def sent(letter: Outgoing) -> Record:
    """The letter as the dead-letters stage reads it."""
    return Record("wire.dead", 2, 99, letter.key, letter.value, letter.headers, 1_700_000_000_000)


@given(
    st.binary(max_size=50),
    st.binary(max_size=200),
    st.lists(st.tuples(st.text("abc-", min_size=1), st.binary(max_size=20)), max_size=4),
)
def test_a_dead_letter_keeps_key_value_and_headers_untouched(
    key: bytes, value: bytes, headers: list[tuple[str, bytes]]
) -> None:
    record = Record("wire.pages", 3, 42, key, value, tuple(headers))
    letter = dead.dead_letter("wire.dead", record, "extract", DeadLetter("extract", "not-html"))
    told = dead.read(sent(letter))
    assert (told.key, told.value, told.headers) == (key, value, tuple(headers))
    assert (told.topic, told.partition, told.offset) == ("wire.pages", 3, 42)
    assert (told.stage, told.reason, told.error_class) == ("extract", "not-html", "DeadLetter")
    assert told.stacktrace == ""


def test_the_unknown_is_told_with_its_traceback() -> None:
    try:
        raise ZeroDivisionError("by \x00zero")
    except ZeroDivisionError as caught:
        error = caught
    letter = dead.dead_letter("wire.dead", Record("t", 0, 0, None, b"v"), "enrich", error)
    told = dead.read(sent(letter))
    assert (told.reason, told.error_class, told.error) == (
        "unexpected",
        "ZeroDivisionError",
        "by zero",
    )
    assert "test_dead.py" in told.stacktrace


def test_a_letter_names_the_story_it_is_about() -> None:
    letter = dead.dead_letter("wire.dead", Record("t", 0, 0, b"k", b"v"), "fetch", ValueError("x"))
    told = dead.read(sent(dead.about(letter, url="https://a.example/\x1b1", story=STORY)))
    assert told.url == "https://a.example/1"
    assert str(told.story_id) == STORY


def test_a_letter_too_large_is_told_by_its_hash() -> None:
    record = Record("wire.pages", 0, 0, b"k", b"x" * 10_000, (("page", b"p" * 9_000),))
    letter = dead.without_body(dead.dead_letter("wire.dead", record, "extract", ValueError("x")))
    assert letter.size < 8_000
    assert dict(letter.headers)[dead.PREFIX + "value.dropped"] == b"too-large"
    assert dead.read(sent(letter)).offset == 0


@pytest.mark.parametrize("at", [b"", b"yesterday", b"2026-01-01T00:00:00"])
def test_a_foreign_message_on_the_topic_is_read_as_far_as_it_goes(at: bytes) -> None:
    headers = ((dead.PREFIX + "at", at), (dead.PREFIX + "offset", b"-7"), ("x", b"\xff"))
    told = dead.read(Record("wire.dead", 1, 5, None, None, headers, 1_700_000_000_000))
    assert (told.stage, told.topic, told.partition, told.offset) == ("unknown", "wire.dead", 1, 5)
    assert told.at.tzinfo is UTC or told.at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5_000, "-1", "٣", ""])
def test_a_number_that_no_column_takes_does_not_stop_the_account(number: str) -> None:
    told = tuple((dead.PREFIX + name, number.encode()) for name in ("partition", "offset"))
    letter = dead.read(Record("wire.dead", 2, 41, b"k", b"v", told))
    assert (letter.partition, letter.offset) == (2, 41)


def test_a_letter_that_was_too_large_has_no_value_to_replay() -> None:
    letter = dead.dead_letter("wire.dead", Record("t", 0, 0, b"k", b"v"), "fetch", ValueError("x"))
    assert dead.read(sent(dead.without_body(letter))).value is None
    assert dead.read(sent(letter)).value == b"v"
