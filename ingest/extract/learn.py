"""Lines that recur across the stories of one host are its furniture: how they are found. Pure.

The keeper gives the bodies of a host's stored stories, one list of lines each, and publishes what
comes back on wire.furniture. Three guards keep an agency's own words from being learned:

- updates of one story share their paragraphs: stories that share paragraphs in their middle count
  as one;
- background paragraphs recur in the middle of stories, furniture at their edges;
- over the 513 pages of the corpus, taken as if of one host, no line of 30 letters or more that
  belongs to a story recurs three times, and those of fewer that do are headings (`Conclusion`):
  so short lines are never learned, and longer ones from four independent stories on.

What was learned before stays: it was taken off the stories stored since, and so is seen no more.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from ingest.extract.text import key

# With fewer stories of a host nothing is learned: four of ten may be one desk's week.
MIN_STORIES: Final = 12
# A line is furniture from this many independent stories on, and from this share of them.
MIN_REPEATS: Final = 4
MIN_SHARE: Final = 0.05
# It stands at an edge in this share of its places.
_AT_EDGE: Final = 0.8
# Lines from the beginning and from the end that are the edges.
_FIRST: Final = 3
_LAST: Final = 6
# Letters a line must have, in scripts that have letters, and in those that write words as signs.
_LETTERS: Final = 16
_SIGNS: Final = 6
# Paragraphs in the middle that two stories share when they are one story told again.
_SHARED: Final = 2
# Lines kept for a host: more is a site that quotes itself.
MOST_LINES: Final = 200


def learn_furniture(
    stories: Sequence[Sequence[str]], before: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the lines that are furniture on a host, as they are most often printed.

    `stories` are the bodies' lines, `before` what was learned earlier, which is kept and comes
    first.
    """
    known = {key(line): line for line in before}
    groups = _independent([[key(line) for line in story] for story in stories])
    if len(set(groups)) < MIN_STORIES:
        return tuple(known.values())
    needed = max(MIN_REPEATS, round(len(set(groups)) * MIN_SHARE))
    found = _recurring(stories, groups, needed)
    new = (line for short, line in found if short not in known)
    return (*known.values(), *new)[:MOST_LINES]


def _recurring(
    stories: Sequence[Sequence[str]], groups: list[int], needed: int
) -> list[tuple[str, str]]:
    """Return the keys and printings of the lines that recur at the edges, the commonest first."""
    where: defaultdict[str, set[int]] = defaultdict(set)
    edges: Counter[str] = Counter()
    places: Counter[str] = Counter()
    printed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for story, group in zip(stories, groups, strict=True):
        for number, line in enumerate(story):
            short = key(line)
            if not _is_long_enough(short):
                continue
            where[short].add(group)
            places[short] += 1
            edges[short] += number < _FIRST or number >= len(story) - _LAST
            printed[short][line] += 1
    kept = (s for s in where if len(where[s]) >= needed and edges[s] >= places[s] * _AT_EDGE)
    return [
        (s, printed[s].most_common(1)[0][0])
        for s in sorted(kept, key=lambda s: (-len(where[s]), s))
    ]


def _is_long_enough(short: str) -> bool:
    return len(short) >= (_LETTERS if short[:1] < "\u3000" else _SIGNS)


def _independent(stories: Sequence[Sequence[str]]) -> list[int]:
    """Return for each story the number of its group: stories that share their middles are one."""
    parent = list(range(len(stories)))
    having: defaultdict[str, list[int]] = defaultdict(list)
    for number, story in enumerate(stories):
        for short in set(story[_FIRST:-_LAST] or story[1:-1]):
            having[short].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in having.values():
        # neighbours are enough: sharing is carried on from one to the next
        shared.update(itertools.pairwise(numbers))
    for (one, other), count in shared.items():
        if count >= _SHARED:
            parent[_root(parent, other)] = _root(parent, one)
    return [_root(parent, number) for number in range(len(stories))]


def _root(parent: list[int], number: int) -> int:
    while parent[number] != number:
        number = parent[number]
    return number
