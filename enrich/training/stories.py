"""Our own marked wire copy (seeds/training/*.txt): reading it, and finding what is wrong with it.

A file holds stories parted by blank lines. A story opens with a header line, its next line is the
headline, each further line a paragraph; names are marked in place:

    # id: war-001 | form: reuters | language: en | topic: war
    [PER Kovac] sees no quick truce in [LOC Sarovia]
    [LOC BELGRADE], Sept 25 (Reuters) - [ORG NATO]-led troops said ...

`[PER `, `[ORG `, `[LOC ` and `[MISC ` open a mark, the next `]` closes it; any other bracket is
text. docs/entities.md says what is marked. Pure but for reading the files.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atlas.agencies import agencies
from enrich.entities.lexicon import lexicon
from seeds import FOLDER

STORIES: Final = FOLDER / "training"
MARKS: Final = ("PER", "ORG", "LOC", "MISC")
TOPICS: Final = (
    "politics", "diplomacy", "war", "markets", "companies", "courts", "disasters", "science",
    "sport", "obituaries", "health", "energy", "religion", "culture", "crime", "environment",
    "transport", "technology", "labour", "elections", "weather",
)  # fmt: skip

_HEADER: Final = re.compile(r"# (?P<fields>\S.*)")
_MARK: Final = re.compile(r"\[(?P<label>PER|ORG|LOC|MISC) (?P<name>[^\[\]]+)\]")
_TITLES: Final = re.compile(
    r"(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Capt|Sgt|Sir|Lord|President|Minister|Ambassador|"
    r"Chancellor|Senator|Judge|King|Queen|Prince|Princess|Pope)\b"
    r"|.+(?:总统|總統|总理|主席|部长|部長|先生|女士|教授)$"
)
_ARTICLES: Final = re.compile(r"(?:[Tt]he|le|la|les|el|los|las|der|die|das|den|dem) |l['’]")
# From here on the scripts that write no blanks between words: a mark may end beside a letter.
_UNSPACED: Final = "\u2e80"


@dataclass(frozen=True, slots=True)
class Passage:
    """A headline or paragraph with its marks: (start, end, label), in order, none overlapping."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class MarkedStory:
    """A story of our own, with its marks; `passages[0]` is the headline."""

    id: str
    form: str
    language: str
    topic: str
    passages: tuple[Passage, ...]


def passage(line: str) -> Passage:
    """Read one marked line: take the brackets out and keep where they stood."""
    text, spans, last = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[last : mark.start()]
        spans.append((len(text), len(text) + len(mark["name"]), mark["label"]))
        text += mark["name"]
        last = mark.end()
    return Passage(text + line[last:], tuple(spans))


def read(text: str) -> Iterator[MarkedStory]:
    """Read the stories of one file.

    Raises:
        ValueError: a story without header, headline or body, or a header without its four fields.
    """
    for block in re.split(r"\n\s*\n", text.strip()):
        header, *lines = block.split("\n")
        match = _HEADER.fullmatch(header)
        if match is None or len(lines) < 2:
            raise ValueError(f"a story needs header, headline and paragraphs, not {header[:60]!r}")
        fields = dict(part.strip().split(": ", 1) for part in match["fields"].split("|"))
        if set(fields) != {"id", "form", "language", "topic"}:
            raise ValueError(f"the header needs id, form, language, topic: {header!r}")
        yield MarkedStory(**fields, passages=tuple(passage(line.strip()) for line in lines))


def load(folder: Path = STORIES) -> list[MarkedStory]:
    """Return every story of `folder`, in the order of file names."""
    return [s for path in sorted(folder.glob("*.txt")) for s in read(path.read_text("utf-8"))]


def faults(stories: Iterable[MarkedStory]) -> list[str]:
    """Return what is wrong with the marks, one line each: what a machine can see."""
    found: list[str] = []
    seen: set[str] = set()
    for story in stories:
        if story.id in seen:
            found.append(f"{story.id}: the id is used twice")
        seen.add(story.id)
        found.extend(f"{story.id}: {fault}" for fault in _of_story(story))
    return found


def _of_story(story: MarkedStory) -> Iterator[str]:
    if agencies().get(story.form) is None:
        yield f"form {story.form!r} is no agency of seeds/agencies.toml"
    if story.topic not in TOPICS:
        yield f"topic {story.topic!r} is none of {', '.join(TOPICS)}"
    if not any(p.spans for p in story.passages):
        yield "no mark at all"
    for number, part in enumerate(story.passages):
        yield from _of_passage(number, part)
    yield from _unmarked(story)


def _of_passage(number: int, part: Passage) -> Iterator[str]:
    if re.search(r"\[(?:PER|ORG|LOC|MISC)\b", part.text):
        yield f"line {number}: a mark that is not closed, or nested"
    for start, end, label in part.spans:
        name = part.text[start:end]
        article = _ARTICLES.match(name) and label != "MISC"
        if name != name.strip() or (article and name not in lexicon().articled):
            yield f"line {number}: {name!r} takes in a blank or its article"
        if re.search(r"['’]s?$", name):
            yield f"line {number}: {name!r} takes in the possessive"
        if label == "PER" and _TITLES.match(name):
            yield f"line {number}: {name!r} takes in a title"
        if _within_word(part.text, start) or _within_word(part.text, end):
            yield f"line {number}: {name!r} begins or ends within a word"


def _within_word(text: str, place: int) -> bool:
    around = text[max(0, place - 1) : place + 1]
    return len(around) == 2 and around.isalnum() and max(around) < _UNSPACED


def _unmarked(story: MarkedStory) -> Iterator[str]:
    """A full name (two words or more) that is marked once and left bare elsewhere."""
    names = {p.text[a:b] for p in story.passages for a, b, _ in p.spans if " " in p.text[a:b]}
    for number, part in enumerate(story.passages):
        marked = [(a, b) for a, b, _ in part.spans]
        for name in sorted(names):
            for match in re.finditer(rf"\b{re.escape(name)}\b", part.text):
                if not any(a <= match.start() and match.end() <= b for a, b in marked):
                    yield f"line {number}: {name!r} is marked elsewhere and bare here"
