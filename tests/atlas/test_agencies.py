"""seeds/agencies.toml and its loader: what the file promises, and how it is refused."""

import datetime as dt
from collections import Counter

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from atlas.agencies import AgenciesError, agencies, credit_key, parse, read_zone

HEAD = """
format = 1
[zones]
GMT = "+00:00"
IST = "+05:30"
[standalone.world]
PARIS = "FR"
"""


def entry(agency_id: str, **fields: str) -> str:
    base = {
        "kind": '"agency"',
        "names": f'{{ en = "{agency_id.title()} Agency" }}',
        "timezone": '"Europe/Paris"',
        "languages": '["fr"]',
    }
    lines = "\n".join(f"{key} = {value}" for key, value in {**base, **fields}.items())
    return f'[[agency]]\nid = "{agency_id}"\n{lines}\n'


def test_there_are_enough_of_every_kind() -> None:
    kinds = Counter(agency.kind for agency in agencies())
    assert kinds["agency"] >= 120
    assert kinds["press-release"] >= 15
    assert kinds["public-body"] >= 40


def test_ids_and_hosts_are_unique() -> None:
    ids = [agency.id for agency in agencies()]
    hosts = [host for agency in agencies() for host in agency.hosts]
    assert len(ids) == len(set(ids))
    assert len(hosts) == len(set(hosts))


def test_every_credit_belongs_to_one_agency_or_is_shared_by_name() -> None:
    owners: dict[str, set[str]] = {}
    for form, agency in agencies().credit_forms():
        owners.setdefault(credit_key(form), set()).add(agency)
    assert {key: who for key, who in owners.items() if len(who) > 1} == {}


def test_every_credit_is_found_as_it_stands_in_the_file() -> None:
    for form, agency in agencies().credit_forms():
        found = agencies().by_credit(form)
        assert found is not None, form
        assert found.id == agency, form


def test_every_language_is_known_to_cldr() -> None:
    known = Locale("en").languages
    used = {code for agency in agencies() for code in (*agency.languages, *agency.names)}
    assert used - set(known) == set()


def test_every_country_is_known_to_cldr() -> None:
    known = Locale("en").territories
    used = {agency.country for agency in agencies() if agency.country}
    assert used - set(known) == set()


def test_every_zone_gives_an_offset_in_summer_and_winter() -> None:
    for agency in agencies():
        zones = [agency.tz, *agencies().zones(agency.id).values()]
        for moment in (
            dt.datetime(2026, 1, 7, tzinfo=dt.UTC),
            dt.datetime(2026, 7, 7, tzinfo=dt.UTC),
        ):
            assert all(moment.replace(tzinfo=zone).utcoffset() is not None for zone in zones)


def test_every_agency_that_signs_has_an_example_of_its_dateline() -> None:
    missing = [
        agency.id
        for agency in agencies()
        if agency.kind == "agency" and agency.credits and not agency.datelines
    ]
    assert missing == []


def test_an_example_dateline_carries_a_credit_of_its_agency() -> None:
    bare = {
        agency.id
        for agency in agencies()
        for line in agency.datelines
        if not any(
            credit_key(credit) in credit_key(line)
            for credit in (*agency.credits, *agency.also_credits)
        )
    }
    # these houses print some of their datelines without a credit
    assert bare <= {"canadian-press", "quadratin", "interpol", "icrc", "anka", "ots", "sita"}


@pytest.mark.parametrize(
    ("host", "agency_id"),
    [
        ("www.reuters.com", "reuters"),
        ("uk.reuters.com", "reuters"),
        ("REUTERS.COM.", "reuters"),
        ("tass.ru:443", "tass"),
        ("www.rba.gov.au", "rba"),
        ("www.dfat.gov.au", "australia-government"),
        ("agenciabrasil.ebc.com.br", "agencia-brasil"),
        ("english.news.cn", "xinhua"),
    ],
)
def test_a_host_is_its_agencys(host: str, agency_id: str) -> None:
    found = agencies().by_host(host)
    assert found is not None
    assert found.id == agency_id


@pytest.mark.parametrize(
    "host", [None, "", "com", "notreuters.com", "reuters.com.evil.example", "example.org", "..."]
)
def test_a_host_that_only_looks_like_one_is_nobodys(host: str | None) -> None:
    assert agencies().by_host(host) is None


@pytest.mark.parametrize(
    ("credit", "agency_id"),
    [
        ("(Reuters)", "reuters"),
        ("REUTERS", "reuters"),
        ("/TASS/", "tass"),
        ("/ТАСС/.", "tass"),
        ("新华社", "xinhua"),
        ("РИА Новости", "ria"),
        ("(ANSA) -", "ansa"),
        ("/PRNewswire/ --", "pr-newswire"),
        ("--(BUSINESS WIRE)--", "business-wire"),
        ("CTK", "ctk"),
        ("(ČTK)", "ctk"),
        ("Telam", "telam"),
        ("iha", "iha"),
        ("İHA", "iha"),
        ("The Associated Press", "ap"),
        ("Deutsche Presse-Agentur", "dpa"),
        ("（中央社）", "cna-taiwan"),
        ("أ ف ب", "afp"),
        ("ا ف ب", "afp"),
        ("Ma’an", "maan"),
    ],
)
def test_a_credit_is_read_whatever_surrounds_it(credit: str, agency_id: str) -> None:
    found = agencies().by_credit(credit)
    assert found is not None
    assert found.id == agency_id


@pytest.mark.parametrize("text", ["", "()", "ADA", "Reuters said", "The", "APX", "—"])
def test_what_is_no_credit_is_nobodys(text: str) -> None:
    assert agencies().by_credit(text) is None


def test_a_shared_credit_follows_the_language_and_the_host() -> None:
    by_credit = agencies().by_credit

    def who(**hints: str) -> str | None:
        found = by_credit("CNA", **hints)
        return found.id if found else None

    assert who() == "cna-taiwan"
    assert who(language="en") == "cna-taiwan"
    assert who(language="el") == "cna-cyprus"
    assert who(host="www.catholicnewsagency.com", language="en") == "catholic-na"
    assert who(host="focustaiwan.tw", language="el") == "cna-taiwan"


def test_an_agencys_abbreviation_means_what_the_agency_means() -> None:
    moment = dt.datetime(2026, 7, 7, 12, tzinfo=dt.UTC)

    def hours(agency_id: str | None, name: str) -> float:
        offset = moment.replace(tzinfo=agencies().zones(agency_id)[name]).utcoffset()
        assert offset is not None
        return offset.total_seconds() / 3600

    assert hours("pti", "IST") == 5.5
    assert hours("tps", "IST") == 2
    assert hours("pa", "IST") == 1
    assert hours("bss", "BST") == 6
    assert hours("pa", "BST") == 1
    assert hours("xinhua", "CST") == 8
    assert hours(None, "CST") == -6
    assert hours("spa", "AST") == 3
    assert hours("no-such-agency", "IST") == 5.5


def test_a_bare_city_follows_the_agencys_list() -> None:
    assert agencies().standalone("pa")["BIRMINGHAM"] == "GB-ENG"
    assert agencies().standalone("canadian-press")["LONDON"] == "CA-ON"
    assert agencies().standalone("reuters")["LONDON"] == "GB"
    assert agencies().standalone("app")["HYDERABAD"] == "PK-SD"
    assert agencies().standalone("pti")["HYDERABAD"] == "IN-TG"
    assert agencies().standalone(None)["PARIS"] == "FR"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("agency = [", "not TOML"),
        (HEAD + entry("aaa", timezone='"Mars/Olympus"'), "aaa: timezone: .*Mars/Olympus"),
        (HEAD + entry("aaa", languages="[]"), "aaa: languages"),
        (HEAD + entry("aaa", names='{ fr = "Un" }'), "aaa: .*English name"),
        (HEAD + entry("aaa", colour='"red"'), "aaa: colour"),
        (HEAD + entry("aaa", kind='"blog"'), "aaa: kind"),
        (HEAD + entry("aaa", hosts='["no host"]'), "aaa: hosts"),
        (HEAD + entry("aaa", rights='{ store = "some" }'), "aaa: rights: store"),
        (HEAD + entry("aaa", abbreviations='{ IST = "5" }'), "aaa: abbreviations: IST"),
        (HEAD + entry("aaa", standalone='["mars"]'), r"aaa: standalone: .*\[standalone.mars\]"),
        (HEAD + entry("aaa", also_credits='["ZZZ"]'), "aaa: also_credits: .*'ZZZ'"),
        (HEAD + entry("aaa") + entry("aaa"), "aaa: id: 'aaa'"),
        (
            HEAD + entry("aaa", credits='["XYZ"]') + entry("bbb", credits='["(xyz)"]'),
            "bbb: credits: 'xyz' is aaa's",
        ),
        (
            HEAD + entry("aaa", hosts='["a.example"]') + entry("bbb", hosts='["a.example"]'),
            "bbb: hosts",
        ),
        (HEAD + entry("aaa", credits='["()"]'), "aaa: credits: an entry is empty"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_entry_and_field(text: str, wanted: str) -> None:
    with pytest.raises(AgenciesError, match=wanted):
        parse(text)


def test_the_name_of_two_agencies_is_no_credit() -> None:
    found = parse(
        HEAD
        + entry("aaa", names='{ en = "Press House" }')
        + entry("bbb", names='{ en = "Press House" }')
    )
    assert found.by_credit("Press House") is None


@pytest.mark.parametrize("value", ["5", "+5:30", "+99:99x", "Nowhere/City", ""])
def test_a_zone_is_an_offset_or_a_name(value: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        read_zone(value)


@given(st.text(max_size=40))
def test_a_credit_key_is_stable(text: str) -> None:
    assert credit_key(credit_key(text)) == credit_key(text)
