"""What real stages log is what docs/logging.md shows, in its order; at rest they say nothing."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

import pytest

from tests.docs.pages import ROOT
from tests.operations.conftest import Desk
from tests.operations.test_metrics import scrape, value
from tests.pipeline.harness import wait_until
from wire import telemetry
from wire.settings import LogSettings, load
from wire.telemetry import FIELDS, OUTCOMES, Fate

PAGE = (ROOT / "docs" / "logging.md").read_text()
SAMPLES = re.findall(r"^time=.*$", PAGE, re.MULTILINE)
# Fields that a line has only where their value is known.
OPTIONAL = {"agency", "source", "host", "url", "story"}


def fields(line: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in shlex.split(line))


def kind(line: Mapping[str, str]) -> tuple[str, ...]:
    return line["service"], line["event"], line.get("outcome", "")


def shown() -> dict[tuple[str, ...], dict[str, str]]:
    return {kind(line): line for line in map(fields, SAMPLES)}


def of_any_stage(line: Mapping[str, str]) -> Mapping[str, str]:
    """Return the sample of a line: the stage's own, or one that all stages share."""
    own = shown().get(kind(line))
    if own is not None:
        return own
    return next(each for key, each in shown().items() if key[1:] == kind(line)[1:])


def events_of_the_code() -> Iterator[str]:
    for folder in ("wire", "ingest", "enrich", "store", "desk"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            yield from re.findall(
                r"log(?:ger\([^()]*\))?\.(?:debug|info|warning|error)\(\s*\"([a-z-]+)\"", text
            )
            yield from re.findall(r"tell\(\"([a-z-]+)\"", text)


def test_every_event_that_the_code_tells_has_a_sample() -> None:
    events = {event for _, event, _ in shown()}
    assert events == set(events_of_the_code())


def test_samples_are_in_the_vocabulary_and_in_its_order() -> None:
    for line in map(fields, SAMPLES):
        names = [name for name in line if name in FIELDS]
        assert names == sorted(names, key=FIELDS.index)
        assert list(line)[: len(names)] == names, "what is an event's own comes last"
        assert line.get("outcome", OUTCOMES[0]) in OUTCOMES


@pytest.mark.slow
def test_what_real_stages_log_is_as_the_samples_have_it(desk: Desk) -> None:
    seen: set[tuple[str, ...]] = set()
    for stage in desk.stages:
        for line in map(fields, desk.log(stage)):
            sample = of_any_stage(line)
            odd = set(line) - set(sample)
            lacks = set(sample) - set(line) - OPTIONAL
            is_kept = line["event"] == "kept"
            assert is_kept or not (odd or lacks), (line, odd, lacks)
            assert line["level"] == sample["level"], line
            seen.add(kind(line))
    assert ("poll", "fate", "published") in seen
    assert ("enrich", "fate", "stored") in seen
    assert ("dead-letters", "fate", "stored") in seen


@pytest.mark.slow
def test_one_id_follows_a_story_through_all_stages(desk: Desk) -> None:
    url = min(desk.site.urls)
    story = json.loads(desk.ask("trace", url, "--json"))["story_id"]
    tells = {
        stage: {fields(line)["outcome"] for line in desk.log(stage) if f"story={story}" in line}
        for stage in desk.stages
    }
    assert {stage for stage, outcomes in tells.items() if outcomes} == {
        "poll",
        "fetch",
        "extract",
        "enrich",
        "keeper",
    }
    assert tells["keeper"] == {"published"}


@pytest.mark.slow
def test_a_desk_at_rest_says_nothing(desk: Desk) -> None:
    poll = desk.port + desk.stages.index("poll")

    def polls() -> float:
        return value(scrape(poll), "wiredesk_poll_feed_seconds_count")

    def told() -> dict[str, Sequence[str]]:
        # a feed that fails is news each time it is asked
        return {
            stage: [line for line in desk.log(stage) if "outcome=failed" not in line]
            for stage in desk.stages
        }

    before, begun = told(), polls()

    def nothing_was_told_during_three_polls() -> bool:
        nonlocal before, begun
        if polls() < begun + 3:
            return False
        last, before, begun = before, told(), polls()
        return last == before

    # the keeper may have something to do still when the test begins
    wait_until(nothing_was_told_during_three_polls, 180)


def test_a_stage_has_its_own_level(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREDESK_LOG__LEVELS", '{"poll": "warning", "fetch": "debug"}')
    settings = load().log
    assert settings == LogSettings(levels={"poll": "warning", "fetch": "debug"})
    for stage in ("poll", "fetch", "enrich"):
        telemetry.set_up_logging(settings, stage)
        telemetry.record_fate(stage, Fate("unchanged"))
        telemetry.record_fate(stage, Fate("updated"))
        telemetry.record_fate(stage, Fate("failed"))
    told = [fields(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["service"], line["outcome"]) for line in told] == [
        ("poll", "failed"),
        ("fetch", "unchanged"),
        ("fetch", "updated"),
        ("fetch", "failed"),
        ("enrich", "updated"),
        ("enrich", "failed"),
    ]


def test_that_a_stage_waits_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.set_up_logging(LogSettings(), "poll")
    waiting = telemetry.Waiting("poll")
    for reason in (None, "the database is away", "no connection", None, None):
        waiting.say(reason)
    told = [fields(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in told] == ["waiting", "resumed"]
    assert told[1]["after"] == "no connection"
