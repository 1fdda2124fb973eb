"""0 done, 1 the work failed, 2 the call was wrong; each error one line that says what to do."""

import os
import subprocess
import sys

import pytest

NOWHERE = {
    "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "WIREDESK_DATABASE__URL": "postgresql://nobody@127.0.0.1:1/none",
}


def wiredesk(*arguments: str, **environment: str) -> tuple[int, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    done = subprocess.run(
        [sys.executable, "-m", "desk.cli", *arguments],
        env={**clean, **NOWHERE, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("poll",),
        ("fetch",),
        ("run", "--once"),
        ("run", "--feeds", "seeds/feeds.opml"),
        ("feeds", "check", "https://a.example/rss"),
    ],
)
def test_the_real_world_is_not_asked_without_a_contact(command: tuple[str, ...]) -> None:
    code, told = wiredesk(*command)
    assert code == 2
    assert "WIREDESK_CONTACT" in told


@pytest.mark.parametrize("command", [("status",), ("extract",), ("init",), ("local", "status")])
def test_a_setting_that_nobody_knows_is_a_wrong_call(command: tuple[str, ...]) -> None:
    code, told = wiredesk(*command, WIREDESK_KAFKA__BOOTSTRAP="broker:9092")
    assert code == 2
    assert told == (
        "wiredesk: unknown settings: WIREDESK_KAFKA__BOOTSTRAP; "
        "docs/settings.md lists what there is\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WIREDESK_WEB__PORTS", "80,443"),
        ("WIREDESK_POLL__LEASE_S", "soon"),
        ("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", "broker"),
        ("WIREDESK_LOG__FORMAT", "xml"),
    ],
)
def test_a_setting_that_does_not_fit_is_a_wrong_call(name: str, value: str) -> None:
    code, told = wiredesk("status", **{name: value})
    assert code == 2
    assert name.split("__", maxsplit=1)[0].removeprefix("WIREDESK_").lower() in told


def test_an_option_that_is_none_is_a_wrong_call() -> None:
    assert wiredesk("status", "--no-such-option")[0] == 2
    assert wiredesk("run", "--sample", "--feeds", "x.opml", WIREDESK_CONTACT="a@b.example")[0] == 2


@pytest.mark.parametrize("command", [("status",), ("sql", "select 1"), ("dead", "list")])
def test_a_server_that_is_away_is_failed_work(command: tuple[str, ...]) -> None:
    code, told = wiredesk(*command)
    assert code == 1
    assert told.startswith("wiredesk: ")
    assert told.count("\n") == 1


def test_health_tells_a_service_without_health_from_one_that_is_not_there() -> None:
    assert wiredesk("health")[0] == 2
    code, told = wiredesk("health", WIREDESK_TELEMETRY__PORT="1")
    assert code == 1
    assert "no answer" in told
