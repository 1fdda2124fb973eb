"""The poll worker on a real database and real sites: what it publishes and saves, when."""

import pytest

from tests.ingest.poll.rig import item, numbered, rig, rss
from tests.ingest.site import Asked, Site, ok, response


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
