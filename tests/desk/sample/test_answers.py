"""One request, one answer: status, validators, compression."""

import gzip
import json
from collections.abc import Mapping

import feedparser
import pytest

from desk.sample.answers import Answer, answer, expectations, opml
from desk.sample.layout import spread
from desk.sample.stories import read

FIRST, SECOND, THIRD = read(1), read(2), read(3)
REUTERS = "127.0.0.12:8008"
PAGE = FIRST.stories["reuters-storm"].path
FEED = "/feeds/world.rss"


def asked(path: str, headers: Mapping[str, str] | None = None, host: str = REUTERS) -> Answer:
    return answer(FIRST, host, path, headers or {})


def test_a_page_and_a_feed_have_validators() -> None:
    for path, kind in ((PAGE, "text/html; charset=utf-8"), (FEED, "application/rss+xml")):
        told = asked(path)

        assert told.status == 200
        assert told.headers["content-type"] == kind
        assert told.headers["etag"].startswith('"')
        assert told.headers["last-modified"] == "Mon, 12 Oct 2026 18:00:00 GMT"


@pytest.mark.parametrize("path", [PAGE, FEED])
def test_a_request_whose_etag_still_holds_gets_304(path: str) -> None:
    etag = asked(path).headers["etag"]

    for sent in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        told = asked(path, {"if-none-match": sent})
        assert (told.status, told.body) == (304, b"")
        assert told.headers["etag"] == etag
        assert "content-type" not in told.headers
    assert asked(path, {"if-none-match": '"other"'}).status == 200


def test_a_date_counts_only_where_no_etag_is_sent() -> None:
    same = asked(PAGE).headers["last-modified"]

    assert asked(PAGE, {"if-modified-since": same}).status == 304
    assert asked(PAGE, {"if-modified-since": "Mon, 12 Oct 2026 17:59:59 GMT"}).status == 200
    assert asked(PAGE, {"if-modified-since": same, "if-none-match": '"other"'}).status == 200


@pytest.mark.parametrize("date", ["", "soon", "2026", "Mon, 12 Oct 2026 18:00:00 -0000"])
def test_a_date_that_is_none_is_as_if_not_sent(date: str) -> None:
    assert asked(PAGE, {"if-modified-since": date}).status == 200


def test_a_new_edition_ends_what_a_validator_promised() -> None:
    before = asked(FEED).headers

    told = answer(SECOND, REUTERS, FEED, {"if-none-match": before["etag"]})
    by_date = answer(SECOND, REUTERS, FEED, {"if-modified-since": before["last-modified"]})
    assert told.status == 200
    assert by_date.status == 200


def test_compressed_where_that_is_accepted() -> None:
    plain, small = asked(PAGE), asked(PAGE, {"accept-encoding": "br, gzip"})

    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(small.body) == plain.body
    assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert small.headers["etag"] != plain.headers["etag"]
    both = {"accept-encoding": "gzip", "if-none-match": small.headers["etag"]}
    assert asked(PAGE, both).status == 304
    assert "content-encoding" not in asked("/robots.txt", {"accept-encoding": "gzip"}).headers


def test_what_is_not_there_is_404_and_what_was_taken_away_410() -> None:
    path = FIRST.stories["interfax-snyato"].path

    assert asked("/nothing").status == 404
    assert asked(FIRST.stories["afp-musee"].path, host="127.0.0.14").status == 404
    assert answer(FIRST, "127.0.0.18", path, {}).status == 200
    assert answer(THIRD, "127.0.0.18", path, {}).status == 410


def test_a_query_does_not_change_the_page() -> None:
    assert asked(PAGE + "?utm_source=rss").body == asked(PAGE).body


def test_links_follow_the_host_that_was_asked() -> None:
    told = asked("/reuters" + FEED, host="sample:8000").body.decode()
    named = asked(FEED, host="reuters.sample:8000").body.decode()

    assert f"<link>http://sample:8000/reuters{PAGE}</link>" in told
    assert f"<link>http://reuters.sample:8000{PAGE}</link>" in named
    assert "127.0.0." not in told + named


def test_robots_close_what_the_site_closes() -> None:
    assert asked("/robots.txt").body == b"User-agent: *\nDisallow:\n"
    assert b"Disallow: /members/\n" in asked("/robots.txt", host="127.0.0.21").body
    assert b"Disallow: /kyodo/members/\n" in asked("/robots.txt", host="sample:8000").body


def test_the_header_is_silent_where_the_page_alone_says_the_charset() -> None:
    path = FIRST.stories["xinhua-geneva"].path

    assert asked(path, host="127.0.0.17").headers["content-type"] == "text/html"


def test_the_server_itself_lists_its_feeds_and_what_is_expected() -> None:
    listed = asked("/feeds.opml", host="sample:8000")
    wanted = asked("/expected.jsonl", host="sample:8000")

    assert b'xmlUrl="http://sample:8000/tass/rss/v2.xml"' in listed.body
    assert len(wanted.body.splitlines()) == len(FIRST.stories)
    assert asked("/edition", host="sample:8000").body == b"1\n"


def test_opml_names_every_feed_with_its_agency() -> None:
    told = opml(FIRST, spread(8008))

    assert told.count("<outline") == sum(len(s.feeds) for s in FIRST.sites.values())
    assert 'xmlUrl="http://127.0.0.11:8008/rss/v2.xml"' in told
    assert 'agency="tass"' in told
    assert told.count("agency=") == told.count("<outline") - 1  # the republisher has none


def test_expectations_are_json_lines_with_address_text_and_outcome() -> None:
    lines = [json.loads(line) for line in expectations(SECOND, spread(8008)).splitlines()]
    lithium = next(line for line in lines if line["name"] == "reuters-lithium")

    assert lithium["url"].startswith("http://127.0.0.12:8008/markets/")
    assert lithium["headline"] == "Chile puts three salt flats up for lithium auction, miners wary"
    assert lithium["signals"]["update_number"] == 1
    assert lithium["body"].endswith("Pale Ridge.")
    assert lithium["published_at"] == "2026-10-12T13:20:00Z"
    assert lithium["section"] == "Commodities"


def test_an_odd_date_promises_nothing() -> None:
    lines = map(json.loads, expectations(FIRST, spread(8008)).splitlines())
    by_name = {line["name"]: line for line in lines}

    assert "published_at" not in by_name["harbourpost-bridge"]
    assert by_name["tass-belgrade"]["published_at"] == "2023-09-25T16:19:00Z"


def test_a_feed_is_not_html() -> None:
    told = asked(FEED)

    assert feedparser.parse(told.body).version == "rss20"
