"""Who is asked next: a queue a host, hosts in turn. Pure; used by the fetch worker's event loop.

A host gets as many places as it may be asked at once, so that one hung host holds two places of
hundreds and delays nobody. What is over a host's bound is refused here, and the worker sends it to
the retry topic, attempts uncounted.
"""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class HostQueues(Generic[T]):
    """Items waiting for their hosts, at most `bound` a host, `places` of each running."""

    def __init__(self, *, bound: int, places: int) -> None:
        self._bound = bound
        self._places = places
        self._queues: OrderedDict[str, deque[T]] = OrderedDict()
        self._running: dict[str, int] = {}
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def put(self, host: str, item: T) -> bool:
        """Queue an item; false where the host's queue is full."""
        queue = self._queues.setdefault(host, deque())
        if len(queue) >= self._bound:
            return False
        queue.append(item)
        self._waiting += 1
        return True

    def next(self) -> tuple[str, T] | None:
        """Take the next item of the host that has waited longest for a turn, or None."""
        for host in list(self._queues):
            if self._running.get(host, 0) < self._places:
                return host, self._take(host)
        return None

    def done(self, host: str) -> None:
        """Free the place that an item of `host` held."""
        left = self._running[host] - 1
        if left:
            self._running[host] = left
        else:
            del self._running[host]

    def _take(self, host: str) -> T:
        queue = self._queues[host]
        item = queue.popleft()
        if queue:
            self._queues.move_to_end(host)
        else:
            del self._queues[host]
        self._running[host] = self._running.get(host, 0) + 1
        self._waiting -= 1
        return item
