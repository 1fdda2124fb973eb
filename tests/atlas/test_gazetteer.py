"""The gazetteer finds places whatever the desk's spelling, and its data files fit each other."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.gazetteer import fold, gazetteer
from atlas.places import Place

PLACES = gazetteer()


def first(name: str) -> Place:
    found = PLACES.find(name)
    assert found, name
    return found[0]


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("St. Gallen", "st gallen"),
        ("KÖLN", "koln"),
        ("Łódź", "lodz"),
        ("N'Djamena", "ndjamena"),
        ("Winston-Salem", "winston salem"),
        ("İSTANBUL", "istanbul"),
        ("МОСКВА", "москва"),
        ("  New   York ", "new york"),
        ("서울", "서울"),
        ("", ""),
        ("...", ""),
    ],
)
def test_fold(printed: str, folded: str) -> None:
    assert fold(printed) == folded


@given(st.text(max_size=60))
def test_fold_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_find_takes_any_text(text: str) -> None:
    cities = [place.population for place in PLACES.find(text) if place.kind != "region"]
    assert sorted(cities, reverse=True) == cities


@pytest.mark.parametrize(
    ("printed", "name", "country"),
    [
        ("London", "London", "GB"),
        ("LONDON", "London", "GB"),
        ("Лондон", "London", "GB"),
        ("العاصمة لندن", None, None),
        ("Kiev", "Kyiv", "UA"),
        ("Bombay", "Mumbai", "IN"),
        ("PEKING", "Beijing", "CN"),
        ("Leningrad", "Saint Petersburg", "RU"),
        ("Saigon", "Ho Chi Minh City", "VN"),
        ("Constantinople", "Istanbul", "TR"),
        ("CALCUTTA", "Kolkata", "IN"),
        ("Rangoon", "Yangon", "MM"),
        ("ЛЮБЛЯНА", "Ljubljana", "SI"),
        ("北京", "Beijing", "CN"),
        ("東京", "Tokyo", "JP"),
        ("서울", "Seoul", "KR"),
        ("القاهرة", "Cairo", "EG"),
        ("Saint Louis, no such", None, None),
        ("St Petersburg", "Saint Petersburg", "RU"),
        ("WASHINGTON, D.C.", "Washington", "US"),
        ("Duesseldorf", "Düsseldorf", "DE"),
        ("Xanten", "Xanten", "DE"),
        ("Lindi", "Lindi", "TZ"),
        ("Xyzzyville", None, None),
    ],
)
def test_find(printed: str, name: str | None, country: str | None) -> None:
    found = PLACES.find(printed)
    if name is None:
        assert found == ()
    else:
        assert (found[0].name, found[0].country) == (name, country)


def test_a_capital_is_told_from_a_city() -> None:
    assert first("Nairobi").kind == "capital"
    assert first("Mombasa").kind == "city"


def test_coordinates_and_ids_are_geonames() -> None:
    london = first("London")
    assert london.geoname_id == 2643743
    assert (london.lat, london.lon) == pytest.approx((51.5085, -0.1257), abs=1e-3)


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("U.S.", "US"),
        ("USA", "US"),
        ("UK", "GB"),
        ("UAE", "AE"),
        ("DRC", "CD"),
        ("США", "US"),
        ("Uni Emirat Arab", "AE"),
        ("West Germany", "DE"),
        ("Kosovo", "XK"),
        ("XK", "XK"),
        ("Côte d’Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Birmania", "MM"),
        ("Deutschland", "DE"),
        ("日本", "JP"),
        ("Bosnia-Herzegovina", "BA"),
        ("Atlantis", None),
    ],
)
def test_country(printed: str, code: str | None) -> None:
    country = PLACES.country(printed)
    assert (country.code if country else None) == code


def test_every_country_names_itself() -> None:
    for country in PLACES.countries():
        found = PLACES.country(country.name)
        assert found is not None
        assert found.code == country.code, country.name


@pytest.mark.parametrize(
    ("printed", "country", "expected"),
    [
        ("Calif.", None, ("US", "CA")),
        ("N.Y.", None, ("US", "NY")),
        ("Tex.", None, ("US", "TX")),
        ("Ont.", None, ("CA", "08")),
        ("NSW", None, ("AU", "02")),
        ("Bayern", None, ("DE", "02")),
        ("England", None, ("GB", "ENG")),
        ("Punjab", "IN", ("IN", "23")),
        ("Punjab", "PK", ("PK", "04")),
        ("WA", "AU", ("AU", "08")),
        ("Tver", None, ("RU", "77")),
        ("Gaza Strip", None, ("PS", "GZ")),
    ],
)
def test_region(printed: str, country: str | None, expected: tuple[str, str]) -> None:
    region = PLACES.region(printed, country)
    assert region is not None
    assert (region.country, region.admin1) == expected


def test_all_states_have_their_abbreviations() -> None:
    states = {p.admin1 for _, places in PLACES.region_names() for p in places if p.country == "US"}
    assert len(states) == 51
    for code in states:
        assert code is not None
        region = PLACES.region(code, "US")
        assert region is not None
        assert region.admin1 == code


def test_an_abbreviation_is_no_place_in_running_text() -> None:
    assert all(place.kind == "city" for place in PLACES.find("or"))
    assert all(place.kind == "city" for place in PLACES.find("US"))


def test_hand_kept_regions_are_in_the_table() -> None:
    path = files("atlas") / "data" / "region_names.toml"
    for country, regions in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for name in regions:
            assert PLACES.region(name, country) is not None, f"{country}/{name}"


def test_names_are_folded_and_found() -> None:
    for number, (name, places) in enumerate(PLACES.names()):
        if number % 5_000 == 0:
            assert fold(name) == name
            assert set(places) <= set(PLACES.find(name)) | {c.place for c in PLACES.countries()}
