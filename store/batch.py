"""One batch under the writer's lock: which stories these are, what each draft makes of its story.

Loads in few queries what is known of the batch, decides in memory by the pure rules of
store/story.py, and saves the difference in bulk. Stories are taken in the order of the batch, so
that a story that comes twice in it has both its texts.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import UUID

import sqlalchemy as sa

from store import (
    aliases,
    barred,
    chains,
    clusters,
    entities,
    load,
    merging,
    namesakes,
    revisits,
    rights,
)
from store.clusters import Clusters
from store.drafts import Draft, restricted
from store.notices import Notices
from store.save import Changed, clear_pending, save, save_changes
from store.schema import Kind
from store.similarity import Signature
from store.story import StoryState, Withdrawn, change

Outcome = Literal["stored", "updated", "unchanged", "duplicate", "withheld", "killed", "removed"]

# A page that answered 404 is missing; only when it still does after this is the story removed.
_MISSING_FOR: Final = dt.timedelta(minutes=10)
_GONE: Final = 410
_NOT_FOUND: Final = 404

_OUTCOMES: Final[dict[Kind, Outcome]] = {
    "published": "stored",
    "withheld": "withheld",
    "killed": "killed",
    "removed": "removed",
}


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """What became of one story of a batch.

    `story_id` is the story's id as it stands: another than it came with where it was merged.
    """

    story_id: UUID
    outcome: Outcome
    revision: int = 0
    seq: int | None = None  # of the change that tells it, where there is one


class Batch:
    """The stories of one transaction; made, written once and thrown away."""

    def __init__(
        self,
        connection: sa.Connection,
        now: dt.datetime,
        revisit_after_s: Sequence[float],
        signatures: Mapping[bytes, Signature],
    ) -> None:
        self._connection = connection
        self._signatures = signatures
        self._now = now
        self._revisit_after_s = revisit_after_s
        self._stories: dict[UUID, StoryState] = {}
        self._changes: list[Changed] = []

    def write(self, batch: Sequence[Draft]) -> list[WriteOutcome]:
        """Write the batch; the caller holds the writer's lock and commits.

        What was forgotten is passed over as if it had been there.
        """
        forgotten = self._barred(batch)
        told = iter(self._write([each for each in batch if each.id not in forgotten]))
        clear_pending(self._connection, {drafted.story.id for drafted in batch})
        return [
            WriteOutcome(each.id, "duplicate") if each.id in forgotten else next(told)
            for each in batch
        ]

    def _write(self, batch: Sequence[Draft]) -> list[WriteOutcome]:
        # as they are under the lock: they may have been narrowed since the drafts were made
        self._book = rights.load(self._connection)
        identified = merging.identify(self._connection, batch, self._now)
        drafts = namesakes.told_apart(self._connection, identified.drafts)
        self._stories = identified.stories
        self._changes += identified.changes
        self._notices = Notices(self._connection, drafts, self._now)
        # a repeat is noted with its original, which may come after it in the batch
        order = sorted(range(len(drafts)), key=lambda number: drafts[number].repeats)
        taken = {number: self._take(drafts[number]) for number in order}
        told = [taken[number] for number in range(len(drafts))]
        self._number()
        signed = self._signed(drafts)
        found = Clusters(self._connection, self._stories, signed, self._now)
        self._changes += found.join()
        self._changes += chains.join(self._connection, self._stories, signed)
        self._changes += self._lift_refiled()
        self._changes += self._carry_out_notices(signed)
        self._save(drafts)
        found.save()
        turned = clusters.turned(self._stories.values())
        clusters.count(self._connection, found.touched | turned)
        return self._outcomes(told)

    def _lift_refiled(self) -> list[Changed]:
        """Lift the holds on stories that new ones of the batch refile under another address."""
        refiled = {
            story.row["chain_id"]: story.row["observed_at"]
            for story in self._stories.values()
            if story.fresh and story.row["signal"] == "refile" and story.row["chain_id"]
        }
        changes = []
        for story in self._stories.values():
            at = refiled.get(story.row.get("chain_id"))
            if at is None or not any(each.kind == "hold" for each in story.withdrawals):
                continue
            before = story.view()
            story.lift(("hold",), before=at)
            story.settle(self._now)
            kind = change(before, story.view(), story.row, new_text=False)
            changes += [Changed(story.id, story.row["revision"], kind)] if kind else []
        return changes

    def _carry_out_notices(self, signed: Mapping[UUID, Signature]) -> list[Changed]:
        """Withdraw what the batch's notices name, and put the chains right that lost a story."""
        changes = self._notices.carry_out(self._stories)
        told = {changed.article_id for changed in changes}
        withdrawn = chains.of_kills(self._stories, told)
        return changes + chains.regroup(self._connection, self._stories, withdrawn, signed)

    def _fresh(self) -> list[UUID]:
        return [key for key, story in self._stories.items() if story.fresh]

    def _signed(self, drafts: Sequence[Draft]) -> dict[UUID, Signature]:
        """Return the signatures of the texts that are new and shown."""
        return {
            drafted.id: made
            for drafted in drafts
            if (made := self._signatures.get(drafted.meta["content_sha256"])) is not None
            and (story := self._stories.get(drafted.id)) is not None
            and story.row["revision"] in story.texts
            and story.row["content_sha256"] == drafted.meta["content_sha256"]
        }

    def _barred(self, drafts: Iterable[Draft]) -> set[UUID]:
        """Return the stories of the batch that were forgotten."""
        names = {
            drafted.id: [barred.story_name(drafted.id), *merging.names(drafted.story)]
            for drafted in drafts
        }
        gone = barred.among(self._connection, (name for each in names.values() for name in each))
        return {key for key, each in names.items() if gone.intersection(each)}

    def _take(self, drafted: Draft) -> tuple[WriteOutcome, int | None]:
        """Take one draft; return what became of it and the index of its change."""
        story = self._stories.get(drafted.id)
        if drafted.repeats and story is not None:
            return self._take_repeat(drafted, story)
        if _is_gone(drafted):
            return self._take_gone(drafted, story)
        kept = self._rights(drafted, story)
        if story is None:
            if self._is_over(drafted, kept):
                return WriteOutcome(drafted.id, "duplicate"), None
            story = self._stories[drafted.id] = StoryState(drafted.id, 0, {})
            story.begin()
        before, fresh = story.view(), story.row.get("revision") is None
        known = drafted.seen.key in story.standing.sightings
        new_text = story.take(restricted(drafted, kept))
        story.obey(kept)
        self._judge(story, drafted)
        story.settle(self._now)
        kind = change(before, story.view(), story.row, new_text=new_text)
        outcome = _outcome(kind, fresh=fresh, known=known)
        return self._told(story, kind, outcome)

    def _rights(self, drafted: Draft, story: StoryState | None) -> rights.Rights:
        """Return the rights of a story by all feeds that it came by."""
        told = drafted.story
        feeds = {*(story.row.get("feeds") or () if story else ()), told.feed_url} - {None}
        return self._book.of(told.agency, filter(None, feeds), noarchive=told.noarchive)

    def _is_over(self, drafted: Draft, kept: rights.Rights) -> bool:
        """Say whether a story that is not there was kept as long as it may be."""
        if kept.keep_days is None:
            return False
        until = drafted.story.lineage.discovered + dt.timedelta(days=kept.keep_days)
        return until <= self._now

    def _take_repeat(self, drafted: Draft, story: StoryState) -> tuple[WriteOutcome, int | None]:
        """Note that a story was sent out again, unchanged."""
        observed_at = drafted.story.observed_at
        story.row["repeated_at"] = max(story.row["repeated_at"] or observed_at, observed_at)
        return WriteOutcome(story.id, "duplicate", story.row["revision"]), None

    def _judge(self, story: StoryState, drafted: Draft) -> None:
        """Let a draft or a notice withdraw the story, or a page that had gone come back."""
        observed_at = drafted.story.observed_at
        if drafted.story.source == "page":
            story.lift(("removal",), before=observed_at)
            story.row["missing_since"] = None
        if drafted.meta["signal"] == "refile":
            story.lift(("hold",), before=observed_at)
        if drafted.meta["text_status"] == "canceled":
            story.withdraw(Withdrawn("kill", "own-url", observed_at, drafted.id))
        self._notices.judge(story, drafted)

    def _take_gone(
        self, drafted: Draft, story: StoryState | None
    ) -> tuple[WriteOutcome, int | None]:
        """Take the news that a page is gone: at once where the site says so, else on the second."""
        if story is None:
            return WriteOutcome(drafted.id, "removed"), None
        observed_at = drafted.story.observed_at
        if observed_at < story.row["observed_at"]:
            return WriteOutcome(story.id, "duplicate", story.row["revision"]), None
        missing_since = story.row.get("missing_since")
        if drafted.story.status == _NOT_FOUND and (
            missing_since is None or observed_at - missing_since < _MISSING_FOR
        ):
            story.row["missing_since"] = missing_since or observed_at
            return WriteOutcome(story.id, "unchanged", story.row["revision"]), None
        before = story.view()
        story.withdraw(Withdrawn("removal", "gone", observed_at))
        story.settle(self._now)
        kind = change(before, story.view(), story.row, new_text=False)
        return self._told(story, kind, _outcome(kind, fresh=False, known=True))

    def _told(
        self, story: StoryState, kind: Kind | None, outcome: Outcome
    ) -> tuple[WriteOutcome, int | None]:
        revision = story.row["revision"]
        if kind is None:
            return WriteOutcome(story.id, outcome, revision), None
        self._changes.append(Changed(story.id, revision, kind))
        return WriteOutcome(story.id, outcome, revision), len(self._changes) - 1

    def _number(self) -> None:
        fresh = [self._stories[key] for key in self._fresh()]
        for story, nr in zip(fresh, load.numbers(self._connection, len(fresh)), strict=True):
            story.nr = nr

    def _save(self, drafts: Sequence[Draft]) -> None:
        stories = list(self._stories.values())
        named = entities.ensure(
            self._connection, (e for drafted in drafts for e in drafted.entities), self._now
        )
        save(self._connection, stories, named, self._now)
        aliases.add(self._connection, _names(drafts), self._now)
        revisits.schedule(self._connection, self._stories, drafts, self._revisit_after_s, self._now)

    def _outcomes(self, told: Iterable[tuple[WriteOutcome, int | None]]) -> list[WriteOutcome]:
        seqs = save_changes(self._connection, self._changes, self._now)
        return [
            outcome if index is None else replace(outcome, seq=seqs[index])
            for outcome, index in told
        ]


def _is_gone(drafted: Draft) -> bool:
    story = drafted.story
    return story.status in {_NOT_FOUND, _GONE} or story.signals.kind == "removal"


def _names(drafts: Iterable[Draft]) -> dict[str, UUID]:
    return {
        name: drafted.id
        for drafted in drafts
        if not _is_gone(drafted) and not drafted.repeats
        for name in merging.names(drafted.story)
    }


def _outcome(kind: Kind | None, *, fresh: bool, known: bool) -> Outcome:
    if kind is None:
        return "duplicate" if known else "unchanged"
    return _OUTCOMES.get(kind, "stored" if fresh else "updated")
