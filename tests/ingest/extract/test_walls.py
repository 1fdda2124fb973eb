"""36: what stands in place of a story is known for what it is, by how much of it there is."""

import pytest

from tests.ingest.extract.pages import PARAGRAPHS, html, story

LIVE = """<script type="application/ld+json">{"@context": "https://schema.org",
 "@type": "LiveBlogPosting", "headline": "Storm reaches the coast"}</script>"""


def test_36_a_whole_story_is_full() -> None:
    assert story(html()).body_kind == "full"


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("We value your privacy", "We and our 612 partners store information on your device."),
        ("Log in to continue", "Please log in to your account to read on."),
        ("Page not found", "The page you are looking for is no longer available."),
        ("Access denied", "Please verify you are human."),
    ],
    ids=["consent wall", "log-in page", "soft 404", "blocked"],
)
def test_36_a_page_in_place_of_the_story_has_none_and_the_feeds_text_is_used(
    title: str, line: str
) -> None:
    page = html(line, title=title)
    assert story(page).body_kind == "none"
    found = story(page, entry={"title": "Crane falls into harbour", "summary": PARAGRAPHS[0]})
    assert (found.body_kind, found.body, found.source) == ("feed", PARAGRAPHS[0], "feed")
    assert found.headline == "Crane falls into harbour"


def test_36_a_paywall_teaser_is_a_lead() -> None:
    found = story(html(PARAGRAPHS[0], "Subscribe to continue reading"))
    assert (found.body_kind, found.body) == ("lead", PARAGRAPHS[0])


def test_36_a_live_blog_is_told() -> None:
    assert "live-blog" in story(html(head=LIVE)).flags
    assert "live-blog" not in story(html()).flags
