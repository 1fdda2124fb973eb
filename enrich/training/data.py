"""The sets a tagger learns from, as windows of pieces with tags.

The open sets are read where they lie (setting `corpus`), never copied; our own stories come from
seeds/training. A set that knows no MISC says so, and its plain words then teach nothing against
MISC. Windows join a few consecutive sentences of one document, as tagging does.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from enrich.entities.features import LABELS, Encoder, Word, words
from enrich.entities.sentences import sentences
from enrich.training.stories import MarkedStory

# Consecutive sentences in one window at most; a paragraph of wire copy has one to three.
_SENTENCES: Final = 4
# Pieces in one window at most: longer ones are cut, which costs the end of very long sentences.
_PIECES: Final = 160
_TAG: Final = {label: number for number, label in enumerate(LABELS)}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its marks."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Consecutive sentences of one source; `misc` says whether the source marks MISC."""

    source: str
    sentences: tuple[Sentence, ...]
    misc: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, encoded: piece ids, shapes, and a tag for each piece (-1: not a word's first)."""

    ids: tuple[int, ...]
    shapes: tuple[int, ...]
    tags: tuple[int, ...]
    misc: bool


def open_set(path: Path, source: str, *, linked: bool = False) -> list[Document]:
    """Read one set of ../shared/corpus/ner: JSON lines with text, spans and, maybe, doc.

    `linked`: the lines stand in the order of their texts though no document is named.
    """
    # not splitlines: the texts hold line separators of other kinds
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    documents = []
    for number, (name, group) in enumerate(groupby(rows, key=lambda row: row["doc"])):
        found = tuple(Sentence(r["text"], tuple(tuple(s) for s in r["spans"])) for r in group)
        if name is None and not linked:
            documents += [Document(source, (sentence,), misc=False) for sentence in found]
        else:
            documents.append(Document(f"{source}-{name or number}", found, misc=False))
    return documents


def own_set(stories: Sequence[MarkedStory]) -> list[Document]:
    """Our own stories, sentence by sentence; they mark MISC."""
    return [Document(f"own-{story.id}", tuple(_sentences(story)), misc=True) for story in stories]


def _sentences(story: MarkedStory) -> Iterator[Sentence]:
    for part in story.passages:
        for start, end in sentences(part.text):
            inside = [(a - start, b - start, t) for a, b, t in part.spans if start <= a < end]
            yield Sentence(part.text[start:end], tuple(inside))


def encode(documents: Sequence[Document], encoder: Encoder) -> list[list[Piece]]:
    """Encode every sentence once; windows are put together anew for each epoch."""
    return [
        [_piece(sentence, document.misc, encoder) for sentence in document.sentences]
        for document in documents
    ]


def _piece(sentence: Sentence, misc: bool, encoder: Encoder) -> Piece:
    found = words(sentence.text)
    encoded = encoder.encode(sentence.text, found)
    tags = [-1] * len(encoded.ids)
    for first, tag in zip(encoded.firsts, tags_of(found, sentence.spans), strict=True):
        tags[first] = tag
    return Piece(tuple(encoded.ids), tuple(encoded.shapes), tuple(tags), misc)


def tags_of(found: Sequence[Word], spans: Sequence[tuple[int, int, str]]) -> list[int]:
    """Return the tag of each word, as numbers of LABELS."""
    tags = [0] * len(found)
    for start, end, label in spans:
        inside = [n for n, word in enumerate(found) if word.start < end and start < word.end]
        for position, number in enumerate(inside):
            tags[number] = _TAG[f"{'I' if position else 'B'}-{label}"]
    return tags


def windows(documents: Sequence[Sequence[Piece]], chance: random.Random) -> list[list[Piece]]:
    """Join one to four consecutive sentences of a document into each window, by chance."""
    made: list[list[Piece]] = []
    for document in documents:
        window: list[Piece] = []
        wanted, size = chance.randint(1, _SENTENCES), 0
        for piece in document:
            if window and (len(window) >= wanted or size + len(piece.ids) > _PIECES):
                made.append(window)
                wanted, window, size = chance.randint(1, _SENTENCES), [], 0
            window.append(piece)
            size += len(piece.ids)
        if window:
            made.append(window)
    return made
