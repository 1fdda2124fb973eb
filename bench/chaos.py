"""Everything broken at random under load, for as long as one likes; then the account is drawn up.

    python -m bench.chaos [--minutes 5] [--seed N]

Stages are killed, stopped and frozen, brokers killed, PostgreSQL restarted, killed and frozen, on
three brokers and a database in a temporary folder, while stories are filed. Every few minutes load
rests until all has come to something: each entry a row or a dead letter, once, with its text. Ends
with 1 and the problems where the account is not even. The same seed breaks the same things in the
same order.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.faults.cluster import BROKERS
from tests.faults.rig import SESSION_S, STAGES, Rig, broken_in

# The account is drawn up after so many disturbances: what went wrong is found near its cause.
_TO_AN_ACCOUNT: Final = 12
# Stages that read in a group: they lose their partitions when frozen for longer than a session.
_MEMBERS: Final = ("fetch", "extract", "enrich")

Disturbance = Callable[[Rig, random.Random], str]


def _kill(rig: Rig, chance: random.Random) -> str:
    stage = chance.choice(STAGES)
    rig.kill(stage)
    return f"{stage} killed"


def _stop(rig: Rig, chance: random.Random) -> str:
    stage = chance.choice(STAGES)
    rig.kill(stage, signal.SIGTERM)
    return f"{stage} told to stop"


def _freeze(rig: Rig, chance: random.Random) -> str:
    stage = chance.choice(_MEMBERS)
    process = rig.process(stage)
    process.suspend()
    seconds = chance.uniform(0.5, 2) * SESSION_S
    time.sleep(seconds)
    process.resume()
    return f"{stage} frozen for {seconds:.0f} s"


def _kill_brokers(rig: Rig, chance: random.Random) -> str:
    victims = chance.sample(BROKERS, chance.choice((1, 1, 1, len(BROKERS))))
    for node in victims:
        rig.cluster.kill_broker(node)
    time.sleep(chance.uniform(1, 8))
    rig.cluster.start()
    # the next one to go must not be the last that has a write
    rig.cluster.wait_in_sync()
    return f"broker {', '.join(map(str, sorted(victims)))} killed and back"


def _restart_database(rig: Rig, chance: random.Random) -> str:
    how = chance.choice((signal.SIGINT, signal.SIGKILL))
    rig.cluster.restart_database(how)
    return f"PostgreSQL ended by {how.name} and back"


def _freeze_database(rig: Rig, chance: random.Random) -> str:
    seconds = chance.uniform(2, 8)
    with rig.cluster.frozen_database():
        time.sleep(seconds)
    return f"PostgreSQL frozen for {seconds:.0f} s"


# How often each is drawn: stages end far more often than servers do.
_DISTURBANCES: Final[Mapping[Disturbance, int]] = {
    _kill: 8,
    _stop: 3,
    _freeze: 3,
    _kill_brokers: 2,
    _restart_database: 2,
    _freeze_database: 1,
}


def disturb(rig: Rig, chance: random.Random, until: float) -> Counter[str]:
    """Break things until the monotonic time `until`; return how often each kind was broken.

    Raises:
        AssertionError: an account is not even, or a process holds more than before.
    """
    counts: Counter[str] = Counter()
    while time.monotonic() < until:
        with rig.load():
            for _ in range(_TO_AN_ACCOUNT):
                [what] = chance.choices(list(_DISTURBANCES), list(_DISTURBANCES.values()))
                print(f"{time.strftime('%H:%M:%S')} {what(rig, chance)}", flush=True)
                counts[what.__name__.strip("_").replace("_", " ")] += 1
                time.sleep(chance.uniform(0, 3))
                if time.monotonic() >= until:
                    break
        print(f"{time.strftime('%H:%M:%S')} {rig.settle()}", flush=True)
    return counts


def main() -> int:
    """Read the arguments, break things, print the account; return 1 where it is not even."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {asked.minutes:g} minutes", flush=True)
    with tempfile.TemporaryDirectory() as folder, broken_in(Path(folder)) as rig:
        try:
            counts = disturb(rig, random.Random(asked.seed), time.monotonic() + asked.minutes * 60)
        except AssertionError as error:
            print(f"not even: {error}", file=sys.stderr)
            return 1
        print(f"{counts.total()} disturbances: {', '.join(f'{k} {n}' for k, n in counts.items())}")
        print(rig.account())
    return 0


if __name__ == "__main__":
    sys.exit(main())
