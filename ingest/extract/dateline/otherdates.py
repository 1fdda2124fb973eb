"""What stands in the place of a date's number, or beside it, in some desks' datelines.

Days as words (`सात मार्च`), months as numbers (`2026 оны 3 дугаар сарын 7`), and the Islamic date
before the common one (`Ramadan 17, 1447, March 6, 2026`), which is passed over. The words are those
of words.toml. Pure.
"""

from typing import Final

from atlas.names import fold
from ingest.extract.dateline.lexer import Tokens
from ingest.extract.dateline.words import words

# Islamic years of the press; no year of the common era that a dateline may have.
_ISLAMIC_YEARS: Final = range(1250, 1600)
# Words and apostrophes of a month's name: `Rabi' Al-Awwal`, `ربيع الأول`.
_MONTH_WORDS: Final = 4
# Signs and words between the two dates: `, `, ` هـ الموافق `.
_BETWEEN: Final = 4


def after_islamic(tokens: Tokens, at: int) -> int:
    """Return the token after an Islamic date that begins at `at`, or `at` where none does."""
    index = at + 1 if tokens[at].kind == "n" else at
    if fold(tokens[index].text) not in words().islamic_months:
        return at
    index += 1
    while index < at + _MONTH_WORDS and (tokens[index].kind == "w" or tokens[index].text in "'’`"):
        index += 1
    if tokens[at].kind != "n":
        if tokens[index].kind != "n":
            return at
        index += 1
    index += tokens[index].text in (",", "،")
    if tokens[index].kind != "n" or int(tokens[index].text) not in _ISLAMIC_YEARS:
        return at
    index += 1
    last = index + _BETWEEN
    while index < last and _parts(tokens, index):
        index += 1
    return index


def _parts(tokens: Tokens, index: int) -> bool:
    token = tokens[index]
    return token.text in (",", "،", ".", "-", "/") or token.text.lower() in words().islamic_links


def day_named(word: str) -> int | None:
    """Return the day of the month that a word names: `सात` is 7."""
    return words().days.get(fold(word))


def month_numbered(tokens: Tokens, at: int) -> tuple[int, int] | None:
    """Return the month that a number names and the token after it: `3 дугаар сарын`."""
    token, index = tokens[at], at + 1
    while tokens[index].text.lower() in words().month_tails:
        index += 1
    if token.kind != "n" or index == at + 1 or not 1 <= int(token.text[:3]) <= 12:
        return None
    return int(token.text), index
