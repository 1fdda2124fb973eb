"""What the gate on syndication counts: which copies of a story are known as one, and what else is.

Each story of data/syndication.txt stands there as it was filed and as another desk rewrote it; its
cut and its re-headlined copy are made here. Look-alikes are the reports of data/lookalikes.toml,
and the translations and other agencies' accounts of the same stories.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from store.similarity import Signature, alike, signature

DATA = Path(__file__).parent / "data"


class Copy(NamedTuple):
    """A text: which story it is a copy of, how it was made, its headline and body."""

    story: str
    kind: str
    headline: str
    body: str


def stories() -> list[Copy]:
    """Return every story in its four forms."""
    return [copy for copy in _written() if copy.kind in COPIES]


def look_alikes() -> list[Copy]:
    """Return the texts that are no copy of any other."""
    told = [copy for copy in _written() if copy.kind not in COPIES]
    alone = [c._replace(story=f"{c.story} {c.kind} {number}") for number, c in enumerate(told)]
    return [*alone, *_reports()]


COPIES = ("filed", "rewritten", "cut", "re-headlined")


def _written() -> Iterator[Copy]:
    text = (DATA / "syndication.txt").read_text(encoding="utf-8")
    for block in text.split("\n=== ")[1:]:
        name, filed, *others = _parts(block)
        yield filed._replace(story=name.headline)
        yield from _made(name.headline, filed)
        for other in others:
            yield other._replace(story=name.headline)


def _parts(block: str) -> Iterator[Copy]:
    head, _, rest = block.partition("\n")
    yield Copy("", "", head.split()[0], "")
    for number, part in enumerate(rest.split("\n--- ")):
        kind, _, told = ("filed", "", part) if number == 0 else part.partition("\n")
        headline, _, body = told.strip().partition("\n")
        yield Copy("", kind.split()[0], headline, body)


def _made(name: str, filed: Copy) -> Iterator[Copy]:
    paragraphs = filed.body.split("\n")
    yield Copy(name, "cut", filed.headline, "\n".join(paragraphs[: (len(paragraphs) + 1) // 2]))
    again = "\n".join(["Staff and agencies", *paragraphs, "Additional reporting by our desk."])
    yield Copy(name, "re-headlined", f"{name.capitalize()}: what we know so far", again)


def _reports() -> Iterator[Copy]:
    series = tomllib.loads((DATA / "lookalikes.toml").read_text(encoding="utf-8"))["series"]
    for number, each in enumerate(series):
        for line in each["rows"].strip().split("\n"):
            cells = [cell.strip() for cell in line.split(" | ")]
            body = each["text"].strip().format(*cells)
            yield Copy(f"{each['kind']} {number} {line}", each["kind"], cells[0], body)


def pairs(copies: Sequence[Copy]) -> set[tuple[int, int]]:
    """Return which of the texts come to stand in one cluster: found by a band, judged alike."""
    signed = {n: made for n, copy in enumerate(copies) if (made := signature(copy.body))}
    group = list(range(len(copies)))
    for one, other in sorted(_meeting(signed)):
        if alike(signed[one], signed[other]):
            kept, gone = group[one], group[other]
            group = [kept if each == gone else each for each in group]
    return {(a, b) for a, b in combinations(range(len(copies)), 2) if group[a] == group[b]}


def _meeting(signed: dict[int, Signature]) -> set[tuple[int, int]]:
    held = defaultdict(list)
    for number, made in signed.items():
        for band in set(made.bands):
            held[band].append(number)
    return {pair for numbers in held.values() for pair in combinations(numbers, 2)}


def faults(copies: Sequence[Copy]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return the pairs that were taken for one story and are not, and those that were missed."""
    found = pairs(copies)
    true = {
        (a, b) for a, b in combinations(range(len(copies)), 2) if copies[a].story == copies[b].story
    }
    return found - true, true - found


def scores() -> dict[str, float]:
    copies = [*stories(), *look_alikes()]
    wrong, missed = faults(copies)
    sizes = Counter(copy.story for copy in copies)
    true = sum(size * (size - 1) // 2 for size in sizes.values())
    hits = true - len(missed)
    return {
        "stories": sum(size > 1 for size in sizes.values()),
        "look_alikes": len(look_alikes()),
        "precision": round(hits / (hits + len(wrong)), 4),
        "recall": round(hits / true, 4),
    }
