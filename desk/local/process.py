"""Processes that outlive their starter: spawned into a session of their own, recorded, found again.

A record is a pid with its start time, for pids are used again. A starter that was killed between
spawning and recording leaves a server without a record: so a server is also looked for by its
command line, which names its data folder. Nothing here is specific to Kafka or PostgreSQL.
"""

import contextlib
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

LOOPBACK = "127.0.0.1"
# Below the range from which systems hand out ports for outgoing connections (Linux 32768, macOS
# 49152), so that no passing connection sits on a server's port while it is down.
PORTS = range(20_000, 32_000)
# The wall clock moves under the start times that psutil computes from it; a pid that is used again
# within this time for a server of the same folder does not happen.
START_TOLERANCE_S = 2.0
# A killed process is dead a moment before its last thread lets go of its ports.
PORT_PATIENCE_S = 3
# An orphaned initdb or format ends in this time, or meets its folder gone.
SWEEP_PATIENCE_S = 10.0
# What a server inherits of the environment: no setting, no secret.
ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: one starter or stopper at a time, freed by the kernel on any death.

    The lock file is not inherited by what is spawned under it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_state(path: Path) -> dict[str, object]:
    """Return what was saved, or nothing where the file is absent or broken."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def save_state(path: Path, state: Mapping[str, object]) -> None:
    """Replace the file whole: a reader sees the old or the new, after a power cut too."""
    new = path.with_suffix(".new")
    with new.open("w") as file:
        json.dump(state, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def spawn(command: Sequence[str], output: Path) -> int:
    """Start `command` in a session of its own, writing to `output` (emptied first); return its pid.

    Unlike subprocess.Popen this leaves no object behind that wants the process reaped.
    """
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    return os.posix_spawn(
        command[0],
        list(command),
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(output), write, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def record(pid: int) -> dict[str, object]:
    """Return what identifies a process that runs now: its pid and start time; empty if it died."""
    try:
        return {"pid": pid, "started": psutil.Process(pid).create_time()}
    except psutil.NoSuchProcess:
        return {}


def recorded(state: Mapping[str, object]) -> psutil.Process | None:
    """Return the live process that `state` records, or None."""
    pid, started = state.get("pid"), state.get("started")
    if not isinstance(pid, int) or not isinstance(started, float):
        return None
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < START_TOLERANCE_S
    except psutil.NoSuchProcess:
        return None
    return process if same and alive(process) else None


def find(matches: Callable[[Sequence[str]], bool]) -> psutil.Process | None:
    """Return a live process whose command line `matches`, or None."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if matches(process.cmdline()) and alive(process):
                return process
    return None


def alive(process: psutil.Process) -> bool:
    """Tell whether a process runs: a zombie does not. Our own dead child is reaped on the way."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(processes: Sequence[psutil.Process], ask: signal.Signals, patience_s: float) -> None:
    """Ask processes to go, and kill those that have not gone within `patience_s`; wait for all."""
    for force in (ask, signal.SIGKILL):
        for one in filter(alive, processes):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(force)
        if wait_for(lambda: not any(map(alive, processes)), patience_s):
            return


def wait_for(condition: Callable[[], bool], patience_s: float) -> bool:
    """Return whether `condition` came true within `patience_s`."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def sweep(folder: Path, prefix: str) -> None:
    """Remove what first starts left half done in `folder`: the entries that begin with `prefix`.

    The program that a killed starter had begun would go on, and make its folder anew: it is ended
    first. What it had begun in its turn, ends by itself in a moment.
    """
    at_work = str(folder / prefix)
    while orphan := find(lambda command: any(at_work in word for word in command)):
        end([orphan], signal.SIGKILL, PORT_PATIENCE_S)
    wait_for(lambda: _swept(folder, f"{prefix}*"), SWEEP_PATIENCE_S)


def _swept(folder: Path, pattern: str) -> bool:
    for left in folder.glob(pattern):
        shutil.rmtree(left, ignore_errors=True)
    return not any(folder.glob(pattern))


def memory_mb(process: psutil.Process) -> int:
    """Return the resident memory of a process and its children, in MiB; shared pages count once."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in (process, *process.children(recursive=True)):
            memory = one.memory_info()
            total += memory.rss - (getattr(memory, "shared", 0) if one is not process else 0)
    return total // 2**20


def port_free(port: int) -> bool:
    """Tell whether nobody listens on the loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def port_taken(port: int) -> bool:
    """Tell whether another program has the port, and keeps it for a while."""
    return not wait_for(lambda: port_free(port), PORT_PATIENCE_S)


def choose_port(taken: Sequence[int] = ()) -> int:
    """Return a loopback port that is free now and not in `taken`."""
    while True:
        port = random.choice(PORTS)
        if port not in taken and port_free(port):
            return port


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log, or nothing where there is none."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
