"""Any installed spaCy pipeline behind the tagger's protocol (extra `spacy`).

`WIREDESK_ENRICH__TAGGER` may name several, parted by commas: each takes the texts of its own
language, the first the rest. spaCy is imported only here, and only when asked for.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from enrich.entities.tagger import Span
from wire.errors import Fatal
from wire.messages import Label

# The label sets of OntoNotes, WikiNER and the national corpora that spaCy's pipelines are made of.
_LABELS: Final[dict[str, Label]] = {
    "PERSON": "PER",
    "PER": "PER",
    "persName": "PER",
    "PS": "PER",
    "PRS": "PER",
    "ORG": "ORG",
    "orgName": "ORG",
    "OG": "ORG",
    "ORGANIZATION": "ORG",
    "GPE": "LOC",
    "LOC": "LOC",
    "FAC": "LOC",
    "placeName": "LOC",
    "geogName": "LOC",
    "LC": "LOC",
    "GPE_LOC": "LOC",
    "GPE_ORG": "ORG",
    "MISC": "MISC",
    "EVENT": "MISC",
    "WORK_OF_ART": "MISC",
    "PRODUCT": "MISC",
    "LAW": "MISC",
    "EVT": "MISC",
    "PROD": "MISC",
}


class SpacyTagger:
    """One spaCy pipeline a language.

    Raises:
        Fatal: spaCy or a named pipeline is not installed.
    """

    def __init__(self, names: str) -> None:
        pipelines = [_load(name.strip()) for name in names.split(",")]
        self._default = pipelines[0]
        self._by_language = {str(pipeline.lang): pipeline for pipeline in pipelines}

    @property
    def version(self) -> str:
        return "+".join(
            f"spacy:{p.meta['lang']}_{p.meta['name']}-{p.meta['version']}"
            for p in self._by_language.values()
        )

    def tag(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Span]]:
        found: list[list[Span]] = [[] for _ in texts]
        for pipeline in self._by_language.values():
            own = [
                number
                for number, language in enumerate(languages)
                if self._by_language.get(language or "", self._default) is pipeline
            ]
            for number, read in zip(own, pipeline.pipe([texts[n] for n in own]), strict=True):
                found[number] = [
                    Span(entity.start_char, entity.end_char, _LABELS[entity.label_], 0.9)
                    for entity in read.ents
                    if entity.label_ in _LABELS
                ]
        return found


def _load(name: str) -> Any:
    try:
        return import_module("spacy").load(name)
    except (ImportError, OSError) as error:
        raise Fatal(
            f"the spaCy pipeline {name!r} can't be loaded ({error}); install the extra `spacy` and "
            "the pipeline, or set WIREDESK_ENRICH__TAGGER=default"
        ) from error
