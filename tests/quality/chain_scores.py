"""What the gate on chains counts: later takes under other headlines that are linked, and what else.

All stories of data/syndication.txt and data/chains.txt are filed by one house within two days. The
updates are later takes of the stories they stand under; what stands beside them is not, nor is any
other story of the house.
"""

import datetime as dt
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from store.drafts import folded
from store.similarity import signature
from store.takes import Take, link
from tests.quality.syndication_scores import Copy, stories

DATA = Path(__file__).parent / "data"
MORNING = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
# Hours after the first take.
HOURS = {"filed": 0, "beside": 3, "update": 9}


class Told(NamedTuple):
    """A story of the house: the chain it is in, what it is there, and as chains see it."""

    chain: str
    kind: str
    take: Take


def told() -> list[Told]:
    """Return all stories of the house; what follows nothing is in a chain of its own."""
    filed = {copy.story: copy for copy in stories() if copy.kind == "filed"}
    found = [Told(name, "filed", _take(copy)) for name, copy in filed.items()]
    text = (DATA / "chains.txt").read_text(encoding="utf-8")
    for block in text.split("\n=== ")[1:]:
        name, *parts = block.strip().split("\n--- ")
        for part in parts:
            kind, headline, body = part.split("\n", 2)
            chain = name.strip() if kind == "update" else f"beside {name}"
            found.append(Told(chain, kind, _take(Copy(name, kind, headline, body))))
    return found


def _take(copy: Copy) -> Take:
    update = copy.kind == "update"
    row: dict[str, Any] = {
        "agency": "house",
        "publisher": "house.example",
        "language": None,
        "genre": None,
        "signal": "update" if update else None,
        "update_number": None,
        "slug_key": None,
        "headline_key": folded(copy.headline),
        "published_at": MORNING + dt.timedelta(hours=HOURS[copy.kind]),
        "published_precision": "minute",
    }
    return Take(row, signature(copy.body))


def scores() -> dict[str, float]:
    found = Counter[str]()
    for one, other in combinations(told(), 2):
        linked = any(_linked(a, b) for a, b in ((one, other), (other, one)))
        found[("hit" if one.chain == other.chain else "wrong") if linked else "none"] += 1
    updates = sum(each.kind == "update" for each in told())
    return {
        "updates": updates,
        "precision": round(found["hit"] / (found["hit"] + found["wrong"]), 4),
        "recall": round(found["hit"] / updates, 4),
    }


def _linked(one: Told, other: Told) -> bool:
    return link(one.take, UUID(int=0), other.take) is not None
