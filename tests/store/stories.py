"""Stories for store's tests: made from a few words, told apart by what matters to the test."""

import datetime as dt
import hashlib
import uuid
from typing import Any

import sqlalchemy as sa

from store.rows import EntityDraft, Focus, Mention, TaggedStory
from wire.messages import Dateline, Lineage, Signals, Story

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
BODY = "First paragraph names Ana Kos.\nSecond paragraph says more.\nThird one ends it."


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def story_id(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def at(minutes: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minutes)


def entity(name: str, label: Any = "PER", **fields: Any) -> EntityDraft:
    key = f"{label.lower()}:{name.lower()}"
    return EntityDraft(uuid.uuid5(uuid.NAMESPACE_OID, key), key, label, name, **fields)


def mention(
    text: str, start: int, *, field: str = "body", label: Any = "PER", confidence: float = 0.9
) -> Mention:
    named = entity(text, label)
    return Mention(named.id, label, text, field, start, start + len(text), confidence)


def story(name: str = "one", text: str = "A", minutes: float = 0, **fields: Any) -> Story:
    """Return a story whose text, page and address follow from `name` and `text`."""
    signals = fields.pop("signals", {})
    observed_at = fields.pop("observed_at", at(minutes))
    url = fields.pop("url", f"https://wire.example/{name}")
    headline = fields.pop("headline", f"Headline {text}")
    body = fields.pop("body", f"{BODY}\nThe text is {text}.")
    plain: dict[str, Any] = {
        "id": story_id(name),
        "url": url,
        "final_url": url,
        "feed_url": "https://wire.example/rss",
        "publisher": "wire.example",
        "agency": "tass",
        "agency_basis": "feed",
        "headline": headline,
        "original_headline": headline,
        "body": body,
        "body_kind": "full",
        "language": "en",
        "published_at": NOW,
        "published_precision": "minute",
        "signals": Signals(**signals),
        "observed_at": observed_at,
        "page_sha256": sha(f"page {name} {text}"),
        "content_sha256": sha(f"{headline}\n{body}"),
        "rules_version": "1",
        "dateline": Dateline(raw="BELGRADE, November 23. /TASS/.", place="BELGRADE", country="RS"),
        "lineage": Lineage(discovered=NOW, fetched=observed_at, extracted=observed_at),
    }
    return Story(**(plain | fields))


def tagged(name: str = "one", text: str = "A", minutes: float = 0, **fields: Any) -> TaggedStory:
    """Return a story with one person named at offset 22 of its body."""
    mentions = fields.pop("mentions", (mention("Ana Kos", 22),))
    entities = fields.pop("entities", (entity("Ana Kos", aliases=("Ana Kos",)),))
    focus = fields.pop("focus", Focus("RS", "Belgrade", 0.8))
    model_version = fields.pop("model_version", "rules-1")
    told = story(name, text, minutes, **fields)
    return TaggedStory(told, mentions, entities, focus, model_version)


def rows(engine: sa.Engine, statement: str, **parameters: Any) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text(statement), parameters).mappings()]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW + dt.timedelta(hours=1)

    def __call__(self) -> dt.datetime:
        return self.now
