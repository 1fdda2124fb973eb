"""A laptop closed for five days: what the logs no longer hold is said, and brought again."""

import psycopg
import pytest

from tests.faults.rig import Rig

pytestmark = pytest.mark.slow


def test_what_retention_took_while_the_stages_slept_is_said_and_comes_again(rig: Rig) -> None:
    """Each stage is away before messages of its own topic, and all three topics forget them."""
    topics = rig.pipeline.topics
    for stage, said_by in (("enrich", "extract"), ("extract", "fetch"), ("fetch", "poll")):
        rig.end(stage)
        with rig.said(said_by, f"/story/{rig.site.count + 5}"):
            rig.site.publish(6)
    for topic in (topics.entries, topics.pages, topics.stories):
        rig.cluster.forget(topic)
    a_day_passes(rig)
    with (
        rig.said("fetch", "event=lost", topics.entries),
        rig.said("extract", "event=lost", topics.pages),
        rig.said("enrich", "event=lost", topics.stories),
        rig.said("keeper", "event=kept", "republished="),
    ):
        for stage in ("enrich", "extract", "fetch"):
            rig.children.start(stage)
        rig.kill("keeper")


def a_day_passes(rig: Rig) -> None:
    """Make what is awaited as old as the reconciler asks for."""
    with psycopg.connect(rig.cluster.database_url) as connection:
        connection.execute(
            "update wire_data.pending set published_at = published_at - interval '5 days'"
        )
