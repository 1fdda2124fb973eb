"""kill -9 of the poller between any two steps of its commit order: nothing lost, nothing doubled.

The process is the real one (`wiredesk poll --once`), the servers too; it dies at the step named,
and a second one goes on.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from store import feeds
from store.engine import create_engine
from tests.ingest.poll.rig import START, numbered
from tests.ingest.site import Asked, Site, response
from wire.bus import create_topics, read_whole
from wire.messages import Entry
from wire.settings import KafkaSettings
from wire.topics import Topics

pytestmark = pytest.mark.slow

STEPS = ("resolved", "published", "saved")


@pytest.fixture
def poller(
    kafka: str, database: str, topic_prefix: str, tmp_path: Path
) -> Callable[[str | None], int]:
    """Run one poller over all feeds, dying at a step; return its exit code."""

    def run(fault: str | None) -> int:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("WIREDESK_")},
            "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": kafka,
            "WIREDESK_KAFKA__PREFIX": topic_prefix,
            "WIREDESK_DATABASE__URL": database,
            "WIREDESK_DATA": str(tmp_path),
            "WIREDESK_WEB__ALLOW_PRIVATE": "true",
            "WIREDESK_WEB__HOST_GAP_S": "0",
            # taken over soon after it is dead, and not before
            "WIREDESK_POLL__LEASE_S": "3",
            **({"WIREDESK_FAULT": fault} if fault else {}),
        }
        command = [sys.executable, "-m", "desk.cli", "poll", "--once"]
        return subprocess.run(command, env=environment, timeout=120, check=False).returncode

    return run


@pytest.fixture
def topics(kafka: str, topic_prefix: str) -> Topics:
    found = Topics(topic_prefix)
    settings = KafkaSettings(bootstrap_servers=kafka, replication_factor=1, min_insync_replicas=1)
    create_topics(settings, found.specs())
    return found


def published(kafka: str, topics: Topics) -> list[Entry]:
    """Return every entry on the topic, from its beginning."""
    settings = KafkaSettings(bootstrap_servers=kafka, replication_factor=1, min_insync_replicas=1)
    return [
        Entry.model_validate_json(record.value or b"")
        for record in read_whole(settings, topics.entries)
    ]


@pytest.mark.parametrize("step", STEPS)
def test_killed_after_a_step_nothing_is_lost_and_no_story_is_two(
    step: str,
    poller: Callable[[str | None], int],
    kafka: str,
    database: str,
    topics: Topics,
) -> None:
    def reply(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == '"1"':
            return response(304)
        return response(200, {"ETag": '"1"'}, numbered(range(20)))

    engine = create_engine(database)
    with Site(reply) as site:
        assert feeds.add_feed(engine, site.url("/feed"), next_poll_at=START)
        assert poller(f"poll:{step}") == -signal.SIGKILL
        assert poller(None) == 0
        entries = published(kafka, topics)
        assert poller(None) == 0
        again = published(kafka, topics)
    stories: dict[str, set[UUID]] = {}
    for entry in entries:
        stories.setdefault(entry.url, set()).add(entry.story_id)
    assert len(stories) == 20
    assert all(len(ids) == 1 for ids in stories.values())
    # dead before the save: published once more; after it: not again
    assert len(entries) == (40 if step == "published" else 20)
    assert len(again) == len(entries)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM wire_data.seen")) == 20
    engine.dispose()
