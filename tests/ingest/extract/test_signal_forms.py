"""seeds/signals.toml and its loader."""

import pytest
from babel import Locale

from ingest.extract.signal_forms import SignalsFileError, forms, parse

GOOD = '[[marker]]\nid = "a"\nmeans = "b"\n'


def test_the_file_has_every_row_of_the_table() -> None:
    kinds = {marker.kind for marker in forms().markers}
    assert kinds >= {
        "update", "correction", "refile", "repeat", "kill", "hold", "embargo", "removal"
    }  # fmt: skip
    genres = {marker.genre for marker in forms().markers}
    assert genres >= {"wrap", "brief", "analysis", "factbox", "interview", "explainer", "diary"}
    assert genres >= {"text", "timeline", "focus", "exclusive", "advisory", "press-release"}
    assert {marker.urgency for marker in forms().markers} >= {1, 2, 3}


def test_languages_are_known() -> None:
    known = Locale("en").languages
    assert {code for m in forms().markers for code in m.languages} <= set(known)


def test_kills_and_holds_are_bound_to_agencies() -> None:
    for marker in forms().markers:
        if marker.kind in {"kill", "hold"}:
            assert marker.agencies, marker.id


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = [", "not TOML"),
        ("format = 2", "format 1"),
        ("format = 1\nother = 3", "format 1"),
        ("format = 1\n" + GOOD + "colour = 3", "a: colour"),
        ("format = 1\n" + GOOD + "urgency = 12", "a: urgency"),
        ("format = 1\n" + GOOD + 'kind = "murder"', "a: kind"),
        ("format = 1\n" + GOOD + 'agencies = ["nobody"]', "a: agencies: .*'nobody'"),
        ("format = 1\n" + GOOD + "only = true", "a: only"),
        ("format = 1\n" + GOOD + GOOD, "a: the id"),
        ('format = 1\n[[marker]]\nmeans = "b"', "an entry without id: id"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_entry(text: str, wanted: str) -> None:
    with pytest.raises(SignalsFileError, match=wanted):
        parse(text)
