"""What people decide by hand: a story killed or brought back, a doubtful notice settled.

Each decision is one transaction under the writer's lock and leaves who, what and why in `audit`.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from store.amend import amend
from store.drafts import Row
from store.engine import run
from store.locks import Lock, lock_transaction
from store.schema import Audit, PendingKill
from store.story import StoryState, Withdrawn

_WITHDRAWN_BY_HAND: Final = "person"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that a person has to settle: which of the candidates it means, if any."""

    nr: int
    notice_id: UUID
    kind: str
    agency: str | None
    names_slug: str | None
    names_headline: str | None
    candidates: tuple[UUID, ...]
    reason: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Copy:
    """A story that still stands and is a copy of a killed one: a person judges it."""

    id: UUID
    publisher: str | None
    agency: str | None
    url: str
    of: UUID


# Whoever brings a copy back that was never taken out has judged it.
_COPIES: Final = """
SELECT DISTINCT ON (a.id) a.id, a.publisher, a.agency, a.url, k.id AS of
FROM wire_data.withdrawals w
JOIN wire_data.articles k ON k.id = w.article_id AND k.pub_status = 'canceled'
JOIN wire_data.articles a ON a.cluster_id = k.cluster_id AND a.pub_status = 'usable'
WHERE w.kind = 'kill' AND w.lifted_at IS NULL AND NOT EXISTS (
  SELECT FROM wire_data.audit u
  WHERE u.action = 'reinstate' AND u.target = a.id::text AND u.at >= w.at)
ORDER BY a.id, w.at DESC
"""


def copies(engine: sa.Engine) -> list[Copy]:
    """Return the stories that stand and are copies of killed ones, not judged yet."""
    rows = run(engine, lambda connection: connection.execute(sa.text(_COPIES)).all())
    return [Copy(*row) for row in rows]


def kill(engine: sa.Engine, story_id: UUID, *, who: str, reason: str, now: dt.datetime) -> bool:
    """Take a story out by hand; say whether there is such a story."""

    def withdraw(story: StoryState) -> None:
        story.withdraw(Withdrawn("kill", _WITHDRAWN_BY_HAND, now, who=who, reason=reason))

    return _decide(engine, story_id, withdraw, _told("kill", story_id, who, reason, now))


def reinstate(
    engine: sa.Engine, story_id: UUID, *, who: str, reason: str, now: dt.datetime
) -> bool:
    """Bring a withdrawn story back; the notices that withdrew it withdraw it no more.

    An embargo that has not ended still holds.
    """

    def bring_back(story: StoryState) -> None:
        story.lift_all(who)

    return _decide(engine, story_id, bring_back, _told("reinstate", story_id, who, reason, now))


def waiting(engine: sa.Engine) -> list[Waiting]:
    """Return the notices that nobody has settled yet, oldest first."""
    query = (
        sa.select(
            PendingKill.nr,
            PendingKill.notice_id,
            PendingKill.kind,
            PendingKill.agency,
            PendingKill.names_slug,
            PendingKill.names_headline,
            PendingKill.candidates,
            PendingKill.reason,
            PendingKill.at,
        )
        .where(PendingKill.decided_at.is_(None))
        .order_by(PendingKill.nr)
    )
    rows = run(engine, lambda connection: connection.execute(query).all())
    return [Waiting(*row[:6], tuple(row[6]), *row[7:]) for row in rows]


def settle(
    engine: sa.Engine, nr: int, meant: list[UUID], *, who: str, reason: str, now: dt.datetime
) -> bool:
    """Settle a waiting notice: it means these stories, or none; say whether it was waiting."""
    decided = (
        sa.update(PendingKill)
        .where(PendingKill.nr == nr, PendingKill.decided_at.is_(None))
        .values(decided_at=now, decision="meant" if meant else "dismissed", who=who)
        .returning(PendingKill.notice_id, PendingKill.kind)
    )

    def work(connection: sa.Connection) -> bool:
        lock_transaction(connection, Lock.WRITER)
        told = connection.execute(decided).one_or_none()
        if told is None:
            return False
        row = _told("settle", f"notice {told.notice_id}", who, reason, now)
        connection.execute(sa.insert(Audit), row)

        def withdraw(story: StoryState) -> None:
            named = Withdrawn(told.kind, "named", now, told.notice_id, who=who, reason=reason)
            story.withdraw(named)

        amend(connection, meant, withdraw, now)
        return True

    return run(engine, work)


def _decide(
    engine: sa.Engine, story_id: UUID, act: Callable[[StoryState], None], told: Row
) -> bool:
    def work(connection: sa.Connection) -> bool:
        lock_transaction(connection, Lock.WRITER)
        found = amend(connection, [story_id], act, told["at"]).found > 0
        if found:
            connection.execute(sa.insert(Audit), told)
        return found

    return run(engine, work)


def _told(action: str, target: object, who: str, reason: str, now: dt.datetime) -> Row:
    return {"at": now, "who": who, "action": action, "target": str(target), "reason": reason}
