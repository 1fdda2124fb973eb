"""What may enter the system as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.messages import Furniture
from wire.text import clean


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("plain", "plain"),
        ("NUL\x00 byte", "NUL byte"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("a pair \ud83d\ude00 split by JSON", "a pair \U0001f600 split by JSON"),
        ("escape \x1b[31m", "escape [31m"),
        ("windows\r\nold mac\rline\u2028paragraph\u2029", "windows\nold mac\nline\nparagraph\n"),
        ("tab\tstays", "tab\tstays"),
        ("noncharacter \uffff\ufdd0", "noncharacter "),
        ("\x85next line, C1", "next line, C1"),
        ("", ""),
    ],
)
def test_clean_takes_out_what_breaks_storage_logs_and_terminals(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_is_stable_and_encodes(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode()


@given(st.text(st.characters(codec=None, exclude_categories=["Cs", "Cc", "Cn"]), max_size=200))
def test_clean_loses_no_lawful_character(text: str) -> None:
    kept = text.replace("\u2028", "\n").replace("\u2029", "\n")
    assert clean(text) == kept


def test_text_of_a_message_is_cleaned_at_the_door() -> None:
    message = Furniture(host="a\x00b", epoch=1, lines=("x\ud800",), stories=1)
    assert message.host == "ab"
    assert message.lines == ("x",)
    assert b"\\u" not in message.to_json()
