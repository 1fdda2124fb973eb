"""The stages as processes of their own, as containers would run them: started, watched, ended.

Used by `wiredesk run`. Each child's log goes to DATA/logs/STAGE.log. A child that ends unasked is
started again, after a rest that grows while it keeps ending; then it is given up, with the last
lines of its log.
"""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from desk.terminal import plain
from wire.errors import Fatal

# A stage that ends this often within a minute will not come up the next time either.
_MAX_ENDS: Final = 5
_MINUTE_S: Final = 60.0
# The rest before a stage is started again: none the first time, then doubled each time.
_REST_S: Final = 0.5
# Where a stage tells its health: on one machine each needs a port of its own.
_PORT: Final = "WIREDESK_TELEMETRY__PORT"
# What a drain may take: the loop gives up after 25 s.
_DRAIN_S: Final = 30.0


@dataclass(slots=True)
class Child:
    """One stage's process; `once` ends by itself and is not started again.

    `ends` are the times at which it ended unasked; `due` is when it is to be started again.
    """

    stage: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes]
    once: bool = False
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=_MAX_ENDS))
    due: float | None = None


class Children:
    """The processes of all stages, sharing one environment."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = {**os.environ, **environment}
        self._logs = logs
        self._children: dict[str, Child] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(
        self, stage: str, *arguments: str, once: bool = False, fault: str | None = None
    ) -> None:
        """Start a stage: `wiredesk STAGE ARGUMENTS`; `fault` is armed this first time alone."""
        process = self._spawn(stage, arguments, {"WIREDESK_FAULT": fault} if fault else {})
        self._children[stage] = Child(stage, arguments, process, once)

    def watch(self) -> Mapping[str, str]:
        """Start again what ended unasked and has rested; tell of each stage that has just ended.

        Raises:
            Fatal: a stage keeps ending, or one that ends by itself failed.
        """
        told = {name: self._look(child) for name, child in self._children.items()}
        return {name: line for name, line in told.items() if line is not None}

    def ended(self, stage: str) -> bool:
        """Tell whether a stage that ends by itself has done so."""
        return self._children[stage].process.poll() is not None

    def stop(self) -> None:
        """Ask all to drain and end, and wait for it; what does not end in time is killed."""
        running = [each.process for each in self._children.values() if each.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _DRAIN_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def pids(self) -> dict[str, int]:
        """Return the process id of each stage that runs."""
        found = self._children.values()
        return {each.stage: each.process.pid for each in found if each.process.poll() is None}

    def _look(self, child: Child) -> str | None:
        """Start a stage again that is due, or return what to tell of one that has just ended."""
        code = child.process.poll()
        if code is None or (child.once and code == 0):
            return None
        now = time.monotonic()
        if child.due is None:
            return self._ended(child, code, now)
        if now >= child.due:
            child.due = None
            child.process = self._spawn(child.stage, child.arguments)
        return None

    def _ended(self, child: Child, code: int, now: float) -> str:
        child.ends.append(now)
        lately = sum(now - at < _MINUTE_S for at in child.ends)
        if child.once or lately == _MAX_ENDS:
            again = "" if child.once else f" {lately} times within a minute, the last time"
            tail = plain(self._tail(child.stage))
            raise Fatal(
                f"{child.stage} ended{again} with {_code(code)}; the end of its log, "
                f"{self._log(child.stage)}:\n{tail}"
            )
        rest = 0.0 if lately == 1 else _REST_S * 2 ** (lately - 2)
        child.due = now + rest
        return (
            f"{child.stage} ended with {_code(code)} and is started again; "
            f"see {self._log(child.stage)}"
        )

    def _spawn(
        self, stage: str, arguments: Sequence[str], more: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.Popen[bytes]:
        parent = ("--parent", str(os.getpid()))
        command = [sys.executable, "-m", "desk.cli", stage, *arguments, *parent]
        with self._log(stage).open("ab") as log:
            # a session of its own: Ctrl-C reaches us alone, and we ask the children to drain
            return subprocess.Popen(  # noqa: S603  # our own program, our own words
                command,
                env={**self._environment, **self._port_of(stage), **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _port_of(self, stage: str) -> Mapping[str, str]:
        """Return the stage's own port where one is set: that one, and those after it in turn.

        0 stays 0: each takes what is free.
        """
        first = self._environment.get(_PORT, "")
        if not first.isdecimal() or int(first) == 0:
            return {}
        known = list(self._children)
        place = known.index(stage) if stage in known else len(known)
        return {_PORT: str(int(first) + place)}

    def _log(self, stage: str) -> Path:
        return self._logs / f"{stage}.log"

    def _tail(self, stage: str, lines: int = 15) -> str:
        text = self._log(stage).read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def _code(code: int) -> str:
    """Say how a process ended: its exit code, or the signal's name where one killed it."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
