import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.content import content_sha256, normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“We will,” he said.", '"We will," he said.'),
        ("it’s", "it's"),
        ("10\u201312 October", "10-12 October"),
        ("Two  spaces\nand a line", "Two spaces and a line"),
        ("CRANE FALLS", "Crane falls"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("wait…", "wait..."),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
    ],
)
def test_what_templates_change_is_the_same_text(one: str, other: str) -> None:
    assert content_sha256("Headline", one) == content_sha256("Headline", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("40,000 tonnes", "400,000 tonnes"),
        ("He said so.", "He said so?"),
        ("Nobody was hurt", "Nobody was killed"),
        ("résumé", "resume"),
    ],
)
def test_what_a_desk_changes_is_another_text(one: str, other: str) -> None:
    assert content_sha256("Headline", one) != content_sha256("Headline", other)


def test_headline_and_body_do_not_run_into_each_other() -> None:
    assert content_sha256("One", "two three") != content_sha256("One two", "three")


@given(st.text(), st.text())
def test_any_text_has_a_hash_and_normalising_twice_changes_nothing(one: str, two: str) -> None:
    assert len(content_sha256(one, two)) == 64
    assert normalise(normalise(one)) == normalise(one)
