"""What a feed brings that was not there before: new, changed, gone, back. Pure and cheap.

Order does not matter: a feed that reorders its entries brings nothing. An entry older than the
newest is news like any other, and one that left the window is remembered, not deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ingest.poll.identify import Identified, same_text

# A poll in which this many entries changed in nothing but their dates, and none in its words, was
# stamped anew as a whole.
_RESTAMPED: Final = 3


class Remembered(Protocol):
    """What the seen-set holds of an entry."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def gone(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """How a poll's entries differ from the seen-set; `gap` tells that they share nothing."""

    new: tuple[Identified, ...]
    changed: tuple[Identified, ...]
    returned: tuple[str, ...]
    gone: tuple[str, ...]
    gap: bool


def difference(entries: Sequence[Identified], seen: Mapping[str, Remembered]) -> Difference:
    """Compare `entries` with what was seen before."""
    here = {entry.key for entry in entries}
    window = {key for key, remembered in seen.items() if not remembered.gone}
    changed = [e for e in entries if e.key in seen and seen[e.key].fingerprint != e.fingerprint]
    worded = [e for e in changed if not same_text(seen[e.key].fingerprint, e.fingerprint)]
    if len(changed) - len(worded) >= max(_RESTAMPED, len(entries) // 2):
        changed = worded
    told = {entry.key for entry in changed}
    return Difference(
        new=tuple(entry for entry in entries if entry.key not in seen),
        changed=tuple(changed),
        returned=tuple(k for k in sorted(here - told) if k in seen and seen[k].gone),
        gone=tuple(sorted(window - here)),
        gap=bool(here) and bool(window) and here.isdisjoint(seen),
    )
