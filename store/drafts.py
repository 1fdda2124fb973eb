"""A tagged story as the rows it would be: the pure half of the writer.

`draft` turns what enrich found into the columns of `articles` that describe a text (`meta`), the
columns of `article_versions` (`text`), and the spans. Rights are obeyed here: what may not be kept
never gets as far as SQL.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from store.identity import Seen, rank
from store.rights import Rights, Store, kept_body, kept_kind, least
from store.rows import EntityDraft, Mention, TaggedStory
from store.schema import Article
from store.search import configuration
from wire.messages import BodyKind, Dateline, Story

Row = dict[str, Any]

# Han, kana and hangul are written without spaces between words: each counts as one.
_IDEOGRAPHS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_NOT_WORD: Final = re.compile(r"[\W_]+")

# The fields of a dateline that have a column of their own.
_DATELINE: Final = (
    "raw",
    "place",
    "region",
    "name",
    "country",
    "lat",
    "lon",
    "geoname_id",
    "date",
    "agency",
)
# The columns of `articles` that come with a text, and go with it when another one is shown.
META: Final = (
    "url",
    "host",
    "publisher",
    "agency",
    "agency_basis",
    "content_sha256",
    "source",
    "page_sha256",
    "observed_at",
    "fetched_at",
    "extracted_at",
    "enriched_at",
    "stored_at",
    "published_at",
    "published_precision",
    "agency_updated_at",
    "embargoed_until",
    "text_status",
    "body_kind",
    "word_count",
    "language",
    "section",
    "slug",
    "keywords",
    "byline",
    "credits",
    "genre",
    "urgency",
    "signal",
    "update_number",
    *(f"dateline_{name}" for name in _DATELINE),
    "dateline_places",
    "focus_country",
    "focus_place",
    "focus_confidence",
    "headline_key",
    "slug_key",
    "flags",
    "rules_version",
    "model_version",
    "store",
    "keep_days",
    "terms_url",
)
# Of these, the ones that say how and when we read the text and not what it says: a difference in
# them alone is no change.
SILENT: Final = frozenset(
    {
        "page_sha256",
        "observed_at",
        "fetched_at",
        "extracted_at",
        "enriched_at",
        "stored_at",
        "rules_version",
        "model_version",
    }
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A story as the rows it would be."""

    id: UUID
    story: Story
    seen: Seen
    meta: Row
    text: Row
    mentions: tuple[Mention, ...]
    entities: tuple[EntityDraft, ...]
    repeats: bool = False  # the story of `id` unchanged under another address


def draft(tagged: TaggedStory, rights: Rights, now: dt.datetime) -> Draft:
    """Return `tagged` as rows, with `rights` obeyed; `now` is when it is stored."""
    story = tagged.story
    body = kept_body(story.body, rights.store)
    length = len(body or "")
    mentions = _distinct(m for m in tagged.mentions if m.field == "headline" or m.end <= length)
    return Draft(
        id=story.id,
        story=story,
        seen=Seen(
            story.observed_at,
            bytes.fromhex(story.page_sha256),
            bytes.fromhex(story.content_sha256),
            # a notice that kills is no text to stand in the story's place
            rank(
                "none" if story.signals.pub_status == "canceled" else story.body_kind, story.source
            ),
            story.rules_version,
        ),
        meta=_meta(tagged, rights, now),
        text=_text(story, body),
        mentions=mentions,
        entities=_named(tagged.entities, mentions),
    )


def restricted(drafted: Draft, rights: Rights) -> Draft:
    """Return the draft with no more of it than `rights` let be kept."""
    store = least(drafted.meta["store"], rights.store)
    if Rights(store, rights.keep_days, rights.terms_url) == _rights(drafted.meta):
        return drafted
    text, mentions = shortened(drafted.text, drafted.mentions, store)
    meta = {
        **drafted.meta,
        "store": store,
        "keep_days": rights.keep_days,
        "terms_url": rights.terms_url,
        "body_kind": kept_kind(drafted.meta["body_kind"], store),
    }
    return replace(
        drafted,
        meta=meta,
        text=text,
        mentions=mentions,
        entities=_named(drafted.entities, mentions),
    )


def _rights(meta: Row) -> Rights:
    return Rights(meta["store"], meta["keep_days"], meta["terms_url"])


def shortened(
    text: Row, mentions: tuple[Mention, ...], store: Store
) -> tuple[Row, tuple[Mention, ...]]:
    """Return a text and the mentions in it as far as they may be kept."""
    body = None if text["body"] is None else kept_body(text["body"], store)
    if body == text["body"]:
        return text, mentions
    length = len(body or "")
    # the database makes the search vector of what is left
    left = {name: value for name, value in text.items() if name != "tsv"} | {"body": body}
    left |= {"tsv": None} if "tsv" in text else {}
    return left, tuple(m for m in mentions if m.field == "headline" or m.end <= length)


def folded(name: str) -> str | None:
    """Return a headline or slug as it is matched: letters and digits, case folded."""
    return _NOT_WORD.sub(" ", name).strip().casefold() or None


def word_count(body: str) -> int:
    """Return how many words `body` has; where none are parted, how many characters."""
    ideographs = len(_IDEOGRAPHS.findall(body))
    return ideographs + len(_IDEOGRAPHS.sub(" ", body).split()) if ideographs else len(body.split())


def visible(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a reader would see of a row's metadata, to compare two of them."""
    return tuple(row.get(name) for name in META if name not in SILENT)


def to_json(meta: Mapping[str, Any]) -> Row:
    """Return `meta` as JSON takes it; nulls are left out."""
    return {name: _plain(meta[name]) for name in META if meta.get(name) is not None}


def from_json(kept: Mapping[str, Any]) -> Row:
    """Return the metadata that `to_json` kept."""
    columns = Article.__table__.c
    return {name: _typed(columns[name], kept.get(name)) for name in META}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):  # datetimes are dates too
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _typed(column: sa.ColumnElement[Any], value: Any) -> Any:
    if value is None:
        return [] if isinstance(column.type, pg.ARRAY) else None
    if isinstance(column.type, sa.DateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return dt.date.fromisoformat(value)
    return bytes.fromhex(value) if isinstance(column.type, pg.BYTEA) else value


def _meta(tagged: TaggedStory, rights: Rights, now: dt.datetime) -> Row:
    story, signals = tagged.story, tagged.story.signals
    return {
        "url": story.url,
        "host": urlsplit(story.url).hostname or "",
        "publisher": story.publisher,
        "agency": story.agency,
        "agency_basis": story.agency_basis,
        "content_sha256": bytes.fromhex(story.content_sha256),
        "source": story.source,
        "page_sha256": bytes.fromhex(story.page_sha256),
        "observed_at": story.observed_at,
        "fetched_at": story.lineage.fetched,
        "extracted_at": story.lineage.extracted,
        "enriched_at": story.lineage.enriched,
        "stored_at": now,
        "published_at": story.published_at,
        "published_precision": story.published_precision,
        "agency_updated_at": story.updated_at,
        "embargoed_until": signals.embargoed_until,
        "text_status": signals.pub_status,
        "body_kind": kept_kind(story.body_kind, rights.store),
        "word_count": word_count(story.body),
        "language": story.language,
        "section": story.section,
        "slug": story.slug,
        "keywords": list(story.keywords),
        "byline": story.byline,
        "credits": story.credits,
        "genre": signals.genre,
        "urgency": signals.urgency,
        "signal": signals.kind,
        "update_number": signals.update_number,
        **_dateline(story.dateline),
        "focus_country": tagged.focus.country,
        "focus_place": tagged.focus.place,
        "focus_confidence": tagged.focus.confidence,
        "headline_key": folded(story.headline),
        "slug_key": folded(story.slug or ""),
        "flags": sorted(set(story.flags)),
        "rules_version": story.rules_version,
        "model_version": tagged.model_version,
        "store": rights.store,
        "keep_days": rights.keep_days,
        "terms_url": rights.terms_url,
    }


def _stands_as(story: Story) -> BodyKind:
    """Return what a text counts as: a notice that kills stands in no story's place."""
    return "none" if story.signals.pub_status == "canceled" else story.body_kind


def _dateline(dateline: Dateline | None) -> Row:
    if dateline is None:
        return {name: None for name in META if name.startswith("dateline_")}
    row = {f"dateline_{name}": getattr(dateline, name) for name in _DATELINE}
    row["dateline_places"] = [place.model_dump(mode="json") for place in dateline.places] or None
    return row


def _text(story: Story, body: str | None) -> Row:
    return {
        "content_sha256": bytes.fromhex(story.content_sha256),
        "headline": story.headline,
        "original_headline": story.original_headline,
        "subheadline": story.subheadline,
        "body": body,
        "signal": story.signals.kind,
        "ed_note": story.signals.ed_note,
        "language": configuration(story.language),
    }


def _distinct(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return the mentions without second ones of the same span."""
    return tuple({(m.field, m.start, m.end): m for m in mentions}.values())


def _named(
    entities: tuple[EntityDraft, ...], mentions: tuple[Mention, ...]
) -> tuple[EntityDraft, ...]:
    named = {mention.entity_id for mention in mentions}
    return tuple(entity for entity in entities if entity.id in named)
