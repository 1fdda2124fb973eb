"""The sample wire through the whole pipeline: every promise of its stories holds in the views."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from desk.freshness.queries import PAGE, statements
from desk.sample.stories import EDITIONS, ExpectedEntity, Story, read
from tests.pipeline.sample_run import Row, Run, Seen, run

__all__ = ["run"]

pytestmark = pytest.mark.slow


CASES = [
    pytest.param(number, name, id=f"{number}-{name}")
    for number in range(1, EDITIONS + 1)
    for name in read(number).stories
]
# Those that a reader sees; a repeat is seen only where it came before its original.
SHOWN = [
    pytest.param(number, name, id=f"{number}-{name}")
    for number in range(1, EDITIONS + 1)
    for name, story in read(number).stories.items()
    if story.expected.outcome == "usable" and story.expected.signals.kind != "repeat"
]
FOLLOWED = [
    story for story in read(EDITIONS).stories.values() if story.expected.follows is not None
]


def test_nothing_went_wrong_on_the_way(run: Run) -> None:
    assert [dict(row) for row in run.revisited.views["dead_letters"]] == []


@pytest.mark.parametrize(("number", "name"), CASES)
def test_a_story_is_shown_or_not_as_its_outcome_says(run: Run, number: int, name: str) -> None:
    seen = run.seen[number] if number < EDITIONS else run.revisited
    story = seen.edition.stories[name]
    shown = seen.row(story) is not None
    if story.expected.signals.kind == "repeat" and not shown:
        repeated = seen.edition.stories[str(story.expected.follows)]
        assert repeated.path in seen.repeated, "a repeat is noted with its original"
    else:
        assert shown == (story.expected.outcome == "usable")


def rows(run: Run, number: int, name: str) -> tuple[Story, Row]:
    """Return the story and its row as the edition shows it."""
    return run.seen[number].edition.stories[name], run.seen[number].shown(name)


@pytest.mark.parametrize(("number", "name"), SHOWN)
def test_headline_text_and_language(run: Run, number: int, name: str) -> None:
    story, row = rows(run, number, name)
    want = story.expected

    assert row["headline"] == (want.headline or story.headline)
    assert row["subheadline"] == (story.subheadline or None)
    assert row["section"] == story.section
    assert row["language"] == want.language
    assert (row["body"] or "") == kept(story)
    assert row["body_kind"] == ("lead" if want.stored == "lead" else want.body_kind)
    assert row["pub_status"] == "usable"


def kept(story: Story) -> str:
    """Return what of the story's body may be kept."""
    return story.body.partition("\n")[0] if story.expected.stored == "lead" else story.body


@pytest.mark.parametrize(("number", "name"), SHOWN)
def test_who_wrote_it_and_when(run: Run, number: int, name: str) -> None:
    story, row = rows(run, number, name)
    want, site = story.expected, run.seen[number].edition.sites[story.site]

    assert row["agency"] == want.agency
    basis = {"feed"} if site.agency else {"dateline", "credit"} if want.agency else {None}
    assert row["agency_basis"] in basis
    assert want.byline in (None, row["byline"])
    if story.feed_date is None:
        assert row["published_at"] == story.published
        # the feeds print seconds whether they know them or not: zero is known to the minute
        known = "second" if story.published.second else "minute"
        assert row["published_precision"] == known
    assert row["slug"] == (story.slug or None)


@pytest.mark.parametrize(("number", "name"), SHOWN)
def test_dateline(run: Run, number: int, name: str) -> None:
    story, row = rows(run, number, name)
    if story.expected.dateline is None:
        assert row["dateline_raw"] is None
        return

    for field, value in story.expected.dateline.model_dump(exclude_unset=True).items():
        found = row[f"dateline_{field}"]
        if field in ("lat", "lon"):
            assert found == pytest.approx(value, abs=0.1)
        elif field == "places":
            wanted = [(place["place"], place["country"]) for place in value]
            assert [(place["place"], place["country"]) for place in found] == wanted
        else:
            assert found == value, field


@pytest.mark.parametrize(("number", "name"), SHOWN)
def test_what_the_story_says_of_itself(run: Run, number: int, name: str) -> None:
    story, row = rows(run, number, name)
    want = story.expected.signals

    assert row["signal"] == want.kind
    for field in ("update_number", "urgency", "genre", "ed_note", "embargoed_until"):
        wanted = getattr(want, field)
        if field in want.model_fields_set or field != "embargoed_until":
            assert row[field] == wanted, field
    alone = story.status == 404 or story.path.startswith("/members/")
    assert ("feed-text" in row["flags"]) == alone


@pytest.mark.parametrize(("number", "name"), SHOWN)
def test_each_text_is_one_revision(run: Run, number: int, name: str) -> None:
    _, row = rows(run, number, name)
    told = [read(earlier).stories.get(name) for earlier in range(1, number + 1)]
    texts = {(story.headline, story.text) for story in told if story}
    versions = run.seen[number].of("article_versions", row["id"])

    assert row["revision"] == len(texts)
    assert sorted(v["revision"] for v in versions) == list(range(1, len(texts) + 1))
    shown = next(version for version in versions if version["revision"] == row["revision"])
    assert (shown["headline"], shown["body"]) == (row["headline"], row["body"])
    assert shown["content_sha256"] == row["content_sha256"]


def test_updates_in_place_have_two_revisions_after_the_second_edition(run: Run) -> None:
    for name in ("reuters-lithium", "ap-library"):
        row = run.seen[2].shown(name)
        old, new = sorted(
            run.seen[2].of("article_versions", row["id"]), key=lambda version: version["revision"]
        )
        assert old["headline"] == run.seen[1].shown(name)["headline"]
        assert old["body"] == run.seen[1].shown(name)["body"]
        assert (new["headline"], new["body"]) == (row["headline"], row["body"])


def test_a_story_keeps_its_id_whatever_becomes_of_it(run: Run) -> None:
    moments = [*run.seen.values(), run.revisited]
    for earlier, later in pairwise(moments):
        assert earlier.ids.items() <= later.ids.items()
        assert len(set(later.ids.values())) == len(later.ids)


@pytest.mark.parametrize("number", range(1, EDITIONS + 1))
def test_another_poll_of_the_same_edition_changes_nothing(run: Run, number: int) -> None:
    before, after = run.seen[number], run.again[number]

    assert after.seq == before.seq
    for view, then in before.views.items():
        assert by_content(after.views[view]) == by_content(then), view


def by_content(rows: Sequence[Row]) -> list[str]:
    return sorted(json.dumps(row, default=str) for row in rows)


def test_the_change_feed_tells_each_thing_once_and_without_gaps(run: Run) -> None:
    changes = sorted(run.revisited.views["changes"], key=lambda change: change["seq"])

    assert [change["seq"] for change in changes] == list(range(1, len(changes) + 1))
    told = [(c["article_id"], c["revision"], c["kind"]) for c in changes if c["kind"] != "relinked"]
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("number", "name", "kind"),
    [
        (1, "dpa-sperrfrist", "withheld"),
        (1, "ap-ferry", "killed"),
        (2, "reuters-lithium", "updated"),
        (2, "ap-library", "updated"),
        (2, "reuters-storm-update2", "published"),
        (3, "ap-bridge", "corrected"),
        (3, "reuters-shipyard", "killed"),
    ],
)
def test_a_reader_of_changes_is_told(run: Run, number: int, name: str, kind: str) -> None:
    seen = run.seen[number]
    before = run.seen[number - 1].seq if number > 1 else 0
    path = seen.edition.stories[name].path
    told = [
        change["kind"]
        for change in seen.views["changes"]
        if change["seq"] > before and str(change["article_id"]) == seen.ids[path]
    ]
    assert told[-1] == kind


def test_a_page_taken_away_is_noticed_when_it_is_asked_for_again(run: Run) -> None:
    before, after = run.again[EDITIONS], run.revisited
    (change,) = [c for c in after.views["changes"] if c["seq"] > before.seq]
    path = after.edition.stories["interfax-snyato"].path

    assert (str(change["article_id"]), change["kind"]) == (after.ids[path], "removed")
    assert before.row(after.edition.stories["interfax-snyato"]) is not None


@pytest.mark.parametrize(
    ("number", "name"), [(1, "ap-ferry"), (1, "dpa-sperrfrist"), (3, "reuters-shipyard")]
)
def test_no_view_holds_a_word_of_what_is_withdrawn(run: Run, number: int, name: str) -> None:
    """Nor of what is withheld: neither a text of it, nor a name that it alone gave."""
    seen = run.seen[number]
    story = read(1).stories[name]
    everything = json.dumps([seen.views, seen.as_of], default=str, ensure_ascii=False)

    assert story.headline not in everything
    for paragraph in story.body.split("\n"):
        assert paragraph not in everything
    record = seen.topic.get(story.path)
    assert record is None or (record.headline, record.body, record.entities) == (None, None, ())


def test_a_name_that_only_a_killed_story_gave_is_withdrawn_with_it(run: Run) -> None:
    entities = {row["name"] for row in run.revisited.views["entities"]}

    assert not entities & {"Ragnhild Solbakkmo", "Sigrun Aasmundtveit", "Roswitha Amselgruber"}


def test_a_killed_story_is_told_on_the_topic_without_its_text(run: Run) -> None:
    seen = run.seen[3]
    record = seen.topic[seen.edition.stories["reuters-shipyard"].path]

    assert (record.change, record.pub_status) == ("killed", "canceled")
    assert (record.headline, record.body) == (None, None)


@pytest.mark.parametrize("story", FOLLOWED, ids=lambda story: story.name)
def test_a_later_take_is_chained_to_its_own_story_alone(run: Run, story: Story) -> None:
    """Chains go by slug, headline and body; a take that changed them all may stand alone."""
    seen = run.seen[EDITIONS]
    row = seen.row(story)
    if row is None:
        return

    earlier = seen.edition.stories[str(story.expected.follows)]
    same_headline = headline_of(story) == headline_of(earlier)
    wanted = seen.ids[earlier.path]
    assert str(row["replaces"]) in ({wanted} if same_headline else {wanted, "None"})
    if same_headline:
        before = seen.row(earlier)
        assert before is not None
        assert before["chain_id"] == row["chain_id"]
        assert (before["is_latest"], before["chain_position"]) == (False, 1)


def headline_of(story: Story) -> str:
    return story.expected.headline or story.headline


def test_stories_that_follow_nothing_are_in_no_chain_of_anothers(run: Run) -> None:
    seen = run.seen[EDITIONS]
    for story in seen.edition.stories.values():
        row = seen.row(story)
        if row is not None and story.expected.follows is None:
            assert row["replaces"] is None, story.name


def test_a_syndicated_copy_and_its_original_are_one_cluster(run: Run) -> None:
    seen = run.seen[1]
    copy, original = seen.shown("harbourpost-lithium"), seen.shown("reuters-lithium")

    assert copy["id"] != original["id"], "the canonical link to another host is not believed"
    assert copy["cluster_id"] == original["cluster_id"] is not None


def test_what_the_feed_carries_whole_or_robots_close_is_not_asked_for(run: Run) -> None:
    stories = read(1).stories

    assert ("afp", stories["afp-glacier"].path) not in run.asked
    assert ("kyodo", stories["kyodo-members"].path) not in run.asked
    assert run.asked["afp", stories["afp-musee"].path] == 1


def test_mentions_are_where_they_say_they_are(run: Run) -> None:
    seen = run.revisited
    shown = {row["id"]: row for row in seen.views["articles"]}
    texts = {(v["article_id"], v["revision"]): v for v in seen.views["article_versions"]}
    entities = {row["id"] for row in seen.views["entities"]}

    for mention in seen.views["mentions"]:
        text = texts[mention["article_id"], mention["revision"]][mention["field"]]
        assert text[mention["start_char"] : mention["end_char"]] == mention["text"]
        assert mention["entity_id"] in entities
        assert mention["article_id"] in shown


def test_people_organisations_and_places(run: Run) -> None:
    """All that is there is found, in six languages, each one entity in the right country."""
    seen = run.seen[EDITIONS]
    missed, wrong = [], []
    for story in seen.edition.stories.values():
        row = seen.row(story)
        if row is None:
            continue
        for entity in story.expected.entities:
            forms = [form for form in entity.printed if is_kept(story, form)]
            found = of_entity(seen, row, entity)
            missed += [f"{story.name}: {form}" for form in forms if form not in found]
            if not is_one(found, entity):
                wrong.append(f"{story.name}: {entity.name}: {found}")
    assert wrong == []
    assert missed == []


def is_kept(story: Story, form: str) -> bool:
    return form in f"{headline_of(story)}\n{kept(story)}"


def of_entity(seen: Seen, row: Row, entity: ExpectedEntity) -> dict[str, Any]:
    """Return the entity that each form of it is taken for in the article's shown text."""
    known = {each["id"]: each for each in seen.views["entities"]}
    return {
        mention["text"]: known[mention["entity_id"]]
        for mention in seen.of("mentions", row["id"])
        if mention["revision"] == row["revision"]
        and mention["label"] == entity.label
        and mention["text"] in entity.printed
    }


def is_one(found: dict[str, Any], entity: ExpectedEntity) -> bool:
    ids = {each["id"] for each in found.values()}
    countries = {each["country"] for each in found.values()}
    return len(ids) <= 1 and (entity.country is None or countries <= {entity.country})


@pytest.mark.parametrize("question", statements(PAGE.read_text(encoding="utf-8")))
def test_the_page_of_questions_prints_what_the_views_answer(run: Run, question: str) -> None:
    told = section(PAGE.read_text(encoding="utf-8"), question)
    # `python -m desk.freshness.queries URL` writes it anew from a database of three editions
    assert told == section(run.page, question)
    assert told.count("\n| ") > 2, "an answer without rows shows nothing"


def section(page: str, heading: str) -> str:
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_picture_of_the_work(run: Run) -> None:
    """The one story that the project was drawn from comes out to the last field."""
    seen = run.seen[1]
    row = seen.shown("tass-belgrade")
    story = seen.edition.stories["tass-belgrade"]
    paragraphs = row["body"].split("\n")

    assert row["section"] == "Russian Politics & Diplomacy"
    assert row["subheadline"] == story.subheadline
    assert row["published_at"].isoformat() == "2023-09-25T16:19:00+00:00"
    assert len(paragraphs) == 4
    assert paragraphs[0].startswith("The barriers that went up on the roads")
    assert paragraphs[-1].endswith("closed bridge on the same day.")
    assert (row["dateline_name"], row["dateline_country"]) == ("Belgrade", "RS")
    assert (row["dateline_lat"], row["dateline_lon"]) == pytest.approx((44.8, 20.5), abs=0.1)
    assert row["dateline_date"].isoformat() == "2023-09-25"
    assert (row["agency"], row["dateline_agency"]) == ("tass", "tass")

    known = {each["id"]: each for each in seen.views["entities"]}
    named: dict[tuple[str, str, str | None], set[str]] = {}
    for mention in seen.of("mentions", row["id"]):
        entity = known[mention["entity_id"]]
        named.setdefault((entity["label"], entity["name"], entity["country"]), set()).add(
            mention["text"]
        )
    assert named == {
        ("PER", "Arkady Belozerov", None): {"Arkady Belozerov"},
        ("PER", "Dragutin Vasiljkov", None): {"Dragutin Vasiljkov", "Vasiljkov"},
        ("PER", "Besnik Rugovari", None): {"Besnik Rugovari", "Rugovari"},
        ("ORG", "Kosovo Force", None): {"Kosovo Force", "KFOR"},
        ("ORG", "NATO", None): {"NATO"},
        ("ORG", "United Nations Security Council", None): {"UN Security Council"},
        ("LOC", "Belgrade", "RS"): {"Belgrade"},
        ("LOC", "Serbia", "RS"): {"Serbia"},
        ("LOC", "Pristina", "XK"): {"Pristina"},
        ("LOC", "Kosovo", "XK"): {"Kosovo", "Kosovo and Metohija"},
    }
