"""Datelines of all house forms are read, and what only looks like one is left alone."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.agencies import agencies
from ingest.extract.dateline import read_dateline, try_dateline
from ingest.extract.dateline.lexer import WINDOW
from wire.messages import Dateline

STAMP = dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC)
TEXT = "The government said on Monday that talks would go on."
# House forms without a credit, and credits that the file gives to nobody.
UNCREDITED = {
    "Wien (PK) -",
    "BRATISLAVA 7. marca (WebNoviny.sk) -",
    "MORELIA, Mich., 7 de marzo de 2026.-",
    "OTTAWA —",
    "LYON, France –",
    "Geneva (ICRC) –",
    "(ANKARA) -",
}
# What a house form may show of the text behind it.
FOLLOWING = "Regulatory News:"


DATA = Path(__file__).parents[2] / "quality" / "data"


def lines_of(name: str) -> list[str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read(text: str, stamp: dt.datetime | None = STAMP, language: str | None = None) -> Dateline:
    found, _ = read_dateline(text, published_at=stamp, language=language)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("agency", "form"),
    [(agency.id, form) for agency in agencies() for form in agency.datelines],
)
def test_house_forms(agency: str, form: str) -> None:
    form = form.removesuffix(FOLLOWING)
    found, body = read_dateline(f"{form} {TEXT}", published_at=STAMP, agency=agency)
    assert found is not None
    assert (found.raw, body) == (form, TEXT)
    assert found.agency == (None if form in UNCREDITED else agency)


@pytest.mark.parametrize(
    ("line", "place", "region", "date", "agency"),
    [
        ("ATHENS, March 7 (Reuters) -", "ATHENS", None, "2026-03-07", "reuters"),
        ("MOSCOW. March 7 (Interfax) -", "MOSCOW", None, "2026-03-07", "interfax"),
        ("(ANSA) - BARI, 7 MAR -", "BARI", None, "2026-03-07", "ansa"),
        ("SHARJAH, 7th March, 2026 (WAM) --", "SHARJAH", None, "2026-03-07", "wam"),
        ("BONN AND MAINZ, Germany (AP) -", "BONN AND MAINZ", "Germany", None, "ap"),
        ("CAIRO/THE HAGUE, March 7 (Reuters) -", "CAIRO/THE HAGUE", None, "2026-03-07", "reuters"),
        ("March 7 (UPI) --", None, None, "2026-03-07", "upi"),
        ("Pune [India], March 7 (ANI):", "Pune", "India", "2026-03-07", "ani"),
        ("Sevilla (España) -", "Sevilla", "España", None, None),
        ("ТУЛА, 7 марта. /ТАСС/.", "ТУЛА", None, "2026-03-07", "tass"),
        ("ЗАГРЕБ, 7 мар - РИА Новости.", "ЗАГРЕБ", None, "2026-03-07", "ria"),
        ("新华社上海3月7日电（记者李明）", "上海", None, "2026-03-07", "xinhua"),
        ("新华社上海３月７日电", "上海", None, "2026-03-07", "xinhua"),
        ("PERTH March 7 AAP -", "PERTH", None, "2026-03-07", "aap"),
        ("TAMPA, Fla., Narch 7 -", "TAMPA", "Fla.", "2026-03-07", None),
        ("LONDON, March 7O -", "LONDON", None, None, None),
        ("LONDON, March O7 -", "LONDON", None, "2026-03-07", None),
        ("LONDON, FEb 26 -", "LONDON", None, "2026-02-26", None),
        ("LONDON, March 1O -", "LONDON", None, "2026-03-10", None),
        ("AKRON, Ohio March 7 -", "AKRON", "Ohio", "2026-03-07", None),
        ("AKRON Ohio, March 7, -", "AKRON", "Ohio", "2026-03-07", None),
        ("EVANSTON, Ill., March, 7 -", "EVANSTON", "Ill.", "2026-03-07", None),
        ("omaha, march 7 -", "omaha", None, "2026-03-07", None),
        ("ABOARD AIR FORCE ONE (AP) —", "ABOARD AIR FORCE ONE", None, None, "ap"),
        ("ON THE USS OHIO, March 7 (Reuters) -", "ON THE USS OHIO", None, "2026-03-07", "reuters"),
        ("UNITED NATIONS, March 7 (Reuters) -", "UNITED NATIONS", None, "2026-03-07", "reuters"),
        ("MONTRÉAL, le 7 mars 2026 /CNW/ -", "MONTRÉAL", None, "2026-03-07", "cnw"),
        ("Moskau/Kiew (APA/dpa) -", "Moskau/Kiew", None, None, "apa-austria"),
        ("VADUZ, Liechtenstein, March 7 (UPI) --", "VADUZ", "Liechtenstein", "2026-03-07", "upi"),
        ("Canadian Press - REGINA (CP) -", "REGINA", None, None, "canadian-press"),
        ("SANTA ANA, Calif., March 7 -", "SANTA ANA", "Calif.", "2026-03-07", None),
        ("Chester, PA (Sports Network) -", "Chester", "PA", None, "sports-network"),
        ("BELFAST (PA) -", "BELFAST", None, None, "pa"),
        ("القاهرة 7 مارس (رويترز) -", "القاهرة", None, "2026-03-07", "reuters"),
        ("SÃO PAULO, 7 de março (Reuters) -", "SÃO PAULO", None, "2026-03-07", "reuters"),
        ("İSTANBUL, 7 Mart (Reuters) -", "İSTANBUL", None, "2026-03-07", "reuters"),
        ("WINTERSFELD —", "WINTERSFELD", None, None, None),
        ("SHALLOW CREEK, Wyo. —", "SHALLOW CREEK", "Wyo.", None, None),
        ("Bochum. ", "Bochum", None, None, None),
        ("By Jane Smith LONDON, March 7 (Reuters) -", "LONDON", None, "2026-03-07", "reuters"),
        ("LONDON, PARIS and BERLIN (AP) —", "LONDON, PARIS and BERLIN", None, None, "ap"),
        ("JERUSALEM/CAIRO, March 7 (Reuters) -", "JERUSALEM/CAIRO", None, "2026-03-07", "reuters"),
        ("Oshawa, Ont.--(Newsfile - March 7, 2026) -", "Oshawa", "Ont.", "2026-03-07", "newsfile"),
        ("JAKARTA, KOMPAS.com -", "JAKARTA", None, None, None),
        ("[서울=뉴스핌] 홍길동 기자 =", "서울", None, None, None),
        ("本报北京3月7日电", "北京", None, "2026-03-07", None),
        ("新华社联合国3月7日电", "联合国", None, "2026-03-07", "xinhua"),
        ("واشنطن 7 مارس آذار (رويترز) -", "واشنطن", None, "2026-03-07", "reuters"),
        ("Ciudad de México, México.-", "Ciudad de México", "México.", None, None),
        ("FRANKFURT -(Dow Jones)-", "FRANKFURT", None, None, "dow-jones"),
        ("Chicago, Ill., March 7, 1926 (AP).—", "Chicago", "Ill.", "1926-03-07", "ap"),
        ("Berlin (dpa/bb) -", "Berlin", None, None, "dpa"),
        ("NEW YORK, Monday, March 7 --", "NEW YORK", None, "2026-03-07", None),
        ("ঢাকা, ৭ মার্চ (বাসস) :", "ঢাকা", None, "2026-03-07", "bss"),
        ("PARIS, 7 mars (A.F.P.). —", "PARIS", None, "2026-03-07", "afp"),
        ("CAIRO - 7 March 2026:", "CAIRO", None, "2026-03-07", None),
        ("(CNN)", None, None, None, "cnn"),
        ("LONDON, March 7 (Reuters -", "LONDON", None, "2026-03-07", "reuters"),
        ("LONDON, March 7 Reuters) -", "LONDON", None, "2026-03-07", "reuters"),
        ("DEN HAAG (ANP) -", "DEN HAAG", None, None, "anp"),
    ],
)  # fmt: skip
def test_forms(
    line: str, place: str | None, region: str | None, date: str | None, agency: str | None
) -> None:
    found, body = read_dateline(f"{line} {TEXT}", published_at=STAMP)
    assert found is not None
    assert (found.place, found.region, found.agency) == (place, region, agency)
    assert (str(found.date) if found.date else None) == date
    assert body == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "DEAR ABBY: My neighbour sings at night.",
        "The American Dental Association (ADA) said teeth matter.",
        "PROGRESS: Work on the bridge goes on.",
        "Paris is where the talks will be held.",
        "London and Madrid signed the treaty on Monday.",
        "UPDATED: Mon., March 2, 2026",
        "DATE : 27/02/2026",
        "March 7 - the day the factory closed - is remembered.",
        "MIRA: así fue el rescate de los mineros",
        "READING - A new library opens.",
        "Berlin-based firms are hiring.",
        "New York-based lender cuts jobs.",
        "WASHINGTON",
        "Washington (state) has more apples.",
        "The Bank of Japan (BOJ) - once cautious - moved.",
        "JANE SMITH, HOST: Welcome to the programme.",
        "SOURCES: Company reports",
        "MORE: Five things to know",
        "Innovation (AI) is changing farms.",
        "Germany (Group C): 13th appearance",
        "Tuscany: hills and wine.",
        "But - as ever - nobody asked.",
        "PS - more tomorrow.",
        "Charles and Diana: a wedding seen again",
        "Manchester, you were lovely.. Thank you",
        "Johnson & Co Paid Official Around the U.S., Jury Told: a report",
        "CNN report has revealed that Saudi Arabia and the United Arab Emirates quarrel",
        "WASHINGTON and Lee University (W&L) is in Virginia.",
        "On March 7, 1865, Lincoln and Seward held a conference at sea - it failed.",
        "Custom Voice (beta) – a model of speech",
        "",
        "\n\n\n",
        "—",
        "(Reuters",
        "/",
    ],
)
def test_what_is_no_dateline(text: str) -> None:
    assert read_dateline(text, published_at=STAMP) == (None, text)


@pytest.mark.parametrize("row", lines_of("dateline_forms.txt"))
def test_forms_of_the_worlds_desks(row: str) -> None:
    line, *wanted = (part.strip() for part in row.split("¦"))
    found, body = read_dateline(f"{line} {TEXT}", published_at=STAMP)
    assert found is not None
    told = (found.place, found.region, found.country, found.date, found.agency)
    assert [str(value or "-") for value in told] == wanted
    assert body == TEXT


@pytest.mark.parametrize(
    "form",
    [
        "LISBON, March 7 ({}) - ",
        "LISBON, Mar 7 ({}) _ ",
        "Lisbon, March 7, 2026 ({}): ",
        "LISBON ({}) — ",
        "LISBON, Portugal ({}) -- ",
        "LISBON/PARIS, 7 March ({}) – ",
        "({}) - LISBON, March 7 - ",
        "LISBON, March 7 ({}).- ",
        "LISBON , March 7 ( {} ) - ",
        "LISBON, March 7 ({})\n",
    ],
)
def test_every_agencys_credit_is_read_in_every_form(form: str) -> None:
    for credit in agencies().credit_forms():
        if "ワシントン" in credit.form:  # a credit that names its place
            continue
        text = form.format(credit.form) + TEXT
        found, body = read_dateline(text, published_at=STAMP)
        assert found is not None, text
        assert (found.agency, found.country, body) == (credit.agency, "PT", TEXT), text


@pytest.mark.parametrize("line", lines_of("no_datelines.txt"))
def test_first_lines_that_are_no_datelines(line: str) -> None:
    text = f"{line}\n{TEXT}"
    assert read_dateline(text, published_at=STAMP) == (None, text)


@pytest.mark.parametrize(
    "text",
    [
        "Austin - a rescue dog - found a home on Monday.",
        "Berlin, 6 March 1945: the city lay in ruins, and nobody swept the streets.",
        "Boston (AP) is how a dateline would look, the professor said on Monday.",
        "DALLAS (TV) - a series that ran for fourteen years, and then came back.",
        "PARIS, FRANCE - MARCH 6: Players warm up before the match. (Photo by Al Doe/AFP)",
        "Madrid: las mejores terrazas para ver ponerse el sol este verano.",
    ],
)
def test_a_text_that_goes_on_in_small_letters_or_a_caption_is_none(text: str) -> None:
    assert read_dateline(text, published_at=STAMP) == (None, text)


def test_white_space_before_a_dateline_goes_with_it() -> None:
    assert read_dateline(f"\n  OSLO, March 7 (Reuters) - {TEXT}", published_at=STAMP)[1] == TEXT


def test_a_dateline_alone_on_its_line() -> None:
    found, body = read_dateline(f"OSLO, March 7 (Reuters)\n{TEXT}", published_at=STAMP)
    assert found is not None
    assert (found.place, body) == ("OSLO", TEXT)


def test_a_dateline_after_a_byline() -> None:
    found, body = read_dateline(f"By Jane Smith\nOSLO — {TEXT}", published_at=STAMP)
    assert found is not None
    assert (found.place, body) == ("OSLO", f"By Jane Smith\n{TEXT}")


def test_a_dateline_after_the_headline() -> None:
    text = f"Minister steps down\n\nOSLO, March 7 (Reuters) - {TEXT}\nSecond paragraph."
    found, body = read_dateline(text, published_at=STAMP)
    assert found is not None
    assert found.place == "OSLO"
    assert body == f"Minister steps down\n\n{TEXT}\nSecond paragraph."


def test_a_city_named_further_down_is_no_dateline() -> None:
    text = f"{TEXT}\nMILAN — the fashion capital — waits.\nMore."
    assert read_dateline(text, published_at=STAMP) == (None, text)


@pytest.mark.parametrize(
    ("line", "countries"),
    [
        ("MADRID/VALENCIA (Reuters) - Two clubs said on Monday.", ["ES", "ES"]),
        ("SAN JOSE/SAN FRANCISCO (Reuters) - Two makers said on Monday.", ["US", "US"]),
        ("SANTIAGO/VALENCIA (Reuters) - Two ports said on Monday.", ["CL", "VE"]),
        ("LONDON/PERTH (Reuters) - Two miners said on Monday.", ["GB", "AU"]),
    ],
)
def test_places_printed_together_tell_each_other_apart(line: str, countries: list[str]) -> None:
    found, _ = read_dateline(line)
    assert found
    assert [place.country for place in found.places] == countries


def test_places_of_a_shared_dateline_are_all_told() -> None:
    found = read(f"NEW YORK AND MAINZ, Germany--(BUSINESS WIRE)-- {TEXT}")
    assert [(place.name, place.country) for place in found.places] == [
        ("New York City", "US"),
        ("Mainz", "DE"),
    ]
    assert found.name == "New York City"


@pytest.mark.parametrize(
    ("printed", "stamp", "date"),
    [
        ("Dec 31", dt.datetime(2026, 1, 1, 0, 30, tzinfo=dt.UTC), "2025-12-31"),
        ("Jan 1", dt.datetime(2025, 12, 31, 20, tzinfo=dt.UTC), "2026-01-01"),
        ("Feb 29", dt.datetime(2024, 3, 1, tzinfo=dt.UTC), "2024-02-29"),
    ],
)
def test_the_year_comes_from_the_stamp(printed: str, stamp: dt.datetime, date: str) -> None:
    found = read(f"TOKYO, {printed} (Reuters) - {TEXT}", stamp)
    assert (str(found.date), found.warnings) == (date, ())


def test_a_date_far_from_the_stamp_is_distrusted() -> None:
    found = read(f"TOKYO, April 7 (Reuters) - {TEXT}")
    assert (str(found.date), found.warnings) == ("2026-04-07", ("date-distrusted",))


def test_a_date_without_year_and_stamp_is_unknown() -> None:
    assert read(f"TOKYO, April 7 (Reuters) - {TEXT}", None).date is None
    assert str(read(f"TOKYO, April 7, 2026 (Reuters) - {TEXT}", None).date) == "2026-04-07"


def test_seven_three_is_march_in_rome_whatever_its_order() -> None:
    assert str(read(f"Jakarta, 7/3 (ANTARA) - {TEXT}").date) == "2026-03-07"
    assert str(read(f"Jakarta, 3/7 (ANTARA) - {TEXT}").date) == "2026-03-07"


def test_a_shared_credit_is_the_one_at_home() -> None:
    assert read(f"NAIROBI, March 7 (KNA) - {TEXT}").agency == "kenya-na"
    assert read(f"BONN, 7. März (KNA) - {TEXT}").agency == "kna"


def test_a_credit_of_two_agencies_names_both() -> None:
    found = read(f"Moskau/Kiew (APA/AFP/Reuters) - {TEXT}")
    assert (found.agency, found.agencies) == ("apa-austria", ("apa-austria", "afp", "reuters"))
    assert read(f"Wien (APA) - {TEXT}").agencies == ()


def test_a_ship_keeps_its_words_and_has_no_place() -> None:
    found = read(f"ABOARD AIR FORCE ONE (AP) — {TEXT}")
    assert (found.country, found.warnings) == (None, ("place-unknown",))


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    found, body = read_dateline(text, published_at=STAMP)
    assert len(body) <= len(text)
    assert (found is None) == (body == text)


# The last of them in scripts of their own: both grammars meet all signs.
PARTS = (
    *(
        "LONDON",
        "New",
        "York,",
        "Bosnia",
        "Calif.",
        "N.Y.",
        "AND",
        "and",
        "of",
        "March",
        "7",
        "2026",
    ),
    *(
        "Reuters",
        "AFP",
        "ТАСС",
        "AAP",
        "3/7",
        ",",
        ".",
        "-",
        "—",
        "--",
        "(",
        ")",
        "/",
        "[",
        "]",
        ":",
    ),
    *("=", "|", "·", "\n", "新华社", "北京", "日", "電", "【", "】"),
)


@given(st.lists(st.sampled_from(PARTS), max_size=60))
def test_any_mix_of_a_dateline_s_parts_is_read(parts: list[str]) -> None:
    text = " ".join(parts)
    found, body = read_dateline(text, published_at=STAMP)
    if found is not None:
        assert found.raw in text
        assert len(found.raw) <= WINDOW
        assert body.split() == text.replace(found.raw, " ", 1).split()


@given(st.sampled_from("A( -/,.=[«新x1"), st.integers(1, 6), st.sampled_from(" \n"))
def test_nothing_beyond_the_window_is_looked_at(character: str, size: int, blank: str) -> None:
    """What costs time is bounded: a longer line reads as its beginning does."""
    line = f"LONDON{blank}" + character * (10**size)
    long = read_dateline(line, published_at=STAMP)[0]
    short = read_dateline(line[: 4 * WINDOW], published_at=STAMP)[0]
    assert long == short


def test_try_answers_with_dateline_and_body() -> None:
    answer = try_dateline(
        {"text": f"OSLO, March 7 (Reuters) - {TEXT}", "published_at": "2026-03-07"}
    )
    assert answer["body"] == TEXT
    dateline = answer["dateline"]
    assert isinstance(dateline, dict)
    assert dateline["country"] == "NO"
    assert dateline["date"] == "2026-03-07"
    assert try_dateline({"text": TEXT}) == {"dateline": None, "body": TEXT}


def test_try_takes_old_stamps() -> None:
    answer = try_dateline({"text": f"OSLO, April 6 - {TEXT}", "published_at": "7-APR-1987"})
    dateline = answer["dateline"]
    assert isinstance(dateline, dict)
    assert dateline["date"] == "1987-04-06"


@pytest.mark.parametrize("request_", [{}, {"text": 1}, {"text": "x", "published_at": "soon"}])
def test_try_refuses_what_it_cannot_read(request_: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"text|published_at"):
        try_dateline(request_)
