"""`wiredesk export`: a file that is there when it is whole, and calls that are refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desk.cli import app
from desk.cli.context import CallError
from store.engine import create_engine
from store.writer import Writer
from tests.store.stories import tagged


@pytest.fixture(autouse=True)
def _archive(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    monkeypatch.setenv("WIREDESK_DATABASE__URL", database)
    engine = create_engine(database)
    Writer(engine).write([tagged("one"), tagged("two", agency="afp", language="fr")])
    engine.dispose()


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["export", *arguments])


def refusal(*arguments: str) -> str:
    result = call(*arguments)
    assert isinstance(result.exception, CallError), result.output
    return str(result.exception)


def test_lines_go_to_standard_output_and_the_count_beside_it() -> None:
    result = call("--agency", "tass")
    assert json.loads(result.stdout)["agency"] == "tass"
    assert result.stderr == "exported 1\n"


def test_ninjs_names_agencies_as_the_seeds_do() -> None:
    told = json.loads(call("--format", "ninjs", "--language", "FR").stdout)
    assert told["infoSources"] == [{"name": "Agence France-Presse", "literal": "afp"}]


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet", "ninjs"])
def test_a_file_is_there_when_it_is_whole(format_: str, tmp_path: Path) -> None:
    result = call("--format", format_, "--output", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").stat().st_size > 0


def test_a_refused_export_leaves_no_file(tmp_path: Path) -> None:
    told = refusal("--entity", "Nobody", "--output", str(tmp_path / "out"))
    assert told == "no entity is Nobody"
    assert list(tmp_path.iterdir()) == []


def test_a_time_that_is_none_is_refused() -> None:
    assert "yesterday is no date or time" in refusal("--since", "yesterday")


def test_a_date_alone_is_its_first_moment_in_utc() -> None:
    assert call("--since", "2026-11-24").stderr == "exported 0\n"
    assert call("--since", "2026-11-23", "--until", "2026-11-23T15:00+01:00").stderr == (
        "exported 2\n"
    )


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    assert "can't write" in refusal("--output", str(tmp_path / "none" / "out"))
