"""Clusters of syndication: stories whose bodies are nearly the same, whoever published them.

Found while writing, under the writer's lock: two uncommitted twins could not see each other
otherwise. A cluster has the id of the story that began it; where two turn out to be one, the one
seen first keeps its id, and each story that moves is told of.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from store.copying import copy_in
from store.load import any_of
from store.save import Changed
from store.schema import Article, Band, Cluster
from store.schema import Signature as SignatureRow
from store.similarity import Signature, alike
from store.story import StoryState

# Copy is syndicated within days; the same words later are another story's background.
WINDOW: Final = dt.timedelta(days=7)
# A body that more than this many share bands with is a form letter; the rest add nothing.
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Near:
    """A stored or new story with a body like another's."""

    nr: int
    id: UUID
    cluster_id: UUID | None
    first_seen_at: dt.datetime
    signature: Signature


class Clusters:
    """Near-duplicates of a batch's stories: found, joined, saved."""

    def __init__(
        self,
        connection: sa.Connection,
        stories: Mapping[UUID, StoryState],
        signatures: Mapping[UUID, Signature],
        now: dt.datetime,
    ) -> None:
        self._connection = connection
        self._now = now
        self._stories = stories
        self._new = {
            stories[key].nr: _near(stories[key], signature)
            for key, signature in signatures.items()
            if key in stories
        }
        self._bands = {nr: near.signature.bands() for nr, near in self._new.items()}
        self._moved: dict[UUID, UUID] = {}
        self.left: set[UUID] = set()  # clusters that were merged into others

    def join(self) -> list[Changed]:
        """Find each story's near-duplicates and put them in one cluster; return who moved."""
        found = self._candidates(self._bands)
        for nr, near in sorted(self._new.items()):
            twins = [found[other] for other in self._meeting[nr] if other in found]
            self._unite(near, [twin for twin in twins if alike(near.signature, twin.signature)])
        return self._tell()

    def _candidates(self, bands: Mapping[int, Sequence[int]]) -> dict[int, Near]:
        """Return the stories that share a band with one of the batch, and remember who meets."""
        own: defaultdict[int, list[int]] = defaultdict(list)
        for nr, each in bands.items():
            for band in each:
                own[band].append(nr)
        met: dict[int, set[int]] = {nr: set() for nr in bands}
        query = sa.select(Band.band, Band.article_nr).where(any_of(Band.band, own, sa.BigInteger))
        for band, holder in self._connection.execute(query):
            for nr in own[band]:
                met[nr].add(holder)
        for nrs in own.values():
            if len(nrs) > 1:
                for nr in nrs:
                    met[nr].update(nrs)
        self._meeting = {
            nr: sorted(holders - {nr}, reverse=True)[:_MOST] for nr, holders in met.items()
        }
        stored = {h for met in self._meeting.values() for h in met} - set(self._new)
        return self._stored(stored) | self._new

    def _stored(self, nrs: Iterable[int]) -> dict[int, Near]:
        query = (
            sa.select(
                Article.nr,
                Article.id,
                Article.cluster_id,
                Article.first_seen_at,
                SignatureRow.made_by,
                SignatureRow.shingles,
                SignatureRow.minhash,
                SignatureRow.figures,
            )
            .join(SignatureRow, SignatureRow.article_nr == Article.nr)
            .where(
                any_of(Article.nr, sorted(nrs), sa.BigInteger),
                Article.first_seen_at > self._now - WINDOW,
            )
        )
        return {
            row.nr: Near(*row[:4], Signature(*row[4:])) for row in self._connection.execute(query)
        }

    def _unite(self, near: Near, twins: Sequence[Near]) -> None:
        """Put a story and its twins in one cluster: the one that was seen first."""
        if not twins:
            return
        members = sorted([near, *twins], key=lambda m: (m.first_seen_at, m.nr))
        clusters = [c for m in members if (c := self._cluster(m)) is not None]
        kept = clusters[0] if clusters else members[0].id
        for cluster in set(clusters) - {kept}:
            self._merge(cluster, kept)
        for member in members:
            self._moved[member.id] = kept

    def _cluster(self, member: Near) -> UUID | None:
        return self._moved.get(member.id, member.cluster_id)

    def _merge(self, cluster: UUID, kept: UUID) -> None:
        query = sa.select(Article.id).where(Article.cluster_id == cluster)
        self.left.add(cluster)
        moved = dict.fromkeys(self._connection.scalars(query), kept)
        held = {key: kept for key, value in self._moved.items() if value == cluster}
        self._moved |= moved | held

    def save(self) -> None:
        """Save what the stories will be found by; their own rows are saved."""
        known = [story.nr for story in self._stories.values() if not story.fresh]
        self._clear([nr for nr in known if nr in self._new])
        copy_in(
            self._connection,
            SignatureRow.__table__,
            (
                {
                    "article_nr": nr,
                    "made_by": near.signature.made_by,
                    "shingles": near.signature.shingles,
                    "minhash": near.signature.minhash,
                    "figures": near.signature.figures,
                }
                for nr, near in sorted(self._new.items())
            ),
        )
        rows = ((band, nr) for nr, each in self._bands.items() for band in set(each))
        copy_in(
            self._connection,
            Band.__table__,
            ({"band": band, "article_nr": nr} for band, nr in sorted(rows)),
        )

    def _clear(self, nrs: Sequence[int]) -> None:
        """Take away what a story's former text was found by."""
        if not nrs:
            return
        former = sa.delete(SignatureRow).where(any_of(SignatureRow.article_nr, nrs, sa.BigInteger))
        columns = (
            SignatureRow.article_nr,
            SignatureRow.made_by,
            SignatureRow.shingles,
            SignatureRow.minhash,
            SignatureRow.figures,
        )
        keys = [
            (band, row.article_nr)
            for row in self._connection.execute(former.returning(*columns))
            for band in Signature(*row[1:]).bands()
        ]
        if keys:
            gone = sa.delete(Band).where(sa.tuple_(Band.band, Band.article_nr).in_(keys))
            self._connection.execute(gone)

    def _tell(self) -> list[Changed]:
        """Give each story that moved its cluster; count the clusters that were touched."""
        elsewhere: defaultdict[UUID, list[UUID]] = defaultdict(list)
        moved = []
        for story_id, cluster in sorted(self._moved.items()):
            story = self._stories.get(story_id)
            if story is None:
                elsewhere[cluster].append(story_id)
            elif story.row.get("cluster_id") != cluster:
                story.row["cluster_id"] = cluster
                # a story that is told of for the first time has its cluster with it
                if not story.fresh and story.row["pub_status"] == "usable":
                    moved.append(Changed(story_id, story.row["revision"], "clustered"))
        for cluster, ids in sorted(elsewhere.items()):
            move = (
                sa.update(Article)
                .where(any_of(Article.id, ids, sa.Uuid))
                .where(Article.cluster_id.is_distinct_from(cluster))
                .values(cluster_id=cluster)
                .returning(Article.id, Article.revision, Article.pub_status)
            )
            rows = self._connection.execute(move).all()
            moved += [Changed(r.id, r.revision, "clustered") for r in rows if r[2] == "usable"]
        return moved

    @property
    def joined(self) -> set[UUID]:
        """Return the clusters that a story joined."""
        return set(self._moved.values())


# Small as clusters are, they are counted anew whenever one of their stories comes or goes.
_COUNT: Final = """
WITH members AS (
  SELECT a.cluster_id, a.id, a.agency, a.first_seen_at,
    CASE WHEN a.published_precision IN ('second', 'minute') THEN a.published_at END AS filed_at
  FROM wire_data.articles a WHERE a.cluster_id = ANY(CAST(:clusters AS uuid[]))),
first AS (
  SELECT DISTINCT ON (cluster_id) cluster_id, id,
    CASE WHEN filed_at IS NULL THEN 'seen' ELSE 'published' END AS basis
  FROM members ORDER BY cluster_id, coalesce(filed_at, first_seen_at), first_seen_at, id),
counted AS (
  SELECT cluster_id, count(*)::int AS size, min(first_seen_at) AS first_seen_at,
    max(first_seen_at) AS last_seen_at,
    array_remove(array_agg(DISTINCT agency ORDER BY agency), NULL) AS agencies
  FROM members GROUP BY cluster_id)
INSERT INTO wire_data.clusters
  (id, first_article_id, first_basis, size, first_seen_at, last_seen_at, agencies)
SELECT c.cluster_id, f.id, f.basis, c.size, c.first_seen_at, c.last_seen_at, c.agencies
FROM counted c JOIN first f USING (cluster_id)
ON CONFLICT (id) DO UPDATE SET first_article_id = EXCLUDED.first_article_id,
  first_basis = EXCLUDED.first_basis, size = EXCLUDED.size,
  first_seen_at = EXCLUDED.first_seen_at, last_seen_at = EXCLUDED.last_seen_at,
  agencies = EXCLUDED.agencies
"""


def count(connection: sa.Connection, joined: Iterable[UUID], left: Iterable[UUID]) -> None:
    """Count clusters that stories joined, once these are saved; drop those that all left."""
    touched = sorted({*joined, *left})
    if not touched:
        return
    connection.execute(sa.text(_COUNT), {"clusters": touched})
    empty = ~sa.exists().where(Article.cluster_id == Cluster.id)
    gone = sa.delete(Cluster).where(any_of(Cluster.id, touched, sa.Uuid), empty)
    connection.execute(gone)


def prune(connection: sa.Connection, now: dt.datetime) -> int:
    """Drop the bands of stories too old to be met again; return how many."""
    newest = sa.select(sa.func.max(Article.nr)).where(Article.first_seen_at < now - WINDOW)
    last = connection.scalar(newest)
    if last is None:
        return 0
    return connection.execute(sa.delete(Band).where(Band.article_nr <= last)).rowcount


def _near(story: StoryState, signature: Signature) -> Near:
    return Near(
        story.nr, story.id, story.row.get("cluster_id"), story.row["first_seen_at"], signature
    )
