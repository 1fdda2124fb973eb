"""The stack, brought up once for all its tests, or skipped with the reason."""

from collections.abc import Iterator

import pytest

from desk.local import process
from tests import debian
from tests.stack import engine
from tests.stack.stack import Stack

SERVICES = (
    "kafka", "postgres", "sample", "poll", "fetch", "extract", "enrich", "keeper", "dead-letters",
)  # fmt: skip
# What makes the demonstration quick: the sample's publisher is us.
QUICK = {
    "WIREDESK_CONTACT": "https://desk.example/contact",
    "WIREDESK_POLL__MIN_INTERVAL_S": "5",
    "WIREDESK_POLL__MAX_INTERVAL_S": "5",
    "WIREDESK_WEB__HOST_GAP_S": "0.05",
    "WIREDESK_EXTRACT__WORKERS": "1",
    "KAFKA_HEAP_OPTS": "-Xmx384m",
}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole stack, up, fed by the sample wire; taken down with its volumes in the end."""
    folder = tmp_path_factory.mktemp("stack")
    try:
        engine.install_tools(allowed=debian.may_install())
        with engine.engine(folder / "dockerd.log"), engine.images():
            port = {"POSTGRES_PORT": str(process.choose_port())}
            stack = Stack(folder, "wiredesk-test", QUICK | port)
            stack.compose("down", "--volumes")
            try:
                stack.compose("build", "init")
                stack.up()
                yield stack
            finally:
                stack.compose("down", "--volumes", "--timeout", "60")
    except engine.Unavailable as reason:
        pytest.skip(str(reason))
