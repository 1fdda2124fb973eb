"""Places in datelines: names, what joins them, and their states and countries.

    places = place { join place }
    place  = words { "," region }

A name ends at a sign, a date or a known credit; a stop belongs to it where the word before is an
abbreviation. Linear in the lexer's window. Pure.
"""

from typing import Final

from atlas.names import fold
from atlas.resolve import areas, named
from ingest.extract.dateline.credits import bare_credit, is_site, named_by
from ingest.extract.dateline.dates import may_be_date, read_date, starts_date
from ingest.extract.dateline.lexer import Token, Tokens
from ingest.extract.dateline.months import month_of
from ingest.extract.dateline.opening import Reading, Spot, closing
from ingest.extract.dateline.words import words

# More words make a sentence (`DALLAS/FORT WORTH INTERNATIONAL AIRPORT` has five).
_PLACE_WORDS: Final = 8
_REGION_WORDS: Final = 5
_REGIONS: Final = 3
_CITIES: Final = frozenset({"city", "capital"})
# `By` and a reporter's names; what follows in capitals is a place.
_BYLINE: Final = 3
# Words that a stop shortens inside a name: `ST. LOUIS`, `FT. WORTH`, `N. CYPRUS`.
_SHORT: Final = frozenset(
    ["st", "ste", "ft", "mt", "mts", "pt", "dr", "gen", "sta", "sto", "n", "s", "e", "w", "is"]
)


def read_places(reading: Reading) -> bool:
    """Read the places of the dateline with their regions."""
    if reading.found.spots:
        return False
    spots: list[Spot] = []
    at = reading.at
    while True:
        spot = _spot(reading, at)
        if spot is None:
            break
        spots.append(spot)
        at = _join(reading.tokens, spot.after)
        if at == spot.after:
            break
    if not spots:
        return False
    reading.at = spots[-1].after
    place = reading.tokens.text(spots[0].first, spots[-1].first) if len(spots) > 1 else ""
    joint = f"{place} " if place and reading.tokens[spots[-1].first].spaced else place
    found = reading.found
    found.spots, found.place = tuple(spots), joint + spots[-1].words
    found.date_first = found.date is not None
    return True


def _join(tokens: Tokens, at: int) -> int:
    """Return the token after `/`, `AND`, `, AND`; the same where no place is joined on."""
    index = at
    if tokens[at].text == ",":
        if _lists(tokens, at + 1):
            return at + 1
        if not _is_join(tokens[at + 1]):
            return at
        index = at + 1
    if _is_join(tokens[index]) and tokens[index + 1].kind == "w":
        return index + 1
    if (
        tokens[index].text == "/"
        and tokens[index + 1].kind == "w"
        and not _is_credit(tokens, index)
    ):
        return index + 1
    return at


def _lists(tokens: Tokens, at: int) -> bool:
    """Say whether a city and a word that joins the next stand here: `LONDON, PARIS and BERLIN`."""
    index = at
    while tokens[index].kind == "w" and not _is_join(tokens[index]) and index < at + _REGION_WORDS:
        index += 1
    if index == at or not _is_join(tokens[index]) or tokens[index + 1].kind != "w":
        return False
    name = tokens.text(at, index)
    return not areas(name) and any(place.kind in _CITIES for place in named(name))


def _is_join(token: Token) -> bool:
    return token.kind in "wp" and token.text.lower() in words().joins


def _is_credit(tokens: Tokens, at: int) -> bool:
    close = closing(tokens, at)
    if close is None:
        return bare_credit(tokens, at + 1) is not None
    return bool(named_by(tokens.text(at + 1, close).strip()))


def _spot(reading: Reading, at: int) -> Spot | None:
    after = _name(reading, at)
    if after == at:
        return None
    name = reading.tokens.text(at, after)
    name, region = _split_region(_without_byline(name))
    end, more = _regions(reading, name, after)
    if more:
        region = f"{region}, {more}" if region else more
    return Spot(name, region, at, end)


def _without_byline(name: str) -> str:
    """Return `LONDON` for `By Jane Smith LONDON`."""
    parts = name.split()
    if len(parts) <= _BYLINE or parts[0].lower() not in words().bylines or named(name):
        return name
    for first in range(_BYLINE, len(parts)):
        place = " ".join(parts[first:])
        if place == place.upper() and named(place):
            return place
    return name


def _name(reading: Reading, at: int) -> int:
    """Return the token after the words of a name: up to a sign, a date or a known credit."""
    tokens, index = reading.tokens, at
    while index < at + _PLACE_WORDS * 2:
        token = tokens[index]
        if token.kind != "w":
            break
        if index > at and (starts_date(tokens, index) or _credit_ends(reading, at, index)):
            break
        if index > at and token.text.lower() in words().joins and _joins_known(tokens, at, index):
            break
        index += 1
        if (
            tokens[index].text == "."
            and not tokens[index].spaced
            and _keeps_stop(tokens, at, index)
        ):
            index += 1
    return index


def _credit_ends(reading: Reading, at: int, index: int) -> bool:
    """Say whether a known credit stands behind a known place: `MELBOURNE AAP -`, not SANTA ANA."""
    read = _credit_follows(reading, index)
    if not read:
        return False
    tokens = reading.tokens
    return bool(named(tokens.text(at, index))) and not named(tokens.text(at, read))


def _credit_follows(reading: Reading, index: int) -> int:
    """Return the token after a known credit that a sign follows, 0 where none stands there."""
    read = bare_credit(reading.tokens, index)
    return read[1] if read and reading.tokens[read[1]].kind in "dpe" else 0


def _joins_known(tokens: Tokens, at: int, index: int) -> bool:
    """Say whether `and` stands between two places, and not inside one name."""
    return (
        index > at
        and tokens[index + 1].kind == "w"
        and not areas(tokens.text(at, min(index + 2, index + _REGION_WORDS)))
    )


def _keeps_stop(tokens: Tokens, at: int, index: int) -> bool:
    """Say whether a stop belongs to the word before it: `ST.`, `a.M.`, `Calif.` and such."""
    word, following = tokens[index - 1].text, tokens[index + 1]
    if "." in word and len(word) <= 6:
        return True
    if following.kind == "w" and fold(word) in _SHORT:
        return True
    ends = following.text in ",(/[:=" or following.kind in "dne" or starts_date(tokens, index + 1)
    if not ends:
        return False
    return index - at > 1 and bool(areas(word))


def _split_region(name: str) -> tuple[str, str | None]:
    """Part `FARMINGTON Conn.`, `AKRON Ohio` where the comma is missing."""
    head, _, last = name.rpartition(" ")
    within = areas(last) if head and fold(head) not in _SHORT else ()
    if not within or named(name):
        return name, None
    if last.endswith(".") or any((place.country, place.admin1) in within for place in named(head)):
        return head, last
    return name, None


def _regions(reading: Reading, name: str, at: int) -> tuple[int, str | None]:
    """Read `, Calif.`, `, Ill., U.S.`; return where they end and their text."""
    tokens = reading.tokens
    first, end = at + 1, at
    for _ in range(_REGIONS):
        if tokens[end].text not in (",", "،"):
            break
        after = _region_name(reading, name, end + 1)
        if after == end + 1:
            break
        end = after
    return end, tokens.text(first, end) if end > first else None


def _region_name(reading: Reading, name: str, at: int) -> int:
    """Return the token after a region's words, or `at` where none stands there."""
    tokens, index = reading.tokens, at
    while index < at + _REGION_WORDS and tokens[index].kind == "w":
        if _is_time(tokens, index) or _is_credit_of(reading, name, index):
            break
        if is_site(tokens[index].text):
            break
        if _is_join(tokens[index]) and not _within_region(tokens, at, index):
            break
        index += 1
        if tokens[index].text == "." and not tokens[index].spaced:
            if not _region_stop(tokens, at, index):
                break
            index += 1
    if index == at or not _region_ends(tokens, index):
        return _known_prefix(tokens, at, index)
    return index


def _is_time(tokens: Tokens, index: int) -> bool:
    """Say whether a date or weekday begins here: `, Monday`, `, Narch 2`, `, April -`."""
    if not may_be_date(tokens, index):
        return False
    token, following = tokens[index], tokens[index + 1]
    if starts_date(tokens, index) or fold(token.text) in words().weekdays:
        return True
    if month_of(token.text) and following.kind == "d":
        return True
    return read_date(tokens, index, fuzzy=True) is not None


def _is_credit_of(reading: Reading, name: str, index: int) -> bool:
    """Say whether a known credit stands here; where it is a state too the place tells: PA."""
    after = _credit_follows(reading, index)
    if not after:
        return False
    within = areas(reading.tokens.text(index, after))
    return not any(
        (place.country, code) in ((place.country, None), (place.country, place.admin1))
        for place in named(name)
        for country, code in within
        if country == place.country
    )


def _within_region(tokens: Tokens, at: int, index: int) -> bool:
    return index > at and bool(areas(tokens.text(at, index + 2)))


def _region_stop(tokens: Tokens, at: int, index: int) -> bool:
    """Say whether the stop is an abbreviation's and not the end of the dateline."""
    following = tokens[index + 1]
    short = "." in tokens[index - 1].text or bool(areas(tokens.text(at, index)))
    if not short:
        return False
    return following.kind in "dnew" or following.text in ",(/[:="


def _region_ends(tokens: Tokens, index: int) -> bool:
    token = tokens[index]
    return token.kind in "dne" or token.text in ",.(/[:=|،·" or starts_date(tokens, index)


def _known_prefix(tokens: Tokens, at: int, index: int) -> int:
    """Return the end of the longest known region that the words begin with: typing errors."""
    for after in range(index, at, -1):
        if areas(tokens.text(at, after)) and tokens[after].kind != "w":
            return after
    return at
