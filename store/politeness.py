"""Politeness across machines: a row per host gives out the next slot to whoever asks.

poll, fetch and backfill, in any number of processes, ask here before each request. A host's row
holds when the next request may start and the slots in use, each with the time at which it frees
itself should its holder die. The clock is the database's, so that machines need not agree.
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.engine import run
from store.schema import Host


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """A wish to ask `host`.

    `gap_s` is the least time between two requests to it, `concurrency` how many may be in the air,
    `hold_s` the longest that one may last: a slot whose holder died is free again then.
    """

    host: str
    gap_s: float
    concurrency: int
    hold_s: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """The answer: granted, ask the host after `wait_s`; not granted, come back after `wait_s`."""

    granted: bool
    wait_s: float
    slot: int  # to give back; 0 where none was granted


@dataclass(frozen=True, slots=True)
class HostState:
    """A host's row: when the next request may start, and the slots held until when."""

    next_at: dt.datetime
    held: tuple[tuple[int, dt.datetime], ...] = ()


def grant(
    state: HostState, request: SlotRequest, now: dt.datetime, slot: int
) -> tuple[HostState, Reservation]:
    """Answer one request from a host's state; pure."""
    held = tuple((number, until) for number, until in state.held if until > now)
    gap = dt.timedelta(seconds=request.gap_s)
    if len(held) >= request.concurrency:
        # holders mostly give back long before their time is up: ask again a gap from now
        freed = (min(until for _, until in held) - now).total_seconds()
        return HostState(state.next_at, held), Reservation(
            granted=False, wait_s=min(freed, max(request.gap_s, 0.1)), slot=0
        )
    start = max(state.next_at, now)
    until = start + dt.timedelta(seconds=request.hold_s)
    wait = (start - now).total_seconds()
    return (
        HostState(start + gap, (*held, (slot, until))),
        Reservation(granted=True, wait_s=wait, slot=slot),
    )


def reserve_slots(engine: sa.Engine, requests: Sequence[SlotRequest]) -> list[Reservation]:
    """Answer many requests in one short transaction, in order; a host may be asked for twice."""
    if not requests:
        return []
    return run(engine, lambda connection: _reserve(connection, requests))


def release_slots(engine: sa.Engine, slots: Sequence[tuple[str, int]]) -> None:
    """Give slots back; one that freed itself meanwhile is let be."""
    given = {slot for _, slot in slots if slot}
    hosts = sorted({host for host, slot in slots if slot})
    if not hosts:
        return

    def work(connection: sa.Connection) -> None:
        states = {
            row.host: HostState(
                row.next_at,
                tuple(
                    (s, u) for s, u in zip(row.slots, row.busy_until, strict=True) if s not in given
                ),
            )
            for row in connection.execute(_locked(hosts))
        }
        _save(connection, states)

    run(engine, work)


def hold_host(engine: sa.Engine, host: str, wait_s: float) -> None:
    """Let nobody ask `host` for `wait_s` from now: what a Retry-After of the host asks for."""
    later = sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, wait_s)
    insert = pg.insert(Host).values(host=host, next_at=later)
    upsert = insert.on_conflict_do_update(
        index_elements=[Host.host],
        set_={"next_at": sa.func.greatest(Host.next_at, insert.excluded.next_at)},
    )
    run(engine, lambda connection: connection.execute(upsert))


def prune_hosts(engine: sa.Engine, before: dt.datetime) -> int:
    """Drop the rows of hosts that nobody has asked since; say how many."""
    idle = (
        sa.select(Host.host)
        .where(Host.next_at < before)
        .order_by(Host.host)
        .with_for_update(skip_locked=True)
    )
    drop = sa.delete(Host).where(Host.host.in_(idle.scalar_subquery()))
    return run(engine, lambda connection: connection.execute(drop).rowcount)


def _reserve(connection: sa.Connection, requests: Sequence[SlotRequest]) -> list[Reservation]:
    hosts = sorted({request.host for request in requests})
    # sorted, so that two batches never wait for each other in a ring; the update that changes
    # nothing locks the row and returns it
    insert = pg.insert(Host).values(
        [{"host": host, "next_at": sa.func.clock_timestamp()} for host in hosts]
    )
    lock = insert.on_conflict_do_update(
        index_elements=[Host.host], set_={"next_at": Host.next_at}
    ).returning(Host.host, Host.next_at, Host.slots, Host.busy_until)
    rows = connection.execute(lock).all()
    now = connection.scalar(sa.select(sa.func.clock_timestamp()))
    assert isinstance(now, dt.datetime)
    states = {
        row.host: HostState(row.next_at, tuple(zip(row.slots, row.busy_until, strict=True)))
        for row in rows
    }
    answers = []
    for request in requests:
        # a slot's number is its holder's proof; 0 stands for none
        slot = random.randrange(1, 2**63)
        states[request.host], answer = grant(states[request.host], request, now, slot)
        answers.append(answer)
    _save(connection, states)
    return answers


def _locked(hosts: Sequence[str]) -> sa.Select[str, dt.datetime, list[int], list[dt.datetime]]:
    return (
        sa.select(Host.host, Host.next_at, Host.slots, Host.busy_until)
        .where(Host.host == sa.any_(sa.cast(list(hosts), pg.ARRAY(sa.Text))))
        .order_by(Host.host)
        .with_for_update()
    )


def _save(connection: sa.Connection, states: dict[str, HostState]) -> None:
    update = (
        sa.update(Host)
        .where(Host.host == sa.bindparam("asked"))
        .values(
            next_at=sa.bindparam("start"),
            slots=sa.bindparam("numbers"),
            busy_until=sa.bindparam("until"),
        )
    )
    connection.execute(
        update,
        [
            {
                "asked": host,
                "start": state.next_at,
                "numbers": [number for number, _ in state.held],
                "until": [until for _, until in state.held],
            }
            for host, state in sorted(states.items())
        ],
    )
