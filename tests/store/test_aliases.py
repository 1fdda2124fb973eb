import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from store.aliases import AliasRequest, resolve_aliases
from store.schema import Merged

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)


def request(*names: str) -> AliasRequest:
    return AliasRequest(names, uuid.uuid5(uuid.NAMESPACE_URL, names[0]))


def test_a_new_name_gets_the_id_it_came_with(engine: sa.Engine) -> None:
    wanted = request("guid:tass:1", "url:https://a/1")
    (resolved,) = resolve_aliases(engine, [wanted], NOW)
    assert (resolved.story_id, resolved.first_seen_at) == (wanted.story_id, NOW)


def test_any_known_name_means_the_story(engine: sa.Engine) -> None:
    first = request("guid:tass:1", "url:https://a/1")
    resolve_aliases(engine, [first], NOW)
    (moved,) = resolve_aliases(engine, [request("guid:tass:2", "url:https://a/1")], LATER)
    assert (moved.story_id, moved.first_seen_at) == (first.story_id, NOW)
    (renamed,) = resolve_aliases(engine, [request("guid:tass:2")], LATER)
    assert renamed.story_id == first.story_id


def test_the_strongest_known_name_wins(engine: sa.Engine) -> None:
    by_guid, by_url = request("guid:tass:1"), request("url:https://a/1")
    resolve_aliases(engine, [by_guid, by_url], NOW)
    (resolved,) = resolve_aliases(engine, [request("guid:tass:1", "url:https://a/1")], LATER)
    assert resolved.story_id == by_guid.story_id


def test_the_same_names_twice_in_a_call_are_one_story(engine: sa.Engine) -> None:
    one, two = request("guid:tass:1", "url:https://a/1"), request("url:https://a/1", "guid:tass:2")
    resolved = resolve_aliases(engine, [one, two], NOW)
    assert {found.story_id for found in resolved} == {one.story_id}


def test_pollers_at_once_agree_and_never_deadlock(engine: sa.Engine) -> None:
    names = [f"url:https://a/{number}" for number in range(200)]

    def resolve(poller: int) -> list[uuid.UUID]:
        requests = [
            AliasRequest((name,), uuid.uuid5(uuid.NAMESPACE_URL, f"{poller} {name}"))
            for name in (names if poller % 2 else reversed(names))
        ]
        found = [r.story_id for r in resolve_aliases(engine, requests, NOW)]
        return found if poller % 2 else found[::-1]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(resolve, range(8)))
    assert all(answer == answers[0] for answer in answers)


def test_a_merged_story_answers_with_the_older_one(engine: sa.Engine) -> None:
    older, newer = uuid.uuid4(), request("url:https://a/2")
    resolve_aliases(engine, [newer], NOW)
    with engine.begin() as connection:
        row = {"id": newer.story_id, "into_id": older, "at": NOW}
        connection.execute(sa.insert(Merged), row)
    (resolved,) = resolve_aliases(engine, [newer], LATER)
    assert resolved.story_id == older


def test_nothing_asked_is_nothing_answered(engine: sa.Engine) -> None:
    assert resolve_aliases(engine, [], NOW) == []
