"""Whether two bodies are nearly the same: MinHash over word shingles, and the figures they give.

Syndicated copy is cut, re-headlined and lightly rewritten; what it keeps is runs of words and the
figures. Reports made from a template (weather, markets, scores) share runs of words and differ in
the figures: so both must agree. Pure; a signature says what made it, and only those of one maker
compare.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final

import rensa

# 20 bands of 3 rows: two bodies that share half their shingles meet in a band with 93 %, those that
# share a hundredth with 2 in 100,000.
_BANDS: Final = 20
_ROWS: Final = 3
_PERMUTATIONS: Final = _BANDS * _ROWS
_SEED: Final = 42
# Runs of this many words; in scripts without spaces, of this many characters.
_WORDS: Final = 3
_CHARACTERS: Final = 5
MADE_BY: Final = f"rensa{rensa.RMinHash.ALGORITHM_VERSION}-{_PERMUTATIONS}-{_SEED}-w{_WORDS}"

# Shorter bodies are alerts: two of them share their few words by chance.
_LEAST_SHINGLES: Final = 25
# Shingles that two bodies share, of all they have together; or of the shorter one, where one is a
# cut of the other.
_ALIKE: Final = 0.45
_CONTAINED: Final = 0.7
_CONTAINED_ALIKE: Final = 0.2
# Figures of the body that has fewer of them that the other has too; below this few they prove
# nothing.
_FIGURES_ALIKE: Final = 0.6
_LEAST_FIGURES: Final = 3

_WORD: Final = re.compile(r"\w+(?:[.,]\d+)*")
_UNSPACED: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of a body to find its near-duplicates by."""

    made_by: str
    shingles: int
    minhash: bytes  # little-endian 32-bit numbers
    figures: bytes  # little-endian 32-bit hashes, sorted

    def bands(self) -> list[int]:
        """Return the keys under which the body meets its near-duplicates: signed 64-bit."""
        width = _ROWS * 4
        rows = (self.minhash[start : start + width] for start in range(0, _BANDS * width, width))
        return [_band(number, row) for number, row in enumerate(rows)]


def signature(body: str) -> Signature | None:
    """Return the signature of a body; None where it is too short to tell it by."""
    words = _WORD.findall(body.casefold())
    shingles = _shingles(words)
    if len(shingles) < _LEAST_SHINGLES:
        return None
    minhash = rensa.RMinHash(_PERMUTATIONS, _SEED)
    minhash.update(list(shingles))
    figures = sorted({zlib.crc32(word.encode()) for word in words if word[0].isdigit()})
    return Signature(MADE_BY, len(shingles), _packed(minhash.digest()), _packed(figures))


def alike(one: Signature, other: Signature) -> float:
    """Return how sure it is that two bodies are the same copy, 0 (they are not) to 1."""
    if one.made_by != other.made_by:
        return 0.0
    pairs = zip(_numbers(one.minhash), _numbers(other.minhash), strict=True)
    jaccard = sum(a == b for a, b in pairs) / _PERMUTATIONS
    smaller = min(one.shingles, other.shingles)
    common = jaccard * (one.shingles + other.shingles) / (1 + jaccard)
    contained = min(1.0, common / smaller)
    cut = contained >= _CONTAINED and jaccard >= _CONTAINED_ALIKE
    if not (jaccard >= _ALIKE or cut) or not _same_figures(one, other):
        return 0.0
    return round(max(jaccard, contained), 2)


def _same_figures(one: Signature, other: Signature) -> bool:
    few, many = sorted((set(_numbers(one.figures)), set(_numbers(other.figures))), key=len)
    return len(few) < _LEAST_FIGURES or len(few & many) >= _FIGURES_ALIKE * len(few)


def _shingles(words: list[str]) -> set[str]:
    run = "".join(words)
    if not run.isascii() and len(_UNSPACED.findall(run)) > len(run) / 3:
        return {run[i : i + _CHARACTERS] for i in range(len(run) - _CHARACTERS + 1)}
    return {f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)}


def _band(number: int, row: bytes) -> int:
    # the number keeps equal rows of two bands apart
    low = zlib.crc32(row, number)
    high = zlib.adler32(row) ^ number
    return int.from_bytes((high << 32 | low).to_bytes(8, "little"), "little", signed=True)


def _packed(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def _numbers(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 4}I", packed)
