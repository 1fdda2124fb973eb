"""How a process is asked to end: the first SIGTERM or SIGINT drains, the second stops at once."""

import os
import signal
import threading
from types import FrameType

# What a shell says of a process that a signal ended: 128 + SIGTERM.
EXIT_AT_ONCE = 143


class Stop:
    """A flag that signals set; handlers do nothing else, as they may run between any two steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def requested(self) -> bool:
        """The process is to drain and end."""
        return self._event.is_set()

    def request(self) -> None:
        """Ask for the end."""
        self._event.set()

    def wait(self, timeout_s: float) -> bool:
        """Sleep, unless the end is asked for; tell whether it is."""
        return self._event.wait(timeout_s)

    def listen(self) -> "Stop":
        """Set the flag on SIGTERM and SIGINT. Call in the main thread."""
        signal.signal(signal.SIGTERM, self._handle)
        signal.signal(signal.SIGINT, self._handle)
        return self

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        if self._event.is_set():
            os._exit(EXIT_AT_ONCE)
        self._event.set()
