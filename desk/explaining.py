"""A story with every decision: what was cut, how its dateline was read, each name and why.

`read` gets the story's page from wire.pages, where it lies for a week, and reads it anew with the
functions of extract and enrich; `show` prints what they say. Where the page is gone the stored
text is read, and what was cut is not told. What is withheld or killed is not shown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atlas.resolve import named
from desk.terminal import plain
from enrich.explain import Explanation, explain_story
from enrich.worker import tagger
from ingest.extract.cuts import Cut, cuts
from ingest.extract.story import drafted, extract_page
from store import stored, tracing
from wire.bus import read_key, read_whole
from wire.messages import Furniture, Page, Story
from wire.topics import Topics

if TYPE_CHECKING:
    from store.engine import Engine
    from wire.settings import Settings

# Pages are published right after they are fetched; clocks differ a little.
_BEFORE = timedelta(minutes=1)
_GONE = (404, 410)
# Candidates of a dateline's place that are shown.
_PLACES = 4
# Countries a story speaks of that are shown.
_SIGNS = 6


@dataclass(frozen=True, slots=True)
class Read:
    """What could be found out about one story."""

    trace: tracing.Trace
    story: Story | None = None
    way: str = ""
    cuts: tuple[Cut, ...] | None = None  # None where the page is not at hand
    names: Explanation | None = None
    rows: tuple[stored.StoredName, ...] = ()


def read(settings: "Settings", engine: "Engine", trace: tracing.Trace) -> Read:
    """Read the story anew; `trace` is what is known of it."""
    article = trace.article
    if article is None or article["pub_status"] != "usable":
        return Read(trace)
    rows = stored.names(engine, trace.story_id)
    found = _page(settings, trace.story_id, article["fetched_at"])
    if found is None or found[0].status in _GONE:
        story = stored.story(engine, trace.story_id)
        return Read(trace, story, "the stored text", None, _names(settings, story), rows)
    page, content = found
    learned = _learned(settings, page.entry.host)
    by_host = {learned.host: learned} if learned else {}
    story = extract_page(page, content, furniture=by_host, now=page.observed_at)
    draft = drafted(page, content, learned)
    taken = tuple(cuts(draft, learned))
    return Read(trace, story, draft.source.way, taken, _names(settings, story), rows)


def _names(settings: "Settings", story: Story | None) -> Explanation | None:
    return explain_story(story, tagger(settings.enrich.tagger)) if story else None


def _page(settings: "Settings", story_id: UUID, fetched_at: datetime) -> tuple[Page, bytes] | None:
    topic = Topics(settings.kafka.prefix).pages
    since = round((fetched_at - _BEFORE).timestamp() * 1000)
    record = read_key(settings.kafka, topic, str(story_id).encode(), since)
    if record is None:
        return None
    return Page.model_validate_json(record.header("page") or b""), record.value or b""


def _learned(settings: "Settings", host: str) -> Furniture | None:
    topic = Topics(settings.kafka.prefix).furniture
    told = [r for r in read_whole(settings.kafka, topic) if r.key == host.encode() and r.value]
    return Furniture.model_validate_json(told[-1].value or b"") if told else None


def show(found: Read, console: Console) -> None:
    """Print what was found out."""
    for line in _lines(found):
        console.print(plain(line), markup=False)
    if found.names is None:
        return
    console.print(_mentions(found))
    for line in (*_dropped(found.names), *_places(found.names), *_focus(found.names)):
        console.print(plain(line), markup=False)


def _lines(found: Read) -> Iterator[str]:
    article = found.trace.article or {}
    yield f"story {found.trace.story_id}"
    if found.story is None:
        status = article.get("pub_status")
        yield f"{status}: its text is not shown" if status else "no article: see `wiredesk trace`"
        return
    story = found.story
    yield f"{story.url}"
    yield f"read from: {found.way}; agency {story.agency} (by {story.agency_basis})"
    yield f"headline: {story.headline}"
    if story.original_headline != story.headline:
        yield f"  as printed: {story.original_headline}"
    yield from _signals(story)
    yield from _cut(found.cuts)
    yield from _dateline(story)
    yield "text:"
    yield from (f"  {paragraph}" for paragraph in story.body.split("\n"))


def _signals(story: Story) -> Iterator[str]:
    told = story.signals.model_dump(exclude_none=True, exclude_defaults=True)
    if told:
        yield "says of itself: " + ", ".join(f"{name} {value}" for name, value in told.items())
    if story.warnings:
        yield f"doubtful: {', '.join(story.warnings)}"


def _cut(taken: Iterable[Cut] | None) -> Iterator[str]:
    if taken is None:
        yield "cut: not known, the page is no longer at hand"
        return
    yield "cut:"
    for cut in taken:
        yield f"  {cut.text}  [{cut.why}]"


def _dateline(story: Story) -> Iterator[str]:
    line = story.dateline
    if line is None:
        yield "dateline: none"
        return
    yield f"dateline: {line.raw}"
    where = ", ".join(part for part in (line.place, line.region) if part)
    yield f"  filed from {where}: {line.name} in {line.country}, GeoNames {line.geoname_id}"
    yield f"  date {line.date}, agency {line.agency}"
    ranked = sorted(named(line.place or ""), key=lambda place: -place.population)[:_PLACES]
    for place in ranked:
        meant = "meant" if place.geoname_id == line.geoname_id else "not meant"
        yield f"  {place.name}, {place.admin1}, {place.country}: {place.population} ({meant})"


def _mentions(found: Read) -> Table:
    table = Table(title="names", title_justify="left", expand=False)
    for name in ("at", "printed", "label", "why it is marked", "entity", "why it is this", "row"):
        table.add_column(name, overflow="fold")
    rows = {(name.text, name.key.partition("/")[0]): name for name in found.rows}
    for told in found.names.mentions if found.names else ():
        row = rows.get((told.text, told.key))
        entity = f"{told.name}\n{told.key}"
        cells = (str(told.start), told.text, told.label, told.marked, entity, told.entity)
        table.add_row(*(escape(plain(cell)) for cell in (*cells, _row(row))))
    return table


def _row(row: stored.StoredName | None) -> str:
    """What the store made of a name: another bearer of it, or what it was merged into."""
    if row is None:
        return "not stored"
    if row.merged_into:
        return f"merged by hand into {row.merged_into}"
    return f"namesake {row.key}" if "/" in row.key else "as is"


def _dropped(names: Explanation) -> Iterator[str]:
    for text, why in names.dropped:
        yield f"not a name: {text}  [{why}]"


def _places(names: Explanation) -> Iterator[str]:
    signs = ", ".join(f"{country} {weight:.1f}" for country, weight in names.signs[:_SIGNS])
    yield f"countries spoken of: {signs or 'none'}"
    for name, candidates in names.places.items():
        told = "; ".join(
            f"{c.name} ({c.kind}, {', '.join(filter(None, (c.region, c.country)))}) {c.points:.1f}"
            for c in candidates
        )
        yield f"place {name}: {told or 'in no gazetteer'}"


def _focus(names: Explanation) -> Iterator[str]:
    focus = names.reading.focus
    yield f"plays in: {focus.country}, {focus.place} (confidence {focus.confidence})"
