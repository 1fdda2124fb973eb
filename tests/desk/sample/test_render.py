"""Pages and feeds: what they must contain, in the bytes they promise."""

import calendar
import json
import re
from typing import Any

import feedparser
import lxml.etree
import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.sample.layout import spread
from desk.sample.render import feed, fill, page
from desk.sample.stories import EDITIONS, Feed, Site, Story, read

LAYOUT = spread(8008)
EVERY = [(n, s) for n in range(1, EDITIONS + 1) for s in read(n).stories.values()]
FEEDS = [(site, each) for site in read(1).sites.values() for each in site.feeds]


def rendered(name: str, edition: int = 1) -> str:
    told = read(edition)
    story = told.stories[name]
    site = told.sites[story.site]
    return page(told, site, story, LAYOUT).decode(site.charset)


def text_of(element: lxml.etree._Element) -> str:
    return str(lxml.etree.tostring(element, method="text", encoding="unicode"))


def parsed(site: Site, which: Feed, edition: int = 1) -> Any:
    headers = {
        "content-type": which.content_type,
        "content-location": LAYOUT.base(site) + which.path,
    }
    return feedparser.parse(feed(read(edition), site, which, LAYOUT), response_headers=headers)


@pytest.mark.parametrize("pair", EVERY, ids=lambda pair: f"{pair[1].name}-{pair[0]}")
def test_a_page_shows_its_headline_and_every_paragraph(pair: tuple[int, Story]) -> None:
    number, story = pair
    site = read(number).sites[story.site]
    document = lxml.html.fromstring(page(read(number), site, story, LAYOUT))
    shown = " ".join(text_of(document).split())

    for text in (story.headline, story.subheadline, story.stamp, *story.paragraphs):
        if not (story.template == "efe-consent.html" and text == story.stamp):
            assert " ".join(text.split()) in shown


@pytest.mark.parametrize("pair", FEEDS, ids=lambda pair: pair[0].id + pair[1].path)
def test_a_feed_lists_its_stories_in_its_order(pair: tuple[Site, Feed]) -> None:
    site, which = pair
    stories = read(1).in_feed(site.id, which.id)
    told = parsed(site, which)

    assert told.bozo is False
    assert told.feed.title == which.title
    links = [entry.link.partition("?")[0] for entry in told.entries]
    assert links == [LAYOUT.url(site, story) for story in stories]
    assert [entry.title for entry in told.entries] == [story.headline for story in stories]


def test_feeds_speak_many_dialects() -> None:
    versions = {parsed(site, which).version for site, which in FEEDS}

    assert versions == {"rss20", "rss10", "atom10"}


@pytest.mark.parametrize("pair", FEEDS, ids=lambda pair: pair[0].id + pair[1].path)
def test_dates_are_right_wherever_they_are_meant_to_be(pair: tuple[Site, Feed]) -> None:
    site, which = pair
    told = parsed(site, which)

    for entry, story in zip(told.entries, read(1).in_feed(site.id, which.id), strict=True):
        if story.feed_date is None:
            told_at = entry.get("published_parsed") or entry.updated_parsed
            assert calendar.timegm(told_at) == story.published.timestamp()


def test_a_feed_that_carries_the_whole_text() -> None:
    site = read(1).sites["afp"]
    entry = next(e for e in parsed(site, site.feeds[0]).entries if e.link.endswith("musee"))

    text = text_of(lxml.html.fromstring(entry.content[0].value))
    for paragraph in read(1).stories["afp-musee"].paragraphs:
        assert paragraph in text


def test_a_feed_without_guids() -> None:
    site = read(1).sites["efe"]

    assert all("id" not in entry for entry in parsed(site, site.feeds[0]).entries)


def test_a_feed_that_says_how_often_it_may_be_asked() -> None:
    site = read(1).sites["kyodo"]
    told = feed(read(1), site, site.feeds[0], LAYOUT).decode()

    assert "<ttl>10</ttl>" in told
    assert "<skipHours><hour>19</hour><hour>20</hour></skipHours>" in told


def test_links_against_xml_base_are_written_relative() -> None:
    site = read(1).sites["yonhap"]
    told = feed(read(1), site, site.feeds[0], LAYOUT).decode()

    assert '<link href="view/AEN20261012001100315"/>' in told


@pytest.mark.parametrize(("name", "charset"), [("xinhua-geneva", "gb2312"), ("ria-most", "utf-8")])
def test_a_page_declares_the_charset_that_it_is_in(name: str, charset: str) -> None:
    told = read(1)
    story = told.stories[name]
    raw = page(told, told.sites[story.site], story, LAYOUT)

    assert f"charset={charset}".encode() in raw
    assert story.headline in raw.decode(charset)
    assert "&#" not in raw.decode(charset)


def test_windows_1251_holds_every_letter_of_the_russian_stories() -> None:
    for name in ("interfax-parom", "interfax-bank", "interfax-snyato"):
        assert "&#" not in rendered(name)


def test_a_character_that_the_charset_lacks_becomes_a_reference() -> None:
    told = read(1)
    story = told.stories["interfax-parom"].model_copy(update={"headline": "Паром 渡"})

    raw = page(told, told.sites["interfax"], story, LAYOUT)

    assert "Паром &#28193;".encode("windows-1251") in raw


def test_a_syndicated_copy_names_the_original_as_its_canonical_link() -> None:
    assert f'rel="canonical" href="{url("reuters-lithium")}"' in rendered("harbourpost-lithium")
    assert f'rel="canonical" href="{url("ap-bridge")}"' in rendered("ap-bridge")


def url(name: str) -> str:
    story = read(1).stories[name]
    return LAYOUT.url(read(1).sites[story.site], story)


def test_json_ld_is_json_where_a_house_has_it() -> None:
    for name, printed in (("reuters-storm", "Imogen Tarrant"), ("ap-library", "HALLA EYSTEINS")):
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', rendered(name))
        assert block is not None
        data = json.loads(block[1])
        assert data["author"]["name"] == printed
        assert data["mainEntityOfPage"] == url(name)
    assert "ld+json" not in rendered("tass-belgrade")


def test_the_picture_has_section_and_stamp_on_one_line_and_a_tail() -> None:
    told = rendered("tass-belgrade")

    line = next(line for line in told.splitlines() if "<time>" in line)
    shown = text_of(lxml.html.fromstring(line))
    assert shown == "Russian Politics & Diplomacy September 25, 2023, 19:19"
    assert "Read more on the site →" in told


def test_every_page_says_that_it_is_invented() -> None:
    words = ("nvented", "nventé", "nventado", "Вымышлено", "rfunden", "虚构")
    for story in read(EDITIONS).stories.values():
        assert any(word in rendered(story.name, EDITIONS) for word in words)


def test_a_page_of_broken_html_is_broken() -> None:
    told = rendered("ria-most")

    assert told.count("<div") != told.count("</div")
    assert told.count("<body") == 2
    assert not told.rstrip().endswith(">")


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert rendered("ap-library") == rendered("ap-library")
    assert rendered("ap-library") != rendered("ap-library", edition=2)


def test_blocks_are_repeated_or_left_out() -> None:
    template = "<!--each rows-->[$cell$mark]<!--end--> <!--if note-->($note)<!--end-->$$1"
    rows = [{"cell": "a"}, {"cell": "b"}]

    assert fill(template, {"rows": rows, "note": "", "mark": "!"}) == "[a!][b!] $1"
    assert fill(template, {"rows": [], "note": "x", "mark": ""}) == " (x)$1"


@given(st.text(), st.lists(st.text()))
@example("$61,500 and $name", ["<!--if text-->", "<!--end-->", "$$"])
def test_a_value_is_never_read_as_a_template(text: str, rows: list[str]) -> None:
    template = "<p>$text</p><!--each rows--><li>$row</li><!--end-->"

    told = fill(template, {"text": text, "rows": [{"row": row} for row in rows]})
    assert told == f"<p>{text}</p>" + "".join(f"<li>{row}</li>" for row in rows)


def test_a_template_that_names_what_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        fill("$nothing", {})
