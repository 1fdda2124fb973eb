"""The stages as processes: started again, given up, drained, and none left when the parent dies."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk import children as module
from desk.children import Children
from wire.errors import Fatal

# Longer than a process of Python takes to start on a busy machine.
PATIENCE_S = 60.0
NOWHERE = {
    "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "WIREDESK_DATABASE__URL": "postgresql://nobody@127.0.0.1:1/none",
    "WIREDESK_CONTACT": "desk@wire.example",
}


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = Children(NOWHERE, tmp_path / "logs")
    yield children
    children.stop()


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.02)


def log(folder: Path, stage: str) -> str:
    return (folder / "logs" / f"{stage}.log").read_text()


def test_a_stage_that_was_killed_is_started_again_and_said_so(
    children: Children, tmp_path: Path
) -> None:
    children.start("extract")
    until(lambda: "started" in log(tmp_path, "extract"), "the stage")
    first = children.pids()["extract"]
    os.kill(first, signal.SIGKILL)
    told: dict[str, str] = {}

    def ended() -> bool:
        told.update(children.watch())
        return bool(told)

    until(ended, "the news of its end")
    path = tmp_path / "logs" / "extract.log"
    assert told == {"extract": f"extract ended with SIGKILL and is started again; see {path}"}
    until(lambda: not children.watch() and children.pids().get("extract", first) != first, "it")


def test_a_stage_that_keeps_ending_is_given_up_with_the_end_of_its_log(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REST_S", 0.01)
    children.start("keeper", "--no-such-option")
    with pytest.raises(Fatal) as given_up:
        until(lambda: children.watch() and False, "the end of patience")
    told = str(given_up.value)
    assert told.startswith("keeper ended 5 times within a minute, the last time with exit code 2")
    assert f"{tmp_path}/logs/keeper.log" in told
    assert "--no-such-option" in told, "the log's end says why"


def test_what_a_log_holds_of_the_outside_does_not_reach_the_terminal_raw(
    children: Children, tmp_path: Path
) -> None:
    # the log is only ever added to
    (tmp_path / "logs" / "poll.log").write_text("\x1b[2J\n")
    children.start("poll", "--no-such-option", once=True)
    with pytest.raises(Fatal) as given_up:
        until(lambda: children.watch() and False, "the end")
    assert r"\x1b[2J" in str(given_up.value)
    assert "\x1b" not in str(given_up.value)


def test_a_stage_that_ends_by_itself_is_not_started_again(children: Children) -> None:
    children.start("poll", "--help", once=True)
    until(lambda: children.ended("poll"), "its end")
    assert children.watch() == {}
    assert children.pids() == {}


def test_a_fault_is_armed_for_the_first_process_alone(tmp_path: Path) -> None:
    children = Children({**NOWHERE, "WIREDESK_LOG__FORMAT": "json"}, tmp_path / "logs")
    children.start("extract", fault="extract:taken")
    try:
        assert b"WIREDESK_FAULT=extract:taken" in environment_of(children)
        os.kill(children.pids()["extract"], signal.SIGKILL)
        until(children.watch, "its end")
        until(lambda: not children.watch() and children.pids(), "its start")
        assert b"WIREDESK_FAULT" not in environment_of(children)
    finally:
        children.stop()


def test_stages_on_one_machine_do_not_fight_for_one_port(tmp_path: Path) -> None:
    children = Children({**NOWHERE, "WIREDESK_TELEMETRY__PORT": "19100"}, tmp_path / "logs")
    try:
        for stage in ("fetch", "extract"):
            children.start(stage)
        until(lambda: b"WIREDESK_TELEMETRY__PORT=19101" in environment_of(children), "its port")
        os.kill(children.pids()["extract"], signal.SIGKILL)
        until(children.watch, "its end")
        until(lambda: not children.watch() and "extract" in children.pids(), "its start")
        until(lambda: b"WIREDESK_TELEMETRY__PORT=19101" in environment_of(children), "its port")
    finally:
        children.stop()


def environment_of(children: Children) -> bytes:
    """Return the stage's environment, which is empty while the program is only being loaded."""
    return Path(f"/proc/{children.pids()['extract']}/environ").read_bytes()


def test_a_stop_drains_all_and_leaves_none(children: Children, tmp_path: Path) -> None:
    stages = ("fetch", "extract", "enrich", "keeper", "dead-letters")
    for stage in stages:
        children.start(stage)
    # each waits for a broker or a database that is not there, and ends all the same
    until(lambda: all("waiting" in log(tmp_path, stage) for stage in stages), "the waits")
    assert set(children.pids()) == set(stages)
    children.stop()
    assert children.pids() == {}
    assert all("stopped" in log(tmp_path, stage) for stage in stages)


def test_the_stages_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from desk.children import Children
        children = Children({NOWHERE!r}, Path({str(tmp_path)!r}) / "logs")
        children.start("extract")
        print(children.pids()["extract"], flush=True)
        time.sleep(600)
    """)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        until(lambda: "started" in log(tmp_path, "extract"), "the stage")
        parent.kill()
    until(lambda: "stopped" in log(tmp_path, "extract"), "its end")
    until(lambda: not Path(f"/proc/{child}").exists() or is_zombie(child), "its death")


def is_zombie(pid: int) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()
