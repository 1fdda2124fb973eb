"""What a story says of the company that a person keeps."""

import pytest

from enrich.analysis import Setting, read
from enrich.entities.company import fields
from enrich.entities.tagger import Span
from store.namesakes import likeness


def company_of(text: str, name: str, *others: tuple[str, str]) -> tuple[str, ...]:
    """Return the company of `name` in a story that also names the others, by label."""
    spans = [
        Span(text.index(printed), text.index(printed) + len(printed), label)  # type: ignore[arg-type]
        for label, printed in [("PER", name), *others]
    ]
    reading = read(text, sorted(spans), Setting("en"))
    (found,) = [one for one in reading.entities if one.name == name]
    return found.company


SOFIA = (
    "Bulgarian Finance Minister Ivan Petrov met Mila Dimova of the National Savings Bank in Sofia."
)
BURGAS = "The budget that Ivan Petrov, the Bulgarian minister, laid before parliament was narrow."
OTTAWA = "Ivan Petrov, 24, a goalkeeper, stopped 31 shots as the Ottawa Beavers won in Canada."


def test_company_is_countries_people_bodies_and_the_field() -> None:
    met = company_of(
        SOFIA,
        "Ivan Petrov",
        ("PER", "Mila Dimova"),
        ("ORG", "National Savings Bank"),
        ("LOC", "Sofia"),
    )
    assert met == (
        "country:BG",
        "field:politics",
        "org:national savings bank",
        "per:mila dimova",
    )


def test_two_of_one_name_keep_different_company_and_one_keeps_his() -> None:
    minister, again = company_of(SOFIA, "Ivan Petrov"), company_of(BURGAS, "Ivan Petrov")
    keeper = company_of(OTTAWA, "Ivan Petrov", ("LOC", "Canada"))
    assert likeness(minister, again) is not None
    assert likeness(minister, keeper) is None


def test_bodies_of_the_whole_world_tell_nobody_apart() -> None:
    text = "Ana Kos spoke at NATO with Baker about Turkish steel."
    met = company_of(text, "Ana Kos", ("ORG", "NATO"), ("PER", "Baker"))
    assert met == ("country:TR",)


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("Foreign Minister Ana Kos said", "Ana Kos", {"politics"}),
        ("Ana Kos, 51, a midfielder, said", "Ana Kos", {"sport"}),
        ("singer Ana Kos and Judge Jan Hus", "Jan Hus", {"law"}),
        ("Judge Jan Hus thanked Ana Kos", "Ana Kos", set()),
        ("министр обороны Анна Кос заявила", "Анна Кос", {"politics"}),
        ("полузащитника Яна Гуса", "Яна Гуса", {"sport"}),
        ("la ministra Ana Kos dijo", "Ana Kos", {"politics"}),
        ("der Torwart Jan Hus hielt", "Jan Hus", {"sport"}),
        ("Ana Kos left early", "Ana Kos", set()),
    ],
)
def test_the_words_around_a_name_tell_its_field(text: str, name: str, found: set[str]) -> None:
    people = [text.index(each) + len(each) for each in ("Ana Kos", "Jan Hus") if each in text]
    start = text.index(name)
    assert fields(text, [(start, start + len(name))], people) == found
