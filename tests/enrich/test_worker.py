import json
from collections import defaultdict
from collections.abc import Sequence

import pytest

from enrich.entities.known import known
from enrich.entities.link import entity_id
from enrich.entities.rules import RulesTagger
from enrich.entities.tagger import Tagger
from enrich.worker import Enricher, enrich_batch, enrich_story, tagger
from store.rows import TaggedStory
from tests.enrich.stories import pictured, story
from wire.bus import Record
from wire.errors import DeadLetter, Fatal
from wire.messages import Signals

RULES = RulesTagger(known())


def by_key(tagged: TaggedStory) -> dict[str, list[str]]:
    """What each entity is called, mention by mention, headline first."""
    keys = {entity.id: entity.key for entity in tagged.entities}
    found: dict[str, list[str]] = defaultdict(list)
    for mention in tagged.mentions:
        found[keys[mention.entity_id]].append(mention.text)
    return dict(found)


@pytest.mark.parametrize("name", ["default", "rules"])
def test_the_pictured_story_comes_out_as_the_desk_would_mark_it(name: str) -> None:
    tagged = enrich_story(pictured(), tagger(name))

    assert by_key(tagged) == {
        "country:XK": ["Kosovo", "Kosovo", "Kosovo and Metohija"],
        "country:RS": ["Serbia", "Serbia"],
        "geoname:792680": ["Belgrade"],
        "geoname:786714": ["Pristina"],
        "per:albin kurti": ["Albin Kurti", "Kurti", "Kurti"],
        "per:alexandr botsan harcenko": ["Alexander Botsan-Kharchenko"],
        "per:alexandr vucic": ["Aleksandar Vucic", "Aleksandar Vucic", "Vucic"],
        "per:angelo ristucia": ["Angelo Ristuccia"],
        "org:curated:kfor": ["Kosovo Force", "KFOR", "KFOR"],
        "org:curated:nato": ["NATO", "NATO"],
        "org:curated:un-security-council": ["UN Security Council"],
    }


def test_mentions_point_into_the_field_they_name() -> None:
    tagged = enrich_story(pictured(), RULES)

    for mention in tagged.mentions:
        text = tagged.story.headline if mention.field == "headline" else tagged.story.body
        assert text[mention.start : mention.end] == mention.text
    assert {mention.field for mention in tagged.mentions} == {"headline", "body"}


def test_a_name_of_the_sub_headline_is_known_to_its_entity() -> None:
    ambassador = next(e for e in enrich_story(pictured(), RULES).entities if "botsan" in e.key)

    assert ambassador.name == "Alexander Botsan-Kharchenko"
    assert ambassador.aliases == ("Botsan-Kharchenko",)


def test_ids_follow_from_keys_and_places_carry_coordinates() -> None:
    entities = {e.key: e for e in enrich_story(pictured(), RULES).entities}

    assert all(e.id == entity_id(key) for key, e in entities.items())
    belgrade = entities["geoname:792680"]
    assert (belgrade.country, belgrade.geoname_id) == ("RS", 792680)
    assert belgrade.lat == pytest.approx(44.8, abs=0.1)
    assert belgrade.lon == pytest.approx(20.5, abs=0.1)
    assert entities["country:XK"].country == "XK"


def test_the_focus_is_where_the_story_plays_not_where_it_was_filed() -> None:
    tagged = enrich_story(
        story(
            "Flood cuts off towns in Peru",
            "Rivers burst their banks near Cusco and Arequipa, Peruvian officials said.",
            "Peru's government sent the army to Cusco.",
        ),
        RULES,
    )

    assert (tagged.focus.country, tagged.focus.place) == ("PE", "Cusco")
    assert tagged.focus.confidence is not None
    assert tagged.focus.confidence > 0.9


def test_a_batch_gives_what_its_stories_give_alone() -> None:
    stories = [pictured(), story("Quiet day"), story("Peru votes", "Lima was calm.")]

    assert enrich_batch(stories, RULES) == [enrich_story(s, RULES) for s in stories]


def test_a_note_to_editors_is_not_tagged() -> None:
    note = story("Advisory: Lima budget", "Lima desk moves", signals=Signals(genre="advisory"))

    assert enrich_story(note, RULES).mentions == ()


def test_a_story_without_text_is_no_error() -> None:
    empty = enrich_story(story("", body_kind="none"), RULES)

    assert (empty.mentions, empty.entities, empty.focus.country) == ((), (), None)


def test_the_version_names_tagger_and_desk() -> None:
    assert enrich_story(pictured(), RULES).model_version == "rules-1+desk-1"


def test_an_unknown_pipeline_says_what_to_install() -> None:
    with pytest.raises(Fatal, match="no_such_pipeline"):
        tagger("no_such_pipeline")


def record(value: bytes | None, offset: int = 0) -> Record:
    return Record("wire.stories", 0, offset, b"k", value, (), 0, 0)


class Written:
    """A writer that remembers, and answers with the outcomes it was given."""

    def __init__(self, *outcomes: str) -> None:
        self.outcomes = outcomes
        self.stories: list[TaggedStory] = []

    def __call__(self, stories: Sequence[TaggedStory]) -> Sequence[str]:
        self.stories.extend(stories)
        return self.outcomes


def enricher(written: Written, with_tagger: Tagger = RULES) -> Enricher:
    return Enricher(written, with_tagger)


def test_records_become_rows_and_fates() -> None:
    written = Written("stored", "updated")
    records = [record(pictured().to_json()), record(story("Peru votes").to_json(), 1)]

    done = enricher(written)(records)

    assert [one.record for one in done] == records
    assert [one.fate.outcome for one in done if one.fate] == ["stored", "updated"]
    assert done[0].fate is not None
    assert done[0].fate.fields["agency"] == "tass"
    assert [tagged.story.headline for tagged in written.stories][1] == "Peru votes"


@pytest.mark.parametrize("value", [None, b"", b"{}", b"no json", json.dumps({"id": 1}).encode()])
def test_what_is_no_story_is_a_dead_letter_and_its_neighbour_goes_on(value: bytes | None) -> None:
    written = Written("stored")
    good, bad = record(pictured().to_json()), record(value, 1)

    done = {one.record.offset: one for one in enricher(written)([good, bad])}

    assert isinstance(done[1].error, DeadLetter)
    assert done[1].error.reason == "invalid-message"
    assert done[0].fate is not None
