"""The words that tell a name's kind (lexicon.toml), as sets. Read once, pure."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_TABLE: Final = Path(__file__).with_name("lexicon.toml")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Sets of lower-case words, `wide_places` as printed; lexicon.toml says what each holds."""

    titles: frozenset[str]
    title_parts: frozenset[str]
    says: frozenset[str]
    organisation_tails: frozenset[str]
    legal_forms: frozenset[str]
    organisation_heads: frozenset[str]
    place_tails: frozenset[str]
    place_heads: frozenset[str]
    never: frozenset[str]
    particles: frozenset[str]
    connectors: frozenset[str]
    openers: frozenset[str]
    hyphen_tails: frozenset[str]
    doubtful_places: frozenset[str]
    wide_places: frozenset[str]
    abbreviations: frozenset[str]
    honours: frozenset[str]
    place_extras: frozenset[str]
    articled: frozenset[str]
    area_kinds: frozenset[str]
    borderless: frozenset[str]
    peoples: frozenset[str]
    roles: frozenset[str]
    says_before: frozenset[str]
    prepositions: frozenset[str]
    bare_roles: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """Return the lexicon."""
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    return Lexicon(
        **{
            name: frozenset(words.split() if isinstance(words, str) else words)
            for name, words in table.items()
        }
    )
