"""The gate on entities: names, aliases, places and focus, none below its baseline."""

import json
from collections.abc import Iterable

import pytest

from enrich.training.stories import MarkedStory, faults, load, read
from enrich.worker import tagger
from tests.quality import entities_scores as gate
from wire.settings import Settings

# A fused kernel of another CPU rounds otherwise: a name or two of a thousand may differ.
_ROUNDING = 0.003

needs_corpus = pytest.mark.skipif(
    not (Settings().corpus / "ner").is_dir(), reason="the shared corpus is not here"
)


def baseline(name: str) -> float:
    return float(json.loads(gate.BASELINE.read_text(encoding="utf-8"))[name]) - _ROUNDING


def test_our_own_stories_are_marked_without_a_fault_that_a_machine_can_see() -> None:
    assert faults(load()) == []


def people(stories: Iterable[MarkedStory]) -> set[str]:
    """Return the full names of the people in `stories`; in Chinese any name is a full one."""
    marked = [(p.text[a:b], t) for s in stories for p in s.passages for a, b, t in p.spans]
    return {n for n, label in marked if label == "PER" and (" " in n or ord(n[0]) > 0x2E80)}


def test_stories_held_out_are_marked_without_a_fault_and_strange_to_the_training() -> None:
    held = list(read(gate.LANGUAGES.read_text(encoding="utf-8")))
    trained = load()
    lines = [{p.text for s in stories for p in s.passages} for stories in (held, trained)]

    assert faults([*trained, *held]) == []
    assert people(held) & people(trained) == set()
    assert lines[0] & lines[1] == set()


def test_our_own_stories_are_enough_to_measure_by() -> None:
    assert len(gate.own_stories()) >= 60


@pytest.mark.slow
@pytest.mark.corpus
@needs_corpus
def test_names_of_the_development_news() -> None:
    scores = gate.names(tagger("default"))

    assert scores["all"].f1 >= baseline("names")
    for label in gate.COUNTED:
        assert scores[label].f1 >= baseline(f"names_{label}")


@pytest.mark.slow
def test_names_in_other_languages() -> None:
    found = gate.names_by_language(tagger("default"))

    assert set(found) == {"ru", "es", "fr", "de", "zh"}
    for language, score in found.items():
        assert score.f1 >= baseline(f"names_{language}"), language


@pytest.mark.slow
@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize("genre", ["news", None])
def test_aliases_of_the_development_documents(genre: str | None) -> None:
    score = gate.development_aliases(genre)

    assert score.f1 >= baseline(f"aliases_{genre or 'all'}")


def test_aliases_of_our_own_stories() -> None:
    assert gate.own_aliases().f1 >= max(0.95, baseline("aliases_own"))


@pytest.mark.slow
@pytest.mark.corpus
@needs_corpus
def test_countries_of_small_towns() -> None:
    assert gate.lgl_places().share >= max(0.76, baseline("places_lgl"))


def test_countries_of_our_own_stories() -> None:
    assert gate.own_places().share >= max(0.97, baseline("places_own"))


def test_the_country_a_story_is_about() -> None:
    assert gate.own_focus().share >= max(0.92, baseline("focus_own"))
