"""Twice the stories a second that the pipeline takes, and what becomes of it.

First a heap is filed at once, and how fast it is stored is what the pipeline takes here and now.
Then twice that is filed for the set time, while lag and memory are looked at; then it drains.
"""

import time
from dataclasses import dataclass, field

import psutil

from tests.faults.rig import PATIENCE_S, STAGES, Rig
from tests.pipeline.harness import wait_until

# Enough to keep every stage busy while its rate is measured.
HEAP = 240
# The first of them come while the stages are only waking up.
WARM = 60
# What caches and pools still take after their first minutes.
MORE_MIB = 200
# Between two looks at lag and memory.
_LOOK_S = 2.0


@dataclass
class Look:
    """How it stood at one moment."""

    at_s: float
    on_the_way: int
    mib: dict[str, float]


@dataclass
class Overload:
    """What was measured, and what was offered after."""

    takes: float  # stories a second
    offered: float
    looks: list[Look] = field(default_factory=list)
    filed: int = 0
    drained_s: float = 0.0

    def growth_mib(self) -> dict[str, float]:
        """Return by how much each stage's memory grew while too much was filed."""
        first, last = self.looks[0].mib, self.looks[-1].mib
        return {stage: last[stage] - first[stage] for stage in last}

    def __str__(self) -> str:
        last = self.looks[-1]
        first = self.looks[0]
        memory = ", ".join(
            f"{stage} {first.mib[stage]:.0f} → {last.mib[stage]:.0f}" for stage in last.mib
        )
        return (
            f"takes {self.takes:.1f} stories/s; offered {self.offered:.1f}/s, {self.filed} in "
            f"{last.at_s:.0f} s; on the way {first.on_the_way} → {last.on_the_way}; "
            f"drained in {self.drained_s:.0f} s; MiB: {memory}"
        )


def rate(rig: Rig) -> float:
    """Return how many stories a second the pipeline stores of a heap filed at once."""
    before = rig.rows()
    rig.site.publish(HEAP)
    wait_until(lambda: rig.rows() >= before + WARM, PATIENCE_S)
    warm, started = rig.rows(), time.monotonic()
    wait_until(lambda: rig.rows() >= before + HEAP, PATIENCE_S)
    return (before + HEAP - warm) / (time.monotonic() - started)


def overload(rig: Rig, for_s: float) -> Overload:
    """File twice what the pipeline takes for `for_s`, and wait until all of it is stored."""
    takes = rate(rig)
    run = Overload(takes, 2 * takes)
    started = time.monotonic()
    first = rig.site.count
    while (passed := time.monotonic() - started) < for_s:
        due = first + int(run.offered * passed)
        rig.site.publish(max(0, due - rig.site.count))
        if not run.looks or passed - run.looks[-1].at_s >= _LOOK_S:
            run.looks.append(look(rig, passed))
        time.sleep(0.1)
    run.filed = rig.site.count - first
    ended = time.monotonic()
    rig.settle(within_s=PATIENCE_S + 3 * for_s)
    run.drained_s = time.monotonic() - ended
    return run


def look(rig: Rig, at_s: float) -> Look:
    """Look at what is on its way, and at the memory of each stage with its children."""
    return Look(at_s, rig.site.count - rig.rows(), {stage: memory(rig, stage) for stage in STAGES})


def memory(rig: Rig, stage: str) -> float:
    process = rig.process(stage)
    family: list[psutil.Process] = [process, *process.children(recursive=True)]
    return sum(one.memory_info().rss for one in family if one.is_running()) / 2**20
