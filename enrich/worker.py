"""The enrich stage: wire.stories in, rows in PostgreSQL out.

`enrich_batch` is pure: a batch of stories is tagged together, each is read by itself. `Enricher` is
the stage's work on records: parse, tag, one transaction through the store's writer, fates. It runs
in the loop's own thread; onnxruntime brings the threads it needs.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from pydantic import ValidationError

from atlas.agencies import agencies
from enrich.analysis import Reading, Setting, read
from enrich.entities.known import known
from enrich.entities.rules import RulesTagger
from enrich.entities.spacy import SpacyTagger
from enrich.entities.tagger import Span, Tagger
from enrich.entities.trained import TrainedTagger
from store.rows import Mention, TaggedStory
from wire.bus import Record
from wire.errors import DeadLetter
from wire.messages import Story
from wire.telemetry import Fate
from wire.work import Done

STAGE: Final = "enrich"
# Laid over every tagger; part of `model_version`, so that a better desk is seen in the rows.
DESK_VERSION: Final = "desk-1"
# Notes to editors name desks and times, not the news.
_UNTAGGED_GENRES: Final = frozenset({"advisory"})


@cache
def tagger(name: str = "default") -> Tagger:
    """Return the tagger of that name, loaded once: `default`, `rules`, or spaCy pipelines.

    Raises:
        Fatal: it can't be loaded.
    """
    if name == "rules":
        return RulesTagger(known())
    return TrainedTagger() if name == "default" else SpacyTagger(name)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A story laid out as one text: headline, sub-headline, paragraphs, one a line."""

    story: Story
    lines: tuple[str, ...]
    body_line: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def start_of(self, line: int) -> int:
        return sum(len(text) + 1 for text in self.lines[:line])


def enrich_story(story: Story, with_tagger: Tagger | None = None) -> TaggedStory:
    """Tag one story. Pure but for the tables that are read once."""
    return enrich_batch([story], with_tagger)[0]


def enrich_batch(stories: Sequence[Story], with_tagger: Tagger | None = None) -> list[TaggedStory]:
    """Tag stories together, in order: what one costs depends on its neighbours, its result not."""
    chosen = with_tagger or tagger()
    sheets = [sheet_of(story) for story in stories]
    lines = [line for sheet in sheets for line in sheet.lines]
    languages = [sheet.story.language for sheet in sheets for _ in sheet.lines]
    tagged = iter(chosen.tag(lines, languages))
    version = f"{chosen.version}+{DESK_VERSION}"
    return [_tagged(sheet, [next(tagged) for _ in sheet.lines], version) for sheet in sheets]


def sheet_of(story: Story) -> Sheet:
    """Lay a story out; notes to editors have no line that is read."""
    if story.signals.genre in _UNTAGGED_GENRES:
        return Sheet(story, (), 0)
    head = (story.headline, *([story.subheadline] if story.subheadline else ()))
    return Sheet(story, (*head, *story.body.split("\n")), len(head))


def _tagged(sheet: Sheet, spans: Sequence[Sequence[Span]], version: str) -> TaggedStory:
    story = sheet.story
    if not sheet.lines:
        return TaggedStory(story, model_version=version)
    reading = read(sheet.text, joined(sheet.lines, spans), setting_of(sheet))
    return TaggedStory(
        story=story,
        mentions=tuple(_mentions(sheet, reading)),
        entities=reading.entities,
        focus=reading.focus,
        model_version=version,
    )


def joined(lines: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Span]:
    """Move each line's spans to where the line stands in the joined text."""
    moved = []
    offset = 0
    for line, found in zip(lines, spans, strict=True):
        moved += [Span(s.start + offset, s.end + offset, s.label, s.confidence) for s in found]
        offset += len(line) + 1
    return moved


def setting_of(sheet: Sheet) -> Setting:
    """Return what is known of a story beside its text."""
    story = sheet.story
    body = sheet.start_of(sheet.body_line)
    lead = body + len(sheet.lines[sheet.body_line])
    dateline = story.dateline
    ids = {story.agency, dateline.agency if dateline else None}
    return Setting(
        language=story.language,
        own_names=own_names(ids),
        filed_from=dateline.country if dateline else None,
        body=body,
        lead=lead,
    )


def own_names(ids: set[str | None]) -> frozenset[str]:
    """Return how these agencies call themselves: a story's own credit is none of its entities."""
    found = (agencies().get(agency) for agency in ids)
    return frozenset(
        name for agency in found if agency for name in (*agency.all_names, *agency.credits)
    )


def _mentions(sheet: Sheet, reading: Reading) -> list[Mention]:
    """Mentions of headline and body; those of the sub-headline count through their entities."""
    headline, body = len(sheet.lines[0]), sheet.start_of(sheet.body_line)
    found = []
    for mention in reading.mentions:
        span, entity = mention.span, reading.entities[mention.entity]
        if headline < span.start < body:
            continue
        offset = body if span.start >= body else 0
        found.append(
            Mention(
                entity_id=entity.id,
                label=entity.label,
                text=reading.text[span.start : span.end],
                field="body" if offset else "headline",
                start=span.start - offset,
                end=span.end - offset,
                confidence=span.confidence,
            )
        )
    return found


class Enricher:
    """The stage's work on a batch of records.

    `write` stores the batch in one transaction and returns each story's outcome (`stored`,
    `updated`, `unchanged`, `killed`) in order; a batch it refuses is redone story by story by the
    caller (`wire.work.attempt`).
    """

    def __init__(
        self,
        write: Callable[[Sequence[TaggedStory]], Sequence[str]],
        with_tagger: Tagger,
    ) -> None:
        self._write = write
        self._tagger = with_tagger

    def __call__(self, records: Sequence[Record]) -> list[Done]:
        """Tag and store; raises what the writer raises."""
        started = time.monotonic()
        parsed = [(record, _parsed(record)) for record in records]
        good = [(record, story) for record, story in parsed if isinstance(story, Story)]
        tagged = enrich_batch([story for _, story in good], self._tagger)
        outcomes = self._write(tagged) if tagged else ()
        ms = round((time.monotonic() - started) * 1000 / max(1, len(good)), 1)
        done = [
            Done(record, fate=Fate(outcome, _fields(story, ms), _since(story, outcome)))
            for (record, story), outcome in zip(good, outcomes, strict=True)
        ]
        bad = [Done(r, error=e) for r, e in parsed if isinstance(e, DeadLetter)]
        return done + bad


def _parsed(record: Record) -> Story | DeadLetter:
    try:
        return Story.model_validate_json(record.value or b"")
    except ValidationError as error:
        return DeadLetter(STAGE, "invalid-message", f"not a Story: {error}")


def about(record: Record) -> dict[str, object]:
    """Return which story a record is, for its dead letter; nothing where it is none."""
    story = _parsed(record)
    return {} if isinstance(story, DeadLetter) else _named(story)


def _named(story: Story) -> dict[str, object]:
    return {"story": str(story.id), "url": story.url, "agency": story.agency}


def _since(story: Story, outcome: str) -> dict[str, datetime]:
    """Return when a new article's way began; a day alone is too coarse to say when it was filed."""
    if outcome != "stored":
        return {}
    began = {"discovery": story.lineage.discovered}
    if story.published_at is not None and story.published_precision in ("second", "minute"):
        began["publication"] = story.published_at
    return began


def _fields(story: Story, ms: float) -> dict[str, object]:
    return _named(story) | {"ms": ms}
