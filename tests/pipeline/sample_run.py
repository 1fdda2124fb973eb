"""The sample wire through the whole pipeline, edition by edition, and what stood in the views then.

A run takes a minute, so the tests share one: after each edition every view is copied, and again
after a second poll of the same edition, so that each test looks at copies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from desk.freshness.queries import PAGE, refreshed
from desk.sample.server import SampleWire
from desk.sample.stories import EDITIONS, Edition, Story
from store import query
from store.engine import create_engine
from tests.pipeline.harness import Pipeline, wait_until
from tests.servers import execute, named
from wire.bus import read_whole
from wire.messages import Article

Row = Mapping[str, Any]

VIEWS = (
    "articles",
    "article_versions",
    "mentions",
    "entities",
    "clusters",
    "changes",
    "dead_letters",
    "withdrawals",
)


@dataclass(frozen=True)
class Seen:
    """What a reader found at one moment: the rows of each view, and the records of wire.articles.

    `ids` gives the id of every story that the writer knows, by the path of its page.
    """

    edition: Edition
    views: Mapping[str, Sequence[Row]]
    as_of: Sequence[Row]
    topic: Mapping[str, Article]
    ids: Mapping[str, str]
    repeated: frozenset[str]

    def row(self, story: Story) -> Row | None:
        """The story's row in wire.articles; more than one fails."""
        found = [row for row in self.views["articles"] if at(row["url"]) == place(self, story)]
        assert len(found) <= 1, f"{story.name} is there {len(found)} times"
        return found[0] if found else None

    def shown(self, name: str) -> Row:
        row = self.row(self.edition.stories[name])
        assert row is not None, f"{name} is in no view"
        return row

    def of(self, view: str, article_id: object) -> list[Row]:
        return [row for row in self.views[view] if row["article_id"] == article_id]

    @property
    def seq(self) -> int:
        return max((row["seq"] for row in self.views["changes"]), default=0)


@dataclass(frozen=True)
class Run:
    """A whole run: by edition what stood there, and what stood there after another poll."""

    seen: Mapping[int, Seen]
    again: Mapping[int, Seen]
    revisited: Seen
    page: str  # docs/queries.md as the rows of the last edition answer it
    asked: Mapping[tuple[str, str], int]  # how often, by site and path


def at(url: str) -> tuple[str | None, str]:
    """Host and path of an address: what is left where a feed has added tracking parameters."""
    parts = urlsplit(url)
    return parts.hostname, parts.path


def place(seen: Seen, story: Story) -> tuple[str, str]:
    return seen.edition.sites[story.site].address, story.path


@pytest.fixture(scope="module")
def run(
    kafka: str, postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    """The three editions through all stages, each polled twice; then every page asked again."""
    name = f"sample_{uuid4().hex[:12]}"
    execute(postgres, "CREATE DATABASE {} TEMPLATE {}", name, template)
    folder = tmp_path_factory.mktemp("sample")
    pipeline = Pipeline(kafka, named(postgres, name), f"t{uuid4().hex[:10]}", folder)
    yield run_all(pipeline)
    execute(postgres, "DROP DATABASE {} WITH (FORCE)", name)


def run_all(pipeline: Pipeline) -> Run:
    seen: dict[int, Seen] = {}
    again: dict[int, Seen] = {}
    with SampleWire() as wire, pipeline.running():
        wire.start()
        for feed in wire.feeds:
            pipeline.add_feeds(feed.url, agency=feed.agency)
        for number in range(1, EDITIONS + 1):
            for moments in (seen, again):
                pipeline.poll_once()
                pipeline.drain()
                moments[number] = look(pipeline, wire)
            wire.advance()
        page = refreshed(PAGE.read_text(encoding="utf-8"), partial(ask, pipeline.database))
        ask_every_page_again(pipeline)
        revisited = look(pipeline, wire)
        asked: dict[tuple[str, str], int] = {}
        for (site, path, _), count in wire.requests.items():
            asked[site, path] = asked.get((site, path), 0) + count
    return Run(seen, again, revisited, page, asked)


def ask(database: str, statement: str) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """Ask as jobs do: as wire_reader."""
    engine = create_engine(database)
    answer = query.sql(engine, statement)
    engine.dispose()
    return answer.columns, answer.rows


def ask_every_page_again(pipeline: Pipeline) -> None:
    """Let the pages be due now, as they would be in a quarter of an hour, and wait until asked."""
    with psycopg.connect(pipeline.database) as connection:
        connection.execute("UPDATE wire_data.revisits SET due_at = now()")
    due = "SELECT 1 FROM wire_data.revisits WHERE due_at <= now()"
    wait_until(lambda: not pipeline.rows(due), 150)
    pipeline.drain()


def look(pipeline: Pipeline, wire: SampleWire) -> Seen:
    with psycopg.connect(pipeline.database, row_factory=dict_row) as connection:
        views = {
            view: connection.execute(
                sql.SQL("SELECT * FROM wire.{}").format(sql.Identifier(view))
            ).fetchall()
            for view in VIEWS
        }
        as_of = connection.execute("SELECT * FROM wire.articles_as_of(now())").fetchall()
        known = connection.execute("SELECT id, url, repeated_at FROM wire_data.articles").fetchall()
    standing = {
        r.key: r.value for r in read_whole(pipeline.settings.kafka, pipeline.topics.articles)
    }
    records = [Article.model_validate_json(value) for value in standing.values() if value]
    return Seen(
        edition=wire.edition,
        views=views,
        as_of=as_of,
        topic={urlsplit(record.url).path: record for record in records},
        ids={urlsplit(row["url"]).path: str(row["id"]) for row in known},
        repeated=frozenset(urlsplit(r["url"]).path for r in known if r["repeated_at"]),
    )
