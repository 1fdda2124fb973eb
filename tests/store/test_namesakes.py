"""Two people of one name are two entities where their company says so, else one."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from store.namesakes import kept, likeness
from store.rows import EntityDraft, Mention, TaggedStory
from store.writer import Writer
from tests.store.stories import entity, rows, tagged

pytestmark = pytest.mark.usefixtures("whole")

NAME = "Ivan Petrov"
MINISTER = ("country:BG", "field:politics", "org:national bank", "per:mila dimova")
KEEPER = ("country:CA", "field:sport", "org:north bay otters", "per:luc tremblay")


def about(story: str, *company: str, name: str = NAME, **fields: Any) -> TaggedStory:
    """Return a story that names the person, in that company."""
    draft = entity(name, company=company, **fields)
    mention = Mention(draft.id, "PER", name, "body", 22, 22 + len(name), 0.9)
    return tagged(story, story, mentions=(mention,), entities=(draft,))


def meant(engine: sa.Engine) -> dict[str, uuid.UUID]:
    """Return the entity that each story's mention is of."""
    query = """SELECT a.url, m.entity_id FROM wire.mentions m
        JOIN wire.articles a ON a.id = m.article_id"""
    return {row["url"].rsplit("/", 1)[1]: row["entity_id"] for row in rows(engine, query)}


def test_people_of_one_name_in_different_company_are_two(writer: Writer, engine: sa.Engine) -> None:
    writer.write([about("sofia", *MINISTER)])
    writer.write([about("ottawa", *KEEPER)])
    writer.write([about("budget", *MINISTER[:2]), about("final", *KEEPER[:2])])

    found = meant(engine)
    assert found["sofia"] == found["budget"]
    assert found["ottawa"] == found["final"]
    assert found["sofia"] != found["ottawa"]
    assert [row["name"] for row in rows(engine, "SELECT name FROM wire.entities")] == [NAME, NAME]


def test_a_batch_tells_them_apart_as_two_batches_do(writer: Writer, engine: sa.Engine) -> None:
    writer.write(
        [about("sofia", *MINISTER), about("ottawa", *KEEPER), about("budget", *MINISTER[:1])]
    )
    found = meant(engine)
    assert found["sofia"] == found["budget"] != found["ottawa"]


def test_a_story_written_again_means_the_same(writer: Writer, engine: sa.Engine) -> None:
    batch = [about("sofia", *MINISTER), about("ottawa", *KEEPER)]
    writer.write(batch)
    before = meant(engine)
    writer.write(batch[::-1])
    writer.write(batch[1:])

    assert meant(engine) == before
    assert len(rows(engine, "SELECT id FROM wire_data.entities")) == 2


def test_a_third_of_the_name_is_a_third(writer: Writer, engine: sa.Engine) -> None:
    for story, company in (
        ("sofia", MINISTER),
        ("ottawa", KEEPER),
        ("lima", ("country:PE", "field:crime", "per:rosa quispe")),
    ):
        writer.write([about(story, *company)])
    keys = rows(engine, "SELECT key, namesake_of FROM wire_data.entities ORDER BY nr")
    assert [(row["key"], row["namesake_of"]) for row in keys] == [
        ("per:ivan petrov", None),
        ("per:ivan petrov/2", "per:ivan petrov"),
        ("per:ivan petrov/3", "per:ivan petrov"),
    ]


def test_only_people_are_told_apart(writer: Writer, engine: sa.Engine) -> None:
    for story, country in (("one", "country:BG"), ("two", "country:CA")):
        draft = EntityDraft(uuid.uuid4(), "org:rapid", "ORG", "Rapid", company=(country,))
        draft = EntityDraft(uuid.UUID(int=7), "org:rapid", "ORG", "Rapid", company=draft.company)
        mention = Mention(draft.id, "ORG", "Rapid", "body", 0, 5, 0.9)
        writer.write([tagged(story, story, mentions=(mention,), entities=(draft,))])
    assert len(rows(engine, "SELECT id FROM wire_data.entities")) == 1


@pytest.mark.parametrize(
    ("known", "told", "one"),
    [
        pytest.param((), MINISTER, True, id="nothing-known"),
        pytest.param(MINISTER, (), True, id="nothing-told"),
        pytest.param(MINISTER, ("country:BG",), True, id="same-country"),
        pytest.param(MINISTER, ("country:CA", "per:mila dimova"), True, id="same-people-abroad"),
        pytest.param(MINISTER, ("country:CA",), False, id="another-country"),
        pytest.param(MINISTER, ("country:BG", "field:sport"), False, id="another-field-at-home"),
        pytest.param(
            MINISTER, ("country:CA", "field:politics"), False, id="another-country's-minister"
        ),
        pytest.param(KEEPER, ("country:BG", "field:sport"), True, id="a-player-plays-abroad"),
        pytest.param(
            ("country:FR", "country:DE", "country:US", "country:GB"),
            ("country:JP",),
            True,
            id="known-the-world-over",
        ),
        pytest.param(
            MINISTER,
            ("country:BG", "field:sport", "org:national bank", "per:mila dimova"),
            True,
            id="two-in-common-outweigh-a-field",
        ),
    ],
)
def test_company_says_whether_it_is_one_person(
    known: tuple[str, ...], told: tuple[str, ...], *, one: bool
) -> None:
    assert (likeness(known, told) is not None) is one


def test_company_in_common_weighs_more_than_a_country() -> None:
    told = ("country:BG", "per:mila dimova")
    both, country = likeness(MINISTER, told), likeness(("country:BG",), told)
    assert both is not None
    assert country is not None
    assert both > country


def test_company_is_bounded_and_keeps_countries() -> None:
    met = kept((), [f"per:a {n}" for n in range(500)])
    assert len(met) < 100
    assert "country:BG" in kept(met, ["country:BG", "per:b one"])
    assert "per:b one" not in kept(met, ["per:b one"])
