"""Notes to editors above and below a story: trash lines, corrections, embargoes, kills. Pure.

They stand in the first and last lines, in brackets or by themselves, and are taken off the body; a
line in the middle of a story is the story's own.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from ingest.extract.signal_forms import Form, Position, forms
from ingest.extract.signal_markers import NOTE, Tally, bracketed

# Notes stand above the story or below it, in no more lines than this.
_TOP, _BOTTOM = 8, 5
# A notice in place of a story is all there is.
_NOTICE: Final = 700
# A line that holds a day and nothing else.
_DAY_LINE: Final = 40
_RULE = re.compile(r"[_\-–—*=#\s]{2,40}")
# A line that opens with `Embargo` and goes on longer than this without a figure is a sentence.
_EMBARGO_LINE: Final = 60


def read_head_notes(lines: Sequence[str], agency: str | None, tally: Tally) -> None:
    """Add what lines of a page's head say; one that is no note says nothing of the next."""
    said = [*filter(None, map(str.strip, lines)), ""]
    for line, following in pairwise(said):
        if not _add_line(line, following, agency, tally, is_notice=False):
            _add_whole_bracketed(line, agency, tally)


def read_notes(body: str, agency: str | None, tally: Tally) -> str:
    """Return the body without the notes above and below it."""
    lines = body.split("\n")
    top = _read_top(lines, agency, tally, is_notice=len(body) <= _NOTICE)
    bottom = _read_bottom(lines, top, agency, tally)
    return "\n".join(lines[top:bottom])


def _read_top(lines: list[str], agency: str | None, tally: Tally, *, is_notice: bool) -> int:
    """Return the first line of the story; a note that opens it is cut off in place."""
    for place, line in enumerate(lines[:_TOP]):
        bare = line.strip()
        if not bare:
            continue
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if _add_line(bare, following, agency, tally, is_notice=is_notice):
            continue
        rest = _add_bracketed(bare, agency, tally)
        if rest is None:
            return place
        if rest:
            lines[place] = rest
            return place
    return min(_TOP, len(lines))


def _read_bottom(lines: list[str], top: int, agency: str | None, tally: Tally) -> int:
    """Return the line after the story's last."""
    bottom = len(lines)
    for place in range(len(lines) - 1, max(top, len(lines) - _BOTTOM) - 1, -1):
        bare = lines[place].strip()
        # a rule parts the notes from the story
        is_rule = bottom < len(lines) and bool(_RULE.fullmatch(bare))
        if bare and not is_rule:
            taken = _add_line(bare, "", agency, tally, is_notice=False)
            if not taken and not _add_whole_bracketed(bare, agency, tally):
                break
            bottom = place
        elif bottom < len(lines):
            bottom = place
    return bottom


def _add_line(
    line: str, following: str, agency: str | None, tally: Tally, *, is_notice: bool
) -> bool:
    """Add what a line by itself says; False where it is the story's own."""
    read = _whole_line(line, agency, is_notice=is_notice) if len(line) <= NOTE else None
    if read is None:
        return False
    form, found = read
    tally.add(form, found, "" if form.position == "lead_in" else line)
    if form.marker.kind == "embargo":
        # press offices print the clock on one line and the day on the next
        is_day = len(following) <= _DAY_LINE and any(c.isdigit() for c in following)
        tally.whens[-1] = f"{line} {following}" if is_day else line
    if not form.marker.silent:
        tally.notes.append(line)
    return True


def _add_bracketed(line: str, agency: str | None, tally: Tally) -> str | None:
    """Add the note in brackets that opens a line; return what follows it, None for no note."""
    note = bracketed(line, agency)
    if note is None:
        return None
    form, found, end = note
    tally.notes.append(line[:end])
    tally.add(form, found, "")
    return line[end:].strip()


def _add_whole_bracketed(line: str, agency: str | None, tally: Tally) -> bool:
    note = bracketed(line, agency)
    return note is not None and note[2] == len(line) and _add_bracketed(line, agency, tally) == ""


def _whole_line(
    line: str, agency: str | None, *, is_notice: bool
) -> tuple[Form, re.Match[str]] | None:
    first = line.lstrip("*+= ")[:1]
    for position in ("line", "lead_in"):
        for form in _candidates(position, line[0], first):
            found = form.pattern.match(line)
            if found and form.marker.speaks_for(agency) and _is_note(form, line, is_notice):
                return form, found
    return None


def _candidates(position: Position, first: str, bare: str) -> Iterator[Form]:
    yield from forms().at(position, first)
    if bare and bare != first:
        yield from forms().at(position, bare)


def _is_note(form: Form, line: str, is_notice: bool) -> bool:
    kind = form.marker.kind
    if kind == "removal":
        return is_notice
    if kind == "embargo" and form.position == "lead_in":
        return len(line) <= _EMBARGO_LINE or (
            len(line) <= 3 * _EMBARGO_LINE and any(c.isdigit() for c in line)
        )
    return True
