"""`python -m enrich.training.check`: what is wrong with the marked stories, one line each."""

import sys
from collections import Counter

from enrich.training.stories import faults, load


def main() -> None:
    """Print the faults, or what there is; exit 1 where there is a fault."""
    stories = load()
    found = faults(stories)
    marks = Counter(label for s in stories for p in s.passages for _, _, label in p.spans)
    told = ", ".join(f"{times} {label}" for label, times in sorted(marks.items()))
    print("\n".join(found) or f"{len(stories)} stories, {told}: no fault")  # noqa: T201  # its job
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
