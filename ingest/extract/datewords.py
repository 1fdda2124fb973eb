"""Days, clocks and zones in running text: the words and shapes that stamps are printed in. Pure.

Month names come from CLDR through Babel, for every language below; a name that means different
months in different languages counts only where the language is given. What is found is not judged
here: `dates` makes a moment of it, or refuses it.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale

from ingest.extract.solar import find_solar_day

# The languages of the world's wires; the first thirteen decide where a short name is ambiguous.
LANGUAGES: Final = (
    "en", "ru", "es", "fr", "de", "it", "pt", "tr", "ar", "zh", "ja", "ko", "id",
    "uk", "pl", "cs", "sk", "sl", "hr", "bs", "sr", "sr_Latn", "mk", "bg", "ro", "hu", "el", "sq",
    "nl", "sv", "no", "da", "fi", "et", "lv", "lt", "ca", "gl", "be", "az", "kk", "ky", "uz", "ka",
    "hy", "mn", "fa", "ur", "hi", "bn", "ne", "he", "vi", "th", "ms", "sw", "am", "af", "ar_LB",
    "ar_DZ", "ar_MA",
)  # fmt: skip
# Printed by wires, not by CLDR.
_EXTRA: Final = {"sept": 9, "sept.": 9, "set": 9, "gen": 1, "ene": 1, "agt": 8, "agu": 8, "peb": 2}

# Month first is the custom of American copy; elsewhere, and in every other language, day first.
MONTH_FIRST: Final = frozenset({"US", "PH"})

_SEPARATOR = r"\s?[-./]\s?"
_YMD = re.compile(rf"(?<!\d)(\d{{4}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{1,2}})(?!\d)")
_DMY = re.compile(
    rf"(?<!\d)(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{4}}|\d{{2}})(?![\d:])"
)
_CJK = re.compile(
    r"(?:(\d{4}|\d{2})\s?[年년]|(令和|平成|民國|民国)\s?(\d{1,3}|元)\s?年)?\s?"
    r"(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号號]"
)
# Slashes of a day and month alone are too often fractions and scores: only beside a clock.
_DM = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/])")
_ERAS: Final = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}

_LINK = r"(?:\s?[,،.]?\s?(?:de|del|d['’]|of|ngày|tháng|den|le|am|the)?\s?)"
_ORDINAL = r"(?:\s?(?:st|nd|rd|th|er|º|ª|°|\.))?"
_YEAR_AFTER = r"(?:[\s,.،/-]{0,3}(?:de\s|del\s|года\s|г\.\s)?(\d{4})(?!\d))?(?![\s,.]{0,3}\d{5})"

_HALF = r"([ap])\.?\s?m\b\.?"
_CLOCK = re.compile(
    r"(?<![\d:.,/-])(\d{1,2})\s?(?:[:hH時时시]|\.(?=\d\d(?!\d|\s?[./-]\s?\d)))\s?(\d{2})?"
    r"(?:\s?[分분]|(?<=\d):(\d{2})(?:[.,]\d+)?)?(?![\d:])"
    rf"(?:\s?{_HALF})?",
    re.IGNORECASE,
)
_HOUR = re.compile(rf"(?<![\d:.,])(\d{{1,2}})\s?{_HALF}|(?<!\d)(\d{{1,2}})\s?(?:Uhr|Std)\b", re.I)
_MILITARY = re.compile(
    r"(?<!\d)([01]\d|2[0-3])([0-5]\d)(?=\s?(?:GMT|UTC|Z\b|hrs|hours|[A-Z]{3,4}\b))"
)
_NOON = re.compile(r"\b(noon|midday|midnight)\b|(正午)", re.I)
_LATER = re.compile(r"午後|下午|晚上|오후|\bم\b|مساء")
_EARLIER = re.compile(r"午前|上午|凌晨|오전|\bص\b|صباحا")
_OFFSET = re.compile(
    r"(?:(?:GMT|UTC)\s?|(?<=[\d\s]))([+\-−])\s?(\d{1,2})(?::?(\d{2}))?(?!\d|\s?[ap]\.?m)", re.I
)
_ABBREVIATION = re.compile(r"(?<![^\W\d_])[A-ZА-Я]{1,5}(?![^\W\d_])")
# Zones that copy names in words.
_NAMED_ZONES: Final = {
    "北京时间": "Asia/Shanghai", "北京時間": "Asia/Shanghai", "日本時間": "Asia/Tokyo",
    "한국시간": "Asia/Seoul", "台北時間": "Asia/Taipei", "香港時間": "Asia/Hong_Kong",
    "по московскому времени": "Europe/Moscow", "moscow time": "Europe/Moscow",
    "london time": "Europe/London", "eastern time": "America/New_York",
    "central time": "America/Chicago", "pacific time": "America/Los_Angeles",
    "heure de paris": "Europe/Paris", "بتوقيت مكة": "Asia/Riyadh", "بتوقيت غرينتش": "UTC",
    "بتوقيت جرينتش": "UTC",
}  # fmt: skip


class Day(NamedTuple):
    """A calendar day as printed, and where it stands; `year` None where the stamp has none."""

    year: int | None
    month: int
    day: int
    span: tuple[int, int]


class Clock(NamedTuple):
    """A time of day as printed; `second` None where the stamp has none."""

    hour: int
    minute: int
    second: int | None
    span: tuple[int, int]


def fold(text: str) -> str:
    """Return `text` with full-width and other scripts' digits as ASCII, blanks as one blank."""
    plain = unicodedata.normalize("NFKC", text)
    return " ".join(
        "".join(
            str(unicodedata.digit(c)) if c.isdecimal() and c > "9" else c for c in plain
        ).split()
    )


@lru_cache(maxsize=256)
def _months(language: str | None) -> Mapping[str, int]:
    """Return month names, lower case, of one language, or of all where they agree."""
    if language is not None:
        return {**_EXTRA, **_months_of(language)}
    table: dict[str, int] = {}
    for code in reversed(LANGUAGES):
        table.update(_months_of(code))
    clashes = {
        name
        for code in LANGUAGES
        for name, month in _months_of(code).items()
        if table[name] != month and len(name) < 5
    }
    first = {name for code in LANGUAGES[:13] for name in _months_of(code)}
    return {**{n: m for n, m in table.items() if n not in clashes or n in first}, **_EXTRA}


@lru_cache(maxsize=256)
def _months_of(code: str) -> Mapping[str, int]:
    forms = Locale.parse(code).months
    found: dict[str, int] = {}
    for context in ("stand-alone", "format"):
        for width in ("abbreviated", "wide"):
            for month, name in forms[context][width].items():
                bare = fold(str(name)).lower().rstrip(".")
                # numbers and single letters are no names
                if len(bare) > 1 and not bare[0].isdigit():
                    found[bare] = month
    return found


@lru_cache(maxsize=256)
def _named(language: str | None) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for `7 March 2026` and `March 7, 2026` with the names of `language`."""
    names = sorted(_months(language), key=len, reverse=True)
    month = rf"(?<![^\W\d_])({'|'.join(map(re.escape, names))})(?![^\W\d_])\.?"
    day = r"(?<![\d:.,/-])(\d{1,2})"
    # Persian, Turkish and others glue nothing; English says `7th of March`, Spanish `7 de marzo`
    return (
        re.compile(rf"{day}{_ORDINAL}{_LINK}[-/ ]?{month}{_YEAR_AFTER}", re.IGNORECASE),
        re.compile(
            rf"(?:(\d{{4}})\.?\s)?{month}{_LINK}\s?(\d{{1,2}})(?![\d:])(?!\s?[hH:]\s?\d)"
            rf"{_ORDINAL}{_YEAR_AFTER}",
            re.IGNORECASE,
        ),
    )


@lru_cache(maxsize=64)
def _language(language: str | None) -> str | None:
    """Return the language where CLDR has month names that are words, else None."""
    code = (language or "").split("-")[0].lower()
    return code if code in LANGUAGES and _months_of(code) else None


def find_day(text: str, *, language: str | None, month_first: bool) -> Day | None:
    """Return the first day in folded `text`."""
    found = [day for day in _days(text, _language(language), month_first) if day]
    return min(found, key=lambda day: day.span[0]) if found else None


def _days(text: str, language: str | None, month_first: bool) -> list[Day | None]:
    if solar := find_solar_day(text):
        date, span = solar
        return [Day(date.year, date.month, date.day, span)]
    days = [_ymd(text), _dmy(text, month_first), _cjk(text), *_by_name(text, language)]
    if language is not None and not any(days):
        days = [*_by_name(text, None)]
    if not any(days) and (m := _DM.search(text)):
        first, second = int(m[1]), int(m[2])
        day, month = (second, first) if month_first else (first, second)
        days = [Day(None, month, day, m.span())]
    return days


def _ymd(text: str) -> Day | None:
    m = _YMD.search(text)
    return Day(int(m[1]), int(m[2]), int(m[3]), m.span()) if m else None


def _dmy(text: str, month_first: bool) -> Day | None:
    m = _DMY.search(text)
    if not m:
        return None
    first, second, year = int(m[1]), int(m[2]), int(m[3])
    # the custom gives way where it would make no date
    if second > 12 or (month_first and first <= 12):
        first, second = second, first
    return Day(year if year > 99 else 2000 + year, second, first, m.span())


def _cjk(text: str) -> Day | None:
    m = _CJK.search(text)
    if not m:
        return None
    year = int(m[1]) if m[1] else None
    if year is not None and year < 100:
        year += 2000
    if m[2]:
        year = _ERAS[m[2]] + (1 if m[3] == "元" else int(m[3]))
    return Day(year, int(m[4]), int(m[5]), m.span())


def _by_name(text: str, language: str | None) -> list[Day | None]:
    months = _months(language)
    day_first, name_first = (pattern.search(text) for pattern in _named(language))
    found: list[Day | None] = []
    if day_first:
        year = int(day_first[3]) if day_first[3] else None
        found.append(Day(year, months[day_first[2].lower()], int(day_first[1]), day_first.span()))
    if name_first:
        printed = name_first[1] or name_first[4]
        year = int(printed) if printed else None
        found.append(
            Day(year, months[name_first[2].lower()], int(name_first[3]), name_first.span())
        )
    return found


def find_clock(text: str) -> Clock | None:
    """Return the first time of day in folded `text`; the day must have been taken out."""
    if m := _CLOCK.search(text):
        half = (m[4] or "").lower() or _half_in_words(text)
        return _clock(int(m[1]), int(m[2] or 0), int(m[3]) if m[3] else None, half, m.span())
    if m := _HOUR.search(text):
        return _clock(int(m[1] or m[3]), 0, None, (m[2] or "").lower(), m.span())
    if m := _MILITARY.search(text):
        return _clock(int(m[1]), int(m[2]), None, "", m.span())
    if m := _NOON.search(text):
        return Clock(0 if (m[1] or "").lower() == "midnight" else 12, 0, None, m.span())
    return None


def clock_beside(text: str, span: tuple[int, int]) -> tuple[Clock | None, str]:
    """Return the clock of the day that stands at `span` of `text`, and the text without both.

    It follows its day, but where one stands right before it: `19:19 07.03.2026 (updated 19:30)`.
    """
    start, end = span
    before, after = text[:start], text[end:]
    first = find_clock(before)
    if first is not None and not before[first.span[1] :].strip(" ,|-–"):
        return first, f"{before[: first.span[0]]} {after}"
    if second := find_clock(after):
        return second, f"{before} {after[: second.span[0]]} {after[second.span[1] :]}"
    rest = f"{before} {after}"
    clock = find_clock(rest)
    return clock, rest[: clock.span[0]] + " " + rest[clock.span[1] :] if clock else rest


def _half_in_words(text: str) -> str:
    if _LATER.search(text):
        return "p"
    return "a" if _EARLIER.search(text) else ""


def _clock(hour: int, minute: int, second: int | None, half: str, span: tuple[int, int]) -> Clock:
    if half == "p" and hour < 12:
        hour += 12
    if half == "a" and hour == 12:
        hour = 0
    return Clock(hour, minute, second, span)


def find_zone(text: str, abbreviations: Mapping[str, dt.tzinfo]) -> dt.tzinfo | str | None:
    """Return the zone that folded `text` names: a tzinfo, or an IANA name; None for none."""
    if m := _OFFSET.search(text):
        hours, minutes = int(m[2]), int(m[3] or 0)
        # no place on earth is further than 14 hours from UTC
        if hours <= 14 and minutes < 60:
            sign = 1 if m[1] == "+" else -1
            return dt.timezone(sign * dt.timedelta(hours=hours, minutes=minutes))
    for m in _ABBREVIATION.finditer(text):
        if found := abbreviations.get(m[0]):
            return found
    lower = text.lower()
    return next((zone for words, zone in _NAMED_ZONES.items() if words in lower), None)


def resolve_zone(zone: dt.tzinfo | str | None) -> dt.tzinfo | None:
    """Return the zone that `find_zone` found as a tzinfo."""
    return ZoneInfo(zone) if isinstance(zone, str) else zone
