"""The messages between the stages: frozen pydantic models, JSON on the wire: `kcat` reads them.

    feeds ─► Entry ─► Page (+ bytes) ─► Story ─► PostgreSQL ─► Article
                            any of them ─► DeadLetterRecord

Each carries `schema_version`; unknown fields are ignored, so that an older stage reads what a newer
one wrote; what does not validate is a dead letter. Text fields are `CleanStr`. JSON Schemas stand
in docs/schemas/, kept in step by a test. Times are aware and in UTC unless a field says otherwise.
"""

import datetime as dt
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from wire.text import CleanStr

SCHEMA_VERSION: Final = 1

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]  # ISO 3166-1 alpha-2; XK for Kosovo

AgencyBasis = Literal["feed", "host", "dateline", "credit"]
BodyKind = Literal["full", "lead", "feed", "none"]
Label = Literal["PER", "ORG", "LOC", "MISC"]
Precision = Literal["second", "minute", "day", "inferred", "received"]
PubStatus = Literal["usable", "withheld", "canceled"]
SignalKind = Literal[
    "update", "correction", "refile", "repeat", "kill", "hold", "embargo", "removal"
]
EntryReason = Literal["new", "changed", "revisit", "missing", "backfill"]
Source = Literal["page", "feed"]
# IPTC's urgency: 1 is the most urgent, 9 user-defined.
Urgency = Annotated[int, Field(ge=1, le=9)]


class Message(BaseModel):
    """What every message is: frozen, versioned, tolerant of fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_bytes="base64")

    schema_version: int = SCHEMA_VERSION

    def to_json(self) -> bytes:
        """Return the message as it goes on the wire: UTF-8 JSON, unset and null fields left out."""
        return self.model_dump_json(exclude_none=True).encode()


class Model(BaseModel):
    """A part of a message: frozen, and tolerant of fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Entry(Message):
    """One entry of a feed as poll resolved it: which story it is and what the feed says of it."""

    story_id: UUID
    url: CleanStr
    canonical_url: CleanStr
    host: CleanStr  # of `url`: the key of wire.entries
    feed_url: CleanStr
    agency: CleanStr | None = None  # id in seeds/agencies.toml, where the feed is an agency's
    guid: CleanStr | None = None
    title: CleanStr = ""
    summary: CleanStr = ""  # plain text
    content_html: CleanStr = ""  # what the feed carries of the body, as HTML
    content_is_full: bool = False  # the feed carries the whole text: no page need be asked for
    authors: tuple[CleanStr, ...] = ()
    categories: tuple[CleanStr, ...] = ()
    section: CleanStr | None = None
    language: CleanStr | None = None  # as the feed declares it
    published_at: AwareDatetime | None = None
    published_raw: CleanStr | None = None
    updated_at: AwareDatetime | None = None
    observed_at: AwareDatetime  # when the feed that said this was obtained; never reset
    discovered_at: AwareDatetime  # when the story was first seen
    fingerprint: Sha256  # over what the feed says of the entry: changed means said anew
    reason: EntryReason = "new"
    etag: CleanStr | None = None  # validators of the page's last answer, for revisits
    last_modified: CleanStr | None = None
    flags: tuple[CleanStr, ...] = ()


class Page(Message):
    """What fetch obtained for an entry; the bytes themselves are the Kafka value beside it.

    The Kafka header `page` holds this as JSON (at most 256 KiB), the value holds the body with its
    content-encoding undone (at most 8 MiB). Where `source` is `feed` the value is the feed's own
    HTML in UTF-8; where the page is gone (`status` 404 or 410) it is empty.
    """

    url: CleanStr  # as asked
    final_url: CleanStr  # after redirects
    status: int
    headers: dict[CleanStr, CleanStr] = {}  # lower-case names; those that later stages read
    charset: CleanStr | None = None  # from Content-Type
    observed_at: AwareDatetime  # when the bytes were obtained; never reset
    page_sha256: Sha256  # over the value
    source: Source = "page"
    flags: tuple[CleanStr, ...] = ()  # `feed-text`: the page could not be had
    entry: Entry


class DatelinePlace(Model):
    """One place of a dateline: as printed, and what the gazetteer makes of it."""

    place: CleanStr  # as printed, without country or state
    region: CleanStr | None = None  # state or country as printed
    name: CleanStr | None = None  # the gazetteer's name
    country: Country | None = None
    lat: float | None = None
    lon: float | None = None
    geoname_id: int | None = None


class Dateline(Model):
    """Where, when and by whom a story was filed; not where the event was."""

    raw: CleanStr  # as printed
    place: CleanStr | None = None
    region: CleanStr | None = None
    name: CleanStr | None = None
    country: Country | None = None
    lat: float | None = None
    lon: float | None = None
    geoname_id: int | None = None
    date: dt.date | None = None  # the local day of filing
    agency: CleanStr | None = None  # id in seeds/agencies.toml
    agencies: tuple[CleanStr, ...] = ()  # all of them where several share the credit
    places: tuple[DatelinePlace, ...] = ()  # all of them where the story is filed from several
    warnings: tuple[CleanStr, ...] = ()  # `date-distrusted`, `place-unknown`, …


class Signals(Model):
    """What a story says about itself and about earlier copy (seeds/signals.toml)."""

    kind: SignalKind | None = None
    update_number: int | None = None
    genre: CleanStr | None = None
    urgency: Urgency | None = None
    pub_status: PubStatus = "usable"
    embargoed_until: AwareDatetime | None = None
    ed_note: CleanStr | None = None
    names_slug: CleanStr | None = None  # the story that a kill, hold or correction names
    names_headline: CleanStr | None = None
    markers: tuple[CleanStr, ...] = ()  # as printed, left to right


class Lineage(Model):
    """When a story passed each stage."""

    discovered: AwareDatetime
    fetched: AwareDatetime
    extracted: AwareDatetime | None = None
    enriched: AwareDatetime | None = None
    stored: AwareDatetime | None = None


class Story(Message):
    """One text of a story, read: body, dateline, byline, signals, dates, language."""

    id: UUID
    url: CleanStr
    final_url: CleanStr
    canonical_link: CleanStr | None = (
        None  # as the page names it; believed only by the writer's rules
    )
    feed_url: CleanStr | None = None
    guid: CleanStr | None = None
    publisher: CleanStr | None = None  # whose site it is, by host
    agency: CleanStr | None = None  # who originated the copy
    agency_basis: AgencyBasis | None = None
    headline: CleanStr  # markers off
    original_headline: CleanStr
    subheadline: CleanStr | None = None
    section: CleanStr | None = None
    slug: CleanStr | None = None
    keywords: tuple[CleanStr, ...] = ()
    body: CleanStr  # paragraphs parted by newlines, without dateline and furniture
    body_kind: BodyKind
    byline: CleanStr | None = None
    credits: CleanStr | None = None
    dateline: Dateline | None = None
    language: CleanStr | None = None  # ISO 639-1
    published_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    published_precision: Precision = "received"
    signals: Signals = Signals()
    observed_at: AwareDatetime
    page_sha256: Sha256
    content_sha256: Sha256
    rules_version: CleanStr  # the code's rules and the furniture's epoch
    source: Source = "page"
    status: int = 200  # of the page: 404 and 410 carry no text
    noarchive: bool = False  # robots meta or header, TDM reservation: lowers what is stored
    etag: CleanStr | None = None  # the page's validators, for revisits
    last_modified: CleanStr | None = None
    furniture: tuple[CleanStr, ...] = ()  # the lines taken off, kept apart
    warnings: tuple[CleanStr, ...] = ()
    flags: tuple[CleanStr, ...] = ()
    lineage: Lineage


class ArticleEntity(Model):
    """An entity that an article names, as wire.articles carries it."""

    id: UUID
    label: Label
    name: CleanStr
    country: Country | None = None
    geoname_id: int | None = None
    mentions: int = 1


class Article(Message):
    """An article as it stands, for those who stream; killed or withheld: without text."""

    id: UUID
    seq: int  # of the change that this record tells
    change: CleanStr
    revision: int
    pub_status: PubStatus
    publisher: CleanStr | None = None
    agency: CleanStr | None = None
    agency_basis: AgencyBasis | None = None
    url: CleanStr
    headline: CleanStr | None = None
    subheadline: CleanStr | None = None
    body: CleanStr | None = None
    body_kind: BodyKind | None = None
    byline: CleanStr | None = None
    language: CleanStr | None = None
    section: CleanStr | None = None
    genre: CleanStr | None = None
    urgency: Urgency | None = None
    signal: SignalKind | None = None
    update_number: int | None = None
    ed_note: CleanStr | None = None
    dateline: Dateline | None = None
    published_at: AwareDatetime | None = None
    published_precision: Precision | None = None
    first_seen_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    embargoed_until: AwareDatetime | None = None
    content_sha256: Sha256 | None = None
    cluster_id: UUID | None = None
    chain_id: UUID | None = None
    replaces: UUID | None = None
    is_latest: bool = True
    focus_country: Country | None = None
    entities: tuple[ArticleEntity, ...] = ()


class Furniture(Message):
    """Lines that recur on a host's pages; the value of wire.furniture, keyed by host."""

    host: CleanStr
    epoch: int  # grows with each learning
    lines: tuple[CleanStr, ...]
    stories: int  # how many stories they were learned from


class DeadLetterRecord(Model):
    """A message that could not be done: where it came from, and why it ended."""

    stage: CleanStr
    topic: CleanStr
    topic_id: CleanStr = ""  # the broker's own id of the topic: offsets start again after a wipe
    partition: int
    offset: int
    reason: CleanStr
    error_class: CleanStr
    error: CleanStr
    stacktrace: CleanStr = ""
    url: CleanStr | None = None
    story_id: UUID | None = None
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[CleanStr, bytes], ...] = ()
    at: AwareDatetime
