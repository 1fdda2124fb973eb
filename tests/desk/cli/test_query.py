"""`wiredesk sql | status | trace`: forms for eyes and machines; hostile text is not obeyed."""

import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desk.cli import app
from desk.cli.context import CallError
from desk.prepare import prepare
from store.engine import create_engine
from store.writer import Writer
from tests.store.stories import story_id, tagged
from wire.settings import load

HOSTILE = (
    "select '=cmd|calc' as formula, E'\\x1b[2J\\u202Egone' as text, '[red]x[/] :warning:' as markup"
)
TYPED = """select 7 as n, null as none, timestamptz '2026-03-02 12:00Z' as at,
 date '2026-03-02' as day, array['a','b'] as list, '{"k": 1}'::jsonb as doc,
 '00000000-0000-0000-0000-000000000007'::uuid as id"""


@pytest.fixture(autouse=True)
def _database(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    monkeypatch.setenv("WIREDESK_DATABASE__URL", database)
    monkeypatch.setenv("COLUMNS", "200")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def done(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


def test_csv_keeps_a_spreadsheet_from_running_a_text() -> None:
    header, row = csv.reader(io.StringIO(done("sql", HOSTILE, "--format", "csv")))
    assert header == ["formula", "text", "markup"]
    assert row[0] == "'=cmd|calc"
    assert row[2] == "[red]x[/] :warning:"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t"])
def test_every_start_of_a_formula_is_guarded(first: str) -> None:
    cell = f"select E'{first}1+1' as cell"
    (_, (told,)) = csv.reader(io.StringIO(done("sql", cell, "--format", "csv")))
    assert told == f"'{first}1+1"


def test_a_negative_number_stays_a_number_in_csv() -> None:
    assert done("sql", "select -7 as n", "--format", "csv").splitlines() == ["n", "-7"]


def test_a_table_shows_hostile_text_and_does_not_obey_it() -> None:
    told = done("sql", HOSTILE)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert r"\x1b[2J\u202egone" in told
    assert "[red]x[/] :warning:" in told


def test_json_has_json_types() -> None:
    expected = {
        "n": 7,
        "none": None,
        "at": "2026-03-02T12:00:00+00:00",
        "day": "2026-03-02",
        "list": ["a", "b"],
        "doc": {"k": 1},
        "id": "00000000-0000-0000-0000-000000000007",
    }
    assert json.loads(done("sql", TYPED, "--format", "json")) == [expected]
    assert [json.loads(x) for x in done("sql", TYPED, "--format", "jsonl").splitlines()] == [
        expected
    ]


def test_no_rows_are_an_empty_list_and_a_header() -> None:
    nothing = "select id from wire.articles"
    assert json.loads(done("sql", nothing, "--format", "json")) == []
    assert done("sql", nothing, "--format", "jsonl") == ""
    assert done("sql", nothing, "--format", "csv").splitlines() == ["id"]


@pytest.mark.parametrize(
    "wrong", ["selec 1", "select * from nothing", "delete from wire.articles", "select 1; select 2"]
)
def test_a_statement_that_does_not_do_is_a_wrong_call(wrong: str) -> None:
    assert isinstance(call("sql", wrong).exception, CallError)


def test_a_story_that_nobody_knows_is_a_wrong_call() -> None:
    result = call("trace", "https://nobody.example/\x1b[2J")
    assert isinstance(result.exception, CallError)
    assert "\x1b" not in str(result.exception)


@pytest.fixture
def stack(kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Topics of the test's own, and the schema."""
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", kafka)
    monkeypatch.setenv("WIREDESK_KAFKA__REPLICATION_FACTOR", "1")
    monkeypatch.setenv("WIREDESK_KAFKA__PREFIX", topic_prefix)
    prepare(load())


@pytest.mark.slow
@pytest.mark.usefixtures("stack")
def test_status_tells_each_stage_and_what_waits() -> None:
    told = done("status")
    for expected in ("fetch", "dead-letters", "articles", "awaited", "kills pending"):
        assert expected in told
    found = json.loads(done("status", "--json"))
    assert [each["waiting"] for each in found["standing"]["stages"]] == [0] * 6
    assert found["drifts"] == []


@pytest.mark.slow
@pytest.mark.usefixtures("stack")
def test_status_tells_what_a_pending_kill_names_and_may_mean(database: str) -> None:
    engine = create_engine(database)
    signals = {"kind": "kill", "pub_status": "canceled", "names_slug": "BC-EU--Ferry"}
    stories = [tagged(name, text=name, slug="BC-EU--Ferry") for name in ("one", "two")]
    Writer(engine).write([*stories, tagged("notice", "KILL", minutes=30, signals=signals)])
    engine.dispose()

    told = " ".join(done("status").split())
    assert "kills pending 1" in told
    assert "pending kill 1 (tass, several stories): bc eu ferry: " in told
    assert all(str(story_id(name)) in told for name in ("one", "two"))


@pytest.mark.slow
@pytest.mark.usefixtures("stack")
def test_status_watch_looks_again_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "desk.cli", "status", "--json", "--watch", "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        found = [json.loads(watching.stdout.readline()) for _ in range(3)]
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(30) == 0
    assert all(each["store"]["articles"] == 0 for each in found)
