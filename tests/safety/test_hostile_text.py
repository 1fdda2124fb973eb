"""Hostile text of a feed, a page and a dead letter, through every output: shown, never obeyed."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from lxml.etree import XML
from typer.testing import CliRunner

from desk.cli import app
from store import dead, feeds
from store.engine import create_engine
from store.writer import Writer
from tests.store.stories import NOW, entity, mention, rows, story_id, tagged
from tests.store.test_dead import letter
from wire.text import clean

TEXTS = {
    "sql": "'); DROP TABLE news.articles; --",
    "terminal": "\x1b[2J\x1b]0;owned\x07 red \x1b[31m",
    "log line": 'x\nlevel=error event=fate outcome=killed story="y"',
    "formula": "=HYPERLINK(1);cmd|' /C calc'!A0",
    "file name": "../../../../etc/cron.d/x\x00.xml",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "turned around": "invoice \u202egpj.exe\u2066",
    "markup of ours": "[bold red]x[/] :warning: {percent} %s %(x)s ${jndi:ldap://x}",
}
# What reads stories, letters and feeds, for eyes and for machines.
COMMANDS = (
    ("sql", "select * from wire.articles"),
    ("sql", "select * from wire.articles", "--format", "csv"),
    ("sql", "select * from wire.articles", "--format", "json"),
    ("sql", "select * from wire.articles", "--format", "jsonl"),
    ("sql", "select * from wire.mentions m join wire.entities e on e.id = m.entity_id"),
    ("sql", "select * from wire.dead_letters", "--format", "csv"),
    ("trace", str(story_id("one"))),
    ("trace", str(story_id("one")), "--json"),
    ("changes",),
    ("dead", "list"),
    ("dead", "show", "1"),
    ("feeds", "list"),
    ("feeds", "export"),
    ("explain", str(story_id("one"))),
    ("entities", "find", "{name}"),
    ("export", "--format", "jsonl"),
    ("export", "--format", "csv"),
    ("export", "--format", "ninjs"),
    ("status",),
    ("status", "--json"),
)


@pytest.fixture
def engine(database: str, monkeypatch: pytest.MonkeyPatch, kafka: str) -> Iterator[sa.Engine]:
    monkeypatch.setenv("WIREDESK_DATABASE__URL", database)
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", kafka)
    monkeypatch.setenv("COLUMNS", "400")
    engine = create_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture(params=list(TEXTS.values()), ids=list(TEXTS))
def hostile(request: pytest.FixtureRequest, engine: sa.Engine) -> str:
    """Text that stands in every field of a story, of its entities, of a letter and of a feed."""
    text: str = request.param
    name = clean(text)
    fields: dict[str, Any] = dict.fromkeys(
        ("headline", "original_headline", "subheadline", "section", "slug", "byline", "credits"),
        text,
    )
    told = tagged(
        **fields,
        body=f"{text}\n{text}",
        keywords=(text,),
        mentions=(mention(name, 0),),
        entities=(entity(name, aliases=(name,)),),
    )
    Writer(engine, lambda: NOW).write([told])
    dead.record(engine, [letter(error=text, url=text, reason=name, value=text.encode())])
    feeds.add_feed(engine, "https://wire.example/rss", next_poll_at=NOW, title=name, agency=name)
    return text


def test_it_is_stored_as_it_is_but_for_controls(engine: sa.Engine, hostile: str) -> None:
    (row,) = rows(engine, "SELECT headline, body, keywords FROM wire.articles")
    assert row["headline"] == clean(hostile)
    assert row["body"] == clean(f"{hostile}\n{hostile}")
    assert row["keywords"] == [clean(hostile)]


def test_no_output_hands_it_on(hostile: str) -> None:
    for words in COMMANDS:
        command = tuple(word.replace("{name}", clean(hostile)) for word in words)
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, f"{command}: {result.output}{result.exception}"
        found = hands_on(command, result.stdout) + hands_on(("for eyes",), result.stderr)
        assert not found, f"{command} hands on {found}: {result.output}"


def hands_on(command: tuple[str, ...], output: str) -> list[str]:
    """Return what of the output would be obeyed by who reads it."""
    found = [character for character in output if character < " " and character not in "\r\n\t"]
    if command[-1] in ("json", "jsonl", "--json", "ninjs"):
        # raises where a text broke the line or the document
        return found + [line for line in output.splitlines() if json.loads(line) is None]
    if command[-1] == "csv":
        cells = [cell for row in csv.reader(io.StringIO(output)) for cell in row]
        return found + [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    if command == ("feeds", "export"):
        # raises where it is no XML any more; a document may hold every character
        XML(output.encode())
        return found
    return found + [character for character in output if character in "\u202e\u2066"]
