"""Generated stories: 360 words of a made-up language, ten people, twelve mentions each."""

import datetime as dt
import random
import uuid
from typing import Final

from store.rows import EntityDraft, Focus, Mention, TaggedStory
from wire.messages import Dateline, Lineage, Story

NOW: Final = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PEOPLE: Final = 5_000


def words(rng: random.Random) -> list[str]:
    """A vocabulary; the first words are used far more than the last, as in any language."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(20_000)]


def stories(start: int, count: int) -> list[TaggedStory]:
    rng = random.Random(start)
    vocabulary = words(random.Random(0))
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    people = [_person(number) for number in range(PEOPLE)]
    chosen = rng.choices(vocabulary, weights, k=360 * count)
    return [
        _story(start + i, chosen[360 * i : 360 * (i + 1)], rng.sample(people, 10))
        for i in range(count)
    ]


def _person(number: int) -> EntityDraft:
    name = f"Person {number:05}"
    return EntityDraft(uuid.uuid5(uuid.NAMESPACE_OID, name), f"per:{name}", "PER", name, (name,))


def _story(number: int, chosen: list[str], people: list[EntityDraft]) -> TaggedStory:
    body = "\n".join(" ".join(chosen[at : at + 60]) for at in range(0, len(chosen), 60))
    url = f"https://wire.example/{number}"
    seen = NOW + dt.timedelta(seconds=number)
    story = Story(
        id=uuid.uuid5(uuid.NAMESPACE_URL, url),
        url=url,
        final_url=url,
        feed_url="https://wire.example/rss",
        publisher="wire.example",
        agency=f"agency-{number % 40}",
        headline=" ".join(chosen[:9]),
        original_headline=" ".join(chosen[:9]),
        slug=f"slug {number}",
        body=body,
        body_kind="full",
        language="en",
        published_at=seen,
        published_precision="minute",
        dateline=Dateline(raw="BELGRADE", place="BELGRADE", country="RS", lat=44.8, lon=20.5),
        observed_at=seen,
        page_sha256=f"{number:064x}",
        content_sha256=f"{number:064x}",
        rules_version="1",
        lineage=Lineage(discovered=seen, fetched=seen, extracted=seen),
    )
    mentions = tuple(
        Mention(people[n % 10].id, "PER", people[n % 10].name, "body", 40 * n, 40 * n + 12, 0.9)
        for n in range(12)
    )
    return TaggedStory(story, mentions, tuple(people), Focus("RS", "Belgrade", 0.8), "1")
