import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.text import key, tidy


def test_invisible_characters_go_and_spaces_become_one() -> None:
    assert tidy("\u200bPo\u00adrt \u00a0 Else\u2060where\u200f\ufeff \n") == "Port Elsewhere"


def test_joiners_stay_where_spelling_needs_them() -> None:
    assert tidy("می\u200cخواهم") == "می\u200cخواهم"
    assert tidy("Port\u200c Elsewhere\u200d") == "Port Elsewhere"


def test_letters_come_composed() -> None:
    assert tidy("Zu\u0308rich") == "Z\u00fcrich"


def test_lines_are_compared_by_letters_and_digits() -> None:
    assert key("“Crane” falls — 2 hurt!") == key("CRANE falls: 2 hurt")


@given(st.text(st.characters(codec=None)))
def test_any_line_becomes_tidy_once(text: str) -> None:
    once = tidy(text)
    assert unicodedata.is_normalized("NFC", once)
    assert "\n" not in once
    assert once == once.strip()
    assert tidy(once) == once
    once.encode()
