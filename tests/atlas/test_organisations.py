"""seeds/organisations.toml and its loader."""

import pytest
from babel import Locale

from atlas.organisations import OrganisationsError, organisations, parse


def test_there_are_enough_and_in_many_scripts() -> None:
    forms = [form for form, _ in organisations().forms()]
    assert len(organisations()) >= 300
    for first, last in (("а", "я"), ("ا", "ي"), ("一", "龥"), ("ァ", "ヺ"), ("가", "힣")):
        assert sum(any(first <= c <= last for c in form) for form in forms) >= 10


def test_every_country_is_known_to_cldr() -> None:
    known = set(Locale("en").territories)
    assert {o.country for o in organisations() if o.country} <= known


def test_no_form_has_blanks_around_it_or_an_article_before_it() -> None:
    odd = [f for f, _ in organisations().forms() if f != f.strip() or f.startswith("the ")]
    assert odd == []


@pytest.mark.parametrize(
    ("form", "organisation_id"),
    [
        ("NATO", "nato"),
        ("НАТО", "nato"),
        ("OTAN", "nato"),
        ("北约", "nato"),
        ("Kosovo Force", "kfor"),
        ("KFOR", "kfor"),
        ("UN Security Council", "un-security-council"),
        ("ЕЦБ", "ecb"),
        ("EZB", "ecb"),
        ("WHO", "who"),
        ("OMS", "who"),
        ("МАГАТЭ", "iaea"),
        ("حماس", "hamas"),
        ("NIS", None),
        ("who", None),
        ("Ministry of Defence", None),
        ("", None),
    ],
)
def test_a_form_has_its_owner(form: str, organisation_id: str | None) -> None:
    found = organisations().by_form(form)
    assert (found.id if found else None) == organisation_id


def test_an_organisation_tells_its_kind_and_country() -> None:
    fed = organisations().get("federal-reserve")
    assert fed is not None
    assert (fed.kind, fed.country, fed.forms[0]) == ("central-bank", "US", "Federal Reserve")
    assert organisations().get("no-such") is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = [", "not TOML"),
        ('[court]\na = { name = "A" }', "format"),
        ("format = 1\n[court]\na = 3", "a: an entry is"),
        ('format = 1\n[court]\nA_B = { name = "A" }', "A_B: an entry is"),
        ('format = 1\n[court]\na = { name = " " }', "a: name"),
        ('format = 1\n[court]\na = { name = "A", colour = "red" }', "a: colour"),
        ('format = 1\n[court]\na = { name = "A", country = "usa" }', "a: country"),
        ('format = 1\n[court]\na = { name = "A", aliases = "B" }', "a: aliases"),
        ('format = 1\n[court]\na = { name = "A" }\n[bank]\na = { name = "B" }', "a: the id"),
        (
            'format = 1\n[court]\na = { name = "A" }\nb = { name = "B", aliases = ["A"] }',
            "b: 'A' is a's",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_entry(text: str, wanted: str) -> None:
    with pytest.raises(OrganisationsError, match=wanted):
        parse(text)
