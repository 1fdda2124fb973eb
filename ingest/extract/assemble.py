"""What was read of a page becomes a Story: which source each field is taken from. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from atlas.agencies import Agency, agencies
from ingest.extract import furniture as furn
from ingest.extract.attribution import Attribution, Claims, attribute
from ingest.extract.bylines import names_of, reporters_of
from ingest.extract.content import content_sha256
from ingest.extract.dates import Published
from ingest.extract.language import detect
from ingest.extract.metadata import Metadata
from ingest.extract.notices import Judged
from ingest.extract.render import Line
from ingest.extract.rules import rules_version
from ingest.extract.source import Source
from ingest.extract.text import key, keys, tidy
from ingest.extract.times import inferred, published_at, updated_at
from ingest.extract.wirecopy import Copy, CopyRead, read_copy
from wire.messages import BodyKind, Dateline, Furniture, Lineage, Page, Story
from wire.messages import Source as Origin

# Lines of furniture kept with a story: enough to see what was taken, not a second page.
_KEPT_FURNITURE: Final = 60
# A category longer than this is a sentence, no section.
_SECTION: Final = 60
# A headline made of the story's first words, where neither page nor feed has one.
_MADE_HEADLINE: Final = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """A story half read: its text without furniture, and where that came from."""

    source: Source
    judged: Judged
    stripped: furn.Stripped
    kind: BodyKind
    origin: Origin


def assemble(page: Page, draft: Draft, learned: Furniture | None, now: dt.datetime) -> Story:
    """Put the story together from what was read."""
    entry, metadata = page.entry, draft.source.metadata
    house = agencies().get(entry.agency) or agencies().by_host(entry.host)
    printed = _headline(page, metadata, draft.stripped.lines)
    read, when, language = _read(page, draft, printed, house)
    origin = _origin(page, draft, read, language)
    return Story(
        id=entry.story_id,
        url=entry.url,
        final_url=page.final_url,
        canonical_link=metadata.canonical,
        feed_url=entry.feed_url,
        guid=entry.guid,
        publisher=origin.publisher,
        agency=origin.agency,
        agency_basis=origin.agency_basis,
        headline=read.headline,
        original_headline=printed,
        subheadline=draft.stripped.subheadline or read.subheadline,
        section=_section(page, draft),
        slug=read.slug,
        keywords=metadata.keywords or tuple(map(tidy, entry.categories)),
        body=read.body,
        body_kind=draft.kind if read.body else "none",
        byline=_byline(page, draft, read.dateline),
        credits="\n".join(draft.stripped.credits) or None,
        dateline=read.dateline,
        language=language,
        published_at=when.at,
        published_precision=when.precision,
        updated_at=updated_at(page, metadata, agency=house, language=language),
        signals=read.signals,
        observed_at=page.observed_at,
        page_sha256=page.page_sha256,
        content_sha256=content_sha256(read.headline, read.body),
        rules_version=rules_version(learned.epoch if learned else 0),
        source=draft.origin,
        status=page.status,
        noarchive=metadata.reserved,
        etag=page.headers.get("etag"),
        last_modified=page.headers.get("last-modified"),
        furniture=tuple(dict.fromkeys(draft.stripped.furniture))[:_KEPT_FURNITURE],
        warnings=_warnings(draft, read, when),
        flags=_flags(page, draft, read),
        lineage=lineage(page, now),
    )


def _read(
    page: Page, draft: Draft, headline: str, house: Agency | None
) -> tuple[CopyRead, Published, str | None]:
    """Return the copy read, when it was published, and its language."""
    metadata, stamps = draft.source.metadata, draft.stripped.stamps
    body = "\n".join(line.text for line in draft.stripped.lines)
    language = detect(body or headline, (*metadata.languages, page.entry.language))
    when = published_at(page, metadata, stamps, agency=house, language=language)
    read = read_copy(
        Copy(headline, body, metadata.slug, tuple(stamp.text for stamp in stamps if stamp.rest)),
        house=house,
        language=language,
        published_at=when.at,
        received_at=page.observed_at,
    )
    if when.at is None and read.dateline and read.dateline.date:
        when = inferred(read.dateline.date, page, agency=house)
    return read, when, language


def _origin(page: Page, draft: Draft, read: CopyRead, language: str | None) -> Attribution:
    """Return whose site the story stands on, and who originated it."""
    metadata, stripped = draft.source.metadata, draft.stripped
    return attribute(
        Claims(
            host=urlsplit(page.final_url).hostname or page.entry.host,
            feed_agency=page.entry.agency,
            dateline_agency=read.dateline.agency if read.dateline else None,
            lines=(*stripped.bylines, *stripped.credits, *stripped.furniture),
            authors=(*metadata.authors, *page.entry.authors),
            organisations=tuple(filter(None, (metadata.source_organization,))),
            body=read.body,
            language=language,
        )
    )


def _headline(page: Page, metadata: Metadata, lines: Sequence[Line]) -> str:
    """Return the headline: the page's, or the feed's where the page's own is another thing."""
    fed = tidy(page.entry.title)
    if not metadata.headline:
        return fed or (lines[0].text[:_MADE_HEADLINE] if lines else "")
    if fed and key(fed) in keys(metadata.titles):
        return fed
    return metadata.headline


def _section(page: Page, draft: Draft) -> str | None:
    """Return the section: what metadata or feed say of it, else what stands beside the stamp.

    Where none of them does, it is the entry's category if that is one alone: several are tags.
    """
    stamped = (
        part
        for stamp in draft.stripped.stamps
        if not stamp.labelled
        for part in stamp.parts
        if part and not part.isupper()
    )
    filed = page.entry.categories if len(page.entry.categories) == 1 else ()
    of_feed = (name for name in map(tidy, filed) if 0 < len(name) <= _SECTION)
    told = draft.source.metadata.section or page.entry.section
    return told or next(stamped, None) or next(of_feed, None)


def _byline(page: Page, draft: Draft, dateline: Dateline | None) -> str | None:
    """Return who wrote: the page's line, its metadata, feed, credit or dateline."""
    metadata = draft.source.metadata
    house = keys((metadata.site, metadata.source_organization))
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


def _warnings(draft: Draft, read: CopyRead, when: Published) -> tuple[str, ...]:
    notices = (f"notice-{notice}" for notice in sorted(draft.judged.notices))
    found = (*draft.source.warnings, *notices, *when.warnings, *read.warnings)
    return tuple(dict.fromkeys(found))


def _flags(page: Page, draft: Draft, read: CopyRead) -> tuple[str, ...]:
    found = (
        *page.entry.flags,
        *page.flags,
        *(("live-blog",) if draft.source.metadata.live else ()),
        *read.flags,
    )
    return tuple(dict.fromkeys(found))


def lineage(page: Page, now: dt.datetime) -> Lineage:
    """Return when the story passed each stage so far."""
    return Lineage(discovered=page.entry.discovered_at, fetched=page.observed_at, extracted=now)
