"""Dates and credits in datelines, bare or between brackets, with what stands beside them.

    date   = day, month and year, with a time of day | a day alone before a credit
    credit = "(" name ")" | "/" name "/" | "[" name "]" | known name

A bracket behind a place may hold its country (`New Delhi [India]`), or several items at once
(`(Newsfile Corp. - March 7, 2026)`). Linear in the lexer's window. Pure.
"""

from dataclasses import replace
from typing import Final

from atlas.agencies import agencies
from atlas.resolve import areas, named
from ingest.extract.dateline.credits import Credit, bare_credit, is_site, misprinted, named_by
from ingest.extract.dateline.dates import read_date
from ingest.extract.dateline.opening import Opening, Reading, Spot, closing
from ingest.extract.dateline.years import Printed

# What may stand between the items of one bracket.
_BETWEEN: Final = frozenset(",.،、·•|")
_CLOCK: Final = frozenset({"am", "pm", "a.m", "p.m", "gmt", "et"})


def read_dated(reading: Reading) -> bool:
    """Read a date with its time of day; typing errors are mended where a comma says it is due."""
    found = reading.found
    if found.date is not None or reading.tokens[reading.at].kind not in "wn":
        return False
    due = bool(found.spots) and reading.at > 0 and reading.tokens[reading.at - 1].text in ",،"
    read = read_date(reading.tokens, reading.at, fuzzy=due)
    if read is None:
        return _bare_day(reading)
    found.date, reading.at = read
    _pass_time(reading)
    return True


def _bare_day(reading: Reading) -> bool:
    """Read a day alone where a credit follows: `SEVILLA, 7 (EUROPA PRESS)`."""
    if not reading.found.spots:
        return False
    token, after = reading.tokens[reading.at], reading.tokens[reading.at + 1]
    if token.kind != "n" or len(token.text) > 2 or not 1 <= int(token.text) <= 31:
        return False
    if after.text != "(":
        return False
    reading.found.date = Printed((), int(token.text))
    reading.at += 1
    return True


def _pass_time(reading: Reading) -> None:
    """Pass a time of day behind the date: `, 12:30`, ` / 12:30 pm`, ` 09:30`."""
    tokens, at = reading.tokens, reading.at
    if tokens[at].text in (",", "/", "،"):
        at += 1
    if tokens[at].kind != "n" or tokens[at + 1].text not in (":", "h"):
        return
    if tokens[at + 2].kind != "n":
        return
    at += 3
    if tokens[at].kind == "w" and tokens[at].text.lower() in _CLOCK:
        at += 1
    reading.at = at


def read_bare_credit(reading: Reading) -> bool:
    """Read a known credit without brackets; a sign must part it from the text, or it is at home."""
    found, tokens = reading.found, reading.tokens
    read = None if found.credits else bare_credit(tokens, reading.at)
    if read is None:
        return not found.credits and _site(reading)
    credit, after = read
    following = tokens[after]
    if following.text == ")" and found.spots and tokens[after + 1].kind == "d":
        after += 1  # a bracket that nobody opened: `Reuters) -`
    elif following.kind == "w":
        if not following.spaced or not is_acronym(credit.text):
            return False
        if found.spots and (found.date or at_home(found, credit)):
            behind_dash = tokens[reading.at - 1].kind == "d"
            if behind_dash and not at_home(found, credit):
                return False
            found.settled = True
        elif found.spots or found.date:
            return False
    found.credits = (credit,)
    reading.at = after
    return True


def _site(reading: Reading) -> bool:
    """Read the name of a web site as the credit of an unknown house: `JAKARTA, KOMPAS.com -`."""
    token = reading.tokens[reading.at]
    if token.kind != "w" or not is_site(token.text) or reading.tokens[reading.at + 1].kind == "w":
        return False
    reading.found.credits = (Credit(token.text, ()),)
    reading.at += 1
    return True


def at_home(found: Opening, credit: Credit) -> bool:
    """Say whether a news agency signs from its own country: `Baghdad - INA`, no `Berlin - NASA`."""
    desk = agencies().get(credit.agencies[0])
    if desk is None or desk.kind != "agency":
        return False
    return any(place.country == desk.country for place in named(found.spots[0].words))


def is_acronym(text: str) -> bool:
    """Say whether a credit is printed in capitals, or in letters that have none."""
    return len(text) > 2 and text == text.upper()


def read_bracket(reading: Reading) -> bool:
    """Read a bracket: a credit, a credit with a date, a region, a place with a credit."""
    tokens = reading.tokens
    close = closing(tokens, reading.at)
    if close is None:
        return _unclosed(reading)
    inside = tokens.text(reading.at + 1, close).strip()
    known = named_by(inside, reading.language)
    if known and not (reading.has_credit and reading.found.bracketed):
        # a credit before the places is the distributor's, the one behind them the author's
        _credit(reading.found, Credit(inside, known))
    elif not (
        _region_in_bracket(reading, inside, close)
        or mixed_bracket(reading, close)
        or _unknown_credit(reading, inside, close)
        or _place_in_bracket(reading, inside, close)
    ):
        return _unclosed(reading)
    reading.at = close + 1
    return True


def _unclosed(reading: Reading) -> bool:
    """Read a known credit whose bracket nobody closed: `(Reuters -`."""
    tokens, found = reading.tokens, reading.found
    read = None if found.credits else bare_credit(tokens, reading.at + 1)
    if read is None or not (found.spots or found.date) or tokens[read[1]].kind != "d":
        return False
    _credit(found, read[0])
    reading.at = read[1]
    return True


def _place_in_bracket(reading: Reading, inside: str, close: int) -> bool:
    """Read a city in capitals that opens the line between brackets: `(ANKARA) -`."""
    found, after = reading.found, reading.tokens[close + 1]
    if found.spots or found.credits or found.date or after.kind != "d":
        return False
    if inside != inside.upper() or not named(inside):
        return False
    found.spots, found.place = (Spot(inside, None, reading.at, close + 1),), inside
    return True


def _credit(found: Opening, credit: Credit) -> None:
    found.credits, found.bracketed = (credit,), True


def _region_in_bracket(reading: Reading, inside: str, close: int) -> bool:
    """Read `New Delhi [India]`, `Madrid (España)`."""
    spots = reading.found.spots
    if not spots or spots[-1].region or reading.found.date or reading.found.credits:
        return False
    if not areas(inside):
        return False
    last = spots[-1]._replace(region=inside, after=close + 1)
    reading.found.spots = (*spots[:-1], last)
    return True


def mixed_bracket(reading: Reading, close: int) -> bool:
    """Read `(Newsfile Corp. - March 7, 2026)`, `(서울=연합뉴스)`: several items in one bracket."""
    tokens = reading.tokens
    inside = replace(reading.found, bracketed=True)
    inner = Reading(tokens, reading.language, reading.at + 1, inside)
    while inner.at < close:
        if tokens[inner.at].text in _BETWEEN or tokens[inner.at].kind == "d":
            inner.at += 1
        elif not (read_dated(inner) or _credit_inside(inner, close) or _place_inside(inner, close)):
            return False
    if inner.at != close or not inner.has_credit:
        return False
    reading.found = inner.found
    return True


def _credit_inside(inner: Reading, close: int) -> bool:
    if inner.has_credit:
        return False
    for after in range(close, inner.at, -1):
        text = inner.tokens.text(inner.at, after)
        known = named_by(text, inner.language)
        if known:
            inner.found.credits = (*inner.found.credits, Credit(text, known))
            inner.at = after
            return True
    return False


def _place_inside(inner: Reading, close: int) -> bool:
    if inner.found.spots:
        return False
    for after in range(inner.at + 1, close):
        if inner.tokens[after].text in "=＝":
            text = inner.tokens.text(inner.at, after)
            spot = Spot(text, None, inner.at, after)
            inner.found.spots, inner.found.place = (spot,), text
            inner.at = after + 1
            return True
    return False


def _unknown_credit(reading: Reading, inside: str, close: int) -> bool:
    """Take what stands between brackets behind a place for the credit of an unknown house."""
    if reading.found.credits or not (reading.found.spots or reading.found.date):
        return False
    if close - reading.at > 6 or not any(character.isalpha() for character in inside):
        return False
    # where a date is printed too, a credit is due
    known = misprinted(inside) if reading.found.date else ()
    _credit(reading.found, Credit(inside, known))
    return True
