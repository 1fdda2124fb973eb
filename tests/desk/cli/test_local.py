"""`wiredesk local`: what is printed, for people and for shells."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.cli import local
from desk.local import Endpoints
from wire.errors import Fatal
from wire.settings import load


def test_exports_are_settings_that_there_are() -> None:
    url = "postgresql://wiredesk:p@127.0.0.1:1/wiredesk"
    one = local.exports(Endpoints("127.0.0.1:2", url))
    three = local.exports(Endpoints("127.0.0.1:2,127.0.0.1:3,127.0.0.1:4", url))
    assert load(one)
    assert one["WIREDESK_DATABASE__URL"] == url
    copies = ("WIREDESK_KAFKA__REPLICATION_FACTOR", "WIREDESK_KAFKA__MIN_INSYNC_REPLICAS")
    assert [one[name] for name in copies] == ["1", "1"]
    assert [three[name] for name in copies] == ["3", "2"]


def test_env_before_the_first_start_says_what_to_do(tmp_path: Path) -> None:
    run = CliRunner().invoke(local.app, ["env", "--data", str(tmp_path)])
    assert isinstance(run.exception, Fatal)
    assert "wiredesk local start" in str(run.exception)


@pytest.mark.slow
def test_start_status_env_and_stop(data: Path) -> None:
    def wiredesk(command: str) -> tuple[int, str]:
        run = CliRunner().invoke(local.app, [command, "--data", str(data)])
        return run.exit_code, run.stdout

    assert wiredesk("status")[0] == 1
    code, shown = wiredesk("start")
    assert code == 0
    assert shown.count("running") == 2
    assert wiredesk("status")[0] == 0
    code, shown = wiredesk("env")
    assert code == 0
    assert shown.startswith("export WIREDESK_KAFKA__BOOTSTRAP_SERVERS=127.0.0.1:")
    code, shown = wiredesk("stop")
    assert (code, shown.count("stopped")) == (0, 2)
