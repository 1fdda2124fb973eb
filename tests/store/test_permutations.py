"""Whatever the order in which texts of a story arrive, the database ends the same."""

import datetime as dt
import itertools
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.rows import TaggedStory
from store.writer import Writer
from tests.store.stories import NOW, entity, mention, rows, sha, story_id, tagged

# name of the story in this example: each example is a story of its own in one database
_numbers = itertools.count()


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[int]]:
    """Draw what happened outside, and an order of arrival with repeats."""
    pages = draw(st.lists(st.sampled_from("pqr"), min_size=1, max_size=3, unique=True))
    kinds = [("full", "page"), ("lead", "page"), ("feed", "feed")]
    reading = {
        (page, rules): (draw(st.sampled_from("ABC")), draw(st.sampled_from(kinds)))
        for page in pages
        for rules in ("1", "2")
    }
    seen = draw(
        st.lists(
            st.tuples(st.sampled_from(pages), st.integers(1, 4), st.sampled_from("12")),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    arrivals = []
    for page, minutes, rules in seen:
        text, (body_kind, source) = reading[page, rules]
        fields = {"text": text, "minutes": minutes, "rules_version": rules}
        arrivals.append(fields | {"page": page, "body_kind": body_kind, "source": source})
    order = draw(st.permutations(list(range(len(arrivals)))))
    again = draw(st.lists(st.sampled_from(order), max_size=3))
    return arrivals, [*order, *again]


def build(name: str, fields: dict[str, Any]) -> TaggedStory:
    rest = dict(fields)
    page = rest.pop("page")
    text = rest["text"]
    return tagged(
        name,
        page_sha256=sha(f"page {page}"),
        section=f"{page}{text}{rest['minutes']}{rest['rules_version']}",
        mentions=(mention(f"Person {text}", 0),),
        entities=(entity(f"Person {text}"),),
        **rest,
    )


def state(engine: sa.Engine, name: str) -> object:
    """Return all that a reader sees of a story, but for revisions, which tell arrival."""
    shown = rows(
        engine,
        "SELECT headline, body, body_kind, content_sha256, updated_at"
        " FROM wire.articles WHERE id = :id",
        id=story_id(name),
    )
    versions = rows(
        engine,
        "SELECT headline, first_observed_at, last_observed_at FROM wire.article_versions"
        " WHERE article_id = :id ORDER BY headline",
        id=story_id(name),
    )
    mentions = rows(
        engine,
        "SELECT m.text, v.headline FROM wire.mentions m JOIN wire.article_versions v"
        " USING (article_id, revision) WHERE article_id = :id ORDER BY 1, 2",
        id=story_id(name),
    )
    stood = [
        rows(
            engine,
            "SELECT headline FROM wire.articles_as_of(:moment) WHERE article_id = :id",
            id=story_id(name),
            moment=NOW + dt.timedelta(minutes=minutes),
        )
        for minutes in range(6)
    ]
    return shown, versions, mentions, stood


@pytest.mark.usefixtures("whole")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(histories(), st.booleans())
def test_the_order_of_arrival_does_not_matter(
    engine: sa.Engine,
    writer: Writer,
    history: tuple[list[dict[str, Any]], list[int]],
    together: bool,
) -> None:
    arrivals, order = history
    plain, mixed = (f"story {next(_numbers)}" for _ in range(2))
    for fields in arrivals:
        writer.write([build(plain, fields)])
    batch = [build(mixed, arrivals[index]) for index in order]
    if together:
        writer.write(batch)
    else:
        for told in batch:
            writer.write([told])
    assert state(engine, mixed) == state(engine, plain)
