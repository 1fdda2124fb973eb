"""The grammar of a dateline: places, date and credit, in any order a desk prints them.

    opening    = item { separator item } [ reporter ] [ terminator ]
    item       = places | date | credit
    places     = place { join place }
    place      = words { "," region } | words "[" region "]"
    credit     = "(" name ")" | "/" name "/" | "[" name "]" | known name
    terminator = dash | ":" | "." | "=" | "|" | end of line

`parse` reads as far as the grammar goes and says what it found and where it may end; whether that
is a dateline is decided in judge.py. Linear in the window of the lexer. Pure.
"""

from typing import Final

from ingest.extract.dateline.ends import read_separator
from ingest.extract.dateline.items import read_bare_credit, read_bracket, read_dated
from ingest.extract.dateline.lexer import Tokens
from ingest.extract.dateline.opening import BRACKETS, Opening, Reading
from ingest.extract.dateline.places import read_places

# Items of the longest form known, press-release stamps with time and weekday included.
_ITEMS: Final = 8
# What a line may open with before the dateline.
_ORNAMENTS: Final = frozenset("*•●■▪◆►>#\"'“”")


def parse(line: str, *, language: str | None = None) -> list[Opening]:
    """Return the openings that the line may be read as, from the shortest to the longest."""
    reading = Reading(Tokens(line), language)
    while (
        reading.tokens[reading.at].text[:1] in _ORNAMENTS and reading.tokens[reading.at].kind != "e"
    ):
        reading.at += 1
    reading.found.start = reading.tokens[reading.at].start
    for _ in range(_ITEMS):
        if not _item(reading):
            break
        if not read_separator(reading):
            break
    return reading.ends


def _item(reading: Reading) -> bool:
    token = reading.tokens[reading.at]
    if token.kind == "e":
        return False
    return (
        (token.text in BRACKETS and read_bracket(reading))
        or read_dated(reading)
        or read_bare_credit(reading)
        or read_places(reading)
    )
