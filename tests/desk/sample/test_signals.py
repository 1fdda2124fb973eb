"""What the sample's stories say about themselves, read as extract reads it."""

import datetime as dt

import pytest

from desk.sample.stories import EDITIONS, Story, read
from ingest.extract.signals import SignalsRead, read_signals

# After all that the sample publishes: what is embargoed until then is usable.
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def _texts() -> list[Story]:
    every = [s for n in range(1, EDITIONS + 1) for s in read(n).stories.values()]
    return list({(s.name, s.headline, s.text): s for s in every}.values())


def signals(story: Story) -> SignalsRead:
    return read_signals(
        story.headline,
        "\n".join(story.paragraphs),
        agency=read(1).sites[story.site].agency,
        slug=story.slug or None,
        language=story.expected.language,
        published_at=story.published,
        received_at=NOW,
    )


@pytest.mark.parametrize(
    "story", _texts(), ids=lambda story: f"{story.name}-{story.printed_at:%H%M}"
)
def test_signals_are_read_and_taken_off(story: Story) -> None:
    told, wanted = signals(story), story.expected.signals

    assert told.headline == (story.expected.headline or story.headline)
    for field in wanted.model_fields_set:
        assert getattr(told.signals, field) == getattr(wanted, field), field
    for field in ("kind", "genre", "urgency", "ed_note"):
        if field not in wanted.model_fields_set:
            assert getattr(told.signals, field) is None, field


def test_no_kill_of_the_sample_is_doubtful() -> None:
    for name in ("ap-ferry-kill", "reuters-shipyard"):
        assert "kill-doubtful" not in signals(read(EDITIONS).stories[name]).warnings
