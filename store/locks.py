"""The advisory locks of the database: one number for each thing that only one may do at a time.

All live in one namespace of PostgreSQL (the two-integer form), so that no other application on the
same database meets them by accident.
"""

from enum import IntEnum
from typing import Final

import sqlalchemy as sa

# "wire" as four ASCII bytes.
NAMESPACE: Final = 0x77697265


class Lock(IntEnum):
    """What is locked; held by a transaction or by a session."""

    WRITER = 1  # every transaction that writes news, taken first: commit order is seq order
    MIGRATION = 2  # schema changes
    KEEPER = 3  # the one keeper at work, held by its session


def lock_transaction(connection: sa.Connection, lock: Lock) -> None:
    """Wait for `lock` and hold it until the transaction ends.

    As its own statement, at READ COMMITTED: statements after it see all that earlier holders
    committed; as part of another statement the snapshot would be older than the lock.
    """
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(NAMESPACE, int(lock))))


def try_session_lock(connection: sa.Connection, lock: Lock) -> bool:
    """Take `lock` for the connection's session if nobody holds it; say whether it is ours now."""
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(NAMESPACE, int(lock)))))
