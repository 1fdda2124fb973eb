"""A real PostgreSQL that takes TLS connections alone, of Debian's packages.

The embedded server's binaries are built without TLS: on loopback there is nothing to guard.
"""

import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from desk.local import process, unroot
from tests import debian
from tests.ingest.certificates import CERTIFICATE, KEY

USER = "desk"


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL that Debian has here, installing it in CI.

    Raises:
        NotInstalled: there is none, and none may be installed.
    """
    if not _found():
        debian.install(["postgresql"], allowed=debian.may_install())
    return _found()[-1]


def _found() -> list[Path]:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@contextmanager
def guarded(folder: Path) -> Iterator[str]:
    """Run a server in `folder` and give its URL, which says nothing of TLS."""
    programs, data, password = binaries(), folder / "data", secrets.token_urlsafe(12)
    (folder / "password").write_text(password)
    data.mkdir(mode=0o700)
    unroot.hand_over(data, folder / "password")
    plain = unroot.prefix([data, programs])
    subprocess.run(
        [*plain, str(programs / "initdb"), "-D", str(data), "-U", USER,
         f"--pwfile={folder / 'password'}", "--auth=scram-sha-256"],
        check=True, capture_output=True,
    )  # fmt: skip
    for name, content in (("server.crt", CERTIFICATE), ("server.key", KEY)):
        (data / name).touch(mode=0o600)
        (data / name).write_text(content)
        unroot.hand_over(data / name)
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    port = process.choose_port([])
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "ssl": "on",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [*plain, str(programs / "postgres"), "-D", str(data), *options]
    server = process.recorded(process.record(process.spawn(command, folder / "server.out")))
    assert server is not None
    url = f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
    try:
        assert process.wait_for(lambda: _answers(url), 60), process.tail(folder / "server.out")
        yield url
    finally:
        process.end([server], signal.SIGINT, 30)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(f"{url}?sslmode=require").close()
    except psycopg.OperationalError:
        return False
    return True
