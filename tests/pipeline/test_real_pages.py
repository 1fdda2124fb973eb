"""Real pages through the whole pipeline: each ends as one row or one dead letter."""

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.pipeline.corpus_site import CorpusSite, real_pages
from tests.pipeline.harness import Pipeline, wait_until
from wire.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.corpus]

PAGES = 300


@pytest.fixture
def corpus() -> Path:
    folder = Settings().corpus
    if not (folder / "pages.jsonl").exists():
        pytest.skip(
            f"the shared corpus of real pages is not at {folder} (WIREDESK_CORPUS moves it)"
        )
    return folder


@pytest.fixture
def pipeline(kafka: str, database: str, topic_prefix: str, tmp_path: Path) -> Pipeline:
    return Pipeline(kafka, database, topic_prefix, tmp_path)


def account(pipeline: Pipeline, site: CorpusSite) -> Counter[str]:
    """How often each address the feeds ever named ended as a row or as a dead letter."""
    rows = pipeline.rows("select url from wire.articles")
    dead = pipeline.rows("select distinct url from wire.dead_letters")
    ended = Counter(str(url) for (url,) in [*rows, *dead])
    assert set(ended) <= site.urls
    return ended


def test_every_page_ends_as_one_row_or_one_dead_letter(corpus: Path, pipeline: Pipeline) -> None:
    with CorpusSite(real_pages(corpus, PAGES)) as site, pipeline.running():
        pipeline.add_feeds(*site.feeds)
        pipeline.poll_once()
        pipeline.drain()
        ended = account(pipeline, site)
        assert len(ended) == PAGES, f"missing: {sorted(site.urls - set(ended))[:5]}"
        assert set(ended.values()) == {1}
        (rows,) = pipeline.rows("select count(*) from wire.articles where body <> ''")[0]
        assert isinstance(rows, int)
        assert rows >= PAGES * 0.9


def test_six_kills_on_the_way_lose_and_double_nothing(corpus: Path, pipeline: Pipeline) -> None:
    chance = random.Random(6)
    stages = ["fetch", "extract", "enrich", "keeper", "fetch", "extract"]
    with CorpusSite(real_pages(corpus, PAGES)) as site, pipeline.running():
        pipeline.add_feeds(*site.feeds)
        pipeline.poll_once()
        for stage in stages:
            done = len(pipeline.rows("select 1 from wire.articles"))
            goal = min(PAGES * 0.8, done + chance.randint(5, 30))
            wait_until(
                lambda goal=goal: (  # type: ignore[misc]  # bound on purpose
                    pipeline.children.watch() is not None
                    and len(pipeline.rows("select 1 from wire.articles")) >= goal
                ),
                120,
            )
            pipeline.kill(stage)
        pipeline.drain()
        ended = account(pipeline, site)
        assert len(ended) == PAGES, f"missing: {sorted(site.urls - set(ended))[:5]}"
        assert set(ended.values()) == {1}
        revisions = pipeline.rows("select count(*) from wire.article_versions")
        articles = pipeline.rows("select count(*) from wire.articles")
        assert revisions == articles, "a redelivery is no new version"
