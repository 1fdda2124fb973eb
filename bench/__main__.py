"""`make bench`: every benchmark, one after the other, each a process of its own."""

import subprocess
import sys

# Cheapest first; each module says what it measures against what.
BENCHES = (
    "bench.dateline",
    "bench.extract",
    "bench.enrich",
    "bench.poll",
    "bench.store",
    "bench.pipeline",
)


def main() -> int:
    """Run all; return how many failed."""
    failed = 0
    for module in BENCHES:
        print(f"\n== python -m {module}", flush=True)
        done = subprocess.run([sys.executable, "-m", module], check=False)
        failed += done.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
