"""Printed dates made whole: the year, and what else is open, is told by the story's own stamp.

Pure.
"""

import datetime as dt
from typing import Final, NamedTuple

# A dateline further from the story's stamp than this is a typing error or an old text sent anew.
TRUSTED: Final = dt.timedelta(days=3)
# Nearer than this no other year can come nearer.
_HALF_A_YEAR: Final = 182


class Printed(NamedTuple):
    """A date as far as it is printed. `months` are the readings of the month, likeliest first."""

    months: tuple[int, ...]
    day: int | None
    year: int | None = None
    swapped: tuple[int, int] | None = None  # (month, day) read the other way: 3/7


def full_date(printed: Printed, stamp: dt.datetime | None) -> tuple[dt.date | None, bool]:
    """Return the date and whether the stamp bears it out; None where day or year is not known.

    Of the readings the one nearest to the stamp counts: that gives the year across New Year, the
    month of a bare day, and tells 7/3 from 3/7.
    """
    if printed.day is None or (stamp is None and printed.year is None):
        return None, True
    if stamp and not printed.year and len(printed.months) == 1 and not printed.swapped:
        # as most dates are printed, in a quarter of the time
        today = stamp.date()
        date = _date(today.year, printed.months[0], printed.day)
        if date and abs((date - today).days) < _HALF_A_YEAR:
            return date, abs(date - today) <= TRUSTED
    readings = [(month, printed.day) for month in printed.months or range(1, 13)]
    if printed.swapped:
        readings.append(printed.swapped)
    if stamp is None:
        year = printed.year or 0
        dates = [date for month, day in readings if (date := _date(year, month, day))]
        return (dates[0] if dates else None), True
    today = stamp.date()
    years = (printed.year,) if printed.year else (today.year - 1, today.year, today.year + 1)
    dates = [date for year in years for month, day in readings if (date := _date(year, month, day))]
    if not dates:
        return None, False
    nearest = min(dates, key=lambda date: abs(date - today))
    return nearest, abs(nearest - today) <= TRUSTED


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
