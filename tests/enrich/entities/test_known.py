import pytest

from enrich.entities.known import known
from enrich.entities.rules import RulesTagger

RULES = RulesTagger(known())


def sure(text: str) -> list[str]:
    return [text[s.start : s.end] for s in known().find(text) if s.confidence >= 0.9]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the U.S. and the UK asked WHO for help", ["U.S.", "UK", "WHO"]),
        ("who asked us to reading a nice book in split", []),
        ("Who asked US officials", ["US"]),
        ("in Kosovo and Metohija", ["Kosovo and Metohija"]),
        ("the UN Security Council met", ["UN Security Council"]),
        ("The Bank of Korea and New Zealand", ["Bank of Korea", "New Zealand"]),
        ("from the Middle East to South America", ["Middle East", "South America"]),
        ("Korea's allies", ["Korea"]),
        ("New\nZealand", []),
        ("UN\nSecurity Council", ["UN", "Security Council"]),
    ],
)
def test_known_names_count_as_they_are_printed(text: str, found: list[str]) -> None:
    assert sure(text) == found


def test_names_in_scripts_without_capitals_are_found() -> None:
    assert sure("新华社北京5月20日电 肯尼亚外长") == ["北京", "肯尼亚"]
    assert "مصر" in sure("قال رئيس مصر امس")


def tagged(text: str, language: str = "en") -> list[str]:
    return [f"{s.label} {text[s.start : s.end]}" for s in RULES.tag([text], [language])[0]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Prime Minister Ilinca Dobrescu said", ["PER Ilinca Dobrescu"]),
        ("The Ministry of Public Works fined Velde Holdings Ltd.", None),
        ("Police said on Monday they held a man.", []),
        ("planes at Brendan Airport", ["LOC Brendan Airport"]),
        ("Ursula von der Heide resigned", ["PER Ursula von der Heide"]),
    ],
)
def test_rules_tell_kinds_by_their_signs(text: str, found: list[str] | None) -> None:
    assert tagged(text) == (
        ["ORG Ministry of Public Works", "ORG Velde Holdings Ltd."] if found is None else found
    )


def test_a_headline_in_title_case_gives_known_names_alone() -> None:
    assert tagged("Velde Shares Jump After Strong Results In Peru") == ["LOC Peru"]


def test_where_every_noun_has_a_capital_a_capital_says_nothing() -> None:
    assert tagged("Der Konzern baut in Wien viele Stellen ab", "de") == ["LOC Wien"]
