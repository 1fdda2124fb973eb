"""The furniture comes off: what stands with a story and is none of it, kept apart. Pure.

Four knowledges, in this order: lines that this host was learned to repeat; phrases in many
languages (seeds/furniture.toml) and calls to the reader (seeds/calls.toml); forms (stamps, bylines,
captions' credits, handles, addresses); and place: what may stand above a story (headline, section,
stamp, byline, sub-headline) and below it (credits, names, related titles) is judged there and
nowhere else.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ingest.extract.bylines import read_byline
from ingest.extract.calls import is_call
from ingest.extract.phrases import Effect, Found, phrases
from ingest.extract.render import Line
from ingest.extract.stamps import Stamp, read_stamp
from ingest.extract.text import key

# Above the story's first paragraph at most this many lines are looked at as its head.
_HEAD: Final = 10
# As many last lines are low on the page, and what follows this share of the text.
_TAIL: Final = 8
_LOW: Final = 0.85
# Headings that stand over nothing at the end; more are a story whose paragraphs were lost.
_HEADINGS: Final = 2
# A line this long that ends as a sentence does is prose; shorter ones may be titles.
_PROSE: Final = 90
# Titles under a `related` line: more in a row are the story's own list.
_TITLES: Final = 20
# Longer lines are no titles.
_TITLE: Final = 170
# A `cut` phrase cuts only where this share of the text stands above it.
_CUT: Final = 0.5
# A stamp within a story, the clock of a live blog, is no longer.
_STAMP: Final = 70
# Words beside the date of a stamp line at a story's end: its section, its house.
_STAMPED: Final = 5
# A kicker or section name above the headline is no longer than this.
_KICKER: Final = 40

_SENTENCE_END: Final = re.compile(r"[.!?…。！？؟।]['\"”’»)\]]*$")
_HANDLE: Final = re.compile(
    r"^[-•\s]*(?:@\w+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.|twitter\.com/)\S+)$"
)
_CAPTION: Final = re.compile(
    r"\((?:AP|AFP|Reuters|EPA|dpa|Getty|Xinhua|TASS|ANSA|EFE)"
    r"[^()]{0,12} (?:Photo|Images)[^()]{0,60}\)$"
    r"|(?:/|via )(?:Getty Images|Shutterstock|REUTERS|AFP|AP|Reuters|dpa|EPA|Alamy)(?: Images)?\)?$"
    r"|\((?:Photo|Foto|Image|Imagem|Bild|Фото)(?: by|:)? [^()]{2,60}\)$"
    r"|^(?:REUTERS|AP|AFP|EPA|Getty Images|AP Photo|Getty)(?:/[^.]{2,60})?$"
)
_INITIALS: Final = re.compile(
    r"^\([a-zäöü]{2,5}(?:[/,]\s?[a-zäöü]{2,5})*\)$|^[a-z]{2,4}/[a-z]{2,4}(?:/[a-z]{2,4})?$"
)
_WORDLESS: Final = re.compile(r"^[\W\d_]+$")
_EMPTY: Final = re.compile(r"^[\W_]+$")
# `Home | World | Business`: a menu on one line.
_MENU: Final = re.compile(r"^(?:[^|]{1,24}\|){2,}[^|]{1,24}$")
# How press-release wires name whose copy it was: in capitals, without a colon.
_SOURCE: Final = re.compile(r"^SOURCE:? \S.{1,100}$")
# `… he said. PTI KVR SMP`: the desk's initials after the last sentence.
_SIGNED: Final = re.compile(r"(?<=[.!?\"”’])\s+(?:[A-Z]{2,5}(?:/[A-Z]{2,4})?\s?){1,6}$")
_COUNT: Final = re.compile(r"^[-•\s]*\d+ comments?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page before its furniture is looked for; keys as `text.key` gives them."""

    titles: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    subheadlines: frozenset[str] = frozenset()
    learned: frozenset[str] = frozenset()


@dataclass(slots=True)
class Stripped:
    """A body without its furniture, and what was taken off."""

    lines: list[Line]
    stamps: list[Stamp] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    subheadline: str | None = None
    furniture: list[str] = field(default_factory=list)


def strip(lines: Iterable[Line], known: Known, head: Iterable[Line] = ()) -> Stripped:
    """Return the body of `lines`, and apart from it the furniture.

    `head` are lines that the page shows between the headline and the body: what is recognised of
    them is kept as stamp, byline or sub-headline, the rest is none of the story's.
    """
    out = Stripped(list(lines))
    _learned(out, known)
    for line in head:
        _take_head_line(out, line, known)
    _head(out, known)
    _middle(out)
    _tail(out, known)
    return out


def _learned(out: Stripped, known: Known) -> None:
    if known.learned:
        kept = [line for line in out.lines if key(line.text) not in known.learned]
        out.furniture += [line.text for line in out.lines if key(line.text) in known.learned]
        out.lines = kept


def _head(out: Stripped, known: Known) -> None:
    """Take off what stands above the first paragraph."""
    kept: list[Line] = []
    for number, line in enumerate(out.lines[:_HEAD]):
        if _is_title(line, known):
            # what stood above the headline stood above the story
            out.furniture += [above.text for above in kept if len(above.text) <= _KICKER]
            kept = [above for above in kept if len(above.text) > _KICKER]
            out.furniture.append(line.text)
        elif not _take_head_line(out, line, known):
            kept.append(line)
            if is_prose(line.text):
                out.lines[: number + 1] = kept
                return
    out.lines[:_HEAD] = kept


def _is_title(line: Line, known: Known) -> bool:
    return key(line.text) in known.titles


def _take_head_line(out: Stripped, line: Line, known: Known) -> bool:
    """Take the line off as one that stands above a story; tell whether it was one."""
    text, short = line.text, key(line.text)
    if short in known.subheadlines and out.subheadline is None:
        out.subheadline = text
    elif (stamp := read_stamp(text)) and not _is_dateline_like(stamp):
        out.stamps.append(stamp)
        if _is_name(stamp.rest):
            out.bylines.append(stamp.rest)
    elif byline := _byline(text, known):
        out.bylines.append(byline)
    elif not short or _WORDLESS.match(text) or short in known.sections or _HANDLE.match(text):
        out.furniture.append(text)
    else:
        return False
    return True


def _byline(text: str, known: Known) -> str | None:
    bare = text.strip("-•| ")
    return bare if key(text) in known.authors else read_byline(text)


def _is_name(rest: str) -> bool:
    """Tell a name in capitals, as some sites print it beside the time, from a section."""
    return rest.isupper() and 2 <= len(rest.split()) <= 4 and rest.replace(" ", "").isalpha()


def _is_dateline_like(stamp: Stamp) -> bool:
    return (
        stamp.rest.isupper() and stamp.text.startswith(stamp.rest) and len(stamp.rest.split()) < 2
    )


def _middle(out: Stripped) -> None:
    """Take off lines that a phrase or a form gives away, wherever they stand."""
    kept: list[Line] = []
    total = sum(len(line.text) for line in out.lines) or 1
    above, index = 0, 0
    while index < len(out.lines):
        line = out.lines[index]
        low = len(out.lines) - index <= _TAIL or above >= total * _LOW
        found = _phrase(line, low)
        reach = _reach(out.lines, index, found.effect, above / total) if found else 1
        if found and found.effect == "credit":
            out.credits.append(line.text)
        elif found or _is_form(line.text, low) or _is_menu(line) or _is_call(line, low):
            out.furniture += [taken.text for taken in out.lines[index : index + reach]]
        else:
            kept.append(line)
            above += len(line.text)
        index += reach
    # where everything was taken the phrases were wrong, not the story
    out.lines = kept if kept else out.lines


def _phrase(line: Line, low: bool) -> Found | None:
    """Return what a phrase says of the line; an item of a list is one only low on the page."""
    found = phrases().find(line.text)
    if found is None or (not low and (found.place == "tail" or line.kind in ("item", "row"))):
        return None
    if (found.titles or found.effect in ("block", "cut")) and _ends_sentence(line.text):
        return None
    return found


def _reach(lines: list[Line], index: int, effect: Effect, above: float) -> int:
    """Return how many lines from `index` on the phrase there takes off."""
    if effect == "cut" and above >= _CUT:
        return len(lines) - index
    if effect in ("block", "cut"):
        return 1 + sum(1 for _ in _titles(lines[index + 1 :]))
    return 1


def _titles(lines: list[Line]) -> Iterator[Line]:
    """Yield the titles that stand under a `related` line, none where it is the story's own list."""
    found: list[Line] = []
    for line in lines:
        if len(line.text) > _TITLE or is_prose(line.text) or line.kind == "row":
            break
        found.append(line)
    if len(found) <= _TITLES:
        yield from found


def _is_menu(line: Line) -> bool:
    return line.kind != "row" and _MENU.match(line.text) is not None


def _is_call(line: Line, low: bool) -> bool:
    """Tell a call to the reader; within the story an item of a list may be its own advice."""
    return (low or line.kind not in ("item", "row")) and is_call(line.text)


def _is_form(text: str, low: bool) -> bool:
    if _EMPTY.match(text) or _CAPTION.search(text) or _COUNT.match(text):
        return True
    if low and any(form.match(text) for form in (_HANDLE, _INITIALS, _SOURCE)):
        return True
    stamp = read_stamp(text) if len(text) <= _STAMP else None
    return stamp is not None and (not stamp.rest or (low and len(stamp.rest.split()) < _STAMPED))


def _tail(out: Stripped, known: Known) -> None:
    """Take off what stands below the last paragraph: names, the section, a heading over nothing."""
    _sign_off(out)
    headings = 0
    while len(out.lines) > 1:
        line = out.lines[-1]
        if byline := _byline(line.text, known):
            out.bylines.append(byline)
        elif line.kind == "heading" and headings < _HEADINGS:
            headings += 1
            out.furniture.append(line.text)
        elif key(line.text) in known.titles | known.sections:
            out.furniture.append(line.text)
        else:
            return
        out.lines.pop()


def _sign_off(out: Stripped) -> None:
    """Take the desk's initials off the end of the last paragraph."""
    if not out.lines:
        return
    last = out.lines[-1]
    if (signed := _SIGNED.search(last.text)) and last.kind == "paragraph":
        out.credits.append(signed[0].strip())
        out.lines[-1] = Line(last.text[: signed.start()], last.kind)


def _ends_sentence(text: str) -> bool:
    return len(text) >= _PROSE // 3 and _SENTENCE_END.search(text) is not None


def is_prose(text: str) -> bool:
    """Tell a paragraph from a title, a label or a name."""
    return len(text) >= _PROSE or _ends_sentence(text)
