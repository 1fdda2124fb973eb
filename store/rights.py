"""What may be kept of whose copy: the rights of agencies and feeds, and how a text obeys them.

A feed's own word overrides its agency's; a page that asks not to be archived lowers what is kept to
its lead. The rights themselves are rows, laid by `init` from seeds/agencies.toml; obeying them is
pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.engine import run
from store.schema import AgencyRights, Feed
from wire.messages import BodyKind

Store = Literal["full", "lead", "metadata"]

# From least kept to most.
_ORDER: Final[tuple[Store, ...]] = ("metadata", "lead", "full")


@dataclass(frozen=True, slots=True)
class Rights:
    """What is kept of a text, for how many days (None: for good), and the terms that say so."""

    store: Store = "full"
    keep_days: int | None = None
    terms_url: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """All rights that are set, by agency and by feed."""

    agencies: dict[str, Rights]
    feeds: dict[str, tuple[Store | None, int | None, str | None]]

    def of(self, agency: str | None, feed_url: str | None, *, noarchive: bool) -> Rights:
        """Return the rights of a story of `agency` that came by the feed at `feed_url`."""
        rights = self.agencies.get(agency or "", Rights())
        store, keep_days, terms_url = self.feeds.get(feed_url or "", (None, None, None))
        kept: Store = store or rights.store
        return Rights(
            least(kept, "lead") if noarchive else kept,
            rights.keep_days if keep_days is None else keep_days,
            terms_url or rights.terms_url,
        )


def least(one: Store, other: Store) -> Store:
    """Return the one of the two that keeps less."""
    return min(one, other, key=_ORDER.index)


def kept_body(body: str, store: Store) -> str | None:
    """Return what of `body` may be kept; None for nothing of it."""
    if store == "full":
        return body
    return body.partition("\n")[0] if store == "lead" else None


def kept_kind(body_kind: BodyKind, store: Store) -> BodyKind:
    """Return what a text is once it was cut to what may be kept."""
    if store == "metadata":
        return "none"
    return "lead" if store == "lead" and body_kind == "full" else body_kind


def load(connection: sa.Connection) -> Book:
    """Read all rights that are set."""
    agencies = {
        row.agency: Rights(row.store, row.keep_days, row.terms_url)
        for row in connection.execute(sa.select(AgencyRights.__table__))
    }
    special = sa.select(Feed.url, Feed.store, Feed.keep_days, Feed.terms_url).where(
        sa.func.num_nonnulls(Feed.store, Feed.keep_days, Feed.terms_url) > 0
    )
    feeds = {
        row.url: (row.store, row.keep_days, row.terms_url) for row in connection.execute(special)
    }
    return Book(agencies, feeds)


def set_agencies(engine: sa.Engine, rights: Iterable[tuple[str, Rights]]) -> None:
    """Lay the agencies' rights as given; an agency that is not among them has none of its own."""
    rows = [
        {
            "agency": agency,
            "store": kept.store,
            "keep_days": kept.keep_days,
            "terms_url": kept.terms_url,
        }
        for agency, kept in sorted(rights, key=lambda pair: pair[0])
    ]

    def work(connection: sa.Connection) -> None:
        names = [row["agency"] for row in rows]
        connection.execute(sa.delete(AgencyRights).where(AgencyRights.agency.not_in(names)))
        if rows:
            insert = pg.insert(AgencyRights)
            fields = {name: insert.excluded[name] for name in ("store", "keep_days", "terms_url")}
            connection.execute(
                insert.on_conflict_do_update(index_elements=["agency"], set_=fields), rows
            )

    run(engine, work)


def set_feed(engine: sa.Engine, url: str, rights: Sequence[object]) -> bool:
    """Override the rights of one feed with (store, keep_days, terms_url), None for the agency's."""
    store, keep_days, terms_url = rights
    change = (
        sa.update(Feed)
        .where(Feed.url == url)
        .values(store=store, keep_days=keep_days, terms_url=terms_url)
    )
    return run(engine, lambda connection: connection.execute(change).rowcount) == 1
