"""Whether a story is another one of its house told again: by slug, by headline, or by what it says.

An update filed under another address often has another headline and half of its words are new; what
stays is whom it names, its figures, some of its sentences. How each counts, and what it was
measured on, stands in docs/decisions/0121. Pure: the same two stories are linked or not whatever
came first and whatever else is known.
"""

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID

from store.drafts import Row
from store.kills import filed
from store.similarity import Signature, jaccard, unpacked

Reason = Literal["slug", "headline", "body", "named"]

# A slug of two days ago is another day's story.
WINDOW: Final = dt.timedelta(hours=48)
# How sure a match by a name alone is; two reasons together are surer than either.
_SLUG: Final = 0.9
_HEADLINE: Final = 0.85
# A notice in the chain of the story that it withdrew stands there by its own word.
_NAMED: Final = 0.95
GROWING: Final = frozenset({"update", "correction", "refile", "repeat"})
# What tells of a story and is none of its texts.
NOTICES: Final = frozenset({"kill", "hold"})

# What two takes share counts so much, of 1 each: words of the body, names, figures, words of the
# headline. Least is where no other story of a house came and every take did.
_WORDS, _NAMES, _FIGURES, _HEAD = 0.5, 0.9, 0.4, 0.55
_LEAST: Final = 0.93
# Two takes share this many of all their words whatever was written anew.
LEAST_WORDS: Final = 0.12
# More names and figures than these prove no more.
_MOST_NAMES: Final = 8
_MOST_FIGURES: Final = 3
# How sure a link by the body is: a logistic curve through `_LEAST`, and never surer than a slug.
_STEEP, _MIDDLE, _SUREST = 7.0, 0.87, 0.89

# As in store/similarity.py: endings come off, short words say nothing.
_STEM: Final = 6
_SHORT: Final = 3
_UNSPACED: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Take:
    """A story as chains see it: its row, and the signature of its body where it has one."""

    row: Row
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class Link:
    """How two stories are known to be one: the strongest reason, and how sure that is."""

    other: UUID
    reason: Reason
    confidence: float


def when(row: Row) -> dt.datetime:
    """Return when a story was filed, as far as that is known."""
    found = filed(row) or row["first_seen_at"]
    assert isinstance(found, dt.datetime)
    return found


def grows(row: Row) -> bool:
    """Say whether a story tells of itself that it is another take of one."""
    return row["signal"] in GROWING or row["update_number"] is not None


def link(take: Take, other_id: UUID, other: Take) -> Link | None:
    """Return how the story of `take` is the other one told again; None where it is not."""
    row, known = take.row, other.row
    if not _may_be_one(row, known):
        return None
    found: list[tuple[Reason, float]] = []
    if row["slug_key"] and row["slug_key"] == known["slug_key"]:
        found.append(("slug", _SLUG))
    if row["headline_key"] and row["headline_key"] == known["headline_key"]:
        found.append(("headline", _HEADLINE))
    sure = _by_body(take, other)
    if sure and not _contradict(row, known):
        found.append(("body", sure))
    if not found:
        return None
    doubt = math.prod(1 - sure for _, sure in found)
    return Link(other_id, found[0][0], round(1 - doubt, 3))


def named(other_id: UUID) -> Link:
    """Return the link of a notice to the story that it withdrew."""
    return Link(other_id, "named", _NAMED)


def house(row: Row) -> tuple[object, ...]:
    """Return what two takes of one story have in common: whose they are, and their form."""
    return row["agency"], row["publisher"], row["genre"]


def _may_be_one(row: Row, other: Row) -> bool:
    """Say whether two stories are of one house, form and time, and one of them is a later take."""
    if row["agency"] is None or house(row) != house(other):
        return False
    if None not in (row["language"], other["language"]) and row["language"] != other["language"]:
        return False
    return (grows(row) or grows(other)) and abs(when(row) - when(other)) <= WINDOW


def _contradict(row: Row, other: Row) -> bool:
    """Say whether two stories count themselves as takes of two stories: each is an UPDATE 1."""
    numbers = (row["update_number"], other["update_number"])
    corrects = {row["signal"], other["signal"]} & {"correction", "refile", "repeat"}
    return None not in numbers and numbers[0] == numbers[1] and not corrects


def _by_body(take: Take, other: Take) -> float:
    """Return how sure it is that two texts tell one story, 0 where they do not."""
    one, two = take.signature, other.signature
    if one is None or two is None or one.made_by != two.made_by:
        return 0.0
    named_both = _both(one.names, two.names, _MOST_NAMES)
    head = _headline(take.row["headline_key"], other.row["headline_key"])
    # the words are the dearest to compare; without them nothing else can be enough
    rest = _NAMES * named_both + _FIGURES * _both(one.figures, two.figures, _MOST_FIGURES)
    rest += _HEAD * head
    if rest + _WORDS < _LEAST:
        return 0.0
    words = jaccard(one, two)
    score = rest + _WORDS * words
    if score < _LEAST or words < LEAST_WORDS:
        return 0.0
    return min(_SUREST, 1 / (1 + math.exp(-_STEEP * (score - _MIDDLE))))


def _both(one: bytes, other: bytes, most: int) -> float:
    """Return how much names or figures say that two texts share: many, and of those that are."""
    first, second = _set(one), _set(other)
    few = min(len(first), len(second))
    shared = len(first & second)
    return math.sqrt(shared / few * min(shared, most) / most) if few else 0.0


def _headline(one: str | None, other: str | None) -> float:
    """Return the share of the shorter headline's words that the other has too."""
    first, second = _words(one or ""), _words(other or "")
    few = min(len(first), len(second))
    return len(first & second) / few if few else 0.0


@lru_cache(maxsize=8192)
def _set(packed: bytes) -> frozenset[int]:
    return frozenset(unpacked(packed))


@lru_cache(maxsize=8192)
def _words(headline: str) -> frozenset[str]:
    if _UNSPACED.search(headline):
        run = headline.replace(" ", "")
        return frozenset(run[at : at + 2] for at in range(len(run) - 1))
    words = headline.split()
    return frozenset(w[:_STEM] for w in words if len(w) > _SHORT or w.isdigit())
