"""Full text: which of PostgreSQL's configurations reads a language, and the vectors of texts.

A vector costs PostgreSQL a quarter of a millisecond, more than all else that storing a story does:
so they are made before the writer's lock is taken, and stored with the text.
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

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


_VECTORS: Final = sa.text(
    """
    SELECT wire_data.search_vector(CAST(language AS regconfig), headline, subheadline, body)::text
    FROM unnest(CAST(:language AS text[]), CAST(:headline AS text[]),
      CAST(:subheadline AS text[]), CAST(:body AS text[]))
      WITH ORDINALITY AS given (language, headline, subheadline, body, number)
    ORDER BY number
    """
)


def vectors(connection: sa.Connection, texts: Sequence[dict[str, Any]]) -> list[str]:
    """Return the search vector of each text, as `article_versions.tsv` takes it.

    Texts are rows of `article_versions`; whoever changes one of them later need not mind its
    vector, a trigger does.
    """
    columns = ("language", "headline", "subheadline", "body")
    given = {name: [text[name] for text in texts] for name in columns}
    return list(connection.scalars(_VECTORS, given))
