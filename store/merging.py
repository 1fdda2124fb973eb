"""Which stories a batch is about: merged ids followed, and two stories found to be one made one.

Two stories are one where an address of the one is known as the other's and their texts agree: the
same content or the same bytes. An address alone proves nothing: sites redirect what is gone to
their front page, and point every page's canonical link at it. The older story's id stays.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import aliased

from store import aliases, load
from store.drafts import Draft, Row, to_json
from store.save import Changed
from store.schema import Alias, Article, Mention, Merged, Sighting, Version, Withdrawal
from store.story import StoryState
from wire.messages import Story

# From here on a status tells that there is no page.
_NO_PAGE: Final = 400


@dataclass(slots=True)
class Identified:
    """The drafts with the ids of the stories they are, and the stories that are known."""

    drafts: list[Draft]
    stories: dict[UUID, StoryState]
    changes: list[Changed] = field(default_factory=list)


def names(story: Story) -> list[str]:
    """Return the addresses that a story is known by, its canonical link where it is believed."""
    found = [story.url, story.final_url]
    if story.canonical_link and believed(story.canonical_link, story.final_url):
        found.append(story.canonical_link)
    return list(dict.fromkeys(aliases.url_name(url) for url in found if _has_path(url)))


def believed(canonical_link: str, final_url: str) -> bool:
    """Say whether a page may name this address as its own: one of its own host, with a path."""
    return _has_path(canonical_link) and _host(canonical_link) == _host(final_url)


def identify(connection: sa.Connection, drafts: Sequence[Draft], now: dt.datetime) -> Identified:
    """Find out which story each draft is, merging what is found to be one."""
    into = load.merged_into(connection, {drafted.id for drafted in drafts})
    drafts = [_as(drafted, into.get(drafted.id, drafted.id)) for drafted in drafts]
    wanted = [name for drafted in drafts for name in names(drafted.story)]
    meant = {
        name: resolved.story_id for name, resolved in aliases.known(connection, wanted).items()
    }
    originals = _originals(connection, drafts)
    ids = {drafted.id for drafted in drafts}
    stories = load.stories(connection, ids | set(meant.values()) | set(originals.values()))
    return _Merge(connection, now, meant, stories).identify(
        [_repeating(drafted, originals, stories) for drafted in drafts]
    )


def _originals(connection: sa.Connection, drafts: Sequence[Draft]) -> dict[UUID, UUID]:
    """Return, for repeats of a story under another address, the story that they repeat.

    It is stored already or stands in the same batch, wherever in it.
    """
    found = {}
    told = {_content(drafted.meta): drafted.id for drafted in drafts if _may_be_repeated(drafted)}
    for drafted in drafts:
        row = drafted.meta
        if row["signal"] != "repeat" or row["agency"] is None:
            continue
        query = (
            sa.select(Article.id)
            .where(
                Article.agency == row["agency"],
                Article.publisher.is_not_distinct_from(row["publisher"]),
                Article.headline_key == row["headline_key"],
                Article.content_sha256 == row["content_sha256"],
                Article.id != drafted.id,
                Article.first_seen_at < drafted.story.observed_at,
            )
            .order_by(Article.first_seen_at)
            .limit(1)
        )
        original = connection.scalar(query) or told.get(_content(row))
        if original is not None:
            found[drafted.id] = original
    return found


def _may_be_repeated(drafted: Draft) -> bool:
    row = drafted.meta
    return row["signal"] not in {"repeat", "removal"} and drafted.story.status < _NO_PAGE


def _content(row: Row) -> tuple[object, ...]:
    """Return what a repeat has in common with its original."""
    return tuple(row[name] for name in ("agency", "publisher", "headline_key", "content_sha256"))


def _repeating(
    drafted: Draft, originals: Mapping[UUID, UUID], stories: Mapping[UUID, StoryState]
) -> Draft:
    original = originals.get(drafted.id)
    # one that was stored before its original came stays a story, linked in the chain
    if original is None or drafted.id in stories:
        return drafted
    return dataclasses.replace(drafted, id=original, repeats=True)


def agree(drafted: Draft, other: StoryState) -> bool:
    """Say whether the draft's text is one of the other story's: same content or same bytes."""
    if drafted.story.body_kind == "none":
        return False
    pages = {sighting.page_sha256 for sighting in other.standing.sightings.values()}
    same_content = drafted.seen.content_sha256 in other.standing.texts.values()
    return same_content or drafted.seen.page_sha256 in pages


class _Merge:
    """The stories of a batch while it is found out which of them are one."""

    def __init__(
        self,
        connection: sa.Connection,
        now: dt.datetime,
        meant: Mapping[str, UUID],
        stories: dict[UUID, StoryState],
    ) -> None:
        self._connection = connection
        self._now = now
        self._meant = meant
        self._stories = stories
        self._into: dict[UUID, UUID] = {}
        self._changes: list[Changed] = []

    def identify(self, drafts: Sequence[Draft]) -> Identified:
        for drafted in drafts:
            self._identify(_as(drafted, self._into.get(drafted.id, drafted.id)))
        known = [_as(drafted, self._into.get(drafted.id, drafted.id)) for drafted in drafts]
        ids = {drafted.id for drafted in known}
        stories = {key: story for key, story in self._stories.items() if key in ids}
        return Identified(known, stories, self._changes)

    def _identify(self, drafted: Draft) -> None:
        """Make the draft's story and a twin of it one; the one seen first keeps its id."""
        twin = None if drafted.repeats else self._twin(drafted)
        if twin is None:
            return
        own = self._stories.get(drafted.id)
        seen_at = own.row["first_seen_at"] if own else drafted.story.lineage.discovered
        twin_is_older = twin.row["first_seen_at"] <= seen_at
        stays, goes = (twin.id, drafted.id) if twin_is_older else (drafted.id, twin.id)
        loser = self._stories.pop(goes, None)
        if loser is not None:
            self._absorb(loser, stays)
        insert = pg.insert(Merged).values(id=goes, into_id=stays, at=self._now)
        self._connection.execute(insert.on_conflict_do_nothing())
        self._into = {old: stays if new == goes else new for old, new in self._into.items()}
        self._into[goes] = stays

    def _twin(self, drafted: Draft) -> StoryState | None:
        """Return the other story that `drafted` is too, by an address and its text."""
        for name in names(drafted.story):
            meant = self._meant.get(name, drafted.id)
            other = self._stories.get(self._into.get(meant, meant))
            if other is not None and other.id != drafted.id and agree(drafted, other):
                return other
        return None

    def _absorb(self, loser: StoryState, stays: UUID) -> None:
        """Bring the rows of `loser` under the id that stays."""
        keeper = self._stories.get(stays)
        if keeper is None:
            # the older id has no row yet: the younger one's row takes its name
            rename = sa.update(Article).where(Article.nr == loser.nr).values(id=stays)
            self._connection.execute(rename)
        else:
            _move(self._connection, keeper, loser)
        for column in (Alias.story_id, Withdrawal.article_id, Merged.into_id):
            follow = sa.update(column.class_).where(column == loser.id)
            self._connection.execute(follow.values({column.key: stays}))
        self._changes.append(Changed(loser.id, loser.row["revision"], "removed"))
        self._stories[stays] = load.stories(self._connection, [stays])[stays]


def _move(connection: sa.Connection, keeper: StoryState, loser: StoryState) -> None:
    """Move texts, sightings and mentions of one story to another, then drop its row."""
    known = {content: revision for revision, content in keeper.standing.texts.items()}
    last = keeper.standing.last_revision
    for revision, content in sorted(loser.standing.texts.items()):
        target = known.get(content)
        if target is None:
            last += 1
            target = last
            _move_text(connection, loser, revision, {"article_nr": keeper.nr, "revision": last})
        _move_sightings(connection, loser, revision, keeper.nr, target)
    feeds = sorted({*keeper.row["feeds"], *loser.row["feeds"]})
    seen_at = min(keeper.row["first_seen_at"], loser.row["first_seen_at"])
    connection.execute(
        sa.update(Article)
        .where(Article.nr == keeper.nr)
        .values(last_revision=last, first_seen_at=seen_at, feeds=feeds)
    )
    connection.execute(sa.delete(Article).where(Article.nr == loser.nr))


def _move_text(
    connection: sa.Connection, loser: StoryState, revision: int, to: Mapping[str, int]
) -> None:
    for table in (Version, Mention):
        connection.execute(
            sa.update(table)
            .where(table.article_nr == loser.nr, table.revision == revision)
            .values(to)
        )
    if revision == loser.row["revision"]:
        # its metadata stood in the row that goes
        connection.execute(
            sa.update(Version)
            .where(Version.article_nr == to["article_nr"], Version.revision == to["revision"])
            .values(meta=to_json(loser.row))
        )


def _move_sightings(
    connection: sa.Connection, loser: StoryState, revision: int, nr: int, target: int
) -> None:
    there = aliased(Sighting)
    # a sighting that both stories have is one
    both = sa.exists().where(
        there.article_nr == nr,
        there.observed_at == Sighting.observed_at,
        there.page_sha256 == Sighting.page_sha256,
    )
    connection.execute(
        sa.update(Sighting)
        .where(Sighting.article_nr == loser.nr, Sighting.revision == revision, ~both)
        .values(article_nr=nr, revision=target)
    )


def _as(drafted: Draft, story_id: UUID) -> Draft:
    return drafted if drafted.id == story_id else dataclasses.replace(drafted, id=story_id)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _has_path(url: str) -> bool:
    """Say whether an address is more than a site's front page."""
    parts = urlsplit(url)
    return parts.path.strip("/") != "" or parts.query != ""
