"""The embedded servers for real: started, found, killed at every moment, back with their data."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from desk.local import Local, ensure, process
from wire import bus
from wire.errors import Fatal
from wire.settings import KafkaSettings, Settings
from wire.topics import Topic

pytestmark = pytest.mark.slow

Starters = Callable[..., "subprocess.Popen[str]"]

START = """
import sys
from pathlib import Path
from desk.local import Local
Local(Path(sys.argv[1])).start(kafka="kafka" in sys.argv, postgres="postgres" in sys.argv)
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def starters() -> Iterator[Starters]:
    """Processes of their own that start servers, print `up` and wait; killed in the end."""
    running: list[subprocess.Popen[str]] = []

    def start(data: Path, *servers: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", START, str(data), *servers]
        pipe = subprocess.PIPE
        running.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.communicate()


def up(starter: "subprocess.Popen[str]") -> bool:
    assert starter.stdout
    return starter.stdout.readline() == "up\n"


def pids(data: Path) -> dict[str, int]:
    return {one.name: one.pid for one in Local(data).status() if one.pid}


def kill(pid: int) -> None:
    victim = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    assert process.wait_for(lambda: not process.alive(victim), 10)


def serving(data: Path) -> list[psutil.Process]:
    """The servers that run on the folder, whatever any file says."""
    return [
        one
        for one in psutil.process_iter()
        if any(str(data) in word for word in _words(one)) and START not in _words(one)
    ]


def _words(one: psutil.Process) -> list[str]:
    try:
        return one.cmdline()
    except psutil.Error:
        return []


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", (word,))


def remembered(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept ORDER BY word")]


def kafka_settings(servers: str, copies: int = 1) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers=servers,
        replication_factor=copies,
        min_insync_replicas=max(1, copies - 1),
    )


def publish(settings: KafkaSettings, topic: str, *values: bytes) -> None:
    bus.create_topics(settings, [Topic(topic, 1)])
    producer = bus.Producer(settings)
    producer.publish([bus.Outgoing(topic, b"key", value) for value in values])
    producer.close()


def published(settings: KafkaSettings, topic: str) -> list[bytes | None]:
    return [record.value for record in bus.read_whole(settings, topic)]


def test_postgres_serves_its_database_on_loopback_with_a_password(data: Path) -> None:
    url = Local(data).start(kafka=False).database_url
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT current_user, current_database(), current_setting('is_superuser'),"
            " current_setting('fsync'), current_setting('listen_addresses'),"
            " current_setting('unix_socket_directories'), split_part(version(), '.', 1)"
        ).fetchone()
    assert row == ("wiredesk", "wiredesk", "on", "on", "127.0.0.1", "", "PostgreSQL 18")
    secret = data / "postgres/password"
    assert secret.stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(secret.read_text().strip(), "guessed"))


def test_a_second_start_finds_what_runs_and_a_later_one_keeps_the_addresses(data: Path) -> None:
    first = Local(data).start()
    before = pids(data)
    assert set(before) == {"kafka", "postgres"}
    assert Local(data).start() == first
    assert pids(data) == before
    Local(data).stop()
    assert not any(one.running for one in Local(data).status())
    assert serving(data) == []
    assert Local(data).start() == first


def test_servers_survive_the_kill_of_their_starter(data: Path, starters: Starters) -> None:
    starter = starters(data, "kafka", "postgres")
    assert up(starter)
    before = pids(data)
    # Ctrl-C goes to the starter's group, kill -9 to the starter.
    assert all(os.getsid(pid) == pid for pid in before.values())
    starter.kill()
    starter.wait()
    assert pids(data) == before
    assert set(before) == {"kafka", "postgres"}


def test_starters_at_once_start_one_server_of_each_kind(data: Path, starters: Starters) -> None:
    together = [starters(data, "kafka", "postgres") for _ in range(3)]
    assert all(map(up, together))
    assert sorted(pids(data).values()) == sorted(one.pid for one in tops(serving(data)))


def tops(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those whose parent is not among them."""
    return [one for one in processes if one.ppid() not in {other.pid for other in processes}]


def test_killed_servers_come_back_with_their_data(data: Path) -> None:
    at = Local(data).start()
    remember(at.database_url, "kept")
    publish(kafka_settings(at.bootstrap_servers), "kept", b"one", b"two")
    for pid in pids(data).values():
        kill(pid)
    assert Local(data).start() == at
    assert remembered(at.database_url) == ["kept"]
    publish(kafka_settings(at.bootstrap_servers), "kept", b"three")
    assert published(kafka_settings(at.bootstrap_servers), "kept") == [b"one", b"two", b"three"]


def test_a_killed_postmaster_with_clients_at_work_is_started_at_once(data: Path) -> None:
    """Its backends outlive it by a moment and hold the shared memory."""
    at = Local(data).start(kafka=False)
    connection = psycopg.connect(at.database_url)
    connection.execute("SELECT 1")
    kill(pids(data)["postgres"])
    assert Local(data).start(kafka=False) == at
    connection.close()
    remember(at.database_url, "after")
    assert remembered(at.database_url) == ["after"]


FIRST_START_OF_POSTGRES = {
    "the folder for initdb is made": "initdb-*",
    "initdb has begun": "initdb-*/base",
    "initdb bootstraps": "initdb-*/base/1/PG_VERSION",
    "initdb writes its configuration": "initdb-*/pg_hba.conf",
    "initdb is done": "initdb-*/base/5/PG_VERSION",
    "the data folder is in place": "data",
    "the port is stored": "state.json",
    "the postmaster has its pid file": "data/postmaster.pid",
}


@pytest.mark.parametrize("moment", FIRST_START_OF_POSTGRES)
def test_a_first_start_of_postgres_killed_when(moment: str, data: Path, starters: Starters) -> None:
    starter = starters(data, "postgres")
    glob = FIRST_START_OF_POSTGRES[moment]
    assert soon(lambda: any((data / "postgres").glob(glob)))
    starter.kill()
    starter.wait()
    for one in serving(data):
        kill_if_there(one)
    url = Local(data).start(kafka=False).database_url
    remember(url, moment)
    assert remembered(url) == [moment]
    assert not list((data / "postgres").glob("initdb-*"))


FIRST_START_OF_KAFKA = {
    "the folder to format is made": "1/format-*",
    "the format is under way": "1/format-*/data/*",
    "the log folder is in place": "1/data",
    "the broker is recorded": "1/state.json",
    "the broker writes its metadata": "1/data/__cluster_metadata-0/*.log",
}


@pytest.mark.parametrize("moment", FIRST_START_OF_KAFKA)
def test_a_first_start_of_kafka_killed_when(moment: str, data: Path, starters: Starters) -> None:
    starter = starters(data, "kafka")
    glob = FIRST_START_OF_KAFKA[moment]
    assert soon(lambda: any((data / "kafka").glob(glob)))
    starter.kill()
    starter.wait()
    for one in serving(data):
        kill_if_there(one)
    settings = kafka_settings(Local(data).start(postgres=False).bootstrap_servers)
    publish(settings, "kept", b"one")
    assert published(settings, "kept") == [b"one"]
    assert not list((data / "kafka/1").glob("format-*"))


def test_what_a_starter_killed_after_the_rename_left_behind_is_swept(data: Path) -> None:
    Local(data).start(postgres=False)
    Local(data).stop()
    (data / "kafka/1/format-left").mkdir()
    Local(data).start(postgres=False)
    assert not list((data / "kafka/1").glob("format-*"))


def soon(condition: Callable[[], bool]) -> bool:
    """Look as fast as can be: the moments are milliseconds apart."""
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            return False
    return True


def kill_if_there(one: psutil.Process) -> None:
    try:
        one.kill()
    except psutil.NoSuchProcess:
        return
    process.wait_for(lambda: not process.alive(one), 10)


def test_a_server_whose_starter_died_before_recording_it_is_found(data: Path) -> None:
    at = Local(data).start()
    before = pids(data)
    (data / "kafka/1/state.json").unlink()
    state = data / "postgres/state.json"
    process.save_state(state, {"port": process.read_state(state)["port"]})
    assert Local(data).start() == at
    assert pids(data) == before


@pytest.mark.parametrize("content", ["", "1", "{pid}\n{data}\n", "{pid}\n{data}\n1\n1\n\n\n\n"])
def test_a_pid_file_that_is_stale_truncated_or_names_another_is_no_hindrance(
    content: str, data: Path
) -> None:
    """`{pid}` is this test's own: alive, and no PostgreSQL."""
    at = Local(data).start(kafka=False)
    remember(at.database_url, "kept")
    kill(pids(data)["postgres"])
    folder = data / "postgres/data"
    (folder / "postmaster.pid").write_text(content.format(pid=os.getpid(), data=folder))
    assert Local(data).start(kafka=False) == at
    assert remembered(at.database_url) == ["kept"]


def test_a_pid_that_is_used_again_is_neither_believed_nor_stopped(data: Path) -> None:
    at = Local(data).start()
    for pid in pids(data).values():
        kill(pid)
    for state in (data / "postgres/state.json", data / "kafka/1/state.json"):
        process.save_state(state, process.read_state(state) | {"pid": os.getpid()})
    assert pids(data) == {}
    Local(data).stop()
    assert Local(data).start() == at


def test_a_port_that_another_program_took_is_left_to_it(data: Path) -> None:
    said: list[str] = []
    servers = Local(data, say=said.append)
    before = servers.start()
    remember(before.database_url, "kept")
    publish(kafka_settings(before.bootstrap_servers), "kept", b"one")
    servers.stop()
    with listening(port_of(before.bootstrap_servers)), listening(port_of(before.database_url)):
        after = servers.start()
        assert port_of(after.bootstrap_servers) != port_of(before.bootstrap_servers)
        assert port_of(after.database_url) != port_of(before.database_url)
        assert remembered(after.database_url) == ["kept"]
        assert published(kafka_settings(after.bootstrap_servers), "kept") == [b"one"]
        assert servers.start() == after
    assert sorted(line.split()[3] for line in said) == ["Kafka", "PostgreSQL"]


def listening(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2].partition("/")[0])


def test_three_brokers_keep_a_topic_through_the_loss_of_one(data: Path) -> None:
    cluster = Local(data, brokers=3)
    at = cluster.start(postgres=False)
    settings = kafka_settings(at.bootstrap_servers, copies=3)
    publish(settings, "kept", b"one")
    kill(pids(data)["kafka-2"])
    assert [one.running for one in Local(data).status()] == [True, False, True, False]
    publish(settings, "kept", b"two")
    assert Local(data).start(postgres=False) == at
    assert published(settings, "kept") == [b"one", b"two"]
    with pytest.raises(Fatal, match="cluster of 3 brokers, not 1"):
        Local(data, brokers=1).start(postgres=False)


def test_a_folder_of_another_postgres_is_refused_untouched(data: Path) -> None:
    folder = data / "postgres/data"
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("17\n")
    with pytest.raises(Fatal, match="written by PostgreSQL 17, this is 18"):
        Local(data).start(kafka=False)
    assert [one.name for one in folder.iterdir()] == ["PG_VERSION"]


def test_ensure_starts_only_what_is_needed_and_not_configured(data: Path) -> None:
    configured = Settings(data=data, kafka=KafkaSettings(bootstrap_servers="broker:9092"))
    settings = ensure(configured)
    assert settings.kafka == configured.kafka
    assert settings.database.url
    with psycopg.connect(settings.database.url.get_secret_value()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert set(pids(data)) == {"postgres"}


def test_ensure_asks_one_broker_for_one_copy(data: Path) -> None:
    settings = ensure(Settings(data=data), postgres=False)
    assert settings.kafka.replication_factor == settings.kafka.min_insync_replicas == 1
    assert settings.database.url is None
    publish(settings.kafka, "made", b"one")


def test_ensure_touches_nothing_where_all_is_configured(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "none", kafka=KafkaSettings(bootstrap_servers="b:1"))
    assert ensure(settings, postgres=False) is settings
    assert not (tmp_path / "none").exists()
