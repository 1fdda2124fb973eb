"""Logs in one vocabulary, on one line each; health that tells alive from ready."""

import json
import logging
import socket
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from desk.local.process import choose_port
from wire import telemetry
from wire.errors import Fatal
from wire.settings import LogSettings, TelemetrySettings
from wire.telemetry import FIELDS, OUTCOMES, Fate, Health


def test_a_fate_is_one_logfmt_line_in_the_order_of_the_fields(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.set_up_logging(LogSettings(), "enrich")
    fields = {"url": "https://a.example/1", "story": "7", "agency": "tass", "ms": 12}
    telemetry.record_fate("enrich", Fate("stored", fields))
    (line,) = capsys.readouterr().out.splitlines()
    names = [pair.partition("=")[0] for pair in line.split(" ")]
    assert names == [name for name in FIELDS if name in names]
    assert "outcome=stored story=7 agency=tass" in line


def test_json_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.set_up_logging(LogSettings(format="json"), "fetch")
    telemetry.record_fate("fetch", Fate("fetched", {"host": "a.example"}))
    told = json.loads(capsys.readouterr().out)
    assert (told["service"], told["outcome"], told["host"]) == ("fetch", "fetched", "a.example")


@pytest.mark.parametrize("style", ["logfmt", "json"])
@pytest.mark.parametrize(
    "hostile", ["a\nlevel=error event=forged", "\x1b[2Jgone", "a\u2028b", "\r"]
)
def test_no_text_of_the_outside_breaks_a_line_or_a_terminal(
    capsys: pytest.CaptureFixture[str], style: Any, hostile: str
) -> None:
    telemetry.set_up_logging(LogSettings(format=style), "poll")
    telemetry.record_fate("poll", Fate("failed", {"feed": hostile}))
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.removesuffix("\n").isprintable()


def test_a_librarys_warning_takes_our_form(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.set_up_logging(LogSettings(), "poll")
    logging.getLogger("some.library").error("it broke\nbadly")
    (line,) = capsys.readouterr().out.splitlines()
    assert "service=poll" in line
    assert "library=some.library" in line


def test_every_fate_is_counted_once() -> None:
    def count() -> float:
        labels = {"stage": "test", "outcome": "stored"}
        return REGISTRY.get_sample_value("wiredesk_stage_fates_total", labels) or 0.0

    before = count()
    telemetry.record_fate("test", Fate("stored"), waited_s=0.2)
    assert count() == before + 1


def test_the_vocabulary_is_documented() -> None:
    text = Path("docs/logging.md").read_text(encoding="utf-8")
    assert [word for word in (*OUTCOMES, *FIELDS) if f"| {word} |" not in text] == []


def test_a_death_is_counted_by_its_reason() -> None:
    telemetry.record_fate("test", Fate("dead", {"reason": "not-html"}))
    labels = {"stage": "test", "reason": "not-html"}
    assert REGISTRY.get_sample_value("wiredesk_stage_dead_total", labels) == 1


def test_a_way_is_measured_from_where_it_began() -> None:
    name = "wiredesk_enrich_discovery_seconds_sum"
    before = REGISTRY.get_sample_value(name) or 0.0
    began = datetime.now(UTC) - timedelta(seconds=100)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    telemetry.record_fate("test", Fate("stored", {}, {"discovery": began}))
    telemetry.record_fate("test", Fate("stored", {}, {"discovery": ahead}))
    assert 100 <= (REGISTRY.get_sample_value(name) or 0.0) - before < 160


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_health_tells_alive_from_ready() -> None:
    health, port = Health(), choose_port()
    telemetry.serve(TelemetrySettings(port=port), health)
    assert ask(port, "/live")[0] == 200
    assert ask(port, "/ready") == (503, '{"ok": false, "trouble": "starting"}')
    health.turn()
    assert ask(port, "/ready")[0] == 200
    health.turn("PostgreSQL is away")
    assert ask(port, "/live")[0] == 200
    assert ask(port, "/ready")[0] == 503
    assert "wiredesk_stage_fates_total" in ask(port, "/metrics")[1]
    assert ask(port, "/else")[0] == 404


def test_a_connection_that_asks_nothing_keeps_no_health_check_waiting() -> None:
    health, port = Health(), choose_port()
    telemetry.serve(TelemetrySettings(port=port), health)
    with socket.create_connection(("127.0.0.1", port)):
        assert ask(port, "/live")[0] == 200


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Fatal, match=f"{port}.*WIREDESK_TELEMETRY__PORT"):
            telemetry.serve(TelemetrySettings(port=port), Health())


def test_a_loop_that_stands_still_is_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    health = Health()
    health.turn()
    monkeypatch.setattr(Health, "STILL_S", -1.0)
    assert not health.alive
    assert health.trouble == "the loop stands still"


def test_what_a_service_stands_on_makes_it_unready(monkeypatch: pytest.MonkeyPatch) -> None:
    health = Health()
    health.turn()
    health.note("Kafka", None)
    health.note("PostgreSQL", "PostgreSQL: the database is away")
    assert (health.alive, health.trouble) == (True, "PostgreSQL: the database is away")
    health.note("PostgreSQL", None)
    assert health.trouble is None
    monkeypatch.setattr(Health, "SILENT_S", -1.0)
    assert health.trouble == "Kafka does not answer"
