"""Dates of datelines are read in many languages, with what keys and eyes get wrong."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.dateline.dates import read_date
from ingest.extract.dateline.lexer import Tokens
from ingest.extract.dateline.months import month_of
from ingest.extract.dateline.years import TRUSTED, Printed, full_date

STAMP = dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("March 7", "2026-03-07"),
        ("Mar. 7, 2026", "2026-03-07"),
        ("7 March 2026", "2026-03-07"),
        ("7th March, 2026", "2026-03-07"),
        ("MARCH 07", "2026-03-07"),
        ("7 марта 2026 г.", "2026-03-07"),
        ("7 de marzo de 2026", "2026-03-07"),
        ("1er mars", "2026-03-01"),
        ("le 7 mars", "2026-03-07"),
        ("7. März", "2026-03-07"),
        ("7 mar", "2026-03-07"),
        ("7 de março", "2026-03-07"),
        ("7 Mart", "2026-03-07"),
        ("7 مارس", "2026-03-07"),
        ("7 آذار", "2026-03-07"),
        ("7 Maret", "2026-03-07"),
        ("7 Mac", "2026-03-07"),
        ("7. marta", "2026-03-07"),
        ("7. marca", "2026-03-07"),
        ("2026. március 7.", "2026-03-07"),
        ("7. března", "2026-03-07"),
        ("7 березня", "2026-03-07"),
        ("07.03.2026", "2026-03-07"),
        ("07/03", "2026-03-07"),
        ("3/7/2026", "2026-03-07"),
        ("7-3-2026", "2026-03-07"),
        ("2026-03-07", "2026-03-07"),
        ("Monday, March 9", "2026-03-09"),
        ("March 7/2026", "2026-03-07"),
        ("٧ مارس", "2026-03-07"),
        ("7 मार्च", "2026-03-07"),
        ("March 1O", "2026-03-10"),
        ("March l2", "2026-03-12"),
        ("Narch 7", "2026-03-07"),
        ("Mach 7", "2026-03-07"),
        ("Marhc 7", "2026-03-07"),
        ("Marrch 7", "2026-03-07"),
        ("March 75", None),
        ("March 215", None),
        ("Feb. 30", None),
        ("Month 7", None),
        ("7 people", None),
        ("2026", None),
    ],
)
def test_dates(printed: str, date: str | None) -> None:
    found = read_date(Tokens(f"{printed} (X)"), 0, fuzzy=True)
    whole = full_date(found[0], STAMP)[0] if found else None
    assert (str(whole) if whole else None) == date


@pytest.mark.parametrize("word", ["Monarch", "Marsh", "Mayor", "Juno", "Argust"])
def test_words_near_a_month_need_one_slip_only(word: str) -> None:
    assert month_of(word) == ()


def test_a_name_two_languages_share_goes_by_the_stamp() -> None:
    # October in Croatian, November in Polish
    for month in (10, 11):
        stamp = dt.datetime(2026, month, 5, tzinfo=dt.UTC)
        found = read_date(Tokens("5 listopada (X)"), 0)
        assert found is not None
        assert full_date(found[0], stamp)[0] == stamp.date()


@given(st.dates(dt.date(1900, 1, 1), dt.date(2090, 1, 1)), st.integers(-3, 3))
def test_the_year_is_found_within_three_days_of_the_stamp(day: dt.date, off: int) -> None:
    stamp = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=off)
    date, trusted = full_date(Printed((day.month,), day.day), stamp)
    assert (date, trusted) == (day, True)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2090, 1, 1)), st.integers(4, 150))
def test_a_date_beyond_three_days_is_distrusted(day: dt.date, off: int) -> None:
    stamp = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=off)
    date, trusted = full_date(Printed((day.month,), day.day, day.year), stamp)
    assert (date, trusted) == (day, False)
    assert off > TRUSTED.days
