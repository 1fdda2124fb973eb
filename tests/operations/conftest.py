"""One pipeline at work for all tests here: real stages, a few stories, one page that is none."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from desk.cli import app
from desk.local import process
from desk.run import CONSUMERS, environment
from tests.ingest.site import ok
from tests.pipeline.harness import Pipeline
from tests.pipeline.small_site import SmallSite
from tests.servers import execute, named

STORIES = 6
ODD = """<rss version="2.0"><channel><title>odd</title><item><title>A picture</title>
<link>{base}/picture</link></item></channel></rss>"""


@dataclass(frozen=True)
class Desk:
    """The pipeline and how to ask about it."""

    pipeline: Pipeline
    site: SmallSite
    port: int  # of the first stage's telemetry; the others' follow in the order of `stages`
    stages: tuple[str, ...] = (*CONSUMERS, "poll")

    @property
    def picture(self) -> str:
        return f"http://127.0.3.9:{self.site.port}/picture"

    def ask(self, *arguments: str, code: int = 0) -> str:
        """Run a command of wiredesk on this pipeline's servers and return what it prints."""
        settings = self.pipeline.settings
        env = {
            **environment(settings),
            "WIREDESK_KAFKA__PREFIX": settings.kafka.prefix,
            "COLUMNS": "160",
        }
        result = CliRunner(env=env).invoke(app, arguments)
        assert result.exit_code == code, result.output or result.exception
        return result.output

    @property
    def articles(self) -> int:
        """How many rows there are: a backfill brings more than the feeds did."""
        ((count,),) = self.pipeline.rows("select count(*) from wire_data.articles")
        return int(str(count))

    @property
    def live(self) -> int:
        """How many rows the feeds brought; the stories of backfills are numbered 100 to 1999."""
        query = r"select count(*) from wire_data.articles where url !~ '/story/1\d{2,3}$'"
        return int(str(self.pipeline.rows(query)[0][0]))

    def log(self, stage: str) -> list[str]:
        """Return the lines that a stage has logged so far."""
        log = self.pipeline.settings.data / "logs" / f"{stage}.log"
        return log.read_text().splitlines()


@pytest.fixture(scope="session")
def desk(
    kafka: str, postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """All stages, running, when everything that was polled is a row or a dead letter."""
    folder = tmp_path_factory.mktemp("desk")
    database = f"ops_{process.choose_port()}"
    execute(postgres, "CREATE DATABASE {} TEMPLATE {}", database, template)
    port = process.choose_port()
    pipeline = Pipeline(
        kafka,
        named(postgres, database),
        database.replace("_", ""),
        folder,
        WIREDESK_TELEMETRY__PORT=str(port),
        WIREDESK_POLL__MIN_INTERVAL_S="1",
        WIREDESK_POLL__MAX_INTERVAL_S="2",
    )
    picture = ok(b"\xff\xd8\xff\xe0" * 1000, content_type="image/jpeg")
    with SmallSite(STORIES, {"/picture": picture}) as site, pipeline.running():
        desk = Desk(pipeline, site, port)
        odd = ODD.format(base=desk.picture.removesuffix("/picture")).encode()
        site.add("/odd", ok(odd, content_type="application/rss+xml"))
        base = desk.picture.removesuffix("/picture")
        pipeline.add_feeds(*site.feeds, f"{base}/odd", f"{base}/nowhere")
        pipeline.poll_once()
        pipeline.drain()
        # from now on as a service: polls of what was seen change nothing
        pipeline.children.start("poll")
        yield desk
    execute(postgres, "DROP DATABASE {} WITH (FORCE)", database)
