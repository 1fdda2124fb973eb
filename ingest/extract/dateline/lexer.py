"""The opening of a story as tokens, read on demand: words, numbers, dashes, other signs.

Only as many characters are looked at as a dateline can have, so that no input costs more. Pure.
"""

import re
from typing import Final, NamedTuple

# The longest dateline known (three cities, two agencies, a press-release stamp) has under 200
# characters; what is longer is no dateline.
WINDOW: Final = 260
# Marks that Python does not count as letters but that belong to words of their scripts.
_MARKS: Final = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0970-\u0dff\u0e30-\u0e4e"
)
_TOKEN: Final = re.compile(
    rf"(?P<w>[^\W\d_](?:[^\W_]|[{_MARKS}]|['’ʼ`.‘](?=[^\W\d_])|-(?=[^\W\d_\u0600-\u06ff]))*)"
    r"|(?P<n>\d+)"
    r"|(?P<d>[-‐‑‒–—―−_~]+)"
    r"|(?P<p>\S)"
)


class Token(NamedTuple):
    """A token: its kind (`w`ord, `n`umber, `d`ash, other sign `p`, end `e`) and where it stands."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool  # white space stands before it


# Without the keyword arguments of a named tuple, at half the time.
_token: Final = tuple.__new__


class Tokens:
    """The tokens of a line, lexed as far as somebody asks; tokens of kind `e` end them.

    `cut` says that the line goes on beyond the window.
    """

    __slots__ = ("_found", "_last", "_tokens", "cut", "line")

    def __init__(self, line: str) -> None:
        """Take one line."""
        self.line = line[:WINDOW]
        self.cut = len(line) > WINDOW
        self._found = _TOKEN.finditer(self.line)
        self._tokens: list[Token] = []
        self._last = 0

    def __getitem__(self, index: int) -> Token:
        try:
            return self._tokens[index]
        except IndexError:
            return self._lex(index)

    def _lex(self, index: int) -> Token:
        tokens = self._tokens
        while len(tokens) <= index:
            match = next(self._found, None)
            if match is None:
                end = len(self.line)
                tokens.append(Token("e", "", end, end, True))
                continue
            start, end = match.span()
            spaced = start > self._last or not start
            tokens.append(_token(Token, (match.lastgroup, match.group(), start, end, spaced)))
            self._last = end
        return tokens[index]

    def text(self, first: int, after: int) -> str:
        """Return the line's text from token `first` to before token `after`."""
        if after <= first:
            return ""
        return self.line[self[first].start : self[after - 1].end]
