"""The sample's pages through extract, and its texts through enrich: what is expected comes out.

No server runs: pages are rendered, read by the function behind `wiredesk try`, and compared.
"""

import base64
from typing import Any

import pytest

from desk.sample.answers import answer
from desk.sample.layout import spread
from desk.sample.stories import EDITIONS, ExpectedEntity, Story, read
from enrich.request import try_entities
from ingest.extract.trial import try_extract

LAYOUT = spread(8008)


def _texts() -> list[tuple[int, Story]]:
    """Return each text once, with the edition that brought it.

    What lies behind robots.txt or answers 404 is read from the feed, which is fetch's doing.
    """
    found: dict[str, tuple[int, Story]] = {}
    for number in range(1, EDITIONS + 1):
        for story in read(number).stories.values():
            if story.status == 200 and story.expected.body_kind != "feed":
                key = f"{story.name}\n{story.headline}\n{story.text}"
                found.setdefault(key, (number, story))
    return list(found.values())


EVERY = _texts()
SHOWN = [pair for pair in EVERY if pair[1].expected.outcome in ("usable", "withheld")]
USABLE = [pair for pair in EVERY if pair[1].expected.outcome == "usable"]


def extracted(pair: tuple[int, Story], *, dated: bool = True) -> dict[str, Any]:
    number, story = pair
    edition = read(number)
    site = edition.sites[story.site]
    told = answer(edition, site.address, story.path, {})
    entry: dict[str, Any] = {"title": story.headline, "agency": site.agency}
    if dated and story.feed_date != "yesterday":
        entry["published_at"] = story.published
    return try_extract(
        {
            "url": LAYOUT.url(site, story),
            "html_b64": base64.b64encode(told.body).decode(),
            "headers": dict(told.headers),
            "entry": entry,
        }
    )


def name(pair: tuple[int, Story]) -> str:
    return f"{pair[1].name}-{pair[0]}"


@pytest.mark.parametrize("pair", USABLE, ids=name)
def test_headline_body_and_kind(pair: tuple[int, Story]) -> None:
    told, story = extracted(pair), pair[1]

    assert told["headline"] == (story.expected.headline or story.headline)
    assert told["body"] == story.body
    assert told["body_kind"] == story.expected.body_kind
    assert told["language"] == story.expected.language


@pytest.mark.parametrize("pair", SHOWN, ids=name)
def test_dateline(pair: tuple[int, Story]) -> None:
    wanted = pair[1].expected.dateline
    if wanted is None:
        return

    told = extracted(pair)["dateline"]
    for field, value in wanted.model_dump(mode="json", exclude_unset=True).items():
        if field in ("lat", "lon"):
            assert told[field] == pytest.approx(value, abs=0.1)
        elif field == "places":
            assert [(p["place"], p["country"]) for p in told[field]] == [
                (p["place"], p["country"]) for p in value
            ]
        else:
            assert told[field] == value, field


@pytest.mark.parametrize("pair", EVERY, ids=name)
def test_signals(pair: tuple[int, Story]) -> None:
    told = extracted(pair)["signals"]

    # notes are compared where they are read: test_signals
    wanted = pair[1].expected.signals.model_dump(mode="json", exclude_unset=True)
    wanted.pop("ed_note", None)
    assert {field: told.get(field) for field in wanted} == wanted
    if not wanted:
        assert told.get("kind") is None


@pytest.mark.parametrize("pair", USABLE, ids=name)
def test_when_it_was_published_and_by_whom(pair: tuple[int, Story]) -> None:
    told, story = extracted(pair), pair[1]

    if story.feed_date is None:
        assert told["published_at"] == story.published.isoformat().replace("+00:00", "Z")
    if story.expected.byline:
        assert told["byline"] == story.expected.byline


def test_the_picture_has_section_and_sub_headline() -> None:
    told = extracted((1, read(1).stories["tass-belgrade"]), dated=False)

    assert told["section"] == "Russian Politics & Diplomacy"
    assert told["subheadline"] == read(1).stories["tass-belgrade"].subheadline
    assert told["published_at"] == "2023-09-25T16:19:00Z"
    assert told["published_precision"] == "minute"


def tagged(story: Story) -> dict[str, Any]:
    headline = story.expected.headline or story.headline
    dateline = story.expected.dateline
    return try_entities(
        {
            "text": "\n".join(filter(None, (headline, story.subheadline, story.body))),
            "language": story.expected.language,
            "dateline": dateline.model_dump(mode="json", exclude_none=True) if dateline else None,
        }
    )


def test_people_organisations_and_places() -> None:
    """All that is there is found, each one entity in the right country."""
    missed: list[str] = []
    for story in {pair[1].name: pair[1] for pair in USABLE}.values():
        mentions = tagged(story)["entities"]
        for entity in story.expected.entities:
            mine = [m for m in mentions if (m["text"], m["label"]) in printed(entity)]
            assert len({m["entity_id"] for m in mine}) <= 1, entity.name
            assert not entity.country or {m["country"] for m in mine} <= {entity.country}
            found = {m["text"] for m in mine}
            missed += [f"{story.name}: {form}" for form in entity.printed if form not in found]
    assert missed == []


def printed(entity: ExpectedEntity) -> set[tuple[str, str]]:
    return {(form, entity.label) for form in entity.printed}


@pytest.mark.parametrize("pair", USABLE, ids=name)
def test_who_originated_it(pair: tuple[int, Story]) -> None:
    """A republisher's copy is its agency's by credit; the host here is a loopback address."""
    told, story = extracted(pair), pair[1]

    assert told.get("agency") == story.expected.agency
    assert told["publisher"]
