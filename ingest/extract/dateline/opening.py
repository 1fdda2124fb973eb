"""What the grammar reads: the parts of a dateline, and how far the reading of a line has come.

`Reading` lives as long as one line is read.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ingest.extract.dateline.credits import Credit
from ingest.extract.dateline.lexer import Tokens
from ingest.extract.dateline.years import Printed

BRACKETS: Final = dict(zip("([（［/【{«", ")]）］/】}»", strict=True))
# Tokens between brackets: `(Newsfile Corp. - March 7, 2026)` has seven.
_BRACKET: Final = 14


class Spot(NamedTuple):
    """One place as printed: its words and what is printed of reading and country."""

    words: str
    region: str | None = None
    first: int = 0
    after: int = 0


@dataclass(slots=True)
class Opening:
    """What the grammar read of a line, and one place where the dateline may end.

    Filled while the line is read; what `ending` returned is changed by nobody.
    """

    spots: tuple[Spot, ...] = ()
    place: str | None = None  # as printed, from the first place to the last, without its region
    date: Printed | None = None
    credits: tuple[Credit, ...] = ()
    bracketed: bool = False  # the credit stands between brackets or slashes
    settled: bool = False  # the credit needs no terminator behind it
    date_first: bool = False  # the date stands before the places
    start: int = 0
    end: int = 0
    sign: str = ""  # the terminator: dash, thin, colon, stop, bar, line, none

    @property
    def region(self) -> str | None:
        """The region of the last place: the others' are part of `place`."""
        return self.spots[-1].region if self.spots else None

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies that the credits name."""
        if not self.credits:
            return ()
        if len(self.credits) == 1:
            return self.credits[0].agencies
        return tuple(dict.fromkeys(a for credit in self.credits for a in credit.agencies))

    def ending(self, end: int, sign: str) -> "Opening":
        """Return what is read so far as a dateline that ends at `end` with the terminator."""
        return Opening(
            self.spots, self.place, self.date, self.credits, self.bracketed, self.settled,
            self.date_first, self.start, end, sign,
        )  # fmt: skip


@dataclass(slots=True)
class Reading:
    """How far a line is read: `at` is the next token, `ends` the openings it may be so far."""

    tokens: Tokens
    language: str | None
    at: int = 0
    found: Opening = field(default_factory=Opening)
    ends: list[Opening] = field(default_factory=list)

    @property
    def has_credit(self) -> bool:
        """Whether a known agency's credit is read."""
        return bool(self.found.credits and self.found.agencies)


def closing(tokens: Tokens, at: int) -> int | None:
    """Return the token that closes the bracket at token `at`; None where nothing near does."""
    wanted = BRACKETS[tokens[at].text]
    for index in range(at + 1, at + _BRACKET):
        token = tokens[index]
        if token.kind == "e":
            return None
        if token.text == wanted:
            return index if index > at + 1 else None
    return None
