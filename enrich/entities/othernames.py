"""How copy gives a name's other form beside it: brackets, `also known as`, letters. Pure, no state.

`Kosovo Force (KFOR)` after Schwartz and Hearst (2003), `Kosovo Force, also known as KFOR`, `Jenna
Mourey (born 1986), better known by her pseudonym Jenna Marbles`.
"""

import re
from collections.abc import Sequence
from typing import Final

from enrich.entities.names import folded, initials

# What may stand between a name and its other form.
_BRACKET: Final = re.compile(r"\s*[,]?\s*[\(（\[]\s*[\"“«']?(?:the |or |now |formerly )?\s*")
_KNOWN_AS: Final = re.compile(
    r"[\"”»]?\s*(?:\([^()]{1,80}\))?\s*[,(]?\s*(?:which is |who is |who was |and )?"
    r"(?:(?:also |better |formerly |commonly |otherwise |professionally |popularly |widely )*known"
    r"(?: in short| locally| simply| professionally)?"
    r"(?: as| by (?:his|her|their|its|the) (?:[a-z]+ )?[a-z]+(?: of)?)"
    r"|a\.?k\.?a\.?|alias|abbreviated(?: as| to)?|or simply|formerly|née?|nicknamed"
    r"|self-identified as|(?<=\()born)"
    r"\s+(?:the\s+)?[\"“«']?",
    re.IGNORECASE,
)
# `(/ dʒəˈroʊm /; Latin: Eusebius …)`, `(real name: …`
_IN_OTHER_WORDS: Final = re.compile(
    r"\s*\([^()]{0,60}\b(?:Latin|French|German|Spanish|Italian|Russian|Serbian|Ukrainian|Greek|Arabic"
    r"|Chinese|Japanese|real name|birth name|full name|pen name|stage name):?\s+"
)
# `the alliance, which is better known in short as the` and no longer.
_LONGEST_GAP: Final = 130
_OF: Final = re.compile(r"\b(?:of|for|de|der)\s+(?:the\s+|la\s+)?", re.IGNORECASE)


def introduces(between: str) -> bool:
    """Whether these words say that the name after them is another of the one before."""
    if len(between) > _LONGEST_GAP:
        return False
    return bool(_KNOWN_AS.fullmatch(between) or _IN_OTHER_WORDS.fullmatch(between))


def opens(between: str) -> bool:
    """Whether this opens a bracket in which a short form may stand."""
    return _BRACKET.fullmatch(between) is not None


def is_of_part(short: str, long: str) -> bool:
    """Whether a short form is of the last part alone: `Red Sox of Major League Baseball (MLB)`."""
    parts = [long[match.end() :] for match in _OF.finditer(long)]
    return any(folded(short).replace(" ", "") in initials(part) for part in parts)


def abbreviates(short: str, long: str) -> bool:
    """Whether the letters of `short` stand in `long` in order, the first at a word's beginning."""
    letters = [c for c in folded(short) if c.isalnum()]
    words = folded(long).split()
    if not letters or len(words) < 2 or len(letters) > 12 or len(letters) >= len("".join(words)):
        return False
    return _stands_in(letters, words, 0, 0)


def _stands_in(letters: Sequence[str], words: Sequence[str], taken: int, word: int) -> bool:
    """Each word in turn gives a beginning of itself, or, for small words, nothing."""
    if taken == len(letters):
        return word == len(words) or all(len(w) < 4 for w in words[word:])
    if word == len(words):
        return False
    most = 0
    while (
        most < len(words[word])
        and taken + most < len(letters)
        and letters[taken + most] == words[word][most]
    ):
        most += 1
    rest = (most_taken for most_taken in range(most, 0, -1))
    if any(_stands_in(letters, words, taken + n, word + 1) for n in rest):
        return True
    return word > 0 and len(words[word]) < 4 and _stands_in(letters, words, taken, word + 1)
