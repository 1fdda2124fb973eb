"""Brokers killed, all gone, without room: what three of them with two in step keep up."""

import pytest

from tests.faults.cluster import BROKERS, SMALL, is_zombie
from tests.faults.rig import PATIENCE_S, Rig
from tests.pipeline.harness import wait_until

pytestmark = pytest.mark.slow

CONSUMERS = ("fetch", "extract", "enrich", "dead-letters")


def test_a_broker_killed_and_back_is_not_missed(rig: Rig) -> None:
    victim = next(node for node in BROKERS if node != rig.cluster.controller())
    with rig.load():
        rig.wait_for_rows(6)
        rig.cluster.kill_broker(victim)
        rig.wait_for_rows(30)
        rig.cluster.start()
        rig.wait_for_rows(6)
    rig.cluster.wait_in_sync()


def test_the_controller_killed_is_followed_by_another(rig: Rig) -> None:
    victim = rig.cluster.controller()
    with rig.load():
        rig.cluster.kill_broker(victim)
        rig.wait_for_rows(30)
        assert rig.cluster.controller() != victim
        rig.cluster.start()
    rig.cluster.wait_in_sync()


def test_all_brokers_gone_in_the_middle_are_waited_for(rig: Rig) -> None:
    with rig.load(), rig.said("enrich", "event=resumed"):
        with rig.said("poll", "event=waiting"), rig.said("enrich", "event=waiting"):
            for node in BROKERS:
                rig.cluster.kill_broker(node)
        rig.cluster.start()
    rig.cluster.wait_in_sync()


def test_all_brokers_gone_at_start_are_waited_for(rig: Rig) -> None:
    for node in BROKERS:
        rig.cluster.kill_broker(node)
    for stage in CONSUMERS:
        with rig.said(stage, "event=waiting", "Kafka"):
            rig.kill(stage)
    rig.site.publish(12)
    rig.cluster.start()
    rig.wait_for_rows(12)
    rig.cluster.wait_in_sync()


def test_a_broker_whose_disk_is_full_ends_and_comes_back_when_there_is_room(rig: Rig) -> None:
    if rig.cluster.no_small_disk is not None:
        pytest.skip(rig.cluster.no_small_disk)
    broker = rig.cluster.broker(SMALL)
    with rig.load(), rig.cluster.full_disk():
        wait_until(lambda: not broker.is_running() or is_zombie(broker), PATIENCE_S)
        rig.wait_for_rows(30)
    rig.cluster.start()
    rig.cluster.wait_in_sync()
