"""Twice the stories a second that the pipeline takes, for ten minutes: what `make load` prints.

    python -m bench.load [--minutes 10]

The form of it that CI runs is tests/faults/test_load.py. Ends with 1 where the account is not even,
a stage ended, or memory grew.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.overload import MORE_MIB, overload
from tests.faults.rig import broken_in


def main() -> int:
    """Read the arguments, file too much, print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, broken_in(Path(folder)) as rig:
        pids = rig.children.pids()
        run = overload(rig, asked.minutes * 60)
        print(run)
        print(rig.account())
        grown = [stage for stage, mib in run.growth_mib().items() if mib > MORE_MIB]
        if grown or rig.children.pids() != pids:
            print(f"a stage ended, or memory grew: {grown}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
