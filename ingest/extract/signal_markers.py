"""Markers taken off one by one, from the head or the end of a text, and what they add up to. Pure.

`Tally` is filled while a story's headline, slug and lines are read; `signals` makes the result.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from ingest.extract.signal_forms import Form, Position, forms
from wire.messages import SignalKind

# Markers stand in the first words; a longer headline is a paragraph.
_HEADLINE: Final = 500
# A note to editors is a line or two; what is longer is the story in brackets.
NOTE: Final = 900


@dataclass(slots=True)
class Tally:
    """What the markers come to, while they are read."""

    markers: list[str] = field(default_factory=list)
    kinds: set[SignalKind] = field(default_factory=set)
    number: int | None = None
    genre: str | None = None
    urgency: int | None = None
    whens: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    names_slug: str | None = None
    names_story: bool = False
    lifts: bool = False
    doubtful: bool = False

    def add(self, form: Form, found: re.Match[str], printed: str) -> None:
        marker, groups = form.marker, found.groupdict()
        if printed:
            self.markers.append(printed)
        if marker.kind:
            self.kinds.add(marker.kind)
        if marker.kind == "update" and self.number is None:
            self.number = int(groups["n"]) if groups.get("n") else marker.number
        if marker.kind == "embargo":
            self.whens.append(groups.get("when") or "")
        # the first form named is the story's; a press release stays one whatever else it says
        self.genre = self.genre or marker.genre
        if marker.urgency:
            self.urgency = min(self.urgency or 9, marker.urgency)
        self.lifts = self.lifts or marker.lifts
        self.names_story = self.names_story or marker.id == "correction-names"


def strip_start(text: str, agency: str | None, tally: Tally) -> str | None:
    """Return `text` without the marker at its head, None where there is none."""
    if not text:
        return None
    for form in forms().at("start", text[0]):
        found = form.pattern.match(text[:_HEADLINE])
        if found is None or not found.end():
            continue
        rest = text[found.end() :]
        if _counts(form, agency, rest, tally):
            tally.add(form, found, found[0].strip())
            return rest.strip()
    note = bracketed(text, agency)
    if note is not None:
        form, found, end = note
        tally.notes.append(text[:end])
        tally.add(form, found, "")
        return text[end:].strip()
    return None


def strip_end(text: str, agency: str | None, tally: Tally, position: Position) -> str | None:
    """Return `text` without the marker at its end, None where there is none."""
    if not text or len(text) > _HEADLINE:
        return None
    for form in (*forms().at(position, text[-1]), *_ends_in_number(position, text)):
        found = form.pattern.search(text, max(0, len(text) - len(form.text) - 12))
        if found is not None and _counts(form, agency, text[: found.start()], tally):
            tally.add(form, found, found[0].strip())
            return text[: found.start()].strip()
    return None


def _ends_in_number(position: Position, text: str) -> tuple[Form, ...]:
    return forms().at(position, "0") if text[-1].isdecimal() else ()


def _counts(form: Form, agency: str | None, rest: str, tally: Tally) -> bool:
    """Return whether a form that fits is this agency's marker and not an ordinary word."""
    marker = form.marker
    if not marker.speaks_for(agency):
        if marker.kind in {"kill", "hold"} and (agency is not None or not marker.only):
            tally.doubtful = True
        return False
    if not (marker.weak and form.is_bare) or agency in marker.agencies:
        return True
    # in a headline all in capitals `FLASH-FLOOD WARNING` looks like a marker; `FLASH:` is one
    return not rest.isupper() or not form.text.endswith("-") or " " in form.text.strip(" -")


def bracketed(text: str, agency: str | None) -> tuple[Form, re.Match[str], int] | None:
    """Return the note to editors in brackets that `text` opens with, and where it ends."""
    if text[:1] not in {"(", "（", "["}:
        return None
    end = _closing(text[:NOTE])
    inside = text[1:end].strip() if end else ""
    if not end or not inside:
        return None
    for form in forms().at("open", inside[0]):
        found = form.pattern.match(inside)
        ends_word = found and not inside[found.end() : found.end() + 1].isalpha()
        if found and (ends_word or not form.text[-1].isascii()) and form.marker.speaks_for(agency):
            return form, found, end + 1
    return None


def _closing(text: str) -> int:
    """Return where the bracket that opens `text` closes, 0 where it does not."""
    depth = 0
    for place, character in enumerate(text):
        if character in "(（[":
            depth += 1
        elif character in ")）]":
            depth -= 1
            if depth == 0:
                return place
    return 0
