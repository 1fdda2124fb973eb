"""Chains: stories of one agency filed under several addresses that are one story growing.

An update, correction, refile, repeat or kill finds the story it means (store/takes.py says how)
among its house's stories of two days. A link says by what it was found and how sure that is. Ids
never change; who stands where in a chain follows from when each was filed. Runs in a batch's
transaction under the writer's lock.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from store import houses, load
from store.arrays import any_of
from store.drafts import Row
from store.nearby import Nearby
from store.save import Changed
from store.schema import Article
from store.similarity import Signature
from store.story import StoryState
from store.takes import NOTICES, Link, Take, grows, house, link, named, when

# A house, and whether a story of it is a later take.
_Place = tuple[tuple[object, ...], bool]
# Where a story stands in its chain.
_PLACE: Final = (
    "chain_position",
    "replaces",
    "is_latest",
    "link_reason",
    "link_confidence",
)


def join(
    connection: sa.Connection,
    stories: dict[UUID, StoryState],
    signatures: Mapping[UUID, Signature],
) -> list[Changed]:
    """Link the new ones of `stories` to what they continue; stored ones join `stories`.

    `signatures` has those of texts that are new. A chain of which a story was withdrawn or came
    back gets another latest one; a notice stands in the chain of the story that it withdrew.
    """
    told = {key: Take(s.row, signatures.get(key)) for key, s in stories.items() if s.fresh}
    looking = {
        key: take
        for key, take in told.items()
        if take.row["agency"] and take.row["signal"] not in NOTICES
    }
    stored = houses.known(connection, looking)
    # a stored story that is in the batch too is known as it will be
    newer = {
        key: Take(stories[key].row, signatures.get(key) or take.signature)
        for key, take in stored.items()
        if key in stories
    }
    known = stored | newer | looking
    of_interest = {key for key, story in stories.items() if _turned(story)}
    of_interest |= {key for pair in _withdrawn(stories) for key in pair}
    near_to = _near_to(looking, known)
    for key, take in looking.items():
        near = near_to[_place(take)].of(take) - {key}
        linked = {other for other in near if link(take, other, known[other])}
        of_interest |= linked | {key} if linked else set()
    return regroup(connection, stories, of_interest, signatures)


def _near_to(looking: Mapping[UUID, Take], known: Mapping[UUID, Take]) -> dict[_Place, Nearby]:
    """Return what may be one with each of `looking`, by its place.

    A later take may be one with any story of its house, another story only with a later take.
    """
    found: dict[_Place, dict[UUID, Take]] = {_place(take): {} for take in looking.values()}
    for key, take in known.items():
        of, later = _place(take)
        for place in ((of, True), (of, False)):
            if place in found and (later or place[1]):
                found[place][key] = take
    return {place: Nearby(takes) for place, takes in found.items()}


def _place(take: Take) -> _Place:
    return house(take.row), grows(take.row)


def of_kills(stories: Mapping[UUID, StoryState], killed: Collection[UUID]) -> set[UUID]:
    """Return those of `killed` with the notices that killed them."""
    pairs = [pair for pair in _withdrawn(stories) if pair[1] in killed]
    return {*killed, *(notice for notice, _ in pairs)}


def ordered(members: Mapping[UUID, Row]) -> list[UUID]:
    """Return stories in the order in which they were filed."""
    return sorted(
        members,
        key=lambda key: (when(members[key]), members[key]["update_number"] or 0, key),
    )


def grouped(takes: Mapping[UUID, Take], notices: Mapping[UUID, UUID]) -> list[dict[UUID, Row]]:
    """Return the chains that stories are in, each with where its stories stand.

    Each story goes back to the one before it that it is most surely another take of; what hangs
    together so is a chain. `notices` say which story each of them withdrew. What stands for itself
    is a chain of one.
    """
    order = ordered({key: take.row for key, take in takes.items()})
    chains: list[dict[UUID, Link | None]] = []
    for at, key in enumerate(order):
        earlier = {other: takes[other] for other in order[:at]}
        meant = notices.get(key)
        back = named(meant) if meant in earlier else _surest(takes[key], earlier)
        mine = next((chain for chain in chains if back and back.other in chain), None)
        if mine is None:
            chains.append(mine := {})
        mine[key] = back
    return [_placed(chain, takes) for chain in chains]


def _placed(chain: Mapping[UUID, Link | None], takes: Mapping[UUID, Take]) -> dict[UUID, Row]:
    """Return where each story of a chain stands: its columns of `articles`.

    The latest is the last one that is a text: what was killed or only tells of a kill is not.
    """
    order = list(chain)
    texts = [key for key in order if takes[key].row["pub_status"] == "usable"]
    latest = texts[-1] if texts else order[-1]
    alone = len(order) == 1
    return {
        key: {
            "chain_position": None if alone else position,
            "replaces": order[position - 2] if position > 1 else None,
            "is_latest": key == latest,
            "link_reason": back.reason if back else None,
            "link_confidence": back.confidence if back else None,
        }
        for position, (key, back) in enumerate(chain.items(), start=1)
    }


def _surest(take: Take, known: Mapping[UUID, Take]) -> Link | None:
    """Return the surest link to a known story; of equally sure ones to the one filed nearest."""
    if take.row["signal"] in NOTICES:
        return None
    links = [
        (one.confidence, -abs(when(take.row) - when(other.row)), one)
        for key, other in known.items()
        if other.row["signal"] not in NOTICES and (one := link(take, key, other)) is not None
    ]
    return max(links, key=lambda each: each[:2])[2] if links else None


def _turned(story: StoryState) -> bool:
    """Say whether a story of a chain came to be usable or is so no more."""
    before = story.loaded
    if before is None or story.row.get("chain_id") is None:
        return False
    return bool(before.row["pub_status"] != story.row["pub_status"])


def _withdrawn(stories: Mapping[UUID, StoryState]) -> Iterator[tuple[UUID, UUID]]:
    """Yield the kills of a story that have an id of their own, each with that story."""
    for key, story in stories.items():
        for withdrawal in story.withdrawals:
            if withdrawal.kind == "kill" and withdrawal.by_story not in (None, key):
                assert withdrawal.by_story is not None
                yield withdrawal.by_story, key


def regroup(
    connection: sa.Connection,
    stories: dict[UUID, StoryState],
    of_interest: set[UUID],
    signatures: Mapping[UUID, Signature],
) -> list[Changed]:
    """Give every story of the chains concerned its chain and place; return who moved."""
    members = _members(connection, stories, of_interest)
    if not members:
        return []
    stored = [story.nr for story in members.values() if not story.fresh]
    signed = houses.signatures(connection, stored)
    takes = {
        key: Take(story.row, signatures.get(key) or signed.get(story.nr))
        for key, story in members.items()
    }
    before = {key: _standing(story.row) for key, story in members.items()}
    given: set[UUID] = set()
    for chain in grouped(takes, dict(_withdrawn(members))):
        chain_id = _named_after(chain, members, given) if len(chain) > 1 else None
        for key, place in chain.items():
            members[key].row.update(place, chain_id=chain_id)
    return [
        Changed(key, story.row["revision"], "relinked")
        for key, story in members.items()
        # of one that was not to be seen before, another change tells
        if _was_usable(story) and story.row["pub_status"] == "usable"
        if before[key] != _standing(story.row)
    ]


def _was_usable(story: StoryState) -> bool:
    return story.loaded is not None and story.loaded.row["pub_status"] == "usable"


def _members(
    connection: sa.Connection, stories: dict[UUID, StoryState], of_interest: set[UUID]
) -> dict[UUID, StoryState]:
    """Return these stories and all of their chains, loading what is not there yet."""
    stories.update(load.stories(connection, of_interest - set(stories)))
    chains = {stories[key].row.get("chain_id") for key in of_interest & set(stories)} - {None}
    if chains:
        query = sa.select(Article.id).where(any_of(Article.chain_id, chains, sa.Uuid))
        stored = set(connection.scalars(query)) - set(stories)
        stories.update(load.stories(connection, stored))
    return {
        key: story
        for key, story in stories.items()
        if key in of_interest or story.row.get("chain_id") in chains
    }


def _standing(row: Row) -> tuple[Any, ...]:
    return row.get("chain_id"), *(row.get(name) for name in _PLACE)


def _named_after(
    chain: Mapping[UUID, Row], members: Mapping[UUID, StoryState], given: set[UUID]
) -> UUID:
    """Return a chain's id: one that its stories have had, else that of the first of them."""
    had = [members[key].row.get("chain_id") for key in chain]
    chosen = next(one for one in (*had, *chain) if one is not None and one not in given)
    given.add(chosen)
    return chosen
