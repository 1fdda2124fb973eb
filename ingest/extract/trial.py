"""`wiredesk try extract`: one page from one JSON object, read as the stage would read it. Pure.

    {"url", "html_b64", "headers"?, "entry"?} → Story, or {"error"}

`headers` are the answer's; `entry` may give any field of an Entry (title, published_at, agency …).
"""

import base64
import binascii
import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from ingest.extract.story import extract_page
from wire.errors import DeadLetter
from wire.messages import Entry, Page

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def try_extract(request: Mapping[str, Any], *, now: dt.datetime | None = None) -> dict[str, Any]:
    """Return the story as JSON types, or `{"error": …}` that says what was wrong."""
    now = now or dt.datetime.now(dt.UTC)
    try:
        content = base64.b64decode(request["html_b64"], validate=True)
        page = page_of(request, content, now)
        story = extract_page(page, content, furniture={}, now=now)
    except KeyError as error:
        return {"error": f"missing field {error}: url and html_b64 are wanted"}
    except (binascii.Error, TypeError, AttributeError) as error:
        return {"error": f"html_b64 or headers can't be read: {error}"}
    except (ValidationError, ValueError) as error:
        return {"error": f"the request does not fit: {error}"}
    except DeadLetter as error:
        return {"error": str(error), "reason": error.reason}
    return story.model_dump(mode="json", exclude_none=True)


def page_of(request: Mapping[str, Any], content: bytes, now: dt.datetime) -> Page:
    """Return the page that a request gives, fetched now."""
    url = str(request["url"])
    headers = {str(k).lower(): str(v) for k, v in (request.get("headers") or {}).items()}
    entry: dict[str, Any] = {
        "story_id": uuid.uuid5(uuid.NAMESPACE_URL, url),
        "url": url,
        "canonical_url": url,
        "host": urlsplit(url).hostname or "",
        "feed_url": url,
        "observed_at": now,
        "discovered_at": now,
        "fingerprint": hashlib.sha256(url.encode("utf-8", "replace")).hexdigest(),
        **(request.get("entry") or {}),
    }
    return Page(
        url=url,
        final_url=url,
        status=int(request.get("status") or 200),
        headers=headers,
        charset=charset_of(headers.get("content-type")),
        observed_at=now,
        page_sha256=hashlib.sha256(content).hexdigest(),
        entry=Entry.model_validate(entry),
    )


def charset_of(content_type: str | None) -> str | None:
    """Return the charset that a Content-Type names, None where it names none."""
    for part in (content_type or "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset" and value.strip():
            return value.strip().strip("\"'")
    return None
