from typing import Any

import pytest
import sqlalchemy as sa

from store.schema import Pending
from store.writer import Writer
from tests.store.stories import NOW, at, entity, mention, rows, sha, story_id, tagged
from wire.errors import DeadLetter
from wire.messages import Dateline

pytestmark = pytest.mark.usefixtures("whole")


def article(engine: sa.Engine, name: str = "one") -> dict[str, Any]:
    (row,) = rows(engine, "SELECT * FROM wire.articles WHERE id = :id", id=story_id(name))
    return row


def kinds(engine: sa.Engine) -> list[str]:
    return [row["kind"] for row in rows(engine, "SELECT kind FROM wire.changes ORDER BY seq")]


def outcomes(writer: Writer, *batch: Any) -> list[str]:
    return [outcome.outcome for outcome in writer.write(batch)]


def test_a_story_becomes_a_row(engine: sa.Engine, writer: Writer) -> None:
    assert outcomes(writer, tagged(section="World", keywords=("a", "b"))) == ["stored"]
    row = article(engine)
    assert row["headline"] == "Headline A"
    assert row["body"].startswith("First paragraph")
    assert (row["revision"], row["pub_status"], row["body_kind"]) == (1, "usable", "full")
    assert (row["dateline_place"], row["dateline_country"]) == ("BELGRADE", "RS")
    assert (row["focus_country"], row["focus_confidence"]) == ("RS", 0.8)
    assert (row["section"], row["keywords"], row["feeds"]) == (
        "World",
        ["a", "b"],
        ["https://wire.example/rss"],
    )
    assert row["rights"] == {"store": "full", "keep_days": None, "terms_url": None}
    assert set(row["lineage"]) == {"discovered", "fetched", "extracted", "enriched", "stored"}
    assert row["content_sha256"] == tagged().story.content_sha256


def test_its_mentions_and_entities_are_rows_too(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged()])
    (row,) = rows(engine, "SELECT * FROM wire.mentions")
    assert (row["text"], row["field"], row["start_char"], row["end_char"]) == (
        "Ana Kos",
        "body",
        22,
        29,
    )
    (named,) = rows(engine, "SELECT * FROM wire.entities")
    assert named["id"] == row["entity_id"] == entity("Ana Kos").id
    assert (named["name"], named["status"], named["aliases"]) == ("Ana Kos", "auto", ["Ana Kos"])
    assert article(engine)["body"][22:29] == "Ana Kos"


def test_an_entity_is_one_row_however_often_it_comes(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged("one"), tagged("two", entities=(entity("Ana Kos", aliases=("Kos",)),))])
    writer.write([tagged("three", entities=(entity("Ana Kos", aliases=("A. Kos",)),))])
    (named,) = rows(engine, "SELECT * FROM wire.entities")
    assert named["aliases"] == ["A. Kos", "Ana Kos", "Kos"]


def test_the_same_batch_again_changes_nothing(engine: sa.Engine, writer: Writer) -> None:
    batch = [tagged("one"), tagged("two")]
    writer.write(batch)
    before = rows(engine, "SELECT * FROM wire.articles ORDER BY id")
    assert outcomes(writer, *batch) == ["duplicate", "duplicate"]
    assert rows(engine, "SELECT * FROM wire.articles ORDER BY id") == before
    assert kinds(engine) == ["published", "published"]
    assert len(rows(engine, "SELECT * FROM wire.mentions")) == 2


def test_a_new_text_is_a_new_revision(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(text="A")])
    assert outcomes(writer, tagged(text="B", minutes=1)) == ["updated"]
    assert (article(engine)["revision"], article(engine)["headline"]) == (2, "Headline B")
    versions = rows(engine, "SELECT * FROM wire.article_versions ORDER BY revision")
    assert [(v["revision"], v["headline"]) for v in versions] == [
        (1, "Headline A"),
        (2, "Headline B"),
    ]
    assert kinds(engine) == ["published", "updated"]


@pytest.mark.parametrize(("signal", "kind"), [("correction", "corrected"), ("refile", "refiled")])
def test_a_new_text_says_what_it_is(
    engine: sa.Engine, writer: Writer, signal: str, kind: str
) -> None:
    writer.write([tagged(text="A"), tagged(text="B", minutes=1, signals={"kind": signal})])
    assert kinds(engine) == ["published", kind]


def test_back_to_the_first_text_ends_at_it(engine: sa.Engine, writer: Writer) -> None:
    for text, minutes in (("A", 1), ("B", 2), ("A", 3)):
        writer.write([tagged(text=text, minutes=minutes)])
    assert (article(engine)["revision"], article(engine)["headline"]) == (1, "Headline A")
    first, second = rows(engine, "SELECT * FROM wire.article_versions ORDER BY revision")
    assert (first["first_observed_at"], first["last_observed_at"]) == (at(1), at(3))
    assert (second["first_observed_at"], second["last_observed_at"]) == (at(2), at(2))


def test_a_late_text_is_kept_but_not_shown(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(text="B", minutes=2, section="Now")])
    assert outcomes(writer, tagged(text="A", minutes=1, section="Then")) == ["unchanged"]
    row = article(engine)
    assert (row["headline"], row["section"]) == ("Headline B", "Now")
    assert len(rows(engine, "SELECT * FROM wire.article_versions")) == 2


def test_metadata_that_changes_alone_updates_the_row(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(section="World")])
    page = sha("other bytes")
    assert outcomes(writer, tagged(minutes=5, section="Europe", page_sha256=page)) == ["updated"]
    assert (article(engine)["section"], article(engine)["revision"]) == ("Europe", 1)


def test_a_text_seen_again_changes_nothing_to_see(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged()])
    assert outcomes(writer, tagged(minutes=5)) == ["unchanged"]
    assert kinds(engine) == ["published"]
    (version,) = rows(engine, "SELECT * FROM wire.article_versions")
    assert version["last_observed_at"] == at(5)


def test_newer_rules_replace_the_text_without_a_revision(engine: sa.Engine, writer: Writer) -> None:
    page = sha("page")
    writer.write([tagged(text="A", page_sha256=page, rules_version="9")])
    better = tagged(
        text="A better",
        page_sha256=page,
        rules_version="10",
        mentions=(mention("paragraph", 6, label="MISC"),),
        entities=(entity("paragraph", "MISC"),),
    )
    assert outcomes(writer, better) == ["updated"]
    row = article(engine)
    assert (row["headline"], row["revision"], row["rules_version"]) == (
        "Headline A better",
        1,
        "10",
    )
    (version,) = rows(engine, "SELECT * FROM wire.article_versions")
    assert version["headline"] == "Headline A better"
    assert [m["text"] for m in rows(engine, "SELECT text FROM wire.mentions")] == ["paragraph"]
    assert outcomes(writer, tagged(text="A", page_sha256=page, rules_version="9")) == ["duplicate"]
    assert article(engine)["headline"] == "Headline A better"


def test_a_better_tagger_replaces_mentions_without_a_revision(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([tagged(model_version="rules-1")])
    other = (mention("paragraph", 6, label="MISC"),)
    named = (entity("paragraph", "MISC"),)
    writer.write([tagged(model_version="rules-2", mentions=other, entities=named)])
    assert [m["text"] for m in rows(engine, "SELECT text FROM wire.mentions")] == ["paragraph"]
    writer.write([tagged(model_version="rules-1")])
    assert [m["text"] for m in rows(engine, "SELECT text FROM wire.mentions")] == ["paragraph"]
    assert article(engine)["model_version"] == "rules-2"


def test_feed_text_never_replaces_page_text(engine: sa.Engine, writer: Writer) -> None:
    feed = tagged(text="F", minutes=9, source="feed", body_kind="feed", flags=("feed-text",))
    writer.write([tagged(text="P", minutes=1), feed])
    assert (article(engine)["headline"], article(engine)["flags"]) == ("Headline P", [])


def test_page_text_replaces_feed_text(engine: sa.Engine, writer: Writer) -> None:
    feed = tagged(text="F", minutes=9, source="feed", body_kind="feed", flags=("feed-text",))
    writer.write([feed, tagged(text="P", minutes=1)])
    assert (article(engine)["headline"], article(engine)["flags"]) == ("Headline P", [])


def test_36_a_teaser_never_replaces_a_full_text(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(text="full", minutes=1)])
    writer.write([tagged(text="teaser", minutes=2, body_kind="lead")])
    assert (article(engine)["headline"], article(engine)["body_kind"]) == ("Headline full", "full")


def test_when_the_shown_text_sinks_the_other_stands_with_its_own_metadata(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([tagged(text="A", minutes=1, section="first", keywords=("a",))])
    page = sha("second page")
    writer.write([tagged(text="B", minutes=2, section="second", page_sha256=page)])
    teaser = tagged(
        text="B", minutes=2, section="second", page_sha256=page, body_kind="lead", rules_version="2"
    )
    assert outcomes(writer, teaser) == ["updated"]
    row = article(engine)
    assert (row["headline"], row["section"], row["keywords"]) == ("Headline A", "first", ["a"])
    assert (row["dateline_place"], row["published_at"]) == ("BELGRADE", NOW)


def test_an_entry_that_became_an_article_is_no_longer_awaited(
    engine: sa.Engine, writer: Writer
) -> None:
    with engine.begin() as connection:
        for name in ("one", "two"):
            row = {"story_id": story_id(name), "entry": b"{}", "published_at": NOW}
            connection.execute(sa.insert(Pending), row)
    writer.write([tagged("one")])
    assert rows(engine, "SELECT story_id FROM wire_data.pending") == [{"story_id": story_id("two")}]


def test_a_batch_with_a_bad_row_is_refused_whole(engine: sa.Engine, writer: Writer) -> None:
    bad = tagged("bad", dateline=Dateline(raw="NOWHERE", geoname_id=2**40))
    with pytest.raises(DeadLetter, match=r"refused-by-database: .*out of range"):
        writer.write([tagged("one"), bad])
    assert rows(engine, "SELECT * FROM wire.articles") == []
    # as the stage loop redoes it
    assert outcomes(writer, tagged("one")) == ["stored"]
    with pytest.raises(DeadLetter):
        writer.write([bad])
    assert outcomes(writer, tagged("two")) == ["stored"]


def test_a_story_twice_in_a_batch_has_both_texts(engine: sa.Engine, writer: Writer) -> None:
    told = writer.write([tagged(text="A"), tagged(text="B", minutes=1)])
    assert [(o.outcome, o.revision, o.seq) for o in told] == [("stored", 1, 1), ("updated", 2, 2)]
    assert len(rows(engine, "SELECT * FROM wire.article_versions")) == 2


def test_nothing_to_write_is_nothing_written(writer: Writer) -> None:
    assert writer.write([]) == []


# --- search vectors


def test_a_vector_is_that_of_its_text(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged("one", subheadline="Below", language="de"), tagged("two", text="B")])
    reread = {"page_sha256": sha("page two C"), "rules_version": "2"}
    writer.write([tagged("two", text="C", minutes=5)])
    writer.write([tagged("two", text="D", minutes=5, **reread)])
    differing = """
        SELECT count(*) AS n FROM wire_data.article_versions
        WHERE tsv IS DISTINCT FROM
          wire_data.search_vector(language, headline, subheadline, body)"""
    assert rows(engine, differing) == [{"n": 0}]
    assert rows(engine, "SELECT count(*) AS n FROM wire_data.article_versions") == [{"n": 3}]


def test_a_text_that_is_changed_by_hand_is_found_by_its_new_words_alone(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([tagged("one", body="A secret word.")])
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE wire_data.article_versions SET body = 'Gone.'")
    found = "SELECT count(*) AS n FROM wire.articles WHERE tsv @@ to_tsquery('english', :word)"
    assert rows(engine, found, word="secret") == [{"n": 0}]
    assert rows(engine, found, word="gone") == [{"n": 1}]
