"""The smaller readers: lines, stamps, bylines, language, notices, metadata, and the trial."""

import base64
import json

import pytest
from lxml import html as lxml_html

from ingest.extract import stamps
from ingest.extract.bylines import names_of, read_byline, reporters_of
from ingest.extract.language import detect
from ingest.extract.markup import parse
from ingest.extract.metadata import read_metadata
from ingest.extract.notices import judge
from ingest.extract.render import Line, render
from ingest.extract.trial import charset_of, try_extract
from tests.ingest.extract.pages import PARAGRAPHS, URL, html


def rendered(markup: str) -> list[str]:
    return [line.text for line in render(lxml_html.fromstring(f"<div>{markup}</div>"))]


def test_lists_and_tables_stay_readable() -> None:
    markup = "<p>Ports:</p><ul><li>Dover</li><li><p>Calais</p></li></ul>"
    assert rendered(markup) == ["Ports:", "- Dover", "- Calais"]
    table = "<table><tr><th>Port</th><th>Ships</th></tr><tr><td>Dover</td><td>11</td></tr></table>"
    assert rendered(table) == ["Port | Ships", "Dover | 11"]


def test_a_table_that_is_only_layout_is_read_as_paragraphs() -> None:
    prose = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    assert rendered(f"<table><tr><td>Menu</td><td>{prose}</td></tr></table>") == [
        "Menu",
        *PARAGRAPHS,
    ]


def test_breaks_part_paragraphs_and_inline_tags_do_not() -> None:
    assert rendered("One <b>bold</b>er<br><br>Two") == ["One bolder", "Two"]


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Russian Politics & Diplomacy September 25, 2023, 19:19", "Russian Politics & Diplomacy"),
        ("Stand: 22.04.2024, 06:00 Uhr", ""),
        ("25 сентября 2023, 19:19 Политика", "Политика"),
        ("2025年1月14日 01時28分", ""),
        ("기사입력 :[ 2018-08-25 15:24 ]", ""),
        ("Updated at 1:23 p.m.", ""),
    ],
)
def test_stamp_lines_are_known(line: str, rest: str) -> None:
    found = stamps.read_stamp(line)
    assert found is not None
    assert found.rest == rest


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("KYODO NEWS - Feb 3, 2025 - 16:20 - World", ("KYODO NEWS", "World")),
        ("Politics | Monday, 3 February 2025 at 16:20 GMT | Europe", ("Politics", "Europe")),
        ("Science & Space September 25, 2023, 19:19", ("Science & Space",)),
        ("Stand: 22.04.2024, 06:00 Uhr", ("",)),
    ],
)
def test_a_date_in_the_middle_parts_what_stands_around_it(
    line: str, parts: tuple[str, ...]
) -> None:
    found = stamps.read_stamp(line)
    assert found is not None
    assert found.parts == parts


@pytest.mark.parametrize(
    "line",
    [
        "The game ended 19:19 in Berlin, and nobody who was there will forget the last minute.",
        "In 2020",
        "9h00 - Les principales infos de ce matin",
        "Nobody was hurt.",
    ],
)
def test_prose_with_figures_is_no_stamp(line: str) -> None:
    assert stamps.read_stamp(line) is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("- Von: Bill McCarthy, Marisha Goldhamer", "Bill McCarthy, Marisha Goldhamer"),
        ("Par Jeanne Dupont", "Jeanne Dupont"),
        ("Автор: Анна Иванова", "Анна Иванова"),
        ("記者 山田太郎", "山田太郎"),
        ("Oleh Budi Santoso", "Budi Santoso"),
        ("By Jane Doe, staff writer", "Jane Doe"),
        ("Von Nina Muster, dpa", "Nina Muster"),
        ("By Jane Doe, Port Elsewhere", "Jane Doe, Port Elsewhere"),
    ],
)
def test_bylines_are_known_and_give_names(line: str, names: str) -> None:
    assert read_byline(line) is not None
    assert names_of(line) == names


@pytest.mark.parametrize(
    "line",
    ["By the time they came, all was over", "Von wegen.", "By 2030", "By Monday, it was over"],
)
def test_sentences_are_no_bylines(line: str) -> None:
    assert read_byline(line) is None


def test_a_credit_tells_who_reported() -> None:
    assert reporters_of("(Reporting by A. Doe and B. Roe; Editing by C)") == "A. Doe and B. Roe"
    assert reporters_of("Crane falls into harbour") is None


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (" ".join(PARAGRAPHS), ("ru",), "en"),
        ("Кран упал в воду гавани в понедельник утром", ("en",), "ru"),
        ("港のクレーンが月曜日に倒れた", (), "ja"),
        ("항구의 크레인이 월요일에 쓰러졌다", (), "ko"),
        ("港口的起重机星期一倒塌", ("en",), "zh"),
        ("OK", ("en-GB",), "en"),
        ("2 - 1", ("pt_BR",), "pt"),
        ("", (), None),
        ("Menteri mengatakan bahwa pelabuhan ditutup pada hari Senin", ("id",), "id"),
    ],
)
def test_the_language_is_told(text: str, declared: tuple[str, ...], language: str | None) -> None:
    assert detect(text, declared) == language


def judged(*lines: str, titles: tuple[str, ...] = (), free: bool | None = None) -> str:
    return judge([Line(line) for line in lines], titles, free).kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Subscribe to continue reading", "lead"),
        ("Cet article est réservé aux abonnés", "lead"),
        ("この記事は会員限定です。", "lead"),
        (
            "A man who broke a paywall was freed on Monday, subscribe to continue reading or not.",
            "full",
        ),
    ],
)
def test_a_paywall_makes_a_lead(line: str, kind: str) -> None:
    assert judged(*PARAGRAPHS, line) == kind


@pytest.mark.parametrize("title", ["Page not found", "Страница не найдена", "Access denied"])
def test_pages_that_are_not_there_have_no_story(title: str) -> None:
    assert judged("The page you are looking for has moved.", titles=(title,)) == "none"
    assert judged(*PARAGRAPHS * 3, titles=(title,)) == "full"


def test_a_story_removed_has_no_text() -> None:
    found = judge([Line("This story has been removed.")], (), None)
    assert found.kind == "none"
    assert found.notices == {"removed"}


def test_what_json_ld_says_comes_before_meta_tags() -> None:
    node = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Wire"},
            {
                "@type": "NewsArticle",
                "headline": "Crane falls into harbour",
                "author": [{"name": "Jane Doe"}, {"name": "https://x.example/jane"}],
                "datePublished": "2026-10-12T06:12:00Z",
                "articleSection": "World",
                "isAccessibleForFree": "False",
                "keywords": "crane, harbour",
            },
        ],
    }
    head = (
        f'<script type="application/ld+json">{json.dumps(node)}</script>'
        "<meta property='article:section' content='Other'><link rel='canonical' href='/c'>"
    )
    page = html(head=head).replace("harbour</title>", "harbour | Wire</title>")
    found = read_metadata(parse(page), URL, ())
    assert found.headline == "Crane falls into harbour"
    assert found.authors == ("Jane Doe",)
    assert (found.section, found.free, found.keywords) == ("World", False, ("crane", "harbour"))
    assert found.published == ("2026-10-12T06:12:00Z",)
    assert found.canonical == "https://wire.example/c"


def test_a_short_headline_of_another_thing_is_not_the_storys() -> None:
    head = "<meta property='og:title' content='Opinion | Why cranes fall into harbours'>"
    page = html(head=head, title="Opinion").replace(
        "Opinion</title>", "Opinion | Why cranes</title>"
    )
    assert read_metadata(parse(page), URL, ()).headline == "Opinion | Why cranes fall into harbours"


def test_try_extract_reads_one_page() -> None:
    content = base64.b64encode(html().encode()).decode()
    found = try_extract({"url": URL, "html_b64": content, "entry": {"agency": "reuters"}})
    assert found["body"].split("\n") == list(PARAGRAPHS)
    assert found["agency"] == "reuters"
    json.dumps(found)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"url": URL},
        {"url": URL, "html_b64": "%%%"},
        {"url": URL, "html_b64": ""},
        {"url": URL, "html_b64": "aGk=", "headers": [1]},
        {"url": URL, "html_b64": "aGk=", "entry": {"published_at": "never"}},
        {"url": URL, "html_b64": base64.b64encode(b"\x89PNG....").decode()},
    ],
)
def test_try_extract_says_what_is_wrong(request_: dict[str, object]) -> None:
    assert set(try_extract(request_)) >= {"error"}


def test_the_charset_is_read_from_the_content_type() -> None:
    assert charset_of('text/html; charset="windows-1251"') == "windows-1251"
    assert charset_of("text/html") is None
