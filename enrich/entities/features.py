"""What the statistical tagger sees of a text: words, their shapes, their pieces. Pure, no state.

Training and tagging share this module, so that the model meets in production what it was taught.
A word is a run of letters and digits, a single punctuation mark, or one CJK character; its shape
tells the encoder, whose vocabulary is lower-case, how it was printed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from tokenizers import Tokenizer

LABELS: Final = (
    "O",
    "B-PER",
    "I-PER",
    "B-ORG",
    "I-ORG",
    "B-LOC",
    "I-LOC",
    "B-MISC",
    "I-MISC",
)
# Part of the model's version: a change here asks for a new training.
FEATURES_VERSION: Final = 1

_CJK: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD: Final = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+|[^\w\s]|_")

# Shapes; each is doubled by whether white space precedes the word.
_LOWER, _TITLE, _UPPER, _CAPITAL, _MIXED, _DIGITS, _ALNUM, _MARK, _CASELESS = range(1, 10)
SHAPES: Final = 20


class Word(NamedTuple):
    """A word of a text: where it stands, exclusive end, and its shape (0 is padding)."""

    start: int
    end: int
    shape: int


def words(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """Return the words of `text[start:end]`, offsets in `text`."""
    found = []
    last = -1
    for begin, stop in word_places(text, start, end):
        found.append(Word(begin, stop, _shape(text[begin:stop]) * 2 + (begin == last)))
        last = stop
    return found


def word_places(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return where the words of `text[start:end]` begin and end, offsets in `text`."""
    found = _WORD.finditer(text, start, len(text) if end is None else end)
    return [match.span() for match in found]


# words repeat; this many are some 10 MB
@lru_cache(maxsize=50_000)
def _shape(word: str) -> int:
    if word.islower() and word.isalpha():
        return _LOWER
    if word.isdigit():
        return _DIGITS
    if not word[0].isalnum():
        return _MARK
    if not word.isalpha():
        return _ALNUM
    if word.isupper():
        return _UPPER if len(word) > 1 else _CAPITAL
    if word[0].isupper() and word[1:].islower():
        return _TITLE
    return _CASELESS if word.upper() == word.lower() else _MIXED


@dataclass(frozen=True, slots=True)
class Encoded:
    """Words as the encoder takes them: piece ids and shapes, and each word's first piece."""

    ids: list[int]
    shapes: list[int]
    firsts: list[int]


class Encoder:
    """Makes pieces of words with the model's own vocabulary. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.cls = self._id("[CLS]")
        self.sep = self._id("[SEP]")
        self.unknown = self._id("[UNK]")
        # a word's pieces are its own, whatever stands beside it; this many are some 15 MB
        self._pieces = lru_cache(maxsize=50_000)(self._pieces_of)

    def _id(self, mark: str) -> int:
        number = self._tokenizer.token_to_id(mark)
        if number is None:
            raise ValueError(f"the vocabulary has no {mark}: it is not the model's")
        return number

    def encode(self, text: str, found: Sequence[Word]) -> Encoded:
        """Encode the words of a text, without the marks that open and close a window."""
        encoded = Encoded([], [], [])
        for word in found:
            pieces = self._pieces(text[word.start : word.end])
            encoded.firsts.append(len(encoded.ids))
            encoded.ids.extend(pieces)
            encoded.shapes.extend([word.shape] * len(pieces))
        return encoded

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        """Return the pieces of a word; one the tokeniser drops (a lone accent) gets [UNK]."""
        found = self._tokenizer.encode([word], is_pretokenized=True, add_special_tokens=False)
        return tuple(found.ids) or (self.unknown,)
