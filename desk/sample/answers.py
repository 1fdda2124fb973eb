"""What the sample wire answers to one request: a pure function from request to response.

Pages and feeds carry a strong ETag and a Last-Modified, and a conditional request that still holds
gets its 304 (RFC 9110, 13.2.2: If-None-Match decides where both are sent). The server itself, asked
under no site's address, offers its feeds as OPML, what is expected of each story, and its clock.
"""

import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from typing import Final

from desk.sample.layout import Asked, Layout, resolve
from desk.sample.render import feed, page
from desk.sample.stories import Edition, Site, Story

# Below this gzip saves less than its header costs in attention.
_WORTH_COMPRESSING: Final = 512
# A story may have been filed on any day, so an edition's feeds change at its own fixed time.
_EDITION_TIMES: Final = {
    1: dt.datetime(2026, 10, 12, 18, 0, tzinfo=dt.UTC),
    2: dt.datetime(2026, 10, 12, 20, 0, tzinfo=dt.UTC),
    3: dt.datetime(2026, 10, 12, 22, 0, tzinfo=dt.UTC),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: status, headers and the whole body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def answer(edition: Edition, host: str, path: str, headers: Mapping[str, str]) -> Answer:
    """Return the answer to a GET of `path` under the Host header `host`.

    `headers` has lower-case names. HEAD is the same answer, its body not sent.
    """
    asked = resolve(host, path.partition("?")[0], edition.sites)
    fresh = _of_server(edition, asked) if asked.site is None else _of_site(edition, asked)
    if fresh.status != 200:
        return fresh
    return _compressed(_conditional(fresh, headers), headers)


def feed_urls(edition: Edition, layout: Layout) -> list[tuple[Site, str, str]]:
    """Return (site, title, URL) of every feed."""
    return [
        (site, feed.title, layout.base(site) + feed.path)
        for site in edition.sites.values()
        for feed in site.feeds
    ]


def opml(edition: Edition, layout: Layout) -> str:
    """Return the feeds as OPML 2.0; the agency of each stands in the attribute `agency`."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<opml version="2.0">',
        "<head><title>The sample wire</title></head>",
        "<body>",
    ]
    for site, title, url in feed_urls(edition, layout):
        agency = f' agency="{escape(site.agency)}"' if site.agency else ""
        lines.append(
            f'<outline type="rss" text="{escape(title)}" xmlUrl="{escape(url)}"'
            f' htmlUrl="{escape(layout.base(site))}/" language="{site.language}"{agency}/>'
        )
    return "\n".join([*lines, "</body>", "</opml>", ""])


def expectations(edition: Edition, layout: Layout) -> str:
    """Return what is expected of each story: a JSON line with its URL, text and outcome."""
    return "".join(
        json.dumps(_expectation(edition, story, layout), ensure_ascii=False) + "\n"
        for story in edition.stories.values()
    )


def _expectation(edition: Edition, story: Story, layout: Layout) -> dict[str, object]:
    wanted = story.expected.model_dump(mode="json", exclude_unset=True)
    # A date that its feed prints oddly is promised only where the story's file says so.
    dated = {} if story.feed_date else {"published_at": _iso(story.published)}
    site = edition.sites[story.site]
    return {
        "name": story.name,
        "url": layout.url(site, story),
        "agency": site.agency,
        "headline": story.headline,
        "subheadline": story.subheadline or None,
        "section": story.section,
        "body": story.body,
        **dated,
        **wanted,
    }


def _iso(at: dt.datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _of_server(edition: Edition, asked: Asked) -> Answer:
    texts = {
        "/feeds.opml": (opml, "text/x-opml; charset=utf-8"),
        "/expected.jsonl": (expectations, "application/jsonl; charset=utf-8"),
    }
    if asked.path in texts:
        write, content_type = texts[asked.path]
        return _ok(write(edition, asked.layout).encode(), content_type, edition)
    if asked.path == "/robots.txt":
        closed = [f"/{s.id}{path}" for s in edition.sites.values() for path in s.disallow]
        return _ok(_robots(closed), "text/plain; charset=utf-8", edition)
    if asked.path == "/edition":
        return _ok(f"{edition.number}\n".encode(), "text/plain; charset=utf-8", edition)
    return _missing(asked)


def _of_site(edition: Edition, asked: Asked) -> Answer:
    site, layout = asked.site, asked.layout
    assert site is not None
    if asked.path == "/robots.txt":
        return _ok(_robots(site.disallow), "text/plain; charset=utf-8", edition)
    for each in site.feeds:
        if each.path == asked.path:
            return _ok(feed(edition, site, each, layout), each.content_type, edition)
    story = next((s for s in edition.of_site(site.id) if s.path == asked.path), None)
    if story is None or story.status == 404:
        return _missing(asked)
    if story.status != 200:
        return Answer(story.status, {"content-type": "text/plain"}, b"This page was taken away.\n")
    charset = f"; charset={site.charset}" if site.header_charset else ""
    return _ok(page(edition, site, story, layout), "text/html" + charset, edition)


def _robots(closed: list[str] | tuple[str, ...]) -> bytes:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return ("\n".join(lines if closed else [*lines, "Disallow:"]) + "\n").encode()


def _missing(asked: Asked) -> Answer:
    body = f"Nothing at {asked.path}\n".encode()
    return Answer(404, {"content-type": "text/plain; charset=utf-8"}, body)


def _ok(body: bytes, content_type: str, edition: Edition) -> Answer:
    headers = {
        "content-type": content_type,
        "etag": f'"{hashlib.sha256(body).hexdigest()[:24]}"',
        "last-modified": format_datetime(_EDITION_TIMES[edition.number], usegmt=True),
        "cache-control": "max-age=0, must-revalidate",
    }
    return Answer(200, headers, body)


def _conditional(fresh: Answer, asked: Mapping[str, str]) -> Answer:
    etags = asked.get("if-none-match")
    if etags is not None:
        # Weak comparison, as 13.1.2 asks; the suffix of a compressed answer is ours.
        known = {tag.strip().removeprefix("W/").replace("-gzip", "") for tag in etags.split(",")}
        unchanged = bool(known & {fresh.headers["etag"], "*"})
    else:
        unchanged = _not_later(fresh.headers["last-modified"], asked.get("if-modified-since"))
    if not unchanged:
        return fresh
    kept = {name: value for name, value in fresh.headers.items() if name != "content-type"}
    return Answer(304, kept)


def _not_later(last_modified: str, since: str | None) -> bool:
    if since is None:
        return False
    try:
        return parsedate_to_datetime(last_modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without zone: as if it were not sent
        return False


def _compressed(plain: Answer, asked: Mapping[str, str]) -> Answer:
    headers = {**plain.headers, "vary": "Accept-Encoding"}
    if "gzip" not in asked.get("accept-encoding", "") or len(plain.body) < _WORTH_COMPRESSING:
        return Answer(plain.status, headers, plain.body)
    headers["etag"] = headers["etag"][:-1] + '-gzip"'
    headers["content-encoding"] = "gzip"
    # A fixed time: the same edition gives the same bytes.
    return Answer(plain.status, headers, gzip.compress(plain.body, mtime=0))
