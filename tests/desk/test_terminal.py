"""Text of the outside on a terminal: shown, never obeyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.terminal import plain


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Élysée 总统府 – “quoted”", "Élysée 总统府 – “quoted”"),
        ("one\ntwo", "one\ntwo"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\rb", r"a\rb"),
        ("\x00\x9b31m", r"\x00\x9b31m"),
        ("abc\u202edcba", r"abc\u202edcba"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
    ],
)
def test_what_would_move_the_terminal_is_written_out(given: str, shown: str) -> None:
    assert plain(given) == shown


@given(st.text())
def test_nothing_unprintable_is_left_but_newlines(text: str) -> None:
    assert plain(text).replace("\n", "").isprintable()


@given(st.text().filter(str.isprintable))
def test_printable_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text
