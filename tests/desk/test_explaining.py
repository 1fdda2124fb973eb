"""`wiredesk explain`: a page on the topic and its row, and every decision between them told."""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from desk.cli import app
from desk.prepare import prepare
from enrich.worker import enrich_story, tagger
from ingest.extract.story import extract_page
from ingest.extract.trial import page_of
from store import decisions
from store.engine import create_engine
from store.writer import Writer
from wire.bus import Outgoing, Producer
from wire.messages import Furniture, Story
from wire.settings import Settings, load
from wire.topics import Topics

pytestmark = pytest.mark.slow

URL = "https://wire.example/barriers"
PAGE = """<html lang="en"><head><title>Barriers came down at dusk</title></head><body><article>
<h1>Barriers came down at dusk</h1>
<p>Our readers' club meets on Fridays</p>
<p>BELGRADE, September 25. /TASS/. The NATO-led Kosovo Force, also known as KFOR, took down the
barriers near Pristina, Serbian Defense Minister Dragutin Vasiljkov told reporters on Monday.</p>
<p>Vasiljkov said that talks in Alexandria, Louisiana, had helped, and that the Serbian side would
keep to what had been agreed with the commander of the force in the spring of this year.</p>
<p>Read more</p></article></body></html>"""


@pytest.fixture
def settings(
    kafka: str, database: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", kafka)
    monkeypatch.setenv("WIREDESK_KAFKA__REPLICATION_FACTOR", "1")
    monkeypatch.setenv("WIREDESK_KAFKA__MIN_INSYNC_REPLICAS", "1")
    monkeypatch.setenv("WIREDESK_KAFKA__PREFIX", topic_prefix)
    monkeypatch.setenv("WIREDESK_DATABASE__URL", database)
    found = load()
    prepare(found)
    return found


def stored(settings: Settings, *, on_topic: bool) -> Story:
    """Store the story, its page on the topic or not; return it."""
    now = datetime.now(UTC)
    request = {"url": URL, "entry": {"agency": "tass", "host": "wire.example"}}
    page = page_of(request, PAGE.encode(), now)
    lines = ("Our readers' club meets on Fridays",)
    learned = Furniture(host="wire.example", epoch=1, lines=lines, stories=9)
    if on_topic:
        topics, key = Topics(settings.kafka.prefix), str(page.entry.story_id).encode()
        header = (("page", page.model_dump_json().encode()),)
        producer = Producer(settings.kafka)
        producer.publish(
            [
                Outgoing(topics.furniture, b"wire.example", learned.to_json(), ()),
                Outgoing(topics.pages, key, PAGE.encode(), header),
            ]
        )
        producer.close()
    story = extract_page(page, PAGE.encode(), furniture={"wire.example": learned}, now=now)
    engine = create_engine(str(settings.database.url.get_secret_value()))  # type: ignore[union-attr]
    Writer(engine).write([enrich_story(story, tagger("rules"))])
    engine.dispose()
    return story


def told(monkeypatch: pytest.MonkeyPatch, name: str) -> str:
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("WIREDESK_ENRICH__TAGGER", "rules")
    result = CliRunner().invoke(app, ["explain", name])
    assert result.exit_code == 0, result.output or result.exception
    return result.output


def test_every_decision_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(settings, on_topic=True)
    out = told(monkeypatch, URL)

    for line in (
        "Our readers' club meets on Fridays  [learned: this host repeats it]",
        "Read more  [a phrase of seeds/furniture.toml",
        "dateline: BELGRADE, September 25. /TASS/.",
        "filed from BELGRADE: Belgrade in RS",
        "given beside it as its other form (Kosovo Force)",
        "a body of seeds/organisations.toml",
        "a shorter or turned name of the same person (Dragutin Vasiljkov)",
        "place Alexandria: Alexandria (city, LA, US)",
        "countries spoken of: ",
        "as is",
    ):
        assert line in out
    assert "not stored" not in out


def test_without_the_page_the_stored_text_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = stored(settings, on_topic=False)
    out = told(monkeypatch, str(story.id))
    assert "the page is no longer at hand" in out
    assert "dateline: BELGRADE, September 25. /TASS/." in out
    assert "given beside it as its other form (Kosovo Force)" in out


def test_a_killed_story_is_told_without_its_text(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = stored(settings, on_topic=True)
    engine = create_engine(str(settings.database.url.get_secret_value()))  # type: ignore[union-attr]
    decisions.kill(
        engine, story.id, who="ana", reason="libel", now=datetime.now(UTC) + timedelta(seconds=1)
    )
    engine.dispose()
    out = told(monkeypatch, URL)
    assert "canceled: its text is not shown" in out
    assert "Vasiljkov" not in out
