"""What may be kept of whose copy: the rights of agencies and feeds, and how a text obeys them.

A feed's own word overrides its agency's, and of several feeds the narrowest holds; a page that asks
not to be archived lowers what is kept to its lead. The rights themselves are rows, laid by `init`
from seeds/agencies.toml. What they leave of a text is decided before it is stored, so that views,
wire.articles and exports obey without knowing of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.engine import run
from store.locks import Lock, lock_transaction
from store.schema import AgencyRights, Article, Counter, Feed
from wire.messages import BodyKind

Store = Literal["full", "lead", "metadata"]

# The counter of the last story that obeys the rights as they are now; none where all of them do.
SWEPT: Final = "rights_swept"
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

    def of(self, agency: str | None, feed_urls: Iterable[str], *, noarchive: bool) -> Rights:
        """Return the rights of a story of `agency` that came by these feeds: the narrowest."""
        own = self.agencies.get(agency or "", Rights())
        told = [self._by_feed(own, url) for url in sorted(feed_urls)] or [own]
        store = min((each.store for each in told), key=_ORDER.index)
        limits = [each.keep_days for each in told if each.keep_days is not None]
        terms = [each.terms_url for each in told if each.terms_url not in (None, own.terms_url)]
        return Rights(
            least(store, "lead") if noarchive else store,
            min(limits, default=None),
            terms[0] if terms else own.terms_url,
        )

    def _by_feed(self, own: Rights, feed_url: str) -> Rights:
        store, keep_days, terms_url = self.feeds.get(feed_url, (None, None, None))
        return Rights(
            store or own.store,
            own.keep_days if keep_days is None else keep_days,
            terms_url or own.terms_url,
        )


def store_named(name: str | None) -> Store | None:
    """Return what `name` says is kept, None where it says nothing."""
    return next((each for each in _ORDER if each == name), None)


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


def cut(connection: sa.Connection, nrs: Sequence[int], store: Store) -> None:
    """Cut the stored texts of stories to what may be kept, and what was found beyond it."""
    connection.execute(sa.text(_CUT_TEXTS), {"nrs": sorted(nrs), "store": store})
    connection.execute(sa.text(_CUT_MENTIONS), {"nrs": sorted(nrs)})


_CUT_TEXTS: Final = """
UPDATE wire_data.article_versions
SET body = CASE WHEN :store = 'lead' THEN split_part(body, chr(10), 1) END
WHERE article_nr = ANY(CAST(:nrs AS bigint[])) AND body IS NOT NULL
  AND (:store = 'metadata' OR position(chr(10) IN body) > 0)
"""
_CUT_MENTIONS: Final = """
DELETE FROM wire_data.mentions m USING wire_data.article_versions v
WHERE m.article_nr = ANY(CAST(:nrs AS bigint[])) AND NOT m.in_headline
  AND v.article_nr = m.article_nr AND v.revision = m.revision
  AND m.end_char > coalesce(char_length(v.body), 0)
"""


def set_agencies(engine: sa.Engine, rights: Iterable[tuple[str, Rights]]) -> None:
    """Lay the agencies' rights as given; an agency that is not among them has none of its own.

    What is stored already is made to obey by the keeper, who goes through it all anew.
    """
    wanted = dict(rights)

    def work(connection: sa.Connection) -> None:
        # no writer may store by the old rights what the keeper has already passed
        lock_transaction(connection, Lock.WRITER)
        there = load(connection).agencies
        if there == wanted:
            return
        gone = sorted(set(there) - set(wanted))
        connection.execute(sa.delete(AgencyRights).where(AgencyRights.agency.in_(gone)))
        rows = [{"agency": agency, **asdict(kept)} for agency, kept in sorted(wanted.items())]
        if rows:
            insert = pg.insert(AgencyRights)
            fields = {name: insert.excluded[name] for name in ("store", "keep_days", "terms_url")}
            connection.execute(
                insert.on_conflict_do_update(index_elements=["agency"], set_=fields), rows
            )
        _go_through_all(connection)

    run(engine, work)


def set_feed(
    engine: sa.Engine,
    url: str,
    *,
    store: Store | None = None,
    keep_days: int | None = None,
    terms_url: str | None = None,
) -> bool:
    """Override the rights of one feed, None for its agency's; say whether there is such a feed."""
    change = (
        sa.update(Feed)
        .where(Feed.url == url)
        .values(store=store, keep_days=keep_days, terms_url=terms_url)
    )

    def work(connection: sa.Connection) -> bool:
        lock_transaction(connection, Lock.WRITER)
        found = connection.execute(change).rowcount == 1
        _go_through_all(connection)
        return found

    return run(engine, work)


def unswept(connection: sa.Connection, limit: int) -> tuple[list[sa.RowMapping], int | None]:
    """Return stories whose rights are to be looked at again, and the last one's number.

    None for the number: there are no more after these.
    """
    passed = connection.scalar(sa.select(Counter.value).where(Counter.name == SWEPT))
    if passed is None:
        return [], None
    columns = (Article.nr, Article.id, Article.agency, Article.feeds)
    kept = (Article.store, Article.keep_days, Article.terms_url)
    query = sa.select(*columns, *kept).where(Article.nr > passed).order_by(Article.nr).limit(limit)
    rows = list(connection.execute(query).mappings())
    return rows, rows[-1]["nr"] if len(rows) == limit else None


def swept(connection: sa.Connection, last: int | None) -> None:
    """Note up to which story rights are obeyed; None where all of them do."""
    mine = Counter.name == SWEPT
    if last is None:
        connection.execute(sa.delete(Counter).where(mine))
    else:
        connection.execute(sa.update(Counter).where(mine).values(value=last))


def _go_through_all(connection: sa.Connection) -> None:
    insert = pg.insert(Counter).values(name=SWEPT, value=0)
    anew = insert.on_conflict_do_update(index_elements=[Counter.name], set_={"value": 0})
    connection.execute(anew)
