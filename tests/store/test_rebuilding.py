"""Who streams wire.articles: what a consumer keeps by key ends equal to the views."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from store.keeper import Keeper
from store.schema import AgencyRights
from store.writer import Writer
from tests.store.stories import Clock, at, entity, mention, rows, sha, tagged
from wire.bus import Producer, create_topics, read_whole
from wire.messages import Article
from wire.settings import KafkaSettings, Settings
from wire.topics import Topics

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("whole")]

KILL: dict[str, Any] = {"kind": "kill", "pub_status": "canceled"}
GONE: dict[str, Any] = {"status": 410, "body": "", "body_kind": "none"}
LONG = " ".join(f"word{n} 4{n} of a body that is long enough to be met again" for n in range(12))


def batches() -> list[list[Any]]:
    """Everything that changes what a reader sees: in place, elsewhere in the chain or cluster."""
    named: dict[str, Any] = {
        "mentions": (mention("Ana Kos", 22), mention("Kosovo", 40, label="LOC")),
        "entities": (entity("Ana Kos"), entity("Kosovo", "LOC", country="XK")),
    }
    embargo: Any = {"kind": "embargo", "pub_status": "withheld", "embargoed_until": at(120)}
    update: Any = {"kind": "update", "update_number": 1}
    same: dict[str, Any] = {"headline": "Bridge falls", "slug": "bridge"}
    shared: dict[str, Any] = {"page_sha256": sha("one page"), "url": "https://wire.example/same"}
    return [
        [tagged(str(n), **named) for n in range(8)],
        [tagged("2", text="B", minutes=5, **named), tagged("3", text="K", minutes=5, signals=KILL)],
        [tagged("secret", signals=embargo), tagged("4", minutes=9, **GONE)],
        [tagged("bridge", **same), tagged("copy", agency="afp", body=LONG)],
        [tagged("bridge update", text="more", minutes=20, signals=update, **same)],
        [tagged("twin", agency="afp", publisher="other.example", body=LONG)],
        [tagged("older", minutes=1, **shared), tagged("younger", minutes=2, **shared)],
        [tagged("4", text="C", minutes=30), tagged("short-lived", agency="dpa")],
        [tagged("5", text="D", minutes=31, signals={"kind": "correction"}, **named)],
        [tagged("2", text="A", minutes=40), tagged("7", text="K", minutes=41, signals=KILL)],
    ]


def standing(settings: Settings) -> dict[str, Article]:
    """What a consumer of the topic keeps: the last record of each key, nothing for a tombstone."""
    state: dict[str, Article] = {}
    for record in read_whole(settings.kafka, Topics(settings.kafka.prefix).articles):
        key = (record.key or b"").decode()
        if record.value is None:
            state.pop(key, None)
        else:
            state[key] = Article.model_validate_json(record.value)
    return state


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> Settings:
    broker = KafkaSettings(
        bootstrap_servers=kafka, replication_factor=1, min_insync_replicas=1, prefix=topic_prefix
    )
    create_topics(broker, Topics(topic_prefix).specs())
    return Settings(kafka=broker)


def test_what_a_consumer_rebuilt_is_what_the_views_show(
    engine: sa.Engine, settings: Settings, clock: Clock
) -> None:
    producer = Producer(settings.kafka)
    keeper = Keeper(engine, producer.publish, settings)
    with engine.begin() as connection:
        connection.execute(sa.insert(AgencyRights), {"agency": "dpa", "keep_days": 1})
    written = threading.Event()

    def write() -> None:
        writer = Writer(engine, clock)
        for batch in batches():
            writer.write(batch)
        written.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        while not written.is_set() and not writing.done():
            keeper.tick(at(60))
        writing.result()
    # embargo over, the short-lived story at its end
    keeper.tick(at(121))
    keeper.tick(at(2 * 1440))
    keeper.close()
    producer.close()
    state = standing(settings)
    view = {str(row["id"]): row for row in rows(engine, "SELECT * FROM wire.articles")}
    usable = {key: article for key, article in state.items() if article.pub_status == "usable"}
    assert sorted(usable) == sorted(view)
    assert len(view) > 8
    for key, article in usable.items():
        same = set(Article.model_fields) & set(view[key])
        assert len(same) > 25
        assert {n: getattr(article, n) for n in same} == {n: view[key][n] for n in same}
        named = rows(
            engine,
            "SELECT entity_id, count(*) AS n FROM wire.mentions m JOIN wire.articles a"
            " ON a.id = m.article_id AND a.revision = m.revision WHERE a.id = :id GROUP BY 1",
            id=key,
        )
        assert {e.id: e.mentions for e in article.entities} == {
            row["entity_id"]: row["n"] for row in named
        }
    known = {str(row["id"]) for row in rows(engine, "SELECT id FROM wire_data.articles")}
    assert set(state) == known
    assert all(a.headline is a.body is None for k, a in state.items() if k not in view)
