"""Pages and entries for the tests of extract, made as fetch would make them."""

import datetime as dt
import hashlib
import uuid
from typing import Any

from ingest.extract.story import extract_page
from wire.messages import Entry, Furniture, Page, Story

NOW = dt.datetime(2026, 10, 12, 12, 0, tzinfo=dt.UTC)
URL = "https://wire.example/world/harbour-1"

PARAGRAPHS = (
    "The harbour of Port Elsewhere was closed on Monday after a crane fell into the water, the "
    "port authority said in a statement.",
    "Nobody was hurt, and the two ships that were waiting outside have been sent to another port, "
    "a spokeswoman told reporters.",
    "“We will lift it out by Thursday,” she said. The crane was built in 1961 and was to be taken "
    "down next year.",
)


def html(*lines: str, title: str = "Crane falls into harbour", head: str = "") -> str:
    """Return a page with a headline and paragraphs, and the usual around them."""
    body = "".join(f"<p>{line}</p>" for line in lines or PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{head}"
        "</head><body><header><nav><a href='/'>Home</a> <a href='/world'>World</a></nav></header>"
        f"<main><article><h1>{title}</h1><div class='story'>{body}</div></article></main>"
        "<footer><p>Contact | Imprint</p></footer></body></html>"
    )


def page(content: bytes = b"", **changes: Any) -> Page:
    """Return the Page of `content`; `entry` in `changes` gives fields of its Entry."""
    entry: dict[str, Any] = {
        "story_id": uuid.uuid5(uuid.NAMESPACE_URL, URL),
        "url": URL,
        "canonical_url": URL,
        "host": "wire.example",
        "feed_url": "https://wire.example/rss",
        "observed_at": NOW,
        "discovered_at": NOW,
        "fingerprint": "0" * 64,
        **changes.pop("entry", {}),
    }
    fields: dict[str, Any] = {
        "url": URL,
        "final_url": URL,
        "status": 200,
        "observed_at": NOW,
        "page_sha256": hashlib.sha256(content).hexdigest(),
        "entry": Entry.model_validate(entry),
        **changes,
    }
    return Page.model_validate(fields)


def story(
    content: bytes | str, *, furniture: dict[str, Furniture] | None = None, **changes: Any
) -> Story:
    """Return the story of a page with that content."""
    raw = content.encode() if isinstance(content, str) else content
    return extract_page(page(raw, **changes), raw, furniture=furniture or {}, now=NOW)
