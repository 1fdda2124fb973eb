"""The opening of a story as tokens, read on demand: words, numbers, dashes, other signs.

Only as many characters are looked at as a dateline can have, so that no input costs more. Pure.
"""

import re
from itertools import islice
from typing import Final, NamedTuple

# The longest dateline known (three cities, two agencies, a press-release stamp) has under 200
# characters; what is longer is no dateline.
WINDOW: Final = 260
# Marks that Python does not count as letters but that belong to words of their scripts.
_MARKS: Final = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0970-\u0dff\u0e30-\u0e4e"
)
_TOKEN: Final = re.compile(
    # letters in one run, then what joins them to the next: half the time of sign by sign
    r"(?P<w>[^\W\d_][^\W_]*"
    rf"(?:(?:[{_MARKS}]|['’ʼ`.‘](?=[^\W\d_])|-(?=[^\W\d_\u0600-\u06ff]))[^\W_]*)*)"
    r"|(?P<n>\d+)"
    r"|(?P<d>[-‐‑‒–—―−_~]+)"
    r"|(?P<p>\S)"
)


# Tokens lexed at once: as many as most datelines have, and at half the time of one by one.
_BATCH: Final = 8


class Token(NamedTuple):
    """A token: its kind (`w`ord, `n`umber, `d`ash, other sign `p`, end `e`) and where it stands."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool  # white space stands before it


# Without the keyword arguments of a named tuple, at half the time.
_token: Final = tuple.__new__


class Tokens(dict[int, Token]):
    """The tokens of a line by number, lexed as far as somebody asks; kind `e` ends them.

    A dict, as its look-ups cost no call of Python's: a line's tokens are asked for 70 times.
    `cut` says that the line goes on beyond the window.
    """

    __slots__ = ("_found", "_last", "cut", "line")

    def __init__(self, line: str) -> None:
        """Take one line."""
        self.line = line[:WINDOW]
        self.cut = len(line) > WINDOW
        self._found = _TOKEN.finditer(self.line)
        self._last = 0

    def __missing__(self, index: int) -> Token:
        number, last = len(self), self._last
        for match in islice(self._found, max(_BATCH, index + 1 - number)):
            start, end = match.span()
            spaced = start > last or not start
            self[number] = _token(Token, (match.lastgroup, match.group(), start, end, spaced))
            number, last = number + 1, end
        self._last = last
        end = len(self.line)
        for beyond in range(number, index + 1):
            self[beyond] = Token("e", "", end, end, True)
        return self[index]

    def text(self, first: int, after: int) -> str:
        """Return the line's text from token `first` to before token `after`."""
        if after <= first:
            return ""
        return self.line[self[first].start : self[after - 1].end]
