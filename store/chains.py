"""Chains: stories of one agency filed under several addresses that are one story growing.

An update, correction, refile, repeat or kill finds the story it means by slug, headline without its
markers, or near-duplicate body, within two days. A link says by what it was found and how sure that
is. Ids never change; who stands where in a chain follows from when each was filed. Runs in a
batch's transaction under the writer's lock, after near-duplicates are found.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

import sqlalchemy as sa

from store import load
from store.drafts import Row
from store.kills import filed
from store.load import any_of
from store.save import Changed
from store.schema import Article
from store.story import StoryState

Reason = Literal["slug", "headline", "body"]

# A slug of two days ago is another day's story.
WINDOW: Final = dt.timedelta(hours=48)
# How sure a match of each kind alone is; two of them together are surer than either.
_SURE: Final[dict[Reason, float]] = {"slug": 0.9, "headline": 0.85, "body": 0.8}
_GROWING: Final = frozenset({"update", "correction", "refile", "repeat"})
# What tells of a story and is none of its texts.
_NOTICES: Final = frozenset({"kill", "hold"})


@dataclass(frozen=True, slots=True)
class Link:
    """How two stories are known to be one: the strongest reason, and how sure that is."""

    other: UUID
    reason: Reason
    confidence: float


def link(row: Row, other_id: UUID, other: Row) -> Link | None:
    """Return how the story of `row` is the other one told again; None where it is not."""
    house = ("agency", "publisher")
    if row["agency"] is None or any(row[name] != other[name] for name in house):
        return None
    if not (_grows(row) or _grows(other)) or abs(when(row) - when(other)) > WINDOW:
        return None
    found: list[Reason] = []
    if row["slug_key"] and row["slug_key"] == other["slug_key"]:
        found.append("slug")
    if row["headline_key"] and row["headline_key"] == other["headline_key"]:
        found.append("headline")
    if row["cluster_id"] and row["cluster_id"] == other["cluster_id"]:
        found.append("body")
    if not found:
        return None
    doubt = 1.0
    for reason in found:
        doubt *= 1 - _SURE[reason]
    return Link(other_id, found[0], round(1 - doubt, 3))


def _turned(story: StoryState) -> bool:
    """Say whether a story of a chain came to be usable or is so no more."""
    before = story.loaded
    if before is None or story.row.get("chain_id") is None:
        return False
    return bool(before.row["pub_status"] != story.row["pub_status"])


def _grows(row: Row) -> bool:
    return row["signal"] in _GROWING or row["update_number"] is not None


def when(row: Row) -> dt.datetime:
    """Return when a story was filed, as far as that is known."""
    found = filed(row) or row["first_seen_at"]
    assert isinstance(found, dt.datetime)
    return found


def ordered(members: Mapping[UUID, Row]) -> list[UUID]:
    """Return a chain's stories in the order in which they were filed."""
    return sorted(
        members,
        key=lambda key: (when(members[key]), members[key]["update_number"] or 0, key),
    )


def placed(members: Mapping[UUID, Row]) -> dict[UUID, Row]:
    """Return where each story of a chain stands: its columns of `articles`.

    The latest is the last one that is a text: what was killed or only tells of a kill is not.
    """
    order = ordered(members)
    texts = [key for key in order if members[key]["pub_status"] == "usable"]
    latest = texts[-1] if texts else order[-1]
    places = {}
    for position, key in enumerate(order, start=1):
        earlier = order[: position - 1]
        best = _surest(members[key], {other: members[other] for other in earlier})
        places[key] = {
            "chain_position": position,
            "replaces": earlier[-1] if earlier else None,
            "is_latest": key == latest,
            "link_reason": best.reason if best else None,
            "link_confidence": best.confidence if best else None,
        }
    return places


def join(
    connection: sa.Connection, stories: dict[UUID, StoryState], fresh: Iterable[UUID]
) -> list[Changed]:
    """Link the new stories of a batch to what they continue; stored ones join `stories`.

    Chains of which a story was withdrawn or came back get another latest one.
    """
    looking = [stories[key] for key in fresh if stories[key].row["agency"]]
    known = _related(connection, looking) | {key: story.row for key, story in stories.items()}
    named = _by_name(known)
    touched = {s.row["chain_id"] for s in stories.values() if _turned(s)}
    for story in sorted(looking, key=lambda s: (when(s.row), s.id)):
        bearing = {key for name in _names(story.row) for key in named[name]} - {story.id}
        best = _surest(story.row, {key: known[key] for key in bearing})
        if best is not None:
            _connect(connection, stories, story, best)
            known |= {key: stories[key].row for key in (story.id, best.other)}
            touched.add(story.row["chain_id"])
    return [change for chain in sorted(touched) for change in _place(connection, stories, chain)]


def _surest(row: Row, known: Mapping[UUID, Row]) -> Link | None:
    """Return the surest link to a known story; of equally sure ones to the one filed nearest."""
    links = [
        (one.confidence, -abs(when(row) - when(other)), one)
        for key, other in known.items()
        if other["signal"] not in _NOTICES and (one := link(row, key, other)) is not None
    ]
    return max(links, key=lambda each: each[:2])[2] if links else None


def _names(row: Row) -> list[tuple[str, object]]:
    """Return by what a story may be found: its slug, headline and cluster."""
    columns = ("slug_key", "headline_key", "cluster_id")
    return [(name, row[name]) for name in columns if row[name]]


def _by_name(known: Mapping[UUID, Row]) -> defaultdict[tuple[str, object], set[UUID]]:
    named: defaultdict[tuple[str, object], set[UUID]] = defaultdict(set)
    for key, row in known.items():
        for name in _names(row):
            named[name].add(key)
    return named


def _related(connection: sa.Connection, looking: Sequence[StoryState]) -> dict[UUID, Row]:
    """Return the stored stories that share a slug, headline or cluster with the new ones."""
    rows = [story.row for story in looking]
    if not rows:
        return {}
    names = {
        column: sorted({row[column.key] for row in rows if row[column.key]})
        for column in (Article.slug_key, Article.headline_key)
    }
    clusters = sorted({row["cluster_id"] for row in rows if row.get("cluster_id")})
    query = sa.select(Article.__table__).where(
        any_of(Article.agency, sorted({row["agency"] for row in rows}), sa.Text),
        sa.or_(
            *(any_of(column, values, sa.Text) for column, values in names.items()),
            any_of(Article.cluster_id, clusters, sa.Uuid),
        ),
        Article.first_seen_at > min(when(row) for row in rows) - 2 * WINDOW,
    )
    return {row["id"]: dict(row) for row in connection.execute(query).mappings()}


def _connect(
    connection: sa.Connection,
    stories: dict[UUID, StoryState],
    story: StoryState,
    best: Link,
) -> None:
    """Put a story and the one it continues in one chain, named after the first of them."""
    if best.other not in stories:
        stories.update(load.stories(connection, [best.other]))
    other = stories[best.other]
    first = min((story, other), key=lambda s: (when(s.row), s.id))
    chain = other.row.get("chain_id") or story.row.get("chain_id") or first.id
    for member in (story, other):
        member.row["chain_id"] = chain


def _place(
    connection: sa.Connection, stories: dict[UUID, StoryState], chain: UUID
) -> list[Changed]:
    """Give every story of a chain its place; return those stored ones that moved."""
    query = sa.select(Article.id).where(Article.chain_id == chain)
    stored = [key for key in connection.scalars(query) if key not in stories]
    stories.update(load.stories(connection, stored))
    members = {key: s.row for key, s in stories.items() if s.row.get("chain_id") == chain}
    moved = []
    for key, place in placed(members).items():
        story = stories[key]
        before = {name: story.row.get(name) for name in place}
        story.row.update(place)
        was = story.loaded.row if story.loaded else None
        changed = was is not None and (before != place or was["chain_id"] != chain)
        if changed and story.row["pub_status"] == "usable":
            moved.append(Changed(key, story.row["revision"], "relinked"))
    return moved
