"""Fault points for the tests of the commit order: a process that kills itself at a named step.

`WIREDESK_FAULT=extract:published` makes the extract stage end as by kill -9 the first time it has
published and not yet committed; `extract:published:3` the third time. Unset, a point costs one
comparison. The steps are named where they stand, in the loop and the workers.
"""

import os
import signal
from collections import Counter

_armed: tuple[str, int] | None = None
_passed: Counter[str] = Counter()


def arm(fault: str | None) -> None:
    """Set the point at which this process dies: `stage:step` or `stage:step:nth`."""
    global _armed  # noqa: PLW0603  # one process has one fate
    if not fault:
        _armed = None
        return
    stage, step, *nth = fault.split(":")
    _armed = (f"{stage}:{step}", int(nth[0]) if nth else 1)
    _passed.clear()


def point(stage: str, step: str) -> None:
    """Die here, if this is the point and the time."""
    if _armed is None:
        return
    name = f"{stage}:{step}"
    _passed[name] += 1
    if (name, _passed[name]) == _armed:
        os.kill(os.getpid(), signal.SIGKILL)
