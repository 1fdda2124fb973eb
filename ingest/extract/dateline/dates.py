"""Dates in datelines, read from tokens in fifty languages, typing errors included.

What is read is a
`Printed`: day, month and year as far as they stand there; years.py makes a date of it. Pure.
"""

from typing import Final, NamedTuple

from atlas.names import fold
from ingest.extract.dateline.lexer import Token, Tokens
from ingest.extract.dateline.months import month_of, months, opens_date
from ingest.extract.dateline.otherdates import after_islamic, day_named, month_numbered
from ingest.extract.dateline.words import words
from ingest.extract.dateline.years import Printed

# The earliest year of a news agency's copy, and a bound for typing errors.
_YEARS: Final = range(1850, 2101)
_SLIPS: Final = str.maketrans("OoQlI", "00011")


class _Day(NamedTuple):
    value: int | None
    after: int


def read_date(tokens: Tokens, at: int, *, fuzzy: bool = False) -> tuple[Printed, int] | None:
    """Read a date that begins at token `at`; return it with the token after it, or None.

    `fuzzy` mends typing errors in English names of months: where a date is due.
    """
    token = tokens[at]
    start = at
    if token.kind == "w":
        opens = fold(token.text)
        if opens not in opens_date():
            # a slip of a key is worth mending only where a day stands beside it
            return _month_day(tokens, at, fuzzy=True) if fuzzy and _is_day(tokens[at + 1]) else None
        if opens in words().islamic_months:
            return _after_islamic(tokens, at)
        if opens not in months():
            start = _after_article(tokens, _after_weekday(tokens, at))
    first = tokens[start]
    found = None
    if first.kind == "n":
        if tokens[start + 1].text in words().islamic_months:
            return _after_islamic(tokens, start)
        found = (
            _year_first(tokens, start)
            or _numeric(tokens, start)
            or _day_month(tokens, start, fuzzy=fuzzy)
        )
    elif first.kind == "w":
        found = _month_day(tokens, start, fuzzy=fuzzy) or _worded_day(tokens, start)
    return (found[0], _before_weekday(tokens, found[1])) if found else None


def _after_islamic(tokens: Tokens, at: int) -> tuple[Printed, int] | None:
    """Read the common date behind an Islamic one; alone, that tells no day."""
    start = after_islamic(tokens, at)
    if start == at:
        return None
    return read_date(tokens, start) or (Printed((), None), start)


def may_be_date(tokens: Tokens, at: int) -> bool:
    """Say whether it is worth asking if a date begins at token `at`."""
    return fold(tokens[at].text) in opens_date() or _is_day(tokens[at + 1])


def starts_date(tokens: Tokens, at: int) -> bool:
    """Say whether a date begins at token `at`, for places that no comma ends."""
    token = tokens[at]
    if token.kind == "n":
        return True
    if token.kind != "w":
        return False
    if token.text in words().articles:  # `أبوظبي في 7 مارس`, and not `Frankfurt am Main`
        return tokens[at + 1].kind == "n" and read_date(tokens, at) is not None
    if fold(token.text) not in months():
        return False
    return _skip_stop(tokens, at + 1)[0].kind == "n"


def _skip_stop(tokens: Tokens, at: int) -> tuple[Token, int]:
    if tokens[at].text == "." or (tokens[at].text == "," and _is_slip(tokens, at)):
        at += 1
    return tokens[at], at


def _is_slip(tokens: Tokens, comma: int) -> bool:
    """Say whether a comma stands between month and day: `April, 13 -`."""
    number, after = tokens[comma + 1], tokens[comma + 2]
    return number.kind == "n" and len(number.text) < 3 and (after.kind == "d" or after.text in ",(")


def _after_weekday(tokens: Tokens, at: int) -> int:
    if tokens[at].kind == "w" and fold(tokens[at].text) in words().weekdays:
        at += 1
        while tokens[at].text in (",", ".", "、", "،"):
            at += 1
    return at


def _after_article(tokens: Tokens, at: int) -> int:
    if tokens[at].kind == "w" and tokens[at].text.lower() in words().articles:
        return at + 1
    return at


def _month_day(tokens: Tokens, at: int, *, fuzzy: bool) -> tuple[Printed, int] | None:
    """Read `March 7, 2026`, `Sept. 29`, `kovo 7 d.`, `Narch 2`."""
    number, after = _skip_stop(tokens, at + 1)
    months = month_of(tokens[at].text, fuzzy=fuzzy)
    if not months:
        return None
    if not _is_day(number):
        return (Printed(months, None), at + 1) if _ends_alone(tokens, at + 1) else None
    if len(number.text) == 4 and int(number.text) in _YEARS:  # `March 2026`
        return None
    day, after = _day(tokens, after)
    year, after = _year(tokens, after)
    return Printed(months, day, year), after


def _worded_day(tokens: Tokens, at: int) -> tuple[Printed, int] | None:
    """Read `सात मार्च`."""
    day = day_named(tokens[at].text)
    months = month_of(tokens[at + 1].text) if day else ()
    if not months:
        return None
    year, after = _year(tokens, at + 2)
    return Printed(months, day, year), after


def _is_day(token: Token) -> bool:
    return token.kind == "n" or (token.kind == "w" and _mended(token.text) is not None)


def _ends_alone(tokens: Tokens, at: int) -> bool:
    """Say whether a month without a day ends here: `SYDNEY, April -`."""
    return tokens[at].kind == "d" and tokens[at].spaced


def _day_month(tokens: Tokens, at: int, *, fuzzy: bool) -> tuple[Printed, int] | None:
    """Read `27 августа`, `8th August, 2026`, `7 de marzo de 2026`, `16. Mai`."""
    day, after = _day(tokens, at)
    while tokens[after].text == "." or tokens[after].text.lower() in words().links:
        after += 1
    if tokens[after].kind != "w" or after > at + 4:
        return None
    months = month_of(tokens[after].text, fuzzy=fuzzy)
    if not months:
        return None
    after += 1
    if tokens[after].kind == "w" and month_of(tokens[after].text)[:1] == months[:1]:
        after += 1  # both of its names: `7 مارس آذار`
    if tokens[after].text == "." and not tokens[after].spaced and _goes_on(tokens, after + 1):
        after += 1
    year, after = _year(tokens, after)
    return Printed(months, day, year), after


def _goes_on(tokens: Tokens, at: int) -> bool:
    """Say whether the dateline goes on behind a stop, so that the stop is the month's own."""
    token = tokens[at]
    return token.kind in "nd" or token.text in "(/[,=" or token.text.lower() in words().links


def _day(tokens: Tokens, at: int) -> _Day:
    """Read a day with what sticks to it: `8th`, `1er`, `2O`, `07.`, `7 d.`."""
    text, after = tokens[at].text, at + 1
    tail = tokens[after]
    if tail.kind == "w" and not tail.spaced:
        text = _mended(text + tail.text) or text
        after += 1
    elif tail.kind == "w" and tail.text.lower() in words().day_tails:
        after += 1
        if tokens[after].text == ".":
            after += 1
    text = _mended(text) or text
    value = int(text) if len(text) <= 3 else 0
    return _Day(value if 1 <= value <= 31 else None, after)


def _mended(text: str) -> str | None:
    """Return a number whose noughts and ones were typed as letters: `2O`, `O7`; None for words."""
    if len(text) > 3 or text == "I":
        return None
    if text.isdecimal():
        return text
    mended = text.translate(_SLIPS)
    return mended if mended.isdecimal() else None


def _year(tokens: Tokens, at: int) -> tuple[int | None, int]:
    """Read a year with what stands before and after it, else leave everything where it is."""
    after = at
    while tokens[after].text in (",", "/", "،", ".") or tokens[after].text.lower() in words().links:
        after += 1
        if after > at + 2:
            return None, at
    token = tokens[after]
    if token.kind != "n" or len(token.text) != 4 or int(token.text) not in _YEARS:
        return None, at
    return int(token.text), _after_era(tokens, after + 1)


def _after_era(tokens: Tokens, at: int) -> int:
    if tokens[at].kind == "w" and tokens[at].text.lower() in words().eras:
        at += 1
    elif tokens[at].text == "." and tokens[at + 1].kind != "w":
        # `2026.` of Croatian and Hungarian dates
        return at + 1 if tokens[at + 1].text in "(/[" or tokens[at + 1].kind == "d" else at
    if tokens[at].text == "." and tokens[at - 1].kind == "w":
        at += 1
    return at


def _year_first(tokens: Tokens, at: int) -> tuple[Printed, int] | None:
    """Read `2026. március 7.`, `2026-03-07`."""
    if len(tokens[at].text) != 4 or int(tokens[at].text) not in _YEARS:
        return None
    year, after = int(tokens[at].text), at + 1
    while tokens[after].text in (".", ",") or tokens[after].kind == "d":
        after += 1
    after += tokens[after].text.lower() in words().links
    if tokens[after].kind == "w":
        found = _month_day(tokens, after, fuzzy=False)
        if found is None:
            return None
        printed, after = found
        return printed._replace(year=year), after
    if numbered := month_numbered(tokens, after):
        last, after = _day(tokens, numbered[1])
        return Printed((numbered[0],), last, year), after
    if tokens[after].kind == "n" and tokens[after + 1].kind in "dp":
        month, day = int(tokens[after].text), tokens[after + 2]
        if day.kind == "n" and 1 <= month <= 12 and 1 <= int(day.text) <= 31:
            return Printed((month,), int(day.text), year), after + 3
    return None


def _before_weekday(tokens: Tokens, at: int) -> int:
    """Pass the stop of `március 7.` and a weekday behind the date: `, szombat`."""
    after = at
    if tokens[after].text == "." and tokens[after + 1].text in (",", "(", "/"):
        after += 1
        at = after if tokens[after].text != "," else at
    if tokens[after].text == "," and fold(tokens[after + 1].text) in words().weekdays:
        return after + 2
    return at


def _numeric(tokens: Tokens, at: int) -> tuple[Printed, int] | None:
    """Read `07.03.2026`, `7/3`, `07/03/26`, `7-3-2026`, `7 - 3`."""
    sign, second = tokens[at + 1], tokens[at + 2]
    if (sign.text not in "./" and sign.kind != "d") or second.kind != "n":
        return None
    if len(tokens[at].text) > 2 or len(second.text) > 2:
        return None
    first, other = int(tokens[at].text), int(second.text)
    after, year = at + 3, None
    if tokens[after].text == sign.text and tokens[after + 1].kind == "n":
        year = _short_year(tokens[after + 1].text)
        after += 2 if year else 0
    if 1 <= other <= 12 and 1 <= first <= 31:
        swapped = (first, other) if first <= 12 else None
        return Printed((other,), first, year, swapped), after
    if 1 <= first <= 12 and 1 <= other <= 31:
        return Printed((first,), other, year), after
    return None


def _short_year(text: str) -> int | None:
    value = int(text) if len(text) <= 4 else 0
    if len(text) == 2:
        value += 2000 if value < 70 else 1900
    return value if value in _YEARS else None
