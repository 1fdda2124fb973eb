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


@cache
def _pattern() -> re.Pattern[str]:
    # the longest first: `South Sudanese` before `Sudanese`
    forms = sorted(demonyms(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, forms))})\b")


def spoken_of(text: str) -> Counter[str]:
    """Count the countries that the demonyms of `text` speak of."""
    return Counter(demonyms()[match.group()] for match in _pattern().finditer(text))
