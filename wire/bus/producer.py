"""The producer: `publish` returns when every message of the batch is acknowledged, or raises.

One oversized record kills kafka-python's idempotent producer for good: after the broker's refusal
every later send fails, on other partitions too (measured, 3.0.12). So sizes are checked before the
send, and after any error that is not retriable the client is closed and built anew; the caller then
redoes its batch. The client's buffer has no bound, so the bytes in flight are bounded here.
Used by one thread; not fork-safe: build it in the process that uses it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError

from wire.bus.connection import connect
from wire.bus.records import Outgoing
from wire.errors import DeadLetter, Wait
from wire.settings import KafkaSettings
from wire.topics import MIB

# Applies before compression; the largest topic takes 11 MiB.
_MAX_REQUEST_BYTES = 12 * MIB
# What the record format and the batch add to key, value and headers, with room to spare.
_OVERHEAD_BYTES = 1_024
# Bytes handed to the client before the acknowledgements are waited for.
_IN_FLIGHT_BYTES = 32 * MIB
# A batch that is not acknowledged in this time is redone.
_ACK_TIMEOUT_S = 60.0

_CONFIG: Final[Mapping[str, Any]] = {
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
    "acks": "all",
    "enable_idempotence": True,
    "compression_type": "zstd",
    "max_request_size": _MAX_REQUEST_BYTES,
    # large batches compress better; nobody waits for them, as each publish flushes
    "batch_size": 256 * 1024,
    "linger_ms": 5,
    "delivery_timeout_ms": int(_ACK_TIMEOUT_S * 1000),
    "max_block_ms": 10_000,
}


class Producer:
    """Publishes batches; `limits` names the largest message of each topic, in bytes."""

    def __init__(self, settings: KafkaSettings, limits: Mapping[str, int] | None = None) -> None:
        self._settings = settings
        self._limits = dict(limits or {})
        self._client: KafkaProducer | None = None

    def fits(self, message: Outgoing) -> bool:
        """Tell whether the topic takes a message of that size."""
        return message.size + _OVERHEAD_BYTES <= self._limit(message.topic)

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Publish all `messages` and return when each is acknowledged.

        Raises:
            DeadLetter: one is larger than its topic takes; nothing of the batch was sent.
            Wait: the broker is away or refused; the whole batch is to be published again.
        """
        for message in messages:
            if not self.fits(message):
                raise DeadLetter("publish", "too-large", _too_large(message))
        for part in _parts(messages):
            self._publish_part(part)

    def close(self) -> None:
        """Close the client; what was published is acknowledged already."""
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=5)

    def _publish_part(self, part: Sequence[Outgoing]) -> None:
        client = self._connected()
        try:
            futures = [_send(client, message) for message in part]
            client.flush(timeout=_ACK_TIMEOUT_S)
            for message, future in zip(part, futures, strict=True):
                self._acknowledged(message, future)
        except KafkaError as error:
            self._rebuild_after(error)
            raise Wait(f"Kafka did not take a batch of {len(part)}: {error}") from error

    def _acknowledged(self, message: Outgoing, future: Any) -> None:
        try:
            future.get(timeout=0)
        except MessageSizeTooLargeError:
            # the topic takes less than we were told: from now on such a message does not fit,
            # and the caller's next try makes a dead letter of it instead of meeting it again
            self._limits[message.topic] = min(self._limit(message.topic), message.size - 1)
            raise

    def _limit(self, topic: str) -> int:
        return min(self._limits.get(topic, _MAX_REQUEST_BYTES), _MAX_REQUEST_BYTES)

    def _rebuild_after(self, error: KafkaError) -> None:
        """Drop the client: after an error its sequence numbers can't be trusted."""
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=0 if not error.retriable else 1)

    def _connected(self) -> KafkaProducer:
        if self._client is None:
            self._client = connect(KafkaProducer, self._settings, **_CONFIG)
        return self._client


def _send(client: KafkaProducer, message: Outgoing) -> Any:
    return client.send(
        message.topic, value=message.value, key=message.key, headers=list(message.headers)
    )


def _parts(messages: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """Split a batch so that no part has more bytes than may be in flight."""
    part: list[Outgoing] = []
    size = 0
    for message in messages:
        if part and size + message.size > _IN_FLIGHT_BYTES:
            yield part
            part, size = [], 0
        part.append(message)
        size += message.size
    if part:
        yield part


def _too_large(message: Outgoing) -> str:
    return f"a message of {message.size} bytes is more than {message.topic} takes"
