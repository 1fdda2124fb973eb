from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from store import dead
from store.schema import Pending
from tests.store.stories import NOW, at, rows, story_id
from wire.messages import DeadLetterRecord


def letter(offset: int = 7, **fields: Any) -> DeadLetterRecord:
    plain: dict[str, Any] = {
        "stage": "extract",
        "topic": "wire.pages",
        "topic_id": "abc",
        "partition": 3,
        "offset": offset,
        "reason": "not-html",
        "error_class": "DeadLetter",
        "error": "not-html: an image",
        "url": "https://wire.example/one",
        "story_id": story_id("one"),
        "key": b"key",
        "value": b"\x00\xff bytes",
        "headers": (("page", b"\x00{}"), ("page", b"again")),
        "at": NOW,
    }
    return DeadLetterRecord(**(plain | fields))


def test_a_dead_letter_comes_back_byte_for_byte(engine: sa.Engine) -> None:
    assert dead.record(engine, [letter()]) == 1
    (row,) = dead.listed(engine)
    assert dead.shown(engine, row.id) == letter()
    assert dead.shown(engine, 999) is None


def test_the_same_letter_is_one_row(engine: sa.Engine) -> None:
    assert dead.record(engine, [letter(), letter()]) == 1
    assert dead.record(engine, [letter()]) == 0
    assert len(dead.listed(engine)) == 1


def test_a_wiped_topics_offsets_are_others(engine: sa.Engine) -> None:
    assert dead.record(engine, [letter(), letter(topic_id="def")]) == 2


def test_two_stages_may_fail_at_one_message(engine: sa.Engine) -> None:
    assert dead.record(engine, [letter(), letter(stage="dead-letters")]) == 2


def test_newest_first_and_only_what_was_asked(engine: sa.Engine) -> None:
    later = letter(8, at=at(1), reason="too-deep", stage="fetch")
    dead.record(engine, [letter(), later])
    assert [row.offset for row in dead.listed(engine)] == [8, 7]
    assert [row.offset for row in dead.listed(engine, stage="extract")] == [7]
    assert [row.offset for row in dead.listed(engine, reason="too-deep")] == [8]
    assert len(dead.listed(engine, limit=1)) == 1
    assert dead.numbers(engine, stage="fetch") == [2]
    assert dead.numbers(engine) == [1, 2]


def test_what_was_replayed_waits_no_more(engine: sa.Engine) -> None:
    dead.record(engine, [letter()])
    (row,) = dead.listed(engine)
    assert dead.mark_replayed(engine, [row.id], at(5)) == 1
    assert dead.listed(engine) == []
    assert rows(engine, "SELECT replayed_at FROM wire.dead_letters") == [{"replayed_at": at(5)}]


def test_what_was_dropped_leaves_its_bytes(engine: sa.Engine) -> None:
    dead.record(engine, [letter()])
    (row,) = dead.listed(engine)
    assert dead.drop(engine, [row.id], at(5)) == 1
    assert rows(engine, "SELECT * FROM wire.dead_letters") == []
    kept = dead.shown(engine, row.id)
    assert kept is not None
    assert (kept.value, kept.headers, kept.reason) == (None, (), "not-html")
    assert dead.record(engine, [letter()]) == 0


def test_the_entry_of_a_dead_letter_is_no_longer_awaited(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        row = {"story_id": story_id("one"), "entry": b"{}", "published_at": NOW}
        connection.execute(sa.insert(Pending), row)
    dead.record(engine, [letter()])
    assert rows(engine, "SELECT * FROM wire_data.pending") == []


def test_the_view_shows_what_was_promised(engine: sa.Engine) -> None:
    dead.record(engine, [letter()])
    (row,) = rows(engine, "SELECT * FROM wire.dead_letters")
    listed = asdict(dead.listed(engine)[0])
    promised = ("id", "stage", "topic", "error_class", "error", "url", "story_id", "at")
    assert {name: row[name] for name in promised} == {name: listed[name] for name in promised}
