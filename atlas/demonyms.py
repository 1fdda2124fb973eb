"""Demonyms: which country `Serbian`, `Serbs` or `Kosovar` speaks of (atlas/demonyms.toml).

They are never entities of a story; they count towards the country it is about. Read once, pure.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import islice
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


# a story is asked for it by the places, the company and the focus, one after the other
@lru_cache(maxsize=8)
def spoken_of(text: str) -> Mapping[str, int]:
    """Count the countries that the demonyms of `text` speak of."""
    forms, openers = demonyms(), _openers()
    found: Counter[str] = Counter()
    last = 0
    for word in _WORD.finditer(text):
        if word.start() < last or word.group() not in openers:
            continue
        # the longest first: `South Sudanese` before `Sudanese`
        for end in reversed(_ends(text, word)):
            if country := forms.get(text[word.start() : end]):
                found[country] += 1
                last = end
                break
    return MappingProxyType(found)


@cache
def _openers() -> frozenset[str]:
    """Return the words that demonyms begin with, as the text's own words are cut."""
    return frozenset(word.group() for form in demonyms() if (word := _WORD.match(form)))


def _ends(text: str, first: re.Match[str]) -> list[int]:
    """Return where the first one, two and three words end that begin with `first`."""
    following = islice(_WORD.finditer(text, first.end()), _LONGEST - 1)
    return [first.end(), *(word.end() for word in following)]
