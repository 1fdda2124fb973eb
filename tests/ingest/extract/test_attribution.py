"""Publisher, agency and basis: credits are read, mentions are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.attribution import Attribution, Claims, attribute, credited_agency

PAPER = "www.harbour-gazette.example"
TEXT = "The port reopened on Monday.\nShips queued.\nThe mayor was glad.\nPilots were not."


def agency_of(line: str, *, where: str = "lines", language: str | None = None) -> str | None:
    claims = {
        "lines": Claims(PAPER, lines=(line,), language=language),
        "authors": Claims(PAPER, authors=(line,), language=language),
        "organisations": Claims(PAPER, organisations=(line,), language=language),
        "last": Claims(PAPER, body=f"{TEXT}\n{line}", language=language),
        "first": Claims(PAPER, body=f"{line}\n{TEXT}", language=language),
    }[where]
    found = credited_agency(claims)
    return found.id if found else None


@pytest.mark.parametrize(
    ("line", "agency_id"),
    [
        ("(Reuters)", "reuters"),
        ("Reuters", "reuters"),
        ("REUTERS", "reuters"),
        ("By Reuters", "reuters"),
        ("By Reuters Staff", "reuters"),
        ("By The Associated Press", "ap"),
        ("By JANE DOE, Associated Press", "ap"),
        ("By JANE DOE and JOHN ROE, Associated Press", "ap"),
        ("By Jane Doe, AP Sports Writer", "ap"),
        ("Jane Doe, The Canadian Press", "canadian-press"),
        ("Jane Doe (AFP)", "afp"),
        ("Jane Doe | Reuters", "reuters"),
        ("Jane Doe, dpa", "dpa"),
        ("Source: AFP", "afp"),
        ("Source: Reuters", "reuters"),
        ("Fuente: EFE", "efe"),
        ("Fonte: ANSA", "ansa"),
        ("Quelle: dpa", "dpa"),
        ("Quelle: dpa/AFP", "dpa"),
        ("Источник: ТАСС", "tass"),
        ("Kaynak: AA", "anadolu"),
        ("Sumber: ANTARA", "antara"),
        ("来源：新华社", "xinhua"),
        ("來源:中央社", "cna-taiwan"),
        ("출처: 연합뉴스", "yonhap"),
        ("المصدر: رويترز", "reuters"),
        ("Por EFE", "efe"),
        ("Par AFP", "afp"),
        ("Von dpa", "dpa"),
        ("© 2026 AFP", "afp"),
        ("© AFP", "afp"),
        ("(c) dpa", "dpa"),
        ("© dpa-infocom, dpa:260307-99-123456/2", "dpa"),
        (
            "Copyright 2026 The Associated Press. All rights reserved. This material may not be "
            "published, broadcast, rewritten or redistributed.",
            "ap",
        ),
        ("This report by The Canadian Press was first published March 7, 2026.", "canadian-press"),
        ("This story was originally published by The Associated Press.", "ap"),
        ("Xinhua | Updated: 2026-03-07 09:15", "xinhua"),
        ("PTI KVR SMP", "pti"),
        ("Forrás: MTI", "mti"),
        ("Sursa: Agerpres", "agerpres"),
        ("Vir: STA", "sta"),
        ("Nguồn: TTXVN", "vna"),
        ("Theo TTXVN", "vna"),
        ("Πηγή: ΑΠΕ-ΜΠΕ", "ana-mpa"),
        ("Mənbə: AZƏRTAC", "azertac"),
        ("منبع: ایرنا", "irna"),
        ("Copyright 2026 The Associated Press. All rights reserved.", "ap"),
        ("Copyright © 2026 The Canadian Press. All rights reserved.", "canadian-press"),
        ("© Copyright LUSA", "lusa"),
        ("dpa/AFP", "dpa"),
        ("— AP", "ap"),
        ("/PRNewswire/", "pr-newswire"),
        ("Our Standards: The Thomson Reuters Trust Principles.", "reuters"),
        ("Originally published by The Associated Press", "ap"),
        ("Provided by AFP", "afp"),
        ("Agencia: EFE", "efe"),
        ("(Petra)", "petra"),
        ("Source: Trend", "trend"),
    ],
)
def test_a_line_that_is_a_credit_credits(line: str, agency_id: str) -> None:
    assert agency_of(line) == agency_id


@pytest.mark.parametrize(
    "line",
    [
        "Reuters reported on Monday that the port had reopened.",
        "The mayor told Reuters that he was glad.",
        "Reuters could not verify the account.",
        "Photo: Reuters",
        "(AP Photo/Jane Doe)",
        "REUTERS/Jane Doe",
        "Foto: dpa",
        "Bild: dpa",
        "Image credit: AFP via Getty Images",
        "Фото: ТАСС",
        "图片来源：新华社",
        "With AFP",
        "With inputs from PTI",
        "Mit Material von dpa",
        "Con información de EFE",
        "Additional reporting by Reuters",
        "The Associated Press contributed to this report.",
        "По данным ТАСС",
        "Сообщает РИА Новости",
        "By Jane Doe",
        "Source: the ministry",
        "Source: Company data, Reuters calculations",
        "© 2026 Harbour Gazette",
        "Petra",
        "Online",
        "map",
        "app",
        "Trend",
        "Jane Doe, Harbour Gazette",
        "Follow Reuters on every channel",
    ],
)
def test_a_line_that_names_an_agency_otherwise_does_not(line: str) -> None:
    assert agency_of(line) is None
    assert agency_of(line, where="last") is None
    assert agency_of(line, where="first") is None


@pytest.mark.parametrize(
    ("author", "agency_id"),
    [
        ("Reuters", "reuters"),
        ("Associated Press", "ap"),
        ("The Associated Press", "ap"),
        ("Jane Doe, Associated Press", "ap"),
        ("AFP", "afp"),
        ("dpa", "dpa"),
        ("Agence France-Presse", "afp"),
        ("By Reuters", "reuters"),
        ("EFE / Jane Doe", None),
        ("Petra", None),
        ("Jane Doe", None),
        ("Reuters Jane", None),
    ],
)
def test_an_author_that_is_an_agency_credits(author: str, agency_id: str | None) -> None:
    assert agency_of(author, where="authors") == agency_id


@pytest.mark.parametrize(
    ("organisation", "agency_id"),
    [("Reuters", "reuters"), ("The Associated Press", "ap"), ("Harbour Gazette", None)],
)
def test_the_markups_source_organisation_credits(organisation: str, agency_id: str | None) -> None:
    assert agency_of(organisation, where="organisations") == agency_id


@pytest.mark.parametrize(
    ("last", "agency_id"),
    [
        ("He was glad, he said. (Reuters)", "reuters"),
        ("He was glad, he said. (ANI)", "ani"),
        ("Er freute sich. /dpa", "dpa"),
        ("He was glad. --IANS", "ians"),
        ("He was glad. — AFP", "afp"),
        ("He spoke of the American Dental Association (ADA)", None),
        ("He told a reporter (Reuters).", None),
        ("He was glad.", None),
    ],
)
def test_a_credit_may_close_the_last_paragraph(last: str, agency_id: str | None) -> None:
    assert agency_of(last, where="last") == agency_id


def test_a_credit_in_the_middle_of_a_story_is_not_looked_for() -> None:
    body = "\n".join(
        ["One.", "Two.", "Three.", "Four.", "Reuters", "Six.", "Seven.", "Eight.", "Nine."]
    )
    assert credited_agency(Claims(PAPER, body=body)) is None


def test_an_agencys_own_page_is_its_by_host() -> None:
    assert attribute(Claims("tass.com", body=TEXT)) == Attribution("tass", "tass", "host")


def test_an_agencys_own_feed_is_its_by_feed() -> None:
    assert attribute(Claims("tass.com", feed_agency="tass")) == Attribution("tass", "tass", "feed")


def test_a_republisher_keeps_its_page_and_the_agency_its_copy() -> None:
    assert attribute(
        Claims(PAPER, dateline_agency="reuters", lines=("By Jane Doe",))
    ) == Attribution("harbour-gazette.example", "reuters", "dateline")
    assert attribute(Claims(PAPER, lines=("By Reuters",))) == Attribution(
        "harbour-gazette.example", "reuters", "credit"
    )


def test_a_broadcaster_yields_to_a_credit_and_an_agency_does_not() -> None:
    assert attribute(Claims("www.voanews.com", lines=("Source: AFP",))) == Attribution(
        "voa", "afp", "credit"
    )
    assert attribute(Claims("tass.com", lines=("Source: AFP",))) == Attribution(
        "tass", "tass", "host"
    )


def test_another_agencys_dateline_on_an_agencys_site_is_that_agencys() -> None:
    assert attribute(Claims("www.bssnews.net", dateline_agency="afp")) == Attribution(
        "bss", "afp", "dateline"
    )
    assert attribute(Claims("www.bssnews.net", dateline_agency="bss")).agency_basis == "host"


def test_nobody_is_credited_where_nobody_is() -> None:
    assert attribute(Claims(PAPER, body=TEXT)) == Attribution("harbour-gazette.example", None, None)


def test_a_shared_credit_follows_the_language() -> None:
    assert agency_of("CNA", language="el") == "cna-cyprus"
    assert agency_of("CNA", language="zh") == "cna-taiwan"


def test_a_credit_behind_a_dash_closes_the_last_paragraph() -> None:
    last = "The ships will leave on Tuesday, he said."
    assert agency_of(f"{last} - Bernama", where="last") == "bernama"
    assert agency_of(f"{last} - Nobody", where="last") is None


@given(st.text(max_size=300))
def test_any_line_is_read(line: str) -> None:
    for where in ("lines", "authors", "organisations", "last"):
        agency_of(line, where=where)


@pytest.mark.parametrize("piece", ["a, ", "/", "by ", "(", "© ", "A ", "Reuters/", "\n"])
def test_hostile_lines_are_read_in_their_stride(piece: str) -> None:
    agency_of(piece * 50_000, where="last")
    agency_of(piece * 50_000)
