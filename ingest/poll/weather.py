"""Whether the trouble is here: when most hosts fail together, the network is ours. Pure state.

One `Weather` a process, used on its event loop. While it is bad no feed's budget is charged.
"""

from collections import deque
from typing import Final

from ingest.web.outcomes import Outcome

# The last asked hosts that are looked at, and how many are enough to judge by.
_WINDOW: Final = 40
_ENOUGH: Final = 8
# More hosts than this share never fail together by their own doing.
_SHARE: Final = 0.6
# What a broken network of ours looks like from here; a status is an answer from outside.
_NETWORK: Final = frozenset[Outcome]({"dns", "refused", "timeout", "tls"})


class Weather:
    """The last outcomes, one a host."""

    def __init__(self) -> None:
        self._last: deque[tuple[str, bool]] = deque()

    def note(self, host: str, outcome: Outcome) -> None:
        """Remember what came of asking `host`; only its latest counts."""
        self._last = deque((h, bad) for h, bad in self._last if h != host)
        self._last.append((host, outcome in _NETWORK))
        while len(self._last) > _WINDOW:
            self._last.popleft()

    @property
    def is_bad(self) -> bool:
        """Most of the hosts asked last could not be reached."""
        if len(self._last) < _ENOUGH:
            return False
        return sum(bad for _, bad in self._last) > _SHARE * len(self._last)
