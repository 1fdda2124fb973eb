"""Every story of the sample wire, read from the page that its house prints."""

import datetime as dt
import hashlib
import uuid

import pytest

from desk.sample.layout import spread
from desk.sample.render import page as printed
from desk.sample.stories import EDITIONS, Edition, Story, read
from ingest.extract.story import extract_page
from wire.messages import Entry, Page
from wire.messages import Story as Read

NOW = dt.datetime(2026, 10, 13, 12, tzinfo=dt.UTC)
LAYOUT = spread(8000)
# Read from the feed alone: fetch never hands their pages on.
FEED_ALONE = {"afp-musee", "kyodo-members"}

EDITION = {number: read(number) for number in range(1, EDITIONS + 1)}
# Each story as it first stands, and again where a later edition prints it anew.
CASES = [
    pytest.param(edition, story, id=f"{number}-{story.name}")
    for number, edition in EDITION.items()
    for story in edition.stories.values()
    if story.status == 200
    and story.name not in FEED_ALONE
    and (number == 1 or EDITION[number - 1].stories.get(story.name) != story)
]


def story_of(edition: Edition, story: Story, *, feed: bool = True) -> Read:
    """Return the story as extract reads it; without `feed` the page alone tells."""
    site = edition.sites[story.site]
    content = printed(edition, site, story, LAYOUT)
    url = LAYOUT.url(site, story)
    entry = Entry(
        story_id=uuid.uuid5(uuid.NAMESPACE_URL, url),
        url=url,
        canonical_url=url,
        host=site.address,
        feed_url=url,
        agency=site.agency,
        title=story.headline if feed else "",
        section=story.section if feed else None,
        published_at=story.printed_at if feed else None,
        observed_at=NOW,
        discovered_at=NOW,
        fingerprint="0" * 64,
    )
    page = Page(
        url=url,
        final_url=url,
        status=200,
        charset=site.charset if site.header_charset else None,
        observed_at=NOW,
        page_sha256=hashlib.sha256(content).hexdigest(),
        entry=entry,
    )
    return extract_page(page, content, furniture={}, now=NOW)


@pytest.mark.parametrize(("edition", "story"), CASES)
def test_what_comes_out_is_what_the_sample_promises(edition: Edition, story: Story) -> None:
    want, found = story.expected, story_of(edition, story)
    assert found.headline == (want.headline or story.headline)
    assert found.language == want.language
    assert found.agency == want.agency
    assert found.body.startswith(want.first)
    assert found.body.endswith(want.last)
    if want.paragraphs is not None:
        assert len(found.body.split("\n") if found.body else []) == want.paragraphs
    assert want.byline in (None, found.byline)
    if found.body:
        assert found.body_kind == want.body_kind


@pytest.mark.parametrize(("edition", "story"), CASES)
def test_furniture_is_told_apart_from_the_story(edition: Edition, story: Story) -> None:
    found = story_of(edition, story)
    body = found.body.casefold()
    for words in ("read more", "our standards", "subscribe", "cookie", "поделиться", "partager"):
        assert words not in body


def test_the_story_that_is_the_picture_of_the_work() -> None:
    edition = EDITION[1]
    story = edition.stories["tass-belgrade"]
    found = story_of(edition, story, feed=False)
    assert found.headline == story.headline
    assert found.section == "Russian Politics & Diplomacy"
    assert found.published_at == dt.datetime(2023, 9, 25, 16, 19, tzinfo=dt.UTC)
    assert found.published_precision == "minute"
    assert found.subheadline == story.subheadline
    paragraphs = found.body.split("\n")
    assert len(paragraphs) == 4
    assert paragraphs[0].startswith("The barriers that went up on the roads")
    assert paragraphs[-1].endswith("on the same day.")
    dateline = found.dateline
    assert dateline is not None
    assert (dateline.name, dateline.country, dateline.agency) == ("Belgrade", "RS", "tass")
    assert dateline.date == dt.date(2023, 9, 25)
    assert dateline.lat == pytest.approx(44.8, abs=0.1)
    assert dateline.lon == pytest.approx(20.5, abs=0.1)
    assert found.agency == "tass"
