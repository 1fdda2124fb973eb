"""What waits in the database, and since when: cheap to ask, as the keeper asks every few seconds.

Reads only, in one short transaction. How much there is at all is in store/reader.py.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from store import changes
from store.engine import run
from store.save import SEQ

# Changes of the last minutes are counted among so many newest ones; more come in no such time.
_NEWEST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Dead:
    """Dead letters of one stage for one reason that wait for a person."""

    stage: str
    reason: str
    count: int
    newest_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits; each `…_since` is the oldest's time, None where nothing waits."""

    feeds_due: int  # and in nobody's hand
    feeds_due_since: dt.datetime | None
    awaited: int  # entries published that are neither row nor dead letter yet
    awaited_since: dt.datetime | None
    changed: int  # changes since the time that was asked for
    last_seq: int
    relayed_seq: int
    unrelayed_since: dt.datetime | None
    kills_pending: int
    kills_since: dt.datetime | None
    embargoes: int
    embargoes_unread: int  # withheld without a time that could be read
    dead_letters: tuple[Dead, ...]

    @property
    def unrelayed(self) -> int:
        """Changes that wire.articles has not yet."""
        return self.last_seq - self.relayed_seq


_FIGURES: Final = """
SELECT due.n AS feeds_due, due.since AS feeds_due_since, p.n AS awaited, p.since AS awaited_since,
  k.n AS kills_pending, k.since AS kills_since, e.embargoes, e.embargoes_unread,
  (SELECT count(*) FROM wire_data.changes WHERE seq > :last - :newest AND at >= :lately) AS changed,
  (SELECT at FROM wire_data.changes WHERE seq > :relayed ORDER BY seq LIMIT 1) AS unrelayed_since
FROM (SELECT count(*) AS n, min(next_poll_at) AS since FROM wire_data.feeds
    WHERE state = 'active' AND next_poll_at <= :now
      AND (lease_until IS NULL OR lease_until <= :now)) due,
  (SELECT count(*) AS n, min(published_at) AS since FROM wire_data.pending) p,
  (SELECT count(*) AS n, min(at) AS since FROM wire_data.kills_pending
    WHERE decided_at IS NULL) k,
  (SELECT count(embargoed_until) AS embargoes,
      count(*) FILTER (WHERE embargoed_until IS NULL AND signal = 'embargo') AS embargoes_unread
    FROM wire_data.articles WHERE pub_status = 'withheld') e
"""
_DEAD: Final = """
SELECT stage, reason, count(*), max(at) FROM wire_data.dead_letters
WHERE replayed_at IS NULL AND dropped_at IS NULL
GROUP BY stage, reason ORDER BY count(*) DESC, stage, reason
"""


def look(engine: sa.Engine, now: dt.datetime, lately: dt.datetime) -> Waits:
    """Return what waits at `now`, and how much changed since `lately`.

    Raises:
        Wait: the database is away.
    """

    def work(connection: sa.Connection) -> Waits:
        seqs = {
            "last": changes.counter(connection, SEQ),
            "relayed": changes.counter(connection, changes.RELAYED),
        }
        asked: dict[str, Any] = {"now": now, "lately": lately, "newest": _NEWEST, **seqs}
        figures = connection.execute(sa.text(_FIGURES), asked).mappings().one()
        dead = tuple(Dead(*row) for row in connection.execute(sa.text(_DEAD)))
        return Waits(
            **figures, last_seq=seqs["last"], relayed_seq=seqs["relayed"], dead_letters=dead
        )

    return run(engine, work)
