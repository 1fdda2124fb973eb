import contextlib
import datetime as dt
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.poll.dates import Zones
from ingest.poll.parse import NoFeedError, ParsedFeed, parse_feed
from tests.ingest.poll.rig import item, numbered, rss

URL = "https://wire.example/rss/top.xml"


def parse(
    body: bytes | str, content_type: str = "application/rss+xml", **how: object
) -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(raw, url=URL, headers={"content-type": content_type}, **how)  # type: ignore[arg-type]


def refused(body: bytes | str, content_type: str = "text/html") -> NoFeedError:
    with pytest.raises(NoFeedError) as caught:
        parse(body, content_type)
    return caught.value


def test_an_entry_is_read_whole() -> None:
    entry = parse(
        rss(
            "<item><title>A &amp;amp; B &lt;i&gt;now&lt;/i&gt;</title><link>/story/1</link>"
            "<guid isPermaLink='false'>urn:x:1</guid><author>desk@x.example (Ana Kolar)</author>"
            "<category>World</category><category>World</category>"
            "<pubDate>Mon, 23 Nov 2026 10:00:00 +0100</pubDate>"
            "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description></item>"
        )
    ).entries[0]
    assert entry.headline == "A & B now"
    assert entry.link == "https://wire.example/story/1"
    assert entry.raw_guid == "urn:x:1"
    assert entry.authors == ("Ana Kolar",)
    assert entry.categories == ("World",)
    assert entry.published_at == dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    assert entry.summary == "One.\nTwo."


def test_19_a_web_page_is_a_failure_and_not_a_feed_without_entries() -> None:
    for page in (
        "<!DOCTYPE html><html><body>Sign in</body></html>",
        "\n<html lang='en'><head><title>x</title></head></html>",
        '<?xml version="1.0"?><!-- c --><!DOCTYPE html PUBLIC "x"><html/>',
    ):
        assert refused(page).kind == "html"


def test_19_a_valid_empty_feed_is_a_success() -> None:
    assert parse(rss()).entries == ()
    assert parse('<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>').entries == ()


@pytest.mark.parametrize(
    "body", [b"", b" \n", b"\0\0\0", b"hello", b"{}", b"%PDF-1.7", b"\xff\xd8"]
)
def test_33_what_is_nothing_is_a_failure_with_a_reason(body: bytes) -> None:
    assert refused(body).kind == "parse"
    assert str(refused(body))


def test_33_a_broken_feed_gives_what_it_has_flagged() -> None:
    whole = numbered(range(5))
    feed = parse(whole[: whole.index(b"Story 3") + 4])
    assert [e.headline for e in feed.entries][:3] == ["Story 0", "Story 1", "Story 2"]
    assert feed.flags == ("broken",)
    assert feed.trouble


def test_33_a_feed_broken_before_its_first_entry_is_a_failure_with_the_parsers_reason() -> None:
    error = refused('<rss version="2.0"><channel><title>x</titel>', "application/rss+xml")
    assert error.kind == "parse"
    assert "SAX" in str(error) or "mismatched" in str(error)


def test_31_relative_links_against_xml_base_then_the_feeds_url() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"{}><title>x</title>'
        '<entry><id>1</id><title>t</title><link href="a/b"/></entry></feed>'
    )
    assert parse(atom.format("")).entries[0].link == "https://wire.example/rss/a/b"
    based = atom.format(' xml:base="https://other.example/x/"')
    assert parse(based).entries[0].link == "https://other.example/x/a/b"


def test_26_a_guid_is_opaque_and_no_part_of_an_address() -> None:
    with_guid = rss(item(1, guid="id-1", link=""))
    entry = parse(with_guid).entries[0]
    assert (entry.raw_guid, entry.link) == ("id-1", None)


def test_26_a_guid_that_is_an_address_stays_one() -> None:
    entry = parse(rss(item(1, guid="https://wire.example/rss/1?a=1&amp;b=2", link=""))).entries[0]
    assert entry.raw_guid == "https://wire.example/rss/1?a=1&b=2"
    assert entry.link == entry.raw_guid


SERBIAN = "Влада усвојила буџет, кажу у Београду"


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", "application/rss+xml; charset=utf-8"),
        ("windows-1251", "windows-1251", "application/rss+xml"),
        ("windows-1251", "windows-1251", "text/xml"),
        # the header before the declaration
        ("windows-1251", "utf-8", "application/xml; charset=windows-1251"),
        # the BOM before both
        ("utf-8-sig", "windows-1251", "application/rss+xml"),
        ("utf-16", "utf-16", "application/rss+xml"),
        # 32: false labels
        ("utf-8", "utf-8", "application/rss+xml; charset=iso-8859-1"),
        ("utf-8", "iso-8859-5", "application/rss+xml"),
        ("utf-8", "utf-8", "text/xml; charset=windows-1252"),
        ("utf-8", "utf-8", "text/plain; charset=gb2312"),
        ("windows-1251", "windows-1251", "application/rss+xml; charset=utf-8"),
        ("utf-8", "utf-8", "application/rss+xml; charset=no-such-charset"),
    ],
)
def test_32_charset(encoding: str, declared: str, content_type: str) -> None:
    text = rss(item(1, title=SERBIAN)).decode().replace("utf-8", declared)
    feed = parse(text.encode(encoding), content_type)
    assert feed.entries[0].headline == SERBIAN


def test_32_mojibake_from_a_false_header_is_flagged() -> None:
    body = rss(item(1, title=SERBIAN))
    assert "mojibake" in parse(body, "text/xml; charset=iso-8859-1").flags
    assert "mojibake" not in parse(body, "text/xml; charset=utf-8").flags


def test_32_a_right_single_byte_charset_is_believed() -> None:
    body = rss(item(1, title="Régime à Málaga")).decode().replace("utf-8", "iso-8859-1")
    feed = parse(body.encode("iso-8859-1"), "text/xml; charset=iso-8859-1")
    assert feed.entries[0].headline == "Régime à Málaga"
    assert feed.flags == ()


def test_nul_surrogates_and_control_characters_are_taken_out() -> None:
    feed = parse(rss(item(1, title="a\x08b&#xD800;&#0;c")))
    assert feed.entries[0].headline.encode() == b"abc"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><rss version='2.0'><channel><title>&j;</title><item><title>&j;</title></item>"
    "</channel></rss>"
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">'
    '<!ENTITY y SYSTEM "http://127.0.0.1:9/steal"><!ENTITY % z SYSTEM "http://127.0.0.1:9/z"> %z;]>'
    "<rss version='2.0'><channel><item><title>a&x;b&y;</title></item></channel></rss>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_billion_laughs_cost_nothing(encoding: str) -> None:
    tracemalloc.start()
    with contextlib.suppress(NoFeedError):
        parse(LAUGHS.encode(encoding))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_external_entities_are_not_read() -> None:
    try:
        feed = parse(EXTERNAL)
    except NoFeedError:
        return
    assert "root:" not in feed.entries[0].title


def test_markup_nested_deep_is_read() -> None:
    deep = "&lt;div&gt;" * 50_000 + "core"
    assert len(parse(rss(item(1, description=deep))).entries) == 1
    assert parse("<rss version='2.0'><channel>" + "<item>" * 20_000 + "</channel></rss>").entries


def test_a_feed_of_5000_entries_is_read() -> None:
    assert len(parse(numbered(range(5000))).entries) == 5000


def full_of(*contents: str) -> list[bool]:
    items = [
        f"<item><title>{n}</title><link>https://x.example/{n}</link>"
        f"<description>The lead of the story, in a sentence.</description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item>"
        for n, content in enumerate(contents)
    ]
    body = rss(*items).replace(
        b"<rss ", b'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    )
    return [entry.content_is_full for entry in parse(body).entries]


PARAGRAPHS = "".join(
    f"<p>Paragraph {n} says what happened and who said so, in full.</p>" for n in range(20)
)


def test_a_content_element_with_the_whole_text_is_full() -> None:
    assert full_of(PARAGRAPHS) == [True]


@pytest.mark.parametrize(
    "content",
    [
        "<p>Short.</p>",
        "The lead of the story, in a sentence.",
        PARAGRAPHS + "<p>And then the […]</p>",
        PARAGRAPHS + "<p>And then the...</p>",
        PARAGRAPHS + "<p><a href='x'>Read more</a></p>",
        PARAGRAPHS + "<p>Читать далее</p>",
        PARAGRAPHS + "<p>The post <a href='x'>Title</a> appeared first on <a>Wire</a>.</p>",
        PARAGRAPHS + "<p>And then the minister said,</p>",
    ],
)
def test_a_teaser_is_never_full(content: str) -> None:
    assert full_of(content) == [False]


def test_texts_all_cut_at_one_length_are_not_full() -> None:
    def cut(seed: str) -> str:
        return (seed + " said it. ") * 100

    assert full_of(*(cut(word)[:900] + "." for word in ("Ana", "Bo", "Cy", "Di"))) == [False] * 4


def test_a_long_description_alone_is_full_only_when_it_is_long() -> None:
    short = parse(rss(item(1, description="A sentence. " * 60))).entries[0]
    long = parse(rss(item(1, description="A sentence. " * 200))).entries[0]
    assert (short.content_is_full, long.content_is_full) == (False, True)


def test_30_a_date_by_the_agencys_clock() -> None:
    zones = Zones(dt.timezone(dt.timedelta(hours=8)))
    body = rss(item(1, pubDate="2026-11-23 10:00:00"))
    assert parse(body, zones=zones).entries[0].published_at == dt.datetime(
        2026, 11, 23, 2, tzinfo=dt.UTC
    )


ATTACKS = {
    "angles": b"<rss><channel>" + b"<" * 200_000,
    "open tags": b"<rss><channel><item><title>" + b"<a " * 60_000,
    "ampersands": b"<rss><channel><item><title>" + b"&amp;&" * 60_000,
    "quotes": b"<rss><a b='" + b"x" * 300_000,
    "cdata": b"<rss version='2.0'><channel>" + b"<![CDATA[" * 30_000,
    "comments": b"<rss version='2.0'><channel>" + b"<!--" * 60_000,
    "entities": b"<!DOCTYPE x [" + b"<!ENTITY a 'b'>" * 20_000 + b"]><rss>",
    "styles": b"<rss version='2.0'><channel><item><description>&lt;p style='"
    + b"a:b;" * 60_000
    + b"'&gt;x</description></item></channel></rss>",
    "dates": rss(item(1, pubDate="1" * 100_000)),
    "spaces": rss(item(1, title=" " * 300_000)),
    # feedparser alone takes the square of these three: 5 minutes and more
    "author": rss(item(1, author="a." * 130_000)),
    "lines first": b"\n" * 260_000 + rss(item(1)),
    "lines in the doctype": b"<!DOCTYPE x [" + b"\n" * 260_000 + b"]>" + rss(item(1)),
    "broken comments": rss(item(1, description="&lt;!--" * 36_000)),
    "attributes": rss(item(1)).replace(
        b"<item>", b"<item " + b" ".join(b'a%d=""' % n for n in range(26_000)) + b">", 1
    ),
}


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_bytes_made_to_be_slow_are_read_in_time(name: str) -> None:
    started = time.process_time()
    with contextlib.suppress(NoFeedError):
        parse(ATTACKS[name])
    # the reader gives a body of this size to a thread: it must come back in seconds
    assert time.process_time() - started < 20


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_feed_or_a_reason(body: bytes) -> None:
    for raw in (body, b"<?xml version='1.0' encoding='" + body + b"'?><rss version='2.0'>" + body):
        with contextlib.suppress(NoFeedError):
            parse(raw)


def test_a_long_author_is_kept_whole() -> None:
    names = ", ".join(f"Author {n}" for n in range(100))
    assert parse(rss(item(1, author=names))).entries[0].author == names


def test_the_reader_takes_bytes_and_never_a_name_of_a_file() -> None:
    with pytest.raises(NoFeedError):
        parse(b"/etc/passwd")
