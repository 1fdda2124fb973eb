"""Which language a story is written in. Pure; the model is loaded with the module, 3 MB.

py3langid over the beginning of the text, with what the page and the feed declare as the tie-break:
short texts say little, and sites declare one language for all their editions. Scripts that one
language alone uses settle it before any model is asked.
"""

import re
from functools import cache
from typing import Final

from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

# Characters read: more changes nothing and costs time.
_READ: Final = 400
# Below this many letters a declared language is believed over the model.
_SHORT: Final = 60
# The model's probability above which it is believed over a declaration.
_SURE: Final = 0.9

_SCRIPTS: Final = (
    (re.compile("[\u3040-\u30ff]"), "ja", 0.05),
    (re.compile("[\uac00-\ud7af]"), "ko", 0.2),
    (re.compile("[\u4e00-\u9fff]"), "zh", 0.3),
    (re.compile("[\u0e00-\u0e7f]"), "th", 0.3),
    (re.compile("[\u10a0-\u10ff]"), "ka", 0.3),
    (re.compile("[\u0530-\u058f]"), "hy", 0.3),
    (re.compile("[\u0370-\u03ff]"), "el", 0.3),
    (re.compile("[\u0590-\u05ff]"), "he", 0.3),
)
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_TAG: Final = re.compile(r"^([a-zA-Z]{2,3})(?:[-_]|$)")
# Three letters, and codes that pages use for what ISO 639-1 calls otherwise.
_SAME: Final = {
    "eng": "en", "rus": "ru", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es",
    "ita": "it", "por": "pt", "tur": "tr", "ara": "ar", "zho": "zh", "chi": "zh", "cn": "zh",
    "jpn": "ja", "jp": "ja", "kor": "ko", "kr": "ko", "ind": "id", "in": "id", "iw": "he",
    "ua": "uk", "cz": "cs", "gr": "el", "dk": "da", "nb": "no", "nn": "no", "sh": "sr",
}  # fmt: skip
# Languages that a model of short text takes for one another: the declaration decides.
_KIN: Final = (
    frozenset({"sr", "hr", "bs", "sl", "mk"}),
    frozenset({"no", "da", "sv"}),
    frozenset({"id", "ms"}),
    frozenset({"es", "pt", "gl", "ca"}),
    frozenset({"ru", "uk", "be", "bg", "mk", "kk", "ky", "sr"}),
    frozenset({"cs", "sk"}),
    frozenset({"ar", "fa", "ur"}),
    frozenset({"hi", "mr", "ne"}),
)


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE, norm_probs=True)


def detect(text: str, declared: tuple[str | None, ...] = ()) -> str | None:
    """Return the ISO 639-1 code of the language of `text`, None where nothing tells.

    `declared` are tags such as `en-GB`, the most trusted first.
    """
    said = [code for tag in declared if (code := primary(tag))]
    sample = text[:_READ]
    letters = sum(1 for character in sample if character.isalpha())
    if not letters:
        return said[0] if said else None
    if found := _by_script(sample, letters):
        return found
    code, probability = _classify(sample)
    guess = _SAME.get(code, code)
    if guess in said:
        return guess
    if not said:
        return guess
    related = any({guess, said[0]} <= kin for kin in _KIN)
    if not related and len(_LATIN.findall(sample)) * 2 < letters:
        # sites declare one Latin language for all they print
        return guess
    if letters < _SHORT or probability < _SURE or related:
        return said[0]
    return guess


def _classify(sample: str) -> tuple[str, float]:
    found: tuple[str, float] = _identifier().classify(sample)
    return found


def primary(tag: str | None) -> str | None:
    """Return the ISO 639-1 code of a language tag, None for what is none."""
    match = _TAG.match((tag or "").strip())
    if not match:
        return None
    code = match[1].lower()
    code = _SAME.get(code, code)
    return code if len(code) == 2 else None


def _by_script(sample: str, letters: int) -> str | None:
    for pattern, language, share in _SCRIPTS:
        if len(pattern.findall(sample)) > letters * share:
            return language
    return None
