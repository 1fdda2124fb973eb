"""From an answer, or the feed's text, to a message."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.fetch import pages
from tests.ingest.fetch.entries import NOW, entry
from wire.messages import Page
from wire.topics import Topics


def test_the_bytes_are_the_value_and_the_page_is_a_header() -> None:
    page, body = pages.web_page(
        entry(content_html="<p>feed</p>"),
        final_url="https://wire.example/a?x",
        status=200,
        headers={"content-type": "text/html; Charset=Windows-1251", "set-cookie": "a=b"},
        body=b"<p>\xcf</p>",
        now=NOW,
    )
    message = pages.outgoing(Topics(), page, body)
    assert message.topic == "wire.pages"
    assert message.key == str(page.entry.story_id).encode()
    assert message.value == b"<p>\xcf</p>"
    told = Page.model_validate_json(dict(message.headers)["page"])
    assert told == page
    assert told.charset == "windows-1251"
    assert told.headers == {"content-type": "text/html; Charset=Windows-1251"}
    assert told.entry.content_html == ""


def test_the_feeds_text_was_observed_when_the_feed_was() -> None:
    page, body = pages.feed_page(entry(summary="One < two.\n\nThree."), "feed-text")
    assert body == b"<p>One &lt; two.</p>\n<p>Three.</p>"
    assert (page.source, page.observed_at, page.flags) == ("feed", NOW, ("feed-text",))


def test_markup_of_the_feed_is_kept() -> None:
    assert pages.feed_html(entry(content_html="<p>A</p>", summary="B")) == "<p>A</p>"


def test_the_page_header_stays_within_its_limit_whatever_the_feed_says() -> None:
    huge = entry(
        title="T" * 300_000,
        summary="s" * 900_000,
        authors=("A" * 50_000,) * 50,
        categories=("c" * 500,) * 900,
    )
    page, body = pages.feed_page(huge)
    message = pages.outgoing(Topics(), page, body)
    assert len(dict(message.headers)["page"]) <= pages.MAX_PAGE_HEADER


@given(st.text(max_size=200))
def test_no_content_type_breaks_the_reading_of_its_charset(content_type: str) -> None:
    found = pages.charset(content_type)
    assert found is None or found == found.lower()
