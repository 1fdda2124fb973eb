"""The solar calendar of Iran's and Afghanistan's press: `۱۶ اسفند ۱۴۰۴`, `1404/12/16`. Pure.

Its years of the press (1300 to 1450) are years of no Gregorian stamp, so a year tells the calendar.
"""

import datetime as dt
import re
from typing import Final

_MONTHS: Final = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
_AFGHAN: Final = (
    "حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت",
)  # fmt: skip
_NUMBERS: Final = {
    name: number
    for names in (_MONTHS, _AFGHAN)
    for number, name in enumerate(names, 1)
}  # fmt: skip
_YEAR: Final = r"(1[34]\d\d)(?!\d)"
_NUMERIC: Final = re.compile(rf"(?<!\d){_YEAR}\s?[/.-]\s?(\d{{1,2}})\s?[/.-]\s?(\d{{1,2}})(?!\d)")
_NAMED: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s?({'|'.join(_NUMBERS)})(?:\s?ماه)?[\s،,]{{1,3}}{_YEAR}"
)
# The first day of year 1, as the ordinal of the Gregorian calendar; and the 33 years in which its
# eight leap days come round.
_FIRST: Final = 226_894
_CYCLE: Final = 33
_LEAPS: Final = 8


def find_solar_day(text: str) -> tuple[dt.date, tuple[int, int]] | None:
    """Return the Gregorian day that a solar date in folded `text` is, and where it stands."""
    if m := _NUMERIC.search(text):
        return _found(int(m[1]), int(m[2]), int(m[3]), m)
    if m := _NAMED.search(text):
        return _found(int(m[3]), _NUMBERS[m[2]], int(m[1]), m)
    return None


def _found(
    year: int, month: int, day: int, match: re.Match[str]
) -> tuple[dt.date, tuple[int, int]] | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return gregorian(year, month, day), match.span()


def gregorian(year: int, month: int, day: int) -> dt.date:
    """Return the Gregorian day of a solar one; right for the years 1244 to 1472."""
    # years of a cycle that are leap: 1, 5, 9, 13, 17, 22, 26, 30
    cycles, rest = divmod(year - 1, _CYCLE)
    leaps = cycles * _LEAPS + sum(1 for leap in (1, 5, 9, 13, 17, 22, 26, 30) if leap <= rest)
    days = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return dt.date.fromordinal(_FIRST + 365 * (year - 1) + leaps + days + day)
