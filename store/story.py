"""One story under the writer's lock: what it is, what a draft makes of it, what has to be saved.

Pure but for being mutable: the writer loads it, gives it drafts one after another, and saves what
differs from what was loaded. The rules of which text is shown are in store/identity.py, what
withholds a story in `standing_of`; here they meet the row.
"""

import copy
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from store.drafts import Draft, Row, from_json, shortened, to_json, visible
from store.identity import Sighting, Standing, of_rank, rank, version_key
from store.rights import Rights, Store, kept_kind, least
from store.rows import Mention
from store.schema import Kind
from wire.messages import PubStatus

# Who lifts a removal or a hold where it is the agency itself, by what it publishes.
BY_TEXT: Final = "text"
# Columns of `articles` that other parts of the store give.
_OWN: Final = (
    "missing_since",
    "repeated_at",
    "cluster_id",
    "chain_id",
    "chain_position",
    "replaces",
    "link_reason",
    "link_confidence",
    "retained_at",
)
_BY_SIGNAL: Final[dict[str | None, Kind]] = {"correction": "corrected", "refile": "refiled"}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A kill, hold or removal of a story; `nr` is None until it is saved."""

    kind: Literal["kill", "hold", "removal"]
    basis: str
    observed_at: dt.datetime
    by_story: UUID | None = None
    nr: int | None = None
    who: str | None = None  # a person's word, and why
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Visible:
    """What a reader saw of a story at a moment, to tell what changed."""

    status: PubStatus | None  # None before there was a row
    removed: bool
    revision: int
    meta: tuple[Any, ...]


@dataclass(slots=True)
class StoryState:
    """A story as it is loaded, changed and saved; `row` holds the columns of `articles`."""

    id: UUID
    nr: int
    row: Row
    fresh: bool = True
    standing: Standing = field(default_factory=Standing)
    # revision → metadata of a text that is not shown
    metas: dict[int, Row | None] = field(default_factory=dict)
    withdrawals: list[Withdrawn] = field(default_factory=list)
    lifted: list[Withdrawn] = field(default_factory=list)
    lifted_by: str = BY_TEXT
    # notices that a person overruled: told again, they withdraw nothing
    overruled: set[tuple[str, UUID | None]] = field(default_factory=set)
    # what has to be written beside the row
    texts: dict[int, Row] = field(default_factory=dict)
    mentions: dict[int, tuple[Mention, ...]] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    cut_to: Store | None = None  # what may be kept of the texts that are stored already
    loaded: "StoryState | None" = None

    def remember(self) -> None:
        """Keep what was loaded, to save only what differs in the end."""
        self.loaded = copy.copy(self)
        self.loaded.row = dict(self.row)
        self.loaded.metas = dict(self.metas)
        self.loaded.standing = Standing(
            dict(self.standing.sightings), dict(self.standing.texts), self.standing.last_revision
        )

    def view(self) -> Visible:
        """Return what a reader sees now."""
        kinds = {withdrawal.kind for withdrawal in self.withdrawals}
        return Visible(
            self.row.get("pub_status"),
            "removal" in kinds and "kill" not in kinds,
            self.row.get("revision", 0),
            visible(self.row),
        )

    def take(self, draft: Draft) -> bool:
        """Take a draft; say whether the text now shown is new or was read anew."""
        taken = self.standing.take(draft.seen)
        for revision in taken.dropped:
            self._forget(revision)
        anew = taken.outcome in {"new", "replaced"}
        if taken.outcome != "stale":
            self._describe(taken.revision, draft, anew=anew)
        top = self.standing.top()
        if top.revision != self.row.get("revision"):
            self._show(top.revision)
        self.row["body_kind"], self.row["source"] = self._kind(top)
        self._join(draft)
        return anew and taken.revision == top.revision

    def begin(self) -> None:
        """Give a new story the columns that no text brings."""
        self.row |= dict.fromkeys(_OWN) | {"is_latest": True}

    def settle(self, now: dt.datetime) -> None:
        """Derive what follows from the rest: when the text changed, whether it may be shown."""
        first_observed, _ = self.standing.observed(self.row["revision"])
        self.row["updated_at"] = self.row["agency_updated_at"] or first_observed
        self.row["last_revision"] = self.standing.last_revision
        self.row["pub_status"] = pub_status(self.row, self.withdrawals, now)

    def obey(self, rights: Rights) -> None:
        """Keep no more of the story's texts than `rights` allow, nor longer."""
        kept = least(self.row["store"], rights.store)
        mine = {"store": kept, "keep_days": rights.keep_days, "terms_url": rights.terms_url}
        self.row |= mine | {"body_kind": kept_kind(self.row["body_kind"], kept)}
        for revision, text in self.texts.items():
            shorter = shortened(text, self.mentions[revision], kept)
            self.texts[revision], self.mentions[revision] = shorter
        for revision, meta in self.metas.items():
            if meta is not None:
                body_kind = kept_kind(meta["body_kind"], kept)
                self.metas[revision] = meta | {"store": kept, "body_kind": body_kind}
        if (
            self.loaded is not None
            and least(self.loaded.row["store"], kept) != self.loaded.row["store"]
        ):
            self.cut_to = kept

    def withdraw(self, withdrawal: Withdrawn) -> bool:
        """Withdraw the story; say whether it was not yet withdrawn in this way."""
        notice = (withdrawal.kind, withdrawal.by_story)
        there = notice in self.overruled or any(
            (w.kind, w.by_story) == notice for w in self.withdrawals
        )
        if not there:
            self.withdrawals.append(withdrawal)
        return not there

    def lift(self, kinds: Iterable[str], before: dt.datetime) -> None:
        """Lift withdrawals of these kinds that were observed before then."""
        chosen = set(kinds)
        gone = [w for w in self.withdrawals if w.kind in chosen and w.observed_at < before]
        self.lifted += [w for w in gone if w.nr is not None]
        self.withdrawals = [w for w in self.withdrawals if w not in gone]

    def lift_all(self, who: str) -> None:
        """Lift all that withdraws the story, by a person's word."""
        self.lifted += [w for w in self.withdrawals if w.nr is not None]
        self.withdrawals = []
        self.lifted_by = who

    def _describe(self, revision: int, draft: Draft, *, anew: bool) -> None:
        """Let a text carry the draft's metadata, where none better read is there.

        Newer rules or a newer tagger read better; of equals the later sighting says more.
        """
        meta = self._meta_of(revision)
        better = meta is None or _read(draft.meta) > _read(meta)
        if not (anew or better):
            return
        # what narrower rights had cut is whole again
        wider = meta is not None and meta["store"] != draft.meta["store"]
        if anew or meta is None or wider or _read(draft.meta)[:3] != _read(meta)[:3]:
            self.texts[revision] = draft.text
            self.mentions[revision] = draft.mentions
        if "revision" not in self.row:
            self.row.update(draft.meta, revision=revision)
        elif revision == self.row["revision"]:
            same = visible(draft.meta) == visible(self.row)
            stored_at = self.row["stored_at"] if same else draft.meta["stored_at"]
            self.row.update(draft.meta, stored_at=stored_at)
        else:
            self.metas[revision] = to_json(draft.meta)

    def _meta_of(self, revision: int) -> Row | None:
        if revision == self.row.get("revision"):
            return self.row
        kept = self.metas.get(revision)
        return None if kept is None else from_json(kept)

    def _show(self, revision: int) -> None:
        """Let another text stand, with its metadata; keep that of the one that stood."""
        shown = self.row.get("revision")
        if shown in self.standing.texts:
            self.metas[shown] = to_json(self.row)
        kept = self.metas.pop(revision, None)
        if kept is not None:
            self.row.update(from_json(kept))
        self.row["revision"] = revision
        self.row["content_sha256"] = self.standing.texts[revision]

    def _kind(self, top: Sighting) -> tuple[str, str]:
        """Return what the shown text is, no more than rights let be kept of it."""
        body_kind, source = of_rank(top.rank)
        return kept_kind(body_kind, self.row["store"]), source

    def _forget(self, revision: int) -> None:
        self.dropped.add(revision)
        self.texts.pop(revision, None)
        self.mentions.pop(revision, None)
        self.metas.pop(revision, None)

    def _join(self, draft: Draft) -> None:
        """Keep what adds up over all arrivals: feeds, and when the story was first seen."""
        feeds = set(self.row.get("feeds") or ())
        if draft.story.feed_url:
            feeds.add(draft.story.feed_url)
        self.row["feeds"] = sorted(feeds)
        discovered = draft.story.lineage.discovered
        self.row["first_seen_at"] = min(self.row.get("first_seen_at") or discovered, discovered)


def pub_status(row: Row, withdrawals: Iterable[Withdrawn], now: dt.datetime) -> PubStatus:
    """Return whether a story may be shown now: its own word, what withdrew it, its embargo.

    A text that withholds itself without saying until when stays so until another text comes.
    """
    kinds = {withdrawal.kind for withdrawal in withdrawals}
    if kinds & {"kill", "removal"}:
        return "canceled"
    if "hold" in kinds:
        return "withheld"
    until = row["embargoed_until"]
    if until is not None:
        return "withheld" if until > now else "usable"
    return "withheld" if row["text_status"] == "withheld" else "usable"


def change(before: Visible, after: Visible, row: Row, *, new_text: bool) -> Kind | None:
    """Return what a reader is told of the step from `before` to `after`; None for nothing."""
    if before.status != after.status:
        return _turned(before.status, after)
    if after.status != "usable":
        return None
    if before.revision != after.revision:
        return _BY_SIGNAL.get(row["signal"], "updated")
    return "updated" if new_text or before.meta != after.meta else None


def _turned(before: PubStatus | None, after: Visible) -> Kind:
    if after.status == "withheld":
        return "withheld"
    if after.status == "canceled":
        return "removed" if after.removed else "killed"
    if before is None:
        return "published"
    return "released" if before == "withheld" else "reinstated"


def _read(meta: Row) -> tuple[Any, ...]:
    """Return what orders readings of one text: its kind, rules, tagger; then its sighting."""
    return (
        rank(meta["body_kind"], meta["source"]),
        version_key(meta["rules_version"]),
        version_key(meta["model_version"]),
        meta["observed_at"],
        meta["page_sha256"],
    )
