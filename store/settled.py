"""Which stories have come to an end: an article, a dead letter, or once there and taken away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from store.engine import run

_SETTLED: Final = """
SELECT asked.id,
  EXISTS (SELECT FROM wire_data.changes c WHERE c.article_id = asked.id)
    OR EXISTS (SELECT FROM wire_data.merged_stories m WHERE m.id = asked.id) AS is_row,
  EXISTS (SELECT FROM wire_data.dead_letters d WHERE d.story_id = asked.id
    AND d.replayed_at IS NULL) AS is_dead
FROM unnest(CAST(:ids AS uuid[])) AS asked(id)
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of stories: those that are, or were, rows, and those that died."""

    rows: frozenset[UUID]
    dead: frozenset[UUID]


def settled(engine: sa.Engine, ids: Sequence[UUID]) -> Settled:
    """Return which of these stories have come to an end."""
    query = sa.text(_SETTLED)
    found = run(engine, lambda connection: connection.execute(query, {"ids": list(ids)}).all())
    rows = frozenset(story for story, is_row, _ in found if is_row)
    return Settled(rows, frozenset(s for s, _, is_dead in found if is_dead) - rows)
