"""The sample wire's sites and stories, read from seeds/sample into frozen models.

A story is one TOML file: what its house prints, in which feeds it is listed, what later editions
change, and what the pipeline is expected to make of it. Pure but for reading those files, once a
process; a file that does not fit raises pydantic's ValidationError, which names the field.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from seeds import FOLDER
from wire.messages import BodyKind, Dateline, Label, Signals

HOME: Final = FOLDER / "sample"
# The first holds most of the news, the second its updates, the third a kill and a removal.
EDITIONS: Final = 3


class Part(BaseModel):
    """A part of the sample: frozen, and nothing in its file goes unread."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Feed(Part):
    """One feed of a site; `template` is a file of seeds/sample/feeds."""

    id: str
    path: str
    template: str
    title: str
    content_type: str


class Site(Part):
    """One house: where it is served, how it prints, which feeds it offers."""

    id: str
    name: str
    address: str  # of its own on loopback, so that hosts differ
    agency: str | None = None  # id in seeds/agencies.toml; none for a republisher
    language: str
    charset: str = "utf-8"
    header_charset: bool = True  # the Content-Type says the charset too, not the page alone
    template: str  # a file of seeds/sample/pages
    disallow: tuple[str, ...] = ()  # paths that its robots.txt closes
    feeds: tuple[Feed, ...]


class ExpectedEntity(Part):
    """An entity that the story names, with every form it is printed in."""

    label: Label
    name: str
    forms: tuple[str, ...] = ()  # the name alone where empty
    country: str | None = None

    @property
    def printed(self) -> tuple[str, ...]:
        """Return the forms, never empty."""
        return self.forms or (self.name,)


class Expected(Part):
    """What the pipeline is to make of a story; only the fields that its file sets are promised."""

    headline: str | None = None  # markers off; none where it is the printed one
    language: str
    publisher: str | None = None
    agency: str | None = None
    body_kind: BodyKind = "full"
    # of the body; the lead alone where the page asks not to be archived
    stored: Literal["full", "lead"] = "full"
    first: str = ""  # the body's first words
    last: str = ""  # and its last
    paragraphs: int | None = None
    dateline: Dateline | None = None
    signals: Signals = Signals()
    byline: str | None = None
    published_at: AwareDatetime | None = None
    entities: tuple[ExpectedEntity, ...] = ()
    all_entities: bool = False  # the list is complete: anything more is an error
    absent: tuple[str, ...] = ()  # printed, and not to be tagged
    follows: str | None = None  # the story of the sample that it updates, corrects or kills
    # removed: the page went away; usable ones are articles that a reader sees.
    outcome: Literal["usable", "withheld", "canceled", "removed"] = "usable"


class Story(Part):
    """A story as one edition prints it."""

    name: str
    site: str
    path: str
    feeds: tuple[str, ...]
    edition: int = 1  # the first that carries it
    listed: bool = True  # in its feeds still
    status: int = 200  # of its page
    section: str | None = None
    stamp: str = ""  # as printed on the page
    published: AwareDatetime
    updated: AwareDatetime | None = None
    feed_date: str | None = None  # as the feed prints it, where that is odd
    headline: str
    subheadline: str = ""
    byline: str = ""
    summary: str = ""  # as the feed carries it
    text: str = ""  # paragraphs parted by empty lines
    slug: str = ""
    template: str | None = None  # where the page is not of its site's usual form
    canonical: str | None = None  # the story whose address the page calls its own
    guid: str | None = None
    expected: Expected

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Return the paragraphs as printed, dateline and notes to editors included."""
        # Lines are joined as their script joins words: Chinese without a space.
        joint = "" if self.expected.language == "zh" else " "
        return tuple(joint.join(p.split("\n")) for p in self.text.strip().split("\n\n") if p)

    @property
    def body(self) -> str:
        """Return the body that is expected: from its first words to its last."""
        whole, want = "\n".join(self.paragraphs), self.expected
        if not want.first:
            return ""
        return whole[whole.index(want.first) : whole.rindex(want.last) + len(want.last)]

    @property
    def printed_at(self) -> dt.datetime:
        """Return when this text was published: the update's time where there is one."""
        return self.updated or self.published


class Edition(Part):
    """Everything the sample wire publishes at one time: its stories by name, newest first."""

    number: int
    sites: dict[str, Site]
    stories: dict[str, Story]

    def of_site(self, site: str) -> tuple[Story, ...]:
        """Return a site's stories, newest first."""
        return tuple(story for story in self.stories.values() if story.site == site)

    def in_feed(self, site: str, feed: str) -> tuple[Story, ...]:
        """Return the stories that a feed lists, newest first."""
        return tuple(s for s in self.of_site(site) if feed in s.feeds and s.listed)


@cache
def read(number: int) -> Edition:
    """Return edition `number`, 1 to EDITIONS.

    Raises:
        ValueError: there is no such edition, or a file of seeds/sample does not fit.
    """
    if not 1 <= number <= EDITIONS:
        raise ValueError(f"the sample wire has editions 1 to {EDITIONS}, not {number}")
    told = (as_of(name, raw, number) for name, raw in _raw_stories().items())
    stories = sorted((s for s in told if s), key=lambda s: s.printed_at, reverse=True)
    return Edition(number=number, sites=_sites(), stories={s.name: s for s in stories})


def as_of(name: str, raw: Mapping[str, Any], number: int) -> Story | None:
    """Return the story as edition `number` prints it, none where it comes later.

    `raw` is its file; each table of `later` names an `edition` and the fields that change in it,
    those of `expected` one by one.
    """
    fields = {key: value for key, value in raw.items() if key != "later"}
    for change in raw.get("later", ()):
        if change["edition"] <= number:
            new = {key: value for key, value in change.items() if key != "edition"}
            wanted = fields["expected"] | new.pop("expected", {})
            fields |= new | {"expected": wanted}
    story = Story.model_validate({"name": name, **fields})
    return story if story.edition <= number else None


@cache
def _raw_stories() -> dict[str, dict[str, Any]]:
    return {path.stem: _toml(path) for path in sorted((HOME / "stories").glob("*.toml"))}


@cache
def _sites() -> dict[str, Site]:
    sites = [Site.model_validate(raw) for raw in _toml(HOME / "sites.toml")["site"]]
    return {site.id: site for site in sites}


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
