"""Disputed places and states that are no more: the code of docs/entities.md, the printed name."""

import re

import pytest

from enrich.analysis import Setting, resolve
from enrich.entities.tagger import Span
from tests.docs.pages import ROOT
from wire.messages import Label

LOC: Label = "LOC"


def meant(name: str, language: str) -> tuple[str, str | None, set[str]]:
    """Return key, country and all names of the place that a story names."""
    reading = resolve(f"{name}, 1 2 3.", [Span(0, len(name), LOC)], Setting(language))
    entity = reading.entities[reading.mentions[0].entity]
    return entity.key, entity.country, {entity.name, *entity.aliases}


@pytest.mark.parametrize(
    ("names", "language", "key", "country"),
    [
        ("Kosovo; Kosovo and Metohija", "en", "country:XK", "XK"),
        ("Косово; Косово и Метохия", "ru", "country:XK", "XK"),
        ("Crimea; Republic of Crimea", "en", "region:UA-11", "UA"),
        ("Крым; Крыма; Крыму", "ru", "region:UA-11", "UA"),
        ("Taiwan; Formosa", "en", "country:TW", "TW"),
        ("台湾", "zh", "country:TW", "TW"),
        ("Palestine; Palestinian Territories", "en", "country:PS", "PS"),
        ("Gaza Strip", "en", "region:PS-GZ", "PS"),
        ("West Bank", "en", "region:PS-WE", "PS"),
        ("Western Sahara", "en", "country:EH", "EH"),
        ("Sáhara Occidental", "es", "country:EH", "EH"),
        ("Abkhazia", "en", "region:GE-02", "GE"),
        ("South Ossetia; Ossétie du Sud", "fr", "region:GE-south-ossetia", "GE"),
        ("Nagorno-Karabakh; Artsakh; Nagorno Karabakh", "en", "region:AZ-nagorno-karabakh", "AZ"),
        ("Northern Cyprus; Nordzypern", "de", "region:CY-northern-cyprus", "CY"),
        ("Golan Heights; Altos del Golán", "es", "region:SY-golan", "SY"),
        ("Falkland Islands; Malvinas; Islas Malvinas", "es", "country:FK", "FK"),
        ("Somaliland", "en", "region:SO-somaliland", "SO"),
    ],
)
def test_a_disputed_place_has_its_code_and_keeps_the_name_as_printed(
    names: str, language: str, key: str, country: str
) -> None:
    for name in names.split("; "):
        found, code, known = meant(name, language)
        assert (found, code) == (key, country), name
        assert name in known


@pytest.mark.parametrize("name", ["Kashmir", "Kurdistan"])
def test_what_lies_in_several_countries_lies_in_none(name: str) -> None:
    assert meant(name, "en")[1] is None


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Soviet Union", "RU"),
        ("СССР", "RU"),
        ("Yugoslavia", "RS"),
        ("Czechoslovakia", "CZ"),
        ("East Germany", "DE"),
        ("Zaire", "CD"),
        ("Burma", "MM"),
    ],
)
def test_a_state_that_is_no_more_is_its_main_heir_by_the_name_as_printed(
    name: str, country: str
) -> None:
    found, code, known = meant(name, "en")
    assert (found, code) == (f"country:{country}", country)
    assert name in known


def test_the_policy_page_says_what_the_code_does() -> None:
    page = (ROOT / "docs" / "entities.md").read_text("utf-8").split("## Disputed places")[1]
    rows = re.findall(r"^\| (.+?) \| ([A-Z]{2}(?:[,;] [A-Z]{2})*) \|", page.split("\n## ")[0], re.M)
    assert len(rows) > 9
    for names, codes in rows:
        groups = [group.split(", ") for group in names.split("; ")]
        told = re.split("[,;] ", codes)
        if len(told) == 1:
            wanted = [(name, told[0]) for group in groups for name in group]
        elif "; " in codes:
            wanted = [(n, c) for g, c in zip(groups, told, strict=True) for n in g]
        else:
            wanted = list(zip(groups[0], told, strict=True))
        for name, code in wanted:
            assert meant(name.removeprefix("the "), "en")[1] == code, name
