import datetime as dt
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from store import feeds, leases, polls
from store.leases import LeasedFeed
from store.polls import PollResult, SeenEntry
from store.schema import Pending

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=5)
URL = "https://wire.example/rss"


def lease(engine: sa.Engine, now: dt.datetime = NOW, lease_s: float = 60) -> LeasedFeed:
    (leased,) = leases.lease_feeds(engine, 10, lease_s, now)
    return leased


def result(leased: LeasedFeed, **changes: object) -> PollResult:
    plain = PollResult(
        feed_id=leased.id,
        lease_token=leased.lease_token,
        url=leased.url,
        state="active",
        health="ok",
        title="Wire",
        etag='W/"a\u00e9"',
        last_modified="Mon, 23 Nov 2026 12:00:00 GMT",
        body_sha256="00" * 32,
        next_poll_at=LATER,
        interval_s=300,
        last_success_at=NOW,
        last_new_at=NOW,
        failures=0,
        possible_gaps=0,
        last_error=None,
        memory={"failures": 0.5},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # names are checked by replace


def seen_entry(key: str, fingerprint: str = "f") -> SeenEntry:
    story_id = uuid.uuid5(uuid.NAMESPACE_URL, key)
    return SeenEntry(key, fingerprint, story_id, json.dumps({"key": key}).encode())


@pytest.fixture
def feed(engine: sa.Engine) -> str:
    assert feeds.add_feed(engine, URL, agency="tass", next_poll_at=NOW)
    return URL


def test_a_feed_is_added_once(engine: sa.Engine, feed: str) -> None:
    assert not feeds.add_feed(engine, feed, agency="other", next_poll_at=LATER)
    (row,) = feeds.list_feeds(engine)
    assert (row.url, row.agency, row.state, row.next_poll_at) == (feed, "tass", "active", NOW)


def test_what_an_outline_carried_comes_back(engine: sa.Engine) -> None:
    feeds.add_feed(
        engine, URL, attributes={"text": "Wire", "x": "1"}, folders=("World",), next_poll_at=NOW
    )
    (row,) = feeds.list_feeds(engine)
    assert row.attributes == {"text": "Wire", "x": "1"}
    assert row.folders == ("World",)


def test_a_feed_that_is_due_is_leased_to_one_poller(engine: sa.Engine, feed: str) -> None:
    assert lease(engine).url == feed
    assert leases.lease_feeds(engine, 10, 60, NOW) == []


def test_a_feed_is_not_leased_before_it_is_due(engine: sa.Engine, feed: str) -> None:
    assert leases.lease_feeds(engine, 10, 60, NOW - dt.timedelta(seconds=1)) == []


def test_the_longest_due_come_first(engine: sa.Engine) -> None:
    for minutes in (3, 1, 2):
        due = NOW - dt.timedelta(minutes=minutes)
        feeds.add_feed(engine, f"{URL}/{minutes}", next_poll_at=due)
    leased = leases.lease_feeds(engine, 2, 60, NOW)
    assert {feed.url for feed in leased} == {f"{URL}/3", f"{URL}/2"}


def test_pollers_at_once_never_share_a_feed(engine: sa.Engine) -> None:
    for number in range(40):
        feeds.add_feed(engine, f"{URL}/{number}", next_poll_at=NOW)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: leases.lease_feeds(engine, 10, 60, NOW), range(8)))
    ids = [feed.id for leases in taken for feed in leases]
    assert len(ids) == len(set(ids)) == 40


def test_a_save_gives_the_lease_back(engine: sa.Engine, feed: str) -> None:
    assert polls.save_polls(engine, [result(lease(engine))], NOW) == [True]
    again = lease(engine, LATER)
    assert again.etag == 'W/"a\u00e9"'
    assert again.title == "Wire"
    assert again.memory == {"failures": 0.5}


def test_whole_and_broken_intervals_are_saved_together(engine: sa.Engine, feed: str) -> None:
    """Once polls of feeds that said their own ttl could not be saved with others."""
    feeds.add_feed(engine, "https://other.example/rss", next_poll_at=NOW)
    whole, broken = leases.lease_feeds(engine, 10, 60, NOW)
    results = [result(whole, interval_s=900), result(broken, url=broken.url, interval_s=937.5)]
    assert polls.save_polls(engine, results, NOW) == [True, True]
    assert sorted(row.interval_s for row in feeds.list_feeds(engine)) == [900.0, 937.5]


def test_a_lease_that_ended_is_anothers(engine: sa.Engine, feed: str) -> None:
    dead = lease(engine)
    taken_over = lease(engine, NOW + dt.timedelta(seconds=61))
    stale = result(dead, title="stale", arrived=(seen_entry("a"),))
    assert polls.save_polls(engine, [stale, result(taken_over)], NOW) == [False, True]
    (row,) = feeds.list_feeds(engine)
    assert row.title == "Wire"
    assert polls.seen(engine, [dead.id]) == {dead.id: {}}


def test_a_lease_given_back_is_free_at_once(engine: sa.Engine, feed: str) -> None:
    leased = lease(engine)
    leases.release_leases(engine, [(leased.id, uuid.uuid4())])
    assert leases.lease_feeds(engine, 10, 60, NOW) == []
    leases.release_leases(engine, [(leased.id, leased.lease_token)])
    assert lease(engine).id == leased.id


def test_entries_are_seen_gone_and_back(engine: sa.Engine, feed: str) -> None:
    first = lease(engine)
    arrived = (seen_entry("a", "1"), seen_entry("b", "1"))
    polls.save_polls(engine, [result(first, arrived=arrived, next_poll_at=NOW)], NOW)
    second = lease(engine)
    polls.save_polls(engine, [result(second, gone=("a",), next_poll_at=NOW)], NOW)
    state = polls.seen(engine, [first.id])[first.id]
    assert {key: entry.gone for key, entry in state.items()} == {"a": True, "b": False}
    third = lease(engine)
    back = result(third, returned=("a",), arrived=(seen_entry("b", "2"),))
    polls.save_polls(engine, [back], NOW)
    state = polls.seen(engine, [first.id])[first.id]
    assert not state["a"].gone
    assert state["b"].fingerprint == "2"


def test_an_entry_on_its_way_is_kept_whole(engine: sa.Engine, feed: str) -> None:
    entry = seen_entry("a")
    polls.save_polls(engine, [result(lease(engine), arrived=(entry,))], NOW)
    with engine.connect() as connection:
        kept = connection.execute(sa.select(Pending.story_id, Pending.entry)).one()
    assert tuple(kept) == (entry.story_id, entry.entry)


def test_what_left_long_ago_is_forgotten(engine: sa.Engine, feed: str) -> None:
    first = lease(engine)
    arrived = (seen_entry("a"), seen_entry("b"))
    polls.save_polls(engine, [result(first, arrived=arrived, next_poll_at=NOW)], NOW)
    polls.save_polls(engine, [result(lease(engine), gone=("a",))], NOW)
    assert polls.prune_seen(engine, NOW) == 0
    assert polls.prune_seen(engine, LATER) == 1
    assert set(polls.seen(engine, [first.id])[first.id]) == {"b"}


def test_a_move_onto_another_feeds_address_is_not_made(engine: sa.Engine, feed: str) -> None:
    leased = lease(engine)
    feeds.add_feed(engine, f"{URL}/new", next_poll_at=LATER)
    assert polls.save_polls(engine, [result(leased, url=f"{URL}/new")], NOW) == [True]
    assert [row.url for row in feeds.list_feeds(engine)] == [feed, f"{URL}/new"]


def test_a_feed_moves(engine: sa.Engine, feed: str) -> None:
    polls.save_polls(engine, [result(lease(engine), url=f"{URL}/new")], NOW)
    assert [row.url for row in feeds.list_feeds(engine)] == [f"{URL}/new"]


def test_a_paused_feed_is_not_polled_until_it_is_resumed(engine: sa.Engine, feed: str) -> None:
    assert feeds.set_state(engine, feed, "paused", NOW)
    assert leases.lease_feeds(engine, 10, 60, NOW) == []
    assert feeds.set_state(engine, feed, "active", NOW)
    assert lease(engine).url == feed


def test_resuming_wipes_the_failures(engine: sa.Engine, feed: str) -> None:
    failing = result(
        lease(engine), failures=9, last_error="404", memory={"failures": 9.0, "moved": 1}
    )
    polls.save_polls(engine, [failing], NOW)
    feeds.set_state(engine, feed, "active", NOW)
    (row,) = feeds.list_feeds(engine)
    assert (row.failures, row.last_error, row.memory) == (0, None, {"moved": 1})


def test_a_state_of_no_feed_says_so(engine: sa.Engine) -> None:
    assert not feeds.set_state(engine, URL, "paused", NOW)


def test_a_heartbeat_keeps_the_lease(engine: sa.Engine, feed: str) -> None:
    leased = lease(engine)
    soon, late = NOW + dt.timedelta(seconds=30), NOW + dt.timedelta(seconds=80)
    leases.extend_leases(engine, [(leased.id, leased.lease_token)], 60, soon)
    assert leases.lease_feeds(engine, 10, 60, late) == []
    leases.extend_leases(engine, [(leased.id, uuid.uuid4())], 60, late)
    assert leases.lease_feeds(engine, 10, 60, NOW + dt.timedelta(seconds=91)) != []


def test_an_entry_never_published_is_seen_but_not_awaited(engine: sa.Engine, feed: str) -> None:
    leased = lease(engine)
    silent = replace(seen_entry("old"), entry=None)
    polls.save_polls(engine, [result(leased, arrived=(silent,))], NOW)
    assert set(polls.seen(engine, [leased.id])[leased.id]) == {"old"}
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Pending)) == 0


@pytest.mark.parametrize("agency", ["tass", None])
def test_a_possible_gap_hastens_the_sitemap_beside(engine: sa.Engine, agency: str | None) -> None:
    feeds.add_feed(engine, URL, agency=agency, next_poll_at=NOW)
    beside = "https://wire.example/sitemap" if agency is None else "https://other.example/sitemap"
    feeds.add_feed(engine, beside, kind="sitemap", agency=agency, next_poll_at=LATER)
    feeds.add_feed(
        engine, "https://far.example/map", kind="sitemap", agency="afp", next_poll_at=LATER
    )
    polls.save_polls(engine, [result(lease(engine), hasten_sitemaps=True)], NOW)
    due = {row.url: row.next_poll_at for row in feeds.list_feeds(engine)}
    assert due == {URL: LATER, beside: NOW, "https://far.example/map": LATER}
