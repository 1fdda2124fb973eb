"""Which of PostgreSQL's text search configurations reads a language. Pure."""

from typing import Final

# ISO 639-1 → the configurations that every PostgreSQL since 14 carries; all else is `simple`.
_CONFIGURATIONS: Final = {
    "ar": "arabic",
    "hy": "armenian",
    "eu": "basque",
    "ca": "catalan",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "el": "greek",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "ga": "irish",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "no": "norwegian",
    "nb": "norwegian",
    "nn": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "es": "spanish",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def configuration(language: str | None) -> str:
    """Return the name of the text search configuration for an ISO 639-1 code."""
    return _CONFIGURATIONS.get((language or "").lower(), "simple")
