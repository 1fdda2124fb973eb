import csv
import datetime as dt
import io
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.exports.cells import csv_cell, json_text, safe

DANGEROUS = tuple("=+-@＝＋－＠")


@given(st.text())
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    cell = safe(text)
    assert not cell.lstrip().startswith(DANGEROUS)
    assert not cell.startswith(("\t", "\r", "\n"))
    assert cell in (text, f"'{text}")


@given(st.text(alphabet="=+-@\t\r\n \"',;|a", max_size=8))
def test_a_cell_survives_its_way_through_a_file(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([csv_cell(text), "next"])
    (cell, following) = next(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert (cell, following) == (safe(text), "next")


@pytest.mark.parametrize("text", ["Lead prices rise", "", "5 - 3", "'quoted'"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_numbers_stay_numbers_and_the_rest_becomes_text() -> None:
    assert csv_cell(-44.8) == -44.8
    assert csv_cell(None) is None
    assert csv_cell(uuid.UUID(int=7)) == "00000000-0000-0000-0000-000000000007"
    assert csv_cell(["=1"]) == '["=1"]'
    assert csv_cell(dt.date(2026, 3, 2)) == "2026-03-02"
    assert json.loads(json_text({"at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC)})) == {
        "at": "2026-03-02T00:00:00+00:00"
    }
