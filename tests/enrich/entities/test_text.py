from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from enrich.entities.features import SHAPES, Encoder, words
from enrich.entities.sentences import sentences
from enrich.entities.trained import MODEL

ENCODER = Encoder(MODEL / "tokenizer.json")
TOKENIZER = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
TOKENIZER.no_padding()
TOKENIZER.no_truncation()


def cut(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ('"We agreed." He left.', ['"We agreed."', "He left."]),
        ("Maj. Gen. Kos met U.S. President J. Smith on Jan. 5.", None),
        ("Shares of Velde Inc. rose 3.5 percent to $4.2 billion.", None),
        ("Что? Да. Нет!", ["Что?", "Да.", "Нет!"]),
        ("他来了。她走了。", ["他来了。", "她走了。"]),
        ("One line\n\n two lines ", ["One line", "two lines"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, found: list[str] | None) -> None:
    assert cut(text) == ([text] if found is None else found)


@given(st.text(max_size=200))
def test_sentences_hold_every_word_once(text: str) -> None:
    spans = sentences(text)

    assert all(a.__lt__(b) for a, b in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    covered = {n for a, b in spans for n in range(a, b)}
    assert {n for n, c in enumerate(text) if not c.isspace()} <= covered


@given(st.text(max_size=200))
def test_words_hold_every_printed_character_once(text: str) -> None:
    found = words(text)

    assert all(0 < w.shape < SHAPES for w in found)
    assert sum(w.end - w.start for w in found) == sum(not c.isspace() for c in text)


def test_a_possessive_and_a_hyphen_are_words_of_their_own() -> None:
    text = "NATO-led Kurti's U.S."

    assert [text[w.start : w.end] for w in words(text)] == [
        *("NATO", "-", "led"),
        *("Kurti", "'", "s"),
        *("U", ".", "S", "."),
    ]


@given(st.text(max_size=80))
def test_a_words_pieces_are_those_that_it_has_in_its_text(text: str) -> None:
    found = words(text)
    encoded = ENCODER.encode(text, found)
    printed = [text[w.start : w.end] for w in found]

    whole = TOKENIZER.encode(printed, is_pretokenized=True, add_special_tokens=False)

    # what the tokeniser drops is unknown to the model, not left out
    assert [i for i in encoded.ids if i != ENCODER.unknown] == [
        i for i in whole.ids if i != ENCODER.unknown
    ]
    assert len(encoded.firsts) == len(found)
    assert len(encoded.ids) == len(encoded.shapes)
    assert all(one < other for one, other in pairwise(encoded.firsts))
