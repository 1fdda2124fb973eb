"""The dateline reader's scores do not fall: the goals, and the baseline of the last time.

`python -m tests.quality.dateline_scores --baseline` writes the baseline anew after a gain.
"""

import json
from pathlib import Path

import pytest

from ingest.extract.dateline import read_dateline
from tests.quality.dateline_scores import (
    BASELINE,
    STAMP,
    country_rows,
    is_right_country,
    paragraphs,
    scores,
)
from wire.settings import Settings

# The least each set may score: what the reader was promised to reach.
GOALS = {
    "real": 0.97,
    "reuters": 0.995,
    "reuters-dirty": 0.90,
    "negative": 0.99,
    "paragraphs": 0.999,
}
# Gold that nobody looked at: its scores inform, and hold nothing.
UNVETTED = {"agnews"}
# A rounding apart.
SAME = 1e-4

corpus = Settings().corpus
needs_corpus = pytest.mark.skipif(
    not (Path(corpus) / "datelines.jsonl").exists(),
    reason=f"no shared corpus at {corpus}; WIREDESK_CORPUS names another place",
)


@pytest.fixture(scope="module")
def measured() -> dict[str, float]:
    return scores()


@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize("name", GOALS)
def test_a_set_reaches_its_goal(measured: dict[str, float], name: str) -> None:
    assert measured[name] >= GOALS[name]


@pytest.mark.corpus
@needs_corpus
def test_no_score_falls(measured: dict[str, float]) -> None:
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    fallen = {
        name: (before, measured[name])
        for name, before in baseline.items()
        if name not in UNVETTED and measured[name] < before - SAME
    }
    assert fallen == {}


@pytest.mark.corpus
@needs_corpus
def test_the_sets_are_whole() -> None:
    assert sum(1 for _ in paragraphs()) > 20_000


def test_the_country_is_right_on_our_own_lines() -> None:
    rows = country_rows()
    wrong = [row["text"] for row in rows if not is_right_country(row)]
    assert len(rows) >= 300
    assert len(wrong) / len(rows) <= 0.02, wrong


def test_our_own_lines_are_all_datelines() -> None:
    missed = [
        row["text"]
        for row in country_rows()
        if read_dateline(row["text"], published_at=STAMP, agency=row.get("agency"))[0] is None
    ]
    assert missed == []
