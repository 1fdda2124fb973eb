"""Names of places in Slavic cases: `в Багдаде`, `Мурманской области`. Pure.

The gazetteer knows nominatives. An unknown Cyrillic name is tried with its ending taken off and the
nominative endings put on, the likeliest first; nothing is learned of the language beyond that.
"""

import re
from collections.abc import Iterator
from typing import Final

_CYRILLIC: Final = re.compile(r"[А-Яа-яЁёІіЇїЄєҐґЈјЉљЊњЋћЂђЏџ'-]{4,}")
# Endings of the oblique cases with the nominatives that give them, longest endings first.
_ENDINGS: Final = (
    ("ской", ("ская", "ский")),
    ("скую", ("ская",)),
    ("ского", ("ский", "ское")),
    ("скому", ("ский", "ское")),
    ("ском", ("ский", "ское", "ск")),
    ("ией", ("ия",)),
    ("ью", ("ь",)),
    ("ами", ("ы", "а")),
    ("ах", ("ы", "а")),
    ("ой", ("а", "ая", "ой")),
    ("ей", ("я", "ь", "а")),
    ("ом", ("", "о")),
    ("ем", ("ь", "е", "")),
    ("ии", ("ия",)),
    ("ию", ("ия",)),
    ("ую", ("ая",)),
    ("ый", ("ый",)),
    ("е", ("", "а", "о", "ь", "е")),
    ("у", ("", "а", "о")),
    ("ю", ("ь", "я", "й")),
    ("а", ("", "о")),
    ("я", ("ь", "й", "е")),
    ("и", ("ь", "а", "я", "и")),
    ("ы", ("а", "ы")),
)


def nominatives(name: str) -> Iterator[str]:
    """Yield what `name`, one Cyrillic word, may be in the nominative."""
    if not _CYRILLIC.fullmatch(name):
        return
    for ending, endings in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            for nominative in endings:
                yield name.removesuffix(ending) + nominative
