"""The world's bodies of seeds/organisations.toml, typed: ids, names, aliases, countries.

Read once a process, frozen, no I/O after that, safe from any thread. A form (name or alias) belongs
to one organisation; the file is refused as a whole where it does not fit, with the entry named.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

FILE = "seeds/organisations.toml"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_FIELDS = frozenset({"name", "country", "aliases"})


class OrganisationsError(ValueError):
    """seeds/organisations.toml does not hold what it promises; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """One body: `kind` is its table in the file, `country` ISO 3166-1 alpha-2 where national."""

    id: str
    name: str
    aliases: tuple[str, ...]
    country: str | None
    kind: str

    @property
    def forms(self) -> tuple[str, ...]:
        """Its name and aliases, each once."""
        return tuple(dict.fromkeys((self.name, *self.aliases)))


class Organisations:
    """All organisations, with look-ups by id and by form as printed."""

    def __init__(self, entries: tuple[Organisation, ...]) -> None:
        self._by_id: dict[str, Organisation] = {}
        self._by_form: dict[str, Organisation] = {}
        for entry in entries:
            if self._by_id.setdefault(entry.id, entry) is not entry:
                raise OrganisationsError(f"{FILE}: {entry.id}: the id is used twice")
            for form in entry.forms:
                other = self._by_form.setdefault(form, entry)
                if other is not entry:
                    raise OrganisationsError(
                        f"{FILE}: {entry.id}: {form!r} is {other.id}'s; a form has one owner"
                    )

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._by_id.values())

    def get(self, organisation_id: str) -> Organisation | None:
        """Return the organisation of that id."""
        return self._by_id.get(organisation_id)

    def by_form(self, text: str) -> Organisation | None:
        """Return whose name or alias `text` is, as printed; case counts (`WHO`, not `who`)."""
        return self._by_form.get(text)

    def forms(self) -> Iterator[tuple[str, Organisation]]:
        """Yield every name and alias with its organisation; for matchers."""
        yield from self._by_form.items()


def parse(text: str) -> Organisations:
    """Read organisations from TOML; raises OrganisationsError naming entry and field."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OrganisationsError(f"{FILE}: not TOML: {error}") from error
    if raw.pop("format", None) != 1:
        raise OrganisationsError(f"{FILE}: format: 1 is the only one known")
    return Organisations(
        tuple(
            _organisation(organisation_id, kind, fields)
            for kind, table in raw.items()
            for organisation_id, fields in table.items()
        )
    )


def _organisation(organisation_id: str, kind: str, fields: object) -> Organisation:
    where = f"{FILE}: {organisation_id}"
    if not isinstance(fields, dict) or not _ID.fullmatch(organisation_id):
        raise OrganisationsError(f"{where}: an entry is `id = {{ name = … }}` under its kind")
    if unknown := set(fields) - _FIELDS:
        raise OrganisationsError(f"{where}: {min(unknown)}: no such field")
    name, country = _text(where, fields, "name"), fields.get("country")
    if country is not None and not (isinstance(country, str) and _COUNTRY.fullmatch(country)):
        raise OrganisationsError(f"{where}: country: {country!r} is no ISO 3166-1 alpha-2 code")
    return Organisation(organisation_id, name, _aliases(where, fields), country, kind)


def _text(where: str, fields: Mapping[str, object], field: str) -> str:
    value = fields.get(field)
    if not isinstance(value, str) or not value.strip():
        raise OrganisationsError(f"{where}: {field}: a text is wanted")
    return value


def _aliases(where: str, fields: Mapping[str, object]) -> tuple[str, ...]:
    value = fields.get("aliases", [])
    if not isinstance(value, list) or not all(isinstance(a, str) and a.strip() for a in value):
        raise OrganisationsError(f"{where}: aliases: a list of texts is wanted")
    return tuple(value)


@lru_cache(maxsize=1)
def organisations() -> Organisations:
    """Return the bodies of seeds/organisations.toml, read once; raises OrganisationsError."""
    text = resources.files("seeds").joinpath("organisations.toml").read_text(encoding="utf-8")
    return parse(text)
