"""Where a dateline may end: the signs between items, a reporter's name, and what follows them.

    terminator = dash | ":" | "." | "=" | "|" | end of line

Behind a terminator a dateline goes on only with a credit, a date that a sign follows, or the place
of a dateline that opened with its credit. Pure.
"""

from typing import Final

from ingest.extract.dateline.credits import bare_credit, named_by
from ingest.extract.dateline.dates import read_date
from ingest.extract.dateline.items import at_home, is_acronym, mixed_bracket
from ingest.extract.dateline.opening import BRACKETS, Reading, closing
from ingest.extract.dateline.words import words

# Signs in a row: `.--`, `), -`.
_SIGNS: Final = 4
_SEPARATORS: Final = frozenset(",.،、·•|:=：＝।")


def read_separator(reading: Reading) -> bool:
    """Pass what stands between items; note where the dateline may end; say whether to go on."""
    tokens, at = reading.tokens, reading.at
    while at < reading.at + _SIGNS and tokens[at].kind in "dp" and _is_sign(reading, at):
        at += 1
    sign = _sign(reading, reading.at, at)
    end = tokens[at - 1].end
    loose = sign in ("none", "comma")
    if loose and (reading.found.bracketed or reading.found.settled):
        sign, end = "none", tokens[reading.at - 1].end
    if sign != "comma":
        reading.ends.append(reading.found.ending(end, sign))
    if tokens[at].kind == "e":
        return False
    if reading.has_credit and _reporter(reading, at):
        return False
    reading.at = at
    return True if loose else _continues(reading, sign)


def _is_sign(reading: Reading, at: int) -> bool:
    token = reading.tokens[at]
    if token.kind == "d":
        return True
    if token.text == "/":  # a slash that opens no bracket
        return bool(reading.found.spots) and closing(reading.tokens, at) is None
    return token.text in _SEPARATORS


def _sign(reading: Reading, first: int, after: int) -> str:
    """Name the terminator that the signs from token `first` to before token `after` make."""
    tokens = reading.tokens
    for index in range(first, after):
        token = tokens[index]
        if token.kind == "d":
            wide = len(token.text) > 1 or token.text in "—–―−"
            spaced = token.spaced and tokens[after].spaced
            behind = tokens.line[token.start - 1 : token.start] in (".", ")")
            return "dash" if wide or spaced or behind or after > first + 1 else "thin"
    if tokens[after].kind == "e":
        return "comma" if tokens.cut else "line"
    if first == after:
        return "none"
    texts = {tokens[index].text for index in range(first, after)}
    if texts & {":", "：", "=", "＝"}:
        return "colon"
    if "/" in texts and reading.found.credits and reading.found.date:
        return "dash"
    if texts & {"|", "·", "•", "/"}:
        return "bar"
    if texts & {".", "।"}:
        return "stop"
    return "comma"


def _reporter(reading: Reading, at: int) -> bool:
    """Take a reporter's name between credit and text into the dateline: `, Ivan Petrov -`."""
    tokens, index = reading.tokens, at
    if tokens[at - 1].text not in ",.=" and tokens[at - 1].kind != "d" and tokens[at].kind != "w":
        return False
    shouted = tokens[at - 1].kind == "d"
    while tokens[index].kind == "w" and index < at + 4:
        text = tokens[index].text
        if text in words().reporters:
            index += 1
            break
        if not text[:1].isupper() and text.upper() != text.lower():
            return False
        if shouted and text != text.upper():
            return False
        index += 1
    named_two = index - at in (2, 3, 4)
    follows = tokens[index]
    if not named_two or not (follows.kind == "d" or follows.text in ".="):
        return False
    if (
        not shouted
        and tokens[at - 1].text != ","
        and tokens[index - 1].text not in words().reporters
    ):
        return False
    reading.ends.append(reading.found.ending(follows.end, "dash"))
    return True


def _continues(reading: Reading, sign: str) -> bool:
    """Say whether behind a terminator the dateline goes on: a credit, a date, a prefix's place."""
    tokens, at, found = reading.tokens, reading.at, reading.found
    if not found.spots:
        return found.date is None or sign == "stop"
    token = tokens[at]
    if token.text in BRACKETS:
        return not (reading.has_credit and found.bracketed) and _credit_in_bracket(reading, at)
    # behind a colon stands the credit of a label: `Photo: dpa`
    if not found.credits and sign != "colon" and (read := bare_credit(tokens, at)):
        following = tokens[read[1]]
        return following.kind in "dpe" or (is_acronym(read[0].text) and at_home(found, read[0]))
    if found.date is None and sign != "colon" and (dated := read_date(tokens, at)):
        after = tokens[dated[1]]
        if sign == "dash" and after.text == ":" and found.region and token.kind == "w":
            reading.ends.clear()  # a photograph's caption: `PARIS, FRANCE - MARCH 7: Players …`
            return False
        ends = after.kind in "de" or after.text in BRACKETS or after.text in ",.:"
        return dated[0].day is not None and (ends or sign == "bar")
    return False


def _credit_in_bracket(reading: Reading, at: int) -> bool:
    close = closing(reading.tokens, at)
    if close is None:
        return False
    if named_by(reading.tokens.text(at + 1, close).strip(), reading.language):
        return True
    return mixed_bracket(Reading(reading.tokens, reading.language, at, reading.found), close)
