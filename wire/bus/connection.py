"""How to reach the broker: the settings as kafka-python's keyword arguments, and the port check.

A client whose constructor finds no broker leaks a thread and four descriptors (measured, 3.0.12),
so the port is asked first, every time, and no constructor is ever called in a loop.
"""

import logging
import socket
from typing import Any

from wire.errors import Fatal, Wait
from wire.settings import KafkaSettings

# A broker that does not take a TCP connection in this time is away.
_PORT_TIMEOUT_S = 2.0

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
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "security_protocol": settings.security_protocol,
    }
    if settings.ssl_cafile is not None:
        config["ssl_cafile"] = str(settings.ssl_cafile)
    if settings.sasl_mechanism is not None:
        password = settings.sasl_password
        config |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": password.get_secret_value() if password else None,
        }
    return config


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
