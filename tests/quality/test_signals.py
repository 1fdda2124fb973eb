"""The gate on signals: ordinary headlines give none, marked ones what they say."""

import json
from pathlib import Path

from tests.quality import signals_scores as gate

BASELINE = Path(__file__).parent / "baselines" / "signals.json"


def test_three_hundred_ordinary_headlines_give_no_signal() -> None:
    assert len(set(gate.ordinary())) >= 300
    assert gate.false_alarms() == []


def test_marked_headlines_are_read_as_they_say() -> None:
    assert len(gate.marked()) >= 200
    assert gate.wrong() == []


def test_no_ordinary_headline_stands_in_both_sets() -> None:
    assert set(gate.ordinary()) & {item.printed for item in gate.marked()} == set()


def test_scores_are_the_baselines_or_better() -> None:
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    scores = gate.scores()
    assert scores["false_alarms"] <= baseline["false_alarms"]
    assert scores["wrong"] <= baseline["wrong"]
    assert scores["ordinary"] >= baseline["ordinary"]
    assert scores["marked"] >= baseline["marked"]
