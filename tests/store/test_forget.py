"""Forgetting: what goes, what is told, and that nothing comes back."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from store import aliases, dead, forget
from store.aliases import AliasRequest
from store.forget import Gone
from store.keeper import Keeper
from store.schema import EntityRuling
from store.writer import Writer
from tests.store.stories import NOW, at, entity, mention, rows, story_id, tagged
from wire.bus import Outgoing
from wire.messages import DeadLetterRecord
from wire.settings import Settings

pytestmark = pytest.mark.usefixtures("whole")

URL = "https://wire.example/one"
TOLD: dict[str, Any] = {"who": "ed", "reason": "asked to", "now": at(60)}


def letter(offset: int, **fields: Any) -> DeadLetterRecord:
    plain = {"stage": "enrich", "topic": "wire.stories", "partition": 0, "reason": "x"}
    about = {"error_class": "X", "error": "x", "at": NOW, "offset": offset}
    return DeadLetterRecord(**(plain | about | fields))


def relayed(engine: sa.Engine) -> dict[bytes, bytes | None]:
    published: list[Outgoing] = []
    keeper = Keeper(engine, published.extend, Settings())
    keeper.tick(at(61))
    keeper.close()
    return {message.key: message.value for message in published}


def everything(engine: sa.Engine) -> str:
    """Return all that the tables hold, as text."""
    tables = rows(
        engine,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'wire_data'"
        " AND table_type = 'BASE TABLE'",
    )
    return "\n".join(
        row["held"]
        for table in tables
        for row in rows(engine, f"SELECT t::text AS held FROM wire_data.{table['table_name']} t")
    )


def resolve(engine: sa.Engine, name: str) -> aliases.Resolved:
    request = AliasRequest((aliases.url_name(name),), story_id("another"))
    (resolved,) = aliases.resolve_aliases(engine, [request], NOW + dt.timedelta(hours=2))
    return resolved


@pytest.mark.parametrize("name", [URL, str(story_id("one"))])
def test_a_forgotten_story_leaves_nothing_but_its_hash(
    engine: sa.Engine, writer: Writer, name: str
) -> None:
    writer.write([tagged("one"), tagged("one", text="B", minutes=5), tagged("two", text="C")])
    dead.record(engine, [letter(1, story_id=story_id("one")), letter(2, url=URL), letter(3)])
    gone = forget.story(engine, name, **TOLD)
    assert (gone.stories, gone.versions, gone.mentions, gone.dead_letters) == (1, 2, 2, 2)
    left = everything(engine)
    assert URL not in left
    assert "The text is A" not in left
    assert "The text is B" not in left
    assert "The text is C" in left
    (audit,) = rows(engine, "SELECT who, action, reason FROM wire_data.audit")
    assert audit == {"who": "ed", "action": "forget", "reason": "asked to"}
    (told,) = rows(engine, "SELECT seq, kind FROM wire.changes WHERE kind = 'forgotten'")
    assert told["seq"] == gone.seq


def test_wire_articles_gets_a_null_for_each_id(engine: sa.Engine, writer: Writer) -> None:
    one = tagged("one", minutes=1)
    same = {"content_sha256": one.story.content_sha256, "final_url": URL}
    writer.write([one])
    writer.write([tagged("two", minutes=3, **same)])
    forget.story(engine, URL, **TOLD)
    values = relayed(engine)
    assert values[str(story_id("one")).encode()] is None
    assert values[str(story_id("two")).encode()] is None


def test_a_forgotten_story_does_not_come_back(engine: sa.Engine, writer: Writer) -> None:
    requests = [AliasRequest((aliases.url_name(URL), "guid:tass:1"), story_id("one"))]
    aliases.resolve_aliases(engine, requests, NOW)
    writer.write([tagged("one")])
    forget.story(engine, URL, **TOLD)
    # its page was on its way, and another address redirects to it
    for late in (tagged("one", minutes=9), tagged("other", minutes=9, final_url=URL)):
        (told,) = writer.write([late])
        assert told.outcome == "duplicate"
    (again,) = aliases.resolve_aliases(engine, requests, NOW)
    assert again.forgotten
    assert resolve(engine, URL).forgotten
    assert not resolve(engine, "https://wire.example/other-story").forgotten
    assert rows(engine, "SELECT 1 FROM wire.articles") == []
    assert URL not in everything(engine)


def test_an_address_that_is_not_known_yet_is_barred(engine: sa.Engine, writer: Writer) -> None:
    assert forget.story(engine, URL, **TOLD) == Gone()
    writer.write([tagged("one")])
    assert rows(engine, "SELECT 1 FROM wire_data.articles") == []


def test_its_chain_and_cluster_close_over_a_forgotten_story(
    engine: sa.Engine, writer: Writer
) -> None:
    body = "\n".join(
        f"Paragraph {n} of Ana Kos and Ivo Strand in Bergen, {n * 37}." for n in range(9)
    )
    update = {"kind": "update", "update_number": 1}
    first = tagged("first", slug="FERRY", body=body, headline="First")
    second = tagged("second", slug="FERRY", body=body, headline="Second", signals=update)
    writer.write([first, second])
    assert rows(engine, "SELECT size FROM wire.clusters") == [{"size": 2}]
    forget.story(engine, "https://wire.example/first", **TOLD)
    left = "SELECT chain_id, replaces, is_latest FROM wire.articles"
    assert rows(engine, left) == [{"chain_id": None, "replaces": None, "is_latest": True}]
    assert rows(engine, "SELECT size FROM wire.clusters") == [{"size": 1}]
    assert str(story_id("first")) not in str(rows(engine, "SELECT * FROM wire_data.bands"))


def named(name: str, person: str, **fields: Any) -> Any:
    body = f"A line says that {person} came.\nA second line says more."
    mentions = (mention(person, 17), mention("Ana Kos", 3))
    entities = (entity(person, aliases=(person,)), entity("Ana Kos"))
    return tagged(name, text=name, body=body, mentions=mentions, entities=entities, **fields)


def test_a_forgotten_person_is_named_by_no_story(engine: sa.Engine, writer: Writer) -> None:
    writer.write([named("one", "Ivo Strand"), named("two", "Ivo Strand"), named("three", "Lee")])
    dead.record(engine, [letter(1, value="… Ivo Strand …".encode()), letter(2, value=b"other")])
    relayed(engine)
    ((person, label, name),) = forget.entities(engine, "ivo strand")
    assert (label, name) == ("PER", "Ivo Strand")
    gone = forget.entity(engine, person, with_stories=False, **TOLD)
    assert (gone.stories, gone.mentions, gone.entities, gone.dead_letters) == (0, 2, 1, 1)
    assert forget.entities(engine, "Ivo Strand") == []
    assert len(rows(engine, "SELECT id FROM wire.articles")) == 3
    messages = relayed(engine)
    assert set(messages) == {str(story_id(name)).encode() for name in ("one", "two")}
    for value in messages.values():
        assert value is not None
        assert str(person).encode() not in value
    # another text that names him makes him no entity again
    writer.write([named("four", "Ivo Strand")])
    assert forget.entities(engine, "Ivo Strand") == []
    assert len(rows(engine, "SELECT 1 FROM wire.mentions WHERE text = 'Ana Kos'")) == 4


def test_a_person_is_forgotten_with_the_stories_where_asked_to(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([named("one", "Ivo Strand"), named("two", "Ivo Strand"), named("three", "Lee")])
    ((person, _, _),) = forget.entities(engine, "Ivo Strand")
    gone = forget.entity(engine, person, with_stories=True, **TOLD)
    assert (gone.stories, gone.versions, gone.mentions) == (2, 2, 4)
    assert [row["id"] for row in rows(engine, "SELECT id FROM wire.articles")] == [
        story_id("three")
    ]
    assert "Ivo Strand" not in everything(engine)


def test_a_forgotten_person_is_in_nobodys_company_and_no_ruling(
    engine: sa.Engine, writer: Writer
) -> None:
    key = "per:ivo strand"
    writer.write([named("one", "Ivo Strand"), met("two", "Bo Lund", key, "country:NO")])
    ((person, _, _),) = forget.entities(engine, "Ivo Strand")
    with engine.begin() as connection:
        ruling = {"key": key, "name": "Strand", "entity_id": person}
        connection.execute(sa.insert(EntityRuling), ruling)
    forget.entity(engine, person, with_stories=False, **TOLD)
    assert key not in everything(engine)
    (left,) = rows(engine, "SELECT company FROM wire_data.entities WHERE key = 'per:bo lund'")
    assert left["company"] == ["country:NO"]


def test_who_only_a_forgotten_story_named_is_in_nobodys_company(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([named("one", "Ivo Strand"), met("two", "Bo Lund", "per:ivo strand")])
    forget.story(engine, URL, **TOLD)
    assert "per:ivo strand" not in everything(engine)


def test_a_namesake_stays_and_is_not_taken_for_who_was_forgotten(
    engine: sa.Engine, writer: Writer
) -> None:
    norway, peru = ("country:NO", "field:politics"), ("country:PE", "field:sport")
    writer.write([met("oslo", "Ivo Strand", *norway)])
    writer.write([met("lima", "Ivo Strand", *peru)])
    first, second = forget.entities(engine, "Ivo Strand")
    forget.entity(engine, first[0], with_stories=False, **TOLD)
    writer.write([met("again", "Ivo Strand", *norway), met("later", "Ivo Strand", *peru)])
    found = rows(
        engine, "SELECT url, entity_id FROM wire.mentions JOIN wire.articles ON id = article_id"
    )
    assert {(row["url"].rsplit("/")[-1], row["entity_id"]) for row in found} == {
        ("lima", second[0]),
        ("later", second[0]),
    }


def met(name: str, person: str, *company: str) -> Any:
    """Return a story that names the person, in that company."""
    there = (entity(person, aliases=(person,), company=company),)
    return tagged(name, text=name, mentions=(mention(person, 22),), entities=there)


def test_who_is_unknown_can_not_be_forgotten(engine: sa.Engine) -> None:
    assert forget.entity(engine, story_id("nobody"), with_stories=True, **TOLD) == Gone()
    assert rows(engine, "SELECT 1 FROM wire_data.audit") == []
