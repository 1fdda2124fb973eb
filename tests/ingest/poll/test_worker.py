"""The poll worker on a real database and real sites: what it publishes and saves, when."""

import asyncio
import datetime as dt
import threading
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from ingest.poll import conclude, worker
from ingest.web.client import Answer
from store import feeds, leases
from store.leases import LeasedFeed
from tests.ingest.poll.rig import item, numbered, rig, rss
from tests.ingest.site import Asked, Site, ok, redirect, response
from wire.topics import Topics


def test_1_validators_are_sent_back_byte_for_byte(database: str) -> None:
    etag, modified = 'W/"a b;\xe9"', "Mon, 23 Nov 2026 10:00:00 GMT (ours)"

    def reply(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == etag:
            return response(304)
        return response(200, {"ETag": etag, "Last-Modified": modified}, numbered(range(3)))

    with rig(database) as r, Site(reply) as site:
        r.add(site.url("/feed"))
        r.poll()
        r.clock.forward(hours=1)
        r.poll()
    first, second = site.asked
    assert not {"if-none-match", "if-modified-since"} & first.headers.keys()
    assert second.headers["if-none-match"] == etag
    assert second.headers["if-modified-since"] == modified


def test_1_validators_are_never_invented(database: str) -> None:
    with rig(database) as r, Site(lambda _: ok(numbered(range(3)), date="now")) as site:
        r.add(site.url("/feed"))
        r.poll()
        r.poll()
    assert not {"if-none-match", "if-modified-since"} & site.asked[1].headers.keys()


def test_3_304_is_a_success_without_entries(database: str) -> None:
    answers = [
        response(200, {"ETag": '"1"'}, numbered(range(3))),
        response(503),
        response(304, {"ETag": '"2"', "Cache-Control": "max-age=7200"}),
        response(304),
    ]
    with rig(database) as r, Site(lambda _: answers.pop(0)) as site:
        r.add(site.url("/feed"))
        r.poll()
        r.take()
        r.clock.forward(hours=1)
        r.poll()
        assert r.feed().failures == 1
        r.clock.forward(hours=1)
        r.poll()
        row = r.feed()
        assert r.take() == []
        assert (row.failures, row.last_error, row.last_success_at) == (0, None, r.clock())
        assert (row.next_poll_at - r.clock()).total_seconds() >= 7200
        r.poll()
    assert site.asked[3].headers["if-none-match"] == '"2"'


def test_4_200_with_an_identical_body_is_not_read_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    with rig(database) as r, Site(lambda _: ok(numbered(range(3)))) as site:
        r.add(site.url("/feed"))
        r.poll()
        assert len(r.take()) == 3
        monkeypatch.setattr("ingest.poll.reader.read", read.append)
        r.poll()
        assert (r.take(), read) == ([], [])
        assert r.feed().failures == 0


def test_entries_that_are_new_or_changed_are_published_and_no_others(database: str) -> None:
    bodies = [
        numbered(range(5)),
        rss(item(9), item(4, title="Story 4, mended"), item(3), item(2), item(1)),
    ]
    with rig(database) as r, Site(lambda _: ok(bodies.pop(0))) as site:
        r.add(site.url("/feed"))
        r.poll()
        first = {entry.url: entry.story_id for entry in r.take()}
        assert len(first) == 5
        r.poll()
        again = r.take()
    assert [(e.title, e.reason) for e in again] == [
        ("Story 9", "new"),
        ("Story 4, mended", "changed"),
    ]
    assert again[1].story_id == first["https://news.example/4"]


def test_2_validators_go_when_the_feeds_address_changes(database: str) -> None:
    def reply(asked: Asked) -> bytes:
        if asked.path == "/old":
            return redirect("/new", 301)
        return response(200, {"ETag": '"1"'}, numbered(range(3)))

    with rig(database) as r, Site(reply) as site:
        r.add(site.url("/old"))
        for _ in range(2):
            r.poll()
            assert r.feed().url == site.url("/old")
            r.clock.forward(days=1)
        r.poll()
        assert r.feed().url == site.url("/new")
        site.asked.clear()
        r.poll()
    assert site.paths() == ["/new"]
    assert "if-none-match" not in site.asked[0].headers


@pytest.mark.parametrize("status", [302, 303, 307])
def test_14_redirects_for_now_change_nothing(database: str, status: int) -> None:
    def reply(asked: Asked) -> bytes:
        return redirect("/new", status) if asked.path == "/old" else ok(numbered(range(3)))

    with rig(database) as r, Site(reply) as site:
        r.add(site.url("/old"))
        for _ in range(6):
            r.poll()
            r.clock.forward(days=2)
        assert r.feed().url == site.url("/old")
        assert len(r.take()) == 3


def test_5_a_feed_is_not_saved_before_kafka_has_acknowledged(database: str) -> None:
    def reply(asked: Asked) -> bytes:
        return response(200, {"ETag": '"1"'}, numbered(range(3)))

    with rig(database) as r, Site(reply) as site:
        r.add(site.url("/feed"))
        saved_before: list[object] = []
        r.published.before = lambda: saved_before.append(r.feed().last_success_at)
        r.poll()
        assert saved_before == [None]
        assert r.feed().last_success_at == r.clock()


def test_9_a_restart_shortens_no_interval(database: str) -> None:
    body = rss(item(1), channel="<ttl>60</ttl>")
    with rig(database) as r, Site(lambda _: ok(body)) as site:
        r.add(site.url("/feed"))
        r.poll_due()
        r.clock.forward(minutes=59)
        r.poll_due()
        assert len(site.asked) == 1
        # the jitter of a feed's first interval is as long as the interval
        r.clock.forward(minutes=65)
        r.poll_due()
        assert len(site.asked) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_12_retry_after_is_kept(database: str, status: int) -> None:
    with rig(database) as r, Site(lambda _: response(status, {"Retry-After": "7200"})) as site:
        r.add(site.url("/feed"), own_interval_s=30)
        r.poll()
        row = r.feed()
        assert 7200 <= (row.next_poll_at - r.clock()).total_seconds() <= 7600
        assert (row.state, row.failures) == ("active", 1)


def test_13_410_retires_a_feed_at_once_and_18_it_stays_in_the_list(database: str) -> None:
    with rig(database) as r, Site(lambda _: response(410)) as site:
        r.add(site.url("/feed"))
        r.poll()
        assert (r.feed().state, r.feed().last_error) == ("retired", "http-status: HTTP 410")
        r.poll()
        assert len(site.asked) == 1
        feeds.set_state(r.engine, site.url("/feed"), "active", r.clock())
        r.poll()
        assert len(site.asked) == 2


def test_13_404_backs_off_and_retires_after_many_failures_over_days(database: str) -> None:
    with rig(database) as r, Site(lambda _: response(404)) as site:
        r.add(site.url("/feed"))
        waits = []
        for _ in range(9):
            r.poll()
            waits.append((r.feed().next_poll_at - r.clock()).total_seconds())
            r.clock.forward(days=1)
        assert r.feed().state == "active"
        assert waits[-1] > waits[0]
        r.poll()
        assert r.feed().state == "retired"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (redirect("/feed"), "redirect-loop"),
        (response(500), "http-status"),
        (ok(b"<!doctype html><html></html>", content_type="text/html"), "html"),
        (ok(b"no feed"), "parse"),
        (ok(b""), "parse"),
        (b"not http\r\n\r\n", "protocol"),
        (response(200, {"Content-Length": "99999999999"}), "too-large"),
        (ok(b"x", content_encoding="rot13"), "encoding"),
    ],
)
def test_17_each_failure_has_its_name_and_is_counted(
    database: str, reply: bytes, error: str
) -> None:
    with rig(database) as r, Site(lambda _: reply) as site:
        r.add(site.url("/feed"))
        tally = r.poll()
        assert tally.polls == {error: 1}
        row = r.feed()
        assert (row.last_error or "").startswith(f"{error}: ")
        assert (row.failures, row.last_success_at, row.state) == (1, None, "active")
        assert r.take() == []


def test_19_a_valid_empty_feed_is_a_success(database: str) -> None:
    with rig(database) as r, Site(lambda _: ok(rss())) as site:
        r.add(site.url("/feed"))
        assert r.poll().polls == {"ok": 1}
        assert r.feed().failures == 0


def test_26_the_same_guid_with_changed_text_is_the_same_story(database: str) -> None:
    bodies = [rss(item(1)), rss(item(1, description="Another text."))]
    with rig(database) as r, Site(lambda _: ok(bodies.pop(0))) as site:
        r.add(site.url("/feed"), agency="tanjug")
        r.poll()
        r.poll()
        first, second = r.take()
    assert (first.story_id, first.reason) == (second.story_id, "new")
    assert second.reason == "changed"
    assert first.discovered_at == second.discovered_at


def test_26_a_guid_is_one_within_an_agency_and_another_elsewhere(database: str) -> None:
    def answer(asked: Asked) -> bytes:
        return ok(rss(item(7, link=f"https://{asked.path[1:]}.example/7")))

    with rig(database) as r, Site(answer) as site:
        r.add(site.url("/a"), agency="tanjug")
        r.add(site.url("/b"), agency="tanjug")
        r.add(site.url("/c"), agency="reuters")
        r.poll()
        ids = {entry.feed_url[-1]: entry.story_id for entry in r.take()}
    assert ids["a"] == ids["b"] != ids["c"]


def test_26_a_guid_that_repeats_swallows_no_sibling(database: str) -> None:
    body = rss(*(item(n, guid="same") for n in range(4)))
    with rig(database) as r, Site(lambda _: ok(body)) as site:
        r.add(site.url("/feed"))
        r.poll()
        assert len({entry.story_id for entry in r.take()}) == 4


def test_27_without_guid_the_address_is_the_identity_else_the_text(database: str) -> None:
    bodies = [
        rss(
            item(1, guid="", link="https://news.example/1?utm_source=rss"),
            item(2, guid="", link=""),
        ),
        rss(item(1, guid="", link="http://www.news.example/1"), item(2, guid="", link="")),
    ]
    with rig(database) as r, Site(lambda _: ok(bodies.pop(0))) as site:
        r.add(site.url("/feed"))
        r.poll()
        first = r.take()
        r.poll()
        assert r.take() == []
    assert len({entry.story_id for entry in first}) == 2
    alone = first[1]
    assert alone.url.startswith(site.url("/feed#"))
    assert ("no-link" in alone.flags, alone.content_is_full) == (True, True)


def test_28_a_changed_guid_under_the_same_address_is_the_same_story(database: str) -> None:
    bodies = [rss(item(1)), rss(item(1, guid="another", title="Story 1, edited"))]
    with rig(database) as r, Site(lambda _: ok(bodies.pop(0))) as site:
        r.add(site.url("/feed"))
        r.poll()
        r.poll()
        assert len({entry.story_id for entry in r.take()}) == 1


def test_29_entries_that_left_are_remembered_and_late_ones_are_taken(database: str) -> None:
    bodies = [
        numbered([5, 4, 3]),
        numbered([7, 6, 5]),
        # 4 comes back; 1 is filed late and older than all
        numbered([7, 6, 5, 4, 1]),
    ]
    with rig(database) as r, Site(lambda _: ok(bodies.pop(0))) as site:
        r.add(site.url("/feed"))
        r.poll()
        r.take()
        r.poll()
        assert [e.title for e in r.take()] == ["Story 7", "Story 6"]
        r.poll()
        assert [e.title for e in r.take()] == ["Story 1"]


def test_30_receipt_is_kept_apart_from_what_the_feed_says(database: str) -> None:
    body = rss(
        item(1, pubDate=""),
        item(2, pubDate="30 February"),
        item(3, pubDate="Mon, 23 Nov 2099 10:00:00 GMT"),
        item(4, pubDate="Mon, 23 Nov 30000 10:00:00 GMT"),
    )
    with rig(database) as r, Site(lambda _: ok(body)) as site:
        r.add(site.url("/feed"))
        r.poll()
        entries = r.take()
    assert [e.published_at for e in entries] == [None] * 4
    assert {e.observed_at for e in entries} == {r.clock()}
    assert [e.flags for e in entries] == [(), ("date-unread",), ("date-future",), ("date-unread",)]


def test_33_a_broken_feed_gives_what_it_has_and_is_told(database: str) -> None:
    whole = numbered(range(5))
    with rig(database) as r, Site(lambda _: ok(whole[: whole.index(b"Story 3")])) as site:
        r.add(site.url("/feed"))
        r.poll()
        assert len(r.take()) >= 3
        assert (r.feed().last_error or "").startswith("broken: ")
        assert r.feed().failures == 0


def test_34_a_poll_that_shares_no_entry_is_a_possible_gap(database: str) -> None:
    bodies = {
        "/feed": [numbered(range(20)), numbered(range(40, 60))],
        "/news.xml": [b"<urlset/>", b"<urlset/>"],
    }
    with rig(database) as r, Site(lambda asked: ok(bodies[asked.path].pop(0))) as site:
        r.add(site.url("/feed"), agency="tanjug")
        r.add(site.url("/news.xml"), agency="tanjug", kind="sitemap")
        r.poll_due()
        sitemap_due = r.feed(site.url("/news.xml")).next_poll_at
        r.clock.now = r.feed(site.url("/feed")).next_poll_at
        if r.clock() >= sitemap_due:
            pytest.fail("the sitemap is due by itself: nothing to be hastened")
        r.poll_due()
        assert r.feed(site.url("/feed")).possible_gaps == 1
        # the poll of the feed made it due, and it was polled with it
        assert site.paths().count("/news.xml") == 2


def test_a_feed_with_5000_entries_is_taken_up_to_the_limit_and_then_cheap(database: str) -> None:
    with rig(database) as r, Site(lambda _: ok(numbered(range(5000)))) as site:
        r.add(site.url("/feed"))
        r.poll()
        assert len(r.take()) == r.settings.poll.backfill_entries
        site.reply = lambda _: ok(numbered([5001, *range(5000)]))
        r.poll()
        assert [e.title for e in r.take()] == ["Story 5001"]


def test_a_feed_that_reorders_brings_nothing(database: str) -> None:
    bodies = [numbered(range(20)), numbered(range(19, -1, -1))]
    with rig(database) as r, Site(lambda _: ok(bodies.pop(0))) as site:
        r.add(site.url("/feed"))
        r.poll()
        r.take()
        r.poll()
        assert r.take() == []


def test_a_feed_that_changes_a_byte_in_each_poll_brings_nothing(database: str) -> None:
    def reply(asked: Asked) -> bytes:
        count = len(site.asked)
        stamp = f"Mon, 23 Nov 2026 12:00:{count:02} GMT"
        pixel = f"&lt;img src='https://ads.example/{count}'&gt;"
        items = (item(n, pubDate=stamp, description=f"Text {n}.{pixel}") for n in range(5))
        return ok(rss(*items, channel=f"<lastBuildDate>{stamp}</lastBuildDate>"))

    with rig(database) as r, Site(reply) as site:
        r.add(site.url("/feed"))
        r.poll()
        assert len(r.take()) == 5
        for _ in range(3):
            r.clock.forward(minutes=5)
            r.poll()
            assert r.take() == []


def test_a_news_sitemap_is_a_feed_like_any_other(database: str) -> None:
    def news(*numbers: int) -> bytes:
        urls = "".join(
            f"<url><loc>https://news.example/{n}</loc><n:news><n:publication><n:name>Wire</n:name>"
            "<n:language>sr</n:language></n:publication>"
            f"<n:publication_date>2026-11-23T1{n}:00:00+01:00</n:publication_date>"
            f"<n:title>Story {n} &amp; more</n:title></n:news></url>"
            for n in numbers
        )
        return (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
            f' xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
        ).encode()

    bodies = [news(1, 0), news(2, 1)]
    with rig(database) as r, Site(lambda _: ok(bodies.pop(0))) as site:
        r.add(site.url("/news.xml"), kind="sitemap")
        r.poll()
        first = r.take()
        assert [e.title for e in first] == ["Story 1 & more", "Story 0 & more"]
        assert first[0].language == "sr"
        assert first[0].published_at is not None
        assert first[0].published_at.hour == 10
        r.poll()
        assert [e.title for e in r.take()] == ["Story 2 & more"]


def test_an_error_that_nobody_foresaw_costs_one_feed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = conclude.is_unchanged

    def fails(feed: LeasedFeed, answer: Answer) -> bool:
        if feed.url.endswith("/bad"):
            raise ZeroDivisionError("of ours")
        return real(feed, answer)

    monkeypatch.setattr(conclude, "is_unchanged", fails)
    with rig(database) as r, Site(lambda _: ok(numbered(range(3)))) as site:
        r.add(site.url("/bad"))
        r.add(site.url("/good"))
        tally = r.poll()
        assert tally.polls == {"internal": 1, "ok": 1}
        assert "ZeroDivisionError" in (r.feed(site.url("/bad")).last_error or "")


@pytest.mark.parametrize(
    "hostile",
    [
        {"content:encoded": "&quot;" * 2**20},
        {"content:encoded": "\u4e16" * 400_000},
        {"link": "https://news.example/" + "a" * 2**21},
        {"guid": "g" * 2**21},
        {"author": "n" * 500, "category": "c" * 2**21},
        {"pubDate": "Monday " * 300_000},
        {"title": "t" * 2**21, "description": "d" * 2**21},
    ],
    ids="-".join,
)
def test_an_entry_fits_its_topic_whatever_its_feed_says(
    database: str, hostile: dict[str, str]
) -> None:
    """One that did not ended the poller, and the next one, and the next."""
    namespaced = rss(item(1, **hostile), item(2)).replace(
        b"<rss", b'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    with rig(database) as r, Site(lambda _: ok(namespaced)) as site:
        r.add(site.url())
        r.poll()
        spec = Topics().specs()[0]
        assert len(r.published.messages) == 2
        # what the producer holds in hand for the record's own form
        assert all(m.size + 1_024 <= spec.max_bytes for m in r.published.messages)


def test_11_a_host_with_many_feeds_is_never_asked_above_its_limit(database: str) -> None:
    async def slowly(asked: Asked) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.05)
        yield ok(numbered([int(asked.path[1:])]))

    with rig(database) as r, Site(slowly) as site:
        for number in range(30):
            r.add(site.url(f"/{number}"))
        pollers = [threading.Thread(target=r.poll_due) for _ in range(2)]
        for poller in pollers:
            poller.start()
        for poller in pollers:
            poller.join(60)
        assert sorted(site.paths()) == sorted(f"/{n}" for n in range(30))
        assert site.most_at_once <= r.settings.web.host_concurrency


def test_12_a_limit_of_the_host_holds_its_other_feeds(database: str) -> None:
    with rig(database) as r, Site(lambda _: response(429, {"Retry-After": "1200"})) as site:
        r.add(site.url("/a"))
        r.poll()
        r.add(site.url("/b"))
        r.poll_due()
        assert site.paths() == ["/a"]
        held = r.feed(site.url("/b"))
        assert 1100 < (held.next_poll_at - r.clock()).total_seconds() <= 1200
        assert (held.failures, held.last_error) == (0, None)


def test_a_single_round_leaves_a_feed_whose_host_wants_peace(database: str) -> None:
    with rig(database) as r, Site(lambda _: response(429, {"Retry-After": "1200"})) as site:
        r.add(site.url("/a"))
        r.poll()
        r.add(site.url("/b"))
        # it waited out the 1,200 s
        assert r.poll().polls["host-busy"] == 2
        assert site.paths() == ["/a"]


def test_a_single_round_does_not_wait_for_a_feed_that_another_poller_polled(database: str) -> None:
    with rig(database) as r, Site(lambda _: ok(numbered(range(3)))) as site:
        for number in range(worker.LANE + 1):
            r.add(site.url(f"/{number}"))

        def another_polls_the_last() -> None:
            with r.engine.begin() as connection:
                connection.execute(
                    sa.text(
                        "UPDATE wire_data.feeds SET memory = '{}', next_poll_at = :later,"
                        " lease_until = NULL, lease_token = NULL"
                        " WHERE memory->>'why' = 'host-busy'"
                    ),
                    {"later": r.clock() + dt.timedelta(hours=1)},
                )

        r.published.before = another_polls_the_last
        # it waited for the last one's next turn, an hour away
        assert r.poll().polls == {"ok": worker.LANE}


def test_a_killed_pollers_feeds_are_taken_over_within_a_minute(database: str) -> None:
    with rig(database) as r, Site(lambda _: ok(numbered(range(3)))) as site:
        r.add(site.url("/feed"))
        # one poller has leased it and dies
        assert len(leases.lease_feeds(r.engine, 1, r.settings.poll.lease_s, r.clock())) == 1
        assert leases.lease_feeds(r.engine, 1, r.settings.poll.lease_s, r.clock()) == []
        r.clock.forward(seconds=60 - worker.LOOK_S)
        r.poll_due()
        assert len(site.asked) == 1
        assert len(r.take()) == 3


def test_a_feed_whose_lease_was_lost_in_a_single_round_is_polled_again(database: str) -> None:
    with rig(database) as r, Site(lambda _: ok(numbered(range(3)))) as site:
        r.add(site.url("/feed"))
        lost: list[bool] = []

        def lose_once() -> None:
            if not lost:
                with r.engine.begin() as connection:
                    connection.execute(
                        sa.text("UPDATE wire_data.feeds SET lease_until = NULL, lease_token = NULL")
                    )
                lost.append(True)

        r.published.before = lose_once
        # it ended never: the feed was due, and counted as polled
        assert r.poll().polls == {"ok": 2}
        assert r.feed().last_success_at == r.clock()
