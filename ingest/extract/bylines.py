"""Bylines: `By Jane Doe`, `Von Nina Magoley`, `記者 …`: a line that names who wrote. Pure, no state.

A byline is a word that introduces it and a few names: capitalised where the script has capitals,
and no sentence. Which words introduce it is data by language.
"""

import re
from typing import Final

# Longer lines are prose; the longest real byline of the corpus has 96 characters.
_LONGEST: Final = 110
_NAMES: Final = 12

_INTRODUCES: Final = (
    "by", "words by", "story by", "text by", "written by", "from", "by:", "author:", "von", "von:",
    "autor:", "autorin:", "par", "par:", "auteur :", "por", "por:", "autor:", "di", "di:", "autore:",
    "da redação", "texto:", "texto de", "oleh", "oleh:", "penulis:", "reporter:", "door", "av", "af",
    "автор:", "автор", "текст:", "корреспондент", "yazar:", "yazan:", "muhabir:", "haber:", "od",
    "بقلم", "بقلم:", "كتب:", "كتب", "كتبت:", "كتبت", "الكاتب:", "记者", "记者：", "記者", "文／", "文/",
    "作者：", "作者:", "文：", "撰文：", "【記者", "本報記者", "text:", "autor", "tekst:", "szerző:",
)  # fmt: skip
_OPENS: Final = re.compile(
    r"^[-–—•|\s]*(?:" + "|".join(map(re.escape, sorted(_INTRODUCES, key=len, reverse=True))) + r")(?=[\s:：/／]|$)\s*",
    re.IGNORECASE,
)
_CJK: Final = re.compile("^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\\s、，,·・&/／|：:]{2,24}$")
_KOREAN: Final = re.compile(r"^[\[(]?[\uac00-\ud7af]{2,4}\s?(?:기자|특파원|선임기자)[\])]?(?:\s+[\w.+-]+@[\w.-]+)?$")
_WORD: Final = re.compile(r"[^\W\d_]+")
# Words that stand between names without a capital.
_SMALL: Final = frozenset(
    "and und et y e i и ve và en och og der von van de del della di da dos du la le for with mit für "
    "pour para con avec in at the of ja se al el bin ibn ten ter zu do a at".split()
)
_SENTENCE: Final = re.compile(r"[.!?…;]['\"”’»)\]]*$")
_ABBREVIATION: Final = re.compile(r"\b(?:[A-Z]|Jr|Sr|Dr|St)\.$")


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
    names = text[opened.end() :].strip()
    if _CJK.match(names):
        return text
    ended = _SENTENCE.search(names) and not _ABBREVIATION.search(names)
    return text if not ended and _are_names(names) else None


def _are_names(text: str) -> bool:
    words = _WORD.findall(text.split("|")[0])
    if not 1 <= len(words) <= _NAMES or any(character.isdigit() for character in text.split("|")[0]):
        return False
    big = [word for word in words if word.casefold() not in _SMALL]
    cased = [word for word in big if word[0].lower() != word[0].upper()]
    return bool(big) and all(word[0].isupper() for word in cased) and len(big) >= len(words) / 2
