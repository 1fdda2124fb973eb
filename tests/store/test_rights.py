"""Rights as they meet stored stories: of several feeds, changed later, at their end."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from store import feeds, rights, timed
from store.keeper import Keeper
from store.rights import Book, Rights
from store.writer import Writer
from tests.store.stories import NOW, Clock, at, rows, tagged
from wire.bus import Outgoing
from wire.settings import Settings

pytestmark = pytest.mark.usefixtures("whole")

OWN, OTHER = "https://wire.example/rss", "https://wire.example/top"
LEAD = "First paragraph names Ana Kos."


def add_feeds(engine: sa.Engine, **kept: Any) -> None:
    for url in (OWN, OTHER):
        feeds.add_feed(engine, url, next_poll_at=NOW)
    if kept:
        rights.set_feed(engine, OTHER, **kept)


def shown(engine: sa.Engine) -> dict[str, Any]:
    (row,) = rows(engine, "SELECT body, body_kind, rights FROM wire.articles")
    return row


def keep(engine: sa.Engine, now: dt.datetime) -> list[Outgoing]:
    published: list[Outgoing] = []
    keeper = Keeper(engine, published.extend, Settings())
    keeper.tick(now)
    keeper.close()
    return published


def test_of_several_feeds_the_narrowest_rights_hold() -> None:
    book = Book(
        {"tass": Rights("full", 365, "https://tass.example/terms")},
        {OWN: ("lead", None, None), OTHER: (None, 30, "https://wire.example/terms")},
    )
    assert book.of("tass", [], noarchive=False) == book.agencies["tass"]
    assert book.of("tass", [], noarchive=True).store == "lead"
    both = book.of("tass", [OWN, OTHER], noarchive=False)
    assert both == Rights("lead", 30, "https://wire.example/terms")
    assert book.of("nobody", ["https://other.example/"], noarchive=False) == Rights()


@pytest.mark.parametrize("order", [(OWN, OTHER), (OTHER, OWN)])
@pytest.mark.parametrize("together", [True, False])
def test_a_text_that_comes_by_a_narrow_feed_too_is_cut_whatever_came_first(
    engine: sa.Engine, writer: Writer, order: tuple[str, str], together: bool
) -> None:
    """Once its row said `lead` and its text was whole."""
    add_feeds(engine, store="lead")
    told = [tagged(feed_url=url, minutes=n) for n, url in enumerate(order)]
    for batch in [told] if together else [[one] for one in told]:
        writer.write(batch)
    assert (shown(engine)["body"], shown(engine)["body_kind"]) == (LEAD, "lead")
    assert shown(engine)["rights"]["store"] == "lead"
    third = "SELECT tsv @@ to_tsquery('simple', 'third') AS hit FROM wire.articles"
    assert rows(engine, third) == [{"hit": False}]


def test_stored_texts_obey_rights_that_are_narrowed_later(
    engine: sa.Engine, writer: Writer
) -> None:
    add_feeds(engine)
    writer.write([tagged(text="A"), tagged(text="B", minutes=5)])
    rights.set_agencies(engine, [("tass", Rights("metadata", 30))])
    (message,) = keep(engine, at(60))
    assert message.value is not None
    assert b"Third one ends it" not in message.value
    assert shown(engine) == {
        "body": None,
        "body_kind": "none",
        "rights": {"store": "metadata", "keep_days": 30, "terms_url": None},
    }
    assert rows(engine, "SELECT 1 FROM wire_data.article_versions WHERE body IS NOT NULL") == []
    assert rows(engine, "SELECT 1 FROM wire.mentions") == []
    kinds = [row["kind"] for row in rows(engine, "SELECT kind FROM wire.changes ORDER BY seq")]
    assert kinds == ["published", "updated", "updated"]
    # all obey: nothing is gone through again
    assert rows(engine, "SELECT 1 FROM wire_data.counters WHERE name = 'rights_swept'") == []


def test_a_feed_that_is_overridden_later_counts_for_what_it_brought(
    engine: sa.Engine, writer: Writer
) -> None:
    add_feeds(engine)
    writer.write([tagged("one", feed_url=OTHER), tagged("two", text="C", feed_url=OWN)])
    assert rights.set_feed(engine, OTHER, store="lead", keep_days=7)
    keep(engine, at(60))
    kept = rows(engine, "SELECT url, body_kind FROM wire.articles ORDER BY url")
    assert [row["body_kind"] for row in kept] == ["lead", "full"]
    assert not rights.set_feed(engine, "https://nowhere.example/", store="lead")


def test_what_was_cut_is_whole_again_when_its_page_is_seen_under_wider_rights(
    engine: sa.Engine, writer: Writer
) -> None:
    rights.set_agencies(engine, [("tass", Rights("lead"))])
    writer.write([tagged()])
    rights.set_agencies(engine, [("tass", Rights("full"))])
    keep(engine, at(60))
    assert shown(engine)["body"] == LEAD
    writer.write([tagged(minutes=70)])
    assert shown(engine)["body"].endswith("The text is A.")
    assert (shown(engine)["body_kind"], shown(engine)["rights"]["store"]) == ("full", "full")


def test_killed_text_is_kept_no_longer_than_other_text(
    engine: sa.Engine, writer: Writer, clock: Clock
) -> None:
    rights.set_agencies(engine, [("tass", Rights("full", 30))])
    kill = {"kind": "kill", "pub_status": "canceled"}
    writer.write([tagged(), tagged(text="KILL", minutes=5, signals=kill)])
    keep(engine, NOW + dt.timedelta(days=29))
    assert len(rows(engine, "SELECT 1 FROM wire_data.article_versions")) == 2
    clock.now = NOW + dt.timedelta(days=30, minutes=1)
    published = keep(engine, clock.now)
    assert rows(engine, "SELECT 1 FROM wire_data.article_versions") == []
    assert published[-1].value is None
    # a page that comes late brings nothing back
    (told,) = writer.write([tagged(minutes=9)])
    assert told.outcome == "duplicate"
    assert rows(engine, "SELECT 1 FROM wire_data.articles") == []


def test_an_embargo_under_a_hold_keeps_no_other_from_its_release(
    engine: sa.Engine, writer: Writer
) -> None:
    """Once those on hold stood at the front of every look."""
    embargo = {"kind": "embargo", "pub_status": "withheld", "embargoed_until": at(120)}
    hold = {"kind": "hold", "pub_status": "withheld", "names_slug": "HELD"}
    writer.write([tagged("held", slug="HELD", signals=embargo), tagged("free", signals=embargo)])
    writer.write([tagged("notice", text="HOLD", minutes=5, signals=hold)])
    assert timed.release_embargoes(engine, at(121), limit=1) == 1
    assert timed.release_embargoes(engine, at(121), limit=1) == 0
    assert [row["url"] for row in rows(engine, "SELECT url FROM wire.articles")] == [
        "https://wire.example/free"
    ]
