"""The sample's stories: what their files promise is in what they print."""

import re
import tomllib

import pytest

from desk.sample.stories import EDITIONS, HOME, ExpectedEntity, Story, as_of, read
from seeds import FOLDER

EVERY = [(n, s) for n in range(1, EDITIONS + 1) for s in read(n).stories.values()]
LAST = list(read(EDITIONS).stories.values())


def names(pair: tuple[int, Story]) -> str:
    return f"{pair[1].name}-{pair[0]}"


@pytest.mark.parametrize("pair", EVERY, ids=names)
def test_a_body_begins_and_ends_as_promised(pair: tuple[int, Story]) -> None:
    story = pair[1]
    body = story.body

    assert body.startswith(story.expected.first)
    assert body.endswith(story.expected.last)
    if story.expected.paragraphs is not None and story.expected.body_kind == "full":
        assert len([p for p in body.split("\n") if p]) == story.expected.paragraphs


@pytest.mark.parametrize("pair", EVERY, ids=names)
def test_a_dateline_opens_the_story_and_is_no_part_of_its_body(pair: tuple[int, Story]) -> None:
    story = pair[1]
    dateline = story.expected.dateline
    if dateline is None:
        return

    opening = next(p for p in story.paragraphs if p.startswith(dateline.raw))
    assert dateline.place is not None
    assert dateline.raw.startswith((dateline.place, "新华社"))
    assert dateline.raw not in story.body
    if story.expected.first:
        assert story.expected.first in opening


@pytest.mark.parametrize("pair", EVERY, ids=names)
def test_entities_and_what_is_none_are_printed(pair: tuple[int, Story]) -> None:
    story = pair[1]
    whole = "\n".join((story.headline, story.subheadline, story.body))
    printed = "\n".join((whole, *story.paragraphs))

    for entity in story.expected.entities:
        for form in entity.printed:
            assert form in whole
    for word in story.expected.absent:
        assert word in printed


@pytest.mark.parametrize("pair", EVERY, ids=names)
def test_no_other_field_of_a_nested_model_is_lost(pair: tuple[int, Story]) -> None:
    """Dateline and Signals ignore what they do not know: a misspelt field would promise nothing."""
    raw = tomllib.loads((HOME / "stories" / f"{pair[1].name}.toml").read_text(encoding="utf-8"))
    wanted = raw["expected"]
    for change in raw.get("later", ()):
        if change["edition"] <= pair[0]:
            wanted = wanted | change.get("expected", {})

    for field in ("dateline", "signals"):
        if field in wanted:
            assert getattr(pair[1].expected, field).model_fields_set == set(wanted[field])


def test_the_wire_is_of_the_size_and_kind_that_was_asked_for() -> None:
    first = read(1)

    assert 40 <= len(first.stories) <= 50
    assert {s.expected.language for s in LAST} >= {"en", "ru", "es", "fr", "de", "zh"}
    assert len({site.agency for site in first.sites.values() if site.agency}) >= 12
    assert {s.expected.signals.kind for s in LAST} >= {
        "update", "correction", "kill", "repeat", "embargo",
    }  # fmt: skip
    assert {s.expected.outcome for s in LAST} == {"usable", "withheld", "canceled", "removed"}
    assert {s.expected.body_kind for s in LAST} == {"full", "lead", "feed", "none"}


def test_sites_have_an_address_an_id_and_a_known_agency_each() -> None:
    sites = list(read(1).sites.values())
    agencies = tomllib.loads((FOLDER / "agencies.toml").read_text(encoding="utf-8"))["agency"]
    known = {agency["id"] for agency in agencies}

    assert len({site.address for site in sites}) == len(sites)
    assert all(site.address.startswith("127.0.0.") for site in sites)
    assert {site.agency for site in sites if site.agency} <= known
    assert {s.expected.agency for s in LAST if s.expected.agency} <= known
    assert {s.expected.dateline.agency for s in LAST if s.expected.dateline} <= known


def test_every_story_is_listed_and_every_reference_leads_somewhere() -> None:
    for number in range(1, EDITIONS + 1):
        edition = read(number)
        for story in edition.stories.values():
            site = edition.sites[story.site]
            assert set(story.feeds) <= {feed.id for feed in site.feeds}
            assert story.feeds
            assert story.canonical is None or story.canonical in edition.stories
            assert story.expected.follows is None or story.expected.follows in edition.stories
        paths = [(s.site, s.path) for s in edition.stories.values()]
        assert len(set(paths)) == len(paths)


def test_later_editions_change_texts_in_place_and_add_stories() -> None:
    first, second, third = (read(n) for n in (1, 2, 3))

    new = set(second.stories) - set(first.stories)
    changed = {n for n, s in first.stories.items() if s.text != second.stories[n].text}
    assert new == {"reuters-storm-update2", "yonhap-islet-2nd-lead"}
    assert changed == {"reuters-lithium", "ap-library"}
    assert third.stories["interfax-snyato"].status == 410
    assert third.stories["reuters-shipyard"].expected.outcome == "canceled"
    assert "1847" in third.stories["ap-bridge"].text


def test_the_repeat_says_what_was_said() -> None:
    stories = read(1).stories

    assert stories["reuters-two-cities-rpt"].body == stories["reuters-two-cities"].body


def test_a_copy_says_what_its_agency_said() -> None:
    stories = read(1).stories

    assert stories["harbourpost-lithium"].body == stories["reuters-lithium"].body
    assert stories["harbourpost-bridge"].body == stories["ap-bridge"].body


def test_a_later_table_changes_only_what_it_names() -> None:
    raw = {
        "site": "s", "path": "/p", "feeds": ["f"], "published": "2026-01-01T00:00:00Z",
        "headline": "One", "summary": "kept",
        "expected": {"language": "en", "first": "a"},
        "later": [{"edition": 2, "headline": "Two", "expected": {"first": "b"}}],
    }  # fmt: skip

    before, after = as_of("n", raw, 1), as_of("n", raw, 2)

    assert before is not None
    assert after is not None
    assert (before.headline, before.expected.first) == ("One", "a")
    assert (after.headline, after.expected.first) == ("Two", "b")
    assert (after.summary, after.expected.language) == ("kept", "en")


def test_there_is_no_edition_beyond_the_last() -> None:
    with pytest.raises(ValueError, match="editions 1 to 3, not 4"):
        read(EDITIONS + 1)


# The picture of the work: a story whose every mention is known.

BELGRADE = read(1).stories["tass-belgrade"]


def mentions(text: str, entities: tuple[ExpectedEntity, ...]) -> dict[str, int]:
    """Count mentions by entity; a longer form takes the words of a shorter one in it."""
    of_form = {form: entity.name for entity in entities for form in entity.printed}
    longest_first = sorted(of_form, key=len, reverse=True)
    found = re.findall(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", text)
    return {name: sum(of_form[f] == name for f in found) for name in of_form.values()}


def test_the_picture_names_its_people_as_often_as_it_should() -> None:
    body = BELGRADE.body

    assert body.count("Arkady Belozerov") == 1
    assert BELGRADE.subheadline.count("Arkady Belozerov") == 1
    assert body.count("Dragutin Vasiljkov") == 2
    assert body.count("Besnik Rugovari") == 1
    counted = mentions(body, BELGRADE.expected.entities)
    assert counted["Dragutin Vasiljkov"] == 3
    assert counted["Besnik Rugovari"] == 2
    assert counted["NATO"] == 2
    assert counted["Kosovo Force"] == 2
    assert counted["Kosovo"] == 2
    assert counted["Kosovo and Metohija"] == 1


def test_the_picture_has_the_forms_that_are_hard() -> None:
    body = BELGRADE.body

    assert "Kosovo Force, also known as KFOR" in body
    assert "NATO-led" in body
    assert "Serbian President" in body
    assert "the West" in body
    assert "TASS" not in body
    assert BELGRADE.text.strip().startswith("BELGRADE, September 25. /TASS/. ")
    assert len(BELGRADE.paragraphs) == 4
