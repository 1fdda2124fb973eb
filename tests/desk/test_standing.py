"""One look at all stages from outside: what came, what waits, since when, what was lost."""

import datetime as dt
from collections.abc import Iterator

import pytest

from desk import standing
from desk.standing import StageStanding
from store import feeds
from store.engine import Engine, create_engine
from tests.wire.kafka import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(kafka: str, topic_prefix: str) -> Iterator[Desk]:
    desk = Desk(kafka, topic_prefix)
    yield desk
    desk.producer.close()


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = create_engine(database)
    yield engine
    engine.dispose()


def look(desk: Desk, engine: Engine) -> dict[str, StageStanding]:
    found = standing.look(desk.kafka, desk.topics, engine)
    assert [each.stage for each in found.stages] == [
        "poll",
        "fetch",
        "extract",
        "enrich",
        "keeper",
        "dead-letters",
    ]
    return {each.stage: each for each in found.stages}


def test_at_first_nothing_waits(desk: Desk, engine: Engine) -> None:
    for each in look(desk, engine).values():
        assert (each.waiting, each.oldest_s, each.lost) == (0, None, 0)
        assert not each.in_per_min


def test_what_came_and_waits_is_told_with_its_age(desk: Desk, engine: Engine) -> None:
    now = dt.datetime.now(dt.UTC)
    feeds.add_feed(engine, "https://a.example/rss", next_poll_at=now - dt.timedelta(minutes=7))
    desk.publish(desk.topics.entries, 10)
    desk.publish(desk.topics.pages, 5)
    told = look(desk, engine)
    fetch, extract = told["fetch"], told["extract"]
    minutes = standing.WINDOW.total_seconds() / 60
    assert (fetch.in_per_min, fetch.waiting, extract.waiting) == (10 / minutes, 10, 5)
    assert told["poll"].out_per_min == fetch.in_per_min
    assert fetch.out_per_min == extract.in_per_min == 5 / minutes
    assert fetch.oldest_s is not None
    # since they were published; the machine may be busy
    assert 0 <= fetch.oldest_s < 240
    assert told["poll"].waiting == 1
    assert (told["poll"].oldest_s or 0) >= 7 * 60
