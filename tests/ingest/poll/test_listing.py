"""Lists and sitemaps of stories that are to be fetched once."""

import datetime as dt
import gzip
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.poll.listing import (
    MOST_BYTES,
    BadListError,
    backfill_entry,
    between,
    identified,
    read_listing,
)

SOURCE = "https://wire.example/sitemap.xml"
PLAIN = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://wire.example/a</loc><lastmod>2025-03-01T10:00:00Z</lastmod></url>
<url><loc>/b</loc></url><url><lastmod>2025-01-01</lastmod></url></urlset>"""
NEWS = b"""<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url>
<loc>https://wire.example/c</loc><n:news><n:title>Title</n:title>
<n:publication_date>2025-02-01T00:00:00Z</n:publication_date></n:news></url></urlset>"""
INDEX = b"""<sitemapindex><sitemap><loc>https://wire.example/1.xml</loc></sitemap>
<sitemap><loc>https://wire.example/2.xml.gz</loc></sitemap></sitemapindex>"""


def links(body: bytes) -> list[str | None]:
    return [entry.link for entry in read_listing(body, SOURCE).entries]


def test_a_file_of_addresses() -> None:
    body = b"# old ones\nhttps://a.example/1\n\n  http://a.example/2 \r\n"
    assert links(body) == ["https://a.example/1", "http://a.example/2"]


def test_json_lines_say_more() -> None:
    body = b'{"url": "https://a.example/1", "title": "T", "published_at": "2025-03-01T10:00Z"}\n'
    (entry,) = read_listing(body, SOURCE).entries
    assert (entry.headline, entry.published_at) == ("T", dt.datetime(2025, 3, 1, 10, tzinfo=dt.UTC))


def test_a_sitemap_of_either_kind_packed_or_not() -> None:
    assert links(PLAIN) == ["https://wire.example/a", "https://wire.example/b"]
    assert links(gzip.compress(PLAIN)) == links(PLAIN)
    (entry,) = read_listing(NEWS, SOURCE).entries
    assert (entry.link, entry.headline) == ("https://wire.example/c", "Title")


def test_an_index_names_its_parts() -> None:
    found = read_listing(INDEX, SOURCE)
    assert (found.entries, found.parts) == (
        (),
        ("https://wire.example/1.xml", "https://wire.example/2.xml.gz"),
    )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"https://a.example/1\nnonsense", "line 2"),
        (b"javascript:alert(1)", "line 1"),
        (b'{"url": ', "no JSON"),
        (b'{"url": 7}', "no http address"),
        (b"<!DOCTYPE urlset [<!ENTITY a 'b'>]><urlset/>", "document type"),
        (b"<html><body>Sign in</body></html>", "no sitemap"),
        (b"\x1f\x8bbroken", "gzip"),
        (gzip.compress(bytes(MOST_BYTES + 1)), "MiB"),
    ],
)
def test_what_is_no_list_is_said(body: bytes, why: str) -> None:
    with pytest.raises(BadListError, match=why):
        read_listing(body, SOURCE)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_are_refused(body: bytes) -> None:
    try:
        found = read_listing(body, SOURCE)
    except BadListError:
        return
    assert all((e.link or "").startswith(("http://", "https://")) for e in found.entries)


def test_only_what_is_of_that_time_or_of_none() -> None:
    entries = read_listing(PLAIN, SOURCE).entries
    march = dt.datetime(2025, 3, 1, 10, tzinfo=dt.UTC)
    day = dt.timedelta(days=1)
    assert [e.link for e in between(entries, march, None)] == [e.link for e in entries]
    assert [e.link for e in between(entries, march + day, None)] == ["https://wire.example/b"]
    assert [e.link for e in between(entries, None, march)] == ["https://wire.example/b"]


def test_a_story_is_the_same_as_a_feed_would_have_made_it() -> None:
    body = b"https://www.a.example/1?utm_source=x\nhttps://a.example/1\n"
    (one,) = identified(read_listing(body, SOURCE).entries, source=SOURCE, agency="tass")
    assert one.canonical == "https://a.example/1"
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    entry = backfill_entry(
        one, uuid4(), now, source=SOURCE, agency="tass", section="World", now=now
    )
    assert (entry.reason, entry.agency, entry.host) == ("backfill", "tass", "www.a.example")
    assert (entry.feed_url, entry.section) == (SOURCE, "World")
