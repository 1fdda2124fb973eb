"""Stamp lines: a section and when it was printed, on one line above the story. Pure.

`Russian Politics & Diplomacy September 25, 2023, 19:19`, `Stand: 22.04.2024, 06:00 Uhr`,
`2025年1月14日 01時28分`. Names of months and days come from CLDR through Babel, for every language
below; the words around a date are data. Whether the time is true is for `dates` to say.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from babel import Locale

from ingest.extract.headwords import headwords, words

# Longer lines are prose that names a date.
_LONGEST: Final = 140
# What may be left of a stamp line when the date is taken out: a section, of a few words.
_SECTION_LENGTH: Final = 48
_SECTION_WORDS: Final = 6

# Stands where a date was taken out: a character of no script.
_GAP: Final = " \ue000 "

_LANGUAGES: Final = (
    "en", "ru", "es", "fr", "de", "it", "pt", "tr", "ar", "id", "nl", "pl", "uk", "sr", "sr_Latn",
    "hr", "cs", "sk", "sv", "da", "nb", "fi", "el", "ro", "hu", "bg", "fa", "hi", "vi", "az", "kk",
    "ms", "ca", "he",
)  # fmt: skip
_DATE: Final = re.compile(
    r"\d{4}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}\s?[-./]\s?\d{1,2}\s?[-./]\s?(?:\d{4}|\d{2})(?!\d)"
    r"|(?:\d{4}\s?[年년]\s?)?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일号號]"
)
_CLOCK: Final = re.compile(
    r"(?<!\d)\d{1,2}[:.hH时時시]\s?\d{2}(?::\d{2})?(?:[分분])?(?!\d)(?:\s?Z\b|\s?[+-]\d{2}:?\d{2})?"
    r"|T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?"
    r"|(?<!\d)\d{1,2}\s?(?=[ap]\.?m\b)"
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DAY: Final = re.compile(r"(?<![\d:.,])\d{1,2}(?:st|nd|rd|th|º|ª|er|\.)?(?![\d:%])")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['.][^\W\d_]+)*")
_MARKS: Final = re.compile(r"[\s,;:|/()\[\]•·\-–—.@،*]+")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp line: the words beside the date (a section, or nothing) and the line as printed."""

    rest: str
    text: str
    parts: tuple[str, ...] = ()  # `rest` as the date parts it: `KYODO NEWS - Feb 3, 2025 - World`

    @property
    def labelled(self) -> bool:
        """Whether it tells the time of something else than publication (`Sperrfrist: 6:00`)."""
        return bool(self.rest) and f"{self.rest}:" in self.text.replace("：", ":").replace(
            " :", ":"
        )


def read_stamp(line: str) -> Stamp | None:
    """Return what the stamp line says, None where the line is no stamp."""
    if len(line) > _LONGEST or not any(character.isdigit() for character in line):
        return None
    bare, dates = _DATE.subn(_GAP, line)
    bare, clocks = _CLOCK.subn(_GAP, bare)
    if not (dates or clocks or _YEAR.search(bare)):
        return None
    bare, named = _month_pattern().subn(_GAP, bare)
    bare, years = _YEAR.subn(_GAP, bare)
    if not (dates or clocks or (named and years)):
        return None
    bare = _DAY.sub(_GAP, bare) if named or clocks or dates else bare
    rest = _without_labels(bare.replace(_GAP, " "), line)
    if any(character.isdigit() for character in rest) or not _is_section(rest):
        return None
    # a lone clock amid words is a programme, a score or a sentence
    if rest and not (dates or named):
        return None
    parts = [part for side in bare.split(_GAP) if (part := _plain(side))]
    return Stamp(rest, line, tuple(parts) if len(parts) > 1 else (rest,))


def _is_section(rest: str) -> bool:
    return (
        len(rest) <= _SECTION_LENGTH
        and len(rest.split()) <= _SECTION_WORDS
        and not any(mark in rest for mark in ':：/?!…。"”')
    )


def _without_labels(bare: str, line: str) -> str:
    """Return what is left beside labels, days and zones, as printed in `line`."""
    plain = _plain(bare)
    if not plain:
        return ""
    first, last = plain.split()[0], plain.split()[-1]
    start, end = line.find(first), line.rfind(last)
    printed = line[start : end + len(last)] if 0 <= start <= end else plain
    return plain if any(character.isdigit() for character in printed) else printed


def _plain(text: str) -> str:
    """Return text without marks, labels, days and zones."""
    plain = f" {_MARKS.sub(' ', text).strip()} "
    # labels that share a blank are met by turns
    plain = _label_pattern().sub(" ", plain)
    return _label_pattern().sub(" ", plain).strip()


@cache
def _month_pattern() -> re.Pattern[str]:
    return _any_of(_names("months"))


@cache
def _label_pattern() -> re.Pattern[str]:
    said = (*words(headwords().stamp), *_names("days"))
    labels = {_MARKS.sub(" ", label).strip() for label in said} - {""}
    alternatives = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    return re.compile(rf"(?<=\s)(?:{alternatives})(?=\s)", re.IGNORECASE)


def _any_of(names: set[str]) -> re.Pattern[str]:
    alternatives = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)\.?", re.IGNORECASE)


def _names(what: str) -> set[str]:
    """Return CLDR's names of months or days, wide and abbreviated, in every language known."""
    found = {"sept", "sept."} if what == "months" else set()
    for language in _LANGUAGES:
        forms = getattr(Locale.parse(language), what)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                found |= {str(name) for name in forms[context][width].values()}
    return {name.rstrip(".") for name in found if not name.isdigit() and len(name) > 1}
