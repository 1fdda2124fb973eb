"""How a process is asked to end: the first SIGTERM or SIGINT drains, the second stops at once."""

import os
import select
import signal
import weakref
from types import FrameType

# What a shell says of a process that a signal ended: 128 + SIGTERM.
EXIT_AT_ONCE = 143


class Stop:
    """A flag that signals set; handlers do nothing else, as they may run between any two steps.

    A pipe, not a `threading.Event`: that one's lock is not reentrant, and a signal that comes just
    as the main thread begins to wait has its handler wait for that lock for ever (seen within
    seconds under a stream of signals; SimpleQueue hung as well).
    """

    def __init__(self) -> None:
        self._requested = False
        self._reader, self._writer = os.pipe()
        weakref.finalize(self, _close, self._reader, self._writer)

    @property
    def requested(self) -> bool:
        """The process is to drain and end."""
        return self._requested

    def request(self) -> None:
        """Ask for the end."""
        if not self._requested:
            self._requested = True
            # never read, so that it wakes every thread that waits, now or later
            os.write(self._writer, b".")

    def wait(self, timeout_s: float) -> bool:
        """Sleep, unless the end is asked for; tell whether it is."""
        # not select(), which takes no descriptor above 1,023
        poller = select.poll()
        poller.register(self._reader, select.POLLIN)
        return bool(poller.poll(timeout_s * 1_000))

    def listen(self) -> "Stop":
        """Set the flag on SIGTERM and SIGINT. Call in the main thread."""
        signal.signal(signal.SIGTERM, self._handle)
        signal.signal(signal.SIGINT, self._handle)
        return self

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        if self._requested:
            os._exit(EXIT_AT_ONCE)
        self.request()


def _close(*descriptors: int) -> None:
    for each in descriptors:
        os.close(each)
