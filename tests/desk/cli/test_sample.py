"""`wiredesk sample …`, run as a person runs it."""

import json
import signal
import subprocess
import sys
import urllib.request

import pytest
from typer.testing import CliRunner

from desk.cli.sample import app
from desk.sample import SampleWire
from wire.errors import Fatal

RUN = CliRunner()


def test_feeds_are_listed_under_the_name_that_others_use() -> None:
    told = RUN.invoke(app, ["feeds", "--public-host", "sample", "--port", "8000"]).output.split()

    assert "http://sample:8000/tass/rss/v2.xml" in told
    assert all(line.startswith("http://sample:8000/") for line in told)


def test_feeds_as_opml() -> None:
    told = RUN.invoke(app, ["feeds", "--format", "opml", "--public-host", "*.sample"]).output

    assert told.startswith('<?xml version="1.0"')
    assert 'xmlUrl="http://tass.sample:8008/rss/v2.xml"' in told


def test_what_is_expected_is_json_lines() -> None:
    told = RUN.invoke(app, ["expected", "--edition", "2"]).output.splitlines()

    assert "reuters-storm-update2" in {json.loads(line)["name"] for line in told}


def test_an_edition_that_is_not_there_is_a_wrong_call() -> None:
    assert RUN.invoke(app, ["expected", "--edition", "9"]).exit_code == 2


def test_a_port_that_is_taken_says_what_to_do() -> None:
    with SampleWire().start(public_host="127.0.0.1") as wire:
        told = RUN.invoke(app, ["serve", "--port", str(wire.port)])

    assert isinstance(told.exception, Fatal)
    assert "try --port 0" in str(told.exception)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serving_until_told_to_stop(number: signal.Signals) -> None:
    command = [sys.executable, "-c", "from desk.cli.sample import app; app()"]
    arguments = ["serve", "--port", "0", "--public-host", "127.0.0.1", "--advance-every", "0.05"]
    with subprocess.Popen(
        command + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        url = server.stdout.readline().strip()
        with urllib.request.urlopen(url, timeout=10) as response:
            assert b"<rss" in response.read()
        assert server.stderr.readline() == "edition 2\n"
        server.send_signal(number)
        assert server.wait(timeout=20) == 0
