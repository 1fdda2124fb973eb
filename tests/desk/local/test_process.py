"""Records of processes, ports, locks: what the servers' life cycles stand on."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from desk.local import process, unroot

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
DEAF = (
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
)


def test_a_spawned_process_has_its_own_session_and_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREDESK_DATABASE__URL", "postgresql://u:secret@h/d")
    out = tmp_path / "out"
    script = "import os; print(os.getsid(0) == os.getpid(), sorted(os.environ))"
    pid = process.spawn((sys.executable, "-c", script), out)
    assert process.wait_for(lambda: out.read_text().endswith("\n"), 10)
    assert out.read_text().startswith("True")
    assert "WIREDESK" not in out.read_text()
    os.waitpid(pid, 0)


def test_a_record_is_believed_while_the_process_lives(tmp_path: Path) -> None:
    pid = process.spawn(SLEEP, tmp_path / "out")
    state = process.record(pid)
    found = process.recorded(state)
    assert found
    assert found.pid == pid
    process.end([found], signal.SIGTERM, 10)
    assert process.recorded(state) is None
    assert process.record(pid) == {}


ME = os.getpid()


@pytest.mark.parametrize(
    "state", [{}, {"pid": "1", "started": 1.0}, {"pid": ME}, {"pid": ME, "started": 1.0}]
)
def test_a_record_of_another_life_is_not_believed(state: dict[str, object]) -> None:
    assert process.recorded(state) is None


def test_who_does_not_go_when_asked_is_killed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deaf = psutil.Process(process.spawn((sys.executable, "-c", DEAF), out))
    assert process.wait_for(lambda: out.read_text() == "1\n", 10)
    process.end([deaf], signal.SIGTERM, 0.2)
    assert not process.alive(deaf)


def test_a_zombie_is_not_alive() -> None:
    with subprocess.Popen((sys.executable, "-c", "")) as child:
        handle = psutil.Process(child.pid)
        assert process.wait_for(lambda: not process.alive(handle), 10)


def test_a_broken_state_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    assert process.read_state(path) == {}
    for content in ("", "{", "[]", "\0"):
        path.write_text(content)
        assert process.read_state(path) == {}
    process.save_state(path, {"port": 1})
    assert process.read_state(path) == {"port": 1}
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]


def test_a_port_is_free_until_somebody_listens() -> None:
    port = process.choose_port()
    assert port in process.PORTS
    assert process.port_free(port)
    with socket.create_server((process.LOOPBACK, port)):
        assert not process.port_free(port)


def test_the_lock_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    hold = (
        "import sys, time; from pathlib import Path; from desk.local import process\n"
        "with process.locked(Path(sys.argv[1])): print(1, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", hold, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "1\n"
        holder.kill()
    with process.locked(tmp_path):
        assert (tmp_path / "lock").exists()


def test_the_end_of_a_log_that_is_not_there_is_nothing(tmp_path: Path) -> None:
    assert process.tail(tmp_path / "none") == ""
    (tmp_path / "log").write_bytes(b"a\n\xff\nc\n")
    assert process.tail(tmp_path / "log", 2) == "\ufffd\nc"


root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has root to give up")


@root_only
@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_without_root_a_program_still_reaches_a_closed_folder(mode: int, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    program = folder / "program"
    program.write_text('#!/bin/sh\nid -u; test -x "$0" && cat "$0" | head -1\n')
    program.chmod(0o755)
    folder.chmod(mode)
    command = [*unroot.prefix([folder]), str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    uid, first = done.stdout.splitlines()
    assert uid != "0"
    assert first == "#!/bin/sh"
    assert folder.stat().st_mode & 0o777 == mode


@root_only
def test_no_capability_is_kept_where_none_is_needed() -> None:
    command = [*unroot.prefix([Path("/usr/bin")]), "grep", "CapEff", "/proc/self/status"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[1], 16) == 0
