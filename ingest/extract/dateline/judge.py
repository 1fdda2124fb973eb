"""Whether what the grammar read is a dateline: what speaks for it is weighed, form by form.

A known agency's credit needs little more; a date needs a place that is known or printed like one;
a bare place must be known, or be printed in capitals and built like a place's name. Pure.
"""

from typing import Final

from atlas.gazetteer import gazetteer
from atlas.names import fold
from atlas.places import Place
from atlas.resolve import areas, named
from ingest.extract.dateline.opening import Opening, Spot
from ingest.extract.dateline.words import words

# Below this many people a city's name in small letters, with nothing else, is more often a word.
_TOWN: Final = 15_000
# A city that a colon or a full stop may follow with nothing else: the forms of Indian and German
# papers, which headings and labels share.
_CITY: Final = 20_000
_LARGE: Final = 300_000
# A place's name of one word, in capitals and unknown, has at least this many letters.
_LETTERS: Final = 6


def is_dateline(
    opening: Opening, following: str, language: str | None = None, agency: str | None = None
) -> bool:
    """Say whether `opening` is a dateline; `following` is the text behind it.

    `agency` is the agency that feed or host name: its credit alone is then enough.
    """
    if opening.agencies:
        return _credited(opening) or (agency in opening.agencies and not opening.spots)
    if not opening.spots or not opening.place:
        return False
    if opening.date is not None:
        return opening.sign != "none" and _dated(opening)
    if opening.credits:
        return opening.sign in ("dash", "thin", "colon") and _looks_like_place(opening)
    return _bare(opening, following, language)


def _credited(opening: Opening) -> bool:
    if not opening.spots:
        return opening.date is not None or (opening.bracketed and opening.sign == "dash")
    if opening.date is not None or opening.sign in ("dash", "thin", "line", "colon", "stop"):
        return _few_words(opening) or _known(opening)
    return _known(opening) or _in_capitals(opening)


def _dated(opening: Opening) -> bool:
    if opening.date is not None and opening.date.day is None and not opening.date.months:
        return False
    return _known(opening) or _has_region(opening) or _in_capitals(opening)


def _looks_like_place(opening: Opening) -> bool:
    return _known(opening) or _has_region(opening) or _built_like_place(opening)


def _bare(opening: Opening, following: str, language: str | None) -> bool:
    """Judge a place with nothing but a terminator behind it."""
    if _is_ordinary(opening) and not _has_region(opening):
        return False
    capitals = _in_capitals(opening)
    people = _people(opening)
    match opening.sign:
        case "dash":
            if capitals:
                return people is not None or _looks_like_place(opening)
            return _few_words(opening) and (
                (_has_region(opening) and people is not None) or (people or 0) >= _TOWN
            )
        case "colon":
            return _colon(opening, following, capitals=capitals, people=people, language=language)
        case "stop":
            return (
                language != "en"
                and (people or 0) >= _CITY
                and _few_words(opening)
                and following[:1].isspace()
                and following.lstrip()[:1].isupper()
            )
        case "bar":
            return (people or 0) >= _TOWN and _few_words(opening)
        case "line":
            return capitals and ((people or 0) >= _LARGE or _has_region(opening))
    return False


def _colon(
    opening: Opening, following: str, *, capitals: bool, people: int | None, language: str | None
) -> bool:
    """Judge `BHOPAL: Text`: a label looks the same, so the city must be one of weight."""
    if people is None or not following.strip():
        return False
    if _has_region(opening):
        return True
    if capitals:
        return people >= _CITY and _plausible(opening, language)
    return people >= _LARGE and len(following) > 2 * len(opening.place or "")


def _plausible(opening: Opening, language: str | None) -> bool:
    """Say whether copy in this language is filed from there: English is, from everywhere."""
    if language in (None, "en"):
        return True
    places = _places_of(opening.spots[0])
    return any(
        p.population >= _LARGE
        or ((country := gazetteer().country(p.country)) and language in country.languages)
        for p in places
    )


def _places_of(spot: Spot) -> tuple[Place, ...]:
    return named(spot.words)


def _known(opening: Opening) -> bool:
    return any(_places_of(spot) or _is_vessel(spot.words) for spot in opening.spots)


def _people(opening: Opening) -> int | None:
    """Return the people of the largest place that is meant, None where none is known."""
    found = [
        place.population
        for spot in opening.spots
        for place in _places_of(spot)
        if place.kind != "country" or _in_capitals(opening)
    ]
    if any(_is_vessel(spot.words) for spot in opening.spots):
        return _LARGE
    return max(found, default=None)


def _has_region(opening: Opening) -> bool:
    return any(spot.region is not None and areas(spot.region) for spot in opening.spots)


def _in_capitals(opening: Opening) -> bool:
    """Say whether the place is printed in capitals, its small words aside."""
    kept = [
        word
        for word in (opening.place or "").replace("/", " ").split()
        if word.lower() not in words().particles
    ]
    text = "".join(kept)
    return len(text) > 1 and text == text.upper() and text != text.lower()


def _few_words(opening: Opening) -> bool:
    """Say whether each place has at most five words, none of them small but particles."""
    for spot in opening.spots:
        parts = spot.words.split()
        if len(parts) > 5:
            return False
        if any(p[:1].islower() and "." not in p and p not in words().particles for p in parts):
            return False
    return True


def _is_ordinary(opening: Opening) -> bool:
    return len(opening.spots) == 1 and fold(opening.spots[0].words) in words().ordinary


def _built_like_place(opening: Opening) -> bool:
    """Say whether an unknown name in capitals is built like one of a place."""
    if not _in_capitals(opening):
        return False
    parts = fold(opening.spots[0].words).split()
    if not parts or fold(opening.spots[0].words) in words().ordinary:
        return False
    if len(parts) > 1:
        return parts[-1] in words().generic
    return len(parts[0]) >= _LETTERS and parts[0].endswith(words().endings)


def _is_vessel(name: str) -> bool:
    folded = fold(name)
    return folded.startswith(words().vessels)
