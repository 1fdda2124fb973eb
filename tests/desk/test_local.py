"""The embedded servers for real: started, found, killed at every moment, back with their data."""

import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from desk.local import Local

pytestmark = pytest.mark.slow

START = """
import sys
from pathlib import Path
from desk.local import Local
Local(Path(sys.argv[1])).start(kafka="kafka" in sys.argv, postgres="postgres" in sys.argv)
print("up", flush=True)
sys.stdin.read()
"""


def starter(data: Path, *servers: str) -> subprocess.Popen[str]:
    """A process of its own that starts the servers, prints `up` and waits."""
    return subprocess.Popen(
        [sys.executable, "-c", START, str(data), *servers],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def pid_of(data: Path, name: str) -> int:
    (found,) = (one for one in Local(data).status() if one.name == name)
    assert found.pid is not None
    return found.pid


def test_postgres_serves_its_database_on_loopback_with_a_password(data: Path) -> None:
    url = Local(data).start(kafka=False).database_url
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT current_user, current_database(), current_setting('is_superuser'),"
            " current_setting('fsync'), current_setting('listen_addresses'),"
            " current_setting('unix_socket_directories'), split_part(version(), '.', 1)"
        ).fetchone()
    assert row == ("wiredesk", "wiredesk", "on", "on", "127.0.0.1", "", "PostgreSQL 18")
    assert (data / "postgres/password").stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace("wiredesk:", "wiredesk:not-", 1).replace("//not-", "//"))


def test_a_second_start_finds_what_runs(data: Path) -> None:
    first = Local(data).start()
    before = [one.pid for one in Local(data).status()]
    assert Local(data).start() == first
    assert [one.pid for one in Local(data).status()] == before
    Local(data).stop()
    assert not any(one.running for one in Local(data).status())
    assert Local(data).start() == first


def test_servers_survive_the_kill_of_their_starter(data: Path) -> None:
    with starter(data, "kafka", "postgres") as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        before = [one.pid for one in Local(data).status()]
        kill(process)
    assert [one.pid for one in Local(data).status() if one.running] == before


def test_two_starters_at_once_start_one_server(data: Path) -> None:
    with starter(data, "postgres") as one, starter(data, "postgres") as two:
        assert one.stdout
        assert two.stdout
        assert one.stdout.readline() == two.stdout.readline() == "up\n"
        kill(one)
        kill(two)
    serving = [p for p in psutil.process_iter() if str(data / "postgres/data") in _words(p)]
    assert len(serving) == 1


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
