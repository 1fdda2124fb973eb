"""People whom copy in other languages than English introduces by a role or a verb of saying. Pure.

`el portavoz del canal, Remedios Valdeolmos,`, `Bahnsprecher Gisbert Ohlendorff`, `сказал начальник
порта Ефим Дальнозерский`: the shipped tagger read less of these languages, but their wire copy is
as regular. Two capitalised words at least; what the world knows as a place or body is none.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from enrich.entities.known import Known
from enrich.entities.lexicon import lexicon
from enrich.entities.tagger import Span

LANGUAGES: Final = frozenset({"ru", "uk", "es", "fr", "de", "it", "pt"})
_FIELDS: Final = Path(__file__).with_name("fields.toml")
_CAPITAL: Final = r"(?:[^\W\d_a-zß-öø-ÿа-яё][\w’-]*[^\W\d_]|[A-ZÀ-ÖØ-ÞА-ЯЁ]\.)"
_PARTICLES: Final = "(?:de la|de los|de|del|da|do|dos|du|von der|von|van der|van|zu|bin|al|el|y|e)"
_NAME: Final = rf"(?P<first>{_CAPITAL})(?:[ \u00a0](?:{_PARTICLES}[ \u00a0])?{_CAPITAL}){{1,3}}"
# What a role is of stands between it and the name: `начальник порта`, `un buzo de la Guardia,`
_LEADS: Final = re.compile(r"(?P<of>(?:[ \u00a0][^\s,.;:!?()«»\"„“”]+){0,8})(?P<comma>,?)[ \u00a0]")
# Without a comma no more than this many words do.
_DIRECT: Final = 3
# Characters after a role in which its bearer may be named.
_REACH: Final = 100
_CONFIDENCE: Final = 0.7


def people(text: str, known: Known) -> list[Span]:
    """Return the people that a text introduces so, in order."""
    found = {
        span.start: span
        for opened in _opening().finditer(text)
        if (span := _led_to(text, opened, known)) is not None
    }
    return [found[start] for start in sorted(found)]


def _led_to(text: str, opened: re.Match[str], known: Known) -> Span | None:
    """Return who follows a role or verb: the first name that is no place, house or other role."""
    for name in _names().finditer(text, opened.end(), opened.end() + _REACH):
        lead = _LEADS.fullmatch(text, opened.end(), name.start())
        if lead is None or (opened["verb"] and lead["of"]):
            return None
        words = lead["of"].split()
        direct = not lead["comma"] and (
            len(words) > _DIRECT or (words and words[-1].lower() in lexicon().prepositions)
        )
        if not direct and known.label(name.group()) is None and not _is_role(name["first"]):
            return Span(*name.span(), "PER", _CONFIDENCE)
    return None


def _is_role(word: str) -> bool:
    """Say whether what looks like a first name is a capitalised role: `Ministro`, `Chef`."""
    return _role().fullmatch(word) is not None


@cache
def _role() -> re.Pattern[str]:
    return re.compile(_alternatives(), re.IGNORECASE)


@cache
def _opening() -> re.Pattern[str]:
    verbs = "|".join(sorted(lexicon().says_before, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:(?:{_alternatives()})|(?P<verb>{verbs}))(?!\w)", re.IGNORECASE)


@cache
def _names() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_NAME}(?!\w)")


def _alternatives() -> str:
    table = tomllib.loads(_FIELDS.read_text("utf-8"))
    words = {word for listed in table.values() for word in listed.split()} | lexicon().roles
    forms = [_form(word) for word in sorted(words, key=lambda word: (-len(word), word))]
    return "|".join(forms)


def _form(word: str) -> str:
    if word.endswith("-"):
        return rf"{re.escape(word[:-1])}\w*"
    return rf"\w*{re.escape(word[1:])}" if word.startswith("-") else re.escape(word)
