"""Whether two bodies are the same copy: the words they share, and the names and figures they give.

Syndicated copy is cut, re-headlined and rewritten: its sentences change and are put in another
order, but it goes on saying the same of the same people with the same figures. Another agency's own
account of the event has few of its words; a translation has none; reports made from a template
(weather, markets, scores) have the words and contradict each other in names and figures. Pure; a
signature says what made it, and only those of one maker compare. Thresholds and what they were
measured on: docs/decisions/0120.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from operator import eq
from typing import Any, Final

import rensa

# Bodies meet by the names and figures in them: 20 bands of 4 rows bring together two that share
# two thirds of them with 99 %, and hardly ever two that share a weekday and a capital; and by how
# they open, as a copy is cut from its end.
_FACT_BANDS: Final = 20
_LEAD_BANDS: Final = 5
_ROWS: Final = 4
# Words that open a story, of those that count.
_LEAD: Final = 20
# With fewer names and figures than this, pairs of words and longer words tell bodies apart.
_LEAST_FACTS: Final = 8
# The share of words is estimated with a standard error of 6 %.
PERMUTATIONS: Final = 64
# A minhash as numpy reads it: little-endian 32-bit numbers.
MINHASH: Final = "<u4"
_SEED: Final = 42
# Words are known by this many letters, which takes endings off in most languages; shorter ones
# than `_SHORT` hold sentences together and say nothing.
_STEM: Final = 6
_SHORT: Final = 3
_LONG: Final = 5
# Scripts without spaces: words are runs of two characters, pairs are runs of four.
_RUN: Final = 2
MADE_BY: Final = f"rensa{rensa.RMinHash.ALGORITHM_VERSION}-{PERMUTATIONS}-{_SEED}-facts1"

# Bodies with fewer different words are alerts: two of them share these by chance.
_LEAST_WORDS: Final = 15
# Words of the shorter body that the other one has too. Where one body is far shorter, of all their
# words they share few in any case: that share is then known badly, and has to be greater.
_ALIKE: Final = 0.5
_CUT_BELOW: Final = 0.25
_CUT_ALIKE: Final = 0.75
_CUT_LEAST: Final = 0.08
# Figures, names, and both together, that each of the two has and the other has not, of those of
# the one with fewer: more of them, and the two tell of different things.
_FIGURES_APART: Final = 0.25
_NAMES_APART: Final = 0.5
_APART: Final = 0.25
# Without any name or figure only the same words in the same number are the same copy.
_SAME: Final = 0.8

# A word, or what a capital letter after it says nothing: a sentence or a quotation begins.
_TOKEN: Final = re.compile(r"\w+(?:[.,:/-]\d+)*|[.!?:\n\"“„«]")
_FIGURE: Final = re.compile(r"\d+(?:[.,:/-]\d+)*|[〇零一二两三四五六七八九十百千万]{2,}")
_UNSPACED: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of a body to find its near-duplicates by."""

    made_by: str
    words: int
    minhash: bytes  # of the words; little-endian 32-bit numbers
    bands: tuple[int, ...]  # the keys under which it meets its near-duplicates: signed 64-bit
    figures: bytes  # little-endian 32-bit hashes, sorted
    names: bytes  # as figures


# What two signatures are compared by: all of them but the bands, by which they have met.
COMPARED: Final = ("made_by", "words", "minhash", "figures", "names")


def compared(values: Sequence[Any]) -> Signature:
    """Return a stored signature by its columns `COMPARED`, without its bands."""
    return Signature(**dict(zip(COMPARED, values, strict=True)), bands=())


def signature(body: str) -> Signature | None:
    """Return the signature of a body; None where it is too short to tell it by."""
    run = "".join(body.split())
    unspaced = not run.isascii() and len(_UNSPACED.findall(run)) > len(run) / 3
    words, names = (_runs(run, _RUN), set()) if unspaced else _content(body)
    distinct = set(words)
    if len(distinct) < _LEAST_WORDS:
        return None
    pairs = _runs(run, 2 * _RUN) if unspaced else map(" ".join, pairwise(words))
    figures = set(_FIGURE.findall(body)) if unspaced else {w for w in words if w[0].isdigit()}
    facts = figures | names
    if len(facts) < _LEAST_FACTS:
        facts |= {word for word in distinct if len(word) >= _LONG} | set(pairs)
    bands = (
        *_bands("facts", _minhash(facts, _FACT_BANDS * _ROWS)),
        *_bands("lead", _minhash(set(words[:_LEAD]), _LEAD_BANDS * _ROWS)),
    )
    minhash = _packed(_minhash(distinct, PERMUTATIONS))
    return Signature(MADE_BY, len(distinct), minhash, bands, _hashes(figures), _hashes(names))


def alike(one: Signature, other: Signature) -> float:
    """Return how sure it is that two bodies are the same copy, 0 (they are not) to 1."""
    if one.made_by != other.made_by:
        return 0.0
    common = jaccard(one, other)
    shared = _shared(one, other, common)
    cut = common < _CUT_BELOW
    if shared < (_CUT_ALIKE if cut else _ALIKE) or common < _CUT_LEAST:
        return 0.0
    few_figures, figures = _apart(one.figures, other.figures)
    few_names, names = _apart(one.names, other.names)
    few = few_figures + few_names
    if figures > _FIGURES_APART * few_figures or names > _NAMES_APART * few_names:
        return 0.0
    if figures + names > _APART * few or (few == 0 and common < _SAME):
        return 0.0
    return round(shared, 2)


def jaccard(one: Signature, other: Signature) -> float:
    """Return how many of all words of two bodies both have: an estimate."""
    pairs = zip(unpacked(one.minhash), unpacked(other.minhash), strict=True)
    same: int = sum(starmap(eq, pairs))
    return same / PERMUTATIONS


def _shared(one: Signature, other: Signature, common: float) -> float:
    """Return how many words of the shorter body the other one has too: an estimate."""
    both = common * (one.words + other.words) / (1 + common)
    return min(1.0, both / min(one.words, other.words))


def _apart(one: bytes, other: bytes) -> tuple[int, int]:
    """Return how many the one with fewer has, and in how many the two contradict each other."""
    first, second = set(unpacked(one)), set(unpacked(other))
    few = min(len(first), len(second))
    return few, few - len(first & second)


def _content(body: str) -> tuple[list[str], set[str]]:
    """Return the words that say something, in order and without their endings; and the names.

    A name is a word with a capital letter where a sentence goes on.
    """
    words, names = [], set()
    opening = True
    for token in _TOKEN.findall(body):
        first = token[0]
        if not (first.isalnum() or first == "_"):
            opening = True
            continue
        if first.isdigit():
            words.append(token)
        elif len(token) > 1:
            stem = token.casefold()[:_STEM]
            if len(token) > _SHORT:
                words.append(stem)
            if first.isupper() and not opening:
                names.add(stem)
        opening = False
    return words, names


def _runs(run: str, length: int) -> list[str]:
    return [run[at : at + length] for at in range(len(run) - length + 1)]


def _minhash(words: set[str], permutations: int) -> list[int]:
    made = rensa.RMinHash(permutations, _SEED)
    made.update(list(words))
    return list(made.digest())


def _bands(kind: str, minhash: list[int]) -> list[int]:
    rows = (minhash[start : start + _ROWS] for start in range(0, len(minhash), _ROWS))
    return [_band(f"{kind} {number}", _packed(row)) for number, row in enumerate(rows)]


def _band(name: str, row: bytes) -> int:
    # the name keeps equal rows of two bands apart
    low, high = zlib.crc32(row, zlib.crc32(name.encode())), zlib.adler32(row) ^ zlib.crc32(row)
    return int.from_bytes((high << 32 | low).to_bytes(8, "little"), "little", signed=True)


def _hashes(words: set[str]) -> bytes:
    return _packed(sorted({zlib.crc32(word.encode()) for word in words}))


def _packed(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def unpacked(packed: bytes) -> tuple[int, ...]:
    """Return the numbers of a minhash, or the hashes of figures or names."""
    return struct.unpack(f"<{len(packed) // 4}I", packed)
