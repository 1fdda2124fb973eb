"""How to reach the broker: the settings as kafka-python's keyword arguments, and the port check.

A client whose constructor finds no broker leaks a thread and three descriptors (measured, 3.0.12),
so the port is asked first, and what a constructor left behind is closed: behind a load balancer a
port is open whether there is a broker or not, and a stage tries for ever.
"""

import logging
import socket
from collections.abc import Callable
from typing import Any

from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from wire.errors import Fatal, Wait
from wire.settings import KafkaSettings

# A broker that does not take a TCP connection in this time is away.
_PORT_TIMEOUT_S = 2.0

# An open port that does not answer in this time is no broker; a stop asked for waits so long.
_BOOTSTRAP_MS = 10_000

# Where the library says why a connection ended.
_CONNECTIONS = logging.getLogger("kafka.net.connection")

# It names no reason where a login fails: the broker just closes the connection.
_LOGIN_REFUSED = "; a broker hangs up on a login that it does not take: see kafka.sasl_*"

# It warns of topics whose metadata is still on its way, at every first join.
logging.getLogger("kafka.coordinator.assignors").setLevel(logging.ERROR)


def client_config(settings: KafkaSettings) -> dict[str, Any]:
    """Return the arguments that every client takes: addresses and security.

    Raises:
        Fatal: no broker is configured.
    """
    if settings.bootstrap_servers is None:
        raise Fatal("no Kafka is configured: set WIREDESK_KAFKA__BOOTSTRAP_SERVERS to host:port")
    config: dict[str, Any] = {
        "bootstrap_servers": [each.strip() for each in settings.bootstrap_servers.split(",")],
        "security_protocol": settings.security_protocol,
    }
    for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile"):
        if (path := getattr(settings, name)) is not None:
            config[name] = str(path)
    if settings.sasl_mechanism is not None:
        password = settings.sasl_password
        config |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": password.get_secret_value() if password else None,
        }
    return config


def connect(make: Callable[..., Any], settings: KafkaSettings, **config: Any) -> Any:
    """Return a client of the class `make`, connected.

    Raises:
        Wait: no broker answers; nothing is left behind of the client.
        Fatal: no broker is configured.
    """
    config = client_config(settings) | {"bootstrap_timeout_ms": _BOOTSTRAP_MS} | config
    require_port(settings)
    begun: list[Any] = []

    def begin(**more: Any) -> Any:
        begun.append(KafkaNetClient(**more))
        return begun[-1]

    with _Complaints() as complaints:
        try:
            return make(**config, kafka_client=begin)
        except KafkaError as error:
            for client in begun:
                client.close()
            why = complaints.last + _LOGIN_REFUSED * (settings.sasl_mechanism is not None)
            raise Wait(f"Kafka is not ready: {error}{why}") from error


class _Complaints(logging.Handler):
    """Keeps the last error that the library logs of a connection.

    Of a certificate that it does not trust, its exception says only that time ran out.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""

    def __enter__(self) -> "_Complaints":
        _CONNECTIONS.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        _CONNECTIONS.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.last = f"; {record.getMessage()}"


def require_port(settings: KafkaSettings) -> None:
    """Return when one of the brokers takes a TCP connection.

    Raises:
        Wait: none does.
    """
    servers = (settings.bootstrap_servers or "").split(",")
    if not any(_takes_connection(server) for server in servers):
        raise Wait(f"no Kafka broker answers at {settings.bootstrap_servers}")


def _takes_connection(server: str) -> bool:
    host, _, port = server.strip().rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _PORT_TIMEOUT_S):
            return True
    except OSError:
        return False
