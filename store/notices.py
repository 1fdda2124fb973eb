"""What the notices of a batch do to stories: those in the batch, those stored, those to come.

Part of a batch's transaction (store/batch.py); how notices are read and matched is in
store/kills.py.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from store import kills, load
from store.drafts import Draft
from store.kills import Notice
from store.save import Changed
from store.story import StoryState, change


class Notices:
    """The notices that concern a batch: its own, and tombstones that wait for its stories."""

    def __init__(
        self, connection: sa.Connection, drafts: Sequence[Draft], now: dt.datetime
    ) -> None:
        self._connection = connection
        self._now = now
        self._own = [told for told in map(kills.notice, drafts) if told is not None]
        # which stories each of them means: those stored, and those of the batch
        self._meant = {
            told.id: list(
                dict.fromkeys(
                    [
                        *kills.candidates(connection, told),
                        *(drafted.id for drafted in drafts if told.means(drafted)),
                    ]
                )
            )
            for told in self._own
        }
        sure = [told for told in self._own if not told.doubtful and told.kind != "lift"]
        # where several may be meant, whether they are one is known when all are there
        alone = [told for told in sure if len(self._meant[told.id]) <= 1]
        self._judging = [*kills.waiting(connection, drafts), *alone]
        self._met: set[UUID] = set()

    def judge(self, story: StoryState, drafted: Draft) -> None:
        """Withdraw a story that a notice names, as it is taken."""
        for told in self._judging:
            if told.means(drafted) and not _refiled_since(told, story):
                basis = "named" if told in self._own else "tombstone"
                story.withdraw(told.withdrawn(basis))
                self._met.add(told.id)

    def carry_out(self, stories: dict[UUID, StoryState]) -> list[Changed]:
        """Withdraw the stories that the batch's notices name; stored ones join `stories`.

        To be called when it is known which stories of the batch are in one chain.
        """
        changes: list[Changed] = []
        unmet = []
        for told in self._own:
            wanted = self._meant[told.id]
            stored = [story_id for story_id in wanted if story_id not in stories]
            stories.update(load.stories(self._connection, stored))
            found = [story_id for story_id in wanted if story_id in stories]
            if told.doubtful:
                kills.ask(self._connection, told, found, "doubtful form", self._now)
            elif not found:
                unmet.append(told)
            elif len(_chains(found, stories)) > 1 and told.kind != "lift":
                kills.ask(self._connection, told, found, "several stories", self._now)
            else:
                changes += [c for key in found for c in self._apply(told, stories[key])]
        kills.bury(self._connection, [told for told in unmet if told.id not in self._met])
        kills.unbury(self._connection, self._met)
        return changes

    def _apply(self, told: Notice, story: StoryState) -> list[Changed]:
        before = story.view()
        if told.kind == "lift":
            story.lift(("hold",), before=told.observed_at)
        elif not _refiled_since(told, story):
            story.withdraw(told.withdrawn("named"))
        story.settle(self._now)
        kind = change(before, story.view(), story.row, new_text=False)
        return [] if kind is None else [Changed(story.id, story.row["revision"], kind)]


def _refiled_since(told: Notice, story: StoryState) -> bool:
    """Say whether a hold came late: its agency has filed the story again since."""
    is_later = story.row["observed_at"] > told.observed_at
    return told.kind == "hold" and story.row["signal"] == "refile" and bool(is_later)


def _chains(found: Sequence[UUID], stories: Mapping[UUID, StoryState]) -> set[UUID]:
    """Return the chains that these stories are in; one in none is one by itself.

    Stories of one slug or headline that say which update they are, are one story.
    """
    chains = set()
    for story_id in found:
        row = stories[story_id].row
        chains.add(row.get("chain_id") or row.get("cluster_id") or story_id)
    return chains
