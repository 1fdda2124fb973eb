"""The keeper: one at a time, it does what time asks for.

Relays committed changes to wire.articles, releases embargoes, obeys changed rights, asks for pages
again, publishes anew what came to nothing, learns furniture, takes away what was kept long enough.
Which keeper is at work is decided by an advisory lock that its session holds: another one stands by
and takes over when the session ends. What is published is acknowledged before the database is told,
so a keeper that dies in between publishes again, and never leaves out. Runs in one thread.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store import (
    awaited,
    changes,
    clusters,
    counting,
    furniture,
    kills,
    politeness,
    polls,
    revisits,
    timed,
)
from store.engine import away_is_wait, run
from store.locks import Lock, try_session_lock
from store.schema import Counter
from wire import faults
from wire.bus import Outgoing
from wire.messages import Entry, Furniture
from wire.settings import Settings
from wire.topics import Topics

Learn = Callable[[Sequence[Sequence[str]], Sequence[str]], Sequence[str]]

# What is not urgent is looked at this often.
_SELDOM: Final = dt.timedelta(minutes=1)
_RARELY: Final = dt.timedelta(minutes=10)
# Entries that left their feed's window are remembered this long: feeds shrink and grow again.
_REMEMBER_GONE: Final = dt.timedelta(days=30)
# A host not asked for this long may be asked at once.
_FORGET_HOSTS: Final = dt.timedelta(days=1)
# A session at work is asked something at each tick, and the longest tick waits for Kafka a minute
# or two; a keeper that is silent for longer is frozen, and another is to take over.
_SILENT_S: Final = 180
# Pages asked for, entries resent, hosts learned from in one tick: ticks stay short.
_REVISITS: Final = 200
_RESENT: Final = 200
_HOSTS: Final = 5
# Stories taken away in one transaction: the writer waits for it, so it is over in a moment.
_RETAINED: Final = 200


@dataclass(slots=True)
class Ticked:
    """What a tick did; `standing_by` where another keeper is at work."""

    standing_by: bool = False
    relayed: int = 0
    released: int = 0
    narrowed: int = 0
    revisited: int = 0
    republished: int = 0
    learned: int = 0
    retained: int = 0
    counted: int = 0
    pruned: int = 0

    @property
    def idle(self) -> bool:
        """Say whether there was nothing to do."""
        return not any(getattr(self, each.name) for each in fields(self))


class Keeper:
    """Does the keeper's duties at each `tick`.

    `publish` returns when all is acknowledged; `learn` finds the furniture in bodies' lines
    (extract's knowledge), without it nothing is learned.
    """

    def __init__(
        self,
        engine: sa.Engine,
        publish: Callable[[Sequence[Outgoing]], None],
        settings: Settings,
        learn: Learn | None = None,
    ) -> None:
        self._engine = engine
        self._publish = publish
        self._settings = settings
        self._learn = learn
        self._topics = Topics(settings.kafka.prefix)
        self._session: sa.Connection | None = None
        self._next: dict[str, dt.datetime] = {}

    def tick(self, now: dt.datetime) -> Ticked:
        """Do what is due at `now`, if no other keeper is at work.

        Raises:
            Wait: the broker or the database is away; the next tick takes it up again.
        """
        if not self._at_work():
            return Ticked(standing_by=True)
        done = Ticked(
            released=timed.release_embargoes(self._engine, now),
            revisited=self._ask_again(now),
            narrowed=timed.obey_rights(self._engine, now),
        )
        if self._is_time("seldom", now, _SELDOM):
            done.republished = self._republish(now)
        if self._is_time("retain", now, _SELDOM):
            done.retained = timed.retain(self._engine, now, _RETAINED)
            if done.retained == _RETAINED:
                # there is more: the next tick goes on, and the writer comes between
                self._next["retain"] = now
        if self._is_time("rarely", now, _RARELY):
            done.learned = self._learn_furniture(now)
            done.counted = counting.count(self._engine)
            done.pruned = self._prune(now)
        done.relayed = self._relay()
        return done

    def close(self) -> None:
        """Let another keeper take over; safe to repeat."""
        if self._session is not None:
            # the lock lives as long as the session, and the pool would keep that
            self._session.invalidate()
            self._session.close()
            self._session = None

    def _at_work(self) -> bool:
        """Say whether this keeper holds the lock, taking it if it is free."""
        try:
            with away_is_wait():
                if self._session is None:
                    self._session = self._engine.connect()
                    held = try_session_lock(self._session, Lock.KEEPER)
                    self._session.exec_driver_sql(f"SET idle_session_timeout = '{_SILENT_S}s'")
                else:
                    held = self._session.scalar(sa.text("SELECT true")) is True
                self._session.commit()
        except BaseException:
            self.close()
            raise
        if not held:
            self.close()
        return held

    def _is_time(self, duty: str, now: dt.datetime, every: dt.timedelta) -> bool:
        if now < self._next.get(duty, now):
            return False
        self._next[duty] = now + every
        return True

    def _relay(self) -> int:
        """Publish the articles that changed, a batch at a time, until wire.articles has all."""
        total = 0
        while True:
            found = run(self._engine, self._unrelayed)
            if not found.last:
                return total
            self._publish(found.messages)
            faults.point("keeper", "relayed")
            run(self._engine, partial(_set_relayed, seq=found.last))
            total += found.count

    def _unrelayed(self, connection: sa.Connection) -> "_Relayed":
        after = changes.counter(connection, changes.RELAYED)
        found = changes.read(connection, after, self._settings.keeper.relay_batch)
        told = changes.articles(connection, found)
        topic = self._topics.articles
        ids = {change.seq: change.article_id for change in found}
        messages = [
            Outgoing(topic, str(ids[seq]).encode(), article.to_json() if article else None)
            for seq, article in sorted(told.items())
        ]
        return _Relayed(messages, len(found), found[-1].seq if found else 0)

    def _ask_again(self, now: dt.datetime) -> int:
        due = run(self._engine, lambda connection: revisits.due(connection, now, _REVISITS))
        if due:
            self._publish([self._entry(revisit.entry.host, revisit.entry) for revisit in due])
            after_s = self._settings.poll.revisit_after_s
            run(self._engine, lambda connection: revisits.asked(connection, due, after_s, now))
        return len(due)

    def _republish(self, now: dt.datetime) -> int:
        late = now - dt.timedelta(seconds=self._settings.keeper.reconcile_after_s)
        found = awaited.overdue(self._engine, late, _RESENT)
        if found:
            topic = self._topics.entries
            self._publish([Outgoing(topic, _host(each.entry), each.entry) for each in found])
            awaited.resent(self._engine, [each.story_id for each in found], now)
        return len(found)

    def _learn_furniture(self, now: dt.datetime) -> int:
        if self._learn is not None:
            for known in furniture.due(self._engine, now, _HOSTS):
                lines = self._learn(furniture.bodies(self._engine, known.host, now), known.lines)
                furniture.learned(self._engine, known, lines, now)
        found = furniture.unpublished(self._engine)
        if found:
            self._publish([self._furniture(known) for known in found])
            furniture.published(self._engine, found)
        return len(found)

    def _prune(self, now: dt.datetime) -> int:
        seen = polls.prune_seen(self._engine, now - _REMEMBER_GONE)
        hosts = politeness.prune_hosts(self._engine, now - _FORGET_HOSTS)
        buried = run(self._engine, partial(kills.prune, now=now))
        return seen + hosts + buried + run(self._engine, partial(clusters.prune, now=now))

    def _entry(self, host: str, entry: Entry) -> Outgoing:
        return Outgoing(self._topics.entries, host.encode(), entry.to_json())

    def _furniture(self, known: furniture.Known) -> Outgoing:
        told = Furniture(
            host=known.host, epoch=known.epoch, lines=known.lines, stories=known.stories
        )
        return Outgoing(self._topics.furniture, known.host.encode(), told.to_json())


@dataclass(frozen=True, slots=True)
class _Relayed:
    messages: list[Outgoing]
    count: int
    last: int  # seq; 0 where there is nothing to relay


def _set_relayed(connection: sa.Connection, seq: int) -> None:
    insert = pg.insert(Counter).values(name=changes.RELAYED, value=seq)
    further = sa.func.greatest(Counter.value, insert.excluded.value)
    connection.execute(
        insert.on_conflict_do_update(index_elements=[Counter.name], set_={"value": further})
    )


def _host(entry: bytes) -> bytes:
    return Entry.model_validate_json(entry).host.encode()
