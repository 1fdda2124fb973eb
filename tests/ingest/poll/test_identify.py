import datetime as dt
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ingest.poll.diff import difference
from ingest.poll.identify import Identified, identify, same_text
from ingest.poll.parse import parse_feed
from tests.ingest.poll.rig import item, numbered, rss

FEED = "https://wire.example/rss"


@dataclass(frozen=True)
class Known:
    fingerprint: str
    gone: bool = False


def identified(body: bytes, agency: str | None = None, url: str = FEED) -> tuple[Identified, ...]:
    return identify(parse_feed(body, url=url), feed_url=url, agency=agency)


def known(entries: tuple[Identified, ...]) -> dict[str, Known]:
    return {entry.key: Known(entry.fingerprint) for entry in entries}


def test_26_names_are_the_guid_then_the_address() -> None:
    (one,) = identified(rss(item(1, link="http://www.news.example/1?utm_source=rss")), "tanjug")
    assert one.names == (
        "guid:tanjug:id-1",
        "canonical:https://news.example/1",
        "url:http://www.news.example/1?utm_source=rss",
    )
    assert one.host == "www.news.example"


def test_26_the_id_is_the_same_for_the_same_agency_and_guid_wherever_it_is_read() -> None:
    (one,) = identified(rss(item(1)), "tanjug")
    (other,) = identified(rss(item(1, title="x")), "tanjug", "https://elsewhere.example/feed")
    assert one.candidate == other.candidate
    (foreign,) = identified(rss(item(1)), "reuters")
    assert foreign.candidate != one.candidate


def test_an_address_that_several_guids_share_names_none_of_them() -> None:
    entries = identified(rss(*(item(n, link="https://news.example/live") for n in range(3))))
    assert len({one.candidate for one in entries}) == 3
    assert not any(name.startswith("canonical:") for one in entries for name in one.names)


def test_the_front_page_is_no_storys_address() -> None:
    (one,) = identified(rss(item(1, link="https://www.news.example/")))
    assert one.names == ("guid:wire.example:id-1",)


def test_an_entry_that_stands_twice_is_one() -> None:
    assert len(identified(rss(item(1), item(2), item(1)))) == 2


def test_a_date_that_half_the_feed_carries_is_the_generators() -> None:
    def stamped(minute: int) -> tuple[Identified, ...]:
        stamp = f"Mon, 23 Nov 2026 10:{minute}:00 GMT"
        return identified(rss(*(item(n, pubDate=stamp) for n in range(4))))

    for one, other in zip(stamped(10), stamped(20), strict=True):
        assert one.fingerprint == other.fingerprint


def test_an_entry_of_its_own_date_changes_with_it_but_not_its_text() -> None:
    (one,) = identified(rss(item(1)))
    (other,) = identified(rss(item(1, pubDate="Mon, 23 Nov 2026 11:11:00 GMT")))
    assert one.fingerprint != other.fingerprint
    assert same_text(one.fingerprint, other.fingerprint)
    (third,) = identified(rss(item(1, title="Another")))
    assert not same_text(one.fingerprint, third.fingerprint)


def test_entries_restamped_as_a_whole_are_not_changed() -> None:
    before = identified(numbered(range(10)))
    body = rss(
        *(item(n, pubDate=f"Mon, 23 Nov 2026 20:{n:02}:00 GMT") for n in range(9)),
        item(9, title="Story 9, mended"),
    )
    found = difference(identified(body), known(before))
    assert [one.entry.headline for one in found.changed] == ["Story 9, mended"]


def test_34_a_gap_is_a_window_that_shares_nothing_with_all_that_was_seen() -> None:
    seen = known(identified(numbered(range(20))))
    assert difference(identified(numbered(range(40, 60))), seen).gap
    assert not difference(identified(numbered(range(19, 39))), seen).gap
    assert not difference(identified(numbered(range(20))), {}).gap
    assert not difference((), seen).gap


def test_29_what_left_and_what_came_back_are_told() -> None:
    seen = known(identified(numbered([1, 2, 3])))
    gone = {key: Known(k.fingerprint, gone=True) for key, k in seen.items()}
    assert len(difference(identified(numbered([3, 4])), seen).gone) == 2
    back = difference(identified(numbered([1, 2, 3])), gone)
    assert (len(back.returned), back.new, back.changed, back.gone) == (3, (), (), ())


_numbers = st.lists(st.integers(0, 30), unique=True, max_size=20)


@given(_numbers, _numbers)
def test_difference_accounts_for_every_entry(before: list[int], after: list[int]) -> None:
    seen = known(identified(numbered(before)))
    entries = identified(numbered(after))
    found = difference(entries, seen)
    assert {e.key for e in found.new} == {e.key for e in entries} - seen.keys()
    assert set(found.gone) == seen.keys() - {e.key for e in entries}
    assert not found.changed
    assert not found.returned


@given(st.permutations(range(8)))
def test_order_does_not_matter(order: list[int]) -> None:
    seen = known(identified(numbered(range(8))))
    found = difference(identified(numbered(order)), seen)
    assert (found.new, found.changed, found.gone, found.returned) == ((), (), (), ())


def test_dates_are_kept_with_the_entry() -> None:
    (one,) = identified(rss(item(1)))
    assert one.entry.published_at == dt.datetime(2026, 11, 23, 8, 1, tzinfo=dt.UTC)
