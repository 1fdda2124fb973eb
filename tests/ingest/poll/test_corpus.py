"""Every feed of the corpus through `try feed`, with all that feedparser itself meets."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ingest.poll import parse
from ingest.poll.embedded import is_plain
from ingest.poll.parse import NoFeedError, parse_feed
from ingest.poll.tryout import try_feed
from wire.settings import Settings

URL = "https://wire.example/rss/top.xml"

pytestmark = pytest.mark.corpus

# Expectations that feedparser 6.0.14 does not meet on the same bytes and headers: gofeed's own
# readings (it names published what only says modified, prefers another link, keeps escaped markup).
_NOT_FEEDPARSERS = {
    ("gofeed/testdata/parser/atom/atom03_feed_entry_title_xhtml_escaped_markup.xml", "title"),
    ("gofeed/testdata/parser/atom/atom03_feed_entry_title_xhtml_inline_markup.xml", "title"),
    ("gofeed/testdata/parser/rss/rss_channel_item_guid_naked_markup.xml", "guid"),
    ("gofeed/testdata/parser/rss/rss_channel_item_uri_at_protocol.xml", "link"),
}


def feeds() -> list[dict[str, Any]]:
    path = Settings().corpus / "feeds.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no corpus at {path}; WIREDESK_CORPUS says where it is")
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def asked(feed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        # the address under which feedparser's own tests serve their files
        "url": "http://127.0.0.1:8097/" if "docuri" in feed["id"] else "",
        "content_b64": feed["content_b64"],
        "headers": feed["headers"],
    }


def failures(feed: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    for check in feed["checks"]:
        field = check["field"].removesuffix("_utc")
        if (feed["id"], field) in _NOT_FEEDPARSERS:
            continue
        if check["i"] >= len(result["entries"]):
            yield f"{feed['id']}: no entry {check['i']}: {result['error']}"
            continue
        got, want = result["entries"][check["i"]][field], check["value"]
        if check["field"].endswith("_utc"):
            got, want = got and got[:19], instant(want)
        if got != want:
            yield f"{feed['id']}: {field}: {got!r} instead of {want!r}"


def instant(value: object) -> str:
    if isinstance(value, list):
        year, month, day, hour, minute, second = value[:6]
        return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    return str(value)[:19]


def test_every_feed_goes_through_without_an_exception_and_meets_its_expectations() -> None:
    wrong: list[str] = []
    for feed in feeds():
        result = try_feed(asked(feed))
        json.dumps(result).encode()
        wrong += failures(feed, result)
        if feed["n_entries"] and len(result["entries"]) != feed["n_entries"]:
            wrong.append(f"{feed['id']}: {len(result['entries'])} of {feed['n_entries']}")
    assert wrong == []


def test_valid_empty_feeds_are_no_errors() -> None:
    empty = [f for f in feeds() if f["n_entries"] == 0 and f["bozo"] is False]
    for feed in empty:
        assert base64.b64decode(feed["content_b64"])
        assert try_feed(asked(feed))["error"] is None, feed["id"]


def test_the_cheap_way_reads_what_feedparsers_own_way_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read() -> list[object]:
        found: list[object] = []
        for feed in feeds():
            body = base64.b64decode(feed["content_b64"])
            try:
                parsed = parse_feed(body, url=URL, headers=feed["headers"])
            except NoFeedError as error:
                found.append(str(error))
                continue
            # the markup itself is written anew by the long way
            entries = (replace(e, content_html="", title="", guid=None) for e in parsed.entries)
            found.append((feed["id"], replace(parsed, entries=tuple(entries))))
        return found

    cheap: list[bytes] = []

    def plain(body: bytes) -> bool:
        if is_plain(body):
            cheap.append(body)
        return is_plain(body)

    monkeypatch.setattr(parse, "is_plain", plain)
    as_it_is = read()
    assert len(cheap) > 1000
    monkeypatch.setattr(parse, "is_plain", lambda _: False)
    for one, other in zip(as_it_is, read(), strict=True):
        assert one == other
