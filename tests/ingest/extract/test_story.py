"""What comes out of a page as a whole; each part has its own tests beside this one."""

import datetime as dt

import pytest

from ingest.extract.content import content_sha256
from tests.ingest.extract.pages import NOW, PARAGRAPHS, html, story
from wire.messages import Furniture


def test_a_page_gives_headline_paragraphs_and_where_they_came_from() -> None:
    found = story(html(), headers={"etag": '"x"', "last-modified": "yesterday"})
    assert found.headline == "Crane falls into harbour"
    assert found.body.split("\n") == list(PARAGRAPHS)
    assert (found.body_kind, found.language, found.source) == ("full", "en", "page")
    assert found.content_sha256 == content_sha256(found.headline, found.body)
    assert (found.etag, found.last_modified) == ('"x"', "yesterday")
    assert found.lineage.extracted == NOW


def test_the_same_page_gives_the_same_story() -> None:
    assert story(html()) == story(html())


@pytest.mark.parametrize("status", [404, 410])
def test_35_a_page_that_is_gone_gives_a_removal_without_text(status: int) -> None:
    found = story(b"", status=status, entry={"title": "Crane falls into harbour"})
    assert (found.signals.kind, found.signals.pub_status) == ("removal", "canceled")
    assert (found.body, found.body_kind, found.status) == ("", "none", status)
    assert found.headline == "Crane falls into harbour"


def test_lines_learned_of_the_host_come_off_and_the_epoch_is_told() -> None:
    tail = "You are reading a story of Wire Example, the harbour town's own agency"
    learned = Furniture(host="wire.example", epoch=7, lines=(tail,), stories=40)
    page = html(*PARAGRAPHS, tail)
    assert tail in story(page).body
    found = story(page, furniture={"wire.example": learned})
    assert tail not in found.body
    assert tail in found.furniture
    assert found.rules_version > story(page).rules_version


def test_feed_text_goes_the_same_way() -> None:
    text = "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "<p>Read more on the site →</p>"
    found = story(text, source="feed", entry={"title": "Crane falls into harbour"})
    assert found.body.split("\n") == list(PARAGRAPHS)
    assert (found.body_kind, found.source) == ("feed", "feed")


def test_a_feed_that_carries_the_whole_text_gives_a_full_story() -> None:
    text = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    assert story(text, source="feed", entry={"content_is_full": True}).body_kind == "full"
    cut = text.replace("next year.", "next…")
    assert story(cut, source="feed", entry={"content_is_full": True}).body_kind == "feed"


@pytest.mark.parametrize("said", ["entradilla", "article-subtitulo", "chapo", "Unterzeile"])
def test_a_sub_headline_is_known_by_what_it_is_called(said: str) -> None:
    told = "The bell rings for the first time in 85 years"
    page = html().replace("</h1>", f"</h1><h2 class='{said}'>{told}</h2>")
    found = story(page)
    assert found.subheadline == told
    assert found.body.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    ("stamp", "note"),
    [
        ("<p>National 13:40 October 12, 2026</p>", "(ATTN: ADDS lamp keeper in para 4)"),
        ("<p>Updated 7:20 PM GMT, October 12, 2026</p>", "Eds: Adds details of the finder."),
    ],
)
def test_a_note_to_editors_below_a_stamp_is_a_note_and_no_sub_headline(
    stamp: str, note: str
) -> None:
    opening = f"SEOUL, Oct. 12 (Yonhap) -- {PARAGRAPHS[0]}"
    page = html(note, opening, *PARAGRAPHS[1:]).replace("</h1>", f"</h1>{stamp}")
    found = story(page)
    assert (found.signals.ed_note, found.subheadline) == (note, None)
    assert found.body.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    ("stamp", "categories", "section"),
    [
        ("", ["Oddities"], "Oddities"),
        ("", ["cranes", "harbours"], None),
        ("<p>October 12, 2026, 11:40 Science</p>", ["Oddities"], "Science"),
        ("<p>WIRE EXAMPLE - Oct 12, 2026 - 11:40 - World</p>", [], "World"),
        ("", ["A category that is in truth a sentence, as some feeds have them all"], None),
    ],
)
def test_the_section_is_the_pages_else_the_only_category(
    stamp: str, categories: list[str], section: str | None
) -> None:
    page = html().replace("</h1>", f"</h1>{stamp}")
    assert story(page, entry={"categories": categories}).section == section


def test_behind_a_consent_wall_the_feeds_own_text_is_used() -> None:
    wall = html("We and our 612 partners store information on your device.", title="Your privacy")
    found = story(wall, entry={"title": "Crane falls", "summary": PARAGRAPHS[0]})
    assert (found.body_kind, found.source) == ("feed", "feed")
    assert found.body == PARAGRAPHS[0]


def test_a_wall_with_nothing_in_the_feed_is_a_story_without_text() -> None:
    wall = html("We and our 612 partners store information on your device.", title="Your privacy")
    assert story(wall).body_kind == "none"


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ("<meta name='robots' content='index, noarchive'>", {}),
        ("<meta name='tdm-reservation' content='1'>", {}),
        ("", {"x-robots-tag": "noarchive"}),
        ("", {"tdm-reservation": "1"}),
    ],
)
def test_37_a_reservation_is_told(head: str, headers: dict[str, str]) -> None:
    assert story(html(head=head), headers=headers).noarchive
    assert not story(html()).noarchive


def test_times_come_from_feed_and_markup() -> None:
    head = "<meta property='article:published_time' content='2026-10-12T08:35:10+02:00'>"
    found = story(html(head=head))
    assert found.published_at == dt.datetime(2026, 10, 12, 6, 35, 10, tzinfo=dt.UTC)
    assert found.published_precision == "second"


def test_a_date_in_the_year_30000_is_refused_and_said() -> None:
    head = "<meta property='article:published_time' content='30000-10-12T08:35:10Z'>"
    found = story(html(head=head))
    assert found.published_at is None
    assert found.published_precision == "received"
