"""The agencies of seeds/agencies.toml, typed: who they are, how they sign, where they publish.

Read once a process, frozen, no I/O after that, safe from any thread. The file is refused as a whole
where an entry does not fit, with the file, the entry and the field named. Credits and hosts belong
to one agency each; a credit that several use stands in `also_credits` of the others.
"""

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

FILE = "seeds/agencies.toml"

Kind = Literal["agency", "press-release", "public-body", "broadcaster", "syndicate"]
Store = Literal["full", "lead", "metadata"]

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_HOST = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"
_SPACE = re.compile(r"\s+")
# What surrounds a credit in print: brackets, slashes, dashes, stops, quotes, the copyright sign.
_AROUND = "()[]{}<>（）［］【】〔〕「」/\\|-‐‑‒–—―−_.,:;*=~·•©®'\"‘’“”«»‹›、。，：； \t\n"
# One letter, two code points: Turkish i, Persian and Arabic kaf and yeh, typographic apostrophes.
_SAME = str.maketrans({"İ": "I", "ı": "i", "ک": "ك", "ی": "ي", "ى": "ي", "’": "'", "‘": "'"})


class AgenciesError(ValueError):
    """seeds/agencies.toml does not hold what it promises; the message names entry and field."""


def credit_key(text: str) -> str:
    """Return what two printings of one credit share: no case, accents, outer punctuation."""
    plain = unicodedata.normalize("NFKD", text.translate(_SAME)).casefold()
    bare = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    return _SPACE.sub(" ", bare).strip(_AROUND)


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _known_zone(name: str) -> str:
    """Return `name` where it is an IANA zone; raises ValueError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(
            f"no time zone {name!r}: give an IANA name such as Europe/Paris"
        ) from error
    return name


def read_zone(value: str) -> dt.tzinfo:
    """Return the zone that `+05:30` or `America/New_York` names; raises ValueError."""
    if found := _OFFSET.fullmatch(value):
        sign = -1 if found[1] == "-" else 1
        return dt.timezone(sign * dt.timedelta(hours=int(found[2]), minutes=int(found[3])))
    return ZoneInfo(_known_zone(value))


def _known_offset(value: str) -> str:
    read_zone(value)
    return value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Zone = Annotated[str, AfterValidator(_known_offset)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
# A country, or a country with its first-level division.
Division = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rights(_Frozen):
    """What may be kept of an agency's copy, and for how long; `keep_days` None is for ever."""

    store: Store = "full"
    keep_days: int | None = Field(None, ge=1)
    terms_url: str | None = Field(None, pattern=r"^https?://")


class Agency(_Frozen):
    """One agency, wire or public body; the file's head says what each field means."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    kind: Kind
    names: Mapping[Language, Texts]
    credits: tuple[str, ...] = ()
    also_credits: tuple[str, ...] = ()
    hosts: tuple[Annotated[str, Field(pattern=_HOST)], ...] = ()
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    timezone: Annotated[str, AfterValidator(_known_zone)]
    abbreviations: Mapping[str, Zone] = {}
    languages: tuple[Language, ...] = Field(min_length=1)
    datelines: tuple[str, ...] = ()
    standalone: tuple[str, ...] = ()
    all_caps_alert: bool = False
    plain_word: bool = False
    feed_shift_hours: int = Field(0, ge=-24, le=24)
    ended: int | None = Field(None, ge=1900, le=2100)
    rights: Rights = Rights()
    section: str | None = None
    genre: str | None = None
    urgency: int | None = Field(None, ge=1, le=9)

    @model_validator(mode="after")
    def _has_a_name(self) -> "Agency":
        if not self.names.get("en"):
            raise ValueError("names: an English name is wanted")
        return self

    @property
    def name(self) -> str:
        """Its main name in English."""
        return self.names["en"][0]

    @property
    def all_names(self) -> tuple[str, ...]:
        """Its names in all languages, each once, the English ones first."""
        english = self.names["en"]
        others = (name for names in self.names.values() for name in names)
        return tuple(dict.fromkeys((*english, *others)))

    @property
    def tz(self) -> ZoneInfo:
        """The zone of its stamps and embargoes that name none."""
        return ZoneInfo(self.timezone)


class _File(_Frozen):
    format: Literal[1]
    zones: Mapping[str, Zone]
    standalone: Mapping[str, Mapping[str, Division]]
    agency: tuple[Agency, ...]


class CreditForm(NamedTuple):
    """A credit as printed, and the agency that owns it."""

    form: str
    agency: str


class Agencies:
    """All agencies, with look-ups by id, host and credit."""

    def __init__(self, file: _File) -> None:
        self._all = file.agency
        self._zones = {name: read_zone(value) for name, value in file.zones.items()}
        self._own_zones = {
            a.id: self._zones | {name: read_zone(v) for name, v in a.abbreviations.items()}
            for a in file.agency
            if a.abbreviations
        }
        self._standalone = file.standalone
        self._by_id = _unique("id", ((a.id, a) for a in file.agency))
        self._by_host = _unique("hosts", ((host, a) for a in file.agency for host in a.hosts))
        self._owners = _unique(
            "credits",
            ((key, a) for a in file.agency for key in dict.fromkeys(map(credit_key, a.credits))),
        )
        self._names = _names(file.agency, self._owners)
        self._sharers: dict[str, list[Agency]] = {}
        for agency in file.agency:
            self._check_references(agency)
            for credit in agency.also_credits:
                self._sharers.setdefault(credit_key(credit), []).append(agency)

    def _check_references(self, agency: Agency) -> None:
        for credit in agency.also_credits:
            if credit_key(credit) not in self._owners:
                raise AgenciesError(
                    f"{FILE}: {agency.id}: also_credits: no agency owns {credit!r}; "
                    "move it to credits"
                )
        for style in agency.standalone:
            if style not in self._standalone:
                raise AgenciesError(
                    f"{FILE}: {agency.id}: standalone: no list [standalone.{style}]"
                )

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Agency]:
        return iter(self._all)

    def all(self) -> tuple[Agency, ...]:
        """Return every agency, in the file's order."""
        return self._all

    def get(self, agency_id: str | None) -> Agency | None:
        """Return the agency of that id."""
        return self._by_id.get(agency_id) if agency_id else None

    def by_host(self, host: str | None) -> Agency | None:
        """Return whose site `host` is: the longest of the known hosts that it lies on or below."""
        labels = (host or "").lower().rstrip(".").partition(":")[0].split(".")
        for start in range(len(labels) - 1):
            if found := self._by_host.get(".".join(labels[start:])):
                return found
        return None

    def by_credit(
        self, text: str, *, language: str | None = None, host: str | None = None
    ) -> Agency | None:
        """Return whose credit or name `text` is: exact but for case, accents and what surrounds it.

        A shared credit is its owner's, unless `host` is a sharer's own, or the copy's `language` is
        a sharer's and not the owner's. `text` is the credit alone (`(Reuters)`, `/ТАСС/`).
        """
        key = credit_key(text)
        owner = self._owners.get(key) or self._names.get(key)
        sharers = self._sharers.get(key, ())
        if owner is None or not sharers:
            return owner
        site = self.by_host(host)
        if site in sharers:
            return site
        if language is None or language in owner.languages or site is owner:
            return owner
        return next((a for a in sharers if language in a.languages), owner)

    def credit_forms(self) -> Iterator[CreditForm]:
        """Yield every credit as printed with the agency that owns it; for matchers."""
        for agency in self._all:
            for credit in agency.credits:
                yield CreditForm(credit, agency.id)

    def zones(self, agency_id: str | None) -> Mapping[str, dt.tzinfo]:
        """Return what zone abbreviations mean in this agency's copy; None for the common ones."""
        return self._own_zones.get(agency_id or "", self._zones)

    def standalone(self, agency_id: str | None) -> Mapping[str, str]:
        """Return the cities that this agency prints without country or state.

        Keys in capitals; values ISO 3166: `US-GA`, or the country alone. Where two of its lists
        know a city, the first list counts. An unknown agency gets the world's list.
        """
        agency = self.get(agency_id)
        styles = agency.standalone if agency and agency.standalone else ("world",)
        return {k: v for style in reversed(styles) for k, v in self._standalone[style].items()}


def _unique(field: str, pairs: Iterator[tuple[str, Agency]]) -> dict[str, Agency]:
    """Return the pairs as a dict; raises AgenciesError where two agencies claim one key."""
    table: dict[str, Agency] = {}
    for key, agency in pairs:
        if not key:
            raise AgenciesError(f"{FILE}: {agency.id}: {field}: an entry is empty")
        if (other := table.setdefault(key, agency)) is not agency:
            raise AgenciesError(
                f"{FILE}: {agency.id}: {field}: {key!r} is {other.id}'s already; "
                "only one may have it (credits: name the others' use in also_credits)"
            )
    return table


def _names(agencies_: tuple[Agency, ...], owners: Mapping[str, Agency]) -> dict[str, Agency]:
    """Return the names that serve as credits: those that one agency alone has."""
    table: dict[str, Agency | None] = {}
    for agency in agencies_:
        for key in {credit_key(name) for name in agency.all_names}:
            table[key] = agency if table.get(key, agency) is agency else None
    return {key: agency for key, agency in table.items() if agency and key not in owners}


def parse(text: str, *, source: str = FILE) -> Agencies:
    """Read agencies from TOML; raises AgenciesError naming `source`, the entry and the field."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AgenciesError(f"{source}: not TOML: {error}") from error
    try:
        return Agencies(_File.model_validate(raw))
    except ValidationError as error:
        raise AgenciesError(f"{source}: {_explain(error, raw)}") from error


def _explain(error: ValidationError, raw: Mapping[str, object]) -> str:
    """Return the first fault: whose entry, which field, what is wrong."""
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    entries = raw.get("agency")
    if len(where) > 1 and where[0] == "agency" and isinstance(entries, list):
        entry = entries[int(where[1])]
        where = [str(entry.get("id", f"entry {where[1]}")), *where[2:]]
    return f"{': '.join(where)}: {first['msg']}"


@lru_cache(maxsize=1)
def agencies() -> Agencies:
    """Return the agencies of seeds/agencies.toml, read once; raises AgenciesError."""
    text = resources.files("seeds").joinpath("agencies.toml").read_text(encoding="utf-8")
    return parse(text)
