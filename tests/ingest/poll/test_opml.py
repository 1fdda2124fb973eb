import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.poll.opml import BadOpmlError, Outline, add, outline_of, read, write
from store import feeds
from store.engine import create_engine
from wire.text import clean

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)

# what XML can carry in an attribute, without the white space that it folds
_text = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
    .map(clean)
    .filter(lambda t: t == t.strip() and t)
)
_outlines = st.lists(
    st.builds(
        Outline,
        url=st.integers(0, 10**6).map(lambda n: f"https://example.org/{n}?a=1&b=<2>"),
        title=_text,
        kind=st.sampled_from(["rss", "sitemap"]),
        agency=st.none() | st.just("tanjug"),
        section=st.none() | _text,
        own_interval_s=st.none() | st.integers(1, 9999).map(float),
        store=st.sampled_from([None, "full", "lead", "metadata"]),
        keep_days=st.none() | st.integers(1, 9999),
        terms_url=st.none() | _text,
        folders=st.lists(_text, max_size=3).map(tuple),
    ),
    unique_by=lambda outline: outline.url,
)


def rights(outline: Outline) -> tuple[object, ...]:
    return outline.store, outline.keep_days, outline.terms_url


@given(_outlines)
def test_a_round_trip_loses_nothing(outlines: list[Outline]) -> None:
    once = list(read(write(outlines, title="x", now=NOW)))
    twice = list(read(write(once, title="x", now=NOW)))
    assert once == twice

    def told(given: list[Outline]) -> list[tuple[object, ...]]:
        rows = [
            (o.url, o.title, o.kind, o.agency, o.section, o.own_interval_s, o.folders, rights(o))
            for o in given
        ]
        return sorted(rows, key=str)

    assert told(once) == told(outlines)


def test_what_is_stored_of_a_feed_comes_out_as_it_went_in(database: str) -> None:
    (outline,) = read(
        b'<opml><body><outline text="F"><outline xmlUrl="https://a.example/x" text="A"'
        b' agency="tass" every="300" store="lead" keepDays="30" terms="https://a.example/terms"'
        b' custom="1"/>'
        b"</outline></body></opml>"
    )
    engine = create_engine(database)
    assert add(engine, outline, NOW)
    (row,) = feeds.list_feeds(engine)
    engine.dispose()
    assert (row.store, row.keep_days, row.terms_url) == ("lead", 30, "https://a.example/terms")
    assert outline_of(row) == outline


@pytest.mark.parametrize(
    "said",
    ['store="some"', 'keepDays="-1"', 'keepDays="soon"', f'every="{10**30}"', 'keepDays="٣"'],
)
def test_a_right_that_does_not_fit_is_kept_as_an_attribute_and_means_nothing(said: str) -> None:
    line = f'<opml><body><outline xmlUrl="https://a.example/x" {said}/></body></opml>'
    (outline,) = read(line.encode())
    assert (outline.own_interval_s, *rights(outline)) == (None, None, None, None)
    assert said.partition("=")[0] in outline.attributes


def test_attributes_that_nobody_knows_come_out_again() -> None:
    given = (
        b'<opml version="1.0"><body><outline text="T" title="T2" xmlURL="https://a.example/x"'
        b' type="rss" custom="&lt;1&gt;" language="sr"/></body></opml>'
    )
    (outline,) = read(given)
    written = write([outline], title="x", now=NOW)
    assert b'custom="&lt;1&gt;"' in written
    assert b'xmlURL="https://a.example/x"' in written
    assert list(read(written)) == [outline]


def test_an_address_that_stands_twice_is_one_feed() -> None:
    given = (
        b'<opml><body><outline xmlUrl="https://a.example/x"/><outline text="F">'
        b'<outline xmlUrl="https://a.example/x"/></outline></body></opml>'
    )
    assert len(list(read(given))) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<html></html>",
        b"<opml></opml>",
        b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml><body/></opml>",
    ],
)
def test_what_is_no_opml_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(BadOpmlError, match=r"\w"):
        list(read(data))
