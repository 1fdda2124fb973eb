"""Ambiguous names are told apart by region, standing list, agency, language and story."""

import pytest

from atlas.agencies import agencies
from atlas.resolve import areas, country_of, resolve


def found(
    place: str,
    region: str | None = None,
    agency: str | None = None,
    *,
    language: str | None = None,
    context: str = "",
) -> str:
    by = agencies().get(agency)
    answer = resolve(
        place,
        region,
        agency_country=by.country if by else None,
        standalone=agencies().standalone(agency) if by else None,
        language=language,
        context=context,
    )
    return "" if answer is None else f"{answer.name}/{answer.country}/{answer.admin1}"


@pytest.mark.parametrize(
    ("place", "region", "expected"),
    [
        ("CAMBRIDGE", "Mass.", "Cambridge/US/MA"),
        ("CAMBRIDGE", "England", "Cambridge/GB/ENG"),
        ("ATLANTA", "Georgia", "Atlanta/US/GA"),
        ("TBILISI", "Georgia", "Tbilisi/GE/51"),
        ("SAN JOSE", "Calif.", "San Jose/US/CA"),
        ("SAN JOSE", "Costa Rica", "San José/CR/08"),
        ("HYDERABAD", "Pakistan", "Hyderabad/PK/05"),
        ("HYDERABAD", "Telangana", "Hyderabad/IN/40"),
        ("LAHORE", "Punjab, Pakistan", "Lahore/PK/04"),
        ("ROCHESTER", "N.Y.", "Rochester/US/NY"),
        ("ROCHESTER", "Minn.", "Rochester/US/MN"),
        ("TRIPOLI", "Lebanon", "Tripoli/LB/09"),
        ("WOLFSBURG", "West Germany", "Wolfsburg/DE/06"),
        ("LONDON", "Ont.", "London/CA/08"),
        ("LONDON", "France", ""),
        ("ALMA-ATA", "U.S.S.R.", "Almaty/KZ/02"),
        ("TITOGRAD", "Yugoslavia", "Podgorica/ME/16"),
        ("BRATISLAVA", "Czechoslovakia", "Bratislava/SK/02"),
        ("BRESLAU", "Germany", "Wrocław/PL/72"),
        ("MUKDEN", "Manchuria", "Shenyang/CN/19"),
    ],
)
def test_a_region_decides(place: str, region: str, expected: str) -> None:
    assert found(place, region) == expected


@pytest.mark.parametrize(
    ("place", "agency", "expected"),
    [
        ("BIRMINGHAM", "ap", "Birmingham/US/AL"),
        ("BIRMINGHAM", "reuters", "Birmingham/GB/ENG"),
        ("HYDERABAD", "pti", "Hyderabad/IN/40"),
        ("HYDERABAD", "app", "Hyderabad/PK/05"),
        ("PARIS", "ap", "Paris/FR/11"),
        ("NEW YORK", None, "New York City/US/NY"),
        ("WASHINGTON", None, "Washington/US/DC"),
        ("LUXEMBOURG", None, "Luxembourg/LU/LU"),
        ("LEBANON", None, "Lebanon/LB/None"),
        ("TRIPOLI", None, "Tripoli/LY/77"),
        ("PHILADELPHIA", None, "Philadelphia/US/PA"),
        ("SALEM", None, "Salem/IN/25"),
        ("GUATEMALA", None, "Guatemala City/GT/07"),
    ],
)
def test_bare_names_follow_size_and_agency(place: str, agency: str | None, expected: str) -> None:
    assert found(place, agency=agency) == expected


def test_a_state_that_is_no_more_counts_as_its_main_heir_where_the_city_is_unknown() -> None:
    assert country_of("Soviet Union") == "RU"
    assert country_of("Yugoslavia", "HR") == "RS"
    assert country_of("Nowhere") is None


def test_the_story_tells_cities_apart() -> None:
    assert found("San Jose", context="The governor of California said on Monday").endswith("US/CA")
    assert found("Hyderabad", context="Police in Pakistan said").endswith("PK/05")
    assert found("Tripoli", context="The army in north Lebanon said on Monday in Lebanon").endswith(
        "LB/09"
    )


def test_the_language_tells_cities_apart() -> None:
    assert found("Santa Cruz", language="es").split("/")[1] == "BO"
    assert found("Brest", language="fr").split("/")[1] == "FR"


def test_words_around_a_name_are_looked_past() -> None:
    assert found("NEAR BAGHDAD").startswith("Baghdad/IQ")
    assert found("BRISTOL AIRPORT", "England").startswith("Bristol/GB")


def test_country_of_a_region_alone() -> None:
    assert country_of("Mass.") == "US"
    assert country_of("N.S.W.") == "AU"
    assert country_of("Georgia") == "US"
    assert country_of("Georgia", "GE") == "GE"
    assert country_of("nowhere at all") is None


def test_a_country_beside_a_state_narrows_it() -> None:
    assert {country for country, _ in areas("Punjab, India")} == {"IN"}
