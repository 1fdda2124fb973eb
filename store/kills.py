"""Kills and holds by name: which story a notice means, and the notices whose story has not come.

A notice withdraws stories of its own agency on its own site: those that bear the slug or headline
it names and were not filed after it. Where there is none yet a tombstone waits for it; where it is
not sure which one is meant, a person decides. All of it runs under the writer's lock, so that a
kill and its story that are written at the same moment find each other whichever is first.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.arrays import any_of
from store.drafts import Draft, folded
from store.schema import Article, PendingKill, Tombstone
from store.story import Withdrawn

# A kill that finds no story waits this long for it.
GOOD_FOR: Final = dt.timedelta(hours=48)
# A slug is used again for another story; older ones than this are not meant.
_MEANT: Final = dt.timedelta(days=7)
# Warnings and flags by which extract tells what it read.
_DOUBTFUL: Final = "kill-doubtful"
_LIFTS: Final = "lifts-hold"
# Only of these it is known well enough which of two stories was filed first.
_PRECISE: Final = frozenset({"second", "minute"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A kill or hold that names another story, or the lifting of a hold."""

    id: UUID
    kind: Literal["kill", "hold", "lift"]
    agency: str | None
    publisher: str | None
    slug_key: str | None
    headline_key: str | None
    filed_at: dt.datetime | None  # None where it is not precisely known
    observed_at: dt.datetime
    doubtful: bool = False

    def means(self, drafted: Draft) -> bool:
        """Say whether `drafted` is a story that this notice names."""
        row = drafted.meta
        if drafted.id == self.id or notice(drafted) is not None:
            return False
        named = (self.slug_key is not None and row["slug_key"] == self.slug_key) or (
            self.headline_key is not None and row["headline_key"] == self.headline_key
        )
        return named and _same_house(self, row["agency"], row["publisher"]) and self._in_time(row)

    def _in_time(self, row: dict[str, object]) -> bool:
        filed_at = filed(row)
        later = self.filed_at is not None and filed_at is not None and filed_at > self.filed_at
        observed_at = row["observed_at"]
        assert isinstance(observed_at, dt.datetime)
        return not later and observed_at <= self.observed_at + GOOD_FOR

    def withdrawn(self, basis: str) -> Withdrawn:
        """Return what this notice does to the story that it means."""
        assert self.kind != "lift"
        return Withdrawn(self.kind, basis, self.observed_at, self.id)


def notice(drafted: Draft) -> Notice | None:
    """Return the notice that a draft is, if it is one that names a story."""
    story, signals = drafted.story, drafted.story.signals
    doubtful = _DOUBTFUL in story.warnings
    lifts = _LIFTS in story.flags
    if not (signals.names_slug or signals.names_headline):
        return None
    if not (lifts or doubtful or signals.kind in {"kill", "hold"}):
        return None
    kind: Literal["kill", "hold", "lift"] = (
        "lift" if lifts else "hold" if signals.kind == "hold" else "kill"
    )
    return Notice(
        id=drafted.id,
        kind=kind,
        agency=story.agency,
        publisher=story.publisher,
        slug_key=folded(signals.names_slug or ""),
        headline_key=folded(signals.names_headline or ""),
        filed_at=filed(drafted.meta),
        observed_at=story.observed_at,
        doubtful=doubtful,
    )


def filed(row: dict[str, object]) -> dt.datetime | None:
    """Return when a story was filed, where that is known to the minute."""
    published_at = row["published_at"] if row["published_precision"] in _PRECISE else None
    return published_at if isinstance(published_at, dt.datetime) else None


def waiting(connection: sa.Connection, drafts: Iterable[Draft]) -> list[Notice]:
    """Return the tombstones that may mean one of `drafts`."""
    rows = [drafted.meta for drafted in drafts]
    agencies = {row["agency"] for row in rows if row["agency"]}
    slugs = {row["slug_key"] for row in rows if row["slug_key"]}
    headlines = {row["headline_key"] for row in rows if row["headline_key"]}
    query = sa.select(Tombstone.__table__).where(
        any_of(Tombstone.agency, sorted(agencies), sa.Text),
        sa.or_(
            any_of(Tombstone.slug_key, sorted(slugs), sa.Text),
            any_of(Tombstone.headline_key, sorted(headlines), sa.Text),
        ),
    )
    return [
        Notice(
            id=row.notice_id,
            kind=row.kind,
            agency=row.agency,
            publisher=row.publisher,
            slug_key=row.slug_key,
            headline_key=row.headline_key,
            filed_at=row.filed_at,
            observed_at=row.observed_at,
        )
        for row in connection.execute(query)
    ]


def candidates(connection: sa.Connection, told: Notice) -> list[UUID]:
    """Return the stored stories that a notice may mean, newest first.

    Where some bear both the slug and the headline that it names, only those.
    """
    names = []
    if told.slug_key is not None:
        names.append(Article.slug_key == told.slug_key)
    if told.headline_key is not None:
        names.append(Article.headline_key == told.headline_key)
    query = (
        sa.select(Article.id, Article.slug_key, Article.headline_key)
        .where(
            Article.agency == told.agency,
            Article.publisher.is_not_distinct_from(told.publisher),
            sa.or_(*names),
            Article.id != told.id,
            Article.first_seen_at > told.observed_at - _MEANT,
            # notices about the same story bear its name too
            sa.or_(Article.signal.is_(None), Article.signal.not_in(["kill", "hold"])),
            Article.genre.is_distinct_from("advisory"),
        )
        .order_by(Article.first_seen_at.desc())
    )
    if told.filed_at is not None:
        precise = Article.published_precision.in_(sorted(_PRECISE))
        query = query.where(
            sa.or_(~precise, Article.published_at.is_(None), Article.published_at <= told.filed_at)
        )
    rows = connection.execute(query).all()
    named = (told.slug_key, told.headline_key)
    both = [row for row in rows if None not in named and (row[1], row[2]) == named]
    return [row.id for row in both or rows]


def bury(connection: sa.Connection, notices: Sequence[Notice]) -> None:
    """Let notices wait for stories that have not come."""
    rows = [
        {
            "notice_id": told.id,
            "kind": told.kind,
            "agency": told.agency,
            "publisher": told.publisher,
            "slug_key": told.slug_key,
            "headline_key": told.headline_key,
            "filed_at": told.filed_at,
            "observed_at": told.observed_at,
            "until": told.observed_at + GOOD_FOR,
        }
        for told in notices
        if told.agency and told.kind != "lift"
    ]
    if rows:
        connection.execute(pg.insert(Tombstone).on_conflict_do_nothing(), rows)


def unbury(connection: sa.Connection, met: Iterable[UUID]) -> None:
    """Drop the tombstones of notices that met their story: a substitute may follow."""
    connection.execute(sa.delete(Tombstone).where(any_of(Tombstone.notice_id, met, sa.Uuid)))


def ask(
    connection: sa.Connection, told: Notice, found: Sequence[UUID], reason: str, now: dt.datetime
) -> None:
    """Leave it to a person which of `found` a notice means, if any."""
    row = {
        "notice_id": told.id,
        "kind": "hold" if told.kind == "hold" else "kill",
        "agency": told.agency,
        "names_slug": told.slug_key,
        "names_headline": told.headline_key,
        "candidates": list(found),
        "reason": reason,
        "at": now,
    }
    connection.execute(pg.insert(PendingKill).values(row).on_conflict_do_nothing())


def prune(connection: sa.Connection, now: dt.datetime) -> int:
    """Drop tombstones that have waited long enough; return how many."""
    return connection.execute(sa.delete(Tombstone).where(Tombstone.until < now)).rowcount


def _same_house(told: Notice, agency: object, publisher: object) -> bool:
    """A republisher kills only its own copy, and nobody without an agency kills by name."""
    return told.agency is not None and (told.agency, told.publisher) == (agency, publisher)
