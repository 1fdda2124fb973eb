"""Demonyms: which country `Serbian`, `Serbs` or `Kosovar` speaks of (atlas/demonyms.toml).

They are never entities of a story; they count towards the country it is about. Read once, pure.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

_TABLE: Final = Path(__file__).with_name("demonyms.toml")
_WORD: Final = re.compile(r"[^\W\d_][\w’'-]*(?:(?<=St)\.)?")
# `Papua New Guinean` has three words.
_LONGEST: Final = 3
# These take no -s, or are their own plural.
_NO_PLURAL: Final = ("ese", "ish", "ch", "s", "men", "man")


@cache
def demonyms() -> Mapping[str, str]:
    """Return each form, as printed, with its country (ISO 3166-1 alpha-2); plurals included.

    Raises:
        ValueError: a form stands with two countries.
    """
    found: dict[str, str] = {}
    for country, forms in tomllib.loads(_TABLE.read_text("utf-8")).items():
        for form in forms:
            for spelling in _spellings(form):
                if found.setdefault(spelling, country) != country:
                    raise ValueError(f"{spelling!r} stands with {found[spelling]} and {country}")
    return MappingProxyType(found)


def _spellings(form: str) -> tuple[str, ...]:
    return (form,) if form.endswith(_NO_PLURAL) else (form, f"{form}s")


def spoken_of(text: str) -> Counter[str]:
    """Count the countries that the demonyms of `text` speak of."""
    forms = demonyms()
    found: Counter[str] = Counter()
    words = list(_WORD.finditer(text))
    last = 0
    for number, word in enumerate(words):
        if word.start() < last or not word.group()[0].isupper():
            continue
        # the longest first: `South Sudanese` before `Sudanese`
        for end in (w.end() for w in reversed(words[number : number + _LONGEST])):
            if country := forms.get(text[word.start() : end]):
                found[country] += 1
                last = end
                break
    return found
