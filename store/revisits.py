"""When a story's page is asked for again: agencies mend and remove stories in place.

The writer lays a row for each story that came from a page; the keeper publishes what is due. The
row holds the Entry to publish, with the validators of the page's last answer.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.drafts import Draft
from store.schema import Revisit
from store.story import StoryState
from wire.messages import Entry, Story

# Flags that poll gives: those of the page are found anew.
_OF_FEED: Final = frozenset({"no-link", "date-future", "date-unread", "content-too-long"})


@dataclass(frozen=True, slots=True)
class Due:
    """A page to ask for again: the Entry to publish."""

    article_nr: int
    step: int
    first_seen_at: dt.datetime
    entry: Entry


def schedule(
    connection: sa.Connection,
    stories: Mapping[UUID, StoryState],
    drafts: Sequence[Draft],
    after_s: Sequence[float],
    now: dt.datetime,
) -> None:
    """Lay rows for new stories, and keep the validators of known ones; missing pages come soon."""
    if not after_s:
        return
    latest = {
        d.id: d for d in drafts if d.story.source == "page" and d.id in stories and not d.repeats
    }
    rows = []
    for story_id, drafted in latest.items():
        story = stories[story_id]
        step = next_step(story.row["first_seen_at"], after_s, now)
        if step is None and story.row.get("missing_since") is not None:
            step = len(after_s) - 1
        if step is not None:
            rows.append(_row(story, drafted, step, after_s))
    if rows:
        insert = pg.insert(Revisit)
        upsert = insert.on_conflict_do_update(
            index_elements=[Revisit.article_nr],
            set_={name: insert.excluded[name] for name in ("entry", "reason")}
            | {"due_at": sa.func.least(Revisit.due_at, insert.excluded.due_at)},
        )
        connection.execute(upsert, sorted(rows, key=lambda row: row["article_nr"]))


def next_step(first_seen_at: dt.datetime, after_s: Sequence[float], now: dt.datetime) -> int | None:
    """Return which step of the schedule comes next; None when all have passed."""
    age = (now - first_seen_at).total_seconds()
    return next((step for step, after in enumerate(after_s) if after > age), None)


def due(connection: sa.Connection, now: dt.datetime, limit: int) -> list[Due]:
    """Return pages that are due, longest due first."""
    query = sa.text(
        "SELECT r.article_nr, r.step, a.first_seen_at, r.entry FROM wire_data.revisits r"
        " JOIN wire_data.articles a ON a.nr = r.article_nr"
        " WHERE r.due_at <= :now ORDER BY r.due_at LIMIT :limit"
    )
    rows = connection.execute(query, {"now": now, "limit": limit})
    return [
        Due(row.article_nr, row.step, row.first_seen_at, Entry.model_validate(row.entry))
        for row in rows
    ]


def asked(
    connection: sa.Connection, done: Sequence[Due], after_s: Sequence[float], now: dt.datetime
) -> None:
    """Let pages that were asked for come again at their next step, or no more."""
    over = []
    for revisit in sorted(done, key=lambda revisit: revisit.article_nr):
        step = next_step(revisit.first_seen_at, after_s, now)
        if step is None:
            over.append(revisit.article_nr)
            continue
        later = revisit.first_seen_at + dt.timedelta(seconds=after_s[step])
        connection.execute(
            sa.update(Revisit)
            .where(Revisit.article_nr == revisit.article_nr)
            .values(step=step, due_at=later, reason="revisit")
        )
    if over:
        connection.execute(sa.delete(Revisit).where(Revisit.article_nr.in_(over)))


def entry_of(story: Story, story_id: UUID, agency: str | None, *, missing: bool) -> Entry:
    """Return the Entry that asks for a story's page again.

    It says again what the feed said: a page that is read anew without it would lose section,
    keywords, byline or times that the page itself does not have. Its fingerprint is the hash of the
    page as it was read last.
    """
    at, raw = _published(story)
    return Entry(
        story_id=story_id,
        url=story.url,
        canonical_url=story.canonical_link or story.final_url,
        host=urlsplit(story.url).hostname or "",
        feed_url=story.feed_url or "",
        agency=agency,
        guid=story.guid,
        title=story.original_headline,
        authors=(story.byline,) if story.byline else (),
        categories=story.keywords,
        section=story.section,
        language=story.language,
        published_at=at,
        published_raw=raw,
        updated_at=story.updated_at,
        observed_at=story.observed_at,
        discovered_at=story.lineage.discovered,
        fingerprint=story.page_sha256,
        reason="missing" if missing else "revisit",
        etag=story.etag,
        last_modified=story.last_modified,
        flags=tuple(flag for flag in story.flags if flag in _OF_FEED),
    )


def _published(story: Story) -> tuple[dt.datetime | None, str | None]:
    """Return the time and the time as printed that give a story's date as precisely as before.

    What only dateline or page told in days they tell again.
    """
    if story.published_at is None or story.published_precision not in ("second", "minute"):
        return None, None
    if story.published_precision == "second":
        return story.published_at, None
    return None, story.published_at.isoformat(timespec="minutes")


def _row(story: StoryState, drafted: Draft, step: int, after_s: Sequence[float]) -> dict[str, Any]:
    missing = story.row.get("missing_since") is not None
    entry = entry_of(drafted.story, story.id, story.row.get("agency"), missing=missing)
    # a page that was not there is asked for soon, whatever the schedule says
    first = story.row["missing_since"] if missing else story.row["first_seen_at"]
    after = after_s[0] if missing else after_s[step]
    return {
        "article_nr": story.nr,
        "due_at": first + dt.timedelta(seconds=after),
        "step": step,
        "reason": "missing" if missing else "revisit",
        "entry": entry.model_dump(mode="json", exclude_none=True),
    }
