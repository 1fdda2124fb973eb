"""Entries for the tests of fetch."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from wire.messages import Entry

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def entry(**changes: Any) -> Entry:
    """An entry as poll would publish it, changed as asked."""
    fields: dict[str, Any] = {
        "story_id": UUID(int=7),
        "url": "https://wire.example/a",
        "canonical_url": "https://wire.example/a",
        "host": "wire.example",
        "feed_url": "https://wire.example/rss",
        "title": "Bridge opens",
        "observed_at": NOW,
        "discovered_at": NOW,
        "fingerprint": "0" * 64,
    }
    return Entry.model_validate(fields | changes)
