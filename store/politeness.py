"""Politeness across machines: a row per host gives out the next slot to whoever asks.

poll, fetch and backfill, in any number of processes, ask here before each request. A host's row
holds when the next request may start and the slots in use, each with the time at which it frees
itself should its holder die. The clock is the database's, so that machines need not agree. Slots
live for seconds, so their commits do not wait for the disk: what a crash of the server loses is
older than the server needs to come back.
"""

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.arrays import any_of, rows
from store.engine import run
from store.schema import Host

_COLUMNS: Final = (Host.host, Host.next_at, Host.slots, Host.busy_until)
# Read after the rows are locked: what was granted before lies before it. This commit is not waited
# for on the disk.
_CLOCK: Final = sa.select(
    sa.func.clock_timestamp(), sa.func.set_config("synchronous_commit", "off", sa.true())
)


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


def exchange_slots(
    engine: sa.Engine, freed: Sequence[tuple[str, int]], asked: Sequence[SlotRequest]
) -> list[Reservation]:
    """Give slots back and answer requests, in order, in one short transaction.

    A host may be asked for twice. A slot that freed itself meanwhile is let be.
    """
    given = {slot for _, slot in freed if slot}
    if not given and not asked:
        return []
    hosts = {host for host, slot in freed if slot}
    wanted = {request.host for request in asked}

    def work(connection: sa.Connection) -> list[Reservation]:
        states = _locked(connection, hosts | wanted, wanted)
        states = {host: _without(state, given) for host, state in states.items()}
        now = connection.execute(_CLOCK).one()[0]
        answers = _answer(states, asked, now)
        _save(connection, states)
        return answers

    return run(engine, work)


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


def _without(state: HostState, given: AbstractSet[int]) -> HostState:
    return HostState(state.next_at, tuple(held for held in state.held if held[0] not in given))


def _answer(
    states: dict[str, HostState], asked: Sequence[SlotRequest], now: dt.datetime
) -> list[Reservation]:
    """Answer all requests, and bring the states to where that leaves them."""
    answers = []
    for request in asked:
        # a slot's number is its holder's proof; 0 stands for none
        slot = random.randrange(1, 2**63)
        states[request.host], answer = grant(states[request.host], request, now, slot)
        answers.append(answer)
    return answers


def _locked(
    connection: sa.Connection, hosts: AbstractSet[str], wanted: AbstractSet[str]
) -> dict[str, HostState]:
    """Lock the rows of `hosts` and return them; those of `wanted` that are not there are made."""
    # sorted, so that two batches never wait for each other in a ring
    lock = (
        sa.select(*_COLUMNS)
        .where(any_of(Host.host, sorted(hosts), sa.Text))
        .order_by(Host.host)
        .with_for_update()
    )
    found = connection.execute(lock).all()
    missing = sorted(wanted - {row.host for row in found})
    if missing:
        insert = pg.insert(Host).values(
            [{"host": host, "next_at": sa.func.clock_timestamp()} for host in missing]
        )
        # another was first with it: an update that changes nothing locks the row and returns it
        upsert = insert.on_conflict_do_update(
            index_elements=[Host.host], set_={"next_at": Host.next_at}
        )
        found = [*found, *connection.execute(upsert.returning(*_COLUMNS))]
    return {
        row.host: HostState(row.next_at, tuple(zip(row.slots, row.busy_until, strict=True)))
        for row in found
    }


def _save(connection: sa.Connection, states: Mapping[str, HostState]) -> None:
    # arrays in an array are text to the driver
    given = rows(
        host=(sa.Text(), list(states)),
        next_at=(Host.next_at.type, [state.next_at for state in states.values()]),
        slots=(sa.Text(), [_array(n for n, _ in state.held) for state in states.values()]),
        until=(
            sa.Text(),
            [_array(u.isoformat() for _, u in state.held) for state in states.values()],
        ),
    )
    update = (
        sa.update(Host)
        .where(Host.host == given.c.host)
        .values(
            next_at=given.c.next_at,
            slots=sa.cast(given.c.slots, Host.slots.type),
            busy_until=sa.cast(given.c.until, Host.busy_until.type),
        )
    )
    connection.execute(update)


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
