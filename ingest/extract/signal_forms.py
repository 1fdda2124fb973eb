"""The markers of seeds/signals.toml, compiled: which forms there are, and what each one means.

Read once a process, frozen after that. A form is written as it is printed; here it becomes a
pattern that forgives blanks, dashes, and the width of brackets, and that runs in linear time: it is
anchored, and what it leaves open has a bound. A file that does not fit is refused by its entry.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atlas.agencies import agencies
from wire.messages import SignalKind

FILE: Final = "seeds/signals.toml"

Position = Literal["start", "end", "line", "open", "lead_in", "slug"]

_DASH = "[-‐‑‒–—]"
_PLACEHOLDER = re.compile(r"\{(n|nth|when|text)\}")
# What a placeholder may hold: bounded, so that no headline is read twice over.
_HOLDS: Final = {
    "n": r"(?P<n>\d{1,2})",
    "nth": r"(?P<n>\d{1,2})\s?(?:st|nd|rd|th|ST|ND|RD|TH|St|Nd|Rd|Th|º|ª|°|er|e|ème|\.)",
    "when": r"(?P<when>[^()（）\[\]【】\n*]{1,80}?)",
    "text": r"[^()（）\[\]\n]{1,100}?",
}
_PAIRS: Final = {
    "(": "[(（]", ")": "[)）]", "[": r"[\[［]", "]": r"[\]］]", ":": r"\s{0,2}[:：]",
    "/": "[/／]", "|": "[|｜丨]", "'": "['’]", "!": "[!！]",
}  # fmt: skip
# After weak words a dash must open a headline, not join two words: `TEXT-based`, `SNAP-on`.
_OPENS: Final = r"(?=[^a-zà-ÿа-яё]|(?:al|el|de|von|van|bin|abu)[ -][A-Z]|[ei][A-Z]|ex-)"


# Words at the end of a headline stand apart from it; brackets need not.
_APART: Final = r"(?:^|(?<=[\s,:;]))"


class SignalsFileError(ValueError):
    """seeds/signals.toml does not hold what it promises; the message names the entry."""


class Marker(BaseModel):
    """One reading: the forms it has, and what they say; the file's head explains each field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    means: str
    kind: SignalKind | None = None
    number: int | None = Field(None, ge=1)
    genre: str | None = None
    urgency: int | None = Field(None, ge=1, le=9)
    status: Literal["withheld", "canceled"] | None = None
    lifts: bool = False
    silent: bool = False
    agencies: tuple[str, ...] = ()
    only: bool = False
    weak: bool = False
    unless: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    lead_in: tuple[str, ...] = ()
    slug: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    def speaks_for(self, agency: str | None) -> bool:
        """Return whether this marker is one of the agency's; of an unknown one it may be."""
        if agency is None:
            return not self.only
        return (self.weak and not self.only) or not self.agencies or agency in self.agencies


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a marker: where it stands, as the file has it, how it is recognised."""

    marker: Marker
    position: Position
    text: str
    source: str
    flags: int = 0

    @property
    def pattern(self) -> re.Pattern[str]:
        """The form's pattern, compiled when it is first asked for."""
        return _compiled(self.source, self.flags)

    @property
    def is_bare(self) -> bool:
        """Whether it is words and a dash or colon alone, with no number and no bracket."""
        return self.text[0].isalpha() and "{" not in self.text


# seventeen hundred patterns take a second to compile, and most are never met
@cache
def _compiled(source: str, flags: int) -> re.Pattern[str]:
    return re.compile(source, flags)


class Forms:
    """All forms, by position and first (or last) letter, the plainest and longest first."""

    def __init__(self, markers: Iterable[Marker]) -> None:
        self.markers = tuple(markers)
        self._buckets: dict[tuple[Position, str], tuple[Form, ...]] = {}
        gathered: dict[tuple[Position, str], list[Form]] = {}
        for marker in self.markers:
            for form in _forms_of(marker):
                gathered.setdefault((form.position, _letter(form)), []).append(form)
        for key, forms in gathered.items():
            self._buckets[key] = tuple(sorted(forms, key=_plainest_first))

    def at(self, position: Position, letter: str) -> tuple[Form, ...]:
        """Return the forms that may stand there, given the first (or last) letter of the text."""
        key = "0" if letter.isdecimal() else _fold(letter)
        return self._buckets.get((position, key), ())


def _plainest_first(form: Form) -> tuple[bool, int]:
    return "{" in form.text, -len(form.text)


def _fold(letter: str) -> str:
    """Return the bucket of a letter: without case, and brackets and apostrophes of one width."""
    wide = {"（": "(", "）": ")", "［": "[", "］": "]", "’": "'", "：": ":"}
    return wide.get(letter, letter).lower()[:1]


def _letter(form: Form) -> str:
    text = form.text.strip()
    if form.position in {"end", "slug"}:
        return "0" if text.endswith("}") else _fold(text[-1])
    return "0" if text.startswith("{") else _fold(text[0])


def _forms_of(marker: Marker) -> Iterable[Form]:
    any_case = re.IGNORECASE
    for text in marker.start:
        yield Form(marker, "start", text, _start(text, marker))
    for text in marker.loose:
        yield Form(marker, "start", text, _start(text, marker), any_case)
    for text in marker.end:
        yield Form(marker, "end", text, _end(text, _APART if text[0].isalnum() else ""), any_case)
    for text in marker.slug:
        yield Form(marker, "slug", text, _end(text, ""), any_case)
    for text in marker.line:
        yield Form(marker, "line", text, rf"[*+=\s]*{_body(text)}[\s.!:*+=]*$")
    for text in marker.open:
        yield Form(marker, "open", text, _body(text), any_case)
    for text in marker.lead_in:
        yield Form(marker, "lead_in", text, _body(text))


def _start(text: str, marker: Marker) -> str:
    """Return the pattern of a form at the head of a headline, with the blanks that follow it."""
    if text.endswith("-") and not text.endswith(" -"):
        gap = r"\s{0,2}" + _DASH + r"{1,2}\s{0,2}"
        opens = _OPENS if marker.weak and "{" not in text else ""
        return _body(text[:-1]) + gap + _unless(marker) + opens
    if text.endswith(" -"):
        return _body(text[:-2]) + r"\s{1,2}" + _DASH + r"{1,2}\s{0,2}"
    if text.endswith(":") and "{when}" in text:
        # a clock has colons too
        return _body(text[:-1]) + r"\s{0,2}[:：](?!\d)\s{0,3}"
    if text[-1].isalnum():
        # words alone: whatever parts them from the headline goes with them
        return _body(text) + r"(?!\w)[\s:：\-–—]{0,4}"
    return _body(text.rstrip()) + (r"\s{1,3}" if text.endswith(" ") else r"\s{0,3}")


def _unless(marker: Marker) -> str:
    words = "|".join(map(re.escape, marker.unless))
    return rf"(?!(?i:{words})\b)" if words else ""


def _end(text: str, before: str) -> str:
    if text.startswith("- "):
        return r"\s[-–—]\s{0,2}" + _body(text[2:]) + r"\s*$"
    return before + _body(text) + r"\s*$"


def _body(text: str) -> str:
    """Return the pattern of what a form says, without what follows it."""
    parts: list[str] = []
    at = 0
    for hole in _PLACEHOLDER.finditer(text):
        parts += [_literal(text[at : hole.start()], before_hole=True), _HOLDS[hole[1]]]
        at = hole.end()
    return "".join([*parts, _literal(text[at:])])


def _literal(text: str, *, before_hole: bool = False) -> str:
    out: list[str] = []
    for place, character in enumerate(text):
        if character == " ":
            last = before_hole and place == len(text) - 1
            out.append(r"\s{0,3}" if last else r"\s{1,3}")
        elif character == "-":
            out.append(_DASH)
        else:
            out.append(_PAIRS.get(character, re.escape(character)))
    return "".join(out)


def parse(text: str) -> Forms:
    """Read markers from TOML; raises SignalsFileError naming the entry and the field."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SignalsFileError(f"{FILE}: not TOML: {error}") from error
    if raw.pop("format", None) != 1 or set(raw) - {"marker"}:
        raise SignalsFileError(f"{FILE}: format 1 and [[marker]] entries are all that is known")
    markers = [_marker(entry) for entry in raw.get("marker", [])]
    ids = [marker.id for marker in markers]
    if twice := {marker_id for marker_id in ids if ids.count(marker_id) > 1}:
        raise SignalsFileError(f"{FILE}: {min(twice)}: the id is used twice")
    return Forms(markers)


def _marker(entry: Mapping[str, object]) -> Marker:
    name = entry.get("id", "an entry without id")
    try:
        marker = Marker.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ": ".join(map(str, first["loc"]))
        raise SignalsFileError(f"{FILE}: {name}: {where}: {first['msg']}") from error
    unknown = [agency for agency in marker.agencies if agencies().get(agency) is None]
    if unknown:
        raise SignalsFileError(f"{FILE}: {name}: agencies: no agency {unknown[0]!r}")
    if marker.only and not marker.agencies:
        raise SignalsFileError(f"{FILE}: {name}: only: says whose it is by `agencies`")
    return marker


@lru_cache(maxsize=1)
def forms() -> Forms:
    """Return the forms of seeds/signals.toml, read once; raises SignalsFileError."""
    text = resources.files("seeds").joinpath("signals.toml").read_text(encoding="utf-8")
    return parse(text)
