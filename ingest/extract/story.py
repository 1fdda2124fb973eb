"""A page becomes a story: the one pure function at the heart of extract, and its order.

    bytes ─► charset ─► tree ─► metadata
                          └──► prose ─► body ─► notices ─► furniture ─► dateline ─► signals ─► dates

Nothing here opens a file but the data of `seeds`, nothing knows Kafka; `worker` runs it in its
processes, `trial` from the command line, the tests by itself.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from ingest.extract import furniture as furn
from ingest.extract.assemble import Draft, assemble, lineage
from ingest.extract.content import content_sha256
from ingest.extract.notices import Judged, judge
from ingest.extract.rules import rules_version
from ingest.extract.source import Source, is_cut_off, read_feed_text, read_source
from ingest.extract.text import keys, tidy
from wire.messages import BodyKind, Furniture, Page, Signals, Story

# The server says the page is gone, and means it.
_GONE: Final = frozenset({404, 410})


def extract_page(
    page: Page, content: bytes, *, furniture: Mapping[str, Furniture], now: dt.datetime
) -> Story:
    """Return the story that `page` tells; `content` are its bytes, `furniture` is by host.

    Raises:
        DeadLetter: of stage `extract`, with one of the reasons `empty`, `too-large`, `not-html`,
            `too-deep`: the bytes are no page.
    """
    if page.status in _GONE:
        return _gone(page, now)
    learned = furniture.get(page.entry.host)
    return assemble(page, drafted(page, content, learned), learned, now)


def drafted(page: Page, content: bytes, learned: Furniture | None) -> Draft:
    """Return what is read of a page that is there, before it is put together; as `extract_page`."""
    draft = _draft(page, read_source(page, content), learned)
    if (
        draft.kind == "none"
        and draft.origin == "page"
        and (page.entry.content_html or page.entry.summary)
    ):
        fed = _draft(page, read_feed_text(page, b""), learned)
        return fed if fed.kind != "none" else draft
    return draft


def _draft(page: Page, source: Source, learned: Furniture | None) -> Draft:
    """Judge and strip what was read."""
    metadata = source.metadata
    judged = judge(source.lines, metadata.titles, metadata.free)
    stripped = furn.strip(judged.lines, _known(page, source, learned), source.head.lines)
    kind = judged.kind if source.way != "feed" else _feed_kind(page, judged)
    return Draft(source, judged, stripped, kind, "feed" if source.way == "feed" else "page")


def _known(page: Page, source: Source, learned: Furniture | None) -> furn.Known:
    metadata, entry = source.metadata, page.entry
    return furn.Known(
        titles=keys((*metadata.titles, entry.title)),
        authors=keys((*metadata.authors, *entry.authors)),
        sections=keys((metadata.section, metadata.site, entry.section)),
        subheadlines=keys((metadata.alternative, *source.head.subheadlines)),
        learned=keys(learned.lines) if learned else frozenset(),
    )


def _feed_kind(page: Page, judged: Judged) -> BodyKind:
    if judged.kind == "none":
        return "none"
    return "full" if page.entry.content_is_full and not is_cut_off(judged.lines) else "feed"


def _gone(page: Page, now: dt.datetime) -> Story:
    """Return what is told of a page that is no more: no text, and the signal `removal`."""
    entry = page.entry
    headline = tidy(entry.title)
    return Story(
        id=entry.story_id,
        url=entry.url,
        final_url=page.final_url,
        feed_url=entry.feed_url,
        guid=entry.guid,
        agency=entry.agency,
        agency_basis="feed" if entry.agency else None,
        headline=headline,
        original_headline=headline,
        body="",
        body_kind="none",
        signals=Signals(kind="removal", pub_status="canceled"),
        observed_at=page.observed_at,
        page_sha256=page.page_sha256,
        content_sha256=content_sha256(headline, ""),
        rules_version=rules_version(0),
        status=page.status,
        flags=tuple(dict.fromkeys((*entry.flags, *page.flags))),
        lineage=lineage(page, now),
    )
