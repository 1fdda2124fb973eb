"""The sample's feeds and pages, read by the project's own stages without their servers."""

import pytest

from desk.sample.layout import spread
from desk.sample.render import feed
from desk.sample.stories import EDITIONS, Feed, Site, read
from ingest.poll.parse import parse_feed

LAYOUT = spread(8008)
FEEDS = [(site, each) for site in read(1).sites.values() for each in site.feeds]


@pytest.mark.parametrize("number", range(1, EDITIONS + 1))
@pytest.mark.parametrize("pair", FEEDS, ids=lambda pair: pair[0].id + pair[1].path)
def test_feeds_are_read_without_trouble(pair: tuple[Site, Feed], number: int) -> None:
    site, which = pair
    edition = read(number)
    told = parse_feed(
        feed(edition, site, which, LAYOUT),
        url=LAYOUT.base(site) + which.path,
        headers={"content-type": which.content_type},
    )

    stories = edition.in_feed(site.id, which.id)
    assert (told.trouble, told.flags) == (None, ())
    assert [entry.headline for entry in told.entries] == [story.headline for story in stories]
    for entry, story in zip(told.entries, stories, strict=True):
        assert entry.link is not None
        assert entry.link.partition("?")[0] == LAYOUT.url(site, story)


def test_a_feed_that_carries_the_whole_text_is_seen_to() -> None:
    site = read(1).sites["afp"]
    told = parse_feed(feed(read(1), site, site.feeds[0], LAYOUT), url=LAYOUT.base(site))

    full = {entry.link: entry.content_is_full for entry in told.entries}
    assert full[f"{LAYOUT.base(site)}/depeche/20261012-glacier"]
    assert not full[f"{LAYOUT.base(site)}/depeche/20261012-flash"]
