"""kill -9 of each stage at each step of its commit order: nothing lost, nothing twice."""

from collections import Counter
from pathlib import Path

import pytest

from tests.pipeline.harness import Pipeline
from tests.pipeline.small_site import SmallSite

pytestmark = pytest.mark.slow

STORIES = 18
# Every step at which a stage may die with its work half done; the names stand in the code.
POINTS = [
    *(f"poll:{step}" for step in ("resolved", "published", "saved")),
    *(
        f"{stage}:{step}"
        for stage in ("fetch", "extract", "enrich")
        for step in ("taken", "finished", "published", "committed")
    ),
    "keeper:relayed",
]


@pytest.fixture
def pipeline(kafka: str, database: str, topic_prefix: str, tmp_path: Path) -> Pipeline:
    # a dead poller's feeds are soon another's
    return Pipeline(kafka, database, topic_prefix, tmp_path, WIREDESK_POLL__LEASE_S="3")


@pytest.mark.parametrize("point", POINTS)
def test_a_stage_killed_at_any_step_loses_and_doubles_nothing(
    point: str, pipeline: Pipeline
) -> None:
    stage = point.partition(":")[0]
    with SmallSite(STORIES) as site, pipeline.running(dies_at=point):
        pipeline.add_feeds(*site.feeds)
        if stage == "poll":
            pipeline.poll_until_killed(point)
        else:
            pipeline.poll_once()
            pipeline.wait_for_death(stage)
        pipeline.drain()
        ended = Counter(str(url) for (url,) in pipeline.rows("select url from wire.articles"))
        assert set(ended) == site.urls
        assert set(ended.values()) == {1}
        assert pipeline.rows("select id from wire.dead_letters") == []
        versions = pipeline.rows("select count(*) from wire.article_versions")
        assert versions == [(STORIES,)], "a redelivery is no new version"
        assert pipeline.articles_on_topic() == set(ended)
