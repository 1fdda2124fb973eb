"""A page becomes a story: the one pure function at the heart of extract, and its order.

    bytes ─► charset ─► tree ─► metadata
                          └──► prose ─► body ─► notices ─► furniture ─► dateline ─► signals ─► dates

Nothing here opens a file but the data of `seeds`, nothing knows Kafka; `worker` runs it in its
processes, `trial` from the command line, the tests by itself.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from atlas.agencies import agencies
from ingest.extract import furniture as furn
from ingest.extract.bylines import names_of, reporters_of
from ingest.extract.content import content_sha256
from ingest.extract.language import detect
from ingest.extract.metadata import Metadata
from ingest.extract.notices import Judged, judge
from ingest.extract.render import Line
from ingest.extract.rules import rules_version
from ingest.extract.source import Source, is_cut_off, read_feed_text, read_source
from ingest.extract.text import key, tidy
from ingest.extract.times import published_at, updated_at
from ingest.extract.wirecopy import read_copy, without_subheadline
from wire.messages import BodyKind, Dateline, Furniture, Lineage, Page, Signals, Story
from wire.messages import Source as Origin

# The server says the page is gone, and means it.
_GONE: Final = frozenset({404, 410})
# Lines of furniture kept with a story: enough to see what was taken, not a second page.
_KEPT_FURNITURE: Final = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """A story half read: its text without furniture, and where that came from."""

    source: Source
    judged: Judged
    stripped: furn.Stripped
    kind: BodyKind
    origin: Origin


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
    draft = _draft(page, read_source(page, content), learned)
    if (
        draft.kind == "none"
        and draft.origin == "page"
        and (page.entry.content_html or page.entry.summary)
    ):
        fed = _draft(page, read_feed_text(page, b""), learned)
        draft = fed if fed.kind != "none" else draft
    return _story(page, draft, learned, now)


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
        titles=_keys((*metadata.titles, entry.title)),
        authors=_keys((*metadata.authors, *entry.authors)),
        sections=_keys((metadata.section, metadata.site, entry.section)),
        subheadlines=_keys((metadata.alternative, *source.head.subheadlines)),
        learned=_keys(learned.lines) if learned else frozenset(),
    )


def _keys(texts: Sequence[str | None]) -> frozenset[str]:
    return frozenset(found for text in texts if text and (found := key(text)))


def _feed_kind(page: Page, judged: Judged) -> BodyKind:
    if judged.kind == "none":
        return "none"
    return "full" if page.entry.content_is_full and not is_cut_off(judged.lines) else "feed"


def _story(page: Page, draft: Draft, learned: Furniture | None, now: dt.datetime) -> Story:
    """Put the story together from what was read."""
    entry, metadata = page.entry, draft.source.metadata
    headline = _headline(page, metadata, draft.stripped.lines)
    body = "\n".join(line.text for line in draft.stripped.lines)
    language = detect(body or headline, (*metadata.languages, entry.language))
    agency = agencies().get(entry.agency) or agencies().by_host(entry.host)
    when = published_at(page, metadata, draft.stripped.stamps, agency=agency, language=language)
    copy = read_copy(
        body, published_at=when.at, language=language, agency=agency.id if agency else None
    )
    body, above = without_subheadline(copy.body, copy.above)
    return Story(
        id=entry.story_id,
        url=entry.url,
        final_url=page.final_url,
        canonical_link=metadata.canonical,
        feed_url=entry.feed_url,
        guid=entry.guid,
        headline=headline,
        original_headline=headline,
        subheadline=draft.stripped.subheadline or above,
        section=_section(page, draft),
        keywords=metadata.keywords or tuple(map(tidy, entry.categories)),
        body=body,
        body_kind=draft.kind if body else "none",
        byline=_byline(page, draft, copy.dateline),
        credits="\n".join(draft.stripped.credits) or None,
        dateline=copy.dateline,
        language=language,
        published_at=when.at,
        published_precision=when.precision,
        updated_at=updated_at(page, metadata, agency=agency, language=language),
        observed_at=page.observed_at,
        page_sha256=page.page_sha256,
        content_sha256=content_sha256(headline, body),
        rules_version=rules_version(learned.epoch if learned else 0),
        source=draft.origin,
        status=page.status,
        noarchive=metadata.reserved,
        etag=page.headers.get("etag"),
        last_modified=page.headers.get("last-modified"),
        furniture=tuple(dict.fromkeys(draft.stripped.furniture))[:_KEPT_FURNITURE],
        warnings=tuple(dict.fromkeys((*_warnings(draft), *when.warnings))),
        flags=_flags(page, draft),
        lineage=_lineage(page, now),
    )


def _headline(page: Page, metadata: Metadata, lines: Sequence[Line]) -> str:
    """Return the headline: the page's, or the feed's where the page's own is another thing."""
    fed = tidy(page.entry.title)
    if not metadata.headline:
        return fed or (lines[0].text[:200] if lines else "")
    if fed and key(fed) in _keys(metadata.titles):
        return fed
    return metadata.headline


def _section(page: Page, draft: Draft) -> str | None:
    """Return the section: what metadata or feed say of it, else what stands beside the stamp."""
    stamped = (s.rest for s in draft.stripped.stamps if s.rest and not s.rest.isupper())
    return draft.source.metadata.section or page.entry.section or next(stamped, None)


def _byline(page: Page, draft: Draft, dateline: Dateline | None) -> str | None:
    """Return who wrote: the page's line, its metadata, feed, credit or dateline."""
    metadata = draft.source.metadata
    house = _keys((metadata.site, metadata.source_organization))
    for names in (
        *(names_of(line) for line in draft.stripped.bylines),
        ", ".join(name for name in metadata.authors if key(name) not in house),
        ", ".join(page.entry.authors),
        *(reporters_of(credit) for credit in draft.stripped.credits),
        reporters_of(dateline.raw) if dateline else None,
    ):
        if names:
            return names
    return None


def _warnings(draft: Draft) -> tuple[str, ...]:
    notices = (f"notice-{notice}" for notice in sorted(draft.judged.notices))
    return (*draft.source.warnings, *notices)


def _flags(page: Page, draft: Draft) -> tuple[str, ...]:
    found = (
        *page.entry.flags,
        *page.flags,
        *(("live-blog",) if draft.source.metadata.live else ()),
    )
    return tuple(dict.fromkeys(found))


def _lineage(page: Page, now: dt.datetime) -> Lineage:
    return Lineage(discovered=page.entry.discovered_at, fetched=page.observed_at, extracted=now)


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
        lineage=_lineage(page, now),
    )
