"""What may be a take of a story is found without a look at each one, and none is passed over."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from store.nearby import Nearby
from store.similarity import signature
from store.takes import Take, link
from tests.store.stories import at, story_id

PROSE = (
    "Ministers agreed on Monday to close the harbour of Skerry after 14 ferries ran aground near "
    "Lindholm and Osterby while pilots of the North Strand company were on strike over 230 jobs "
    "that Governor Maren Toll wants to move to Kaldvik before December"
)
WORDS = PROSE.split()


def take(words: list[str], headline: str, slug: str | None, update: int | None) -> Take:
    row = {
        "agency": "ap",
        "publisher": "ap.example",
        "genre": None,
        "language": "en",
        "signal": None,
        "update_number": update,
        "published_at": None,
        "published_precision": None,
        "first_seen_at": at(0),
        "slug_key": slug,
        "headline_key": headline,
    }
    return Take(row, signature(" ".join(words)))


# Bodies that share some words, all, or none, some of them too short for a signature.
takes = st.builds(
    take,
    st.lists(st.sampled_from(WORDS), min_size=5, max_size=60),
    st.sampled_from(["harbour closed", "ferries run aground", ""]),
    st.sampled_from([None, "HARBOUR", "FERRIES"]),
    st.sampled_from([None, 1, 2]),
)


@given(takes, st.lists(takes, max_size=8))
@example(take(WORDS, "one", None, 1), [take(WORDS[3:], "other", None, None)])
def test_all_that_links_is_near(one: Take, others: list[Take]) -> None:
    known: Mapping[UUID, Take] = {story_id(f"{n}"): each for n, each in enumerate(others)}
    linked = {key for key, other in known.items() if link(one, key, other)}
    assert linked <= Nearby(known).of(one)


def test_what_shares_neither_name_nor_words_is_not_near() -> None:
    other = [f"w{word}x" for word in WORDS]
    known = {story_id("other"): take(other, "another", "OTHER", None)}
    assert Nearby(known).of(take(WORDS, "harbour closed", "HARBOUR", 1)) == set()


def test_what_another_maker_signed_is_not_compared() -> None:
    """It would be as long as it likes."""
    mine = take(WORDS, "one", None, 1)
    assert mine.signature is not None
    foreign = replace(mine.signature, made_by="another", minhash=b"\0" * 12)
    known = {story_id("other"): Take(mine.row | {"headline_key": "other"}, foreign)}
    assert Nearby(known).of(mine) == set()
