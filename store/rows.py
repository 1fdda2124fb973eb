"""What the writer takes from enrich: a story with its mentions, entities focus. Frozen, pure."""

from dataclasses import dataclass
from uuid import UUID

from wire.messages import Label, Story

Field = str  # `headline` or `body`


@dataclass(frozen=True, slots=True)
class EntityDraft:
    """An entity as enrich resolved it; the writer makes it one row, or finds the row that is there.

    `key` is what makes two drafts the same entity: `country:RS`, `region:US-GA`, `geoname:792680`,
    `org:curated:nato`, `org:kosovo force`, `per:albin kurti`. The id is UUIDv5 of the key, so
    that two writers agree without asking. Two people of one name have one key: `company`, who and
    what stands beside this one in the story, lets the writer tell them apart (store/namesakes.py).
    """

    id: UUID
    key: str
    label: Label
    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    geoname_id: int | None = None
    curated: bool = False
    company: tuple[str, ...] = ()
    # the key of the first of this name, where this is another of it
    namesake_of: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention: a span of the headline or body, in Unicode code points, end exclusive."""

    entity_id: UUID
    label: Label
    text: str
    field: Field
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Focus:
    """The country and place that a story is about, and how sure that is (0 to 1)."""

    country: str | None = None
    place: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class TaggedStory:
    """A story with all that enrich found; the unit the writer stores."""

    story: Story
    mentions: tuple[Mention, ...] = ()
    entities: tuple[EntityDraft, ...] = ()
    focus: Focus = Focus()
    model_version: str = ""
