import datetime as dt
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from store import decisions
from store.keeper import Keeper
from store.rows import TaggedStory
from store.writer import Writer
from tests.store.stories import at, rows, story_id, tagged
from wire.settings import Settings

pytestmark = pytest.mark.usefixtures("whole")

SLUG = "BC-EU--Ferry Grounding"


def target(name: str = "ferry", **fields: Any) -> TaggedStory:
    plain: dict[str, Any] = {"slug": SLUG, "published_at": at(0)}
    return tagged(name, **(plain | fields))


def notice(name: str = "notice", kind: str = "kill", **fields: Any) -> TaggedStory:
    status = "canceled" if kind == "kill" else "withheld"
    names = {"names_slug": fields.pop("names_slug", SLUG)}
    names["names_headline"] = fields.pop("names_headline", None)
    signals = {"kind": kind, "pub_status": status, **names}
    plain: dict[str, Any] = {"signals": signals, "minutes": 30, "published_at": at(30)}
    plain["text"] = f"{kind} {name}"
    return tagged(name, **(plain | fields))


def shown(engine: sa.Engine) -> set[UUID]:
    return {row["id"] for row in rows(engine, "SELECT id FROM wire.articles")}


def kinds(engine: sa.Engine, name: str = "ferry") -> list[str]:
    query = "SELECT kind FROM wire.changes WHERE article_id = :id ORDER BY seq"
    return [row["kind"] for row in rows(engine, query, id=story_id(name))]


def orders() -> list[Sequence[Sequence[TaggedStory]]]:
    """Return every way in which a story and its kill may come: apart or in one batch."""
    told = [target(), notice()]
    apart = [[[one] for one in order] for order in permutations(told)]
    return [*apart, *([list(order)] for order in permutations(told))]


@pytest.mark.parametrize("order", orders(), ids=["after", "before", "together", "together first"])
def test_a_kill_by_slug_takes_the_story_out_in_every_order(
    engine: sa.Engine, writer: Writer, order: Sequence[Sequence[TaggedStory]]
) -> None:
    for batch in order:
        writer.write(batch)
    assert shown(engine) == set()
    assert kinds(engine)[-1] == "killed"
    (row,) = rows(
        engine, "SELECT * FROM wire.withdrawals WHERE article_id = :id", id=story_id("ferry")
    )
    assert (row["kind"], row["agency"]) == ("kill", "tass")
    # the whole again, from the beginning
    for batch in order:
        writer.write(batch)
    assert shown(engine) == set()
    assert kinds(engine).count("killed") == 1


def test_a_kill_by_headline_reads_it_without_marks(engine: sa.Engine, writer: Writer) -> None:
    writer.write([target(slug=None, headline="Ferry “runs aground” off Bergen")])
    named = 'FERRY "RUNS AGROUND" OFF BERGEN'
    writer.write([notice(names_slug=None, names_headline=named)])
    assert shown(engine) == set()


@pytest.mark.parametrize(
    "other",
    [
        {"agency": "afp"},
        {"publisher": "paper.example"},
        {"slug": "BC-EU--Other"},
        {"published_at": at(45)},
    ],
)
def test_a_kill_takes_nothing_that_it_does_not_mean(
    engine: sa.Engine, writer: Writer, other: dict[str, Any]
) -> None:
    writer.write([target(**other), notice()])
    writer.write([target("late", **other)])
    assert shown(engine) == {story_id("ferry"), story_id("late")}


def test_a_republishers_kill_is_its_own(engine: sa.Engine, writer: Writer) -> None:
    writer.write([target(), target("copy", publisher="paper.example")])
    writer.write([notice(publisher="paper.example")])
    assert shown(engine) == {story_id("ferry")}


def test_a_tombstone_is_good_for_two_days(engine: sa.Engine, writer: Writer) -> None:
    writer.write([notice()])
    late: dict[str, Any] = {"minutes": 30 + 48 * 60 + 1, "published_precision": "received"}
    writer.write([target(**late)])
    assert shown(engine) == {story_id("ferry")}
    keeper = Keeper(engine, lambda _: None, Settings())
    keeper.tick(at(30) + dt.timedelta(hours=48, minutes=1))
    keeper.close()
    assert rows(engine, "SELECT * FROM wire_data.tombstones") == []


def test_a_substitute_after_the_kill_stands(engine: sa.Engine, writer: Writer) -> None:
    writer.write([notice()])
    writer.write([target()])
    writer.write([target("substitute", published_precision="received", minutes=60)])
    assert shown(engine) == {story_id("substitute")}


@pytest.mark.parametrize("together", [True, False])
def test_where_several_may_be_meant_a_person_decides(
    engine: sa.Engine, writer: Writer, together: bool
) -> None:
    """In one batch with them the kill once took them all."""
    told = [target("one", text="A"), target("two", text="B"), notice()]
    for batch in [told] if together else [told[:2], told[2:]]:
        writer.write(batch)
    assert shown(engine) == {story_id("one"), story_id("two")}
    (waiting,) = decisions.waiting(engine)
    assert set(waiting.candidates) == {story_id("one"), story_id("two")}
    assert (waiting.reason, waiting.kind) == ("several stories", "kill")
    assert decisions.settle(
        engine, waiting.nr, [story_id("two")], who="ed", reason="read it", now=at(60)
    )
    assert shown(engine) == {story_id("one")}
    assert decisions.waiting(engine) == []
    again = decisions.settle(engine, waiting.nr, [], who="ed", reason="", now=at(61))
    assert not again


def test_of_several_the_one_with_both_names_is_meant(engine: sa.Engine, writer: Writer) -> None:
    writer.write([target("one", text="A"), target("two", text="B")])
    writer.write([notice(names_headline="Headline B")])
    assert shown(engine) == {story_id("one")}


def test_a_kill_in_a_doubtful_form_is_left_to_a_person(engine: sa.Engine, writer: Writer) -> None:
    signals = {"names_slug": SLUG}
    writer.write([target(), tagged("doubt", signals=signals, warnings=("kill-doubtful",))])
    assert story_id("ferry") in shown(engine)
    (waiting,) = decisions.waiting(engine)
    assert (waiting.reason, waiting.notice_id) == ("doubtful form", story_id("doubt"))


def test_a_hold_by_name_is_lifted_by_an_advisory(engine: sa.Engine, writer: Writer) -> None:
    writer.write([target()])
    writer.write([notice(kind="hold")])
    assert shown(engine) == set()
    lift: dict[str, Any] = {
        "signals": {"names_slug": SLUG},
        "flags": ("lifts-hold",),
        "minutes": 60,
    }
    writer.write([tagged("advisory", **lift)])
    assert shown(engine) == {story_id("ferry"), story_id("advisory")}
    assert kinds(engine) == ["published", "withheld", "released"]


def test_a_person_kills_and_reinstates(engine: sa.Engine, writer: Writer) -> None:
    writer.write([target()])
    assert decisions.kill(engine, story_id("ferry"), who="ed", reason="libel", now=at(60))
    assert shown(engine) == set()
    assert decisions.reinstate(engine, story_id("ferry"), who="ed", reason="no", now=at(61))
    assert shown(engine) == {story_id("ferry")}
    assert kinds(engine) == ["published", "killed", "reinstated"]
    audit = rows(engine, "SELECT who, action, reason FROM wire_data.audit ORDER BY nr")
    assert [(row["action"], row["reason"]) for row in audit] == [
        ("kill", "libel"),
        ("reinstate", "no"),
    ]
    nothing = decisions.kill(engine, story_id("nothing"), who="ed", reason="", now=at(62))
    assert not nothing


def test_a_notice_that_was_overruled_kills_no_more(engine: sa.Engine, writer: Writer) -> None:
    writer.write([target(), notice()])
    decisions.reinstate(engine, story_id("ferry"), who="ed", reason="hoax", now=at(60))
    assert shown(engine) == {story_id("ferry")}
    writer.write([notice()])
    writer.write([target(), notice()])
    assert shown(engine) == {story_id("ferry")}


def test_a_reinstated_story_shows_its_text_not_its_kill(engine: sa.Engine, writer: Writer) -> None:
    kill = {"kind": "kill", "pub_status": "canceled"}
    writer.write([tagged("ferry"), tagged("ferry", text="KILL", minutes=5, signals=kill)])
    decisions.reinstate(engine, story_id("ferry"), who="ed", reason="hoax", now=at(60))
    assert rows(engine, "SELECT headline FROM wire.articles") == [{"headline": "Headline A"}]


TAKES = [
    target("first"),
    target("second", minutes=10, published_at=at(10), signals={"kind": "update"}),
    notice(),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_a_kill_takes_all_takes_of_the_story_that_are_there(
    engine: sa.Engine, writer: Writer, order: tuple[int, ...], together: bool
) -> None:
    batch = [TAKES[index] for index in order]
    for part in [batch] if together else [[one] for one in batch]:
        writer.write(part)
    # a tombstone waits for one story: what comes after that may be a substitute
    first_alone = not together and order.index(2) < 2
    assert len(shown(engine)) <= (1 if first_alone else 0)
    assert decisions.waiting(engine) == []


def test_a_kill_and_its_story_from_two_consumers_at_once_find_each_other(
    engine: sa.Engine,
) -> None:
    ready = threading.Barrier(2)

    def write(told: TaggedStory) -> None:
        writer = Writer(engine)
        ready.wait()
        writer.write([told])

    for number in range(20):
        slug = f"FERRY-{number}"
        with ThreadPoolExecutor(2) as pool:
            pair = (
                target(f"ferry {number}", slug=slug),
                notice(f"notice {number}", names_slug=slug),
            )
            list(pool.map(write, pair))
    assert shown(engine) == set()
    killed = rows(engine, "SELECT 1 FROM wire_data.articles WHERE pub_status = 'canceled'")
    assert len(killed) == 40


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("name", ["ferry", "refiled"])
def test_a_hold_is_lifted_by_a_refile_in_every_order(
    engine: sa.Engine, writer: Writer, order: tuple[int, ...], name: str
) -> None:
    """At the story's own address or another one; once no refile lifted a hold by name."""
    refile = {"minutes": 60, "text": "again", "signals": {"kind": "refile"}}
    if name != "ferry":
        refile["published_at"] = at(60)
    told = [target(), notice(kind="hold"), target(name, **refile)]
    for index in order:
        writer.write([told[index]])
    assert story_id(name) in shown(engine)
    if order == (0, 1, 2):
        assert shown(engine) == {story_id("ferry"), story_id(name)}


def test_a_hold_after_a_refile_holds(engine: sa.Engine, writer: Writer) -> None:
    writer.write([target(), target(minutes=10, text="again", signals={"kind": "refile"})])
    writer.write([notice(kind="hold")])
    assert shown(engine) == set()
