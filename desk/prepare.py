"""What must be there before a stage starts: topics, schema, roles, the feeds of WIREDESK_FEEDS.

Safe to repeat, and safe from several machines at once.
"""

from typing import Final

from atlas.agencies import Agency, agencies
from desk.feeds import add_all
from store import migrate, rights, roles
from store.engine import from_settings
from wire.bus import create_topics, drifts, wait_for_broker
from wire.settings import Settings
from wire.topics import Topics

# How long a stack's broker may take to come up beside us.
_BROKER_S: Final = 120.0


def prepare(settings: Settings) -> list[str]:
    """Do what `init` does, and return what to tell about it.

    Raises:
        Wait: Kafka or PostgreSQL stays away.
        Fatal: the database is of a newer release, or a login may not do what is needed.
    """
    return [*_topics(settings), *_schema(settings), *_feeds(settings)]


def _topics(settings: Settings) -> list[str]:
    wait_for_broker(settings.kafka, within_s=_BROKER_S)
    specs = Topics(settings.kafka.prefix).specs()
    made = create_topics(settings.kafka, specs)
    drifted = drifts(settings.kafka, specs)
    return [
        f"topics: {len(specs)}, made {len(made)}",
        *(f"drift: {d.topic} has {d.what} {d.found}, not {d.wanted}" for d in drifted),
    ]


def _schema(settings: Settings) -> list[str]:
    assert settings.database.url is not None
    migrate.upgrade(settings.database.url.get_secret_value())
    engine = from_settings(settings.database)
    try:
        passwords = {
            roles.READER: settings.database.reader_password,
            roles.WRITER: settings.database.writer_password,
        }
        for role, password in passwords.items():
            if password is not None:
                roles.set_password(engine, role, password.get_secret_value())
        rights.set_agencies(engine, [(each.id, _rights(each)) for each in agencies().all()])
    finally:
        engine.dispose()
    return [f"schema: {migrate.head()}"]


def _rights(agency: Agency) -> rights.Rights:
    told = agency.rights
    return rights.Rights(told.store, told.keep_days, told.terms_url)


def _feeds(settings: Settings) -> list[str]:
    return add_all(settings, (settings.feeds or "").split())
