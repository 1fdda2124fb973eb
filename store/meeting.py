"""Which bodies are compared with each other: those that share bands, and of many only the nearest.

Two copies share most of their bands (store/similarity.py). Reports made from a template share some
with thousands of others, so neither what is read for a story nor what it is compared with may grow
with their number.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from heapq import nlargest
from operator import itemgetter
from typing import Final

import sqlalchemy as sa

from store.arrays import literal

# A band that so many stories share is a form letter's: of a week's notices of net asset values
# there are thousands, and the newest tell as much as all of them.
_OF_A_BAND: Final = 100
# Bodies that one is compared with: those that share most bands with it, of equals the newest.
_MOST: Final = 64

# The newest holders of each band: its key is read backwards, and no further than needed.
_HOLDERS: Final = """
SELECT asked.band, holder.article_nr
FROM unnest(CAST(:bands AS bigint[])) AS asked (band), LATERAL (
  SELECT article_nr FROM wire_data.bands WHERE band = asked.band
  ORDER BY article_nr DESC LIMIT :most) AS holder
"""


def meeting(
    connection: sa.Connection, bands: Mapping[int, Sequence[int]]
) -> dict[int, tuple[int, ...]]:
    """Return, for each story of a batch, the stored stories and those of the batch nearest to it.

    `bands` has the bands of each story by its number. Nearest first.
    """
    own: defaultdict[int, list[int]] = defaultdict(list)
    for nr, each in bands.items():
        for band in set(each):
            own[band].append(nr)
    shared: dict[int, Counter[int]] = {nr: Counter() for nr in bands}
    for band, holders in _holders(connection, own).items():
        for nr in own[band]:
            shared[nr].update(holders)
    return {nr: _nearest(nr, counted) for nr, counted in shared.items()}


def _holders(connection: sa.Connection, own: Mapping[int, Sequence[int]]) -> dict[int, set[int]]:
    """Return the newest stories of each band, stored ones and those of the batch."""
    found = {band: set(nrs[-_OF_A_BAND:]) for band, nrs in own.items()}
    asked = {"bands": literal(own), "most": _OF_A_BAND}
    for band, holder in connection.execute(sa.text(_HOLDERS), asked):
        found[band].add(holder)
    return found


def _nearest(nr: int, shared: Counter[int]) -> tuple[int, ...]:
    """Return the stories that share most bands with story `nr`; `shared` counts them."""
    del shared[nr]
    most = nlargest(_MOST, shared.items(), key=itemgetter(1, 0))
    return tuple(holder for holder, _ in most)
