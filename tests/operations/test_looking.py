"""`wiredesk status | trace | dead`: what a person sees of a pipeline at work."""

import json
from typing import Any

import pytest

from tests.operations.conftest import Desk
from tests.pipeline.harness import wait_until

pytestmark = pytest.mark.slow


def test_status_is_one_screen_of_all_stages(desk: Desk) -> None:
    told = desk.ask("status")
    for expected in (
        *desk.stages,
        "in/min",
        "oldest",
        "lost",
        f"articles       {desk.articles}",
        "awaited        0 entries",
        "kills pending  0",
        "dead letters: 1 wait for a person",
    ):
        assert expected in told
    assert len(told.splitlines()) <= 40


def test_status_for_machines(desk: Desk) -> None:
    told = json.loads(desk.ask("status", "--json"))
    stages = {each["stage"]: each for each in told["standing"]["stages"]}
    assert list(stages) == ["poll", "fetch", "extract", "enrich", "keeper", "dead-letters"]
    assert {s["waiting"] for name, s in stages.items() if name != "poll"} == {0}
    for stage, following in (("poll", "fetch"), ("fetch", "extract"), ("extract", "enrich")):
        assert stages[stage]["out_per_min"] == stages[following]["in_per_min"]
    (dead,) = told["standing"]["waits"]["dead_letters"]
    assert (dead["stage"], dead["count"]) == ("fetch", 1)
    assert told["drifts"] == []


def test_a_feed_in_trouble_is_shown_with_its_error(desk: Desk) -> None:
    with_failures = "update wire_data.feeds set failures = 7 where url like '%nowhere' returning 1"
    assert desk.pipeline.rows(with_failures)
    told = desk.ask("status")
    assert "feeds in trouble" in told
    assert "failing, " in told
    assert "/nowhere" in told


def hops(desk: Desk, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(desk.ask("trace", name, "--json"))["hops"]
    return found


def test_a_story_is_traced_hop_by_hop_from_topics_and_tables(desk: Desk) -> None:
    url = min(desk.site.urls)
    told = hops(desk, url)
    outcomes = [hop["outcome"] for hop in told]
    for earlier, later in (
        ("discovered", "published"),
        ("published", "fetched"),
        ("fetched", "extracted"),
        ("extracted", "stored"),
        ("stored", "relayed"),
    ):
        assert outcomes.index(earlier) < outcomes.index(later), outcomes
    carried = {hop["outcome"]: hop["where"] for hop in told if hop["where"]}
    assert carried["fetched"].startswith(f"{desk.pipeline.topics.pages}/")
    assert not any(hop["waits"] for hop in told)
    shown = desk.ask("trace", url)
    assert "page, status 200" in shown
    assert f"article: usable, revision 1, {url}" in shown


def test_a_story_by_its_id_has_the_same_way(desk: Desk) -> None:
    url = min(desk.site.urls)
    story = json.loads(desk.ask("trace", url, "--json"))["story_id"]
    assert hops(desk, story) == hops(desk, url)


def test_a_dead_letter_is_listed_shown_and_traced(desk: Desk) -> None:
    (row,) = [json.loads(line) for line in desk.ask("dead", "list", "--json").splitlines()]
    assert (row["stage"], row["url"]) == ("fetch", desk.picture)
    listed = desk.ask("dead", "list", "--stage", "fetch")
    assert "1 of 1 dead letters" in listed
    assert "image/jpeg" in listed
    assert "0 of 0" in desk.ask("dead", "list", "--reason", "none-such")
    shown = desk.ask("dead", "show", str(row["id"]))
    assert f"url: {desk.picture}" in shown
    way = desk.ask("trace", desk.picture)
    assert f"dead letter {row['id']}" in way
    assert "dead letter" in way.splitlines()[-1]


def test_a_dead_letter_is_replayed_then_dropped(desk: Desk) -> None:
    (first,) = [json.loads(line) for line in desk.ask("dead", "list", "--json").splitlines()]
    assert "replayed 1" in desk.ask("dead", "replay", "--all", "--stage", "fetch")

    def again() -> list[dict[str, Any]]:
        return [json.loads(line) for line in desk.ask("dead", "list", "--json").splitlines()]

    # the page is a picture still: the replay dies as well, as a letter of its own
    wait_until(lambda: bool(again()), 120)
    (second,) = again()
    assert (second["reason"], second["id"] > first["id"]) == (first["reason"], True)
    assert "dropped 1" in desk.ask("dead", "drop", str(second["id"]))
    assert again() == []
    result = desk.ask("dead", "list")
    assert "0 of 0" in result


@pytest.mark.parametrize(
    "wrong", [("replay",), ("drop",), ("replay", "1", "--all"), ("drop", "1", "--stage", "fetch")]
)
def test_which_letters_are_meant_must_be_said(desk: Desk, wrong: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError, match="say --all"):
        desk.ask("dead", *wrong)


def test_a_letter_whose_bytes_are_gone_is_not_replayed(desk: Desk) -> None:
    (number,) = desk.pipeline.rows(
        "select id from wire_data.dead_letters where dropped_at is not null"
    )[0]
    with pytest.raises(AssertionError, match="not at hand"):
        desk.ask("dead", "replay", str(number))
