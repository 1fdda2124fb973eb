"""The words of seeds/headwords.toml: what introduces bylines, what stands in stamps.

Pure; the file is read once a process.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

ByLanguage = Mapping[str, tuple[str, ...]]


class Headwords(BaseModel):
    """The file as it stands: words by language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    byline: ByLanguage
    between: ByLanguage
    post: ByLanguage
    stamp: ByLanguage


@cache
def headwords() -> Headwords:
    """Read seeds/headwords.toml.

    Raises:
        pydantic.ValidationError: the file does not have the form that its head describes.
    """
    text = files("seeds").joinpath("headwords.toml").read_text("utf-8")
    return Headwords.model_validate(tomllib.loads(text))


def words(by_language: ByLanguage) -> tuple[str, ...]:
    """Return all words, the longest first, each once."""
    found = {word.casefold() for of_one in by_language.values() for word in of_one}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))
