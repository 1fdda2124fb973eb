"""What a revisit asks with: the entry that says again what the feed said."""

import pytest

from store.revisits import entry_of
from tests.store.stories import at, story


def test_an_entry_says_again_what_only_the_feed_may_have_said() -> None:
    """A page read again without it once lost its keywords and its time of change."""
    told = story(
        section="World",
        keywords=("ferries", "storms"),
        byline="Ana Kos",
        updated_at=at(5),
        published_at=at(0),
        published_precision="second",
        flags=("date-unread", "live-blog", "feed-text"),
    )
    entry = entry_of(told, told.id, "tass", missing=False)
    assert (entry.section, entry.categories) == ("World", ("ferries", "storms"))
    assert (entry.authors, entry.updated_at) == (("Ana Kos",), at(5))
    assert (entry.published_at, entry.published_raw) == (at(0), None)
    assert entry.flags == ("date-unread",), "the page's own flags are found anew"
    assert (entry.agency, entry.reason) == ("tass", "revisit")


@pytest.mark.parametrize(
    ("precision", "raw"),
    [("minute", "2026-11-23T12:00+00:00"), ("day", None), ("inferred", None), ("received", None)],
)
def test_a_time_is_said_as_precisely_as_it_was_known(precision: str, raw: str | None) -> None:
    told = story(published_at=at(0), published_precision=precision)
    entry = entry_of(told, told.id, None, missing=True)
    assert (entry.published_at, entry.published_raw) == (None, raw)
    assert (entry.authors, entry.reason) == ((), "missing")
