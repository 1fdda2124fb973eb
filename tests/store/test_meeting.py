"""Form letters: thousands share bands, and what one more of them costs is as much as the first."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from store.rows import TaggedStory
from store.writer import Writer
from tests.store.stories import rows, story_id, tagged

# More than are read of a band, in batches as the writer has them.
LETTERS = 320
BATCH = 64


def value(number: int, text: str | None = None) -> TaggedStory:
    """Return a fund's notice of its net asset value: only its figures are its own."""
    body = (
        f"Skerry Growth Trust announces that at the close of business on day {number} its "
        f"unaudited net asset value was {1000 + 7 * number}.{number % 97:02} pence a share with "
        f"income and {990 + 3 * number}.{number % 89:02} pence without, in line with the "
        f"guidelines of the Association of Trusts, on {4_000_000 + 991 * number} shares in issue. "
        "Contact: Company Secretary, Skerry Fund Services, Saint Helier, Jersey. "
        "This notice was issued by Wirepress on behalf of the issuer, who is alone responsible."
    )
    name = text or f"letter {number}"
    plain: dict[str, Any] = {"mentions": (), "entities": ()}
    return tagged(name, text=name, minutes=number / 60, body=body, agency="wirepress", **plain)


@contextmanager
def counting(engine: sa.Engine) -> Iterator[list[int]]:
    """Count the rows that statements return meanwhile."""
    returned: list[int] = []

    def count(*told: Any) -> None:
        cursor = told[1]
        returned.append(cursor.rowcount if cursor.description else 0)

    sa.event.listen(engine, "after_cursor_execute", count)
    yield returned
    sa.event.remove(engine, "after_cursor_execute", count)


@pytest.fixture
def letters(writer: Writer) -> list[TaggedStory]:
    made = [value(number) for number in range(LETTERS)]
    for start in range(0, LETTERS, BATCH):
        writer.write(made[start : start + BATCH])
    return made


@pytest.mark.usefixtures("letters")
def test_more_form_letters_make_none_dearer(engine: sa.Engine, writer: Writer) -> None:
    """Once each was compared with 500 of them, and the bands of all were read for it."""
    more = [value(number) for number in range(LETTERS, 3 * LETTERS)]
    read = []
    for start in range(0, len(more), BATCH):
        with counting(engine) as returned:
            writer.write(more[start : start + BATCH])
        read.append(sum(returned))
    assert read[-1] < 1.2 * read[0]


def test_a_copy_of_an_early_form_letter_is_found_among_them(
    engine: sa.Engine, writer: Writer, letters: list[TaggedStory]
) -> None:
    writer.write([value(3, "copy")])
    found = rows(engine, "SELECT id FROM wire.articles WHERE cluster_id IS NOT NULL ORDER BY url")
    assert {row["id"] for row in found} == {letters[3].story.id, story_id("copy")}
