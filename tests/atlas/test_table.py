"""The gazetteer's file keeps what was packed into it, and refuses what it does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas import table

NAMES = st.text("abcdefgh", min_size=1, max_size=8)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=5))
def test_sections_come_back(sections: dict[str, bytes]) -> None:
    assert table.unpack(table.pack(sections)) == sections


@given(st.lists(st.integers(0, 2**32 - 1), max_size=50))
def test_numbers_come_back(values: list[int]) -> None:
    assert list(table.numbers("I", table.to_bytes("I", values))) == values


def test_numbers_are_little_endian() -> None:
    assert table.to_bytes("H", [1]) == b"\x01\x00"


def test_another_format_is_refused() -> None:
    packed = table.pack({"a": b"b"}).replace(b"wiredesk-gazetteer", b"someones-gazetteer")
    with pytest.raises(ValueError, match="rebuild"):
        table.unpack(packed)
