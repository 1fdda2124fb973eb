"""What bad input gets: each its clear outcome, its neighbours untouched, the loop goes on."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.ingest.fetch.entries import entry
from tests.ingest.site import ok
from tests.pipeline.harness import Pipeline
from tests.pipeline.small_site import SmallSite, page, prose
from wire.bus import Outgoing, Producer

pytestmark = pytest.mark.slow

HTML = "text/html; charset=utf-8"
NEIGHBOURS = 6


# Twelve megabytes of prose would be refused as a page; this passes there and is too long a story.
LONG = (
    "<html><body><article><h1>Endless minutes of the council</h1>"
    + "".join(f"<p>{prose(number)}</p>" for number in range(6_500))
    + "</article></body></html>"
).encode()

PAGES = {
    "/huge": ok(b"<p>" + b"x" * 50 * 2**20 + b"</p>", content_type=HTML),
    "/image": ok(b"\xff\xd8\xff\xe0" * 1000, content_type="image/jpeg"),
    "/liar": ok(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400, content_type=HTML),
    "/deep": ok(b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000, content_type=HTML),
    "/nul": ok(page(901).replace(b"Paragraph 1", b"Para\x00graph 1"), content_type=HTML),
    "/long": ok(LONG, content_type=HTML),
    "/empty": ok(b"", content_type=HTML),
    "/year": ok(page(902), content_type=HTML),
    "/not-a-feed": ok(b"<html><body>Sign in</body></html>", content_type=HTML),
    "/bomb-feed": ok(
        b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b"<rss><channel><title>&b;</title></channel></rss>",
        content_type="application/rss+xml",
    ),
}


def odd_feed(base: str) -> bytes:
    def item(path: str, title: str, more: str = "") -> str:
        return f"<item><title>{title}</title><link>{base}{path}</link>{more}</item>"

    items = [
        item("/huge", "A page of 50 MB"),
        item("/image", "A page that is an image"),
        item("/liar", "A page that says it is HTML"),
        item("/deep", "A page nested 50,000 deep"),
        item("/nul", "A title with NUL \x00 and half &#xD83D; a character"),
        item("/long", "A story longer than its topic takes"),
        item("/empty", "A page without a byte"),
        item("/year", "A date beyond", "<pubDate>Mon, 01 Jan 30000 00:00:00 GMT</pubDate>"),
        "<item><title>An entry without a link</title></item>",
    ]
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>odd</title>'
        + "".join(items)
        + "</channel></rss>"
    ).encode()


@pytest.fixture
def pipeline(kafka: str, database: str, topic_prefix: str, tmp_path: Path) -> Pipeline:
    return Pipeline(kafka, database, topic_prefix, tmp_path)


def foreign(pipeline: Pipeline) -> None:
    """Put messages that are not ours on every topic."""
    producer = Producer(pipeline.settings.kafka)
    topics = pipeline.topics
    future = entry().to_json().replace(b'"url"', b'"some_new_field":{"a":[1]},"url"')
    producer.publish(
        [
            *(Outgoing(topic, b"k", b"not ours") for topic in (topics.entries, topics.stories)),
            Outgoing(topics.pages, b"k", b"<p>no header</p>"),
            Outgoing(topics.pages, b"k", b"<p>x</p>", (("page", b"{broken"),)),
            Outgoing(topics.entries, b"", b"\x00\xff"),
            Outgoing(topics.stories, str(uuid4()).encode(), future),
        ]
    )
    producer.close()


def test_bad_input_gets_its_outcome_and_its_neighbours_go_on(pipeline: Pipeline) -> None:
    with SmallSite(NEIGHBOURS, PAGES) as site, pipeline.running():
        base = f"http://127.0.3.9:{site.port}"
        site.add("/odd", ok(odd_feed(base), content_type="application/rss+xml"))
        foreign(pipeline)
        pipeline.add_feeds(*site.feeds, *(base + p for p in ("/odd", "/not-a-feed", "/bomb-feed")))
        pipeline.poll_once()
        pipeline.drain()

        rows = {
            str(u): (h, b, p)
            for u, h, b, p in pipeline.rows(
                "select url, headline, body, published_precision from wire.articles"
            )
        }
        dead = {
            str(url or topic): str(error)
            for url, topic, error in pipeline.rows(
                "select url, topic, error from wire.dead_letters"
            )
        }
        flags = pipeline.rows(
            "select headline, flags from wire.articles where 'no-link' = any(flags)"
        )
        failed = {str(u): e for u, e in pipeline.rows("select url, last_error from wire.feeds")}

    assert site.urls <= set(rows), "the neighbours"
    assert "too-large" in dead[f"{base}/huge"]
    assert "image/jpeg" in dead[f"{base}/image"]
    assert f"{base}/liar" in dead
    assert f"{base}/deep" in {**dead, **rows}
    assert "too-large" in dead[f"{base}/long"]
    assert f"{base}/empty" in {**dead, **rows}
    headline, body, _ = rows[f"{base}/nul"]
    assert "\x00" not in f"{headline}{body}"
    assert "Paragraph 1" in str(body)
    assert rows[f"{base}/year"][2] == "received"
    for topic in (pipeline.topics.entries, pipeline.topics.pages, pipeline.topics.stories):
        assert "invalid-message" in dead[topic]
    assert failed[f"{base}/not-a-feed"]
    assert "broken" in str(failed[f"{base}/odd"]), "it gives what it has, flagged"
    assert flags == [("An entry without a link", ["no-link"])]
