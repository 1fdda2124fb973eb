"""What bad input gets: each its clear outcome. The neighbours' fate is in test_worker."""

import gzip
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.extract.markup import MAX_BYTES
from tests.ingest.extract.pages import PARAGRAPHS, html, story
from wire.errors import DeadLetter
from wire.messages import Story

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u200b\ufeff]")


REASONS = {"empty", "not-html", "too-deep", "too-large"}


def outcome(content: bytes, **changes: Any) -> Story | str:
    """Return the story, or the reason why there is none."""
    try:
        return story(content, **changes)
    except DeadLetter as error:
        return error.reason


def refused(content: bytes, **changes: Any) -> str:
    with pytest.raises(DeadLetter) as caught:
        story(content, **changes)
    assert caught.value.stage == "extract"
    return caught.value.reason


@pytest.mark.parametrize("content", [b"", b" \n\t ", b"\r\n"])
def test_no_bytes_are_no_page(content: bytes) -> None:
    assert refused(content) == "empty"


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        b"\xff\xd8\xff\xe0" + bytes(64),
        b"GIF89a" + bytes(64),
        b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(64),
        b"%PDF-1.7\n" + bytes(64),
        b"PK\x03\x04" + bytes(64),
        gzip.compress(html().encode()),
        b'{"error": "no such story"}',
        b'[{"title": "a list"}]',
    ],
)
def test_what_is_no_html_is_refused(content: bytes) -> None:
    assert refused(content) == "not-html"


def test_bytes_that_say_they_are_an_image_are_refused_without_markup() -> None:
    assert refused(b"binary" * 50, headers={"content-type": "image/avif"}) == "not-html"


def test_a_page_served_as_bytes_is_read_where_it_is_a_page() -> None:
    found = story(html(), headers={"content-type": "application/octet-stream"})
    assert found.body_kind == "full"


def test_a_page_of_50_mb_is_refused() -> None:
    assert refused(b"<p>x</p>" * (50 * 2**20 // 8)) == "too-large"


def test_a_page_of_the_largest_size_is_a_story_or_a_reason() -> None:
    filler = "<!-- " + "x" * (MAX_BYTES - 4_000) + " -->"
    assert story(html().replace("<main>", filler + "<main>")).body.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "ul><li", "blockquote"])
def test_html_nested_50_000_deep_is_refused(tag: str) -> None:
    first = tag.split(">", maxsplit=1)[0].split("<", maxsplit=1)[0]
    deep = f"<{tag}>" * 50_000 + "<p>text</p>" + f"</{first}>" * 50_000
    assert refused(f"<html><body>{deep}</body></html>".encode()) == "too-deep"


@pytest.mark.parametrize("tag", ["span", "b", "font size=2"])
def test_inline_tags_nested_50_000_deep_are_no_obstacle(tag: str) -> None:
    found = story(html().replace("<main>", f"<main>{f'<{tag}>' * 50_000}"))
    assert found.body.split("\n") == list(PARAGRAPHS)


def test_tags_that_were_never_closed_do_not_cost_the_story() -> None:
    lines = "".join(f"<p><font size=2>{p}" for p in PARAGRAPHS) * 150
    found = story(f"<html><body><h1>Crane falls into harbour</h1>{lines}</body></html>")
    assert PARAGRAPHS[0] in found.body


def test_nul_and_control_characters_are_taken_out() -> None:
    dirty = html(title="Crane\x00 falls\x1b into harbour").replace("Monday", "Mon\x00day")
    found = story(dirty)
    assert found.headline == "Crane falls into harbour"
    assert "on Monday after" in found.body


def test_lone_surrogates_written_as_references_leave_no_trace() -> None:
    found = story(html(title="Crane &#xD83D; falls &#55357;&#56832;"))
    found.to_json().decode()
    assert not FORBIDDEN.search(found.headline)


def test_surrogates_encoded_in_utf_8_are_repaired() -> None:
    raw = html().encode().replace(b"Monday", b"Monday \xed\xa0\xbd")
    found = story(raw)
    assert "charset-repaired" in found.warnings
    assert not FORBIDDEN.search(found.body)


def test_json_ld_that_nests_without_end_is_passed_over() -> None:
    deep = '{"@graph":' * 20_000 + "1" + "}" * 20_000
    found = story(html(head=f'<script type="application/ld+json">{deep}</script>'))
    assert found.body_kind == "full"


def test_plain_text_is_read_as_paragraphs() -> None:
    found = story("\n\n".join(PARAGRAPHS), headers={"content-type": "text/plain"})
    assert found.body.split("\n") == list(PARAGRAPHS)


def test_half_a_page_is_read_as_far_as_it_goes() -> None:
    raw = html().encode()
    cut = raw[: raw.index(b"</p>", raw.index(b"Nobody"))]
    assert PARAGRAPHS[0] in story(cut).body


PIECES = st.sampled_from(
    [
        "<", ">", "</p>", "<p>", "<div class='article-body'>", "</div>", "&#0;", "&#xD800;", "<!--",
        "-->", "<script>", "</script>", "<![CDATA[", "]]>", "\x00", "\ufeff", "\u202e", "<table>",
        "<td>", "</html>", "<body>", "<h1>", "<svg>", "<template>",
        '<script type="application/ld+json">',
        '{"@type":"NewsArticle"', "]}", "Oct 12 (Reuters) -", "<br>" * 50, "&" * 30, "<a href='",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, 900), st.one_of(PIECES, st.text(max_size=20))), max_size=12
    ),
    charset=st.sampled_from([None, "utf-8", "windows-1251", "gb2312", "shift_jis", "nonsense"]),
)
def test_mutated_pages_give_a_story_or_a_reason(
    cuts: list[tuple[int, str]], charset: str | None
) -> None:
    text = html()
    for position, piece in cuts:
        text = text[:position] + piece + text[position + len(piece) :]
    found = outcome(text.encode("utf-8", "surrogatepass"), charset=charset)
    if isinstance(found, str):
        assert found in REASONS
        return
    assert not FORBIDDEN.search(found.body)
    assert "\n\n" not in found.body
    assert Story.model_validate_json(found.to_json()) == found


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_give_a_story_or_a_reason(content: bytes) -> None:
    found = outcome(content)
    assert isinstance(found, Story) or found in REASONS
