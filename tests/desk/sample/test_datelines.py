"""The sample's datelines, read by the function behind `wiredesk try dateline`."""

import pytest

from desk.sample.stories import EDITIONS, Story, read
from ingest.extract.dateline.reader import try_dateline

FILED = [s for s in read(EDITIONS).stories.values() if s.expected.dateline]


@pytest.mark.parametrize("story", FILED, ids=lambda story: story.name)
def test_a_dateline_says_where_when_and_by_whom(story: Story) -> None:
    wanted = story.expected.dateline
    assert wanted is not None
    # what stands before it is a note to editors, which signals take off
    opening = next(i for i, p in enumerate(story.paragraphs) if p.startswith(wanted.raw))

    told = try_dateline(
        {
            "text": "\n".join(story.paragraphs[opening:]),
            "published_at": story.published.isoformat(),
            "language": story.expected.language,
        }
    )

    dateline = told["dateline"]
    assert isinstance(dateline, dict)
    for field, value in wanted.model_dump(mode="json", exclude_unset=True).items():
        if field in ("lat", "lon"):
            assert dateline[field] == pytest.approx(value, abs=0.1)
        elif field == "places":
            assert [(p["place"], p["country"]) for p in dateline[field]] == [
                (p["place"], p["country"]) for p in value
            ]
        else:
            assert dateline[field] == value, field
    assert str(told["body"]).startswith(story.expected.first)


def test_a_staff_story_has_none() -> None:
    story = read(1).stories["harbourpost-dredging"]

    assert try_dateline({"text": story.text})["dateline"] is None
