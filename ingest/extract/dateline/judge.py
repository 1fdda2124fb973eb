"""Whether what the grammar read is a dateline: what speaks for it is weighed, form by form.

A known agency's credit needs little more; a date needs a place that is known or printed like one;
a bare place must be known, or be printed in capitals and built like a place's name. Pure.
"""

from typing import Final

from atlas.gazetteer import gazetteer
from atlas.names import fold
from atlas.places import Place
from atlas.resolve import areas, named
from ingest.extract.dateline.credits import as_printed
from ingest.extract.dateline.opening import Opening, Spot
from ingest.extract.dateline.words import words

# Below this many people a city's name with nothing but a dash is more often a word: in small
# letters, in capitals, and in capitals where it is short.
_TOWN: Final = 15_000
_HAMLET: Final = 2_000
_SHORT: Final = 4
# A city that a colon or a full stop may follow with nothing else: the forms of Indian and German
# papers, which headings and labels share.
_CITY: Final = 20_000
_LARGE: Final = 300_000
# A city in capitals whose name is an ordinary word: `ESSEN –`, but not `READING -`.
_GREAT: Final = 500_000
# `DALLAS/FORT WORTH INTERNATIONAL AIRPORT`, `SAN FERNANDO DEL VALLE DE CATAMARCA`.
_WORDS: Final = 6
# A place's name of one word, in capitals and unknown, has at least this many letters.
_LETTERS: Final = 6
_CITIES: Final = frozenset({"city", "capital"})
# What follows a bare place is a sentence: a shorter text with no end to it is a heading's rest
# (`MUNICH: a review`).
_SENTENCE: Final = 40
_SENTENCE_ENDS: Final = frozenset(".!?…。।؟")
_QUOTES: Final = " \t\"'“”„«‘(["


def is_dateline(
    opening: Opening, following: str, language: str | None = None, agency: str | None = None
) -> bool:
    """Say whether `opening` is a dateline; `following` is the text behind it.

    `agency` is the agency that feed or host name: its credit alone is then enough.
    """
    if opening.agencies:
        if opening.sign == "none" and not opening.date:
            if _goes_on(following):
                return False
            if not opening.spots and opening.bracketed:  # `(CNN) Text`
                return len(following.strip()) >= _SENTENCE
        return _credited(opening) or (agency in opening.agencies and not opening.spots)
    if not opening.spots or opening.date_first:
        return False
    if opening.date is not None:
        return not (opening.sign == "colon" and _goes_on(following)) and _dated(opening)
    if _goes_on(following):
        return False
    if opening.credits:
        return opening.sign in ("dash", "thin") and _looks_like_place(opening)
    return _is_sentence(following) and _bare(opening, following, language)


def _goes_on(following: str) -> bool:
    """Say whether the text behind goes on in small letters, as no story begins: `Paris – the …`."""
    return following.lstrip(_QUOTES)[:1].islower()


def _is_sentence(following: str) -> bool:
    text = following.strip()
    return len(text) >= _SENTENCE or not text or not _SENTENCE_ENDS.isdisjoint(text)


def _credited(opening: Opening) -> bool:
    if not opening.spots:
        return opening.date is not None or (opening.bracketed and opening.sign == "dash")
    if _is_byline(opening):
        return False
    if not _few_words(opening) and not (opening.bracketed and _known(opening)):
        return False
    if not opening.bracketed and not (_known(opening) or (opening.date and _in_capitals(opening))):
        return False
    if not (opening.date or _known(opening) or _in_capitals(opening)):
        # a name that nobody knows: only the agency's own print of its credit speaks for it
        exact = any(as_printed(credit.text) for credit in opening.credits)
        return exact and opening.sign in ("dash", "stop")
    return opening.sign != "none" or opening.date is not None or _place_like(opening)


def _is_byline(opening: Opening) -> bool:
    """Say whether a reporter's name stands before the credit: `By JANE SMITH, Associated Press`."""
    name = opening.spots[0].words
    return name.partition(" ")[0].lower() in words().bylines and not gazetteer().find(name)


def _place_like(opening: Opening) -> bool:
    return _known(opening) or _in_capitals(opening)


def _dated(opening: Opening) -> bool:
    if opening.sign == "none" or not _few_words(opening):
        return False
    if opening.sign in ("stop", "line"):
        return _in_capitals(opening) or (
            (_people(opening) or 0) >= _CITY and not _is_ordinary(opening)
        )
    return _place_like(opening) or _has_region(opening)


def _looks_like_place(opening: Opening) -> bool:
    if not _few_words(opening):
        return False
    return _known(opening) or _has_region(opening) or _built_like_place(opening)


def _bare(opening: Opening, following: str, language: str | None) -> bool:
    """Judge a place with nothing but a terminator behind it."""
    region = _has_region(opening)
    if not _few_words(opening) or (opening.region and not region):
        return False
    capitals, people = _in_capitals(opening), _people(opening)
    if _is_ordinary(opening) and not region and not (capitals and (people or 0) >= _GREAT):
        return False
    match opening.sign:
        case "dash":
            if region:
                return capitals or people is not None
            if capitals:
                return _big_enough(opening, people) or _built_like_place(opening)
            return (people or 0) >= _TOWN
        case "colon":
            return _colon(opening, following, capitals=capitals, people=people, language=language)
        case "stop":
            return (
                language != "en"
                and not opening.region
                and (people or 0) >= _CITY
                and following[:1].isspace()
                and following.lstrip()[:1].isupper()
            )
        case "bar":
            return (people or 0) >= _TOWN
        case "line":
            return capitals and ((people or 0) >= _LARGE or region)
    return False


def _big_enough(opening: Opening, people: int | None) -> bool:
    """Say whether a name in capitals is a place's and no heading's."""
    if people is None:
        return False
    return people >= (_TOWN if len(opening.place or "") <= _SHORT else _HAMLET)


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
    """Return the people of the smallest of the places that are meant, None where one is unknown.

    In small letters, countries and regions are headings of lists, and a name must be known whole.
    """
    if any(_is_vessel(spot.words) for spot in opening.spots):
        return _LARGE
    capitals = _in_capitals(opening)
    sizes = [_size(spot.words, capitals=capitals) for spot in opening.spots]
    known = [size for size in sizes if size is not None]
    # `München/Umland`: behind a slash may stand what is not known
    if len(known) < len(sizes) and ("/" not in (opening.place or "") or sizes[0] is None):
        return None
    return min(known, default=None)


def _size(name: str, *, capitals: bool) -> int | None:
    places = named(name) if capitals else gazetteer().find(name)
    return max((p.population for p in places if capitals or p.kind in _CITIES), default=None)


def _has_region(opening: Opening) -> bool:
    """Say whether the regions are known, each part of them: `Ill., U.S.`, not `Jury, U.S.`."""
    regions = [spot.region for spot in opening.spots if spot.region]
    return bool(regions) and all(
        areas(part) for region in regions for part in region.split(",") if part.strip(" .")
    )


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
    """Say whether each place is known, or has few words, none of them small but particles."""
    spots = opening.spots
    return _has_few_words(spots[0]) if len(spots) == 1 else all(map(_has_few_words, spots))


def _has_few_words(spot: Spot) -> bool:
    parts = spot.words.split()
    if len(parts) > _WORDS:
        return False
    if spot.region:
        parts += spot.region.split()
    elif spot.words == spot.words.upper() or gazetteer().find(spot.words):
        return True
    return not any(p[0].islower() and "." not in p and p not in words().particles for p in parts)


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
