"""From a Host header and a path to a site, and back."""

import pytest

from desk.sample.layout import Layout, resolve, spread, under
from desk.sample.stories import read

SITES = read(1).sites
TASS = SITES["tass"]


@pytest.mark.parametrize(
    ("host", "path", "site", "rest", "base"),
    [
        ("127.0.0.11:8008", "/rss/v2.xml", "tass", "/rss/v2.xml", "http://127.0.0.11:8008"),
        ("tass.sample:8008", "/rss/v2.xml", "tass", "/rss/v2.xml", "http://tass.sample:8008"),
        ("sample:8008", "/tass/rss/v2.xml", "tass", "/rss/v2.xml", "http://sample:8008/tass"),
        ("sample", "/tass/", "tass", "/", "http://sample/tass"),
        ("127.0.0.1:80", "/tass/a/b", "tass", "/a/b", "http://127.0.0.1:80/tass"),
        # A site is asked by its own name before its path is looked at.
        ("reuters.sample", "/tass/x", "reuters", "/tass/x", "http://tass.sample"),
        # A first label alone is the server's name, not a site's.
        ("tass", "/feeds.opml", None, "/feeds.opml", "http://tass/tass"),
        ("sample:8008", "/tass", None, "/tass", "http://sample:8008/tass"),
        ("sample:8008", "/nobody/x", None, "/nobody/x", "http://sample:8008/tass"),
        ("", "/", None, "/", "http:///tass"),
    ],
)
def test_a_request_is_for_a_site_by_address_name_or_path(
    host: str, path: str, site: str | None, rest: str, base: str
) -> None:
    asked = resolve(host, path, SITES)

    assert (asked.site.id if asked.site else None) == site
    assert asked.path == rest
    assert asked.layout.base(TASS) == base


@pytest.mark.parametrize(
    "layout", [spread(8008), under("sample", 80), under("*.sample", 8008), under("*.sample", 80)]
)
def test_what_a_layout_writes_is_what_it_reads(layout: Layout) -> None:
    for site in SITES.values():
        _, _, rest = layout.base(site).partition("//")
        host, _, path = rest.partition("/")
        asked = resolve(host, f"/{path}/a.html" if path else "/a.html", SITES)

        assert asked.site == site
        assert asked.path == "/a.html"
        assert asked.layout == layout


def test_the_default_port_is_not_written() -> None:
    assert under("*.sample", 80).base(TASS) == "http://tass.sample"
    assert under("sample", 80).base(TASS) == "http://sample/tass"
