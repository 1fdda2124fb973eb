"""Kafka and PostgreSQL behind TLS and a login, with real certificates on real servers."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from store.engine import create_engine, run
from tests import debian
from tests.ingest.certificates import CERTIFICATE, KEY
from tests.safety import guarded_postgres
from tests.safety.guarded_kafka import PASSWORD, USER, guarded
from wire.bus import Outgoing, Producer, create_topics, read_whole
from wire.errors import Wait
from wire.settings import KafkaSettings
from wire.topics import Topic

pytestmark = pytest.mark.slow

TOPIC = Topic("guarded", 1, {"max.message.bytes": "100000"})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the authority to trust, and our certificate with its key."""
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "authority.pem").write_text(CERTIFICATE)
    (folder / "ours.pem").write_text(CERTIFICATE)
    (folder / "ours.key").write_text(KEY)
    return folder


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker that wants TLS and a login."""
    with guarded(tmp_path_factory.mktemp("sasl")) as address:
        yield address


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a client that is refused say so soon: a stage would go on trying."""
    monkeypatch.setattr("wire.bus.connection._BOOTSTRAP_MS", 2_000)


def kafka(address: str, files: Path, **other: object) -> KafkaSettings:
    """Settings that reach the broker, unless `other` says otherwise."""
    values: dict[str, object] = {
        "bootstrap_servers": address,
        "replication_factor": 1,
        "min_insync_replicas": 1,
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": USER,
        "sasl_password": SecretStr(PASSWORD),
        "ssl_cafile": files / "authority.pem",
    }
    return KafkaSettings.model_validate(values | other)


def passes(settings: KafkaSettings) -> bool:
    """Publish a message and read it back."""
    create_topics(settings, [TOPIC])
    producer = Producer(settings)
    producer.publish([Outgoing(TOPIC.name, b"k", b"v")])
    producer.close()
    return any(record.value == b"v" for record in read_whole(settings, TOPIC.name))


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
def test_kafka_behind_tls_and_a_login(broker: str, files: Path, mechanism: str) -> None:
    assert passes(kafka(broker, files, sasl_mechanism=mechanism))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"sasl_password": SecretStr("wrong-and-secret")}, "kafka.sasl_"),
        ({"ssl_cafile": None}, "CERTIFICATE_VERIFY_FAILED"),
    ],
    ids=["a wrong password", "an authority that is not trusted"],
)
def test_kafka_is_not_spoken_to_with(
    broker: str, files: Path, other: dict[str, object], told: str
) -> None:
    with pytest.raises(Wait) as caught:
        passes(kafka(broker, files, **other))
    assert told in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert "wrong-and-secret" not in str(caught.value)


@pytest.mark.usefixtures("impatient")
def test_a_broker_whose_certificate_names_another_host_is_not_spoken_to(
    broker: str, files: Path
) -> None:
    elsewhere = broker.replace("127.0.0.1", "localhost")
    with pytest.raises(Wait):
        passes(kafka(elsewhere, files))


PLAIN: dict[str, object] = {
    "security_protocol": "SSL",
    "sasl_mechanism": None,
    "sasl_username": None,
    "sasl_password": None,
}


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker that asks for our certificate."""
    with guarded(tmp_path_factory.mktemp("mutual"), client_certificates=True) as address:
        yield address


def test_a_broker_that_asks_for_our_certificate_gets_it(asking: str, files: Path) -> None:
    ours = {"ssl_certfile": files / "ours.pem", "ssl_keyfile": files / "ours.key"}
    assert passes(kafka(asking, files, **PLAIN, **ours))


@pytest.mark.usefixtures("impatient")
def test_a_broker_that_asks_for_our_certificate_in_vain_is_waited_for(
    asking: str, files: Path
) -> None:
    with pytest.raises(Wait, match=r"(?i)certificate"):
        passes(kafka(asking, files, **PLAIN))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL that takes TLS connections alone."""
    try:
        with guarded_postgres.guarded(tmp_path_factory.mktemp("postgres")) as url:
            yield url
    except debian.NotInstalled as reason:
        pytest.skip(str(reason))


def encrypted(url: str) -> bool:
    """Ask the server, as the stages would, whether this connection is encrypted."""
    engine = create_engine(url)
    query = sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    try:
        return run(engine, lambda connection: connection.scalar(query)) is True
    finally:
        engine.dispose()


def test_postgres_behind_tls_is_verified(database: str, files: Path) -> None:
    assert encrypted(f"{database}?sslmode=verify-full&sslrootcert={files / 'authority.pem'}")


@pytest.mark.parametrize(
    ("host", "query", "told"),
    [
        ("127.0.0.1", "sslmode=disable", "pg_hba.conf"),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert=system", "certificate"),
        ("localhost", "sslmode=verify-full&sslrootcert={authority}", "localhost"),
    ],
    ids=["no encryption", "an authority that is not trusted", "a name that is not the server's"],
)
def test_postgres_is_not_spoken_to_with(
    database: str, files: Path, host: str, query: str, told: str
) -> None:
    url = database.replace("127.0.0.1", host)
    with pytest.raises(Wait) as caught:
        encrypted(f"{url}?{query.format(authority=files / 'authority.pem')}")
    assert told in str(caught.value)
    password = urlsplit(database).password
    assert password
    assert password not in str(caught.value)
