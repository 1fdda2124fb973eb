"""Generated stories: 360 words of a made-up language, ten people named twelve times, figures."""

import datetime as dt
import random
import uuid
from typing import Final

from store.rows import EntityDraft, Focus, Mention, TaggedStory
from wire.messages import Dateline, Lineage, Story

NOW: Final = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PEOPLE: Final = 5_000
MENTIONS: Final = 12
_SYLLABLES: Final = (
    "bal",
    "den",
    "gor",
    "kim",
    "lov",
    "mar",
    "nes",
    "pol",
    "rus",
    "tev",
    "vik",
    "zan",
)


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
    first, last = divmod(number, len(_SYLLABLES) ** 2)
    name = f"{_name(first)} {_name(last)}"
    return EntityDraft(uuid.uuid5(uuid.NAMESPACE_OID, name), f"per:{name}", "PER", name, (name,))


def _name(number: int) -> str:
    before, after = divmod(number, len(_SYLLABLES))
    return f"{_SYLLABLES[before]}{_SYLLABLES[after]}".capitalize()


def _body(
    number: int, chosen: list[str], people: list[EntityDraft]
) -> tuple[str, tuple[Mention, ...]]:
    """Return twelve sentences, each with somebody's name and a figure, and where the names are."""
    body, mentions = "", []
    for n in range(MENTIONS):
        words, person = chosen[30 * n : 30 * n + 30], people[n % len(people)]
        body += " ".join(words[:12]) + f" {(number * 7919 + n * 131) % 5000} "
        mentions.append(
            Mention(
                person.id, "PER", person.name, "body", len(body), len(body) + len(person.name), 0.9
            )
        )
        body += f"{person.name} {' '.join(words[12:])}.\n"
    return body.strip(), tuple(mentions)


def _story(number: int, chosen: list[str], people: list[EntityDraft]) -> TaggedStory:
    body, mentions = _body(number, chosen, people)
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
    return TaggedStory(story, mentions, tuple(people), Focus("RS", "Belgrade", 0.8), "1")
