"""Stories stand in many kinds of page: whatever holds them, their paragraphs come out."""

import json

import pytest

from tests.ingest.extract.pages import PARAGRAPHS, html, story

TITLE = "Crane falls into harbour"
FIRST, SECOND, THIRD = PARAGRAPHS


def page(body: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    )


def told(text: str, **more: object) -> str:
    block = json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": text, **more})
    return f"<script type='application/ld+json'>{block}</script>"


PROSE = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
BLANK = "\n\n"
LAYOUTS = {
    "breaks in a div": f"<h1>{TITLE}</h1><div>{'<br><br>'.join(PARAGRAPHS)}</div>",
    "a div each": f"<h1>{TITLE}</h1>{''.join(f'<div>{text}</div>' for text in PARAGRAPHS)}",
    "spans": f"<h1>{TITLE}</h1>{''.join(f'<div><span>{t}</span></div>' for t in PARAGRAPHS)}",
    "a layout table": f"<table><tr><td>Menu</td><td><h1>{TITLE}</h1>{PROSE}</td></tr></table>",
    "elements of its own": f"<x-story><h1>{TITLE}</h1><x-body>{PROSE}</x-body></x-story>",
    "sections with boxes between": f"<main><h1>{TITLE}</h1>"
    + "".join(f"<section><p>{t}</p></section><div>Advertisement</div>" for t in PARAGRAPHS)
    + "</main>",
    "preformatted": f"<h1>{TITLE}</h1><pre>{BLANK.join(PARAGRAPHS)}</pre>",
    "tags of the nineties": f"<center><b>{TITLE}</b></center><font>{'<p>'.join(PARAGRAPHS)}</font>",
    "the body alone": f"<h1>{TITLE}</h1>{'<p>'.join(PARAGRAPHS)}",
    "an app page": f"<article><h1>{TITLE}</h1><amp-img></amp-img><div>{PROSE}</div></article>",
    "a first letter apart": f"<article><h1>{TITLE}</h1><p><span>T</span>{FIRST[1:]}</p>"
    f"<p>{SECOND}</p><p>{THIRD}</p></article>",
    "a box of related stories": f"<article><h1>{TITLE}</h1><p>{FIRST}</p><div class='related'>"
    "<h3>Related</h3><ul><li><a href='/a'>Ships wait</a></li></ul></div>"
    f"<p>{SECOND}</p><p>{THIRD}</p></article>",
    "comments below": f"<article><h1>{TITLE}</h1>{PROSE}</article><div id='comments'><p>They "
    "should have seen this coming for years, honestly, what a mess this whole port is.</p></div>",
    "a box with paragraphs beside a story without": f"<h1>{TITLE}</h1><div>"
    + "".join(f"<div>{text}</div>" for text in PARAGRAPHS)
    + "</div><div class='author-bio'><p>Jane Doe covers ports and shipping, has written for many "
    "papers, and lives by the sea.</p></div>",
    "clocks of a live blog": f"<article><h1>{TITLE}</h1><p>12:05</p><p>{FIRST}</p><p>11:40 GMT</p>"
    f"<p>{SECOND}</p><p>10.15 Uhr</p><p>{THIRD}</p></article>",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_paragraphs_come_out(name: str) -> None:
    assert story(page(LAYOUTS[name])).body.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("text", ["\n\n".join(PARAGRAPHS), PROSE, "<br>".join(PARAGRAPHS)])
def test_a_page_that_a_program_fills_is_read_from_its_json_ld(text: str) -> None:
    found = story(page("<div id='root'><p>Loading…</p></div>", told(text)))
    assert found.body.split("\n") == list(PARAGRAPHS)
    assert (found.headline, found.body_kind) == (TITLE, "full")


def test_what_is_sold_is_not_taken_from_json_ld() -> None:
    shown = "<p>Subscribe to read this story.</p>"
    found = story(page(shown, told("\n".join(PARAGRAPHS), isAccessibleForFree=False)))
    assert SECOND not in found.body


def test_a_summary_in_json_ld_does_not_stand_in_for_the_page() -> None:
    assert story(html(head=told("A crane fell."))).body.split("\n") == list(PARAGRAPHS)
