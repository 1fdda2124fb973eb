"""Credits in datelines: which agencies `(Reuters)`, `/Корр. ТАСС/`, `AAP` and `(APA/dpa)` name.

The agencies are those of seeds/agencies.toml. Pure; look-ups are cached.
"""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from atlas.agencies import Agency, agencies, credit_key
from ingest.extract.dateline.lexer import Tokens
from ingest.extract.dateline.slips import one_slip
from ingest.extract.dateline.words import words

# A slash joins agencies, and an agency with its desk: `APA/dpa`, `dpa/bb`; the other signs join
# agencies alone.
_DESKS: Final = re.compile(r"\s*/\s*")
_JOINED: Final = re.compile(r"\s*(?:/|&|\+|,|\band\b|\bund\b|\bet\b|\s-\s|=)\s*")
# Shorter credits are too easily one slip away from another word.
_SLIP_FROM: Final = 6
_DOTTED: Final = re.compile(r"(?:[^\W\d_]\.){2,5}[^\W\d_]?")
# A correspondent's name in a credit: first name, father's name, surname.
_NAMES: Final = 3


class Credit(NamedTuple):
    """A credit as printed, with the ids of the agencies it names; none where it is unknown."""

    text: str
    agencies: tuple[str, ...]


@lru_cache(maxsize=4096)
def named_by(text: str, language: str | None = None) -> tuple[str, ...]:
    """Return the ids of the agencies that a credit names, in its order; empty where unknown."""
    if _DOTTED.fullmatch(text):  # `A.F.P.`
        text = text.replace(".", "")
    whole = _one(text, language)
    if whole:
        return (whole,)
    desks = [_one(part, language) for part in _DESKS.split(text)]
    if not any(desks):
        desks = [_one(part, language) for part in _JOINED.split(text)]
        if not all(desks):
            return ()
    return tuple(dict.fromkeys(desk for desk in desks if desk))


@lru_cache(maxsize=4096)
def misprinted(text: str) -> tuple[str, ...]:
    """Return the id of the agency whose credit this is but for one slip of a key: `Reutres`."""
    key = credit_key(text)
    if len(key) < _SLIP_FROM:
        return ()
    owners = {
        credit.agency
        for credit in agencies().credit_forms()
        if len(credit.form) >= _SLIP_FROM and one_slip(key, credit_key(credit.form))
    }
    return tuple(owners) if len(owners) == 1 else ()


def _one(text: str, language: str | None) -> str | None:
    agency = agencies().by_credit(text, language=language)
    if agency is None:
        first, _, rest = text.strip().partition(" ")
        if rest and first.lower().strip(".:") in words().correspondents:
            agency = agencies().by_credit(rest, language=language) or _before_name(rest, language)
    return agency.id if agency else None


def _before_name(text: str, language: str | None) -> Agency | None:
    """Return the agency that a correspondent's name follows: `ТАСС Иван Иванов`."""
    parts = text.split()
    for names in range(1, min(_NAMES, len(parts) - 1) + 1):
        if all(part[:1].isupper() for part in parts[-names:]):
            found = agencies().by_credit(" ".join(parts[:-names]), language=language)
            if found:
                return found
    return None


@cache
def _forms() -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return the printed credits by their first word, the longest first."""
    found: dict[str, set[tuple[tuple[str, ...], str]]] = {}
    for form, agency in agencies().credit_forms():
        for printed in {form, form.upper()}:
            tokens = Tokens(printed)
            parts: list[str] = []
            while tokens[len(parts)].kind != "e":
                parts.append(tokens[len(parts)].text)
            found.setdefault(parts[0], set()).add((tuple(parts), agency))
    return {
        first: tuple(sorted(forms, key=lambda form: -len(form[0])))
        for first, forms in found.items()
    }


def bare_credit(tokens: Tokens, at: int) -> tuple[Credit, int] | None:
    """Read a known credit that stands without brackets at token `at`: `AAP`, `РИА Новости`."""
    for parts, agency in _forms().get(tokens[at].text, ()):
        after = at + len(parts)
        # the second word parts most forms, at less cost than a loop
        if len(parts) == 1 or (
            tokens[at + 1].text == parts[1]
            and all(tokens[at + n].text == part for n, part in enumerate(parts))
        ):
            return Credit(tokens.text(at, after), (agency,)), after
    return None


@cache
def _sharers() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for agency in agencies():
        for credit in dict.fromkeys((*agency.credits, *agency.also_credits)):
            found.setdefault(credit_key(credit), []).append(agency.id)
    return {key: tuple(ids) for key, ids in found.items() if len(ids) > 1}


@lru_cache(maxsize=4096)
def sharing(text: str) -> tuple[str, ...]:
    """Return the ids of all agencies that use this credit, where they are several."""
    return _sharers().get(credit_key(text), ())


@cache
def _printed() -> frozenset[str]:
    forms = {credit.form for credit in agencies().credit_forms()}
    return frozenset(forms | {form.upper() for form in forms})


def as_printed(text: str) -> bool:
    """Say whether a credit is in capitals and small letters as its agency prints it."""
    return text in _printed() or any(part in _printed() for part in _JOINED.split(text))


_SITE: Final = re.compile(r"[\w-]{3,}\.(?:com?|net|org|info|id|ru|ua|in|de|tv|news)", re.IGNORECASE)


def is_site(text: str) -> bool:
    """Say whether a credit is a web site's name: `KOMPAS.com`."""
    return "." in text and _SITE.fullmatch(text) is not None
