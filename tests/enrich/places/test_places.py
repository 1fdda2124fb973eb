import pytest

from atlas.gazetteer import gazetteer
from enrich.places.focus import BODY, HEADLINE, Sighting, focus
from enrich.places.geocode import Toponym, company, place
from enrich.places.inflected import nominatives


def placed(*names: str, **signs: float) -> list[str | None]:
    """The country of each name, in the others' company; `name, within` splits at the comma."""
    toponyms = [Toponym(*(part.strip() for part in name.split(","))) for name in names]
    around = company(toponyms, signs, gazetteer())
    found = [place(toponym, around, gazetteer()) for toponym in toponyms]
    return [one.country if one else None for one in found]


@pytest.mark.parametrize(
    ("names", "countries"),
    [
        (["Paris"], ["FR"]),
        (["Paris, Texas"], ["US"]),
        (["Alexandria", "Louisiana", "Baton Rouge"], ["US", "US", "US"]),
        (["Georgia", "Tbilisi", "Batumi"], ["GE", "GE", "GE"]),
        (["Georgia", "Atlanta", "Savannah", "Alabama"], ["US", "US", "US", "US"]),
        (["Congo", "Goma", "Bukavu"], ["CD", "CD", "CD"]),
        (["Congo", "Brazzaville", "Pointe-Noire"], ["CG", "CG", "CG"]),
        (["Middle East"], [None]),
        (["US"], ["US"]),
        (["Багдаде", "Ирака"], ["IQ", "IQ"]),
        (["Nowhereville"], [None]),
    ],
)
def test_a_place_is_read_in_its_company(names: list[str], countries: list[str | None]) -> None:
    assert placed(*names) == countries


def test_a_demonym_or_dateline_speaks_for_its_country() -> None:
    assert placed("San Jose", CR=2.0) == ["CR"]
    assert placed("San Jose", US=2.0) == ["US"]


def test_a_town_few_have_heard_of_needs_another_sign() -> None:
    assert placed("Thames") == [None]
    assert placed("Thames", "Auckland", "New Zealand") == ["NZ", "NZ", "NZ"]


def test_cases_of_one_word_are_tried_and_other_scripts_left_alone() -> None:
    assert "Багдад" in list(nominatives("Багдаде"))
    assert "Россия" in list(nominatives("России"))
    assert list(nominatives("Belgrade")) == []
    assert list(nominatives("Сан Франциско")) == []


def sighting(name: str, weight: float = BODY) -> Sighting:
    return Sighting(gazetteer().find(name)[0], weight)


def test_the_focus_is_the_country_named_most() -> None:
    told = focus([sighting("Lima", HEADLINE), sighting("Lima"), sighting("Chile")], {})

    assert (told.country, told.place, told.confidence) == ("PE", "Lima", 0.75)


def test_a_tie_is_told_as_one() -> None:
    assert focus([sighting("Peru"), sighting("Chile")], {}).confidence == 0.5


def test_demonyms_alone_make_a_focus_without_a_place() -> None:
    told = focus([], {"RS": 1.2})

    assert (told.country, told.place, told.confidence) == ("RS", None, 1.0)


def test_next_to_nothing_is_no_focus() -> None:
    assert focus([], {"RS": 0.4}).country is None
    assert focus([], {}).confidence is None
