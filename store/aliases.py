"""Names of stories: which story a guid or an address means, given once and for good.

Many pollers ask at once; inserts are sorted by key, so they never deadlock, and whoever comes
second reads what the first one wrote. Names live outside the writer's lock: they are committed
before the entries that carry their ids are published.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store import barred
from store.arrays import any_of, literal
from store.engine import run
from store.schema import Alias, Merged


@dataclass(frozen=True, slots=True)
class AliasRequest:
    """The names of one entry, strongest first, and the id it gets if none of them is known."""

    names: tuple[str, ...]
    story_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Resolved:
    """Which story an entry is, and when that story's first name was seen.

    One that was forgotten is not to be asked for.
    """

    story_id: uuid.UUID
    first_seen_at: dt.datetime
    forgotten: bool = False


def url_name(url: str) -> str:
    """Return the name that an address of a story is: of its entry, its page, its canonical link."""
    return f"url:{url}"


def guid_name(scope: str, guid: str) -> str:
    """Return the name that a guid is within its agency, or within its feed's host without one."""
    return f"guid:{scope}:{guid}"


def digest(name: str) -> uuid.UUID:
    """Return the key of a name: the first half of its SHA-256."""
    return uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16])


def resolve_aliases(
    engine: sa.Engine, requests: Sequence[AliasRequest], now: dt.datetime
) -> list[Resolved]:
    """Return which story each request is; names that were not known point to it from now on.

    The strongest known name wins; the same names twice in one call give one story.
    """
    if not requests:
        return []
    return run(engine, lambda connection: _resolve_known(connection, requests, now))


def known(connection: sa.Connection, names: Iterable[str]) -> dict[str, Resolved]:
    """Return the stories that these names mean, merged ones answered with the older story."""
    by_digest = {digest(name): name for name in names}
    query = (
        sa.select(
            Alias.digest,
            sa.func.coalesce(Merged.into_id, Alias.story_id).label("story_id"),
            Alias.at,
        )
        .outerjoin(Merged, Merged.id == Alias.story_id)
        .where(any_of(Alias.digest, sorted(by_digest), sa.Uuid))
    )
    return {
        by_digest[row.digest]: Resolved(row.story_id, row.at) for row in connection.execute(query)
    }


def add(connection: sa.Connection, names: Mapping[str, uuid.UUID], now: dt.datetime) -> set[str]:
    """Let `names` mean these stories where they mean none yet; return those that were new."""
    if not names:
        return set()
    ordered = sorted((digest(name), name, story_id) for name, story_id in names.items())
    insert = (
        pg.insert(Alias)
        .from_select(
            ["digest", "name", "story_id", "at"],
            sa.text(
                "SELECT d, n, s, CAST(:at AS timestamptz) FROM unnest(CAST(:digests AS uuid[]),"
                " CAST(:names AS text[]), CAST(:stories AS uuid[])) AS t(d, n, s)"
            ).columns(),
        )
        .on_conflict_do_nothing()
        .returning(Alias.name)
    )
    digests, spelt, stories = zip(*ordered, strict=True)
    parameters = {
        "at": now,
        "digests": literal(digests),
        "names": literal(spelt),
        "stories": literal(stories),
    }
    return set(connection.execute(insert, parameters).scalars())


def _resolve_known(
    connection: sa.Connection, requests: Sequence[AliasRequest], now: dt.datetime
) -> list[Resolved]:
    """Resolve the requests but for those of which a name was forgotten: these get no rows."""
    names = {request: (*request.names, barred.story_name(request.story_id)) for request in requests}
    gone = barred.among(connection, (name for each in names.values() for name in each))
    wanted = [request for request in requests if not gone.intersection(names[request])]
    answers = iter(_resolve(connection, wanted, now) if wanted else ())
    return [
        Resolved(request.story_id, now, forgotten=True)
        if gone.intersection(names[request])
        else next(answers)
        for request in requests
    ]


def _resolve(
    connection: sa.Connection, requests: Sequence[AliasRequest], now: dt.datetime
) -> list[Resolved]:
    there = known(connection, (name for request in requests for name in request.names))
    chosen, fresh = _choose(requests, there, now)
    new = add(connection, fresh, now)
    if len(new) < len(fresh):
        # another poller was first with some of them: what it wrote holds
        there |= known(connection, fresh)
        chosen, _ = _choose(requests, there, now)
    return chosen


def _choose(
    requests: Sequence[AliasRequest], there: Mapping[str, Resolved], now: dt.datetime
) -> tuple[list[Resolved], dict[str, uuid.UUID]]:
    """Return each request's story, and the names that are new with theirs."""
    meant = dict(there)
    fresh: dict[str, uuid.UUID] = {}
    chosen = []
    for request in requests:
        found = next((meant[name] for name in request.names if name in meant), None)
        resolved = found or Resolved(request.story_id, now)
        for name in request.names:
            if name not in meant:
                meant[name] = resolved
                fresh[name] = resolved.story_id
        chosen.append(resolved)
    return chosen, fresh
