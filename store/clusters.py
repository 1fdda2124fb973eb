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
from uuid import UUID, uuid5

import sqlalchemy as sa

from store.arrays import any_of
from store.copying import copy_in
from store.meeting import meeting
from store.save import Changed
from store.schema import Article, Band, Cluster
from store.schema import Signature as SignatureRow
from store.similarity import COMPARED, Signature, alike, compared, jaccard
from store.story import StoryState

# Copy is syndicated within days; the same words later are another story's background.
WINDOW: Final = dt.timedelta(days=7)
# A story whose new text shares this many of all words with its former one tells the same.
_STILL: Final = 0.4


@dataclass(frozen=True, slots=True)
class Near:
    """A stored or new story with a body like another's."""

    nr: int
    id: UUID
    cluster_id: UUID | None
    first_seen_at: dt.datetime
    since: dt.datetime | None  # the first sight of its cluster's first story
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
        self._bands = {nr: near.signature.bands for nr, near in self._new.items()}
        self._moved: dict[UUID, UUID | None] = {}  # None: in no cluster any more
        self._since: dict[UUID, dt.datetime] = {}  # cluster → when its first story was first seen
        self._left: set[UUID] = set()  # clusters that were merged into others

    def join(self) -> list[Changed]:
        """Find each story's near-duplicates and put them in one cluster; return who moved."""
        met = meeting(self._connection, self._bands)
        stored = {other for others in met.values() for other in others} - set(self._new)
        found = self._stored(stored) | self._new
        for nr, near in sorted(self._new.items()):
            others = [found[other] for other in met[nr] if other in found]
            twins = [other for other in others if alike(near.signature, other.signature)]
            self._leave(near, twins)
            self._unite(near, twins)
        return self._tell()

    def _stored(self, nrs: Iterable[int]) -> dict[int, Near]:
        query = (
            sa.select(
                Article.nr,
                Article.id,
                Article.cluster_id,
                Article.first_seen_at,
                Cluster.first_seen_at.label("since"),
                *(getattr(SignatureRow, name) for name in COMPARED),
            )
            .join(SignatureRow, SignatureRow.article_nr == Article.nr)
            .outerjoin(Cluster, Cluster.id == Article.cluster_id)
            .where(
                any_of(Article.nr, sorted(nrs), sa.BigInteger),
                Article.first_seen_at > self._now - WINDOW,
            )
        )
        return {row["nr"]: _stored(row) for row in self._connection.execute(query).mappings()}

    def _unite(self, near: Near, twins: Sequence[Near]) -> None:
        """Put a story and its twins in one cluster: of several, the one that began first."""
        if not twins:
            return
        members = sorted([near, *twins], key=lambda m: (m.first_seen_at, m.nr))
        for member in members:
            cluster = self._cluster(member)
            if cluster is not None:
                self._since.setdefault(cluster, member.since or member.first_seen_at)
        clusters = {c for m in members if (c := self._cluster(m)) is not None}
        kept = min(clusters, key=lambda c: (self._since[c], c)) if clusters else self._free(members)
        self._since.setdefault(kept, members[0].first_seen_at)
        for cluster in sorted(clusters - {kept}):
            self._merge(cluster, kept)
        for member in members:
            self._moved[member.id] = kept

    def _free(self, members: Sequence[Near]) -> UUID:
        """Return an id for a new cluster: of the first of its stories that none is named after.

        A story that left the cluster which it began leaves its id there.
        """
        ids = [member.id for member in members]
        query = sa.select(Article.cluster_id).where(any_of(Article.cluster_id, ids, sa.Uuid))
        taken = set(self._connection.scalars(query)) | self._left
        return next((each for each in ids if each not in taken), uuid5(ids[0], str(ids[-1])))

    def _leave(self, near: Near, twins: Sequence[Near]) -> None:
        """Let a story go whose new text is no copy of its cluster's any more.

        One that was corrected or went on is still the story that the others copied.
        """
        cluster = self._cluster(near)
        if cluster is None or cluster in {self._cluster(twin) for twin in twins}:
            return
        former = self._stored([near.nr]).get(near.nr)
        if former is not None and jaccard(former.signature, near.signature) < _STILL:
            self._left.add(cluster)
            self._moved[near.id] = None

    def _cluster(self, member: Near) -> UUID | None:
        return self._moved.get(member.id, member.cluster_id)

    def _merge(self, cluster: UUID, kept: UUID) -> None:
        query = sa.select(Article.id).where(Article.cluster_id == cluster)
        self._left.add(cluster)
        moved: dict[UUID, UUID | None] = dict.fromkeys(self._connection.scalars(query), kept)
        # what left that cluster in this batch stays out of it
        moved = {key: to for key, to in moved.items() if key not in self._moved}
        held = {key: kept for key, value in self._moved.items() if value == cluster}
        self._moved |= moved
        self._moved |= held

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
                    "words": near.signature.words,
                    "minhash": near.signature.minhash,
                    "bands": list(near.signature.bands),
                    "figures": near.signature.figures,
                    "names": near.signature.names,
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
        rows = self._connection.execute(
            former.returning(SignatureRow.article_nr, SignatureRow.bands)
        )
        keys = [(band, row.article_nr) for row in rows for band in row.bands]
        if keys:
            gone = sa.delete(Band).where(sa.tuple_(Band.band, Band.article_nr).in_(keys))
            self._connection.execute(gone)

    def _tell(self) -> list[Changed]:
        """Give each story that moved its cluster; count the clusters that were touched."""
        elsewhere: defaultdict[UUID, list[UUID]] = defaultdict(list)
        moved = []
        for story_id, cluster in sorted(self._moved.items(), key=lambda pair: pair[0]):
            story = self._stories.get(story_id)
            if story is None:
                assert cluster is not None  # only stories of the batch have a new text
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
    def touched(self) -> set[UUID]:
        """Return the clusters that a story joined or left."""
        return {cluster for cluster in self._moved.values() if cluster is not None} | self._left


# Small as clusters are, they are counted anew whenever one of their stories comes or goes.
# What was withdrawn counts no more. The agency of a
# cluster is the one that most of its stories are credited to; of two, whose was filed first.
_COUNT: Final = """
WITH members AS (
  SELECT a.cluster_id, a.id, a.agency, a.agency_basis, a.first_seen_at,
    CASE WHEN a.published_precision IN ('second', 'minute') THEN a.published_at END AS filed_at
  FROM wire_data.articles a
  WHERE a.cluster_id = ANY(CAST(:clusters AS uuid[])) AND a.pub_status = 'usable'),
first AS (
  SELECT DISTINCT ON (cluster_id) cluster_id, id, coalesce(filed_at, first_seen_at) AS at,
    CASE WHEN filed_at IS NULL THEN 'seen' ELSE 'published' END AS basis
  FROM members ORDER BY cluster_id, coalesce(filed_at, first_seen_at), first_seen_at, id),
voted AS (
  SELECT cluster_id, agency, count(*) AS votes, min(coalesce(filed_at, first_seen_at)) AS at,
    (array_agg(agency_basis ORDER BY coalesce(filed_at, first_seen_at), id))[1] AS basis
  FROM members WHERE agency IS NOT NULL GROUP BY cluster_id, agency),
credited AS (
  SELECT DISTINCT ON (cluster_id) cluster_id, agency, basis
  FROM voted ORDER BY cluster_id, votes DESC, at, agency),
counted AS (
  SELECT cluster_id, count(*)::int AS size, min(first_seen_at) AS first_seen_at,
    max(first_seen_at) AS last_seen_at,
    array_remove(array_agg(DISTINCT agency ORDER BY agency), NULL) AS agencies
  FROM members GROUP BY cluster_id)
INSERT INTO wire_data.clusters (id, first_article_id, first_basis, first_at, credited_agency,
  credited_basis, size, first_seen_at, last_seen_at, agencies)
SELECT c.cluster_id, f.id, f.basis, f.at, k.agency, k.basis, c.size, c.first_seen_at,
  c.last_seen_at, c.agencies
FROM counted c JOIN first f USING (cluster_id) LEFT JOIN credited k USING (cluster_id)
ON CONFLICT (id) DO UPDATE SET first_article_id = EXCLUDED.first_article_id,
  first_basis = EXCLUDED.first_basis, first_at = EXCLUDED.first_at,
  credited_agency = EXCLUDED.credited_agency, credited_basis = EXCLUDED.credited_basis,
  size = EXCLUDED.size, first_seen_at = EXCLUDED.first_seen_at,
  last_seen_at = EXCLUDED.last_seen_at, agencies = EXCLUDED.agencies
"""


def turned(stories: Iterable[StoryState]) -> set[UUID]:
    """Return the clusters of stories that came to be usable, or are so no more."""
    return {
        story.row["cluster_id"]
        for story in stories
        if story.row.get("cluster_id") is not None
        and (story.loaded is None or story.loaded.row["pub_status"] != story.row["pub_status"])
    }


def count(connection: sa.Connection, touched: Iterable[UUID]) -> None:
    """Count clusters anew once their stories are saved; drop those of which nothing is left."""
    chosen = sorted(set(touched))
    if not chosen:
        return
    connection.execute(sa.text(_COUNT), {"clusters": chosen})
    usable = sa.and_(Article.cluster_id == Cluster.id, Article.pub_status == "usable")
    empty = ~sa.exists().where(usable)
    connection.execute(sa.delete(Cluster).where(any_of(Cluster.id, chosen, sa.Uuid), empty))


def prune(connection: sa.Connection, now: dt.datetime) -> int:
    """Drop the bands of stories too old to be met again; return how many."""
    newest = sa.select(sa.func.max(Article.nr)).where(Article.first_seen_at < now - WINDOW)
    last = connection.scalar(newest)
    if last is None:
        return 0
    return connection.execute(sa.delete(Band).where(Band.article_nr <= last)).rowcount


def _stored(row: sa.RowMapping) -> Near:
    signature = compared([row[name] for name in COMPARED])
    return Near(
        row["nr"], row["id"], row["cluster_id"], row["first_seen_at"], row["since"], signature
    )


def _near(story: StoryState, signature: Signature) -> Near:
    row = story.row
    return Near(story.nr, story.id, row.get("cluster_id"), row["first_seen_at"], None, signature)
