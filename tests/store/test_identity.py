import datetime as dt
import hashlib
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.identity import Seen, Standing, rank, version_key

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def sha(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def seen(text: str, at: int, *, page: str = "", rules: str = "1", weight: int = 7) -> Seen:
    return Seen(NOW + dt.timedelta(minutes=at), sha(page or text), sha(text), weight, rules)


def standing(*arrivals: Seen) -> Standing:
    stands = Standing()
    for arrival in arrivals:
        stands.take(arrival)
    return stands


def shown(stands: Standing) -> bytes:
    return stands.texts[stands.top().revision]


def test_texts_are_numbered_as_they_come() -> None:
    stands = Standing()
    assert stands.take(seen("A", 1)).revision == 1
    taken = stands.take(seen("B", 2))
    assert (taken.outcome, taken.revision) == ("new", 2)
    assert shown(stands) == sha("B")


def test_a_late_text_gets_the_next_number_and_is_not_shown() -> None:
    stands = standing(seen("B", 2))
    assert stands.take(seen("A", 1)).revision == 2
    assert shown(stands) == sha("B")


def test_back_to_an_earlier_text_ends_at_it_and_makes_no_revision() -> None:
    stands = standing(seen("A", 1), seen("B", 2))
    taken = stands.take(seen("A", 3))
    assert (taken.outcome, taken.revision) == ("again", 1)
    assert shown(stands) == sha("A")
    assert stands.observed(1) == (NOW + dt.timedelta(minutes=1), NOW + dt.timedelta(minutes=3))


def test_a_retry_changes_nothing() -> None:
    stands = standing(seen("A", 1))
    before = dict(stands.sightings)
    assert stands.take(seen("A", 1)).outcome == "again"
    assert stands.sightings == before


def test_feed_text_never_replaces_page_text() -> None:
    stands = standing(seen("page", 1, weight=rank("full", "page")))
    stands.take(seen("feed", 9, weight=rank("feed", "feed")))
    assert shown(stands) == sha("page")


def test_a_teaser_never_replaces_a_full_text() -> None:
    stands = standing(seen("full", 1, weight=rank("full", "feed")))
    stands.take(seen("teaser", 9, weight=rank("lead", "page")))
    assert shown(stands) == sha("full")


def test_newer_rules_replace_in_place() -> None:
    stands = standing(seen("A", 1, page="p", rules="1.9"))
    taken = stands.take(seen("A'", 1, page="p", rules="1.10"))
    assert (taken.outcome, taken.revision, taken.dropped) == ("replaced", 1, ())
    assert stands.texts == {1: sha("A'")}
    assert stands.last_revision == 1


def test_older_rules_come_too_late() -> None:
    stands = standing(seen("A'", 1, page="p", rules="2"))
    assert stands.take(seen("A", 1, page="p", rules="1")).outcome == "stale"
    assert stands.texts == {1: sha("A'")}


def test_two_texts_that_newer_rules_read_as_one_keep_the_older_number() -> None:
    stands = standing(seen("A", 1, page="p"), seen("B", 2, page="q"))
    stands.take(seen("C", 2, page="q", rules="2"))
    taken = stands.take(seen("C", 1, page="p", rules="2"))
    assert (taken.revision, taken.dropped) == (1, (2,))
    assert stands.texts == {1: sha("C")}


def test_a_number_once_given_is_not_given_again() -> None:
    stands = standing(seen("A", 1, page="p"), seen("B", 2, page="q"))
    stands.take(seen("A", 2, page="q", rules="2"))
    assert stands.take(seen("D", 3)).revision == 3


def test_a_text_that_another_page_still_holds_is_left_alone() -> None:
    stands = standing(seen("A", 1, page="p"), seen("A", 2, page="q"))
    stands.take(seen("A'", 1, page="p", rules="2"))
    assert shown(stands) == sha("A")
    assert stands.top().revision == 1


def test_the_same_bytes_under_another_headline_are_another_text() -> None:
    stands = standing(seen("A", 1, page="p"))
    taken = stands.take(seen("B", 2, page="p"))
    assert (taken.outcome, taken.revision) == ("new", 2)
    assert shown(stands) == sha("B")


@pytest.mark.parametrize(
    ("older", "newer"), [("1", "2"), ("1.9", "1.10"), ("1.0+f9", "1.0+f10"), ("", "1")]
)
def test_versions_are_ordered_as_people_read_them(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)


@st.composite
def outside(draw: st.DrawFn) -> list[Seen]:
    # a page is bytes: the same rules always make the same text of them
    pages = draw(st.lists(st.sampled_from("pqrs"), min_size=1, max_size=3, unique=True))
    reading = {
        (page, rules): (draw(st.sampled_from("ABC")), draw(st.sampled_from([2, 5, 7])))
        for page in pages
        for rules in ("1", "2")
    }
    arrivals = draw(
        st.lists(
            st.tuples(st.sampled_from(pages), st.integers(1, 4), st.sampled_from("12")),
            min_size=1,
            max_size=5,
        )
    )
    made = []
    for page, at, rules in arrivals:
        text, weight = reading[page, rules]
        made.append(seen(text, at, page=page, rules=rules, weight=weight))
    return made


def outcome(arrivals: tuple[Seen, ...]) -> object:
    stands = standing(*arrivals)
    assert set(stands.texts) == {s.revision for s in stands.sightings.values()}
    assert len(set(stands.texts.values())) == len(stands.texts)
    return (
        shown(stands),
        {content: stands.observed(revision) for revision, content in stands.texts.items()},
    )


@settings(max_examples=300, deadline=None)
@given(outside())
def test_the_order_of_arrival_does_not_matter(arrivals: list[Seen]) -> None:
    expected = outcome(tuple(arrivals))
    for order in permutations(arrivals):
        assert outcome(order) == expected
        assert outcome((*order, *order)) == expected
