"""The gates on copies and on later takes: what is known as one story, and what is not."""

import json
from pathlib import Path

from tests.quality import chain_scores, syndication_scores

BASELINES = Path(__file__).parent / "baselines"


def baseline(name: str) -> dict[str, float]:
    read: dict[str, float] = json.loads((BASELINES / f"{name}.json").read_text(encoding="utf-8"))
    return read


def test_copies_are_found_and_look_alikes_are_not() -> None:
    scores, known = syndication_scores.scores(), baseline("syndication")
    assert scores["stories"] >= 40
    assert scores["look_alikes"] >= 200
    assert scores["precision"] >= max(0.99, known["precision"])
    assert scores["recall"] >= max(0.95, known["recall"])


def test_no_look_alike_is_taken_for_a_copy() -> None:
    copies = [*syndication_scores.stories(), *syndication_scores.look_alikes()]
    wrong, _ = syndication_scores.faults(copies)
    assert [(copies[one].story, copies[other].story) for one, other in wrong] == []


def test_later_takes_are_found_and_other_stories_of_the_house_are_not() -> None:
    scores, known = chain_scores.scores(), baseline("chains")
    assert scores["updates"] >= 20
    assert scores["precision"] >= known["precision"]
    assert scores["recall"] >= known["recall"]
