"""How many story openings a second one core reads: `python -m bench.dateline`.

The lines are our own (tests/quality/data/dateline_countries.jsonl), and the shared corpus' where it
is present. Cities repeat in them as they do on a wire; the gazetteer is loaded before the clock
starts. The hostile inputs are those a careless grammar is quadratic in; the slowest is printed.
"""

import json
import time
from pathlib import Path

from ingest.extract.dateline import read_dateline
from tests.quality.dateline_scores import COUNTRIES, STAMP
from wire.settings import Settings

ROUNDS = 5
TARGET = 20_000
WORST_MS = 5.0
HOSTILE = {
    "a million capitals": "A" * 10**6,
    "a million words": "LONDON " * 150_000,
    "a million commas": "LONDON," * 150_000,
    "a million brackets": "(" * 10**6,
    "a million slashes": "A/" * 500_000,
    "a million dashes": "- " * 500_000,
    "a million full stops": "St. " * 250_000,
    "a million line ends": "\n" * 10**6,
    "a million blanks": " " * 10**6,
    "a million numbers": "7 " * 500_000,
    "a million Han letters": "新华社" * 330_000,
    "a million combining marks": "E\u0301" * 500_000,
}


def lines() -> list[str]:
    """Return the openings that are read."""
    rows = [json.loads(line) for line in COUNTRIES.read_text(encoding="utf-8").splitlines()]
    shared = Path(Settings().corpus) / "datelines.jsonl"
    if shared.exists():
        rows += [json.loads(line) for line in shared.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows]


def rate(texts: list[str]) -> float:
    """Return lines a second, the best of several rounds: the others shared their core."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for text in texts:
            read_dateline(text, published_at=STAMP)
        best = min(best, time.process_time() - start)
    return len(texts) / best


def slowest() -> tuple[str, float]:
    """Return the hostile input that takes longest, and its milliseconds."""
    taken = {}
    for name, text in HOSTILE.items():
        times = []
        for _ in range(ROUNDS):
            start = time.process_time()
            read_dateline(text, published_at=STAMP)
            times.append(time.process_time() - start)
        taken[name] = min(times) * 1e3
    return max(taken.items(), key=lambda item: item[1])


def main() -> None:
    """Print the table."""
    texts = lines()
    rate(texts[:50])
    print(f"{rate(texts):,.0f} lines/s of {len(texts)} openings (goal {TARGET:,})")
    name, milliseconds = slowest()
    print(f"slowest hostile input: {name}, {milliseconds:.2f} ms (goal under {WORST_MS:.0f})")


if __name__ == "__main__":
    main()
