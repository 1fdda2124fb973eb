"""Text of feeds made plain, and the cheap ways there that must lead to the same place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.poll import text
from ingest.poll.embedded import is_plain
from ingest.poll.text import one_line, plain, squeeze

PIECES = st.sampled_from(
    (
        *(
            "<p>",
            "</p>",
            '<P CLASS="x">',
            "<br>",
            "<br/>",
            "<br />",
            "</div>",
            "<li>",
            "<b>",
            "</i>",
        ),
        *('<a href="https://a.example/?a=1&amp;b=2" title="x y">', "</a>", '<img src="/x.png"/>'),
        *("&amp;", "&lt;", "&#8217;", "&nbsp;", "&#x20AC;", "&copy;", "&T", "&", "&#150;"),
        *(" ", "\n", "\t", "  \n ", "\u00a0", "\u2028"),
        *("word", "Ćuprija", "5 < 7", "a > b", "<script>x</script>", "<!-- c -->", "<x:y>"),
    )
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_simple_markup_is_read_as_a_parser_reads_it(markup: str) -> None:
    broken = text._BLOCK.sub(lambda tag: f"\n{tag[0]}", markup)
    assert plain(markup) == squeeze(text._read(broken))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (" a \t b\r\n\n  c \u00a0", "a b\nc"),
        ("a\u2028b", "a\nb"),
        ("\n", ""),
        ("a\n \n\t\nb", "a\nb"),
    ],
)
def test_spaces_and_newlines_become_one(given: str, expected: str) -> None:
    assert squeeze(given) == expected


def test_paragraphs_are_lines_and_a_title_is_one() -> None:
    assert plain("<p>One.</p><p>Two<br>three</p>") == "One.\nTwo\nthree"
    assert one_line("One<br>two") == "One two"


@pytest.mark.parametrize(
    "markup",
    [
        "<p>text</p>",
        '<a href="https://a.example/x">x</a><br />',
        '<img alt="x" src="https://a.example/x.png" width="1" />',
        "&amp;lt;p&amp;gt; is text",
    ],
)
def test_plain_markup_needs_no_look(markup: str) -> None:
    assert is_plain(f"<description><![CDATA[{markup}]]></description>".encode())
    escaped = markup.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert is_plain(f"<description>{escaped}</description>".encode())


@pytest.mark.parametrize(
    "markup",
    [
        "<script>x</script>",
        '<p onclick="x">text</p>',
        '<a href="/relative">x</a>',
        '<a href="javascript:x">x</a>',
        "<p style='x'>text</p>",
        '<img src="https://a.example/x" onerror="x">',
        "<!-- comment -->",
        "5 < 7",
        "<P>",
    ],
)
def test_markup_that_is_not_plain_is_looked_into(markup: str) -> None:
    assert not is_plain(f"<description><![CDATA[{markup}]]></description>".encode())
    assert not is_plain(f"<description>{markup.replace('<', '&lt;')}</description>".encode())


@pytest.mark.parametrize(
    "feed",
    [
        '<feed xml:base="https://a.example/">',
        '<content type="xhtml">',
        '<content mode="base64">',
        "<title>&#60;script&#62;</title>",
        "<title>&#x3C;script&#x3E;</title>",
        "<!DOCTYPE x [<!ENTITY y 'z'>]>",
    ],
)
def test_markup_in_another_guise_is_looked_into(feed: str) -> None:
    assert not is_plain(feed.encode())
