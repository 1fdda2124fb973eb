"""Change stored stories outside the writer's batches: by a person's word, by time, by new rights.

One transaction does to each story what is asked, tells what a reader sees of it, puts its chain and
cluster right, and saves. The caller's connection holds the writer's lock, taken first.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from store import chains, clusters, load
from store.save import Changed, save, save_changes
from store.story import StoryState, change


@dataclass(frozen=True, slots=True)
class Amended:
    """How many stories there were among those asked for, and how many a reader sees change."""

    found: int
    told: int


def amend(
    connection: sa.Connection,
    ids: Iterable[UUID],
    act: Callable[[StoryState], None],
    now: dt.datetime,
) -> Amended:
    """Do `act` to the stories; ids of stories that were merged mean what they are now."""
    ids = list(ids)
    merged = load.merged_into(connection, ids)
    stories = load.stories(connection, [merged.get(each, each) for each in ids])
    found = len(stories)
    changes = []
    for story in stories.values():
        before = story.view()
        act(story)
        story.settle(now)
        kind = change(before, story.view(), story.row, new_text=False)
        if kind is not None:
            changes.append(Changed(story.id, story.row["revision"], kind))
    told = len(changes)
    changes += chains.join(connection, stories, {})
    save(connection, list(stories.values()), {}, now)
    clusters.count(connection, clusters.turned(stories.values()))
    save_changes(connection, changes, now)
    return Amended(found, told)
