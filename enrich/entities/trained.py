"""The shipped tagger: a small transformer of 8-bit integers, run by onnxruntime on one core.

Texts are cut into sentences; those that hold nothing that could be a name are skipped; the rest is
packed into windows of consecutive sentences, which the model reads one at a time: activations are
quantised by the range of all that is read at once, so that in a larger batch what a text gives
would depend on its neighbours, and one core is no faster with more. Scores become spans by the best
path that obeys B and I. Thread-safe: a session may be shared.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from enrich.entities.features import FEATURES_VERSION, LABELS, Encoded, Encoder, Word, words
from enrich.entities.lexicon import lexicon
from enrich.entities.sentences import sentences
from enrich.entities.tagger import Span
from wire.errors import Fatal
from wire.messages import Label

MODEL: Final = Path(__file__).parent / "model"
# Windows of this many pieces hold a paragraph; longer ones cost more than their context gives.
_PIECES: Final = 96
# The encoder has 512 positions, two of them for the marks: a longer sentence is cut in pieces.
_LONGEST: Final = 510
_FORBIDDEN: Final = -1e4
# Lower case, digits, punctuation: no name is printed so.
_PLAIN_SHAPES: Final = (1, 6, 8)
_CASELESS: Final = 9
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence (or a stretch of a very long one), encoded: which text it is of, and its words."""

    text: int
    words: Sequence[Word]
    encoded: Encoded


class TrainedTagger:
    """The model of `folder` behind the tagger's protocol.

    Raises:
        Fatal: the model is missing or was made for other features.
    """

    def __init__(self, folder: Path = MODEL, threads: int = 1) -> None:
        card = _card(folder)
        self._version = str(card["version"])
        self._encoder = Encoder(folder / "tokenizer.json")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # memory patterns pay for equal shapes only; windows differ
        options.enable_mem_pattern = False
        self.session = onnxruntime.InferenceSession(
            str(folder / "tagger.onnx"),
            options,
            providers=["CPUExecutionProvider"],
            # the fused operator takes five times as long as the two that it stands for
            disabled_optimizers=["SkipLayerNormFusion"],
        )

    @property
    def version(self) -> str:
        return self._version

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Span]]:
        del languages  # one model reads them all
        found: list[list[Span]] = [[] for _ in texts]
        if parts := self._parts(texts):
            windows = list(_windows(parts))
            # one stage after the other: beside each run of the model, which fills the caches with
            # its weights, the rest took almost twice as long
            rows = [self._row(window) for window in windows]
            scores = [np.asarray(self.session.run(None, row)[0])[0] for row in rows]
            of_words = [one[_firsts(window)] for one, window in zip(scores, windows, strict=True)]
            for part, span in _spans(parts, np.concatenate(of_words)):
                found[part.text].append(span)
        return [sorted(spans) for spans in found]

    def _parts(self, texts: Sequence[str]) -> list[_Part]:
        return [
            part
            for number, text in enumerate(texts)
            for start, end in sentences(text)
            if _may_hold_name(text, found := words(text, start, end))
            for part in _fitting(_Part(number, found, self._encoder.encode(text, found)))
        ]

    def _row(self, window: Sequence[_Part]) -> dict[str, NDArray[Any]]:
        """Return what the model is given for a window, (1, pieces) each."""
        ids = [i for part in window for i in part.encoded.ids]
        shapes = [s for part in window for s in part.encoded.shapes]
        return {
            "ids": np.array([[self._encoder.cls, *ids, self._encoder.sep]], np.int64),
            "shapes": np.array([[0, *shapes, 0]], np.int64),
            "mask": np.ones((1, len(ids) + 2), np.int32),
        }


def _card(folder: Path) -> dict[str, Any]:
    path = folder / "model.json"
    if not path.exists():
        raise Fatal(
            f"no tagger in {folder}: run `make train`, or set WIREDESK_ENRICH__TAGGER=rules"
        )
    card: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if card["features"] != FEATURES_VERSION or tuple(card["labels"]) != LABELS:
        raise Fatal(f"the tagger in {folder} was trained for other features: run `make train`")
    return card


def _may_hold_name(text: str, found: Sequence[Word]) -> bool:
    """Whether any word is printed like a name; `The`, `He`, `Police` are not where they open.

    Scripts without capitals are left to the gazetteer: the model's vocabulary knows few of their
    characters, and guesses.
    """
    if 2 * sum(word.shape // 2 == _CASELESS for word in found) > len(found):
        return False
    opens = True
    for word in found:
        if word.shape // 2 in _PLAIN_SHAPES:
            opens = opens and not text[word.start].isalnum()
        elif not opens or text[word.start : word.end].lower() not in lexicon().openers:
            return True
        else:
            opens = False
    return False


def _fitting(part: _Part) -> Iterator[_Part]:
    """Cut a sentence that is longer than the encoder's reach, between words."""
    code = part.encoded
    if len(code.ids) <= _LONGEST:
        yield part
        return
    edges, begin = [0], 0
    for number, first in enumerate(code.firsts):
        if first - code.firsts[begin] >= _LONGEST - 100:
            edges.append(number)
            begin = number
    for a, b in pairwise([*edges, len(code.firsts)]):
        lo, hi = code.firsts[a], code.firsts[b] if b < len(code.firsts) else len(code.ids)
        hi = min(hi, lo + _LONGEST)
        firsts = [first - lo for first in code.firsts[a:b] if first < hi]
        piece = Encoded(code.ids[lo:hi], code.shapes[lo:hi], firsts)
        yield _Part(part.text, part.words[a : a + len(firsts)], piece)


def _windows(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Pack consecutive sentences of one text together."""
    window: list[_Part] = []
    size = 0
    for part in parts:
        grown = size + len(part.encoded.ids)
        if window and (window[-1].text != part.text or grown > _PIECES):
            yield window
            window, grown = [], len(part.encoded.ids)
        window.append(part)
        size = grown
    if window:
        yield window


def _firsts(window: Sequence[_Part]) -> list[int]:
    """Where each word's first piece stands in the window's row."""
    places, offset = [], 1
    for part in window:
        places += [offset + first for first in part.encoded.firsts]
        offset += len(part.encoded.ids)
    return places


def _transitions() -> Floats:
    """I-X may follow B-X and I-X alone."""
    allowed = np.zeros((len(LABELS), len(LABELS)), np.float32)
    for one, label in enumerate(LABELS):
        for other, following in enumerate(LABELS):
            if following.startswith("I-") and label[2:] != following[2:]:
                allowed[one, other] = _FORBIDDEN
    return allowed


_TRANSITIONS: Final = _transitions()


def best_path(logs: Floats) -> list[int]:
    """Return the most likely sequence of labels that obeys B and I; `logs` is (words, labels)."""
    greedy = logs.argmax(-1)
    if not _TRANSITIONS[greedy[:-1], greedy[1:]].any() and not LABELS[greedy[0]].startswith("I-"):
        obeying: list[int] = greedy.tolist()
        return obeying
    total = logs[0] + _TRANSITIONS[0]
    back = np.zeros(logs.shape, np.int64)
    for number in range(1, len(logs)):
        options = total[:, None] + _TRANSITIONS
        back[number] = options.argmax(0)
        total = options.max(0) + logs[number]
    path = [int(total.argmax())]
    for number in range(len(logs) - 1, 0, -1):
        path.append(int(back[number, path[-1]]))
    return path[::-1]


def _spans(parts: Sequence[_Part], scores: Floats) -> Iterator[tuple[_Part, Span]]:
    """Yield the names of the parts; `scores`, (words, labels), are of all their words."""
    logs = scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    likely = scores.argmax(-1)
    end = 0
    for part in parts:
        begin, end = end, end + len(part.words)
        if not likely[begin:end].any():
            continue  # every word is plain
        own = logs[begin:end]
        path = best_path(own)
        for first, last in _stretches(path):
            told = [float(own[n, path[n]]) for n in range(first, last + 1)]
            sure = math.exp(sum(told) / len(told))
            label: Label = LABELS[path[first]][2:]  # type: ignore[assignment]
            yield part, Span(part.words[first].start, part.words[last].end, label, round(sure, 3))


def _stretches(path: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of each name."""
    first = None
    for number, label in enumerate([*path, 0]):
        goes_on = LABELS[label].startswith("I-")
        if first is not None and not goes_on:
            yield first, number - 1
            first = None
        if label and not goes_on:
            first = number
