"""Reads the dateline off a story: finds its line, judges it, resolves its places and its date.

`read_dateline` is the pure function that extract calls for every story; `try_dateline` is the same
behind `wiredesk try dateline`. No input takes longer than a dateline's few hundred characters.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from dateutil import parser as dateparser

from ingest.extract.dateline.build import Desk, build
from ingest.extract.dateline.eastasian import SCRIPT, parse_east_asian
from ingest.extract.dateline.grammar import parse
from ingest.extract.dateline.judge import is_dateline
from ingest.extract.dateline.opening import Opening
from ingest.extract.dateline.words import words
from wire.messages import Dateline
from wire.text import clean

# Headline, byline and stamp may stand before the dateline; further down nothing is looked for.
_LINES: Final = 5
# White space before a line's text.
_INDENT: Final = 64
# How far into the text those lines may reach.
_REACH: Final = 1_200
# How much of the story tells ambiguous places apart.
_CONTEXT: Final = 1_500


def read_dateline(
    text: str,
    *,
    published_at: dt.datetime | None = None,
    language: str | None = None,
    agency: str | None = None,
) -> tuple[Dateline | None, str]:
    """Return the dateline of a story and the text with the dateline taken off.

    Args:
        text: the body, paragraphs parted by newlines; a headline or byline may stand first.
        published_at: the story's stamp: gives the date its year, and is what it is checked with.
        language: ISO 639-1 code of the copy, where it is known.
        agency: id of the agency where feed or host tell it: its country and style tell cities
            apart; it never becomes the dateline's own agency, which is the printed credit's.
    """
    for start, end, first in _lines(text):
        line = text[start:end]
        opening = _choose(line, language, agency, first=first)
        if opening is not None and (opening.sign != "line" or end < len(text)):
            rest = text[start + opening.end : start + opening.end + _CONTEXT]
            dateline = build(line, opening, Desk(published_at, language, agency), rest)
            return dateline, _without(text, start, start + opening.end)
    return None, text


def try_dateline(request: Mapping[str, object]) -> dict[str, object]:
    """Answer `{"text", "published_at"?, "language"?}` with `{"dateline": {…} | None, "body"}`.

    Without `published_at` the story counts as published now.

    Raises:
        ValueError: `text` is missing or `published_at` is no date.
    """
    text = request.get("text")
    if not isinstance(text, str):
        raise ValueError("text: a string is wanted")
    language = request.get("language")
    dateline, body = read_dateline(
        clean(text),
        published_at=_stamp(request.get("published_at")),
        language=language if isinstance(language, str) else None,
    )
    shown = dateline.model_dump(mode="json") if dateline else None
    return {"dateline": shown, "body": body}


def _stamp(value: object) -> dt.datetime:
    if value is None:
        return dt.datetime.now(dt.UTC)
    try:
        return dateparser.parse(str(value))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"published_at: {value!r} is no date: {error}") from error


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where the first lines that are not blank begin and end, and whether it is the first.

    A line after one that is a byline counts as a first.
    """
    at, seen, first = 0, 0, True
    reach = min(len(text), _REACH)
    while at < reach and seen < _LINES:
        end = text.find("\n", at, at + 4 * _REACH)
        end = min(len(text), at + 4 * _REACH) if end < 0 else end
        start, indent = at, min(end, at + _INDENT)
        while start < indent and text[start].isspace():
            start += 1
        if start < end:
            yield start, end, first
            first = first and _is_byline(text[start:end])
            seen += 1
        at = end + 1


def _is_byline(line: str) -> bool:
    """Say whether the line is a reporter's: `By John Smith`, `(di Amalia Angotti)`."""
    if len(line) > 120:
        return False
    opening = line.strip("([ *").split(" ", 1)
    return len(opening) == 2 and opening[0].lower() in words().bylines


def _choose(line: str, language: str | None, agency: str | None, *, first: bool) -> Opening | None:
    """Return the longest reading of the line that is a dateline."""
    if SCRIPT.search(line, 0, 24) and (eastern := parse_east_asian(line)):
        return eastern
    for opening in reversed(parse(line, language=language)):
        if not first and not (opening.agencies or opening.date):
            continue
        following = line[opening.end : opening.end + 200]
        if is_dateline(opening, following, language, agency):
            return opening
    return None


def _without(text: str, start: int, end: int) -> str:
    """Return the text without the dateline, what stood before it kept, but for white space."""
    before = text[:start]
    return ("" if before.isspace() else before) + text[end:].lstrip()
