"""What was taken off a page's text, line by line, and by which knowledge. Pure.

The counterpart of furniture.py for people: the same line is asked of the same tables again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.extract.assemble import Draft
from ingest.extract.phrases import phrases
from ingest.extract.text import key, keys
from wire.messages import Furniture


@dataclass(frozen=True, slots=True)
class Cut:
    """A line that is none of the story's text, and why."""

    text: str
    why: str


def cuts(draft: Draft, learned: Furniture | None) -> Iterator[Cut]:
    """Yield the lines that were taken off, in the order in which that was found."""
    known = keys(learned.lines) if learned else frozenset()
    titles = keys(draft.source.metadata.titles)
    stripped = draft.stripped
    for line in dict.fromkeys(stripped.furniture):
        yield Cut(line, _why(line, known, titles))
    for stamp in stripped.stamps:
        yield Cut(stamp.text, "a stamp: date and time")
    for line in stripped.bylines:
        yield Cut(line, "a byline")
    for line in stripped.credits:
        yield Cut(line, "a credit")
    if stripped.subheadline:
        yield Cut(stripped.subheadline, "the sub-headline")
    notices = ", ".join(sorted(draft.judged.notices))
    for line in draft.judged.taken:
        yield Cut(line, f"a notice of the site ({notices})")


def _why(line: str, learned: frozenset[str], titles: frozenset[str]) -> str:
    if key(line) in learned:
        return "learned: this host repeats it"
    if key(line) in titles:
        return "the headline again"
    if found := phrases().find(line):
        return f"a phrase of seeds/furniture.toml ({found.kind})"
    return "by its form or place"
