import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.entities.link import draft, entity_id, fullest
from enrich.entities.names import bare, folded, initials, person_key, uninflected
from enrich.entities.organisations import bodies


@pytest.mark.parametrize(
    "spellings",
    [
        ["Aleksandar Vučić", "Aleksandar Vucic", "Aleksandar Vuchich", "Александар Вучић"],
        ["Volodymyr Melnyk", "Володимир Мельник", "Vladimir Melnik"],
        ["Sergei Lazutin", "Sergey Lazutin", "Сергей Лазутин"],
        ["Mohammed Qureshi", "Muhammad Qureshi"],
        ["Dr. Ana Kos", "Ana Kos", "ANA KOS", "Ana Kos's"],
    ],
)
def test_spellings_of_one_name_have_one_key(spellings: list[str]) -> None:
    assert len({person_key(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ana Kos", "Ina Kos"), ("John Smith", "Jane Smith"), ("Li Wei", "Li Wen")],
)
def test_people_of_different_names_have_different_keys(one: str, other: str) -> None:
    assert person_key(one) != person_key(other)


def test_the_bare_name_has_no_article_possessive_or_quotes() -> None:
    assert [bare(n) for n in ("the Fed", "Kos's", "Tsolakis'", '"Зенит"')] == [
        "Fed",
        "Kos",
        "Tsolakis",
        "Зенит",
    ]


def test_initials_with_and_without_small_words() -> None:
    assert initials("Organization of American States") == ("ooas", "oas")


@pytest.mark.parametrize(
    ("printed", "stem"),
    [
        ("Токтогуловой", "Токтогулов"),
        ("Токтогулова", "Токтогулов"),
        ("Чад", "Чад"),
        ("Kosova", "Kosova"),
    ],
)
def test_cases_come_off_cyrillic_names_alone(printed: str, stem: str) -> None:
    assert uninflected(printed) == stem


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)


def test_a_curated_body_is_found_by_any_of_its_names() -> None:
    one = draft("ORG", ["Nato"], None, bodies())
    other = draft("ORG", ["НАТО"], None, bodies())

    assert one.id == other.id == entity_id("org:curated:nato")
    assert (one.name, one.curated, other.aliases) == ("NATO", True, ("НАТО",))


def test_an_unknown_body_goes_by_its_name_without_legal_form() -> None:
    assert draft("ORG", ["Kessler Stahl AG", "Kessler Stahl"], None, {}).key == "org:kessler stahl"


def test_an_unknown_place_is_kept_apart_by_country_and_a_sea_has_none() -> None:
    assert draft("LOC", ["Minova"], None, {}, "CD").key == "loc:CD:minova"
    assert draft("LOC", ["Sea of Azov"], None, {}, "UA").country is None


def test_the_name_shown_is_the_fullest_in_mixed_case() -> None:
    assert fullest("LOC", ["NEW YORK CITY", "New York"]) == "New York"
    assert fullest("PER", ["Kurti", "Albin Kurti"]) == "Albin Kurti"
    assert fullest("ORG", ["KFOR", "Kosovo Force"]) == "Kosovo Force"
