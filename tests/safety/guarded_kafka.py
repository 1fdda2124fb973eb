"""A real broker that listens with TLS and a login alone, for the tests of the way to it.

It is laid out as the embedded one and then given other listeners: the embedded servers listen on
loopback without a login, on purpose.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.local import java, layout, process
from desk.local.kafka import JVM, MAIN
from tests.ingest.certificates import CERTIFICATE, KEY
from wire.bus.connection import require_port
from wire.errors import Wait
from wire.settings import KafkaSettings

USER = "desk"
PASSWORD = "secret-of-the-broker"
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


@contextmanager
def guarded(folder: Path, *, client_certificates: bool = False) -> Iterator[str]:
    """Run a broker in `folder` and give its address; it wants a login, or else a certificate."""
    plan = layout.new((process.choose_port([]),), (process.choose_port([]),))
    chain = folder / "chain.pem"
    chain.write_text(KEY + CERTIFICATE)
    settings = folder / "server.properties"
    settings.write_text(_properties(plan, folder, chain, client_certificates=client_certificates))
    command = [java.java(), *JVM, "-cp", java.class_path(print)]
    scram = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
    subprocess.run(
        [*command, "kafka.tools.StorageTool", "format", "-t", plan.id, "-c", str(settings),
         "--add-scram", scram],
        check=True, capture_output=True,
    )  # fmt: skip
    broker = process.recorded(
        process.record(process.spawn([*command, MAIN, str(settings)], folder / "server.out"))
    )
    assert broker is not None
    try:
        address = f"127.0.0.1:{plan.ports[0]}"
        assert process.wait_for(lambda: _listens(address), 60), process.tail(folder / "server.out")
        yield address
    finally:
        process.end([broker], signal.SIGTERM, 15)


def _properties(
    plan: layout.Layout, folder: Path, chain: Path, *, client_certificates: bool
) -> str:
    protocol = "SSL" if client_certificates else "SASL_SSL"
    port, controller = plan.ports[0], plan.controllers[0]
    changed = {
        "listeners": f"GUARDED://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        # the name is not in the certificate's: what a client verifies is the address it dialled
        "advertised.listeners": f"GUARDED://127.0.0.1:{port}",
        "listener.security.protocol.map": f"GUARDED:{protocol},CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "GUARDED",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.guarded.plain.sasl.jaas.config": (
            f'{_PLAIN} required username="{USER}" password="{PASSWORD}" user_{USER}="{PASSWORD}";'
        ),
        "listener.name.guarded.scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": chain,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": chain.with_name("trusted.pem"),
        "ssl.client.auth": "required" if client_certificates else "none",
    }
    chain.with_name("trusted.pem").write_text(CERTIFICATE)
    plain = layout.properties(plan, 1, folder / "data")
    kept = [line for line in plain.splitlines() if line.partition("=")[0] not in changed]
    return "\n".join([*kept, *(f"{key}={value}" for key, value in changed.items()), ""])


def _listens(address: str) -> bool:
    try:
        require_port(KafkaSettings(bootstrap_servers=address))
    except Wait:
        return False
    return True
