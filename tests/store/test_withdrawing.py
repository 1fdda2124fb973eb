from typing import Any

import pytest
import sqlalchemy as sa

from store.schema import AgencyRights
from store.writer import Writer
from tests.store.stories import BODY, Clock, at, rows, story_id, tagged

pytestmark = pytest.mark.usefixtures("whole")


def outcome(writer: Writer, **fields: object) -> str:
    (told,) = writer.write([tagged(**fields)])  # type: ignore[arg-type]  # tagged checks them
    return told.outcome


def kinds(engine: sa.Engine) -> list[str]:
    return [row["kind"] for row in rows(engine, "SELECT kind FROM wire.changes ORDER BY seq")]


def text_anywhere(engine: sa.Engine) -> int:
    """Count the rows of all views that hold something of the story."""
    queries = (
        "SELECT count(*) AS n FROM wire.articles",
        "SELECT count(*) AS n FROM wire.article_versions",
        "SELECT count(*) AS n FROM wire.mentions",
        "SELECT count(*) AS n FROM wire.entities",
        "SELECT count(*) AS n FROM wire.articles_as_of(now() + interval '10 years')",
    )
    return sum(rows(engine, query)[0]["n"] for query in queries)


KILL = {"kind": "kill", "pub_status": "canceled"}
HOLD = {"kind": "hold", "pub_status": "withheld"}


def test_a_kill_at_its_own_address_takes_the_story_out(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(text="A")])
    assert text_anywhere(engine) > 0
    assert outcome(writer, text="KILL", minutes=5, signals=KILL) == "killed"
    assert text_anywhere(engine) == 0
    assert kinds(engine) == ["published", "killed"]


def test_a_kill_that_comes_first_stops_the_text(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(text="KILL", minutes=5, signals=KILL)])
    assert outcome(writer, text="A", minutes=1) in {"unchanged", "duplicate"}
    assert text_anywhere(engine) == 0
    assert kinds(engine) == ["killed"]


def test_a_text_after_the_kill_brings_nothing_back(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(text="A"), tagged(text="KILL", minutes=5, signals=KILL)])
    writer.write([tagged(text="A", minutes=9), tagged(text="B", minutes=10)])
    assert text_anywhere(engine) == 0


def test_a_kill_again_is_one_kill(engine: sa.Engine, writer: Writer) -> None:
    batch = [tagged(text="A"), tagged(text="KILL", minutes=5, signals=KILL)]
    writer.write(batch)
    writer.write(batch)
    assert len(rows(engine, "SELECT * FROM wire.withdrawals")) == 1
    assert kinds(engine) == ["published", "killed"]


def test_a_hold_withholds_until_another_text_comes(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(text="A")])
    assert outcome(writer, text="HOLD", minutes=5, signals=HOLD) == "withheld"
    assert text_anywhere(engine) == 0
    writer.write([tagged(text="B", minutes=9)])
    assert kinds(engine) == ["published", "withheld", "released"]


def test_an_embargo_withholds_until_its_time(
    engine: sa.Engine, writer: Writer, clock: Clock
) -> None:
    embargo = {"kind": "embargo", "pub_status": "withheld", "embargoed_until": at(120)}
    assert outcome(writer, signals=embargo) == "withheld"
    assert text_anywhere(engine) == 0
    assert kinds(engine) == ["withheld"]


def test_a_past_embargo_is_none(engine: sa.Engine, writer: Writer) -> None:
    embargo = {"kind": "embargo", "pub_status": "withheld", "embargoed_until": at(-120)}
    assert outcome(writer, signals=embargo) == "stored"


def test_an_embargo_without_a_time_stays(engine: sa.Engine, writer: Writer) -> None:
    assert outcome(writer, signals={"kind": "embargo", "pub_status": "withheld"}) == "withheld"


def test_35_a_page_that_is_gone_takes_the_story_out(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged()])
    assert outcome(writer, minutes=9, status=410, body="", body_kind="none") == "removed"
    assert text_anywhere(engine) == 0
    assert kinds(engine) == ["published", "removed"]


def test_35_one_404_is_an_accident_two_are_a_removal(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged()])
    assert outcome(writer, minutes=9, status=404, body="", body_kind="none") == "unchanged"
    assert outcome(writer, minutes=10, status=404, body="", body_kind="none") == "unchanged"
    assert outcome(writer, minutes=24, status=404, body="", body_kind="none") == "removed"


def test_a_page_that_came_back_between_was_no_removal(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged()])
    writer.write([tagged(minutes=9, status=404, body="", body_kind="none"), tagged(minutes=12)])
    assert outcome(writer, minutes=24, status=404, body="", body_kind="none") == "unchanged"


def test_a_page_that_comes_back_reinstates_the_story(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged(), tagged(minutes=9, status=410, body="", body_kind="none")])
    assert outcome(writer, minutes=12) == "updated"
    assert kinds(engine) == ["published", "removed", "reinstated"]
    assert text_anywhere(engine) > 0


def test_a_page_seen_before_its_removal_brings_nothing_back(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([tagged(), tagged(minutes=9, status=410, body="", body_kind="none")])
    writer.write([tagged(minutes=5, text="B")])
    assert text_anywhere(engine) == 0


def test_news_of_a_removal_that_is_older_than_the_text_is_old(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([tagged(minutes=9)])
    assert outcome(writer, minutes=5, status=410, body="", body_kind="none") == "duplicate"
    assert text_anywhere(engine) > 0


def test_a_page_gone_before_it_was_stored_leaves_nothing(engine: sa.Engine, writer: Writer) -> None:
    assert outcome(writer, status=410, body="", body_kind="none") == "removed"
    assert rows(engine, "SELECT * FROM wire_data.articles") == []


@pytest.mark.parametrize(
    ("store", "body", "kind", "mentions"),
    [
        ("full", f"{BODY}\nThe text is A.", "full", 1),
        ("lead", "First paragraph names Ana Kos.", "lead", 1),
        ("metadata", None, "none", 0),
    ],
)
def test_37_no_more_is_kept_than_rights_allow(
    engine: sa.Engine, writer: Writer, store: str, body: str, kind: str, mentions: int
) -> None:
    with engine.begin() as connection:
        row = {"agency": "tass", "store": store, "terms_url": "https://tass.example/terms"}
        connection.execute(sa.insert(AgencyRights), row)
    writer.write([tagged()])
    (kept,) = rows(engine, "SELECT body, body_kind, rights FROM wire.articles")
    assert (kept["body"], kept["body_kind"]) == (body, kind)
    assert kept["rights"] == {
        "store": store,
        "keep_days": None,
        "terms_url": "https://tass.example/terms",
    }
    assert len(rows(engine, "SELECT * FROM wire.mentions")) == mentions
    found = rows(engine, "SELECT tsv @@ to_tsquery('simple', 'third') AS hit FROM wire.articles")
    assert found[0]["hit"] is (store == "full")


def test_a_page_that_asks_not_to_be_archived_keeps_its_lead(
    engine: sa.Engine, writer: Writer
) -> None:
    writer.write([tagged(noarchive=True)])
    (row,) = rows(engine, "SELECT body, rights FROM wire.articles")
    assert row["body"] == "First paragraph names Ana Kos."
    assert row["rights"]["store"] == "lead"


def test_a_feeds_own_rights_override_its_agencys(engine: sa.Engine, writer: Writer) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(AgencyRights), {"agency": "tass", "store": "metadata"})
        connection.exec_driver_sql(
            "INSERT INTO wire_data.feeds (url, added_at, next_poll_at, interval_s, store)"
            " VALUES ('https://wire.example/rss', now(), now(), 60, 'full')"
        )
    writer.write([tagged()])
    assert rows(engine, "SELECT body_kind FROM wire.articles") == [{"body_kind": "full"}]


def test_two_addresses_of_one_text_are_one_story(engine: sa.Engine, writer: Writer) -> None:
    one = tagged("one", minutes=1)
    final = "https://wire.example/one"
    text = {"text": "A", "content_sha256": one.story.content_sha256}
    two = tagged("two", minutes=3, final_url=final, feed_url="https://wire.example/top", **text)
    writer.write([one])
    (told,) = writer.write([two])
    assert (told.story_id, told.outcome) == (story_id("one"), "updated")
    (row,) = rows(engine, "SELECT id, feeds FROM wire.articles")
    assert row["feeds"] == ["https://wire.example/rss", "https://wire.example/top"]
    # what is still on its way under the younger id is the older story too
    writer.write([tagged("two", text="B", minutes=5)])
    assert rows(engine, "SELECT headline FROM wire.articles") == [{"headline": "Headline B"}]


def test_the_older_id_stays_whatever_came_first(engine: sa.Engine, writer: Writer) -> None:
    shared = {"final_url": "https://wire.example/final"}
    younger = tagged("two", minutes=1, **shared)
    lineage = younger.story.lineage.model_copy(update={"discovered": at(-60)})
    older = tagged("one", minutes=3, lineage=lineage, **shared)
    writer.write([younger])
    writer.write([older])
    assert [row["id"] for row in rows(engine, "SELECT id FROM wire.articles")] == [story_id("one")]
    changes = rows(engine, "SELECT article_id, kind FROM wire.changes ORDER BY seq")
    assert changes[1] == {"article_id": story_id("two"), "kind": "removed"}


def test_two_stories_with_rows_become_one(engine: sa.Engine, writer: Writer) -> None:
    writer.write([tagged("one", text="A", minutes=1), tagged("two", text="B", minutes=2)])
    writer.write([tagged("two", text="A", minutes=3, content_sha256=_sha("one", "A"))])
    bridge = {"canonical_link": "https://wire.example/one", "content_sha256": _sha("one", "A")}
    writer.write([tagged("two", text="A", minutes=4, **bridge)])
    (row,) = rows(engine, "SELECT id, headline FROM wire.articles")
    assert (row["id"], row["headline"]) == (story_id("one"), "Headline A")
    versions = rows(engine, "SELECT headline FROM wire.article_versions ORDER BY revision")
    assert [version["headline"] for version in versions] == ["Headline A", "Headline B"]


def test_sites_that_point_every_page_at_their_front_page_merge_nothing(
    engine: sa.Engine, writer: Writer
) -> None:
    for canonical in ("https://wire.example/", "https://wire.example/news"):
        writer.write(
            [
                tagged("one", text="A", canonical_link=canonical),
                tagged("two", text="B", canonical_link=canonical),
            ]
        )
    assert len(rows(engine, "SELECT id FROM wire.articles")) == 2


def test_a_canonical_link_to_another_host_is_not_believed(
    engine: sa.Engine, writer: Writer
) -> None:
    content: dict[str, Any] = {"content_sha256": _sha("one", "A")}
    writer.write([tagged("one", text="A")])
    republished = tagged(
        "two",
        text="A",
        url="https://paper.example/two",
        canonical_link="https://wire.example/one",
        **content,
    )
    writer.write([republished])
    assert len(rows(engine, "SELECT id FROM wire.articles")) == 2


def _sha(name: str, text: str) -> str:
    return tagged(name, text).story.content_sha256
