"""Where names begin and end, by what stands around them."""

import re

import pytest

from enrich.entities.bounds import mended
from enrich.entities.known import known
from enrich.entities.tagger import Span

_MARK = re.compile(r"\[(PER|ORG|LOC) ([^\]]+)\]")


def bounded(marked: str, language: str = "en") -> list[str]:
    """Return the names of a text whose tagged spans stand in brackets, after mending."""
    text, spans, last = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        label, name = mark.groups()
        spans.append(Span(len(text), len(text) + len(name), label, 0.9))  # type: ignore[arg-type]
        text += name
        last = mark.end()
    text += marked[last:]
    return [f"{s.label} {text[s.start : s.end]}" for s in mended(text, spans, known(), language)]


@pytest.mark.parametrize(
    ("marked", "language", "found"),
    [
        ("erhielten in [LOC Göttingen Kaffee] und Gutscheine", "de", ["LOC Göttingen"]),
        ("in [LOC Frankfurt am Main] und", "de", ["LOC Frankfurt am Main"]),
        ("in [LOC Rheinland Pfalz] und", "de", ["LOC Rheinland Pfalz"]),
        ("in the [LOC Göttingen Forest] and", "en", ["LOC Göttingen Forest"]),
    ],
)
def test_a_noun_after_a_place_is_none_of_it_where_every_noun_has_a_capital(
    marked: str, language: str, found: list[str]
) -> None:
    assert bounded(marked, language) == found


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("ports of [LOC Dover and Calais] shut", ["LOC Dover", "LOC Calais"]),
        ("[LOC Bosnia and Herzegovina] voted", ["LOC Bosnia and Herzegovina"]),
        ("[LOC Trinidad and Tobago] won", ["LOC Trinidad and Tobago"]),
        ("[PER Kurti and Vucic] met", ["PER Kurti", "PER Vucic"]),
        ("ports of [LOC Dover and] others", ["LOC Dover"]),
        ("the [LOC Reykjavik city] library", ["LOC Reykjavik"]),
        (
            "the [ORG National Museum of] the [ORG U.S. Air Force]",
            ["ORG National Museum of the U.S. Air Force"],
        ),
        ("[PER Dries] [PER Mertens] ran", ["PER Dries Mertens"]),
        ("the [ORG Senate] [ORG Finance Committee] met", ["ORG Senate", "ORG Finance Committee"]),
        (
            "Governor of [PER Washington Chris Gregoire] said",
            ["LOC Washington", "PER Chris Gregoire"],
        ),
        ("[PER Florence Mbeki Ndlovu] said", ["PER Florence Mbeki Ndlovu"]),
        ("the [ORG Parliament of Canada] sat", ["ORG Parliament", "LOC Canada"]),
        ("the [ORG Bank of Japan] sat", ["ORG Bank of Japan"]),
        ("the [ORG Ministry of Health and Social Services]", None),
    ],
)
def test_names_are_joined_parted_and_cut(marked: str, found: list[str] | None) -> None:
    assert bounded(marked) == (found or ["ORG Ministry of Health and Social Services"])


@pytest.mark.parametrize(
    ("language", "marked", "found"),
    [
        ("fr", "Le [ORG Parlement de Monaco] dissous", ["ORG Parlement", "LOC Monaco"]),
        ("fr", "le [ORG Parti socialiste] vote", ["ORG Parti socialiste"]),
        (
            "es",
            "la [ORG Confederación Hidrográfica del] [ORG Duero]",
            ["ORG Confederación Hidrográfica del Duero"],
        ),
        ("de", "[PER Anna Kos und Jan Hus]", ["PER Anna Kos", "PER Jan Hus"]),
    ],
)
def test_other_languages_have_other_small_words(
    language: str, marked: str, found: list[str]
) -> None:
    assert bounded(marked, language) == found
