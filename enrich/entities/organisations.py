"""The curated organisations as tagging and linking need them: by folded name. Read once, pure."""

from collections.abc import Mapping
from functools import cache

from atlas.gazetteer import fold
from atlas.organisations import Organisation, organisations


@cache
def bodies() -> Mapping[str, Organisation]:
    """Return the curated bodies by each of their folded names."""
    found: dict[str, Organisation] = {}
    for form, organisation in organisations().forms():
        found.setdefault(fold(form), organisation)
    return found


def printed(body: Organisation, name: str) -> bool:
    """Whether `name` is printed as the body's names are: `WHO` is the body, `Who` is a word."""
    return name in body.forms or not _is_short(body, fold(name))


def _is_short(body: Organisation, folded: str) -> bool:
    return any(form.isupper() and fold(form) == folded for form in body.forms)
