"""The change feed: what happened, in the order of commits, without gaps; and articles to publish.

A reader keeps one number and asks for what comes after it. `seq` is given under the writer's lock,
so whoever sees n has seen everything before n, or can.
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from store.arrays import any_of
from store.engine import run
from store.save import SEQ
from store.schema import Article, Change, Counter, Entity, Mention, Version
from wire.messages import Article as ArticleMessage
from wire.messages import ArticleEntity, Dateline, DatelinePlace

# The counter that says how far wire.articles is.
RELAYED: Final = "relayed"
# Between two looks of a follower; a change is news for people, who read no faster.
_LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of the feed."""

    seq: int
    article_id: UUID
    revision: int
    kind: str
    at: dt.datetime


def since(engine: sa.Engine, seq: int, limit: int = 1_000) -> list[ChangeRow]:
    """Return up to `limit` changes after `seq`, in order."""
    return run(engine, lambda connection: read(connection, seq, limit))


def follow(
    engine: sa.Engine,
    seq: int,
    *,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[ChangeRow]:
    """Yield changes after `seq` as they are committed, until `stop` says so."""
    while not stop():
        found = since(engine, seq)
        yield from found
        if found:
            seq = found[-1].seq
        else:
            sleep(_LOOK_S)


def last(engine: sa.Engine) -> int:
    """Return the number of the latest change; 0 before the first."""
    return run(engine, lambda connection: counter(connection, SEQ))


def relayed(engine: sa.Engine) -> bool:
    """Say whether wire.articles has every change."""

    def work(connection: sa.Connection) -> bool:
        return counter(connection, RELAYED) >= counter(connection, SEQ)

    return run(engine, work)


def counter(connection: sa.Connection, name: str) -> int:
    """Return a counter's value; 0 where it was never set."""
    return connection.scalar(sa.select(Counter.value).where(Counter.name == name)) or 0


def articles(
    connection: sa.Connection, changes: Sequence[ChangeRow]
) -> dict[int, ArticleMessage | None]:
    """Return, by seq, the article that each change leaves, as it stands now.

    Only the last change of an article in `changes` is told: wire.articles is compacted, and what
    stands now stands for what came before. None where there is no such article any more.
    """
    latest = {change.article_id: change for change in changes}
    rows = _rows(connection, list(latest))
    named = _entities(connection, [row.nr for row in rows.values() if row.pub_status == "usable"])
    return {
        change.seq: _message(change, rows.get(article_id), named)
        for article_id, change in latest.items()
    }


def read(connection: sa.Connection, seq: int, limit: int) -> list[ChangeRow]:
    """Return up to `limit` changes after `seq`, in the transaction of `connection`."""
    query = (
        sa.select(Change.seq, Change.article_id, Change.revision, Change.kind, Change.at)
        .where(Change.seq > seq)
        .order_by(Change.seq)
        .limit(limit)
    )
    return [ChangeRow(*row) for row in connection.execute(query)]


def _rows(connection: sa.Connection, ids: Sequence[UUID]) -> dict[UUID, Any]:
    query = (
        sa.select(
            Article.__table__,
            Version.headline,
            Version.subheadline,
            Version.body,
            Version.ed_note,
        )
        .join(
            Version,
            sa.and_(Version.article_nr == Article.nr, Version.revision == Article.revision),
        )
        .where(any_of(Article.id, ids, sa.Uuid))
    )
    return {row.id: row for row in connection.execute(query)}


def _entities(connection: sa.Connection, nrs: Sequence[int]) -> dict[int, list[ArticleEntity]]:
    count = sa.func.count().label("mentions")
    named = aliased(Entity)
    query = (
        sa.select(
            Mention.article_nr,
            Entity.id.label("entity_id"),
            Entity.label,
            Entity.name,
            Entity.country,
            Entity.geoname_id,
            count,
        )
        .join(named, named.nr == Mention.entity_nr)
        .join(Entity, Entity.id == sa.func.coalesce(named.merged_into, named.id))
        .join(
            Article,
            sa.and_(Article.nr == Mention.article_nr, Article.revision == Mention.revision),
        )
        .where(any_of(Mention.article_nr, nrs, sa.BigInteger))
        .group_by(Mention.article_nr, Entity.nr)
        .order_by(Mention.article_nr, count.desc(), Entity.name)
    )
    found: dict[int, list[ArticleEntity]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.article_nr].append(
            ArticleEntity(
                id=row.entity_id,
                label=row.label,
                name=row.name,
                country=row.country,
                geoname_id=row.geoname_id,
                mentions=row.mentions,
            )
        )
    return found


def _message(
    change: ChangeRow, row: Any, named: dict[int, list[ArticleEntity]]
) -> ArticleMessage | None:
    if row is None:
        return None
    # what stands here stays, whatever becomes of the text
    bare = ArticleMessage(
        id=row.id,
        seq=change.seq,
        change=change.kind,
        revision=row.revision,
        pub_status=row.pub_status,
        publisher=row.publisher,
        agency=row.agency,
        agency_basis=row.agency_basis,
        url=row.url,
        first_seen_at=row.first_seen_at,
        embargoed_until=row.embargoed_until,
        cluster_id=row.cluster_id,
        chain_id=row.chain_id,
        replaces=row.replaces,
        is_latest=row.is_latest,
    )
    if row.pub_status != "usable":
        return bare
    return bare.model_copy(update=_told(row) | {"entities": tuple(named.get(row.nr, ()))})


def _told(row: Any) -> dict[str, Any]:
    """Return the fields of the message that tell of the text."""
    plain = (
        "headline",
        "subheadline",
        "body",
        "body_kind",
        "byline",
        "language",
        "section",
        "genre",
        "urgency",
        "signal",
        "update_number",
        "ed_note",
        "published_at",
        "published_precision",
        "updated_at",
        "focus_country",
    )
    return {name: getattr(row, name) for name in plain} | {
        "content_sha256": cast("bytes", row.content_sha256).hex(),
        "dateline": _dateline(row),
    }


def _dateline(row: Any) -> Dateline | None:
    if row.dateline_raw is None:
        return None
    return Dateline(
        raw=row.dateline_raw,
        place=row.dateline_place,
        region=row.dateline_region,
        name=row.dateline_name,
        country=row.dateline_country,
        lat=row.dateline_lat,
        lon=row.dateline_lon,
        geoname_id=row.dateline_geoname_id,
        date=row.dateline_date,
        agency=row.dateline_agency,
        places=tuple(DatelinePlace(**place) for place in row.dateline_places or ()),
    )
