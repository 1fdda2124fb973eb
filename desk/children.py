"""The stages as processes of their own, as containers would run them: started, watched, ended.

Used by `wiredesk run`. Each child's log goes to DATA/logs/STAGE.log. A child that ends unasked is
started again after a rest; one that keeps ending is given up, with the last lines of its log.
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

from wire.errors import Fatal

# A stage that ends this often within a minute will not come up the next time either.
_MAX_ENDS: Final = 5
_MINUTE_S: Final = 60.0
# What a drain may take: the loop gives up after 25 s.
_DRAIN_S: Final = 30.0


@dataclass(slots=True)
class Child:
    """One stage's process; `once` ends by itself and is not started again."""

    stage: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes]
    once: bool = False
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=_MAX_ENDS))


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

    def watch(self) -> list[str]:
        """Start again what ended unasked, and return its names.

        Raises:
            Fatal: a stage keeps ending, or one that ends by itself failed.
        """
        return [each.stage for each in self._children.values() if self._again(each)]

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

    def _again(self, child: Child) -> bool:
        code = child.process.poll()
        if code is None or (child.once and code == 0):
            return False
        now = time.monotonic()
        child.ends.append(now)
        if child.once or (len(child.ends) == _MAX_ENDS and now - child.ends[0] < _MINUTE_S):
            raise Fatal(
                f"{child.stage} ended with {code}; its log ends:\n{self._tail(child.stage)}"
            )
        child.process = self._spawn(child.stage, child.arguments)
        return True

    def _spawn(
        self, stage: str, arguments: Sequence[str], more: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.Popen[bytes]:
        parent = ("--parent", str(os.getpid()))
        command = [sys.executable, "-m", "desk.cli", stage, *arguments, *parent]
        with self._log(stage).open("ab") as log:
            # a session of its own: Ctrl-C reaches us, and we drain the children in order
            return subprocess.Popen(  # noqa: S603  # our own program, our own words
                command,
                env={**self._environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _log(self, stage: str) -> Path:
        return self._logs / f"{stage}.log"

    def _tail(self, stage: str, lines: int = 15) -> str:
        text = self._log(stage).read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])
