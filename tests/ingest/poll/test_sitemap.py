import pytest

from ingest.poll.parse import NoFeedError
from ingest.poll.sitemap import index_parts, parse_sitemap

URL = "https://wire.example/sitemaps/news.xml"
NEWS = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset'
    ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{}</urlset>'
)
STORY = (
    "<url><loc>/story/1</loc><lastmod>2026-11-23T11:00:00Z</lastmod><news:news><news:publication>"
    "<news:name>Wire</news:name><news:language>sr</news:language></news:publication>"
    "<news:publication_date>2026-11-23T10:00:00+01:00</news:publication_date>"
    "<news:title><![CDATA[Vlada & budžet]]></news:title>"
    "<news:keywords>budžet,  vlada</news:keywords></news:news></url>"
)


def test_a_story_is_read_whole() -> None:
    feed = parse_sitemap(NEWS.format(f"<!-- c -->{STORY}<?pi x?>").encode(), url=URL)
    (entry,) = feed.entries
    assert entry.link == "https://wire.example/story/1"
    assert entry.headline == "Vlada & budžet"
    assert entry.categories == ("budžet", "vlada")
    assert entry.language == "sr"
    assert str(entry.published_at) == "2026-11-23 09:00:00+00:00"
    assert str(entry.updated_at) == "2026-11-23 11:00:00+00:00"
    assert not entry.content_is_full


def test_pages_without_news_among_stories_are_left_out() -> None:
    body = NEWS.format(f"<url><loc>/about</loc></url>{STORY}").encode()
    assert len(parse_sitemap(body, url=URL).entries) == 1


def test_an_empty_news_sitemap_is_a_success() -> None:
    assert parse_sitemap(NEWS.format("").encode(), url=URL).entries == ()


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"", "parse", "XML"),
        (b"nonsense", "parse", "XML"),
        (b"<!doctype html><html></html>", "html", "document type"),
        (b"<html><body>x</body></html>", "html", "html"),
        (b"<rss/>", "parse", "rss"),
        (NEWS.format("<url><loc>/a</loc></url>").encode(), "parse", "without news"),
        (b"<sitemapindex><sitemap><loc>https://a/1</loc></sitemap></sitemapindex>", "parse", "a/1"),
        (
            b'<!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><urlset>&b;</urlset>',
            "parse",
            "document type",
        ),
        (
            b'<!DOCTYPE urlset SYSTEM "http://127.0.0.1:9/x.dtd"><urlset/>',
            "parse",
            "document type",
        ),
    ],
)
def test_what_is_no_news_sitemap_is_refused_with_a_reason(
    body: bytes, kind: str, reason: str
) -> None:
    with pytest.raises(NoFeedError, match=reason) as caught:
        parse_sitemap(body, url=URL)
    assert caught.value.kind == kind


def test_a_broken_sitemap_gives_what_it_has() -> None:
    body = NEWS.format(STORY + STORY.replace("/1", "/2"))
    assert len(parse_sitemap(body[:-60].encode(), url=URL).entries) >= 1


def test_an_index_names_its_parts() -> None:
    body = b"<sitemapindex><sitemap><loc> https://a/1 </loc></sitemap><sitemap/></sitemapindex>"
    assert index_parts(body) == ["https://a/1"]
    with pytest.raises(NoFeedError):
        index_parts(b"<urlset/>")
