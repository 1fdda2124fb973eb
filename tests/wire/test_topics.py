"""Topics: names, sizes, retry delays."""

from datetime import timedelta

import pytest

from wire.topics import Topics


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        (timedelta(0), "wire.retry.1m"),
        (timedelta(seconds=60), "wire.retry.1m"),
        (timedelta(seconds=61), "wire.retry.10m"),
        (timedelta(minutes=11), "wire.retry.2h"),
        (timedelta(days=3), "wire.retry.2h"),
    ],
)
def test_a_retry_rests_at_least_as_long_as_was_asked_where_a_topic_does(
    asked: timedelta, topic: str
) -> None:
    assert Topics().retry_for(asked) == topic


def test_a_backfill_has_topics_and_groups_of_its_own() -> None:
    live, backfill = Topics(), Topics("backfill")
    assert not {t.name for t in live.specs()} & {t.name for t in backfill.specs()}
    assert live.group("fetch") != backfill.group("fetch")


def test_every_topic_takes_the_brokers_clock() -> None:
    assert {t.configs["message.timestamp.type"] for t in Topics().specs()} == {"LogAppendTime"}


def test_a_dead_letter_has_room_for_the_largest_message_and_its_headers() -> None:
    sizes = {t.name: t.max_bytes for t in Topics().specs()}
    assert sizes["wire.dead"] > max(size for name, size in sizes.items() if name != "wire.dead")
