"""What waits, and since when."""

import datetime as dt

import sqlalchemy as sa

from store import dead, feeds, leases, waits
from store.keeper import Keeper
from store.waits import Dead
from store.writer import Writer
from tests.store.stories import NOW, at, tagged
from tests.store.test_dead import letter
from wire.settings import Settings


def look(engine: sa.Engine, minutes: float = 10) -> waits.Waits:
    return waits.look(engine, at(minutes), dt.datetime.fromtimestamp(0, dt.UTC))


def test_nothing_waits_at_first(engine: sa.Engine) -> None:
    found = look(engine)
    assert (found.feeds_due, found.awaited, found.unrelayed, found.kills_pending) == (0, 0, 0, 0)
    assert (found.feeds_due_since, found.awaited_since, found.unrelayed_since) == (None,) * 3
    assert found.dead_letters == ()


def test_a_feed_that_is_due_waits_until_somebody_has_it(engine: sa.Engine) -> None:
    feeds.add_feed(engine, "https://a.example/rss", next_poll_at=at(3))
    feeds.add_feed(engine, "https://b.example/rss", next_poll_at=at(20))
    found = look(engine)
    assert (found.feeds_due, found.feeds_due_since) == (1, at(3))
    leases.lease_feeds(engine, 10, 60, at(10))
    assert look(engine).feeds_due == 0


def test_embargoes_and_changes_wait(engine: sa.Engine, writer: Writer) -> None:
    embargo = {"kind": "embargo", "pub_status": "withheld"}
    timed = embargo | {"embargoed_until": at(999)}
    writer.write([tagged("one"), tagged("two", signals=embargo), tagged("three", signals=timed)])
    found = look(engine)
    assert (found.embargoes, found.embargoes_unread) == (1, 1)
    assert (found.last_seq, found.relayed_seq, found.unrelayed, found.changed) == (3, 0, 3, 3)
    assert found.unrelayed_since is not None
    keeper = Keeper(engine, lambda _: None, Settings())
    keeper.tick(NOW)
    keeper.close()
    assert (look(engine).unrelayed, look(engine).unrelayed_since) == (0, None)


def test_dead_letters_wait_by_stage_and_reason_until_they_are_settled(engine: sa.Engine) -> None:
    dead.record(engine, [letter(1), letter(2, at=at(5)), letter(3, reason="too-deep")])
    assert look(engine).dead_letters == (
        Dead("extract", "not-html", 2, at(5)),
        Dead("extract", "too-deep", 1, NOW),
    )
    dead.mark_replayed(engine, dead.numbers(engine, reason="not-html"), at(6))
    dead.drop(engine, dead.numbers(engine), at(6))
    assert look(engine).dead_letters == ()
