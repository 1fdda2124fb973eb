"""`wiredesk kill | reinstate | forget`, `feeds rights`, and what `status` shows to be decided."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from desk.cli import app
from desk.cli.context import CallError
from store import decisions, feeds
from store.engine import create_engine
from store.writer import Writer
from tests.store.stories import NOW, at, rows, story_id, tagged

URL = "https://wire.example/one"
WHY = ("--reason", "libel", "--who", "ed")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[sa.Engine]:
    monkeypatch.setenv("WIREDESK_DATABASE__URL", database)
    monkeypatch.setenv("COLUMNS", "200")
    engine = create_engine(database)
    yield engine
    engine.dispose()


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def done(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


def refused(*arguments: str) -> str:
    result = call(*arguments)
    assert isinstance(result.exception, CallError)
    return str(result.exception)


def shown(engine: sa.Engine) -> set[str]:
    return {row["url"] for row in rows(engine, "SELECT url FROM wire.articles")}


def test_a_story_is_killed_by_its_address_and_brought_back(engine: sa.Engine) -> None:
    copy: dict[str, Any] = {"publisher": "paper.example", "agency": None}
    body = "\n".join(
        f"Paragraph {n} of Ana Kos and Ivo Strand in Bergen, {n * 37}." for n in range(9)
    )
    Writer(engine).write([tagged("one", body=body), tagged("copy", body=body, **copy)])
    told = done("kill", URL, *WHY)
    assert f"killed {story_id('one')}" in told
    assert f"a copy stands elsewhere: {story_id('copy')} https://wire.example/copy" in told
    assert shown(engine) == {"https://wire.example/copy"}
    said = "SELECT who, reason FROM wire_data.withdrawals"
    assert rows(engine, said) == [{"who": "ed", "reason": "libel"}]
    done("reinstate", str(story_id("copy")), *WHY)
    assert decisions.copies(engine) == []
    done("reinstate", URL, *WHY)
    assert len(shown(engine)) == 2
    assert "there is no story" in refused("kill", "https://wire.example/none", *WHY)


def notice() -> Any:
    signals = {"kind": "kill", "pub_status": "canceled", "names_slug": "FERRY"}
    return tagged("notice", text="KILL", minutes=30, published_at=at(30), signals=signals)


def test_a_pending_kill_means_what_a_person_says(engine: sa.Engine) -> None:
    named: dict[str, Any] = {"slug": "FERRY", "published_at": NOW}
    Writer(engine).write([tagged("one", "A", **named), tagged("two", "B", **named), notice()])
    (waiting,) = decisions.waiting(engine)
    number = str(waiting.nr)
    done("kill", URL, "--notice", number, *WHY)
    assert shown(engine) == {"https://wire.example/two"}
    assert decisions.waiting(engine) == []
    assert "no kill" in refused("kill", "--notice", number, *WHY)


def test_a_pending_kill_may_mean_nothing(engine: sa.Engine) -> None:
    named: dict[str, Any] = {"slug": "FERRY", "published_at": NOW}
    Writer(engine).write([tagged("one", "A", **named), tagged("two", "B", **named), notice()])
    (waiting,) = decisions.waiting(engine)
    assert "dismissed" in done("reinstate", "--notice", str(waiting.nr), *WHY)
    assert len(shown(engine)) == 2
    assert decisions.waiting(engine) == []


def test_forget_tells_what_went_and_until_when_the_topics_hold_it(engine: sa.Engine) -> None:
    Writer(engine).write([tagged("one")])
    told = done("forget", URL, *WHY)
    assert "forgotten: 1 stories, 1 versions, 1 mentions, 0 dead letters, 1 entities" in told
    assert "wire.articles: told by the keeper, with change 2" in told
    assert "wire.pages: what it holds expires by " in told
    assert "wire.furniture" not in told
    assert shown(engine) == set()


def test_forget_knows_an_entity_by_its_name(engine: sa.Engine) -> None:
    Writer(engine).write([tagged("one")])
    assert "1 mentions, 0 dead letters, 1 entities" in done("forget", "Ana Kos", *WHY)
    assert shown(engine) == {URL}
    assert "there is no entity Ana Kos" in refused("forget", "Ana Kos", *WHY)


def test_a_feeds_rights_are_set_by_its_address(engine: sa.Engine) -> None:
    feeds.add_feed(engine, URL, next_poll_at=NOW)
    done("feeds", "rights", URL, "--store", "lead", "--keep-days", "30")
    kept = "SELECT store, keep_days, terms_url FROM wire_data.feeds"
    assert [tuple(row.values()) for row in rows(engine, kept)] == [("lead", 30, None)]
    assert "there is no feed" in refused("feeds", "rights", "https://x.example/", "--store", "lead")
