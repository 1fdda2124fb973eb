"""`wiredesk feeds …` on a real database and real sites."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desk.cli.feeds import app
from ingest.poll import opml
from store import feeds
from store.engine import create_engine
from tests.ingest.poll.rig import item, numbered, rig, rss
from tests.ingest.site import Asked, Site, ok, redirect, response

OPML = b"""<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>
<outline text="Europe"><outline text="Wire A" type="rss" xmlUrl="https://a.example/rss"
 htmlUrl="https://a.example/" agency="tanjug" section="world" note="ours"/></outline>
<outline text="Wire B" type="sitemap" xmlUrl="https://b.example/news.xml" every="120"/>
</body></opml>"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    monkeypatch.setenv("WIREDESK_DATABASE__URL", database)
    monkeypatch.setenv("WIREDESK_WEB__ALLOW_PRIVATE", "true")
    monkeypatch.setenv("WIREDESK_WEB__HOST_GAP_S", "0")
    monkeypatch.setenv("COLUMNS", "300")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def done(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_add_tells_new_from_known() -> None:
    assert done("add", "https://a.example/rss").startswith("added")
    assert done("add", "https://a.example/rss").startswith("known")


def test_18_a_paused_feed_is_listed_and_set_going_by_one_command() -> None:
    done("add", "https://a.example/rss", "--agency", "tanjug")
    done("pause", "https://a.example/rss")
    assert "paused" in done("list")
    assert "a.example" not in done("list", "--health", "failing")
    done("resume", "https://a.example/rss")
    listed = done("list")
    assert "paused" not in listed
    assert "tanjug" in listed


def test_a_feed_that_is_not_there_is_a_wrong_call() -> None:
    result = call("pause", "https://nobody.example/rss")
    assert "no such feed" in str(result.exception)


def test_opml_in_and_out_loses_nothing(tmp_path: Path) -> None:
    given, written = tmp_path / "in.opml", tmp_path / "out.opml"
    given.write_bytes(OPML)
    assert done("import", str(given)) == "2 feeds, 2 new\n"
    done("export", str(written))
    assert sorted(opml.read(written.read_bytes()), key=lambda o: o.url) == list(opml.read(OPML))


def test_check_tells_what_one_poll_would_do() -> None:
    def reply(asked: Asked) -> bytes:
        if asked.path == "/old":
            return redirect("/feed", 301)
        body = rss(item(1, pubDate="some day"), item(2, guid=""), channel="<ttl>30</ttl>")
        return ok(body, content_type="text/html", cache_control="max-age=60")

    with Site(reply) as site:
        told = done("check", site.url("/old"))
    for expected in (
        "outcome    ok",
        "status     200",
        "cache-control: max-age=60",
        "entries    2",
        "Story 1",
        "odd        has moved for good",
        "odd        no validators",
        "odd        served as text/html",
        "1 entries without a guid",
        "1 entries with a date that can't be read",
        "next poll",
        "(ttl)",
    ):
        assert expected in told


def test_check_publishes_and_saves_nothing(database: str) -> None:
    engine = create_engine(database)
    with Site(lambda _: ok(numbered(range(3)))) as site:
        done("add", site.url("/feed"))
        before = feeds.list_feeds(engine)
        done("check")
        assert len(site.asked) == 1
        assert feeds.list_feeds(engine) == before
    engine.dispose()


def test_18_how_feeds_are_is_listed_and_can_be_asked_for(database: str) -> None:
    with Site(lambda _: response(410)) as site, rig(database) as r:
        r.add(site.url("/gone"))
        r.add("https://a.example/rss", next_poll_at=r.clock() + timedelta(days=1))
        r.poll_due()
        assert "gone" in done("list", "--health", "retired")
        assert "gone" not in done("list", "--health", "new")
        done("resume", site.url("/gone"))
        assert "gone" in done("list", "--health", "new")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (response(503), "http-status"),
        (ok(b"<!doctype html><html></html>"), "html"),
        (ok(b"nothing"), "parse"),
    ],
)
def test_check_of_what_fails_says_why_and_exits_1(reply: bytes, outcome: str) -> None:
    with Site(lambda _: reply) as site:
        result = call("check", site.url("/feed"))
    assert result.exit_code == 1
    assert outcome in result.output


def test_the_real_world_is_not_asked_without_a_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREDESK_WEB__ALLOW_PRIVATE", "false")
    for command in ("check", "discover"):
        result = call(command, "https://a.example/")
        assert "WIREDESK_CONTACT" in str(result.exception)


NEWS = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example/1</loc>
 <news:news><news:publication><news:name>A</news:name></news:publication>
 <news:title>Story</news:title></news:news></url></urlset>"""


def test_discover_finds_what_pages_and_robots_name() -> None:
    def reply(asked: Asked) -> bytes:
        match asked.path:
            case "/":
                return ok(
                    b'<html><head><link rel="alternate" type="application/rss+xml" href="/top.xml">'
                    b'<link rel="alternate" type="application/rss+xml" href="/gone.xml"></head>'
                    b"<body>News</body></html>",
                    content_type="text/html",
                )
            case "/top.xml":
                return ok(numbered(range(3)))
            case "/robots.txt":
                index = site.url("/sitemaps.xml")
                return ok(f"User-agent: *\nSitemap: {index}\n".encode())
            case "/sitemaps.xml":
                part = site.url("/news-1.xml")
                return ok(
                    f"<sitemapindex><sitemap><loc>{part}</loc></sitemap></sitemapindex>".encode()
                )
            case "/news-1.xml":
                return ok(NEWS)
            case _:
                return response(404)

    with Site(reply) as site:
        told = done("discover", site.url("/"))
    assert f"{site.url('/top.xml')}" in told
    assert f"{site.url('/news-1.xml')}" in told
    assert "gone.xml" not in told


def test_discover_asks_the_usual_paths_where_nothing_is_named() -> None:
    def reply(asked: Asked) -> bytes:
        if asked.path == "/":
            return ok(b"<html><body>News</body></html>")
        return ok(numbered(range(3))) if asked.path == "/rss.xml" else response(404)

    with Site(reply) as site:
        assert site.url("/rss.xml") in done("discover", site.url("/"))


def test_discover_finds_feeds_that_the_page_links_to() -> None:
    page = b'<html><body><a href="/world/rss.xml">RSS</a> <a href="/world">World</a></body></html>'
    replies = {"/": ok(page, content_type="text/html"), "/world/rss.xml": ok(numbered(range(3)))}
    with Site(lambda asked: replies.get(asked.path, response(404))) as site:
        told = done("discover", site.url("/"))
    assert site.url("/world/rss.xml") in told
    assert "page" in told


def test_discover_asks_the_usual_paths_of_news_sitemaps() -> None:
    replies = {"/": ok(b"<html></html>"), "/news-sitemap.xml": ok(NEWS)}
    with Site(lambda asked: replies.get(asked.path, response(404))) as site:
        told = done("discover", site.url("/"))
    assert site.url("/news-sitemap.xml") in told
    assert "sitemap" in told


def test_discover_of_a_site_without_feeds_is_a_failure() -> None:
    with Site(lambda asked: ok(b"<html></html>") if asked.path == "/" else response(404)) as site:
        assert "no feed" in str(call("discover", site.url("/")).exception)
