"""Whether the cluster answers: one client kept for it, so that asking costs next to nothing.

Used by one thread.
"""

from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from wire.bus.connection import connect
from wire.errors import Wait
from wire.settings import KafkaSettings

# A cluster that is slower than this to say who it is can not be worked with.
_TIMEOUT_MS: Final = 10_000


class Pulse:
    """Feels the cluster's pulse."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client: Any = None

    def feel(self) -> None:
        """Return when the cluster has answered.

        Raises:
            Wait: it did not.
        """
        if self._client is None:
            self._client = connect(KafkaAdminClient, self._settings, request_timeout_ms=_TIMEOUT_MS)
        try:
            self._client.describe_cluster()
        except KafkaError as error:
            self.close()
            raise Wait(f"Kafka does not answer: {error}") from error

    def close(self) -> None:
        """Let go of the client; safe to repeat."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
