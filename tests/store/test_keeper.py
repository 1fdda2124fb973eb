import datetime as dt
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from store import changes, dead, timed
from store.keeper import Keeper
from store.locks import Lock, lock_transaction
from store.schema import AgencyRights, Pending
from store.writer import Writer
from tests.store.stories import NOW, Clock, at, rows, story_id, tagged
from tests.store.test_dead import letter
from wire.bus import Outgoing
from wire.errors import Wait
from wire.messages import Article, Entry, Furniture
from wire.settings import KeeperSettings, Settings

pytestmark = pytest.mark.usefixtures("whole")


class Published:
    """What was acknowledged; raises `Wait` instead while `away`."""

    def __init__(self) -> None:
        self.messages: list[Outgoing] = []
        self.away = False

    def __call__(self, messages: Sequence[Outgoing]) -> None:
        if self.away:
            raise Wait("the broker is away")
        self.messages += messages

    def on(self, topic: str) -> list[Outgoing]:
        return [message for message in self.messages if message.topic == topic]


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def keeper(engine: sa.Engine, published: Published) -> Iterator[Keeper]:
    keeper = Keeper(engine, published, Settings())
    yield keeper
    keeper.close()


def entry(name: str = "one", **fields: Any) -> Entry:
    plain: dict[str, Any] = {
        "story_id": story_id(name),
        "url": f"https://wire.example/{name}",
        "canonical_url": f"https://wire.example/{name}",
        "host": "wire.example",
        "feed_url": "https://wire.example/rss",
        "observed_at": NOW,
        "discovered_at": NOW,
        "fingerprint": "00" * 32,
    }
    return Entry(**(plain | fields))


def await_entry(engine: sa.Engine, name: str) -> None:
    with engine.begin() as connection:
        row = {
            "story_id": story_id(name),
            "entry": entry(name).to_json(),
            "published_at": NOW,
        }
        connection.execute(sa.insert(Pending), row)


# --- relay


def test_every_change_is_relayed_once(
    engine: sa.Engine, writer: Writer, keeper: Keeper, published: Published
) -> None:
    writer.write([tagged("one"), tagged("two")])
    assert keeper.tick(at(1)).relayed == 2
    assert keeper.tick(at(2)).relayed == 0
    told = published.on("wire.articles")
    assert {message.key for message in told} == {
        str(story_id(name)).encode() for name in ("one", "two")
    }
    assert {Article.model_validate_json(message.value or b"").seq for message in told} == {1, 2}
    assert changes.relayed(engine)


def test_a_relay_goes_on_batch_by_batch(
    engine: sa.Engine, writer: Writer, published: Published
) -> None:
    writer.write([tagged(str(number)) for number in range(7)])
    keeper = Keeper(engine, published, Settings(keeper=KeeperSettings(relay_batch=3)))
    assert keeper.tick(at(1)).relayed == 7
    keeper.close()


def test_what_was_not_acknowledged_is_relayed_again(
    engine: sa.Engine, writer: Writer, keeper: Keeper, published: Published
) -> None:
    writer.write([tagged("one")])
    published.away = True
    with pytest.raises(Wait):
        keeper.tick(at(1))
    assert not changes.relayed(engine)
    published.away = False
    assert keeper.tick(at(2)).relayed == 1


def test_who_rebuilds_from_the_topic_ends_at_the_view(
    engine: sa.Engine, writer: Writer, keeper: Keeper, published: Published
) -> None:
    kill = {"kind": "kill", "pub_status": "canceled"}
    steps = [
        [tagged("one"), tagged("two"), tagged("three")],
        [tagged("one", text="B", minutes=5), tagged("two", text="K", minutes=5, signals=kill)],
        [tagged("three", minutes=9, status=410, body="", body_kind="none"), tagged("four")],
        [tagged("three", text="C", minutes=12)],
    ]
    for minutes, batch in enumerate(steps):
        writer.write(batch)
        keeper.tick(at(minutes))
    state: dict[bytes, Article] = {}
    for message in published.on("wire.articles"):
        if message.value is None:
            state.pop(message.key)
        else:
            state[message.key] = Article.model_validate_json(message.value)
    usable = {a.id: (a.headline, a.body) for a in state.values() if a.pub_status == "usable"}
    view = rows(engine, "SELECT id, headline, body FROM wire.articles")
    assert usable == {row["id"]: (row["headline"], row["body"]) for row in view}
    assert len(usable) == 3


# --- one at a time


def test_one_keeper_is_at_work_and_another_stands_by(
    engine: sa.Engine, writer: Writer, keeper: Keeper, published: Published
) -> None:
    second = Keeper(engine, published, Settings())
    assert not keeper.tick(at(1)).standing_by
    assert second.tick(at(1)).standing_by
    keeper.close()
    assert not second.tick(at(2)).standing_by
    second.close()


def test_a_keeper_whose_session_was_cut_stands_back(
    engine: sa.Engine, keeper: Keeper, published: Published
) -> None:
    keeper.tick(at(1))
    rows(
        engine,
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        " AND pid <> pg_backend_pid()"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    with pytest.raises(Wait):
        keeper.tick(at(2))
    second = Keeper(engine, published, Settings())
    assert not second.tick(at(3)).standing_by
    assert keeper.tick(at(3)).standing_by
    second.close()


def test_a_frozen_keepers_place_is_taken(
    engine: sa.Engine, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.keeper._SILENT_S", 0.1)
    frozen, second = Keeper(engine, published, Settings()), Keeper(engine, published, Settings())
    assert not frozen.tick(at(1)).standing_by
    deadline = time.monotonic() + 30
    while second.tick(at(2)).standing_by:
        assert time.monotonic() < deadline
    second.close()
    frozen.close()


# --- embargoes


def test_an_embargo_is_released_at_its_time(
    engine: sa.Engine, writer: Writer, keeper: Keeper, clock: Clock
) -> None:
    embargo = {"kind": "embargo", "pub_status": "withheld", "embargoed_until": at(120)}
    writer.write([tagged(signals=embargo)])
    assert keeper.tick(at(119)).released == 0
    assert rows(engine, "SELECT id FROM wire.articles") == []
    assert keeper.tick(at(120)).released == 1
    (row,) = rows(engine, "SELECT pub_status, embargoed_until FROM wire.articles")
    assert row == {"pub_status": "usable", "embargoed_until": at(120)}
    kinds = [row["kind"] for row in rows(engine, "SELECT kind FROM wire.changes ORDER BY seq")]
    assert kinds == ["withheld", "released"]


def test_a_kill_outlasts_an_embargo(engine: sa.Engine, writer: Writer, keeper: Keeper) -> None:
    embargo = {"kind": "embargo", "pub_status": "withheld", "embargoed_until": at(120)}
    writer.write([tagged(signals=embargo)])
    writer.write([tagged(minutes=9, status=410, body="", body_kind="none")])
    assert keeper.tick(at(121)).released == 0
    assert rows(engine, "SELECT id FROM wire.articles") == []


# --- pages asked for again


def test_35_a_page_is_asked_for_again_on_its_schedule(
    writer: Writer, keeper: Keeper, clock: Clock, published: Published
) -> None:
    clock.now = NOW
    writer.write([tagged(etag='"e"', last_modified="Mon, 23 Nov 2026 12:00:00 GMT")])
    asked = []
    for minutes in (0, 14, 15, 59, 60, 61, 359, 360, 1439, 1440, 1441, 9999):
        asked += [minutes] * keeper.tick(at(minutes)).revisited
    assert asked == [15, 60, 360, 1440]
    first = Entry.model_validate_json(published.on("wire.entries")[0].value or b"")
    assert (first.story_id, first.reason, first.etag) == (story_id("one"), "revisit", '"e"')
    assert published.on("wire.entries")[0].key == b"wire.example"


def test_a_later_answer_brings_its_own_validators(
    writer: Writer, keeper: Keeper, clock: Clock, published: Published
) -> None:
    clock.now = NOW
    writer.write([tagged(etag='"one"')])
    writer.write([tagged(minutes=5, etag='"two"')])
    keeper.tick(at(15))
    asked = Entry.model_validate_json(published.on("wire.entries")[0].value or b"")
    assert asked.etag == '"two"'


def test_35_a_missing_page_is_asked_for_soon(
    engine: sa.Engine, writer: Writer, keeper: Keeper, clock: Clock, published: Published
) -> None:
    clock.now = at(2000)
    writer.write([tagged(), tagged(minutes=2000, status=404, body="", body_kind="none")])
    assert keeper.tick(at(2014)).revisited == 0
    assert keeper.tick(at(2015)).revisited == 1
    asked = Entry.model_validate_json(published.on("wire.entries")[0].value or b"")
    assert asked.reason == "missing"
    writer.write([tagged(minutes=2016, status=404, body="", body_kind="none")])
    assert rows(engine, "SELECT id FROM wire.articles") == []


def test_text_from_the_feed_alone_has_no_page_to_ask_for(
    writer: Writer, keeper: Keeper, clock: Clock
) -> None:
    clock.now = NOW
    writer.write([tagged(source="feed", body_kind="feed")])
    assert keeper.tick(at(60)).revisited == 0


# --- what came to nothing


def test_an_entry_that_came_to_nothing_is_published_anew(
    engine: sa.Engine, keeper: Keeper, published: Published
) -> None:
    await_entry(engine, "lost")
    assert keeper.tick(at(24 * 60)).republished == 0
    assert keeper.tick(at(24 * 60 + 2)).republished == 1
    (message,) = published.on("wire.entries")
    assert (message.key, message.value) == (b"wire.example", entry("lost").to_json())
    assert keeper.tick(at(24 * 60 + 4)).republished == 0
    assert keeper.tick(at(49 * 60)).republished == 1


def test_an_entry_that_became_something_is_not(
    engine: sa.Engine, writer: Writer, keeper: Keeper, published: Published
) -> None:
    writer.write([tagged("stored")])
    dead.record(engine, [letter(story_id=story_id("dead"))])
    # poll saves after it has published: the rest of the way may be faster
    for name in ("stored", "dead"):
        await_entry(engine, name)
    assert keeper.tick(at(25 * 60)).republished == 0
    assert rows(engine, "SELECT * FROM wire_data.pending") == []
    assert [m for m in published.on("wire.entries") if b'"reason":"new"' in (m.value or b"")] == []


# --- furniture


def test_furniture_is_learned_and_published(
    engine: sa.Engine, writer: Writer, published: Published
) -> None:
    given: list[tuple[int, tuple[str, ...]]] = []

    def learn(stories: Sequence[Sequence[str]], before: Sequence[str]) -> tuple[str, ...]:
        given.append((len(stories), tuple(before)))
        assert stories[0][0] == "First paragraph names Ana Kos."
        return ("Read more on the site",)

    writer.write([tagged(str(number)) for number in range(11)])
    keeper = Keeper(engine, published, Settings(), learn)
    assert keeper.tick(at(60)).learned == 0
    writer.write([tagged("12")])
    assert keeper.tick(at(75)).learned == 1
    (message,) = published.on("wire.furniture")
    told = Furniture.model_validate_json(message.value or b"")
    assert (told.host, told.epoch, told.lines) == (
        "wire.example",
        1,
        ("Read more on the site",),
    )
    assert keeper.tick(at(90)).learned == 0
    # a day later it is learned anew; the same lines are no new epoch
    assert keeper.tick(at(75 + 1441)).learned == 0
    assert given == [(12, ()), (12, ("Read more on the site",))]
    keeper.close()


def test_furniture_that_was_not_acknowledged_is_published_again(
    engine: sa.Engine, writer: Writer, published: Published
) -> None:
    writer.write([tagged(str(number)) for number in range(12)])
    keeper = Keeper(engine, published, Settings(), lambda _stories, _before: ("line",))
    published.away = True
    with pytest.raises(Wait):
        keeper.tick(at(60))
    published.away = False
    assert keeper.tick(at(75)).learned == 1
    keeper.close()


# --- retention and counts


def test_what_was_kept_long_enough_is_taken_away(
    engine: sa.Engine, writer: Writer, keeper: Keeper, published: Published
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(AgencyRights), {"agency": "tass", "keep_days": 2})
    writer.write([tagged("one"), tagged("two", agency="afp")])
    assert keeper.tick(NOW + dt.timedelta(days=2, minutes=-1)).retained == 0
    assert keeper.tick(NOW + dt.timedelta(days=2, minutes=1)).retained == 1
    assert rows(engine, "SELECT id FROM wire.articles") == [{"id": story_id("two")}]
    for table in ("article_versions", "mentions", "sightings"):
        assert len(rows(engine, f"SELECT * FROM wire_data.{table}")) == 1
    assert (published.on("wire.articles")[-1].key, published.on("wire.articles")[-1].value) == (
        str(story_id("one")).encode(),
        None,
    )


def test_entities_are_counted_now_and_then(
    engine: sa.Engine, writer: Writer, keeper: Keeper
) -> None:
    writer.write([tagged("one"), tagged("two")])
    keeper.tick(at(1))
    assert rows(engine, "SELECT article_count FROM wire.entities") == [{"article_count": 2}]
    kill = {"kind": "kill", "pub_status": "canceled"}
    writer.write([tagged("two", text="K", minutes=5, signals=kill)])
    keeper.tick(at(20))
    assert rows(engine, "SELECT article_count FROM wire.entities") == [{"article_count": 1}]


def keep(engine: sa.Engine, agency: str, days: int) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(AgencyRights), {"agency": agency, "keep_days": days})


def test_retention_goes_on_at_once_while_there_is_more(
    engine: sa.Engine, writer: Writer, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(engine, "tass", 2)
    writer.write([tagged(str(number)) for number in range(7)])
    monkeypatch.setattr("store.keeper._RETAINED", 3)
    over = NOW + dt.timedelta(days=3)
    assert [keeper.tick(over).retained for _ in range(4)] == [3, 3, 1, 0]
    assert keeper.tick(over + dt.timedelta(seconds=30)).retained == 0


def test_each_length_of_keep_is_obeyed_whichever_is_older(
    engine: sa.Engine, writer: Writer
) -> None:
    keep(engine, "tass", 30)
    keep(engine, "afp", 2)
    writer.write([tagged("long"), tagged("short", agency="afp"), tagged("kept", agency="ap")])
    assert timed.retain(engine, NOW + dt.timedelta(days=3)) == 1
    left = {row["id"] for row in rows(engine, "SELECT id FROM wire.articles")}
    assert left == {story_id("long"), story_id("kept")}
    assert timed.retain(engine, NOW + dt.timedelta(days=31)) == 1


def test_retention_waits_for_no_reader_and_keeps_none_waiting(
    engine: sa.Engine, writer: Writer
) -> None:
    keep(engine, "tass", 2)
    writer.write([tagged("one"), tagged("two")])
    with engine.connect() as reader, reader.begin():
        reader.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        counted = sa.text(
            "SELECT count(*) FROM wire.articles JOIN wire.mentions ON id = article_id"
        )
        assert reader.scalar(counted) == 2
        with engine.connect() as retaining, retaining.begin() as uncommitted:
            assert timed.retain(engine, NOW + dt.timedelta(days=3), limit=1) == 1
            lock_transaction(retaining, Lock.WRITER)
            retaining.exec_driver_sql("DELETE FROM wire_data.articles")
            # a deletion that is not committed keeps nobody from reading
            assert rows(engine, "SELECT count(*) AS n FROM wire.articles") == [{"n": 1}]
            uncommitted.rollback()
        assert reader.scalar(counted) == 2
    assert timed.retain(engine, NOW + dt.timedelta(days=3)) == 1


def test_a_cluster_is_counted_anew_when_one_of_its_stories_goes(
    engine: sa.Engine, writer: Writer
) -> None:
    keep(engine, "afp", 2)
    body = " ".join(f"word{n} 4{n} of a body that is long enough to be met" for n in range(12))
    writer.write([tagged("one", body=body), tagged("two", agency="afp", body=body)])
    assert rows(engine, "SELECT size, agencies FROM wire.clusters") == [
        {"size": 2, "agencies": ["afp", "tass"]}
    ]
    timed.retain(engine, NOW + dt.timedelta(days=3))
    assert rows(engine, "SELECT size, agencies FROM wire.clusters") == [
        {"size": 1, "agencies": ["tass"]}
    ]
