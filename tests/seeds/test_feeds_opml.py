"""seeds/feeds.opml: it parses, every address once, every agency known."""

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import listparser
from babel import Locale

from atlas.agencies import agencies
from ingest.poll.opml import Outline, read

OPML = Path(__file__).parents[2] / "seeds" / "feeds.opml"


def outlines() -> list[Outline]:
    return list(read(OPML.read_bytes()))


def test_another_reader_finds_the_same_feeds() -> None:
    parsed = listparser.parse(OPML.read_text(encoding="utf-8"))
    assert not parsed["bozo"]
    assert [feed["url"] for feed in parsed["feeds"]] == [outline.url for outline in outlines()]


def test_there_are_enough_that_are_certain() -> None:
    certain = [o for o in outlines() if o.attributes.get("certainty") != "uncertain"]
    assert len(outlines()) >= 120
    assert len(certain) >= 60


def test_every_address_stands_once_in_the_file() -> None:
    printed = Counter(
        line.split('xmlUrl="')[1].split('"')[0]
        for line in OPML.read_text(encoding="utf-8").splitlines()
        if "xmlUrl=" in line
    )
    assert [url for url, count in printed.items() if count > 1] == []
    assert len(printed) == len(outlines())


def test_every_agency_is_known_and_not_ended() -> None:
    for outline in outlines():
        agency = agencies().get(outline.agency)
        assert agency is not None, outline.url
        assert agency.ended is None, outline.url


def test_every_feed_has_a_section_a_title_and_a_language() -> None:
    languages = Locale("en").languages
    for outline in outlines():
        assert outline.section, outline.url
        assert outline.title, outline.url
        assert outline.attributes["language"] in languages, outline.url


def test_addresses_are_whole_and_on_the_agencys_own_hosts() -> None:
    foreign = set()
    for outline in outlines():
        parts = urlsplit(outline.url)
        assert parts.scheme in {"http", "https"}
        assert parts.path
        owner = agencies().by_host(parts.hostname)
        if owner is None or owner.id != outline.agency:
            foreign.add(parts.hostname)
    # where agencies have their feeds served by others
    assert foreign == {"feeds.feedburner.com", "feeds.bbci.co.uk"}


def test_news_sitemaps_are_told_from_feeds() -> None:
    kinds = {outline.agency: outline.kind for outline in outlines()}
    assert kinds["reuters"] == "sitemap"
    assert kinds["tass"] == "rss"
