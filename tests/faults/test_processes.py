"""Stages killed, stopped and frozen at random under load."""

import os
import random
import signal

import pytest

from tests.faults.rig import PATIENCE_S, SESSION_S, STAGES, Rig, shuffled
from tests.pipeline.harness import wait_until

pytestmark = pytest.mark.slow

KILLS = 20


def test_20_random_kills_under_load_lose_and_double_nothing(rig: Rig) -> None:
    seed = int(os.environ.get("CHAOS_SEED", random.randrange(10**6)))
    print(f"CHAOS_SEED={seed}")
    with rig.load():
        for stage in shuffled(random.Random(seed), KILLS):
            rig.kill(stage)


def test_sigterm_under_load_drains_and_ends_with_0(rig: Rig) -> None:
    with rig.load():
        for stage in STAGES:
            with rig.said(stage, "event=stopped"):
                rig.kill(stage, signal.SIGTERM)


def test_a_stage_frozen_for_longer_than_its_session_loses_its_partitions_and_nothing_else(
    rig: Rig,
) -> None:
    consumers = ("fetch", "extract", "enrich")
    with rig.second(*consumers) as others, rig.load():
        rig.wait_for_rows(12)
        frozen = [rig.process(stage) for stage in consumers]
        for process in frozen:
            process.suspend()
        try:
            # the others have all partitions as soon as the sessions of the frozen have ended
            rig.wait_for_rows(int(SESSION_S * 6))
        finally:
            for process in frozen:
                process.resume()
        wait_until(lambda: set(others.pids()) == set(consumers), PATIENCE_S)
        rig.wait_for_rows(12)
