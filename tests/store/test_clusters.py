from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from store import decisions
from store.rows import TaggedStory
from store.similarity import alike, signature
from store.writer import Writer
from tests.store.stories import at, rows, story_id, tagged
from wire.messages import Lineage

FERRY = """A ferry with 212 people aboard ran aground off western Norway on Monday, police said.
All passengers were taken ashore in 14 lifeboats within 90 minutes and nobody was badly hurt.
The ferry had left Stavanger on Sunday night for Bergen and struck rocks 3 kilometres from land.
Its operator said that the vessel had been inspected in April and that no fault had been found.
The coast guard sent 2 ships and a helicopter, which lifted an injured crew member to hospital.
The accident is the 4th of its kind on this coast since 2019, the maritime authority said."""
CUT = "\n".join(FERRY.split("\n")[:3])
REWRITTEN = FERRY.replace("police said", "the police told reporters").replace(
    "Its operator said that the vessel", "The company that runs it said the ship"
)
OTHER = """Parliament voted on Tuesday to raise the retirement age to 67 by the end of the decade.
The bill passed by 98 votes to 71 after a debate of eleven hours and protests in the capital.
The finance minister said that the change would save 2.4 billion a year once it was in force.
Unions called a strike for Friday and promised to take the law to the constitutional court."""


def weather(city: str, high: int, low: int, wind: int, rain: int) -> str:
    return (
        f"Weather for {city}: cloudy in the morning with sunny spells in the afternoon. "
        f"The highest temperature will be {high} degrees, the lowest {low} degrees at night. "
        f"Winds from the west of up to {wind} kilometres an hour, chance of rain {rain} percent. "
        "Drivers should expect fog in the valleys in the early hours of the day."
    )


@pytest.mark.parametrize("copy", [FERRY, CUT, REWRITTEN, "By our correspondent\n" + FERRY])
def test_syndicated_copy_is_alike(copy: str) -> None:
    one, other = signature(FERRY), signature(copy)
    assert one is not None
    assert other is not None
    assert alike(one, other) > 0.4
    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FERRY, OTHER),
        (weather("Oslo", 11, 4, 25, 30), weather("Bergen", 9, 6, 40, 80)),
        (weather("Oslo", 11, 4, 25, 30), weather("Oslo", 12, 5, 35, 10)),
    ],
)
def test_look_alikes_are_not(one: str, other: str) -> None:
    first, second = signature(one), signature(other)
    assert first is not None
    assert second is not None
    assert alike(first, second) == 0


def test_an_alert_is_too_short_to_tell() -> None:
    assert signature("Ferry runs aground off Norway, police say") is None


def test_scripts_without_spaces_are_told_apart_too() -> None:
    story = (
        "挪威西部海岸周一清晨一艘载有二百一十二人的渡轮搁浅警方称所有乘客均已被救生艇送上岸无人重伤"
    )
    vote = "议会周二以九十八票对七十一票通过法案决定把退休年龄提高到六十七岁工会号召罢工"
    first, copied, other = map(signature, (story, story + "记者报道", vote))
    assert first is not None
    assert copied is not None
    assert other is not None
    assert alike(first, copied) > 0.8
    assert alike(first, other) == 0


@given(st.text(max_size=400))
def test_any_text_has_a_signature_or_none(body: str) -> None:
    made = signature(body)
    if made is not None:
        assert alike(made, made) == 1
        assert len(set(made.bands)) == len(made.bands)
        assert all(-(2**63) <= band < 2**63 for band in made.bands)


def lineage(minutes: float) -> Lineage:
    return tagged().story.lineage.model_copy(update={"discovered": at(minutes)})


def told(name: str, body: str = FERRY, minutes: float = 0, **fields: Any) -> TaggedStory:
    plain: dict[str, Any] = {"lineage": lineage(minutes), "mentions": (), "entities": ()}
    plain["headline"] = f"Headline of {name}"
    return tagged(name, text=name, minutes=minutes, body=body, **(plain | fields))


def clusters(engine: sa.Engine) -> dict[UUID, UUID | None]:
    found = rows(engine, "SELECT id, cluster_id FROM wire.articles")
    return {row["id"]: row["cluster_id"] for row in found}


def test_copies_are_one_cluster_with_its_first_storys_id(engine: sa.Engine, writer: Writer) -> None:
    writer.write([told("one", agency="ap")])
    writer.write([told("two", CUT, 5, agency="afp", published_at=at(5)), told("other", OTHER, 6)])
    one, two, other = (story_id(name) for name in ("one", "two", "other"))
    assert clusters(engine) == {one: one, two: one, other: None}
    (cluster,) = rows(engine, "SELECT * FROM wire.clusters")
    assert (cluster["id"], cluster["size"], cluster["agencies"]) == (one, 2, ["afp", "ap"])
    assert (cluster["first_seen_at"], cluster["last_seen_at"]) == (at(0), at(5))
    assert (cluster["credited_agency"], cluster["credited_basis"]) == ("ap", "feed")
    changes = rows(engine, "SELECT article_id, kind FROM wire.changes ORDER BY seq")
    assert (one, "clustered") in {(row["article_id"], row["kind"]) for row in changes}
    assert (two, "clustered") not in {(row["article_id"], row["kind"]) for row in changes}


def test_twins_in_one_batch_find_each_other(engine: sa.Engine, writer: Writer) -> None:
    writer.write([told("one"), told("two", REWRITTEN, 1)])
    assert set(clusters(engine).values()) == {story_id("one")}


def test_the_first_filer_is_known_by_the_minute_or_by_sight(
    engine: sa.Engine, writer: Writer
) -> None:
    vague = {"published_precision": "day"}
    writer.write([told("seen", minutes=3, **vague), told("filed", minutes=5, published_at=at(1))])
    first = "SELECT first_article_id, first_basis, first_at FROM wire.clusters"
    (cluster,) = rows(engine, first)
    assert tuple(cluster.values()) == (story_id("filed"), "published", at(1))
    writer.write([told("early", minutes=6, lineage=lineage(0), **vague)])
    (cluster,) = rows(engine, first)
    assert tuple(cluster.values()) == (story_id("early"), "seen", at(0))


def test_a_cluster_is_credited_to_whom_most_copies_credit(
    engine: sa.Engine, writer: Writer
) -> None:
    """A house that sends on another's copy may well be the first that we see it from."""
    credit = {"agency": "reuters", "agency_basis": "credit", "published_at": at(5)}
    writer.write([told("first", agency="upi")])
    writer.write([told("paper", CUT, 5, publisher="paper.example", **credit)])
    credited = "SELECT credited_agency, credited_basis FROM wire.clusters"
    assert [tuple(row.values()) for row in rows(engine, credited)] == [("upi", "feed")]
    writer.write([told("gazette", REWRITTEN, 6, publisher="gazette.example", **credit)])
    assert [tuple(row.values()) for row in rows(engine, credited)] == [("reuters", "credit")]


def test_a_merge_keeps_the_cluster_that_began_first(engine: sa.Engine, writer: Writer) -> None:
    """Once the one with the oldest of the stories that were met was kept."""
    lines = FERRY.split("\n")
    half, rest = "\n".join(lines[:3]), "\n".join(lines[2:])
    writer.write([told("oldest", half, 0), told("late", half, 9)])
    writer.write([told("c", rest, 3), told("d", rest, 4)])
    with engine.begin() as connection:
        # the oldest of its cluster is met no more
        connection.execute(
            sa.text(
                "DELETE FROM wire_data.bands b USING wire_data.articles a"
                " WHERE a.nr = b.article_nr AND a.id = :id"
            ),
            {"id": story_id("oldest")},
        )
    writer.write([told("whole", FERRY, 10)])
    assert set(clusters(engine).values()) == {story_id("oldest")}


def test_a_storys_new_text_takes_it_out_of_its_cluster(engine: sa.Engine, writer: Writer) -> None:
    """Once its new copies were put into the cluster of the old ones."""
    writer.write([told("one"), told("copy", CUT, 1)])
    writer.write([told("vote", OTHER, 2)])
    writer.write([told("one", OTHER, 5)])
    one, copy, vote = (story_id(name) for name in ("one", "copy", "vote"))
    assert clusters(engine) == {one: vote, copy: one, vote: vote}
    sizes = rows(engine, "SELECT id, size FROM wire.clusters")
    assert {row["id"]: row["size"] for row in sizes} == {one: 1, vote: 2}


def test_a_correction_leaves_a_story_in_its_cluster(engine: sa.Engine, writer: Writer) -> None:
    """Once one with few figures left it, and the last change told of that."""
    bridge = FERRY.replace("14 ", "").replace("90 ", "").replace("2 ships", "ships")
    writer.write([told("one", bridge), told("copy", bridge, 1)])
    corrected = bridge.replace("212", "221").replace("2019", "2018").replace("4th", "5th")
    writer.write([told("one", corrected, 5, signals={"kind": "correction"})])
    assert set(clusters(engine).values()) == {story_id("one")}
    last = "SELECT kind FROM wire.changes WHERE article_id = :id ORDER BY seq DESC LIMIT 1"
    assert rows(engine, last, id=story_id("one")) == [{"kind": "corrected"}]


def test_what_was_killed_counts_no_more(engine: sa.Engine, writer: Writer) -> None:
    writer.write([told("one"), told("copy", CUT, 1)])
    decisions.kill(engine, story_id("one"), who="ed", reason="libel", now=at(9))
    cluster = "SELECT id, first_article_id, size FROM wire.clusters"
    (left,) = rows(engine, cluster)
    assert tuple(left.values()) == (story_id("one"), story_id("copy"), 1)
    decisions.kill(engine, story_id("copy"), who="ed", reason="libel", now=at(9))
    assert rows(engine, cluster) == []
    decisions.reinstate(engine, story_id("one"), who="ed", reason="no", now=at(9))
    (left,) = rows(engine, cluster)
    assert tuple(left.values()) == (story_id("one"), story_id("one"), 1)


def test_two_clusters_that_turn_out_to_be_one_keep_the_older_id(
    engine: sa.Engine, writer: Writer
) -> None:
    lines = FERRY.split("\n")
    half, rest = "\n".join(lines[:3]), "\n".join(lines[2:])
    writer.write([told("a", half, 1), told("b", half, 2)])
    writer.write([told("c", rest, 3), told("d", rest, 4)])
    assert set(clusters(engine).values()) == {story_id("a"), story_id("c")}
    writer.write([told("whole", FERRY, 5)])
    assert set(clusters(engine).values()) == {story_id("a")}
    assert [row["size"] for row in rows(engine, "SELECT size FROM wire.clusters")] == [5]
    moved = rows(
        engine,
        "SELECT article_id FROM wire.changes WHERE kind = 'clustered' AND article_id = ANY(:ids)",
        ids=[story_id("c"), story_id("d")],
    )
    assert {row["article_id"] for row in moved} >= {story_id("c"), story_id("d")}


def test_a_storys_new_text_is_what_it_is_found_by(engine: sa.Engine, writer: Writer) -> None:
    writer.write([told("one", OTHER)])
    writer.write([told("one", FERRY, 5)])
    writer.write([told("two", FERRY, 6), told("three", OTHER, 7)])
    found = clusters(engine)
    assert found[story_id("two")] == story_id("one")
    assert found[story_id("three")] is None


def test_the_same_batch_again_clusters_nothing_anew(engine: sa.Engine, writer: Writer) -> None:
    batch = [told("one"), told("two", CUT, 5)]
    writer.write(batch)
    before = rows(engine, "SELECT count(*) AS n FROM wire.changes")
    writer.write(batch)
    assert rows(engine, "SELECT count(*) AS n FROM wire.changes") == before
