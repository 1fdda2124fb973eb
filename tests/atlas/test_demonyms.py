import pytest

from atlas.demonyms import demonyms, spoken_of
from atlas.gazetteer import gazetteer


def test_every_country_is_one_the_gazetteer_knows() -> None:
    assert {code for code in demonyms().values() if gazetteer().country(code) is None} == set()


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Serbian police and Serbs", {"RS": 2}),
        ("South Sudanese and Sudanese envoys", {"SS": 1, "SD": 1}),
        ("Kosovo Serbs met a Kosovar minister", {"XK": 2}),
        ("the polish on a danish table", {}),
        ("Americana and Romanesque", {}),
        ("two Frenchmen, a Briton and Dutch sailors", {"FR": 1, "GB": 1, "NL": 1}),
    ],
)
def test_forms_as_printed_speak_of_their_country(text: str, spoken: dict[str, int]) -> None:
    assert dict(spoken_of(text)) == spoken


def test_plurals_are_added_where_english_has_them() -> None:
    assert {"Serbs", "Kosovars", "Emiratis"} <= set(demonyms())
    assert not {"Chineses", "Frenchs", "Irishs"} & set(demonyms())


def test_what_is_told_once_cannot_be_changed_for_the_next() -> None:
    with pytest.raises(TypeError):
        spoken_of("Serbian police")["RS"] = 9  # type: ignore[index]  # it is the test

    assert dict(spoken_of("Serbian police")) == {"RS": 1}
