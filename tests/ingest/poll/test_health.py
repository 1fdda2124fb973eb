"""How feeds are: found at each poll, seen in the row, the view and the metric, mended by a word."""

from collections.abc import Sequence

import sqlalchemy as sa
from prometheus_client import REGISTRY

from ingest.poll import health
from store import feeds
from tests.ingest.poll.rig import Rig, numbered, rig
from tests.ingest.site import Asked, Site, ok, response


def told(r: Rig) -> str:
    """Return the feed's health, which row, view and metric must tell alike."""
    row = r.feed()
    with r.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT health FROM wire.feeds")) == row.health
    health.show(feeds.count_by_health(r.engine))
    counted = {
        each: REGISTRY.get_sample_value("wiredesk_poll_feeds", {"health": each})
        for each in health.HEALTHS
    }
    assert counted == {each: float(each == row.health) for each in health.HEALTHS}
    return row.health


def resume(r: Rig, url: str) -> None:
    assert feeds.set_state(r.engine, url, "active", r.clock())


def test_18_a_failing_feed_is_told_and_set_going_by_one_command(database: str) -> None:
    answers = [response(500)] * 3 + [ok(numbered(range(3)))]
    with rig(database) as r, Site(lambda _: answers.pop(0)) as site:
        r.add(site.url("/feed"))
        assert told(r) == "new"
        for expected in ("new", "new", "failing"):
            r.poll()
            assert told(r) == expected
        resume(r, site.url("/feed"))
        assert (told(r), r.feed().failures, r.feed().next_poll_at) == ("new", 0, r.clock())
        r.poll()
        assert told(r) == "ok"


def test_18_a_retired_feed_is_told_and_set_going_by_one_command(database: str) -> None:
    answers = [ok(numbered(range(3))), response(410), ok(numbered(range(4)))]
    with rig(database) as r, Site(lambda _: answers.pop(0)) as site:
        r.add(site.url("/feed"))
        r.poll()
        r.poll()
        assert told(r) == "retired"
        resume(r, site.url("/feed"))
        assert told(r) == "ok"
        r.poll()
        assert (told(r), len(site.asked)) == ("ok", 3)


def test_20_a_feed_that_went_strangely_quiet_is_told_until_it_speaks(database: str) -> None:
    numbers: Sequence[int] = range(20)

    def reply(asked: Asked) -> bytes:
        return ok(numbered(numbers))

    with rig(database) as r, Site(reply) as site:
        r.add(site.url("/feed"))
        # its window shows one story a minute
        r.poll()
        r.clock.forward(hours=2)
        r.poll()
        assert told(r) == "ok"
        r.clock.forward(days=3)
        r.poll()
        assert told(r) == "quiet"
        numbers = range(1, 21)
        r.poll()
        assert told(r) == "ok"


def test_34_an_overflowing_feed_is_told_until_its_polls_share_entries(database: str) -> None:
    windows = [range(20), range(40, 60), range(41, 61)]
    with rig(database) as r, Site(lambda _: ok(numbered(windows.pop(0)))) as site:
        r.add(site.url("/feed"))
        for expected in ("ok", "overflowing", "ok"):
            r.poll()
            assert told(r) == expected


def test_a_paused_feed_is_told(database: str) -> None:
    with rig(database) as r:
        r.add("https://a.example/feed")
        feeds.set_state(r.engine, "https://a.example/feed", "paused", r.clock())
        assert told(r) == "paused"
