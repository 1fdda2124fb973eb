"""The lines learned as furniture, as extract uses them: wire.furniture, read whole.

Read once before the stage begins, and now and then again between two batches; while the broker is
away what was read before goes on serving. Called from the stage loop's thread.
"""

import time
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from wire.bus import read_whole
from wire.errors import Wait
from wire.messages import Furniture
from wire.settings import KafkaSettings
from wire.stop import Stop
from wire.telemetry import logger

# The keeper learns anew once a day; half an hour later is early enough to know.
_AGAIN_S: Final = 1_800.0
_WAIT_S: Final = 1.0


class LearnedFurniture:
    """Calling it returns the furniture known now, by host."""

    def __init__(self, kafka: KafkaSettings, topic: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._known: Mapping[str, Furniture] = {}
        self._next = 0.0

    def __call__(self) -> Mapping[str, Furniture]:
        if time.monotonic() >= self._next:
            self._read()
        return self._known

    def read(self, stop: Stop) -> None:
        """Read the topic, waiting for the broker until it is there or the stop is asked for."""
        while not self._read() and not stop.wait(_WAIT_S):
            pass

    def _read(self) -> bool:
        self._next = time.monotonic() + _AGAIN_S
        try:
            records = list(read_whole(self._kafka, self._topic))
        except Wait as wait:
            logger("extract").warning("waiting", reason=str(wait))
            return False
        known: dict[str, Furniture] = {}
        for record in records:
            host = (record.key or b"").decode("utf-8", "replace")
            if record.value is None:
                known.pop(host, None)
                continue
            try:
                known[host] = Furniture.model_validate_json(record.value)
            except ValidationError:
                # what is not ours to read is not ours to use; the host simply has none
                logger("extract").warning("furniture", outcome="failed", host=host)
        self._known = known
        return True
