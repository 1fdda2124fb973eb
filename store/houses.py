"""What a house filed about a time: the stored stories that a new one may be another take of."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from store.arrays import any_of
from store.schema import LATER_TAKE
from store.schema import Signature as SignatureRow
from store.similarity import COMPARED, Signature, compared
from store.takes import WINDOW, Take, grows, when

# What of a stored story decides about its links.
_COLUMNS: Final = (
    "id",
    "agency",
    "publisher",
    "language",
    "genre",
    "signal",
    "update_number",
    "published_at",
    "published_precision",
    "first_seen_at",
    "slug_key",
    "headline_key",
    "chain_id",
)
# A day may be all that is known of when a story was filed.
_ABOUT: Final = WINDOW + dt.timedelta(days=1)


def known(connection: sa.Connection, looking: Mapping[UUID, Take]) -> dict[UUID, Take]:
    """Return the stored stories that new ones may continue or be continued by.

    A later take may continue any story of its house, another story only a later take.
    """
    found: dict[UUID, Take] = {}
    for growing in (True, False):
        houses: dict[tuple[str, str | None], list[dt.datetime]] = {}
        for take in looking.values():
            if grows(take.row) == growing:
                house = (take.row["agency"], take.row["publisher"])
                houses.setdefault(house, []).append(when(take.row))
        if houses:
            found |= _filed(connection, houses, "" if growing else _LATER)
    return found


_LATER: Final = f"AND ({LATER_TAKE})"
# Two statements in one, as neither index serves an OR of the two times.
_FILED: Final = """
WITH house AS (SELECT * FROM unnest(CAST(:agencies AS text[]), CAST(:publishers AS text[]),
  CAST(:since AS timestamptz[]), CAST(:until AS timestamptz[]))
  AS house (agency, publisher, since, until)),
filed AS (
  SELECT a.* FROM house JOIN wire_data.articles a ON a.agency = house.agency
    AND a.publisher IS NOT DISTINCT FROM house.publisher
    AND a.published_at BETWEEN house.since AND house.until {later}
  UNION ALL
  SELECT a.* FROM house JOIN wire_data.articles a ON a.agency = house.agency
    AND a.publisher IS NOT DISTINCT FROM house.publisher AND a.published_at IS NULL
    AND a.first_seen_at BETWEEN house.since AND house.until {later})
SELECT {columns} FROM filed a LEFT JOIN wire_data.signatures s ON s.article_nr = a.nr
"""


def _filed(
    connection: sa.Connection,
    houses: Mapping[tuple[str, str | None], Sequence[dt.datetime]],
    later: str,
) -> dict[UUID, Take]:
    """Return what houses filed about those times."""
    spans = [(*house, *span) for house, times in houses.items() for span in _spans(times)]
    agencies, publishers, since, until = (list(column) for column in zip(*spans, strict=True))
    columns = [f"a.{name}" for name in _COLUMNS] + [f"s.{name}" for name in COMPARED]
    query = sa.text(_FILED.format(columns=", ".join(columns), later=later))
    parameters = {
        "agencies": agencies,
        "publishers": publishers,
        "since": since,
        "until": until,
    }
    takes = (_take(row) for row in connection.execute(query, parameters))
    return {take.row["id"]: take for take in takes}


def _take(values: Sequence[Any]) -> Take:
    """Return a row of the query: there may be thousands, so no column is looked up by name."""
    signed = values[len(_COLUMNS) :]
    row = dict(zip(_COLUMNS, values, strict=False))
    return Take(row, None if signed[0] is None else compared(signed))


def _spans(times: Iterable[dt.datetime]) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Yield the stretches of time about those times, overlapping ones as one."""
    since = until = None
    for time in sorted(times):
        if until is not None and time - _ABOUT <= until:
            until = time + _ABOUT
            continue
        if since is not None and until is not None:
            yield since, until
        since, until = time - _ABOUT, time + _ABOUT
    if since is not None and until is not None:
        yield since, until


def signatures(connection: sa.Connection, nrs: Sequence[int]) -> dict[int, Signature]:
    """Return the stored signatures of stories, without their bands, which chains don't use."""
    columns = [getattr(SignatureRow, name) for name in COMPARED]
    query = sa.select(SignatureRow.article_nr, *columns)
    rows = connection.execute(query.where(any_of(SignatureRow.article_nr, nrs, sa.BigInteger)))
    return {row[0]: compared(row[1:]) for row in rows}
