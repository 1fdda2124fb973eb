"""Names made comparable: folded across accents, scripts, possessives and punctuation. Pure.

`Vučić`, `Vucic` and `Вучич` must meet, so a folded name is transliterated to plain letters and the
spellings by which agencies differ are brought to one. Folding is for comparing; what is shown is
always a name as printed.
"""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from anyascii import anyascii

from enrich.entities.lexicon import lexicon

_POSSESSIVE: Final = re.compile(r"(?:['’][sS]|(?<=[sS])['’])$")
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
# Endings of Slavic cases; a stem keeps four letters, so that short names stay whole.
_CASE: Final = re.compile(r"(?<=\w{4})(?:ого|ому|ами|ой|ою|ым|им|ом|ем|ей|ью|ах|[ауюеыияьо])\b")
# Copy prints them long and short within one name.
_STATES: Final = {"united states of america": "us", "united states": "us", "united kingdom": "uk"}
_NOT_WORD: Final = re.compile(r"[^\w]+")
# One sound, many spellings: Vuchich, Vucic; Zelenskyy, Zelensky; Ayatollah Khamenei, Chamenei.
_SOUNDS: Final = (
    (re.compile(r"shch"), "sc"),
    (re.compile(r"tch|tsch|ch|cz"), "c"),
    (re.compile(r"sch|sh|sz"), "s"),
    (re.compile(r"zh"), "z"),
    (re.compile(r"kh|gh"), "h"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"th"), "t"),
    (re.compile(r"dzh|dj|gj"), "d"),
    (re.compile(r"ks"), "x"),
    (re.compile(r"ck|q"), "k"),
    (re.compile(r"w"), "v"),
    (re.compile(r"ou"), "u"),
    (re.compile(r"oe|ö"), "o"),
    (re.compile(r"ue|ü"), "u"),
    (re.compile(r"ae|ä"), "a"),
    (re.compile(r"ij|iy|yi|yy|ii|y|j"), "i"),
    (re.compile(r"i+"), "i"),
    (re.compile(r"(?<=[a-z])ie"), "e"),
    (re.compile(r"(.)\1"), r"\1"),
)


def bare(name: str) -> str:
    """Return `name` without possessive, surrounding quotes and a leading article."""
    name = _POSSESSIVE.sub("", name.strip().strip('"“”‘«»'))
    return name[4:] if name[:4].lower() == "the " else name


@lru_cache(maxsize=50_000)
def folded(name: str) -> str:
    """Return `name` in lower-case plain letters, words parted by one blank: `Kim Jong-un` too."""
    plain = anyascii(bare(name)).lower().replace(".", "").replace("'", "")
    return _NOT_WORD.sub(" ", plain).strip()


def tokens(name: str) -> tuple[str, ...]:
    """Return the words of the folded name."""
    return tuple(folded(name).split())


def body_words(name: str) -> tuple[str, ...]:
    """Return the words of a body's or place's name, states by their letters: `us congress`."""
    plain = folded(name)
    for long, short in _STATES.items():
        plain = plain.replace(long, short)
    words = tuple(plain.split())
    # `S. F.` is printed `SF` too
    return ("".join(words),) if all(len(word) == 1 for word in words) and words else words


def uninflected(name: str) -> str:
    """Return a Cyrillic name without the endings of its cases: for comparing within one story."""
    return _CASE.sub("", name) if _CYRILLIC.search(name) else name


@lru_cache(maxsize=50_000)
def sounding(name: str) -> str:
    """Return the name as transliterations of it agree: equal for Vučić, Vucic, Vuchich, Вучич."""
    name = folded(name)
    for pattern, plain in _SOUNDS:
        name = pattern.sub(plain, name)
    return name


def without_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return an organisation's words without the legal form at their end (`Gazprom PJSC`)."""
    while len(words) > 1 and words[-1] in lexicon().legal_forms:
        words = words[:-1]
    return words


def initials(name: str) -> tuple[str, str]:
    """Return the initials of a name's words, with its small words and without them."""
    parts = [w for w in re.split(r"[\s\-–/]+", bare(name)) if w[:1].isalnum()]
    small = lexicon().connectors
    return (
        "".join(w[0] for w in parts).lower(),
        "".join(w[0] for w in parts if w.lower() not in small).lower(),
    )


@cache
def _given() -> dict[str, str]:
    table = tomllib.loads(Path(__file__).with_name("given_names.toml").read_text("utf-8"))
    return {
        form: forms[0]
        for group in table["groups"]
        for forms in [[sounding(name) for name in group.split()]]
        for form in forms
    }


def person_key(name: str) -> str:
    """Return what all spellings of a person's name share: titles off, given names brought to one.

    `Aleksandar Vučić`, `Aleksandar Vucic` and `Александр Вучич` have one key.
    """
    words = sounding(" ".join(person_words(name))).split()
    if len(words) > 1:
        words = [_given().get(words[0], words[0]), *words[1:]]
    return " ".join(words)


def person_words(name: str) -> tuple[str, ...]:
    """Return the words of a person's name without titles before it and honours after it."""
    words = tokens(name)
    while len(words) > 1 and words[0] in lexicon().titles:
        words = words[1:]
    while len(words) > 1 and words[-1] in lexicon().honours:
        words = words[:-1]
    return words
