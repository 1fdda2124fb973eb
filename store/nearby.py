"""Those of many stories that may be another's takes, found without comparing it with each of them.

A house files thousands in the days in which one may be told again. Whatever store/takes.py links
shares a slug, a headline, or words; who shares those is looked up, or counted for all at once.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeGuard
from uuid import UUID

import numpy as np

from store.similarity import MADE_BY, MINHASH, PERMUTATIONS, Signature
from store.takes import LEAST_WORDS, Take


class Nearby:
    """Some stories, to be asked which of them are near another one. Pure."""

    def __init__(self, takes: Mapping[UUID, Take]) -> None:
        self._by_name: defaultdict[tuple[str, str], set[UUID]] = defaultdict(set)
        signed = {}
        for key, take in takes.items():
            for name in _names(take):
                self._by_name[name].add(key)
            if _comparable(take.signature):
                signed[key] = take.signature.minhash
        self._signed = list(signed)
        # a row for each story: thousands are compared in the time of a dozen calls
        self._minhashes = np.frombuffer(b"".join(signed.values()), MINHASH).reshape(
            -1, PERMUTATIONS
        )

    def of(self, take: Take) -> set[UUID]:
        """Return the stories of which `take` may be another take: at least all that link to it."""
        found = set().union(*(self._by_name.get(name, ()) for name in _names(take)))
        if _comparable(take.signature):
            mine = np.frombuffer(take.signature.minhash, MINHASH)
            same = np.count_nonzero(self._minhashes == mine, axis=1)
            found |= {self._signed[at] for at in np.flatnonzero(same >= LEAST_WORDS * PERMUTATIONS)}
        return found


def _comparable(signature: Signature | None) -> TypeGuard[Signature]:
    return signature is not None and signature.made_by == MADE_BY


def _names(take: Take) -> list[tuple[str, str]]:
    return [(name, value) for name in ("slug_key", "headline_key") if (value := take.row[name])]
