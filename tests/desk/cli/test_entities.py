"""`wiredesk entities`: a person decides who is who, and the views show it."""

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from desk.cli import app
from desk.cli.context import CallError
from enrich.entities import link
from store.engine import create_engine
from store.rows import EntityDraft, Mention, TaggedStory
from store.writer import Writer
from tests.store.stories import tagged

WHY = ("--reason", "seen in the archive")


def about(story: str, label: str, name: str) -> TaggedStory:
    draft: EntityDraft = link.named_alone(label, name, None)[0]  # type: ignore[arg-type]
    mention = Mention(draft.id, draft.label, name, "body", 0, len(name), 0.9)
    return tagged(story, story, mentions=(mention,), entities=(draft,))


@pytest.fixture(autouse=True)
def writer(monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Writer]:
    monkeypatch.setenv("WIREDESK_DATABASE__URL", database)
    monkeypatch.setenv("COLUMNS", "300")
    engine = create_engine(database)
    writer = Writer(engine)
    writer.write([about("one", "PER", "Muammar Gaddafi"), about("two", "PER", "Moamer Kadhafi")])
    yield writer
    engine.dispose()


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["entities", *arguments])


def done(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


def meant() -> dict[str, str]:
    """Return the name of the entity that each story's mention is of."""
    query = """select a.url, e.name from wire.mentions m join wire.articles a on a.id = m.article_id
        join wire.entities e on e.id = m.entity_id"""
    told = CliRunner().invoke(app, ["sql", query, "--format", "json"]).output
    return {row["url"].rsplit("/", 1)[1]: row["name"] for row in json.loads(told)}


def test_merged_by_name_parted_by_name(writer: Writer) -> None:
    done("merge", "Muammar Gaddafi", "Moamer Kadhafi", *WHY, "--who", "ana")
    writer.write([about("three", "PER", "Moamer Kadhafi")])
    assert set(meant().values()) == {"Muammar Gaddafi"}

    done("split", "Moamer Kadhafi", *WHY)
    assert meant() == {
        "one": "Muammar Gaddafi",
        "two": "Moamer Kadhafi",
        "three": "Moamer Kadhafi",
    }


def test_a_story_split_off_by_its_address(writer: Writer) -> None:
    writer.write([about("three", "PER", "Muammar Gaddafi")])
    done("split", "Muammar Gaddafi", "--story", "https://wire.example/three", *WHY)
    keys = "select count(distinct entity_id) as n from wire.mentions"
    told = CliRunner().invoke(app, ["sql", keys, "--format", "json"]).output
    assert json.loads(told) == [{"n": 3}]
    assert isinstance(call("merge", "Muammar Gaddafi", "Moamer Kadhafi", *WHY).exception, CallError)


def test_an_alias_of_a_town_that_no_gazetteer_knows(writer: Writer) -> None:
    (draft,) = link.named_alone("LOC", "Qalatabad", None)
    writer.write([about("three", "LOC", "Qalatabad")])
    done("alias", str(draft.id), "Qalat-e Naw Deh", *WHY)
    writer.write([about("four", "LOC", "Qalat-e Naw Deh")])
    assert meant()["four"] == "Qalatabad"


def test_find_shows_what_is_known(writer: Writer) -> None:
    told = done("find", "Moamer Kadhafi")
    assert "per:moamer" in told
    assert "PER" in told


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("merge", "Nobody", "Moamer Kadhafi"), "no entity"),
        (("merge", "Moamer Kadhafi", "Moamer Kadhafi"), "one entity already"),
        (("split", "Moamer Kadhafi"), "was not merged"),
        (("split", "Moamer Kadhafi", "--story", "https://wire.example/one"), "not named there"),
        (("split", "Moamer Kadhafi", "--story", "https://nobody.example/"), "nothing is known"),
        (("split", "Moamer Kadhafi", "--story", "x", "--name", "y"), "not by both"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(arguments: tuple[str, ...], why: str) -> None:
    error = call(*arguments, *WHY).exception
    assert isinstance(error, CallError)
    assert why in str(error)
