"""The protocol of a tagger: texts in, spans out. Which one tags is a setting (`enrich.tagger`).

A tagger knows one text at a time; what a whole story tells is the business of wire.py and
aliases.py. `default` is the tagger that ships with the project, `rules` the one that needs no
model; any other name is that of an installed spaCy pipeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from wire.messages import Label


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A name in a text: code points, end exclusive, its label, and how sure that is (0 to 1)."""

    start: int
    end: int
    label: Label
    confidence: float = 1.0


class Tagger(Protocol):
    """What finds names."""

    @property
    def version(self) -> str:
        """What tagged, for `model_version`: the same version gives the same spans."""
        ...

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Span]]:
        """Return the names of each text, in order, none overlapping.

        `languages` are ISO 639-1 codes, one a text, None where nobody knows.
        """
        ...
