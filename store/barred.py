"""What must not come back: hashes of the names of what was forgotten, and whether a name is one.

A hash says nothing of what was forgotten to whoever does not know it, and is enough to know it
again: addresses and guids of stories (as in store/aliases.py), their ids, keys of entities.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.arrays import any_of
from store.schema import Forgotten


def story_name(story_id: UUID) -> str:
    """Return the name that a story's id is."""
    return f"story:{story_id}"


def entity_name(key: str) -> str:
    """Return the name that an entity's key is."""
    return f"entity:{key}"


def digest(name: str) -> bytes:
    """Return the hash by which a name is known again."""
    return hashlib.sha256(name.encode()).digest()


def among(connection: sa.Connection, names: Iterable[str]) -> set[str]:
    """Return those of `names` that were forgotten."""
    by_digest = {digest(name): name for name in names}
    query = sa.select(Forgotten.digest).where(any_of(Forgotten.digest, by_digest, pg.BYTEA))
    return {by_digest[found] for found in connection.scalars(query)} if by_digest else set()


def bar(connection: sa.Connection, kind: str, names: Iterable[str], now: dt.datetime) -> None:
    """Let `names` not come back."""
    rows = [{"digest": d, "kind": kind, "at": now} for d in sorted(set(map(digest, names)))]
    if rows:
        connection.execute(pg.insert(Forgotten).on_conflict_do_nothing(), rows)
