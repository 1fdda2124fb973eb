"""Entities merged, split and named by hand: what a reader sees, and that later batches obey."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from store import changes, counting, curation
from store.curation import Act, UnknownEntityError
from store.rows import Mention, TaggedStory
from store.writer import Writer
from tests.store.stories import NOW, entity, rows, story_id, tagged

pytestmark = pytest.mark.usefixtures("whole")

ACT = Act("desk", "seen in the archive", NOW)


def about(story: str, *names: str, text: str = "A", **fields: Any) -> TaggedStory:
    """Return a story that names these people, one after another."""
    drafts = tuple(entity(name, **fields) for name in names)
    mentions = tuple(
        Mention(draft.id, "PER", draft.name, "body", 10 * n, 10 * n + 5, 0.9)
        for n, draft in enumerate(drafts)
    )
    return tagged(story, f"{story}{text}", mentions=mentions, entities=drafts)


def id_of(name: str) -> uuid.UUID:
    return entity(name).id


def named(engine: sa.Engine, story: str) -> list[uuid.UUID]:
    query = """SELECT entity_id FROM wire.mentions m JOIN wire.articles a ON a.id = m.article_id
        AND a.revision = m.revision WHERE a.id = :id ORDER BY start_char"""
    return [row["entity_id"] for row in rows(engine, query, id=story_id(story))]


def seen(engine: sa.Engine, entity_id: uuid.UUID) -> dict[str, Any]:
    (row,) = rows(engine, "SELECT * FROM wire.entities WHERE id = :id", id=entity_id)
    return row


def told_since(engine: sa.Engine, seq: int) -> list[tuple[uuid.UUID, str]]:
    return [(change.article_id, change.kind) for change in changes.since(engine, seq)]


def on_topic(engine: sa.Engine, seq: int) -> dict[uuid.UUID, list[tuple[uuid.UUID, str, int]]]:
    """Return who each article names in the messages of the changes after `seq`."""
    with engine.connect() as connection:
        told = changes.articles(connection, changes.read(connection, seq, 100))
    return {
        message.id: [(e.id, e.name, e.mentions) for e in message.entities]
        for message in told.values()
        if message is not None
    }


@pytest.fixture
def two(writer: Writer, engine: sa.Engine) -> int:
    """Two stories that name one person by two names; the number of their last change."""
    writer.write([about("one", "Muammar Gaddafi"), about("two", "Moamer Kadhafi")])
    return changes.last(engine)


def test_a_merge_is_seen_at_once(engine: sa.Engine, two: int) -> None:
    into, gone = id_of("Muammar Gaddafi"), id_of("Moamer Kadhafi")
    assert curation.merge(engine, into, [gone], ACT) == 1

    assert named(engine, "one") == named(engine, "two") == [into]
    assert seen(engine, gone)["merged_into"] == into
    assert seen(engine, into)["aliases"] == ["Moamer Kadhafi"]
    assert told_since(engine, two) == [(story_id("two"), "updated")]
    assert on_topic(engine, two) == {story_id("two"): [(into, "Muammar Gaddafi", 1)]}
    assert seen(engine, into)["article_count"] == 2


def test_a_merge_holds_against_later_batches(writer: Writer, engine: sa.Engine, two: int) -> None:
    into, gone = id_of("Muammar Gaddafi"), id_of("Moamer Kadhafi")
    curation.merge(engine, into, [gone], ACT)
    writer.write([about("two", "Moamer Kadhafi", text="B"), about("three", "Moamer Kadhafi")])

    assert named(engine, "two") == named(engine, "three") == [into]
    counting.count(engine)
    assert (seen(engine, into)["article_count"], seen(engine, gone)["article_count"]) == (3, 0)
    assert two < changes.last(engine)


def test_names_that_a_merged_entity_learns_are_the_others(
    writer: Writer, engine: sa.Engine, two: int
) -> None:
    into, gone = id_of("Muammar Gaddafi"), id_of("Moamer Kadhafi")
    curation.merge(engine, into, [gone], ACT)
    writer.write([about("three", "Moamer Kadhafi", aliases=("Kadhafi",))])
    assert seen(engine, into)["aliases"] == ["Kadhafi", "Moamer Kadhafi"]
    assert two < changes.last(engine)


def test_merges_form_no_chain(writer: Writer, engine: sa.Engine, two: int) -> None:
    writer.write([about("three", "Colonel Q")])
    a, b, c = (id_of(n) for n in ("Muammar Gaddafi", "Moamer Kadhafi", "Colonel Q"))
    curation.merge(engine, b, [c], ACT)
    curation.merge(engine, a, [b], ACT)
    assert {seen(engine, each)["merged_into"] for each in (b, c)} == {a}
    with pytest.raises(UnknownEntityError, match="one entity already"):
        curation.merge(engine, c, [b], ACT)
    assert two < changes.last(engine)


def test_a_person_that_only_merged_ones_name_is_seen(writer: Writer, engine: sa.Engine) -> None:
    writer.write([about("one", "Muammar Gaddafi")])
    writer.write([about("two", "Moamer Kadhafi")])
    into, gone = id_of("Muammar Gaddafi"), id_of("Moamer Kadhafi")
    curation.merge(engine, into, [gone], ACT)
    writer.write([about("one", "Nobody Else", text="B")])
    assert seen(engine, into)["name"] == "Muammar Gaddafi"


def test_a_split_undoes_a_merge(writer: Writer, engine: sa.Engine, two: int) -> None:
    into, gone = id_of("Muammar Gaddafi"), id_of("Moamer Kadhafi")
    curation.merge(engine, into, [gone], ACT)
    before = changes.last(engine)
    assert curation.part(engine, gone, ACT) == 1
    writer.write([about("three", "Moamer Kadhafi")])

    assert named(engine, "two") == named(engine, "three") == [gone]
    assert told_since(engine, before)[0] == (story_id("two"), "updated")
    with pytest.raises(UnknownEntityError, match="was not merged"):
        curation.part(engine, into, ACT)
    assert two < before


def test_a_split_by_story_holds(writer: Writer, engine: sa.Engine) -> None:
    writer.write([about("one", "Li Wei"), about("two", "Li Wei")])
    before = changes.last(engine)
    made = curation.split(engine, id_of("Li Wei"), ACT, stories=[story_id("two")])

    assert (named(engine, "one"), named(engine, "two")) == ([id_of("Li Wei")], [made])
    assert told_since(engine, before) == [(story_id("two"), "updated")]
    assert on_topic(engine, before) == {story_id("two"): [(made, "Li Wei", 1)]}
    writer.write([about("one", "Li Wei", text="B"), about("two", "Li Wei", text="B")])
    assert (named(engine, "one"), named(engine, "two")) == ([id_of("Li Wei")], [made])


def test_stories_in_the_company_of_a_split_one_follow_it(writer: Writer, engine: sa.Engine) -> None:
    """The two learn anew what company they keep, and the next story goes by that."""
    writer.write([about("one", "Li Wei", "Zhao Min")])
    writer.write([about("two", "Li Wei", "Anna Berg")])
    made = curation.split(engine, id_of("Li Wei"), ACT, stories=[story_id("two")])
    writer.write([about("three", "Li Wei", "Anna Berg", company=("per:anna berg",))])
    writer.write([about("four", "Li Wei", "Zhao Min", company=("per:zhao min",))])
    assert named(engine, "three")[0] == made
    assert named(engine, "four")[0] == id_of("Li Wei")


def test_a_split_by_name_holds(writer: Writer, engine: sa.Engine) -> None:
    """Two names that sound alike have one key: `Jan Mueller` is not `Jan Müller` here."""
    one = about("one", "Jan Müller")
    draft = entity("Jan Müller")

    def other(name: str, text: str) -> TaggedStory:
        there = tagged(name, text, entities=(draft,)).story
        printed = Mention(draft.id, "PER", "Jan Mueller", "body", 0, 11, 0.9)
        renamed = entity("Jan Müller", aliases=("Jan Mueller",))
        return TaggedStory(there, (printed,), (renamed,), model_version="rules-1")

    writer.write([one, other("two", "A")])
    made = curation.split(engine, draft.id, ACT, name="Jan Mueller")
    writer.write([other("three", "A"), about("four", "Jan Müller")])

    assert named(engine, "two") == named(engine, "three") == [made]
    assert named(engine, "one") == named(engine, "four") == [draft.id]
    assert seen(engine, made)["name"] == "Jan Mueller"


def test_a_split_where_it_is_not_named_is_refused(writer: Writer, engine: sa.Engine) -> None:
    writer.write([about("one", "Li Wei"), about("two", "Anna Berg")])
    with pytest.raises(UnknownEntityError, match="not named there"):
        curation.split(engine, id_of("Li Wei"), ACT, stories=[story_id("two")])
    assert len(rows(engine, "SELECT id FROM wire.entities")) == 2


def test_an_alias_holds_for_a_name_never_met(writer: Writer, engine: sa.Engine) -> None:
    writer.write([about("one", "Edson Arantes")])
    before = changes.last(engine)
    assert curation.alias(engine, id_of("Edson Arantes"), [entity("Pele")], ACT) == 0
    writer.write([about("two", "Pele")])

    assert named(engine, "two") == [id_of("Edson Arantes")]
    assert "Pele" in seen(engine, id_of("Edson Arantes"))["aliases"]
    assert told_since(engine, before) == [(story_id("two"), "published")]


def test_an_alias_that_stories_know_moves_them(writer: Writer, engine: sa.Engine) -> None:
    writer.write([about("one", "Edson Arantes"), about("two", "Pele")])
    before = changes.last(engine)
    assert curation.alias(engine, id_of("Edson Arantes"), [entity("Pele")], ACT) == 1
    assert named(engine, "two") == [id_of("Edson Arantes")]
    assert told_since(engine, before) == [(story_id("two"), "updated")]


def test_an_alias_of_its_own_key_is_only_a_name(writer: Writer, engine: sa.Engine) -> None:
    writer.write([about("one", "Li Wei")])
    own = entity("Li Wei")
    assert curation.alias(engine, own.id, [own], ACT) == 0
    assert seen(engine, own.id)["merged_into"] is None


def test_who_and_why_are_kept(engine: sa.Engine, two: int) -> None:
    curation.merge(engine, id_of("Muammar Gaddafi"), [id_of("Moamer Kadhafi")], ACT)
    (row,) = rows(engine, "SELECT who, action, target, reason FROM wire_data.audit")
    ids = f"{id_of('Muammar Gaddafi')} {id_of('Moamer Kadhafi')}"
    assert tuple(row.values()) == ("desk", "entities merge", ids, "seen in the archive")
    assert two < changes.last(engine)


def test_an_entity_is_found_by_id_key_name_and_alias(engine: sa.Engine, two: int) -> None:
    into = id_of("Muammar Gaddafi")
    curation.merge(engine, into, [id_of("Moamer Kadhafi")], ACT)
    for name in (str(into), "per:muammar gaddafi", "Muammar Gaddafi"):
        assert [known.id for known in curation.find(engine, name)] == [into]
    assert {known.id for known in curation.find(engine, "Moamer Kadhafi")} == {
        into,
        id_of("Moamer Kadhafi"),
    }
    assert curation.find(engine, "Nobody") == []
    assert two < changes.last(engine)


def test_what_is_unknown_is_refused(engine: sa.Engine) -> None:
    nobody = uuid.UUID(int=1)
    with pytest.raises(UnknownEntityError, match="no entity"):
        curation.merge(engine, nobody, [nobody], ACT)
    assert rows(engine, "SELECT nr FROM wire_data.audit") == []
