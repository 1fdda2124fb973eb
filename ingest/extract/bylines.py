"""Bylines: `By Jane Doe`, `Von Nina Magoley`, `記者 …`: lines that name who wrote. Pure.

A byline is a word that introduces it and a few names: capitalised where the script has capitals,
and no sentence. Which words introduce it is data by language.
"""

import re
from typing import Final

from ingest.extract.headwords import headwords, words

# Longer lines are prose; the longest real byline of the corpus has 96 characters.
_LONGEST: Final = 110
_NAMES: Final = 12

_OPENS: Final = re.compile(
    r"^[-–—•|\s]*(?:"
    + "|".join(map(re.escape, words(headwords().byline)))
    + r")(?=[\s:：/／]|$)\s*",
    re.IGNORECASE,
)
_CJK: Final = re.compile("^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\\s、，,·・&/／|：:]{2,24}$")
_KOREAN: Final = re.compile(
    r"^[\[(]?[\uac00-\ud7af]{2,4}\s?(?:기자|특파원|선임기자)[\])]?(?:\s+[\w.+-]+@[\w.-]+)?$"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_SMALL: Final = frozenset(words(headwords().between))
_POST: Final = re.compile(
    r",\s*(?:" + "|".join(map(re.escape, words(headwords().post))) + r")$", re.IGNORECASE
)
_SENTENCE: Final = re.compile(r"[.!?…;]['\"”’»)\]]*$")
_ABBREVIATION: Final = re.compile(r"\b(?:[A-Z]|Jr|Sr|Dr|St)\.$")

_ADDRESS: Final = re.compile(r"\(?[\w.+-]+@[\w-]+(?:\.[\w-]+)+\)?|https?://\S+")
_REPORTING: Final = re.compile(
    r"(?:^|[(（\s])(?:Reporting(?: and writing)? by|Written by|Report by|Reported by|Compiled by|By"
    r"|Reporte de|Reportaje de|Información de|Reportage de|Rédigé par|Bericht von|Geschrieben von"
    r"|Reportagem de|Haber:|Muhabir:|Материал подготовила?|Pewarta\s?:|Reporter:|Penulis:"
    r"|记者：?|記者：?)\s*"
    r"([^;()（）。]{2,160}?)\.?"
    r"(?:[;)）。]|[\s,]+(?:Additional|Edit|Édit|Redig|Edição|Writing|Редакт)|\s*$)",
    re.IGNORECASE,
)


def read_byline(line: str) -> str | None:
    """Return the byline as printed, None where the line is none."""
    text = line.strip("-–—•| \t")
    if len(text) > _LONGEST:
        return None
    if _KOREAN.match(text):
        return text
    opened = _OPENS.match(text)
    if not opened:
        return None
    names = _POST.sub("", text[opened.end() :].strip())
    if _CJK.match(names):
        return text
    ended = _SENTENCE.search(names) and not _ABBREVIATION.search(names)
    return text if not ended and _are_names(names) else None


def _are_names(text: str) -> bool:
    words = _WORD.findall(text.split("|", maxsplit=1)[0])
    if not 1 <= len(words) <= _NAMES or any(
        character.isdigit() for character in text.split("|", maxsplit=1)[0]
    ):
        return False
    big = [word for word in words if word.casefold() not in _SMALL]
    cased = [word for word in big if word[0].lower() != word[0].upper()]
    return bool(big) and all(word[0].isupper() for word in cased) and len(big) >= len(words) / 2


def names_of(byline: str) -> str:
    """Return a byline without what introduces it, addresses, posts and what follows a bar."""
    text, _, _ = _ADDRESS.sub("", byline.strip("-–—•| \t")).partition("|")
    opened = _OPENS.match(text)
    names = (text[opened.end() :] if opened else text).strip(" ,;:-–—：")
    return _POST.sub("", names)


def reporters_of(credit: str) -> str | None:
    """Return who reported, from a credit such as `(Reporting by A and B; Editing by C)`."""
    found = _REPORTING.search(credit)
    return found[1].strip(" ,;") if found else None
