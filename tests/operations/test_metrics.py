"""Real stages, scraped as Prometheus would."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from desk.gauges import Gauges
from desk.standing import StageStanding, Standing
from store.waits import Dead, Waits
from tests.operations.conftest import Desk
from tests.operations.metrics import metric_names
from tests.pipeline.harness import wait_until
from wire.errors import Wait

Series = tuple[str, tuple[tuple[str, str], ...]]
Samples = dict[Series, float]

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


def scrape(port: int) -> Samples:
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
    except URLError:
        # the stage is about to start
        return {}
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("wiredesk_")
    }


def all_stages(desk: Desk) -> Samples:
    # what a stage does not measure stands at 0 there
    found: Counter[Series] = Counter()
    for number in range(len(desk.stages)):
        found.update(scrape(desk.port + number))
    return dict(found)


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


@pytest.mark.slow
def test_real_stages_tell_all_that_is_promised(desk: Desk) -> None:
    def told() -> bool:
        found = all_stages(desk)
        ready = sum(value(found, "wiredesk_stage_ready", stage=s) for s in desk.stages)
        looked = value(found, "wiredesk_keeper_look_timestamp_seconds")
        feeds = value(found, "wiredesk_poll_feeds", health="ok")
        return ready == len(desk.stages) and looked > time.time() - 60 and feeds > 0

    wait_until(told, 120)
    found = all_stages(desk)
    fates = {
        ("fetch", "fetched"): desk.live,
        ("extract", "extracted"): desk.live,
        ("enrich", "stored"): desk.live,
    }
    for (stage, outcome), count in fates.items():
        assert value(found, "wiredesk_stage_fates_total", stage=stage, outcome=outcome) == count
        assert value(found, "wiredesk_stage_message_seconds_count", stage=stage) >= count
    assert value(found, "wiredesk_enrich_discovery_seconds_count") == desk.live
    assert value(found, "wiredesk_enrich_publication_seconds_count") == desk.live
    assert value(found, "wiredesk_poll_feed_seconds_count") > 0
    assert value(found, "wiredesk_stage_dead_total", stage="fetch", reason="not-html") >= 1
    assert value(found, "wiredesk_keeper_lag_messages", stage="enrich") == 0
    shown = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name, _ in found}
    assert {name for name in metric_names() if name not in shown} <= {
        "wiredesk_keeper_dead_letters"  # none waits once it was dropped
    }


@pytest.mark.slow
def test_no_label_holds_what_has_no_bound(desk: Desk) -> None:
    labels = [text for _, pairs in all_stages(desk) for _, text in pairs]
    assert labels
    assert [text for text in labels if "://" in text or UUID.search(text)] == []


@pytest.mark.parametrize("name", metric_names())
def test_a_metric_is_named_for_its_stage_its_noun_and_its_unit(name: str) -> None:
    stages = "stage|poll|fetch|extract|enrich|keeper|dead_letters"
    units = "total|seconds|messages|entries|letters|pending|feeds|ready"
    assert re.fullmatch(rf"wiredesk_({stages})(_[a-z]+)*_({units})", name)


def standing(at: datetime) -> Standing:
    waits = Waits(
        feeds_due=0,
        feeds_due_since=None,
        awaited=3,
        awaited_since=at - timedelta(seconds=90),
        changed=0,
        last_seq=10,
        relayed_seq=7,
        unrelayed_since=None,
        kills_pending=2,
        kills_since=at - timedelta(minutes=5),
        embargoes=0,
        embargoes_unread=0,
        dead_letters=(Dead("fetch", "not-html", 4, at),),
    )
    fetch = StageStanding("fetch", "entries", 1.0, 2.0, 5, 33.0, 1)
    return Standing(at, (fetch,), {"wire.retry.1m": 6}, waits)


def gauged(looks: Iterator[Standing]) -> dict[str, float]:
    def look() -> Standing:
        found = next(looks, None)
        if found is None:
            raise Wait("Kafka is away")
        return found

    gauges, registry = Gauges(look), CollectorRegistry()
    registry.register(gauges)
    gauges.look()
    gauges.look()
    return {s.name: s.value for family in registry.collect() for s in family.samples}


def test_the_keeper_tells_its_last_look_while_it_is_fresh() -> None:
    told = gauged(iter([standing(datetime.now(UTC))]))
    assert told["wiredesk_keeper_lag_messages"] == 5
    assert told["wiredesk_keeper_lag_seconds"] == 33
    assert told["wiredesk_keeper_lost_messages"] == 1
    assert told["wiredesk_keeper_resting_messages"] == 6
    assert told["wiredesk_keeper_dead_letters"] == 4
    assert told["wiredesk_keeper_kills_seconds"] == 300
    assert told["wiredesk_keeper_awaited_seconds"] == 90


def test_an_old_look_is_not_told() -> None:
    assert gauged(iter([standing(datetime.now(UTC) - timedelta(minutes=10))])) == {}
