from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa

from store import decisions
from store.rows import TaggedStory
from store.writer import Writer
from tests.store.stories import at, rows, story_id, tagged

pytestmark = pytest.mark.usefixtures("whole")


def told(name: str, minutes: float, **fields: Any) -> TaggedStory:
    lineage = tagged().story.lineage.model_copy(update={"discovered": at(minutes)})
    plain: dict[str, Any] = {"slug": "FERRY/", "published_at": at(minutes), "lineage": lineage}
    return tagged(name, text=name, minutes=minutes, **(plain | fields))


def update(name: str, minutes: float, number: int, **fields: Any) -> TaggedStory:
    signals = {"kind": "update", "update_number": number}
    return told(name, minutes, signals=signals, **fields)


def chain(engine: sa.Engine) -> list[dict[str, Any]]:
    return rows(
        engine,
        "SELECT id, chain_id, chain_position, replaces, link_reason, link_confidence, is_latest"
        " FROM wire.articles WHERE chain_id IS NOT NULL ORDER BY chain_position",
    )


STORIES = [told("first", 0), update("second", 30, 1), update("third", 60, 2)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_updates_under_other_addresses_are_one_chain_in_every_order(
    engine: sa.Engine, writer: Writer, order: tuple[int, ...], together: bool
) -> None:
    batch = [STORIES[index] for index in order]
    for part in [batch] if together else [[one] for one in batch]:
        writer.write(part)
    found = chain(engine)
    assert [row["id"] for row in found] == [story_id(n) for n in ("first", "second", "third")]
    assert len({row["chain_id"] for row in found}) == 1
    assert [row["chain_position"] for row in found] == [1, 2, 3]
    assert [row["replaces"] for row in found] == [None, story_id("first"), story_id("second")]
    assert [row["is_latest"] for row in found] == [False, False, True]
    assert {row["link_reason"] for row in found[1:]} <= {"slug"}
    assert found[2]["link_confidence"] >= 0.9


def test_who_moved_in_a_chain_is_told_of(engine: sa.Engine, writer: Writer) -> None:
    writer.write(STORIES[:1])
    writer.write(STORIES[1:2])
    changes = rows(engine, "SELECT article_id, kind FROM wire.changes ORDER BY seq")
    assert [(row["article_id"], row["kind"]) for row in changes] == [
        (story_id("first"), "published"),
        (story_id("second"), "published"),
        (story_id("first"), "relinked"),
    ]
    writer.write(STORIES[:2])
    assert len(rows(engine, "SELECT seq FROM wire.changes")) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"slug": "VOTE/"},
        {"agency": "afp"},
        {"publisher": "paper.example"},
        {"published_at": at(3 * 24 * 60)},
    ],
)
def test_an_update_of_something_else_is_not_linked(
    engine: sa.Engine, writer: Writer, other: dict[str, Any]
) -> None:
    writer.write([told("first", 0), update("second", 30, 1, **other)])
    assert chain(engine) == []


def test_two_plain_stories_of_one_slug_are_no_chain(engine: sa.Engine, writer: Writer) -> None:
    writer.write([told("first", 0), told("second", 30)])
    assert chain(engine) == []


def test_a_correction_is_found_by_its_headline(engine: sa.Engine, writer: Writer) -> None:
    headline = {"slug": None, "headline": "Ferry runs aground"}
    writer.write([told("first", 0, **headline)])
    writer.write([told("second", 30, signals={"kind": "correction"}, **headline)])
    found = chain(engine)
    # the bodies are alike too: two reasons are surer than one
    assert found[1]["link_reason"] == "headline"
    assert found[1]["link_confidence"] >= 0.85


def test_a_repeat_of_a_known_story_is_no_new_one(engine: sa.Engine, writer: Writer) -> None:
    writer.write([told("first", 0, headline="Ferry aground", body="Same text.")])
    content = {"headline": "Ferry aground", "body": "Same text."}
    repeat = told("again", 60, signals={"kind": "repeat"}, **content)
    for _ in range(2):
        (outcome,) = writer.write([repeat])
        assert (outcome.story_id, outcome.outcome) == (story_id("first"), "duplicate")
    assert rows(engine, "SELECT repeated_at FROM wire_data.articles") == [{"repeated_at": at(60)}]
    assert len(rows(engine, "SELECT seq FROM wire.changes")) == 1


@pytest.mark.parametrize("first", [0, 1])
def test_a_repeat_in_the_batch_of_its_original_is_no_new_story(
    engine: sa.Engine, writer: Writer, first: int
) -> None:
    """Whichever came first in the batch: both were once stored, the same text twice."""
    content = {"headline": "Ferry aground", "body": "Same text."}
    both = [told("first", 0, **content), told("again", 60, signals={"kind": "repeat"}, **content)]
    outcomes = writer.write([both[first], both[1 - first]])
    assert {outcome.story_id for outcome in outcomes} == {story_id("first")}
    assert (outcomes[first].outcome, outcomes[1 - first].outcome) == ("stored", "duplicate")
    assert rows(engine, "SELECT id, revision, repeated_at FROM wire_data.articles") == [
        {"id": story_id("first"), "revision": 1, "repeated_at": at(60)}
    ]
    assert len(rows(engine, "SELECT seq FROM wire.changes")) == 1


def test_a_repeat_whose_original_is_not_known_is_a_story(engine: sa.Engine, writer: Writer) -> None:
    content = {"headline": "Ferry aground", "body": "Same text."}
    writer.write([told("again", 60, signals={"kind": "repeat"}, **content)])
    writer.write([told("first", 0, **content)])
    assert [row["id"] for row in chain(engine)] == [story_id("first"), story_id("again")]


def test_the_latest_is_one_that_can_be_read(engine: sa.Engine, writer: Writer) -> None:
    writer.write([told("first", 0)])
    kill = {"kind": "kill", "pub_status": "canceled"}
    writer.write([update("second", 30, 1)])
    writer.write([update("third", 60, 2)])
    assert [row["is_latest"] for row in chain(engine)] == [False, False, True]
    writer.write([tagged("third", text="KILL", minutes=90, signals=kill)])
    assert [row["is_latest"] for row in chain(engine)] == [False, True]


FIRST = """The ports of Dunmouth and Carrick closed to ferries on Monday as winds passed 100 kph.
Eleven ferries were waiting in the Sound, the coastguard said. No injuries were reported.
"We open when the pilots say so," Dunmouth harbour master Aldous Fenwright told reporters."""
SECOND = """The ports of Dunmouth and Carrick stayed closed to ferries on Monday as winds passed
110 kph. Eleven ferries and some 4,000 passengers were waiting in the Sound, the coastguard said.
Ferry operator Straitline had food for two days, its chief executive Petra Hollins said.
"We open when the pilots say so," Dunmouth harbour master Aldous Fenwright told reporters."""
THIRD = """Dunmouth and Carrick opened to ferries on Monday night after a storm that had kept some
4,000 passengers at sea. The first of eleven ferries tied up at 1805 GMT, the coastguard said.
Ferry operator Straitline would carry all of them again at no charge, Petra Hollins said."""
BESIDE = """Trains between Dunmouth and the capital stood still on Monday after trees had fallen
on the line. The railway said that 30 workers with saws were on their way and hotels were paid.
Some 700 people spent the night in the stations of Elmbridge and Cotter, mayor Joan Pym said."""
STORM = [
    told("first", 0, slug=None, headline="Storm shuts two ports", body=FIRST),
    update("second", 30, 1, slug=None, headline="Storm keeps ports shut", body=SECOND),
    update("third", 60, 2, slug=None, headline="Ports open after storm, ferries in", body=THIRD),
    told("beside", 40, slug=None, headline="Storm stops trains to capital", body=BESIDE),
]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_chain_whose_headlines_change_is_found_in_every_order(
    engine: sa.Engine, writer: Writer, order: tuple[int, ...]
) -> None:
    """Once takes were found by slug, headline and near-duplicate body alone."""
    for index in order:
        writer.write([STORM[index]])
    found = chain(engine)
    assert [row["id"] for row in found] == [story_id(n) for n in ("first", "second", "third")]
    assert [row["link_reason"] for row in found] == [None, "body", "body"]
    assert [row["is_latest"] for row in found] == [False, False, True]
    assert all(0.5 < row["link_confidence"] < 0.9 for row in found[1:])


def test_a_take_that_was_missing_brings_together_what_it_lies_between(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([STORM[0]])
    writer.write([STORM[2]])
    assert chain(engine) == []
    writer.write([STORM[1]])
    assert len(chain(engine)) == 3
    told_of = rows(engine, "SELECT article_id FROM wire.changes WHERE kind = 'relinked'")
    assert {row["article_id"] for row in told_of} == {story_id("first"), story_id("third")}


def test_a_round_up_is_no_take_of_what_it_rounds_up(engine: sa.Engine, writer: Writer) -> None:
    writer.write([told("first", 0)])
    wrapup = {"kind": "update", "update_number": 1, "genre": "wrapup"}
    writer.write([told("second", 30, signals=wrapup)])
    assert chain(engine) == []


def test_the_same_story_in_another_language_is_another_chain(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([told("first", 0), update("second", 30, 1, language="fr")])
    assert chain(engine) == []


def test_a_kill_stands_in_the_chain_of_what_it_killed(engine: sa.Engine, writer: Writer) -> None:
    kill = {"kind": "kill", "pub_status": "canceled", "names_slug": "FERRY/"}
    writer.write([told("first", 0), update("second", 30, 1)])
    writer.write([told("kill", 60, slug=None, body="Kill it.", signals=kill)])
    found = rows(
        engine,
        "SELECT id, chain_position, link_reason, link_confidence FROM wire_data.articles"
        " WHERE chain_id IS NOT NULL ORDER BY chain_position",
    )
    assert [row["id"] for row in found] == [story_id(n) for n in ("first", "second", "kill")]
    assert (found[2]["link_reason"], found[2]["link_confidence"]) == ("named", 0.95)


def test_a_story_brought_back_is_the_latest_again(engine: sa.Engine, writer: Writer) -> None:
    writer.write(STORIES[:2])
    decisions.kill(engine, story_id("second"), who="ed", reason="libel", now=at(90))
    assert [row["is_latest"] for row in chain(engine)] == [True]
    decisions.reinstate(engine, story_id("second"), who="ed", reason="no", now=at(91))
    assert [row["is_latest"] for row in chain(engine)] == [False, True]
