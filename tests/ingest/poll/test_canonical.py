import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.poll.canonical import VERSION, canonical_url, host_of

GOLDEN = [
    # scheme, host, port, fragment, slash
    ("http://example.com/a", "https://example.com/a"),
    ("HTTPS://Example.COM:443/a/#top", "https://example.com/a"),
    ("http://example.com:80", "https://example.com/"),
    ("http://example.com:8080/a", "https://example.com:8080/a"),
    ("https://www.example.com/a", "https://example.com/a"),
    ("https://example.com./a", "https://example.com/a"),
    ("https://example.com//a///b", "https://example.com/a/b"),
    (" https://example.com/a ", "https://example.com/a"),
    ("http://[2001:db8::1]:8080/a", "https://[2001:db8::1]:8080/a"),
    # screens
    ("https://m.example.com/a", "https://example.com/a"),
    ("https://mobile.example.co.uk/a", "https://example.co.uk/a"),
    ("https://amp.example.com/a", "https://example.com/a"),
    ("https://m.co/a", "https://m.co/a"),
    ("https://sports.example.com/a", "https://sports.example.com/a"),
    # AMP
    ("https://example.com/a/amp", "https://example.com/a"),
    ("https://example.com/a/amp/", "https://example.com/a"),
    ("https://example.com/amp/a", "https://example.com/a"),
    ("https://example.com/a.amp", "https://example.com/a"),
    ("https://example.com/a.amp.html", "https://example.com/a.html"),
    ("https://example.com/a?amp=1", "https://example.com/a"),
    ("https://example.com/a?outputType=amp", "https://example.com/a"),
    ("https://www.google.com/amp/s/www.example.com/a/amp", "https://example.com/a"),
    ("https://example-com.cdn.ampproject.org/c/s/example.com/a", "https://example.com/a"),
    ("https://example.com/camp", "https://example.com/camp"),
    ("https://example.com/amplifier/a", "https://example.com/amplifier/a"),
    # tracking goes
    ("https://example.com/a?utm_source=rss&utm_medium=feed", "https://example.com/a"),
    ("https://example.com/a?id=7&fbclid=x&gclid=y", "https://example.com/a?id=7"),
    ("https://example.com/a?at_medium=RSS&at_campaign=KARANGA", "https://example.com/a"),
    ("https://example.com/a?ref=rss", "https://example.com/a"),
    ("https://example.com/a?xtor=RSS-3208", "https://example.com/a"),
    ("https://example.com/a?rss=1", "https://example.com/a"),
    # what tells stories apart stays
    ("https://example.com/a?cid=5", "https://example.com/a?cid=5"),
    ("https://example.com/a?uid=5", "https://example.com/a?uid=5"),
    ("https://example.com/a?source=reuters-77", "https://example.com/a?source=reuters-77"),
    ("https://example.com/a?ref=77", "https://example.com/a?ref=77"),
    ("https://example.com/news?12345", "https://example.com/news?12345"),
    ("https://example.com/?p=1", "https://example.com/?p=1"),
    ("https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"),
    ("https://example.com/a?x=&y", "https://example.com/a?x=&y"),
    ("https://example.com/A/b", "https://example.com/A/b"),
    # escapes in one spelling
    ("https://example.com/%7Euser/%c3%a9", "https://example.com/~user/%C3%A9"),
    ("https://example.com/é", "https://example.com/%C3%A9"),
    ("https://пример.рф/a", "https://xn--e1afmkfd.xn--p1ai/a"),
    # not to be touched
    ("ftp://example.com/a", "ftp://example.com/a"),
    ("urn:newsml:x", "urn:newsml:x"),
    ("", ""),
    ("http://[", "http://["),
    ("https://example.com:port/a", "https://example.com:port/a"),
]


@pytest.mark.parametrize(("url", "canonical"), GOLDEN)
def test_golden(url: str, canonical: str) -> None:
    assert VERSION == 1, "a changed result is a new version, with a golden table of its own"
    assert canonical_url(url) == canonical


@pytest.mark.parametrize("canonical", sorted({c for _, c in GOLDEN}))
def test_canonical_is_a_fixed_point(canonical: str) -> None:
    assert canonical_url(canonical) == canonical


@given(st.text(alphabet="aé/.?&=#%:2@[]-~m", max_size=40))
def test_any_text_has_a_canonical_form_without_error(tail: str) -> None:
    once = canonical_url(f"https://example.com/{tail}")
    assert canonical_url(once) == once
    canonical_url(tail)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.Example.com:8443/a", "news.example.com"),
        ("https://example.com./a", "example.com"),
        ("http://[::1]:80/a", "::1"),
        ("http://[", ""),
        ("urn:x", ""),
    ],
)
def test_host(url: str, host: str) -> None:
    assert host_of(url) == host
