"""More than it takes: lag grows, nothing breaks, memory stays, and it drains."""

import pytest

from tests.faults.overload import MORE_MIB, overload
from tests.faults.rig import Rig

pytestmark = pytest.mark.slow

# With what is measured before and drained after, about two minutes; `make load` is the long one.
FOR_S = 30.0


def test_twice_what_it_takes_makes_lag_grow_and_breaks_nothing(rig: Rig) -> None:
    pids = rig.children.pids()
    run = overload(rig, FOR_S)
    print(run)
    first, last = run.looks[0], run.looks[-1]
    assert last.on_the_way > first.on_the_way, "it was not more than it takes"
    assert rig.children.pids() == pids, "a stage ended"
    assert max(run.growth_mib().values()) < MORE_MIB, f"a stage grows: {run.growth_mib()}"
