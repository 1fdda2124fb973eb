"""What `init` makes, made twice: the second time nothing is left to do."""

from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from desk.prepare import prepare
from wire.settings import DatabaseSettings, KafkaSettings, Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(kafka: str, empty_database: str, topic_prefix: str, tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path,
        feeds="seeds/feeds.opml https://wire.example/rss",
        kafka=KafkaSettings(
            bootstrap_servers=kafka,
            replication_factor=1,
            min_insync_replicas=1,
            prefix=topic_prefix,
        ),
        database=DatabaseSettings(
            url=SecretStr(empty_database), reader_password=SecretStr("read-me")
        ),
    )


def test_everything_is_made_once_and_the_second_init_changes_nothing(settings: Settings) -> None:
    first = prepare(settings)
    assert "topics: 9, made 9" in first
    assert any(line.startswith("feeds: ") and ", 0 new" not in line for line in first)
    second = prepare(settings)
    assert "topics: 9, made 0" in second
    assert any(line.endswith(", 0 new") for line in second)
    assert not any(line.startswith("drift") for line in (*first, *second))


def test_the_reader_has_its_password_and_the_agencies_their_rights(settings: Settings) -> None:
    prepare(settings)
    assert settings.database.url is not None
    url = settings.database.url.get_secret_value()
    with psycopg.connect(url) as connection:
        (agencies,) = connection.execute("select count(*) from wire_data.agency_rights").fetchall()
        (reader,) = connection.execute(
            "select 1 from pg_authid where rolname='wire_reader' and rolpassword is not null"
        ).fetchall()
    assert agencies[0] >= 80
    assert reader == (1,)
